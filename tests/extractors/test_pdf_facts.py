"""What a PDF states about itself, revision by revision."""

from __future__ import annotations

import pytest

from leakverify.limits import Limits
from tests.builders.pdf import (
    CATALOG,
    FIRST,
    FONT,
    INFO,
    METADATA,
    PAGES,
    document,
    examine,
    info,
    packet,
    show,
    stream,
)


def test_info_of_every_save_that_changed_it_and_only_those() -> None:
    made = document("a", about=info(Title="one", CreationDate="D:20170505204700+02'00'", Author="Ann"))
    made.save({made.content(0): stream(show("b"))})
    made.save({INFO: info(Title="two", ModDate="D:20170601")})
    read = examine(made.data)
    assert read.values("pdf.info.title") == ["one", "two"]
    assert [where.revision for where in read.where("pdf.info.title")] == [1, 3]
    assert read.value("pdf.info.creation_date") == "2017-05-05T20:47:00+02:00"
    date = next(o for o in read.observations if o.name == "pdf.info.creation_date")
    assert date.raw == "D:20170505204700+02'00'"
    assert made.data[date.where.offset or 0 :].startswith(b"3 0 obj")
    assert read.value("pdf.info.mod_date") == "2017-06-01"
    # taken away by the last save: the document as it stands does not state an author
    assert read.values("pdf.info.author") == ["Ann", ""]


def test_info_written_again_unchanged_is_stated_once() -> None:
    made = document("a", about=info(Title="one"))
    made.save({INFO: info(Title="one"), made.content(0): stream(show("b"))})
    assert examine(made.data).values("pdf.info.title") == ["one"]


def test_an_impossible_date_is_stated_as_such() -> None:
    read = examine(document("a", about=info(CreationDate="05/06/2017", ModDate="D:20171399")).data)
    assert read.values("pdf.info.date_malformed") == ["/CreationDate 05/06/2017", "/ModDate D:20171399"]
    assert not read.values("pdf.info.creation_date")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"(plain)", "plain"),
        (b"(par\\(en\\)s \\351)", "par(en)s é"),
        (b"<FEFF00E90020263A>", "é ☺"),
        (b"<FFFEE900>", "é"),
        (b"<EFBBBFC3A9>", "é"),
        (b"<FEFFD83D>", "\ufffd"),
        (b"(\x80\x81)", "•†"),
        (b"/Name", "/Name"),
        (b"()", ""),
    ],
)
def test_strings_in_every_encoding(written: bytes, read: str) -> None:
    made = document("a", about=b"<</Title %s>>" % written)
    assert examine(made.data).value("pdf.info.title") == read


def test_a_very_long_string_is_cut() -> None:
    read = examine(document("a", about=info(Title="x" * 100_000)).data)
    assert len(str(read.value("pdf.info.title"))) == 4096


def test_xmp_of_every_save_that_changed_it() -> None:
    made = document("a", xmp=packet(CreateDate="2016-01-01", CreatorTool="One"))
    made.save({made.content(0): stream(show("b"))})
    made.save({METADATA: stream(packet(CreateDate="2017-01-01"), b"/Type/Metadata", flate=True)})
    read = examine(made.data)
    assert read.values("xmp.create_date") == ["2016-01-01", "2017-01-01"]
    assert [where.revision for where in read.where("xmp.create_date")] == [1, 3]
    assert {where.part for where in read.where("xmp.create_date")} == {"XMP"}
    assert ("xmp", 3, None) in read.kinds


def test_identifiers_of_every_save_that_changed_them() -> None:
    made = document("a")
    made.save({made.content(0): stream(show("b"))})
    made.id = ("00112233", "ffee")
    made.save({made.content(0): stream(show("c"))})
    read = examine(made.data)
    assert read.values("pdf.id.first") == ["00112233", "00112233"]
    assert read.values("pdf.id.second") == ["00112233", "ffee"]
    assert [where.revision for where in read.where("pdf.id.second")] == [1, 3]


def test_header_and_habits() -> None:
    read = examine(document("a", about=info(Producer="P", Title="t"), version=b"1.3").data)
    assert read.value("pdf.header.version") == "1.3"
    assert read.value("pdf.header.offset") == 0
    assert read.value("pdf.header.comment") == "e2e3cfd3"
    assert read.value("pdf.line_ending") == "lf"
    assert read.value("pdf.info.keys") == "Producer Title"
    assert str(read.value("pdf.trailer.keys")).split()[:2] == ["Size", "Root"]
    assert read.value("pdf.catalog.keys") == "Type Pages"
    assert read.value("pdf.encrypted") is False
    assert read.value("pdf.tagged") is False


