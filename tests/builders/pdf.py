"""PDFs made in code: chosen pages and metadata, and saves appended in every way the standard allows."""

from __future__ import annotations

import shutil
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leakverify.box import wire
from leakverify.evidence import Location, Observation, Scalar
from leakverify.extractors import pdf
from leakverify.extractors._base import Budget, Child, Context, Fault, LimitExceeded, Source
from leakverify.extractors.pdf.diff import WORKFLOWS
from leakverify.limits import DEFAULT_LIMITS, Limits
from leakverify.problems import PROBLEMS

COMMENT = b"%\xe2\xe3\xcf\xd3\n"
CATALOG, PAGES, INFO, METADATA, FONT = 1, 2, 3, 4, 5
#: number of the first page; its content follows it
FIRST = 10
QPDF = shutil.which("qpdf")


def stream(data: bytes, entries: bytes = b"", *, flate: bool = False) -> bytes:
    if flate:
        data, entries = zlib.compress(data), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def literal(text: str) -> bytes:
    raw = text.encode("latin-1", "replace")
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def show(text: str, x: float = 72, y: float = 700, size: float = 12, mode: int = 0) -> bytes:
    """Content that draws one line per line of ``text``, each line of its own text object."""
    out = []
    for line in text.split("\n"):
        out.append(b"BT /F1 %g Tf %d Tr %g %g Td %s Tj ET" % (size, mode, x, y, literal(line)))
        y -= size * 1.5
    return b"\n".join(out)


def packet(**properties: str) -> bytes:
    """An XMP packet; keywords are names in the xmp namespace."""
    inner = "".join(f"<xmp:{key}>{value}</xmp:{key}>" for key, value in properties.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Kit">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f'{inner}</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
    ).encode()


def info(**entries: str) -> bytes:
    return b"<<" + b"".join(b"/%s%s" % (k.encode(), literal(v)) for k, v in entries.items()) + b">>"


@dataclass
class Pdf:
    """A document under construction. ``objects`` hold the state after the last save."""

    data: bytes
    objects: dict[int, bytes]
    places: dict[int, int] = field(default_factory=dict)
    #: cross-reference section of the last save
    last: int = 0
    #: end of every save
    ends: list[int] = field(default_factory=list)
    id: tuple[str, str] = ("00112233", "00112233")
    has_info: bool = True
    junk: int = 0

    def save(
        self, changed: Mapping[int, bytes], *, kind: str = "table", extra: bytes = b"", eof: bool = True
    ) -> Pdf:
        """Append a save that writes ``changed``. Kinds: table, stream, packed, hybrid."""
        self.objects.update(changed)
        out = bytearray(self.data)
        base = self.junk
        packed: dict[int, bytes] = {}
        if kind in ("packed", "hybrid"):
            packed = {n: body for n, body in changed.items() if b"stream" not in body}
        fresh = {n: body for n, body in changed.items() if n not in packed}
        rows: dict[int, tuple[int, int, int]] = {}
        for number, body in fresh.items():
            rows[number] = (1, len(out) - base, 0)
            self.places[number] = len(out) - base
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        top = max(self.objects, default=0) + 1
        if packed:
            header, inner = b"", b""
            for index, (number, body) in enumerate(packed.items()):
                header += b"%d %d " % (number, len(inner))
                inner += body + b" "
                rows[number] = (2, top, index)
            self.objects[top] = b""
            rows[top] = (1, len(out) - base, 0)
            whole = stream(
                header + inner, b"/Type/ObjStm/N %d/First %d" % (len(packed), len(header)), flate=True
            )
            out += b"%d 0 obj\n%s\nendobj\n" % (top, whole)
            top += 1
        trailer = b"/Root %d 0 R" % CATALOG
        if self.has_info:
            trailer += b"/Info %d 0 R" % INFO
        trailer += b"/ID[<%s><%s>]" % (self.id[0].encode(), self.id[1].encode()) + extra
        if self.last:
            trailer += b"/Prev %d" % self.last
        if kind in ("stream", "packed"):
            start = self._stream_section(out, rows, top, trailer)
        else:
            hidden = b""
            if kind == "hybrid":
                at = self._stream_section(out, {n: r for n, r in rows.items() if r[0] == 2}, top, b"")
                hidden = b"/XRefStm %d" % at
            start = len(out) - base
            out += b"xref\n"
            if not self.last:
                out += b"0 1\n0000000000 65535 f \n"
            for number in sorted(rows):
                if rows[number][0] == 1:
                    out += b"%d 1\n%010d 00000 n \n" % (number, rows[number][1])
            if not rows:
                out += b"0 0\n"
            out += b"trailer\n<</Size %d%s%s>>\n" % (top + bool(hidden), trailer, hidden)
        out += b"startxref\n%d\n" % start + (b"%%EOF\n" if eof else b"")
        self.data, self.last = bytes(out), start
        self.ends.append(len(out))
        return self

    def _stream_section(
        self, out: bytearray, rows: Mapping[int, tuple[int, int, int]], number: int, trailer: bytes
    ) -> int:
        start = len(out) - self.junk
        self.objects[number] = b""
        every = {**rows, number: (1, start, 0)}
        if not self.last and trailer:
            every[0] = (0, 0, 255)
        index = b" ".join(b"%d 1" % n for n in sorted(every))
        raw = b"".join(
            bytes([every[n][0]]) + every[n][1].to_bytes(4, "big") + every[n][2].to_bytes(2, "big")
            for n in sorted(every)
        )
        entries = b"/Type/XRef/W[1 4 2]/Index[%s]/Size %d%s" % (index, number + 1, trailer)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, stream(raw, entries, flate=True))
        return start

    def content(self, page: int) -> int:
        """Object number of a page's content (pages from 0)."""
        return FIRST + 2 * page + 1

    def free(self) -> int:
        """An object number nobody uses."""
        return max(self.objects) + 1


