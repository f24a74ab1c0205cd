"""A small Outlook store made in code: Unicode and not coded (MS-PST).

Folders hold messages, a message holds properties, a table of recipients and attachments.  Every
context fits into one block, so that properties of one message may take about 3,500 bytes together.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.builders.msg import typed

STORE, NAMES, ROOT = 0x21, 0x61, 0x122
RECIPIENTS, ATTACHMENTS = 0x692, 0x671
#: bytes of a value of fixed length, by type
_FIXED = {2: 2, 3: 4, 0xB: 1, 0x40: 8, 0x14: 8}


@dataclass
class Letter:
    properties: Mapping[int, object]
    recipients: Sequence[Mapping[int, object]] = ()
    #: properties of each, 0x3701 are its bytes
    attachments: Sequence[Mapping[int, object]] = ()


@dataclass
class Folder:
    name: str
    letters: Sequence[Letter] = ()
    folders: Sequence[Folder] = field(default_factory=tuple)


class _Store:
    def __init__(self) -> None:
        self.body = bytearray(1024)  # the header lies in the first 564 bytes
        self.blocks: list[tuple[int, int, int]] = []
        self.nodes: list[tuple[int, int, int, int]] = []
        self._bid = 4
        self._nid = 0

    def nid(self, kind: int) -> int:
        self._nid += 1
        return (0x400 + self._nid) << 5 | kind

    def block(self, data: bytes, *, internal: bool = False) -> int:
        bid = self._bid | (2 if internal else 0)
        self._bid += 4
        self.body += bytes(-len(self.body) % 64)
        at = len(self.body)
        whole = -(-(len(data) + 16) // 64) * 64
        self.body += data.ljust(whole - 16, b"\0") + struct.pack(
            "<HHIQ", len(data), _signature(at, bid), _crc(data), bid
        )
        self.blocks.append((bid, at, len(data)))
        return bid

    def tree(self, kind: int, rows: Sequence[bytes], width: int) -> tuple[int, int]:
        """Place and number of the root page: one page of rows, or one that lists such pages."""
        most = 488 // width
        pages = [rows[at : at + most] for at in range(0, len(rows), most)]
        made = [self._page(kind, page, width, 0) for page in pages]
        if len(made) == 1:
            return made[0]
        assert len(made) <= 488 // 24, "two levels hold no more"
        keys = [page[0][:8] for page in pages]
        return self._page(
            kind, [k + struct.pack("<QQ", bid, at) for k, (at, bid) in zip(keys, made, strict=True)], 24, 1
        )

    def _page(self, kind: int, rows: Sequence[bytes], width: int, level: int) -> tuple[int, int]:
        self.body += bytes(-len(self.body) % 512)
        at, bid = len(self.body), self._bid
        self._bid += 4
        data = b"".join(rows).ljust(488, b"\0")
        data += struct.pack("<BBBBI", len(rows), 488 // width, width, level, 0)
        self.body += data + struct.pack("<BBHIQ", kind, kind, _signature(at, bid), _crc(data), bid)
        return at, bid

    def subnodes(self, rows: Sequence[tuple[int, int, int]]) -> int:
        """A block of subnodes: number, data, subnodes of its own (MS-PST 2.2.2.8.3.3.1)."""
        if not rows:
            return 0
        data = struct.pack("<BBHI", 2, 0, len(rows), 0)
        return self.block(data + b"".join(struct.pack("<QQQ", *row) for row in sorted(rows)), internal=True)

    def letter(self, one: Letter, parent: int) -> int:
        below = []
        if one.recipients:
            below.append((RECIPIENTS, self.block(table(one.recipients)), 0))
        if one.attachments:
            listed = []
            for number, properties in enumerate(one.attachments, 1):
                nid = number << 5 | 5
                below.append((nid, self.block(bag(properties)), 0))
                listed.append({0x67F2: nid, 0x3705: 1})
            below.append((ATTACHMENTS, self.block(table(listed)), 0))
        nid = self.nid(4)
        self.nodes.append((nid, self.block(bag(one.properties)), self.subnodes(below), parent))
        return nid

    def folder(self, one: Folder, nid: int, parent: int) -> None:
        self.nodes.append((nid, self.block(bag({0x3001: one.name})), 0, parent))
        letters = [{0x67F2: self.letter(letter, nid)} for letter in one.letters]
        folders = []
        for inner in one.folders:
            below = self.nid(2)
            folders.append({0x67F2: below, 0x3001: inner.name})
            self.folder(inner, below, nid)
        for kind, rows in ((0x0D, folders), (0x0E, letters), (0x0F, [])):
            self.nodes.append((nid & ~0x1F | kind, self.block(table(rows)), 0, 0))


def pst(folders: Sequence[Folder], *, lost: Sequence[Letter] = ()) -> bytes:
    """The store. ``lost`` are messages whose folder is not there any more."""
    store = _Store()
    store.nodes.append((STORE, store.block(bag({0x3001: "Store"})), 0, 0))
    names = bag({1: 251, 2: b"\0" * 16, 3: b"\0" * 8, 4: b"\0" * 4})
    store.nodes.append((NAMES, store.block(names), 0, 0))
    store.folder(Folder("", (), folders), ROOT, ROOT)
    for letter in lost:
        store.letter(letter, 0x7FFFE2)
    nodes = [
        struct.pack("<QQQII", nid, data, sub, parent, 0) for nid, data, sub, parent in sorted(store.nodes)
    ]
    nbt = store.tree(0x81, nodes, 32)
    blocks = [struct.pack("<QQHHI", bid, at, size, 2, 0) for bid, at, size in sorted(store.blocks)]
    bbt = store.tree(0x80, blocks, 24)
    body = store.body
    root = struct.pack("<IQQQQ", 0, len(body), 0, 0, 0) + struct.pack("<4Q", nbt[1], nbt[0], bbt[1], bbt[0])
    header = struct.pack("<2sHHBB8xQQI", b"SM", 23, 19, 1, 1, 0, store._bid, 7)
    header += struct.pack("<32I", *[0x400] * 32) + bytes(8)
    header += (
        root + struct.pack("<BBHI", 2, 0, 0, 0) + b"\xff" * 256 + struct.pack("<BBHQ", 0x80, 0, 0, store._bid)
    )
    partial = _crc(header[:471])
    assert len(header) == 516
    whole = _crc(header)
    body[:564] = (b"!BDN" + struct.pack("<I", partial) + header + struct.pack("<I", whole)).ljust(564, b"\0")
    return bytes(body)


def _crc(data: bytes) -> int:
    """CRC-32 that begins at zero and is not inverted (MS-PST 5.3)."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def _signature(at: int, bid: int) -> int:
    mixed = (at ^ bid) & 0xFFFFFFFF
    return (mixed >> 16 ^ mixed) & 0xFFFF


