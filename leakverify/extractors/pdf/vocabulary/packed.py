"""What compressed and spelled the streams of a PDF; of pages, told at the first one and where it changes."""

from __future__ import annotations

from leakverify.extractors._base import Declared, flag, token

VOCABULARY: dict[str, Declared] = {
    "pdf.packed.page": token(
        "first two bytes of a page's compressed content, and whether zlib makes the same of it: zlib or "
        "other; plain when it is not compressed, short when it cannot be told; told where it changes",
        repeats=True,
    ),
    "pdf.packed.spelling": token(
        "operators joined in lines or apart, glued to what they show or set off, arrays tight, spaced or "
        "none; short without text; told where it changes",
        repeats=True,
    ),
    "pdf.packed.brought": flag(
        "whether the page draws a form, a picture packed as its content is, or a font of another kind; told "
        "when it is so and where it changes",
        repeats=True,
    ),
    "pdf.packed.blackened": flag(
        "whether a black box as high as a line is painted on the first page that another hand compressed or "
        "spelled; told when it is so and where it changes",
        repeats=True,
    ),
    "pdf.packed.fonts": token(
        "the same of the programs and maps of fonts, most frequent first", repeats=True
    ),
}
