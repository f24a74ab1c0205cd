"""LV-DOCX-001  Text in a Word document that no session of Word put there.

What it looks at: Word marks each paragraph it saves with the session that made
it, and since 2010 with an id of its own; a text typed later inside a paragraph
carries the id of that session, and the settings list the sessions.  Reported
are paragraphs without the marks that nearly all others have, paragraph ids
that Word does not give, and a text inside a sentence whose session typed
nothing else and is not listed.

Why it matters: a program that puts a paragraph into a document, or a person who
writes it into the XML, does not give it these marks; the text without them is
what was put in.

Innocent ways: mail merge, assembly of contracts and comparison of versions are
done by programs that add paragraphs; server software of that kind shows in the
packing, and is then only shown.  A session that typed one thing in a sentence
is a correction made another day, the most ordinary thing in a draft: such
places are listed and never scored.  The ids carry no time: their order says
nothing.

Repeat by hand: ``unzip -p FILE word/document.xml | grep -o '<w:p[ >][^>]*>' | sort | uniq -c``
and ``unzip -p FILE word/settings.xml | grep -o '<w:rsid [^>]*>'``.

Sources: ECMA-376 part 1, 17.3.1.22 and 17.15.1.72; MS-DOCX 2.2.4 (paraId below
80000000); Spennemann and Singh, IJDC 18(1), 2024 (ids are not ordered in time).
Measured: of 260 public documents packed as Word packs, none has a paragraph
without the marks of the others; of 119 others 8 have, all of them put together
by programs on .NET or rewritten by hand, and none is reported.  79 of 332 use
an id that the settings do not list, so that alone says nothing; in none of them
it stands on one text within a sentence alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._versions import NAMES_WORD, WRITING, writer
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "no-session": "{count} of {all} paragraphs carry no session id, which the other {marked} have: Word did "
    "not put them there. The first that says something is paragraph {number}: “{text}”.",
    "no-session-program": "{count} of {all} paragraphs carry no session id, which the other {marked} have: a "
    "program put them there, and the packing shows one, too. The first that says something is paragraph "
    "{number}: “{text}”.",
    "no-id": "{count} of {all} paragraphs carry no id of their own, which the other {marked} have: Word did "
    "not put them there. The first that says something is paragraph {number}: “{text}”.",
    "no-id-program": "{count} of {all} paragraphs carry no id of their own, which the other {marked} have: a "
    "program put them there, and the packing shows one, too. The first that says something is paragraph "
    "{number}: “{text}”.",
    "impossible": "Paragraph {number} has the id {id}, which Word does not give.",
    "unlisted": "In paragraph {number} the text “{text}” is of session {session}, which occurs nowhere else "
    "and is not in the list of the settings: {context}",
    "repeated": "Paragraph {number} has the id {id} of an earlier paragraph: a program copied it.",
    "another-session": "{count} texts were each typed in a session that typed nothing else, inside "
    "paragraphs of others; such are corrections made another day. {figures} of them hold figures, the first "
    "in paragraph {number}: {context}",
}
INNOCENT = {
    "filled": "A program filled in a form letter or put a contract together from pieces.",
    "compared": "A program compared two versions, or accepted tracked changes, and wrote the result.",
    "converted": "The document went through a converter that kept the marks of what it did not change.",
}

#: marked paragraphs without which nothing can be said to be missing
_LEAST = 5
#: share of unmarked paragraphs above which the marks are what is out of the ordinary
_SHARE = 0.2
#: characters of a text that is quoted
_QUOTED = 160

_IDS = (
    fact("docx.paragraphs", 40),
    fact("docx.paragraph.with_session", 39),
    fact("docx.paragraph.with_id", 40),
)
_PACKED_BY_OFFICE = (
    *NAMES_WORD,
    fact("zip.made_by", "0.45"),
    fact("zip.flags.first", "0x6"),
    fact("zip.times", "all-1980"),
)
_INSERTED = fact(
    "docx.paragraph.without_session",
    "Le loyer annuel est de 48 000 euros.",
    part="word/document.xml",
    line=12,
)

EXAMPLES = (
    Example(
        title="a paragraph written into the XML of a document from Word",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(*_PACKED_BY_OFFICE, *_IDS, _INSERTED),
    ),
    Example(
        title="a paragraph added by a script",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "3.20"),
            fact("zip.flags.first", "0x0"),
            fact("zip.times", "real"),
            *_IDS,
            _INSERTED,
        ),
    ),
    Example(
        title="an amount under an id the settings do not list and nothing else has",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *_PACKED_BY_OFFICE,
            *_IDS,
            fact("docx.rsid.declared", 12),
            fact("docx.session.text", "48 000", raw="00AABBCC undeclared", line=12),
            fact("docx.session.context", "un loyer de [48 000] euros", line=12),
        ),
    ),
    Example(
        title="an id above what Word gives",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(*_PACKED_BY_OFFICE, *_IDS, fact("docx.paragraph.impossible_id", "9A00B1C2", line=7)),
    ),
    Example(
        title="a contract put together by server software, which shows in the packing",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.20"),
            fact("zip.flags.first", "0x806"),
            fact("zip.times", "all-1980"),
            *_IDS,
            _INSERTED,
        ),
    ),
    Example(
        title="two lines, one of them without a mark",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *_PACKED_BY_OFFICE,
            fact("docx.paragraphs", 2),
            fact("docx.paragraph.with_session", 1),
            fact("docx.paragraph.with_id", 0),
            _INSERTED,
        ),
    ),
    Example(
        title="an amount corrected another day",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *_PACKED_BY_OFFICE,
            *_IDS,
            fact("docx.rsid.declared", 12),
            fact("docx.session.text", "48 000", raw="00AABBCC declared", line=12),
            fact("docx.session.context", "un loyer de [48 000] euros", line=12),
        ),
    ),
)  # fmt: skip


@check(
    "LV-DOCX-001",
    question=Question.CONTENT,
    family=Family.STRUCTURE,
    formats=("ooxml",),
    needs=("docx.paragraphs",),
    reads=(
        "docx.paragraph.with_session",
        "docx.paragraph.with_id",
        "docx.paragraph.without_session",
        "docx.paragraph.without_id",
        "docx.paragraph.repeated_id",
        "docx.paragraph.impossible_id",
        "docx.session.text",
        "docx.session.context",
        "docx.rsid.declared",
        "zip.made_by",
        *WRITING,
    ),
    cost=Cost.HOURS,
    reproduce="unzip -p FILE word/document.xml | grep -o '<w:p[ >][^>]*>' | sort | uniq -c",
)
def sessions(facts: Facts) -> Iterator[Answer]:
    yield from _unmarked(facts)
    for observation in facts.all("docx.paragraph.impossible_id")[:1]:
        yield unusual(
            "impossible", rests_on=(observation,), id=str(observation.value), number=_number(observation)
        )
    for observation in facts.all("docx.paragraph.repeated_id")[:1]:
        yield neutral(
            "repeated", rests_on=(observation,), id=str(observation.value), number=_number(observation)
        )
    yield from _alone(facts)


def _unmarked(facts: Facts) -> Iterator[Answer]:
    """Paragraphs that say something and lack a mark; the one mark that says most."""
    total = facts.value("docx.paragraphs")
    if not isinstance(total, int):
        return
    for kind in ("session", "id"):
        marked = facts.value(f"docx.paragraph.with_{kind}")
        saying = facts.all(f"docx.paragraph.without_{kind}")
        if not isinstance(marked, int) or not saying or marked < _LEAST:
            continue
        if total - marked > _SHARE * total:
            continue
        said: dict[str, str | int] = {
            "count": total - marked,
            "all": total,
            "marked": marked,
            "number": _number(saying[0]),
            "text": _cut(str(saying[0].value)),
        }
        if _by_server(facts):
            yield neutral(f"no-{kind}-program", rests_on=saying, **said)
        else:
            yield unusual(f"no-{kind}", rests_on=saying, **said)
        return


def _by_server(facts: Facts) -> bool:
    """Whether the packing is that of a program library, or Office's with parts replaced by one of .NET."""
    packer = writer(facts)
    if packer is None:
        return False
    if packer.kind == "office":
        return facts.text("zip.times") != "all-1980"
    return packer.kind == "library"


def _alone(facts: Facts) -> Iterator[Answer]:
    """Texts of sessions that typed nothing else."""
    texts, contexts = facts.all("docx.session.text"), facts.all("docx.session.context")
    pairs = list(zip(texts, contexts, strict=False))
    if not pairs or not facts.value("docx.rsid.declared"):
        return
    for text, context in [pair for pair in pairs if (pair[0].raw or "").endswith(" undeclared")][:3]:
        yield unusual(
            "unlisted",
            rests_on=(text, context),
            text=_cut(str(text.value)),
            session=(text.raw or "").partition(" ")[0],
            context=_cut(str(context.value)),
            number=_number(text),
        )
    figures = [pair for pair in pairs if any(sign.isdigit() for sign in str(pair[0].value))]
    if figures:
        rests_on: Sequence[Observation] = [observation for pair in figures for observation in pair]
        yield neutral(
            "another-session",
            rests_on=rests_on[:20],
            count=len(pairs),
            figures=len(figures),
            number=_number(figures[0][0]),
            context=_cut(str(figures[0][1].value)),
        )


def _number(observation: Observation) -> int:
    return observation.where.line or 0


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTED else flat[: _QUOTED - 1] + "…"