def document(
    *pages: str | bytes,
    kind: str = "table",
    about: bytes | None = None,
    xmp: bytes | None = None,
    catalog: bytes = b"",
    page: bytes = b"",
    objects: Mapping[int, bytes] | None = None,
    junk: bytes = b"",
    relative: bool = True,
    version: bytes = b"1.7",
) -> Pdf:
    """A document of one save. A page is a text, drawn line by line, or its content as bytes.

    ``junk`` goes before the header; ``relative`` says whether offsets count from there.
    """
    built: dict[int, bytes] = {
        CATALOG: b"<</Type/Catalog/Pages %d 0 R%s%s>>"
        % (PAGES, b"/Metadata %d 0 R" % METADATA if xmp else b"", catalog),
        PAGES: b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pages), b" ".join(b"%d 0 R" % (FIRST + 2 * i) for i in range(len(pages)))),
        FONT: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    }
    if about is not None:
        built[INFO] = about
    if xmp is not None:
        built[METADATA] = stream(xmp, b"/Type/Metadata/Subtype/XML")
    for i, drawn in enumerate(pages):
        built[FIRST + 2 * i] = (
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F1 %d 0 R>>>>%s>>" % (PAGES, FIRST + 2 * i + 1, FONT, page)
        )
        built[FIRST + 2 * i + 1] = stream(drawn if isinstance(drawn, bytes) else show(drawn))
    built.update(objects or {})
    header = b"%PDF-" + version + b"\n" + COMMENT
    made = Pdf(junk + header, {}, has_info=about is not None, junk=len(junk) if relative else 0)
    return made.save(built, kind=kind)


def linearised(data: bytes, folder: Path) -> bytes:
    """The same document laid out for the web by qpdf."""
    return qpdf(data, folder, "--linearize", "--deterministic-id")


def qpdf(data: bytes, folder: Path, *options: str) -> bytes:
    assert QPDF
    source, target = folder / "in.pdf", folder / "out.pdf"
    source.write_bytes(data)
    subprocess.run([QPDF, *options, str(source), str(target)], check=True, capture_output=True)
    return target.read_bytes()


@dataclass
class Read:
    """What the extractor said, and that it said it within its vocabulary."""

    observations: list[Observation]
    faults: list[Fault]
    children: list[Child]
    deferred: bool

    def values(self, name: str) -> list[Scalar]:
        return [o.value for o in self.observations if o.name == name]

    def value(self, name: str) -> Scalar:
        found = self.values(name)
        assert len(found) == 1, (name, found)
        return found[0]

    def where(self, name: str) -> list[Location]:
        return [o.where for o in self.observations if o.name == name]

    @property
    def codes(self) -> set[str]:
        return {fault.code for fault in self.faults}

    @property
    def kinds(self) -> set[tuple[str, int | None, int | None]]:
        """(kind, revision, page) of every change."""
        return {
            (str(o.value), o.where.revision, o.where.page)
            for o in self.observations
            if o.name == "pdf.change.kind"
        }

    @property
    def pairs(self) -> list[tuple[str, str, str]]:
        """(before, after, explained) of every difference of text."""
        found = []
        for at, why in enumerate(self.observations):
            if why.name == "pdf.change.explained":
                assert why.value in WORKFLOWS
                before, after = self.observations[at - 2 : at]
                assert (before.name, after.name) == ("pdf.change.text_before", "pdf.change.text_after")
                assert before.where == after.where == why.where
                found.append((str(before.value), str(after.value), str(why.value)))
        return found


def examine(data: bytes, *, full: bool = True, limits: Limits = DEFAULT_LIMITS) -> Read:
    """Run the extractor on bytes and hold every event against its declaration."""
    context = Context(limits, Budget(limits.inflated_bytes, limits.ratio, limits.ratio_after), full)
    read = Read([], [], [], False)
    once: set[str] = set()
    try:
        for event in pdf.read(Source(data), context):
            if isinstance(event, Observation):
                declared = pdf.FORMAT.observes[event.name]
                assert wire.fits_kind(declared.kind, event.value), event
                assert declared.repeats or event.name not in once, event
                once.add(event.name)
                wire.encoder.encode(event)
                read.observations.append(event)
            elif isinstance(event, Fault):
                assert event.code in PROBLEMS
                wire.encoder.encode(event.detail)
                read.faults.append(event)
            elif isinstance(event, Child):
                read.children.append(event)
    except LimitExceeded as limit:
        read.faults.append(Fault(limit.code, limit.detail))
    read.deferred = context.deferred
    return read


def texts(data: bytes) -> list[Scalar]:
    """Text of the pages, without line ends at either side."""
    return [str(value).strip() for value in examine(data).values("pdf.page.text")]
