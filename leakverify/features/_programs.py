"""Which program a document names as its writer, as a family and a version."""

from __future__ import annotations

import functools
import re

from leakverify.evidence import Extraction
from leakverify.features._row import FormatFamily
from leakverify.features._rules import Seen
from leakverify.features._shapes import digest
from leakverify.knowledge import table

#: how a program that the table does not list begins; a digest of its name follows
UNLISTED = "unlisted "
#: a statement that is looked at, in characters
_LONGEST = 200

#: where a document of a format names its program, best first
_STATED: dict[FormatFamily, tuple[str, ...]] = {
    "pdf": ("pdf.info.producer", "xmp.producer"),
    "ooxml": ("ooxml.app.application",),
    "ole": ("ole.summary.application",),
    "odf": ("odf.generator",),
    "rtf": ("rtf.generator", "rtf.comment"),
    "mail": ("mail.user_agent",),
    "jpeg": ("image.exif.software",),
    "png": ("png.text",),
    "text": (),
}
#: a version that stands beside the name
_BESIDE = {"ooxml": "ooxml.app.app_version", "ole": "ole.document.version"}

#: every observation that names a program, and the formats whose rows read it
NAMING: dict[str, tuple[str, ...]] = {
    "pdf.info.producer": ("pdf",),
    "pdf.info.creator": ("pdf",),
    "xmp.producer": ("pdf",),
    "xmp.creator_tool": ("pdf",),
    "ooxml.app.application": ("ooxml",),
    "ole.summary.application": ("ole",),
    "odf.generator": ("odf",),
    "rtf.generator": ("rtf",),
    "rtf.comment": ("rtf",),
    "mail.user_agent": ("mail",),
    "image.exif.software": ("jpeg",),
    "image.exif.make": ("device",),
    "image.exif.model": (),
    "png.text": ("png",),
}
_KEPT_UNLISTED = re.compile(re.escape(UNLISTED) + r"[0-9a-f]{16}")
_KEPT = re.compile(r"listed ([^|]{1,60})\|((?:cs|cc)?[ \d.]{0,24}[a-z]?)")


def declared_by(seen: Seen, family: FormatFamily) -> tuple[str, str] | None:
    """The program a document of that format names, as (family, version); ``None`` when it names none."""
    if family == "jpeg":
        return _picture(seen)
    for name in _STATED[family]:
        said = _software(seen) if name == "png.text" else seen.text(name).strip()
        if not said:
            continue
        found = program(said, family)
        if name == "rtf.comment" and found[0].startswith(UNLISTED):
            continue  # an ordinary remark
        beside = seen.text(_BESIDE.get(family, "")).partition(".")[0] if family in _BESIDE else ""
        if beside.isdecimal() and found[0].startswith("Microsoft") and not found[1]:
            return found[0], str(int(beside[:4]))
        return found
    return None


def _software(seen: Seen) -> str:
    for observation in seen.all("png.text"):
        if observation.where.part.partition(" ")[2].lower() == "software":
            return str(observation.value).strip()
    return ""


def _picture(seen: Seen) -> tuple[str, str] | None:
    """A program that worked on the picture where one is named, else the device that took it."""
    software = seen.text("image.exif.software").strip()
    if software:
        found = program(software, "jpeg")
        if not found[0].startswith(UNLISTED):
            return found
    make = seen.text("image.exif.make").strip()
    if make:
        found = program(make, "device")
        model = seen.text("image.exif.model").strip()
        family = found[0] if found[0].startswith(UNLISTED) else f"camera {found[0]}"
        return family, program(model, "")[0].removeprefix(UNLISTED) if model else ""
    return None


@functools.lru_cache(maxsize=4096)
def program(said: str, kind: str) -> tuple[str, str]:
    """A statement read with the rows of a format: (family, version); unlisted programs by a digest.

    >>> program("Microsoft® Word 2010", "pdf")
    ('Microsoft Office', '2010')
    """
    said = said[:_LONGEST]
    if _KEPT_UNLISTED.fullmatch(said):
        return said, ""
    kept = _KEPT.fullmatch(said)
    if kept and any(family == kept[1] for family, _, _ in _rows(kind)):
        return kept[1], kept[2]
    for family, claims, version in _rows(kind):
        if claims.search(said):
            found = version.search(said) if version is not None else None
            stated = "" if found is None else next((g for g in found.groups() if g), "")
            return family, stated.lower()[:24]
    return UNLISTED + digest(said.casefold()), ""


def kept_name(said: str, kinds: tuple[str, ...]) -> str:
    """What a corpus keeps of a statement: family and version of a listed program, else a digest.

    Read again it gives the same program, and nothing that somebody typed into it is left.
    """
    if said and not said.strip():
        return " "  # stated, and blank
    said = said.strip()[:_LONGEST]
    for kind in kinds:
        family, version = program(said, kind)
        if not family.startswith(UNLISTED):
            return f"listed {family}|{version}"
    return program(said, "")[0] if said else ""


@functools.cache
def _rows(kind: str) -> tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...]:
    return tuple(
        (
            row["family"],
            re.compile(row["claims"], re.IGNORECASE),
            re.compile(row["version"], re.IGNORECASE) if row["version"] else None,
        )
        for row in table("programs")
        if kind in row["formats"].split()
    )


@functools.cache
def _kin() -> dict[str, str]:
    return {row["family"]: row["kin"] or row["family"] for row in table("programs")}


def kin_of(family: str) -> str:
    """Families that share the code which writes the file have the same kin: none is told from another by it.

    >>> kin_of("OpenOffice") == kin_of("LibreOffice"), kin_of("Ghostscript")
    (True, 'Ghostscript')
    """
    return _kin().get(family, family)


@functools.cache
def _guests() -> frozenset[str]:
    return frozenset(row["family"] for row in table("programs") if row["pages"] == "others")


def takes_over_pages(family: str) -> bool:
    """Whether a program also names itself in files whose pages another program drew.

    Under such a name pages of another making are ordinary: only the way the bytes are written is its own.

    >>> takes_over_pages("pypdf"), takes_over_pages("LibreOffice")
    (True, False)
    """
    return family in _guests()


def declared(extraction: Extraction) -> tuple[str, str] | None:
    """The program a document names as its writer, as (family, version).

    ``None`` for a document that names no program, or is of a format without features.  A program that
    the table
    of programs does not list has a family that begins with :data:`UNLISTED`.
    """
    from leakverify.features._assemble import family_of

    seen = Seen(extraction)
    family = family_of(seen)
    return None if family is None else declared_by(seen, family)
