"""Clocks that programs hide in a mail: each shape gives the time that was put in, and nothing else is a clock."""

from __future__ import annotations

import base64
import re
import string
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Observation
from leakverify.extractors import _mail_clock_forms as forms
from leakverify.extractors._mail_clock_forms import BOUNDARIES, HOPS, IDENTIFIERS, decode, thread
from leakverify.extractors._mail_clocks import CLOCKS
from leakverify.knowledge import table

#: 2016-05-12 08:31:00 UTC
MOMENT = datetime(2016, 5, 12, 8, 31, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())
SHOWN = "2016-05-12T08:31:00Z"
TICKS = (SECONDS + 11_644_473_600) * 10_000_000


def filetime(moment_ticks: int) -> tuple[str, str]:
    return f"{moment_ticks >> 32:08X}", f"{moment_ticks & 0xFFFFFFFF:08X}"


def based(value: int, letters: str, width: int) -> str:
    out = ""
    for _ in range(width):
        value, digit = divmod(value, len(letters))
        out = letters[digit] + out
    return out


BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE52 = "".join(letter for letter in BASE62 if letter.lower() not in "aeiou")
HIGH, LOW = filetime(TICKS)
GMAIL = f"{SECONDS * 1_000_000:014x}"
UUID1 = str(
    uuid.UUID(
        fields=(
            (t := SECONDS * 10_000_000 + 0x01B21DD213814000) & 0xFFFFFFFF,
            t >> 32 & 0xFFFF,
            t >> 48 | 0x1000,
            0x80,
            1,
            2,
        )
    )
)

IDENTIFIED = {
    "javamail-id": f"17.42.{SECONDS}000.JavaMail.app@host.example",
    "yahoo-id": f"1086340382.11708595.{SECONDS}337@mail.yahoo.com",
    "android-id": f"x1y2z3.{SECONDS}123@email.android.com",
    "mozilla-id": f"{SECONDS:08X}.3050206@host.example",
    "outlook-id": f"000f{HIGH.lower()}${LOW.lower()}$6401a8c0@host",
    "evolution-id": f"{SECONDS}.4264.62.camel@localhost",
    "tmda-id": f"{SECONDS}.13171.TMDA@host.example",
    "squirrelmail-id": f"1234.192.0.2.7.{SECONDS}.squirrel@webmail.example",
    "ezmlm-id": f"{SECONDS}.123.ezmlm@host.example",
    "horde-id": f"{SECONDS}.{SECONDS:08x}870d5@host.example",
    "courier-id": f"courier.{SECONDS:08X}.00001A2B@host.example",
    "mh-id": f"12683.{SECONDS}@host.example",
    "qmail-id": "20160512083100.29989.qmail@web.example",
    "sendmail-id": "201605120831.u4C8V1aB012345@host.example",
    "mutt-id": "20160512083100.GA49485@host.example",
    "python-id": f"{SECONDS}00.1234.12345678901234567890@host.example",
    "exim-id": f"E{based(SECONDS, BASE62, 6)}-0003Ax-2K@host.example",
    "notes-id": f"OF1A2B3C4D.5E6F7A8B-ON80{2457521:06X}.{(8 * 3600 + 31 * 60) * 100:08X}-80257FB1.001A2B3C@host",
    "ses-id": f"0100{SECONDS * 1000:012x}-1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f-000000@email.amazonses.com",
    "google-id": f"{'0' * 12}{GMAIL[8:]}{GMAIL[:8]}26@google.com",
    "uuid-id": f"{UUID1.upper()}@host.example",
}  # fmt: skip
LOCAL = {
    "pine-id": "Pine.LNX.4.44.1605120831000.30051-100000@host.example",
    "eudora-id": "5.1.1.6.0.20160512083100.0302c548@host.example",
    "the-bat-id": "16279722375.20160512083100@host.example",
    "postfix-id": "20160512083100.02F12E15D8@host.example",
    "written-id": "20160512083100.4bca2588.matthias@host.example",
    "outlook-picture": f"image001.png@{HIGH}.{LOW}",
}
SEPARATED = {
    "gmail-boundary": f"{'0' * 12}{GMAIL[8:]}{GMAIL[:8]}2c",
    "gmail-old-boundary": f"001a11c2a6f4{GMAIL[8:]}{GMAIL[:8]}2c",
    "javamail-boundary": f"----=_Part_20675_4029655.{SECONDS}731",
    "javamail-other-boundary": f"23561619.{SECONDS}170.JavaMail.root.umsan1",
    "pine-boundary": f"0-237517700-{SECONDS}=:29354",
    "mime-lite-boundary": f"_----------=_{SECONDS}308661",
    "mime-tools-boundary": f"----------=_{SECONDS}-1199-5",
    "swift-boundary": f"_=_swift_v4_{SECONDS}_{'a' * 32}_=_",
    "python-boundary": f"192.0.2.7.1000.1234.{SECONDS}.123.1",
    "report-boundary": f"4E7E012345.{SECONDS}/mx.example",
    "notes-boundary": f"=_alternative {(8 * 3600 + 31 * 60) * 100:08X}80{2457521:06X}_=",
    "ruby-boundary": f"--==_mimepart_{SECONDS:08x}a329_133a",
    "nodemailer-boundary": f"--_NmP-?=_2-{SECONDS}5060.25498316106673347",
    "uuid-boundary": f"part-{UUID1}",
}
NUMBERED = {
    "postfix-hop": f"{based(SECONDS, BASE52, 6)}{based(314_159, BASE52, 4)}z9vNPL",
    "exim-hop": f"{based(SECONDS, BASE62, 6)}-0003Ax-2K",
    "sendmail-hop": "u4C8V0aB012345",
    "courier-hop": f"0000000000080A31.{SECONDS:016X}.00001A2B",
}


