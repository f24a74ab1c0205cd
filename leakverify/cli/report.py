"""``leakverify report S|FILE.json``"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit

_OUT = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


@click.command(short_help="Show a stored scan or stored reports again.")
@click.argument("source", metavar="S|FILE.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--document", metavar="PATH", help="Only the document at this path, as the ranked list shows it."
)
@_options.html
@click.option(
    "--pictures", type=click.Path(exists=True, path_type=Path), metavar="LEAK",
    help="The folder that was scanned, or the only file: draw changed PDF pages before and after. A document "
    "inside a mail or an archive has to be taken out of it first.",
)  # fmt: skip
@click.option(
    "--csv", "table", type=_OUT, metavar="OUT", help="Write a table, one document a row; - is stdout."
)
@click.option("--sarif", type=_OUT, metavar="OUT", help="Write SARIF 2.1.0; - is stdout.")
@click.option(
    "--sections", type=click.IntRange(0), default=300, show_default=True,
    help="Documents of a scan that the page shows in full.",
)  # fmt: skip
@click.option(
    "--top", type=click.IntRange(0), default=20, show_default=True, help="Length of the ranked list."
)
@_options.lang
def command(
    source: Path,
    document: str | None,
    html: Path | None,
    pictures: Path | None,
    table: Path | None,
    sarif: Path | None,
    sections: int,
    top: int,
    lang: str,
) -> Exit:
    """Show stored results again: a scan's store, or reports kept as JSON.

    Without an output to write, the text of one report or the ranked list of
    several goes to stdout.
    """
    from leakverify.picturing import Album
    from leakverify.report import html as pages
    from leakverify.report import source as sources
    from leakverify.report import terminal
    from leakverify.report.sarif import write_sarif
    from leakverify.report.table import write_table

    if pictures is not None and html is None:
        raise click.UsageError("--pictures needs --html")
    album = None if pictures is None else Album(pictures)
    opened = lv.Scan(source) if sources.is_store(source) else sources.JsonReports(source)
    with opened as kept:
        single = kept.report(document) if document is not None else sources.only(kept)
        if html is not None and single is not None:
            pages.write_report(single, html, lang=lang, pictured=album)
        elif html is not None:
            pages.write_scan(kept, html, lang=lang, sections=sections, pictured=album)
        for path, write, newline in ((table, write_table, ""), (sarif, write_sarif, "\n")):
            if path is not None:
                with _out(path, newline) as file:
                    write([single] if single is not None else kept.ranked(), file, lang=lang)
        for written in (html, table, sarif):
            if written is not None and str(written) != "-":
                _options.say("written", lang, path=written)
        if html is None and table is None and sarif is None:
            if single is not None:
                terminal.print_report(single, sys.stdout, lang=lang)
            else:
                terminal.print_scan(kept, sys.stdout, lang=lang, top=top)
    return Exit.DONE


@contextlib.contextmanager
def _out(path: Path, newline: str) -> Iterator[IO[str]]:
    from leakverify.report._files import target

    if str(path) == "-":
        yield sys.stdout
    else:
        with target(path, newline=newline) as file:
            yield file
