"""Who drew the pages and who wrote the bytes last are told apart, and a rewritten file contradicts no name."""

from __future__ import annotations

import numpy as np
import pytest

from leakverify.classifier._families import OTHER, Identified
from leakverify.classifier._hands import BYTES, PAGES, Certain, Hands, excluded, hands_agree
from leakverify.classifier._learn_hands import claim_against, drawn_by, right, written_by
from leakverify.classifier.writer import ProgramClassifier, learn_families
from leakverify.evidence import Extraction, Location, Observation
from leakverify.features import Row, extract
from leakverify.features.hands import BYTES as OF_BYTES
from leakverify.features.hands import DRAWN, WRITTEN

_OFFICE = (
    ("pdf.style.page.opening", "/P <</MCID #>> BDC BT|/F# 12 Tf|1 0 0 1 r r Tm|0 g|[] TJ|ET"),
    ("pdf.style.page.operators", "eol:crlf text:Tf+Tm+TJ show:TJ_() array:tight size:real numbers:to3"),
)
_SKIA_MAP = "/CIDInit /ProcSet findresource begin|# dict begin|begincmap|/CIDSystemInfo|<<  /Registry (Adobe)|/Ordering (UCS)"


def _row(*facts: tuple[str, str]) -> Row:
    where = Location(page=1)
    row = extract(
        Extraction(
            index=0,
            sha256="0" * 64,
            size=1,
            formats=("pdf",),
            observations=tuple(Observation(name=name, value=value, where=where) for name, value in facts),
        )
    )
    assert row is not None
    return row


def _named(family: str, *facts: tuple[str, str]) -> Row:
    return _row(("pdf.info.producer", family), *facts)


def test_pages_and_bytes_are_two_features() -> None:
    row = _row(*_OFFICE, ("pdf.header.comment", "bff7a2fe"))
    assert row.tokens[DRAWN] == ("Microsoft Office",)
    assert row.tokens[WRITTEN] == ("pikepdf or qpdf",)


@pytest.mark.parametrize("name", ["Microsoft® Word 2016", "Skia/PDF m92", ""])
def test_the_hands_do_not_depend_on_what_is_stated(name: str) -> None:
    plain, named = _row(*_OFFICE), _named(name, *_OFFICE)
    assert (plain.tokens[DRAWN], plain.tokens[WRITTEN]) == (named.tokens[DRAWN], named.tokens[WRITTEN])


def test_an_edited_page_is_told_by_the_maps_of_its_fonts() -> None:
    edited = _row(
        ("pdf.style.page.opening", "q|0.75 0 0 r 0 i cm|/GS# gs|BT|/C#_# 1 Tf"),
        ("pdf.style.page.cmap", _SKIA_MAP),
    )
    assert edited.tokens[DRAWN] == ("fonts of Skia",)


def test_a_rewritten_file_teaches_its_pages_to_the_named_program_and_its_bytes_to_the_other() -> None:
    row = _named("Microsoft® Word 2016", *_OFFICE, ("pdf.header.comment", "bff7a2fe"))
    assert (drawn_by(row), written_by(row)) == ("Microsoft Office", "pikepdf or qpdf")


def test_a_program_that_only_joins_teaches_no_pages() -> None:
    assert drawn_by(_named("pypdf")) is None
    joined = (("pdf.header.comment", "e2e3cfd3"), ("pdf.line_ending", "lf"))
    marks = ("pdf.style.container.trailer", "trailer||<<|/Info # # R")
    assert drawn_by(_named("itext-paulo-155 (itextpdf.sf.net-lowagie.com)", *joined, marks)) is None


def test_every_feature_of_the_bytes_exists() -> None:
    from leakverify.features import catalogue

    assert set(catalogue()) >= OF_BYTES


def _hands() -> Hands:
    """Columns: page habit, knowledge of pages, byte habit, knowledge of bytes."""
    count = 12
    codes = np.asarray([[n % 3, 2, n % 3, 2] for n in range(3 * count)], np.int64)
    numbers, where = np.asarray([n % 3 for n in range(3 * count)]), np.arange(3 * count) % 6
    options = ProgramClassifier(8)
    layers, columns = [], (np.asarray([0, 1]), np.asarray([2, 3]))
    for names, at in (([OTHER, "Quartz", "Skia"], columns[0]), ([OTHER, "Adobe", "Quartz"], columns[1])):
        layers.append(learn_families(codes[:, at], numbers, names, where, options, novelty=False)[0])
    certain = (
        Certain(PAGES, 1, 7, "Skia"),
        Certain(PAGES, 1, 8, OTHER),
        Certain(PAGES, 1, 9, "Skia", alone=False),
        Certain(BYTES, 3, 7, "pikepdf or qpdf"),
    )
    return Hands(layers, columns, certain)


def _told(*codes: int) -> Identified:
    return _hands().identify(np.asarray(codes, np.int64))


def test_knowledge_goes_before_the_classifier() -> None:
    assert _told(1, 2, 1, 2).family == "Quartz"
    assert _told(1, 7, 1, 2).family == "Skia"
    assert _told(1, 8, 0, 2).family == "", "several hands are none"


def test_both_hands_are_told_and_either_may_be_the_named_one() -> None:
    told = _told(2, 2, 1, 7)
    assert (told.family, told.bytes) == ("Skia", "pikepdf or qpdf")
    assert hands_agree("Skia", told) and hands_agree("pikepdf or qpdf", told)
    assert not hands_agree("Quartz", told) and not hands_agree("", told)


def test_bytes_of_a_program_that_rewrites_say_nothing_of_who_made_the_file() -> None:
    told = _told(0, 2, 1, 2)
    assert (told.family, told.bytes) == ("", "Adobe")
    assert claim_against(_hands(), np.asarray([0, 2, 1, 2]), "Quartz") == ""


def test_a_name_is_contradicted_by_both_hands_only() -> None:
    other = np.asarray([1, 7, 0, 2])  # drawn as Skia draws, for certain
    assert claim_against(_hands(), other, "Skia") == ""
    found = _hands()
    sure, by_fonts = found.identify(other), found.identify(np.asarray([1, 9, 0, 2]))
    assert sure.p_values["Skia"] == 1.0
    assert by_fonts.family == "Skia" and by_fonts.p_values["Quartz"] > found.level, "fonts leave room"


def test_a_program_that_adopts_files_is_not_excluded_by_pages() -> None:
    found = _hands()
    told = found.identify(np.asarray([2, 7, 0, 7]))
    assert not excluded(found, told, "Adobe")


def test_what_counts_as_right() -> None:
    told = _told(2, 2, 1, 7)
    assert right("Skia", "Skia", told) is True
    assert right("Quartz", "Quartz", told) is False
    assert right("iText", "iText", told) is None, (
        "pages of others are no wrong answer for a program that joins"
    )
    assert right("Quartz", "Quartz", _told(0, 2, 0, 2)) is None
