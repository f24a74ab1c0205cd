"""Office Open XML: the packer, the properties, the parts; found as an application finds them."""

from __future__ import annotations

import io

import docx as python_docx
import pytest

from leakverify.extractors.ooxml import KINDS, sample
from tests.builders.archive import MAY, Part, build_zip
from tests.builders.office import (
    LIBREOFFICE,
    MC,
    OFFICE,
    PACKAGE,
    PYTHON_DOCX,
    W14,
    W15,
    WORD,
    Layout,
    app,
    core,
    custom,
    docx,
    docx_parts,
    pack,
    pptx_parts,
    rels,
    settings,
    slide,
    xlsx_parts,
)
from tests.extractors._facts import codes, every, read, told, tree, value, values

DCTERMS = "dcterms:created"


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (WORD, ("0.45", "0x6", "all-1980", "[Content_Types].xml")),
        (LIBREOFFICE, ("0.20", "0x808", "real", "_rels/.rels")),
        (PYTHON_DOCX, ("3.20", "0x0", "real", "[Content_Types].xml")),
    ],
)
def test_the_layout_of_the_writer(layout: Layout, expected: tuple[str, ...]) -> None:
    found = read(docx(layout=layout), "a.docx")
    assert found.formats == ("ooxml",)
    names = ("zip.made_by", "zip.flags.first", "zip.times", "zip.first_entry")
    assert tuple(value(found, name) for name in names) == expected
    assert values(found, "zip.extra_fields") == (["0xa220"] if layout.hint else [])
    assert not found.problems


def test_parts_are_stated_in_the_order_of_the_file_with_their_place() -> None:
    data = docx(layout=LIBREOFFICE)
    parts = every(read(data), "ooxml.part")
    assert parts[0].value == "_rels/.rels"
    offsets = [part.where.offset for part in parts]
    assert offsets == sorted(offsets, key=lambda at: at or 0)
    for part in parts:
        assert part.where.offset is not None
        assert data[part.where.offset :].startswith(b"PK\3\4")
        assert data[part.where.offset + 30 :].startswith(str(part.value).encode())


def test_core_properties_as_stated() -> None:
    stated = {
        "dc:creator": "Жанна Мартен", "cp:lastModifiedBy": "Paul", "cp:revision": "7", "dc:title": "Note",
        "dc:subject": "s", "cp:keywords": "a; b", "cp:category": "c", "dc:description": "d",
        "dc:language": "fr-FR", "cp:contentStatus": "final", "cp:version": "2", "dc:identifier": "i",
        "dcterms:created": "2017-05-05T10:00:00Z", "dcterms:modified": "2017-05-05T12:00:00+02:00",
        "cp:lastPrinted": "2017-05-01T08:00:00",
    }  # fmt: skip
    found = read(docx(core_xml=core(stated)))
    assert value(found, "ooxml.core.creator") == "Жанна Мартен"
    assert value(found, "ooxml.core.last_modified_by") == "Paul"
    assert value(found, "ooxml.core.revision") == 7
    assert value(found, "ooxml.core.language") == "fr-FR"
    for name in ("title", "subject", "keywords", "category", "description", "version", "identifier"):
        assert values(found, f"ooxml.core.{name}")
    assert value(found, "ooxml.core.created") == "2017-05-05T10:00:00Z"
    # the zone is stated as the file states it, and not at all where it does not
    assert value(found, "ooxml.core.modified") == "2017-05-05T12:00:00+02:00"
    assert value(found, "ooxml.core.last_printed") == "2017-05-01T08:00:00"
    assert {o.where.part for o in every(found, "ooxml.core.created")} == {"docProps/core.xml"}
    assert not found.problems


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("2017", "2017"),
        ("2017-05", "2017-05"),
        ("2017-05-05", "2017-05-05"),
        ("2017-05-05T10:00Z", "2017-05-05T10:00Z"),
        (" 2017-05-05T10:00:00Z\n", "2017-05-05T10:00:00Z"),
        ("2017-05-05T10:00:00.1234567Z", "2017-05-05T10:00:00Z"),
        ("2017-02-30T10:00:00Z", None),
        ("2017-05-05 10:00:00", None),
        ("2017-05-05T10:00:00+0200", None),
        ("2017-05-05T10:00:00+25:00", None),
        ("05/05/2017", None),
        ("٢٠١٧-05-05", None),
    ],
)
def test_dates_of_every_shape(literal: str, expected: str | None) -> None:
    found = read(docx(core_xml=core({DCTERMS: literal})))
    if expected is None:
        assert not values(found, "ooxml.core.created")
        assert value(found, "ooxml.core.date_malformed") == literal
        assert "created" in (every(found, "ooxml.core.date_malformed")[0].raw or "")
    else:
        assert value(found, "ooxml.core.created") == expected
        assert every(found, "ooxml.core.created")[0].raw == literal


