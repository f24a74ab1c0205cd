"""What is read of figures that are set otherwise than the text beside them.

Six observations in a row speak of one figure in a font of its own, and twelve
``pdf.figure.set`` in a row of one in another size, height or shade.
"""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, flag, number, token

VOCABULARY: dict[str, Declared] = {
    "pdf.figure.text": content("a figure set in a font that shows only a few figures", repeats=True),
    "pdf.figure.font": token("that font, as named in the file", repeats=True),
    "pdf.figure.font_characters": count("characters that font shows in the whole document", repeats=True),
    "pdf.figure.font_embedded": flag("whether its program is embedded", repeats=True),
    "pdf.figure.beside": content(
        "text nearest to it on its line or in its column, in another font", repeats=True
    ),
    "pdf.figure.beside_font": token("the font of that text", repeats=True),
    "pdf.figure.set.text": content(
        "a figure set in another size, height, font or shade than the text beside it", repeats=True
    ),
    "pdf.figure.set.font": token("its font, as named in the file", repeats=True),
    "pdf.figure.set.size": number("height of its font", "pt", repeats=True),
    "pdf.figure.set.colour": token("its colour; empty when it cannot be told", repeats=True),
    "pdf.figure.set.beside": content("text nearest to it on its line, or else in its column", repeats=True),
    "pdf.figure.set.beside_font": token("the font of that text", repeats=True),
    "pdf.figure.set.beside_size": number("height of the font of that text", "pt", repeats=True),
    "pdf.figure.set.beside_colour": token(
        "the colour of that text; empty when it cannot be told", repeats=True
    ),
    "pdf.figure.set.raised": number(
        "how much higher its baseline is than that of this text; 0 in a column", "pt", repeats=True
    ),
    "pdf.figure.set.last": flag("whether only such figures are painted after it on its page", repeats=True),
    "pdf.figure.set.gap": flag(
        "whether it stands inside that text object, where this shows nothing", repeats=True
    ),
    "pdf.ordinal.raised": content(
        "ordinal whose letters are small and stand above the line, as in 187th", repeats=True
    ),
    "pdf.figure.set.apart": count(
        "text objects of other lines that are painted between that text and the figure", repeats=True
    ),
}
