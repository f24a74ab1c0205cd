"""Outlook messages: ``.msg`` and ``.oft`` (MS-OXMSG), a compound file with a stream for each property.

The message was taken apart by the program that saved it: body, recipients and
attachments are stored apart, and of what travelled only the transport headers
are kept, if at all.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import (
    Budget,
    Context,
    Event,
    Fault,
    Fit,
    Format,
    LimitExceeded,
    Probe,
    Source,
    clip,
    count,
    flag,
)
from leakverify.extractors._mail_body import BODY_VOCABULARY
from leakverify.extractors._mail_clocks import CLOCK_VOCABULARY
from leakverify.extractors._mail_fields import FIELD_VOCABULARY
from leakverify.extractors._mapi import (
    ATTACHMENTS,
    MULTIPLE,
    PROPERTIES,
    RECIPIENTS,
    WIDTHS,
    Attachment,
    Bag,
    Item,
)
from leakverify.extractors._mapi_vocabulary import MAPI_VOCABULARY, SHARED
from leakverify.extractors.ole import FORMAT as OLE

if TYPE_CHECKING:
    from leakverify.extractors.ole.container import Compound

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OURS = tuple(
    name.encode("utf-16-le") for name in ("__properties_version1.0", "__nameid_version1.0", "__substg1.0_")
)
_OTHERS = tuple(
    (name + "\0").encode("utf-16-le") for name in ("WordDocument", "Workbook", "Book", "PowerPoint Document")
)
#: class of the root storage (MS-OXMSG 2.3), as it is stored
_CLASS = bytes.fromhex("0b0d020000000000c000000000000046")
_STREAM = "__properties_version1.0"
#: messages inside messages
_LEVELS = 10
#: storages inside storages that are walked; a message in a message takes two
_DEPTH = 2 * _LEVELS + 4
#: bytes of one property, and streams of properties read of one file
_VALUE = 256 * 1024 * 1024
_READS = 50_000


def sniff(ends: Probe) -> Fit:
    """A compound file whose directory names the streams of a message, and no document of Office."""
    if not ends.head.startswith(_MAGIC):
        return Fit.NONE
    seen = ends.directory or ends.head
    if any(name in seen for name in _OTHERS):
        return Fit.NONE
    if any(name in seen for name in _OURS) or _CLASS in seen[:128]:
        return Fit.STRONG
    return Fit.STRONG if ends.extension in ("msg", "oft") and not ends.directory else Fit.NONE


def read(source: Source, context: Context) -> Iterator[Event]:
    from leakverify.extractors._mapi_facts import item_events
    from leakverify.extractors.ole.container import Compound, container_facts
    from leakverify.extractors.ole.properties import code_page
    from leakverify.extractors.ole.reading import irregularities

    try:
        compound = Compound(source.data, context)
    except RecursionError:
        yield Fault("limit-depth", "the tree of the directory is too deep")
        return
    except (OSError, ValueError, IndexError, struct.error) as error:
        yield Fault("malformed", f"{type(error).__name__}: {error}")
        return
    yield from container_facts(compound, code_page(compound))
    yield from irregularities(compound)
    reader = _Reader(compound, context.budget)
    item = reader.message("", 0)
    yield Observation(name="msg.unlisted", value=reader.unlisted)
    yield Observation(name="msg.unicode", value=bool((item.bag.number(0x340D) or 0) & 0x00040000))
    yield from item_events(item, context)


class _Reader:
    """Reads messages out of a compound file.

    The directory is walked once: looking a stream up by its path takes olefile a walk over the
    storage each time, and a storage can hold a hundred thousand.
    """

    def __init__(self, compound: Compound, budget: Budget) -> None:
        self._compound = compound
        self._budget = budget
        self.unlisted = 0
        self._reads = 0
        #: storage -> name -> stream; storage -> names of storages; names in lower case, in directory order
        self._streams: dict[str, dict[str, Any]] = {}
        self._storages: dict[str, list[str]] = {}
        waiting = [("", compound.file.root)]
        while waiting:
            path, storage = waiting.pop()
            streams, below = self._streams.setdefault(path, {}), self._storages.setdefault(path, [])
            for entry in storage.kids:
                name = entry.name.lower()
                if entry.entry_type == 2:
                    streams.setdefault(name, entry)
                elif path.count("/") < _DEPTH:
                    below.append(name)
                    waiting.append((_join(path, name), entry))

    def message(self, storage: str, level: int) -> Item:
        """The message in a storage, with what it carries (MS-OXMSG 2.2.3)."""
        item = Item()
        self._bag(storage, 32 if not level else 24, item.bag, item)
        inside = self._storages.get(storage, [])
        people = sorted(name for name in inside if name.startswith("__recip_version1.0_"))
        files = sorted(name for name in inside if name.startswith("__attach_version1.0_"))
        for name in people[:RECIPIENTS]:
            bag = Bag()
            self._bag(_join(storage, name), 8, bag, item)
            item.recipients.append(bag)
        if len(people) > RECIPIENTS:
            item.faults.append(Fault("limit-answer", f"more than {RECIPIENTS} recipients"))
        for name in files[:ATTACHMENTS]:
            item.attachments.append(self._attachment(_join(storage, name), level, item))
        if len(files) > ATTACHMENTS:
            item.faults.append(Fault("limit-documents", f"more than {ATTACHMENTS} attachments"))
        item.choose_codec()
        return item

    def _attachment(self, storage: str, level: int, item: Item) -> Attachment:
        where = Location(part=storage)
        found = Attachment(Bag(), where=where)
        self._bag(storage, 8, found.bag, item)
        inner = _join(storage, "__substg1.0_3701000d")
        carried = found.bag.values.pop(0x3701, None)
        if _STREAM in self._streams.get(inner, ()):
            if level + 1 >= _LEVELS:
                item.faults.append(Fault("limit-depth", f"messages deeper than {_LEVELS}", where))
            else:
                found.item = self.message(inner, level + 1)
                item.faults += found.item.faults  # they would be lost with the form it is handed over in
        elif carried is not None:
            found.data = carried.data
        return found

    def _bag(self, storage: str, skip: int, bag: Bag, item: Item) -> None:
        """Fill a bag from the list of properties, then from streams that the list leaves out."""
        listed = self._stream(storage, _STREAM, item)
        if listed is None:
            item.faults.append(Fault("missing-part", _join(storage, _STREAM)))
            listed = b""
        streams = {
            name[12:20]: name
            for name in self._streams.get(storage, ())
            if name.startswith("__substg1.0_") and len(name) == 20
        }
        amount = max(len(listed) - skip, 0) // 16
        if amount > PROPERTIES:
            item.faults.append(Fault("limit-answer", f"{amount} properties", Location(part=storage)))
        for number in range(min(amount, PROPERTIES)):
            kind, prop, _ = struct.unpack_from("<HHI", listed, skip + 16 * number)
            fixed = listed[skip + 16 * number + 8 : skip + 16 * number + 16]
            if kind & MULTIPLE:
                streams.pop(f"{prop:04x}{kind:04x}", None)
            elif kind in WIDTHS and WIDTHS[kind] <= 8:
                bag.put(prop, kind, fixed)
            else:
                name = streams.pop(f"{prop:04x}{kind:04x}", "")
                data = self._stream(storage, name, item) if name else None
                if data is not None:
                    bag.put(prop, kind, data)
        for key, name in streams.items():
            try:
                prop, kind = int(key[:4], 16), int(key[4:], 16)
            except ValueError:
                continue
            if kind & MULTIPLE or prop in bag.values:
                continue
            data = self._stream(storage, name, item)
            if data is not None:
                self.unlisted += 1
                bag.put(prop, kind, data)

    def _stream(self, storage: str, name: str, item: Item) -> bytes | None:
        """Bytes of a stream, ``None`` when there is none or it is damaged. Spends the budget of the unit."""
        entry = self._streams.get(storage, {}).get(name)
        if entry is None:
            return None
        self._reads += 1
        if self._reads > _READS:
            if self._reads == _READS + 1:
                item.faults.append(Fault("limit-pages", f"more than {_READS} streams"))
            return None
        where = Location(part=clip(_join(storage, name), 300))
        if entry.size > _VALUE:
            item.faults.append(Fault("limit-size", f"a stream of {entry.size} bytes", where))
            return None
        try:
            self._budget.spend(entry.size, entry.size, entry.size)
            data: bytes = self._compound.file._open(entry.isectStart, entry.size).read()
        except LimitExceeded as limit:
            item.faults.append(Fault(limit.code, limit.detail, where))
            return None
        except (OSError, ValueError, IndexError, AttributeError, struct.error) as error:
            item.faults.append(Fault("malformed", f"{type(error).__name__}: {error}", where))
            return None
        return data


def _join(storage: str, name: str) -> str:
    return f"{storage}/{name}" if storage else name


def sample() -> bytes:
    """A message of a subject and a body."""
    from leakverify.extractors.ole.warmup import compound

    rows = b"".join(
        struct.pack("<HHIII", kind, number, 6, size, 0)
        for number, kind, size in ((0x37, 0x1F, 8), (0x1000, 0x1F, 8))
    ) + struct.pack("<HHIQ", 0x40, 0x39, 6, 131_384_044_180_000_000)
    listed = bytes(8) + struct.pack("<4I", 0, 0, 0, 0) + bytes(8) + rows
    return compound(
        {
            "__nameid_version1.0": b"",
            _STREAM: listed,
            "__substg1.0_0037001F": "note".encode("utf-16-le"),
            "__substg1.0_1000001F": "text".encode("utf-16-le"),
        }
    )


FORMAT = Format(
    name="msg",
    title="Outlook message (MSG)",
    version=2,
    sniff=sniff,
    observes=MappingProxyType(
        {
            **FIELD_VOCABULARY,
            **MAPI_VOCABULARY,
            **CLOCK_VOCABULARY,
            **{name: BODY_VOCABULARY[name] for name in SHARED},
            **{name: declared for name, declared in OLE.observes.items() if name.startswith("ole.")},
            "msg.unlisted": count("streams of properties that no list of properties names"),
            "msg.unicode": flag("the store it came from kept Unicode (property 340D)"),
        }
    ),
    extensions=("msg", "oft"),
    media_types=("application/vnd.ms-outlook",),
    replaces=("ole",),
    imports=(
        "leakverify.extractors._mapi_facts",
        "leakverify.extractors._rtf",
        "leakverify.extractors._tnef_write",
        "leakverify.extractors.ole.container",
        "leakverify.extractors.ole.properties",
        "leakverify.extractors.ole.reading",
        "lxml.etree",
        "olefile",
    ),
    sample=sample,
    readers=("olefile",),
    sources=("MS-OXMSG 2", "MS-CFB 2", "MS-OXPROPS", "MS-OXCMSG 2.2.1", "MS-OXCMAIL 2.1"),
)
