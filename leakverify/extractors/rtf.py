"""Rich Text Format: what wrote it, its information group, its session ids, its text (RTF 1.9.1)."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from leakverify.extractors._base import (
    Context,
    Declared,
    Event,
    Fit,
    Format,
    Probe,
    Source,
    content,
    count,
    flag,
    number,
    text,
    token,
    when,
)

VOCABULARY: dict[str, Declared] = {
    "rtf.version": token("version in the opening control word"),
    "rtf.generator": text("program that wrote the file, with its build; Windows counts its own builds there"),
    "rtf.character_set": token("ansi, mac, pc or pca, and the code page"),
    "rtf.code_page": count("ansicpg, code page of the text and of the machine that wrote it"),
    "rtf.language.default": token("deflang, language the program was set to, as a Windows number"),
    "rtf.language": token("language of default or text, as a Windows number", repeats=True),
    "rtf.group": token(
        "group that only some programs write: info, stylesheet, rsidtbl, themedata, datastore, latentstyles, "
        "generator, listtable",
        repeats=True,
    ),
    "rtf.font": token("font of the font table", repeats=True),
    "rtf.title": text("title"),
    "rtf.subject": text("subject"),
    "rtf.author": text("author"),
    "rtf.operator": text("operator, who saved last"),
    "rtf.manager": text("manager"),
    "rtf.company": text("company"),
    "rtf.keywords": text("keywords"),
    "rtf.comment": text("doccomm or comment"),
    "rtf.template": text("template the document was made from"),
    "rtf.hyperlink_base": text("base of relative links"),
    "rtf.created": when("creatim, in the local time of the machine"),
    "rtf.revised": when("revtim, in the local time of the machine"),
    "rtf.printed": when("printim, in the local time of the machine"),
    "rtf.backed_up": when("buptim, in the local time of the machine"),
    "rtf.date_malformed": text("a time of the information group that is none", repeats=True),
    "rtf.revision": count("number of saves"),
    "rtf.internal_version": count("vern, build number of the program"),
    "rtf.edit_time": number("editing time", "minutes"),
    "rtf.pages": count("pages, as the application counted"),
    "rtf.words": count("words, as the application counted"),
    "rtf.characters": count("characters, as the application counted"),
    "rtf.rsid.root": token("id of the first saved session"),
    "rtf.rsid.declared": count("distinct session ids in the table"),
    "rtf.rsid.declared_values": token("these ids in the order stated, which is not that of time"),
    "rtf.rsid.used": count("distinct session ids used in the text"),
    "rtf.rsid.used_values": token("these ids in the order of the text"),
    "rtf.reviewer": text("author of tracked changes", repeats=True),
    "rtf.deleted_text": content("text that tracked changes took out"),
    "rtf.hidden_text": content("text that is marked as hidden"),
    "rtf.text": content("text, one line per paragraph or cell"),
    "rtf.objects": count("embedded objects"),
    "rtf.pictures": count("pictures"),
    "rtf.external": text("field or template that fetches from elsewhere; a matter of safety", repeats=True),
    "rtf.trailing_bytes": count("bytes after the closing brace", "bytes"),
    "rtf.complete": flag("every group is closed"),
}


def sniff(ends: Probe) -> Fit:
    r"""``{\rt`` is all that Word asks for."""
    return Fit.STRONG if ends.head.startswith(b"{\\rt") else Fit.NONE


def sample() -> bytes:
    return (
        rb"{\rtf1\ansi\ansicpg1252\deflang1036{\fonttbl{\f0\fnil\fcharset204 A;}{\f1\fcharset128 B;}}"
        rb"{\*\generator Riched20 10.0.19041;}{\info{\author A}{\creatim\yr2017\mo5\dy5\hr1\min2}}"
        rb"{\*\rsidtbl \rsid11}\pard\f0\'e9\u233?\insrsid11 a\par}"
    )


FORMAT = Format(
    name="rtf",
    title="Rich Text Format",
    version=2,
    sniff=sniff,
    observes=MappingProxyType(VOCABULARY),
    extensions=("rtf", "doc"),
    media_types=("application/rtf", "text/rtf"),
    imports=(
        "leakverify.extractors._rtf",
        *(f"encodings.cp{page}" for page in (437, 850, 874, 932, 949, 950, *range(1250, 1259))),
        "encodings.gbk",
        "encodings.mac_roman",
        "encodings.latin_1",
        "encodings.utf_16_le",
    ),
    sample=sample,
    sources=("Rich Text Format Specification 1.9.1",),
)


def read(source: Source, context: Context) -> Iterator[Event]:
    from leakverify.extractors._rtf import read_rtf

    yield from read_rtf(source, context)
