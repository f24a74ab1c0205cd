"""XMP packets in the spellings programs use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault
from leakverify.extractors._xmp import XMP_VOCABULARY, canonical_xmp_date, xmp_observations

SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" '
    'xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
)


def rdf(inside: str, attributes: str = "") -> bytes:
    return (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Kit 5.6">'
        f'<rdf:RDF {SPACES}><rdf:Description rdf:about="" {attributes}>{inside}</rdf:Description></rdf:RDF>'
        f'</x:xmpmeta>{" " * 500}<?xpacket end="w"?>'
    ).encode()


def facts(packet: bytes) -> list[tuple[str, object]]:
    return [(o.name, o.value) for o in xmp_observations(packet, Location()) if isinstance(o, Observation)]


DATE = ("xmp.create_date", "2017-05-05T20:47:00+02:00")


@pytest.mark.parametrize(
    "packet",
    [
        rdf("", 'xmp:CreateDate="2017-05-05T20:47:00+02:00"'),
        rdf("<xmp:CreateDate>2017-05-05T20:47:00+02:00</xmp:CreateDate>"),
        rdf(
            "<xmp:CreateDate><rdf:Seq><rdf:li>2017-05-05T20:47:00.5+02:00</rdf:li></rdf:Seq></xmp:CreateDate>"
        ),
        rdf('<xmp:CreateDate rdf:resource="2017-05-05T20:47:00+0200"/>'),
        rdf("<xmp:CreateDate> 2017-05-05 20:47:00+02:00 </xmp:CreateDate>"),
    ],
)
def test_every_spelling_of_a_property_is_read(packet: bytes) -> None:
    assert facts(packet) == [("xmp.toolkit", "Kit 5.6"), DATE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_every_encoding_is_read(encoding: str) -> None:
    packet = rdf("", 'xmp:CreateDate="2017-05-05T20:47:00+02:00"').decode().encode(encoding)
    assert DATE in facts(packet)


def test_history_keeps_its_order_and_its_line() -> None:
    events = [("created", "2017-01-01T10:00:00Z", "A 1"), ("saved", "2017-01-02T10:00:00Z", "B 2")]
    inside = "".join(
        f'\n<rdf:li stEvt:action="{a}" stEvt:when="{w}" stEvt:softwareAgent="{g}"/>' for a, w, g in events
    )
    found = list(
        xmp_observations(rdf(f"<xmpMM:History><rdf:Seq>{inside}</rdf:Seq></xmpMM:History>"), Location())
    )
    told = [o for o in found if isinstance(o, Observation) and o.name.startswith("xmp.history")]
    assert [o.value for o in told] == [part for event in events for part in event]
    assert len({o.where.line for o in told[:3]}) == 1
    assert told[0].where.line != told[3].where.line


@pytest.mark.parametrize(
    "entry",
    [
        '<rdf:li rdf:parseType="Resource"><stEvt:action>saved</stEvt:action></rdf:li>',
        "<rdf:li><rdf:Description><stEvt:action>saved</stEvt:action></rdf:Description></rdf:li>",
        '<rdf:li><rdf:Description stEvt:action="saved"/></rdf:li>',
    ],
)
def test_every_spelling_of_a_history_entry_is_read(entry: str) -> None:
    assert ("xmp.history.action", "saved") in facts(
        rdf(f"<xmpMM:History><rdf:Seq>{entry}</rdf:Seq></xmpMM:History>")
    )


def test_names_and_lineage() -> None:
    found = facts(
        rdf(
            "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>One</rdf:li><rdf:li xml:lang='fr'>Un</rdf:li></rdf:Alt>"
            "</dc:title><dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>"
            "<xmpMM:DerivedFrom stRef:documentID='d1' stRef:instanceID='i1'/>"
            "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
            "xmpMM:DocumentID='uuid:1' pdf:Producer='P' photoshop:DateCreated='2016'",
        )
    )
    assert ("xmp.title", "One") in found
    assert ("xmp.title", "Un") in found
    assert [value for name, value in found if name == "xmp.creator"] == ["Ann", "Bob"]
    assert [value for name, value in found if name == "xmp.derived_from"] == ["d1", "i1"]
    assert ("xmp.document_id", "uuid:1") in found
    assert ("xmp.producer", "P") in found
    assert ("xmp.pdfa", "2B") in found
    assert ("xmp.photoshop.date_created", "2016") in found


def test_properties_of_other_resources_are_not_the_documents_own() -> None:
    ingredient = (
        "<xmpMM:Ingredients><rdf:Bag><rdf:li><rdf:Description xmp:CreateDate='2001-01-01'/></rdf:li></rdf:Bag>"
        "</xmpMM:Ingredients>"
    )
    assert facts(rdf(ingredient)) == [("xmp.toolkit", "Kit 5.6")]


def test_an_impossible_date_is_told_and_not_invented() -> None:
    found = list(xmp_observations(rdf("", 'xmp:CreateDate="2018-06-04T12:34:24+18:30"'), Location()))
    faults = [f for f in found if isinstance(f, Fault)]
    assert [f.code for f in faults] == ["malformed"]
    assert "+18:30" in faults[0].detail
    assert not [o for o in found if isinstance(o, Observation) and o.name == "xmp.create_date"]


def test_damage_is_mended_and_told() -> None:
    broken = rdf("<xmp:CreatorTool>Tool</xmp:CreatorTool><xmp:Nickname>&#1;</xmp:Nickname>")
    found = list(xmp_observations(broken, Location()))
    assert ("xmp.creator_tool", "Tool") in facts(broken)
    assert any(isinstance(f, Fault) and f.code == "malformed" for f in found)


def test_what_the_caller_says_about_the_place_is_kept() -> None:
    found = next(iter(xmp_observations(rdf(""), Location(part="APP1", revision=3))))
    assert found.where.part == "APP1"
    assert found.where.revision == 3
    assert next(iter(xmp_observations(rdf(""), Location()))).where.part == "XMP"


def test_a_packet_of_too_many_properties_ends_in_a_fault() -> None:
    names = "".join(
        "<dc:creator><rdf:Bag>" + "<rdf:li>x</rdf:li>" * 100 + "</rdf:Bag></dc:creator>" for _ in range(60)
    )
    found = list(xmp_observations(rdf(names), Location()))
    assert isinstance(found[-1], Fault)
    assert found[-1].code == "limit-answer"
    assert len(found) <= 5001


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("2017", "2017"),
        ("2017-05", "2017-05"),
        ("2017-05-05", "2017-05-05"),
        ("2017-05-05T20:47Z", "2017-05-05T20:47Z"),
        ("2017-05-05T20:47:00", "2017-05-05T20:47:00"),
        ("2015-09-10T13:09:30-7:00", "2015-09-10T13:09:30-07:00"),
        ("2017:05:05 20:47:00", "2017-05-05T20:47:00"),
        ("D:2017-05-05", "2017-05-05"),
        ("2017-02-30", None),
        ("2017-05-05T25:00:00Z", None),
        ("05/06/2017", None),
        ("yesterday", None),
    ],
)
def test_dates(stated: str, read: str | None) -> None:
    assert canonical_xmp_date(stated) == read


@given(st.binary(max_size=300), st.integers(0, 600))
def test_bytes_of_any_kind_only_give_declared_facts(noise: bytes, at: int) -> None:
    packet = rdf("<dc:title>T</dc:title>", 'xmp:CreateDate="2017"')
    spliced = packet[:at] + noise + packet[at:]
    for found in xmp_observations(spliced, Location()):
        if isinstance(found, Observation):
            assert found.name in XMP_VOCABULARY
        else:
            assert isinstance(found, Fault)
