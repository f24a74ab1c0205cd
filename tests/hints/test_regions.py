"""Hints at places of a picture: found where something was put in, silent on the twins, and never an exception."""

from __future__ import annotations

import functools
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import leakverify as lv
from leakverify.box import still
from leakverify.extractors._base import Source
from leakverify.hints import Hint, copied, grid, look, saves
from tests.cli.conftest import Run, run  # noqa: F401 - a fixture
from tests.forge import image, image_regions
from tests.forge.tools import needs

PLACE = (333, 211, 160, 120)


@functools.cache
def scene(seed: int = 5) -> Image.Image:
    """A photograph as a camera keeps it: coded once at quality 90."""
    painted = image.paint(image.Scene(seed=seed, width=640, height=480))
    return opened(image.jpeg(painted, quality=90))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def grey(data: bytes) -> np.ndarray:
    found = still._grey(Source(data))
    assert not isinstance(found, str)
    return np.asarray(found)


def hints(data: bytes) -> tuple[Hint, ...]:
    return look(grey(data), coded=data[:2] == b"\xff\xd8")


def covered(with_picture: Image.Image, corner: tuple[int, int]) -> Image.Image:
    """The scene with :data:`PLACE` covered by a piece of a picture."""
    picture = scene().copy()
    left, top, width, height = PLACE
    picture.paste(with_picture.crop((*corner, corner[0] + width, corner[1] + height)), (left, top))
    return picture


def lies_on(place: tuple[int, int, int, int]) -> bool:
    """Whether a place is :data:`PLACE` but for two blocks at each edge."""
    edges = (place[0], place[1], place[0] + place[2], place[1] + place[3])
    wanted = (PLACE[0], PLACE[1], PLACE[0] + PLACE[2], PLACE[1] + PLACE[3])
    return all(abs(one - other) <= 16 for one, other in zip(edges, wanted, strict=True))


def test_a_part_on_another_grid_is_found_with_its_place() -> None:
    data = image_regions.saved(covered(scene(9), (64, 40)), 0)
    own, parts = grid.strange_parts(grey(data))
    assert own == (0, 0)
    assert [lies_on(part.place) for part in parts] == [True]
    assert parts[0].grid == (PLACE[1] % 8, PLACE[0] % 8)


@pytest.mark.parametrize("quality", [0, 95, 85])
def test_a_copied_place_is_found_with_the_one_it_came_from(quality: int) -> None:
    data = image_regions.saved(covered(scene(), (40, 270)), quality)
    (found,) = copied.copies(grey(data))
    assert {found.shift, (-found.shift[0], -found.shift[1])} & {(293, -59)}
    assert any(
        abs(place[0] + place[2] / 2 - 413) < 40 and abs(place[1] + place[3] / 2 - 271) < 40
        for place in (found.one, found.other)
    )


def test_a_part_that_was_saved_once_is_found_in_a_picture_that_was_saved_twice() -> None:
    fresh = image.paint(image.Scene(seed=11, width=640, height=480))
    data = image.jpeg(covered(fresh, (41, 203)), quality=96)
    (found, *_) = saves.once_saved(grey(data))
    assert lies_on(found.place)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_untouched_picture_and_its_honest_twins_show_nothing(seed: int) -> None:
    picture = scene(seed)
    camera = image.jpeg(image.paint(image.Scene(seed=seed, width=640, height=480)), quality=90)
    twins = [
        camera,
        image_regions.saved(picture, 0),
        image.jpeg(picture, quality=96),
        image.jpeg(picture, quality=85),
        image.jpeg(picture.crop((5, 3, 640, 480)), quality=92),
        image.jpeg(picture.resize((480, 360)), quality=70),
        image.jpeg(picture.rotate(90, expand=True), quality=92),
    ]
    assert [hints(data) for data in twins] == [()] * len(twins)


def test_a_fence_and_a_page_of_words_repeat_honestly() -> None:
    noise = np.random.default_rng(1).normal(0, 3, (480, 640))
    across = np.tile(np.repeat([90, 180], 20), 16)
    fence = np.clip(across[None, :] + noise, 0, 255).astype(np.uint8)
    fence[:, 320:] = fence[:, :320]  # its grain repeats as well, at the distance of half the picture
    fence[240:] = fence[:240]
    page = Image.new("L", (640, 480), 255)
    pen = ImageDraw.Draw(page)
    for row in range(24):
        pen.text((20, 18 * row + 10), "the total of the invoice is the total of its lines " * 2, fill=0)
    assert copied.copies(np.asarray(page)) == []
    assert all(c.one[2] > 100 for c in copied.copies(fence))


