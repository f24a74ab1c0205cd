"""Features of PDF: how the bytes, the pages and the fonts are written; what the metadata state and how."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

from leakverify.features import _dates, hands
from leakverify.features._programs import program
from leakverify.features._rules import (
    Made,
    Make,
    Rule,
    Seen,
    any_of,
    bucket,
    every,
    flag,
    last,
    number,
    ordered,
    pieces,
    stating,
)
from leakverify.features._shapes import digest

_PAGE = "pdf.style.page."
_BYTES = "pdf.style.container."
#: an operator of a page's content, as the opening shows it
_OPERATOR = re.compile(r"(?<![/\w])[A-Za-z'\"][A-Za-z0-9*]{0,4}(?![\w:])")
_TAG = re.compile(r"[A-Z]{6}\+")
_NUMBERS = re.compile(r"(root|info|page)=(\d+)")


def _opening(seen: Seen) -> Made:
    """Operators the first page begins with, in pairs, and the first words as they are set."""
    found = seen.all(f"{_PAGE}opening")
    if not found:
        return None
    text = str(found[0].value)
    operators = _OPERATOR.findall(text)[:14]
    return [
        *ordered(operators[:8]),
        *(f"{a}>{b}" for a, b in itertools.pairwise(operators)),
        f"^{text[:24]}",
    ]


def _later_openings(seen: Seen) -> Made:
    """How further pages, parts of pages and forms begin."""
    out: set[str] = set()
    for name in ("opening", "part_opening", "form_opening"):
        for observation in seen.all(f"{_PAGE}{name}")[:12]:
            out.add(f"{name} {' '.join(_OPERATOR.findall(str(observation.value))[:5])}")
    return out


def _operators(seen: Seen) -> Made:
    """Ways of writing operators, each choice as a word."""
    out: set[str] = set()
    for name in (f"{_PAGE}operators", f"{_PAGE}form_operators"):
        mark = "form " if "form" in name else ""
        for observation in seen.all(name)[:12]:
            for item in str(observation.value).split():
                key, colon, choices = item.partition(":")
                out.update(f"{mark}{key}:{choice}" for choice in choices.split(",")) if colon else out.add(
                    mark + item
                )
    return out


def _resources(seen: Seen) -> Made:
    """Kinds of resources and how their names are made."""
    out: set[str] = set()
    for observation in seen.all(f"{_PAGE}resources")[:12]:
        for item in str(observation.value).split():
            key, _, names = item.partition("=")
            out.update(f"{key}={name}" for name in names.split(",")[:12])
    first = seen.all(f"{_PAGE}resources")
    if first:
        out.add("order " + " ".join(item.partition("=")[0] for item in str(first[0].value).split()))
    return out


def _fonts(seen: Seen) -> Made:
    """Shapes of font dictionaries: type and subset tag, and each dictionary's set of keys."""
    out: set[str] = set()
    for observation in seen.all(f"{_PAGE}font")[:24]:
        sections = [section.strip() for section in str(observation.value).split("|")]
        kind = sections[0]
        out.add(" ".join(sections[:2]))
        for section in sections[2:]:
            out.add(f"{kind} {section[:28]}{digest(section)[:6]}")
    return out


def _font_programs(seen: Seen) -> Made:
    return {*seen.texts("pdf.font.program"), *(f"type {text}" for text in seen.texts("pdf.font.type"))}


def _tags(seen: Seen) -> Made:
    """How tags of subsets are chosen: counted up, a sliding alphabet, random, or mixed."""
    tags = [name[:6] for name in seen.texts("pdf.font.name") if _TAG.match(name)]
    if not tags:
        return ["none"] if seen.all("pdf.font.name") else None
    out: set[str] = set()
    for tag in tags[:40]:
        letters = [ord(c) for c in tag]
        steps = {b - a for a, b in itertools.pairwise(letters)}
        if tag[1:] == "AAAAA" or tag.startswith("AAAA"):
            out.add("counted")
        elif steps <= {0, 1}:
            out.add("alphabet")
        else:
            out.add("random")
    return [*out, f"mixed {len(out) > 1}"]


def _cmaps(seen: Seen) -> Made:
    out: set[str] = set()
    for observation in seen.all(f"{_PAGE}cmap")[:12]:
        text = str(observation.value)
        out.update((digest(text), "^" + text[:60]))
    return out


