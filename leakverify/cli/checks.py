"""``leakverify checks list`` and ``leakverify checks explain ID``"""

from __future__ import annotations

import difflib
import inspect
import sys

import click

import leakverify as lv
from leakverify.cli._exit import Exit


@click.group(name="checks")
def command() -> None:
    """What is asked of documents, and the page of every question."""


@command.command(name="list")
def list_() -> Exit:
    """Every check: id, question, kind of evidence, formats, title."""
    from leakverify.report.terminal import print_columns

    rows = [
        (check.id, check.question.value, check.family.value, " ".join(check.formats) or "any", check.title)
        for check in lv.list_checks().values()
    ]
    print_columns(("id", "question", "family", "formats", "title"), rows, sys.stdout)
    return Exit.DONE


@command.command()
@click.argument("id")
def explain(id: str) -> Exit:
    """The page of a check: what, why, innocent ways, how to repeat it."""
    known = lv.list_checks()
    from leakverify.classifier import answers

    if id.upper() in answers.TITLES:
        _model_page(id.upper())
        return Exit.DONE
    check = known.get(id.upper())
    if check is None:
        near = difflib.get_close_matches(id.upper(), [*known, *answers.TITLES], n=3, cutoff=0.5)
        raise click.UsageError(f"no check {id}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    click.echo(inspect.cleandoc(check.documentation))
    click.echo("\nWhat it can say:")
    for key, text in check.messages.items():
        click.echo(f"  {key}: {text}")
    if check.innocent:
        click.echo("\nHarmless ways it names:")
        for key, text in check.innocent.items():
            click.echo(f"  {key}: {text}")
    click.echo("\nFacts it reads: " + ", ".join(check.reads))
    return Exit.DONE


def _model_page(id: str) -> None:
    """The page of an answer that a model gives."""
    from leakverify.classifier import answers

    click.echo(inspect.cleandoc(answers.PAGES[id] or ""))
    click.echo("\nWhat it can say:")
    for key, text in answers.MESSAGES[id].items():
        click.echo(f"  {key}: {text}")
    click.echo("\nHarmless ways it names:")
    for key, text in answers.INNOCENT[id].items():
        click.echo(f"  {key}: {text}")
    click.echo("\nWhat it was learned from: leakverify model show")
