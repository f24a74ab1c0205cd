"""Features: named, with three kinds of absence, and a structure block that no metadata reach."""

from __future__ import annotations

import random
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify import knowledge
from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction, Location, Observation, Problem, Scalar
from leakverify.extractors import vocabulary
from leakverify.features import (
    BLOCKS,
    FAMILIES,
    LEVELS,
    UNLISTED,
    Absence,
    Row,
    catalogue,
    declared,
    extract,
    kin_of,
    takes_over_pages,
)
from leakverify.features._programs import program
from leakverify.features._rules import MOST_WORDS
from leakverify.features._shapes import LONGEST
from tests.builders import image, mail, office, pdf
from tests.known.samples import DOCUMENTS, read

FORMATS = {
    "pdf": ("pdf",), "ooxml": ("ooxml",), "ole": ("ole",), "odf": ("odf",), "rtf": ("rtf",), "mail": ("mail",),
    "jpeg": ("image",), "png": ("image",), "text": ("text",),
}  # fmt: skip


def row_of(data: bytes, name: str = "") -> Row:
    row = extract(examine_bytes(data, name).extractions[0])
    assert row is not None
    return row


def structure(row: Row) -> dict[str, object]:
    return {
        name: made
        for part in (row.values, row.tokens, row.absent)
        for name, made in part.items()
        if name[:2] == "s."
    }


def test_every_format_has_features_in_every_block_that_applies() -> None:
    families = {feature.family for feature in catalogue().values()}
    assert families == set(FAMILIES)
    for family in FAMILIES:
        assert {f.block for f in catalogue().values() if f.family == family} >= {"structure"}
    # the block of the checks has a feature per check, made from answers and not from facts
    assert {f.block for f in catalogue().values()} == set(BLOCKS.values()) - {"checks"}


@pytest.mark.parametrize("name", catalogue())
def test_a_feature_is_described_and_rests_on_facts_that_exist(name: str) -> None:
    feature = catalogue()[name]
    assert name[:2] in BLOCKS and name.split(".")[1] == feature.family
    assert feature.meaning and feature.observations
    assert (feature.kind == "number") == bool(feature.unit)
    for observed in feature.observations:
        if not observed.endswith("*"):
            assert observed in vocabulary(), observed


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_feature_has_a_value_or_a_reason(name: str) -> None:
    row = extract(read(name))
    assert row is not None
    wanted = {feature.name for feature in catalogue().values() if feature.family == row.family}
    parts = [set(row.values), set(row.tokens), set(row.absent)]
    assert set.union(*parts) == wanted
    assert sum(len(part) for part in parts) == len(wanted)
    stated = {o.name for o in read(name).observations}
    assert set(row.rests_on) <= stated
    assert set(row.places) <= set(row.values) | set(row.tokens)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_row_travels_and_is_made_the_same_way_again(name: str) -> None:
    row = extract(read(name), "there")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(row), type=Row) == row
    assert msgspec.json.decode(msgspec.json.encode(row), type=Row) == row
    assert extract(read(name), "there") == row


def test_three_kinds_of_absence() -> None:
    docx = row_of(office.docx(), "a.docx")
    assert docx.absent["m.ooxml.last_edited"] is Absence.NOT_IN_FORMAT
    bare = row_of(bytes(pdf.document("x").data), "a.pdf")
    assert bare.absent["m.pdf.producer"] is Absence.NOT_STATED
    broken = extract(
        Extraction(index=0, formats=("pdf",), observations=(), problems=(Problem(code="encrypted"),))
    )
    assert broken is not None and broken.absent["m.pdf.producer"] is Absence.NOT_READABLE


def test_a_format_without_features_has_no_row() -> None:
    assert extract(Extraction(index=0, formats=("zip",))) is None
    assert extract(Extraction(index=0)) is None
    assert declared(Extraction(index=0, formats=("zip",))) is None


# the structure block ------------------------------------------------------------------------------------


def test_metadata_do_not_reach_the_structure_of_a_pdf() -> None:
    one = pdf.info(Producer="Microsoft Word 2010", Author="Anne", CreationDate="D:20100203040506Z")
    other = pdf.info(Producer="pdfTeX-1.40.21x1234", Author="Paul", CreationDate="D:20190807060504Z")
    first, second = (
        row_of(bytes(pdf.document("x", about=one).data)),
        row_of(bytes(pdf.document("x", about=other).data)),
    )
    assert first.declared != second.declared
    assert structure(first) == structure(second)


def test_metadata_do_not_reach_the_structure_of_an_office_document() -> None:
    def made(application: str, version: str, who: str) -> Row:
        about = office.app({**office.WORD_APP, "Application": application, "AppVersion": version})
        core = office.core(
            {"dc:creator": who, "cp:lastModifiedBy": who, "dcterms:created": "2014-01-02T03:04:05Z"}
        )
        return row_of(office.docx(app_xml=about, core_xml=core), "a.docx")

    first, second = (
        made("Microsoft Office Word", "12.0000", "Anne"),
        made("LibreOffice/7.4", "15.0000", "Paul"),
    )
    assert first.declared == ("Microsoft Office", "12")
    assert second.declared == ("LibreOffice", "7.4")
    assert structure(first) == structure(second)


