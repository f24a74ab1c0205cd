"""What scripts change in a mail is found where something noted it, and what servers do is not."""

from __future__ import annotations

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import judge
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome
from tests.forge import mail_scripted
from tests.forge.mail import headers
from tests.forge.recipe import recipes
from tests.forge.test_mail_client_recipes import LETTER, SEEDS

MINE = {name: one for name, one in recipes().items() if one.function.__module__ == mail_scripted.__name__}
TRACE = "mail.trace_of_another_mail"


def pointed(data: bytes) -> set[str]:
    answers = judge(Facts(examine_bytes(data, "x.eml").extractions[0]))
    assert [a for a in answers if a.message == "check-error"] == []
    return {a.check for a in answers if a.outcome in (Outcome.CONTRADICTS, Outcome.UNUSUAL)}


@pytest.mark.parametrize(
    "name", sorted(n for n, one in MINE.items() if one.altered and one.trace != "faint" and n != TRACE)
)
def test_altered_mail_is_found(name: str) -> None:
    for seed in SEEDS:
        assert pointed(MINE[name](LETTER, seed=seed)) & set(MINE[name].expects), seed


def test_a_trace_of_another_mail_is_found_by_the_numbers_in_it() -> None:
    letter = LETTER.replace(b"id 4F2A91B03C;", b"id u4C8V9aB012345;").replace(
        b"(Postfix)", b"(8.13.1/8.13.1)"
    )
    made = MINE[TRACE](letter, seed=2)
    assert b"u4C8V9aB012345" in made
    assert "LV-MAIL-021" in pointed(made)


@pytest.mark.parametrize("name", sorted(n for n, one in MINE.items() if not one.altered))
def test_ordinary_ways_point_at_nothing(name: str) -> None:
    for seed in SEEDS:
        assert pointed(MINE[name](LETTER, seed=seed)) == set(), seed


def test_a_day_that_a_script_wrote_is_no_packing() -> None:
    """Python writes the day with a nought, which an export of a genuine mail has no reason to."""
    letter = LETTER.replace(b"Date: Thu, 12 May", b"Date: Mon, 9 May")
    found = [MINE["mail.sent_item_by_script"](letter, seed=seed) for seed in range(20)]
    assert {"LV-MAIL-030"} <= set().union(*map(pointed, found))
    assert any(not pointed(made) for made in found)
    assert all(headers(made)["Received"] is None for made in found)
