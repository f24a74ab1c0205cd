"""Features of the format, the version stated, and dates inside the document."""

from __future__ import annotations

import pytest

from leakverify.extractors.pdf.vocabulary import observed
from leakverify.knowledge import table
from tests.builders.pdf import document, examine, stream


@pytest.mark.parametrize(("kind", "features"), [("table", set()), ("stream", {"cross-reference stream"}), ("packed", {"cross-reference stream", "object stream"})])  # fmt: skip
def test_structure_shows_the_version_that_brought_it(kind: str, features: set[str]) -> None:
    assert set(examine(document("a", kind=kind).data).values("pdf.feature")) == features


@pytest.mark.parametrize(
    ("catalog", "feature"),
    [
        (b"/OCProperties<</OCGs[]>>", "optional content"),
        (b"/MarkInfo<</Marked true>>", "marked content"),
        (b"/OutputIntents[<<>>]", "output intents"),
        (b"/Collection<</Type/Collection>>", "portfolio"),
        (b"/DSS<<>>", "security store"),
        (b"/AF[]", "associated files"),
        (b"/StructTreeRoot<</Namespaces[]>>", "structure namespaces"),
    ],
)
def test_entries_of_the_root(catalog: bytes, feature: str) -> None:
    assert feature in examine(document("a", catalog=catalog).data).values("pdf.feature")


def test_transparency_and_pictures() -> None:
    image = stream(
        b"\0" * 8, b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 16/Filter/JPXDecode"
    )
    made = document(
        b"/G gs", page=b"", objects={
            10: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 11 0 R/UserUnit 2/Resources<</XObject<</I 70 0 R>>"
            b"/ExtGState<</G<</ca .5>>>>>>>>",
            70: image,
        },
    )  # fmt: skip
    assert set(examine(made.data).values("pdf.feature")) == {
        "user unit", "transparency", "16-bit picture", "JPEG 2000"
    }  # fmt: skip


def test_a_graphics_state_that_hides_nothing_is_no_transparency() -> None:
    made = document(b"q", objects={10: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 11 0 R"
        b"/Resources<</ExtGState<</G<</ca 1/CA 1.0/BM/Normal/SMask/None>>>>>>>>"})  # fmt: skip
    assert examine(made.data).values("pdf.feature") == []


def test_the_version_of_the_root_is_told() -> None:
    assert examine(document("a", catalog=b"/Version/2.0").data).values("pdf.catalog.version") == ["2.0"]


def test_dates_of_pages_and_of_private_data() -> None:
    page = b"/LastModified(D:20160429174011+02'00')/PieceInfo<</Kit<</LastModified(D:20160430)>>>>"
    made = examine(document("a", "b", page=page).data)
    assert made.values("pdf.page.last_modified") == ["2016-04-29T17:40:11+02:00"]
    assert made.values("pdf.piece.last_modified") == ["2016-04-30"]
    assert made.where("pdf.page.last_modified")[0].page == 1


def test_dates_of_an_attached_file() -> None:
    made = document(
        "a",
        catalog=b"/Names<</EmbeddedFiles<</Names[(n.txt)70 0 R]>>>>",
        objects={
            70: b"<</Type/Filespec/F(n.txt)/EF<</F 71 0 R>>>>",
            71: stream(
                b"note", b"/Type/EmbeddedFile/Params<</CreationDate(D:2015)/ModDate(D:20160102030405Z)>>"
            ),
        },
    )
    read = examine(made.data)
    assert read.values("pdf.attachment.created") == ["2015"]
    assert read.values("pdf.attachment.modified") == ["2016-01-02T03:04:05Z"]


def test_every_feature_has_a_version_and_a_year() -> None:
    """What the reader can say and what the check knows are the same words."""
    from leakverify.extractors.pdf import features

    said = {"object stream", "cross-reference stream", "crypt filter", "AES-128", "transparency", "user unit"}
    said |= {"AES-256 revision 5", "AES-256 revision 6", "structure namespaces", "XFA form", "16-bit picture"}
    said |= {"OpenType font program", "document parts", "associated files"}
    said |= {*features._CATALOG.values(), *features._ANNOTATIONS.values(), *features._FILTERS.values()}
    known = {row["feature"] for row in table("pdf_versions")}
    assert said - known == {"structure tree"}  # older than any file that states dates we doubt
    assert "pdf.feature" in observed()
