"""C2PA manifests: what they claim, by a bounded walk over JUMBF boxes and CBOR.

Nothing is verified here: that takes the certificates and hashes of the whole
file.  Nothing is fetched, and remote manifests are named and left where they
are.  Boxes: ISO/IEC 19566-5; manifests: C2PA 2.1, clauses 8 to 11; CBOR: RFC 8949.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Union

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, count, text, token, when
from leakverify.extractors._xmp import canonical_xmp_date

C2PA_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "c2pa.manifests": count("manifests in the store, of which the last is the active one"),
        "c2pa.generator": text("program the active manifest says it was made by"),
        "c2pa.title": text("title the active manifest gives the picture"),
        "c2pa.action": token("action of the active manifest, oldest first", repeats=True),
        "c2pa.action.when": when("at what time", repeats=True),
        "c2pa.action.agent": text("with which program", repeats=True),
        "c2pa.source_type": token("digital source type of an action: camera, scan, generated", repeats=True),
        "c2pa.assertions": token("labels of the assertions of the active manifest"),
        "c2pa.ingredients": count("pictures the active manifest says it was made from"),
    }
)

Cbor = Union[None, bool, int, float, str, bytes, list["Cbor"], dict[Union[str, int], "Cbor"]]

#: boxes, depth of boxes and of CBOR, items of one CBOR value, bytes of one, bytes of a store
_BOXES, _DEEPEST, _ITEMS, _VALUE, LARGEST = 2000, 16, 20_000, 1 << 20, 32 << 20
_ACTIONS = 50


class _Box(NamedTuple):
    label: str
    path: tuple[str, ...]
    start: int
    end: int
    type: bytes


def jumbf_of(pieces: list[bytes]) -> bytes:
    """One store out of the segments that carry it (19566-5, annex D): number, sequence, box.

    Every piece repeats the header of the box, which is kept of the first one only.
    """
    whole: list[bytes] = []
    held = 0
    for piece in sorted(pieces, key=lambda p: (p[:2], p[2:6])):
        header = 0
        if whole:
            header = 16 if piece[6:10] == b"\0\0\0\1" else 8
        whole.append(piece[6 + header :])
        held += len(whole[-1])
        if held > LARGEST:
            break
    return b"".join(whole)[:LARGEST]


def c2pa_observations(store: bytes, where: Location) -> Iterator[Observation | Fault]:
    """What the store claims. Never raises for bad bytes."""
    boxes = list(_walk(store))
    manifests = [b for b in boxes if len(b.path) == 2 and b.path[0] == "c2pa"]
    names = list(dict.fromkeys(box.path[1] for box in manifests))
    yield Observation(name="c2pa.manifests", value=len(names), where=where)
    if len(boxes) >= _BOXES:
        yield Fault("limit-pages", f"more than {_BOXES} JUMBF boxes", where)
    if len(store) >= LARGEST:
        yield Fault("limit-size", f"a C2PA store of more than {LARGEST} bytes", where)
    if not names:
        yield Fault("malformed", "a C2PA store without manifest", where)
        return
    active = [box for box in boxes if len(box.path) >= 3 and box.path[1] == names[-1]]
    for box in active:
        if box.type == b"cbor" and box.path[2].startswith("c2pa.claim") and len(box.path) == 3:
            yield from _claim(_cbor(store[box.start : box.end]), where)
            break
    labels = dict.fromkeys(
        box.path[3] for box in active if len(box.path) == 4 and box.path[2] == "c2pa.assertions"
    )
    if labels:
        yield Observation(name="c2pa.assertions", value=clip(" ".join(labels)), where=where)
        made_from = sum(label.startswith("c2pa.ingredient") for label in labels)
        yield Observation(name="c2pa.ingredients", value=made_from, where=where)
    for box in active:
        if box.type == b"cbor" and len(box.path) == 4 and box.path[3].startswith("c2pa.actions"):
            yield from _actions(_cbor(store[box.start : box.end]), where)


def _walk(store: bytes) -> Iterator[_Box]:
    """All content boxes with the labels of the boxes they lie in."""
    left = _BOXES
    stack: list[tuple[int, int, tuple[str, ...]]] = [(0, len(store), ())]
    while stack:
        at, end, path = stack.pop()
        label = ""
        inner: list[tuple[int, int, tuple[str, ...]]] = []
        while at + 8 <= end and left:
            left -= 1
            size, kind = int.from_bytes(store[at : at + 4], "big"), store[at + 4 : at + 8]
            header = 8
            if size == 1:
                size, header = int.from_bytes(store[at + 8 : at + 16], "big"), 16
            elif size == 0:
                size = end - at
            if size < header or at + size > end:
                break
            start = at + header
            if kind == b"jumd":
                # type (16 bytes), toggles, and a label when the second bit says so
                toggles = store[start + 16] if start + 17 <= at + size else 0
                if toggles & 2:
                    label = (
                        store[start + 17 : min(at + size, start + 273)]
                        .split(b"\0", 1)[0]
                        .decode("utf-8", "replace")
                    )
                yield _Box(label, (*path, label), start, at + size, kind)
            elif kind == b"jumb":
                if len(path) < _DEEPEST:
                    inner.append((start, at + size, (*path, label) if label else path))
            else:
                yield _Box(label, (*path, label), start, at + size, kind)
            at += size
        # deeper boxes after this level, in the order written
        stack += reversed(inner)


def _claim(claim: Cbor, where: Location) -> Iterator[Observation]:
    if not isinstance(claim, dict):
        return
    generator = claim.get("claim_generator")
    info = claim.get("claim_generator_info")
    first = info[0] if isinstance(info, list) and info else info
    if not isinstance(generator, str) and isinstance(first, dict):
        generator = " ".join(
            str(first[key]) for key in ("name", "version") if isinstance(first.get(key), str)
        )
    for name, value in (("generator", generator), ("title", claim.get("dc:title"))):
        if isinstance(value, str) and value.strip():
            yield Observation(name=f"c2pa.{name}", value=clip(value.strip(), 500), where=where)


def _actions(said: Cbor, where: Location) -> Iterator[Observation | Fault]:
    listed = said.get("actions") if isinstance(said, dict) else None
    if not isinstance(listed, list):
        return
    if len(listed) > _ACTIONS:
        yield Fault("limit-answer", f"{len(listed)} actions, of which {_ACTIONS} are listed", where)
    for action in listed[:_ACTIONS]:
        if not isinstance(action, dict):
            continue
        for key, name in (("action", "c2pa.action"), ("digitalSourceType", "c2pa.source_type")):
            value = action.get(key)
            if isinstance(value, str):
                yield Observation(name=name, value=clip(value.rpartition("/")[2], 200), where=where)
        moment = action.get("when")
        read = canonical_xmp_date(moment) if isinstance(moment, str) else None
        if read:
            yield Observation(name="c2pa.action.when", value=read, raw=clip(str(moment), 100), where=where)
        agent = action.get("softwareAgent")
        if isinstance(agent, dict):
            agent = agent.get("name")
        if isinstance(agent, str) and agent.strip():
            yield Observation(name="c2pa.action.agent", value=clip(agent.strip(), 300), where=where)


def _cbor(raw: bytes) -> Cbor:
    """One value; ``None`` when it is damaged, too deep or too large."""
    if len(raw) > _VALUE:
        return None
    try:
        return _Decoder(raw).value(0)
    except (IndexError, ValueError, struct.error, RecursionError):
        return None


class _Decoder:
    """RFC 8949, definite and indefinite lengths; tags are passed over."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0
        self.left = _ITEMS

    def value(self, depth: int) -> Cbor:
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            raise ValueError("too deep or too many")
        first = self.raw[self.at]
        self.at += 1
        major, low = first >> 5, first & 31
        if major == 7:
            return self._simple(low)
        size = self._size(low)
        if major == 0:
            return size
        if major == 1:
            return None if size is None else -1 - size
        if major in (2, 3):
            whole = self._bytes(size, depth)
            return whole if major == 2 else whole.decode("utf-8", "replace")
        if major == 4:
            items: list[Cbor] = []
            while not self._ended(size, len(items)):
                items.append(self.value(depth + 1))
            return items
        if major == 5:
            mapped: dict[str | int, Cbor] = {}
            read = 0
            while not self._ended(size, read):
                key, read = self.value(depth + 1), read + 1
                value = self.value(depth + 1)
                if isinstance(key, str | int):
                    mapped[key] = value
            return mapped
        return self.value(depth + 1)

    def _size(self, low: int) -> int | None:
        if low < 24:
            return low
        if low == 31:
            return None
        width = {24: 1, 25: 2, 26: 4, 27: 8}.get(low)
        if width is None:
            raise ValueError("reserved length")
        raw = self._take(width)
        return int.from_bytes(raw, "big")

    def _take(self, size: int) -> bytes:
        if size > len(self.raw) - self.at:
            raise ValueError("ends early")
        self.at += size
        return self.raw[self.at - size : self.at]

    def _bytes(self, size: int | None, depth: int) -> bytes:
        if size is not None:
            return self._take(size)
        pieces = []
        while not self._ended(None, 0):
            piece = self.value(depth + 1)
            pieces.append(
                piece.encode() if isinstance(piece, str) else piece if isinstance(piece, bytes) else b""
            )
        return b"".join(pieces)

    def _ended(self, size: int | None, read: int) -> bool:
        if size is not None:
            return read >= size
        if self.raw[self.at] == 0xFF:
            self.at += 1
            return True
        return False

    def _simple(self, low: int) -> Cbor:
        if low in (20, 21):
            return low == 21
        if low in (25, 26, 27):
            form = {25: ">e", 26: ">f", 27: ">d"}[low]
            read: float = struct.unpack(form, self._take(struct.calcsize(form)))[0]
            return read
        if low == 24:
            self._take(1)
        if low == 31:
            raise ValueError("a break where a value should be")
        return None
