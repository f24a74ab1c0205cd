"""``leakverify doctor``"""

from __future__ import annotations

import sys

import click

import leakverify as lv
from leakverify.cli._exit import Exit


@click.command()
def command() -> Exit:
    """What this machine can do to confine the reading of hostile files.

    Ends with code 5 when `--isolation required` would be refused here.
    """
    from leakverify.report.terminal import print_columns

    found = lv.doctor()
    rows = [("ok" if good else "lacking", what, value) for what, value, good in found.lines]
    print_columns(("state", "what", "found"), rows, sys.stdout)
    return Exit.DONE if found.isolation.level == 3 else Exit.ISOLATION
