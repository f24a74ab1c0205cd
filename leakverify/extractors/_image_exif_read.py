"""EXIF by two readers, each in the same form.

Both get the same bytes: the TIFF block that our own walks found, never the
file.  Their own searches for it are unbounded (a box of length zero in a HEIC
keeps exifread going for ever, two million empty segments cost Pillow seven
seconds), and maker notes are never read (a count of a thousand million there
stops exifread, its issue 182).  :mod:`._image_ifd` says beforehand what a block
would cost; one that costs too much is not given to them.

What is a matter of form is set aside: fractions are compared as numbers, text
up to its first NUL and without blanks at the end, an empty value is no value,
and of a tag for which Pillow keeps one number of several only the first counts.
Measured with exifread 3.5.1 and Pillow 13.0 on 404 public pictures with EXIF:
on the 301 outside of exiv2's collection of damaged files they agree on 7,688
tags and differ on 3 (two blocks cut within a value, and a Kofax scan that writes
Software twice); on exiv2's 103 they agree on 3,176 and differ on 88 in 10 files.
What remains is true:

* a tag written twice: exifread keeps the last value, Pillow the first;
* a value that reaches outside of the block: exifread states what it finds or
  zero, Pillow nothing, neither for that tag nor for those after it;
* values that are together larger than the block: Pillow leaves those out that
  come too late;
* a directory at a place that no directory has: the readers give up at
  different entries.
"""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from typing import Any, Union

from leakverify.evidence import Location
from leakverify.extractors._base import Fault
from leakverify.extractors._image_ifd import (
    ASCII,
    ENTRIES,
    EXIF_POINTER,
    GPS_POINTER,
    INTEROP_POINTER,
    Damage,
    Directories,
)

#: limits of what is given to exifread, which takes 3 to 5 us for each entry and number
_STATED, _VALUES, _CHARACTERS = 20_000, 20_000, 4 << 20
#: exifread does not read values of more numbers than this
_LONGEST = 1000
#: bytes of a value Pillow is asked to unpack
_UNPACKED = 1 << 20
#: maker notes (never read), user comments (exifread leaves them out), private padding
_NOT_COMPARED = frozenset({0x927C, 0x9286, 0x02BC, 0xEA1C})

Number = Union[int, float, Fraction, str]
#: a value free of how it is represented: bytes of text or data, or numbers
Value = Union[bytes, tuple[Number, ...]]
Key = tuple[str, int]
Reading = dict[Key, Value]

_POINTERS = {EXIF_POINTER: "Exif", GPS_POINTER: "GPS", INTEROP_POINTER: "Interop"}
_HOMES = {
    "Image": "IFD0",
    "EXIF": "Exif",
    "GPS": "GPS",
    "Interoperability": "Interop",
    "Thumbnail": "IFD1",
}


def guarded(reader: str, read: Any) -> tuple[Reading | None, list[Fault]]:
    """Run a library that may raise anything; a failure is a fault of that reader."""
    try:
        return read(), []
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a library does with hostile bytes
        return None, [
            Fault("reader-error", f"{reader}: {type(error).__name__}: {error}", Location(part="EXIF"))
        ]


def too_costly(walked: Directories) -> Damage | None:
    """Whether exifread could be kept busy by this block, from what it would visit."""
    visited = list(walked.named.values())
    for home in tuple(visited):
        for tag, name in _POINTERS.items():
            pointers = [entry for entry in home.entries if entry.tag == tag]
            if len(pointers) > 1:
                return Damage("malformed", f"{home.name} points to {name} {len(pointers)} times", home.offset)
            target = walked.whole(pointers[0], 1) if pointers else ()
            if target and not any(directory.offset == target[0] for directory in walked.named.values()):
                further = walked.at(f"{name} of {home.name}", target[0])
                visited += [further] if further else []
    stated = sum(directory.stated for directory in visited)
    if stated > _STATED or any(len(directory.entries) == ENTRIES for directory in visited):
        return Damage("limit-pages", f"{stated} entries stated", 0)
    entries = [entry for directory in visited for entry in directory.entries]
    numbers = sum(e.values for e in entries if e.type != ASCII and e.values < _LONGEST)
    characters = sum(min(e.values, len(walked.block)) for e in entries if e.type == ASCII)
    if numbers > _VALUES or characters > _CHARACTERS:
        return Damage("limit-text", f"{numbers} values, {characters} characters", 0)
    return None


