"""What the checks of a mail's clocks say of real mail: hardly anything against it, and much for it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import registry
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome

pytestmark = pytest.mark.corpus

CHECKS = ("LV-MAIL-003", "LV-MAIL-020", "LV-MAIL-021", "LV-MAIL-022", "LV-MAIL-023")


def test_real_mail_is_hardly_ever_pointed_at_and_often_supported(corpus: Path) -> None:
    """Every third known-genuine mail, wanted or not."""
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    paths = [row["path"] for row in rows if row["role"] == "genuine" and row["type"] in ("eml", "txt")]
    said: Counter[Outcome] = Counter()
    looked, pointed = 0, []
    for path in paths[::3]:
        data = (corpus / path).read_bytes()
        extraction = examine_bytes(data, Path(path).name).extractions[0]
        if "mail" not in extraction.formats:
            continue
        looked += 1
        answers = [answer for name in CHECKS for answer in registry()[name].run(Facts(extraction))]
        assert not [answer for answer in answers if answer.message == "check-error"]
        said.update({answer.outcome for answer in answers})
        pointed += [
            (path, answer.text)
            for answer in answers
            if answer.outcome in (Outcome.CONTRADICTS, Outcome.UNUSUAL)
        ]
    assert looked > 300
    assert len(pointed) <= 0.003 * looked + 1, pointed
    assert said[Outcome.SUPPORTS] > looked / 2
