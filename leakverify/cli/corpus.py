"""``leakverify corpus add|list|describe|vet|remove|merge``"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit
from leakverify.cli._progress import ProgressLine

_FILE = click.Path(dir_okay=False, path_type=Path)
_corpus = click.argument("corpus", type=_FILE, metavar="CORPUS")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_lines = click.option("--json", "as_json", is_flag=True, help="Print JSON, one document a line.")


@click.group(short_help="Build, look through and share a corpus of documents known to be genuine.")
def command() -> None:
    """Documents known to be genuine, against which others are scored.

    A corpus is one file, CORPUS, ending .lvc. It keeps facts about each document under the source,
    period and channel you state, never its content, and no name or title unless asked.
    """


@command.command()
@_corpus
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--source", default="", help="Where the documents come from: one office, person or mailbox.")
@click.option(
    "--sources-by-folder", is_flag=True, help="The first folder below PATH is the source of what lies in it."
)
@click.option("--period", default="", metavar="FROM/TO", help="When they were made, such as 2014/2016-03.")
@click.option("--channel", default="", help="How they were acquired, in your words.")
@click.option(
    "--keep-text", is_flag=True, help="Keep names and titles too, never the content. Not for sharing."
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=2, show_default=True, help="Files read at a time."
)
@_options.isolation("best", "required", "process")
@_as_json
def add(
    corpus: Path,
    path: Path,
    source: str,
    sources_by_folder: bool,
    period: str,
    channel: str,
    keep_text: bool,
    jobs: int,
    isolation: Any,
    as_json: bool,
) -> Exit:
    """Read a file or a folder with everything inside, and keep the facts.

    The same command goes on where it stopped, and reads nothing twice.
    """
    progress = ProgressLine("en")
    try:
        added = lv.Corpus(corpus).add(
            path,
            source=source,
            period=period,
            channel=channel,
            sources_by_folder=sources_by_folder,
            keep_text=keep_text,
            jobs=jobs,
            isolation=isolation,
            progress=progress,
        )
    finally:
        progress.end()
    _say(added, as_json)
    return Exit.PROBLEMS if added.problems else Exit.DONE


@command.command(name="list")
@_corpus
@click.option("--source", default="", help="Only this source.")
@_lines
def list_(corpus: Path, source: str, as_json: bool) -> Exit:
    """Every document: digest, source, kind, period, assessment when it was added."""
    from leakverify.report.terminal import print_columns

    entries = lv.Corpus(corpus).list(source=source)
    if as_json:
        for entry in entries:
            _json(entry)
        return Exit.DONE
    heading = ("sha256", "source", "kind", "role", "period", "channel", "assessment", "name")
    rows = (
        (e.sha256[:16], e.source, e.kind, e.role, e.period, e.channel, e.assessment, e.name) for e in entries
    )
    print_columns(heading, rows, sys.stdout)
    return Exit.DONE


@command.command()
@_corpus
@_as_json
def describe(corpus: Path, as_json: bool) -> Exit:
    """The corpus in numbers: documents by source, format, program, period and channel."""
    _say(lv.Corpus(corpus).describe(), as_json)
    return Exit.DONE


@command.command()
@_corpus
@_as_json
def vet(corpus: Path, as_json: bool) -> Exit:
    """What to look at before the corpus is trusted.

    Documents that contradict themselves or their stated period, copies, and sources that dominate a
    format or are too small to speak for themselves. Nothing is removed.
    """
    from leakverify.report.terminal import print_columns
    from leakverify.vetting import MEANING

    found = lv.Corpus(corpus).vet()
    if as_json:
        _json(found)
        return Exit.DONE
    click.echo(f"{found.documents} documents of {found.sources} sources")
    met = [what for what in MEANING if any(finding.what == what for finding in found.findings)]
    for what in met:
        click.echo(f"\n{what}: {MEANING[what]}")
        rows = [
            (
                str(finding.count),
                finding.family + (f" {finding.share:.0%}" if finding.share is not None else ""),
                " ".join(finding.sources[:8]) + (" …" if len(finding.sources) > 8 else ""),
                " ".join(finding.checks or tuple(sha256[:16] for sha256 in finding.documents[:4])),
            )
            for finding in found.findings
            if finding.what == what
        ]
        print_columns(("documents", "format", "sources", "which"), rows[:40], sys.stdout)
        if len(rows) > 40:
            click.echo(f"and {len(rows) - 40} more; see --json")
    if not met:
        click.echo("nothing to look at")
    return Exit.DONE


@command.command()
@_corpus
@click.option("--source", default="", help="Take out everything from this source.")
@click.option(
    "--document", default="", metavar="SHA256", help="Take out the document whose digest begins so."
)
def remove(corpus: Path, source: str, document: str) -> Exit:
    """Take documents out, for good."""
    gone = lv.Corpus(corpus).remove(source=source, document=document)
    click.echo(f"{gone} documents removed", err=True)
    return Exit.DONE


@command.command()
@_corpus
@click.argument("other", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keep-text", is_flag=True, help="Take over names and titles where the other corpus has them.")
def merge(corpus: Path, other: Path, keep_text: bool) -> Exit:
    """Take in another corpus; documents already here stay as they are."""
    taken = lv.Corpus(corpus).merge(other, keep_text=keep_text)
    click.echo(f"{taken} documents taken in", err=True)
    return Exit.DONE


def _json(found: msgspec.Struct) -> None:
    from leakverify.report._visible import json_line

    sys.stdout.write(json_line(msgspec.json.encode(found).decode()))


def _say(found: msgspec.Struct, as_json: bool) -> None:
    """A struct of numbers as JSON, or as rows; mappings one row an entry."""
    from leakverify.report.terminal import print_columns

    if as_json:
        _json(found)
        return
    rows: list[tuple[str, str, str]] = []
    for name, value in msgspec.structs.asdict(found).items():
        said = name.replace("_", " ")
        if isinstance(value, Mapping):
            rows += [(said, key or "not stated", str(count)) for key, count in list(value.items())[:40]]
            if len(value) > 40:
                rows.append((said, f"and {len(value) - 40} more", ""))
        else:
            rows.append((said, "", str(value)))
    print_columns(("what", "which", "documents"), rows, sys.stdout)
