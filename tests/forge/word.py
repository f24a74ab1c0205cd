"""Packages laid out as Microsoft Word lays them out, for want of Word on the machine.

What is copied is the shape, measured on documents that Word made: order of the parts, ZIP fields, extra
fields, XML declaration, namespaces by year, rsids, paragraph ids, the two property parts.  The text
formatting is ours and plain.  A document made here says "Microsoft Office Word" and was not made by it; the
example leak's key says so.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from tests.forge.zipbytes import OFFICE, Entry, growth_hint, write

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_OOXML = "http://schemas.openxmlformats.org"
_WORD = "http://schemas.microsoft.com/office/word"
RELATIONSHIPS = f"{_OOXML}/officeDocument/2006/relationships"

_DRAWING = "http://schemas.microsoft.com/office/drawing"
#: (prefix, URI, year in which Word began to declare it), in the order in which Word declares them
NAMESPACES: tuple[tuple[str, str, int], ...] = (
    ("wpc", f"{_WORD}/2010/wordprocessingCanvas", 2010),
    ("cx", f"{_DRAWING}/2014/chartex", 2016),
    ("cx1", f"{_DRAWING}/2015/9/8/chartex", 2016),
    ("cx2", f"{_DRAWING}/2015/10/21/chartex", 2016),
    ("cx3", f"{_DRAWING}/2016/5/9/chartex", 2017),
    ("cx4", f"{_DRAWING}/2016/5/10/chartex", 2017),
    ("cx5", f"{_DRAWING}/2016/5/11/chartex", 2017),
    ("cx6", f"{_DRAWING}/2016/5/12/chartex", 2017),
    ("cx7", f"{_DRAWING}/2016/5/13/chartex", 2017),
    ("cx8", f"{_DRAWING}/2016/5/14/chartex", 2017),
    ("mc", f"{_OOXML}/markup-compatibility/2006", 2010),
    ("ve", f"{_OOXML}/markup-compatibility/2006", 2007),
    ("aink", f"{_DRAWING}/2016/ink", 2017),
    ("am3d", f"{_DRAWING}/2017/model3d", 2017),
    ("o", "urn:schemas-microsoft-com:office:office", 2007),
    ("oel", "http://schemas.microsoft.com/office/2019/extlst", 2021),
    ("r", RELATIONSHIPS, 2007),
    ("m", f"{_OOXML}/officeDocument/2006/math", 2007),
    ("v", "urn:schemas-microsoft-com:vml", 2007),
    ("wp14", f"{_WORD}/2010/wordprocessingDrawing", 2010),
    ("wp", f"{_OOXML}/drawingml/2006/wordprocessingDrawing", 2007),
    ("w10", "urn:schemas-microsoft-com:office:word", 2007),
    ("w", f"{_OOXML}/wordprocessingml/2006/main", 2007),
    ("w14", f"{_WORD}/2010/wordml", 2010),
    ("w15", f"{_WORD}/2012/wordml", 2013),
    ("w16cex", f"{_WORD}/2018/wordml/cex", 2019),
    ("w16cid", f"{_WORD}/2016/wordml/cid", 2017),
    ("w16", f"{_WORD}/2018/wordml", 2019),
    ("w16du", f"{_WORD}/2023/wordml/word16du", 2024),
    ("w16sdtdh", f"{_WORD}/2020/wordml/sdtdatahash", 2021),
    ("w16sdtfl", f"{_WORD}/2024/wordml/sdtformatlock", 2025),
    ("w16se", f"{_WORD}/2015/wordml/symex", 2016),
    ("wpg", f"{_WORD}/2010/wordprocessingGroup", 2010),
    ("wpi", f"{_WORD}/2010/wordprocessingInk", 2010),
    ("wne", f"{_WORD}/2006/wordml", 2007),
    ("wps", f"{_WORD}/2010/wordprocessingShape", 2010),
    ("sl", f"{_OOXML}/schemaLibrary/2006/main", 2007),
)
#: what parts other than the main one declare of these, beside w14 and its successors
_SETTINGS, _STYLES = frozenset("mc o r m v w10 w sl".split()), frozenset("mc r w".split())
#: the order in which Word lists them in mc:Ignorable
_IGNORABLE = ("w14", "w15", "w16se", "w16cid", "w16", "w16cex", "w16sdtdh", "w16sdtfl", "w16du")

#: parts in Word's order
_ORDER = (
    "[Content_Types].xml",
    "_rels/.rels",
    "word/document.xml",
    "word/_rels/document.xml.rels",
    "word/theme/theme1.xml",
    "word/settings.xml",
    "word/styles.xml",
    "word/webSettings.xml",
    "word/fontTable.xml",
    "docProps/core.xml",
    "docProps/app.xml",
)
_HINTS = {
    "[Content_Types].xml": 512,
    "_rels/.rels": 512,
    "word/_rels/document.xml.rels": 256,
    "docProps/core.xml": 256,
    "docProps/app.xml": 256,
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 0 is the document's title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table of plain cells, the first row in bold."""

    rows: Sequence[Sequence[str]]


