"""The mail extractor: what is a mail, and what its fields state."""

from __future__ import annotations

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction, Observation
from leakverify.extractors import registry
from tests.builders.mail import Body, Multi, dkim, mail

HOPS = ("Fri, 5 May 2017 20:47:03 +0200 (CEST)", "Fri, 5 May 2017 18:47:01 +0000")


def read(data: bytes, name: str = "", *, full: bool = True) -> Extraction:
    return examine_bytes(data, name, full=full).extractions[0]


def values(found: Extraction, name: str) -> list[object]:
    return [o.value for o in found.observations if o.name == name]


def only(found: Extraction, name: str) -> Observation:
    (one,) = (o for o in found.observations if o.name == name)
    return one


def codes(found: Extraction) -> set[str]:
    return {problem.code for problem in found.problems}


# what is a mail


@pytest.mark.parametrize(
    "data",
    [
        mail(received=HOPS),
        mail(newline=b"\n"),
        mail(envelope="From anne@a.example Fri May  5 20:47:00 2017", newline=b"\n"),
        b"\xef\xbb\xbf" + mail(),
        b"\r\n\r\n" + mail(),
        b">From anne@a.example Fri May  5 20:47:00 2017\n" + mail(newline=b"\n"),
        b"Path: news!host\nNewsgroups: comp.x\nFrom: a\nSubject: b\n\nText\n",
        b"Received: from a by b; x\nReturn-Path: <a@b>\nno blank line before the text\n",
        b"From: a@b.example\nTo: c@d.example\nSubject: a field without a machine's\n\nx",
    ],
)
def test_header_fields_of_mail_make_a_mail(data: bytes) -> None:
    assert read(data, "x.txt").formats == ("mail",)


@pytest.mark.parametrize(
    "data",
    [
        # printed and scanned mail
        b"      UNCLASSIFIED U.S. Department of State Case No. F-2014-20439\n\nFrom: A <a@b.example>\nTo: H\n",
        b"From: Jane Doe\nSent: Monday, May 03, 2010 4:21 PM\nTo: abc@d.example\nSubject: abcd\n\nfoo\n",
        b"To: All Staff\nFrom: The Director\nDate: 3 May 2010\nSubject: Parking\n\nDear all,\n",
        # other things made of colons
        b"HTTP/1.1 200 OK\nDate: Fri, 05 May 2017 20:46:58 GMT\nContent-Type: text/html\n\n<html>",
        b"Date: Fri, 05 May 2017 20:46:58 GMT\nServer: x\nContent-Type: text/html\nMIME-Version: 1.0\n\n<html>",
        b"title: x\nauthor: me@a.example\ndate: 2017-05-05 10:00\nsubject: y\n---\n",
        b"Package: leak\nVersion: 1\nMaintainer: A <a@b.example>\n\n",
        b"subject: math\ngrade: 3\n\n",
        b"From;To;Subject\na@b.example;c@d.example;x\n",
        b"import email\nfrom x import y\n",
        b"{\\rtf1 From: a@b.example\nTo: c@d.example}",
        b"From: a@b.example\nThis line is no field\nTo: c@d.example\n",
    ],
)
def test_other_text_is_no_mail(data: bytes) -> None:
    assert "mail" not in read(data, "x.txt").formats


def test_the_name_lowers_the_demand_to_one_field() -> None:
    data = b"Subject: x\n\ntext"
    assert read(data, "x.txt").formats == ("text",)
    assert read(data, "x.eml").formats == ("mail",)


def test_a_mail_named_txt_is_not_held_against_its_name() -> None:
    assert "wrong-extension" not in codes(read(mail(), "note.txt"))


# what the fields state


def test_the_date_is_read_with_its_place_and_words() -> None:
    found = read(mail(received=HOPS))
    date = only(found, "mail.date")
    assert (date.value, date.raw) == ("2017-05-05T20:46:58+02:00", "Fri, 5 May 2017 20:46:58 +0200")
    assert (date.where.part, date.where.line) == ("Date", 10)
    assert only(found, "mail.date.zone").value == "+0200"
    assert only(found, "mail.date.weekday").value == "fri"


def test_a_place_is_the_bytes_of_the_field() -> None:
    data = mail(received=HOPS, client="Mutt/1.4i")
    agent = only(read(data), "mail.user_agent")
    assert agent.where.offset is not None and agent.where.length is not None
    assert data[agent.where.offset :][: agent.where.length] == b"X-Mailer: Mutt/1.4i\r\n"
    assert agent.where.part == "X-Mailer"


def test_an_impossible_date_is_kept_as_text_and_gives_no_date() -> None:
    found = read(mail(date="Fri, 31 Feb 2017 20:46:58 +0200"))
    assert only(found, "mail.date_malformed").value == "Fri, 31 Feb 2017 20:46:58 +0200"
    assert not values(found, "mail.date")


