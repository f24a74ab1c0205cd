"""Recipes for OpenDocument and RTF: dates and generators moved, content edited, packages packed again."""

from __future__ import annotations

import io
import random
import re
import struct
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tests.forge import zipbytes
from tests.forge._pdfpages import other_amount
from tests.forge.office_edit import unpacked
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply, ToolFailed, run, soffice

_FORMATS = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}


def odf_parts(data: bytes) -> dict[str, bytes]:
    """Parts of an OpenDocument package by name. Raises ``DoesNotApply``."""
    try:
        found = {entry.name: entry.data for entry in zipbytes.read(data)}
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError, struct.error) as error:
        raise DoesNotApply(f"not a readable package: {error}") from error
    if not {"mimetype", "content.xml", "meta.xml", "META-INF/manifest.xml"} <= set(found):
        raise DoesNotApply("not an OpenDocument package in full")
    if b"encryption-data" in found["META-INF/manifest.xml"]:
        raise DoesNotApply("encrypted")
    return found


def ending(found: dict[str, bytes]) -> str:
    """``odt``, ``ods`` or ``odp``."""
    kind = found["mimetype"].decode("ascii", "replace").rpartition(".")[2]
    if kind not in _FORMATS:
        raise DoesNotApply(f"neither text, spreadsheet nor presentation: {kind}")
    return _FORMATS[kind]


def by_office_suite(found: dict[str, bytes]) -> None:
    """Raises ``DoesNotApply`` unless the metadata name LibreOffice or OpenOffice."""
    if not re.search(rb"<meta:generator>(?:LibreOffice|OpenOffice|StarOffice)", found["meta.xml"]):
        raise DoesNotApply("not by LibreOffice or OpenOffice")


_DATE = re.compile(r"(<(?:meta:creation-date|dc:date)>)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")


def _shift(meta: str, by: timedelta) -> str:
    def moved(found: re.Match[str]) -> str:
        return found[1] + (datetime.fromisoformat(found[2]) + by).isoformat()

    made, count = _DATE.subn(moved, meta)
    if count < 2:
        raise DoesNotApply("does not state both dates")
    return made


@altered("odf", question="origin", expects=("LV-ODF-004", "LV-ODF-002"), trace="structure")
def backdate_open_document(data: bytes, *, seed: int = 0) -> bytes:
    """Move creation and last change back in meta.xml and keep the packing as it was.

    An examiner reads the times that LibreOffice writes into its archives: they are those of the save.
    """
    found = odf_parts(data)
    by_office_suite(found)
    stamps = {entry.stamp for entry in zipbytes.read(data)}
    if stamps <= {zipbytes.EPOCH, (0, 0)}:
        raise DoesNotApply("the archive states no times")
    back = timedelta(days=-random.Random(seed).randrange(200, 1500))
    return zipbytes.exchange(data, {"meta.xml": _shift(found["meta.xml"].decode(), back).encode()})


@altered("odf", question="origin", expects=("LV-ODF-002",), trace="structure")
def backdate_before_the_generator(data: bytes, *, seed: int = 0) -> bytes:
    """Move the dates to before the stated version of LibreOffice was released, and the archive's times too.

    An examiner reads the version in meta:generator against the list of releases, and the version of the format.
    """
    found = odf_parts(data)
    by_office_suite(found)
    if not re.search(rb"LibreOffice/(?:[4-9]|2\d)\.", found["meta.xml"]):
        raise DoesNotApply("not by LibreOffice 4 or later")
    meta = found["meta.xml"].decode()
    dates = [datetime.fromisoformat(m[2]) for m in _DATE.finditer(meta)]
    if len(dates) < 2:
        raise DoesNotApply("does not state both dates")
    to = datetime(2009, random.Random(seed).randrange(1, 12), 14)
    by = timedelta(days=(to - max(dates)).days)
    from dataclasses import replace

    moved = zipbytes.exchange(data, {"meta.xml": _shift(meta, by).encode()})
    stamp = zipbytes.dos(max(dates) + by)
    return zipbytes.write(replace(entry, stamp=stamp) for entry in zipbytes.read(moved))


@altered("odf", question="origin", expects=("LV-DATE-001",), trace="structure")
def create_open_document_after_change(data: bytes, *, seed: int = 0) -> bytes:
    """Move the creation alone past the last change.

    An examiner reads the two dates of meta.xml against each other.
    """
    found = odf_parts(data)
    meta = found["meta.xml"].decode()
    changed = re.search(r"<dc:date>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", meta)
    if changed is None or "<meta:creation-date>" not in meta:
        raise DoesNotApply("does not state both dates")
    later = datetime.fromisoformat(changed[1]) + timedelta(days=random.Random(seed).randrange(20, 90))
    made = re.sub(r"<meta:creation-date>[^<]*", f"<meta:creation-date>{later.isoformat()}", meta)
    return zipbytes.exchange(data, {"meta.xml": made.encode()})


