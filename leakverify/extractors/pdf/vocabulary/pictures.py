"""What is read of the pictures on the pages."""

from __future__ import annotations

from leakverify.extractors._base import Declared, count, digest, number, text, token, when

VOCABULARY: dict[str, Declared] = {
    "pdf.picture.size": token("pixels across and down of a picture, each picture once", repeats=True),
    "pdf.picture.coding": token("its filters, colours, bits and masks", repeats=True),
    "pdf.picture.dpi": number("resolution across, as painted where it is largest", "px/in", repeats=True),
    "pdf.picture.cover": number("share of the page it covers there", "1", repeats=True),
    "pdf.picture.tables": digest("SHA-256 of the quantisation tables of a JPEG", repeats=True),
    "pdf.picture.markers": token("markers of a JPEG up to its first scan, and its sampling", repeats=True),
    "pdf.picture.taken": when("a date in the EXIF of a picture, each once", repeats=True),
    "pdf.picture.device": text("make and model in the EXIF of a picture", repeats=True),
    "pdf.picture.software": text("program in the EXIF of a picture", repeats=True),
    "pdf.raster.dpi": count("resolution of a picture that covers its page whole", "px/in", repeats=True),
    "pdf.raster.coding": token("its filters, colours, bits and masks", repeats=True),
    "pdf.raster.layers": count("large pictures painted on such a page", repeats=True),
}
