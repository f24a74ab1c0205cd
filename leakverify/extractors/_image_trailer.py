"""Samsung's directory behind a picture: blocks by name, among them a clock that EXIF editors leave alone.

The trailer ends in the length of its directory and ``SEFT``; the directory
begins with ``SEFH`` and says for each block how far before it the block starts.
The block ``Image_UTC_Data`` holds milliseconds since 1970 as digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, token, when
from leakverify.when import canonical

TRAILER_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "image.samsung.block": token("name of a block in Samsung's trailer", repeats=True),
        "image.samsung.taken": when("moment in Samsung's trailer, in UTC"),
    }
)

_BLOCKS, _FAR = 100, 4 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def samsung_observations(data: bytes) -> Iterator[Observation | Fault]:
    """Blocks of Samsung's trailer, nothing when there is none or it does not hold together."""
    if not data.endswith(b"SEFT"):
        return
    size = int.from_bytes(data[-8:-4], "little")
    start = len(data) - 8 - size
    if size < 12 or start < 0 or data[start : start + 4] != b"SEFH":
        return
    told = 0
    stated = int.from_bytes(data[start + 8 : start + 12], "little")
    if stated > _BLOCKS:
        where = Location(part="Samsung", offset=start)
        yield Fault("limit-pages", f"{stated} blocks stated, of which {_BLOCKS} are looked at", where)
    for number in range(min(stated, _BLOCKS)):
        at = start + 12 + 12 * number
        if at + 12 > len(data) - 8:
            return
        back, length = (int.from_bytes(data[p : p + 4], "little") for p in (at + 4, at + 8))
        block = start - back
        if not 8 <= length <= back <= _FAR or block < 0:
            continue
        named = int.from_bytes(data[block + 4 : block + 8], "little")
        name = data[block + 8 : block + 8 + min(named, 64)]
        if not name.isascii() or not name.decode().isprintable() or named > 64:
            continue
        where = Location(part="Samsung", offset=block, length=length)
        yield Observation(name="image.samsung.block", value=name.decode(), where=where)
        if name == b"Image_UTC_Data" and not told:
            told = 1
            digits = data[block + 8 + named : block + min(length, 64)]
            if digits.isdigit() and len(digits) <= 14:
                moment = _EPOCH + timedelta(milliseconds=int(digits))
                yield Observation(
                    name="image.samsung.taken", value=canonical(moment), raw=digits.decode(), where=where
                )
