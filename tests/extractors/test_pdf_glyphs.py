"""Figures set in a font of their own, and what must not be taken for one."""

from __future__ import annotations

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks._base import Facts
from leakverify.checks.pdf_odd_font import family_of, figure_in_a_font_of_its_own
from leakverify.evidence import Outcome
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