def _numbering(seen: Seen) -> Made:
    """Where root, Info and first page stand among the object numbers, and against each other."""
    found = {name: int(number) for name, number in _NUMBERS.findall(seen.text(f"{_BYTES}numbers"))}
    if not found:
        return None
    most = seen.amount("pdf.objects") or 0.0
    out = [f"{name} {_stands(at, most)}" for name, at in found.items()]
    names = sorted(found, key=lambda name: (found[name], name))
    out.append(" ".join(names))
    out.extend(f"{a}+1={b}" for a, b in itertools.pairwise(names) if found[b] - found[a] == 1)
    return out


def _stands(at: int, most: float) -> str:
    if at <= 4:
        return str(at)
    if most and at >= most - 4:
        return f"last{int(at - most):+d}"
    return "early" if at <= 12 else "middle"


def _container(thing: str) -> Make:
    def make(seen: Seen) -> Made:
        return [seen.text(f"{_BYTES}{thing}")]

    return make


def _strings(seen: Seen) -> Made:
    """How strings of Info are coded, whichever they are, and for each key."""
    items = seen.text(f"{_BYTES}strings").split()
    return {*items, *(f"some {item.partition(':')[2]}" for item in items)}


def _zlib(seen: Seen) -> Made:
    found = seen.text(f"{_BYTES}zlib").split()
    return [*(found[:1]), *(f"also {header}" for header in found[1:])]


def _trailer(seen: Seen) -> Made:
    text = seen.text(f"{_BYTES}trailer")
    return (
        [text[:18], digest(text), *re.findall(r"/ID ?\[[^\]]*\]?|>>.startxref|%%EOF.?", text)]
        if text
        else None
    )


def _xref(seen: Seen) -> Made:
    """Kinds of cross-reference over all saves, and the kind of the last."""
    kinds = seen.texts("pdf.revision.xref_kind")
    return [*kinds, f"last {kinds[-1]}"] if kinds else None


def _keys(name: str, meaning: str, read: str) -> Rule:
    def make(seen: Seen) -> Made:
        keys = seen.text(read).split()[:40]
        if not keys:
            return None
        rising = (
            "sorted"
            if keys == sorted(keys)
            else "sorted but Type"
            if keys[1:] == sorted(keys[1:])
            else "own order"
        )
        return [*ordered(keys), f"# {rising}", f"# first {keys[0]}"]

    return Rule(name, meaning, (read,), make)


def _feature_words(seen: Seen) -> Made:
    return {text for text in seen.texts("pdf.feature") if not re.search(r"\d{3}", text)}


def _pictures(seen: Seen) -> Made:
    return {
        *(f"markers {text}" for text in seen.texts("pdf.picture.markers")[:12]),
        *(f"tables {text[:16]}" for text in seen.texts("pdf.picture.tables")[:12]),
        *(f"coding {text}" for text in seen.texts("pdf.picture.coding")[:12]),
        *(f"keys {digest(text)}" for text in seen.texts(f"{_PAGE}image")[:12]),
    }


def _per_page(seen: Seen) -> Made:
    pages, objects = seen.amount("pdf.pages"), seen.amount("pdf.objects")
    return math.log10(1 + objects / pages) if pages and pages > 0 and objects and objects > 0 else None


def _toolkit(seen: Seen) -> Made:
    """Libraries that wrote XMP, versions cut to their first two numbers."""
    return {
        re.sub(r"(\d+\.\d+).*", r"\1", text, flags=re.DOTALL)[:60] for text in seen.texts("xmp.toolkit")[:8]
    }


def _producers(*reads: str) -> Make:
    def make(seen: Seen) -> Made:
        out: set[str] = set()
        for read in reads:
            for text in seen.texts(read)[:16]:
                if text.strip():
                    out.add(program(text.strip(), "pdf")[0])
        return out

    return make


def _agreement(seen: Seen) -> Made:
    """Whether Info and XMP state the same program and the same dates."""
    pairs = {
        "producer": ("pdf.info.producer", "xmp.producer"),
        "created": ("pdf.info.creation_date", "xmp.create_date"),
        "modified": ("pdf.info.mod_date", "xmp.modify_date"),
    }
    out = []
    for what, (info, xmp) in pairs.items():
        one, two = seen.text(info).strip(), seen.text(xmp).strip()
        if what == "producer":
            one, two = (" ".join(program(said, "pdf")) if said else "" for said in (one, two))
        if one or two:
            out.append(f"{what} {'equal' if one == two else 'one only' if not (one and two) else 'differ'}")
    return out


def _page_sizes(seen: Seen) -> Made:
    pairs = zip(seen.amounts("pdf.page.width"), seen.amounts("pdf.page.height"), strict=False)
    sizes = Counter(f"{width:.1f}x{height:.1f}" for width, height in pairs)
    return [size for size, _ in sizes.most_common(6)]


