"""What Office documents say: text in reading order, reviewers, strings, slides."""

from __future__ import annotations

import io

import docx as python_docx
from hypothesis import given
from hypothesis import strategies as st

from leakverify.limits import Limits
from tests.builders.office import (
    MC,
    STRICT_W,
    W15,
    W16DU,
    A,
    P,
    R,
    S,
    W,
    document,
    docx,
    docx_parts,
    pack,
    paragraph,
    pptx_parts,
    rels,
    slide,
    types,
    xlsx_parts,
)
from tests.extractors._facts import codes, every, read, told, value, values


def text_of(body: str, **options: object) -> str:
    return str(value(read(docx(body, **options)), "ooxml.text"))


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_one_line_per_paragraph_with_tabs_and_breaks() -> None:
    body = (
        '<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>'
        "<w:r><w:t>un</w:t><w:tab/><w:t>deux</w:t><w:br/><w:t>trois</w:t><w:noBreakHyphen/><w:t>x</w:t></w:r></w:p>"
        "<w:p/><w:p>" + run("quatre") + "</w:p>"
    )
    assert text_of(body) == "un\tdeux\ntrois-x\n\nquatre"


def test_tables_links_and_fields() -> None:
    body = (
        f"<w:tbl><w:tr><w:tc><w:p>{run('a')}</w:p></w:tc><w:tc><w:p>{run('b')}</w:p></w:tc></w:tr></w:tbl>"
        f"<w:p><w:hyperlink>{run('link')}</w:hyperlink><w:r><w:instrText>PAGE \\* MERGE</w:instrText></w:r>"
        f"{run(' 7')}</w:p>"
    )
    assert text_of(body) == "a\nb\nlink 7"


def test_what_is_there_twice_for_older_readers_is_read_once() -> None:
    box = f"<w:txbxContent><w:p>{run('box')}</w:p></w:txbxContent>"
    body = (
        f'<w:p xmlns:mc="{MC}">{run("before ")}<w:r><mc:AlternateContent><mc:Choice Requires="wps">{box}'
        f"</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>{run('after')}</w:p>"
    )
    # the box stands behind the story, so that it does not tear the sentence apart
    assert text_of(body) == "before after\nbox"


def test_boxes_in_boxes() -> None:
    inner = f"<w:txbxContent><w:p>{run('inner')}</w:p></w:txbxContent>"
    body = f"<w:p>{run('a')}<w:txbxContent><w:p>{run('o')}{inner}{run('uter')}</w:p></w:txbxContent>{run('b')}</w:p>"
    assert text_of(body) == "ab\nouter\ninner"


def test_tracked_changes_part_the_text_from_what_was_taken_out() -> None:
    mark = 'w:author="Paul Durand" w:date="2017-05-05T11:00:00Z"'
    body = (
        f"<w:p>{run('Montant ')}<w:del {mark}><w:r><w:delText>1 200</w:delText></w:r></w:del>"
        f"<w:ins {mark}>{run('9 900')}</w:ins></w:p>"
        f'<w:moveFrom w:author="Zoé" w:date="2017-05-05T12:00:00Z"><w:p>{run("moved")}</w:p></w:moveFrom>'
    )
    found = read(docx(body))
    assert value(found, "ooxml.text") == "Montant 9 900"
    assert value(found, "docx.deleted_text") == "1 200\nmoved"
    pairs = [o.value for o in found.observations if o.name.startswith("docx.revision.")]
    assert pairs == ["Paul Durand", "2017-05-05T11:00:00", "Zoé", "2017-05-05T12:00:00"]


def test_a_z_behind_a_local_time_is_not_believed() -> None:
    """Word writes its local time and a Z: taking it for UTC would accuse most reviewed documents."""
    body = '<w:p><w:ins w:author="A" w:date="2017-05-05T11:00:00Z"/><w:ins w:author="B" w:date="2017-05-05T11:00:00+02:00"/></w:p>'
    stated = every(read(docx(body)), "docx.revision.when")
    assert [o.value for o in stated] == ["2017-05-05T11:00:00", "2017-05-05T11:00:00+02:00"]
    assert stated[0].raw == "2017-05-05T11:00:00Z"