@altered("odf", question="handling", expects=("LV-ID-001",), trace="explicit")
def plant_open_document_author(data: bytes, *, name: str = "Ян Корж") -> bytes:
    """Name somebody else as the last author in meta.xml.

    An examiner says who is named and that it costs seconds.
    """
    found = odf_parts(data)
    meta, count = re.subn(r"(<dc:creator>)[^<]*", rf"\g<1>{name}", found["meta.xml"].decode())
    if not count:
        raise DoesNotApply("names no last author")
    return zipbytes.exchange(data, {"meta.xml": meta.encode()})


def _text_exchanged(found: dict[str, bytes], seed: int) -> tuple[dict[str, bytes], Truth]:
    body = found["content.xml"].decode("utf-8")
    spots = list(re.finditer(r">[^<]*?(?<![\w.,;#&])(\d{2,6})(?![\w.,;])[^<]*<", body))
    if not spots:
        raise DoesNotApply("no figure in the text")
    spot = random.Random(seed).choice(spots)
    after = other_amount(spot[1], seed)
    made = body[: spot.start(1)] + after + body[spot.end(1) :]
    return {"content.xml": made.encode("utf-8")}, Truth(part="content.xml", before=spot[1], after=after)


@altered("odf", question="content", expects=("LV-ODF-001",), trace="structure")
def exchange_open_text_and_zip(data: bytes, *, seed: int = 0) -> Forged:
    """Exchange a figure in content.xml and pack all parts again with Python's zipfile, all of them compressed.

    An examiner finds the media type compressed, and the system and flags of another packer under the name of
    LibreOffice.
    """
    found = odf_parts(data)
    by_office_suite(found)
    changed, truth = _text_exchanged(found, seed)
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in {**found, **changed}.items():
            archive.writestr(ZipInfo(name, (2026, 11, 12, 8, 30, 0)), content, ZIP_DEFLATED)
    return Forged(buffer.getvalue(), truth)


@altered("odf", question="content", expects=("LV-ODF-001",), needs=("zip",), trace="structure")
def exchange_open_text_and_pack_with_infozip(data: bytes, *, seed: int = 0) -> Forged:
    """Unpack, exchange a figure in content.xml, and pack the folder with ``zip``.

    An examiner finds that the media type is not the first entry, and Info-ZIP's version under the name of
    LibreOffice.
    """
    found = odf_parts(data)
    by_office_suite(found)
    changed, truth = _text_exchanged(found, seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "package"
        root.mkdir()
        unpacked({n: c for n, c in {**found, **changed}.items() if not n.endswith("/")}, root)
        run("zip", "-q", "-X", "-D", "-r", "../packed.zip", ".", cwd=root)
        return Forged((Path(folder) / "packed.zip").read_bytes(), truth)


@altered("odf", question="content", trace="faint")
def exchange_open_text_in_place(data: bytes, *, seed: int = 0) -> Forged:
    """Exchange a figure in content.xml and keep every field of the archive as it was.

    An examiner finds nothing, or a preview picture that still shows the old figure.
    """
    found = odf_parts(data)
    changed, truth = _text_exchanged(found, seed)
    return Forged(zipbytes.exchange(data, changed), truth)


@altered("odf", question="origin", expects=("LV-ODF-001", "LV-ODF-003"), needs=("pandoc",), trace="structure")
def fabricate_open_text_with_pandoc(data: bytes) -> bytes:
    """Set the text with pandoc and give it the meta.xml of a document by LibreOffice.

    An examiner finds pandoc's parts, styles and packing under the name of LibreOffice.
    """
    found = odf_parts(data)
    by_office_suite(found)
    if ending(found) != "odt":
        raise DoesNotApply("not a text document")
    lines = re.findall(r"<text:(?:p|h)(?: [^>]*)?>([^<]{4,})", found["content.xml"].decode("utf-8"))
    if sum(map(len, lines)) < 40:
        raise DoesNotApply("hardly any text")
    said = "\n\n".join(re.sub(r"[^\w ,.;:()/-]", " ", line) for line in lines[:200])
    made = run("pandoc", "-f", "markdown", "-t", "odt", "-o", "-", stdin=said.encode())
    return zipbytes.exchange(made, {"meta.xml": found["meta.xml"]})


@benign("odf", needs=("soffice",))
def resave_open_document(data: bytes) -> bytes:
    """Open and save in LibreOffice, which states itself and its own time."""
    kind = ending(odf_parts(data))
    try:
        return soffice(data, suffix=f".{kind}", to=kind)
    except ToolFailed as error:
        raise DoesNotApply(f"LibreOffice does not open it: {error}") from error


@benign("odf", needs=("soffice",))
def convert_open_document_to_office(data: bytes) -> bytes:
    """Convert to docx, xlsx or pptx with LibreOffice, which names itself."""
    kind = ending(odf_parts(data))
    to, how = {
        "odt": ("docx", "MS Word 2007 XML"),
        "ods": ("xlsx", "Calc MS Excel 2007 XML"),
        "odp": ("pptx", "Impress MS PowerPoint 2007 XML"),
    }[kind]
    try:
        return soffice(data, suffix=f".{kind}", to=to, how=how)
    except ToolFailed as error:
        raise DoesNotApply(f"LibreOffice does not open it: {error}") from error


@benign("odf")
def pack_open_document_again(data: bytes) -> bytes:
    """Unpack and pack again as the format demands, the media type first and stored: gateways do so."""
    found = odf_parts(data)
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name in ("mimetype", *(n for n in found if n != "mimetype")):
            how = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            archive.writestr(ZipInfo(name, (2026, 11, 12, 8, 30, 0)), found[name], how)
    return buffer.getvalue()


# RTF


def rtf(data: bytes) -> str:
    """The file as characters, one per byte. Raises ``DoesNotApply``."""
    if not data.startswith(b"{\\rtf1"):
        raise DoesNotApply("not RTF")
    return data.decode("latin-1")


_TIME = r"\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})(?:\\hr(\d{1,2}))?(?:\\min(\d{1,2}))?(?:\\sec(\d{1,2}))?"


def rtf_time(source: str, word: str) -> tuple[re.Match[str], datetime]:
    """A time of the information group. Raises ``DoesNotApply``."""
    found = re.search(r"\{\\" + word + _TIME + r"\s*\}", source)
    if found is None:
        raise DoesNotApply(f"no {word}")
    try:
        return found, datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]
    except ValueError as error:
        raise DoesNotApply(f"{word} is no time") from error


