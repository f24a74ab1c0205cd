"""``leakverify regions FILE``"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit


@click.command(short_help="Point at places of a picture whose pixels differ from the rest.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--picture", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.png",
    help="Write a picture that frames the places, when there are any.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON, on one line.")
@_options.lang
@_options.isolation("best", "required", "process", "none")
def command(file: Path, picture: Path | None, force: bool, as_json: bool, lang: str, isolation: Any) -> Exit:
    """Point at places of a JPEG or PNG whose pixels were made otherwise than the rest.

    Hints for the eye: each has innocent causes, which are named with it, and
    none counts in a report. A picture without hints may have been changed all
    the same. Takes about a second for each million pixels.
    """
    from leakverify.report._visible import json_line, visible
    from leakverify.report._words import words

    if picture is not None and picture.exists() and not force:
        raise lv.UsageError(f"{picture} is there already; --force writes over it")
    found = lv.regions(file, isolation=isolation)
    if as_json:
        bare = msgspec.structs.replace(found, picture=b"")
        sys.stdout.write(json_line(msgspec.json.encode(bare).decode()))
    else:
        said = words(lang)
        for problem in found.problems:
            sys.stdout.write(f"{said.problem(problem.code)}\n")
        for hint in found.hints:
            seen, innocent = hint.sentences(lang)
            sys.stdout.write(f"{visible(seen)}\n  {visible(innocent)}\n")
    if not found.looked:
        _options.say("not-looked", lang, path=file)
    elif not found.hints:
        _options.say("no-hints", lang, path=file)
    if picture is not None and found.picture:
        picture.write_bytes(found.picture)
        _options.say("written", lang, path=picture)
    return Exit.PROBLEMS if found.problems else Exit.DONE
