"""LV-IMG-012  What a C2PA manifest in the picture claims.

What it looks at: the manifest that cameras, editors and generators of pictures
put into a file: who made it, what was done, from how many other pictures, and
whether a source type says that the picture was generated.  Where c2pa-python is
installed (the extra ``c2pa``), also whether its signature and its digests fit the bytes.

Why it matters: it is the only place where an honest program says so.

Innocent ways: it is shown and never scored.  A manifest that holds says that the
bytes fit a certificate in the file, which anybody can make: no list of trusted signers is
used.  One that does not hold is what any program leaves that saves a picture
without knowing of manifests, and what a viewer's turning leaves.

Repeat by hand: ``c2patool FILE``, with its own fetching of remote manifests off.

Sources: C2PA technical specification 2.1; IPTC, digital source types.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "holds": "The signature and the digests of the C2PA manifest fit the bytes; whose certificate it is was "
    "not verified. It names {generator} and these actions: {actions}.",
    "does-not-hold": "The C2PA manifest does not hold ({codes}). It names {generator}.",
    "claims": "A C2PA manifest, not verified here, names {generator} and these actions: {actions}.",
    "generated": "A C2PA manifest says that a model generated the picture or a part of it ({source}); it "
    "names {generator}.",
    "unread": "A C2PA manifest is in the picture, and nothing of it could be read.",
    "none": "The picture carries no C2PA manifest.",
}
INNOCENT = {
    "unverified": "Anybody can write a manifest, with a certificate of his own; only a trusted certificate "
    "would tell who did.",
    "saved-again": "Programs that know nothing of manifests change a picture and leave its manifest behind.",
}

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
        title="a manifest left behind by a viewer that saved the picture again",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.c2pa", True),
            fact("c2pa.generator", "Adobe_Photoshop/25.4"),
            fact("c2pa.validation.state", "Invalid"),
            fact("c2pa.validation.failure", "assertion.dataHash.mismatch"),
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
    reads=(
        "c2pa.generator", "c2pa.action", "c2pa.source_type", "c2pa.ingredients", "c2pa.validation.state",
        "c2pa.validation.failure",
    ),
    cost=Cost.MINUTES,
    reproduce="c2patool FILE",
)  # fmt: skip
def manifest(facts: Facts) -> Iterator[Answer]:
    present = facts.last("image.c2pa")
    if present is None or present.value is not True:
        yield Answer(Outcome.NOT_APPLICABLE, "none", (), {})
        return
    generator = facts.text("c2pa.generator") or "?"
    actions = facts.all("c2pa.action")
    made = next((o for o in facts.all("c2pa.source_type") if o.value in _GENERATED), None)
    listed = ", ".join(str(action.value) for action in actions[:12]) or "-"
    rests_on = (present, *actions[:20])
    state, failures = facts.last("c2pa.validation.state"), facts.all("c2pa.validation.failure")
    if state is not None and state.value in ("Valid", "Trusted"):
        yield neutral("holds", rests_on=(*rests_on, state), generator=generator, actions=listed)
    elif state is not None:
        codes = ", ".join(str(failure.value) for failure in failures[:6]) or str(state.value)
        yield neutral(
            "does-not-hold", rests_on=(present, state, *failures[:6]), generator=generator, codes=codes
        )
    if made is not None:
        yield neutral("generated", rests_on=(*rests_on, made), source=str(made.value), generator=generator)
    elif generator == "?" and not actions:
        yield neutral("unread", rests_on=(present,))
    elif state is None:
        yield neutral("claims", rests_on=rests_on, generator=generator, actions=listed)
