"""Text under what is painted later, text nobody sees, and pages that are a picture."""

from __future__ import annotations

import re

import pytest

from leakverify.extractors.pdf import composition
from tests.builders.pdf import Read, document, examine, show
from tests.builders.pdf_pages import (
    FREE,
    LINES,
    NEW,
    OLD,
    PLACE,
    box,
    covered,
    innocent,
    page,
    picture_page,
    typed,
)

COVERED = covered()
INNOCENT = innocent()


def groups(read: Read) -> list[tuple[str, str, str, str]]:
    """(text, by, look, over) of everything covered."""
    names = ("text", "by", "look", "over")
    columns = [[str(value) for value in read.values(f"pdf.covered.{name}")] for name in names]
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("way", COVERED)
def test_hidden_text_is_found_with_its_place_and_what_stands_on_it(way: str) -> None:
    read = examine(COVERED[way])
    ((old, _, look, over),) = groups(read)
    assert old.strip() == OLD
    assert re.sub(r"\s", "", over) == re.sub(r"\s", "", NEW)
    assert look.startswith("as-ground")
    (where,) = read.where("pdf.covered.text")
    assert where.page == 1 and where.box is not None
    left, bottom, right, top = where.box
    assert PLACE[0] - 1 <= left < right <= PLACE[2] + 1
    assert PLACE[1] - 1 <= bottom < top <= PLACE[3] + 1
    assert not read.faults


@pytest.mark.parametrize("why", INNOCENT)
def test_what_hides_nothing_is_not_told(why: str) -> None:
    read = examine(INNOCENT[why])
    assert groups(read) == []
    assert not read.faults


def test_the_cover_is_named_and_described() -> None:
    kinds = {way: groups(examine(data))[0][1:3] for way, data in COVERED.items()}
    assert kinds["rectangle"] == ("path", "as-ground #ffffff")
    assert kinds["stroke"][0] == "line"
    assert kinds["image"][0] == kinds["inline image"][0] == "image"
    assert kinds["shading"][0] == "shading"
    assert kinds["coloured page"][1] == "as-ground #e6f2ff"
    assert kinds["annotations"][0] == "annotation Square"
    assert kinds["annotation without appearance"][0] == "annotation FreeText"


def test_a_dark_box_is_dark_and_a_coloured_one_plain() -> None:
    assert groups(examine(page(LINES + box(b"0 0 0"))))[0][1:] == ("path", "dark #000000", "")
    assert groups(examine(page(LINES + box(b"1 1 0"))))[0][1:] == ("path", "plain #ffff00", "")


def test_only_the_covered_part_of_a_line_is_quoted_beside_the_whole() -> None:
    read = examine(page(LINES + box()))
    assert read.value("pdf.covered.line") == f"The total is {OLD} EUR today"
    assert str(read.value("pdf.covered.text")).strip() == OLD


def test_recognised_words_under_a_patch_on_a_scan_are_told() -> None:
    words = show(f"The total is {OLD} EUR today", 110, 760, mode=3)
    patch = b" q 0.95 g 172 756 52 14 re f Q "
    read = examine(picture_page(words + patch + typed(NEW, 173, 760)))
    ((old, _, _, over),) = groups(read)
    assert (old.strip(), over) == (OLD, NEW)


def test_recognised_words_alone_are_counted_and_nothing_more() -> None:
    read = examine(picture_page(show("Recognised words\nof a scan", mode=3)))
    assert read.value("pdf.layer.recognised") >= 20  # type: ignore[operator]
    assert not [o for o in read.observations if o.name.startswith(("pdf.covered", "pdf.unseen"))]


HIDDEN = {
    "unpainted": show("a word that is not painted", mode=3),
    "clear": b"q /G gs " + typed("a word without opacity") + b" Q",
    "tiny": typed("a word too small to read", size=0.4),
    "off-page": typed("a word beside the page", x=700),
    "clipped": b"q 0 0 20 20 re W n " + typed("a word clipped away", y=500) + b" Q",
    "as-ground": b"BT 1 g /F1 12 Tf 72 500 Td (a word in white on white) Tj ET",
}


