"""Reports kept as JSON come back as they were, most noteworthy first when asked."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from leakverify.errors import UsageError
from leakverify.report._visible import json_line
from leakverify.report.source import JsonReports, is_store, only
from tests.report import samples


def lines(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    reports = [samples.unremarkable(), samples.unexamined(), samples.review(), samples.contradicted()]
    path.write_text("".join(json_line(r.to_json()) for r in reports), "utf-8")
    return path


def test_one_laid_out_report(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(samples.contradicted().to_json(), "utf-8")
    with JsonReports(path) as kept:
        assert list(kept.reports()) == [samples.contradicted()]
        assert only(kept) == samples.contradicted()


def test_lines_come_in_their_order_and_ranked(tmp_path: Path) -> None:
    with JsonReports(lines(tmp_path)) as kept:
        assert [r.assessment.value for r in kept.reports()] == [
            "unremarkable", "unexamined", "review", "contradicted",
        ]  # fmt: skip
        assert [r.assessment.value for r in kept.ranked()] == [
            "contradicted", "review", "unexamined", "unremarkable",
        ]  # fmt: skip
        assert [r.assessment.value for r in kept.ranked(2)] == ["contradicted", "review"]
        assert only(kept) is None
        assert kept.summary().assessments == {
            "unremarkable": 1,
            "unexamined": 1,
            "review": 1,
            "contradicted": 1,
        }
        assert kept.summary().problems == {"unsupported-format": 1, "limit-text": 1, "reader-warning": 1}
        assert kept.report("note de synthèse.docx") == samples.review()
        with pytest.raises(UsageError):
            kept.report("elsewhere")


def test_escaped_characters_come_back(tmp_path: Path) -> None:
    report = samples.hostile(samples.HOSTILE)
    path = tmp_path / "reports.jsonl"
    path.write_text(json_line(report.to_json()), "utf-8")
    with JsonReports(path) as kept:
        assert list(kept.reports()) == [report]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"{\n}\n", b"[1]", b"\xff\xfe", b'{"schema": 1}\n{"schema": 1}\n']
)
def test_something_else_is_a_usage_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with JsonReports(path) as kept, pytest.raises(UsageError, match=r"other\.json: not a leakverify report"):
        list(kept.reports())


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        JsonReports(tmp_path / "missing.json")


def test_a_store_is_told_from_json(tmp_path: Path) -> None:
    (tmp_path / "leak.lvs").write_bytes(b"SQLite format 3\0" + b"\0" * 100)
    assert is_store(tmp_path / "leak.lvs")
    assert not is_store(lines(tmp_path))
    assert not is_store(tmp_path)


def test_a_later_schema_with_unknown_fields_is_refused(tmp_path: Path) -> None:
    value = msgspec.json.decode(samples.review().to_json())
    value["verdict"] = "x"
    path = tmp_path / "later.json"
    path.write_bytes(msgspec.json.encode(value))
    with JsonReports(path) as kept, pytest.raises(UsageError, match="unknown field"):
        list(kept.reports())
