"""What acts without being seen is written out, and everything else is left alone."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.inert import is_hidden, json_text
from leakverify.report._visible import json_line, visible
from tests.report.strategies import harm, json_texts, texts


@given(texts)
def test_one_line_holds_nothing_that_acts(text: str) -> None:
    shown = visible(text)
    assert not harm(shown)
    assert "\n" not in shown


@given(texts)
def test_several_lines_hold_line_feeds_and_nothing_else_that_acts(text: str) -> None:
    shown = visible(text, lines=True)
    assert not harm(shown)
    assert shown.count("\n") == text.count("\n")


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="⟦⟧\u2800")))
def test_ordinary_writing_is_left_alone(text: str) -> None:
    kept = "".join(c for c in text if not is_hidden(c))
    assert visible(kept) == kept


@given(texts, texts)
def test_different_texts_look_different(one: str, other: str) -> None:
    """A mark cannot be imitated: the filter loses nothing, up to the order of equal accents."""
    if visible(one) == visible(other):
        normal = {unicodedata.normalize("NFC", text.replace("◌", "")) for text in (one, other)}
        assert len(normal) == 1


@pytest.mark.parametrize("text", ["Đặng Thị Ngọc", "שָׁלוֹם", "Zażółć", "naïve café", "Ελλάδα", "北京", "مرحبا"])
def test_names_of_the_world_stay_readable(text: str) -> None:
    assert visible(text) == text
    assert visible(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFD", text)


def test_a_tower_of_accents_is_cut_down() -> None:
    shown = visible("a" + "\u0301" * 50)
    assert shown.count("\u0301") == 4
    assert shown.count("⟦U+0301⟧") == 46


def test_an_accent_never_sits_on_what_precedes_the_text() -> None:
    assert visible("\u0338b").startswith("◌")
    assert visible("\u200b\u0338").endswith("◌\u0338")


@given(st.integers(0, 50), st.text(min_size=60, max_size=90))
def test_length_is_bounded_and_the_rest_counted(limit: int, text: str) -> None:
    assert visible(text, limit=limit).endswith(f"…⟦+{len(text) - limit}⟧")


@given(json_texts)
def test_json_for_printing_is_the_same_json(text: str) -> None:
    plain = json.dumps({"a": [text]}, ensure_ascii=False, indent=2)
    for printed in (json_text(plain), json_line(plain)):
        assert json.loads(printed) == {"a": [text]}
        assert not harm(printed)
    assert json_line(plain).count("\n") == 1
