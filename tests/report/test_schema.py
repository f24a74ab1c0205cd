"""The JSON of a report is described, and does not change unnoticed."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from leakverify.errors import LeakverifyError
from leakverify.evidence import SCHEMA_VERSION
from leakverify.report import schema
from tests.report import catalogue, samples


def test_the_shipped_schema_is_that_of_the_types() -> None:
    assert catalogue.SCHEMA.read_text("utf-8") == catalogue.schema_text(), (
        "run python -m tests.report.catalogue"
    )


def test_the_shipped_schema_names_this_version_and_its_digest() -> None:
    shipped = schema.shipped()
    assert shipped["$id"].endswith(f":{SCHEMA_VERSION}")
    assert shipped["x-versions"][str(SCHEMA_VERSION)] == schema.digest(schema.generated())


def test_a_change_without_a_new_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = schema.generated()
    changed["$defs"]["Document"]["properties"]["mtime"] = {"type": "string"}
    monkeypatch.setattr(schema, "generated", lambda: changed)
    with pytest.raises(LeakverifyError, match="raise evidence"):
        schema.updated(schema.shipped()["x-versions"])


def test_a_new_version_keeps_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = schema.shipped()["x-versions"]
    monkeypatch.setattr(schema, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    history = json.loads(schema.updated(versions))["x-versions"]
    assert list(history) == [*versions, str(SCHEMA_VERSION + 1)]


def test_prose_is_no_change() -> None:
    one = schema.generated()
    other: dict[str, Any] = json.loads(json.dumps(one))
    other["$defs"]["Document"]["description"] = "said otherwise"
    assert schema.digest(one) == schema.digest(other)
    other["$defs"]["Document"]["properties"]["description"] = {"type": "string"}
    assert schema.digest(one) != schema.digest(other)


@pytest.mark.parametrize(
    "report",
    [
        samples.contradicted(),
        samples.review(),
        samples.unexamined(),
        samples.unremarkable(),
        samples.hostile(),
    ],
    ids=lambda report: report.assessment.value,
)
def test_reports_validate(report: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.shipped())
    jsonschema.validate(json.loads(report.to_json()), schema.shipped(), cls=jsonschema.Draft202012Validator)
