"""What Word leaves beside the words: sessions, paragraph ids, fields, hidden text, and who compressed a part."""

from __future__ import annotations

import zlib
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.checks import Facts, registry
from leakverify.evidence import Extraction, Outcome
from tests.builders.archive import Part, build_zip, deflated
from tests.builders.office import W14, W, docx, docx_parts, pack, paragraph, settings
from tests.extractors._facts import every, read, told, value, values

MC_ALTERNATE = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    '<mc:Choice Requires="wps">{0}</mc:Choice><mc:Fallback>{0}</mc:Fallback></mc:AlternateContent>'
)


def run(text: str, session: str = "", marks: str = "") -> str:
    said = f' w:rsidR="{session}"' if session else ""
    return (
        f'<w:r{said}>{f"<w:rPr>{marks}</w:rPr>" if marks else ""}<w:t xml:space="preserve">{text}</w:t></w:r>'
    )


def outcomes(found: Extraction, check: str) -> set[tuple[Outcome, str]]:
    return {(answer.outcome, answer.message) for answer in registry()[check].run(Facts(found))}


def test_a_paragraph_without_a_session_is_told_with_its_number_and_text() -> None:
    body = "".join(paragraph(f"Article {n}") for n in range(1, 10))
    body += "<w:p>" + run("Le loyer est de 48 000 euros.") + "</w:p>" + paragraph("Fin")
    found = read(docx(body))
    (odd,) = every(found, "docx.paragraph.without_session")
    assert (odd.value, odd.where.line) == ("Le loyer est de 48 000 euros.", 10)
    assert (value(found, "docx.paragraphs"), value(found, "docx.paragraph.with_session")) == (11, 10)
    assert not values(found, "docx.paragraph.without_id"), "no paragraph of it has an id"
    assert outcomes(found, "LV-DOCX-001") == {(Outcome.UNUSUAL, "no-session")}


def test_where_no_paragraph_has_a_session_none_is_missing() -> None:
    found = read(docx("<w:p>" + run("a") + "</w:p>" + "<w:p>" + run("b") + "</w:p>"))
    assert not values(found, "docx.paragraph.without_session")
    assert {outcome for outcome, _ in outcomes(found, "LV-DOCX-001")} == {Outcome.NEUTRAL}


def test_an_empty_paragraph_without_a_session_is_counted_and_not_quoted() -> None:
    found = read(docx("".join(paragraph(str(n)) for n in range(9)) + "<w:p/>"))
    assert (value(found, "docx.paragraphs"), value(found, "docx.paragraph.with_session")) == (10, 9)
    assert {outcome for outcome, _ in outcomes(found, "LV-DOCX-001")} == {Outcome.NEUTRAL}


def test_paragraph_ids_missing_repeated_and_impossible() -> None:
    def identified(number: int, text: str) -> str:
        return f'<w:p w14:paraId="{number:08X}">{run(text)}</w:p>'

    body = "".join(identified(n, f"x{n}") for n in range(1, 9))
    body += identified(3, "again") + identified(0x9000_0001, "high") + f"<w:p>{run('none')}</w:p>"
    found = read(docx(body, namespaces={"w14": W14}))
    assert [(o.value, o.where.line) for o in every(found, "docx.paragraph.repeated_id")] == [("00000003", 9)]
    assert [(o.value, o.where.line) for o in every(found, "docx.paragraph.impossible_id")] == [
        ("90000001", 10)
    ]
    assert [(o.value, o.where.line) for o in every(found, "docx.paragraph.without_id")] == [("none", 11)]


def test_what_is_written_twice_for_older_readers_is_no_repeated_id() -> None:
    box = f'<w:p w14:paraId="00000009">{run("box")}</w:p>'
    body = f'<w:p w14:paraId="00000001"><w:r>{MC_ALTERNATE.format(box)}</w:r></w:p>'
    found = read(docx(body, namespaces={"w14": W14}))
    assert value(found, "docx.paragraphs") == 2
    assert not values(found, "docx.paragraph.repeated_id")


def test_text_of_a_session_that_typed_nothing_else() -> None:
    body = (
        f'<w:p w:rsidR="00A1B2C3">{run("un loyer de ")}{run("48 ", "00D4E5F6")}{run("000", "00D4E5F6")}'
        f"{run(' euros')}</w:p>" + paragraph("suite")
    )
    found = read(docx(body))
    (text,) = every(found, "docx.session.text")
    assert (text.value, text.raw, text.where.line) == ("48 000", "00D4E5F6 declared", 1)
    assert values(found, "docx.session.context") == ["un loyer de [48 000] euros"]
    assert outcomes(found, "LV-DOCX-001") == {(Outcome.NEUTRAL, "another-session")}


