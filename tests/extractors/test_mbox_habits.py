"""Mailboxes: which messages were written otherwise than the rest, told in few words and with their place."""

from __future__ import annotations

import time

from leakverify.checks import judge
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome
from tests.builders.mail import mail, mbox
from tests.extractors._facts import every, read, value, values


def box(number: int, *, odd: int | None = None, line: str = "") -> bytes:
    """A mailbox of that many messages, a day apart; the ``odd`` one with another separator."""
    out = b""
    for n in range(number):
        day, month = n % 28 + 1, n // 28 + 1
        separator = f"From a@a.example {_weekday(month, day)} {_MONTHS[month - 1]} {day:2d} 10:00:00 2017\n"
        out += (line if n == odd and line else separator).encode()
        out += mail(f"text {n}\n".encode(), subject=str(n), newline=b"\n") + b"\n"
    return out


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _weekday(month: int, day: int) -> str:
    import datetime

    return datetime.date(2017, month, day).strftime("%a")


def answers(data: bytes) -> list[tuple[Outcome, str]]:
    return [(e.outcome, e.message) for e in judge(Facts(read(data))) if e.check == "LV-MAIL-050"]


def test_a_mailbox_written_alike_has_nothing_to_tell() -> None:
    found = read(box(60))
    assert values(found, "mbox.odd") == [] and value(found, "mbox.odd.count") == 0
    assert value(found, "mbox.separator.form") == "dated" and value(found, "mbox.variant") == "none-needed"
    assert answers(box(60)) == [(Outcome.NEUTRAL, "nothing")]


def test_senders_of_separators_are_told_once_each() -> None:
    data = box(12, odd=3, line="From b@b.example Wed Jan  4 10:00:00 2017\n")
    senders = every(read(data), "mbox.separator.from")
    assert [(o.value, o.where.part) for o in senders] == [
        ("a@a.example", "message 1"), ("b@b.example", "message 4"),
    ]  # fmt: skip


def test_a_message_out_of_order_is_told_with_its_place() -> None:
    data = box(60, odd=20, line="From a@a.example Thu Mar 10 10:00:00 2011\n")
    found = read(data)
    (odd,) = every(found, "mbox.odd")
    assert odd.value == "order" and odd.where.part == "message 21"
    assert odd.where.offset is not None and b"Subject: 20\n" in data[odd.where.offset :][: odd.where.length]
    assert answers(data) == [(Outcome.NEUTRAL, "order")]


def test_a_separator_of_another_form_is_told() -> None:
    data = box(60, odd=20, line="From - Sat Jan 21 10:00:00 2017\n")
    assert [(o.value, o.where.part) for o in every(read(data), "mbox.odd")] == [
        ("separator-form", "message 21")
    ]


def test_a_line_that_ends_otherwise_is_told() -> None:
    data = box(60, odd=20, line="From a@a.example Sat Jan 21 10:00:00 2017\r\n")
    assert [(o.value, o.where.part) for o in every(read(data), "mbox.odd")] == [("line-ending", "message 21")]


def test_a_mailbox_in_no_order_has_no_habit() -> None:
    lines = list(box(60).split(b"From a@a.example ")[1:])
    shuffled = b"".join(b"From a@a.example " + lines[n * 7 % 60] for n in range(60))
    assert values(read(shuffled), "mbox.odd") == []


def test_content_lengths_that_fit_and_one_that_does_not() -> None:
    messages = []
    for n in range(30):
        body = f"text {n}\n".encode()
        stated = len(body) + (40 if n == 5 else 0)
        messages.append(mail(body, subject=str(n), fields=[f"Content-Length: {stated}"], newline=b"\n"))
    found = read(mbox(messages))
    assert value(found, "mbox.variant") == "lengths"
    assert (value(found, "mbox.content_length.fits"), value(found, "mbox.content_length.differs")) == (29, 1)
    assert [o.where.part for o in every(found, "mbox.odd") if o.value == "content-length"] == ["message 6"]


def test_escaped_and_unescaped_lines_tell_the_variant() -> None:
    escaped = mbox([mail(b">From here\n", newline=b"\n"), mail(newline=b"\n")])
    assert value(read(escaped), "mbox.variant") == "escaped"
    bare = mbox([mail(b"text\nFrom here on\n", newline=b"\n"), mail(newline=b"\n")])
    assert value(read(bare), "mbox.variant") == "unescaped"
    assert (Outcome.NEUTRAL, "unescaped") in answers(bare)


def test_a_large_mailbox_takes_linear_time_and_few_words() -> None:
    data = box(28) * 400
    started = time.process_time()
    found = read(data)
    assert time.process_time() - started < 8
    assert value(found, "mbox.messages") == 11_200 and len(values(found, "mbox.odd")) <= 200
