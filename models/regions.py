"""Measure what hints at places of a picture are worth; print the tables of ``docs/method-regions.md``.

Usage::

    LEAKVERIFY_CORPUS=folder python models/regions.py [--megapixels N] [--write]
    LEAKVERIFY_CORPUS=folder python models/regions.py --screens

Genuine JPEG and PNG files of the folder, and JPEGs inside its genuine Office and PDF documents, with a shorter
side of 300 pixels, are looked at as they are, after ordinary handling, and after a square with a side of a
quarter of the shorter side was covered.  A hint hits when half of it lies in the square or of the
square in it.  ``--write`` puts the tables into the page.  ``--screens`` counts, in pictures of 512 pixels
and more, the pattern that a photographed screen leaves, and how often it is found where a screen that
shows the picture is photographed by a program (:func:`tests.forge.image_regions.photographed_screen`).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import sys
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image

from leakverify.box import still
from leakverify.extractors._base import Source
from leakverify.hints import Hint, look
from leakverify.hints.screens import pattern
from leakverify.strengths import wilson
from models.evaluate import half_of, read_roles
from tests.forge import image as base
from tests.forge import image_benign, image_regions
from tests.forge.recipe import Forged
from tests.forge.tools import DoesNotApply

PAGE = Path(__file__).resolve().parents[1] / "docs" / "method-regions.md"
_BEGIN, _END = "<!-- tables: models/regions.py --write -->", "<!-- end of tables -->"
_EMBEDDED = re.compile(rb"/DCTDecode.{0,400}?stream\r?\n(\xff\xd8\xff.*?\xff\xd9)\s*endstream", re.DOTALL)
#: pictures taken of one document, and of one source, where many show the same
_MOST, _OF_SOURCE = 6, 10

#: hints at places; a photographed screen is about the whole picture and counted for itself
KINDS = ("other-grid", "copied", "saved-once")
Counts = dict[tuple[str, str], list[int]]
Made = Callable[[bytes, int], bytes | Forged]
BENIGN: dict[str, Made] = {
    "untouched": lambda data, _: data,
    "saved again, quality 88": lambda data, _: base.jpeg(base._opened(data), quality=88),
    "saved again, quality 95": lambda data, _: image_regions.saved_finer(data),
    "cut and saved, quality 90": lambda data, _: image_regions.cut_and_saved(data),
    "through a messenger": lambda data, _: base.through_messenger(data),
    "smaller for the web": lambda data, _: image_benign.smaller_for_the_web(data),
    "brighter, quality 88": lambda data, _: base.brighten(data),
    "turned without loss": lambda data, _: base.turn_losslessly(data),
}
ALTERED: dict[str, Made] = {
    f"{what}, {f'quality {quality}' if quality else 'PNG'}": (
        lambda data, seed, recipe=recipe, quality=quality: recipe.forge(data, seed=seed, quality=quality)
    )
    for what, recipe in (
        ("covered with a copy", image_regions.cover_with_copy),
        ("covered with another picture", image_regions.cover_with_other),
    )
    for quality in (0, 95, 85)
}


def pictures(folder: Path, most: float) -> Iterator[tuple[str, bytes]]:
    """Sources and bytes of genuine pictures, each once."""
    seen: set[str] = set()
    taken: dict[str, int] = defaultdict(int)
    for path, role in sorted(read_roles(folder / "MANIFEST.tsv").items()):
        source = path.partition("/")[0]
        if role != "genuine" or taken[source] >= _OF_SOURCE:
            continue
        suffix = path.rpartition(".")[2].lower()
        found: list[bytes] = []
        if suffix in ("jpg", "jpeg", "png"):
            found = [(folder / path).read_bytes()]
        elif suffix in ("docx", "pptx", "xlsx"):
            try:
                with zipfile.ZipFile(folder / path) as archive:
                    names = [n for n in archive.namelist() if n.lower().endswith((".jpg", ".jpeg"))]
                    found = [archive.read(name) for name in names[:_MOST]]
            except (zipfile.BadZipFile, OSError, RuntimeError):
                continue
        elif suffix == "pdf":
            found = _EMBEDDED.findall((folder / path).read_bytes())[:_MOST]
        for data in found:
            digest = hashlib.sha256(data).hexdigest()
            if digest in seen:
                continue
            seen.add(digest)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    size = Image.open(io.BytesIO(data)).size
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
                continue
            if min(size) >= 300 and size[0] * size[1] <= most * 1e6:
                taken[source] += 1
                yield source, data


def hints_of(data: bytes) -> tuple[Hint, ...] | None:
    """What is pointed at, ``None`` when the pixels cannot be had."""
    grey = still._grey(Source(data))
    if isinstance(grey, str):
        return None
    found = look(np.asarray(grey), coded=data[:2] == b"\xff\xd8")
    return tuple(hint for hint in found if hint.kind in KINDS)


def _hits(hint: Hint, box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = box
    for x, y, wide, high in hint.places:
        shared = max(min(x + wide, right) - max(x, left), 0) * max(min(y + high, bottom) - max(y, top), 0)
        if shared >= 0.5 * min(wide * high, (right - left) * (bottom - top)):
            return True
    return False


def measure(folder: Path, most: float) -> Counts:
    """Hits and pictures, by step, kind of hint and half of the sources."""
    counts: Counts = defaultdict(lambda: [0, 0])
    for number, (source, data) in enumerate(pictures(folder, most)):
        half = half_of(source)
        for what, make in {**BENIGN, **ALTERED}.items():
            if data[:2] != b"\xff\xd8" and what != "untouched":
                continue
            try:
                made = make(data, number)
                forged = made if isinstance(made, Forged) else Forged(made)
                found = hints_of(forged.data)
            except DoesNotApply:
                continue
            if found is None:
                continue
            box = forged.truth.box if forged.truth else None
            for kind in (*KINDS, "any"):
                pointed = any(
                    kind in (hint.kind, "any") and (box is None or _hits(hint, box)) for hint in found
                )
                astray = box is not None and any(
                    kind in (hint.kind, "any") and not _hits(hint, box) for hint in found
                )
                for name in (half, "all"):
                    entry = counts[f"{what}|{kind}", name]
                    entry[0] += pointed
                    entry[1] += 1
                    counts[f"{what}|{kind}|astray", name][0] += astray
        print(number, source, file=sys.stderr, flush=True)
    return counts


def tables(counts: Counts) -> str:
    """Both tables in Markdown."""
    heads = ("all", "held out")
    lines = [
        "| genuine pictures | " + " | ".join(f"{k}" for k in KINDS) + " | any, all | any, held out |",
        "|---|" + "---|" * (len(KINDS) + 2),
    ]
    for what in BENIGN:
        each = [f"{counts[f'{what}|{kind}', 'all'][0]}" for kind in KINDS]
        lines.append(
            f"| {what} | {' | '.join(each)} | "
            + " | ".join(_share(counts[f"{what}|any", half]) for half in heads)
            + " |"
        )
    lines += [
        "",
        "| altered pictures | " + " | ".join(KINDS) + " | any, all | any, held out | another place as well |",
        "|---|" + "---|" * (len(KINDS) + 3),
    ]
    for what in ALTERED:
        each = [f"{counts[f'{what}|{kind}', 'all'][0]}" for kind in KINDS]
        lines.append(
            f"| {what} | {' | '.join(each)} | "
            + " | ".join(_share(counts[f"{what}|any", half]) for half in heads)
            + f" | {counts[f'{what}|any|astray', 'all'][0]} |"
        )
    return "\n".join(lines)


def screens(folder: Path, most: float) -> str:
    """How often the pattern of a photographed screen is told, in genuine pictures and in simulated ones."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for number, (source, data) in enumerate(pictures(folder, most)):
        made = {"genuine pictures": data}
        if data[:2] == b"\xff\xd8":
            made["photographed screens, simulated"] = image_regions.photographed_screen(data, seed=number)
        for what, bytes_ in made.items():
            grey = still._grey(Source(bytes_))
            if isinstance(grey, str) or min(grey.size) < 512:
                continue
            for name in (half_of(source), "all"):
                counts[what, name][0] += bool(pattern(np.asarray(grey)))
                counts[what, name][1] += 1
    lines = ["| | all | held out |", "|---|---|---|"]
    for what in ("genuine pictures", "photographed screens, simulated"):
        lines.append(f"| {what} | {_share(counts[what, 'all'])} | {_share(counts[what, 'held out'])} |")
    return "\n".join(lines)


def _share(count: list[int]) -> str:
    hits, all_ = count
    if not all_:
        return "-"
    low, high = wilson(hits, all_)
    return f"{hits}/{all_} ({100 * low:.0f} to {100 * high:.0f} %)"


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megapixels", type=float, default=3.0, help="larger ones are left out")
    parser.add_argument("--write", action="store_true", help="put the tables into the page")
    parser.add_argument("--screens", action="store_true", help="count photographed screens instead")
    options = parser.parse_args()
    folder = Path(os.environ.get("LEAKVERIFY_CORPUS", ""))
    if not (folder / "MANIFEST.tsv").is_file():
        print(__doc__, file=sys.stderr)
        return 1
    if options.screens:
        print(screens(folder, options.megapixels))
        return 0
    found = tables(measure(folder, options.megapixels))
    print(found)
    if options.write:
        text = PAGE.read_text("utf-8")
        before, after = text.partition(_BEGIN)[0], text.partition(_END)[2]
        PAGE.write_text(f"{before}{_BEGIN}\n\n{found}\n\n{_END}{after}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
