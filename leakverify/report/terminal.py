"""Reports for a terminal, or for a pipe: words, indentation, no boxes.

Everything is handed to Rich as :class:`rich.text.Text`, never as markup, after
the filter of :mod:`leakverify.report._visible`, so nothing a document says can
become an escape sequence.  Without a terminal there is no colour either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from leakverify.evidence import Assessment, Outcome, Report
from leakverify.report._view import NOTEWORTHY, Answer, Fact, Row, Trouble, View, row, standing_out, view
from leakverify.report._visible import visible
from leakverify.report._words import Sentence, Words, words
from leakverify.report.source import Scanned, StandingOut

#: never the only carrier of what it means: the word stands beside it
_COLOURS = {
    Assessment.CONTRADICTED: "bold red",
    Assessment.REVIEW: "bold yellow",
    Assessment.UNEXAMINED: "bold magenta",
    Assessment.UNREMARKABLE: "bold",
    Assessment.AUTHENTICATED: "bold green",
}
_OUTCOME_COLOURS = {Outcome.CONTRADICTS: "red", Outcome.UNUSUAL: "yellow", Outcome.SUPPORTS: "green"}
_QUOTED = "italic"
_DIM = "dim"
#: Rich breaks lines at every space, unbreakable ones too; until the lines are set, private characters
#: stand in for them, which the filter lets through from no document
_STAND_INS = ("\ue000", "\ue001")
#: width when the output is no terminal
PLAIN_WIDTH = 100
#: below this a ranked list is set in two lines per document
_NARROW = 90


def print_report(report: Report, file: TextIO, *, lang: str = "en", facts: bool = False) -> None:
    """One report in full; ``facts`` adds the list of everything that was read."""
    said = words(lang, _STAND_INS)
    _print(file, *_report(view(report, said, facts=facts), said, facts=facts))


def print_ranked(
    reports: Iterable[Report], file: TextIO, *, lang: str = "en", total: int | None = None
) -> None:
    """Those documents that need a look, in the order given; ``total`` says how many there are in all."""
    said = words(lang, _STAND_INS)
    noteworthy = (report for report in reports if report.assessment in NOTEWORTHY)
    rows = [row(report, said, rank=rank) for rank, report in enumerate(noteworthy, 1)]
    if not rows:
        _print(file, Text(said.ui("nothing-needs-a-look")))
        return
    _print(file, _table(rows, said) if _console(file).width >= _NARROW else _list(rows))
    if total is not None and total > len(rows):
        _print(file, Text(said.plural("table-more", total - len(rows)), _DIM))


def print_scan(scan: Scanned, file: TextIO, *, lang: str = "en", top: int = 20) -> None:
    """The counts of a scan and the first ``top`` of what needs a look."""
    summary = scan.summary()
    if not summary.complete:
        _print(file, Text(words(lang, _STAND_INS).ui("incomplete"), "bold"), Text())
    print_summary(summary.assessments, summary.problems, file, lang=lang)
    noteworthy = sum(summary.assessments.get(value.value, 0) for value in NOTEWORTHY)
    if top:
        print_ranked(scan.ranked(min(top, noteworthy)), file, lang=lang, total=noteworthy)
    found = scan.outliers()
    if found is not None:
        print_outliers(found, file, lang=lang, top=top)


def print_outliers(found: StandingOut, file: TextIO, *, lang: str = "en", top: int = 20) -> None:
    """What stands out within an archive, or what it would take to tell; nothing where nothing was scored."""
    said = words(lang, _STAND_INS)
    sentences = standing_out(found, said)
    if not sentences:
        return
    _print(file, Text(), Text(said.ui("outliers"), "bold"), *(_indent(Text(one)) for one in sentences))
    if found.paths and top:
        _print(file, *(_indent(Text(visible(path, limit=400)), 4, hang=2) for path in found.paths[:top]))
        if len(found.paths) > top:
            _print(file, Text(said.plural("table-more", len(found.paths) - top), _DIM))


def print_columns(heading: Sequence[str], rows: Iterable[Sequence[str]], file: TextIO) -> None:
    """A table of our own words; the last column takes what width is left."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for number, name in enumerate(heading):
        table.add_column(Text(name), no_wrap=number == 0, overflow="fold")
    for cells in rows:
        table.add_row(*(Text(visible(cell)) for cell in cells))
    _print(file, table)


