"""``leakverify model fit|show|check|evaluate``"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

import leakverify as lv
from leakverify.cli._exit import Exit
from leakverify.report._visible import json_line

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(short_help="Learn from a known-genuine corpus, and say what that is worth.")
def command() -> None:
    """Models: what was learned from a known-genuine corpus."""


@command.command()
@click.argument("corpus", type=_FILE)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--same-sources", is_flag=True,
    help="What will be examined comes from the very sources of the corpus, not from elsewhere.",
)  # fmt: skip
@click.option("--name", default="corpus", show_default=True, help="Name of the model in reports.")
def fit(corpus: Path, out: Path, same_sources: bool, name: str) -> Exit:
    """Learn a model from a corpus and write it to a file."""
    model = lv.Corpus(corpus).fit(same_sources=same_sources, name=name)
    model.save(out)
    _show(model)
    return Exit.DONE


@command.command()
@click.argument("model", type=_FILE, required=False)
@_as_json
def show(model: Path | None, as_json: bool) -> Exit:
    """What a model was learned from; without a file, the shipped one."""
    found = _opened(model)
    if as_json:
        sys.stdout.write(json_line(msgspec.json.encode({"identity": found.identity, **found.card}).decode()))
    else:
        _show(found)
    return Exit.DONE


@command.command()
@click.argument("model", type=_FILE)
def check(model: Path) -> Exit:
    """Audit a model file of somebody else without using it; a wrong call if it is refused."""
    found = lv.Model.load(model)
    sys.stdout.write(f"{found.identity}: text, numbers and arrays only\n")
    return Exit.DONE


@command.command()
@click.argument("corpus", type=_FILE)
@_as_json
def evaluate(corpus: Path, as_json: bool) -> Exit:
    """Learn from half of a corpus and measure on the other half.

    With two sources or more, whole sources are held out; else every second document. Altered documents
    are not made here: shown is how well p-values hold, and how well programs are told.
    """
    from leakverify.report.terminal import print_columns

    rows = list(_evaluated(corpus))
    if not rows:
        raise lv.UsageError(
            f"{corpus.name} holds no document with features; add some with `leakverify corpus add`"
        )
    if as_json:
        for row in rows:
            sys.stdout.write(json_line(msgspec.json.encode(row).decode()))
        return Exit.DONE
    heading = tuple(dict.fromkeys(name for name in (*max(rows, key=len), "note")))
    print_columns(heading, [tuple(str(row.get(name, "-")) for name in heading) for row in rows], sys.stdout)
    click.echo(
        "\np <= x: genuine documents of the other half at or below x; it should be that share or less.\n"
        "How altered documents stand out is measured with recipes: docs/accuracy-model.md."
    )
    return Exit.DONE


def _evaluated(corpus: Path) -> Iterator[dict[str, Any]]:
    from leakverify.classifier.evaluation import on_own_corpus

    yield from on_own_corpus(list(lv.Corpus(corpus).rows()))


def _opened(model: Path | None) -> lv.Model:
    from leakverify.classifier.model import baseline

    found = baseline() if model is None else lv.Model.load(model)
    if found is None:
        raise lv.UsageError("this version ships no model; name a file")
    return found


def _show(model: lv.Model) -> None:
    from leakverify.report.terminal import print_columns

    rows = [("model", model.identity), ("learned from", str(model.card.get("corpus", "")))]
    for family, known in model.formats.items():
        programs = "" if known.writer is None else f"; programs: {', '.join(known.writer.names[1:])}"
        ratios = "; likelihood ratios" if known.calibrators else ""
        said = f"{len(known)} documents of {len(known.source_names)} sources{ratios}{programs}"
        rows.append((family, said))
    print_columns(("what", "value"), rows, sys.stdout)
