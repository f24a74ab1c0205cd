"""TIFF files: the shape of their directories (TIFF 6.0), and the metadata these hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Declared, Fault, count, token
from leakverify.extractors._image_exif import exif_observations
from leakverify.extractors._image_icc import LARGEST, icc_observations
from leakverify.extractors._image_ifd import Directories, tag_numbers
from leakverify.extractors._image_png import mode
from leakverify.extractors._xmp import PACKET_LIMIT, xmp_observations

TIFF_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "tiff.pages": count("directories in the chain, which are its pages and previews"),
        "tiff.byte_order": token("II little-endian or MM big-endian, with + for BigTIFF"),
        "tiff.compression": token("Compression of the first page, as its number"),
        "tiff.tags": token("tag numbers of the first page in the order written"),
    }
)

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES = 256, 257, 258, 259, 262, 277
_XMP, _ICC, _C2PA = 700, 34675, 52545
#: PhotometricInterpretation to the words of Pillow
_MODES = {0: "L", 1: "L", 2: "RGB", 3: "P", 5: "CMYK", 6: "YCbCr", 8: "LAB", 32803: "CFA"}


def tiff_observations(data: bytes, context: Context) -> Iterator[Observation | Fault]:
    """Everything a TIFF states besides its pixels."""
    walked = Directories(data, context.limits.pages)
    for name, tag in (("image.width", _WIDTH), ("image.height", _HEIGHT)):
        stated = walked.first("IFD0", tag)
        if stated is not None and stated >= 0:
            yield Observation(name=name, value=stated)
    kind = _mode(walked)
    if kind:
        yield Observation(name="image.mode", value=kind)
    yield Observation(name="tiff.byte_order", value=data[:2].decode("ascii") + ("+" if walked.big else ""))
    yield Observation(name="tiff.pages", value=walked.pages)
    compression = walked.first("IFD0", _COMPRESSION)
    if compression is not None:
        yield Observation(name="tiff.compression", value=str(compression))
    first = walked.named.get("IFD0")
    if first is None or not first.entries:
        yield Fault("missing-part", "no directory")
    else:
        where = Location(part="IFD0", offset=first.offset)
        yield Observation(name="tiff.tags", value=tag_numbers(first.entries), where=where)
    present = "Exif" in walked.named or "GPS" in walked.named
    yield Observation(name="image.exif.present", value=present)
    yield Observation(name="image.c2pa", value=walked.entry("IFD0", _C2PA) is not None)
    yield from exif_observations(data, 0, walked)
    yield from _packets(walked)


def _mode(walked: Directories) -> str:
    photometric = walked.first("IFD0", _PHOTOMETRIC)
    base = _MODES.get(-1 if photometric is None else photometric)
    if base is None:
        return ""
    samples = walked.first("IFD0", _SAMPLES) or 1
    if base == "RGB" and samples == 4:
        base = "RGBA"
    return mode(base, walked.first("IFD0", _BITS) or 1)


def _packets(walked: Directories) -> Iterator[Observation | Fault]:
    packet = walked.entry("IFD0", _XMP)
    if packet is not None and packet.size:
        where = Location(part="XMP", offset=packet.offset, length=packet.size)
        raw = walked.raw(packet, PACKET_LIMIT)
        if raw:
            yield from xmp_observations(raw, where)
        else:
            yield Fault("limit-size" if packet.size > PACKET_LIMIT else "truncated", "XMP", where)
    profile = walked.entry("IFD0", _ICC)
    if profile is not None and profile.size:
        where = Location(part="ICC", offset=profile.offset, length=profile.size)
        yield from icc_observations(walked.block[profile.offset :][: min(profile.size, LARGEST)], where)