@pytest.mark.parametrize(
    ("group", "name", "text"),
    [(IDENTIFIERS, *pair) for pair in IDENTIFIED.items()]
    + [(BOUNDARIES, *pair) for pair in SEPARATED.items()]
    + [(HOPS, *pair) for pair in NUMBERED.items()],
)
def test_each_shape_gives_the_time_that_was_put_in(
    group: tuple[forms.Form, ...], name: str, text: str
) -> None:
    found = decode(group, text)
    assert found is not None
    assert found[0] == name
    assert found[1][:16] == SHOWN[:16]
    assert found[1].endswith("Z")


@pytest.mark.parametrize(("name", "text"), LOCAL.items())
def test_local_times_claim_no_zone(name: str, text: str) -> None:
    assert decode(IDENTIFIERS, text) == (name, SHOWN[:-1])


def test_the_separator_of_outlook_counts_local_time() -> None:
    assert decode(BOUNDARIES, f"----=_NextPart_000_0019_{HIGH}.{LOW}") == ("outlook-boundary", SHOWN[:-1])


def test_gmail_numbers_are_local_to_the_server() -> None:
    found = decode(HOPS, "w14sor1234567otk.2.2016.05.12.08.31.00")
    assert found == ("gmail-hop", SHOWN[:-1])


@pytest.mark.parametrize(
    "text",
    [
        "CAA+wZVWXROPiNEuaBdpE77P3dAKye5aj1WowgYr3xRmTexnW6w@mail.gmail.com",
        "9169D984-4E0B-45EF-82D4-8F5E53AD7012@example.com",  # version 4
        "86a2019dbec6$caa86cc0$390b0485@auracom.example",  # of the year 1610
        "SA0PR04MB7370EAD833C0E0340D1BA933B3C19@SA0PR04MB7370.namprd04.prod.outlook.com",
        "20161350083100.GA17@host.example",
    ],
)
def test_other_identifiers_hold_no_time(text: str) -> None:
    assert decode(IDENTIFIERS, text) is None


@pytest.mark.parametrize(
    "text", ["4E7E012345", "0FEB627200B2", "D1C502460882", "RAA0000008029", "15.20.4930.15", "423892460882"]
)
def test_short_numbers_of_servers_hold_no_time(text: str) -> None:
    assert decode(HOPS, text) is None