@pytest.mark.parametrize("more", ['<w:p w:rsidR="00FFEE01"/>', '<w:p w:rsidR="00A1B2C3"/>'])
def test_a_session_the_settings_do_not_list(more: str) -> None:
    """Only where the id stands on one text alone; a second use anywhere makes it ordinary."""
    body = f'<w:p w:rsidR="00A1B2C3">{run("soit ")}{run("48", "00FFEE01")}{run(" euros")}</w:p>'
    found = read(docx(body + more))
    alone = more != '<w:p w:rsidR="00FFEE01"/>'
    assert [o.raw for o in every(found, "docx.session.text")] == ["00FFEE01 undeclared"] * alone
    assert ((Outcome.UNUSUAL, "unlisted") in outcomes(found, "LV-DOCX-001")) is alone


def test_sessions_of_google_docs_are_none() -> None:
    body = f'<w:p w:rsidR="00000000">{run("a ")}{run("b", "00000001")}{run(" c", "00000000")}</w:p>'
    assert [o.raw for o in every(read(docx(body)), "docx.session.text")] == ["00000001 undeclared"]


def test_fields_with_their_results_nested_and_simple() -> None:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    body = (
        f"<w:p>{char('begin')}<w:r><w:instrText> IF </w:instrText></w:r>{char('begin')}"
        f"<w:r><w:instrText>DATE</w:instrText></w:r>{char('separate')}{run('3 mai')}{char('end')}"
        f"<w:r><w:instrText> x </w:instrText></w:r>{char('separate')}{run('oui')}{char('end')}{run(' après')}</w:p>"
        f'<w:p><w:fldSimple w:instr=" PAGE ">{run("7")}</w:fldSimple></w:p>'
    )
    found = read(docx(body))
    stated = [o.value for o in every(found, "docx.field")]
    assert stated == ["IF  x", "DATE", "PAGE"]
    assert values(found, "docx.field.result") == ["oui", "3 mai", "7"]
    assert [o.where.line for o in every(found, "docx.field")] == [1, 1, 2]


def test_a_field_that_does_not_end_and_an_end_without_a_field() -> None:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    body = f"<w:p>{char('end')}{char('separate')}{run('a')}{char('begin')}</w:p>"
    assert values(read(docx(body)), "docx.field.result") == [""]


def test_hidden_text_languages_and_fonts_of_runs() -> None:
    french = '<w:lang w:val="fr-FR"/>'
    body = (
        "<w:p>"
        + run("vu ", marks=french + '<w:rFonts w:ascii="Arial"/>')
        + run("ca", marks="<w:vanish/>")
        + run("ché", marks="<w:vanish/>" + french)
        + run("montré", marks='<w:vanish w:val="0"/>')
        + "</w:p>"
    )
    found = read(docx(body))
    assert [(o.value, o.where.line) for o in every(found, "docx.hidden_text")] == [("caché", 1)]
    assert values(found, "docx.run.language") == ["fr-FR"]
    assert values(found, "docx.run.language.characters") == [6]
    assert (values(found, "docx.run.font"), values(found, "docx.run.font.characters")) == (["Arial"], [3])


def test_settings_and_styles_of_the_writer() -> None:
    more = (
        '<w:documentProtection w:edit="readOnly" w:enforcement="1"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:val="15"/><w:compatSetting w:name="other" w:val="1"/></w:compat>'
    )
    styles = (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme="minorHAnsi"/>'
        '<w:lang w:val="fr-FR"/></w:rPr></w:rPrDefault></w:docDefaults><w:latentStyles w:count="376"/></w:styles>'
    )
    found = read(docx(settings_xml=settings(more=more), stories={"styles.xml": ("styles", styles)}))
    assert value(found, "docx.protection") == "readOnly enforced"
    assert value(found, "docx.compatibility_mode") == "15"
    assert value(found, "docx.compat_settings") == "compatibilityMode other"
    assert value(found, "docx.latent_styles") == 376
    assert (value(found, "docx.default_font"), value(found, "docx.default_language")) == (
        "minorHAnsi",
        "fr-FR",
    )


def test_prefixes_of_the_root_in_the_order_written() -> None:
    found = read(docx(namespaces={"r": "urn:r", "a": "urn:a"}))
    assert value(found, "ooxml.root_prefixes") == "w r a"


