"""A stored message altered on one side stands out, and one saved again does not."""

from __future__ import annotations

import pytest

from leakverify.checks import judge
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome
from tests.builders.msg import STRING8, Message, delivered
from tests.extractors._facts import read, value
from tests.forge import mail_stored
from tests.forge.recipe import recipes

LETTER = Message(delivered()).data()
EIGHT_BITS = Message(delivered(p007D=(STRING8, str(delivered()[0x007D]).encode()))).data()
POINTED = (Outcome.UNUSUAL, Outcome.CONTRADICTS)


def pointed(data: bytes) -> set[str]:
    return {e.check for e in judge(Facts(read(data))) if e.outcome in POINTED}


@pytest.mark.parametrize("letter", [LETTER, EIGHT_BITS], ids=["unicode", "eight bits"])
@pytest.mark.parametrize("name", ["mail.stored_headers_redated", "mail.stored_time_of_sending"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_was_altered_is_found(letter: bytes, name: str, seed: int) -> None:
    recipe = recipes()[name]
    assert recipe.function.__module__ == mail_stored.__name__
    made = recipe.forge(letter, seed=seed)
    assert len(made.data) == len(letter) and made.truth is not None and made.truth.before != made.truth.after
    assert set(recipe.expects) <= pointed(made.data)


def test_saving_again_points_at_nothing() -> None:
    made = recipes()["mail.stored_saved_again"](LETTER, seed=3)
    assert value(read(made), "mapi.modified") != value(read(LETTER), "mapi.modified")
    assert not pointed(made) and not pointed(LETTER)
