"""The declared program against pages and container: who is held to what, and who is not."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from leakverify.checks import registry
from leakverify.checks._base import Facts, fact
from leakverify.checks._pdf_pages import SHOWN, claimed, drawn_by, owns, tells
from leakverify.evidence import Evidence, Extraction, Observation, Outcome
from leakverify.extractors.pdf.style_content import read_habits
from leakverify.knowledge import table
from tests.builders.pdf import FIRST, QPDF, document, examine, info, qpdf

#: how each program begins a page, as in files it made
PAGES = {
    "LibreOffice or OpenOffice": b"0.1 w\nq 0 0.028 595.275 841.861 re\nW* n\nq 0 0 0 rg\nBT\n"
    b"56.8 773.989 Td /F1 12 Tf[<01>1<02>]TJ\nET\nQ\n",
    "Ghostscript": b"q 0.1 0 0 0.1 0 0 cm\n/R7 gs\nq\n10 0 0 10 0 0 cm BT\n/R8 12 Tf\n1 0 0 1 72 720 Tm\n(a)Tj\nET\nQ\nQ\n",
    "Quartz": b"q Q q 0 0 612 792 re W n /Cs1 cs 0 0 0 sc BT 12 0 0 12 72 700 Tm /TT1 1 Tf (text) Tj ET Q\n",
    "Skia": b"1 0 0 -1 0 842 cm\nq\n.75 0 0 .75 0 0 cm\n1 1 1 RG 1 1 1 rg\n/G3 gs\nBT\n/F4 12 Tf\n<0001> Tj\nET\nQ\n",
    "Microsoft Office": b" /P <</MCID 0>> BDC q\r\n0.000008871 0 595.32 841.92 re\r\nW* n\r\nBT\r\n/F1 11.04 Tf\r\n"
    b"1 0 0 1 72.024 760.56 Tm\r\n0 g\r\n0 G\r\n[(T)-3(he)] TJ\r\nET\r\nQ\r\n EMC ",
    "TeX": b"BT\n/F8 9.9626 Tf 148.712 707.125 Td [(text)-333(words)]TJ 0 -11.955 Td [(more)]TJ\nET\n",
    "ReportLab": b"1 0 0 1 0 0 cm  BT /F1 12 Tf 14.4 TL ET\nBT 1 0 0 1 72 760 Tm (a) Tj T* ET\n",
    "Qt": b"/GSa gs /CSp cs /CSp CS\n0.06 0 0 -0.06 28 813 cm\nq q\nQ\nQ q\nQ q\n",
}
PRODUCERS = {
    "LibreOffice or OpenOffice": "LibreOffice 7.4",
    "Ghostscript": "GPL Ghostscript 10.00.0",
    "Quartz": "macOS Version 13.2 (Build 22D68) Quartz PDFContext",
    "Skia": "Skia/PDF m110",
    "Microsoft Office": "Microsoft® Word 2013",
    "TeX": "pdfTeX-1.40.24",
    "ReportLab": "ReportLab PDF Library - www.reportlab.com",
}
BUILT = b"BT /F1 11 Tf " + b"1 0 0 1 72 700 Tm (line) Tj " * 20 + b"ET"


def facts(*observations: Observation) -> Facts:
    return Facts(Extraction(index=0, formats=("pdf",), observations=observations))


def of(content: bytes, producer: str, creator: str = "", *more: Observation) -> Facts:
    """Facts of one page, with the resource names its operators use."""
    habits = read_habits(content)
    names = sorted(set(re.findall(rb"/(R|G|TT|F|GS)\d", content)))
    kinds = {
        b"R": "Font=R#",
        b"G": "ExtGState=G#",
        b"TT": "Font=TT#",
        b"F": "Font=F#",
        b"GS": "ExtGState=GS#",
    }
    return facts(
        fact("pdf.info.producer", producer),
        fact("pdf.info.creator", creator),
        fact("pdf.style.page.opening", habits.opening, page=1),
        fact("pdf.style.page.operators", habits.token(), page=1),
        fact("pdf.style.page.resources", " ".join(kinds[name] for name in names), page=1),
        fact("pdf.style.page.operator_count", habits.operators, page=1),
        *more,
    )


def said(check: str, about: Facts) -> Evidence:
    (answer,) = registry()[check].run(about)
    return answer


@pytest.mark.parametrize("writer", PAGES)
def test_a_page_is_told_to_be_of_its_writer_and_of_no_other(writer: str) -> None:
    assert set(tells(of(PAGES[writer], ""))) == {writer}


@pytest.mark.parametrize("writer", PAGES)
@pytest.mark.parametrize("named", PRODUCERS)
def test_pages_of_another_writer_contradict_and_its_own_agree(writer: str, named: str) -> None:
    answer = said("LV-PDF-030", of(PAGES[writer], PRODUCERS[named]))
    if writer == named:
        assert (answer.outcome, answer.message) == (Outcome.NEUTRAL, "agree")
    else:
        assert (answer.outcome, answer.message) == (Outcome.CONTRADICTS, "other-writer")
        assert answer.params["family"] == writer and answer.params["claimed"] == named


@pytest.mark.parametrize("writer", PAGES)
@pytest.mark.parametrize(
    "producer",
    [
        "iText 5.5.13", "pikepdf 8.1", "PyPDF2", "itext-paulo-155", "Adobe Acrobat Pro (64-bit) 24.2",
        "Adobe PDF Library 15.0", "macOS Version 13.2 Quartz PDFContext, AppendMode 1.1", "Some Portal 2", "",
    ],
)  # fmt: skip
def test_programs_that_take_over_pages_are_not_held_to_them(writer: str, producer: str) -> None:
    assert said("LV-PDF-030", of(PAGES[writer], producer)).outcome is Outcome.NEUTRAL


@pytest.mark.parametrize("creator", ["Acrobat PDFMaker 11 for Word", "Adobe InDesign CC 2015 (Windows)"])
def test_a_creator_that_draws_holds_the_library_to_the_pages(creator: str) -> None:
    answer = said("LV-PDF-030", of(PAGES["LibreOffice or OpenOffice"], "Adobe PDF Library 11.0", creator))
    assert answer.outcome is Outcome.CONTRADICTS


def test_a_page_added_to_an_honest_document_is_no_contradiction() -> None:
    """A cover made elsewhere: the other pages are drawn as named."""
    cover = read_habits(PAGES["LibreOffice or OpenOffice"])
    word = read_habits(PAGES["Microsoft Office"])
    about = facts(
        fact("pdf.info.producer", "Microsoft® Word 2013"),
        fact("pdf.style.page.opening", cover.opening, page=1),
        fact("pdf.style.page.operators", cover.token(), page=1),
        fact("pdf.style.page.opening", word.opening, page=2),
        fact("pdf.style.page.operators", word.token(), page=2),
    )
    assert said("LV-PDF-030", about).message == "agree"


def test_a_stamp_set_round_the_page_leaves_it_its_writers() -> None:
    for writer, content in PAGES.items():
        assert set(tells(of(b"q\n" + content + b"Q\n", ""))) == {writer}


def test_a_page_inside_a_form_clears_and_never_accuses() -> None:
    """Figures of other programs are drawn into forms; a wrapped page is one too."""
    other = fact("pdf.style.page.form_opening", read_habits(PAGES["Quartz"]).opening, page=1)
    wrapped = b"q\n1 0 0 1 0 0 cm\n/Fm0 Do\nQ\nq\nQ\n"
    assert not tells(of(wrapped, "Microsoft® Word 2013", "", other))
    assert owns(of(wrapped, PRODUCERS["Quartz"], "", other), "Quartz")
    assert said("LV-PDF-030", of(wrapped, PRODUCERS["Quartz"], "", other)).message == "agree"


def test_pages_nobody_is_known_to_draw_are_unusual_under_a_strict_name_and_enough_drawing() -> None:
    assert said("LV-PDF-030", of(BUILT, "Microsoft® Word 2013")).message == "unlike"
    assert said("LV-PDF-030", of(b"q Q", "Microsoft® Word 2013")).outcome is Outcome.NEUTRAL
    assert said("LV-PDF-030", of(BUILT, "Apache FOP Version 2.7")).outcome is Outcome.NEUTRAL


ACROBAT = b"BT\n/GS0 gs\n/TT0 1 Tf\n0.001 Tc 12 0 0 12 72 700 Tm\n(a)Tj\nET\nq\nQ\n"


def test_a_page_edited_in_acrobat_is_said_and_not_held_against_the_file() -> None:
    toolkit = fact("xmp.toolkit", "Adobe XMP Core 5.6-c015 84.159810")
    answer = said("LV-PDF-030", of(ACROBAT, "Microsoft® Word 2013", "", toolkit))
    assert (answer.outcome, answer.message) == (Outcome.NEUTRAL, "edited")
    same = fact("xmp.producer", "Microsoft® Word 2013")
    assert said("LV-PDF-030", of(ACROBAT, "Microsoft® Word 2013", "", toolkit, same)).message == "edited"
    other = fact("xmp.producer", "Acrobat Distiller 11.0 (Windows)")
    answer = said("LV-PDF-030", of(ACROBAT, "Microsoft® Word 2013", "", toolkit, other))
    assert (answer.outcome, answer.message) == (Outcome.CONTRADICTS, "xmp-names")


def test_xmp_speaks_when_info_names_nobody() -> None:
    about = of(PAGES["Skia"], "", "", fact("xmp.producer", "Microsoft® Word 2013"))
    assert said("LV-PDF-030", about).outcome is Outcome.CONTRADICTS


def test_a_creator_that_names_the_hand_of_the_pages_is_no_contradiction() -> None:
    about = of(PAGES["LibreOffice or OpenOffice"], PRODUCERS["Quartz"], "LibreOffice 7.4")
    assert said("LV-PDF-030", about).outcome is Outcome.NEUTRAL


def test_from_the_bytes_to_the_answer() -> None:
    for producer, outcome in (("Microsoft® Word 2013", "contradicts"), ("LibreOffice 7.4", "neutral")):
        made = document(PAGES["LibreOffice or OpenOffice"], about=info(Producer=producer))
        about = facts(*examine(made.data, full=False).observations)
        assert said("LV-PDF-030", about).outcome.value == outcome


@pytest.mark.parametrize(
    ("comment", "producer", "message", "family"),
    [
        ("bff7a2fe", "Microsoft® Word 2013", "rewritten", "qpdf"),
        ("bff7a2fe", "pikepdf 8.1", "as-named", "qpdf"),
        ("c7ec8fa2", "GPL Ghostscript 10.0", "as-named", "Ghostscript"),
        ("c3a4c3bcc3b6c39f", "Acrobat Distiller 11.0", "rewritten", "LibreOffice or OpenOffice"),
        ("b5b5b5b5", "Microsoft® Excel® 2016", "as-named", "Microsoft Office"),
    ],
)
def test_the_last_hand_on_the_bytes_is_named(comment: str, producer: str, message: str, family: str) -> None:
    about = (
        fact("pdf.info.producer", producer),
        fact("pdf.revision.count", 1),
        fact("pdf.header.comment", comment),
    )
    answer = said("LV-PDF-031", facts(*about))
    assert (answer.message, answer.params["family"]) == (message, family)
    assert answer.outcome is (Outcome.SUPPORTS if message == "as-named" else Outcome.NEUTRAL)


def test_a_file_saved_again_is_not_said_to_be_as_it_was_made() -> None:
    about = (
        fact("pdf.info.producer", "pikepdf"),
        fact("pdf.revision.count", 2),
        fact("pdf.header.comment", "bff7a2fe"),
    )
    assert said("LV-PDF-031", facts(*about)).message == "nothing"


def test_pdftk_pypdf_and_acrobat_are_told_apart_behind_the_same_comment() -> None:
    seen = []
    for ending, trailer in (
        ("lf", "trailer||<<|/Info"),
        ("lf", "trailer|<<|/Size #|/Root # # R|/Info"),
        ("cr", ""),
    ):
        about = facts(
            fact("pdf.info.producer", "Skia/PDF m110"),
            fact("pdf.header.comment", "e2e3cfd3"),
            fact("pdf.line_ending", ending),
            fact("pdf.style.container.object", "# # obj|<<|/"),
            fact("pdf.style.container.order", "rising"),
            fact("pdf.style.container.trailer", trailer),
        )
        seen.append(said("LV-PDF-031", about).params["family"])
    assert seen == ["pdftk", "pypdf", "Adobe Acrobat"]


def test_programs_named_by_a_producer() -> None:
    for family, producer in PRODUCERS.items():
        row = claimed(producer)
        assert row is not None and row["family"] == family
    assert claimed("Microsoft: Print To PDF")["family"] == "Microsoft Print to PDF"  # type: ignore[index]
    assert claimed("Adobe Photoshop for LaTeX") is None, "two names are nobody's"
    modified = drawn_by("GPL Ghostscript 9.07; modified using iTextSharp 5.1", "")
    assert modified is not None and modified["family"] == "Ghostscript"


def test_tables_of_pages_name_programs_that_can_be_declared() -> None:
    families = {row["family"] for row in table("pdf_producers")}
    for row in table("pdf_page_writers"):
        assert row["family"] in families and row["role"] in {"tell", "own", "edit"} and row["why"]
        columns = [row[name] for name in ("opening", "operators", "resources", "cmap", "coding")]
        assert any(columns)
        for wanted in filter(None, columns):
            re.compile(wanted)
        if row["role"] == "tell":
            assert not row["cmap"], "a font may come from another file"


@pytest.mark.skipif(not QPDF, reason="qpdf is not installed")
@pytest.mark.parametrize("options", [("--linearize",), ("--object-streams=generate",)])
def test_writing_anew_changes_the_container_and_leaves_the_pages(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    pages = [PAGES["LibreOffice or OpenOffice"], PAGES["Microsoft Office"], PAGES["Quartz"]]
    before = document(*pages, about=info(Producer="Microsoft® Word 2013"))
    after = qpdf(before.data, tmp_path, *options, "--deterministic-id")
    left = set(SHOWN) - {"pdf.style.page.coding"}  # what was not compressed now is
    told = [
        [(o.name, o.value, o.where) for o in examine(data, full=False).observations if o.name in left]
        for data in (before.data, after)
    ]
    assert told[0] and told[0] == told[1]
    assert said("LV-PDF-031", facts(*examine(after, full=False).observations)).params["family"] == "qpdf"


@pytest.mark.skipif(not QPDF, reason="qpdf is not installed")
@pytest.mark.parametrize("writer", [w for w in PRODUCERS if w in PAGES])
def test_cleaned_content_still_agrees_with_its_writer(writer: str, tmp_path: Path) -> None:
    """Normalising ends every line alike, which takes one of Word's habits away and leaves the others."""
    resources = b"/Resources<</Font<</F1 5 0 R/R8 5 0 R/TT1 5 0 R>>/ExtGState<</G3<<>>/R7<<>>>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 11 0 R%s>>" % resources
    about_it = info(Producer=PRODUCERS[writer])
    made = document(PAGES[writer], about=about_it, objects={FIRST: page})
    cleaned = qpdf(made.data, tmp_path, "--qdf", "--deterministic-id")
    about = facts(*examine(cleaned, full=False).observations)
    assert said("LV-PDF-030", about).outcome is Outcome.NEUTRAL


