"""Facts of signatures: coverage, digests and readings of bodies; hostile ones within the limits."""

from __future__ import annotations

import base64
import hashlib
import time

import pytest
from dkim.canonicalization import Relaxed, Simple
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction
from leakverify.extractors._mail_dkim_canon import (
    BadTagsError,
    canonical_body,
    canonical_field,
    network_lines,
    read_tags,
    without_signature,
)

_BYTES = st.lists(
    st.sampled_from((b" ", b"\t", b"\r\n", b"a", b"  b ", b"\r\n\r\n", b"c \r\n", b"\n", b"\r")), max_size=20
).map(b"".join)


def _read(data: bytes) -> Extraction:
    return examine_bytes(data, "x.eml").extractions[0]


def _signed(
    tags: str, *, fields: str = "From: a@a.example\r\nSubject: x\r\nDate: y\r\n", body: bytes = b"b\r\n"
) -> bytes:
    return f"DKIM-Signature: {tags}\r\n{fields}\r\n".encode() + body


def _values(found: Extraction, name: str) -> list[object]:
    return [one.value for one in found.observations if one.name == name]


_TAGS = "v=1; a=rsa-sha256; c=simple/simple; d=a.example; s=k; h=from:subject; bh=AAAA; b=AAAA"


@settings(max_examples=150, deadline=None)
@given(body=_BYTES)
def test_bodies_are_canonical_as_dkimpy_makes_them(body: bytes) -> None:
    wire = network_lines(body) + b"\r\n"
    assert canonical_body(wire, "simple") == Simple.canonicalize_body(wire)
    assert canonical_body(wire, "relaxed") == Relaxed.canonicalize_body(wire)


@settings(max_examples=100, deadline=None)
@given(value=st.text("ab \t:;", max_size=30), folds=st.integers(0, 3))
def test_fields_are_canonical_as_dkimpy_makes_them(value: str, folds: int) -> None:
    raw = value.encode() + b"\r\n c" * folds + b"\r\n"
    ((name, made),) = Relaxed.canonicalize_headers([(b"Subject", raw)])
    assert canonical_field(b"Subject", raw, "relaxed") == name + b":" + made


@pytest.mark.parametrize(
    ("body", "form", "digest"),
    [
        (b"", "simple", "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="),  # RFC 6376 erratum 1376
        (b"", "relaxed", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    ],
)
def test_empty_bodies_have_the_published_hashes(body: bytes, form: str, digest: str) -> None:
    assert base64.b64encode(hashlib.sha256(canonical_body(body, form)).digest()).decode() == digest


def test_only_the_value_is_taken_out() -> None:
    assert without_signature(b" v=1; bh=ab; b=cd\r\n ef; h=from") == b" v=1; bh=ab; b=; h=from"
    assert without_signature(b"b=ab") == b"b="
    assert without_signature(b" bb=1; b = x") == b" bb=1; b ="


@pytest.mark.parametrize("value", [b"v=1; v=2", b"v", b"=1", b"1=2", b"; ;", b"a=1;" * 200])
def test_broken_tag_lists_are_refused(value: bytes) -> None:
    with pytest.raises(BadTagsError):
        read_tags(value)


def test_coverage_is_told() -> None:
    found = _read(
        _signed(
            _TAGS.replace("h=from:subject", "h=from:from:subject:cc"),
            fields="Subject: top\r\nFrom: a@a.example\r\nSubject: x\r\nTo: b@b.example\r\n",
        )
    )
    assert _values(found, "mail.dkim.oversigned") == ["from:cc"]
    assert _values(found, "mail.dkim.extra") == ["subject"]
    assert _values(found, "mail.dkim.unsigned") == ["to"]
    assert _values(found, "mail.dkim.others") == ["Subject: top\r\n"]
    (block,) = _values(found, "mail.dkim.block")
    assert str(block).startswith("From: a@a.example\r\nSubject: x\r\nDKIM-Signature: v=1;")
    (digest,) = _values(found, "mail.dkim.digest")
    assert digest == hashlib.sha256(str(block).encode("latin-1")).hexdigest()
    places = {one.where.part for one in found.observations if one.name.startswith("mail.dkim.")}
    assert places == {"DKIM-Signature[1]"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("v=1; ", "", "no v="), ("v=1", "v=3", "v=3"), ("rsa-sha256", "rsa-md5", "a=rsa-md5"),
        ("simple/simple", "nowsp", "c=nowsp"), ("b=AAAA", "b=*", "b= is no base64"),
        ("bh=AAAA; b=", "bh=*; b=", "bh= is no base64"), ("h=from:", "h=", "From is not signed"),
        ("s=k", "s=k; l=1e3", "l= is no number"), ("s=k", "s=k; i=x@b.example", "i= is not within d="),
        ("s=k", "s=k; t=20; x=10", "x= before t="), ("s=k", "s=k; s=l", "the tag s occurs twice"),
    ],
)  # fmt: skip
def test_broken_rules_are_named(old: str, new: str, why: str) -> None:
    found = _read(_signed(_TAGS.replace(old, new, 1)))
    assert _values(found, "mail.dkim.malformed") == [why]


