"""Changed invoices are found in every form they are made in, and honest ones stay silent."""

from __future__ import annotations

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Outcome
from leakverify.judge import judge_unit
from tests.forge import office_invoice_kinds, office_invoice_rows, office_invoices, pdf_invoices
from tests.forge.recipe import Recipe
from tests.forge.tools import missing, reason

_HEAD = {"pdf": b"%PDF-", "ooxml": b"PK", "text": b"", "odf": b"PK"}
_NAME = {"pdf": "invoice.pdf", "ooxml": "invoice.docx", "text": "invoice.txt", "odf": "invoice.ods"}
RECIPES = [
    value
    for module in (office_invoices, office_invoice_kinds, office_invoice_rows, pdf_invoices)
    for value in vars(module).values()
    if isinstance(value, Recipe)
]


def pointed(recipe: Recipe, seed: int) -> set[str]:
    if missing(*recipe.needs):
        pytest.skip(reason(*recipe.needs))
    kind = recipe.formats[0]
    made = recipe(_HEAD[kind] + b"a document %d" % seed, seed=seed)
    name = "invoice.xlsx" if "sheet" in recipe.name else _NAME[kind]
    report = judge_unit(examine_bytes(made, name), name)[0]
    return {e.check for e in report.evidence if e.outcome in (Outcome.UNUSUAL, Outcome.CONTRADICTS)}


@pytest.mark.parametrize(
    "recipe", [r for r in RECIPES if r.expects and "soffice" not in r.needs], ids=lambda r: r.name
)
def test_a_changed_invoice_is_found(recipe: Recipe) -> None:
    for seed in range(4):
        assert pointed(recipe, seed) & set(recipe.expects), seed


@pytest.mark.parametrize(
    "recipe", [r for r in RECIPES if not r.altered and "soffice" not in r.needs], ids=lambda r: r.name
)
def test_an_honest_invoice_is_silent(recipe: Recipe) -> None:
    for seed in range(4):
        assert not pointed(recipe, seed), seed


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [r for r in RECIPES if "soffice" in r.needs], ids=lambda r: r.name)
def test_an_invoice_exported_by_a_word_processor(recipe: Recipe) -> None:
    assert pointed(recipe, 1) == set(recipe.expects)