def _font_names(seen: Seen) -> Made:
    return {_TAG.sub("", name)[:48] for name in seen.texts("pdf.font.name")}


def _share_embedded(seen: Seen) -> Made:
    kinds = [str(o.value) for o in seen.all("pdf.font.type")]
    return (
        sum(kind.endswith(" embedded") and "not " not in kind for kind in kinds) / len(kinds)
        if kinds
        else None
    )


def _share_mapped(seen: Seen) -> Made:
    maps = seen.all("pdf.font.to_unicode")
    return sum(bool(o.value) for o in maps) / len(maps) if maps else None


def _mean(read: str) -> Make:
    def make(seen: Seen) -> Made:
        amounts = seen.amounts(read)
        return sum(amounts) / len(amounts) if amounts else None

    return make


def _raster(seen: Seen) -> Made:
    return {
        *(f"dpi {text}" for text in seen.texts("pdf.raster.dpi")[:8]),
        *(f"coding {text}" for text in seen.texts("pdf.raster.coding")[:8]),
        *(f"layers {bucket(amount)}" for amount in seen.amounts("pdf.raster.layers")[:8]),
    }


_INFO = {
    f"pdf.info.{key}": key
    for key in ("producer", "creator", "author", "title", "subject", "keywords", "creation_date", "mod_date")
}
_XMP = {
    f"xmp.{key}": key
    for key in """producer creator_tool title creator create_date modify_date metadata_date
        document_id instance_id original_document_id derived_from history.action pdfa""".split()
}

