"""What becomes of a signature: held against dkimpy, and against what was done to the mail."""

from __future__ import annotations

import base64
import re

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.dkim.verify import Grade
from leakverify.evidence import Assessment
from tests.dkim._signed import (
    DOMAIN,
    HEADERS,
    MAIL,
    TEXT,
    facts,
    grades,
    key,
    only,
    references,
    report,
    reports,
    said,
    sign_digest,
    signed,
)

FORMS = ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed")
#: blanks at the very end, where no line ends, are read otherwise by dkimpy; no server sends such a body
_BODIES = st.lists(
    st.sampled_from(
        (b"a", b" ", b"  ", b"\t", b"From b", b"\r\n", b"\r\n\r\n", b"c\r\n", b"\xe9", b"=", b".")
    ),
    max_size=14,
).map(lambda pieces: b"".join(pieces) + b"\r\n")


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=8, deadline=None)
@given(body=_BODIES)
def test_what_dkimpy_signs_holds(form: str, body: bytes) -> None:
    one = only(signed(MAIL + body, form=form))
    assert (one.grade, one.change.kind, one.body) == (Grade.VERIFIED, "as-is", "as-is")


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=8, deadline=None)
@given(body=_BODIES, other=_BODIES)
def test_a_body_is_told_from_another_as_dkimpy_does(form: str, body: bytes, other: bytes) -> None:
    mail = signed(MAIL + body, form=form)
    changed = mail[: len(mail) - len(body)] + other
    record = key()[1].encode()
    holds = dkim.verify(changed, dnsfunc=lambda name, timeout=5: record)
    assert (only(changed).body == "as-is") == holds


def test_a_whole_mail_of_the_authors_domain_is_authenticated() -> None:
    found = report(signed())
    assert found.assessment is Assessment.AUTHENTICATED
    assert said(found, "LV-MAIL-010") == [("supports", "whole")]
    assert "from, to, subject, date" in found.because


@pytest.mark.parametrize(
    ("mail", "known"),
    [
        pytest.param(signed(), references(recovered=True), id="recovered key"),
        pytest.param(signed(domain="c.example"), references(domain="c.example"), id="another domain signed"),
        pytest.param(signed(length=True) + b"more\r\n", references(), id="text behind the limit"),
        pytest.param(
            signed(headers=("from", "to", "subject", "content-type")), references(), id="Date unsigned"
        ),
        pytest.param(signed(headers=HEADERS[:-1]), references(), id="Content-Type unsigned"),
        pytest.param(b"Subject: Other\r\n" + signed(), references(), id="second Subject"),
        pytest.param(signed(), references(number=1), id="another key"),
        pytest.param(signed(bits=512), references(record=key(512)[1]), id="a key that anybody can factor"),
        pytest.param(signed().replace(b"1,200", b"9,200"), references(), id="body edited"),
    ],
)
def test_less_than_a_whole_proof_never_authenticates(mail: bytes, known: object) -> None:
    assert report(mail, known).assessment is not Assessment.AUTHENTICATED  # type: ignore[arg-type]


def test_without_keys_nothing_is_authenticated() -> None:
    from leakverify.references import NO_REFERENCES

    found = report(signed(), NO_REFERENCES)
    assert found.assessment is Assessment.UNREMARKABLE
    assert said(found, "LV-MAIL-010") == [("neutral", "no-key")]


def test_an_attachment_inherits_the_proof_and_loses_it_with_the_body() -> None:
    parts = (
        MAIL.replace(b"text/plain; charset=us-ascii", b'multipart/mixed; boundary="b"')
        + b"--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n--b\r\nContent-Type: text/csv\r\n"
        b'Content-Disposition: attachment; filename="t.csv"\r\n\r\nname;amount\r\nAnne;1200\r\n--b--\r\n'
    )
    mail = signed(parts)
    assert [one.assessment for one in reports(mail)] == [Assessment.AUTHENTICATED] * 2
    changed = reports(mail.replace(b"Anne;1200", b"Anne;9200"))
    assert all(one.assessment is not Assessment.AUTHENTICATED for one in changed)


def test_a_further_message_of_the_file_is_not_covered() -> None:
    envelope = b"From anne@a.example Thu May 12 08:31:00 2016\r\n"
    both = envelope + signed() + b"\r\n" + envelope + MAIL + b"Another one.\r\n"
    from leakverify.extractors import registry

    assert "mail" in registry()
    for one in reports(both)[1:]:
        assert one.assessment is not Assessment.AUTHENTICATED


# what is left when the mail changed -------------------------------------------------------------------

_FOOTER = b"_____________\r\nTalk mailing list\r\nhttps://lists.example/\r\n"
_ENVELOPED = MAIL + b"One\r\nFrom now on 5 %.\r\n>From then.\r\n"


