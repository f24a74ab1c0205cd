"""Paint a picture, cover a place of it with a copy, and show what `leakverify regions` points at.

Usage: ``python docs/examples/regions.py OUT.png``
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import leakverify as lv
from tests.forge import image


def main() -> int:
    """Entry point."""
    picture = image.paint(image.Scene(seed=8, width=900, height=600))
    crate = picture.crop((40, 395, 180, 535))
    picture.paste(crate, (655, 170))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hall.jpg"
        path.write_bytes(image.jpeg(picture, quality=90))
        found = lv.regions(path)
    for hint in found.hints:
        print(*hint.sentences("en"), sep="\n  ")
    if len(sys.argv) == 2 and found.picture:
        Path(sys.argv[1]).write_bytes(found.picture)
    return 0 if found.hints else 1


if __name__ == "__main__":
    sys.exit(main())
