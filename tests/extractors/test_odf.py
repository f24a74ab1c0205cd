"""OpenDocument: package, metadata, tracked changes, text."""

from __future__ import annotations

import io

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction
from tests.builders.image import jpeg_of, scene
from tests.builders.odf import odt
from tests.forge.tools import needs, soffice


def read(data: bytes, name: str = "memo.odt") -> Extraction:
    return examine_bytes(data, name).extractions[0]


def values(extraction: Extraction, name: str) -> list[object]:
    return [o.value for o in extraction.observations if o.name == name]


def value(extraction: Extraction, name: str) -> object:
    found = values(extraction, name)
    assert len(found) == 1, found
    return found[0]


def test_metadata_is_read_as_stated() -> None:
    found = read(odt())
    assert found.formats == ("odf",)
    assert value(found, "odf.kind") == "text"
    assert value(found, "odf.generator") == "LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2"
    assert value(found, "odf.initial_creator") == "Jeanne Martin"
    assert value(found, "odf.creator") == "A. Petit"
    assert value(found, "odf.created") == "2016-03-14T17:12:00"
    assert value(found, "odf.editing_cycles") == 4
    assert value(found, "odf.editing_time") == 62.5


def test_a_date_that_is_none_is_told() -> None:
    found = read(odt(meta="<dc:date>yesterday</dc:date>"))
    assert value(found, "odf.date_malformed") == "yesterday"


@pytest.mark.parametrize("first", [True, False])
def test_where_the_media_type_lies(first: bool) -> None:
    assert value(read(odt(mimetype_first=first)), "odf.mimetype.first") is first


def test_text_with_tables_spaces_and_breaks() -> None:
    body = (
        "<text:h>Title</text:h><text:p>a<text:s text:c='2'/>b<text:line-break/>c<text:span>d</text:span>e</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>"
        "<table:table-cell><text:p>1,200</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert value(read(odt(body)), "odf.text") == "Title\na  b\ncde\nx \t1,200"


def test_tracked_changes_and_comments_name_people_and_times() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>A. Petit"
        "</dc:creator><dc:date>2016-03-15T09:00:00</dc:date></office:change-info><text:p>1,200</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes><text:p>9,200<office:annotation>"
        "<dc:creator>Jeanne</dc:creator><dc:date>2016-03-16T09:00:00</dc:date><text:p>sure?</text:p>"
        "</office:annotation></text:p>"
    )
    found = read(odt(body))
    assert value(found, "odf.revision.author") == "A. Petit"
    assert value(found, "odf.revision.when") == "2016-03-15T09:00:00"
    assert value(found, "odf.comment.author") == "Jeanne"
    assert value(found, "odf.deleted_text") == "1,200"
    assert value(found, "odf.text") == "9,200"


def test_session_ids_of_the_runs() -> None:
    styles = "<style:style><style:text-properties officeooo:rsid='000de7e4' fo:language='fr' fo:country='FR'/></style:style>"
    found = read(odt(styles=styles))
    assert value(found, "odf.rsid.used_values") == "000de7e4"
    assert values(found, "odf.language") == ["fr-FR"]


def test_the_printer_is_told() -> None:
    settings = "<config:config-item config:name='PrinterName'>HP 3rd floor</config:config-item>"
    assert value(read(odt(settings=settings)), "odf.setting") == "HP 3rd floor"


def test_parts_the_manifest_does_not_list_and_parts_that_are_gone() -> None:
    found = read(
        odt(extra={"notes.xml": b"<a/>"}, listed=("content.xml", "meta.xml", "settings.xml", "gone.xml"))
    )
    assert values(found, "odf.unlisted") == ["notes.xml"]
    assert values(found, "odf.missing") == ["gone.xml"]


def test_an_encrypted_package_is_said_to_be_encrypted() -> None:
    found = read(odt(manifest="<m:encryption-data/>"))
    assert value(found, "odf.encrypted") is True
    assert "encrypted" in {p.code for p in found.problems}


def test_pictures_and_the_thumbnail_are_documents_of_their_own() -> None:
    picture = jpeg_of(scene())
    unit = examine_bytes(
        odt(extra={"Pictures/a.jpg": picture, "Thumbnails/thumbnail.png": picture}), "memo.odt"
    )
    assert [e.role for e in unit.extractions[1:]] == ["embedded", "thumbnail"]


def test_a_declared_entity_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    found = read(odt(extra={"content.xml": bomb}))
    assert "malformed" in {p.code for p in found.problems}


@needs("soffice", "docx")
def test_what_libreoffice_writes() -> None:
    import docx

    memo = docx.Document()
    memo.add_paragraph("The amount is 1,200 euros.")
    stream = io.BytesIO()
    memo.save(stream)
    found = read(soffice(stream.getvalue(), suffix=".docx", to="odt"))
    assert value(found, "odf.mimetype.first") is True
    assert str(value(found, "odf.generator")).startswith("LibreOffice/")
    assert value(found, "odf.text") == "The amount is 1,200 euros."
    assert values(found, "odf.unlisted") == []


def test_the_language_of_the_default_style_is_told_apart() -> None:
    styles = (
        '<office:document-styles xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
        'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"><office:styles>'
        '<style:default-style style:family="paragraph"><style:text-properties fo:language="ru" fo:country="RU"/>'
        "</style:default-style></office:styles></office:document-styles>"
    )
    found = read(odt(extra={"styles.xml": styles.encode()}))
    assert value(found, "odf.language.default") == "ru-RU"
    assert values(read(odt()), "odf.language.default") == []