def test_a_grid_that_shows_everywhere_is_an_earlier_save_and_no_part() -> None:
    cut = opened(image.jpeg(scene(), quality=60)).crop((5, 3, 640, 480))
    own, parts = grid.strange_parts(grey(image_regions.saved(cut, 0)))
    assert own == (5, 3)
    assert parts == []


def test_a_photographed_screen_is_told_and_the_picture_it_shows_is_not() -> None:
    photo = image.jpeg(image.paint(image.Scene(seed=6, width=800, height=600)), quality=90)
    assert [hint.kind for hint in hints(image_regions.photographed_screen(photo, seed=1))] == ["screen"]
    assert hints(photo) == ()


@needs("exiftool")
def test_recipes_say_where_they_covered_a_place() -> None:
    photo = image.photograph(scene(), moment="2016:03:04 05:06:07")
    for recipe in (image_regions.cover_with_copy, image_regions.cover_with_other):
        made = recipe.forge(photo, seed=3)
        assert made.truth and made.truth.box and made.truth.box[2] - made.truth.box[0] == 120
        assert image.exif(made.data) == image.exif(photo)


def test_through_the_box_with_a_picture_that_frames_the_places(tmp_path: Path) -> None:
    path = tmp_path / "scene.jpg"
    path.write_bytes(image.jpeg(covered(scene(), (40, 270)), quality=92))
    found = lv.regions(path)
    assert found.looked and found.problems == () and [hint.kind for hint in found.hints][:1] == ["copied"]
    shown = Image.open(io.BytesIO(found.picture))
    assert shown.size == (640, 480)
    left, top, width, _ = found.hints[0].places[0]
    assert shown.getpixel((left + width // 2, top + 1)) == (0, 130, 230)
    assert found == lv.regions(path, report=lv.verify(path, isolation="none"), isolation="best")


def test_hints_count_in_no_report(tmp_path: Path) -> None:
    path = tmp_path / "scene.jpg"
    path.write_bytes(image.jpeg(covered(scene(), (40, 270)), quality=92))
    assert lv.verify(path, isolation="none").assessment is lv.Assessment.UNREMARKABLE


def png_head(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), *chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


_GREY = zlib.compress(bytes(200 * 201))
HOSTILE = {
    "text": b"no picture at all",
    "cut": image.jpeg(Image.new("RGB", (300, 300), (9, 9, 9)))[:-400],
    "wide": png_head(100_000, 500, (b"IDAT", zlib.compress(bytes(500))), (b"IEND", b"")),
    "large": png_head(25_000, 25_000, (b"IDAT", zlib.compress(bytes(5000))), (b"IEND", b"")),
    "no pixels": png_head(200, 200, (b"IEND", b"")),
    "profile that expands": png_head(
        200, 200, (b"iCCP", b"p\0\0" + zlib.compress(bytes(80_000_000))), (b"IDAT", _GREY), (b"IEND", b"")
    ),
    "small": image.jpeg(Image.new("RGB", (40, 40))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_ends_as_a_problem(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.bin"
    path.write_bytes(HOSTILE[name])
    found = lv.regions(path, isolation="none")
    assert found.hints == ()
    assert found.looked is False and found.problems
    assert found.picture == b""


@pytest.mark.parametrize("shape", [(96, 96), (97, 3000), (480, 640)])
def test_flat_and_random_pixels_show_nothing(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    for pixels in (np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8), noise):
        assert look(pixels, coded=True) == ()


def test_another_file_than_the_report_is_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "one.jpg", tmp_path / "other.jpg"
    one.write_bytes(image.jpeg(scene(), quality=92))
    other.write_bytes(image.jpeg(scene(), quality=91))
    with pytest.raises(lv.UsageError):
        lv.regions(other, report=lv.verify(one, isolation="none"), isolation="none")


def test_the_verb_words_hints_and_writes_a_picture(run: Run, tmp_path: Path) -> None:  # noqa: F811
    path, out = tmp_path / "scene.jpg", tmp_path / "shown.png"
    path.write_bytes(image.jpeg(covered(scene(), (40, 270)), quality=92))
    shown = run("regions", path, "--picture", out, "--isolation", "none")
    assert shown.code == 0 and "grain" in shown.out
    assert out.read_bytes().startswith(b"\x89PNG")
    assert run("regions", path, "--picture", out, "--isolation", "none").code == 1
    (line,) = run("regions", path, "--json", "--isolation", "none").out.splitlines()
    assert json.loads(line)["hints"][0]["kind"] == "copied"
    assert "grain" in run("regions", path, "--lang", "fr", "--isolation", "none").out
    (tmp_path / "note.txt").write_text("no picture")
    assert run("regions", tmp_path / "note.txt", "--isolation", "none").code == 3
