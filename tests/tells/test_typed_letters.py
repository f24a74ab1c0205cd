"""Letters whose numbers, letters or setting are of another time or keyboard, as files, and their innocent twins."""

from __future__ import annotations

import io
from datetime import datetime
from email.message import EmailMessage

import docx
import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Evidence, Outcome
from leakverify.judge import judge_unit
from tests.builders import pdf
from tests.tells.test_text_files import letter, pointed

MEMO = (
    "18 August 1973",
    "Memo to file",
    "I\u2019m having trouble running interference and doing my job. The 187",
    "th",
    " is not to blame. Harris gave me a message from Staudt\u2019s office, and that\u2019s what I\u2019ll do.",
)


def answers(data: bytes, name: str, check: str) -> list[Evidence]:
    report = judge_unit(examine_bytes(data, name), name)[0]
    return [e for e in report.evidence if e.check == check and e.message not in ("nothing", "not-stated")]


def memo_pdf(
    *, face: str = "Times-Roman", raised: bool = True, year: str = "1973", created: str = "20040908"
) -> bytes:
    """A page in proportional type with a small raised th and curly apostrophes; every part can be left out."""

    def show(x: float, y: float, size: float, text: str) -> bytes:
        raw = text.replace("\u2019", "\x92" if raised else "'").encode("latin-1")
        return b"BT /F1 %g Tf %g %g Td (%s) Tj ET" % (size, x, y, raw)

    day, head, first, letters, rest = MEMO
    content = b"\n".join(
        (
            show(72, 740, 12, day.replace("1973", year)),
            show(72, 710, 12, head),
            show(72, 680, 12, first),
            show(402, 685 if raised else 680, 7 if raised else 12, letters),
            show(72, 660, 12, rest),
        )
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % face.encode()
    about = pdf.info(CreationDate=f"D:{created}100000Z")
    return pdf.document(content, about=about, objects={pdf.FONT: font}).data


def memo_docx(*, superscript: bool = True, year: str = "1973", more: str = "") -> bytes:
    document = docx.Document()
    day, head, first, letters, rest = MEMO
    document.core_properties.created = document.core_properties.modified = datetime(2004, 9, 8)
    document.add_paragraph(day.replace("1973", year))
    document.add_paragraph(head + more)
    paragraph = document.add_paragraph(first if superscript else first.replace("\u2019", "'"))
    run = paragraph.add_run(letters)
    run.font.superscript = superscript
    paragraph.add_run(rest if superscript else rest.replace("\u2019", "'"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"), [(memo_pdf(), "memo.pdf"), (memo_docx(), "memo.docx")], ids=["pdf", "docx"]
)
def test_killian_a_memo_of_1973_in_the_setting_of_a_word_processor(data: bytes, name: str) -> None:
    (found,) = answers(data, name, "LV-TXT-008")
    assert (found.message, found.outcome) == ("typed-anew", Outcome.NEUTRAL)
    assert "187th" in found.text and "curly quotes" in found.text
    assert "not the sheet of that day" in found.text


def test_killian_in_a_file_that_denies_being_a_later_copy() -> None:
    (found,) = answers(memo_pdf(created="19730818"), "memo.pdf", "LV-TXT-008")
    assert (found.message, found.outcome) == ("claimed", Outcome.UNUSUAL)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (memo_pdf(face="Courier", raised=False), "memo.pdf"),
        (memo_pdf(face="Courier", raised=False, created="19730818"), "memo.pdf"),
        (memo_pdf(raised=False), "memo.pdf"),
        (memo_pdf(year="2003", created="20030818"), "memo.pdf"),
        (memo_docx(superscript=False), "memo.docx"),
        (memo_docx(year="2003"), "memo.docx"),
        (memo_docx(more=" (transcribed from the original)"), "memo.docx"),
    ],
    ids=[
        "typewriter",
        "typewriter, old date",
        "plain letters",
        "of 2003",
        "plain docx",
        "docx of 2003",
        "transcript",
    ],
)
def test_killian_twins_are_left_alone(data: bytes, name: str) -> None:
    assert answers(data, name, "LV-TXT-008") == []


PARAGRAPH = (
    "Nous vous prions de trouver ici le devis qui est dans la lettre des services et les plans pour vous."
)