Block = str | Heading | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """What the two property parts state. Times are UTC; ``year`` is that of the program's build."""

    title: str = ""
    author: str
    last_by: str = ""
    created: datetime
    modified: datetime
    revision: int = 4
    minutes: int = 37
    company: str = ""
    year: int = 2025
    app_version: str = "16.0000"
    keywords: str = ""


class _Ids:
    """Revision and paragraph ids, the same for the same seed."""

    def __init__(self, seed: object) -> None:
        self._draw = random.Random(str(seed))
        self.rsids = sorted(f"00{self._draw.getrandbits(24):06X}" for _ in range(9))
        self.root = self._draw.choice(self.rsids)

    def rsid(self) -> str:
        return self._draw.choice(self.rsids)

    def paragraph(self) -> str:
        return f"{self._draw.randrange(1, 0x80000000):08X}"

    def guid(self) -> str:
        raw = f"{self._draw.getrandbits(128):032X}"
        return "{" + "-".join((raw[:8], raw[8:12], "4" + raw[13:16], "A" + raw[17:20], raw[20:])) + "}"


def docx(blocks: Sequence[Block], properties: Properties, *, seed: object = 0) -> bytes:
    """A document of paragraphs, headings and tables in Word's layout, of 2007 or later."""
    if properties.year < 2007:
        raise ValueError("the format came with Word 2007")
    ids = _Ids(seed)
    body = "".join(_block(block, ids) for block in blocks)
    section = (
        f'<w:sectPr w:rsidR="{ids.root}"><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417" '
        'w:bottom="1417" w:left="1417" w:header="708" w:footer="708" w:gutter="0"/><w:cols w:space="708"/>'
        '<w:docGrid w:linePitch="360"/></w:sectPr>'
    )
    if properties.year < 2010:  # paragraph ids came with Word 2010
        body = re.sub(r' w14:(?:paraId|textId)="[0-9A-F]{8}"', "", body)
    names, fewer = _names(properties.year), _names(properties.year, _STYLES)
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _package_relations(),
        "word/document.xml": f"<w:document {names}><w:body>{body}{section}</w:body></w:document>",
        "word/_rels/document.xml.rels": _document_relations(),
        "word/theme/theme1.xml": _theme(),
        "word/settings.xml": _settings(ids, _names(properties.year, _SETTINGS)),
        "word/styles.xml": _styles(fewer),
        "word/webSettings.xml": f"<w:webSettings {fewer}><w:optimizeForBrowser/><w:allowPNG/></w:webSettings>",
        "word/fontTable.xml": _fonts(fewer),
        "docProps/core.xml": core(properties),
        "docProps/app.xml": _app(properties, list(_words(blocks)), len(blocks)),
    }
    return write(
        Entry(
            name=name,
            data=(DECLARATION + parts[name]).encode(),
            made_by=45,
            flags=6,
            level=OFFICE,
            local_extra=growth_hint(_HINTS[name]) if name in _HINTS else b"",
        )
        for name in _ORDER
    )


def _names(year: int, only: frozenset[str] = frozenset()) -> str:
    """Declarations of a part; ``only``: those of a part that is not the main one."""
    known = [entry for entry in NAMESPACES if entry[2] <= year and (entry[0] != "ve" or year < 2010)]
    if only:
        known = [entry for entry in known if entry[0] in only or re.fullmatch(r"w1[456]\w*", entry[0])]
    else:
        known = [entry for entry in known if entry[0] != "sl"]
    ignorable = [prefix for prefix in _IGNORABLE if prefix in {entry[0] for entry in known}]
    ignorable += ["wp14"] if year >= 2010 and not only else []
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri, _ in known)
    return declared + (f' mc:Ignorable="{" ".join(ignorable)}"' if ignorable else "")