def test_metadata_do_not_reach_the_structure_of_a_mail() -> None:
    one = mail.mail(client="Mutt/1.2.5i", sender="Anne <anne@a.example>", subject="Note")
    other = mail.mail(
        client="KMail/1.9.10",
        sender="Paul <paul@a.example>",
        subject="Other",
        date="Mon, 8 May 2017 08:00:00 +0100",
    )
    first, second = row_of(one, "a.eml"), row_of(other, "a.eml")
    assert (first.declared, second.declared) == (("Mutt", "1.2.5"), ("KMail", "1.9.10"))
    assert structure(first) == structure(second)


def test_the_structure_of_a_jpeg_is_that_of_its_coding() -> None:
    fine, coarse = (row_of(image.jpeg_of(image.scene(1), quality=q)) for q in (95, 40))
    assert fine.tokens["s.jpeg.quantisation"] != coarse.tokens["s.jpeg.quantisation"]
    assert "image 95" in fine.tokens["s.jpeg.quality"]


def test_where_a_feature_was_seen_is_told() -> None:
    row = row_of(bytes(pdf.document("x", about=pdf.info(Producer="x")).data))
    assert row.places["s.pdf.object"].offset
    assert row.places["s.pdf.page_keys"].page == 1


def test_habits_that_a_reader_of_mail_adds_are_taken_as_they_come() -> None:
    style = (
        Observation(name="mail.style.fold", value="tab 78"),
        Observation(name="mail.style.colon_space", value=True),
        Observation(name="mail.style.longest_line", value=301),
    )
    row = extract(Extraction(index=0, formats=("mail",), observations=style))
    assert row is not None
    assert row.tokens["s.mail.style"] == ("colon_space=True", "fold=tab 78", "longest_line=257-512")
    assert "mail.style.fold" in row.rests_on


# declared programs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kind", "family", "version"),
    [
        # the eleven producers of Adhatarao and Lauradoux 2021, and more
        ("Acrobat Distiller 9.5.5 (Windows)", "pdf", "Acrobat Distiller", "9.5.5"),
        ("Adobe PDF Library 15.0", "pdf", "Adobe PDF Library", "15.0"),
        ("Microsoft® Word 2010", "pdf", "Microsoft Office", "2010"),
        ("Microsoft® Word pour Microsoft 365", "pdf", "Microsoft Office", "365"),
        ("LibreOffice 7.4", "pdf", "LibreOffice", "7.4"),
        ("OpenOffice.org 3.2", "pdf", "OpenOffice", "3.2"),
        ("GPL Ghostscript 9.53.3", "pdf", "Ghostscript", "9.53.3"),
        ("Mac OS X 10.11.1 Quartz PDFContext", "pdf", "Quartz", "10.11.1"),
        ("macOS Version 13.4 (Build 22F66) Quartz PDFContext, AppendMode 1.1", "pdf", "Quartz AppendMode", "13.4"),
        ("pdfTeX-1.40.21", "pdf", "pdfTeX", "1.40.21"),
        ("LuaTeX-1.17.0", "pdf", "LuaTeX", "1.17.0"),
        ("xdvipdfmx (20220710)", "pdf", "XeTeX", "20220710"),
        ("Skia/PDF m108", "pdf", "Skia", "108"),
        ("cairo 1.16.0 (https://cairographics.org)", "pdf", "cairo", "1.16.0"),
        ("PDFium", "pdf", "PDFium", ""),
        ("Microsoft: Print To PDF", "pdf", "Microsoft Print to PDF", ""),
        ("LibreOffice/5.2.6.2$Windows_x86 LibreOffice_project/a3100", "ooxml", "LibreOffice", "5.2.6.2"),
        ("Microsoft Macintosh Word", "ooxml", "Microsoft Office for Mac", ""),
        ("Microsoft Office Word", "ole", "Microsoft Office", ""),
        ("MicrosoftOffice/15.0 MicrosoftWord", "odf", "Microsoft Office", "15.0"),
        ("Msftedit 5.41.21.2510", "rtf", "RichEdit", "5.41.21.2510"),
        ("Microsoft Outlook Express 6.00.2900.5512", "mail", "Outlook Express", "6.00.2900.5512"),
        ("Microsoft Office Outlook 11", "mail", "Outlook", "11"),
        ("Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/38.8.0", "mail", "Thunderbird or Mozilla", "38.8.0"),
        ("Apple Mail (2.1510)", "mail", "Apple Mail", "2.1510"),
        ("Adobe Photoshop CS3 Windows", "jpeg", "Adobe Photoshop", "cs3"),
        ("NIKON CORPORATION", "device", "Nikon", ""),
    ],
)  # fmt: skip
def test_programs_are_known_by_what_they_call_themselves(
    said: str, kind: str, family: str, version: str
) -> None:
    assert program(said, kind) == (family, version)