@pytest.mark.parametrize(
    ("mail", "grade", "change", "body"),
    [
        pytest.param(signed().replace(b"1,200", b"9,200"), Grade.BODY_CHANGED, "as-is", "none", id="body"),
        pytest.param(
            signed().replace(b"paul@", b"pete@"), Grade.FIELDS_CHANGED, "none", "as-is", id="recipient"
        ),
        pytest.param(
            signed().replace(b"paul@", b"pete@").replace(b"1,200", b"9,200"),
            Grade.BOTH_CHANGED, "none", "none", id="both",
        ),
        pytest.param(
            signed().replace(b"Subject: ", b"Subject: [talk] ") + _FOOTER,
            Grade.CARRIED, "subject-tag", "added-at-end", id="list",
        ),
        pytest.param(
            signed().replace(b"Dear", b"[External]\r\n\r\nDear"), Grade.CARRIED, "as-is", "added-at-start",
            id="banner",
        ),
        pytest.param(signed().replace(b"\r\n", b"\n"), Grade.VERIFIED, "as-is", "as-is", id="Unix lines"),
        pytest.param(
            signed(form="simple/simple").replace(b"invoice is", b"invoice is").replace(b"Anne\r\n", b"Anne \r\n"),
            Grade.VERIFIED, "as-is", "trailing-blanks", id="blanks at line ends",
        ),
        pytest.param(
            signed(_ENVELOPED).replace(b"\r\n", b"\n").replace(b"\nFrom now", b"\n>From now").replace(
                b"\n>From then", b"\n>>From then") + b"\n",
            Grade.VERIFIED, "as-is", "from-escaped", id="mbox",
        ),
        pytest.param(
            signed(form="simple/simple").replace(b"Message-ID:", b"Message-Id:"),
            Grade.CARRIED, "spelling", "as-is", id="spelling",
        ),
        pytest.param(
            signed(_ENVELOPED.replace(b"5 %", b"5 \xc3\xa9")).replace(b"\xc3\xa9", b"\xe9"),
            Grade.CARRIED, "as-is", "charset", id="charset",
        ),
    ],
)  # fmt: skip
def test_what_changed_is_told(mail: bytes, grade: Grade, change: str, body: str) -> None:
    one = only(mail)
    assert (one.grade, one.change.kind, one.body) == (grade, change, body)


def test_added_lines_are_located() -> None:
    mail = signed() + _FOOTER
    observed = facts(mail).first("mail.dkim.body_added")
    assert observed is not None
    assert observed.value == 3
    assert mail.split(b"\r\n")[(observed.where.line or 0) - 1] == b"_____________"


def test_a_footer_put_before_the_last_separator_is_found() -> None:
    parts = MAIL.replace(b"text/plain; charset=us-ascii", b'multipart/mixed; boundary="bound"')
    body = b"--bound\r\nContent-Type: text/plain\r\n\r\nSee you.\r\n--bound--\r\n"
    mail = signed(parts + body).replace(b"See you.\r\n", b"See you.\r\n-- \r\nScanned by X\r\n")
    assert only(mail).body == "added-inside"


@pytest.mark.parametrize("clock", [b"Wed, 4 May 2016 09:12:44 +0200", b"Thu, 12 May 2016 09:31:00 +0200"])
def test_an_edited_date_is_found_and_the_signed_one_named(clock: bytes) -> None:
    mail = signed()
    found = report(mail.replace(b"Thu, 12 May 2016 10:31:00 +0200", clock))
    assert found.assessment is Assessment.CONTRADICTED
    assert ("contradicts", "restored") in said(found, "LV-MAIL-011")
    assert "Thu, 12 May 2016 10:31:00 +0200" in found.because


def test_a_date_written_otherwise_for_the_same_moment_is_no_contradiction() -> None:
    mail = signed()
    found = report(mail.replace(b"10:31:00 +0200", b"10:31:00 +0200 (CEST)"))
    assert not [one for one in found.evidence if one.outcome.value == "contradicts"]


@pytest.mark.parametrize("place", ["top", "below"])
def test_a_second_subject_is_found_wherever_it_stands(place: str) -> None:
    mail = signed(headers=(*HEADERS, "subject"))
    other = b"Subject: Wire 48,500\r\n"
    made = other + mail if place == "top" else mail.replace(b"Subject: ", other + b"Subject: ", 1)
    found = report(made)
    assert found.assessment is Assessment.CONTRADICTED
    assert any(message == "added-second" for _, message in said(found, "LV-MAIL-012"))


def test_without_oversigning_the_unsigned_subject_is_named() -> None:
    found = report(b"Subject: Wire 48,500\r\n" + signed())
    assert said(found, "LV-MAIL-012") == [("contradicts", "second")]
    below = report(signed().replace(b"Subject: Invoice 17", b"Subject: Invoice 17\r\nSubject: Wire 48,500"))
    assert ("contradicts", "exchanged") in said(below, "LV-MAIL-012")


def test_failure_alone_never_points() -> None:
    for mail in (signed().replace(b"1,200", b"9,200"), signed().replace(b"paul@", b"p@")):
        assert report(mail).assessment is Assessment.UNREMARKABLE
        assert report(mail, references(number=1)).assessment is Assessment.UNREMARKABLE


