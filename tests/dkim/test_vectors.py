"""Published vectors: each gets the verdict that its authors state, by its name or in their tests.

Mail::DKIM names its messages after the verdict; mailauth and dkim_verifier state theirs in test code.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leakverify.dkim.verify import Grade, Graded, graded
from leakverify.references import References
from tests.dkim._signed import facts

_CORPUS = os.environ.get("LEAKVERIFY_CORPUS", "")
pytestmark = pytest.mark.skipif(not (_CORPUS and Path(_CORPUS, "dkim-keys.tsv").is_file()),
                                reason="LEAKVERIFY_CORPUS names no corpus with keys")  # fmt: skip
_HOLDS = "verified"
_DKIM_VERIFIER = {
    "rfc6376-A.2.eml": _HOLDS,
    "rfc6376-A.2-body_modified.eml": "body-changed",
    "rfc6376-A.2-header_subject_modified.eml": "fields-changed",
    "rfc6376-A.2-ill_formed-missing_v.eml": "malformed",
    "rfc8463-A.3.eml": _HOLDS,
    "rfc8463-A.3-key_algo_mismatch.eml": "key-unusable",
    "dkim/added_header-from.eml": _HOLDS,
    "dkim/added_header-subject.eml": _HOLDS,
    "dkim/unsigned_header-content-type.eml": _HOLDS,
    "dkim/flags_s-auid_and_sdid_match.eml": _HOLDS,
    "dkim/flags_s-auid_is_subdomain_of_sdid.eml": "key-unusable",
    "dkim/time-received_long_before_creation.eml": _HOLDS,
}


def _first(path: Path) -> list[Graded]:
    known = References.read(dkim_keys=[Path(_CORPUS, "dkim-keys.tsv")])
    return [one for one in graded(facts(path.read_bytes(), known)) if one.signature.stem == "mail.dkim"]


@pytest.mark.parametrize(("name", "verdict"), _DKIM_VERIFIER.items())
def test_dkim_verifier(name: str, verdict: str) -> None:
    found = _first(Path(_CORPUS, "dkim_verifier/test/data", name))
    assert found[0].grade.value == verdict, found[0]


def test_mail_dkim() -> None:
    """Every ``good`` one holds and no ``bad`` one does, drafts before the hash of the body apart."""
    wrong, held = [], 0
    for path in sorted(Path(_CORPUS, "mail-dkim/t/corpus").glob("*.txt")):
        kind = path.name.split("_")[0]
        found = _first(path)
        # DomainKeys, and drafts of 2005 and 2006 that have no version and sign the body itself
        if not found or "_ietf0" in path.name or "dk" in path.name.split("_"):
            continue
        holds = any(one.grade is Grade.VERIFIED for one in found)
        held += holds
        if holds != (kind in ("good", "goodkey")) and kind in ("good", "goodkey", "bad", "badkey", "badkey1"):
            wrong.append((path.name, found[0].grade, found[0].why))
    assert wrong == []
    assert held >= 12


def test_mailauth_chains_have_no_key_here_and_read_whole() -> None:
    for path in sorted(Path(_CORPUS, "mailauth/test/fixtures").glob("arc-*.eml")):
        found = graded(facts(path.read_bytes()))
        seals = [one for one in found if one.signature.is_seal]
        assert seals, path.name
        assert all(one.grade in (Grade.NO_KEY, Grade.NOT_OPENED) for one in seals), path.name
