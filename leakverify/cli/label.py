"""``leakverify label add|list|remove|use``"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

import leakverify as lv
from leakverify.cli._exit import Exit

if TYPE_CHECKING:
    from leakverify.labels import Label

_SCAN = click.argument("scan", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="S")
_FILE = click.argument("file", metavar="PATH")


@click.group(short_help="Say of documents of a scan what was found out, and list the others by it.")
def command() -> None:
    """What a reporter has found out about documents of the scan S.

    PATH is the document's, as the ranked list shows it. Labels change no report. With a corpus of documents
    known to be genuine, `use` makes the list of what stands out anew, at the same stated rate of genuine
    documents on it.
    """


@command.command()
@_SCAN
@_FILE
@click.option("--genuine", "mark", flag_value="genuine", help="It was looked into and is genuine.")
@click.option("--altered", "--forged", "mark", flag_value="altered", help="It was shown to be altered.")
def add(scan: Path, file: str, mark: str | None) -> Exit:
    """Label a document, in place of what was said of it before."""
    if mark not in ("genuine", "altered"):
        raise click.UsageError("say what was found: --genuine or --altered")
    with lv.Scan(scan) as opened:
        made = opened.label(file, "genuine" if mark == "genuine" else "altered")
    _print([made])
    return Exit.DONE


@command.command(name="list")
@_SCAN
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one label a line.")
def list_(scan: Path, as_json: bool) -> Exit:
    """Every label of a scan."""
    from leakverify.report._visible import json_line

    with lv.Scan(scan) as opened:
        found = opened.labels()
    if as_json:
        for one in found:
            sys.stdout.write(json_line(msgspec.json.encode(one).decode()))
    else:
        _print(found)
    return Exit.DONE


@command.command()
@_SCAN
@_FILE
def remove(scan: Path, file: str) -> Exit:
    """Take a label away."""
    with lv.Scan(scan) as opened:
        if not opened.unlabel(file):
            raise click.UsageError(f"no label at {file}; see `leakverify label list`")
    return Exit.DONE


@command.command()
@_SCAN
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--rate", type=click.FloatRange(0.001, 0.5), default=0.1, show_default=True,
    help="Share of the list that may be genuine, on average.",
)  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="Language of what is shown.")
def use(scan: Path, corpus: Path, rate: float, lang: str) -> Exit:
    """Make the list of what stands out anew, from the labels and CORPUS.

    CORPUS holds documents known to be genuine, of the same hands as the archive: what differs between the two
    for other reasons would stand out as well.
    """
    from leakverify.report.terminal import print_outliers

    with lv.Scan(scan) as opened:
        print_outliers(opened.list_within(corpus, rate=rate), sys.stdout, lang=lang)
    return Exit.DONE


def _print(found: Sequence[Label]) -> None:
    from leakverify.report.terminal import print_columns

    print_columns(
        ("label", "sha256", "document"), [(m.mark, m.sha256[:16], m.path) for m in found], sys.stdout
    )
