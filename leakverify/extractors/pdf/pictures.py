"""Pictures on the pages: as documents of their own, how they were coded, and how they lie on the page.

A JPEG in a PDF is a whole file: taken out, it carries its own EXIF, preview and
tables, and the reader of pictures reads them.  Everything else is raw samples,
of which only the coding is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors import _image_jpeg as jpeg
from leakverify.extractors._base import Child, Event, Fault, clip
from leakverify.extractors._image_exif import exif_date
from leakverify.extractors._image_ifd import Directories
from leakverify.extractors.pdf.objects import Store, number_of
from leakverify.extractors.pdf.pages import Page, name
from leakverify.extractors.pdf.pictures_placed import Matrix, Placements, covered, resolution
from leakverify.extractors.pdf.state import Reading

#: distinct pictures of a document whose coding is told
_PICTURES = 400
#: distinct pictures handed on as documents of their own
_CHILDREN = 64
#: smaller ones are logos and rules, of which a document may hold hundreds
_LEAST_SIDE, _LEAST_BYTES = 64, 4096
#: pages, and named objects on them, that are looked through
_PAGES, _NAMED = 1_000, 20_000
#: forms inside forms, and large pictures on one page
_NESTED, _LAYERS = 4, 500
#: bytes of page content in which placements are looked for, of one page and of all
_CONTENT, _CONTENTS = 1024 * 1024, 6 * 1024 * 1024
#: placements matter for pictures of at least this many pixels
_PLACED = 200 * 200
#: bytes of a JPEG before its first scan that are read
_JPEG_HEAD = 256 * 1024
#: a picture that leaves no more than a margin free
FULL_PAGE = 0.85

#: codings whose last step leaves a whole JPEG
_FILES = frozenset(["DCTDecode", "FlateDecode DCTDecode", "ASCII85Decode DCTDecode"])
_CODES = {
    "DCT": "DCTDecode",
    "CCF": "CCITTFaxDecode",
    "Fl": "FlateDecode",
    "LZW": "LZWDecode",
    "A85": "ASCII85Decode",
}
_TAKEN = (
    (("Exif", 0x9003), ("Exif", 0x9011)),
    (("Exif", 0x9004), ("Exif", 0x9012)),
    (("IFD0", 0x0132), None),
)
_DEVICE = (("IFD0", 0x010F), ("IFD0", 0x0110))
_SOFTWARE = ("IFD0", 0x0131)


@dataclass(slots=True, eq=False)
class Picture:
    """One image object. ``page`` is the first that paints or names it."""

    number: int | None
    stream: dict[Any, Any]
    page: int
    width: int
    height: int
    coding: str
    model: str
    matrix: Matrix | None = None
    cover: float = 0.0

    @property
    def where(self) -> Location:
        return Location(part="" if self.number is None else f"obj {self.number} 0", page=self.page)


def facts(reading: Reading) -> Iterator[Event]:
    reading.latest()
    pictures, layers, faults = _collected(reading)
    for picture in pictures[:_PICTURES]:
        yield from _coding(reading.store, picture)
    if len(pictures) > _PICTURES:
        yield Fault("limit-pages", f"the coding of the first {_PICTURES} pictures is told")
    yield from faults
    yield from _rasters(layers)
    if any(_whole(picture) for picture in pictures) and reading.context.wants_content():
        yield from _children(reading, pictures)


def _whole(picture: Picture) -> bool:
    """Whether the picture, taken out, is a file of its own and more than a decoration."""
    raw = getattr(picture.stream, "_data", b"")
    return (
        picture.coding in _FILES
        and min(picture.width, picture.height) >= _LEAST_SIDE
        and len(raw) >= _LEAST_BYTES
    )


# finding them


class _Search:
    """Pictures met page by page; every object is looked at once, whoever names it."""

    def __init__(self, reading: Reading) -> None:
        self.store = reading.store
        self.found: dict[int, Picture] = {}
        #: pictures written in place, which no other page can name
        self.inline: list[Picture] = []
        #: objects met, and whether a large picture is or lies in them
        self.large: dict[int, bool] = {}
        self.left = _NAMED

    def page(self, page: Page) -> bool:
        """Look through the resources of a page; whether a large picture may be painted on it."""
        resources = self.store.resolve(page.resources)
        return self._holder(dict.get(resources, "/XObject"), page.index, 0) if resources else False

    def _holder(self, holder: Any, page: int, depth: int) -> bool:
        named = self.store.resolve(holder)
        large = False
        for reference in named.values() if isinstance(named, dict) else ():
            self.left -= 1
            if self.left < 0:
                break
            number = number_of(reference)
            if number is None or number not in self.large:
                if number is not None:
                    self.large[number] = False
                verdict = self._one(reference, number, page, depth)
                if number is not None:
                    self.large[number] = verdict
            else:
                verdict = self.large[number]
            large = large or verdict
        return large

    def _one(self, reference: Any, number: int | None, page: int, depth: int) -> bool:
        drawn = self.store.resolve(reference)
        if not isinstance(drawn, dict):
            return False
        if dict.get(drawn, "/Subtype") == "/Form":
            inner = dict.get(self.store.dictionary(drawn, "/Resources"), "/XObject")
            return inner is not None and depth < _NESTED and self._holder(inner, page, depth + 1)
        picture = _picture(self.store, number, drawn, page)
        if picture is None:
            return False
        if number is None:
            self.inline.append(picture)
        else:
            self.found[number] = picture
        return picture.width * picture.height >= _PLACED


def _collected(reading: Reading) -> tuple[list[Picture], list[tuple[Page, list[Picture]]], list[Fault]]:
    """(distinct pictures in the order met, pages with the pictures painted on them, faults)."""
    search = _Search(reading)
    layers: list[tuple[Page, list[Picture]]] = []
    contents = _CONTENTS
    placements = Placements(reading.store)
    for page in reading.pages[:_PAGES]:
        if search.page(page) and page.box is not None and contents > 0:
            painted, spent = _painted(placements, reading.store, page, page.box, search.found)
            contents -= spent
            if painted:
                layers.append((page, painted))
    faults: list[Fault] = []
    if search.left <= 0 or contents <= 0 or placements.spent or len(reading.pages) > _PAGES:
        faults.append(Fault("limit-pages", "pictures of later pages were not looked at"))
    return [*search.found.values(), *search.inline], layers, faults


def _picture(store: Store, number: int | None, drawn: dict[Any, Any], page: int) -> Picture | None:
    if dict.get(drawn, "/Subtype") != "/Image":
        return None
    width, height = store.get(drawn, "/Width"), store.get(drawn, "/Height")
    if not (isinstance(width, int) and isinstance(height, int) and 0 < width < 10**6 and 0 < height < 10**6):
        return None
    stated = store.get(drawn, "/Filter")
    filters = [name(store.resolve(one)) for one in (stated if isinstance(stated, list) else [stated])[:4]]
    coding = " ".join(_CODES.get(one, one) for one in filters if one) or "none"
    return Picture(number, drawn, page, int(width), int(height), clip(coding, 100), _model(store, drawn))


def _model(store: Store, drawn: dict[Any, Any]) -> str:
    """Colours, bits and masks as stated: ``DeviceGray 8``, ``Indexed 4 masked``, ``mask 1``."""
    bits = store.get(drawn, "/BitsPerComponent")
    stencil = getattr(store.get(drawn, "/ImageMask"), "value", False) is True
    space = store.get(drawn, "/ColorSpace")
    if isinstance(space, list):
        kind = name(store.resolve(space[0])) if space else ""
        if kind == "ICCBased" and len(space) > 1:
            parts = store.get(store.resolve(space[1]), "/N")
            kind = f"ICCBased{int(parts)}" if isinstance(parts, int) and 0 < parts < 33 else kind
    else:
        kind = name(space)
    words = ["mask 1"] if stencil else [kind or "unstated", str(int(bits)) if isinstance(bits, int) else "?"]
    if "/SMask" in drawn:
        words.append("soft-masked")
    elif "/Mask" in drawn:
        words.append("masked")
    return clip(" ".join(words), 100)


def _painted(
    placements: Placements,
    store: Store,
    page: Page,
    box: tuple[float, float, float, float],
    found: dict[int, Picture],
) -> tuple[list[Picture], int]:
    """(large pictures painted on a page, with their places; bytes of content looked at)."""
    content = page_content(store, page, _CONTENT)
    painted: list[Picture] = []
    for reference, matrix in placements.of(content, store.resolve(page.resources)):
        number = number_of(reference)
        picture = None if number is None else found.get(number)
        if picture is None or picture.width * picture.height < _PLACED:
            continue
        cover = covered(matrix, box)
        if picture.matrix is None or cover > picture.cover:
            picture.matrix, picture.cover, picture.page = matrix, cover, page.index
        painted.append(replace(picture, page=page.index, matrix=matrix, cover=cover))
        if len(painted) >= _LAYERS:
            break
    return painted, len(content)


def page_content(store: Store, page: Page, most: int) -> bytes:
    """Decoded content of a page, its parts joined by a line end, cut at ``most`` bytes."""
    stated = store.get(page.entry, "/Contents")
    parts = stated[:500] if isinstance(stated, list) else [stated]
    pieces: list[bytes] = []
    left = most
    for part in parts:
        decoded = store.decode(store.resolve(part))
        if decoded is None:
            continue
        pieces.append(decoded[:left])
        left -= len(decoded) + 1
        if left <= 0:
            break
    return b"\n".join(pieces)


# telling of them


def _coding(store: Store, picture: Picture) -> Iterator[Event]:
    where = picture.where
    yield Observation(name="pdf.picture.size", value=f"{picture.width}x{picture.height}", where=where)
    yield Observation(name="pdf.picture.coding", value=f"{picture.coding} {picture.model}", where=where)
    if picture.matrix is not None:
        inches = resolution(picture.matrix, picture.width, picture.height)
        if inches is not None:
            yield Observation(name="pdf.picture.dpi", value=round(inches[0], 1), where=where)
        yield Observation(name="pdf.picture.cover", value=round(picture.cover, 3), where=where)
    if picture.coding in _FILES:
        data = _taken_out(store, picture)
        if data is not None and data[:2] == b"\xff\xd8":
            yield from _jpeg_facts(data, where)


def _taken_out(store: Store, picture: Picture) -> bytes | None:
    """The bytes of a JPEG as they would lie in a file of its own."""
    raw = getattr(picture.stream, "_data", None)
    if store.crypt is not None or picture.coding != "DCTDecode":
        return store.decode(picture.stream)
    return raw if isinstance(raw, bytes) else None


def _jpeg_facts(data: bytes, where: Location) -> Iterator[Event]:
    """Tables, order of markers, and what EXIF says of time and device."""
    head = data[:_JPEG_HEAD]
    found = jpeg.walk(head)
    tables = jpeg.quantisation(found.tables_of(head, jpeg.DQT))
    if tables:
        whole = hashlib.sha256()
        for number, values in sorted(tables.items()):
            whole.update(bytes([number]) + b"".join(value.to_bytes(2, "big") for value in values))
        yield Observation(name="pdf.picture.tables", value=whole.hexdigest(), where=where)
    names: list[str] = []
    for segment in found.segments[:60]:
        named = jpeg.name_of(segment.marker)
        if not names or names[-1] != named:
            names.append(named)
        if segment.marker == jpeg.SOS:
            break
    if found.frame is not None and len(found.frame.factors) > 1:
        names.append(jpeg.subsampling(found.frame))
    yield Observation(name="pdf.picture.markers", value=clip(" ".join(names), 300), where=where)
    for segment in found.application(head, 0xE1, b"Exif\0\0"):
        yield from _exif_facts(Directories(head[segment.start : segment.end]), where)
        break


def _exif_facts(walked: Directories, where: Location) -> Iterator[Event]:
    """Each date once; both readers of EXIF are asked where the picture is a document of its own."""
    told: set[str] = set()
    for stated, zoned in _TAKEN:
        said = _said(walked, *stated)
        zone = _said(walked, *zoned) if zoned is not None else ""
        try:
            read = exif_date(said, zone) if said else None
        except ValueError:
            read = None
        if read and read not in told:
            told.add(read)
            yield Observation(name="pdf.picture.taken", value=read, where=where, raw=clip(said, 100))
    device = " ".join(words for key in _DEVICE if (words := _said(walked, *key)))
    if device:
        yield Observation(name="pdf.picture.device", value=clip(device, 200), where=where)
    software = _said(walked, *_SOFTWARE)
    if software:
        yield Observation(name="pdf.picture.software", value=clip(software, 200), where=where)


def _said(walked: Directories, directory: str, tag: int) -> str:
    raw = walked.raw(walked.entry(directory, tag), 512)
    return jpeg.plain(raw.split(b"\0")[0]).strip()


def _rasters(layers: list[tuple[Page, list[Picture]]]) -> Iterator[Event]:
    """For every page that pictures cover whole: how they were made, largest share first."""
    for page, painted in layers:
        whole = [picture for picture in painted if picture.cover >= FULL_PAGE]
        if not whole:
            continue
        background = max(whole, key=lambda picture: (picture.model.startswith("mask"), picture.cover))
        inches = (
            resolution(background.matrix, background.width, background.height) if background.matrix else None
        )
        where = Location(
            part="" if background.number is None else f"obj {background.number} 0", page=page.index
        )
        made = f"{background.coding} {background.model}"
        if inches is not None:
            yield Observation(name="pdf.raster.dpi", value=round(inches[0]), where=where)
        yield Observation(name="pdf.raster.coding", value=clip(made, 200), where=where)
        yield Observation(name="pdf.raster.layers", value=len(painted), where=where)


def _children(reading: Reading, pictures: list[Picture]) -> Iterator[Event]:
    whole = [picture for picture in pictures if _whole(picture)]
    kept = sorted(whole, key=lambda picture: -picture.width * picture.height)[:_CHILDREN]
    chosen = {id(picture) for picture in kept}
    for picture in whole:
        if id(picture) not in chosen:
            continue
        data = _taken_out(reading.store, picture)
        if data is None:
            yield Fault("malformed", "a picture cannot be decoded", picture.where)
        elif data[:3] == b"\xff\xd8\xff":
            label = "inline" if picture.number is None else f"obj {picture.number}"
            yield Child(name=f"page {picture.page} {label}.jpg", data=data, role="image", where=picture.where)
    if len(whole) > _CHILDREN:
        yield Fault("limit-documents", f"the largest {_CHILDREN} of {len(whole)} pictures are examined")
