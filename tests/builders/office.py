"""Word, Excel and PowerPoint files made in code, in the dress of one writer or another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tests.builders.archive import FIRST_DAY, MAY, Part, build_zip, extra_field

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
W16DU = "http://schemas.microsoft.com/office/word/2023/wordml/word16du"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
VT = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
OFFICE = "application/vnd.openxmlformats-officedocument."
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'

CREATED, MODIFIED = "2017-05-05T08:00:00Z", "2017-05-05T09:30:00Z"


@dataclass(frozen=True)
class Layout:
    """How a program packs: order of the parts, flags, made-by, times, descriptors."""

    flags: int = 0x6
    system: int = 0
    made_by: int = 45
    stamp: tuple[int, int] = FIRST_DAY
    descriptor: str = ""
    types_first: bool = True
    #: the growth hint Microsoft's packager puts into the first entry
    hint: bool = True
    declaration: str = DECLARATION


WORD = Layout()
LIBREOFFICE = Layout(
    flags=0x800, made_by=20, stamp=MAY, descriptor="signed", types_first=False, hint=False,
    declaration='<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
)  # fmt: skip
PYTHON_DOCX = Layout(flags=0, system=3, made_by=20, stamp=MAY, hint=False)


def pack(parts: Mapping[str, str | bytes], layout: Layout = WORD, **how: object) -> bytes:
    """The parts as a package; text gets the layout's declaration."""
    names = list(parts)
    if not layout.types_first:
        names.sort(key=lambda name: (name != "_rels/.rels", name == "[Content_Types].xml"))
    entries = []
    for number, name in enumerate(names):
        data = parts[name]
        if isinstance(data, str):
            data = (layout.declaration + data).encode()
        hint = extra_field(0xA220, b"\x28\xa0" + bytes(18)) if layout.hint and not number else b""
        entries.append(
            Part(
                name=name,
                data=data,
                flags=layout.flags,
                system=layout.system,
                made_by=layout.made_by,
                stamp=layout.stamp,
                descriptor=layout.descriptor,
                local_extra=hint,
            )  # fmt: skip
        )
    return build_zip(entries, **how)  # type: ignore[arg-type]


def types(overrides: Mapping[str, str]) -> str:
    stated = "".join(
        f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
        for name, kind in overrides.items()
    )
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        f"{stated}</Types>"
    )


def rels(*stated: tuple[str, str, str] | tuple[str, str, str, str]) -> str:
    """Relationships of (id, last step of the type or the whole of it, target[, mode])."""
    lines = []
    for identity, kind, target, *mode in stated:
        kind = kind if "/" in kind else f"{R}/{kind}"
        how = f' TargetMode="{mode[0]}"' if mode else ""
        lines.append(f'<Relationship Id="{identity}" Type="{kind}" Target={quoteattr(target)}{how}/>')
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def core(properties: Mapping[str, str] | None = None) -> str:
    """Core properties by qualified name, such as ``dc:creator``."""
    stated = {
        "dc:creator": "Jeanne Martin", "cp:lastModifiedBy": "Paul Durand", "cp:revision": "3",
        "dcterms:created": CREATED, "dcterms:modified": MODIFIED,
    } if properties is None else properties  # fmt: skip
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in stated.items())
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"{inner}</cp:coreProperties>"
    )


def app(properties: Mapping[str, str]) -> str:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in properties.items())
    where = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    return f'<Properties xmlns="{where}" xmlns:vt="{VT}">{inner}</Properties>'


def custom(properties: Mapping[str, str]) -> str:
    inner = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{n}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for n, (name, value) in enumerate(properties.items(), 2)
    )
    where = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    return f'<Properties xmlns="{where}" xmlns:vt="{VT}">{inner}</Properties>'


ROOT_RELATIONS = (
    ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
    ("rId3", "extended-properties", "docProps/app.xml"),
)
WORD_APP = {
    "Template": "Normal.dotm", "TotalTime": "12", "Pages": "1", "Words": "5", "Characters": "30",
    "Application": "Microsoft Office Word", "Lines": "1", "Paragraphs": "1", "Company": "Ministère",
    "AppVersion": "16.0000",
}  # fmt: skip


def paragraph(text: str, session: str = "00A1B2C3") -> str:
    return f'<w:p w:rsidR="{session}"><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def document(body: str, namespaces: Mapping[str, str] | None = None, ignorable: str = "", w: str = W) -> str:
    declared = "".join(f' xmlns:{p}="{uri}"' for p, uri in {"w": w, **(namespaces or {})}.items())
    said = f' mc:Ignorable="{ignorable}"' if ignorable else ""
    return f"<w:document{declared}{said}><w:body>{body}</w:body></w:document>"


def settings(root: str = "00A1B2C3", values: Sequence[str] = ("00A1B2C3", "00D4E5F6"), more: str = "") -> str:
    table = "".join(f'<w:rsid w:val="{value}"/>' for value in values)
    return (
        f'<w:settings xmlns:w="{W}" xmlns:w14="{W14}" xmlns:w15="{W15}">{more}'
        f'<w:rsids><w:rsidRoot w:val="{root}"/>{table}</w:rsids></w:settings>'
    )


