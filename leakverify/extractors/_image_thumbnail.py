"""The preview inside EXIF against the picture it previews.

A camera writes a preview of the picture it just took.  A program that changes
the picture and knows nothing of EXIF leaves the old preview behind, and the
former picture can be seen in it.  :mod:`._image_overlay` lays one over the
other; here is what its numbers were while this was written.

Measured on 43 JPEG files with different previews out of public test suites
(exif-samples, Pillow 13, immich, C2PA, Apache Tika, py-pdf/sample-files: cameras,
phones and editors' exports), of which 24 have a side of 300 px or more.  The
others were shrunk by hand, as their previews were, and give the larger values.
"worked on" is those 24 with the picture made half as bright again, darkened to
0.6, with gamma 0.5 and 2.0, cut by 5, 10 or 20 in 100 at a random place, or cut
from landscape to portrait and brightened.  "other picture" is each preview over
each other picture, 1,804 pairs.  "part replaced" is a rectangle of the 24
pictures covered by another picture, given by the share of the area.

==================  =======  =====  ==========  ==========================  =======================
measure             genuine  >=300  tone alone  cut                         other picture
                    most     most   most        least or most               least, 5 in 100, median
==================  =======  =====  ==========  ==========================  =======================
distance            8.0      6.4    77          91 most                     28, 40, 57
patch_distance      21       14     102         250 most                    59, 88, 141
patch_residual      21       14     44          241 most                    36, 61, 112
aspect_error        0.024    0.004  0.004       0.4 most (shape changed)    0, 0, 0.12
correlation, least  0.968    0.968  0.918       0.06 least                  0.77 most
higher of the two   0.968    0.968  0.918       0.88 least, 0.94 5 in 100   0.97 most
==================  =======  =====  ==========  ==========================  =======================

"higher of the two" is the larger of ``correlation`` and ``part_correlation``: it
stays under 0.75 in 92 of 100 other pictures and under 0.8 in 97, and over 0.88
in every picture left alone or worked on.  Part replaced: with 1, 5, 10 and 25
in 100 of the area ``patch_residual`` has the median 23, 53, 73 and 81, and is
above 45 (more than any change of tone alone made of it) in 13, 67, 83 and 100
of 100; it says so only where the framing is the same, that is where
``correlation`` is high.  A few digits on a page change nothing here.  31 files
of test suites whose pixels had been replaced under their EXIF had a distance of
32 at least.  A preview compared costs 2 to 10 ms, with the search for a part 50.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors import _image_jpeg as jpeg
from leakverify.extractors._base import Context, Declared, Fault, LimitExceeded, count, number, token
from leakverify.extractors._image_ifd import Directories
from leakverify.extractors._image_overlay import compare

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "image.thumbnail.width": count("width of the preview in EXIF", "px"),
        "image.thumbnail.height": count("height of the preview in EXIF", "px"),
        "image.thumbnail.fit": token("how preview and picture were laid over each other for the distance"),
        "image.thumbnail.distance": number(
            "mean absolute difference of grey between preview and picture, both 32 by 32", "of 255"
        ),
        "image.thumbnail.patch_distance": number(
            "the same, of the patch of 4 by 4 of these in which they differ most", "of 255"
        ),
        "image.thumbnail.aspect_error": number(
            "how much longer one is than the other in proportion, bars cut off", "ratio"
        ),
        "image.thumbnail.correlation": number(
            "correlation of grey between the two, blind to brightness and contrast; not for even pictures",
            "-1 to 1",
        ),
        "image.thumbnail.patch_residual": number(
            "difference of grey in the worst patch once the tones are matched", "of 255"
        ),
        "image.thumbnail.part_correlation": number(
            "correlation of the picture with the part of the preview it fits best, when it does not fit all",
            "-1 to 1",
        ),
    }
)

#: bytes of a preview; EXIF in a JPEG cannot hold more than 64 kB, other containers can
LARGEST = 1 << 20
#: pixels of a picture coded progressively, whose coefficients are all held in memory
_PROGRESSIVE_PIXELS = 40_000_000
#: scans of a picture, each of which costs a pass over all of it; encoders write up to about 20
_SCANS, _SCANNED_PIXELS = 100, 1_000_000_000


class Preview(NamedTuple):
    """The JPEG stream of the preview; ``at`` is its first byte within the block."""

    data: bytes
    at: int


def preview_of(walked: Directories) -> Preview | None:
    """The JPEG preview of IFD1 (EXIF 2.32, 4.6.4: JPEGInterchangeFormat), if there is one."""
    start, length = walked.first("IFD1", 0x0201), walked.first("IFD1", 0x0202)
    if start is None or length is None or not 0 < length <= LARGEST:
        return None
    data = walked.block[start : start + length]
    return Preview(data, start) if data.startswith(b"\xff\xd8\xff") else None


def thumbnail_observations(
    preview: Preview, base: int, data: bytes, picture: jpeg.Structure, context: Context
) -> Iterator[Observation | Fault]:
    """Size and tables of the preview and, when content is wanted, how far it is from the picture.

    ``base`` is the byte of the document at which the EXIF block starts;
    ``data`` and ``picture`` are the document and its segments.
    """
    where = Location(part="thumbnail", offset=base + preview.at, length=len(preview.data))
    small = jpeg.walk(preview.data)
    if small.frame is None or not small.frame.width or not small.frame.height:
        yield Fault("malformed", "the preview in EXIF has no frame", where)
        return
    yield Observation(name="image.thumbnail.width", value=small.frame.width, where=where)
    yield Observation(name="image.thumbnail.height", value=small.frame.height, where=where)
    yield from jpeg.table_observations(preview.data, small, "thumbnail", base + preview.at)
    if not context.wants_content():
        return
    try:
        little = _decode(preview.data, small)
        large = _decode(data, picture)
    except LimitExceeded as limit:
        yield Fault(limit.code, limit.detail, Location(part="pixels"))
        return
    except (OSError, ValueError, SyntaxError) as error:
        code = "malformed" if picture.end else "truncated"
        yield Fault(code, f"pixels: {error}", Location(part="pixels"))
        return
    frame = picture.frame
    laid = compare(little, large, *((frame.width, frame.height) if frame else large.size))
    for name, value in laid._asdict().items():
        if value is not None:
            yield Observation(name=f"image.thumbnail.{name}", value=value, where=where)


def _decode(data: bytes, found: jpeg.Structure) -> Image:
    """The picture in grey, decoded at the smallest scale that still holds 128 pixels.

    Only tables and picture data are handed to the decoder: what comments and
    application segments could do to it is never tried.  Raises
    ``LimitExceeded`` for pictures that are too large.
    """
    from PIL import Image, UnidentifiedImageError

    frame = found.frame
    if frame is None or not frame.width or not frame.height:
        raise ValueError("no frame")
    pixels = frame.width * frame.height
    if frame.marker in (0xC2, 0xC6, 0xCA, 0xCE) and pixels > _PROGRESSIVE_PIXELS:
        raise LimitExceeded("limit-size", f"{pixels} pixels, progressive")
    scans = sum(segment.marker == jpeg.SOS for segment in found.segments)
    if scans > _SCANS or scans * pixels > _SCANNED_PIXELS:
        raise LimitExceeded("limit-size", f"{pixels} pixels in {scans} scans")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(_bare(data, found)), formats=("JPEG",))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise LimitExceeded("limit-size", str(bomb)) from None
        except UnidentifiedImageError:
            # its own words hold the address of an object, which differs from run to run
            raise ValueError("the decoder does not take the header") from None
        image.draft("L", (128, 128))
        image.load()
        return image.convert("L")


def _bare(data: bytes, found: jpeg.Structure) -> bytes:
    """The stream without comments and application segments, but for the colour mark of Adobe."""
    pieces = [b"\xff\xd8"]
    for segment in found.segments[1:]:
        if segment.marker == jpeg.SOS:
            pieces.append(data[segment.at : found.end or len(data)])
            return b"".join(pieces)
        adobe = segment.marker == 0xEE and data.startswith(b"Adobe", segment.start)
        if adobe or not (segment.marker == jpeg.COM or 0xE0 <= segment.marker <= 0xEF):
            pieces.append(data[segment.at : segment.end])
    raise ValueError("no picture data")