def test_a_part_that_begins_otherwise_than_the_content_types() -> None:
    parts = docx_parts()
    changed = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n" + settings()
    parts["word/settings.xml"] = changed.encode()
    parts["customXml/item1.xml"] = b"<a/>"
    found = read(pack(parts))
    (odd,) = every(found, "ooxml.other_declaration")
    assert odd.where.part == "word/settings.xml"
    assert odd.value == "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
    assert (Outcome.CONTRADICTS, "declaration") in outcomes(found, "LV-OOX-001")


def compressed_by_another(data: bytes) -> bytes:
    """As a program with a compressor of its own would: by codes alone, without repeats."""
    machine = zlib.compressobj(6, zlib.DEFLATED, -15, 8, zlib.Z_HUFFMAN_ONLY)
    return machine.compress(data) + machine.flush()


def office(exchanged: Collection[str] | None) -> bytes:
    """Marked as Office marks its entries; zlib made those that are named, or all."""
    entries = []
    for name, content in docx_parts("".join(paragraph(f"Article {n}, {n * n}") for n in range(40))).items():
        data = content if isinstance(content, bytes) else content.encode()
        data = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n' + data
        by_zlib = exchanged is None or name in exchanged
        packed = deflated(data) if by_zlib else compressed_by_another(data)
        entries.append(Part(name=name, data=data, packed=packed, flags=6, made_by=45))
    return build_zip(entries)


def test_a_part_that_zlib_made_among_others_is_named() -> None:
    found = read(office(["word/document.xml"]))
    (part,) = every(found, "ooxml.zlib_part")
    assert (part.value, part.raw) == ("word/document.xml", "level 6")
    assert part.where.offset is not None
    assert outcomes(found, "LV-OOX-005") == {(Outcome.CONTRADICTS, "exchanged")}
    assert outcomes(found, "LV-OOX-004") == {(Outcome.NEUTRAL, "nothing")}


def test_exchanged_properties_are_handling_and_no_content() -> None:
    found = read(office(["docProps/core.xml"]))
    assert outcomes(found, "LV-OOX-005") == {(Outcome.NEUTRAL, "nothing")}
    assert outcomes(found, "LV-OOX-004") == {(Outcome.UNUSUAL, "properties")}


def test_a_package_that_zlib_made_whole_is_handling() -> None:
    found = read(office(None))
    assert len(values(found, "ooxml.zlib_part")) == value(found, "ooxml.parts_compared")
    assert outcomes(found, "LV-OOX-004") == {(Outcome.UNUSUAL, "imitated")}
    assert outcomes(found, "LV-OOX-005") == {(Outcome.NEUTRAL, "nothing")}


def test_a_package_of_another_compressor_is_not_remarked() -> None:
    found = read(office([]))
    assert value(found, "ooxml.parts_compared") and not values(found, "ooxml.zlib_part")
    assert outcomes(found, "LV-OOX-004") == {(Outcome.NEUTRAL, "nothing")}


@pytest.mark.parametrize("level", [1, 6, 9])
def test_levels_and_parts_longer_than_what_is_compared(level: int) -> None:
    data = "".join(f"{n * 7919 % 100_003:x} " for n in range(150_000)).encode()
    machine = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = machine.compress(data) + machine.flush()
    entry = Part(name="word/long.xml", data=data, packed=packed, flags=6, made_by=45)
    other = Part(name="word/other.xml", data=data, packed=compressed_by_another(data), flags=6, made_by=45)
    parts = [
        Part(name=name, data=content if isinstance(content, bytes) else content.encode(), flags=6, made_by=45)
        for name, content in docx_parts().items()
    ]
    found = read(build_zip([*parts, entry, other]))
    assert ("word/long.xml", f"level {level}") in [(o.value, o.raw) for o in every(found, "ooxml.zlib_part")]
    assert "word/other.xml" not in values(found, "ooxml.zlib_part")


@given(st.binary(max_size=2_000))
def test_no_compressed_bytes_make_the_comparison_fail(packed: bytes) -> None:
    parts = [
        Part(name=name, data=content if isinstance(content, bytes) else content.encode(), flags=6, made_by=45)
        for name, content in docx_parts().items()
    ]
    found = read(build_zip([*parts, Part(name="word/x.xml", data=b"x" * 5_000, packed=packed, made_by=45)]))
    assert value(found, "ooxml.kind") == "docx"
    assert not told(found, "reader-error")


def test_fields_within_fields_and_hidden_text_stay_small() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    body = f"<w:p>{begin * 500}{run('x' * 200_000, marks='<w:vanish/>') * 20}</w:p>"
    found = read(docx(body))
    assert max(len(str(v)) for v in values(found, "docx.field.result")) <= 300
    assert [len(str(v)) for v in values(found, "docx.hidden_text")] == [1_000]
    assert any("fields" in detail for detail in told(found, "limit-answer"))
