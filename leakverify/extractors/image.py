"""Pictures: JPEG, PNG, TIFF, HEIC, WebP and GIF, by their structure and by what they state of themselves.

What a picture shows is not looked at, except that a preview inside EXIF is laid
over it.  The structure comes from our own bounded walks; EXIF from exifread and
from Pillow, and only what both say is stated (:mod:`._image_exif`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors import _image_jpeg as jpeg
from leakverify.extractors._base import (
    Context,
    Declared,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    count,
    flag,
    token,
)
from leakverify.extractors._image_c2pa import C2PA_VOCABULARY, c2pa_observations, jumbf_of
from leakverify.extractors._image_c2pa_verify import AVAILABLE, C2PA_VERIFY_VOCABULARY, verified
from leakverify.extractors._image_exif import EXIF_VOCABULARY, exif_observations
from leakverify.extractors._image_heif import HEIF_VOCABULARY, heif_observations, is_heif
from leakverify.extractors._image_icc import ICC_VOCABULARY, LARGEST, icc_observations
from leakverify.extractors._image_ifd import Directories
from leakverify.extractors._image_layout import LAYOUT_VOCABULARY
from leakverify.extractors._image_makernote import MAKER_NOTE_VOCABULARY
from leakverify.extractors._image_photoshop import PHOTOSHOP_VOCABULARY, photoshop_observations
from leakverify.extractors._image_png import PNG_VOCABULARY, SIGNATURE, mode, png_observations
from leakverify.extractors._image_riff import (
    RIFF_VOCABULARY,
    gif_observations,
    is_gif,
    is_webp,
    webp_observations,
)
from leakverify.extractors._image_thumbnail import THUMBNAIL_VOCABULARY, preview_of, thumbnail_observations
from leakverify.extractors._image_tiff import SIGNATURES, TIFF_VOCABULARY, tiff_observations
from leakverify.extractors._image_trailer import TRAILER_VOCABULARY, samsung_observations
from leakverify.extractors._xmp import XMP_VOCABULARY, xmp_observations

_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "image.format": token("JPEG, PNG, TIFF, WebP, GIF or HEIC (which stands for AVIF too)"),
        "image.width": count("width as coded, before any turning", "px"),
        "image.height": count("height as coded, before any turning", "px"),
        "image.mode": token("kind of pixels in Pillow's words, with the depth where it is not 8 bits"),
        "image.c2pa": flag("a C2PA manifest is carried"),
    }
)

#: XMP packets read of one picture; parts of an extended packet are not
_PACKETS = 4
#: segments of Photoshop's resources put together
_RESOURCES = 200
_START = b"\xff\xd8\xff"
#: the fact after which a manifest is verified, and the media types that its reader is told
_CARRIED = ("image.c2pa", True)
_MEDIA = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff", "HEIC": "image/heic",
          "WebP": "image/webp", "GIF": "image/gif"}  # fmt: skip


def _kind(head: bytes) -> str:
    if head.startswith(_START):
        return "JPEG"
    if head.startswith(SIGNATURE):
        return "PNG"
    if head[:4] in SIGNATURES:
        return "TIFF"
    if is_webp(head):
        return "WebP"
    if is_gif(head):
        return "GIF"
    return "HEIC" if is_heif(head) else ""


def sniff(ends: Probe) -> Fit:
    return Fit.STRONG if _kind(ends.head) else Fit.NONE


def read(source: Source, context: Context) -> Iterator[Event]:
    """What the picture states and how it is built, cheap facts first."""
    kind = _kind(source.read_at(0, 256))
    yield Observation(name="image.format", value=kind)
    data = source.data
    carried = False
    for event in _facts(kind, data, context):
        yield event
        carried = carried or (isinstance(event, Observation) and (event.name, event.value) == _CARRIED)
    if carried:
        yield from verified(data, _MEDIA[kind], Location(part="C2PA"))


def _facts(kind: str, data: bytes, context: Context) -> Iterator[Event]:
    """All that is read with our own walks and the readers of EXIF."""
    if kind == "JPEG":
        yield from _jpeg(data, context)
    elif kind == "PNG":
        yield from png_observations(data, context)
    elif kind == "TIFF":
        yield from tiff_observations(data, context)
    elif kind == "HEIC":
        yield from heif_observations(data)
    elif kind == "WebP":
        yield from webp_observations(data)
    elif kind == "GIF":
        yield from gif_observations(data)


def _jpeg(data: bytes, context: Context) -> Iterator[Event]:
    found = jpeg.walk(data)
    frame = found.frame
    if frame is None:
        yield Fault("missing-part", "no frame header")
    else:
        yield Observation(name="image.width", value=frame.width)
        yield Observation(name="image.height", value=frame.height)
        if base := jpeg.mode_of(frame):
            yield Observation(name="image.mode", value=mode(base, frame.precision))
    yield from found.faults
    yield from jpeg.jpeg_observations(data, found)
    yield from _manifest(data, found)
    blocks = list(found.application(data, 0xE1, jpeg.EXIF_HEADER))
    block = blocks[0] if blocks else None
    yield Observation(name="image.exif.present", value=block is not None)
    if len(blocks) > 1:
        where = Location(part="EXIF", offset=blocks[1].at)
        yield Fault("unsupported-feature", f"{len(blocks)} EXIF segments, of which the first is read", where)
    preview = None
    if block is not None:
        walked = Directories(data[block.start : block.end])
        yield from exif_observations(walked.block, block.start, walked)
        preview = preview_of(walked)
    yield from _profile(data, found)
    yield from _resources(data, found)
    yield from samsung_observations(data)
    for number, packet in enumerate(found.application(data, 0xE1, jpeg.XMP_HEADER)):
        where = Location(part="XMP", offset=packet.start, length=packet.end - packet.start)
        if number == _PACKETS:
            yield Fault("limit-pages", f"more than {_PACKETS} XMP packets", where)
            break
        yield from xmp_observations(data[packet.start : packet.end], where)
    if preview is not None and block is not None:
        yield from thumbnail_observations(preview, block.start, data, found, context)


def _manifest(data: bytes, found: jpeg.Structure) -> Iterator[Event]:
    """A C2PA store, put together from its segments (C2PA 2.1, annex A.3)."""
    pieces = list(found.application(data, 0xEB, b"JP"))
    present = any(b"c2pa" in data[s.start : min(s.end, s.start + 256)] for s in pieces)
    yield Observation(name="image.c2pa", value=present)
    if present:
        where = Location(part="C2PA", offset=pieces[0].at)
        yield from c2pa_observations(jumbf_of([data[s.start : s.end] for s in pieces]), where)


def _resources(data: bytes, found: jpeg.Structure) -> Iterator[Event]:
    """Photoshop's resources, which may go on over several segments."""
    pieces = list(found.application(data, 0xED, jpeg.PHOTOSHOP_HEADER))
    if pieces:
        where = Location(part="Photoshop", offset=pieces[0].start, length=pieces[0].end - pieces[0].start)
        if len(pieces) > _RESOURCES:
            yield Fault("limit-pages", f"more than {_RESOURCES} segments of Photoshop", where)
        raw = b"".join(data[s.start : s.end] for s in pieces[:_RESOURCES])
        yield from photoshop_observations(raw, where)


