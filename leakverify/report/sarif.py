"""Evidence as SARIF 2.1.0 (OASIS Standard, 2020), for tools that track results.

Only what asks for a look is a result.  Its ``kind`` is ``review``: "the result
requires review by a human user" (3.27.9), and its ``level`` therefore ``none``
(3.27.10); a result is never a ``fail``.  Problems become notifications of the
run (3.20.21), so that what could not be seen is not taken for clean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from leakverify._version import __version__
from leakverify.evidence import Evidence, Location, Report
from leakverify.inert import json_text
from leakverify.report._view import POINTED
from leakverify.report._visible import visible
from leakverify.report._words import Words, plain, words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: characters of a URI that need no escape (RFC 3986, 2.3), and the separator of paths
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def write_sarif(reports: Iterable[Report], file: IO[str], *, lang: str = "en") -> None:
    """Write one run with the results of all reports, in the order given; results are written as they come."""
    said = words(lang)
    rules: dict[str, int] = {}
    notes: list[dict[str, Any]] = []
    file.write(
        f'{{"$schema":{json.dumps(SCHEMA)},"version":"2.1.0","runs":[{{"columnKind":"unicodeCodePoints",'
        f'"language":"{said.lang}","results":['
    )
    comma = ""
    for report in reports:
        for result in _results(report, rules, said):
            file.write(comma + _dump(result))
            comma = ",\n"
        notes += _notifications(report, said)
    rest = {
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "tool": {
            "driver": {
                "name": "leakverify",
                "version": __version__,
                "shortDescription": {"text": said.ui("not-a-verdict-short")},
                "fullDescription": {"text": said.ui("not-a-verdict")},
                "rules": [_rule(check, said) for check in rules],
            }
        },
    }
    file.write("]," + _dump(rest)[1:] + "]}\n")


def _results(report: Report, rules: dict[str, int], said: Words) -> Iterator[dict[str, Any]]:
    for evidence in report.evidence:
        if evidence.outcome not in POINTED:
            continue
        check = visible(evidence.check, limit=40)
        yield {
            "ruleId": check,
            "ruleIndex": rules.setdefault(check, len(rules)),
            "kind": "review",
            "level": "none",
            "message": {"text": plain(said.sentence(evidence)) or said.outcome(evidence.outcome)},
            "locations": _locations(report, evidence),
            "fingerprints": {"sha256AndCheck/v1": f"{visible(report.document.sha256, limit=64)}/{check}"},
            "properties": {
                "outcome": evidence.outcome.value,
                "question": evidence.question.value,
                "family": evidence.family.value,
                "assessment": report.assessment.value,
                "innocent": [said.innocent(evidence.check, key) for key in evidence.innocent],
            },
        }


def _locations(report: Report, evidence: Evidence) -> list[dict[str, Any]]:
    places = dict.fromkeys(o.where for o in evidence.observations)
    return [_location(report, place) for place in list(places)[:10]] or [_location(report, Location())]


def _location(report: Report, place: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(report)}}
    region: dict[str, int] = {}
    if place.line is not None and place.line > 0:
        region["startLine"] = place.line
    elif place.offset is not None and place.offset >= 0:
        region["byteOffset"] = place.offset
        if place.length is not None and place.length >= 0:
            region["byteLength"] = place.length
    if region:
        physical["region"] = region
    located: dict[str, Any] = {"physicalLocation": physical}
    if where := visible(str(place)):
        located["logicalLocations"] = [{"fullyQualifiedName": where}]
    return located


def _notifications(report: Report, said: Words) -> Iterator[dict[str, Any]]:
    where = [{"physicalLocation": {"artifactLocation": {"uri": uri(report)}}}]
    for code in dict.fromkeys(p.code for p in report.problems):
        yield {
            "descriptor": {"id": visible(code, limit=60)},
            "level": "warning",
            "message": {"text": said.problem(code)},
            "locations": where,
        }


def _rule(check: str, said: Words) -> dict[str, Any]:
    title = said.title(check)
    rule: dict[str, Any] = {"id": check, "defaultConfiguration": {"level": "none"}}
    if title:
        rule["shortDescription"] = {"text": title}
    return rule


def uri(report: Report) -> str:
    """The document as a relative reference (RFC 3986, 4.2); steps of a lineage are joined by ``!/``."""
    document = report.document
    return "!/".join(_escape(step) for step in (*(c.name for c in document.lineage), document.name)) or "."


def _escape(path: str) -> str:
    octets = path.replace("\\", "/").encode("utf-8", "backslashreplace").lstrip(b"/")
    return "".join(chr(octet) if octet in _UNRESERVED else f"%{octet:02X}" for octet in octets)


def _dump(value: Mapping[str, Any]) -> str:
    return json_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