def test_python_docx_taking_another_moment_is_told() -> None:
    found = read(docx(core_xml=core({DCTERMS: "2017-05-05T10:00:00.5+02:00"})))
    assert value(found, "ooxml.core.created") == "2017-05-05T10:00:00+02:00"
    assert codes(found) == {"readers-disagree"}


def test_core_properties_that_python_docx_refuses_are_read_all_the_same() -> None:
    broken = core({"dc:creator": "Paul", DCTERMS: "2017-05-05T10:00:00Z"}).replace("</cp:coreProperties>", "")
    found = read(docx(core_xml=broken))
    assert value(found, "ooxml.core.creator") == "Paul"
    assert value(found, "ooxml.core.created") == "2017-05-05T10:00:00Z"
    assert codes(found) == {"malformed"}


def test_an_empty_date_and_a_wordy_revision() -> None:
    found = read(docx(core_xml=core({DCTERMS: "", "cp:revision": "seven"})))
    assert not values(found, "ooxml.core.created")
    assert not values(found, "ooxml.core.revision")
    assert told(found, "malformed") == ["ooxml.core.revision: seven"]


def test_a_property_stated_twice_is_told_and_the_first_one_kept() -> None:
    twice = core({"dc:creator": "Paul"}).replace(
        "</cp:coreProperties>", "<dc:creator>Jeanne</dc:creator></cp:coreProperties>"
    )
    found = read(docx(core_xml=twice))
    assert value(found, "ooxml.core.creator") == "Paul"
    assert told(found, "malformed") == ["{http://purl.org/dc/elements/1.1/}creator is stated 2 times"]


def test_properties_are_found_by_relationship_and_not_by_name() -> None:
    parts = docx_parts()
    moved = core({"dc:creator": "by relationship"})
    parts["_rels/.rels"] = rels(
        ("rId1", "officeDocument", "word/document.xml"),
        ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "/elsewhere/p.psmdcp"),
    )
    parts["elsewhere/p.psmdcp"] = moved
    found = read(pack(parts))
    assert value(found, "ooxml.core.creator") == "by relationship"
    assert not values(found, "ooxml.app.application")


def test_extended_properties() -> None:
    found = read(
        docx(
            app_xml=app(
                {
                    "Template": "Fiche.dotx",
                    "TotalTime": "-7127982",
                    "Pages": "2",
                    "Words": "300",
                    "Characters": "1700",
                    "Application": "Microsoft Office Word",
                    "Lines": "14",
                    "Paragraphs": "3",
                    "Company": "Ministère",
                    "Manager": "M. X",
                    "AppVersion": "12.0000",
                    "HyperlinkBase": "\\\\server\\share",
                    "DocSecurity": "4",
                }  # fmt: skip
            )
        )
    )
    # what a clock that was set back leaves
    assert value(found, "ooxml.app.total_time") == -7127982
    assert value(found, "ooxml.app.app_version") == "12.0000"
    assert value(found, "ooxml.app.company") == "Ministère"
    assert value(found, "ooxml.app.manager") == "M. X"
    assert value(found, "ooxml.app.template") == "Fiche.dotx"
    assert value(found, "ooxml.app.hyperlink_base") == "\\\\server\\share"
    numbers = {
        name: value(found, f"ooxml.app.{name}") for name in ("pages", "words", "lines", "doc_security")
    }
    assert numbers == {"pages": 2, "words": 300, "lines": 14, "doc_security": 4}