def test_pages_sizes_and_inherited_boxes() -> None:
    made = document("a", "b")
    made.save(
        {
            PAGES: b"<</Type/Pages/Count 2/Kids[10 0 R 12 0 R]/MediaBox[0 0 200 100]>>",
            FIRST + 2: b"<</Type/Page/Parent 2 0 R/Contents 13 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        }
    )
    read = examine(made.data)
    assert read.value("pdf.pages") == 2
    assert read.values("pdf.page.width") == [595, 200]
    assert read.values("pdf.page.height") == [842, 100]
    assert [where.page for where in read.where("pdf.page.width")] == [1, 2]


def test_text_of_every_page_and_nothing_for_empty_ones() -> None:
    read = examine(document("Été à Paris", b"", "third").data)
    assert [str(v).strip() for v in read.values("pdf.page.text")] == ["Été à Paris", "third"]
    assert [where.page for where in read.where("pdf.page.text")] == [1, 3]


def test_text_is_left_for_the_second_pass() -> None:
    made = document("a")
    made.save({made.content(0): stream(show("b"))})
    read = examine(made.data, full=False)
    assert read.deferred
    assert not read.values("pdf.page.text")
    assert not read.pairs
    assert ("page-content", 2, 1) in read.kinds
    assert not examine(made.data).deferred


def test_limits_on_text_and_pages_are_told() -> None:
    made = document(*["some words here"] * 5)
    short = examine(made.data, limits=Limits(text_chars=20))
    assert "limit-text" in short.codes
    assert sum(len(str(value)) for value in short.values("pdf.page.text")) == 20
    few = examine(made.data, limits=Limits(pages=3))
    assert "limit-pages" in few.codes
    assert few.value("pdf.pages") == 5
    assert len(few.values("pdf.page.text")) == 3


def test_fonts_each_once_with_their_page() -> None:
    made = document(
        "a",
        "b",
        objects={
            FONT: b"<</Type/Font/Subtype/TrueType/BaseFont/BAAAAA+Carlito/FontDescriptor 8 0 R>>",
            8: b"<</Type/FontDescriptor/FontName/BAAAAA+Carlito/FontFile2 9 0 R>>",
            9: stream(b"no font"),
        },
    )
    read = examine(made.data)
    assert read.value("pdf.font.name") == "BAAAAA+Carlito"
    assert read.value("pdf.font.type") == "TrueType embedded"
    assert read.where("pdf.font.name")[0].page == 1
    assert read.where("pdf.font.name")[0].part == "obj 5 0"


def test_signatures() -> None:
    made = document(
        "a",
        catalog=b"/AcroForm<</Fields[7 0 R]/SigFlags 3>>",
        page=b"/Annots[7 0 R]",
        objects={
            7: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 8 0 R/Rect[0 0 0 0]/P 10 0 R>>",
            8: b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 10 20 30]/Contents<00>"
            b"/M(D:20170505204700Z)/Name(Ann)/Reason(Why not)>>",
        },
    )
    read = examine(made.data)
    assert read.value("pdf.form.present") is True
    assert read.value("pdf.signature.count") == 1
    assert read.value("pdf.signature.byte_range") == "0 10 20 30"
    assert read.where("pdf.signature.byte_range")[0].part == "obj 8 0"
    assert read.value("pdf.signature.sub_filter") == "ETSI.CAdES.detached"
    assert read.value("pdf.signature.when") == "2017-05-05T20:47:00Z"
    assert read.value("pdf.signature.name") == "Ann"
    assert read.value("pdf.signature.reason") == "Why not"


def test_an_unsigned_signature_field_is_not_a_signature() -> None:
    made = document(
        "a",
        catalog=b"/AcroForm<</Fields[7 0 R]>>",
        objects={7: b"<</FT/Sig/T(s)/Subtype/Widget/Rect[0 0 0 0]>>"},
    )
    assert examine(made.data).value("pdf.signature.count") == 0


def test_things_that_act() -> None:
    made = document(
        "a",
        catalog=b"/OpenAction<</S/JavaScript/JS(1)>>/Names<</JavaScript<</Names[]>>>>",
        page=b"/AA<</O<</S/URI>>>>/Annots[<</Subtype/Link/Rect[0 0 1 1]/A<</S/GoTo/Next<</S/Launch/F(x)>>>>>>]",
    )
    assert set(examine(made.data).values("pdf.active")) == {
        "OpenAction", "JavaScript", "AdditionalActions", "Launch",
    }  # fmt: skip


def test_a_plain_link_is_not_active() -> None:
    made = document("a", page=b"/Annots[<</Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(http://example.org)>>>>]")
    assert not examine(made.data).values("pdf.active")


def test_comments_name_their_authors() -> None:
    note = b"<</Subtype/Text/Rect[0 0 1 1]/T(Bob)/Contents(hm)/CreationDate(D:20170505)/M(D:20170506)>>"
    read = examine(document("a", page=b"/Annots[%s %s]" % (note, note)).data)
    assert read.values("pdf.annotation.author") == ["Bob"]
    assert read.values("pdf.annotation.when") == ["2017-05-05", "2017-05-06"]


def test_attachments_become_documents() -> None:
    made = document(
        "a",
        catalog=b"/Names<</EmbeddedFiles<</Kids[8 0 R]>>>>",
        page=b"/Annots[<</Subtype/FileAttachment/Rect[0 0 1 1]/FS 7 0 R>>]",
        objects={
            8: b"<</Names[(a)9 0 R]>>",
            9: b"<</Type/Filespec/F(plain.txt)/UF<FEFF00E9002E007400780074>/EF<</F 6 0 R>>>>",
            6: stream(b"inside", b"/Type/EmbeddedFile", flate=True),
            7: b"<</F(two.bin)/EF<</F 30 0 R>>>>",
            30: stream(b"second"),
        },
    )
    read = examine(made.data)
    assert [(c.name, c.data, c.role) for c in read.children] == [
        ("é.txt", b"inside", "attachment"),
        ("two.bin", b"second", "attachment"),
    ]
    assert read.children[0].where.part == "obj 6 0"


def test_an_attachment_that_cannot_be_unpacked_is_told() -> None:
    made = document(
        "a",
        catalog=b"/Names<</EmbeddedFiles<</Names[(a)9 0 R]>>>>",
        objects={9: b"<</F(x)/EF<</F 6 0 R>>>>", 6: stream(b"junk", b"/Filter/NoSuchDecode")},
    )
    read = examine(made.data)
    assert not read.children
    assert "malformed" in read.codes


def test_active_names_are_found_in_a_catalog_of_an_object_stream() -> None:
    made = document("a", kind="packed", catalog=b"/OpenAction<</S/Launch>>")
    assert set(examine(made.data).values("pdf.active")) == {"OpenAction", "Launch"}
    assert examine(made.data).value("pdf.object_streams") == 1
    assert made.objects[CATALOG]
