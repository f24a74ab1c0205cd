"""``leakverify revisions FILE``"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit, Tally

if TYPE_CHECKING:
    from leakverify.report._words import Words


@click.command(short_help="List the saves of a PDF, and get earlier ones back as files.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Write every revision there, as FILE.revision-N.pdf.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over files that are there already.")
@click.option("--json", "as_json", is_flag=True, help="Print the revisions as JSON, one a line.")
@_options.lang
@_options.isolation("best", "required", "process", "none")
def command(file: Path, out: Path | None, force: bool, as_json: bool, lang: str, isolation: Any) -> Exit:
    """List the saves of a PDF, oldest first, and get them back as files.

    A revision is the beginning of the file up to the end of that save; what is
    written is what `head -c BYTES FILE` gives. The files are as hostile as the
    document they are from.
    """
    from leakverify.report._visible import json_line, visible
    from leakverify.report._words import words

    said = words(lang)
    report = lv.verify(file, isolation=isolation)
    tally = Tally()
    tally.add(report)
    found = lv.revisions(file, report=report)
    if not found:
        _options.say("no-revisions", lang, path=file)
        return tally.code()
    if as_json:
        for revision in found:
            sys.stdout.write(json_line(msgspec.json.encode(revision).decode()))
    else:
        for revision in found:
            head = said.term("where", "revision").format(n=revision.number)
            sys.stdout.write(f"{head}  {said.plural('bytes', revision.end)}  SHA-256 {revision.sha256}\n")
            for label, value in _lines(revision, said):
                sys.stdout.write(f"  {label:<24}{visible(value, limit=400)}\n")
    if out is not None:
        for revision in found:
            _options.say("written", lang, path=revision.write(out, force=force))
    return tally.code()


def _lines(revision: lv.Revision, said: Words) -> Iterator[tuple[str, str]]:
    """What a save changed, each kind with its pages, and what it states."""
    pages: dict[str, list[int]] = {}
    for kind, page in revision.changes:
        pages.setdefault(kind, []).extend([] if page is None else [page])
    for kind, on in pages.items():
        shown = ", ".join(said.term("where", "page").format(n=page) for page in on[:20])
        yield "pdf.change.kind", f"{kind} {shown}{' …' * (len(on) > 20)}".rstrip()
    yield from revision.stated