def docx_parts(
    body: str | None = None,
    *,
    namespaces: Mapping[str, str] | None = None,
    ignorable: str = "",
    kind: str = f"{OFFICE}wordprocessingml.document.main+xml",
    core_xml: str | bytes | None = None,
    app_xml: str | None = None,
    custom_xml: str | None = None,
    settings_xml: str | None = None,
    stories: Mapping[str, tuple[str, str | bytes]] | None = None,
    relations: Sequence[tuple[str, str, str, str]] = (),
    more: Mapping[str, str | bytes] | None = None,
) -> dict[str, str | bytes]:
    """The parts of a document. ``stories``: part name under word/ -> (relationship type, content)."""
    body = paragraph("Bonjour le monde.") if body is None else body
    stories = {"settings.xml": ("settings", settings_xml or settings()), **(stories or {})}
    overrides = {
        "word/document.xml": kind,
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "docProps/app.xml": f"{OFFICE}extended-properties+xml",
        **{f"word/{n}": f"{OFFICE}wordprocessingml.{t}+xml" for n, (t, _) in stories.items()},
    }
    root = [("rId1", "officeDocument", "word/document.xml"), *ROOT_RELATIONS]
    if custom_xml is not None:
        root.append(("rId4", "custom-properties", "docProps/custom.xml"))
    linked = [(f"rId{n}", t, name) for n, (name, (t, _)) in enumerate(stories.items(), 1)]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types(overrides),
        "_rels/.rels": rels(*root),
        "word/_rels/document.xml.rels": rels(*linked, *relations),
        "word/document.xml": document(body, namespaces, ignorable),
        **{f"word/{name}": content for name, (_, content) in stories.items()},
        "docProps/core.xml": core() if core_xml is None else core_xml,
        "docProps/app.xml": app(WORD_APP) if app_xml is None else app_xml,
    }
    if custom_xml is not None:
        parts["docProps/custom.xml"] = custom_xml
    parts.update(more or {})
    return parts


def docx(body: str | None = None, layout: Layout = WORD, **options: object) -> bytes:
    return pack(docx_parts(body, **options), layout)  # type: ignore[arg-type]


def xlsx_parts(
    strings: Sequence[str] = ("Facture", "Montant"),
    sheets: Mapping[str, str] | None = None,
    workbook: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> dict[str, str | bytes]:
    """A workbook; ``sheets`` are names with the XML of their rows."""
    sheets = {"Feuil1": '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'} if sheets is None else sheets
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1)
    )
    linked = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    table = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    overrides = {"xl/workbook.xml": f"{OFFICE}spreadsheetml.sheet.main+xml"}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types(overrides),
        "_rels/.rels": rels(("rId1", "officeDocument", "xl/workbook.xml"), *ROOT_RELATIONS),
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}">{workbook}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels(*linked, ("rId90", "sharedStrings", "sharedStrings.xml")),
        "xl/sharedStrings.xml": f'<sst xmlns="{S}">{table}</sst>',
        **{
            f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{S}"><sheetData>{rows}</sheetData></worksheet>'
            for n, rows in enumerate(sheets.values(), 1)
        },
        "docProps/core.xml": core(),
        "docProps/app.xml": app({"Application": "Microsoft Excel", "AppVersion": "16.0300"}),
    }
    parts.update(more or {})
    return parts


def slide(*paragraphs: str) -> str:
    inner = "".join(f"<a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p>" for text in paragraphs)
    return f'<p:sld xmlns:p="{P}" xmlns:a="{A}"><p:cSld>{inner}</p:cSld></p:sld>'


def pptx_parts(
    slides: Mapping[str, str], order: Sequence[str] = (), more: Mapping[str, str | bytes] | None = None
) -> dict[str, str | bytes]:
    """A presentation; ``slides`` are file names with their XML, ``order`` as they are shown."""
    identities = {name: f"rId{n}" for n, name in enumerate(slides, 1)}
    listed = "".join(
        f'<p:sldId id="{256 + n}" r:id="{identities[name]}"/>' for n, name in enumerate(order or slides)
    )
    linked = [(identities[name], "slide", f"slides/{name}") for name in slides]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types(
            {"ppt/presentation.xml": f"{OFFICE}presentationml.presentation.main+xml"}
        ),
        "_rels/.rels": rels(("rId1", "officeDocument", "ppt/presentation.xml"), *ROOT_RELATIONS),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}">'
        f"<p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": rels(*linked),
        **{f"ppt/slides/{name}": content for name, content in slides.items()},
        "docProps/core.xml": core(),
        "docProps/app.xml": app({"Application": "Microsoft Office PowerPoint", "AppVersion": "16.0000"}),
    }
    parts.update(more or {})
    return parts
