"""How an EXIF block is laid out: byte order, the order of its directories, gaps, padding.

Programs that write a block anew put it together in their own way, cameras in
theirs, and few of these ways exclude each other: ExifTool keeps what it does
not change and packs the rest closely, as many cameras do themselves.  So this
is stated and compared by people; only what names its writer is held to be sure
(the padding of Windows, 0xEA1C, documented with the Windows Imaging Component).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, count, flag, token
from leakverify.extractors._image_ifd import Directories

LAYOUT_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "image.exif.byte_order": token("II little-endian or MM big-endian"),
        "image.exif.directories": token("directories, maker note and preview in the order they lie in"),
        "image.exif.gaps": count(
            "bytes of the block that nothing in it points to, at its end left out", "bytes"
        ),
        "image.exif.tail": count("bytes behind the last thing pointed to", "bytes"),
        "image.exif.windows_padding": flag("there is the padding that Windows leaves for changes in place"),
        "image.exif.tags_sorted": flag(
            "the entries of every directory are in rising order, as the standard asks"
        ),
    }
)

_PADDING = 0xEA1C
_MAKER_NOTE = 0x927C


def layout_observations(walked: Directories, base: int) -> Iterator[Observation]:
    """How the block lies; it starts at byte ``base`` of the document."""
    if not walked.usable or walked.big or not walked.named:
        return
    where = Location(part="EXIF", offset=base)
    size = len(walked.block)
    spans: list[tuple[int, int, str]] = [(0, 8, "")]
    for name, directory in walked.named.items():
        spans.append((directory.offset, min(directory.next_at + 4, size), name))
        for entry in directory.entries:
            if entry.size > 4 and entry.offset + entry.size <= size:
                label = "MakerNote" if entry.tag == _MAKER_NOTE else ""
                spans.append((entry.offset, entry.offset + entry.size, label))
    start, length = walked.first("IFD1", 0x0201), walked.first("IFD1", 0x0202)
    if start is not None and length is not None and 0 < length <= size - start:
        spans.append((start, start + length, "preview"))
    spans.sort()
    end, gaps = 0, 0
    for first, after, _ in spans:
        gaps += max(first - end, 0)
        end = max(end, after)
    yield Observation(name="image.exif.byte_order", value="II" if walked.order == "<" else "MM", where=where)
    order = " ".join(label for _, _, label in spans if label)
    yield Observation(name="image.exif.directories", value=order, where=where)
    yield Observation(name="image.exif.gaps", value=gaps, where=where)
    yield Observation(name="image.exif.tail", value=max(size - end, 0), where=where)
    entries = [directory.entries for directory in walked.named.values()]
    padded = any(entry.tag == _PADDING for listed in entries for entry in listed)
    yield Observation(name="image.exif.windows_padding", value=padded, where=where)
    rising = all(one.tag < other.tag for listed in entries for one, other in pairwise(listed))
    yield Observation(name="image.exif.tags_sorted", value=rising, where=where)
