"""LV-SAFE-001  Active content: what the document can do when it is opened or clicked.

What it looks at: actions that a PDF starts on opening, on a click or in a
form: scripts, programs to start, forms that send what was typed, files carried
inside, media.  In Office documents, macros and controls.  Each is named with
what would happen in a viewer that allows it.

Why it matters: a leak is opened by people, on their own machines.  This is a
matter of safety and says nothing of whether the document is sound; it is never
scored.

Innocent ways: forms of offices calculate and check with scripts; electronic
invoices carry their data as a file inside; programs set on opening which page
is shown and how large.

Repeat by hand: ``qpdf --qdf --object-streams=disable FILE - | grep -aE
'/(JavaScript|Launch|OpenAction|AA|SubmitForm|EmbeddedFile)'``; for Office files
``unzip -l FILE`` and look for ``vbaProject.bin`` and ``activeX``.

Sources: ISO 32000-2 12.6 (actions) and 7.11.4 (embedded files); D. Stevens,
PDFiD; MS-OFFMACRO2.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.checks._text import ABSENT, absent, seen_in_part
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "JavaScript": "The document holds scripts; a viewer that allows it runs them on opening, on a click or "
    "while a form is filled.",
    "Launch": "The document can start a program or open another file on the computer.",
    "OpenAction": "The document states what a viewer does on opening; as a rule that is which page is shown.",
    "AdditionalActions": "The document acts by itself when a page is shown, a field changes or it is closed.",
    "EmbeddedFile": "The document carries other files inside; each is examined by itself here. A viewer "
    "offers to save or open them.",
    "FileAttachment": "A note on a page carries a file; a viewer offers to save or open it.",
    "SubmitForm": "The document can send what is typed into its form to an address on the network.",
    "ImportData": "The document can load data into its form from another file.",
    "GoToR": "A link opens another file, on the computer or in the network.",
    "GoToE": "A link opens a document that is carried inside.",
    "XFA": "The form is described in XFA, which may hold scripts of its own; few viewers still show it.",
    "media": "The document plays or shows media ({what}), which a viewer gives to other programs.",
    "other": "The document holds an action of the kind {what}.",
    "disguised": "The name {what} is spelt {spelling} in the file, so that a search for it does not find it.",
    "macros": "The document holds macros ({part}); they run once the reader allows them.",
    "control": "The document holds a control or an object that another program opens ({part}).",
    **ABSENT,
}
INNOCENT = {
    "form": "Forms calculate and check what is typed.",
    "invoice": "Electronic invoices and archives carry their data as a file inside.",
    "view": "The program set which page is shown first, and how large.",
}

_MEDIA = frozenset(("RichMedia", "RichMediaExecute", "Screen", "3D", "Movie", "Sound", "Rendition"))
_STATED = {"pdf": "pdf.header.version", "ooxml": "ooxml.kind"}
#: parts of an Office file that are listed
_MOST = 5

EXAMPLES = (
    Example(
        title="a form with scripts that starts a program",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.header.version", "1.7"),
            fact("pdf.active", "JavaScript", page=1),
            fact("pdf.active", "Launch", page=3),
        ),
    ),
    Example(
        title="a spreadsheet with macros",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(fact("ooxml.kind", "xlsm"), fact("ooxml.part", "xl/vbaProject.bin")),
    ),
    Example(
        title="a script whose name is written in codes",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.header.version", "1.7"),
            fact("pdf.name.disguised", "JavaScript", raw="/J#61vaScript", offset=812),
        ),
    ),
    Example(
        title="an ordinary letter",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.header.version", "1.4"), fact("pdf.pages", 1)),
    ),
)


@check(
    "LV-SAFE-001",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("pdf", "ooxml"),
    reads=("pdf.active", "pdf.name.disguised", "pdf.header.version", "ooxml.kind", "ooxml.part"),
    cost=Cost.SECONDS,
    reproduce="qpdf --qdf --object-streams=disable FILE - | grep -aE '/(JavaScript|Launch|OpenAction)'",
)
def active_content(facts: Facts) -> Iterator[Answer]:
    found = [*_actions(facts), *_parts(facts)]
    if found:
        yield from found
    elif not any(facts.first(name) for name in _STATED.values()):
        yield absent(facts, *(_STATED[format_] for format_ in facts.formats if format_ in _STATED))
    elif (partly := seen_in_part(facts)) is not None:
        yield partly


def _actions(facts: Facts) -> Iterator[Answer]:
    """Each kind of action once, with every place it was seen at."""
    kinds: dict[str, list[Observation]] = {}
    for observation in facts.all("pdf.active"):
        kinds.setdefault(str(observation.value), []).append(observation)
    for hidden in facts.all("pdf.name.disguised"):
        yield neutral("disguised", rests_on=(hidden,), what=str(hidden.value), spelling=hidden.raw or "")
    for kind, seen in kinds.items():
        if kind in _MEDIA:
            yield neutral("media", rests_on=seen, what=kind)
        elif kind in MESSAGES and kind not in ABSENT and kind[0].isupper():
            yield neutral(kind, rests_on=seen)
        else:
            yield neutral("other", rests_on=seen, what=kind)


def _parts(facts: Facts) -> Iterator[Answer]:
    """Macros, and objects of other programs, by the names of their parts (ECMA-376 part 1, 15.2)."""
    left = _MOST
    for observation in facts.all("ooxml.part"):
        name = str(observation.value)
        low = name.lower()
        macros = low.endswith("vbaproject.bin")
        if left and (macros or "/activex/" in low or "/embeddings/oleobject" in low):
            left -= 1
            yield neutral("macros" if macros else "control", rests_on=(observation,), part=name)
