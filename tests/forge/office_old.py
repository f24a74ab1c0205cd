"""Recipes for OLE documents (doc, xls, ppt): properties moved in place, text exchanged, another suite's file."""

from __future__ import annotations

import io
import random
import re
import struct
from datetime import datetime, timedelta

from tests.forge._pdfpages import other_amount
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply, ToolFailed, soffice

SUMMARY = "\x05SummaryInformation"
_EPOCH = datetime(1601, 1, 1)
#: property numbers of the summary (MS-OLEPS 3.1.2)
AUTHOR, LAST_AUTHOR, EDIT_TIME, CREATED, MODIFIED, APPLICATION = 4, 8, 10, 12, 13, 18


def streams(data: bytes) -> dict[str, bytes]:
    """The streams at the root by name. Raises ``DoesNotApply``."""
    import olefile

    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        raise DoesNotApply("not a compound file")
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return {path[0]: ole.openstream(path).read() for path in ole.listdir() if len(path) == 1}
    except Exception as error:
        raise DoesNotApply(f"not readable: {error}") from error


def write_stream(data: bytes, name: str, content: bytes) -> bytes:
    """The same file with one stream exchanged for another of the same length."""
    import olefile

    whole = io.BytesIO(data)
    try:
        with olefile.OleFileIO(whole, write_mode=True) as ole:
            ole.write_stream(name, content)
            whole.seek(0)
            made = whole.read()
    except Exception as error:
        raise DoesNotApply(f"not writable: {error}") from error
    if streams(made).get(name) != content:
        raise DoesNotApply("the stream could not be written in place")
    return made


def kind(data: bytes) -> str:
    """``doc``, ``xls`` or ``ppt``. Raises ``DoesNotApply``."""
    found = streams(data)
    for name, ending in (
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("Book", "xls"),
        ("PowerPoint Document", "ppt"),
    ):
        if name in found:
            return ending
    raise DoesNotApply("neither text, workbook nor slides")


def places(summary: bytes) -> dict[int, tuple[int, int]]:
    """Where the properties of the first section lie: number -> (type, place of the value)."""
    if len(summary) < 48:
        return {}
    section = struct.unpack_from("<I", summary, 44)[0]
    if section + 8 > len(summary):
        return {}
    count = min(struct.unpack_from("<I", summary, section + 4)[0], 64)
    found = {}
    for index in range(count):
        if section + 16 + 8 * index > len(summary):
            break
        number, at = struct.unpack_from("<II", summary, section + 8 + 8 * index)
        if section + at + 4 <= len(summary):
            found[number] = (struct.unpack_from("<I", summary, section + at)[0], section + at + 4)
    return found


