"""Outlook messages and TNEF: one set of facts from properties, headers read as mail, damage bounded."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.checks import judge
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome
from leakverify.extractors import tnef
from leakverify.extractors._base import Budget, LimitExceeded
from leakverify.extractors._mapi import Attachment, Bag, Item, codec
from leakverify.extractors._mapi_rtf import decompress
from leakverify.extractors._tnef_write import write
from leakverify.limits import Limits
from tests.builders.msg import (
    BINARY,
    STRING8,
    Attached,
    Message,
    compound,
    delivered,
    moment,
    storage,
)  # fmt: skip
from tests.builders.ole import word
from tests.extractors._facts import codes, every, read, told, tree, value, values

LETTER = Message(delivered(), [{0x0C15: 1, 0x3001: "B", 0x39FE: "b@b.example"}])


def tnef_of(message: Message) -> bytes:
    """The same message as a TNEF stream."""

    def bag(properties) -> Bag:
        from tests.builders.msg import typed

        found = Bag()
        for number, given_ in properties.items():
            kind, data = typed(given_)
            found.put(number, kind, struct.pack("<Q", data) if isinstance(data, int) else data)
        return found

    def item(one: Message) -> Item:
        files = [
            Attachment(
                bag(a.properties),
                data=bag(a.properties).binary(0x3701),
                item=item(a.message) if a.message else None,
            )
            for a in one.attachments
        ]
        for file in files:
            file.bag.values.pop(0x3701, None)
        return Item(bag(one.properties), [bag(r) for r in one.recipients], files)

    return write(item(message))


@pytest.mark.parametrize(("make", "name"), [(Message.data, "msg"), (tnef_of, "tnef")])
def test_headers_are_read_as_those_of_mail_and_properties_beside_them(make, name: str) -> None:
    found = read(make(LETTER), f"a.{name}")
    assert found.formats == (name,) and not found.problems
    assert value(found, "mail.date") == "2016-05-12T10:31:00+02:00"
    assert value(found, "mail.received.when") == "2016-05-12T10:31:09+02:00"
    assert value(found, "mail.message_id") == "1@a.example"
    assert value(found, "mapi.submitted") == "2016-05-12T08:31:00Z"
    assert value(found, "mapi.delivered") == "2016-05-12T08:31:09Z"
    assert value(found, "mapi.created") == value(found, "mapi.modified") == "2016-05-12T08:31:10Z"
    assert values(found, "mapi.flag") == ["read", "unmodified"]
    assert values(found, "mail.text") == ["The amount is 1200 euros.\r\n"]
    (date,) = every(found, "mail.date")
    assert date.where.part == "property 007D, Date" and date.where.line == 3 and date.where.offset is None


def test_without_headers_the_properties_speak_and_say_where_from() -> None:
    properties = delivered()
    del properties[0x007D]
    found = read(Message(properties, LETTER.recipients).data())
    assert value(found, "mail.from.address") == "jeanne@a.example"
    assert value(found, "mail.to.address") == "b@b.example"
    assert value(found, "mail.subject") == "Contract"
    (date,) = every(found, "mail.date")
    assert date.value == "2016-05-12T08:31:00Z" and date.where.part == "property 0039"
    assert not values(found, "mail.received.count")


def test_a_name_in_the_directory_of_a_server_is_no_address_of_mail() -> None:
    properties = delivered(p0065="/O=A/OU=B/CN=JEANNE")
    del properties[0x007D]
    found = read(Message(properties, [{0x0C15: 1, 0x3001: "B", 0x3003: "/O=A/CN=B"}]).data())
    assert value(found, "mapi.representing.address") == "/O=A/OU=B/CN=JEANNE"
    assert value(found, "mail.from.name") == "Jeanne" and not values(found, "mail.from.address")
    assert value(found, "mail.to.name") == "B" and not values(found, "mail.to.address")


def test_the_line_that_old_outlook_sets_before_the_headers_is_no_header() -> None:
    marked = "Microsoft Mail Internet Headers Version 2.0\r\n" + str(delivered()[0x007D])
    found = read(Message(delivered(p007D=marked)).data())
    assert value(found, "mail.subject") == "Contract"
    assert value(found, "mapi.transport_headers.mark") == "Microsoft Mail Internet Headers Version 2.0"


def test_strings_of_eight_bits_are_in_the_stated_code_page() -> None:
    properties = {0x3FFD: 1251, 0x0037: (STRING8, "Договор".encode("cp1251"))}
    assert value(read(Message(properties).data()), "mapi.subject") == "Договор"
    assert codec(65001) == "utf-8" and codec(99_999) == "cp1252"


def test_attachments_and_messages_inside_are_documents() -> None:
    inner = Message(
        delivered(p0037="Inner"),
        attachments=[Attached({0x3707: "deep.txt", 0x3705: 1, 0x3701: b"deep words"})],
    )
    files = [
        Attached(
            {
                0x3707: "list.csv",
                0x3705: 1,
                0x3701: b"a;b\n1;2\n",
                0x3008: moment("2016-05-01T00:00:00+00:00"),
            }
        ),
        Attached({0x3001: "Inner", 0x3705: 5}, inner),
        Attached({0x3707: "linked.doc", 0x3705: 4, 0x3708: "c:\\linked.doc"}),
    ]
    for data in (
        Message(delivered(), attachments=files).data(),
        tnef_of(Message(delivered(), attachments=files)),
    ):
        outer, *rest = tree(data)
        assert [(one.name, one.role, one.carrier) for one in rest] == [
            ("list.csv", "attachment", 0), ("Inner", "message", 0), ("deep.txt", "attachment", 2),
        ]  # fmt: skip
        assert value(rest[1], "mapi.rebuilt") == "embedded-message"
        assert value(rest[1], "mail.subject") == "Contract" and value(rest[1], "mapi.subject") == "Inner"
        assert values(rest[2], "text.content") == ["deep words"]
        assert value(outer, "mapi.attachment.modified") == "2016-05-01T00:00:00Z"
        assert told(outer, "missing-part") == ["attachment by method 4 whose bytes are not here"]


def test_a_rebuilt_message_has_the_same_bytes_every_time() -> None:
    inner = Message(delivered(), attachments=[Attached({0x3705: 5}, Message(delivered()))]).data()
    assert tree(inner)[1].sha256 == tree(inner)[1].sha256 == tree(bytes(bytearray(inner)))[1].sha256


def test_winmail_in_a_mail_is_opened() -> None:
    from tests.builders.mail import Body, Multi, mail

    body = Multi([Body(), Body("application/ms-tnef; name=winmail.dat", tnef_of(LETTER), "base64")])
    outer, inner = tree(mail(body))
    assert inner.formats == ("tnef",) and inner.name == "winmail.dat"
    assert values(outer, "mail.wrapper") == ["tnef"] and not codes(outer)


def test_an_office_document_is_not_taken_for_a_message() -> None:
    document = word("words")
    assert read(document, "a.msg").formats == ("ole",)
    assert read(compound({"WordDocument": b"x" * 5000, "__substg1.0_0037001F": b"x"}, bytes(16))).formats == (
        "ole",
    )


def test_the_directory_is_found_wherever_it_lies() -> None:
    """A message whose directory is in the middle of a large file and whose name says nothing."""
    files = [Attached({0x3707: "a.bin", 0x3705: 1, 0x3701: bytes(300_000)})]
    assert read(Message(delivered(), attachments=files).data(), "document").formats == ("msg",)


def test_streams_that_no_list_names_are_read_and_counted() -> None:
    hidden = storage({0x0037: "Contract"}, 32)
    hidden["__substg1.0_1000001F"] = "hidden words".encode("utf-16-le")
    found = read(compound(hidden))
    assert value(found, "msg.unlisted") == 1 and values(found, "mail.text") == ["hidden words"]


# compressed RTF ---------------------------------------------------------------------------------------


def packed(tokens: bytes, size: int, *, check: int | None = None) -> bytes:
    import zlib

    crc = zlib.crc32(tokens, 0xFFFFFFFF) ^ 0xFFFFFFFF if check is None else check
    return struct.pack("<4I", len(tokens) + 12, size, 0x75465A4C, crc) + tokens


def budget() -> Budget:
    return Budget(1 << 26, 200, 1 << 20)


def test_the_examples_of_the_specification() -> None:
    """MS-OXRTFCP 3.1: a simple text, and one that reads what it is just writing."""
    simple = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompress(simple, budget(), 1 << 20) == (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", "")
    across = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress(across, budget(), 1 << 20) == (b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", "")


def test_rtf_alone_is_read_as_text() -> None:
    plain = b"{\\rtf1\\ansi Dear all\\par the amount}"
    body = struct.pack("<4I", len(plain) + 12, len(plain), 0x414C454D, 0) + plain
    found = read(Message({0x1009: body}).data())
    assert "the amount" in str(value(found, "mail.text")) and values(found, "mapi.body") == ["rtf"]


def test_a_bomb_of_compressed_rtf_ends_at_the_limit() -> None:
    tokens, write_at = bytearray(), 207
    for _ in range(40_000):  # eight references of 17 bytes each, never to where the window is written
        tokens.append(0xFF)
        for _ in range(8):
            tokens += struct.pack(">H", (write_at + 100) % 4096 << 4 | 15)
            write_at = (write_at + 17) % 4096
    bomb = packed(bytes(tokens), 0xFFFFFFFF)
    started = time.process_time()
    with pytest.raises(LimitExceeded):
        decompress(bomb, Budget(1 << 20, 200, 1 << 20), 1 << 22)
    assert time.process_time() - started < 5
    found = read(Message(delivered(p1009=bomb)).data(), limits=Limits(inflated_bytes=1 << 22))
    assert "limit-inflate" in codes(found) and value(found, "mail.subject") == "Contract"


@given(st.binary(max_size=300))
def test_compressed_rtf_never_raises_for_bytes(data: bytes) -> None:
    decompress(data, budget(), 1 << 16)
    decompress(packed(data, 1 << 15), budget(), 1 << 16)


# damage -----------------------------------------------------------------------------------------------

SOUND = Message(
    delivered(p1013=b"<p>The amount is 1200 euros.</p>"),
    LETTER.recipients,
    [Attached({0x3707: "a.txt", 0x3705: 1, 0x3701: b"words"}), Attached({0x3705: 5}, Message(delivered()))],
).data()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_damaged_messages_end_in_an_answer(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SOUND)
    for at, byte in changes:
        data[at] = byte
    for found in tree(bytes(data)):
        assert not any(code in ("reader-error", "box-protocol") for code in codes(found)), found.problems


TNEF = tnef.sample()


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.integers(6, len(TNEF) - 1), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 60),
)
def test_damaged_tnef_ends_in_an_answer(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(TNEF)
    for at, byte in changes:
        data[at] = byte
    for found in tree(bytes(data[: len(data) - cut])):
        assert not any(code in ("reader-error", "box-protocol") for code in codes(found)), found.problems


def test_lengths_past_the_end_are_told_and_the_rest_is_read() -> None:
    long = TNEF[:21] + struct.pack("<BII", 1, 0x0002800C, 0x7FFFFFFF) + b"the text"
    found = read(long)
    assert told(found, "truncated") and values(found, "mail.text") == ["the text"]
    rows = struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHII", 0x1F, 0x37, 1, 0xFFFFFFF0)
    attribute = struct.pack("<BII", 1, 0x00069003, len(rows)) + rows + struct.pack("<H", sum(rows) & 0xFFFF)
    assert "truncated" in codes(read(TNEF[:6] + attribute))


def test_a_sum_that_does_not_fit_is_told() -> None:
    data = bytearray(TNEF)
    data[-1] ^= 1
    assert "malformed" in codes(read(bytes(data)))


def test_sectors_in_a_circle_end_in_an_answer() -> None:
    data = bytearray(Message(delivered(p1000="x" * 6000)).data())
    started = time.process_time()
    for sector in range(2, 60):
        changed = bytearray(data)
        struct.pack_into("<I", changed, 512 + 4 * sector, sector)
        assert not codes(read(bytes(changed))) & {"reader-error", "box-protocol"}
    assert time.process_time() - started < 20


def test_messages_nested_without_end_are_cut() -> None:
    message = Message({0x0037: "core"})
    for _ in range(30):
        message = Message({0x0037: "shell"}, attachments=[Attached({0x3705: 5}, message)])
    found = tree(message.data())
    assert len(found) <= 12 and any("limit-depth" in codes(one) for one in found)


def test_a_million_streams_of_properties_do_not_hold_up_the_reader() -> None:
    rows = bytes(32) + struct.pack("<HHIII", 0x1F, 0x37, 6, 8, 0) * 200_000
    found = read(
        compound({"__properties_version1.0": rows, "__substg1.0_0037001F": "note".encode("utf-16-le")})
    )
    assert "limit-answer" in codes(found) and value(found, "mail.subject") == "note"


# checks -----------------------------------------------------------------------------------------------


def answers(data: bytes, check: str) -> list[tuple[Outcome, str]]:
    return [(e.outcome, e.message) for e in judge(Facts(read(data))) if e.check == check]


def test_properties_and_headers_that_agree_support_each_other() -> None:
    assert answers(LETTER.data(), "LV-MAIL-051") == [(Outcome.SUPPORTS, "agree")]


def test_a_date_moved_on_one_side_only_stands_out_and_a_converter_does_not() -> None:
    moved = delivered(p0039=moment("2015-02-03T08:31:00+00:00"))
    assert answers(Message(moved).data(), "LV-MAIL-051") == [(Outcome.UNUSUAL, "submitted")]
    made = moment("2018-02-03T08:31:00+00:00")
    converted = delivered(p0039=made, p3007=made, p3008=made)
    assert answers(Message(converted).data(), "LV-MAIL-051") == [(Outcome.NEUTRAL, "converted")]


def test_another_author_stands_out_and_a_subject_edited_for_filing_is_shown() -> None:
    assert (Outcome.UNUSUAL, "author") in answers(
        Message(delivered(p0065="x@c.example")).data(), "LV-MAIL-051"
    )
    exchange = delivered(p0065="/O=A/OU=B/CN=JEANNE")
    assert answers(Message(exchange).data(), "LV-MAIL-051") == [(Outcome.SUPPORTS, "agree")]
    filed = Message(delivered(p0037="Contract (signed)")).data()
    assert (Outcome.NEUTRAL, "subject") in answers(filed, "LV-MAIL-051")


def test_a_later_saving_and_a_word_of_one_body_are_shown() -> None:
    words = " ".join(f"word{n}" for n in range(40))
    edited = delivered(
        p3008=moment("2017-01-01T00:00:00+00:00"), p3FFA="Jeanne",
        p1000=f"{words} 9200", p1013=(BINARY, f"<p>{words} 1200</p>".encode()),
    )  # fmt: skip
    found = read(Message(edited).data())
    assert value(found, "mapi.body.only_plain_words") == "9200"
    said = answers(Message(edited).data(), "LV-MAIL-052")
    assert {message for _, message in said} == {"saved-by", "unmodified", "bodies"}
    assert {outcome for outcome, _ in said} == {Outcome.NEUTRAL}


def test_a_storage_of_many_streams_takes_linear_time() -> None:
    tree_ = {f"__substg1.0_{n:04X}001F": b"x\0" for n in range(4_000)}
    tree_ |= {f"other {n}": b"" for n in range(20_000)}
    data = compound({"__properties_version1.0": bytes(32), **tree_})
    started = time.process_time()
    found = read(data)
    assert time.process_time() - started < 10
    assert found.formats == ("msg",) and value(found, "msg.unlisted") > 900