def _profile(data: bytes, found: jpeg.Structure) -> Iterator[Event]:
    """A colour profile, put together from its numbered pieces (ICC.1:2022, annex B.4)."""
    pieces = [
        (data[s.start], s.start + 2, s.end)
        for s in found.application(data, 0xE2, jpeg.ICC_HEADER)
        if s.end > s.start + 2
    ]
    if pieces:
        profile = b"".join(data[start:end] for _, start, end in sorted(pieces)[:255])
        where = Location(part="ICC", offset=min(start for _, start, _ in pieces))
        yield from icc_observations(profile[:LARGEST], where)


def sample() -> bytes:
    """A grey JPEG of 8 by 8 pixels whose EXIF holds dates, a position and itself as preview.

    Reading it takes every way through the readers that loads something late.  The manifest, of which
    there is only the name, makes the extra ``c2pa`` ask for what it calls back through, which takes
    executable memory, while that may still be had.
    """
    picture = b"".join(
        (
            b"\xff\xd8",
            _segment(0xDB, b"\0" + bytes([16]) * 64),
            _segment(0xC0, struct.pack(">BHHB3B", 8, 8, 8, 1, 1, 0x11, 0)),
            _segment(0xC4, b"\0" + b"\1" + bytes(15) + b"\0"),
            _segment(0xC4, b"\x10" + b"\1" + bytes(15) + b"\0"),
            _segment(0xDA, b"\1\1\0\0\x3f\0"),
            b"\x3f\xff\xd9",
        )
    )
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="sample"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2001-02-03T04:05:06Z"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    exif = jpeg.EXIF_HEADER + _sample_exif(picture)
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE1, exif),
            _segment(0xE1, jpeg.XMP_HEADER + packet),
            _segment(0xEB, b"JP\0\1\0\0\0\1" + struct.pack(">I4sI4s4s", 20, b"jumb", 12, b"jumd", b"c2pa")),
            picture[2:],
        )
    )


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def _sample_exif(preview: bytes) -> bytes:
    """A TIFF block with one entry in each of IFD0, Exif, Interop, GPS and IFD1, values in a tail."""
    tail = 0x200
    values = b"2001:02:03 04:05:06\0" + struct.pack(">6I", 1, 2, 1, 2, 1, 2)
    directories = {
        8: ((0x8769, 4, 1, 0x80), (0x8825, 4, 1, 0x180)),
        0x80: ((0x9003, 2, 20, tail), (0xA005, 4, 1, 0x100), (0xA40B, 7, 4, 0)),
        0x100: ((0x0001, 2, 4, 0x52393800),),
        0x140: ((0x0201, 4, 1, 0x240), (0x0202, 4, 1, len(preview))),
        0x180: ((0x0001, 2, 2, 0x4E000000), (0x0002, 5, 3, tail + 20)),
    }
    block = bytearray(b"MM\0*\0\0\0\x08".ljust(tail, b"\0") + values)
    for at, entries in directories.items():
        raw = struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", *entry) for entry in entries)
        raw += struct.pack(">I", 0x140 if at == 8 else 0)
        block[at : at + len(raw)] = raw
    return bytes(block.ljust(0x240, b"\0")) + preview


