"""``leakverify keys recover --in STORE``, ``leakverify keys show FILE``"""

from __future__ import annotations

import sys
from pathlib import Path

import click

import leakverify as lv
from leakverify.cli import _options
from leakverify.cli._exit import Exit


@click.group(short_help="Public keys of mail: show a file of them, or compute retired ones.")
def command() -> None:
    """Public keys with which mail servers sign, from files and from the mails themselves."""


@command.command()
@click.option(
    "--in", "store", required=True, metavar="STORE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A scan that holds mails.",
)  # fmt: skip
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write the keys there, for --dkim-keys.",
)  # fmt: skip
@click.option(
    "--seconds", type=click.FloatRange(1, 86_400), default=60.0, show_default=True,
    help="Time for one key; one of 2,048 bits takes about half of it on one core.",
)  # fmt: skip
@click.option("--judge", is_flag=True, help="Judge the stored mails again with what was found.")
@_options.dkim_keys
@_options.lang
def recover(
    store: Path, save: Path | None, seconds: float, judge: bool, dkim_keys: tuple[Path, ...], lang: str
) -> Exit:
    """Compute retired keys from two mails that each of them signed.

    A key that was found says that one private key made the mails, not whose it
    was: no mail is authenticated by it.
    """
    from leakverify.dkim.keys import write_keys
    from leakverify.dkim.recover import Recovering
    from leakverify.report._visible import visible

    def tell(state: Recovering) -> None:
        if state.name:
            shown = f"{state.done + 1}/{state.total}  {visible(state.name)}  ({state.elapsed:.0f} s)"
            click.echo(shown, err=True)

    with lv.Scan(store) as scan:
        found = scan.recover_keys(dkim_keys=dkim_keys, seconds=seconds, progress=tell)
        if judge and found:
            scan.judge_again(dkim_keys=dkim_keys, recovered=found)
    for key in found:
        sys.stdout.write(f"{visible(key.name)}\t{key.material.bits}\t{key.span}\t{key.source}\n")
    if save is not None and found:
        write_keys(save, found)
        _options.say("written", lang, path=save)
    return Exit.DONE


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def show(file: Path) -> Exit:
    """List the keys of a file: name, type and bits, when it was seen, source."""
    from leakverify.dkim.keys import read_keys
    from leakverify.report._visible import visible

    for key in read_keys(file):
        material = key.material
        kind = material.flaw or f"{material.kind} {material.bits}"
        origin = "recovered" if key.recovered else "trusted"
        row = (key.name, kind, key.span or "-", origin, key.source)
        sys.stdout.write("\t".join(visible(cell) for cell in row) + "\n")
    return Exit.DONE
