"""Recipes on quotations change what they say, and the checks tell them from their innocent twins."""

from __future__ import annotations

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks._mail_quotes import quotations
from leakverify.evidence import Outcome, Report
from leakverify.judge import judge_unit
from tests.builders.mail import mail
from tests.forge.recipe import Recipe, recipes
from tests.forge.tools import DoesNotApply

LETTER = (
    "Bonjour Paul,\n\nle montant convenu est de 12400 euros pour cette année, payable sans faute avant la fin\n"
    "du mois par virement. Il faut voir avec Dupont qui en a parlé - comme \"convenu\" - au conseil.\n\n"
    "Les pièces sont sur https://a.example/dossier et le reste suit demain.\n\nCordialement\n-- \nAnne Martin\n"
)  # fmt: skip
ROOM = [r for r in recipes().values() if r.function.__module__.endswith("mail_quotes")]
POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)


@pytest.fixture(scope="module")
def letter() -> bytes:
    return mail(LETTER.encode(), fields=("Content-Type: text/plain; charset=utf-8",))


def judged(data: bytes) -> list[Report]:
    return judge_unit(examine_bytes(data, "a.eml"), "a.eml")


def pointing(data: bytes) -> set[str]:
    return {
        e.check
        for r in judged(data)
        for e in r.evidence
        if e.outcome in POINTED and e.check[:9] == "LV-MAIL-0"
    }


@pytest.mark.parametrize("recipe", [r for r in ROOM if r.altered], ids=lambda r: r.name)
def test_an_alteration_is_found_where_it_can_be(recipe: Recipe, letter: bytes) -> None:
    forged = recipe.forge(letter, seed=3)
    assert pointing(forged.data) & {"LV-MAIL-040", "LV-MAIL-041", "LV-MAIL-042"} == set(recipe.expects)
    if forged.truth is not None and forged.truth.before and recipe.expects:
        texts = " ".join(e.text for r in judged(forged.data) for e in r.evidence if e.check in recipe.expects)
        assert forged.truth.before in texts and forged.truth.after in texts


@pytest.mark.parametrize("recipe", [r for r in ROOM if not r.altered], ids=lambda r: r.name)
def test_ordinary_handling_points_at_nothing(recipe: Recipe, letter: bytes) -> None:
    assert not pointing(recipe(letter)) & {"LV-MAIL-040", "LV-MAIL-041", "LV-MAIL-042"}


@pytest.mark.parametrize("name", ["quote_trimmed", "quote_wrapped_anew", "quote_with_typographic_marks"])
def test_an_honest_quotation_supports_its_original(name: str, letter: bytes) -> None:
    reports = judged(recipes()[f"mail.{name}"](letter))
    answers = [e.outcome for r in reports for e in r.evidence if e.check == "LV-MAIL-042"]
    assert Outcome.SUPPORTS in answers


def test_the_attached_original_is_what_was_given(letter: bytes) -> None:
    outer, inner = examine_bytes(recipes()["mail.quoted_amount_changed"](letter), "a.eml").extractions
    assert letter.startswith(b"From:") and inner.role == "message"
    assert len(quotations(outer.observations)) == 1
    before = {o.value for o in judged(letter)[0].observations if o.name == "mail.text"}
    assert {str(o.value).rstrip() for o in inner.observations if o.name == "mail.text"} == {
        str(value).rstrip() for value in before
    }


def test_a_mail_without_text_is_refused() -> None:
    with pytest.raises(DoesNotApply):
        recipes()["mail.quote_trimmed"](mail(b"Oui\n"))
