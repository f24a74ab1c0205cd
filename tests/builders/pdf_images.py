"""PDFs with pictures on their pages, and with pages of two programs."""

from __future__ import annotations

from collections.abc import Sequence

from tests.builders.image import jpeg_of, photo, scene
from tests.builders.pdf import FIRST, PAGES, Pdf, document, stream

#: number of the first picture
PICTURE = 60
#: matrix of a picture that covers the whole page
WHOLE = b"600 0 0 800 0 0"


def jpeg(width: int = 320, height: int = 240, **options: object) -> bytes:
    """A picture with enough in it to be more than a decoration."""
    return jpeg_of(scene(size=(width, height)), **options)


def camera() -> bytes:
    """A photograph with EXIF."""
    return photo()


def picture(
    data: bytes, width: int, height: int, *, filters: bytes = b"/DCTDecode", extra: bytes = b""
) -> bytes:
    """An image object with these bytes as they are."""
    return stream(
        data,
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter%s%s"
        % (width, height, filters, extra),
    )


def pictured(
    *pages: Sequence[tuple[int, bytes]], objects: dict[int, bytes], about: bytes | None = None
) -> Pdf:
    """Every page of 600 by 800 paints pictures by number, each under a matrix as written before ``cm``."""
    built = dict(objects)
    for at, painted in enumerate(pages):
        named = b"".join(b"/Im%d %d 0 R" % (number, number) for number, _ in painted)
        content = b"\n".join(b"q %s cm /Im%d Do Q" % (matrix, number) for number, matrix in painted)
        built[FIRST + 2 * at] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</XObject<<%s>>>>>>"
            % (FIRST + 2 * at + 1, named)
        )
        built[FIRST + 2 * at + 1] = stream(content)
    return document(*([b""] * len(pages)), about=about, objects=built)


def swapped(*texts: str, at: int) -> bytes:
    """Pages by one program, the one at index ``at`` put in its place by another."""
    shown = "> Tj T* <".join(line.encode("latin-1").hex() for line in texts[at].split("\n"))
    content = (
        b"1 0 0 1 0 0 cm BT /F1+0 12 Tf 14.400 TL 1 0 0 1 72.125 700.250 Tm <%s> Tj T* ET" % shown.encode()
    )
    kids = [82 if i == at else FIRST + 2 * i for i in range(len(texts))]
    return document(
        *texts,
        objects={
            PAGES: b"<</Type/Pages/Count %d/Kids[%s]>>"
            % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids)),
            80: b"<</Type/Font/Subtype/TrueType/BaseFont/Other/FontDescriptor<</Type/FontDescriptor"
            b"/FontName/Other/Flags 32/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80"
            b"/FontBBox[0 0 1000 1000]>>>>",
            81: stream(content, flate=True),
            82: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.276 841.89]/Contents 81 0 R"
            b"/Resources<</Font<</F1+0 80 0 R>>/ProcSet[/PDF/Text]>>>>",
        },
    ).data
