"""Compound files: Word, Excel and PowerPoint before 2007 (MS-CFB, MS-DOC, MS-XLS, MS-PPT).

Beside what the properties state, such files keep clocks and names of their own:
the directory's times, the document's local times next to the UTC times of its
properties, the last ten saves with their paths, the text of earlier saves.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from leakverify.extractors._base import Context, Event, Fit, Format, Probe, Source
from leakverify.extractors.ole.vocabulary import VOCABULARY
from leakverify.extractors.ole.warmup import sample

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(ends: Probe) -> Fit:
    """The signature of MS-CFB 2.2."""
    return Fit.STRONG if ends.head.startswith(_MAGIC) else Fit.NONE


FORMAT = Format(
    name="ole",
    title="Office document before 2007 (compound file)",
    version=2,
    sniff=sniff,
    observes=MappingProxyType(VOCABULARY),
    extensions=(
        "doc",
        "dot",
        "xls",
        "xlt",
        "xla",
        "ppt",
        "pps",
        "pot",
        "mpp",
        "vsd",
        "pub",
        "msi",
        "db",
    ),
    media_types=("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
    imports=(
        "olefile",
        "leakverify.extractors.ole.reading",
        "encodings.latin_1",
        "encodings.utf_16_le",
        "encodings.cp1250",
        "encodings.cp1251",
        "encodings.cp1252",
        "encodings.cp1253",
        "encodings.cp1254",
        "encodings.cp1255",
        "encodings.cp1256",
        "encodings.cp1257",
        "encodings.cp437",
        "encodings.cp850",
        "encodings.cp874",
        "encodings.cp932",
        "encodings.gbk",
        "encodings.cp949",
        "encodings.cp950",
        "encodings.mac_roman",
    ),
    sample=sample,
    readers=("olefile",),
    sources=("MS-CFB 13.0", "MS-OLEPS 9.0", "MS-DOC 12.3", "MS-XLS 13.0", "MS-PPT 9.0"),
)


def read(source: Source, context: Context) -> Iterator[Event]:
    from leakverify.extractors.ole.reading import read_ole

    yield from read_ole(source, context)