def _block(block: Block, ids: _Ids) -> str:
    if isinstance(block, Table):
        rows = "".join(
            f'<w:tr w:rsidR="{ids.root}" w14:paraId="{ids.paragraph()}" w14:textId="77777777">'
            + "".join(
                f'<w:tc><w:tcPr><w:tcW w:w="{9060 // len(row)}" w:type="dxa"/></w:tcPr>{_paragraph(cell, ids, bold=not n)}</w:tc>'
                for cell in row
            )
            + "</w:tr>"
            for n, row in enumerate(block.rows)
        )
        grid = "".join(f'<w:gridCol w:w="{9060 // len(block.rows[0])}"/>' for _ in block.rows[0])
        style = '<w:tblPr><w:tblStyle w:val="Grilledutableau"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
        return f"<w:tbl>{style}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>" + _paragraph("", ids)
    if isinstance(block, Heading):
        return _paragraph(block.text, ids, style="Titre" if block.level == 0 else f"Titre{block.level}")
    return _paragraph(block, ids)


def _paragraph(text: str, ids: _Ids, *, style: str = "", bold: bool = False) -> str:
    shape = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    run = (
        f'<w:r w:rsidRPr="{ids.rsid()}">{weight}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        if text
        else ""
    )
    rsid = ids.rsid()
    return (
        f'<w:p w14:paraId="{ids.paragraph()}" w14:textId="77777777" w:rsidR="{rsid}" w:rsidRDefault="{ids.rsid()}">'
        f"{shape}{run}</w:p>"
    )


def _words(blocks: Sequence[Block]) -> Sequence[str]:
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            found += [word for row in block.rows for cell in row for word in cell.split()]
        else:
            found += (block.text if isinstance(block, Heading) else block).split()
    return found


def core(properties: Properties) -> str:
    """docProps/core.xml without its declaration, in Word's order of elements."""
    keywords = (
        f"<cp:keywords>{escape(properties.keywords)}</cp:keywords>"
        if properties.keywords
        else "<cp:keywords/>"
    )
    return (
        f'<cp:coreProperties xmlns:cp="{_OOXML}/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:dcmitype="http://purl.org/dc/dcmitype/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(properties.title)}</dc:title><dc:subject/><dc:creator>{escape(properties.author)}</dc:creator>"
        f"{keywords}<dc:description/>"
        f"<cp:lastModifiedBy>{escape(properties.last_by or properties.author)}</cp:lastModifiedBy>"
        f"<cp:revision>{properties.revision}</cp:revision>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{properties.created:%Y-%m-%dT%H:%M:00Z}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{properties.modified:%Y-%m-%dT%H:%M:00Z}</dcterms:modified>'
        "</cp:coreProperties>"
    )


def _app(properties: Properties, words: Sequence[str], paragraphs: int) -> str:
    letters = sum(map(len, words))
    return (
        f'<Properties xmlns="{_OOXML}/officeDocument/2006/extended-properties" '
        f'xmlns:vt="{_OOXML}/officeDocument/2006/docPropsVTypes"><Template>Normal.dotm</Template>'
        f"<TotalTime>{properties.minutes}</TotalTime><Pages>{1 + len(words) // 450}</Pages><Words>{len(words)}</Words>"
        f"<Characters>{letters}</Characters><Application>Microsoft Office Word</Application><DocSecurity>0</DocSecurity>"
        f"<Lines>{1 + letters // 85}</Lines><Paragraphs>{paragraphs}</Paragraphs><ScaleCrop>false</ScaleCrop>"
        f"<Company>{escape(properties.company)}</Company><LinksUpToDate>false</LinksUpToDate>"
        f"<CharactersWithSpaces>{letters + len(words)}</CharactersWithSpaces><SharedDoc>false</SharedDoc>"
        f"<HyperlinksChanged>false</HyperlinksChanged><AppVersion>{properties.app_version}</AppVersion></Properties>"
    )


def _content_types() -> str:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    overrides = {
        "/word/document.xml": f"{main}.document.main+xml",
        "/word/settings.xml": f"{main}.settings+xml",
        "/word/styles.xml": f"{main}.styles+xml",
        "/word/webSettings.xml": f"{main}.webSettings+xml",
        "/word/fontTable.xml": f"{main}.fontTable+xml",
        "/word/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    listed = "".join(
        f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides.items()
    )
    return (
        f'<Types xmlns="{_OOXML}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _relations(entries: Sequence[tuple[str, str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in entries
    )
    return f'<Relationships xmlns="{_OOXML}/package/2006/relationships">{listed}</Relationships>'


def _package_relations() -> str:
    return _relations(
        (
            ("rId3", f"{RELATIONSHIPS}/extended-properties", "docProps/app.xml"),
            ("rId2", f"{_OOXML}/package/2006/relationships/metadata/core-properties", "docProps/core.xml"),
            ("rId1", f"{RELATIONSHIPS}/officeDocument", "word/document.xml"),
        )
    )


