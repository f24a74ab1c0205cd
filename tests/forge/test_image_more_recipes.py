"""The recipes of stated times, places and cameras leave what they say, and the checks tell them from their twins."""

from __future__ import annotations

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import judge
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome, Question
from tests.forge import image, image_benign, image_stated
from tests.forge._samples import apply
from tests.forge.image_stated import exiftool, said
from tests.forge.recipe import recipes
from tests.forge.tools import DoesNotApply, missing, needs

POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
pytestmark = needs("exiftool", "numpy")


def pointed(data: bytes) -> set[str]:
    """Checks that point at the picture, those of handling left out."""
    answers = judge(Facts(examine_bytes(data, "picture.jpg").extractions[0]))
    return {a.check for a in answers if a.outcome in POINTED and a.question is not Question.HANDLING}


def answered(data: bytes, check: str) -> set[str]:
    return {
        a.message
        for a in judge(Facts(examine_bytes(data, "picture.jpg").extractions[0]))
        if a.check == check and a.observations
    }


@pytest.fixture(scope="module")
def phone() -> bytes:
    """A phone's picture with position, satellites' time and zone; the same in XMP."""
    if missing("exiftool", "numpy"):
        pytest.skip("needs exiftool and numpy")
    picture = image.paint(image.Scene(seed=3, width=800, height=600))
    made = image.photograph(picture, moment="2019:06:28 18:18:05", place=(48.85, 2.35), quality=88)
    return exiftool(
        made,
        "-Make=Apple",
        "-Model=iPhone 7",
        "-Software=12.3.1",
        "-ExifVersion=0221",
        "-GPSDateStamp=2019:06:28",
        "-GPSTimeStamp=16:18:01",
        "-OffsetTime=+02:00",
        "-XMP-photoshop:DateCreated=2019:06:28 18:18:05",
        "-XMP-xmp:CreateDate=2019:06:28 18:18:05",
    )


def test_the_picture_itself_is_not_pointed_at_and_its_clocks_agree(phone: bytes) -> None:
    assert pointed(phone) == set()
    assert answered(phone, "LV-IMG-003") == {"agree"}
    assert answered(phone, "LV-IMG-010") == {"fits"}


@pytest.mark.parametrize(
    "name",
    [
        "move_dates_keep_satellites",
        "move_dates_keep_copies",
        "move_date_taken_only",
        "move_place",
        "name_later_phone",
        "name_later_program",
        "transplant_exif",
    ],
)
def test_each_recipe_is_told_by_the_check_it_names(name: str, phone: bytes) -> None:
    recipe = recipes()[f"image.{name}"]
    assert pointed(apply(recipe, phone, seed=2)) & set(recipe.expects)


@pytest.mark.parametrize(
    "name",
    [
        "keywords",
        "export",
        "smaller_for_the_web",
        "turned_upright",
        "optimised",
        "clock_set_right",
        "preview_removed",
        "set_orientation",
        "compress_again",
        "through_messenger",
        "caption",
        "strip_metadata",
    ],
)
def test_honest_handling_is_pointed_at_by_nothing(name: str, phone: bytes) -> None:
    assert pointed(apply(recipes()[f"image.{name}"], phone)) == set()


def test_a_place_is_added_once(phone: bytes) -> None:
    with pytest.raises(DoesNotApply):
        image_benign.place_added(phone)
    bare = exiftool(phone, "-gps:all=")
    assert pointed(image_benign.place_added(bare)) == set()


def test_a_changed_place_keeps_the_zone(phone: bytes) -> None:
    moved = image_stated.move_place(phone)
    assert said(moved, "EXIF:OffsetTimeOriginal")["OffsetTimeOriginal"] == "+02:00"
    assert answered(moved, "LV-IMG-010") == {"far"}


def test_a_place_edited_under_a_cameras_exif_is_shown_as_written_by_a_program(phone: bytes) -> None:
    camera = exiftool(
        phone, "-xmp:all=", "-gps:all=", "-Software=", "-Make=Canon", "-Model=Canon EOS 40D",
        "-AllDates=2009:06:28 18:18:05",
    )  # fmt: skip
    edited = apply(recipes()["image.edit_place_restore_exif"], camera, seed=1)
    assert answered(edited, "LV-IMG-008") == {"rewritten"}
    assert pointed(edited) <= {"LV-IMG-002"}


def test_a_recipe_refuses_what_it_has_nothing_to_work_on() -> None:
    bare = image.jpeg(image.paint(image.Scene(seed=1, width=400, height=300)))
    for name in ("move_dates_keep_satellites", "move_dates_keep_copies", "move_place", "claim_other_maker"):
        with pytest.raises(DoesNotApply):
            recipes()[f"image.{name}"](bare)