class _Heap:
    """A heap in one block (MS-PST 2.3.1)."""

    def __init__(self, kind: int) -> None:
        self._kind = kind
        self._pieces: list[bytes] = []

    def put(self, data: bytes) -> int:
        self._pieces.append(data)
        return len(self._pieces) << 5

    def data(self, root: int) -> bytes:
        at, places = 12, [12]
        for piece in self._pieces:
            at += len(piece)
            places.append(at)
        body = b"".join(self._pieces)
        padding = bytes(at % 2)
        return (
            struct.pack("<HBBII", at + len(padding), 0xEC, self._kind, root, 0) + body + padding
            + struct.pack("<HH", len(self._pieces), 0) + struct.pack(f"<{len(places)}H", *places)
        )  # fmt: skip


def bag(properties: Mapping[int, object]) -> bytes:
    """A context of properties (MS-PST 2.3.3)."""
    heap = _Heap(0xBC)
    rows = b""
    header = heap.put(b"")  # filled in below, when the place of the rows is known
    for number in sorted(properties):
        kind, value = typed(properties[number])
        if isinstance(value, int) and _FIXED[kind] <= 4:
            rows += struct.pack("<HHI", number, kind, value)
        else:
            data = struct.pack("<Q", value) if isinstance(value, int) else value
            rows += struct.pack("<HHI", number, kind, heap.put(data) if data else 0)
    placed = heap.put(rows)
    heap._pieces[0] = struct.pack("<BBBBI", 0xB5, 2, 6, 0, placed)
    return heap.data(header)


def table(rows: Sequence[Mapping[int, object]]) -> bytes:
    """A context of a table (MS-PST 2.3.4); numbers 67F2 and 67F3 are those of its rows."""
    heap = _Heap(0x7C)
    columns: dict[int, int] = {0x67F2: 3, 0x67F3: 3}
    for row in rows:
        for number, given in row.items():
            columns.setdefault(number, typed(given)[0])
    wide = [number for number, kind in columns.items() if _FIXED.get(kind, 4) == 8]
    places: dict[int, int] = {0x67F2: 0, 0x67F3: 4}
    at = 8
    for number in [*(n for n in columns if n not in places and n not in wide), *wide]:
        places[number] = at
        at += 8 if number in wide else 4
    ends = at
    bits = -(-len(columns) // 8)
    order = {number: position for position, number in enumerate(places)}
    body = b""
    index = []
    for position, row in enumerate(rows):
        cells = bytearray(ends + bits)
        nid = row.get(0x67F2, position)
        struct.pack_into("<II", cells, 0, nid, 1)
        index.append((nid, position))
        for number in (0x67F2, 0x67F3, *row):
            cells[ends + order[number] // 8] |= 0x80 >> order[number] % 8
        for number, given in row.items():
            if number in (0x67F2, 0x67F3):
                continue
            _, value = typed(given)
            if isinstance(value, int):
                struct.pack_into("<Q" if number in wide else "<I", cells, places[number], value)
            else:
                struct.pack_into("<I", cells, places[number], heap.put(value) if value else 0)
        body += bytes(cells)
    matrix = heap.put(body) if rows else 0
    listed = heap.put(b"".join(struct.pack("<II", *pair) for pair in sorted(index))) if rows else 0
    tree = heap.put(struct.pack("<BBBBI", 0xB5, 4, 4, 0, listed))
    described = b"".join(
        struct.pack("<HHHBB", columns[n], n, places[n], 8 if n in wide else 4, order[n])
        for n in sorted(columns)
    )
    info = struct.pack("<BB4HIII", 0x7C, len(columns), ends, ends, ends, ends + bits, tree, matrix, 0)
    return heap.data(heap.put(info + described))
