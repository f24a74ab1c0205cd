"""``leakverify knowledge list`` and ``leakverify knowledge show TABLE[/ROW]``"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from leakverify.cli._exit import Exit

if TYPE_CHECKING:
    from leakverify.knowledge import Row

#: rows told one by one in words; more are a table
_FEW = 12
_PRECISIONS = {"year": "known to the year", "month": "known to the month", "day": "known to the day"}


@click.group(name="knowledge", short_help="Dated facts that the checks rest on, each with its source.")
def command() -> None:
    """Dated facts that the checks rest on, each with its source."""


@command.command(name="list")
def list_() -> Exit:
    """Every table: name, rows, what it is."""
    from leakverify import knowledge
    from leakverify.report.terminal import print_columns

    rows = [
        (name, str(len(knowledge.table(name))), knowledge.about(name).partition(". ")[0])
        for name in knowledge.names()
    ]
    print_columns(("table", "rows", "what it is"), rows, sys.stdout)
    return Exit.DONE


@command.command()
@click.argument("what", metavar="TABLE[/ROW]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(what: str, as_json: bool) -> Exit:
    """The rows of a table; with ROW, those that speak of it: fonts/Calibri.

    ROW is a word of the row, or what a document says: ``fonts/ABCDEE+Calibri,Bold``,
    ``"pdf_releases/Microsoft Word 2016"``, ``tlds/.paris``, ``unicode_versions/€``.
    """
    from leakverify import knowledge
    from leakverify.report.terminal import print_columns

    said, _, wanted = what.partition("/")
    name = said.strip().casefold().replace("-", "_")
    if name not in knowledge.names():
        close = knowledge.near(name, knowledge.names())
        raise click.UsageError(
            f"no table {said}" + _perhaps(close, "leakverify knowledge list names them all")
        )
    rows = knowledge.find(name, wanted)
    if not rows:
        every = {row[column] for row in knowledge.table(name) for column in _key(row)}
        raise click.UsageError(
            f"no row of {name} speaks of {wanted}"
            + _perhaps(knowledge.near(wanted, sorted(every)), "what is not listed says nothing")
        )
    columns = list(rows[0].values)
    if as_json:
        told = {"table": name, "about": knowledge.about(name), "rows": [dict(row.values) for row in rows]}
        click.echo(json.dumps(told, ensure_ascii=False))
        return Exit.DONE
    click.echo(knowledge.about(name) + "\n")
    if wanted.strip() and len(rows) <= _FEW:
        for row in rows:
            _tell(row)
    else:
        print_columns(columns, [tuple(row[column] for column in columns) for row in rows], sys.stdout)
    return Exit.DONE


def _tell(row: Row) -> None:
    """One row in words: what, since when, how well that is known, by what source, then the other columns."""
    values = dict(row.values)
    date, precision, source = values.pop("date"), values.pop("precision"), values.pop("source")
    title = " ".join(dict.fromkeys(values.pop(column) for column in _key(row)))
    click.echo(title or "(no name)")
    click.echo(f"  date: {date}, {_PRECISIONS.get(precision, precision)}")
    click.echo(f"  source: {source}")
    for column, value in values.items():
        if value:
            click.echo(f"  {column}: {value}")
    click.echo("")


def _key(row: Row) -> list[str]:
    """The columns that name a row; the first one where none of the usual does."""
    usual = ("named", "program", "product", "name", "term", "feature", "model", "tld", "country", "version")
    return [column for column in usual if row.values.get(column)] or [next(iter(row.values))]


def _perhaps(close: list[str], otherwise: str) -> str:
    return f"; did you mean {', '.join(close)}?" if close else f"; {otherwise}"
