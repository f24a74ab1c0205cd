"""``leakverify style QUESTIONED --known FILE... --population FILE...``"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit, Tally

_FILE = click.Path(exists=True, path_type=Path)


@click.command(short_help="Compare the way a text is written with known texts of its author.")
@click.argument("questioned", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--known", type=_FILE, multiple=True, required=True, metavar="PATH",
    help="A file, or a folder of files, known to be by the author; give it as often as needed.",
)  # fmt: skip
@click.option(
    "--population", type=_FILE, multiple=True, metavar="PATH",
    help="A file, or a folder of files, of others of the same time and kind.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON, on one line.")
@_options.lang
@_options.isolation("best", "required", "process", "none")
def command(
    questioned: Path,
    known: tuple[Path, ...],
    population: tuple[Path, ...],
    as_json: bool,
    lang: str,
    isolation: Any,
) -> Exit:
    """Compare the way a text is written with known texts of the same author.

    French and English, from 500 words on. A ratio needs ten other authors in
    the population; it is never larger than ten to one, names nobody, and
    counts in no assessment.
    """
    from leakverify.report._visible import json_line, visible

    tally = Tally()

    def read(paths: Sequence[Path]) -> list[lv.Report]:
        reports = [lv.verify(file, isolation=isolation) for path in paths for file in _files(path)]
        for report in reports:
            tally.add(report)
        return reports

    (asked,) = read([questioned])
    compared = lv.compare_style(read(known), asked, read(population))
    if as_json:
        sys.stdout.write(json_line(compared.to_json()))
    else:
        for sentence in compared.sentences(lang):
            sys.stdout.write(f"{visible(sentence)}\n")
        for label, value in compared.lines(lang):
            sys.stdout.write(f"  {label:<36}{visible(value, limit=400)}\n")
    return tally.code()


def _files(path: Path) -> list[Path]:
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
