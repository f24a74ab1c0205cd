"""What is read of the fonts that pages show text in."""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, flag, text, token, when

VOCABULARY: dict[str, Declared] = {
    "pdf.font.used": token("base font of a font that shows text, with subset tag", repeats=True),
    "pdf.font.characters": count("characters shown in that font in the whole document", repeats=True),
    "pdf.font.program": token("how its program is embedded and of which kind it is", repeats=True),
    "pdf.font.to_unicode": flag("whether it states which characters its codes are", repeats=True),
    "pdf.font.glyphs": count("glyphs its program holds", repeats=True),
    "pdf.font.created": when("creation date inside the embedded font", repeats=True),
    "pdf.font.modified": when("modification date inside the embedded font", repeats=True),
    "pdf.font.version": text("version the embedded font states", repeats=True),
    "pdf.font.copyright": text("copyright notice of the embedded font", repeats=True),
    "pdf.font.identifier": text("unique identifier of the embedded font", repeats=True),
    "pdf.font.vendor": token("maker's code in the embedded font", repeats=True),
    "pdf.font.glyph_shows": content(
        "character by the glyph of a code, where the map says another", repeats=True
    ),
    "pdf.font.map_gives": content("character ToUnicode gives for the same code", repeats=True),
    "pdf.font.idle": content("the few letters or digits of a subset that no page shows", repeats=True),
    "pdf.font.twin": content("characters that two subsets of one font both show on a page", repeats=True),
    "pdf.font.order.length": count(
        "characters of a font whose codes rise as the document first shows them, but for those told",
        repeats=True,
    ),
    "pdf.font.order.early": content(
        "character shown before the turn its code has in that order", repeats=True
    ),
    "pdf.font.order.gone": content(
        "character that is not shown where its code has its turn in that order", repeats=True
    ),
    "pdf.font.order.between": content(
        "what is shown there, up to the next character of that order", repeats=True
    ),
    "pdf.touchup.marks": count("marks of Acrobat's text tool on a page", repeats=True),
    "pdf.residue.program": token("program that keeps private data in the document or a page", repeats=True),
    "pdf.touchup.text": content("text that stands behind such a mark", repeats=True),
}