def test_a_letter_of_2003_with_a_number_of_2006() -> None:
    lines = ("Paris, le 12 mars 2003", "Tél. 09 72 12 34 56", PARAGRAPH)
    assert pointed(letter(*lines, saved="2003-03-12"))["LV-TXT-005"].message == "younger"
    (found,) = answers("\n".join(lines).encode(), "letter.txt", "LV-TXT-005")
    assert (found.message, found.outcome) == ("own-date", Outcome.UNUSUAL)
    # typed or printed again later, with the letterhead of that day: shown, and not held against it
    (found,) = answers(letter(*lines, saved="2017-03-12"), "letter.docx", "LV-TXT-005")
    assert (found.message, found.outcome) == ("own-date", Outcome.NEUTRAL)
    later = (lines[0].replace("2003", "2013"), *lines[1:])
    assert "LV-TXT-005" not in pointed(letter(*later, saved="2017-03-12"))


@pytest.mark.parametrize(
    ("day", "number", "held"),
    [
        ("12 mars 1990", "Tél. 01 42 12 34 56", True),
        ("12 mars 1990", "Tél. +33 1 42 12 34 56", False),  # from abroad it was so since 1985
        ("12 mars 1990", "Tél. (1) 42 12 34 56", False),
        ("12 mars 1990", "Tél. 42 12 34 56", False),
        ("12 mars 2007", "Tél. 07 52 12 34 56", True),
        ("12 mars 2012", "Tél. 07 52 12 34 56", False),
        ("12 mars 1990", "Tel. +44 20 7946 0123", True),
        ("12 mars 1999", "Tel. +44 20 7946 0123", False),
        ("12 mars 2019", "Tel. +44 171 946 0123", False),  # a number of the plan before
        ("12 mars 1998", "Tel. +1 646 555 0134", True),
        ("12 mars 2001", "Tel. +1 646 555 0134", False),
        ("12 mars 1984", "Tel. +1 212 555 0134", False),
        ("12 mars 2009", "Tel. +383 38 123 456", True),
    ],
)
def test_numbers_are_held_to_the_plan_of_their_day(day: str, number: str, held: bool) -> None:
    text = f"Paris, le {day}\n{number}\n{PARAGRAPH}\n"
    assert (
        any(e.outcome is Outcome.UNUSUAL for e in answers(text.encode(), "letter.txt", "LV-TXT-005")) is held
    )


def mail(text: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@example.org", "b@example.org", "payment"
    made["Date"], made["Message-ID"] = "Fri, 05 May 2017 20:47:00 +0200", "<a1@example.org>"
    made.set_content(text)
    return made.as_bytes()


def test_a_word_that_hides_a_letter_is_held_against_a_text_and_not_against_a_writer_of_two_scripts() -> None:
    (found,) = answers(
        mail("The p\u0430yment was made to the account of the house.\n"), "a.eml", "LV-TXT-006"
    )
    assert found.outcome is Outcome.UNUSUAL and "U+0430" in found.text
    both = "The p\u0430yment was made.\n\u0421 \u0443\u0432\u0430\u0436\u0435\u043d\u0438\u0435\u043c\n"
    (found,) = answers(mail(both), "a.eml", "LV-TXT-006")
    assert found.outcome is Outcome.NEUTRAL


@pytest.mark.parametrize(
    "text",
    [
        "5 \u03a9m and 3 \u00b5m",
        "the angle \u03b1x",
        "\u039f\u03b4\u03cc\u03c2 25",
        "Mot\u00f6rhead, na\u00efve",
    ],
)
def test_units_formulas_and_accents_hide_nothing(text: str) -> None:
    assert answers(mail(text + "\n"), "a.eml", "LV-TXT-006") == []


def test_words_of_another_layout_are_shown_with_what_was_meant() -> None:
    (found,) = answers(
        mail("Bonjour, voici le plan qvec les chiffres et dqns la boite\n"), "a.eml", "LV-TXT-006"
    )
    assert found.outcome is Outcome.NEUTRAL and "«qvec» for «avec»" in found.text
    (found,) = answers(mail("\u0440\u0443\u0434\u0434\u0449 Anna\n"), "a.eml", "LV-TXT-006")
    assert "hello" in found.text
    assert answers(mail("Zour is a name, and so is Yhen\n"), "a.eml", "LV-TXT-006") == []


def test_numbers_of_two_countries_in_one_letter_are_shown() -> None:
    (found,) = answers(mail("1 250,00 et 3 400,50 puis 9,800.00\n"), "a.eml", "LV-TXT-007")
    assert found.outcome is Outcome.NEUTRAL and "9,800.00" in found.text
    assert answers(mail("1,250.00 and 9,800,000 and 12,345.67\n"), "a.eml", "LV-TXT-007") == []
    assert answers(mail("1.234 and 1,234 and 12 345\n"), "a.eml", "LV-TXT-007") == []
