"""Options that several verbs share, and the few lines they share to act on them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from leakverify.cli._exit import FAIL_ON

Function = TypeVar("Function", bound=Callable[..., Any])


def lang(function: Function) -> Function:
    return click.option(
        "--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True,
        help="Language of what is shown; the JSON is the same in all.",
    )(function)  # fmt: skip


def isolation(*choices: str) -> Callable[[Function], Function]:
    return click.option(
        "--isolation", type=click.Choice(choices), default="best", show_default=True,
        help="How the reading of files must be confined; see `leakverify doctor`.",
    )  # fmt: skip


def fail_on(function: Function) -> Function:
    return click.option(
        "--fail-on", type=click.Choice(FAIL_ON), multiple=True,
        help="End with code 2 when a document has this assessment; review covers contradicted.",
    )(function)  # fmt: skip


def model(function: Function) -> Function:
    return click.option(
        "--model", default="baseline", show_default=True, metavar="FILE",
        help="Model to score with, made by `leakverify model fit`; none for no score.",
    )(function)  # fmt: skip


def chosen_model(named: str) -> Any:
    """What the option stands for, opened once."""
    from leakverify.classifier.model import chosen

    return None if named == "none" else chosen(named)


def html(function: Function) -> Function:
    return click.option(
        "--html", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT",
        help="Write a page that needs nothing else, for any browser.",
    )(function)  # fmt: skip


def no_pictures(function: Function) -> Function:
    return click.option(
        "--no-pictures", is_flag=True,
        help="Leave out of the page the pictures of changed PDF pages, before and after.",
    )(function)  # fmt: skip


def dkim_keys(function: Function) -> Function:
    return click.option(
        "--dkim-keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
        metavar="FILE", help="Public keys to verify mail with: zone lines, tables, JSON; may be repeated.",
    )(function)  # fmt: skip


def tables(function: Function) -> Function:
    return click.option(
        "--table", "tables", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
        metavar="FILE", help="Your own dated terms: office-holders, companies, events; may be repeated.",
    )(function)  # fmt: skip


def say(key: str, lang: str, **params: object) -> None:
    """A word to people, on stderr."""
    from leakverify.report._visible import visible
    from leakverify.report._words import words

    shown = {name: visible(str(value)) for name, value in params.items()}
    click.echo(words(lang).term("cli", key).format(**shown), file=sys.stderr)