@pytest.mark.parametrize("literal", ["many", "-3", "1e3", "९"])
def test_counts_that_are_none_are_told(literal: str) -> None:
    found = read(docx(app_xml=app({"Words": literal})))
    assert not values(found, "ooxml.app.words")
    assert told(found, "malformed") == [f"ooxml.app.words: {literal}"]


def test_custom_properties_come_in_pairs() -> None:
    found = read(docx(custom_xml=custom({"Dossier": "2017/44", "MSIP_Label": "Confidentiel & secret"})))
    pairs = [o.value for o in found.observations if o.name.startswith("ooxml.custom.")]
    assert pairs == ["Dossier", "2017/44", "MSIP_Label", "Confidentiel & secret"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (f"{OFFICE}wordprocessingml.document.main+xml", "docx"),
        (f"{OFFICE}wordprocessingml.template.main+xml", "dotx"),
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "docm"),
        ("application/vnd.ms-word.template.macroEnabledTemplate.main+xml", "dotm"),
    ],
)
def test_the_kind_is_that_of_the_main_part(kind: str, expected: str) -> None:
    assert value(read(docx(kind=kind)), "ooxml.kind") == expected


def test_kinds_of_workbooks_and_presentations() -> None:
    assert value(read(pack(xlsx_parts())), "ooxml.kind") == "xlsx"
    assert value(read(pack(pptx_parts({"slide1.xml": slide("a")}))), "ooxml.kind") == "pptx"
    assert all(kind == kind.lower() for kind in KINDS)


def test_an_unknown_main_part_is_told() -> None:
    found = read(docx(kind="application/x-other+xml"))
    assert not values(found, "ooxml.kind")
    assert told(found, "unsupported-feature") == ["main part of type application/x-other+xml"]


def test_a_macro_is_named_as_such() -> None:
    assert value(read(docx()), "ooxml.macro") is False
    assert value(read(docx(more={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})), "ooxml.macro") is True


def test_encrypted_parts_are_told() -> None:
    parts = [
        Part(name=name, data=data.encode() if isinstance(data, str) else data, flags=name.startswith("word"))
        for name, data in docx_parts().items()
    ]
    found = read(build_zip(parts))
    assert value(found, "ooxml.encrypted") is True
    assert "encrypted" in codes(found)
    assert value(found, "ooxml.core.creator") == "Jeanne Martin"
    assert not values(found, "ooxml.text")


def test_namespaces_of_every_part_with_their_declaration() -> None:
    nested = f'<w:p><x:y xmlns:x="{W15}"/></w:p>'
    found = read(docx(nested, namespaces={"w14": W14, "mc": MC}, ignorable="w14"))
    mine = every(found, "ooxml.namespace")
    body = {o.value: o.raw for o in mine if o.where.part == "word/document.xml"}
    assert body[W14] == f'xmlns:w14="{W14}"'
    assert body[W15] == f'xmlns:x="{W15}"'
    assert values(found, "ooxml.mc_ignorable", "word/document.xml") == ["w14"]
    assert {o.where.part for o in mine} >= {"docProps/core.xml", "word/settings.xml", "[Content_Types].xml"}


def test_a_namespace_in_the_text_is_no_declaration() -> None:
    """A document about XML must not date itself by what it says."""
    said = 'xmlns:w16du="http://schemas.microsoft.com/office/word/2023/wordml/word16du"'
    found = read(docx(f"<w:p><w:r><w:t>{said}</w:t></w:r></w:p><!-- {said} -->"))
    assert not any("2023" in str(o.value) for o in every(found, "ooxml.namespace"))
    assert said in str(value(found, "ooxml.text"))


