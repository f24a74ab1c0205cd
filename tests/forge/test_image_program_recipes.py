"""Pictures that passed through programs: the trace is shown, and nothing counts against them."""

from __future__ import annotations

import functools

import pytest

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.judge import judge_unit
from tests.forge import image, image_programs
from tests.forge.recipe import Recipe
from tests.forge.tools import DoesNotApply, missing, needs

pytestmark = needs("exiftool")


@functools.cache
def photo() -> bytes:
    scene = image.paint(image.Scene(seed=4, width=400, height=300))
    return image.photograph(scene, moment="2016:03:04 05:06:07")


@pytest.mark.parametrize(
    ("recipe", "options", "trace"),
    [
        (image_programs.saved_by_gimp, {}, "GIMP"),
        (image_programs.saved_by_gimp, {"to": "png"}, "GIMP"),
        (image_programs.saved_by_imagemagick, {"to": "png"}, "ImageMagick"),
        (image_programs.shown_by_a_server, {}, "GD, the library"),
        (image_programs.downloaded_from_facebook, {}, "Facebook"),
    ],
)
def test_the_trace_of_a_program_is_shown_and_counts_nothing(
    recipe: Recipe, options: dict[str, str], trace: str
) -> None:
    if missing(*recipe.needs):
        pytest.skip(f"needs {recipe.needs}")
    made = recipe(photo(), **options)
    report = judge_unit(examine_bytes(made, "made"), "made")[0]
    answers = [e for e in report.evidence if e.check == "LV-IMG-009"]
    assert any(trace in str(e.params) for e in answers), answers
    assert report.assessment is lv.Assessment.UNREMARKABLE


@needs("convert")
def test_imagemagick_names_itself_nowhere_in_a_jpeg_and_is_not_held_against_it() -> None:
    made = image_programs.saved_by_imagemagick(photo())
    report = judge_unit(examine_bytes(made, "made.jpg"), "made.jpg")[0]
    assert not any("ImageMagick" in str(o.value) for o in report.observations)
    assert report.assessment is lv.Assessment.UNREMARKABLE


def test_what_is_no_jpeg_is_refused() -> None:
    with pytest.raises(DoesNotApply):
        image_programs.downloaded_from_facebook(b"no picture")
