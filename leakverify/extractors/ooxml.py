"""Office Open XML: Word, Excel and PowerPoint files since 2007 (ECMA-376, ISO/IEC 29500).

What the archive shows of its packer, what the property parts state, which
namespaces each part declares, who is named as reviewer, and the text.  Parts are
found by content type and relationship, as an application finds them, never by
their usual names.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Observation
from leakverify.extractors._base import (
    Child,
    Context,
    Declared,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    clip,
    content,
    count,
    flag,
    number,
    text,
    token,
    when,
)
from leakverify.extractors._ooxml_props import app_facts, core_facts, custom_facts
from leakverify.extractors._ooxml_sheet import sheet_content, sheet_structure
from leakverify.extractors._ooxml_sheet_words import SHEET_VOCABULARY
from leakverify.extractors._ooxml_slide import slide_content, slide_structure
from leakverify.extractors._ooxml_text import TextKeeper
from leakverify.extractors._ooxml_word import word_comments, word_content, word_structure
from leakverify.extractors._ooxml_word_vocabulary import WORD_VOCABULARY
from leakverify.extractors._opc import CONTENT_TYPES, Package, Part
from leakverify.extractors._opc_deflate import compression_facts
from leakverify.extractors._zip import (
    ZIP_VOCABULARY,
    Archive,
    entry_names,
    open_archive,
    zip_facts,
    zip_fit,
)

#: measured: in 25 of 29 genuine files such dates lie exactly the author's zone away from the core dates
_LOCAL = "Word writes its local time and a Z behind it, so no zone is taken from a Z"

_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "ooxml.kind": token("what the content type of the main part makes it: docx, xlsm, potx, ..."),
        "ooxml.part": token(
            "part names in the order of the file; where says from where to where", repeats=True
        ),
        "ooxml.encrypted": flag("some part is under ZIP encryption"),
        "ooxml.macro": flag("a VBA project is inside; a matter of safety, not of soundness"),
        "ooxml.signatures": count("digital signatures of the package"),
        "ooxml.xml_declaration": token(
            "literal XML declaration of the main parts, empty where there is none; "
            "raw keeps the byte order mark and white space around it",
            repeats=True,
        ),
        "ooxml.namespace": token("namespace a part declares; raw is the declaration", repeats=True),
        "ooxml.other_declaration": token(
            "XML declaration of a part that does not begin as the content types do; raw as above",
            repeats=True,
        ),
        "ooxml.parts_compared": count(
            "parts, in entries marked as Office marks them, whose compression was compared with zlib's"
        ),
        "ooxml.zlib_part": token(
            "part of these that zlib made, which Office does not use; raw is the level", repeats=True
        ),
        "ooxml.root_prefixes": token("prefixes the root of the main part declares, in the order written"),
        "ooxml.mc_ignorable": token("prefixes a part says may be ignored, as written", repeats=True),
        "ooxml.external": text(
            "target outside the document other than a hyperlink; raw is its type", repeats=True
        ),
        "ooxml.unreferenced": text(
            "part that no relationship leads to, so that no application shows it: left over or hidden",
            repeats=True,
        ),
        "ooxml.core.created": when("dcterms:created"),
        "ooxml.core.modified": when("dcterms:modified"),
        "ooxml.core.last_printed": when("cp:lastPrinted"),
        "ooxml.core.date_malformed": text("a core date that is no possible date; raw names it", repeats=True),
        "ooxml.core.creator": text("dc:creator, who made the document or its template"),
        "ooxml.core.last_modified_by": text("cp:lastModifiedBy, who saved last"),
        "ooxml.core.title": text("dc:title"),
        "ooxml.core.subject": text("dc:subject"),
        "ooxml.core.keywords": text("cp:keywords"),
        "ooxml.core.category": text("cp:category"),
        "ooxml.core.description": text("dc:description"),
        "ooxml.core.content_status": text("cp:contentStatus"),
        "ooxml.core.identifier": text("dc:identifier"),
        "ooxml.core.version": text("cp:version"),
        "ooxml.core.language": token("dc:language"),
        "ooxml.core.revision": count("cp:revision, how often it was saved"),
        "ooxml.app.application": text("Application, the program that saved last"),
        "ooxml.app.app_version": token("AppVersion of that program"),
        "ooxml.app.total_time": number(
            "TotalTime spent editing; negative when a clock was set back", "minutes"
        ),
        "ooxml.app.template": text("Template the document was made from"),
        "ooxml.app.company": text("Company the program was registered to"),
        "ooxml.app.manager": text("Manager"),
        "ooxml.app.hyperlink_base": text("HyperlinkBase, to which relative links belong"),
        "ooxml.app.pages": count("Pages, as the application counted"),
        "ooxml.app.words": count("Words, as the application counted"),
        "ooxml.app.characters": count("Characters without spaces, as the application counted"),
        "ooxml.app.paragraphs": count("Paragraphs, as the application counted"),
        "ooxml.app.lines": count("Lines, as the application counted"),
        "ooxml.app.slides": count("Slides, as the application counted"),
        "ooxml.app.notes": count("Notes pages, as the application counted"),
        "ooxml.app.hidden_slides": count("HiddenSlides, as the application counted"),
        "ooxml.app.doc_security": count("DocSecurity, bits of protection asked for"),
        "ooxml.custom.name": text("name of a custom property; its value follows", repeats=True),
        "ooxml.custom.value": text("value of the custom property named before", repeats=True),
        "ooxml.font": token("font named in the font table or the theme", repeats=True),
        "ooxml.person.name": text("person named in the list of reviewers", repeats=True),
        "ooxml.person.account": text("account of the person named before", repeats=True),
        "ooxml.comment.author": text("author of comments in a workbook or presentation", repeats=True),
        "ooxml.comment.when": when("date of a comment in a workbook or presentation", repeats=True),
        "ooxml.text": content("text of one part, one line per paragraph or string", repeats=True),
        "docx.rsid.root": token("session id of the first saved session, kept by copies and heirs"),
        "docx.rsid.declared": count("distinct session ids in the settings"),
        "docx.rsid.declared_values": token(
            "these ids in the order stated, which is by value and not by time"
        ),
        "docx.rsid.used": count("distinct session ids used in the main part"),
        "docx.rsid.used_values": token("these ids in the order of the text"),
        "docx.doc_id": token("w14:docId or w15:docId, names the document; raw says which", repeats=True),
        "docx.compatibility_mode": token("version of Word whose layout is kept: 12, 14, 15"),
        "docx.theme_language": token("languages of the theme's fonts: val, eastAsia, bidi"),
        "docx.track_changes": flag("changes are being tracked"),
        "docx.comment.author": text("author of a comment; its date follows", repeats=True),
        "docx.comment.when": when("date of the comment of the author before; " + _LOCAL, repeats=True),
        "docx.revision.author": text("author of a tracked change; its date follows", repeats=True),
        "docx.revision.when": when("date of the change of the author before; " + _LOCAL, repeats=True),
        "docx.utc_offset": token(
            "zone of a reviewer's clock, where a mark states its time both locally and in UTC", repeats=True
        ),
        "docx.rows": content(
            "lines of an invoice with tables: paragraphs, and rows with tabs between their cells"
        ),
        "docx.deleted_text": content("text that tracked changes took out of a part", repeats=True),
        "pptx.slides": count("slides in the order of showing"),
    }
)
VOCABULARY = MappingProxyType({**_VOCABULARY, **SHEET_VOCABULARY, **WORD_VOCABULARY, **ZIP_VOCABULARY})

_WML = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_SML = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_PML = "application/vnd.openxmlformats-officedocument.presentationml."
#: content type of the main part -> kind
KINDS: Mapping[str, str] = MappingProxyType(
    {
        f"{_WML}document.main+xml": "docx",
        f"{_WML}template.main+xml": "dotx",
        "application/vnd.ms-word.document.macroenabled.main+xml": "docm",
        "application/vnd.ms-word.template.macroenabledtemplate.main+xml": "dotm",
        f"{_SML}sheet.main+xml": "xlsx",
        f"{_SML}template.main+xml": "xltx",
        "application/vnd.ms-excel.sheet.macroenabled.main+xml": "xlsm",
        "application/vnd.ms-excel.template.macroenabled.main+xml": "xltm",
        "application/vnd.ms-excel.addin.macroenabled.main+xml": "xlam",
        "application/vnd.ms-excel.sheet.binary.macroenabled.main": "xlsb",
        f"{_PML}presentation.main+xml": "pptx",
        f"{_PML}slideshow.main+xml": "ppsx",
        f"{_PML}template.main+xml": "potx",
        "application/vnd.ms-powerpoint.presentation.macroenabled.main+xml": "pptm",
        "application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml": "ppsm",
        "application/vnd.ms-powerpoint.template.macroenabled.main+xml": "potm",
        "application/vnd.ms-powerpoint.addin.macroenabled.main+xml": "ppam",
        "application/vnd.ms-visio.drawing.main+xml": "vsdx",
        "application/vnd.ms-visio.drawing.macroenabled.main+xml": "vsdm",
        "application/vnd.ms-visio.template.main+xml": "vstx",
        "application/vnd.ms-visio.stencil.main+xml": "vssx",
        "application/vnd.ms-package.xps-fixeddocumentsequence+xml": "xps",
    }
)
_MACRO = "application/vnd.ms-office.vbaproject"
_SIGNATURE = "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"
#: folders of parts that no other package format has
_FOLDERS = ("word/", "xl/", "ppt/", "docprops/", "visio/")
_THEME_FONTS = ("latin", "ea", "cs")
#: targets outside the document that are stated of one part
_EXTERNAL = 200
#: unreferenced parts that are stated
_UNREFERENCED = 200
#: bytes of one embedded picture or object
_CHILD_BYTES = 64 * 1024 * 1024


def sniff(ends: Probe) -> Fit:
    if zip_fit(ends) is Fit.NONE:
        return Fit.NONE
    names = entry_names(ends)
    if CONTENT_TYPES.lower() in names:
        return Fit.STRONG
    # the content types are often written last, so a file that breaks off has none
    if "_rels/.rels" in names and any(name.startswith(_FOLDERS) for name in names):
        return Fit.STRONG
    return Fit.NONE


def read(source: Source, context: Context) -> Iterator[Event]:
    archive = open_archive(source, context.limits)
    yield from zip_facts(archive)
    yield from _parts(archive)
    package = Package(source, context, archive)
    typed = package.read_types()
    yield from package.drain()
    if not typed:
        yield Fault("missing-part", CONTENT_TYPES)
    main = _main_name(package)
    yield from package.drain()
    yield from _package_facts(package, main)
    for ending, facts in (
        ("core-properties", core_facts),
        ("extended-properties", app_facts),
        ("custom-properties", custom_facts),
    ):
        for name in list(package.related("", ending))[:1]:
            yield from facts(package, name)
        yield from package.drain()
    if main is None:
        yield Fault("missing-part", "no main part")
        return
    if context.wants_content():
        yield from compression_facts(package.entries, source)
    yield from _document(package, main, context)
    yield from package.drain()


def _parts(archive: Archive) -> Iterator[Observation]:
    for entry in archive.entries:
        yield Observation(name="ooxml.part", value=clip(entry.name), where=entry.where)
    yield Observation(name="ooxml.encrypted", value=any(entry.encrypted for entry in archive.entries))


def _main_name(package: Package) -> str | None:
    for name in package.related("", "officeDocument", "document", "fixedrepresentation"):
        return name
    return next((name for name in package.of_type(*KINDS) if package.find(name)), None)


def _package_facts(package: Package, main: str | None) -> Iterator[Observation | Fault]:
    # where a file broke off before its main part, the content types still say what it was
    main = main or next(package.of_type(*KINDS), None)
    if main is not None:
        stated = package.content_type(main)
        if stated in KINDS:
            yield Observation(name="ooxml.kind", value=KINDS[stated], where=package.where(main))
        else:
            detail = f"main part of type {clip(stated, 200)}" if stated else "main part of no stated type"
            yield Fault("unsupported-feature", detail, package.where(main))
    names = package.names.values()
    yield Observation(name="ooxml.macro", value=any(package.content_type(name) == _MACRO for name in names))
    signed = sum(package.content_type(name) == _SIGNATURE for name in names)
    yield Observation(name="ooxml.signatures", value=signed)


def _document(package: Package, main: str, context: Context) -> Iterator[Event]:
    """The main part and what hangs on it; without content when only structure is wanted."""
    full = context.wants_content()
    # the list of sheets or slides is structure, and short; a text is neither
    listing = KINDS.get(package.content_type(main), "").startswith(("xl", "pp", "po"))
    part = None
    if not main.lower().endswith(".bin"):
        part = package.parse(main, declaration=True, head=not full and not listing)
    yield from package.drain()
    keeper = TextKeeper(context.limits) if full else None
    if part is not None:
        prefixes = " ".join(prefix or "-" for prefix in part.root.nsmap)
        yield Observation(name="ooxml.root_prefixes", value=clip(prefixes, 1000), where=part.where)
    yield from _external(package, main)
    if part is None:
        if main.lower().endswith(".bin"):
            yield Fault("unsupported-feature", "binary main part", package.where(main))
    elif part.kind == "document":
        declared = yield from word_structure(package, main)
        yield from word_comments(package, main, keeper)
        if keeper is not None:
            yield from word_content(package, part, keeper, declared)
    elif part.kind == "workbook":
        yield from sheet_structure(package, part)
        if keeper is not None:
            yield from sheet_content(package, part, keeper)
    elif part.kind == "presentation":
        yield from slide_structure(package, part)
        if keeper is not None:
            yield from slide_content(package, part, keeper)
    if full:
        yield from _other_parts(package, main)
        yield from _unreferenced(package, context)
        yield from _children(package, context)


def _external(package: Package, main: str) -> Iterator[Observation | Fault]:
    """Attached templates, linked pictures and objects: paths and addresses outside the document."""
    for name in (main, *package.related(main, "settings")):
        stated = [relation for relation in package.relations(name) if relation.external]
        kept = [relation for relation in stated if not relation.is_a("hyperlink")]
        for relation in kept[:_EXTERNAL]:
            yield Observation(
                name="ooxml.external",
                value=clip(relation.target),
                where=package.where(name),
                raw=clip(relation.type),
            )
        if len(kept) > _EXTERNAL:
            yield Fault("limit-answer", f"more than {_EXTERNAL} targets", package.where(name))
    yield from package.drain()


def _other_parts(package: Package, main: str) -> Iterator[Observation | Fault]:
    """Namespaces of the XML parts not read so far, and the fonts of the theme."""
    for name in package.names.values():
        if name.lower() in package.parsed or not package.content_type(name).endswith("+xml"):
            continue
        part = package.parse(name)
        if part is not None and part.kind == "theme":
            yield from _theme_fonts(part)
        yield from package.drain()


def _unreferenced(package: Package, context: Context) -> Iterator[Observation | Fault]:
    """Parts that cannot be reached: Office leaves replaced ones behind, and anybody may add one."""
    sources = [name for name in package.names.values() if name.lower().endswith(".rels")]
    if len(sources) > context.limits.pages:
        yield Fault("limit-pages", f"more than {context.limits.pages} parts of relationships")
        return
    reached = {CONTENT_TYPES.lower()}
    for name in sources:
        folder, _, leaf = name.rpartition("/")
        owner = f"{folder.removesuffix('_rels')}{leaf[: -len('.rels')]}"
        found = (package.find(relation.target) for relation in package.relations(owner))
        reached.update(target.lower() for target in found if target is not None)
    yield from package.drain()
    if package.recovered or any(part.lower().endswith(".rels") for part in package.damaged):
        return  # what leads to a part may be in what is lost
    lost = [n for key, n in package.names.items() if key not in reached and not key.endswith(".rels")]
    for name in lost[:_UNREFERENCED]:
        yield Observation(name="ooxml.unreferenced", value=clip(name), where=package.entry(name).where)
    if len(lost) > _UNREFERENCED:
        yield Fault("limit-answer", f"more than {_UNREFERENCED} unreferenced parts")


def _theme_fonts(part: Part) -> Iterator[Observation]:
    a = part.namespace
    faces = (
        face.get("typeface", "")
        for scheme in part.root.iter(f"{a}fontScheme")
        for face in scheme.iter(*(a + tag for tag in _THEME_FONTS))
    )
    for face in dict.fromkeys(filter(None, faces)):
        yield Observation(name="ooxml.font", value=clip(face, 200), where=part.where)


def _children(package: Package, context: Context) -> Iterator[Event]:
    """Pictures, embedded objects and the thumbnail, in the order of the directory."""
    handed = 0
    for name in package.names.values():
        role = _role(name, package.content_type(name))
        if not role:
            continue
        if handed == context.limits.documents:
            yield Fault("limit-documents", f"more than {handed} embedded", package.where(name))
            return
        data = package.load_whole(name, most=_CHILD_BYTES)
        yield from package.drain()
        if data:
            handed += 1
            yield Child(clip(name), data, role, package.entry(name).where)


def _role(name: str, content_type: str) -> str:
    lowered = name.lower()
    if lowered.startswith("docprops/thumbnail"):
        return "thumbnail"
    if content_type.startswith("image/") or "/media/" in lowered or "/embeddings/" in lowered:
        return "embedded"
    return ""


def sample() -> bytes:
    """A small document that takes every path with a lazy import in it."""
    import zipfile

    package = "http://schemas.openxmlformats.org/package/2006/"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts = {
        CONTENT_TYPES: f'<Types xmlns="{package}content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WML}document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}relationships">'
        f'<Relationship Id="a" Type="{office}officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="b" Type="{package}relationships/metadata/core-properties" Target="core.xml"/>'
        "</Relationships>",
        "core.xml": f'<c:coreProperties xmlns:c="{package}metadata/core-properties" '
        'xmlns:d="http://purl.org/dc/terms/"><d:created>2017-05-05T10:00:00Z</d:created>'
        "<d:modified>no date</d:modified></c:coreProperties>",
        "word/document.xml": f'<w:document xmlns:w="{w}"><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p>'
        "</w:body></w:document>",
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return whole.getvalue()


FORMAT = Format(
    name="ooxml",
    title="Office Open XML document (docx, xlsx, pptx)",
    version=3,
    sniff=sniff,
    observes=VOCABULARY,
    extensions=(
        "docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xltx", "xltm", "xlam", "xlsb",
        "pptx", "pptm", "ppsx", "ppsm", "potx", "potm", "ppam", "vsdx", "vsdm", "vstx", "vssx", "xps",
    ),
    media_types=(
        f"{_WML}document",
        f"{_SML}sheet",
        f"{_PML}presentation",
    ),
    replaces=("zip",),
    imports=(
        "lxml.etree", "docx.opc.parts.coreprops", "encodings.cp437", "encodings.utf_16",
        "encodings.utf_16_le",
    ),
    sample=sample,
    readers=("lxml", "python-docx"),
    sources=(
        "PKWARE APPNOTE 6.3.10",
        "ECMA-376 5th edition, parts 1 to 4",
        "MS-DOCX, MS-XLSX, MS-PPTX (Microsoft Open Specifications)",
        "Garfinkel and Migletz, IEEE Security & Privacy 7(2), 2009",
    ),
)  # fmt: skip
