"""What is done to signed documents, and what the checks of signatures say of it."""

from __future__ import annotations

import pytest

from leakverify.checks import registry
from leakverify.checks._base import Facts
from leakverify.evidence import Evidence, Outcome
from tests.forge import pdf_signed, tools
from tests.forge._samples import leak
from tests.forge.recipe import Recipe, recipes

pytestmark = pytest.mark.skipif(bool(tools.missing("pyhanko")), reason=tools.reason("pyhanko") or "here")

#: by LibreOffice, and by Chromium
INVOICES = ("F-2026-0912_delorme.pdf", "F-2026-1008_lumen.pdf")
POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
ROOM = [r for r in recipes().values() if r.function.__module__ == pdf_signed.__name__]


def answers(data: bytes) -> list[Evidence]:
    from leakverify.box.inprocess import examine_bytes

    facts = Facts(examine_bytes(data, "a.pdf").extractions[0])
    asked = [check for name, check in registry().items() if name.startswith("LV-SIG-")]
    return [evidence for check in asked for evidence in check.run(facts)]


@pytest.fixture(scope="module", params=INVOICES)
def invoice(request: pytest.FixtureRequest) -> bytes:
    return leak(f"factures/{request.param}")


@pytest.mark.parametrize("recipe", [r for r in ROOM if r.altered and r.expects], ids=lambda r: r.name)
def test_what_was_done_is_found(recipe: Recipe, invoice: bytes) -> None:
    if tools.missing(*recipe.needs):
        pytest.skip(tools.reason(*recipe.needs))
    made = recipe.forge(invoice, seed=1)
    found = {answer.check: answer for answer in answers(made.data) if answer.outcome in POINTED}
    assert set(recipe.expects) <= set(found)
    if made.truth is not None and "LV-SIG-001" in found:
        first = found["LV-SIG-001"]
        assert first.outcome is Outcome.CONTRADICTS
        assert first.params["page"] == made.truth.page
        squeezed = "".join(str(first.params["before"]).split())
        assert "".join(made.truth.before.split()) in squeezed


@pytest.mark.parametrize("recipe", [r for r in ROOM if not r.altered], ids=lambda r: r.name)
def test_what_may_follow_a_signature_is_not_held_against_it(recipe: Recipe, invoice: bytes) -> None:
    if tools.missing(*recipe.needs):
        pytest.skip(tools.reason(*recipe.needs))
    for seed in (0, 1):
        said = answers(recipe(invoice, seed=seed))
        assert not [answer for answer in said if answer.outcome in POINTED]
        assert not [answer for answer in said if answer.message == "check-error"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("sign_once", "file"), ("sign_twice", "revision"), ("add_ltv", "revision"), ("add_timestamp", "file")],
)
def test_an_intact_signature_speaks_for_the_document(name: str, message: str, invoice: bytes) -> None:
    said = answers(recipes()[f"pdf.{name}"](invoice))
    supported = [a for a in said if a.outcome is Outcome.SUPPORTS]
    assert message in {answer.message for answer in supported}
    assert all("not verified" in answer.text for answer in supported)


def test_a_signature_that_was_taken_out_with_all_it_brought_leaves_nothing(invoice: bytes) -> None:
    if tools.missing("qpdf"):
        pytest.skip(tools.reason("qpdf"))
    said = answers(recipes()["pdf.signature_stripped_clean"](invoice))
    assert not [answer for answer in said if answer.outcome in POINTED]
