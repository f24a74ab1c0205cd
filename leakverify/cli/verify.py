"""``leakverify verify FILE...``"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit, Tally


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON, one a line.")
@click.option("--facts", is_flag=True, help="Also list everything that was read.")
@click.option(
    "--ocr",
    is_flag=True,
    help="Recognise the text of pages that are pictures, with tesseract; such text never counts.",
)  # fmt: skip
@_options.dkim_keys
@_options.tables
@_options.html
@_options.no_pictures
@_options.lang
@_options.isolation("best", "required", "process", "none")
@_options.model
@_options.fail_on
def command(
    files: tuple[Path, ...],
    as_json: bool,
    facts: bool,
    ocr: bool,
    dkim_keys: tuple[Path, ...],
    tables: tuple[Path, ...],
    html: Path | None,
    no_pictures: bool,
    lang: str,
    isolation: Any,
    model: str,
    fail_on: tuple[str, ...],
) -> Exit:
    """Examine single files and print what was found.

    What is inside a file (attachments, members of an archive) is examined by
    `leakverify scan`, which takes files as well as folders.
    """
    from leakverify.picturing import Album
    from leakverify.report import html as pages
    from leakverify.report import terminal
    from leakverify.report._visible import json_line

    if isolation == "none":
        _options.say("unconfined", lang)
    tally = Tally(fail_on)
    scoring = _options.chosen_model(model)
    at_hand = files[0]

    def examined() -> Iterator[lv.Report]:
        nonlocal at_hand
        for number, file in enumerate(files):
            at_hand = file
            report = lv.verify(
                file, isolation=isolation, dkim_keys=dkim_keys, tables=tables, model=scoring, ocr=ocr
            )
            tally.add(report)
            if as_json:
                sys.stdout.write(json_line(report.to_json()))
            else:
                sys.stdout.write("\n" * bool(number))
                terminal.print_report(report, sys.stdout, lang=lang, facts=facts)
            yield report

    def pictured(report: lv.Report) -> lv.Pictures | None:
        return album.show(report, at_hand)  # asked for before the next file is begun

    album = Album(files[0], isolation=isolation)
    drawn = None if no_pictures else pictured
    if html is None:
        for _ in examined():
            pass
    elif len(files) == 1:
        pages.write_report(next(examined()), html, lang=lang, pictured=drawn)
    else:
        pages.write_reports(examined(), html, lang=lang, pictured=drawn)
    if html is not None:
        _options.say("written", lang, path=html)
    return tally.code()
