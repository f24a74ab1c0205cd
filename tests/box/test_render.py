"""Pages are drawn in the locked child, within limits; a fault costs its own picture only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from leakverify.box import wire
from leakverify.box.inprocess import render_bytes
from leakverify.box.parent import Box
from leakverify.box.wire import Drawn, Shot
from leakverify.limits import MIB, Limits
from tests.box import faulty_pages as faults
from tests.builders import pdf

EXTRA = str(Path(faults.__file__))
TIGHT = Limits(cpu_seconds=1, wall_seconds=8.0, address_space=600 * MIB)


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(jobs=1, limits=TIGHT) as opened:
        yield opened


@pytest.fixture(scope="module")
def hostile() -> Iterator[Box]:
    with Box(jobs=1, limits=TIGHT, extra=(EXTRA,)) as opened:
        yield opened


def drawn(box: Box, data: bytes, shots: Sequence[Shot], folder: Path) -> list[Drawn]:
    path = folder / "drawn.pdf"
    path.write_bytes(data)
    with path.open("rb") as file:
        return list(box.render(file.fileno(), len(data), shots))


def two() -> pdf.Pdf:
    made = pdf.document("The amount is 1200 euros", "Second page")
    return made.save({made.content(0): pdf.stream(pdf.show("The amount is 2100 euros"))})


def test_the_same_pictures_locked_and_in_this_process(box: Box, tmp_path: Path) -> None:
    made = two()
    shots = [Shot(end, page, 400) for end in made.ends for page in (1, 2)]
    shots += [Shot(made.ends[0], 1, 400, (60.0, 690.0, 300.0, 720.0))]
    locked = drawn(box, made.data, shots, tmp_path)
    assert locked == list(render_bytes(made.data, shots))
    assert locked == drawn(box, made.data, shots, tmp_path)
    assert [d.code for d in locked] == [""] * 5
    assert locked[0].pixels != locked[2].pixels
    assert locked[1].pixels == locked[3].pixels
    first = locked[0].bitmap
    assert first is not None
    assert (first.width, first.height, first.channels) == (400, 566, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be locked to level 3")
def test_pages_are_drawn_at_level_three(box: Box, tmp_path: Path) -> None:
    assert box.isolation.level == 3, box.isolation.why
    assert drawn(box, two().data, [Shot(two().ends[0], 1, 100)], tmp_path)[0].bitmap is not None


def test_and_in_a_process_that_is_not_locked(tmp_path: Path) -> None:
    made = two()
    shots = [Shot(made.ends[1], 1, 200)]
    with Box(jobs=1, isolation="process") as plain:
        assert plain.isolation.level == 1
        assert drawn(plain, made.data, shots, tmp_path) == list(render_bytes(made.data, shots))


def test_what_cannot_be_drawn_says_why(box: Box, tmp_path: Path) -> None:
    made = two()
    end = len(made.data)
    shots = [
        Shot(end, 3, 100), Shot(end, 0, 100), Shot(end + 1, 1, 100), Shot(0, 1, 100), Shot(40, 1, 100),
        Shot(end, 2, 100),
    ]  # fmt: skip
    found = drawn(box, made.data, shots, tmp_path)
    assert [d.code for d in found] == [
        "missing-part", "missing-part", "truncated", "truncated", "malformed", "",
    ]  # fmt: skip
    assert [d.shot for d in found] == shots


@pytest.mark.skipif(pdf.QPDF is None, reason="qpdf is not installed")
def test_a_document_under_a_password_is_not_drawn(box: Box, tmp_path: Path) -> None:
    data = pdf.qpdf(two().data, tmp_path, "--encrypt", "secret", "owner", "256", "--")
    assert drawn(box, data, [Shot(len(data), 1, 100)], tmp_path)[0].code == "encrypted"


@pytest.mark.parametrize(
    "media",
    [
        b"[0 0 595 842]", b"[0 0 100000 20]", b"[0 0 20 100000]", b"[0 0 1 1]", b"[0 0 0 0]",
        b"[0 0 1e30 1e30]", b"[-1e5 -1e5 1e5 1e5]", b"[595 842 0 0]", b"[(a) /b null 3]",
        b"[1000000 1000000 1000595 1000842]",
    ],
)  # fmt: skip
def test_no_page_gives_more_pixels_than_may_be(box: Box, media: bytes, tmp_path: Path) -> None:
    made = pdf.document("wide", objects={})
    page = made.objects[pdf.FIRST].replace(b"[0 0 595 842]", media)
    made.save({pdf.FIRST: page})
    clips = [None, (0.0, 0.0, 10.0, 10.0), (-1e9, -1e9, 1e9, 1e9), (5e8, 5e8, 6e8, 6e8), (7.0, 7.0, 7.0, 7.0)]
    for one in drawn(box, made.data, [Shot(len(made.data), 1, 900, clip) for clip in clips], tmp_path):
        assert one.code in ("", "malformed")
        if one.bitmap is not None:
            assert not wire.bitmap_fault(one.bitmap, one.shot)
            assert len(one.pixels) == one.bitmap.length


def test_colour_is_kept_and_grey_is_told(box: Box, tmp_path: Path) -> None:
    made = pdf.document(b"1 0 0 rg 0 0 595 421 re f", b"0.5 g 0 0 595 842 re f")
    red, grey = drawn(box, made.data, [Shot(len(made.data), page, 100) for page in (1, 2)], tmp_path)
    assert red.bitmap is not None
    assert grey.bitmap is not None
    assert (red.bitmap.channels, grey.bitmap.channels) == (3, 1)
    assert red.pixels[:3] == b"\xff\xff\xff"
    assert red.pixels[-3:] == b"\xff\x00\x00"
    assert 120 < grey.pixels[-1] < 135


def test_fields_and_notes_are_drawn(box: Box, tmp_path: Path) -> None:
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/V(VALUE)/DA(/Helv 12 Tf 0 g)/Rect[72 500 300 520]/F 4>>"
    note = b"<</Type/Annot/Subtype/Highlight/C[0 0 0]/QuadPoints[72 440 300 440 72 400 300 400]/Rect[72 400 300 440]/F 4>>"
    form = b"/AcroForm<</Fields[50 0 R]/DR<</Font<</Helv 5 0 R>>>>>>"
    made = pdf.document("page", catalog=form, page=b"/Annots[50 0 R 51 0 R]", objects={50: field, 51: note})
    for clip in ((72.0, 500.0, 300.0, 520.0), (72.0, 400.0, 300.0, 440.0)):
        (one,) = drawn(box, made.data, [Shot(len(made.data), 1, 300, clip)], tmp_path)
        assert min(one.pixels) < 100, clip


def test_a_page_without_its_font_is_drawn_with_a_substitute(box: Box, tmp_path: Path) -> None:
    strange = b"<</Type/Font/Subtype/TrueType/BaseFont/NobodyHasThis/Encoding/WinAnsiEncoding>>"
    made = pdf.document("Montant 9 480", objects={pdf.FONT: strange})
    (one,) = drawn(box, made.data, [Shot(len(made.data), 1, 300)], tmp_path)
    assert min(one.pixels) < 128


def test_a_page_that_unfolds_without_end_costs_its_own_picture(box: Box, tmp_path: Path) -> None:
    """Eight forms, each drawing the next a hundred times: PDFium itself ends at a limit here."""
    forms: dict[int, bytes] = {}
    for number in range(60, 68):
        inner = b"/X Do " * 100 if number < 67 else b"0 0 1 1 re f"
        forms[number] = pdf.stream(
            inner,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (number + 1),
        )
    made = pdf.document("calm", b"/X Do", "calm too", objects=forms)
    page = made.objects[pdf.FIRST + 2].replace(b"/Resources<<", b"/Resources<</XObject<</X 60 0 R>>")
    made.save({pdf.FIRST + 2: page})
    found = drawn(box, made.data, [Shot(len(made.data), n, 100) for n in (1, 2, 3)], tmp_path)
    assert [d.code for d in found][::2] == ["", ""]
    assert found[1].code in ("reader-crash", "limit-cpu", "limit-memory")


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        (faults.CRASH, {"reader-crash"}),
        (faults.MEMORY, {"limit-memory"}),
        (faults.SPIN, {"limit-cpu", "limit-time"}),  # the latter on a machine under load
        (faults.SLEEP, {"limit-time"}),
        (faults.WRONG_NUMBER, {"box-protocol"}),
        (faults.TOO_LARGE, {"box-protocol"}),
        (faults.SHORT, {"reader-crash"}),
        (faults.CODE, {"box-protocol"}),
        (faults.PLACE, {"box-protocol"}),
    ],
)
def test_a_fault_costs_its_own_picture(hostile: Box, fault: int, codes: set[str], tmp_path: Path) -> None:
    made = two()
    shots = [Shot(len(made.data), page, 100) for page in (faults.GOOD, fault, faults.GOOD)]
    found = drawn(hostile, made.data, shots, tmp_path)
    assert [d.code for d in found][::2] == ["", ""]
    assert found[1].code in codes
    assert found[0].pixels == found[2].pixels


def test_bytes_beside_a_picture_are_no_answer(hostile: Box, tmp_path: Path) -> None:
    made = two()
    shots = [Shot(len(made.data), page, 100) for page in (faults.NOT_JSON, faults.GOOD, faults.GOOD)]
    assert [d.code for d in drawn(hostile, made.data, shots, tmp_path)] == ["", "box-protocol", ""]


def test_after_three_lost_children_the_rest_is_not_tried(hostile: Box, tmp_path: Path) -> None:
    made = two()
    shots = [Shot(len(made.data), page, 100) for page in [faults.GOOD, *[faults.CRASH] * 3, faults.GOOD]]
    assert [d.code for d in drawn(hostile, made.data, shots, tmp_path)] == ["", *["reader-crash"] * 4]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be locked to level 3")
def test_whoever_draws_can_open_no_file(hostile: Box, tmp_path: Path) -> None:
    (one,) = drawn(hostile, two().data, [Shot(1, faults.FILE, 100)], tmp_path)
    assert one.pixels == b"\x00"
    with Box(jobs=1, isolation="process", extra=(EXTRA,)) as plain:
        (one,) = drawn(plain, two().data, [Shot(1, faults.FILE, 100)], tmp_path)
        assert one.pixels == b"\xff"  # the attempt is real


def test_the_box_goes_on_reading_after_pictures(hostile: Box, tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    for _ in range(3):
        drawn(hostile, two().data, [Shot(1, faults.CRASH, 100), Shot(two().ends[0], 1, 100)], tmp_path)
    after = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    assert after == before
    assert hostile.free