@given(st.text(alphabet=string.printable, max_size=300))
def test_no_text_is_too_odd(text: str) -> None:
    for group in (BOUNDARIES, IDENTIFIERS, HOPS):
        found = decode(group, text)
        assert found is None or 1990 <= int(found[1][:4]) <= 2060


@pytest.mark.parametrize("seed", ["0", "-1", "1-", "a.", "0.0", "=_", "20", "A$"])
def test_reading_is_linear(seed: str) -> None:
    for group in (BOUNDARIES, IDENTIFIERS, HOPS):
        decode(group, seed * 500)  # a pattern that tried again and again would not come back


def header(newer: bool, ticks: int) -> bytes:
    stamp = b"\x01" + (ticks >> 24).to_bytes(5, "big") if newer else (ticks >> 16).to_bytes(6, "big")
    return stamp + bytes(range(16))


def test_thread_of_outlook_with_answers() -> None:
    hour = int(3600e7) >> 18
    data = header(False, TICKS) + hour.to_bytes(4, "big") + b"\0" + (hour * 2).to_bytes(4, "big") + b"\0"
    told = list(thread(data, 10))
    assert [name for name, _ in told] == ["thread-outlook", "answer-outlook", "answer-outlook"]
    assert [value[:16] for _, value in told[:1]] == [SHOWN[:16]] or told[0][1] == "2016-05-12T08:30:59Z"
    assert told[1][1][11:15] == "09:3"
    assert told[2][1][11:15] == "11:3"


def test_thread_of_exchange_with_an_answer() -> None:
    """A public sample: begun at 12:54:02 on 18 May 2020, answered at 12:57:39 (package thread_index, its page)."""
    data = base64.b64decode("AQHWLRNo4NaOjvXU8EODe0ZotrA8B6itzaxf")
    assert list(thread(data, 10)) == [
        ("thread-server", "2020-05-18T12:54:02Z"),
        ("answer-server", "2020-05-18T12:57:39Z"),
    ]


def test_thread_of_exchange_with_many_answers() -> None:
    """Seven answers of a public question; each comes after the one before."""
    data = bytes.fromhex(
        "0101DA71727C814696A637E92446A36574D21F90B594B12E05C500800003D0808000007900800001968"
        "0800001D50080043BDF008000043980"
    )
    times = [value for _, value in thread(data, 10)]
    assert len(times) == 8
    assert times == sorted(times)
    assert times[0][:10] == "2024-03-08"
    assert times[-1][:7] == "2024-03"


@given(st.binary(max_size=400))
def test_no_thread_is_too_odd(data: bytes) -> None:
    assert len(list(thread(data, 20))) <= 21


def test_every_form_is_explained_and_every_explained_one_is_read() -> None:
    read = {form.name for group in (BOUNDARIES, IDENTIFIERS, HOPS) for form in group}
    read |= {"thread-outlook", "thread-server", "answer-outlook", "answer-server"}
    assert read == {row["form"] for row in table("mail_clocks")}
    for row in table("mail_clocks"):
        assert row["maker"] in ("author", "server", "either", "chance")
        assert row["exact"] in ("yes", "no")
        assert row["zone"] in ("utc", "local", "either")
        assert int(row["within"]) <= int(row["genuine"])


def test_what_mail_could_not_hold_names_forms_and_patterns() -> None:
    known = {row["form"] for row in table("mail_clocks")}
    for row in table("mail_firsts"):
        if row["kind"] == "form":
            assert row["what"] in known
        elif row["kind"] == "number":
            re.compile(row["what"])
        else:
            assert row["what"] == row["what"].lower()


def facts(*lines: str, body: str = "text\r\n") -> list[Observation]:
    data = "\r\n".join((*lines, "", body)).encode("ascii")
    return list(examine_bytes(data, "mail.eml").extractions[0].observations)


def values(found: list[Observation], name: str) -> list[object]:
    return [one.value for one in found if one.name == name]