def test_hops_are_given_newest_first_with_lines() -> None:
    found = read(mail(received=HOPS))
    whens = [o for o in found.observations if o.name == "mail.received.when"]
    assert [(o.value, o.where.line) for o in whens] == [
        ("2017-05-05T20:47:03+02:00", 1),
        ("2017-05-05T18:47:01Z", 4),
    ]
    assert whens[0].raw == HOPS[0]
    assert values(found, "mail.received.by") == ["mx.b.example"] * 2
    assert values(found, "mail.received.from") == ["mail.a.example"] * 2
    assert values(found, "mail.received.id") == ["4XyZ"] * 2
    assert only(found, "mail.received.count").value == 2


def test_a_semicolon_in_a_comment_is_no_date() -> None:
    field = "Received: from a (b; c) by d with SMTP; Fri, 5 May 2017 20:00:00 +0200"
    found = read(mail(fields=(field,)))
    assert values(found, "mail.received.when") == ["2017-05-05T20:00:00+02:00"]
    assert values(found, "mail.received.by") == ["d"]


def test_an_unclosed_comment_does_not_hide_the_date() -> None:
    field = "Received: from a (b by d with SMTP; Fri, 5 May 2017 20:00:00 +0200"
    assert values(read(mail(fields=(field,))), "mail.received.when") == ["2017-05-05T20:00:00+02:00"]


def test_a_hop_without_a_possible_date_says_so() -> None:
    found = read(mail(received=("22/08/2002 10:25:57",)))
    assert values(found, "mail.received.date_malformed") == ["22/08/2002 10:25:57"]
    assert not values(found, "mail.received.when")


def test_names_and_addresses() -> None:
    found = read(
        mail(
            sender="=?utf-8?q?Ren=C3=A9e?= <renee@a.example>",
            to='"Doe, Jane" <jane@b.example>, paul@b.example (Paul)',
            fields=("Cc: c@b.example", "Reply-To: r@a.example", "Sender: s@a.example", "Bcc: h@b.example"),
        )
    )
    assert (only(found, "mail.from.name").value, only(found, "mail.from.address").value) == (
        "Renée",
        "renee@a.example",
    )
    assert only(found, "mail.from.name").raw == "=?utf-8?q?Ren=C3=A9e?= <renee@a.example>"
    assert values(found, "mail.to.name") == ["Doe, Jane", "Paul"]
    assert values(found, "mail.to.address") == ["jane@b.example", "paul@b.example"]
    assert values(found, "mail.cc.address") == ["c@b.example"]
    assert values(found, "mail.reply_to.address") == ["r@a.example"]
    assert values(found, "mail.sender.address") == ["s@a.example"]
    assert values(found, "mail.bcc.address") == ["h@b.example"]


def test_a_second_author_or_date_or_subject_is_not_lost() -> None:
    found = read(
        mail(fields=("From: Other <o@x.example>", "Date: Sat, 6 May 2017 10:00:00 +0200", "Subject: second"))
    )
    assert only(found, "mail.from.address").value == "anne@a.example"
    assert values(found, "mail.from.other") == ["o@x.example"]
    assert values(found, "mail.date.other") == ["2017-05-06T10:00:00+02:00"]
    assert values(found, "mail.subject.other") == ["second"]
    assert values(found, "mail.header.duplicate") == ["from", "subject", "date"]


def test_a_mail_sent_once_more_says_when() -> None:
    found = read(mail(fields=("Resent-Date: Mon, 8 May 2017 09:00:00 +0200",)))
    assert values(found, "mail.resent.when") == ["2017-05-08T09:00:00+02:00"]
    assert values(found, "mail.date") == ["2017-05-05T20:46:58+02:00"]


def test_the_order_of_fields_is_kept_also_as_spelled() -> None:
    found = read(mail(fields=("X-Foo: 1", "mime-Version: 1.0")))
    assert only(found, "mail.header.order").value == "from:to:subject:date:message-id:x-foo:mime-version"
    assert only(found, "mail.header.spelling").value == "From:To:Subject:Date:Message-ID:X-Foo:mime-Version"


def test_thread_fields() -> None:
    found = read(
        mail(
            fields=(
                "In-Reply-To: <0@a.example>",
                "References: <y@a.example>\n <0@a.example>",
                "Thread-Index: AdNST+6DXK4x\n fZYaRzuyUbaIacENgA==",
                "Thread-Topic: =?utf-8?b?w6k=?=",
            )
        )
    )
    assert only(found, "mail.message_id").value == "1@a.example"
    assert only(found, "mail.in_reply_to").value == "0@a.example"
    assert values(found, "mail.references") == ["y@a.example", "0@a.example"]
    assert only(found, "mail.thread_index").value == "AdNST+6DXK4xfZYaRzuyUbaIacENgA=="
    assert only(found, "mail.thread_topic").value == "é"


