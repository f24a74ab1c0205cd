"""Plain ZIP archives: what the packer left, and the documents inside.

A ZIP that dresses a document of a format that is not read here (EPUB, iWork)
is opened like any other archive, and it is said that the document itself
was not read.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from types import MappingProxyType

from leakverify.evidence import Member, Observation
from leakverify.extractors._base import Context, Event, Fault, Fit, Format, Probe, Source, clip, text, token
from leakverify.extractors._zip import (
    DEFLATED,
    STORED,
    ZIP_VOCABULARY,
    Archive,
    Entry,
    inflate,
    method_name,
    open_archive,
    zip_facts,
    zip_fit,
)

VOCABULARY = MappingProxyType(
    {
        **ZIP_VOCABULARY,
        "zip.entry.name": text("names of the entries in the order of the file", repeats=True),
        "zip.media_type": token("what the entry 'mimetype' states, as EPUB has it"),
    }
)

#: formats that are a ZIP with certain entries: the entries, and what to call it
_DRESSED = (
    ({"meta-inf/container.xml", "mimetype"}, "EPUB"),
    ({"index/document.iwa"}, "Apple iWork document"),
    ({"index.zip", "preview.jpg"}, "Apple iWork document"),
    ({"androidmanifest.xml", "classes.dex"}, "Android package"),
)
_MEDIA_TYPES = (("application/epub+zip", "EPUB"),)
_MEDIA_TYPE_BYTES = 256
#: faults of one code that are told one by one
_TOLD = 200


def sniff(ends: Probe) -> Fit:
    return zip_fit(ends)


def read(source: Source, context: Context) -> Iterator[Event]:
    archive = open_archive(source, context.limits)
    yield from zip_facts(archive)
    for entry in archive.entries:
        yield Observation(name="zip.entry.name", value=clip(entry.name), where=entry.where)
    yield from _dress(source, context, archive)
    told: Counter[str] = Counter()
    for entry in archive.entries:
        for event in () if entry.is_folder else _member(entry):
            if isinstance(event, Fault):
                told[event.code] += 1
                if told[event.code] > _TOLD:
                    continue
            yield event
    for code, times in told.items():
        if times > _TOLD:
            yield Fault(code, f"{times - _TOLD} more entries")


def _dress(source: Source, context: Context, archive: Archive) -> Iterator[Event]:
    names = {entry.name.lower() for entry in archive.entries}
    title = next((title for wanted, title in _DRESSED if wanted <= names), "")
    for entry in archive.entries:
        if entry.name == "mimetype":
            data, fault = inflate(source, entry, context.budget, most=_MEDIA_TYPE_BYTES, prefix=True)
            if fault is not None:
                yield fault
            stated = data.decode("ascii", "replace").strip()
            if stated:
                yield Observation(name="zip.media_type", value=stated, where=entry.where)
            title = next((title for start, title in _MEDIA_TYPES if stated.startswith(start)), title)
            break
    if title:
        yield Fault("unsupported-format", title)


def _member(entry: Entry) -> Iterator[Event]:
    """The entry as a document of its own, or why it is none."""
    if entry.encrypted:
        yield Fault("encrypted", "a ZIP entry", entry.where)
    elif entry.is_link:
        yield Fault("link-not-followed", "", entry.where)
    elif entry.method not in (STORED, DEFLATED):
        yield Fault("unsupported-feature", f"compression method {method_name(entry.method)}", entry.where)
    elif entry.data < 0:
        yield Fault("malformed", "no local header", entry.where)
    elif entry.overlaps:
        yield Fault("malformed", "lies over another entry", entry.where)
    else:
        if entry.cut:
            yield Fault("truncated", "the file ends inside this entry", entry.where)
        yield Member(
            name=clip(entry.name),
            offset=entry.data,
            length=entry.packed,
            transform="deflate" if entry.method == DEFLATED else "",
            size=-1 if entry.cut else entry.size,
        )


def sample() -> bytes:
    """One small entry."""
    import zipfile

    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/zip")
    return whole.getvalue()


FORMAT = Format(
    name="zip",
    title="ZIP archive",
    version=1,
    sniff=sniff,
    observes=VOCABULARY,
    # formats that are a ZIP and are opened as one
    extensions=(
        "zip", "jar", "war", "ear", "apk", "xpi", "whl", "kmz", "cbz", "epub",
        "odt", "ods", "odp", "odg", "odf", "odc", "odb", "ott", "ots", "otp", "otg", "sxw", "sxc", "sxi",
        "pages", "numbers", "idml",
    ),
    media_types=("application/zip",),
    imports=("encodings.cp437",),
    sample=sample,
    container=True,
    sources=("PKWARE APPNOTE 6.3.10",),
)  # fmt: skip