def print_summary(
    assessments: Mapping[str, int], problems: Mapping[str, int], file: TextIO, *, lang: str = "en"
) -> None:
    """How many documents there are of each assessment, and with each problem."""
    said = words(lang, _STAND_INS)
    parts: list[RenderableType] = [Text(said.plural("documents", sum(assessments.values())), "bold")]
    counts = _grid()
    for value in Assessment:
        if n := assessments.get(value.value, 0):
            counts.add_row(
                Text(said.number(n), justify="right"), Text(said.assessment(value), _COLOURS[value])
            )
    parts.append(_indent(counts))
    if problems:
        parts.append(Text(said.ui("not-seen"), "bold"))
        troubles = _grid()
        for code, n in sorted(problems.items(), key=lambda item: (-item[1], item[0])):
            troubles.add_row(
                Text(said.number(n), justify="right"),
                Text(visible(code, limit=60)),
                Text(said.problem(code), _DIM),
            )
        parts.append(_indent(troubles))
    _print(file, *parts, Text())


def _print(file: TextIO, *parts: RenderableType) -> None:
    console = _console(file)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    text = captured.get()
    for stand_in, space in zip(_STAND_INS, ("\u00a0", "\u202f"), strict=True):
        text = text.replace(stand_in, space)
    file.write(text if console.is_terminal else re.sub(r" +$", "", text, flags=re.MULTILINE))


def _console(file: TextIO) -> Console:
    tty = file.isatty()
    return Console(
        file=file, highlight=False, markup=False, emoji=False, soft_wrap=False,
        width=None if tty else PLAIN_WIDTH, no_color=None if tty else True,
        force_terminal=None if tty else False, legacy_windows=False,
    )  # fmt: skip


# one report ---------------------------------------------------------------------------------------------


def _report(shown: View, said: Words, *, facts: bool) -> Iterator[RenderableType]:
    line = shown.row
    yield Text(line.path, "bold")
    about = [line.formats or said.ui("format-none"), line.size]
    if shown.lineage:
        about.append(shown.role)
    yield _indent(Text(", ".join(about), _DIM))
    yield _indent(Text(f"SHA-256 {shown.sha256 or said.ui('sha256-none')}", _DIM))
    yield Text()
    yield Text.assemble((line.assessment_words, _COLOURS[line.assessment]), " — ", _sentence(line.reason))
    if shown.meaning:
        yield _indent(Text(shown.meaning, _DIM))
    yield Text()
    yield from _not_seen(shown, said)
    for group in shown.groups:
        yield Text.assemble((group.name, "bold"), "  ", (group.meaning, _DIM))
        for answer in group.answers:
            yield _indent(_answer(answer, said))
            yield Text()
    if not shown.groups:
        yield Text(said.ui("no-evidence"))
        yield Text()
    if shown.score is not None:
        yield Text(said.ui("score"), "bold")
        for sentence in shown.score.sentences:
            yield _indent(Text(sentence))
        yield Text()
    for heading, answers in (("quiet", shown.quiet), ("not-applicable", shown.not_applicable)):
        if answers:
            listed = ", ".join(dict.fromkeys(a.check for a in answers))
            yield Text(f"{said.ui(heading)}{said.colon}{listed}", _DIM)
    if facts:
        yield Text()
        yield Text(said.ui("facts"), "bold")
        yield _indent(_facts(shown.facts, said))
        if shown.facts_left:
            yield _indent(Text(said.plural("more-facts", shown.facts_left), _DIM))
    yield Text()
    yield Text(said.ui("not-a-verdict"), _DIM)
    yield Text(said.ui("quotation"), _DIM)


def _not_seen(shown: View, said: Words) -> Iterator[RenderableType]:
    if not shown.troubles and not shown.unanswered:
        return
    yield Text(said.ui("not-seen"), "bold")
    for trouble in shown.troubles:
        yield _indent(_trouble(trouble, said), hang=2)
    if shown.troubles_left:
        yield _indent(Text(said.plural("more-problems", shown.troubles_left), _DIM))
    for answer in shown.unanswered:
        reason = Text.assemble(
            (answer.check, "bold"), f" {answer.title}{said.colon}", _sentence(answer.sentence)
        )
        yield _indent(reason, hang=2)
    yield Text()


def _trouble(trouble: Trouble, said: Words) -> Text:
    text = Text.assemble((trouble.code, "bold"), f"  {trouble.meaning}")
    if trouble.times > 1:
        text.append(f" ({said.ui('times', n=said.number(trouble.times))})")
    if trouble.where:
        text.append(f" [{trouble.where}]", _DIM)
    if trouble.detail:
        text.append(" ")
        text.append(said.quote(trouble.detail), _QUOTED)
    return text


