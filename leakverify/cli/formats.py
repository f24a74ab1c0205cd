"""``leakverify formats``"""

from __future__ import annotations

import sys

import click

import leakverify as lv
from leakverify.cli._exit import Exit


@click.command(short_help="Formats that are read, and every fact read from one.")
@click.argument("name", required=False)
def command(name: str | None) -> Exit:
    """Formats that are read; with NAME, every fact that is read from it."""
    from leakverify.report.terminal import print_columns

    known = lv.list_formats()
    if name is None:
        rows = [
            (f.name, f.title, " ".join(f.extensions), str(len(f.observes)), " ".join(f.readers))
            for f in known.values()
        ]
        print_columns(("name", "title", "endings", "facts", "readers"), rows, sys.stdout)
        return Exit.DONE
    if name not in known:
        raise click.UsageError(f"no format {name}; there are {', '.join(known)}")
    facts = [
        (fact, declared.kind.value, declared.unit, declared.meaning)
        for fact, declared in sorted(known[name].observes.items())
    ]
    print_columns(("fact", "kind", "unit", "meaning"), facts, sys.stdout)
    return Exit.DONE
