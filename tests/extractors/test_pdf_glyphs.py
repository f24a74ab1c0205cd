"""Figures set otherwise than their line, and what must not be taken for one."""

from __future__ import annotations

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks._base import Facts
from leakverify.checks.pdf_odd_font import family_of, figure_in_a_font_of_its_own
from leakverify.evidence import Outcome
from leakverify.extractors.pdf.vocabulary.glyphs import VOCABULARY
from tests.builders.pdf import examine
from tests.builders.pdf_fonts import HELVETICA, at, embedded, page_of, truetype

TEXT = "Invoice of the month, amount due: Total EUR 1234567890 per"
LINES = b"\n".join(
    at("F2", 72, 700 - 14 * n, line)
    for n, line in enumerate(
        ("Invoice of the month", "amount due", "per month 120.50", "per month 75.00", "Total EUR")
    )
)


def invoice(*more: bytes, base: str = "KSWQXA+Example", fonts: dict[str, int] | None = None) -> bytes:
    """Five lines in an embedded font, the last of them at 72, 644, and what is added."""
    program = truetype("".join(sorted(set(TEXT + ".,:"))))
    return page_of(
        LINES + b"\n" + b"\n".join(more),
        {"F2": 30, "F1": HELVETICA, **(fonts or {})},
        embedded(30, base, program),
    )


def figures(data: bytes) -> list[tuple[str, str, str]]:
    """(figure, its font, what stands beside it)."""
    read = examine(data)
    columns = (read.values(f"pdf.figure.{name}") for name in ("text", "font", "beside"))
    return [tuple(map(str, row)) for row in zip(*columns, strict=True)]  # type: ignore[misc]


def outcomes(data: bytes) -> set[tuple[Outcome, str]]:
    (extraction,) = examine_bytes(data, "a.pdf").extractions
    return {(answer.outcome, answer.message) for answer in figure_in_a_font_of_its_own.run(Facts(extraction))}


def test_a_figure_in_a_standard_font_on_a_line_of_an_embedded_one_is_told_with_its_place() -> None:
    data = invoice(at("F1", 130, 644, "9 200,00"))
    assert figures(data) == [("9 200,00", "Helvetica", "Total EUR")]
    (where,) = examine(data).where("pdf.figure.text")
    assert where.page == 1 and where.box is not None
    assert where.box[0] == pytest.approx(130, abs=2) and where.box[1] == pytest.approx(644, abs=2)
    assert outcomes(data) == {(Outcome.UNUSUAL, "base-font")}


def test_a_figure_painted_letter_by_letter_is_one_figure() -> None:
    letters = [at("F1", 130 + 5.56 * n, 644, digit) for n, digit in enumerate("9200")]
    assert [figure for figure, _, _ in figures(invoice(*letters))] == ["9200"]


def test_a_figure_in_the_column_of_others_is_told() -> None:
    data = page_of(
        b"".join(at("F2", 300, 700 - 14 * n, f"12{n}.50") for n in range(6) if n != 3)
        + at("F1", 300, 658, "920.50")
        + at("F2", 72, 500, "amount due " * 3),
        {"F2": 30, "F1": HELVETICA},
        embedded(30, "KSWQXA+Example", truetype("".join(sorted(set(TEXT + "."))))),
    )
    assert [figure for figure, _, _ in figures(data)] == ["920.50"]


@pytest.mark.parametrize(
    ("what", "added"),
    [
        (
            "words in the other font too",
            [at("F1", 130, 644, "9200"), at("F1", 300, 300, "Received with thanks")],
        ),
        ("the number of the page", [at("F1", 290, 30, "12")]),
        ("a stamp at an angle", [at("F1", 130, 640, "2016", turn="0.97 0.24 -0.24 0.97")]),
        ("the ticks of an axis", [at("F1", 72 + 60 * n, 644, f"{n}00") for n in range(1, 6)]),
        ("a running number of a stamp", [at("F1", 130, 790, "LV06-000001"), at("F2", 72, 790, "page")]),
        ("no font but its own", []),
        ("a single digit", [at("F1", 130, 644, "9")]),
        ("words", [at("F1", 130, 644, "approved")]),
        ("invisible text", [at("F1", 130, 644, "9200").replace(b"BT", b"BT 3 Tr")]),
        ("a table of signs", [at("F1", 130, 644, "0 1 2 3 4 5 6 7")]),
        ("headline size, with nothing set like it", [at("F1", 130, 790, "9200", size=40)]),
    ],
)
def test_what_is_ordinary_is_not_told(what: str, added: list[bytes]) -> None:
    assert figures(invoice(*added)) == [], what


