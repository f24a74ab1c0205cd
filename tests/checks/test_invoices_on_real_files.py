"""What the checks of invoices say of genuine ones: nothing, but for the one specimen that does not add up.

Prints the counts with ``-s``, which is how the figures of the documentation were read.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Outcome
from leakverify.judge import judge_unit
from tests.checks.test_on_real_files import genuine

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

#: a specimen whose total is a hundred less than its net and tax, in all of its forms
WRONG = "acme_invoice-42_ZUGFeRD"
CHECKS = ("LV-INV-", "LV-TXT-003", "LV-TXT-005")


def test_genuine_invoices(corpus: Path) -> None:
    answers: Counter[tuple[str, str, str]] = Counter()
    invoices, alarms = 0, []
    for path, data in genuine(corpus, "pdf", "docx", "xlsx", "ods", "odt", "rtf"):
        if not any(word in path.lower() for word in ("zugferd", "factur", "invoice", "rechnung")):
            continue
        name = Path(path).name
        for report in judge_unit(examine_bytes(data, name), name):
            invoices += any(o.name in ("invoice.kind", "einvoice.syntax") for o in report.observations)
            for evidence in report.evidence:
                if not evidence.check.startswith(CHECKS) or not evidence.observations:
                    continue
                answers[evidence.check, evidence.outcome.value, evidence.message] += 1
                if evidence.outcome in (Outcome.UNUSUAL, Outcome.CONTRADICTS) and WRONG not in path:
                    alarms.append((path, evidence.check, evidence.text))
    print(f"\n{invoices} invoices and embedded invoices")
    for answer, count in sorted(answers.items()):
        print(*answer, count)
    assert invoices >= 60
    assert answers["LV-INV-001", "supports", "holds"] >= 40
    assert answers["LV-INV-003", "supports", "agree"] >= 30
    assert not alarms


def test_a_total_that_differs_between_page_and_machine_is_found(corpus: Path) -> None:
    """Genuine invoices with both, whose total for machines is moved as if the page had been changed."""
    from leakverify.checks import registry
    from leakverify.checks._base import Facts

    check, tried, found = registry()["LV-INV-003"], 0, 0
    for path, data in genuine(corpus, "pdf"):
        if not any(word in path.lower() for word in ("zugferd", "factur")) or WRONG in path:
            continue
        extractions = examine_bytes(data, Path(path).name).extractions
        page = Facts(extractions[0])
        for one in extractions[1:]:
            if not any(e.message == "agree" for e in check.run(Facts(one, page))):
                continue
            moved = tuple(
                msgspec.structs.replace(o, value=f"{float(str(o.value)) + 1234.5:.2f}")
                if o.name == "einvoice.amount" and o.raw in ("gross", "due")
                else o
                for o in one.observations
            )
            told = check.run(Facts(msgspec.structs.replace(one, observations=moved), page))
            tried += 1
            found += any(e.outcome is Outcome.UNUSUAL and e.message == "amount" for e in told)
    print(f"\n{found} of {tried} totals that differ are found")
    assert tried >= 30
    assert found >= 0.95 * tried
