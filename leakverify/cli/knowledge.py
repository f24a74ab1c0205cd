"""``leakverify knowledge list`` and ``leakverify knowledge show TABLE[/ROW]``"""

from __future__ import annotations

import difflib
import sys

import click

from leakverify.cli._exit import Exit


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
def show(what: str) -> Exit:
    """The rows of a table; with ROW, those in which that word is found: fonts/Calibri."""
    from leakverify import knowledge
    from leakverify.report.terminal import print_columns

    name, _, wanted = what.partition("/")
    if name not in knowledge.names():
        near = difflib.get_close_matches(name, knowledge.names(), n=3, cutoff=0.4)
        raise click.UsageError(f"no table {name}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    rows = [row for row in knowledge.table(name) if row.mentions(wanted)]
    if not rows:
        raise click.UsageError(f"no row of {name} mentions {wanted}")
    click.echo(knowledge.about(name))
    columns = list(rows[0].values)
    print_columns(columns, [tuple(row[column] for column in columns) for row in rows], sys.stdout)
    return Exit.DONE