def time_of(data: bytes, number: int) -> datetime:
    """A time of the summary. Raises ``DoesNotApply`` when it is not stated."""
    summary = streams(data).get(SUMMARY, b"")
    kind_, at = places(summary).get(number, (0, 0))
    if kind_ != 64 or at + 8 > len(summary):
        raise DoesNotApply("no such time in the summary")
    value = struct.unpack_from("<Q", summary, at)[0]
    if not 10**17 < value < 2 * 10**17:
        raise DoesNotApply("no time of the era of these programs")
    return _EPOCH + timedelta(microseconds=value // 10)


def set_times(data: bytes, times: dict[int, datetime]) -> bytes:
    """Write times of the summary over those that are there."""
    summary = bytearray(streams(data).get(SUMMARY, b""))
    for number, moment in times.items():
        time_of(data, number)
        span = moment - _EPOCH
        value = (span.days * 86_400 + span.seconds) * 10_000_000 + span.microseconds * 10
        struct.pack_into("<Q", summary, places(bytes(summary))[number][1], value)
    return write_stream(data, SUMMARY, bytes(summary))


def text_of(data: bytes, number: int) -> tuple[str, int, int]:
    """A string of the summary, the place of its bytes and how many there are. Raises ``DoesNotApply``."""
    summary = streams(data).get(SUMMARY, b"")
    kind_, at = places(summary).get(number, (0, 0))
    if kind_ != 30 or at + 4 > len(summary):
        raise DoesNotApply("no such text in the summary")
    length = struct.unpack_from("<I", summary, at)[0]
    if not 1 < length < 200 or at + 4 + length > len(summary):
        raise DoesNotApply("no such text in the summary")
    return summary[at + 4 : at + 4 + length].rstrip(b"\0").decode("latin-1"), at + 4, length


def set_text(data: bytes, number: int, value: str) -> bytes:
    """Write a string of the summary over the one that is there, within its length."""
    _, at, length = text_of(data, number)
    said = value.encode("latin-1")[: length - 1]
    summary = bytearray(streams(data)[SUMMARY])
    summary[at : at + length] = said.ljust(length, b"\0")
    return write_stream(data, SUMMARY, bytes(summary))


def by_microsoft(data: bytes) -> None:
    """Raises ``DoesNotApply`` unless the summary names a program of Microsoft Office."""
    if not text_of(data, APPLICATION)[0].startswith("Microsoft"):
        raise DoesNotApply("names no program of Microsoft Office")


def _back(data: bytes, seed: int) -> bytes:
    draw = random.Random(seed)
    back = timedelta(
        days=draw.randrange(200, 1500), minutes=draw.randrange(1, 700), seconds=draw.randrange(60)
    )
    return set_times(data, {number: time_of(data, number) - back for number in (CREATED, MODIFIED)})


@altered("ole", question="origin", expects=("LV-OLE-001", "LV-OLE-006"), trace="structure")
def backdate_document_properties(data: bytes, *, seed: int = 0) -> bytes:
    """Move creation and last save of a Word document back in the summary, in place.

    An examiner reads the document's own properties in the table stream, which keep the same two times in local
    time.
    """
    if kind(data) != "doc":
        raise DoesNotApply("not a text document")
    by_microsoft(data)
    return _back(data, seed)


@altered("ole", question="origin", expects=("LV-OLE-006",), trace="faint")
def backdate_book_properties(data: bytes, *, seed: int = 0) -> bytes:
    """Move creation and last save of a workbook or of slides back in the summary, in place.

    An examiner reads which Excel and which Windows saved it, and whether they were there; and the time at which
    the directory says the root was written, which is later, as it also is after any copy by another program.
    """
    if kind(data) == "doc":
        raise DoesNotApply("a text document")
    by_microsoft(data)
    return _back(data, seed)


@altered("ole", question="origin", expects=("LV-OLE-001", "LV-OLE-002"), trace="structure")
def postdate_properties(data: bytes, *, seed: int = 0) -> bytes:
    """Move the last save forward past the time at which the container was written.

    An examiner reads the time of the root in the directory of the compound file, and Word's own.
    """
    import olefile

    by_microsoft(data)
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        root = ole.root.getmtime()
    if root is None and kind(data) != "doc":
        raise DoesNotApply("the directory states no time")
    ahead = timedelta(days=random.Random(seed).randrange(30, 900))
    last = max(time_of(data, MODIFIED), root or _EPOCH)
    return set_times(data, {MODIFIED: last + ahead})


@altered("ole", question="origin", expects=("LV-OOX-003",), trace="structure")
def set_old_editing_time(data: bytes, *, seed: int = 0) -> bytes:
    """State an editing time far longer than the time between creation and last save.

    An examiner reads the three properties of the summary against each other.
    """
    by_microsoft(data)
    summary = bytearray(streams(data).get(SUMMARY, b""))
    found, at = places(bytes(summary)).get(EDIT_TIME, (0, 0))
    span = time_of(data, MODIFIED) - time_of(data, CREATED)
    if found != 64 or span < timedelta(minutes=2) or span > timedelta(days=3650):
        raise DoesNotApply("no editing time, or no span it could exceed")
    minutes = int(span.total_seconds() / 60 * 3) + random.Random(seed).randrange(900, 9000)
    struct.pack_into("<Q", summary, at, minutes * 600_000_000)
    return write_stream(data, SUMMARY, bytes(summary))


@altered("ole", question="handling", trace="faint")
def replace_old_author(data: bytes, *, seed: int = 0) -> bytes:
    """Write another name over that of the last author, within its length.

    An examiner may find the old one in the list of saves of Word before 2002, or in the associated strings.
    """
    by_microsoft(data)
    name, _, length = text_of(data, LAST_AUTHOR)
    if len(name) < 4:
        raise DoesNotApply("no name of that length")
    return set_text(
        data, LAST_AUTHOR, random.Random(seed).choice(["Vasseur", "Morel", "Lagarde"])[: length - 1]
    )


@altered("ole", question="content", trace="faint")
def exchange_old_text(data: bytes, *, seed: int = 0) -> Forged:
    """Write another figure over one in the text of a Word document, byte for byte.

    An examiner finds nothing; another copy can tell, or what the text says.
    """
    if kind(data) != "doc":
        raise DoesNotApply("not a text document")
    stream = streams(data)["WordDocument"]
    if len(stream) < 0x400:
        raise DoesNotApply("no text")
    begin, end = struct.unpack_from("<II", stream, 0x18)
    area = stream[begin : min(end * 2, len(stream))]
    narrow = list(re.finditer(rb"(?<=[ a-z]{3})\d{2,6}(?=[ ,.;\r][ -~\r])", area))
    wide = list(re.finditer(rb"(?<=[ a-z]\0[ a-z]\0)(?:\d\0){2,6}(?=[ ,.;\r]\0)", area))
    if not narrow and not wide:
        raise DoesNotApply("no figure in the text")
    chosen = random.Random(seed).choice(narrow or wide)
    before = chosen[0].replace(b"\0", b"").decode()
    after = other_amount(before, seed)
    new = after.encode("ascii" if narrow else "utf-16-le")
    if len(new) != len(chosen[0]):
        raise DoesNotApply("another length")
    at = begin + chosen.start()
    made = write_stream(data, "WordDocument", stream[:at] + new + stream[at + len(new) :])
    return Forged(made, Truth(part="WordDocument", before=before, after=after))


def by_libreoffice(data: bytes) -> bytes:
    """The document opened and saved by LibreOffice in the same old format."""
    ending = kind(data)
    how = {"doc": "MS Word 97", "xls": "MS Excel 97", "ppt": "MS PowerPoint 97"}[ending]
    try:
        return soffice(data, suffix=f".{ending}", to=ending, how=how)
    except ToolFailed as error:
        raise DoesNotApply(f"LibreOffice does not open it: {error}") from error


@altered(
    "ole",
    question="origin",
    expects=("LV-OLE-004", "LV-OLE-006"),
    needs=("soffice",),
    trace="structure",
)
def resave_old_claiming_office(data: bytes, *, seed: int = 0) -> bytes:
    """Save with LibreOffice in the old format and let the summary name the program of Microsoft Office.

    LibreOffice keeps author and dates, and names no program.  An examiner finds the streams, the header and the
    tables of another suite under the name of Office.
    """
    from leakverify.extractors.ole.warmup import SUMMARY_ID, property_set

    by_microsoft(data)
    made = by_libreoffice(data)
    there = streams(made).get(SUMMARY, b"")
    stated: dict[int, tuple[int, int | bytes]] = {1: (2, 1252)}
    for number in (AUTHOR, LAST_AUTHOR, APPLICATION):
        try:
            stated[number] = (30, text_of(data, number)[0][:24].encode("latin-1"))
        except DoesNotApply:
            continue
    for number in (CREATED, MODIFIED):
        span = time_of(data, number) - _EPOCH
        stated[number] = (64, (span.days * 86_400 + span.seconds) * 10_000_000)
    summary = property_set(SUMMARY_ID, stated)
    if len(summary) > len(there):
        raise DoesNotApply("does not fit into the summary that LibreOffice wrote")
    return write_stream(made, SUMMARY, summary.ljust(len(there), b"\0"))


@benign("ole", needs=("soffice",))
def resave_old_in_libreoffice(data: bytes) -> bytes:
    """Open and save in LibreOffice in the same old format: properties stay, the program does not."""
    return by_libreoffice(data)


@benign("ole", needs=("soffice",))
def convert_to_new_format(data: bytes) -> bytes:
    """Convert a doc, xls or ppt to the format of today with LibreOffice, which keeps author and dates."""
    ending = kind(data)
    how = {
        "doc": "MS Word 2007 XML",
        "xls": "Calc MS Excel 2007 XML",
        "ppt": "Impress MS PowerPoint 2007 XML",
    }[ending]
    try:
        return soffice(data, suffix=f".{ending}", to=f"{ending}x", how=how)
    except ToolFailed as error:
        raise DoesNotApply(f"LibreOffice does not open it: {error}") from error


@benign("ole")
def name_last_author(data: bytes) -> bytes:
    """Write a shorter name of the last author in place, as filing software that removes names does."""
    return set_text(data, LAST_AUTHOR, "-")