def test_the_reviewers_zone_where_word_states_both_times() -> None:
    body = (
        f'<w:p xmlns:du="{W16DU}"><w:ins w:author="A" w:date="2024-05-05T11:00:00Z" '
        'du:dateUtc="2024-05-05T05:15:00Z"/></w:p>'
    )
    assert values(read(docx(body)), "docx.utc_offset") == ["+05:45"]


def test_an_impossible_date_of_a_change_is_told() -> None:
    found = read(docx('<w:p><w:ins w:author="A" w:date="yesterday"/></w:p>'))
    assert told(found, "malformed") == ["docx.revision.when: yesterday"]
    assert value(found, "docx.revision.author") == "A"


def test_comments_their_authors_dates_and_text() -> None:
    comments = (
        f'<w:comments xmlns:w="{W}"><w:comment w:id="1" w:author="Paul" w:date="2017-05-05T10:00:00Z">'
        f"{paragraph('vraiment ?')}</w:comment><w:comment w:author='Zoé'>{paragraph('oui')}</w:comment></w:comments>"
    )
    found = read(docx(stories={"comments.xml": ("comments", comments)}))
    assert values(found, "docx.comment.author") == ["Paul", "Zoé"]
    assert values(found, "docx.comment.when") == ["2017-05-05T10:00:00"]
    assert values(found, "ooxml.text", "word/comments.xml") == ["vraiment ?\noui"]
    early = read(docx(stories={"comments.xml": ("comments", comments)}), full=False)
    assert values(early, "docx.comment.author") == ["Paul", "Zoé"]
    assert not values(early, "ooxml.text")


def test_headers_footers_and_notes_are_parts_of_their_own() -> None:
    stories = {
        "header1.xml": ("header", f'<w:hdr xmlns:w="{W}">{paragraph("tête")}</w:hdr>'),
        "footer1.xml": ("footer", f'<w:ftr xmlns:w="{W}">{paragraph("pied")}</w:ftr>'),
        "footnotes.xml": ("footnotes", f'<w:footnotes xmlns:w="{W}">{paragraph("note")}</w:footnotes>'),
    }
    found = read(docx(stories=stories))
    assert {o.where.part: o.value for o in every(found, "ooxml.text")} == {
        "word/document.xml": "Bonjour le monde.",
        "word/header1.xml": "tête",
        "word/footer1.xml": "pied",
        "word/footnotes.xml": "note",
    }


def test_people_and_fonts() -> None:
    people = (
        f'<w15:people xmlns:w15="{W15}"><w15:person w15:author="Paul Durand">'
        '<w15:presenceInfo w15:providerId="AD" w15:userId="S::paul@example.org::1"/></w15:person></w15:people>'
    )
    fonts = f'<w:fonts xmlns:w="{W}"><w:font w:name="Calibri"/><w:font w:name="Aptos"/></w:fonts>'
    found = read(docx(stories={"people.xml": ("people", people), "fontTable.xml": ("fontTable", fonts)}))
    assert values(found, "ooxml.person.name") == ["Paul Durand"]
    assert values(found, "ooxml.person.account") == ["S::paul@example.org::1"]
    assert values(found, "ooxml.font") == ["Calibri", "Aptos"]


def test_strict_documents_are_read_like_transitional_ones() -> None:
    parts = docx_parts()
    parts["word/document.xml"] = document(paragraph("strict"), w=STRICT_W)
    parts["_rels/.rels"] = rels(
        (
            "rId1",
            "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
            "word/document.xml",
        )
    )
    found = read(pack(parts))
    assert value(found, "ooxml.text") == "strict"
    assert value(found, "ooxml.kind") == "docx"


