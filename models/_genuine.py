"""The known-genuine part of a folder of real documents as a corpus: what the shipped models learn from.

Usage::

    LEAKVERIFY_CORPUS=folder python -m models._genuine genuine.lvc

The folder has ``MANIFEST.tsv`` with the columns ``path`` and ``role``; documents of role ``genuine`` are taken and
what is inside them, and the first part of a path is the source, so that models can be tested on sources they have
not seen.  The call can be repeated: what was read is kept, and read again only by a later version of a reader.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.corpus import Corpus
from leakverify.features import Row
from models.evaluate import half_of, read_roles


def genuine_corpus(folder: Path, kept: Path, *, jobs: int = 1) -> Corpus:
    """The corpus at ``kept``, brought up to date with the genuine documents of a folder."""
    roles = read_roles(folder / "MANIFEST.tsv")
    corpus = Corpus(kept)
    corpus.add(
        folder,
        sources_by_folder=True,
        source="loose",
        channel="public collection",
        choose=lambda path: roles.get(path) == "genuine",
        jobs=jobs,
    )
    return corpus


def genuine_rows(folder: Path, kept: Path, *, half: str = "") -> Iterator[Row]:
    """Their features; ``half`` is ``seen`` or ``held out`` (:func:`models.evaluate.half_of`), or empty for all."""
    for row in genuine_corpus(folder, kept).rows():
        if not half or half_of(row.groups["source"]) == half:
            yield row


def main() -> int:
    """Entry point."""
    folder = Path(os.environ.get("LEAKVERIFY_CORPUS", ""))
    if len(sys.argv) != 2 or not (folder / "MANIFEST.tsv").is_file():
        print(__doc__, file=sys.stderr)
        return 1
    print(genuine_corpus(folder, Path(sys.argv[1])).describe())
    return 0


if __name__ == "__main__":
    sys.exit(main())
