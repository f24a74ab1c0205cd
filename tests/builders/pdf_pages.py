"""Pages on which one text is painted over another, in every way editors and forgers do it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.builders.pdf import FIRST, FONT, PAGES, document, show, stream

OLD, NEW = "1 200,00", "91 200,00"
#: three lines; the amount is in the second, and stands in PLACE
LINES = show(f"Invoice 2017-05-05\nThe total is {OLD} EUR today\nThank you very much", 72, 700)
PLACE = (134.0, 678.0, 181.5, 693.0)
#: first object number that is free for resources of a page
FREE = FIRST + 2

_L, _B, _R, _T = PLACE
_W, _H = _R - _L, _T - _B


def typed(text: str = NEW, x: float = 135, y: float = 682, size: float = 12) -> bytes:
    """The new text, in black."""
    return b" BT 0 Tr /F1 %g Tf 0 g %g %g Td (%s) Tj ET " % (size, x, y, text.encode("latin-1"))


def _letters(text: str) -> bytes:
    """Each letter an object of its own; a digit of Helvetica is 0.556 em wide, a comma or blank 0.278."""
    out, x = b"", 135.0
    for letter in text:
        if letter != " ":
            out += typed(letter, x)
        x += 12 * (0.556 if letter.isdigit() else 0.278)
    return out


def box(colour: bytes = b"1 1 1") -> bytes:
    return b" q %s rg %g %g %g %g re f Q " % (colour, _L, _B, _W, _H)


def page(
    content: bytes,
    *,
    resources: bytes = b"",
    objects: Mapping[int, bytes] | None = None,
    entries: bytes = b"",
    catalog: bytes = b"",
    media: bytes = b"0 0 595 842",
) -> bytes:
    """A document of one page with that content; ``resources`` go beside the font."""
    held = {
        FIRST: b"<</Type/Page/Parent %d 0 R/MediaBox[%s]/Contents %d 0 R/Resources<</Font<</F1 %d 0 R>>%s>>%s>>"
        % (PAGES, media, FIRST + 1, FONT, resources, entries),
        FIRST + 1: stream(content),
        **(objects or {}),
    }
    return document(content, objects=held, catalog=catalog).data


def _form(content: bytes, entries: bytes = b"") -> bytes:
    return stream(
        content,
        b"/Type/XObject/Subtype/Form/BBox[0 0 900 900]/Resources<</Font<</F1 %d 0 R>>>>%s" % (FONT, entries),
    )


def _pixel(entries: bytes = b"") -> bytes:
    return stream(
        b"\xff\xff\xff",
        b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceRGB/BitsPerComponent 8" + entries,
    )


def _note(subtype: bytes, look: bytes, entries: bytes = b"", number: int = FREE) -> tuple[bytes, bytes]:
    """(the annotation, its appearance in object ``number``)."""
    note = b"<</Type/Annot/Subtype/%s/Rect[%g %g %g %g]/F 4/AP<</N %d 0 R>>%s>>" % (
        subtype, _L, _B, _R, _T, number, entries,
    )  # fmt: skip
    shape = stream(
        look,
        b"/Type/XObject/Subtype/Form/BBox[0 0 %g %g]/Resources<</Font<</F1 %d 0 R>>>>" % (_W, _H, FONT),
    )
    return note, shape


def covered() -> dict[str, bytes]:
    """Documents whose old amount is hidden and whose new one stands on the cover, by the way it was done."""
    made = {
        "rectangle": page(LINES + box() + typed()),
        "lines": page(
            LINES + b" 1 g %g %g m %g %g l %g %g l %g %g l h f " % (_L, _B, _R, _B, _R, _T, _L, _T) + typed()
        ),
        "stroke": page(
            LINES + b" q 1 G %g w %g %g m %g %g l S Q " % (_H, _L, (_B + _T) / 2, _R, (_B + _T) / 2) + typed()
        ),
        "inline image": page(
            LINES
            + b" q %g 0 0 %g %g %g cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID \xff\xff\xff EI Q " % (_W, _H, _L, _B)
            + typed()
        ),
        "image": page(
            LINES + b" q %g 0 0 %g %g %g cm /P Do Q " % (_W, _H, _L, _B) + typed(),
            resources=b"/XObject<</P %d 0 R>>" % FREE,
            objects={FREE: _pixel()},
        ),
        "shading": page(
            LINES + b" q %g %g %g %g re W n /S sh Q " % (_L, _B, _W, _H) + typed(),
            resources=b"/Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 595 0]/Extend[true true]"
            b"/Function<</FunctionType 2/Domain[0 1]/C0[1]/C1[1]/N 1>>>>>>",
        ),
        "form": page(
            LINES + b" q /X Do Q",
            resources=b"/XObject<</X %d 0 R>>" % FREE,
            objects={FREE: _form(box() + typed())},
        ),
        "scaled form in a form": page(
            LINES + b" q 2 0 0 2 -10 -20 cm /X Do Q",
            resources=b"/XObject<</X %d 0 R>>" % FREE,
            objects={
                FREE: stream(
                    b"q 0.5 0 0 0.5 5 10 cm /Y Do Q",
                    b"/Type/XObject/Subtype/Form/BBox[0 0 900 900]/Resources<</XObject<</Y %d 0 R>>>>"
                    % (FREE + 1),
                ),
                FREE + 1: _form(box() + typed()),
            },
        ),
        "transparency group": page(
            LINES + b" q /X Do Q",
            resources=b"/XObject<</X %d 0 R>>" % FREE,
            objects={FREE: _form(box() + typed(), b"/Group<</S/Transparency/CS/DeviceRGB/I true>>")},
        ),
        "coloured page": page(b"q 0.9 0.95 1 rg 0 0 595 842 re f Q " + LINES + box(b"0.9 0.95 1") + typed()),
        "turned page": page(LINES + box() + typed(), entries=b"/Rotate 90"),
        "cropped page": page(
            LINES + box() + typed(), media=b"-50 -60 595 842", entries=b"/CropBox[20 30 400 800]"
        ),
        "letter by letter": page(LINES + box() + _letters(NEW)),
    }
    square, plain = _note(b"Square", b"1 g 0 0 %g %g re f" % (_W, _H))
    text, shown = _note(
        b"FreeText",
        b"BT /F1 12 Tf 0 g 1 4 Td (%s) Tj ET" % NEW.encode(),
        b"/Contents(%s)" % NEW.encode(),
        FREE + 1,
    )
    made["annotations"] = page(
        LINES, entries=b"/Annots[%s %s]" % (square, text), objects={FREE: plain, FREE + 1: shown}
    )
    made["annotation without appearance"] = page(
        LINES,
        entries=b"/Annots[<</Type/Annot/Subtype/FreeText/Rect[%g %g %g %g]/C[1 1 1]/F 4/DA(/F1 12 Tf 0 g)"
        b"/Contents(%s)>>]" % (_L, _B, _R, _T, NEW.encode()),
    )
    return made


def innocent() -> dict[str, bytes]:
    """Documents in which a shape painted later hides no text, by the reason."""
    state = b"/ExtGState<</G<<%s>>>>"
    layer = b"/OCProperties<</OCGs[%d 0 R]/D<</OFF[%d 0 R]>>>>" % (FREE, FREE)
    made = {
        "ground painted first": page(box(b"0.8 0.8 1") + LINES),
        "highlighter": page(LINES + b" q /G gs " + box(b"1 1 0") + b" Q", resources=state % b"/BM/Multiply"),
        "glass": page(LINES + b" q /G gs " + box(b"1 1 1") + b" Q", resources=state % b"/ca 0.4"),
        "frame": page(LINES + b" q 0 G 1 w %g %g %g %g re S Q" % (_L, _B, _W, _H)),
        "clipped away": page(LINES + b" q 400 100 20 20 re W n " + box() + b" Q"),
        "layer switched off": page(
            LINES + b" /OC /L BDC " + box() + b" EMC",
            resources=b"/Properties<</L %d 0 R>>" % FREE,
            objects={FREE: b"<</Type/OCG/Name(box)>>"},
            catalog=layer,
        ),
        "underline": page(LINES + b" q 0 g %g %g %g 1 re f Q" % (_L, _B + 1, _W)),
        "masked picture": page(
            LINES + b" q %g 0 0 %g %g %g cm /P Do Q" % (_W, _H, _L, _B),
            resources=b"/XObject<</P %d 0 R>>" % FREE,
            objects={
                FREE: _pixel(b"/SMask %d 0 R" % (FREE + 1)),
                FREE + 1: stream(
                    b"\x00",
                    b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8",
                ),
            },
        ),
        "shadow": page(LINES + b" q 1 0 0 1 0.5 -0.5 cm " + LINES + b" Q"),
        "beside": page(LINES + b" q 1 g %g %g %g %g re f Q" % (_R + 120, _B, _W, _H)),
    }
    note, look = _note(b"Square", b"1 g 0 0 %g %g re f" % (_W, _H))
    made["hidden annotation"] = page(
        LINES, entries=b"/Annots[%s]" % note.replace(b"/F 4", b"/F 2"), objects={FREE: look}
    )
    return made


def picture_page(
    content: bytes, *, paper: bytes = b"\xf4", ink: bytes = b"\x20", noisy: bool = True
) -> bytes:
    """A page that is a grey picture of a sheet with a dark head, and ``content`` on it."""
    width, height = 120, 170
    rows = []
    for y in range(height):
        row = bytearray(paper * width)
        if 8 <= y < 20:
            row[20:70] = ink * 50
        if noisy:
            for x in range(width):
                row[x] = max(row[x] - (x * 7 + y * 13 + x * y) % 9, 0)
        rows.append(bytes(row))
    picture = stream(
        b"".join(rows),
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        % (width, height),
        flate=True,
    )
    return page(
        b"q 595 0 0 842 0 0 cm /P Do Q " + content,
        resources=b"/XObject<</P %d 0 R>>" % FREE,
        objects={FREE: picture},
    )