def test_xml_declarations_literally() -> None:
    parts = docx_parts()
    parts["word/document.xml"] = (
        "\ufeff<?xml version='1.0'?>\n".encode() + str(parts["word/document.xml"]).encode()
    )
    parts["docProps/core.xml"] = core().encode()
    stated = {o.where.part: o for o in every(read(pack(parts)), "ooxml.xml_declaration")}
    assert stated["word/document.xml"].value == "<?xml version='1.0'?>"
    assert stated["word/document.xml"].raw == "\ufeff<?xml version='1.0'?>\n"
    assert stated["docProps/core.xml"].value == ""
    assert stated["[Content_Types].xml"].raw == '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'


def test_session_ids_declared_and_used() -> None:
    more = '<w14:docId w14:val="1A2B3C4D"/><w15:docId w15:val="{ABC}"/>'
    body = (
        '<w:p w:rsidR="00a1b2c3" w:rsidP="00D4E5F6"><w:r w:rsidRPr="00FFFFFF"><w:t>w:rsidR="00000001"</w:t></w:r>'
        '</w:p><w:sectPr w:rsidSect="00000002"/>'
    )
    found = read(docx(body, settings_xml=settings(more=more)))
    assert value(found, "docx.rsid.root") == "00A1B2C3"
    assert value(found, "docx.rsid.declared") == 2
    assert value(found, "docx.rsid.declared_values") == "00A1B2C3 00D4E5F6"
    assert value(found, "docx.rsid.used") == 4
    assert value(found, "docx.rsid.used_values") == "00A1B2C3 00D4E5F6 00FFFFFF 00000002"
    assert values(found, "docx.doc_id") == ["1A2B3C4D", "{ABC}"]


def test_a_document_without_session_ids_states_none() -> None:
    found = read(docx("<w:p><w:r><w:t>a</w:t></w:r></w:p>", settings_xml=settings("", ())))
    assert not values(found, "docx.rsid.root")
    assert value(found, "docx.rsid.declared") == value(found, "docx.rsid.used") == 0


def test_an_attached_template_is_an_outside_target() -> None:
    template = ("rId9", "attachedTemplate", "file:///C:/Users/paul/x.dotm", "External")
    link = ("rId8", "hyperlink", "https://example.org/", "External")
    parts = docx_parts(more={"word/_rels/settings.xml.rels": rels(template, link)})
    found = read(pack(parts))
    assert values(found, "ooxml.external") == ["file:///C:/Users/paul/x.dotm"]


def test_a_part_that_nothing_leads_to_is_named() -> None:
    assert not values(read(docx()), "ooxml.unreferenced")
    found = read(docx(more={"word/old.xml": "<a/>", "[trash]/0000.dat": b"x"}))
    assert values(found, "ooxml.unreferenced") == ["word/old.xml", "[trash]/0000.dat"]
    # where relationships are damaged, being unreferenced says nothing
    broken = rels(("rId1", "settings", "settings.xml")).replace("</Relationships>", "")
    damaged = docx(more={"word/old.xml": "<a/>", "word/_rels/document.xml.rels": broken})
    assert not values(read(damaged), "ooxml.unreferenced")


