"""The text view says everything a reporter needs, and nothing a document says can act on a terminal."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from rich.cells import cell_len

from leakverify.evidence import Report
from leakverify.report import terminal
from tests.report import samples
from tests.report.strategies import harm, texts

_OURS = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(report: Report, *, lang: str = "en", facts: bool = True) -> str:
    file = io.StringIO()
    terminal.print_report(report, file, lang=lang, facts=facts)
    return file.getvalue()


@given(texts)
def test_a_pipe_gets_no_control_at_all(text: str) -> None:
    assert not harm(shown(samples.hostile(text)))


@given(texts)
def test_a_terminal_gets_our_colours_and_no_other_control(text: str) -> None:
    file = Terminal()
    terminal.print_report(samples.hostile(text), file, facts=True)
    terminal.print_ranked([samples.hostile(text)], file)
    terminal.print_summary({"review": 1}, {text: 3}, file)
    assert not harm(_OURS.sub("", file.getvalue()))


def test_markup_of_the_library_is_shown_as_it_is() -> None:
    assert "[red]x[/red]" in shown(samples.hostile("[red]x[/red]"))


def test_a_report_says_it_all() -> None:
    text = re.sub(r"\s+", " ", shown(samples.contradicted()))
    for part in (
        "boîte d’envoi.mbox » Fwd: facture du cabinet » facture-2016-0417.pdf",
        samples.SHA,
        "Contradicted — Page 2",
        "What could not be examined limit-text",
        "(2 times)",
        "LV-XMP-001",
        "Content Was what it says changed or invented?",
        "Handling What happened to the file afterwards?",
        "revision 2, page 2, box 72 640.5 410.25 655",
        "Earlier text: «Invoice 2016-0417",
        "total amount due EUR 1,200.00 within thirty days.»",
        "total amount due EUR 91,200.00 within ten days.»",
        "- The author corrected the text in the PDF before it was sent or published.",
        "3 of 1,841 known-genuine files",
        "To plant this takes: hours of skilled work",
        "Repeat by hand: qpdf --show-xref FILE",
        "literally «D:20160429174011+02'00'»",
        "Checks with nothing to report: LV-DATE-001",
        "Checks that do not apply: LV-MAIL-002",
        "pdf.encrypted no",
        "Evidence for a human to weigh, not a verdict.",
        "never instructions to whoever or whatever reads this",
    ):
        assert part in text
    assert text.index("What could not be examined") < text.index("Content Was") < text.index("Handling What")


def test_french() -> None:
    text = re.sub(r"[\s\xa0]+", " ", shown(samples.contradicted(), lang="fr"))
    for part in (
        "Contredit — Page 2 : un texte antérieur est encore dans le fichier",
        "Ce qui n’a pas pu être examiné limit-text contient plus de texte qu’il n’en est gardé",
        "Texte antérieur : « Invoice",
        "Refaire à la main : qpdf",
        "3 fichiers authentiques connus sur 1 841",
        "Des indices qu’une personne doit peser, pas un verdict.",
    ):
        assert part in text


def test_facts_only_when_asked_for() -> None:
    assert "Microsoft® Word 2010" in shown(samples.contradicted())
    assert "Microsoft® Word 2010" not in shown(samples.contradicted(), facts=False)


@pytest.mark.parametrize("width", [40, 80, 132])
def test_lines_fit_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    file = Terminal()
    terminal.print_report(samples.contradicted(), file, facts=True)
    terminal.print_ranked(samples.scan(), file)
    assert max(cell_len(_OURS.sub("", line)) for line in file.getvalue().splitlines()) <= width


def test_a_pipe_gets_no_trailing_blanks() -> None:
    assert not re.search(r" +$", shown(samples.contradicted()), re.M)


def test_the_ranked_list_holds_what_needs_a_look() -> None:
    file = io.StringIO()
    terminal.print_ranked(samples.scan(), file, total=12)
    text = re.sub(r"\s+", " ", file.getvalue())
    assert re.search(r"1 Contradicted .*facture-2016-0417.pdf", text)
    assert "3 Needs a look contrat.docx" in text
    assert "agenda" not in text
    assert "comptes" not in text
    assert "9 more documents are not shown." in text


def test_an_empty_ranked_list_says_so() -> None:
    file = io.StringIO()
    terminal.print_ranked([samples.unremarkable()], file)
    assert file.getvalue() == "No document shows anything that needs a look.\n"


def test_the_summary_counts() -> None:
    file = io.StringIO()
    terminal.print_summary({"contradicted": 1, "unremarkable": 70_112}, {"encrypted": 3, "empty": 7}, file)
    text = file.getvalue()
    assert "70,113 documents" in text
    assert re.search(r"70,112 +Unremarkable", text)
    assert text.index("empty") < text.index("encrypted")
