"""LV-IMG-012  What a C2PA manifest in the picture claims.

What it looks at: the manifest that cameras, editors and generators of pictures
put into a file: who made it, what was done, from how many other pictures, and
whether a source type says that the picture was generated.

Why it matters: it is the only place where an honest program says so.

Innocent ways: there is nothing to excuse: it is shown and never scored.  The
signature over it is not verified here, so anybody may have written it; without
that, neither its presence nor its absence says anything of the picture.

Repeat by hand: ``c2patool FILE``, with its own fetching of remote manifests off.

Sources: C2PA technical specification 2.1; IPTC, digital source types.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "claims": "A C2PA manifest, not verified here, names {generator} and these actions: {actions}.",
    "generated": "A C2PA manifest, not verified here, says that a model generated the picture or a part of "
    "it "
    "({source}); it names {generator}.",
    "unread": "A C2PA manifest is in the picture, and nothing of it could be read.",
    "none": "The picture carries no C2PA manifest.",
}
INNOCENT = {"unverified": "Anybody can write a manifest; only its signature would tell who did."}

_GENERATED = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia")

EXAMPLES = (
    Example(
        title="an editor's manifest",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.c2pa", True),
            fact("c2pa.generator", "Adobe_Photoshop/25.4"),
            fact("c2pa.action", "c2pa.opened"),
        ),
    ),
    Example(
        title="no manifest",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("image",),
        facts=(fact("image.c2pa", False),),
    ),
)


@check(
    "LV-IMG-012",
    question=Question.HANDLING,
    family=Family.HISTORY,
    formats=("image",),
    needs=("image.c2pa",),
    reads=("c2pa.generator", "c2pa.action", "c2pa.source_type", "c2pa.ingredients"),
    cost=Cost.MINUTES,
    reproduce="c2patool FILE",
)
def manifest(facts: Facts) -> Iterator[Answer]:
    present = facts.last("image.c2pa")
    if present is None or present.value is not True:
        yield Answer(Outcome.NOT_APPLICABLE, "none", (), {})
        return
    generator = facts.text("c2pa.generator") or "?"
    actions = facts.all("c2pa.action")
    made = next((o for o in facts.all("c2pa.source_type") if o.value in _GENERATED), None)
    rests_on = (present, *actions[:20])
    if made is not None:
        yield neutral("generated", rests_on=(*rests_on, made), source=str(made.value), generator=generator)
    elif generator == "?" and not actions:
        yield neutral("unread", rests_on=(present,))
    else:
        listed = ", ".join(str(action.value) for action in actions[:12]) or "-"
        yield neutral("claims", rests_on=rests_on, generator=generator, actions=listed)
