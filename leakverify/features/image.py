"""Features of pictures: coding and layout of JPEG and PNG, and what their metadata state."""

from __future__ import annotations

from leakverify.features import _dates
from leakverify.features._programs import program
from leakverify.features._rules import Made, Make, Rule, Seen, any_of, flag, last, listed, ordered, stating


def _digests(read: str) -> Make:
    """Tables of picture and preview, each by the beginning of its digest."""

    def make(seen: Seen) -> Made:
        return {f"{o.where.part or 'image'} {str(o.value)[:16]}" for o in seen.all(read)[:8]}

    return make


def _quality(seen: Seen) -> Made:
    """Quality of the IJG library that makes these tables, or that none does."""
    out = {f"{o.where.part or 'image'} {o.value}" for o in seen.all("jpeg.ijg_quality")[:4]}
    parts = {o.where.part or "image" for o in seen.all("jpeg.quantisation")[:4]}
    return out | {f"{part} none" for part in parts if not any(word.startswith(f"{part} ") for word in out)}


def _markers(seen: Seen) -> Made:
    return ordered(seen.text("jpeg.markers").split()[:40])


def _applications(seen: Seen) -> Made:
    return ordered(text[:40] for text in seen.texts("jpeg.app")[:16])


def _exif_layout(seen: Seen) -> Made:
    """Directories of EXIF in the order in which fields are met, and the offset of the first."""
    fields = [
        (o.where.offset, o.name.rpartition(".")[2])
        for name in seen.names("image.exif.")
        for o in seen.all(name)[:2]
        if o.where.offset is not None and o.where.length == 12
    ]
    return ordered(name for _, name in sorted(fields)[:24])


def _aspect(seen: Seen) -> Made:
    width, height = seen.amount("image.width"), seen.amount("image.height")
    if not width or not height:
        return None
    return [f"{int(width)}x{int(height)}", f"{max(width, height) / min(width, height):.2f}"]


def _device(seen: Seen) -> Made:
    make, model = seen.text("image.exif.make").strip(), seen.text("image.exif.model").strip()
    return [
        program(make, "device")[0] if make else "",
        " ".join(["model", program(model, "")[0]]) if model else "",
    ]


def _software(seen: Seen) -> Made:
    said = seen.text("image.exif.software").strip()
    return [program(said, "jpeg")[0]] if said else None


def _thumbnail(seen: Seen) -> Made:
    width, height = seen.amount("image.thumbnail.width"), seen.amount("image.thumbnail.height")
    return [f"{int(width)}x{int(height)}"] if width and height else ["none"]


def _png_text(seen: Seen) -> Made:
    """Kinds and keywords of text chunks that programs write."""
    return {keyword_shape(o.where.part) for o in seen.all("png.text")[:24]}


def keyword_shape(part: str) -> str:
    """Kind of a text chunk and its keyword, ``own`` where it is none that programs write."""
    kind, _, keyword = part.partition(" ")
    return f"{kind[:4]} {keyword if keyword.lower() in _KEYWORDS else 'own'}"


_KEYWORDS = frozenset(
    """software comment title author description copyright creation_time date:create date:modify source
    xml:com.adobe.xmp disclaimer warning""".split()
) | {
    "creation time",
    "raw profile type exif",
    "raw profile type iptc",
    "raw profile type xmp",
    "raw profile type icc",
}


def _idat(seen: Seen) -> Made:
    """Length of the first chunk of data where it is a round number of a buffer."""
    length = seen.amount("png.idat_length")
    if length is None:
        return None
    size = int(length)
    return [
        str(size)
        if size and (size & (size - 1) == 0 or size % 1000 == 0 or size + 1 & size == 0)
        else "whole"
    ]


_EXIF = {
    f"image.exif.{key}": key
    for key in """make model software host artist copyright description lens serial owner unique_id
        datetime_original datetime_digitized datetime_modified offset_original gps.latitude gps.when
        orientation version pixel_width""".split()
}
_XMP = {
    f"xmp.{key}": key
    for key in ("toolkit", "creator_tool", "create_date", "modify_date", "document_id", "derived_from")
}

JPEG: tuple[Rule, ...] = (
    Rule("s.jpeg.markers", "markers in their order", ("jpeg.markers",), _markers),
    Rule("s.jpeg.applications", "application segments in their order", ("jpeg.app",), _applications),
    Rule("s.jpeg.quantisation", "quantisation tables", ("jpeg.quantisation",), _digests("jpeg.quantisation")),
    Rule("s.jpeg.huffman", "Huffman tables", ("jpeg.huffman",), _digests("jpeg.huffman")),
    Rule(
        "s.jpeg.quality",
        "quality in terms of the IJG library",
        ("jpeg.ijg_quality", "jpeg.quantisation"),
        _quality,
    ),
    last("s.jpeg.subsampling", "chroma subsampling", "jpeg.subsampling"),
    flag("s.jpeg.progressive", "coded progressively", "jpeg.progressive"),
    any_of("s.jpeg.trailing", "bytes after the picture", "jpeg.trailing_bytes"),
    last("s.jpeg.trailing_kind", "what they look like", "jpeg.trailing_kind"),
    last("s.jpeg.mode", "kind of pixels", "image.mode"),
    Rule(
        "s.jpeg.exif_layout", "fields of EXIF in the order of their places", ("image.exif.*",), _exif_layout
    ),
    last("s.jpeg.exif_version", "version of EXIF", "image.exif.version"),
    Rule(
        "s.jpeg.thumbnail",
        "size of the preview",
        ("image.thumbnail.width", "image.thumbnail.height"),
        _thumbnail,
    ),
    flag("s.jpeg.c2pa", "a C2PA manifest is carried", "image.c2pa"),
    stating("m.jpeg.exif", "what EXIF states", _EXIF),
    stating("m.jpeg.xmp", "what XMP states", _XMP),
    Rule("m.jpeg.device", "device named", ("image.exif.make", "image.exif.model"), _device),
    Rule("m.jpeg.software", "program named", ("image.exif.software",), _software),
    _dates.same(
        "m.jpeg.saved",
        "last change against taking",
        "image.exif.datetime_original",
        "image.exif.datetime_modified",
    ),
    _dates.span(
        "m.jpeg.age",
        "from taking to last change",
        "image.exif.datetime_original",
        "image.exif.datetime_modified",
    ),
    last("m.jpeg.zone", "zone of the clock", "image.exif.offset_original"),
    Rule("t.jpeg.size", "size and shape", ("image.width", "image.height"), _aspect),
    last("t.jpeg.orientation", "how it was held", "image.exif.orientation"),
)
PNG: tuple[Rule, ...] = (
    listed("s.png.chunks", "chunks in their order", "png.chunks"),
    Rule("s.png.idat", "length of the first chunk of data", ("png.idat_length",), _idat),
    last("s.png.zlib", "header of the data", "png.zlib_header"),
    last("s.png.mode", "kind of pixels", "image.mode"),
    any_of("s.png.trailing", "bytes after the end", "png.trailing_bytes"),
    any_of("s.png.crc", "checksums that do not fit", "png.crc_errors"),
    Rule("m.png.text", "text chunks", ("png.text",), _png_text),
    stating(
        "m.png.dates", "dates stated", {"image.png.created": "created", "image.png.modified": "modified"}
    ),
    stating("m.png.profile", "whether a colour profile is carried", {"image.icc.created": "profile"}),
    Rule("t.png.size", "size and shape", ("image.width", "image.height"), _aspect),
)