def test_pictures_and_objects_are_children_and_only_when_content_is_wanted() -> None:
    png = b"\x89PNG\r\n\x1a\n"
    more = {
        "word/media/image1.png": png,
        "word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    }
    data = docx(more={**more, "docProps/thumbnail.jpeg": b"\xff\xd8\xff\xd9"})
    whole = tree(data)
    carried = [(e.name, e.role, e.size) for e in whole[1:]]
    assert carried == [
        ("word/media/image1.png", "embedded", 8),
        ("word/embeddings/oleObject1.bin", "embedded", 8),
        ("docProps/thumbnail.jpeg", "thumbnail", 4),
    ]
    offset = whole[1].where.offset
    assert offset is not None
    assert data[offset + 30 :].startswith(b"word/media/image1.png")
    early = read(data, full=False)
    assert early.deferred


def test_a_damaged_picture_is_told_and_not_handed_out() -> None:
    """Half a picture under the digest of none would be a claim about something that never was."""
    parts = [
        Part(name=name, data=data.encode() if isinstance(data, str) else data)
        for name, data in docx_parts().items()
    ]
    parts.append(Part(name="word/media/image1.png", data=b"\x89PNG\r\n\x1a\nrest", crc=1))
    whole = tree(build_zip(parts))
    assert len(whole) == 1
    assert told(whole[0], "malformed") == ["the CRC differs from the stated one"]


def test_the_first_pass_reads_structure_and_says_there_is_more() -> None:
    data = docx(namespaces={"w14": W14}, more={"word/media/image1.png": b"\x89PNG\r\n\x1a\n"})
    early, whole = read(data, full=False), read(data)
    assert early.deferred
    assert not whole.deferred
    assert not values(early, "ooxml.text")
    assert not values(early, "docx.rsid.used")
    kept = {(o.name, o.value, o.raw) for o in early.observations}
    assert kept < {(o.name, o.value, o.raw) for o in whole.observations}
    assert {"ooxml.core.created", "docx.rsid.root", "ooxml.kind"} <= {name for name, _, _ in kept}
    assert W14 in values(early, "ooxml.namespace", "word/document.xml")


def test_of_two_parts_with_one_name_the_last_of_the_directory_is_read() -> None:
    entries = [
        Part(name=name, data=data.encode() if isinstance(data, str) else data)
        for name, data in docx_parts().items()
    ]
    entries.append(Part(name="docProps/core.xml", data=core({"dc:creator": "second"}).encode()))
    found = read(build_zip(entries))
    assert value(found, "ooxml.core.creator") == "second"
    assert value(found, "zip.duplicates") == 1
    assert values(found, "ooxml.part").count("docProps/core.xml") == 2


def test_names_are_found_without_regard_to_case_slash_or_escapes() -> None:
    parts = docx_parts()
    parts["WORD\\Document.xml"] = parts.pop("word/document.xml")
    parts["docProps/c\u00f6re.xml"] = parts.pop("docProps/core.xml")
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("docProps/core.xml", "/docProps/c%C3%B6re.xml")
    found = read(pack(parts))
    assert value(found, "ooxml.core.creator") == "Jeanne Martin"
    assert values(found, "ooxml.text") == ["Bonjour le monde."]


@pytest.mark.parametrize("cut", [0.5, 0.8, 0.95])
def test_a_torn_document_gives_what_was_before_the_tear(cut: float) -> None:
    data = docx(more={"word/media/image1.png": bytes(range(256)) * 40})
    found = read(data[: int(len(data) * cut)], "a.docx")
    assert found.formats == ("ooxml",)
    assert "truncated" in codes(found)
    assert value(found, "ooxml.kind") == "docx"
    assert values(found, "ooxml.namespace")


def test_missing_parts_are_told() -> None:
    parts = docx_parts()
    del parts["docProps/core.xml"], parts["word/document.xml"]
    found = read(pack(parts))
    assert set(told(found, "missing-part")) == {"docProps/core.xml", "word/document.xml", "no main part"}
    assert value(found, "ooxml.kind") == "docx"
    without_types = docx_parts()
    del without_types["[Content_Types].xml"]
    assert "[Content_Types].xml" in told(read(pack(without_types), "a.docx"), "missing-part")


def test_an_archive_with_a_document_in_it_is_an_archive() -> None:
    """Also when the document is stored, so that its entries can be seen from outside."""
    found = read(build_zip([Part(name="inner.docx", data=docx(), method=0, stamp=MAY)]))
    assert found.formats == ("zip",)


def test_documents_of_python_docx_state_what_it_was_given() -> None:
    document = python_docx.Document()
    document.add_paragraph("Premier")
    document.core_properties.author = "Zoé"
    document.core_properties.revision = 9
    out = io.BytesIO()
    document.save(out)
    found = read(out.getvalue(), "a.docx")
    assert value(found, "ooxml.core.creator") == "Zoé"
    assert value(found, "ooxml.core.revision") == 9
    assert value(found, "zip.made_by") == "3.20"
    assert values(found, "ooxml.text") == ["Premier"]
    assert not found.problems


def test_the_sample_takes_every_lazy_path() -> None:
    found = read(sample())
    assert not found.problems
    assert values(found, "ooxml.core.created")
    assert values(found, "ooxml.core.date_malformed")
    assert values(found, "ooxml.text") == ["text"]