def test_utf_16_parts_are_read() -> None:
    parts = docx_parts()
    said = '<?xml version="1.0" encoding="UTF-16"?>' + document(paragraph("seize bits"))
    parts["word/document.xml"] = said.encode("utf-16")
    found = read(pack(parts))
    assert value(found, "ooxml.text") == "seize bits"
    declared = every(found, "ooxml.xml_declaration")
    assert '<?xml version="1.0" encoding="UTF-16"?>' in [o.value for o in declared]


def test_text_is_kept_up_to_the_limit_and_the_rest_is_told() -> None:
    found = read(docx(paragraph("abcdef" * 10)), limits=Limits(text_chars=25))
    assert len(str(value(found, "ooxml.text"))) == 25
    assert codes(found) == {"limit-text"}


def test_text_of_parts_up_to_the_limit() -> None:
    slides = {f"slide{n}.xml": slide(f"page {n}") for n in range(1, 6)}
    found = read(pack(pptx_parts(slides)), limits=Limits(pages=3))
    assert len(values(found, "ooxml.text")) == 3
    assert codes(found) == {"limit-pages"}


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40), max_size=8)
)
def test_paragraphs_are_those_of_python_docx(texts: list[str]) -> None:
    made = python_docx.Document()
    for text in texts:
        made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    expected = "\n".join(p.text for p in python_docx.Document(io.BytesIO(out.getvalue())).paragraphs).strip(
        "\n"
    )
    assert values(read(out.getvalue()), "ooxml.text") == ([expected] if expected else [])


def test_shared_strings_without_their_phonetic_readings() -> None:
    parts = xlsx_parts()
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{S}"><si><r><t>Mon</t></r><r><t>tant</t></r></si>'
        "<si><t>課長</t><rPh><t>カチョウ</t></rPh></si></sst>"
    )
    assert values(read(pack(parts)), "ooxml.text") == ["Montant\n課長"]


def test_strings_that_stand_in_the_sheet_itself() -> None:
    rows = (
        '<row><c r="A1" t="inlineStr"><is><t>en ligne</t></is></c><c t="str"><f>A1</f><v>formule</v></c>'
        '<c r="B1"><v>42</v></c></row>'
    )
    found = read(pack(xlsx_parts(sheets={"a": rows, "b": "<row><c><v>7</v></c></row>"})))
    assert values(found, "ooxml.text", "xl/worksheets/sheet1.xml") == ["en ligne\nformule"]
    assert not values(found, "ooxml.text", "xl/worksheets/sheet2.xml")
    # a sheet of numbers is not read for text, its namespaces are stated all the same
    assert values(found, "ooxml.namespace", "xl/worksheets/sheet2.xml") == [S]


def test_what_a_workbook_says_of_its_program() -> None:
    x15 = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"
    said = (
        '<fileVersion appName="xl" lastEdited="7" lowestEdited="4" rupBuild="16130"/>'
        f'<x15ac:absPath xmlns:x15ac="{x15}" url="C:\\Users\\paul\\Documents\\"/><calcPr calcId="162913"/>'
    )
    parts = xlsx_parts(workbook=said)
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
        "</sheets>", '<sheet name="caché" sheetId="9" state="hidden"/></sheets>'
    )
    found = read(pack(parts))
    names = ("app_name", "last_edited", "lowest_edited", "build", "calc_id", "path", "hidden_sheets")
    assert [value(found, f"xlsx.{name}") for name in names] == [
        "xl", "7", "4", "16130", "162913", "C:\\Users\\paul\\Documents\\", 1,
    ]  # fmt: skip
    assert values(found, "xlsx.sheet") == ["Feuil1", "caché"]


