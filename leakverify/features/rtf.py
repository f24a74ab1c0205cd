"""Features of RTF: groups, tables and character sets."""

from __future__ import annotations

from leakverify.features import _dates
from leakverify.features._programs import program
from leakverify.features._rules import Made, Rule, Seen, any_of, bucket, every, last, number, ordered, stating

#: endings by which Windows names a font's variants for other scripts
_VARIANTS = (" CE", " Cyr", " Greek", " Tur", " Baltic", " (Hebrew)", " (Arabic)", " (Vietnamese)")


def _groups(seen: Seen) -> Made:
    return ordered(str(o.value)[:32] for o in seen.all("rtf.group")[:40])


def _variants(seen: Seen) -> Made:
    fonts = seen.texts("rtf.font")
    found = {ending.strip() for ending in _VARIANTS for font in fonts if font.endswith(ending)}
    return [*found, f"fonts {bucket(len(fonts))}"]


def _sessions(seen: Seen) -> Made:
    return [f"{name} {bucket(seen.amount(f'rtf.rsid.{name}') or 0)}" for name in ("declared", "used")]


def _fonts(seen: Seen) -> Made:
    return {font[:48] for font in seen.texts("rtf.font") if not font.endswith(_VARIANTS)}


def _generator(seen: Seen) -> Made:
    said = seen.text("rtf.generator").strip()
    return [" ".join(part for part in program(said, "rtf") if part)] if said else None


_INFO = {
    f"rtf.{key}": key
    for key in """generator title subject author operator manager company keywords comment template
        created revised printed backed_up revision internal_version edit_time pages words
        characters""".split()
}

RULES: tuple[Rule, ...] = (
    last("s.rtf.version", "version in the opening word", "rtf.version"),
    last("s.rtf.character_set", "character set", "rtf.character_set"),
    last("s.rtf.code_page", "code page", "rtf.code_page"),
    Rule("s.rtf.groups", "groups in their order", ("rtf.group",), _groups),
    Rule("s.rtf.variants", "variants of fonts for other scripts", ("rtf.font",), _variants),
    Rule("s.rtf.sessions", "session ids", ("rtf.rsid.declared", "rtf.rsid.used"), _sessions),
    any_of("s.rtf.trailing", "bytes after the closing brace", "rtf.trailing_bytes"),
    any_of("s.rtf.objects", "objects are embedded", "rtf.objects"),
    stating("m.rtf.info", "what the information group states", _INFO),
    Rule("m.rtf.generator", "program named", ("rtf.generator",), _generator),
    last("m.rtf.build", "build of the program as stated", "rtf.internal_version"),
    _dates.same("m.rtf.saved", "last save against creation", "rtf.created", "rtf.revised"),
    _dates.span("m.rtf.age", "from creation to last save", "rtf.created", "rtf.revised"),
    number("m.rtf.edit_time", "time spent editing", "rtf.edit_time", "min"),
    last("m.rtf.language", "language the program was set to", "rtf.language.default"),
    every("t.rtf.languages", "languages of text", "rtf.language"),
    Rule("t.rtf.fonts", "fonts by name", ("rtf.font",), _fonts),
)