def _within(data: bytes, seconds: float = 6.0) -> Extraction:
    begun = time.process_time()
    found = _read(data)
    assert time.process_time() - begun < seconds
    return found


def test_many_signatures_end_in_a_problem() -> None:
    field = "DKIM-Signature: " + _TAGS + "\r\n"
    found = _within((field * 400).encode() + b"From: a@a.example\r\n\r\nx\r\n" + b"line\r\n" * 50_000)
    assert len(_values(found, "mail.dkim.domain")) == 50
    assert "limit-answer" in {problem.code for problem in found.problems}


def test_different_limits_over_a_large_body_end_in_a_problem() -> None:
    fields = "".join(f"DKIM-Signature: {_TAGS.replace('s=k', f's=k; l={n * 1000}')}\r\n" for n in range(50))
    found = _within(fields.encode() + b"From: a@a.example\r\n\r\n" + b"a line of text\r\n" * 1_000_000, 20)
    assert "not-tried" in _values(found, "mail.dkim.body")
    assert "limit-size" in {problem.code for problem in found.problems}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b" " * 3_000_000 + b"x", id="blanks"),
        pytest.param(b"\r" * 2_000_000, id="carriage returns"),
        pytest.param(b"--bound\r\n" * 300_000, id="separators"),
        pytest.param(b">" * 1_000_000 + b"From \n", id="escapes"),
        pytest.param(b"\r\n" * 1_500_000, id="blank lines"),
        pytest.param(b"\xe9=" * 900_000, id="equals signs"),
    ],
)
@pytest.mark.parametrize("form", ["simple/simple", "relaxed/relaxed"])
def test_hostile_bodies_stay_linear(body: bytes, form: str) -> None:
    found = _within(_signed(_TAGS.replace("simple/simple", form), body=body))
    assert _values(found, "mail.dkim.body")


def test_long_lists_of_fields_and_chains_stay_bounded() -> None:
    names = ":".join(["from"] * 100_000)
    found = _within(_signed(_TAGS.replace("from:subject", names), fields="From: a\r\n" * 5_000))
    assert _values(found, "mail.dkim.digest")
    sets = "".join(
        f"ARC-Seal: i={n}; a=rsa-sha256; cv=pass; d=a; s=k; b=AAAA\r\nARC-Message-Signature: i={n}; a=rsa-sha256; "
        f"d=a; s=k; h=from; bh=AAAA; b=AAAA\r\nARC-Authentication-Results: i={n}; none{'x' * 20_000}\r\n"
        for n in range(1, 51)
    )
    found = _within(sets.encode() + b"From: a@a.example\r\n\r\nx")
    assert len(_values(found, "mail.arc_seal.digest")) == 50


@settings(max_examples=60, deadline=None)
@given(
    tags=st.text("vabchdsltxi=;:/ \r\n\t0123rsa-sha256simplefrom", max_size=200), body=st.binary(max_size=200)
)
def test_any_field_is_read_without_a_crash(tags: str, body: bytes) -> None:
    found = _read(b"From: a@a.example\r\nDKIM-Signature: " + tags.encode() + b"\r\n\r\n" + body)
    assert not [p for p in found.problems if p.code in ("reader-error", "reader-crash", "box-protocol")]
