"""Count what the text facts and the checks of texts say of genuine documents; print the figures of ``docs/limits.md``.

Usage::

    LEAKVERIFY_CORPUS=folder python models/texts.py [--kind pdf --kind eml ...] [--read 100] [--speed]

Documents of role ``genuine`` in ``MANIFEST.tsv`` are read.  Printed are the languages and scripts met, the number
of facts and of documents that hold them, and what each check of texts answers, with every answer that points.
``--read`` prints people, companies and addresses drawn at random, each with its place, to be read by hand.
``--speed`` prints the time the text facts take alone, for a mail and for a PDF of 40 pages or more.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import registry
from leakverify.checks._base import Facts
from leakverify.evidence import Extraction, Observation, Outcome
from leakverify.extractors._prose import PROSE_VOCABULARY, Prose

_POINTED = (Outcome.UNUSUAL, Outcome.CONTRADICTS)
_NAMED = ("text.person", "text.organisation", "text.address")
_SEED = 12
#: largest file read, and pages of a PDF whose time is taken
_BYTES, _PAGES = 30_000_000, 40


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", action="append", help="type of file in the manifest; all when not given")
    parser.add_argument("--read", type=int, default=0, help="names drawn at random to be read by hand")
    parser.add_argument("--speed", action="store_true", help="time of the text facts alone")
    options = parser.parse_args()
    corpus = Path(os.environ.get("LEAKVERIFY_CORPUS", ""))
    if not (corpus / "MANIFEST.tsv").is_file():
        print("LEAKVERIFY_CORPUS must name a folder with MANIFEST.tsv", file=sys.stderr)
        return 1
    counts: dict[str, Counter[str]] = {
        key: Counter() for key in ("languages", "scripts", "facts", "documents")
    }
    answers: Counter[tuple[str, str, str]] = Counter()
    named: list[str] = []
    times: dict[str, list[float]] = {"mail": [], "pdf": []}
    checks = [check for name, check in registry().items() if name.startswith(("LV-TXT", "LV-INV"))]
    for name, extraction in _documents(corpus, options.kind):
        told = [o for o in extraction.observations if o.name in PROSE_VOCABULARY]
        if not told:
            continue
        counts["facts"].update(o.name for o in told)
        counts["documents"].update({o.name for o in told})
        counts["languages"].update(str(o.value) for o in told if o.name == "text.language")
        counts["scripts"].update({str(o.value) for o in told if o.name == "text.passage.script"})
        named += [
            f"{name} {o.where.page or ''}:{o.where.line} {o.name} «{o.value}» {o.raw}"
            for o in told
            if o.name in _NAMED
        ]
        for check in checks:
            for answer in check.run(Facts(extraction)):
                answers[check.id, answer.outcome.value, answer.message] += 1
                if answer.outcome in _POINTED:
                    print(f"{name}: {check.id} {answer.text}")
        if options.speed:
            _time(extraction, times)
    for title, counter in counts.items():
        print(f"{title}: " + ", ".join(f"{key} {count}" for key, count in counter.most_common()))
    for (check_id, outcome, message), count in sorted(answers.items()):
        print(f"{check_id} {outcome} {message}: {count}")
    for kind, taken in times.items():
        if taken:
            print(
                f"text facts of a {kind}: {1000 * sum(taken) / len(taken):.1f} ms on average of {len(taken)}"
            )
    dice = random.Random(_SEED)  # noqa: S311 - a sample to read, nothing to keep secret
    print("\n".join(dice.sample(named, min(options.read, len(named)))))
    return 0


def _documents(corpus: Path, kinds: Sequence[str] | None) -> Iterator[tuple[str, Extraction]]:
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest, delimiter="\t") if row["role"] == "genuine"]
    for row in rows:
        path = corpus / row["path"]
        if (kinds and row["type"] not in kinds) or path.stat().st_size > _BYTES:
            continue
        for extraction in examine_bytes(path.read_bytes(), path.name).extractions:
            yield row["path"], extraction


def _time(extraction: Extraction, times: dict[str, list[float]]) -> None:
    texts: list[Observation] = [
        o for o in extraction.observations if o.name in ("mail.text", "pdf.page.text")
    ]
    kind = texts[0].name.partition(".")[0] if texts else ""
    if kind == "mail" or len(texts) >= _PAGES:
        start = time.process_time()
        prose = Prose()
        for text in texts:
            prose.hear(text)
        list(prose.facts())
        times[kind].append(time.process_time() - start)


if __name__ == "__main__":
    raise SystemExit(main())
