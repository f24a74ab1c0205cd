"""Outlook stores: every item a document of its own, rebuilt the same way each time, damage told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.box.runner import unpack
from leakverify.evidence import Extraction, Member
from leakverify.extractors._base import Budget, Source
from leakverify.limits import Limits
from tests.builders.mail import Body, Multi, mail
from tests.builders.msg import delivered
from tests.builders.pst import Folder, Letter, pst
from tests.extractors._facts import codes, read, tree, value, values

TO = {0x3001: "B", 0x39FE: "b@b.example", 0x0C15: 1}
FILE = {0x3707: "list.csv", 0x3705: 1, 0x3701: b"a;b\n1;2\n", 0x0E20: 8}
FOLDERS = [
    Folder(
        "Inbox",
        [Letter(delivered(), [TO], [FILE]), Letter(delivered(p0037="Second"))],
        [Folder("Old/2015", [Letter(delivered(p0037="Deep"))])],
    )
]
STORE = pst(FOLDERS, lost=[Letter(delivered(p0037="Lost"))])


def budget() -> Budget:
    return Budget(1 << 28, 200, 1 << 20)


def items(data: bytes) -> list[tuple[Extraction, ...]]:
    source = Source(data)
    return [
        examine_bytes(b"".join(unpack(source, member, budget())), member.name).extractions
        for member in read(data).members
    ]


def test_folders_and_items_are_listed_in_one_order() -> None:
    found = read(STORE, "a.pst")
    assert found.formats == ("pst",) and not found.problems
    assert [member.name for member in found.members] == [
        "Inbox/item 1", "Inbox/item 2", "Inbox/Old|2015/item 1", "orphaned item 1",
    ]  # fmt: skip
    assert {member.transform for member in found.members} == {"pst"}
    assert (value(found, "pst.version"), value(found, "pst.coding"), value(found, "pst.kind")) == (
        "unicode", "none", "pst",
    )  # fmt: skip
    assert value(found, "pst.items") == 4 and value(found, "pst.items.orphaned") == 1
    assert value(found, "pst.stated_size") == value(found, "file.size")


def test_an_item_says_what_it_is_and_where_it_lay() -> None:
    first, second, deep, lost = items(STORE)
    letter, attached = first
    assert letter.formats == ("tnef",) and value(letter, "mapi.rebuilt") == "store-item"
    assert value(letter, "mapi.folder") == "Inbox" and value(deep[0], "mapi.folder") == "Inbox/Old|2015"
    assert value(lost[0], "mapi.folder") == "(no folder)" and value(lost[0], "mapi.subject") == "Lost"
    assert value(letter, "mail.received.when") == "2016-05-12T10:31:09+02:00"
    assert value(letter, "mapi.recipient.address") == "b@b.example"
    assert attached.name == "list.csv" and attached.carrier == 0 and attached.size == 8
    assert value(second[0], "mapi.subject") == "Second" and not codes(second[0])


def test_the_same_item_gives_the_same_bytes_in_any_order() -> None:
    members = read(STORE).members
    forward = [b"".join(unpack(Source(STORE), member, budget())) for member in members]
    backward = [b"".join(unpack(Source(STORE), member, budget())) for member in reversed(members)]
    assert forward == backward[::-1]


def test_a_store_inside_a_mail_is_opened_in_the_unit_that_carries_it() -> None:
    body = Multi([Body(), Body("application/octet-stream; name=a.pst", STORE, "base64")])
    found = tree(mail(body))
    assert [one.formats for one in found][:3] == [("mail",), ("pst",), ("tnef",)]
    assert len(found) == 7


def test_through_the_locked_box_with_lineage_and_the_same_facts(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mailbox.pst").write_bytes(STORE)
    reports = {r.document.name: r for r in lv.scan(tmp_path / "in", store=tmp_path / "s.lvs", jobs=1)}
    letter = reports["Inbox/item 1"]
    assert [step.name for step in letter.document.lineage] == ["mailbox.pst"]
    assert [step.name for step in reports["list.csv"].document.lineage] == ["mailbox.pst", "Inbox/item 1"]
    plain = items(STORE)[0][0]
    told = [o for o in letter.observations if not o.name.startswith("file.")]
    assert told == [o for o in plain.observations if not o.name.startswith("file.")]
    assert not any(report.problems for report in reports.values() if report.document.name != "list.csv")


def test_more_items_than_are_listed_is_a_problem() -> None:
    found = read(STORE, limits=Limits(members=2))
    assert "limit-members" in codes(found) and len(found.members) == 2


def test_an_item_that_is_not_there_is_told() -> None:
    with pytest.raises(EOFError):
        list(unpack(Source(STORE), Member(name="x", offset=99, length=0, transform="pst"), budget()))
    with pytest.raises(ValueError):
        list(unpack(Source(b"words"), Member(name="x", offset=0, length=0, transform="pst"), budget()))


def test_a_folder_whose_table_is_damaged_is_told() -> None:
    tables = [at for at in range(len(STORE) - 4) if STORE[at + 2 : at + 4] == b"\xec\x7c"]
    damaged = bytearray(STORE)
    for at in tables:
        damaged[at + 4 : at + 8] = b"\xff" * 4
    found = read(bytes(damaged))
    assert "malformed" in codes(found)


def test_damage_ends_in_an_answer() -> None:
    """Bytes turned over at random places, lengths and trees among them."""
    rng = random.Random(5)
    for _ in range(60):
        data = bytearray(STORE)
        for _ in range(rng.randint(1, 10)):
            data[rng.randrange(8, len(data))] = rng.randrange(256)
        found = read(bytes(data))
        assert not codes(found) & {"reader-error", "box-protocol"}, found.problems
        for member in found.members:
            try:
                piece = b"".join(unpack(Source(bytes(data)), member, budget()))
            except (ValueError, EOFError):
                continue
            assert not codes(read(piece)) & {"reader-error", "box-protocol"}
    for cut in (100, 564, 1000, 5000):
        assert codes(read(STORE[:cut]))


@pytest.mark.corpus
def test_a_store_that_outlook_wrote(corpus: Path) -> None:
    path = corpus / "ingest-file/tests/fixtures/testPST.pst"
    if not path.exists():
        pytest.skip("not in this corpus")
    found = items(path.read_bytes())
    assert [len(values(one[0], "mail.received.when")) for one in found] == [10, 15, 6, 7, 7, 5]
    assert all(value(one[0], "mapi.rebuilt") == "store-item" for one in found)


@pytest.mark.slow
def test_an_item_on_which_the_library_hangs_costs_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third item never answers: it is told after its time, and the one behind it is handed over."""
    import os

    from leakverify.box import wire, worker
    from leakverify.box.parent import Box

    path = tmp_path / "a.pst"
    path.write_bytes(STORE)
    members = list(enumerate(read(STORE).members))
    begin = worker.Worker.begin

    def hang(self: worker.Worker, request: wire.Request, descriptor: int) -> int:
        if request.members and request.members[0].index == 2:
            self._held = os.pipe()  # a pipe into which nobody writes
            return self._held[0]
        return begin(self, request, descriptor)

    monkeypatch.setattr(worker.Worker, "begin", hang)
    descriptor = os.open(path, os.O_RDONLY)
    with Box(jobs=1, limits=Limits(wall_seconds=3.0)) as box:
        rest = [(i, code) for i, _, _, code in box.unpack(descriptor, 0, len(STORE), members[2:])]
    os.close(descriptor)
    assert rest == [(2, "limit-time"), (3, "")]
