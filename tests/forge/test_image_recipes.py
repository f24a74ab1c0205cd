"""Each image recipe leaves behind what it says, and no benign one touches a pixel it need not."""

from __future__ import annotations

import pytest

from tests.forge import image
from tests.forge._samples import apply, leak
from tests.forge.recipe import recipes
from tests.forge.tools import DoesNotApply, needs


@pytest.fixture(scope="module")
def photo() -> bytes:
    return leak("photos/IMG_0412.jpg")


def pixels(data: bytes) -> bytes:
    return image._opened(data).tobytes()


@pytest.mark.parametrize(
    "name", ["exchange_picture_keep_thumbnail", "retouch_keep_thumbnail", "crop_keep_thumbnail"]
)
def test_thumbnail_stays_when_the_picture_changes(name: str, photo: bytes) -> None:
    altered = apply(recipes()[f"image.{name}"], photo, seed=1)
    assert image.thumbnail(altered) == image.thumbnail(photo)
    assert image.exif(altered) == image.exif(photo)
    assert pixels(altered) != pixels(photo)


def test_a_picture_without_thumbnail_is_refused(photo: bytes) -> None:
    with pytest.raises(DoesNotApply):
        image.retouch_keep_thumbnail(image.strip_metadata(photo))


@needs("exiftool")
def test_backdated_exif_and_claimed_camera_keep_the_pixels(photo: bytes) -> None:
    back = image.backdate_exif(photo, days=100)
    assert b"2026:10:03" not in image.exif(back)
    assert b"2026:06:25 18:41:27" in image.exif(back)
    assert b"Canon EOS 80D" in image.exif(image.claim_camera(photo))
    assert pixels(back) == pixels(photo)


def test_two_times_are_read_differently_by_two_readers(photo: bytes) -> None:
    altered = image.two_exif_times(photo)
    assert b"2019:03:02 10:11:12" in image.exif(altered)
    assert b"2026:10:03 18:41:27" in image.exif(altered)
    assert pixels(altered) == pixels(photo)


@pytest.mark.parametrize("name", ["set_orientation", "strip_metadata", "caption"])
def test_benign_metadata_changes_keep_the_pixels(name: str, photo: bytes) -> None:
    handled = apply(recipes()[f"image.{name}"], photo)
    assert handled != photo
    assert pixels(handled) == pixels(photo)


@needs("jpegtran")
def test_lossless_turning_is_undone_by_turning_back(photo: bytes) -> None:
    turned = image.turn_losslessly(photo)
    assert image.exif(turned)[:200] == image.exif(photo)[:200]
    assert pixels(image.turn_losslessly(turned, degrees=270)) == pixels(photo)


def test_messenger_makes_it_smaller_and_anonymous(photo: bytes) -> None:
    sent = image.through_messenger(photo)
    assert image.exif(sent) == b""
    assert len(sent) < len(photo)


def test_saving_again_keeps_the_block(photo: bytes) -> None:
    for recipe in (image.compress_again, image.brighten):
        assert image.exif(recipe(photo)) == image.exif(photo)
