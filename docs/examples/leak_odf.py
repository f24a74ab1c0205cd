"""Flat OpenDocument sources for LibreOffice: what a person would have typed, with the properties she would have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from tests.forge.word import Block, Heading, Table

_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("fo", "xsl-fo-compatible"),
        ("meta", "meta"),
        ("svg", "svg-compatible"),
        ("form", "form"),
    )
) + (
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
    ' xmlns:ooo="http://openoffice.org/2004/office" office:version="1.3"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Properties of a document: who typed it, when (local time), in how many sittings and minutes."""

    title: str
    author: str
    created: datetime
    saved: datetime
    cycles: int = 3
    minutes: int = 21


def _meta(typed: Typed) -> str:
    return (
        f"<office:meta><dc:title>{escape(typed.title)}</dc:title>"
        f"<meta:initial-creator>{escape(typed.author)}</meta:initial-creator>"
        f"<dc:creator>{escape(typed.author)}</dc:creator>"
        f"<meta:creation-date>{typed.created:%Y-%m-%dT%H:%M:%S}</meta:creation-date>"
        f"<dc:date>{typed.saved:%Y-%m-%dT%H:%M:%S}</dc:date><dc:language>fr-FR</dc:language>"
        f"<meta:editing-cycles>{typed.cycles}</meta:editing-cycles>"
        f"<meta:editing-duration>PT{typed.minutes // 60}H{typed.minutes % 60}M0S</meta:editing-duration></office:meta>"
    )


def _paragraph_style(name: str, size: float, *, bold: bool = False, above: float = 0.0) -> str:
    weight = ' fo:font-weight="bold"' if bold else ""
    return (
        f'<style:style style:name="{name}" style:family="paragraph">'
        f'<style:paragraph-properties fo:margin-top="{above}cm" fo:margin-bottom="0.25cm"/>'
        f'<style:text-properties style:font-name="Liberation Sans" fo:font-size="{size}pt"{weight}'
        ' fo:language="fr" fo:country="FR"/></style:style>'
    )


_STYLES = (
    '<office:font-face-decls><style:font-face style:name="Liberation Sans" '
    "svg:font-family=\"'Liberation Sans'\"/></office:font-face-decls><office:automatic-styles>"
    + _paragraph_style("Ti", 18, bold=True)
    + _paragraph_style("Ht", 13, bold=True, above=0.4)
    + _paragraph_style("Te", 10.5)
    + _paragraph_style("Ce", 9.5)
    + '<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties '
    'fo:border="0.5pt solid #888888" fo:padding="0.12cm"/></style:style>'
    '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" '
    'fo:margin-top="2.2cm" fo:margin-bottom="2cm" fo:margin-left="2.2cm" fo:margin-right="2.2cm"/></style:page-layout>'
    "</office:automatic-styles>"
    '<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4"/></office:master-styles>'
)


def _blocks(blocks: Sequence[Block]) -> str:
    out = []
    for number, block in enumerate(blocks):
        if isinstance(block, Table):
            rows = "".join(
                "<table:table-row>"
                + "".join(
                    f'<table:table-cell table:style-name="Cell" office:value-type="string">'
                    f'<text:p text:style-name="Ce">{escape(cell)}</text:p></table:table-cell>'
                    for cell in row
                )
                + "</table:table-row>"
                for row in block.rows
            )
            columns = f'<table:table-column table:number-columns-repeated="{len(block.rows[0])}"/>'
            out.append(
                f'<table:table table:name="T{number}">{columns}{rows}</table:table><text:p text:style-name="Te"/>'
            )
        elif isinstance(block, Heading):
            style = "Ti" if block.level == 0 else "Ht"
            level = max(block.level, 1)
            out.append(
                f'<text:h text:style-name="{style}" text:outline-level="{level}">{escape(block.text)}</text:h>'
            )
        else:
            out.append(f'<text:p text:style-name="Te">{escape(block)}</text:p>')
    return "".join(out)


def text_document(blocks: Sequence[Block], typed: Typed, *, fields: Sequence[str] = ()) -> bytes:
    """A flat text document; ``fields`` adds a form at the end with one line of text to fill per name."""
    forms = controls = ""
    if fields:
        listed = "".join(
            f'<form:text form:name="{escape(name)}" xml:id="control{n}" form:id="control{n}" '
            'form:control-implementation="ooo:com.sun.star.form.component.TextField" form:current-value="" '
            'form:convert-empty-to-null="true"/>'
            for n, name in enumerate(fields)
        )
        forms = (
            '<office:forms form:automatic-focus="false" form:apply-design-mode="false">'
            '<form:form form:name="Note" form:apply-filter="true" '
            f'form:control-implementation="ooo:com.sun.star.form.component.Form">{listed}</form:form></office:forms>'
        )
        controls = "".join(
            f'<text:p text:style-name="Te">{escape(name)} : <draw:control text:anchor-type="as-char" '
            f'svg:width="9cm" svg:height="0.65cm" draw:control="control{n}"/></text:p>'
            for n, name in enumerate(fields)
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_NAMES} '
        f'office:mimetype="application/vnd.oasis.opendocument.text">{_meta(typed)}{_STYLES}'
        f"<office:body><office:text>{forms}{_blocks(blocks)}{controls}</office:text></office:body></office:document>"
    ).encode()


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    text = str(value)
    if text.startswith("="):
        return f'<table:table-cell table:formula="of:{escape(text)}" office:value-type="float" office:value="0"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def spreadsheet(sheet: str, rows: Sequence[Sequence[object]], typed: Typed) -> bytes:
    """A flat spreadsheet of one sheet; a text that begins with ``=`` is a formula in OpenFormula."""
    body = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_NAMES} '
        f'office:mimetype="application/vnd.oasis.opendocument.spreadsheet">{_meta(typed)}'
        f'<office:body><office:spreadsheet><table:table table:name="{escape(sheet)}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document>"
    ).encode()
