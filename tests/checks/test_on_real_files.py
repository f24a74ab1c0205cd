"""What the checks say of real files: hardly anything, and of content only what was read by hand."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import judge, registry
from leakverify.checks._base import Facts
from leakverify.evidence import Evidence, Outcome, Question

pytestmark = pytest.mark.corpus

POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)

#: known-genuine files whose text somebody did replace, as reading both revisions shows (SHA-256, first half)
REPLACED = {
    "7bd3bd4073aa4fe1b12d072c25e892d0": "a plan, labels taken out in an editor",
    "457049d3a2352213de18ca0b03a3f96d": "a list whose letters were misspelt on purpose, to test recognition",
    "6e0b1b46b25a509a51a4f2ec1acc064b": "headings replaced to show a fault of a reader",
    "06beea8991061ecf0f574b868ec869fb": "a form whose day of signing was corrected",
    "bf46fed70fc0ff54a33dc986c25357f6": "terms of a bond, amounts and date amended",
}


def genuine(corpus: Path, *types: str) -> Iterator[tuple[str, bytes]]:
    """Each known-genuine file of these types once."""
    seen: set[str] = set()
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["role"] == "genuine" and row["type"] in types and row["sha256"] not in seen:
                seen.add(row["sha256"])
                path = corpus / row["path"]
                if path.is_file():
                    yield row["path"], path.read_bytes()


def pointed(data: bytes, name: str) -> list[Evidence]:
    """What points at something in the document itself."""
    answers = judge(Facts(examine_bytes(data, Path(name).name).extractions[0]))
    return [answer for answer in answers if answer.outcome in POINTED]


@pytest.mark.slow
def test_content_is_contradicted_only_where_text_was_replaced(corpus: Path) -> None:
    unread = []
    for path, data in genuine(corpus, "pdf"):
        # one save cannot differ from an earlier one
        if data.count(b"startxref") < 2 or hashlib.sha256(data).hexdigest()[:32] in REPLACED:
            continue
        unread += [
            (path, answer.text)
            for answer in pointed(data, path)
            if answer.question is Question.CONTENT and answer.outcome is Outcome.CONTRADICTS
        ]
    assert not unread


def test_office_files_are_hardly_ever_pointed_at(corpus: Path) -> None:
    """At most one in a hundred; that some were packed again by hand, to make test files, is handling."""
    total, found = 0, []
    for path, data in genuine(corpus, "docx", "xlsx", "pptx"):
        total += 1
        found += [(path, a.text) for a in pointed(data, path) if a.question is not Question.HANDLING][:1]
    assert total > 300
    assert len(found) <= 0.01 * total, found


def test_pictures_are_hardly_ever_pointed_at(corpus: Path) -> None:
    """That bytes were written again by a program under a camera's EXIF is handling."""
    files = list(genuine(corpus, "jpg", "jpeg", "png", "tif", "tiff", "heic"))
    found = [
        (path, answer.text)
        for path, data in files
        for answer in pointed(data, path)
        if answer.question is not Question.HANDLING
    ]
    assert len(files) > 100
    assert len(found) <= 0.01 * len(files), found


def test_hidden_clocks_hardly_ever_point_at_mail(corpus: Path) -> None:
    """At most three in a thousand: test mails sent again with their first Date, and an advertisement."""
    check = registry()["LV-MAIL-003"]
    total, found = 0, []
    for path, data in genuine(corpus, "eml", "txt"):
        if b"\nDate:" not in data[:20_000]:
            continue
        facts = Facts(examine_bytes(data, Path(path).name, full=False).extractions[0])
        if "mail" in facts.formats:
            total += 1
            found += [(path, answer.text) for answer in check.run(facts) if answer.outcome in POINTED][:1]
    assert total > 2000
    assert len(found) <= 0.003 * total, found


def test_no_producer_is_held_against_the_way_a_genuine_file_is_written(corpus: Path) -> None:
    check = registry()["LV-PDF-003"]
    agreed, found = 0, []
    for path, data in genuine(corpus, "pdf"):
        if len(data) > 400_000:
            continue
        facts = Facts(examine_bytes(data, Path(path).name, full=False).extractions[0])
        answers = check.run(facts)
        agreed += any(answer.message == "agree" for answer in answers)
        found += [(path, answer.text) for answer in answers if answer.outcome in POINTED]
    assert agreed > 100
    assert not found
