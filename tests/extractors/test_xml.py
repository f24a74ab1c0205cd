"""The one XML door: what it lets in and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import leakverify
from leakverify.extractors._xml import XmlError, iterate_xml, parse_xml

DOCTYPE = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_document_type_is_refused_in_every_encoding(encoding: str) -> None:
    for recover in (False, True):
        with pytest.raises(XmlError) as refused:
            parse_xml(DOCTYPE.encode(encoding), recover=recover)
        assert refused.value.code == "malformed"


@pytest.mark.parametrize(
    "before", ["<?xml version='1.0'?>\n", "<!-- <a> -->", "<?p <a>?>\n<!-- -->\n", "  \n"]
)
def test_a_document_type_behind_a_prologue_is_refused(before: str) -> None:
    with pytest.raises(XmlError):
        parse_xml((before + DOCTYPE).encode())
    with pytest.raises(XmlError):
        list(iterate_xml([(before + DOCTYPE).encode()]))


def test_a_document_type_that_is_only_mentioned_is_read() -> None:
    assert parse_xml(b"<a><![CDATA[<!DOCTYPE b>]]></a>").root.text == "<!DOCTYPE b>"


def test_no_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for you")
    text = f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]><a>&b;</a>'
    with pytest.raises(XmlError):
        parse_xml(text.encode(), recover=True)
    included = (
        f'<a xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="{secret.as_uri()}" parse="text"/></a>'
    )
    assert "not for you" not in "".join(parse_xml(included.encode()).root.itertext())


def test_depth_has_a_limit_of_its_own() -> None:
    deep = b"<a>" * 5000 + b"</a>" * 5000
    with pytest.raises(XmlError) as refused:
        parse_xml(deep)
    assert refused.value.code == "limit-depth"


def test_size_has_a_limit() -> None:
    with pytest.raises(XmlError) as refused:
        parse_xml(b"<a>" + b" " * 100 + b"</a>", limit=50)
    assert refused.value.code == "limit-size"
    with pytest.raises(XmlError) as streamed:
        list(iterate_xml([b"<a>", b" " * 100, b"</a>"], limit=50))
    assert streamed.value.code == "limit-size"


def test_damage_is_mended_only_when_asked_and_then_told() -> None:
    with pytest.raises(XmlError):
        parse_xml(b"<a><b>1</b>")
    mended = parse_xml(b"<a><b>1</b>", recover=True)
    assert mended.root[0].text == "1"
    assert mended.complaint
    assert parse_xml(b"<a/>", recover=True).complaint == ""


@pytest.mark.parametrize("junk", [b"", b"\x00", b"no markup", b"<", b"\xff\xfe"])
def test_what_is_no_xml_is_refused(junk: bytes) -> None:
    for recover in (False, True):
        with pytest.raises(XmlError):
            parse_xml(junk, recover=recover)


def test_streaming_gives_the_wanted_elements_in_order_whatever_the_pieces() -> None:
    text = b"<r>" + b"".join(b"<p><t>%d</t></p><q/>" % i for i in range(20_000)) + b"</r>"
    whole = ["".join(e.itertext()) for e in iterate_xml([text], ["p"])]
    pieces = (text[at : at + 777] for at in range(0, len(text), 777))
    assert whole == ["".join(e.itertext()) for e in iterate_xml(pieces, ["p"])]
    assert whole == [str(i) for i in range(20_000)]


def test_streaming_keeps_nothing_behind() -> None:
    text = b"<r>" + b"<p/>" * 1000 + b"</r>"
    widths = [len(element.getparent()) for element in iterate_xml([text], ["p"])]  # type: ignore[arg-type]
    assert len(widths) == 1000
    assert widths[-1] <= 2


def test_streaming_gives_what_came_before_the_damage() -> None:
    seen = []
    with pytest.raises(XmlError):
        for element in iterate_xml([b"<r><p>1</p><p>2</p><p"], ["p"]):
            seen.append(element.text)
    assert seen == ["1", "2"]


def test_lxml_is_configured_nowhere_else() -> None:
    package = Path(leakverify.__file__).parent
    parser = re.compile(r"etree\.(XMLParser|XMLPullParser|iterparse|parse|fromstring|XML)\(")
    users = {path.name for path in package.rglob("*.py") if parser.search(path.read_text())}
    assert users == {"_xml.py"}
