"""Office documents made to cost: each ends inside its limits, with a name for what was not read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.extractors._base import Budget, Context, Fault, Source
from leakverify.extractors.ooxml import read as read_ooxml
from leakverify.limits import DEFAULT_LIMITS, MIB, Limits
from tests.builders.archive import Part, build_zip
from tests.builders.office import (
    MC,
    OFFICE,
    PACKAGE,
    W,
    core,
    docx,
    docx_parts,
    pack,
    paragraph,
    pptx_parts,
    rels,
    settings,
    slide,
    types,
    xlsx_parts,
)
from tests.extractors._facts import codes, read, told, value, values


def cost(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[float, set[str], int]:
    """CPU seconds, problem codes and number of rows of one reading."""
    budget = Budget(limits.inflated_bytes, limits.ratio, limits.ratio_after)
    begin = time.process_time()
    events = list(read_ooxml(Source(data), Context(limits, budget)))
    spent = time.process_time() - begin
    return spent, {e.code for e in events if isinstance(e, Fault)}, len(events)


def scattered(count: int, form: str) -> str:
    """Elements that differ, so that they do not fall to the limit on expansion."""
    return "".join(form % (n * 2654435761 % 2**32) for n in range(count))


def test_entities_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    parts = docx_parts()
    parts["word/document.xml"] = (
        f'<!DOCTYPE w [<!ENTITY e0 "ha">{laughs}]><w:document xmlns:w="{W}"><w:body>'
        "<w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>"
    )
    found = read(pack(parts))
    assert "a document type declaration" in told(found, "malformed")
    assert not values(found, "ooxml.text")


@pytest.mark.parametrize(
    "part", ["word/document.xml", "docProps/core.xml", "[Content_Types].xml", "word/settings.xml"]
)
def test_no_part_reads_a_file(part: str) -> None:
    parts = docx_parts()
    parts[part] = f'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>{parts[part]}'.replace(
        "</", "&x;</", 1
    )
    found = read(pack(parts))
    assert "a document type declaration" in told(found, "malformed")
    assert "root:" not in repr(found)


def test_a_picture_of_zeros_is_not_inflated() -> None:
    data = docx(more={"word/media/image1.png": bytes(300 * MIB)})
    budget = Budget(512 * MIB, 200, MIB)
    codes_ = {
        e.code for e in read_ooxml(Source(data), Context(DEFAULT_LIMITS, budget)) if isinstance(e, Fault)
    }
    assert codes_ & {"limit-size", "limit-inflate"}
    assert budget.inflated > 510 * MIB


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("paragraphs", "<w:p/>" * 2_000_000),
        ("nested", "<w:p>" * 100_000 + "</w:p>" * 100_000),
        ("attributes", "<w:p " + " ".join(f'a{n}=""' for n in range(100_000)) + "/>"),
        ("sessions", "<w:p " + " ".join(f'w:rsid{n}="00000000"' for n in range(100_000)) + "/>"),
        ("boxes", "<w:txbxContent>" * 200 + "<w:p/>" * 300_000 + "</w:txbxContent>" * 200),
        ("moves", "<w:moveFrom>" * 200 + "<w:t>a</w:t>" * 300_000 + "</w:moveFrom>" * 200),
        ("fallbacks", f'<m:Fallback xmlns:m="{MC}">' * 200 + "<w:p/>" * 300_000 + "</m:Fallback>" * 200),
        ("namespaces", scattered(60_000, '<w:p xmlns:a%d="u"/>')),
        ("marks", scattered(100_000, '<w:ins w:author="a%d" w:date="2017-05-05T10:00:00Z"/>')),
        ("text", f"<w:p><w:r><w:t>{'mot ' * 2_000_000}</w:t></w:r></w:p>"),
    ],
)
def test_markup_made_to_cost_ends_in_time(name: str, body: str) -> None:
    spent, _, rows = cost(docx(body))
    assert spent < 4, f"{name}: {spent:.1f} s"
    assert rows < 8_000


def test_five_million_paragraphs_are_read_up_to_a_limit() -> None:
    """Packed so that the limit on expansion does not save us: 30 MB out of some 500 kB."""
    parts = docx_parts("<w:p/>" * 5_000_000)
    noise = bytes((n * n * 31 >> 3) & 0xFF for n in range(400_000))
    parts["word/document.xml"] = str(parts["word/document.xml"]) + "<!--" + noise.hex() + "-->"
    spent, found, _ = cost(pack(parts))
    assert found & {"limit-text"}
    assert spent < 10


def test_reading_is_linear_in_the_paragraphs() -> None:
    small, large = (
        docx(scattered(20_000, '<w:p w:rsidR="%08X"/>')),
        docx(scattered(80_000, '<w:p w:rsidR="%08X"/>')),
    )
    cost(small)
    one = min(cost(small)[0] for _ in range(3))
    four = min(cost(large)[0] for _ in range(3))
    assert four < 8 * one + 0.1


def test_many_relationships_to_nothing_are_told_once_and_for_all() -> None:
    more = {"word/_rels/document.xml.rels": rels(*((f"r{n}", "header", f"h{n}.xml") for n in range(30_000)))}
    found = read(docx(more=more))
    assert "limit-answer" in codes(found)
    assert len(told(found, "missing-part")) == 101


def test_many_namespaces_fonts_sessions_and_properties_are_bounded() -> None:
    listed = "".join(f'<w:font w:name="f{n}"/>' for n in range(2_000))
    fonts = f'<w:fonts xmlns:w="{W}">{listed}</w:fonts>'
    sessions = settings(values=[f"{n:08X}" for n in range(20_000)])
    namespaces = {f"a{n}": f"urn:{n}" for n in range(1_000)}
    found = read(
        docx(namespaces=namespaces, settings_xml=sessions, stories={"fontTable.xml": ("fontTable", fonts)})
    )
    assert len(values(found, "ooxml.font")) == 500
    assert len(values(found, "ooxml.namespace", "word/document.xml")) == 300
    assert value(found, "docx.rsid.declared") == 20_000
    assert len(str(value(found, "docx.rsid.declared_values"))) <= 65536
    assert len(told(found, "limit-answer")) == 3


def test_core_properties_stated_a_hundred_thousand_times() -> None:
    inner = "".join(f"<cp:keywords>{n}</cp:keywords>" for n in range(100_000))
    data = docx(core_xml=core({}).replace("</cp:core", inner + "</cp:core"))
    spent, _, rows = cost(data)
    assert spent < 3
    assert rows < 300


def test_a_workbook_of_a_million_rows_of_numbers() -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n * 7919 % 1000003}</v></c></row>' for n in range(1, 400_000)
    )
    spent, found, _ = cost(pack(xlsx_parts(sheets={"a": rows})))
    assert not found
    assert spent < 2


def test_many_embedded_pictures_stop_at_the_documents_of_a_unit() -> None:
    more: dict[str, str | bytes] = {f"word/media/i{n}.gif": b"GIF89a" for n in range(1_200)}
    found = read(docx(more=more))
    assert "limit-documents" in codes(found)


def test_a_package_of_trees_stops_at_what_they_may_take_together() -> None:
    many = scattered(200_000, '<b c="%d"/>')
    heavy = f'<a xmlns="u">{many}</a>'
    parts = docx_parts()
    names = [f"word/x{n}.xml" for n in range(12)]
    kinds = dict.fromkeys(names, "application/x-other+xml")
    parts["[Content_Types].xml"] = types(
        {"word/document.xml": f"{OFFICE}wordprocessingml.document.main+xml", **kinds}
    )
    parts.update(dict.fromkeys(names, heavy))
    spent, found, _ = cost(pack(parts))
    assert "limit-text" in found
    assert spent < 8


def test_deep_markup_is_refused_by_name() -> None:
    found = read(docx("<w:p>" * 400 + "</w:p>" * 400))
    assert codes(found) & {"limit-depth", "malformed"}


def test_the_budget_of_the_unit_ends_a_document_with_what_was_read() -> None:
    found = read(docx(), limits=Limits(inflated_bytes=3_000))
    assert "limit-inflate" in codes(found)
    assert values(found, "ooxml.part")


DOCUMENTS = {
    "docx": docx(
        paragraph("un") + '<w:p><w:ins w:author="a" w:date="2017-05-05T10:00:00Z"/></w:p>',
        more={"word/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(40)},
    ),
    "xlsx": pack(xlsx_parts()),
    "pptx": pack(pptx_parts({"slide1.xml": slide("a")})),
}


def answer_twice(data: bytes) -> None:
    first = examine_bytes(data, "a.docx")
    assert first.extractions == examine_bytes(data, "a.docx").extractions
    for extraction in first.extractions:
        bad = [p for p in extraction.problems if p.code in ("reader-error", "box-protocol")]
        assert not bad


@given(st.data())
def test_no_damage_to_the_bytes_makes_the_reading_fail(data: st.DataObject) -> None:
    whole = bytearray(DOCUMENTS[data.draw(st.sampled_from(sorted(DOCUMENTS)))])
    for _ in range(data.draw(st.integers(0, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    begin, end = sorted(data.draw(st.tuples(st.integers(0, len(whole)), st.integers(0, len(whole)))))
    shape = data.draw(st.sampled_from(["flip", "cut", "hole", "double"]))
    answer_twice(
        {
            "flip": bytes(whole),
            "cut": bytes(whole[:end]),
            "hole": bytes(whole[:begin] + whole[end:]),
            "double": bytes(whole[:end] + whole[begin:]),
        }[shape]
    )


@given(st.data())
def test_no_damage_to_a_part_makes_the_reading_fail(data: st.DataObject) -> None:
    """Inside the compression, where flipped bytes of the file never get through the CRC."""
    kind = data.draw(st.sampled_from(["docx", "xlsx", "pptx"]))
    parts = {
        "docx": docx_parts(paragraph("un")),
        "xlsx": xlsx_parts(),
        "pptx": pptx_parts({"slide1.xml": slide("a")}),
    }[kind]
    name = data.draw(st.sampled_from(sorted(parts)))
    said = bytearray(str(parts[name]).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(said) - 1))
        junk = data.draw(
            st.sampled_from([b"<", b">", b"&", b'"', b"\x00", b"\xff", b"/", b"<!--", b"]]>", b"xmlns"])
        )
        said[at : at + data.draw(st.integers(0, 12))] = junk
    parts[name] = bytes(said)
    answer_twice(pack(parts))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["word/document.xml", "_rels/.rels", "[Content_Types].xml", "a/../b", "//", "x\x00y", ""]
            ),
            st.sampled_from(
                [b"", b"<a/>", rels(("r", "officeDocument", "../../word/document.xml")).encode()]
            ),
        ),
        max_size=6,
    )
)
def test_no_choice_of_parts_makes_the_reading_fail(chosen: list[tuple[str, bytes]]) -> None:
    first = Part(name="[Content_Types].xml", data=types({}).encode())
    answer_twice(build_zip([first, *(Part(name=name, data=data) for name, data in chosen)]))


def test_a_part_related_to_itself_ends() -> None:
    loop = rels(("rId1", "header", "document.xml"), ("rId2", "header", "header1.xml"))
    parts = docx_parts(more={"word/header1.xml": f'<w:hdr xmlns:w="{W}"/>'})
    parts["word/_rels/document.xml.rels"] = loop
    parts["word/_rels/header1.xml.rels"] = loop
    found = read(pack(parts))
    assert values(found, "ooxml.text") == ["Bonjour le monde."]
    core_is_main = docx_parts()
    core_is_main["_rels/.rels"] = rels(
        ("a", "officeDocument", "word/document.xml"),
        ("b", f"{PACKAGE}/relationships/metadata/core-properties", "word/document.xml"),
        ("c", "extended-properties", "word/document.xml"),
    )
    assert "malformed" in codes(read(pack(core_is_main)))