def test_a_total_in_bold_of_the_same_family_is_only_shown() -> None:
    bold = embedded(40, "KSWQXA+Example-Bold", truetype("0123456789,"))
    program = truetype("".join(sorted(set(TEXT + ".,:"))))
    data = page_of(
        LINES + at("F3", 130, 644, "9200,00"),
        {"F2": 30, "F3": 40},
        {**embedded(30, "KSWQXA+Example", program), **bold},
    )
    assert outcomes(data) == {(Outcome.NEUTRAL, "variant")}


def test_a_second_copy_of_a_standard_font_made_for_one_date_is_told() -> None:
    plain = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    body = b"".join(at("F1", 72, 700 - 14 * n, "This letter was written and signed on") for n in range(4))
    data = page_of(body + at("F9", 260, 658, "12.03.2019"), {"F1": HELVETICA, "F9": 50}, {50: plain})
    assert outcomes(data) == {(Outcome.UNUSUAL, "second-copy")}
    same = page_of(body + at("F1", 260, 658, "12.03.2019"), {"F1": HELVETICA}, {})
    assert outcomes(same) == {(Outcome.NEUTRAL, "nothing")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ABCDEE+Arial-BoldMT", "ArialMT"),
        ("Arial,Bold", "Arial"),
        ("TimesNewRomanPS-BoldMT", "TimesNewRomanPSMT"),
        ("Calibri-Light", "ABCDEE+Calibri"),
        ("HelveticaNeueLTStd-BdOu", "HelveticaNeueLTStd-Roman"),
        ("ArialNarrow-Bold", "ArialMT"),
    ],
)
def test_variants_of_a_family_are_one_family(one: str, other: str) -> None:
    assert family_of(one) == family_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Helvetica", "ArialMT"), ("Times-Roman", "Helvetica"), ("CMR10", "CMMI10")]
)
def test_other_families_are_others(one: str, other: str) -> None:
    assert family_of(one) != family_of(other)


BODY = [
    at("F2", 72, 700, "Invoice of the month"),
    at("F2", 72, 686, "Total amount due"),
    at("F2", 72, 672, "per month 120.50 in all"),
    at("F2", 72, 658, "per month 75.00 in all"),
]


def set_last(*content: bytes, fonts: dict[str, int] | None = None, leaf: bytes = b"") -> bytes:
    """A page in one embedded font, and Helvetica at hand as F1."""
    program = truetype("".join(sorted(set(TEXT + ".,:"))))
    return page_of(
        b"\n".join(content),
        {"F2": 30, "F1": HELVETICA, **(fonts or {})},
        embedded(30, "KSWQXA+Example", program),
        leaf=leaf,
    )


def told(data: bytes) -> list[dict[str, object]]:
    """One row per figure in another size, height or shade."""
    read = examine(data)
    names = [name for name in VOCABULARY if name.startswith("pdf.figure.set.")]
    rows = zip(*(read.values(name) for name in names), strict=True)
    return [{name.rpartition(".")[2]: v for name, v in zip(names, row, strict=True)} for row in rows]


def test_a_figure_painted_last_is_told_with_all_in_which_it_differs() -> None:
    data = set_last(*BODY, b"0.13 g " + at("F2", 164, 686.7, "9200,00", size=10.4))
    (row,) = told(data)
    assert row["text"] == "9200,00" and row["beside"] == "Total amount due"
    assert (row["size"], row["beside_size"], row["raised"]) == (10.4, 10, 0.7)
    assert (row["colour"], row["beside_colour"]) == ("#212121", "#000000")
    assert row["last"] is True and row["gap"] is False and row["apart"] == 2
    (where,) = examine(data).where("pdf.figure.set.text")
    assert where.page == 1 and where.box is not None and where.box[0] == pytest.approx(164, abs=2)
    assert outcomes(data) == {(Outcome.UNUSUAL, "added")}


def test_a_figure_in_a_gap_of_a_line_is_told() -> None:
    holed = b"BT /F2 10 Tf 1 0 0 1 72 686 Tm [(Total ) -5000 (per month)] TJ ET"
    figure = at("F1", 108, 686, "9200,00")
    words = at("F1", 72, 300, "Received with thanks and many words to make this font a common one", size=8)
    data = set_last(words, *BODY[2:], holed, figure)
    (row,) = told(data)
    assert row["gap"] is True and row["beside_font"] != row["font"]
    assert outcomes(data) == {(Outcome.UNUSUAL, "in-gap")}
    full = holed.replace(b"-5000", b"-100")
    assert all(row["gap"] is False for row in told(set_last(words, *BODY[2:], full, figure)))


