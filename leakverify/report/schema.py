"""The JSON Schema of a report, and the promise not to change it unnoticed.

``report.schema.json`` is generated from the types, checked in and shipped.  It
carries its version and, under ``x-versions``, the digest of every version there
has been.  A schema that changed under an unchanged version is refused by
:func:`updated`; scripts that read reports can rely on the number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from leakverify.errors import LeakverifyError
from leakverify.evidence import SCHEMA_VERSION, Report

FILE = "report.schema.json"


def generated() -> dict[str, Any]:
    """The schema of the types as they are now, without version and history."""
    import msgspec

    (schema,), components = msgspec.json.schema_components((Report,), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of leakverify on one document",
        **schema,
        "$defs": dict(sorted(components.items())),
    }


def digest(schema: Mapping[str, Any]) -> str:
    """SHA-256 over what a reader of the JSON could notice: structure, not prose."""
    bare = json.dumps(_without_prose(schema), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bare.encode()).hexdigest()


def shipped() -> dict[str, Any]:
    """The schema as checked in."""
    text = resources.files("leakverify.report").joinpath(FILE).read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def updated(versions: Mapping[str, str]) -> str:
    """The text of the file for the types as they are, given the digests of earlier versions.

    Raises ``LeakverifyError`` when the structure changed and
    ``evidence.SCHEMA_VERSION`` did not.
    """
    schema = generated()
    now = digest(schema)
    version = str(SCHEMA_VERSION)
    if versions.get(version, now) != now:
        raise LeakverifyError(
            f"the JSON of a report changed: raise evidence.SCHEMA_VERSION above {version} "
            f"(or, before version {version} was ever released, delete its digest from {FILE})"
        )
    history = dict(sorted({**versions, version: now}.items(), key=lambda item: int(item[0])))
    head = {
        "$schema": schema.pop("$schema"),
        "$id": f"urn:leakverify:report:{version}",
        "x-versions": history,
    }
    return json.dumps({**head, **schema}, indent=2, ensure_ascii=False) + "\n"


def _without_prose(value: Any, *, names: bool = False) -> Any:
    """``names``: the keys are names of properties or definitions, not words of JSON Schema."""
    if isinstance(value, dict):
        return {
            key: _without_prose(item, names=not names and key in ("properties", "$defs"))
            for key, item in value.items()
            if names or key not in ("description", "title", "$schema")
        }
    return [_without_prose(item) for item in value] if isinstance(value, list) else value