def test_what_a_signature_field_states() -> None:
    found = read(mail(fields=(dkim(extra="t=1494010020; x=1494614820; l=12; "),)))
    assert values(found, "mail.dkim.domain") == ["a.example"]
    assert values(found, "mail.dkim.selector") == ["sel"]
    assert values(found, "mail.dkim.time") == ["2017-05-05T18:47:00Z"]
    assert values(found, "mail.dkim.expires") == ["2017-05-12T18:47:00Z"]
    assert values(found, "mail.dkim.signed") == ["from:to:subject:date"]
    assert values(found, "mail.dkim.body_length") == [12]


def test_a_signature_time_that_is_no_number_is_a_problem() -> None:
    found = read(mail(fields=(dkim(extra="t=yesterday; "),)))
    assert not values(found, "mail.dkim.time")
    assert "malformed" in codes(found)


def test_the_envelope_line() -> None:
    found = read(mail(envelope="From anne@a.example Fri May  5 20:47:00 2017", newline=b"\n"))
    assert only(found, "mail.envelope.from").value == "anne@a.example"
    assert only(found, "mail.envelope.when").value == "2017-05-05T20:47:00"
    assert only(found, "mail.from.name").where.line == 2


@pytest.mark.parametrize(("newline", "expected"), [(b"\r\n", "crlf"), (b"\n", "lf")])
def test_line_endings(newline: bytes, expected: str) -> None:
    assert only(read(mail(newline=newline)), "mail.line_ending").value == expected


def test_mixed_line_endings() -> None:
    assert only(read(mail() + b"lf only\n"), "mail.line_ending").value == "mixed"


def test_the_first_pass_reads_the_text_as_well() -> None:
    """Coming back for it would cost more than reading it."""
    first = read(mail(b"words"), full=False)
    assert not first.deferred
    assert first == read(mail(b"words"))
    assert values(first, "mail.text") == ["words"]


def test_eight_bit_fields_are_read_as_utf8_or_western() -> None:
    data = mail().replace(b"Subject: Note", "Subject: né".encode())
    assert only(read(data), "mail.subject").value == "né"
    assert only(read(mail().replace(b"Note", b"n\xe9\x80")), "mail.subject").value == "né€"


def test_messages_behind_a_single_one_are_not_lost() -> None:
    # larger than both ends that identification sees, so that it takes the file for one mail
    first = mail(b"x" * 50_000 + b"\n", envelope="From - Fri May  5 20:47:00 2017", newline=b"\n")
    second = mail(b"second " + b"x" * 90_000, envelope="From - Fri May  5 20:48:00 2017", newline=b"\n")
    result = examine_bytes(first + b"\n" + second, "saved.txt").extractions
    assert result[0].formats == ("mail",)
    assert values(result[0], "mail.further_messages") == [1]
    assert result[1].role == "message"
    assert str(values(result[1], "mail.text")[0]).startswith("second")
    assert len(str(values(result[0], "mail.text")[0])) == 50_001


def test_every_declared_name_has_a_meaning_and_every_sample_is_clean() -> None:
    for name in ("mail", "mbox", "text"):
        form = registry()[name].format
        assert form.sample is not None
        assert all(declared.meaning for declared in form.observes.values())
        (first, *_) = examine_bytes(form.sample(), "sample").extractions
        assert first.formats == (name,)
        assert not first.problems


def test_the_sample_takes_the_late_paths() -> None:
    form = registry()["mail"].format
    assert form.sample is not None
    found = read(form.sample())
    seen = {o.name for o in found.observations}
    assert {"mail.text", "mail.attachment.modified", "mail.dkim.time", "mail.received.when"} <= seen
    assert "日本" in values(found, "mail.to.name")


def test_multipart_root_has_no_number_and_a_single_part_is_number_one() -> None:
    single = only(read(mail()), "mail.mime.type")
    assert (single.value, single.where.part) == ("text/plain", "1")
    found = read(mail(Multi([Body(), Multi([Body(), Body()], boundary="in")])))
    assert [o.where.part for o in found.observations if o.name == "mail.mime.type"] == [
        "", "1", "2", "2.1", "2.2",
    ]  # fmt: skip


def test_what_servers_noted_of_author_and_identifier() -> None:
    noted = read(
        mail(
            b"x\r\n",
            fields=(
                "Authentication-Results: mx.b.example; dkim=pass header.d=c.example;",
                ' dmarc=pass (p=none) header.from="A.Example."',
                "ARC-Authentication-Results: i=1; b.example; dmarc=pass header.from=<anne@news.a.example>",
                "Authentication-Results: old.example; dmarc=none header.from=a.example header.from=localhost",
                "X-MS-TNEF-Correlator: <7@a.example>",
            ),
        )
    )
    domains = values(noted, "mail.noted.author_domain")
    assert sorted(map(str, domains)) == ["a.example", "news.a.example"]
    assert only(noted, "mail.noted.identifier").value == "7@a.example"