def test_an_unlisted_program_is_a_family_of_its_own_without_its_name() -> None:
    family, version = program("Turlututu 3.1 for Anne", "pdf")
    assert family.startswith(UNLISTED) and version == ""
    assert "turlututu" not in family.casefold()
    assert program("TURLUTUTU 3.1 for Anne", "pdf")[0] == family
    assert program(family, "pdf")[0] == family


def test_every_row_of_the_table_can_be_reached() -> None:
    """No row is hidden by one above it of the same expression, and kin are families of the table."""
    rows = knowledge.table("programs")
    seen = [(fmt, row["claims"]) for row in rows for fmt in row["formats"].split()]
    assert len(seen) == len(set(seen))
    assert kin_of("LuaTeX") == kin_of("pdfTeX") != kin_of("Ghostscript")
    assert kin_of("no such program") == "no such program"
    assert {row["pages"] for row in rows} == {"", "others"}
    assert takes_over_pages("iText") and not takes_over_pages("Ghostscript")


def test_a_camera_and_a_program_are_told_apart() -> None:
    plain = extract(read("Rantanplan.jpg"))
    assert plain is not None and plain.declared is not None
    assert plain.declared[0] == "camera Canon"
    edited = {**image.CAMERA, image.SOFTWARE: (image.ASCII, "Adobe Photoshop CS6 (Windows)")}
    block = image.tiff(edited)  # type: ignore[arg-type]
    row = row_of(image.with_segments(image.jpeg_of(image.scene(1)), image.exif_segment(block)))
    assert row.declared == ("Adobe Photoshop", "cs6")


# groups -------------------------------------------------------------------------------------------------


def test_groups_run_from_narrow_to_wide_and_hold_no_name() -> None:
    row = extract(read("Zibeline.docx"), "ministry")
    assert row is not None
    assert [level for level in LEVELS if level in row.groups] == list(row.groups)
    assert row.groups["source"] == "ministry"
    assert row.groups["program"] == "docx Microsoft Office 16"
    assert row.groups["format"] == "ooxml docx"
    assert "quenneville" not in " ".join(row.groups.values()).casefold()


def test_a_sender_is_one_person_with_one_program() -> None:
    def key(sender: str, client: str) -> str:
        return row_of(mail.mail(sender=sender, client=client), "a.eml").groups["sender"]

    assert key("Anne <anne@a.example>", "Mutt/1.2") == key("A. Martin <ANNE@a.example>", "Mutt/1.2")
    assert key("Anne <anne@a.example>", "Mutt/1.2") != key("Paul <paul@a.example>", "Mutt/1.2")
    assert key("Anne <anne@a.example>", "Mutt/1.2") != key("Anne <anne@a.example>", "KMail/1.9")


def test_an_ordinary_template_makes_no_group() -> None:
    assert "template" not in row_of(office.docx(), "a.docx").groups
    own = office.app({**office.WORD_APP, "Template": "C:\\Models\\Letter.dotx"})
    same = office.app({**office.WORD_APP, "Template": "letter.dotx"})
    one, other = (row_of(office.docx(app_xml=made), "a.docx").groups["template"] for made in (own, same))
    assert one == other


# whatever comes -----------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 1 << 40),
    st.floats(),
    st.text(max_size=80),
)


READ = {
    family: sorted(
        {n for f in catalogue().values() if f.family == family for n in f.observations if n[-1] != "*"}
    )
    for family in FORMATS
}


@settings(max_examples=400)
@given(
    st.sampled_from(sorted(FORMATS)),
    st.lists(st.tuples(st.integers(0, 1000), VALUES, st.text(max_size=20)), min_size=10, max_size=40),
)
def test_no_fact_is_too_odd_for_a_row(family: str, facts: list[tuple[int, Scalar, str]]) -> None:
    names = READ[family]
    observations = [
        Observation(name=names[at % len(names)], value=value, where=Location(part=part))
        for at, value, part in facts
    ]
    if family in ("jpeg", "png"):
        observations.append(Observation(name="image.format", value=family.upper()))
    row = extract(Extraction(index=0, formats=FORMATS[family], observations=tuple(observations)))
    assert row is not None and row.family == family
    for words in row.tokens.values():
        assert 0 < len(words) <= MOST_WORDS and list(words) == sorted(set(words))
        assert all(0 < len(word) <= LONGEST for word in words)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(row), type=Row) == row


def test_a_document_with_many_facts_is_a_matter_of_milliseconds() -> None:
    dice = random.Random(1)
    names = [n for n in sorted(vocabulary()) if n.startswith(("pdf.", "xmp."))]
    facts = tuple(
        Observation(name=dice.choice(names), value=f"Type Parent {dice.random()}", where=Location(page=n))
        for n in range(20_000)
    )
    extraction = Extraction(index=0, formats=("pdf",), observations=facts)
    spent = []
    for _ in range(3):
        begun = time.process_time()
        extract(extraction)
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.5
