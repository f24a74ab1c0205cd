"""Build the shipped model from the known-genuine part of a folder of real documents.

Usage::

    LEAKVERIFY_CORPUS=folder python models/build.py [--kept FOLDER] [--out models]

The folder has ``MANIFEST.tsv`` (columns ``path``, ``repository``, ``commit``, ``path_in_repository``, ``sha256`` and
``role``).  What was read of its genuine documents, and of what the recipes of ``tests/forge`` made of them, is kept
in a folder and taken up again by ``models/evaluate_model.py`` and ``models/measure.py``.  Written are ``baseline.skops``, ``baseline.json`` that pins it
and is its card, and ``baseline-data.tsv`` with every file that was used.  The same documents give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import sys
import tempfile
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.classifier.model import PIN, SHIPPED, Model
from leakverify.features import Row
from models.reading import read

HERE = Path(__file__).parent
#: formats that are learned; plain text and the few files of the others support no score, nor does mail: 95 of
#: 100 public genuine mails are of one source
FORMATS = ("pdf", "ooxml", "ole", "jpeg")


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kept", type=Path, default=None, help="folder of what was read and made before")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    folder = Path(os.environ.get("LEAKVERIFY_CORPUS", ""))
    if not os.environ.get("LEAKVERIFY_CORPUS") or not (folder / "MANIFEST.tsv").is_file():
        print("LEAKVERIFY_CORPUS must name a folder with MANIFEST.tsv", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        told = [
            one
            for one in read(folder, options.kept or Path(scratch), options.jobs)
            if one.row.family in FORMATS
        ]
    rows = [one.row for one in told if one.kind == "genuine"]
    digest = hashlib.sha256((folder / "MANIFEST.tsv").read_bytes()).hexdigest()
    model = Model.fit(
        rows,
        corpus=f"manifest {digest}",
        name="baseline",
        altered=[(one.source, one.row) for one in told if one.kind == "altered"],
        handled=[(one.source, one.row) for one in told if one.kind == "handled"],
        # nothing is taken over from a model that was shipped before
        like=Model({}, {}),
    )
    write(model, options.out)
    _list_data(folder, rows, options.out / "baseline-data.tsv")
    return 0


def write(model: Model, out: Path) -> None:
    """The model and its card, which pins it."""
    data = model.to_bytes()
    (out / SHIPPED).write_bytes(data)
    card = {
        **model.card,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "conflicts": {
            family: msgspec.to_builtins(known.conflicts)
            for family, known in model.formats.items()
            if known.conflicts is not None
        },
        "left_out_claims": {family: known.dropped for family, known in model.formats.items()},
        "programs": {
            family: list(known.writer.names[1:])
            for family, known in model.formats.items()
            if known.writer is not None
        },
        "limits": [
            "Learned from public collections, test suites among them; they are not a newsroom's archive.",
            "A source vouches once: p-values are no finer than one in the number of sources and one.",
            "The list of outliers of a scan needs a corpus of the same organisation; this one fills no list.",
            "Ratios rest on seeded alterations; a careful rebuild in the right program leaves nothing.",
        ],
    }
    (out / PIN).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")
    print(f"{SHIPPED}: {len(data) / 2**20:.1f} MiB, {card['sha256']}")


def _list_data(folder: Path, rows: list[Row], out: Path) -> None:
    """Repository, commit, path and digest of every file whose features were used."""
    used = {row.sha256 for row in rows}
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        listed = [
            row
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["role"] == "genuine" and row["sha256"] in used
        ]
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["repository", "commit", "path_in_repository", "sha256"])
        writer.writerows(
            [row["repository"], row["commit"], row["path_in_repository"], row["sha256"]] for row in listed
        )


if __name__ == "__main__":
    raise SystemExit(main())
