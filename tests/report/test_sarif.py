"""SARIF that other tools read, in which nothing is a failure and nothing unseen is clean."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import jsonschema
from hypothesis import given

from leakverify.evidence import Report
from leakverify.report.sarif import uri, write_sarif
from tests.report import samples
from tests.report.strategies import harm, json_texts

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {"type": "object", "required": ["uri"]},
                "region": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "byteOffset": {"type": "integer", "minimum": 0},
                        "byteLength": {"type": "integer", "minimum": 0},
                    },
                },
            },
        }
    },
}
#: the parts of the schema of SARIF 2.1.0 that we use (sections 3.13, 3.14, 3.19, 3.27, 3.58)
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "language": {"type": "string", "pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "shortDescription": _TEXT,
                                    "fullDescription": _TEXT,
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"type": "object", "required": ["id"]},
                                    },
                                },
                            }
                        },
                    },
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "properties": {
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["message"],
                                        "properties": {
                                            "message": _TEXT,
                                            "level": {"enum": ["none", "note", "warning", "error"]},
                                            "locations": {"type": "array", "items": _LOCATION},
                                        },
                                    },
                                }
                            },
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "properties": {
                                "message": _TEXT,
                                "kind": {"const": "review"},
                                "level": {"const": "none"},
                                "locations": {"type": "array", "minItems": 1, "items": _LOCATION},
                            },
                        },
                    },
                },
            },
        },
    },
}


def run(*reports: Report, lang: str = "en") -> dict[str, Any]:
    file = io.StringIO()
    write_sarif(reports, file, lang=lang)
    assert not harm(file.getvalue())
    document = json.loads(file.getvalue())
    jsonschema.validate(document, SARIF)
    (found,) = document["runs"]
    return dict(found)


@given(json_texts)
def test_any_document_gives_valid_sarif(text: str) -> None:
    run(samples.hostile(text))


def test_results_ask_for_a_look_and_point_to_the_place() -> None:
    found = run(*samples.scan())
    assert [r["ruleId"] for r in found["results"]] == ["LV-PDF-002", "LV-PDF-001", "LV-OOX-001", "LV-OOX-001"]
    rules = found["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in found["results"])
    dates = found["results"][1]["locations"][0]
    assert dates["physicalLocation"]["region"] == {"byteOffset": 91822, "byteLength": 23}
    assert dates["logicalLocations"][0]["fullyQualifiedName"].startswith("obj 12 0, revision 1")


def test_problems_are_notifications() -> None:
    notes = run(samples.unexamined(), lang="fr")["invocations"][0]["toolExecutionNotifications"]
    assert [n["descriptor"]["id"] for n in notes] == ["unsupported-format"]
    assert notes[0]["message"]["text"].startswith("le format est connu")


def test_an_empty_run_is_valid() -> None:
    assert run()["results"] == []


@given(json_texts)
def test_a_document_is_a_relative_reference(text: str) -> None:
    found = uri(samples.hostile(text))
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/!-]|%[0-9A-F]{2})+", found)
    assert not found.startswith("/")


def test_steps_of_a_lineage_are_joined() -> None:
    assert uri(samples.contradicted()) == (
        "bo%C3%AEte%20d%E2%80%99envoi.mbox!/Fwd%3A%20facture%20du%20cabinet!/facture-2016-0417.pdf"
    )