def test_comments_of_a_workbook() -> None:
    notes = (
        f'<comments xmlns="{S}"><authors><author>Paul</author></authors><commentList>'
        '<comment ref="A1"><text><t>à vérifier</t></text></comment></commentList></comments>'
    )
    threaded = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="A1" dT="2021-01-02T03:04:05.67"><text>oui</text></threadedComment></ThreadedComments>'
    )
    more = {
        "xl/comments1.xml": notes,
        "xl/threaded1.xml": threaded,
        "xl/worksheets/_rels/sheet1.xml.rels": rels(
            ("a", "comments", "../comments1.xml"),
            (
                "b",
                "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
                "../threaded1.xml",
            ),
        ),
    }
    found = read(pack(xlsx_parts(more=more)))
    assert values(found, "ooxml.comment.author") == ["Paul"]
    assert values(found, "ooxml.comment.when") == ["2021-01-02T03:04:05"]
    assert values(found, "ooxml.text", "xl/comments1.xml") == ["à vérifier"]
    assert values(found, "ooxml.text", "xl/threaded1.xml") == ["oui"]


def test_a_binary_workbook_is_said_not_to_be_read() -> None:
    parts = xlsx_parts()
    parts["[Content_Types].xml"] = types(
        {"xl/workbook.bin": "application/vnd.ms-excel.sheet.binary.macroEnabled.main"}
    )
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("workbook.xml", "workbook.bin")
    parts["xl/workbook.bin"] = b"\x83\x01\x00"
    found = read(pack(parts))
    assert value(found, "ooxml.kind") == "xlsb"
    assert told(found, "unsupported-feature") == ["binary main part"]


def test_slides_in_the_order_they_are_shown() -> None:
    slides = {"slide1.xml": slide("premier", "encore"), "slide2.xml": slide("second")}
    found = read(pack(pptx_parts(slides, order=["slide2.xml", "slide1.xml"])))
    stated = [(o.where.page, o.where.part, o.value) for o in every(found, "ooxml.text")]
    assert stated == [
        (1, "ppt/slides/slide2.xml", "second"),
        (2, "ppt/slides/slide1.xml", "premier\nencore"),
    ]
    assert value(found, "pptx.slides") == 2


def test_notes_and_comments_of_a_slide() -> None:
    notes = f'<p:notes xmlns:p="{P}" xmlns:a="{A}"><a:p><a:r><a:t>à dire</a:t></a:r></a:p></p:notes>'
    comments = (
        f'<p:cmLst xmlns:p="{P}"><p:cm dt="2017-05-05T10:00:00.123"><p:text>non</p:text></p:cm></p:cmLst>'
    )
    authors = f'<p:cmAuthorLst xmlns:p="{P}"><p:cmAuthor id="1" name="Paul"/></p:cmAuthorLst>'
    parts = pptx_parts({"slide1.xml": slide("a")})
    parts["ppt/notesSlides/n1.xml"] = notes
    parts["ppt/comments/c1.xml"] = comments
    parts["ppt/commentAuthors.xml"] = authors
    parts["ppt/slides/_rels/slide1.xml.rels"] = rels(
        ("a", "notesSlide", "../notesSlides/n1.xml"), ("b", "comments", "../comments/c1.xml")
    )
    parts["ppt/_rels/presentation.xml.rels"] = rels(
        ("rId1", "slide", "slides/slide1.xml"), ("x", "commentAuthors", "commentAuthors.xml")
    )
    found = read(pack(parts))
    assert [o.value for o in every(found, "ooxml.text")] == ["a", "à dire", "non"]
    assert {o.where.page for o in every(found, "ooxml.text")} == {1}
    assert values(found, "ooxml.comment.author") == ["Paul"]
    assert values(found, "ooxml.comment.when") == ["2017-05-05T10:00:00"]


def test_a_relationship_of_a_slide_is_not_its_plain_number() -> None:
    parts = pptx_parts({"slide1.xml": slide("a")})
    listed = f'<p:sldIdLst><p:sldId id="rId1"/><p:sldId id="256" r:id="rId1" xmlns:r="{R}"/></p:sldIdLst>'
    parts["ppt/presentation.xml"] = f'<p:presentation xmlns:p="{P}">{listed}</p:presentation>'
    assert value(read(pack(parts)), "pptx.slides") == 1
