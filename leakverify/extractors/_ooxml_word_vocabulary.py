"""What the Word readers of OOXML observe beside the names every Office document shares."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leakverify.extractors._base import Declared, content, count, text, token

WORD_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "docx.paragraphs": count("paragraphs of the main part, those in tables and text boxes among them"),
        "docx.paragraph.with_session": count("of these, paragraphs marked with the session that made them"),
        "docx.paragraph.with_id": count("of these, paragraphs with an id of their own"),
        "docx.paragraph.without_session": content(
            "text of a paragraph without a session id, where others have one; where.line is its number",
            repeats=True,
        ),
        "docx.paragraph.without_id": content(
            "text of a paragraph without an id, where others have one; where.line is its number",
            repeats=True,
        ),
        "docx.paragraph.repeated_id": token(
            "paragraph id that an earlier paragraph has as well; where.line is the later one's number",
            repeats=True,
        ),
        "docx.paragraph.impossible_id": token(
            "paragraph id of 80000000 or more, or no number, which Word does not give", repeats=True
        ),
        "docx.session.text": content(
            "text inside a paragraph of another session, typed in a session that typed nothing else; raw is "
            "the session and whether the settings list it; where.line is the paragraph's number",
            repeats=True,
        ),
        "docx.session.context": content(
            "the text named before in brackets, with its neighbours", repeats=True
        ),
        "docx.run.language": token("language set on text; the number of characters follows", repeats=True),
        "docx.run.language.characters": count("characters in the language before", repeats=True),
        "docx.run.font": token("font set on text directly; the number of characters follows", repeats=True),
        "docx.run.font.characters": count("characters in the font before", repeats=True),
        "docx.run.ordinal": content(
            "ordinal whose letters are set as superscript, as in 187th; where.line is the paragraph's number",
            repeats=True,
        ),
        "docx.hidden_text": content("text that is set not to be shown", repeats=True),
        "docx.field": text("instruction of a field; its stored result follows", repeats=True),
        "docx.field.result": content("stored result of the field before", repeats=True),
        "docx.protection": token("kind of editing the document is limited to, and whether that is enforced"),
        "docx.compat_settings": token("names of the compatibility settings in the order stated"),
        "docx.latent_styles": count("built-in styles the program that saved knew of, as it says"),
        "docx.default_font": token("font of the document defaults, or the theme's role that stands for it"),
        "docx.default_language": token("language of the document defaults"),
    }
)
