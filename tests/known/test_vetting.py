"""The vetting report: every reason to look twice, and none where there is none."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.corpus_store import Kept
from leakverify.evidence import Extraction, Observation
from leakverify.vetting import FEW, MEANING, Vetting, outside_period, read_period, vet

NOW = "now"


def kept(number: int, source: str = "a", **more: object) -> Kept:
    body = more.pop("extraction", Extraction(index=0, formats=("pdf",)))
    fields: dict[str, object] = {
        "sha256": f"{number:064x}", "source": source, "period": "", "channel": "", "name": "", "role": "file",
        "family": "pdf", "kind": "pdf", "assessment": "unremarkable", "pointing": "", "same_text": "",
        "keeps_text": False, "reading": NOW, "features": 1, "body": Kept.pack(body), "row": b"", **more,
    }  # fmt: skip
    return msgspec.convert(fields, Kept)


def findings(*documents: Kept) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for finding in vet(documents, NOW).findings:
        found.setdefault(finding.what, []).append(finding)
    return found


def dated(when: str, name: str = "pdf.info.creation_date") -> Extraction:
    return Extraction(index=0, formats=("pdf",), observations=(Observation(name=name, value=when),))


def balanced() -> list[Kept]:
    return [kept(number, source) for number, source in enumerate(["a"] * FEW + ["b"] * FEW)]


def test_a_balanced_corpus_leaves_nothing_to_say() -> None:
    assert vet(balanced(), NOW) == Vetting(documents=2 * FEW, sources=2, findings=())
    assert vet([], NOW) == Vetting(documents=0, sources=0, findings=())


def test_documents_that_contradict_themselves_come_first() -> None:
    bad = kept(900, assessment="contradicted", pointing="LV-PDF-002 LV-PDF-003")
    odd = kept(901, "b", assessment="review", pointing="LV-PDF-003")
    report = vet([*balanced(), bad, odd], NOW)
    assert [finding.what for finding in report.findings[:2]] == ["contradicted", "review"]
    assert report.findings[0].documents == (bad.sha256,)
    assert report.findings[0].checks == ("LV-PDF-002 1", "LV-PDF-003 1")


def test_the_same_bytes_from_two_sources_are_told_and_from_one_they_cannot_be() -> None:
    found = findings(*balanced(), kept(0, "b"))
    (finding,) = found["duplicate"]
    assert finding.sources == ("a", "b") and finding.documents == (f"{0:064x}",)  # type: ignore[attr-defined]


def test_versions_of_one_text_are_told() -> None:
    found = findings(
        *balanced(),
        kept(900, same_text="x" * 16),
        kept(901, "b", same_text="x" * 16),
        kept(902, same_text="y" * 16),
    )
    (finding,) = found["same-text"]
    assert finding.count == 2 and finding.sources == ("a", "b")  # type: ignore[attr-defined]


def test_a_source_that_drowns_the_others_is_told() -> None:
    many = [kept(number, "a") for number in range(3 * FEW)] + [kept(900 + n, "b") for n in range(FEW)]
    (finding,) = findings(*many)["dominating"]
    assert (finding.sources, finding.share) == (("a",), 0.75)  # type: ignore[attr-defined]
    alone = findings(*[kept(number) for number in range(3 * FEW)])
    assert "dominating" not in alone, "a corpus of one source has no other to drown"


def test_a_source_too_small_to_judge_by_is_told() -> None:
    (finding,) = findings(*balanced(), kept(900, "c"))["few"]
    assert (finding.sources, finding.count) == (("c",), 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("when", "period", "outside"),
    [
        ("2015-06-01T10:00:00+02:00", "2014/2016", False),
        ("2013-06-01T10:00:00Z", "2014/2016", True),
        ("2017-06-01", "2014/2016", True),
        ("2013-12-31T20:00:00", "2014/2016", False),  # no zone: it may be 2014 somewhere
        ("2014", "2014-03", False),  # may lie in it
        ("2014-04-02T10:00:00", "2014-03", True),
        ("2014-03-31T23:59:00-05:00", "2014-03", False),
        ("not a date", "2014", False),
        ("2013-01-01T00:00:00Z", "whenever", False),
    ],
)
def test_a_date_outside_the_stated_period(when: str, period: str, outside: bool) -> None:
    assert outside_period(dated(when), period) is outside
    document = kept(900, "b", period=period, extraction=dated(when))
    assert ("outside-period" in findings(*balanced(), document)) is outside


def test_periods_are_read_as_they_are_meant() -> None:
    assert read_period("2016/2014") is None
    assert read_period("2014/") is not None
    assert read_period("") is None
    bounds = read_period("2014-03/2016")
    assert bounds is not None and (bounds[0].text, bounds[1].text) == ("2014-03", "2016")


@given(st.text(max_size=30))
def test_no_period_is_too_odd(text: str) -> None:
    read_period(text)


def test_every_finding_has_a_meaning() -> None:
    assert all(meaning.endswith(".") for meaning in MEANING.values())
    old, named = kept(900, reading="then"), kept(901, "b", keeps_text=True)
    assert set(findings(*balanced(), old, named)) == {"old-reading", "texts"}


def test_a_report_names_some_and_counts_all() -> None:
    many = [kept(number, assessment="review") for number in range(200)]
    (finding,) = findings(*many)["review"]
    assert finding.count == 200 and len(finding.documents) == 50  # type: ignore[attr-defined]
