"""What is read of figures that stand in a font of their own: six observations in a row speak of one."""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, flag, token

VOCABULARY: dict[str, Declared] = {
    "pdf.figure.text": content("a figure set in a font that shows only a few figures", repeats=True),
    "pdf.figure.font": token("that font, as named in the file", repeats=True),
    "pdf.figure.font_characters": count("characters that font shows in the whole document", repeats=True),
    "pdf.figure.font_embedded": flag("whether its program is embedded", repeats=True),
    "pdf.figure.beside": content(
        "text nearest to it on its line or in its column, in another font", repeats=True
    ),
    "pdf.figure.beside_font": token("the font of that text", repeats=True),
}