def _document_relations() -> str:
    return _relations(
        (
            ("rId3", f"{RELATIONSHIPS}/webSettings", "webSettings.xml"),
            ("rId2", f"{RELATIONSHIPS}/settings", "settings.xml"),
            ("rId1", f"{RELATIONSHIPS}/styles", "styles.xml"),
            ("rId5", f"{RELATIONSHIPS}/theme", "theme/theme1.xml"),
            ("rId4", f"{RELATIONSHIPS}/fontTable", "fontTable.xml"),
        )
    )


def _settings(ids: _Ids, names: str) -> str:
    settings: list[str] = []
    if "xmlns:w14" in names:
        mode = 15 if "xmlns:w15" in names else 14
        settings = [f"compatibilityMode:{mode}", "overrideTableStyleFontSizeAndJustification:1"]
        settings += ["enableOpenTypeFeatures:1", "doNotFlipMirrorIndents:1"]
    if "xmlns:w15" in names:
        settings.append("differentiateMultirowTableHeaders:1")
    if "xmlns:w16cex" in names:
        settings.append("useWord2013TrackBottomHyphenation:0")
    compat = "".join(
        '<w:compatSetting w:name="{}" w:uri="{}" w:val="{}"/>'.format(s.split(":")[0], _WORD, s.split(":")[1])
        for s in settings
    )
    listed = "".join(f'<w:rsid w:val="{rsid}"/>' for rsid in ids.rsids)
    marks = f'<w14:docId w14:val="{ids.paragraph()}"/>' if "xmlns:w14" in names else ""
    marks += (
        f'<w15:chartTrackingRefBased/><w15:docId w15:val="{ids.guid()}"/>' if "xmlns:w15" in names else ""
    )
    return (
        f'<w:settings {names}><w:zoom w:percent="100"/><w:proofState w:spelling="clean" w:grammar="clean"/>'
        '<w:defaultTabStop w:val="708"/><w:hyphenationZone w:val="425"/>'
        '<w:characterSpacingControl w:val="doNotCompress"/>'
        f"<w:compat>{compat}</w:compat>"
        f'<w:rsids><w:rsidRoot w:val="{ids.root}"/>{listed}</w:rsids>'
        '<w:themeFontLang w:val="fr-FR"/><w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/>'
        f"{marks}</w:settings>"
    )


def _styles(names: str) -> str:
    def heading(name: str, shown: str, size: int, level: int) -> str:
        outline = f'<w:outlineLvl w:val="{level}"/>' if level >= 0 else ""
        return (
            f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/><w:basedOn w:val="Normal"/>'
            f'<w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="120"/>{outline}'
            f'</w:pPr><w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr></w:style>'
        )

    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:styles {names}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:eastAsia="Calibri" '
        'w:hAnsi="Calibri" w:cs="Times New Roman"/><w:sz w:val="22"/><w:szCs w:val="22"/>'
        '<w:lang w:val="fr-FR" w:eastAsia="en-US" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
        '<w:spacing w:after="160" w:line="259" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        + heading("Titre", "Title", 40, -1)
        + heading("Titre1", "heading 1", 28, 0)
        + heading("Titre2", "heading 2", 24, 1)
        + '<w:style w:type="table" w:default="1" w:styleId="TableauNormal"><w:name w:val="Normal Table"/></w:style>'
        '<w:style w:type="table" w:styleId="Grilledutableau"><w:name w:val="Table Grid"/>'
        f'<w:basedOn w:val="TableauNormal"/><w:tblPr><w:tblBorders>{sides}</w:tblBorders></w:tblPr></w:style></w:styles>'
    )


def _fonts(names: str) -> str:
    listed = "".join(
        f'<w:font w:name="{name}"><w:panose1 w:val="{panose}"/><w:charset w:val="00"/><w:family w:val="{family}"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, panose, family in (
            ("Calibri", "020F0502020204030204", "swiss"),
            ("Times New Roman", "02020603050405020304", "roman"),
        )
    )
    return f"<w:fonts {names}>{listed}</w:fonts>"


def _theme() -> str:
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
        for name, value in zip(
            "dk1 lt1 dk2 lt2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink".split(),
            "000000 FFFFFF 44546A E7E6E6 4472C4 ED7D31 A5A5A5 FFC000 5B9BD5 70AD47 0563C1 954F72".split(),
            strict=True,
        )
    )
    faces = '<a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'<a:theme xmlns:a="{_OOXML}/drawingml/2006/main" name="Thème Office"><a:themeElements>'
        f'<a:clrScheme name="Office">{colours}</a:clrScheme>'
        f'<a:fontScheme name="Office"><a:majorFont>{faces}</a:majorFont><a:minorFont>{faces}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="Office"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>"
    )