def test_a_signature_of_another_mail_opens_and_covers_nothing() -> None:
    field = signed(MAIL + b"Lunch?\r\n")[: -len(MAIL + b"Lunch?\r\n")]
    one = only(field + MAIL.replace(b"Invoice 17", b"Invoice 18") + TEXT)
    assert (one.grade, one.change.kind, one.body) == (Grade.BOTH_CHANGED, "none", "none")


# keys and times --------------------------------------------------------------------------------------


def test_expiry_is_judged_when_the_mail_was_received() -> None:
    fresh = signed()
    (stamp,) = re.findall(rb" t=(\d+);", fresh)
    expiring = fresh.replace(b" t=" + stamp, b" t=1463041862; x=1463041962")
    late = b"Received: by mx.b.example; Thu, 12 May 2016 20:00:00 +0200\r\n" + expiring
    assert facts(late).first("mail.dkim.expires") is not None
    one = only(late)
    assert one.grade is Grade.FIELDS_CHANGED  # x= was put in by hand
    assert one.late
    early = only(b"Received: by mx.b.example; Thu, 12 May 2016 10:31:05 +0200\r\n" + expiring)
    assert not early.late


def test_a_mail_older_than_its_key_is_unusual() -> None:
    mail = signed()
    found = report(mail, references(not_before="2017-01-01"))
    assert ("unusual", "younger-key") in said(found, "LV-MAIL-010")
    assert found.assessment is not Assessment.AUTHENTICATED
    assert only(mail, references(not_before="2016-05-01")).early is False


def test_ed25519_holds_and_fails() -> None:
    secret = Ed25519PrivateKey.generate()
    public = secret.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    record = f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"
    body = MAIL + TEXT
    claimed = facts(signed()).text("mail.dkim.body_hash")
    field = (
        f"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d={DOMAIN}; s=sel; h=from:subject:date:"
        f"content-type; bh={claimed}; b="
    ).encode()
    digest = facts(field + b"AAAA\r\n" + body).text("mail.dkim.digest")
    value = base64.b64encode(secret.sign(bytes.fromhex(digest)))
    mail = field + value + b"\r\n" + body
    assert only(mail, references(record=record)).grade is Grade.VERIFIED
    assert (
        only(mail.replace(b"Invoice 17", b"Invoice 18"), references(record=record)).grade is Grade.NOT_OPENED
    )
    tagged = mail.replace(b"Invoice 17", b"[talk] Invoice 17")
    assert only(tagged, references(record=record)).change.kind == "subject-tag"


def test_two_signatures_are_graded_on_their_own() -> None:
    twice = signed(signed(), domain="c.example", headers=HEADERS)
    known = references().with_keys(references(domain="c.example").dkim_keys)
    assert [one.grade for one in grades(twice, known)] == [Grade.VERIFIED] * 2
    assert [one.grade for one in grades(twice)] == [Grade.NO_KEY, Grade.VERIFIED]


def _passed_on(mail: bytes, link: int) -> bytes:
    """The mail with one more link of an ARC chain, sealed by hand: dkimpy seals only with a further library."""
    secret, state = key()[0], "none" if link == 1 else "pass"
    results = f"ARC-Authentication-Results: i={link}; b.example; dkim=pass header.d=a.example\r\n"
    claimed = facts(signed()).text("mail.dkim.body_hash")
    message = (
        f"ARC-Message-Signature: i={link}; a=rsa-sha256; c=relaxed/relaxed; d={DOMAIN}; s=sel; "
        f"h=from:to:subject:date:content-type; bh={claimed}; b="
    )
    part = "ARC-Message-Signature[1]"
    digest = next(
        one.value
        for one in facts((message + "AAAA\r\n").encode() + mail).all("mail.arc.digest")
        if one.where.part == part
    )
    message += sign_digest(secret, str(digest)) + "\r\n"
    seal = f"ARC-Seal: i={link}; a=rsa-sha256; cv={state}; d={DOMAIN}; s=sel; b="
    below = (message + results).encode() + mail
    found = facts((seal + "AAAA\r\n").encode() + below).all("mail.arc_seal.digest")
    digest = next(one.value for one in found if one.where.part == "ARC-Seal[1]")
    return (seal + sign_digest(secret, str(digest)) + "\r\n").encode() + below


def test_an_arc_chain_holds_in_dkimpys_eyes_and_ours() -> None:
    mail = _passed_on(_passed_on(signed(), 1), 2)
    record = key()[1].encode()
    state, _, why = dkim.arc_verify(mail, dnsfunc=lambda name, timeout=5: record)
    assert (state, why) == (b"pass", "success")
    assert said(report(mail), "LV-MAIL-014") == [("supports", "holds")]
    changed = mail.replace(b"1,200", b"9,200")
    assert dkim.arc_verify(changed, dnsfunc=lambda name, timeout=5: record)[0] == b"fail"
    assert said(report(changed), "LV-MAIL-014") == [("neutral", "changed")]
    unsealed = mail.replace(b"cv=pass", b"cv=none")
    assert said(report(unsealed), "LV-MAIL-014") == [("supports", "message-holds")]
