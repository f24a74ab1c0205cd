"""Habits of writing programs as tokens: the same for two mails of one program, bounded for any bytes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.extractors._mail_style import STYLE_VOCABULARY, shape

APPLE = b"""\
Received: from a.example by b.example; Tue, 2 May 2023 20:47:00 +0200\r
From: =?utf-8?Q?Ren=C3=A9e?= <renee@a.example>\r
Content-Type: multipart/alternative;\r
\tboundary="Apple-Mail=_F1CA573B-BCF5-4EF8-9669-10092D971828"\r
Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3731.300.101.1.3\\))\r
Subject: une question\r
 longue\r
Message-Id: <C6877778-B292-40DC-A93A-4DE108441876@a.example>\r
Date: Tue, 2 May 2023 20:46:58 +0200\r
To:anna@b.example\r
X-Mailer: Apple Mail (2.3731.300.101.1.3)\r
X-Spam-Status: No\r
\r
--Apple-Mail=_F1CA573B-BCF5-4EF8-9669-10092D971828\r
Content-Transfer-Encoding: quoted-printable\r
Content-Type: text/plain;\r
\tcharset=utf-8\r
\r
Bonjour, un mot =\r
sur deux lignes=20\r
--=20\r
Renee\r
--Apple-Mail=_F1CA573B-BCF5-4EF8-9669-10092D971828\r
Content-Transfer-Encoding: base64\r
Content-Type: text/html;\r
\tcharset=utf-8\r
\r
PGh0bWw+PGJyIGNsYXNzPSJBcHBsZS1pbnRlcmNoYW5nZS1uZXdsaW5lIj48L2h0bWw+PGI+YWJj\r
PC9iPg==\r
--Apple-Mail=_F1CA573B-BCF5-4EF8-9669-10092D971828--\r
"""


def style(data: bytes) -> dict[str, list[object]]:
    """Values of the observations of style, by name without the prefix."""
    found: dict[str, list[object]] = {}
    for observation in examine_bytes(data, "x.eml").extractions[0].observations:
        if observation.name.startswith("mail.style."):
            found.setdefault(observation.name.removeprefix("mail.style."), []).append(observation.value)
    return found


def test_a_mail_is_described_by_tokens() -> None:
    assert style(APPLE) == {
        "agent_field": ["X-Mailer"],
        "identifier": ["X8-X4-X4-X4-X12@sender"],
        "order": ["From:Content-Type:Mime-Version:Subject:Message-Id:Date:To:X-Mailer"],
        "folding": ["content-type tab 72", "subject space 72"],
        "gap": ["none"],
        "version": ["1.0 (Mac OS X Mail 16.0 \\(3731.300.101.1.3\\))"],
        "date": ["weekday plain offset"],
        "encoded_word": ["from utf-8?Q"],
        "tree": ["alternative(plain,html)"],
        "boundary": ["Apple-Mail=_X8-X4-X4-d4-X12"],
        "part": [
            'whole multipart|Content-Type:Mime-Version|fold-tab boundary="',
            "text|Content-Transfer-Encoding:Content-Type|fold-tab charset=utf-8",
        ],
        "base64_width": [76],
        "text_width": [18],
        "quoted_printable": ["soft17 blank"],
        "signature": ["dashes-blank"],
        "html": ["apple"],
    }


def test_only_what_programs_write_counts_in_the_order() -> None:
    """A server's lines, wherever they stand, leave the token of the program as it is."""
    passed = b"X-Spam-Level: *\r\nList-Id: <a.b>\r\n" + APPLE.replace(b"Subject:", b"X-Virus: no\r\nSubject:")
    assert style(passed)["order"] == style(APPLE)["order"]


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("----=_NextPart_000_003F_01CE98CE.6E826F90", "----=_NextPart_d3_X4_X8.X8"),
        ("00000000000055fd0e05b36f3bcc", "x28"),
        ("===============6270392873168518371==", "===============d19=="),
        ("20020812103100.GA4711", "d14.m6"),
        ("1288235781.41587.JavaMail.gate", "d10.d5.JavaMail.a4"),
        ("\u0436\u0437", "??"),
        ("", ""),
    ],
)
def test_shape_keeps_form_and_drops_chance(text: str, token: str) -> None:
    assert shape(text) == token


@given(st.text(max_size=400))
def test_a_shape_is_short_and_printable_whatever_the_text(text: str) -> None:
    found = shape(text)
    assert len(found) <= 200 and found.isascii()


@given(st.binary(max_size=600))
def test_tokens_are_declared_and_bounded_for_any_bytes(rest: bytes) -> None:
    for name, values in style(b"From: a@b.example\nDate: x\n" + rest).items():
        assert f"mail.style.{name}" in STYLE_VOCABULARY
        assert STYLE_VOCABULARY[f"mail.style.{name}"].repeats or len(values) == 1
        assert len(values) <= 24 and all(len(str(value)) <= 2000 for value in values)


@pytest.mark.parametrize(
    "data",
    [
        APPLE.replace(b"To:anna", b"To: " + b"=?utf-8?q?a?= " * 100_000),
        APPLE.replace(b"Subject:", b"Subject: x\r\n" * 5_000 + b"Subject:"),
        APPLE.replace(b"une question", b"x\r\n " * 100_000),
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<meta " * 200_000,
        b"From: a@b.example\nContent-Type: text/plain\n\n" + b"_" * 1_000_000,
        b"From: a@b.example\nMessage-ID: <" + b"a.1." * 100_000 + b"@b>\nDate: " + b" (" * 50_000 + b"\n\nx",
        b"From: a@b.example\nContent-Type: multipart/a; boundary=x"
        + b";a=b" * 100_000
        + b"\n\n--x\n\n--x--\n",
    ],
    ids=["words", "fields", "folds", "meta", "line", "identifier", "parameters"],
)
def test_costly_mails_are_cheap(data: bytes) -> None:
    begun = time.process_time()
    assert style(data)
    assert time.process_time() - begun < 3
