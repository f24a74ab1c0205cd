"""LV-ID-001  Names and settings of another script than the author and the text.

What it looks at: in which script the text, the stated author, the later savers,
companies and templates are written, and to which script the settings belong
that programs take over from a machine: code page, country, language of program
and theme, names of sheets, paths, printers.  Shown is what stands apart from
both author and text, with the competing readings and what in this file speaks
for each.  So are the words that Office writes for a broken link, which are in
the language of the program that updated it.

Why it matters: such a name tells at most who saved last, or on what machine.
It is also the mark most easily put there: a property is changed in seconds.
The check names no reading as the true one, and what it finds never counts
towards a ranking.  Latin names and settings are never reported: accounts in
Latin letters are ordinary everywhere.

Innocent ways: a colleague or a supplier abroad saved the document; the machine
is set to another language; a template or an older document of others was used
again; documents were converted or saved in bulk on one machine.

Repeat by hand: ``exiftool -a -G1 -Author -Creator -LastModifiedBy -Company
-Template -CodePage FILE``; ``unzip -p FILE docProps/core.xml``.

Sources: AlienVault, MacronLeaks: a timeline of events, 6 May 2017, and the four
readings it printed; the discussion of the Guccifer 2.0 files of June 2016;
Kaspersky on Olympic Destroyer, 2018, on marks copied on purpose; scripts of
settings in ``locales``.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._identity import (
    AUTHORS,
    LANGUAGES,
    MACHINE,
    ORIGINS,
    RECORDS,
    REVIEWERS,
    SAVERS,
    TEMPLATES,
    TEXTS,
    Mark,
    Writing,
    error_strings,
    marked_languages,
    named,
    of_machine,
    writing,
)
from leakverify.checks._text import ABSENT, absent, seen_in_part
from leakverify.checks._time import span_text
from leakverify.checks._versions import WRITING, claims_microsoft, patched, writer
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.when import When

MESSAGES = {
    "foreign": "{fields}: in {script}. Text and author are in {base}. This tells at most who saved last or "
    "whose settings were used; the readings that compete follow, and nothing here says which holds.",
    "setting": "{fields}: settings that belong to {script}, while text and names are in {base}. Programs "
    "take "
    "them over from the machine that saved.",
    "author": "{field} is in {script}, the text in {base}, and no later saver is named: an author who writes "
    "another language, or a name set by whoever made the file.",
    "error-text": "The text holds «{quote}», which Office in {language} writes for a broken link; the rest "
    "of the "
    "text is in {base}. A program in {language} updated it, or the words were copied along.",
    "planted-alone": "Reading 1, planted: only {field} is in {script}, and no setting of a machine goes "
    "with it. "
    "A field of the properties is set in seconds.",
    "planted-record": "Reading 1, planted: {field} is in {script}, and the program's own record of its user, "
    "{record}, is not. A field of the properties is set in seconds.",
    "planted-packed": "Reading 1, planted: {field} is in {script}, and the archive was packed by {writer}, "
    "not by "
    "the program named. A field of the properties is set in seconds.",
    "planted-several": "Reading 1, planted: {fields} would have had to be set alike, which takes minutes; "
    "that "
    "they agree speaks for it no more than for the other readings.",
    "machine-agrees": "Reading 2, a machine set to {script}: {fields} agree with it, and programs fill "
    "these in "
    "without being asked.",
    "machine-silent": "Reading 2, a machine set to {script}: no code page, country, language of the program, "
    "sheet name or path in this file speaks for it.",
    "template-named": "Reading 3, a template or older document used again: {fields}.",
    "template-age": "Reading 3, a template or older document used again: it states another author, "
    "{author}, and "
    "a creation {by} before the last save.",
    "template-silent": "Reading 3, a template or older document used again: nothing in this file speaks "
    "for it.",
    "conversion-signs": "Reading 4, converted or saved in bulk: {signs}.",
    "conversion-silent": "Reading 4, converted or saved in bulk: editing time and count of saves do not "
    "speak for "
    "it; other files saved within minutes of this one would.",
    "colleague-text": "Reading 5, a colleague who writes {script}: {count} letters of the text and "
    "{fields} are in "
    "it, too.",
    "colleague-silent": "Reading 5, a colleague who writes {script}: no part of the text is in it, as is "
    "usual "
    "where somebody only saves or corrects.",
    **ABSENT,
}
INNOCENT = {
    "colleague": "A colleague, a supplier or a translator saved the document.",
    "machine": "The machine or the program was set to another language.",
    "template": "A template or an older document of others was used again.",
    "conversion": "Documents were converted or saved in bulk on one machine.",
}
#: per kind of document: creation, last save, editing time, count of saves
_HISTORY = (
    ("ooxml.core.created", "ooxml.core.modified", "ooxml.app.total_time", "ooxml.core.revision"),
    ("ole.summary.created", "ole.summary.modified", "ole.summary.total_time", "ole.summary.revision"),
    ("odf.created", "odf.modified", "odf.editing_time", "odf.editing_cycles"),
    ("rtf.created", "rtf.revised", "rtf.edit_time", "rtf.revision"),
)
_OTHERS = (*SAVERS, *ORIGINS, *REVIEWERS)
#: what is quoted in one sentence
_QUOTED = 5

_LEDGER = fact(
    "ooxml.text", "Relevé des dépenses de campagne, déplacements et location de salles", part="sharedStrings"
)
_CYRILLIC = "\u0420\u043e\u0448\u043a\u0430 \u0413\u0435\u043e\u0440\u0433\u0438\u0439"
EXAMPLES = (
    Example(
        title="a Cyrillic last saver in a French spreadsheet, with nothing else that goes with it",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            _LEDGER,
            fact("ooxml.core.creator", "C\u00e9dric O", part="docProps/core.xml"),
            fact("ooxml.core.last_modified_by", _CYRILLIC, part="docProps/core.xml"),
            fact("ooxml.core.created", "2006-09-16T00:00:00Z"),
            fact("ooxml.core.modified", "2017-03-27T10:29:00Z"),
        ),
    ),
    Example(
        title="the same, from a machine whose settings agree",
        outcome=Outcome.UNUSUAL,
        formats=("ole",),
        facts=(
            fact("ole.text", "Relev\u00e9 des d\u00e9penses, location de salles", part="Workbook"),
            fact("ole.summary.author", "Jeanne Martin"),
            fact("ole.summary.last_author", _CYRILLIC),
            fact("xls.written_by", _CYRILLIC),
            fact("ole.summary.code_page", 1251),
            fact("xls.country", "7 7"),
        ),
    ),
    Example(
        title="words of a Russian program for a broken link in an English text",
        outcome=Outcome.NEUTRAL,
        formats=("rtf",),
        facts=(
            fact(
                "rtf.text",
                "Donors of the committee are listed at \u041e\u0448\u0438\u0431\u043a\u0430! "
                "\u041d\u0435\u0434\u043e\u043f\u0443\u0441\u0442\u0438\u043c\u044b\u0439 "
                "\u043e\u0431\u044a\u0435\u043a\u0442 "
                "\u0433\u0438\u043f\u0435\u0440\u0441\u0441\u044b\u043b\u043a\u0438.",
            ),
            fact("rtf.author", "Warren Flood"),
        ),
    ),
    Example(
        title="a document in two languages",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact(
                "ooxml.text",
                "Agreement between the parties / \u0414\u043e\u0433\u043e\u0432\u043e\u0440 "
                "\u043c\u0435\u0436\u0434\u0443 \u0441\u0442\u043e\u0440\u043e\u043d\u0430\u043c\u0438",
            ),
            fact("ooxml.core.creator", "Jeanne Martin"),
            fact(
                "ooxml.core.last_modified_by", "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432"
            ),
        ),
    ),
)


@check(
    "LV-ID-001",
    question=Question.HANDLING,
    family=Family.IDENTITY,
    formats=("ooxml", "ole", "odf", "rtf", "pdf", "image"),
    reads=(
        *AUTHORS, *_OTHERS, *TEXTS, *MACHINE, *LANGUAGES, *WRITING,
        *(name for names in _HISTORY for name in names),
        "zip.made_by", "ooxml.app.application",
    ),
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -Author -Creator -LastModifiedBy -Company -Template -CodePage FILE",
)  # fmt: skip
def foreign_identity(facts: Facts) -> Iterator[Answer]:
    everything = (*AUTHORS, *_OTHERS, *MACHINE, *TEXTS)
    if not any(facts.first(name) for name in everything):
        yield absent(facts, *AUTHORS, *SAVERS)
        return
    text, authors = writing(facts), named(facts, AUTHORS)
    own = (*text.scripts, *(mark.script for mark in authors))
    people, machine = named(facts, _OTHERS), of_machine(facts)
    for strange in dict.fromkeys(mark.script for mark in (*people, *machine)):
        if strange == "Latin" or strange in own or not own:
            continue
        names = [mark for mark in people if mark.script == strange]
        settings = [mark for mark in machine if mark.script == strange]
        if names:
            base = " and ".join(dict.fromkeys(own))
            yield unusual("foreign", rests_on=_seen(names), fields=_listed(names), script=strange, base=base)
            yield from _readings(facts, strange, names, settings, text, authors)
        else:
            base = " and ".join(dict.fromkeys((*own, *(mark.script for mark in people))))
            yield neutral(
                "setting", rests_on=_seen(settings), fields=_listed(settings), script=strange, base=base
            )
    if not people:
        for mark in authors:
            if mark.script != "Latin" and text.scripts and mark.script not in text.scripts:
                base = " and ".join(text.scripts)
                yield neutral(
                    "author", rests_on=(mark.observation,), field=str(mark), script=mark.script, base=base
                )
    yield from _error_texts(facts, text)
    if not people and not machine:
        hidden = seen_in_part(facts)
        if hidden is not None:
            yield hidden


def _error_texts(facts: Facts, text: Writing) -> Iterator[Answer]:
    for observation, row in error_strings(facts):
        if text.scripts and row["script"] not in text.scripts:
            yield neutral(
                "error-text", rests_on=(observation,), quote=row["text"], language=row["language"],
                base=" and ".join(text.scripts),
            )  # fmt: skip


def _readings(
    facts: Facts, strange: str, names: list[Mark], settings: list[Mark], text: Writing, authors: list[Mark]
) -> Iterator[Answer]:
    """The competing readings, in the same order whatever speaks for them."""
    yield _planted(facts, strange, names, settings)
    if settings:
        yield neutral("machine-agrees", rests_on=_seen(settings), script=strange, fields=_listed(settings))
    else:
        yield neutral("machine-silent", rests_on=_seen(names[:1]), script=strange)
    yield _template(facts, names, authors)
    yield _conversion(facts, names)
    yield _colleague(facts, strange, names, text)


def _planted(facts: Facts, strange: str, names: list[Mark], settings: list[Mark]) -> Answer:
    first = names[0]
    said = {"field": str(first), "script": strange}
    fields = {mark.observation.name for mark in names}
    records = [mark for mark in named(facts, RECORDS) if mark.script != strange]
    if records and not fields & set(RECORDS):
        both = (first.observation, records[0].observation)
        return neutral("planted-record", rests_on=both, record=str(records[0]), **said)
    packer = writer(facts) if claims_microsoft(facts) else None
    mixed = patched(facts) if claims_microsoft(facts) else ()
    if (packer is not None and packer.kind in ("script", "archiver")) or mixed:
        marks = packer.marks if packer is not None else mixed
        by = packer.name if packer is not None else "another program in part"
        return neutral("planted-packed", rests_on=(first.observation, *marks), writer=by, **said)
    if len(fields) == 1 and not settings:
        return neutral("planted-alone", rests_on=(first.observation,), **said)
    agreeing = [*names, *settings]
    return neutral("planted-several", rests_on=_seen(agreeing), fields=_listed(agreeing))


def _template(facts: Facts, names: list[Mark], authors: list[Mark]) -> Answer:
    named_so = [mark for mark in names if mark.observation.name in ORIGINS]
    used = [o for name in TEMPLATES for o in facts.all(name) if not str(o.value).lower().startswith("normal")]
    if named_so or used:
        rest = (*_seen(named_so), *used)
        fields = [str(mark) for mark in named_so] + [f"{o.name} «{o.value}»" for o in used]
        return neutral("template-named", rests_on=rest, fields=", ".join(dict.fromkeys(fields[:_QUOTED])))
    history = _history(facts)
    if history is not None and authors:
        created, modified = history
        apart = modified[1].wall - created[1].wall
        if apart.days > 30:
            return neutral(
                "template-age", rests_on=(authors[0].observation, created[0], modified[0]),
                author=str(authors[0].observation.value), by=span_text(apart),
            )  # fmt: skip
    return neutral("template-silent", rests_on=_seen(names[:1]))


def _history(facts: Facts) -> tuple[tuple[Observation, When], tuple[Observation, When]] | None:
    for created_name, modified_name, *_ in _HISTORY:
        created, modified = facts.moment(created_name), facts.moment(modified_name)
        if created is not None and modified is not None:
            return created, modified
    return None


def _conversion(facts: Facts, names: list[Mark]) -> Answer:
    """An editing time of nothing and a count that began again are what conversions leave."""
    signs = []
    for *_, total_name, saves_name in _HISTORY:
        total, saves = facts.last(total_name), facts.last(saves_name)
        if total is not None and total.value in (0, 0.0):
            signs.append(total)
        if saves is not None and str(saves.value) in ("0", "1"):
            signs.append(saves)
    if signs:
        listed = ", ".join(f"{o.name} = {o.value}" for o in signs)
        return neutral("conversion-signs", rests_on=tuple(signs), signs=listed)
    return neutral("conversion-silent", rests_on=_seen(names[:1]))


def _colleague(facts: Facts, strange: str, names: list[Mark], text: Writing) -> Answer:
    written = text.letters.get(strange, 0)
    people = [mark for mark in names if mark.observation.name in REVIEWERS]
    people += marked_languages(facts, strange)
    if written or people:
        return neutral(
            "colleague-text", rests_on=_seen(people or names[:1]), script=strange, count=written,
            fields=_listed(people or names[:1]),
        )  # fmt: skip
    return neutral("colleague-silent", rests_on=_seen(names[:1]), script=strange)


def _seen(marks: list[Mark]) -> tuple[Observation, ...]:
    return tuple(mark.observation for mark in marks[:_QUOTED])


def _listed(marks: list[Mark]) -> str:
    return ", ".join(str(mark) for mark in marks[:_QUOTED])