def with_rtf_time(source: str, word: str, moment: datetime) -> str:
    """The same with another time."""
    found, _ = rtf_time(source, word)
    said = f"\\yr{moment.year}\\mo{moment.month}\\dy{moment.day}\\hr{moment.hour}\\min{moment.minute}"
    return f"{source[: found.start()]}{{\\{word}{said}}}{source[found.end() :]}"


@altered("rtf", question="origin", expects=("LV-DATE-001",), trace="structure")
def backdate_rtf_revision(data: bytes, *, seed: int = 0) -> bytes:
    """Move the last change of an RTF file to before its creation.

    An examiner reads creatim and revtim against each other.
    """
    source = rtf(data)
    _, created = rtf_time(source, "creatim")
    rtf_time(source, "revtim")
    return with_rtf_time(
        source, "revtim", created - timedelta(days=random.Random(seed).randrange(30, 900))
    ).encode("latin-1")


@altered("rtf", question="origin", expects=("LV-RTF-001", "LV-RTF-002"), trace="structure")
def backdate_rtf_before_its_generator(data: bytes, *, seed: int = 0) -> bytes:
    """State dates of 2007 in a file whose generator is a build of Windows 10.

    An examiner reads the build in the generator: 10.0.19041 was released in May 2020.
    """
    source = rtf(data)
    generator = "{\\*\\generator Riched20 10.0.19041}"
    source, count = re.subn(r"\{\\\*\\generator [^{}]*\}", lambda _: generator, source, count=1)
    start = datetime(2007, random.Random(seed).randrange(1, 12), 14, 9, 30)
    times = f"{{\\creatim\\yr{start.year}\\mo{start.month}\\dy{start.day}\\hr9\\min30}}"
    times += f"{{\\revtim\\yr{start.year}\\mo{start.month}\\dy{start.day}\\hr9\\min52}}"
    # the information group is taken out where there is one: its other times would tell
    information = re.search(r"\{\\info(?:[^{}]|\{[^{}]*\})*\}", source)
    if information is not None:
        source = source[: information.start()] + source[information.end() :]
    head = re.match(r"\{\\rtf1[^{}]*", source)
    assert head is not None
    put = f"{'' if count else generator}{{\\info{times}}}"
    return (source[: head.end()] + put + source[head.end() :]).encode("latin-1")


@altered("rtf", question="origin", expects=("LV-RTF-002",), trace="structure")
def rename_rtf_generator(data: bytes) -> bytes:
    """Name another program as the generator.

    An examiner compares its habits with the groups of the file.
    """
    source, count = re.subn(
        r"(\{\\\*\\generator )[^{}]*\}", r"\1Microsoft Word 11.0.5604;}", rtf(data), count=1
    )
    if not count:
        raise DoesNotApply("names no generator")
    return source.encode("latin-1")


@benign("rtf", needs=("soffice",))
def resave_rtf_in_libreoffice(data: bytes) -> bytes:
    """Open and save in LibreOffice, which names itself."""
    rtf(data)
    try:
        return soffice(data, suffix=".rtf", to="rtf")
    except ToolFailed as error:
        raise DoesNotApply(f"LibreOffice does not open it: {error}") from error


@benign("rtf")
def unix_line_ends_in_rtf(data: bytes) -> bytes:
    """Line ends of another system, as a transfer in text mode leaves them."""
    made = rtf(data).replace("\r\n", "\n")
    if made.encode("latin-1") == data or "\\bin" in made:
        raise DoesNotApply("nothing to change")
    return made.encode("latin-1")
