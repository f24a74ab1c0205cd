"""``leakverify invoices --in STORE``"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit

if TYPE_CHECKING:
    from leakverify.report._words import Words

#: characters of a number or a path that are shown
_SHOWN = 200


@click.command(short_help="Invoices of a scan by supplier, and those unlike the others.")
@click.option(
    "--in", "store", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="STORE", help="The store of a scan.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one supplier a line.")
@click.option("--all", "every", is_flag=True, help="List every invoice, not only those out of line.")
@_options.lang
def command(store: Path, as_json: bool, every: bool, lang: str) -> Exit:
    """List the suppliers of a scan with the form of their invoice numbers and their accounts.

    What is out of line is shown with its ordinary reasons and counts for
    nothing: a supplier changes its program or its bank, and keeps several series.
    """
    from leakverify.report._visible import json_line
    from leakverify.report._words import words

    said = words(lang)
    with lv.Scan(store) as scan:
        found = scan.invoices()
    if as_json:
        for one in found:
            sys.stdout.write(json_line(msgspec.json.encode(one).decode()))
        return Exit.DONE
    if not found:
        _options.say("no-invoices", lang, path=store)
    for one in found:
        sys.stdout.write("\n".join(_supplier(one, said, every=every)) + "\n\n")
    return Exit.DONE


def _supplier(one: lv.Supplier, said: Words, *, every: bool) -> Iterator[str]:
    from leakverify.report._visible import visible

    dates = [bill.date for bill in one.bills if bill.date]
    span = f"  {visible(dates[0])} – {visible(dates[-1])}" if dates else ""
    yield visible(one.key, limit=_SHOWN)
    yield "  " + said.plural("invoices", len(one.bills)) + span
    habits = (visible(habit, limit=_SHOWN) for habit in (one.shape, *one.accounts) if habit)
    yield "  " + "  ".join(habits) if one.shape or one.accounts else "  -"
    for bill in one.bills if every else ():
        shown = (visible(text, limit=_SHOWN) for text in (bill.date or "-", bill.number or "-", bill.path))
        yield "    " + "  ".join(shown)
    for odd in one.out_of_line:
        fields = {name: visible(getattr(odd, name), limit=_SHOWN) for name in ("value", "usual", "beside")}
        yield f"    {visible(odd.path, limit=_SHOWN)}"
        yield "      " + said.term("out-of-line", odd.kind).format(**fields)
        yield "      " + said.term("out-of-line-innocent", odd.kind)