def _answer(answer: Answer, said: Words) -> RenderableType:
    colour = _OUTCOME_COLOURS.get(answer.outcome, "")
    head = Text.assemble(
        (answer.outcome_words, f"bold {colour}".strip()), "  ", (answer.check, "bold"), f"  {answer.title}"
    )
    parts: list[RenderableType] = [head, _indent(_sentence(answer.sentence))]
    for change in answer.changes:
        if change.where:
            parts.append(_indent(Text(change.where, _DIM)))
        for label, sentence in (("earlier", change.before), ("later", change.after)):
            text = Text(f"{said.ui(label)}{said.colon}", _DIM)
            if not any(piece.text for piece in sentence):
                text.append(said.ui("no-text"), _DIM)
            else:
                text.append(said.opening)
                for piece in sentence:
                    text.append(piece.text, "bold italic" if piece.quoted else _QUOTED)
                text.append(said.closing)
            parts.append(_indent(text, 4, hang=2))
    if answer.facts:
        parts.append(_indent(Text(f"{said.ui('rests-on')}{said.colon.rstrip()}", _DIM)))
        parts.append(_indent(_facts(answer.facts, said), 4))
    if answer.facts_left:
        parts.append(_indent(Text(said.plural("more-facts", answer.facts_left), _DIM), 4))
    if answer.outcome in (Outcome.CONTRADICTS, Outcome.UNUSUAL):
        parts += _weighing(answer, said)
    if answer.reproduce:
        parts.append(_labelled(said.ui("reproduce"), Text(answer.reproduce), said))
    return Group(*parts)


def _weighing(answer: Answer, said: Words) -> Iterator[RenderableType]:
    """What speaks for an innocent reading, before what speaks for a strong one."""
    if answer.innocent:
        yield _indent(Text(f"{said.ui('innocent')}{said.colon.rstrip()}", _DIM))
        for sentence in answer.innocent:
            yield _indent(Text(f"- {sentence}"), 4, hang=2)
    yield _labelled(said.ui("strength"), Text(" ".join(answer.strength)), said)
    yield _labelled(said.ui("family"), Text(answer.family), said)
    if answer.cost:
        yield _labelled(said.ui("cost"), Text(answer.cost), said)


def _facts(facts: Iterable[Fact], said: Words) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(ratio=None, max_width=34, overflow="fold")
    table.add_column(ratio=None, overflow="fold")
    for fact in facts:
        value = Text(said.quote(fact.value) if fact.quoted else fact.value, _QUOTED if fact.quoted else "")
        if fact.raw:
            value.append(f"  ({said.ui('literally', raw=said.quote(fact.raw))})", _DIM)
        if fact.where:
            value.append(f"  [{fact.where}]", _DIM)
        table.add_row(Text(fact.name), value)
    return table


def _sentence(sentence: Sentence) -> Text:
    text = Text()
    for piece in sentence:
        text.append(piece.text, _QUOTED if piece.quoted else "")
    return text


def _labelled(label: str, value: Text, said: Words) -> RenderableType:
    return _indent(Text.assemble((f"{label}{said.colon}", _DIM), value), hang=2)


def _indent(part: RenderableType, by: int = 2, *, hang: int = 0) -> RenderableType:
    """Set a part to the right; ``hang`` sets its second and later lines further right."""
    if hang and isinstance(part, Text):
        return Padding(_Hanging(part, hang), (0, 0, 0, by))
    return Padding(part, (0, 0, 0, by))


# lists --------------------------------------------------------------------------------------------------


def _grid() -> Table:
    return Table.grid(padding=(0, 2, 0, 0))


def _table(rows: list[Row], said: Words) -> Table:
    table = Table(box=None, padding=(0, 2, 1, 0), header_style="bold", pad_edge=False, expand=True)
    table.add_column(Text(said.ui("rank")), justify="right", no_wrap=True)
    table.add_column(Text(said.ui("assessment")), no_wrap=True)
    table.add_column(Text(said.ui("document")), ratio=2, overflow="fold")
    table.add_column(Text(said.ui("because")), ratio=3, overflow="fold")
    for line in rows:
        table.add_row(
            Text(str(line.rank)),
            Text(line.assessment_words, _COLOURS[line.assessment]),
            Text(line.path),
            _reason(line, said),
        )
    return table


def _list(rows: list[Row]) -> Group:
    parts: list[RenderableType] = []
    for line in rows:
        parts.append(
            Text.assemble(
                f"{line.rank}. ", (line.assessment_words, _COLOURS[line.assessment]), f"  {line.path}"
            )
        )
        parts.append(_indent(_sentence(line.reason), 3))
    return Group(*parts)


def _reason(line: Row, said: Words) -> Text:
    text = _sentence(line.reason)
    if line.pointed > 1:
        text.append(f" ({said.plural('also-evidence', line.pointed - 1)})", _DIM)
    return text


class _Hanging:
    """A paragraph whose second and later lines are set further right."""

    def __init__(self, text: Text, by: int) -> None:
        self._text = text
        self._by = by

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - self._by, 10)
        for index, line in enumerate(self._text.wrap(console, width)):
            yield Text(" " * self._by) + line if index else line
