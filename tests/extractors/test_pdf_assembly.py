"""How each page was made is told where it changes, and depends on the writer and not on the text."""

from __future__ import annotations

from leakverify.checks import registry
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome
from tests.builders.pdf import FIRST, document, examine, show, stream
from tests.builders.pdf_images import swapped
from tests.extractors._facts import read, values

TEXTS = tuple(f"Clause {n} of this contract is as follows\nPage {n} of 4" for n in (1, 2, 3, 4))


def answers(data: bytes) -> list[tuple[Outcome, str, str]]:
    found = registry()["LV-PDF-050"].run(Facts(read(data)))
    return [(one.outcome, one.message, str(one.params.get("pages", ""))) for one in found]


def test_pages_of_one_program_are_told_once() -> None:
    made = examine(document(*TEXTS).data)
    for name in ("box", "keys", "names", "fonts", "group", "content", "operators"):
        assert [where.page for where in made.where(f"pdf.assembly.{name}")] == [1]
    assert made.value("pdf.assembly.pages") == 4


def test_a_document_of_one_page_has_nothing_to_compare() -> None:
    assert not [o for o in examine(document("a").data).observations if o.name.startswith("pdf.assembly.")]


def test_a_page_by_another_program_differs_in_every_habit() -> None:
    made = examine(swapped(*TEXTS, at=1))
    for name in ("box", "names", "fonts", "group", "content", "operators"):
        assert [where.page for where in made.where(f"pdf.assembly.{name}")] == [1, 2, 3], name
    assert made.values("pdf.assembly.group") == ["1", "2", "1"]


def test_a_page_swapped_inside_is_pointed_out_at_its_place() -> None:
    for at in (1, 2):
        assert answers(swapped(*TEXTS, at=at)) == [(Outcome.UNUSUAL, "inside", str(at + 1))]


def test_a_page_swapped_at_an_end_is_pointed_out_where_it_is_numbered_on() -> None:
    assert answers(swapped(*TEXTS, at=3)) == [(Outcome.UNUSUAL, "same-run", "4")]
    assert answers(swapped(*TEXTS, at=0)) == [(Outcome.UNUSUAL, "same-run", "1")]


def test_an_annex_without_numbers_is_only_shown() -> None:
    plain = tuple(f"Words of {name} and no more" for name in ("Anna", "Bert", "Carl", "Dora"))
    assert answers(swapped(*plain, at=3)) == [(Outcome.NEUTRAL, "parts", "4")]


def test_a_stamp_that_counts_the_pages_of_a_file_is_no_page_number() -> None:
    stamped = tuple(f"Words of {name}\nABC{n:06d}" for n, name in enumerate("Anna Bert Carl Dora".split(), 1))
    assert answers(swapped(*stamped, at=3)) == [(Outcome.NEUTRAL, "parts", "4")]


def test_pages_of_one_program_are_never_told_apart() -> None:
    assert answers(document(*TEXTS).data) == [(Outcome.NEUTRAL, "nothing", "")]


def test_a_page_with_a_font_of_its_own_by_the_same_program_is_ordinary() -> None:
    own = {
        70: b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
        FIRST + 2: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
        b"/Resources<</Font<</F1 70 0 R>>>>>>" % (FIRST + 3),
    }
    assert answers(document(*TEXTS, objects=own).data) == [(Outcome.NEUTRAL, "nothing", "")]


def test_operators_are_read_from_the_beginning_of_packed_content_only() -> None:
    long = stream(show("a line of some words") + b"\n0 0 m " * 100_000, flate=True)
    made = examine(document("x", "y", objects={FIRST + 1: long, FIRST + 3: long}).data)
    (said,) = made.values("pdf.assembly.operators")
    assert "begins=BT,Tf" in str(said) and "show=Tj" in str(said)


def test_long_documents_cost_in_proportion() -> None:
    import time

    spent = []
    for pages in (150, 600):
        data = document(*["a line of some words"] * pages).data
        start = time.process_time()
        assert values(read(data, full=False), "pdf.assembly.pages") == [pages]
        spent.append(time.process_time() - start)
    assert spent[1] < 12 * spent[0] + 0.5
