"""``leakverify scan PATH --store S``"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import click

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit, Tally
from leakverify.cli._progress import ProgressLine


@click.command(short_help="Examine a folder with everything inside, rank what needs a look.")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--store", type=click.Path(dir_okay=False, path_type=Path), metavar="S",
    help="File that keeps the results; the same command goes on where it stopped.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=2, show_default=True, help="Files read at a time."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print every report as JSON, one a line, as it is done."
)
@click.option(
    "--top", type=click.IntRange(0), default=20, show_default=True, help="Length of the ranked list."
)
@_options.dkim_keys
@_options.tables
@_options.html
@_options.no_pictures
@_options.lang
@_options.isolation("best", "required", "process")
@_options.model
@_options.fail_on
def command(
    path: Path,
    store: Path | None,
    jobs: int,
    as_json: bool,
    top: int,
    dkim_keys: tuple[Path, ...],
    tables: tuple[Path, ...],
    html: Path | None,
    no_pictures: bool,
    lang: str,
    isolation: Any,
    model: str,
    fail_on: tuple[str, ...],
) -> Exit:
    """Examine a file or a folder with everything inside, and rank what needs a look."""
    from leakverify.report._files import check_target
    from leakverify.report._visible import json_line

    if store is None and not as_json:
        raise click.UsageError("name a file for the results with --store, or ask for --json")
    if store is None and html is not None:
        raise click.UsageError("--html needs --store")
    if html is not None:
        check_target(html)
    tally = Tally(fail_on)
    progress = ProgressLine(lang)
    scoring = _options.chosen_model(model)
    reports = lv.scan(
        path,
        store=store,
        jobs=jobs,
        isolation=isolation,
        dkim_keys=dkim_keys,
        tables=tables,
        model=scoring,
        progress=progress,
    )
    try:
        with contextlib.closing(reports):
            for report in reports:
                tally.add(report)
                if as_json:
                    sys.stdout.write(json_line(report.to_json()))
    except KeyboardInterrupt:
        progress.end()
        if store is None:
            _options.say("stopped-unkept", lang)
        else:
            _options.say("stopped", lang, store=store)
        return Exit.INTERRUPTED
    finally:
        progress.end()
    if store is not None:
        documents = None if no_pictures else path
        _show(store, as_json=as_json, top=top, html=html, lang=lang, documents=documents, isolation=isolation)
    return tally.code()


def _show(
    store: Path,
    *,
    as_json: bool,
    top: int,
    html: Path | None,
    lang: str,
    documents: Path | None,
    isolation: Any,
) -> None:
    from leakverify.report import terminal

    with lv.Scan(store) as scan:
        if not as_json:
            terminal.print_scan(scan, sys.stdout, lang=lang, top=top)
        if html is not None:
            scan.to_html(html, lang=lang, documents=documents, isolation=isolation)
            _options.say("written", lang, path=html)
