"""Learn which makers and programs write which JPEG, and print ``leakverify/knowledge/image_coders.tsv``.

Usage::

    python models/learn_image_coders.py FOLDER... > leakverify/knowledge/image_coders.tsv

Every JPEG under the folders is read as leakverify reads it.  A picture speaks for a
program when one is named as its last writer, and for a maker when EXIF speaks as the
camera left it.  Those written by the library of the IJG, on which most programs rest,
speak for nobody.  Pictures with a side under 64 pixels are test material and left out.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import Facts
from leakverify.checks._image import EDITORS, signature, untouched_by_its_word
from leakverify.checks.image_rewritten import of_the_library

#: the part of a program's name that is not its version
_NAME = re.compile(r"^(?:adobe )?(photoshop(?: lightroom)?|[a-z][a-z .]*[a-z])", re.IGNORECASE)
_HEAD = """\
# Coders of JPEG by what they leave: tables (SHA-256, cut short), sampling, segments of tables, kind of codes,
# components. Learned from pictures by models/learn_image_coders.py; files: how many had it.
signature\twriter\tfiles\tdate\tprecision\tsource
"""
#: programs that pass a picture on without coding it again
_CARRIERS = re.compile(r"transfer|uploader|digikam|exiftool", re.IGNORECASE)


def _of_the_library(facts: Facts) -> bool:
    """Whether the library of the IJG wrote it, whose habits belong to all programs that rest on it."""
    scaled = any(o.where.part == "image" for o in facts.all("jpeg.ijg_quality"))
    return scaled and of_the_library(facts)


def writer(facts: Facts) -> str:
    """Who wrote the picture, ``""`` when it does not say it in a way that can be believed."""
    software = facts.text("image.exif.software")
    if _of_the_library(facts):
        return ""
    if EDITORS.search(software):
        if _CARRIERS.search(software):
            return ""
        named = _NAME.match(software)
        return named[1].title() if named else ""
    if untouched_by_its_word(facts):
        return f"{facts.text('image.exif.make')} {facts.text('image.exif.model')}".strip()
    return ""


def main() -> int:
    """Entry point."""
    if len(sys.argv) < 2:
        sys.stderr.write((__doc__ or "").splitlines()[0] + "\n")
        return 1
    files: dict[tuple[str, str], int] = defaultdict(int)
    for folder in sys.argv[1:]:
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix.lower() not in (".jpg", ".jpeg") or not path.is_file():
                continue
            extraction = examine_bytes(path.read_bytes(), path.name).extractions[0]
            facts = Facts(extraction)
            sides = [int(facts.value(name) or 0) for name in ("image.width", "image.height")]
            if min(sides) >= 64 and (who := writer(facts)) and (mine := signature(facts)):
                files[mine, who] += 1
    sys.stdout.write(_HEAD)
    for (mine, who), count in sorted(files.items(), key=lambda item: (item[0][1].casefold(), item[0][0])):
        sys.stdout.write(f"{mine}\t{who}\t{count}\t2026\tyear\tlearned from public pictures\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