@pytest.mark.parametrize("how", HIDDEN)
def test_text_that_cannot_be_seen_is_told_with_the_reason(how: str) -> None:
    read = examine(page(LINES + b" " + HIDDEN[how], resources=b"/ExtGState<</G<</ca 0>>>>"))
    assert read.value("pdf.unseen.how") == how
    assert str(read.value("pdf.unseen.text")).startswith("a word")
    assert read.value("pdf.unseen.last") is True


def test_white_text_on_a_dark_ground_is_seen() -> None:
    white = b"BT 1 g /F1 12 Tf 72 500 Td (a word in white) Tj ET"
    assert examine(page(b"q 0 0 0.4 rg 60 490 200 40 re f Q " + white)).values("pdf.unseen.text") == []


def test_old_words_in_the_colour_of_the_paper_have_the_new_ones_beside_them() -> None:
    white = b"BT 1 g /F1 12 Tf 135 500 Td (1 200,00) Tj ET 0 g "
    read = examine(page(show("The total is") + b" " + white + typed(NEW, y=500)))
    assert (read.value("pdf.unseen.text"), read.value("pdf.unseen.over")) == (OLD, NEW)
    assert read.value("pdf.unseen.last") is False


LETTER = show("The company undertakes to pay\nthe sum of one million dollars\nbefore the end of May", 72, 500)


@pytest.mark.parametrize("noisy", [True, False])
def test_live_text_on_a_picture_of_a_sheet(noisy: bool) -> None:
    read = examine(picture_page(LETTER, noisy=noisy))
    assert read.value("pdf.layer.paper") == ("scan" if noisy else "blank")
    assert "undertakes" in str(read.value("pdf.layer.live"))
    assert 1 < read.value("pdf.layer.ink") < 10  # type: ignore[operator]


def test_a_number_at_the_edge_of_a_scan_is_no_live_text() -> None:
    read = examine(
        picture_page(show("CONFIDENTIAL - ACME 000123 - produced under the order of 5 May", 72, 20))
    )
    assert read.values("pdf.layer.live") == []


def test_a_picture_pasted_on_the_picture_of_a_page_is_told_with_its_place() -> None:
    patch = b"q 40 0 0 20 100 600 cm BI /W 2 /H 1 /CS /G /BPC 8 ID \x10\xf0 EI Q"
    read = examine(picture_page(patch))
    assert str(read.value("pdf.layer.patch")).startswith("none 2x1 4 dpi on FlateDecode 120x170")
    assert read.where("pdf.layer.patch")[0].box == pytest.approx((100, 600, 140, 620))


def test_the_same_bytes_give_the_same_facts() -> None:
    data = COVERED["form"]
    assert examine(data).observations == examine(data).observations


def test_pages_that_are_not_rendered_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "_RENDERED", 1)
    content = LINES + box() + typed()
    read = examine(document(content, content, content).data)
    assert len(groups(read)) == 1
    assert "limit-pages" in read.codes


def test_thousands_of_shapes_over_thousands_of_words_stay_bounded() -> None:
    words = b" ".join(typed(f"w{n}", 20 + n % 50 * 11, 20 + n // 50 * 10, 4) for n in range(3000))
    shapes = b" ".join(b"%d %d 500 500 re f" % (n % 90, n % 300) for n in range(3000))
    read = examine(page(words + b" 1 g " + shapes))
    assert {"limit-pages"} <= read.codes


def test_a_picture_too_large_to_unpack_is_told_and_not_rendered() -> None:
    huge = b"<</Type/XObject/Subtype/Image/Width 9000/Height 9000/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"
    data = page(
        LINES + box() + b" q 10 0 0 10 300 300 cm /P Do Q",
        resources=b"/XObject<</P %d 0 R>>" % FREE,
        objects={FREE: huge + b"\nstream\n\x00\nendstream"},
    )
    read = examine(data)
    assert groups(read) == []
    assert "limit-memory" in read.codes