def test_a_page_of_the_real_reportlab_is_told() -> None:
    """The preamble is written by the library itself, whatever is drawn."""
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    out = io.BytesIO()
    drawn = canvas.Canvas(out, pageCompression=0)
    drawn.drawString(72, 720, "The amount is 1200")
    drawn.setProducer("Microsoft® Word 2013")
    drawn.save()
    about = facts(*examine(out.getvalue(), full=False).observations)
    answer = said("LV-PDF-030", about)
    assert (answer.outcome, answer.params["family"]) == (Outcome.CONTRADICTS, "ReportLab")


def test_the_same_facts_give_the_same_answer_in_any_table_order() -> None:
    """Two writers' pages in one file under a third name: the first page decides."""
    first, second = (read_habits(PAGES[w]) for w in ("Skia", "Qt"))
    about = facts(
        fact("pdf.info.producer", "Microsoft® Word 2013"),
        fact("pdf.style.page.opening", first.opening, page=1),
        fact("pdf.style.page.operators", first.token(), page=1),
        fact("pdf.style.page.resources", "ExtGState=G#", page=1),
        fact("pdf.style.page.opening", second.opening, page=2),
        fact("pdf.style.page.operators", second.token(), page=2),
    )
    assert said("LV-PDF-030", about).params["family"] == "Skia"
