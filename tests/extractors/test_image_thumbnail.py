"""The preview in EXIF laid over the picture: near for what cameras and editors leave, far for another."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.builders import image as make
from tests.builders.image import Seen

NAME = "image.thumbnail."


def framed(picture: Image.Image, preview: bytes, **options: object) -> bytes:
    block = make.tiff(make.CAMERA, exif=make.TAKEN, thumbnail=preview)
    return make.with_segments(make.jpeg_of(picture, **options), make.exif_segment(block))


def measured(data: bytes) -> dict[str, float]:
    seen = Seen(data)
    assert seen.codes <= {"truncated"}
    return {o.name.removeprefix(NAME): o.value for o in seen.extraction.observations if NAME in o.name}  # type: ignore[misc]


def alike(seen: dict[str, float]) -> float:
    return max(seen["correlation"], seen.get("part_correlation", -1.0))


SCENE = make.scene(1)


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5])
def test_the_cameras_own_preview_is_near(kind: int) -> None:
    seen = measured(make.photo(kind))
    assert seen["distance"] < 3
    assert seen["patch_distance"] < 10
    assert seen["aspect_error"] < 0.01
    assert seen["correlation"] > 0.98
    assert "part_correlation" not in seen


def test_bars_that_fill_a_preview_do_not_count() -> None:
    seen = measured(framed(SCENE, make.barred_thumbnail_of(SCENE)))
    assert (seen["width"], seen["height"]) == (160, 120)
    assert seen["distance"] < 3
    assert seen["aspect_error"] < 0.02


def test_dark_edges_of_the_picture_itself_are_no_bars() -> None:
    night = SCENE.copy()
    night.paste((0, 0, 0), (0, 0, 480, 40))
    night.paste((0, 0, 0), (0, 280, 480, 320))
    seen = measured(framed(night, make.thumbnail_of(night)))
    assert seen["distance"] < 3
    assert seen["aspect_error"] < 0.01


def test_a_preview_cut_to_fit_is_near() -> None:
    middle = SCENE.crop((27, 0, 453, 320))
    seen = measured(framed(SCENE, make.thumbnail_of(middle, (160, 120))))
    assert seen["distance"] < 6
    assert seen["correlation"] > 0.95


@pytest.mark.parametrize("turn", list(Image.Transpose))
def test_turning_one_without_the_other_does_not_count(turn: Image.Transpose) -> None:
    seen = measured(framed(SCENE.transpose(turn), make.thumbnail_of(SCENE)))
    assert seen["distance"] < 3
    assert seen["correlation"] > 0.98


@pytest.mark.parametrize(("kind", "other"), [(1, 2), (2, 5), (3, 1), (4, 3), (5, 4)])
def test_another_picture_is_far(kind: int, other: int) -> None:
    seen = measured(framed(make.scene(kind), make.thumbnail_of(make.scene(other))))
    assert seen["distance"] > 20
    assert alike(seen) < 0.9


@pytest.mark.parametrize("factor", [0.6, 0.8, 1.3])
def test_brightness_changes_the_distance_and_not_the_pattern(factor: float) -> None:
    brighter = SCENE.point(lambda grey: min(255, int(grey * factor)))
    seen = measured(framed(brighter, make.thumbnail_of(SCENE)))
    assert seen["distance"] > 10
    assert seen["correlation"] > 0.9
    assert seen["patch_residual"] < 45


@pytest.mark.parametrize(
    "box", [(48, 32, 432, 288), (0, 0, 400, 267), (120, 100, 420, 300), (200, 20, 380, 320)]
)
def test_a_cut_picture_is_found_in_its_preview(box: tuple[int, int, int, int]) -> None:
    seen = measured(framed(SCENE.crop(box), make.thumbnail_of(SCENE)))
    assert alike(seen) > 0.88


def test_a_part_replaced_shows_in_its_patch_alone() -> None:
    altered = SCENE.copy()
    altered.paste((250, 250, 250), (100, 100, 220, 180))
    seen = measured(framed(altered, make.thumbnail_of(SCENE)))
    assert seen["patch_residual"] > 45
    assert seen["distance"] < 20
    assert seen["correlation"] > 0.7


def test_an_even_picture_has_no_pattern_to_compare() -> None:
    white = Image.new("RGB", (480, 320), (245, 245, 245))
    seen = measured(framed(white, make.thumbnail_of(white)))
    assert seen["distance"] < 2
    assert "correlation" not in seen


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"quality": 30}])
def test_how_the_picture_is_coded_does_not_count(options: dict[str, object]) -> None:
    assert measured(framed(SCENE, make.thumbnail_of(SCENE), **options))["distance"] < 4


def test_grey_and_cmyk_pictures_are_compared_too() -> None:
    for mode in ("L", "CMYK"):
        picture = SCENE.convert(mode)
        assert measured(framed(picture, make.thumbnail_of(SCENE)))["correlation"] > 0.9


def test_pixels_are_read_only_when_content_is_wanted() -> None:
    seen = Seen(make.photo(), full=False)
    assert seen["image.thumbnail.width"] == 160
    assert seen["image.thumbnail.distance"] is None
    assert seen.extraction.deferred


def test_a_picture_without_preview_has_nothing_to_come_back_for() -> None:
    data = make.with_segments(make.jpeg_of(SCENE), make.exif_segment(make.tiff(make.CAMERA)))
    assert not Seen(data, full=False).extraction.deferred


@pytest.mark.parametrize("preview", [b"\xff\xd8\xff", b"\xff\xd8\xff\xd9", b"\xff\xd8" + b"\xff" * 100])
def test_a_preview_that_is_none_is_told(preview: bytes) -> None:
    seen = Seen(framed(SCENE, preview))
    assert "malformed" in seen.codes
    assert seen["image.thumbnail.distance"] is None


def test_a_picture_cut_off_before_its_pixels_is_told() -> None:
    data = make.photo()
    seen = Seen(data[: data.rindex(b"\xff\xda")])
    assert "truncated" in seen.codes
    assert seen["image.thumbnail.distance"] is None
