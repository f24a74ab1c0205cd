"""The checks of pictures: what the tables hold together, and twins that must stay silent."""

from __future__ import annotations

import re

import pytest

from leakverify.checks import registry
from leakverify.checks._base import Example, fact
from leakverify.evidence import Outcome
from leakverify.extractors._image_makernote import _HEADERS
from leakverify.knowledge import table

POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)


def outcomes(check: str, **stated: str | float) -> set[Outcome]:
    """What a check answers to facts given by the end of their names, with ``__`` for a dot."""
    facts = tuple(fact(f"image.{name.replace('__', '.')}", value) for name, value in stated.items())
    example = Example(title="", outcome=Outcome.NEUTRAL, facts=facts, formats=("image",))
    return {answer.outcome for answer in registry()[check].run(example.as_facts())}


def test_every_family_that_is_judged_is_one_the_reader_names() -> None:
    named = {header.family for header in _HEADERS} | {"Canon", "Minolta", "Samsung"}
    assert {row["family"] for row in table("maker_notes")} <= named
    for row in table("maker_notes"):
        assert re.compile(row["makes"], re.IGNORECASE)


def test_models_are_listed_once_and_belong_to_their_maker() -> None:
    models = [row["model"].casefold() for row in table("cameras")]
    assert len(models) == len(set(models))
    assert {row["kind"] for row in table("cameras")} == {"phone", "camera"}


@pytest.mark.parametrize("row", table("cameras"), ids=lambda row: row["model"])
def test_no_model_is_too_young_a_day_after_its_date(row) -> None:
    make = {
        "^apple": "Apple",
        "^google": "Google",
        "^canon": "Canon",
        "^nikon": "NIKON CORPORATION",
        "^(pentax|ricoh)": "PENTAX Corporation",
        "^sony": "SONY",
    }[row["make"]]
    since = row.when.wall
    stated = {"exif__make": make, "exif__model": row["model"]}
    later = outcomes("LV-IMG-004", **stated, exif__datetime_original=f"{since.year}-12-30T12:00:00")
    earlier = outcomes("LV-IMG-004", **stated, exif__datetime_original=f"{since.year - 3}-06-15T12:00:00")
    assert not later & set(POINTED)
    assert earlier & set(POINTED)


@pytest.mark.parametrize(
    ("make", "family"),
    [
        ("OLYMPUS OPTICAL CO.,LTD", "Olympus"),
        ("OM Digital Solutions", "Olympus"),
        ("Leica Camera AG", "Panasonic"),
        ("RICOH IMAGING COMPANY, LTD.", "Pentax"),
        ("SAMSUNG TECHWIN Co.", "Pentax"),
        ("EASTMAN KODAK COMPANY", "Kodak"),
        ("Hasselblad", "Sony"),
    ],
)
def test_makers_that_build_for_others_are_not_pointed_at(make: str, family: str) -> None:
    assert outcomes("LV-IMG-006", exif__make=make, maker_note__family=family) == {Outcome.SUPPORTS}


@pytest.mark.parametrize("days", ["2016-09-27", "2016-09-28", "2016-09-29", "2016-09-30"])
def test_clocks_a_day_and_every_zone_apart_agree_or_are_left_alone(days: str) -> None:
    """Zones reach from -12 to +14 hours, and one model counts the satellites' day one too far."""
    found = outcomes(
        "LV-IMG-003",
        exif__make="NIKON",
        exif__datetime_original="2016-09-28T18:18:05",
        exif__gps__when=f"{days}T12:00:00Z",
    )
    assert not found & set(POINTED)


def test_a_film_scan_dated_by_hand_is_not_pointed_at() -> None:
    found = outcomes(
        "LV-IMG-005", exif__make="EPSON", exif__version="0232", exif__datetime_original="1974-08-09"
    )
    assert not found & set(POINTED)


def test_the_words_of_a_screenshot_are_believed() -> None:
    found = outcomes("LV-IMG-011", format="PNG", width=1170, height=2000, exif__comment="Screenshot")
    assert found == {Outcome.NEUTRAL}