FORMAT = Format(
    name="image",
    title="Picture (JPEG, PNG, TIFF, HEIC, WebP, GIF)",
    version=3,
    sniff=sniff,
    observes=MappingProxyType(
        {
            **_VOCABULARY,
            **EXIF_VOCABULARY,
            **THUMBNAIL_VOCABULARY,
            **jpeg.JPEG_VOCABULARY,
            **PNG_VOCABULARY,
            **TIFF_VOCABULARY,
            **HEIF_VOCABULARY,
            **ICC_VOCABULARY,
            **XMP_VOCABULARY,
            **MAKER_NOTE_VOCABULARY,
            **LAYOUT_VOCABULARY,
            **PHOTOSHOP_VOCABULARY,
            **TRAILER_VOCABULARY,
            **C2PA_VOCABULARY,
            **C2PA_VERIFY_VOCABULARY,
            **RIFF_VOCABULARY,
        }
    ),
    extensions=(
        "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "tif", "tiff", "heic", "heif", "hif", "avif",
        "webp", "gif",
        # raw files that are TIFF by their bytes
        "dng", "nef", "cr2", "arw", "pef", "srw",
    ),
    media_types=(
        "image/jpeg", "image/png", "image/tiff", "image/heic", "image/heif", "image/avif",
        "image/webp", "image/gif",
    ),
    imports=(
        "email.utils", "exifread", "lxml.etree",
        "PIL.Image", "PIL.JpegImagePlugin", "PIL.MpoImagePlugin", "PIL.TiffImagePlugin",
        *(("c2pa",) if AVAILABLE else ()),
    ),
    sample=sample,
    readers=("exifread", "pillow", "lxml", *(("c2pa-python",) if AVAILABLE else ())),
    sources=(
        "ITU-T T.81",
        "CIPA DC-008 (EXIF 2.32)",
        "TIFF 6.0",
        "PNG third edition",
        "ISO/IEC 23008-12",
        "E. Kee, M. K. Johnson, H. Farid, IEEE TIFS 6(3), 2011",
    ),
)  # fmt: skip