def two_directories(walked: Directories) -> bytes:
    """The block with its chain ended after IFD1.

    exifread reads every directory of the chain; a scan of a thousand pages has
    a thousand, and only the first two hold what is compared.
    """
    second = walked.named.get("IFD1")
    if walked.pages <= 2 or second is None:
        return walked.block
    at = second.next_at
    return walked.block[:at] + bytes(4) + walked.block[at + 4 :]


def by_exifread(block: bytes, walked: Directories, names: dict[Key, str]) -> Reading:
    """What exifread says; ``names`` receives its names of the tags."""
    import exifread

    tags = exifread.process_file(io.BytesIO(block), details=False, extract_thumbnail=False)
    reading: Reading = {}
    for name, tag in tags.items():
        group, _, short = name.partition(" ")
        home = _HOMES.get(group)
        if home is None or not _compared(walked, home, tag.tag):
            continue
        value = tag.values
        read: Value
        if isinstance(value, str):
            read = _tidy(value.encode("utf-8", "surrogatepass"))
        elif isinstance(value, bytes):
            read = _tidy(value)
        elif int(tag.field_type) in (1, 7):
            read = bytes(value)
        else:
            read = tuple(_number(item) for item in value)
        if not _blank(read):
            reading[home, tag.tag] = read
            names[home, tag.tag] = short
    return reading


def by_pillow(block: bytes, walked: Directories) -> Reading:
    """What Pillow's directory reader says, which is what its ``getexif`` uses."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    stream = io.BytesIO(block)
    reading: Reading = {}

    def load(home: str, at: int, group: int | None = None) -> ImageFileDirectory_v2:
        directory = ImageFileDirectory_v2(block[:8], group=group)
        stream.seek(at)
        directory.load(stream)
        for tag in sorted(directory):
            if not _compared(walked, home, tag):
                continue
            try:
                value = _from_pillow(directory[tag], directory.tagtype[tag])
            except (struct.error, ValueError, TypeError, KeyError, IndexError, OverflowError):
                continue  # Pillow cannot unpack it: it sees none
            if not _blank(value):
                reading[home, tag] = value
        return directory

    first = int.from_bytes(block[4:8], "little" if walked.order == "<" else "big")
    main = load("IFD0", first)
    # after damage "next" still holds the way to the directory itself
    if main.next and main.next != first:
        load("IFD1", main.next)
    for home, pointer in (("Exif", EXIF_POINTER), ("GPS", GPS_POINTER)):
        at = main.get(pointer)
        if isinstance(at, int):
            inner = load(home, at, pointer)
            further = inner.get(INTEROP_POINTER) if home == "Exif" else None
            if isinstance(further, int):
                load("Interop", further, INTEROP_POINTER)
    return reading


def _compared(walked: Directories, home: str, tag: int) -> bool:
    """Whether both readers read this tag at all, so that a difference means something."""
    if tag in _NOT_COMPARED:
        return False
    entry = walked.entry(home, tag)
    if entry is None:
        return True
    if entry.size > _UNPACKED:
        return False
    return entry.type == ASCII or entry.values < _LONGEST


def _from_pillow(value: Any, kind: int) -> Value:
    if isinstance(value, str):
        return _tidy(value.encode("latin-1", "replace"))
    if isinstance(value, bytes):
        return value
    items = value if isinstance(value, tuple) else (value,)
    # text or bytes come in a tuple where Pillow's table expects several numbers
    if kind == ASCII:
        return _tidy("".join(str(item) for item in items).encode("latin-1", "replace"))
    if isinstance(items[0], bytes):
        return b"".join(items)
    return tuple(_number(item) for item in items)


def _number(item: Any) -> Number:
    """A number as both libraries must see it; a fraction over zero keeps its words."""
    if isinstance(item, tuple):  # exifread leaves a float packed in a tuple
        item = item[0]
    if isinstance(item, bool | int):
        return int(item)
    if isinstance(item, float):
        return item if item == item else "nan"
    above, below = int(item.numerator), int(item.denominator)
    return Fraction(above, below) if below else f"{above}/0"


def _tidy(raw: bytes) -> bytes:
    """Text up to its first NUL, as exifread ends it, without blanks at the end."""
    return raw.split(b"\0", 1)[0].rstrip(b" \t\r\n")


def _blank(value: Value) -> bool:
    """Nothing stated: the readers differ in whether an empty value is a value."""
    return not value or (isinstance(value, bytes) and not value.strip(b"\0 "))
