"""Objects nothing leads to: an earlier text that stayed in the file is read, and nothing is read into the rest."""

from __future__ import annotations

import io
import time

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from leakverify.checks import Facts, registry
from leakverify.evidence import Extraction, Outcome
from tests.builders.pdf import FIRST, INFO, Read, document, examine, info, packet, show, stream

LETTER = "Invoice 2017-031\nThe amount due is 1200 euros\npayable within thirty days\nYours faithfully"
OTHER = LETTER.replace("1200", "9200")
KINDS = ("table", "stream", "packed")


def told(read: Read) -> list[tuple[object, object]]:
    return list(
        zip(read.values("pdf.leftover.text_before"), read.values("pdf.leftover.text_after"), strict=True)
    )


def outcomes(read: Read) -> set[Outcome]:
    facts = Facts(Extraction(index=0, formats=("pdf",), observations=tuple(read.observations)))
    return {answer.outcome for answer in registry()["LV-PDF-005"].run(facts)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_earlier_content_of_a_page_is_read(kind: str) -> None:
    """An editor gave the page a new content stream and wrote the file whole."""
    made = document("first page of all", OTHER, kind=kind, objects={40: stream(show(LETTER), flate=True)})
    read = examine(made.data)
    assert read.value("pdf.revision.count") == 1
    assert read.values("pdf.leftover.kind") == ["content"]
    ((before, behind),) = told(read)
    assert "1200" in str(before)
    assert "9200" in str(behind)
    where = read.where("pdf.leftover.text_before")[0]
    assert (where.page, where.part) == (2, "obj 40 0")
    assert where.box is not None
    assert outcomes(read) == {Outcome.UNUSUAL}


def test_content_that_was_written_over_in_place_and_whose_bytes_stayed() -> None:
    """Two objects of one number: the cross-reference knows the later one only."""
    made = document(OTHER)
    old = b"11 0 obj\n" + stream(show(LETTER)) + b"\nendobj\n"
    at = made.data.index(b"10 0 obj")
    moved = made.data[:at] + old + made.data[at:]
    for number, place in made.places.items():
        if place >= at:
            moved = moved.replace(b"%010d 00000 n" % place, b"%010d 00000 n" % (place + len(old)))
        assert number
    moved = moved.replace(b"startxref\n%d" % made.last, b"startxref\n%d" % (made.last + len(old)))
    read = examine(moved)
    ((before, behind),) = told(read)
    assert "1200" in str(before)
    assert "9200" in str(behind)


def test_a_page_that_was_taken_out_of_the_tree() -> None:
    made = document(OTHER, objects={
        40: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 41 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        41: stream(show(LETTER)),
    })  # fmt: skip
    read = examine(made.data)
    assert "page" in read.values("pdf.leftover.kind")
    assert len(told(read)) == 1


def test_content_that_was_in_pieces() -> None:
    lines = [show(line, y=700 - 18 * at) for at, line in enumerate(LETTER.split("\n"))]
    pieces = {40 + at: stream(drawn) for at, drawn in enumerate(lines)}
    ((before, _),) = told(examine(document(OTHER, objects=pieces).data))
    assert "1200" in str(before)


def test_pypdf_leaves_what_it_replaced() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(document("one page more", LETTER).data))
    changed = DecodedStreamObject()
    changed.set_data(show(OTHER))
    writer.pages[1][NameObject("/Contents")] = writer._add_object(changed)
    out = io.BytesIO()
    writer.write(out)
    read = examine(out.getvalue())
    assert read.value("pdf.revision.count") == 1
    assert [("1200" in str(old), "9200" in str(new)) for old, new in told(read)] == [(True, True)]


# innocent twins


@pytest.mark.parametrize(
    "unused",
    [
        stream(show("Some other paper altogether, of which nothing is said here")),  # a template
        stream(show(LETTER)),  # the same words
        stream(b"0 0 10 10 re f"),  # a drawing
        stream(show(LETTER), b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
        stream(b"\x00" * 40, b"/Type/Metadata/Subtype/XML"),
        stream(b"BT (this) Tj", b"/FunctionType 4/Domain[0 1]/Range[0 1]"),
    ],
    ids=["template", "same", "drawing", "form", "font", "xmp", "function"],
)
def test_unused_objects_that_say_nothing_of_a_page(unused: bytes) -> None:
    read = examine(document(LETTER, objects={40: unused}).data)
    assert read.value("pdf.leftover.count") == 1
    assert told(read) == []
    assert outcomes(read) == {Outcome.NEUTRAL}


def test_the_page_before_it_was_numbered_is_shown_and_not_scored() -> None:
    made = document(LETTER + "\nEX-000123", objects={40: stream(show(LETTER))})
    read = examine(made.data)
    assert len(told(read)) == 1
    assert outcomes(read) == {Outcome.NEUTRAL}


def test_what_an_earlier_save_showed_is_history_and_no_leftover() -> None:
    made = document(LETTER)
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 30 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    )
    read = examine(made.save({FIRST: page, 30: stream(show(OTHER))}).data)
    assert told(read) == []
    assert [why for _, _, why in read.pairs] == ["none"]


def test_a_document_attached_unpacked_is_not_searched_for_objects() -> None:
    inner = document(OTHER).data
    made = document(LETTER, catalog=b"/Names<</EmbeddedFiles<</Names[(a)30 0 R]>>>>", objects={
        30: b"<</Type/Filespec/F(a.pdf)/EF<</F 31 0 R>>>>",
        31: stream(inner, b"/Type/EmbeddedFile"),
    })  # fmt: skip
    read = examine(made.data)
    assert read.value("pdf.leftover.count") == 0


def test_bytes_before_the_header() -> None:
    made = document(OTHER, junk=b"From: somebody\n\n", objects={40: stream(show(LETTER))})
    assert len(told(examine(made.data))) == 1


# what metadata left behind


def test_an_older_info_dictionary_and_packet() -> None:
    made = document(
        LETTER,
        about=info(Producer="New", CreationDate="D:20190101000000Z"),
        objects={
            40: info(Producer="Old", CreationDate="D:20170101000000Z"),
            41: stream(packet(ModifyDate="2017-02-03T04:05:06Z"), b"/Type/Metadata/Subtype/XML"),
        },
    )
    read = examine(made.data)
    assert read.values("pdf.leftover.kind") == ["info", "xmp"]
    assert read.values("pdf.leftover.info") == ["Producer: Old", "CreationDate: D:20170101000000Z"]
    assert read.values("pdf.leftover.xmp_date") == ["2017-02-03T04:05:06Z"]
    assert INFO not in {40, 41}


# hostile


def test_many_unused_contents_cost_little() -> None:
    unused = {100 + n: stream(show(f"{LETTER} {n}"), flate=True) for n in range(3000)}
    data = document(*[OTHER] * 20, objects=unused).data
    started = time.process_time()
    read = examine(data)
    assert time.process_time() - started < 8
    assert read.value("pdf.leftover.count") == 3000
    assert len(told(read)) > 0


def test_not_read_without_content_being_asked_for() -> None:
    made = document(OTHER, objects={40: stream(show(LETTER))})
    read = examine(made.data, full=False)
    assert read.values("pdf.leftover.kind") == ["content"]
    assert told(read) == []
    assert read.deferred
