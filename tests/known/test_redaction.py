"""What a corpus keeps: nothing a person wrote, and all that the features need."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.evidence import Extraction, Location, Observation, Problem
from leakverify.extractors import vocabulary
from leakverify.extractors._base import Kind
from leakverify.features import extract
from leakverify.features._shapes import id_shape, part_shape, uri_shape
from leakverify.redaction import reduced, text_digest
from tests.known.samples import DOCUMENTS, SECRETS, read, told

WORDS = st.text(st.characters(codec="utf-8"), max_size=60)


def shown(extraction: Extraction) -> str:
    return msgspec.json.encode(extraction).decode()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_text_or_name_of_the_document_is_kept(name: str) -> None:
    extraction = read(name)
    assert told(shown(extraction)), "the sample holds nothing to hide"
    kept = reduced(extraction)
    assert kept.observations, "something must be left to make features of"
    assert told(shown(kept)) == []
    row = extract(kept, "somewhere")
    assert row is not None
    assert told(msgspec.json.encode(row).decode()) == []


def test_the_samples_use_every_secret() -> None:
    whole = " ".join(shown(read(name)) for name in DOCUMENTS)
    assert told(whole) == list(SECRETS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_features_are_those_of_the_document(name: str) -> None:
    """Only places differ: the document's own names for its parts are not kept."""
    extraction = read(name)
    whole, kept = extract(extraction, "s"), extract(reduced(extraction), "s")
    assert whole is not None and kept is not None
    assert msgspec.structs.replace(kept, places={}) == msgspec.structs.replace(whole, places={})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_reducing_twice_changes_nothing(name: str) -> None:
    kept = reduced(read(name))
    assert reduced(kept) == kept


@pytest.mark.parametrize("name", DOCUMENTS)
def test_content_goes_even_when_texts_are_kept(name: str) -> None:
    kept = reduced(read(name), keep_text=True)
    kinds = {vocabulary()[o.name].kind for o in kept.observations}
    assert Kind.CONTENT not in kinds
    assert "1789.40" not in shown(kept)


def test_texts_are_kept_when_asked() -> None:
    kept = reduced(read("Zibeline.docx"), keep_text=True)
    assert {"Tartempion", "Quenneville", "Rantanplan"} <= set(told(shown(kept)))


@given(st.lists(st.tuples(st.sampled_from(sorted(vocabulary())), WORDS, WORDS, WORDS), max_size=12))
def test_whatever_a_text_says_it_is_not_kept(facts: list[tuple[str, str, str, str]]) -> None:
    """Any name of the vocabulary with any text: what is kept of texts holds no run of its letters."""
    observations = tuple(
        Observation(name=name, value=value, raw=raw, where=Location(part=part))
        for name, value, raw, part in facts
        if vocabulary()[name].kind in (Kind.TEXT, Kind.CONTENT)
    )
    kept = reduced(
        Extraction(
            index=0,
            formats=("pdf",),
            observations=observations,
            problems=(Problem(code="encrypted", detail="x"),),
        )
    )
    assert all(problem.detail == "" for problem in kept.problems)
    by_place = list(kept.observations)
    assert len(by_place) <= len(observations)
    for observation in by_place:
        value = str(observation.value)
        said = {o.value for o in observations if o.name == observation.name}
        assert (
            value in ("", "*", " ")
            or value not in said
            or re.fullmatch(r"[\W\d_]*", value)
            or len(value) <= 2
        )


@given(WORDS)
def test_shapes_are_their_own_shapes(text: str) -> None:
    for shape in (id_shape, part_shape, uri_shape):
        assert shape(shape(text)) == shape(text)


@given(st.from_regex(r"[a-zA-Z0-9]{4,12}([.@$-][a-zA-Z0-9]{4,12}){0,3}", fullmatch=True))
def test_the_shape_of_an_identifier_holds_no_word_of_it(text: str) -> None:
    shape = id_shape(text)
    known = "nextpart part boundary mime apple mail alternative mixed related multipart next of exmh pine javamail".split()
    for run in re.findall(r"[a-zA-Z0-9]{4,}", text):
        assert run not in shape or run.lower() in known


def test_names_of_parts_that_programs_write_stay() -> None:
    assert part_shape("word/media/image3.png") == "word/media/image#.png"
    assert part_shape("xl/worksheets/sheet12.xml") == "xl/worksheets/sheet#.xml"
    assert part_shape("word/media/Passport of Zibeline.png") == "word/media/*.png"


def test_the_same_words_have_the_same_digest_and_short_ones_none() -> None:
    one, other = read("Tartempion accounts.pdf"), read("Zibeline.docx")
    assert len(text_digest(one)) == 16
    assert text_digest(one) != text_digest(other)
    assert text_digest(one) == text_digest(one)
    assert text_digest(read("Bidulette.png")) == ""


def test_the_place_a_picture_was_taken_is_not_kept() -> None:
    extraction = read("Rantanplan.jpg")
    stated = {o.name: o.value for o in extraction.observations}
    assert abs(float(stated["image.exif.gps.latitude"] or 0)) > 1  # type: ignore[arg-type]
    kept = {o.name: o.value for o in reduced(extraction).observations}
    assert kept["image.exif.gps.latitude"] == 0.0


def test_of_a_message_id_neither_host_nor_words_are_kept() -> None:
    stated = Observation(name="mail.message_id", value="20170505.zibeline.77@mail.quenneville.example")
    kept = reduced(Extraction(index=0, formats=("mail",), observations=(stated,)))
    assert kept.observations[0].value == "~98.w8.92@"