RULES: tuple[Rule, ...] = (
    last("s.pdf.version", "version in the header", "pdf.header.version"),
    last("s.pdf.comment", "bytes of the comment after the header", "pdf.header.comment"),
    last("s.pdf.line_ending", "line ending after the header", "pdf.line_ending"),
    Rule("s.pdf.xref", "kinds of cross-reference over the saves", ("pdf.revision.xref_kind",), _xref),
    number("s.pdf.revisions", "saves in the file", "pdf.revision.count", "count"),
    flag("s.pdf.linearized", "laid out for the web", "pdf.linearized"),
    flag("s.pdf.encrypted", "has an encryption dictionary", "pdf.encrypted"),
    any_of("s.pdf.object_streams", "objects are packed into streams", "pdf.object_streams"),
    any_of("s.pdf.leading", "bytes stand before the header", "pdf.header.offset"),
    any_of("s.pdf.trailing", "bytes stand after the last save", "pdf.trailing_bytes"),
    Rule("s.pdf.object", "spacing of the first object", (f"{_BYTES}object",), _container("object")),
    Rule("s.pdf.stream", "spacing round the first stream", (f"{_BYTES}stream",), _container("stream")),
    Rule("s.pdf.endobj", "spacing round the first endobj", (f"{_BYTES}endobj",), _container("endobj")),
    Rule("s.pdf.xref_layout", "spacing of the last table", (f"{_BYTES}xref",), _container("xref")),
    Rule("s.pdf.trailer_layout", "spacing of the last trailer", (f"{_BYTES}trailer",), _trailer),
    Rule("s.pdf.eof", "bytes after the last %%EOF", (f"{_BYTES}eof",), _container("eof")),
    Rule("s.pdf.id", "how the ID is made", (f"{_BYTES}id",), _container("id")),
    Rule("s.pdf.strings", "how strings of Info are coded", (f"{_BYTES}strings",), _strings),
    Rule("s.pdf.date_form", "how dates of Info are written", (f"{_BYTES}date",), _container("date")),
    Rule(
        "s.pdf.numbering",
        "place of root, Info and first page",
        (f"{_BYTES}numbers", "pdf.objects"),
        _numbering,
    ),
    Rule("s.pdf.order", "whether object numbers rise", (f"{_BYTES}order",), _container("order")),
    Rule("s.pdf.zlib", "headers of compressed streams", (f"{_BYTES}zlib",), _zlib),
    _keys("s.pdf.trailer_keys", "keys of the last trailer in their order", "pdf.trailer.keys"),
    _keys("s.pdf.catalog_keys", "keys of the root in their order", "pdf.catalog.keys"),
    _keys("s.pdf.page_keys", "keys of the first page in their order", "pdf.page.keys"),
    _keys("s.pdf.info_keys", "keys of Info in their order", "pdf.info.keys"),
    Rule("s.pdf.opening", "operators the first page begins with", (f"{_PAGE}opening",), _opening),
    Rule(
        "s.pdf.openings",
        "how pages, their parts and forms begin",
        (f"{_PAGE}opening", f"{_PAGE}part_opening", f"{_PAGE}form_opening"),
        _later_openings,
    ),
    Rule(
        "s.pdf.operators",
        "how operators are written",
        (f"{_PAGE}operators", f"{_PAGE}form_operators"),
        _operators,
    ),
    pieces("s.pdf.assembled", "choices of the first operators of pages", "pdf.assembly.operators"),
    Rule("s.pdf.resources", "kinds of resources and their names", (f"{_PAGE}resources",), _resources),
    every("s.pdf.coding", "filters of page content", f"{_PAGE}coding"),
    Rule("s.pdf.fonts", "shapes of font dictionaries", (f"{_PAGE}font",), _fonts),
    Rule("s.pdf.font_programs", "kinds of fonts", ("pdf.font.program", "pdf.font.type"), _font_programs),
    Rule("s.pdf.subset_tags", "how tags of subsets are chosen", ("pdf.font.name",), _tags),
    Rule("s.pdf.cmaps", "layout of maps to characters", (f"{_PAGE}cmap",), _cmaps),
    Rule(
        "s.pdf.pictures",
        "how pictures are coded",
        ("pdf.picture.markers", "pdf.picture.tables", "pdf.picture.coding", f"{_PAGE}image"),
        _pictures,
    ),
    every("s.pdf.filters", "filters of pictures", "pdf.image.filter"),
    Rule("s.pdf.features", "features of the format that are used", ("pdf.feature",), _feature_words),
    every("s.pdf.private", "programs that keep private data", "pdf.residue.program"),
    flag("s.pdf.tagged", "stated to be tagged", "pdf.tagged"),
    flag("s.pdf.form", "has form fields", "pdf.form.present"),
    Rule("s.pdf.objects", "objects for a page", ("pdf.pages", "pdf.objects"), _per_page, "log10 count"),
    Rule("s.pdf.mapped", "fonts with a map to characters", ("pdf.font.to_unicode",), _share_mapped, "share"),
    Rule("s.pdf.embedded", "fonts that are embedded", ("pdf.font.type",), _share_embedded, "share"),
    Rule(
        "s.pdf.shown",
        "operators that show text, of the first ones of a page",
        (f"{_PAGE}shown_count",),
        _mean(f"{_PAGE}shown_count"),
        "count",
    ),
    stating("s.pdf.xmp", "whether there is XMP", {"xmp.toolkit": "toolkit", "xmp.create_date": "dates"}),
    *hands.RULES,
    stating("m.pdf.info", "what Info states", _INFO),
    stating("m.pdf.xmp", "what XMP states", _XMP),
    Rule("m.pdf.toolkit", "library that wrote XMP", ("xmp.toolkit",), _toolkit),
    Rule(
        "m.pdf.producer", "program named as Producer", ("pdf.info.producer",), _producers("pdf.info.producer")
    ),
    Rule(
        "m.pdf.creator",
        "program named as Creator",
        ("pdf.info.creator", "xmp.creator_tool"),
        _producers("pdf.info.creator", "xmp.creator_tool"),
    ),
    Rule(
        "m.pdf.agreement",
        "whether Info and XMP agree",
        (
            "pdf.info.producer",
            "xmp.producer",
            "pdf.info.creation_date",
            "xmp.create_date",
            "pdf.info.mod_date",
            "xmp.modify_date",
        ),
        _agreement,
    ),  # fmt: skip
    _dates.zone_words("m.pdf.zones", "zones of dates", "pdf.info.creation_date", "pdf.info.mod_date"),
    _dates.same("m.pdf.saved", "last change against creation", "pdf.info.creation_date", "pdf.info.mod_date"),
    _dates.span("m.pdf.age", "from creation to last change", "pdf.info.creation_date", "pdf.info.mod_date"),
    last("m.pdf.language", "language stated", "pdf.language"),
    number("m.pdf.signatures", "signatures", "pdf.signature.count", "count"),
    Rule(
        "t.pdf.page_size",
        "sizes of pages, most frequent first",
        ("pdf.page.width", "pdf.page.height"),
        _page_sizes,
    ),
    Rule("t.pdf.fonts", "fonts by name", ("pdf.font.name",), _font_names),
    Rule(
        "t.pdf.raster",
        "pictures that are pages",
        ("pdf.raster.dpi", "pdf.raster.coding", "pdf.raster.layers"),
        _raster,
    ),
    number("t.pdf.pages", "pages", "pdf.pages", "count"),
)
