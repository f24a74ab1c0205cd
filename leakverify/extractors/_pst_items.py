"""Items of an Outlook store, in one fixed order, each rebuilt as a TNEF stream.

libpff (through ``pypff``) reads the tables of the store.  It is C on hostile
bytes, so that it only ever runs in the box, over the descriptor that the box
was handed.  The order is: folders as the store lists them, depth first, the
messages of a folder before its folders, then what libpff found that no folder
holds any more.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from leakverify.evidence import Location
from leakverify.extractors._base import Budget, Fault, LimitExceeded, Source, clip
from leakverify.extractors._mapi import ATTACHMENTS, PROPERTIES, RECIPIENTS, Attachment, Bag, Item, codec
from leakverify.extractors._tnef_write import write

#: folders followed, and how deep they may lie in one another
FOLDERS, DEPTH = 20_000, 40
#: bytes read of one attachment at a time
_PIECE = 1 << 20
_ATTACHMENT = 256 * 1024 * 1024
#: messages inside messages
_LEVELS = 8


class Place(NamedTuple):
    """A folder and how many items lie in it. ``first`` is the number of its first item."""

    path: str
    first: int
    amount: int
    folder: Any


class Opened:
    """An open store: its folders, and its items by number. Raises ``OSError`` when it is none."""

    def __init__(self, source: Source) -> None:
        import pypff

        self._stream = source.open()  # libpff keeps no reference of its own
        self.file = pypff.file()
        _ask(lambda: self.file.open_file_object(self._stream))
        self.faults: list[Fault] = []
        self.places: list[Place] = []
        self.total = 0
        self._seen: set[int] = set()
        root = _ask(lambda: self.file.root_folder)
        if root is not None:
            self._walk(root, "", 0)
        self.orphans = self._count(self.file, "number_of_orphan_items", "(no folder)")
        if self.orphans:
            self.places.append(Place("", self.total, self.orphans, None))
            self.total += self.orphans
        self._firsts = [place.first for place in self.places]

    def _walk(self, folder: Any, path: str, level: int) -> None:
        identity = self._count(folder, "identifier", path)
        if identity in self._seen or len(self._seen) >= FOLDERS:
            code = "malformed" if identity in self._seen else "limit-members"
            self.faults.append(
                Fault(code, "a folder inside itself" if code == "malformed" else "too many folders")
            )
            return
        self._seen.add(identity)
        amount = self._count(folder, "number_of_sub_messages", path)
        if amount:
            self.places.append(Place(path, self.total, amount, folder))
            self.total += amount
        below = self._count(folder, "number_of_sub_folders", path)
        if level >= DEPTH and below:
            self.faults.append(
                Fault("limit-depth", f"folders deeper than {DEPTH}", Location(part=clip(path, 300)))
            )
            return
        for number in range(min(below, FOLDERS)):
            try:
                inner = _ask(functools.partial(folder.get_sub_folder, number))
                name = str(_ask(functools.partial(getattr, inner, "name")) or "?")
            except (OSError, ValueError, TypeError) as error:
                self.faults.append(Fault("malformed", _why(error), Location(part=clip(path, 300))))
                continue
            self._walk(inner, f"{path}/{name.replace('/', '|')}" if path else name, level + 1)

    def _count(self, folder: Any, name: str, path: str) -> int:
        """How many lie in a folder; where its table cannot be read that is told."""
        try:
            return max(int(_ask(lambda: getattr(folder, name))), 0)
        except (OSError, TypeError, ValueError) as error:
            self.faults.append(Fault("malformed", _why(error), Location(part=clip(path, 300))))
            return 0

    def place_of(self, number: int) -> Place:
        return self.places[bisect_right(self._firsts, number) - 1]

    def item(self, number: int, budget: Budget) -> Item:
        """The item of that number. Raises ``OSError`` when the store does not give it."""
        place = self.place_of(number)
        at = number - place.first
        ask = self.file.get_orphan_item if place.folder is None else place.folder.get_sub_message
        found = _ask(lambda: ask(at))
        item = _message(found, codec_number(self.file), budget, 0)
        item.rebuilt = "store-item"
        item.folder = place.path or "(no folder)"
        return item


@functools.lru_cache(maxsize=1)
def opened(source: Source) -> Opened:
    """The store of a source, opened once however many of its items are asked for."""
    return Opened(source)


def rebuilt(source: Source, number: int, budget: Budget) -> Iterator[bytes]:
    """Bytes of the item of that number, in pieces. Raises ``ValueError`` when there is none to be had."""
    try:
        store = opened(source)
        if not 0 <= number < store.total:
            raise EOFError("the store holds no such item")
        data = write(store.item(number, budget))
    except (OSError, TypeError, AttributeError) as error:
        raise ValueError(_why(error)) from None
    budget.spend(len(data), len(data), len(data))
    for at in range(0, len(data), _PIECE):
        yield data[at : at + _PIECE]


def codec_number(file: Any) -> int:
    """Code page that libpff assumes for strings of 8 bits."""
    name = str(file.ascii_codepage or "")
    digits = "".join(letter for letter in name if letter.isdigit())
    return int(digits) if digits else 1252


def _message(found: Any, page: int, budget: Budget, level: int) -> Item:
    item = Item()
    _fill(item.bag, found, budget, item.lost)
    item.bag.codec = codec(page)
    try:
        people = _ask(lambda: getattr(found, "recipients", None))
    except OSError:
        people = None
        item.lost.append("recipients")
    if people is not None:
        for bag in _rows(people, budget, item.lost):
            item.recipients.append(bag)
            if len(item.recipients) >= RECIPIENTS:
                break
    try:
        files = _ask(lambda: found.number_of_attachments) if hasattr(found, "get_attachment") else 0
    except OSError:
        files = 0
        item.lost.append("attachments")
    for number in range(min(files, ATTACHMENTS)):
        try:
            one = _ask(functools.partial(found.get_attachment, number))
            item.attachments.append(_attachment(one, page, budget, level, item.lost))
        except OSError:
            # told by the reader of the item as an attachment whose bytes are not here
            item.attachments.append(Attachment(Bag()))
    if files > ATTACHMENTS:
        item.lost.append(f"{files - ATTACHMENTS} attachments")
    return item


def _attachment(found: Any, page: int, budget: Budget, level: int, lost: list[str]) -> Attachment:
    attachment = Attachment(Bag())
    _fill(attachment.bag, found, budget, lost, without=0x3701)
    attachment.bag.codec = codec(page)
    if attachment.bag.number(0x3705) == 5:
        if level < _LEVELS and _ask(lambda: found.number_of_sub_items):
            attachment.item = _message(_ask(lambda: found.get_sub_item(0)), page, budget, level + 1)
        return attachment
    size = _ask(found.get_size)
    if size > _ATTACHMENT:
        raise LimitExceeded("limit-size", f"an attachment of {size} bytes")
    pieces, left = [], size
    while left > 0:
        piece = _ask(functools.partial(found.read_buffer, min(left, _PIECE)))
        if not piece:
            lost.append("the end of an attachment")
            break
        budget.spend(len(piece), len(piece), len(piece))
        pieces.append(piece)
        left -= len(piece)
    attachment.data = b"".join(pieces)
    return attachment


def _fill(bag: Bag, found: Any, budget: Budget, lost: list[str], without: int = -1) -> None:
    for row in _rows(found, budget, lost, without):
        for number, value in row.values.items():
            bag.put(number, value.type, value.data)


def _rows(found: Any, budget: Budget, lost: list[str], without: int = -1) -> Iterator[Bag]:
    """Sets of properties; a damaged value is left out and told, the others are kept."""
    try:
        sets = _ask(lambda: found.number_of_record_sets)
    except OSError:
        sets = 0
        lost.append("properties")
    for position in range(min(sets, RECIPIENTS)):
        bag = Bag()
        try:
            rows = _ask(functools.partial(found.get_record_set, position))
            amount = min(_ask(functools.partial(getattr, rows, "number_of_entries")), PROPERTIES)
        except OSError:
            lost.append("a set of properties")
            continue
        for number in range(amount):
            try:
                value = _ask(functools.partial(_value, rows, number, without))
            except OSError:
                lost.append("a property")
                continue
            if value is not None:
                budget.spend(len(value[2]), len(value[2]), len(value[2]))
                bag.put(*value)
        yield bag


def _value(rows: Any, number: int, without: int) -> tuple[int, int, bytes] | None:
    """Number, type and bytes of an entry; ``None`` for one without a number, or not wanted."""
    entry = rows.get_entry(number)
    kind, which = entry.value_type, entry.entry_type
    if which is None or kind is None or which == without:
        return None
    return which & 0xFFFF, kind & 0xFFFF, entry.data or b""


def _ask(question: Callable[[], Any]) -> Any:
    """What libpff answers. Raises ``OSError`` where it says that it cannot.

    It also says so by a ``MemoryError`` of its own, when it fails to make an object of damaged bytes.
    """
    try:
        return question()
    except MemoryError as error:
        if str(error).startswith("pypff_"):
            raise OSError(str(error)) from None
        raise


def _why(error: Exception) -> str:
    """What libpff says, without the chain of its own functions."""
    return clip(str(error).splitlines()[0] if str(error) else type(error).__name__, 300)