@pytest.fixture(scope="module")
def letter() -> list[Observation]:
    return facts(
        "Received: by mx.example (Postfix) with ESMTP id u4C8V9aB012345; Thu, 12 May 2016 08:31:09 +0000",
        "X-OriginalArrivalTime: 12 May 2016 08:31:05.0285 (UTC) FILETIME=[" + LOW + ":" + HIGH + "]",
        "X-MS-Exchange-CrossTenant-OriginalArrivalTime: 12 May 2016 08:31:06.7827 (UTC)",
        "Date: Thu, 12 May 2016 10:31:00 +0200",
        "From: a@host.example",
        f"Message-ID: <{IDENTIFIED['mozilla-id']}>",
        f"In-Reply-To: <{IDENTIFIED['evolution-id']}>",
        'Content-Type: multipart/mixed; boundary="' + SEPARATED["mime-tools-boundary"] + '"',
        body="\r\n".join(
            (
                "--" + SEPARATED["mime-tools-boundary"],
                f"Content-ID: <{LOCAL['outlook-picture']}>",
                "",
                "text",
                "--" + SEPARATED["mime-tools-boundary"] + "--",
                "",
            )
        ),
    )


def test_each_clock_stands_where_it_was_read(letter: list[Observation]) -> None:
    for kind in ("identifier", "boundary", "parent", "content_id", "hop", "field"):
        clocks = [one for one in letter if one.name == f"mail.clock.{kind}"]
        twins = [one for one in letter if one.name == f"mail.clock.{kind}.form"]
        assert clocks
        assert [one.where for one in clocks] == [one.where for one in twins]
        assert all(one.raw for one in clocks)
    (identifier,) = [one for one in letter if one.name == "mail.clock.identifier"]
    assert identifier.where.line == 6
    assert identifier.value == SHOWN


def test_notes_of_servers_are_read(letter: list[Observation]) -> None:
    assert values(letter, "mail.clock.field.form") == [
        "x-originalarrivaltime",
        "x-ms-exchange-crosstenant-originalarrivaltime",
    ]
    assert values(letter, "mail.clock.field") == [SHOWN, "2016-05-12T08:31:06Z"]


def test_sums(letter: list[Observation]) -> None:
    assert values(letter, "mail.clock.offset") == [120.0]
    assert values(letter, "mail.clock.transit_seconds") == [9.0]
    assert values(letter, "mail.clock.spread_seconds") == [0.0]
    assert values(letter, "mail.clock.count") == [9]


def test_a_thread_of_gmail_is_read() -> None:
    found = facts(
        "From: a@b.example", "Date: Thu, 12 May 2016 10:31:00 +0200", f"X-GM-THRID: {SECONDS * 1000 << 20}"
    )
    assert values(found, "mail.clock.field") == [SHOWN]


@pytest.mark.parametrize(
    "field",
    [
        "X-OriginalArrivalTime: FILETIME=[00000000:00000000]",
        "X-GM-THRID: 99999999999999999999",
        "X-Google-DKIM-Signature: v=1; t=99999999999999999999",
        "Thread-Index: ////////",
        "Thread-Index: AQ==",
        "Delivery-Date: yesterday",
    ],
)
def test_fields_without_a_time_say_nothing(field: str) -> None:
    found = facts("From: a@b.example", "Date: Thu, 12 May 2016 10:31:00 +0200", field)
    assert not [one for one in found if one.name in ("mail.clock.field", "mail.clock.thread")]


def test_clocks_are_bounded() -> None:
    many = " ".join(f"<{SECONDS + n}.42.1.camel@h>" for n in range(3 * CLOCKS))
    answers = base64.b64encode(header(False, TICKS) + b"\0\0\0\1\0" * 5_000).decode("ascii")
    found = facts("From: a@b.example", "References: " + many, "Thread-Index: " + answers)
    assert len(values(found, "mail.clock.parent")) == CLOCKS
    assert len(values(found, "mail.clock.parent.form")) == CLOCKS
    assert len(values(found, "mail.clock.answer")) <= CLOCKS
