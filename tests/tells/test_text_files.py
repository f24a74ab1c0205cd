"""Historic tells in what a document says, re-created as files, and their innocent twins."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

import docx
import pytest

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Outcome
from leakverify.judge import judge_unit
from tests.builders import invoices

POINTED = (Outcome.UNUSUAL, Outcome.CONTRADICTS)


def letter(*lines: str, saved: str = "2017-05-04") -> bytes:
    """A document of Word's format that says when it was last saved."""
    document = docx.Document()
    day = datetime.fromisoformat(saved)
    document.core_properties.created = document.core_properties.modified = day
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pointed(data: bytes, name: str = "letter.docx") -> dict[str, lv.Evidence]:
    report = judge_unit(examine_bytes(data, name), name)[0]
    found = {e.check: e for e in report.evidence if e.outcome in POINTED}
    return {check: e for check, e in found.items() if check.startswith(("LV-TXT", "LV-INV"))}


def test_copa_v_wright_a_paper_of_2008_names_a_program_of_2013() -> None:
    text = "The protocol was first written for Bitcoin Core and its nodes."
    assert set(pointed(letter(text, saved="2008-11-03"))) == {"LV-TXT-002"}
    assert not pointed(letter(text, saved="2015-11-03"))


def test_a_letter_of_2005_demands_the_indemnity_of_2012() -> None:
    lines = (
        "Paris, le 12 mars 2005",
        "Une indemnité forfaitaire pour frais de recouvrement de 40 € est due.",
    )
    found = pointed(letter(*lines, saved="2017-05-04"))
    assert found["LV-TXT-002"].message == "own-date"
    assert not pointed(letter(lines[0].replace("2005", "2015"), lines[1], saved="2017-05-04"))


def test_a_reprint_that_says_so_is_not_held_to_its_old_date() -> None:
    """A law of 1998 quoted in 2017: the old day is in the text and is not its date line."""
    lines = ("Paris, le jeudi 4 mai 2017", "Vu la loi du 12 mars 1998, la société Factur-X SAS ...")
    assert not pointed(letter(*lines))


def test_a_meeting_on_a_weekday_that_was_another() -> None:
    found = pointed(letter("Réunion du lundi 5 mai 2017 à 10 h"))
    assert found["LV-TXT-001"].text.endswith("Friday.")
    assert not pointed(letter("Réunion du vendredi 5 mai 2017 à 10 h"))


def test_a_minute_book_with_one_slip_among_many_days_is_only_shown() -> None:
    right = [invoices.invoice(n).lines()[2] for n in range(14)]
    assert not pointed(letter(*right, "Séance du lundi 5 mai 2017"))


def test_the_account_of_a_supplier_was_changed_by_one_figure() -> None:
    made = invoices.invoice(11)
    other = made.iban[:-1] + str((int(made.iban[-1]) + 3) % 10)
    assert "LV-TXT-003" in pointed(invoices.changed(made, iban=other).docx())
    assert not pointed(made.docx())


def test_an_invoice_of_2012_at_the_rate_of_2014() -> None:
    made = invoices.invoice(5, date(2012, 6, 1), "20")
    assert set(pointed(made.docx())) == {"LV-INV-002"}
    assert not pointed(invoices.invoice(5, date(2014, 6, 2), "20").docx())
    assert not pointed(invoices.invoice(5, date(2014, 2, 3), "19.6").docx())


@pytest.mark.parametrize("form", ["docx", "pdf", "txt"])
def test_an_invoice_whose_total_was_raised_in_any_format(form: str) -> None:
    made = invoices.invoice(21)
    raised = invoices.changed(made, stated_total=made.total + Decimal(8_000))
    files = {"docx": raised.docx, "pdf": raised.pdf, "txt": raised.text}
    found = pointed(files[form](), f"invoice.{form}")
    assert "LV-INV-001" in found
    assert invoices.shown(raised.total) in found["LV-INV-001"].text.replace("\u00a0", " ").replace(
        " ", "\u00a0"
    )
    honest = {"docx": made.docx, "pdf": made.pdf, "txt": made.text}
    assert not pointed(honest[form](), f"invoice.{form}")


def test_figures_of_a_recognised_page_are_never_held_against_it() -> None:
    """Xerox, 2013: coders of scans exchange figures. A misread amount is shown with the reason."""
    from leakverify.checks._base import Facts
    from leakverify.checks.invoice_arithmetic import EXAMPLES, invoice_arithmetic

    scan = next(e for e in EXAMPLES if "recognised" in e.title)
    facts: Facts = scan.as_facts()
    assert [e.outcome for e in invoice_arithmetic.run(facts)] == [Outcome.NEUTRAL]


def test_a_slip_of_the_author_is_never_added_to_other_evidence() -> None:
    """A specimen of the public corpus: its total is wrong and its two dates differ; neither makes the
    other worse."""
    from leakverify.checks import registry

    assert {name for name, check in registry().items() if check.slip} == {
        "LV-INV-001",
        "LV-TXT-001",
        "LV-TXT-003",
        "LV-TXT-006",
        "LV-TXT-009",
    }
    made = invoices.invoice(21)
    raised = invoices.changed(made, stated_total=made.total + Decimal(8_000), weekday=invoices.WEEKDAYS[0])
    report = judge_unit(examine_bytes(raised.docx(), "a.docx"), "a.docx")[0]
    assert report.assessment in (lv.Assessment.REVIEW, lv.Assessment.UNREMARKABLE)
