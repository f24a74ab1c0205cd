"""The checks on page composition, from bytes to answers."""

from __future__ import annotations

import pytest

from leakverify import checks
from leakverify.checks import Facts
from leakverify.checks._pdf_pairs import again, alike, says
from leakverify.evidence import Evidence, Outcome
from tests.builders.pdf import show
from tests.builders.pdf_pages import LINES, NEW, OLD, box, covered, innocent, page, picture_page, typed
from tests.extractors._facts import read

MINE = ("LV-PDF-010", "LV-PDF-011", "LV-PDF-012", "LV-PDF-013")
COVERED = covered()
INNOCENT = innocent()


def pointing(data: bytes) -> list[Evidence]:
    found = checks.judge(Facts(read(data, "x.pdf")))
    return [e for e in found if e.check in MINE and e.outcome in (Outcome.CONTRADICTS, Outcome.UNUSUAL)]


@pytest.mark.parametrize("way", COVERED)
def test_an_amount_over_an_amount_contradicts_and_both_are_quoted(way: str) -> None:
    (answer,) = pointing(COVERED[way])
    assert (answer.check, answer.message, answer.outcome) == ("LV-PDF-010", "replaced", Outcome.CONTRADICTS)
    assert answer.params["page"] == 1
    assert answer.params["before"] == OLD
    assert str(answer.params["after"]).replace(" ", "") == NEW.replace(" ", "")


@pytest.mark.parametrize("why", INNOCENT)
def test_what_hides_nothing_points_to_nothing(why: str) -> None:
    assert pointing(INNOCENT[why]) == []


def test_a_passage_under_a_box_in_the_colour_of_the_page_is_unusual() -> None:
    wide = b" q 1 g 70 676 200 18 re f Q "
    (answer,) = pointing(page(LINES + wide))
    assert (answer.message, answer.outcome) == ("removed", Outcome.UNUSUAL)


def test_a_blacked_out_word_is_told_as_handling_and_never_ranked() -> None:
    (answer,) = pointing(page(LINES + box(b"0 0 0")))
    assert (answer.check, answer.question.value) == ("LV-PDF-011", "handling")
    assert answer.params["text"] == OLD


def test_the_same_words_painted_again_point_to_nothing() -> None:
    assert pointing(page(LINES + box() + typed(OLD))) == []


def test_old_words_in_the_colour_of_the_paper() -> None:
    white = b"BT 1 g /F1 12 Tf 135 500 Td (1 200,00) Tj ET 0 g "
    (answer,) = pointing(page(show("The total is") + b" " + white + typed(NEW, y=500)))
    assert (answer.check, answer.message) == ("LV-PDF-012", "replaced")
    assert (answer.params["before"], answer.params["after"]) == (OLD, NEW)


def test_a_sentence_far_from_the_page_is_unusual_and_one_at_its_edge_is_not() -> None:
    far, near = (typed("The bearer accepts the new terms", x=x) for x in (-900, 610))
    assert [a.message for a in pointing(page(LINES + far))] == ["added-off-page"]
    assert pointing(page(LINES + near)) == []


def test_a_letter_on_the_picture_of_a_letterhead_is_unusual() -> None:
    letter = show(
        "The company undertakes to pay\nthe sum of one million dollars\nbefore the end of May", 72, 500
    )
    (answer,) = pointing(picture_page(letter))
    assert (answer.check, answer.message) == ("LV-PDF-013", "live")


def test_a_scan_with_recognised_words_points_to_nothing() -> None:
    assert pointing(picture_page(show("Recognised words\nof a scan", mode=3))) == []


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("1 200,00", "91 200,00", False),
        ("200,00", "1 200,00", False),
        ("Total", "Total", True),
        ("Total", "Total 2017", True),
        ("Jeanne Martin", "Pierre Durand", False),
        ("", "anything", True),
        ("1,200", "1 200", True),
    ],
)
def test_what_is_the_same_text_again(old: str, new: str, same: bool) -> None:
    assert again(old, new) is same


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("1 200,00", "91 200,00", True),
        ("5 May 2017", "12 June 2019", True),
        ("Jeanne Martin", "Pierre Durand", True),
        ("Jeanne Martin", "FR76 3000 6000 0112", False),
        ("no", "a whole sentence about something else entirely", False),
    ],
)
def test_what_is_of_one_kind(old: str, new: str, kind: bool) -> None:
    assert alike(old, new) is kind


def test_bits_of_formulas_say_nothing_and_a_lone_figure_does() -> None:
    assert not says("1 0s", "c , 0")
    assert not says("x", "y")
    assert says("3", "4")
    assert not says("0\u25e6", "360\u25e6")
    assert says("70", "80")
