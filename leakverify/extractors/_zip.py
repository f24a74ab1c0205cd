"""The ZIP layer of our own (PKWARE APPNOTE 6.3.10): recognising, stating, inflating.

Used for every ZIP, plain or the dress of a document.  Nothing is inflated except
through :func:`inflate`, which refuses overlapping entries and spends from the
budget of the unit.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Observation
from leakverify.extractors._base import (
    Budget,
    Declared,
    Fault,
    Fit,
    LimitExceeded,
    Probe,
    Source,
    clip,
    count,
    flag,
    text,
    token,
    when,
)
from leakverify.extractors._zip_archive import (
    DESCRIBED,
    FIRST_DAY,
    Archive,
    Entry,
    decoded,
    open_archive,
    utc_offset,
)
from leakverify.extractors._zip_records import (
    CENTRAL,
    CENTRAL_SIGNATURE,
    END,
    END_SIGNATURE,
    LOCAL,
    LOCAL_SIGNATURE,
    SPLIT_SIGNATURES,
)
from leakverify.when import canonical

__all__ = [
    "ZIP_VOCABULARY", "Archive", "Entry", "entry_names", "inflate", "method_name", "open_archive",
    "zip_facts", "zip_fit",
]  # fmt: skip

ZIP_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "zip.entries": count("entries the central directory lists"),
        "zip.first_entry": text("name of the entry that lies first in the file"),
        "zip.made_by": token("system and version of the packer as 'system.version', decimal", repeats=True),
        "zip.flags.first": token("general purpose flags of the first entry, hexadecimal"),
        "zip.flags": token("distinct general purpose flags of the entries, hexadecimal", repeats=True),
        "zip.times": token(
            "what the DOS times are: 'all-1980' (1980-01-01, written instead of a time), "
            "'all-zero' (no day at all), 'real', or 'mixed'"
        ),
        "zip.time.earliest": when("earliest DOS time other than 1980-01-01; local to the packer, no zone"),
        "zip.time.latest": when("latest DOS time other than 1980-01-01; local to the packer, no zone"),
        "zip.utc_offset": token(
            "zone of the packer's clock, where entries state their time both locally and in UTC", repeats=True
        ),
        "zip.method": token("distinct compression methods of the entries", repeats=True),
        "zip.data_descriptors": flag("some entry states its sizes behind its data: written without seeking"),
        "zip.duplicates": count("entries that have the name of an earlier one"),
        "zip.overlaps": count("entries that lie over another one"),
        "zip.header_mismatch": token(
            "a field in which the local and the central header of an entry differ", repeats=True
        ),
        "zip.order_differs": flag("the directory lists entries in another order than they lie in"),
        "zip.unlisted_entries": count("entry headers lying between the listed entries, in no directory"),
        "zip.gap_bytes": count("bytes between entries, or between them and the directory", "bytes"),
        "zip.leading_bytes": count("bytes before the first entry", "bytes"),
        "zip.trailing_bytes": count("bytes after the archive", "bytes"),
        "zip.comment": text("the archive's comment"),
        "zip.encrypted_entries": count("entries under ZIP encryption"),
        "zip.extra_fields": token("distinct ids of extra fields, hexadecimal", repeats=True),
        "zip.attributes": token("distinct external attributes of the entries, hexadecimal", repeats=True),
    }
)

STORED, DEFLATED = 0, 8
#: compressed bytes fed at once, and the most one step may produce
_FEED, _STEP = 64 * 1024, 1024 * 1024
#: distinct values stated of one name
_DISTINCT = 500


def zip_facts(archive: Archive) -> Iterator[Observation | Fault]:
    """Everything in :data:`ZIP_VOCABULARY`, then what was wrong with the archive."""
    entries = archive.entries
    yield Observation(name="zip.entries", value=archive.stated)
    if entries:
        first = entries[0]
        yield Observation(name="zip.first_entry", value=clip(first.name), where=first.where)
        yield from _distinct("zip.made_by", entries, _made_by)
        yield Observation(name="zip.flags.first", value=hex(first.flags), where=first.where)
        yield from _distinct("zip.flags", entries, lambda entry: (hex(entry.flags),))
        yield from _times(entries)
        yield from _distinct("zip.utc_offset", entries, _zone)
        yield from _distinct("zip.method", entries, lambda entry: (method_name(entry.method),))
        described = any(entry.flags & DESCRIBED for entry in entries)
        yield Observation(name="zip.data_descriptors", value=described)
        order = [entry.offset for entry in archive.listed]
        yield Observation(name="zip.order_differs", value=order != sorted(order))
    yield Observation(name="zip.duplicates", value=archive.duplicates)
    yield Observation(name="zip.overlaps", value=sum(entry.overlaps for entry in entries))
    yield from _distinct("zip.header_mismatch", entries, lambda entry: entry.differs)
    yield Observation(name="zip.unlisted_entries", value=archive.unlisted)
    yield Observation(name="zip.gap_bytes", value=archive.gaps)
    yield Observation(name="zip.leading_bytes", value=archive.leading)
    yield Observation(name="zip.trailing_bytes", value=archive.trailing)
    if archive.comment:
        yield Observation(name="zip.comment", value=clip(decoded(archive.comment, 0)))
    yield Observation(name="zip.encrypted_entries", value=sum(entry.encrypted for entry in entries))
    yield from _distinct("zip.extra_fields", entries, lambda entry: [f"0x{kind:04x}" for kind in entry.extra])
    if not archive.recovered:
        yield from _distinct("zip.attributes", entries, lambda entry: (hex(entry.attributes),))
    yield from archive.faults


def _distinct(
    name: str, entries: Iterable[Entry], tokens: Callable[[Entry], Iterable[str]]
) -> Iterator[Observation | Fault]:
    """One observation for each new token, at the entry it was first met in."""
    seen: set[str] = set()
    for entry in entries:
        for value in tokens(entry):
            if value in seen:
                continue
            if len(seen) == _DISTINCT:
                yield Fault("limit-answer", f"more than {_DISTINCT} distinct values of {name}")
                return
            seen.add(value)
            yield Observation(name=name, value=value, where=entry.where)


def _made_by(entry: Entry) -> Iterable[str]:
    return () if entry.made_by < 0 else (f"{entry.system}.{entry.made_by}",)


def _zone(entry: Entry) -> Iterable[str]:
    zone = utc_offset(entry)
    return () if zone is None else (zone,)


def _times(entries: list[Entry]) -> Iterator[Observation | Fault]:
    kinds = {_stamp_kind(entry) for entry in entries}
    yield Observation(name="zip.times", value=kinds.pop() if len(kinds) == 1 else "mixed")
    real = [(moment, entry) for entry in entries if (moment := entry.stamped()) and entry.date != FIRST_DAY]
    if real:
        for name, choose in (("zip.time.earliest", min), ("zip.time.latest", max)):
            moment, entry = choose(real, key=lambda pair: pair[0])
            yield Observation(name=name, value=canonical(moment), where=entry.where)
    wrong = [entry for entry in entries if entry.date and entry.stamped() is None]
    if wrong:
        yield Fault("malformed", f"{len(wrong)} entries with an impossible time", wrong[0].where)


def _stamp_kind(entry: Entry) -> str:
    if entry.date == FIRST_DAY:
        return "all-1980"
    return "real" if entry.date else "all-zero"


def inflate(
    source: Source, entry: Entry, budget: Budget, *, most: int, whole: bool = False, prefix: bool = False
) -> tuple[bytes, Fault | None]:
    """The bytes of one entry, at most ``most`` of them, and what was wrong with them.

    What could be had is given even when something was wrong, except with
    ``whole``: then an entry that states too much is not begun.  With ``prefix``
    only the first ``most`` bytes are wanted, so stopping there is no fault.
    Raises ``LimitExceeded`` only when the budget of the whole unit is used up;
    a bomb in one entry ends as a fault of that entry.
    """
    refusal = _refusal(entry) or (_too_much(entry, budget, most) if whole else None)
    if refusal is not None:
        return b"", refusal
    out = bytearray()
    try:
        ended = _pour(source, entry, budget, out, most)
    except LimitExceeded as limit:
        if budget.inflated < 0:
            raise
        return bytes(out[:most]), Fault(limit.code, limit.detail, entry.where)
    except zlib.error as error:
        return bytes(out[:most]), Fault("malformed", str(error), entry.where)
    data = bytes(out)
    if prefix and len(data) >= most:
        return data[:most], None
    if len(data) > most:
        return data[:most], Fault("limit-size", f"more than {most} bytes", entry.where)
    if not ended:
        return data, Fault("truncated", "the compressed data break off", entry.where)
    if len(data) != entry.size:
        return data, Fault("malformed", f"{len(data)} bytes, stated {entry.size}", entry.where)
    if zlib.crc32(data) != entry.crc:
        return data, Fault("malformed", "the CRC differs from the stated one", entry.where)
    return data, None


def _too_much(entry: Entry, budget: Budget, most: int) -> Fault | None:
    if entry.size > most:
        return Fault("limit-size", f"{entry.size} bytes, more than {most}", entry.where)
    if entry.size > budget.ratio_after and entry.size > budget.ratio * max(entry.packed, 1):
        return Fault("limit-inflate", f"states to expand more than {budget.ratio} times", entry.where)
    return None


def _refusal(entry: Entry) -> Fault | None:
    if entry.encrypted:
        return Fault("encrypted", "a ZIP entry", entry.where)
    if entry.data < 0:
        return Fault("malformed", "no local header", entry.where)
    if entry.overlaps:
        return Fault("malformed", "lies over another entry", entry.where)
    if entry.method not in (STORED, DEFLATED):
        return Fault("unsupported-feature", f"compression method {method_name(entry.method)}", entry.where)
    return None


def _pour(source: Source, entry: Entry, budget: Budget, out: bytearray, most: int) -> bool:
    """Fill ``out`` until the data end or it holds more than ``most``; true when they ended."""
    machine = zlib.decompressobj(-15) if entry.method == DEFLATED else None
    consumed = 0
    while consumed < entry.packed and len(out) <= most:
        raw = source.read_at(entry.data + consumed, min(_FEED, entry.packed - consumed))
        if not raw:
            return False
        consumed += len(raw)
        if machine is None:
            out += raw
            budget.spend(len(raw), consumed, len(out))
            continue
        while raw and len(out) <= most:
            piece = machine.decompress(raw, _STEP)
            raw = machine.unconsumed_tail
            out += piece
            budget.spend(len(piece), consumed, len(out))
        if machine.eof:
            return True
    if machine is None:
        return consumed >= entry.packed and not entry.cut
    while not machine.eof and len(out) <= most:
        piece = machine.decompress(b"", _STEP)
        if not piece:
            break
        out += piece
        budget.spend(len(piece), consumed, len(out))
    return machine.eof


_METHODS = {
    0: "stored", 1: "shrunk", 6: "imploded", 8: "deflated", 9: "deflate64", 12: "bzip2", 14: "lzma",
    93: "zstd", 95: "xz", 98: "ppmd", 99: "aes",
}  # fmt: skip


def method_name(method: int) -> str:
    """The compression method in a word, or its number (APPNOTE 4.4.5)."""
    return _METHODS.get(method, str(method))


def zip_fit(ends: Probe) -> Fit:
    """Strong when an entry begins the bytes or an end record ends them (4.3.1)."""
    if ends.head.startswith((LOCAL_SIGNATURE, END_SIGNATURE, *SPLIT_SIGNATURES)):
        return Fit.STRONG
    return Fit.STRONG if _closing(ends) is not None else Fit.NONE


def _closing(ends: Probe) -> tuple[int, int] | None:
    """Where in the tail the directory begins and ends, if an end record closes the bytes exactly.

    The beginning is negative when the directory reaches back out of the tail.
    """
    tail = ends.tail
    at = len(tail)
    for _ in range(16):
        at = tail.rfind(END_SIGNATURE, 0, at + len(END_SIGNATURE) - 1)
        if at < 0:
            return None
        if at + END.size <= len(tail):
            _, _, _, _, entries, size, _, comment = END.unpack_from(tail, at)
            begin = at - size
            fits = at + END.size + comment == len(tail)
            if fits and entries and (begin < 0 or tail.startswith(CENTRAL_SIGNATURE, begin)):
                return begin, at
    return None


def entry_names(ends: Probe) -> frozenset[str]:
    """Names of entries that can be seen from both ends of the bytes, in lower case.

    From the head the entries that follow each other from the first one on; from
    the tail what the directory lists.  Entries inside stored entries are not seen.
    """
    names = set(_names_in_head(ends.head))
    closing = _closing(ends)
    if closing is not None:
        names.update(_names_in_directory(ends.tail, *closing))
    return frozenset(names)


def _names_in_head(head: bytes) -> Iterator[str]:
    at = 4 if head.startswith(SPLIT_SIGNATURES) else 0
    while at + LOCAL.size <= len(head):
        signature, _, flags, _, _, _, _, packed, _, named, extra = LOCAL.unpack_from(head, at)
        if signature != LOCAL_SIGNATURE:
            return
        name = head[at + LOCAL.size : at + LOCAL.size + named]
        yield name.decode("utf-8", "replace").lower().replace("\\", "/")
        at += LOCAL.size + named + extra + packed
        if flags & DESCRIBED and not packed:
            # of unstated length: the next header is the next signature, or a stored entry's own
            at = head.find(LOCAL_SIGNATURE, at)
            if at < 0:
                return


def _names_in_directory(tail: bytes, begin: int, end: int) -> Iterator[str]:
    at = tail.find(CENTRAL_SIGNATURE, max(begin, 0), end)
    while 0 <= at <= end - CENTRAL.size and tail.startswith(CENTRAL_SIGNATURE, at):
        record = CENTRAL.unpack_from(tail, at)
        named, extra, comment = record[10:13]
        name = tail[at + CENTRAL.size : at + CENTRAL.size + named]
        yield name.decode("utf-8", "replace").lower().replace("\\", "/")
        at += CENTRAL.size + named + extra + comment