def test_a_figure_in_a_column_is_compared_with_those_that_end_where_it_does() -> None:
    column = [at("F2", 300, 700 - 14 * n, f"12{n}.50") for n in range(6) if n != 3]
    after = [at("F2", 72, 500, "amount due"), at("F2", 72, 486, "per month")]
    data = set_last(*column, *after, at("F2", 300, 658, "920.50", size=9.5))
    (row,) = told(data)
    assert (row["text"], row["raised"], row["beside_size"]) == ("920.50", 0, 10)
    apart = [at("F2", 240 + 20 * n, 700 - 14 * n, f"12{n}.50") for n in range(6) if n != 3]
    assert told(set_last(*apart, *after, at("F2", 288, 658, "920.50", size=9.5))) == []


def test_size_and_baseline_slightly_off_tell_without_any_order() -> None:
    slight = set_last(at("F2", 72, 700, "amount due"), at("F2", 130, 700.5, "9200", size=10.5))
    assert outcomes(slight) == {(Outcome.UNUSUAL, "added")}
    raised = set_last(at("F2", 72, 700, "amount due"), at("F2", 130, 703, "12", size=6.5))
    assert told(raised) == [], "an index"


AWRY = at("F2", 164, 686.7, "9200,00", size=10.4)


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("set as its line", [*BODY, at("F2", 164, 686, "9200,00")]),
        ("painted in its place", [*BODY[:2], at("F2", 164, 688, "9200,00", size=8.4), *BODY[2:]]),
        ("followed by words", [*BODY, AWRY, at("F2", 72, 300, "Received")]),
        ("invisible", [*BODY, AWRY.replace(b"BT", b"BT 3 Tr")]),
        ("the value of a field", [*BODY, b"/Tx BMC " + AWRY + b" EMC"]),
        ("words", [*BODY, AWRY.replace(b"9200,00", b"approved")]),
        ("a stamp at an angle", [*BODY, at("F2", 164, 686, "9200", size=10.4, turn="0.97 0.24 -0.24 0.97")]),
        ("alone", [*BODY, at("F1", 164, 300, "9200,00", size=10.4)]),
        ("display type", [*BODY, at("F2", 164, 686.7, "9200,00", size=24)]),
        ("a number in the margin", [*BODY, at("F1", 400, 686, "163", size=12)]),
        ("set as other values", [at("F2", 300, 500, "amount", size=10.4), *BODY, AWRY]),
        (
            "a number at the edge of the page",
            [at("F2", 250, 30, "Invoice per page"), *BODY, at("F1", 350, 30, "17/2018", size=9)],
        ),
    ],
)
def test_what_is_ordinary_at_the_end_of_a_page_is_not_told(what: str, content: list[bytes]) -> None:
    assert told(set_last(*content)) == [], what


def test_one_small_difference_is_only_shown() -> None:
    data = set_last(*BODY, at("F2", 164, 686, "9200,00", size=10.4))
    assert outcomes(data) == {(Outcome.NEUTRAL, "last")}


def test_a_figure_with_a_font_of_its_own_gets_one_answer() -> None:
    data = set_last(*BODY, at("F1", 164, 686.7, "9200,00", size=10.4))
    assert told(data) and figures(data)
    assert outcomes(data) == {(Outcome.UNUSUAL, "base-font")}


def test_the_amount_of_figures_told_is_bounded() -> None:
    many = [at("F2", 164, 686.7 - 14 * n, f"92{n}0,00", size=10.4 + 0.3 * n) for n in range(9)]
    lines = [at("F2", 72, 686 - 14 * n, "Total amount due") for n in range(9)]
    assert 1 <= len(told(set_last(*lines, *many))) <= 6


def test_a_figure_painted_in_its_place_is_told_when_size_and_height_are_slightly_off() -> None:
    def line(size: float, y: float) -> bytes:
        figure = at("F2", 127, y, "9200,00", size=size)
        return set_last(
            BODY[0], at("F2", 72, 686, "Total EUR"), figure, at("F2", 172, 686, "amount due"), *BODY[2:]
        )

    (row,) = told(line(9.4, 685.5))
    assert (row["last"], row["raised"], row["size"]) == (False, -0.5, 9.4)
    assert outcomes(line(9.4, 685.5)) == {(Outcome.UNUSUAL, "awry")}
    assert told(line(9.4, 686)) == told(line(10, 685.5)) == told(line(6, 689)) == []


def test_figures_that_are_all_off_in_their_places_are_the_way_of_the_program() -> None:
    def lines(amount: int) -> bytes:
        rows = [
            (
                at("F2", 72, 700 - 14 * n, "Total EUR"),
                at("F2", 127, 699.5 - 14 * n, f"9{n}00,00", size=9.4),
                at("F2", 172, 700 - 14 * n, "amount due"),
            )
            for n in range(amount)
        ]
        return set_last(*(part for row in rows for part in row))

    assert len(told(lines(3))) == 3
    assert told(lines(4)) == []
