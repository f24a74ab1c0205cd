r"""LV-OLE-005  The last saves that Word kept: who, and where to.

What it looks at: Word 97 to 2002 keeps the last ten saves of a document with
the name of the user and the path, apart from the properties.  They are listed,
oldest first.

Why it matters: this log named the people who had the United Kingdom's dossier on
Iraq in hand in February 2003.  It tells of handling: who saved, under which
name, on which machine or medium, and whether the file travelled by mail.

Innocent ways: a user name is whatever was typed when Word was set up, often that
of a firm or of the person who had the machine before; the names of a template
or of an older document come along with a copy.

Repeat by hand: ``strings -el FILE | grep -iE '^[A-Z]:'``; any reader of the
table SttbSavedBy.

Sources: MS-DOC 2.9.289 (SttbSavedBy); Microsoft Knowledge Base 223790; R. M.
Smith on the dossier, 2003.  Of 75 public Word files 11 keep such a log.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "saves": "Word kept {count} saves, by {people} under {paths}; in order: {log}.",
    "other-saver": "The last save Word kept is by {saver}; the properties name {stated} as the last to save.",
}
INNOCENT = {
    "set-up": "The name is whatever was typed when the program was set up.",
    "copied": "The log of an older document or template came along with a copy.",
    "later": "A version of Word that keeps no log saved the document later.",
}
_LISTED = 10

EXAMPLES = (
    Example(
        title="three people and a floppy disk",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("doc.saved_by", "phamill", part="1Table"),
            fact("doc.saved_as", "C:\\TEMP\\\\AutoRecovery save of iraq security.asd", part="1Table"),
            fact("doc.saved_by", "jpratt", part="1Table"),
            fact("doc.saved_as", "C:\\TEMP\\\\Iraq - security.doc", part="1Table"),
            fact("doc.saved_by", "ablackshaw", part="1Table"),
            fact("doc.saved_as", "A:\\\\Iraq - security.doc", part="1Table"),
        ),
    ),
    Example(
        title="one save, by the person the properties name",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("doc.saved_by", "Jeanne Martin", part="1Table"),
            fact("doc.saved_as", "C:\\My Documents\\memo.doc", part="1Table"),
            fact("ole.summary.last_author", "Jeanne Martin"),
        ),
    ),
)


@check(
    "LV-OLE-005",
    question=Question.HANDLING,
    family=Family.HISTORY,
    formats=("ole",),
    needs=("doc.saved_by",),
    reads=("doc.saved_as", "ole.summary.last_author"),
    cost=Cost.HOURS,
    reproduce="strings -el FILE",
)
def ole_saves(facts: Facts) -> Iterator[Answer]:
    savers, paths = facts.all("doc.saved_by"), facts.all("doc.saved_as")
    names = [str(o.value).strip() for o in savers]
    places = [str(o.value) for o in paths]
    log = "; ".join(f"{name} «{place}»" for name, place in zip(names, places, strict=False))
    yield neutral(
        "saves", rests_on=(*savers[:_LISTED], *paths[:_LISTED]), count=len(names),
        people=len(set(names)), paths=len(set(places)), log=log[:3000],
    )  # fmt: skip
    stated = facts.last("ole.summary.last_author")
    if stated is not None and names and str(stated.value).strip() not in names[-1:]:
        yield neutral("other-saver", rests_on=(savers[-1], stated), saver=names[-1], stated=str(stated.value))
