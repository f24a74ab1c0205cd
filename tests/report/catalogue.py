"""Writes what ``leakverify/report`` ships and may not gather itself.

The views import nothing but reports, so the English wording of checks, problem
codes and facts is gathered here, into ``messages/en.toml``, and the schema of
the JSON into ``report.schema.json``.  Run after any of them changed::

    python -m tests.report.catalogue
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from leakverify.checks import registry as checks
from leakverify.classifier import answers
from leakverify.extractors import vocabulary
from leakverify.problems import PROBLEMS
from leakverify.report import schema

REPORT = Path(schema.__file__).parent
ENGLISH = REPORT / "messages" / "en.toml"
SCHEMA = REPORT / schema.FILE


def english() -> str:
    """The text of ``en.toml``."""
    lines = [
        "# Generated from the checks, the problem codes and the formats: python -m tests.report.catalogue",
        "# The translation is fr.toml.",
    ]
    for check in checks().values():
        lines += ["", f"[checks.{check.id}]", f"title = {_string(check.title)}"]
        for table, entries in (("messages", check.messages), ("innocent", check.innocent)):
            lines += ["", f"[checks.{check.id}.{table}]"]
            lines += [f"{_key(key)} = {_string(text)}" for key, text in entries.items()]
    for check_id, title in answers.TITLES.items():
        lines += ["", f"[checks.{check_id}]", f"title = {_string(title)}"]
        for table, entries in (("messages", answers.MESSAGES), ("innocent", answers.INNOCENT)):
            lines += ["", f"[checks.{check_id}.{table}]"]
            lines += [f"{_key(key)} = {_string(text)}" for key, text in entries[check_id].items()]
    lines += ["", "[problems]"]
    lines += [f"{_key(code)} = {_string(text)}" for code, text in PROBLEMS.items()]
    lines += ["", "[facts]"]
    lines += [f"{_key(name)} = {_string(d.meaning)}" for name, d in sorted(vocabulary().items())]
    return "\n".join(lines) + "\n"


def schema_text() -> str:
    """The text of ``report.schema.json``, given the history in the one that is there."""
    versions = json.loads(SCHEMA.read_text("utf-8"))["x-versions"] if SCHEMA.exists() else {}
    return schema.updated(versions)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _string(key)


def _string(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


if __name__ == "__main__":
    ENGLISH.write_text(english(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
