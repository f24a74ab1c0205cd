"""``leakverify threads --in STORE``"""

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

#: characters of a subject, a path or a quoted place that are shown
_SHOWN = 200


@click.command(short_help="Conversations of a scan, and what its mails quote of each other.")
@click.option(
    "--in", "store", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="STORE", help="The store of a scan.",
)  # fmt: skip
@click.option(
    "--mail", metavar="PATH", help="What the mail at this path quotes, as the ranked list shows the path."
)
@click.option(
    "--copied", is_flag=True,
    help="Mails that share an identifier, a delivery or a signature, and differ.",
)  # fmt: skip
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, one conversation, quotation or finding a line."
)
@click.option(
    "--top", type=click.IntRange(1), default=20, show_default=True,
    help="Conversations that are listed; JSON holds all.",
)  # fmt: skip
@_options.lang
def command(store: Path, mail: str | None, copied: bool, as_json: bool, top: int, lang: str) -> Exit:
    """List the conversations of a scan, the longest first.

    With --mail: every quotation in that mail, held word by word against the
    original where the scan has it. Two texts that differ do not say which of
    them was changed. With --copied: mails that share what only one mail can
    have, such as the number of a delivery, and differ in author, date or a figure.
    """
    from leakverify.report._visible import json_line
    from leakverify.report._words import words

    if copied and mail is not None:
        raise click.UsageError("--copied and --mail ask two questions: name one of them")
    said = words(lang)
    with lv.Scan(store) as scan:
        found: list[lv.Conversation] | list[lv.Quotation] | list[lv.Copied]
        if copied:
            found, none = scan.copied(), "no-copies"
        elif mail is None:
            found, none = scan.conversations(), "no-conversations"
        else:
            found, none = scan.quoted(mail), "no-quotations"
        if as_json:
            for one in found:
                sys.stdout.write(json_line(msgspec.json.encode(one).decode()))
            return Exit.DONE
        if not found:
            _options.say(none, lang, path=mail or store)
        for one in found if mail is not None else found[:top]:
            if isinstance(one, lv.Copied):
                lines = _copied(one, said)
            else:
                lines = (
                    _conversation(one, said) if isinstance(one, lv.Conversation) else _quotation(one, said)
                )
            sys.stdout.write("\n".join(lines) + "\n\n")
    return Exit.DONE


def _conversation(one: lv.Conversation, said: Words) -> Iterator[str]:
    from leakverify.report._visible import visible

    yield visible(one.subject, limit=_SHOWN) or "-"
    dates = [member.date for member in one.mails if member.date]
    span = f"  {visible(dates[0])} – {visible(dates[-1])}" if dates else ""
    yield "  " + said.plural("mails", len(one.mails)) + span
    if one.missing:
        yield "  " + said.plural("mails-missing", len(one.missing))
    for member in one.mails:
        shown = (
            visible(text, limit=_SHOWN) for text in (member.date or "-", member.sender or "-", member.path)
        )
        yield "    " + "  ".join(shown)


def _copied(one: lv.Copied, said: Words) -> Iterator[str]:
    from leakverify.report._visible import visible

    yield said.term("copied", one.kind).format(value=visible(one.value, limit=_SHOWN))
    ways = ", ".join(said.term("copied", way) for way in one.differ)
    yield "  " + said.term("copied", "differ").format(ways=ways)
    if one.figures is not None:
        first, second = (visible(figure, limit=_SHOWN) for figure in one.figures)
        yield "  " + said.term("copied", "figures").format(one=first, other=second)
    for path in one.mails:
        yield "    " + visible(path, limit=_SHOWN)


def _quotation(one: lv.Quotation, said: Words) -> Iterator[str]:
    from leakverify.report._visible import visible

    yield f"{visible(str(one.where))}  {visible(one.attribution, limit=_SHOWN)}".rstrip()
    yield "  " + said.term("agreement", one.agreement).format(same=one.same, words=one.words)
    if one.original:
        by = ", ".join(said.term("known-by", reason) for reason in one.known_by)
        yield f"  {visible(one.original, limit=_SHOWN)} ({by})"
    for which in one.covered:
        yield "  " + said.term("covered", which)
    for difference in one.differences:
        pair = {
            "original": visible(difference.original, limit=_SHOWN) or "-",
            "quoted": visible(difference.quoted, limit=_SHOWN) or "-",
        }
        yield "    " + said.term("difference", difference.kind).format(**pair)
