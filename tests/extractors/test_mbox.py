"""Mailboxes: members are byte ranges, and nothing between them goes unnoticed."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction
from leakverify.extractors import _mail_folder
from leakverify.extractors._base import Source
from leakverify.extractors._mail_folder import Tally, separators
from leakverify.limits import Limits
from tests.builders.mail import mail, mbox

ONE, TWO, THREE = (mail(f"text {n}\n".encode(), subject=str(n), newline=b"\n") for n in (1, 2, 3))


def read(data: bytes, name: str = "Inbox", *, limits: Limits | None = None) -> Extraction:
    return examine_bytes(data, name, limits=limits or Limits()).extractions[0]


def value(found: Extraction, name: str) -> object:
    (one,) = (o.value for o in found.observations if o.name == name)
    return one


def test_members_are_the_messages_byte_for_byte() -> None:
    data = mbox([ONE, TWO, THREE])
    found = read(data)
    assert found.formats == ("mbox",)
    assert [data[m.offset : m.offset + m.length] for m in found.members] == [ONE, TWO, THREE]
    assert all(m.transform == "" and m.size == m.length for m in found.members)
    assert value(found, "mbox.messages") == 3


def test_line_ends_of_windows() -> None:
    data = mbox([ONE, TWO]).replace(b"\n", b"\r\n")
    found = read(data)
    assert [data[m.offset : m.offset + m.length] for m in found.members] == [
        ONE.replace(b"\n", b"\r\n"),
        TWO.replace(b"\n", b"\r\n"),
    ]


def test_messages_are_those_of_the_standard_library(tmp_path: Path) -> None:
    data = mbox([ONE, TWO, THREE], sender="a@b.example")
    path = tmp_path / "box"
    path.write_bytes(data)
    box = mailbox.mbox(path, create=False)
    judged = [box.get_bytes(key) for key in box.iterkeys()]
    box.close()
    assert [data[m.offset : m.offset + m.length] for m in read(data).members] == judged


def test_dates_of_the_separators() -> None:
    found = read(mbox([ONE, TWO]))
    whens = [o for o in found.observations if o.name == "mbox.separator.when"]
    assert [o.value for o in whens] == ["2017-05-05T20:47:00", "2017-05-05T20:47:01"]
    assert whens[0].raw == "Fri May  5 20:47:00 2017"
    assert whens[1].where.offset == len(mbox([ONE]))


def test_a_sentence_is_no_separator_and_is_counted() -> None:
    body = b"From here on it was clear.\nFrom a@b Fri May  5 20:47:00 2017\n\nnot a field\n>From me\n>>From you\n"
    found = read(mbox([mail(body, newline=b"\n"), TWO]))
    assert len(found.members) == 2
    assert value(found, "mbox.lines.unescaped") == 2
    assert value(found, "mbox.lines.escaped") == 2


def test_gaps_and_order_are_told() -> None:
    data = mbox([ONE]) + mbox([TWO])[: -len(b"\n")] + mbox([THREE])  # no blank line before the third
    found = read(data)
    assert len(found.members) == 3
    assert value(found, "mbox.separator.abrupt") == 1
    later = mbox([ONE], separator="Sat May  6 20:47:{:02d} 2017") + mbox(
        [TWO], separator="Mon May  1 20:47:{:02d} 2017"
    )
    assert value(read(later), "mbox.separator.backward") == 1
    assert value(read(mbox([ONE, TWO])), "mbox.separator.backward") == 0


def test_an_open_end_is_told() -> None:
    whole = mbox([ONE, TWO])
    assert value(read(whole), "mbox.final_line_break") is True
    assert value(read(whole[:-3]), "mbox.final_line_break") is False


def test_one_message_with_its_line_is_a_mail() -> None:
    assert read(mbox([ONE]), "note.txt").formats == ("mail",)
    assert read(mbox([ONE]), "").formats == ("mail",)
    assert read(mbox([ONE]), "x.mbox").formats == ("mbox",)
    assert read(mbox([ONE, TWO]), "note.txt").formats == ("mbox",)


def test_a_large_one_of_unknown_middle_goes_by_its_name() -> None:
    data = mbox([mail(b"x\n" * 50_000, newline=b"\n")])
    assert read(data, "note.eml").formats == ("mail",)
    assert read(data, "Sent").formats == ("mbox",)


def test_separators_without_a_date() -> None:
    data = mbox([ONE, TWO], separator="").replace(b"From - \n", b"From -\n")
    found = read(data)
    assert [data[m.offset : m.offset + m.length] for m in found.members] == [ONE, TWO]
    assert not [o for o in found.observations if o.name == "mbox.separator.when"]


@pytest.mark.parametrize(
    "data",
    [
        b"From the editor\nSubject: x\n\n",
        b"From a@b Fri May  5 20:47:00 2017\n\nno field\n",
        b"x" + mbox([ONE, TWO]),
    ],
)
def test_other_text_is_no_mailbox(data: bytes) -> None:
    assert "mbox" not in read(data).formats


def test_more_messages_than_may_be_listed_is_a_problem_and_still_counted() -> None:
    found = read(mbox([ONE] * 30), limits=Limits(members=10))
    assert len(found.members) == 10
    assert {p.code for p in found.problems} == {"limit-members"}
    assert value(found, "mbox.messages") == 30


def test_a_mailbox_inside_a_mail_is_read_in_its_unit() -> None:
    carrier = mail(newline=b"\n").replace(b"\n\n", b"\nContent-Type: application/mbox; name=a.mbox\n\n", 1)
    head = carrier[: carrier.index(b"\n\n") + 2]
    found = examine_bytes(head + mbox([ONE, TWO]), "x.eml").extractions
    assert [e.formats for e in found] == [("mail",), ("mbox",), ("mail",), ("mail",)]


@given(
    st.integers(1, 400), st.lists(st.sampled_from([ONE, TWO, b"\n", b"From x\n", b">From y\n"]), max_size=8)
)
def test_pieces_in_which_it_is_read_do_not_matter(step: int, messages: list[bytes]) -> None:
    data = mbox([ONE, *messages])
    whole_tally, tally = Tally(), Tally()
    whole = list(separators(Source(data), 0, whole_tally))
    normal = _mail_folder._BLOCK
    try:
        _mail_folder._BLOCK = step
        assert list(separators(Source(data), 0, tally)) == whole
    finally:
        _mail_folder._BLOCK = normal
    assert tally == whole_tally
