"""Recipes for OOXML: a text or a cell changed with the tools at hand, and the properties put back."""

from __future__ import annotations

import io
import random
import re
import tempfile
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.forge import zipbytes
from tests.forge._pdfpages import other_amount
from tests.forge.office import (
    APP,
    CORE,
    exchanged,
    kind,
    moment,
    packed_by_office,
    parts,
    properties,
    resave_with_libreoffice,
    zip_by_script,
)
from tests.forge.recipe import Forged, Truth, altered
from tests.forge.tools import DoesNotApply, ToolFailed, run

Packing = Callable[[dict[str, bytes]], bytes]


def by_office(data: bytes) -> None:
    """Raises ``DoesNotApply`` unless the package is laid out as Office does and names it."""
    if not parts(data) or not properties(data).get("Application", "").startswith("Microsoft"):
        raise DoesNotApply("does not name Microsoft Office")
    packed_by_office(data)


def restored(data: bytes, original: bytes) -> dict[str, bytes]:
    """The parts of a package with the property parts of another in the place of its own."""
    old = parts(original)
    return {**parts(data), **{name: old[name] for name in (CORE, APP) if name in old}}


def like(data: bytes, found: dict[str, bytes]) -> bytes:
    """Parts packed with the ZIP fields of a package's first entry, in the order given."""
    first = zipbytes.read(data)[0]
    return zipbytes.write(
        zipbytes.Entry(
            name=name,
            data=content,
            system=first.system,
            made_by=first.made_by,
            needed=first.needed,
            flags=first.flags,
            stamp=first.stamp,
            method=first.method,
            external=first.external,
        )
        for name, content in found.items()
    )


def unpacked(found: dict[str, bytes], folder: Path) -> None:
    """Write parts to a folder. Raises ``DoesNotApply`` for names that would leave it."""
    for name, content in found.items():
        if ".." in name or name.startswith("/") or name.endswith("/") or "\\" in name:
            raise DoesNotApply("part names that are not safe to unpack")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@altered("ooxml", question="content", expects=("LV-OOX-004",), needs=("zip",), trace="structure")
def exchange_text_and_update_with_infozip(data: bytes, *, seed: int = 0) -> Forged:
    """Exchange a text in one part and put that part back into the archive with ``zip``.

    What most do who know that a docx is an archive.  An examiner lists it: every entry is of Office but the
    one that was changed, which carries the version of Info-ZIP and the time of the change.
    """
    by_office(data)
    changed, truth = exchanged(data, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package.zip"
        package.write_bytes(data)
        unpacked(changed, Path(folder))
        run("zip", "-q", "-X", package.name, *changed, cwd=Path(folder))
        return Forged(package.read_bytes(), truth)


@altered("ooxml", question="content", expects=("LV-OOX-004",), needs=("zip",), trace="structure")
def exchange_text_and_pack_with_infozip(data: bytes, *, seed: int = 0) -> Forged:
    """Unpack, exchange a text, and pack the whole folder again with ``zip``.

    An examiner finds the version of Info-ZIP, real times and another order under the name of Office.
    """
    by_office(data)
    changed, truth = exchanged(data, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "package"
        root.mkdir()
        unpacked({**parts(data), **changed}, root)
        run("zip", "-q", "-X", "-D", "-r", "../packed.zip", ".", cwd=root)
        return Forged((Path(folder) / "packed.zip").read_bytes(), truth)


@altered("ooxml", question="content", expects=("LV-OOX-004",), needs=("docx",), trace="structure")
def edit_with_python_docx_and_restore(data: bytes, *, seed: int = 0) -> Forged:
    """Change a figure with python-docx and put the old property parts back.

    An examiner finds a package that a script packed under properties that name Word and a save by hand.
    """
    by_office(data)
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    import docx

    document = docx.Document(io.BytesIO(data))
    runs = [r for p in document.paragraphs for r in p.runs if re.search(r"(?<!\d)\d{2,6}(?!\d)", r.text)]
    if not runs:
        raise DoesNotApply("no figure inside one run")
    chosen = random.Random(seed).choice(runs)
    found = re.search(r"(?<!\d)\d{2,6}(?!\d)", chosen.text)
    assert found is not None
    new = other_amount(found[0], seed)
    chosen.text = chosen.text[: found.start()] + new + chosen.text[found.end() :]
    buffer = io.BytesIO()
    document.save(buffer)
    truth = Truth(part="word/document.xml", before=found[0], after=new)
    return Forged(like(buffer.getvalue(), restored(buffer.getvalue(), data)), truth)


@altered(
    "ooxml", question="content", expects=("LV-OOX-001", "LV-OOX-004"), needs=("openpyxl",), trace="structure"
)
def edit_with_openpyxl_and_restore(data: bytes, *, seed: int = 0) -> Forged:
    """Change a number with openpyxl and put the old property parts back.

    An examiner finds a workbook without declaration, build or calculation chain of Excel under its name; the
    stored results of formulas are gone.
    """
    by_office(data)
    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
    except Exception as error:
        raise DoesNotApply(f"openpyxl does not open it: {error}") from error
    cells = [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows(max_row=400, max_col=40)
        for cell in row
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool) and cell.value > 1
    ]
    if not cells:
        raise DoesNotApply("no number")
    cell = random.Random(seed).choice(cells)
    before = cell.value
    cell.value = before * 3
    buffer = io.BytesIO()
    book.save(buffer)
    truth = Truth(cell=cell.coordinate, before=f"{before:g}", after=f"{before * 3:g}")
    return Forged(like(buffer.getvalue(), restored(buffer.getvalue(), data)), truth)


def _resaved_claiming(data: bytes, seed: int, pack: Packing | None) -> Forged:
    by_office(data)
    changed, truth = exchanged(data, seed=seed)
    written = resave_with_libreoffice(zipbytes.exchange(data, changed))
    found = restored(written, data)
    return Forged(like(written, found) if pack is None else pack(found), truth)


@altered("ooxml", question="origin", expects=("LV-OOX-001",), needs=("soffice",), trace="structure")
def edit_in_libreoffice_claiming_office(data: bytes, *, seed: int = 0) -> Forged:
    """Change a figure, save with LibreOffice, and put Word's or Excel's own property parts back.

    An examiner finds the order, the times and the XML of LibreOffice under the name of Office.
    """
    return _resaved_claiming(data, seed, None)


@altered(
    "ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("soffice",), trace="structure"
)
def edit_in_libreoffice_claiming_office_zipped(data: bytes, *, seed: int = 0) -> Forged:
    """The same, packed by Python's zipfile with the stated last save as the time of every entry.

    An examiner finds that neither the XML nor the archive is Office's.
    """
    at = moment(data, "modified")
    return _resaved_claiming(data, seed, lambda found: zip_by_script(found, at + timedelta(seconds=2)))


@altered("ooxml", question="origin", expects=("LV-OOX-001",), needs=("soffice",), trace="structure")
def edit_in_libreoffice_packed_as_office(data: bytes, *, seed: int = 0) -> Forged:
    """The same, packed field by field as Office packs.

    The archive now agrees with the name.  An examiner reads the XML: namespaces, styles and settings are those
    of LibreOffice, and the session ids that Word always writes are missing.
    """
    return _resaved_claiming(data, seed, zipbytes.office_layout)


def text_lines(data: bytes) -> list[str]:
    """Lines of text of a document or the strings of a workbook. Raises ``DoesNotApply`` when hardly any."""
    from html import unescape

    if kind(data) == "docx":
        body = parts(data)["word/document.xml"].decode("utf-8")
        lines = re.split(r"</w:p>|<w:p(?: [^>]*)?/>", body)
        said = ["".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", line)) for line in lines]
    else:
        said = re.findall(
            r"<t(?: [^>]*)?>([^<]*)</t>", parts(data).get("xl/sharedStrings.xml", b"").decode("utf-8")
        )
    lines = [unescape(line).strip() for line in said]
    lines = [re.sub(r"[\x00-\x1f]", " ", line) for line in lines if line.strip()][:300]
    if sum(map(len, lines)) < 40:
        raise DoesNotApply("hardly any text")
    return lines


def _claimed(made: bytes, original: bytes, pack: Packing | None = None) -> bytes:
    """A package with the property parts of a genuine one, in its own packing or in another."""
    found = restored(made, original)
    try:
        return like(made, found) if pack is None else pack(found)
    except zipfile.BadZipFile as error:
        raise ToolFailed(str(error)) from error


def _by_pandoc(data: bytes) -> bytes:
    by_office(data)
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    text = "\n\n".join(re.sub(r"([\\`*_{}\[\]<>#+!|~$^@-])", r"\\\1", line) for line in text_lines(data))
    return run("pandoc", "-f", "markdown", "-t", "docx", "-o", "-", stdin=text.encode())


@altered(
    "ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("pandoc",), trace="structure"
)
def fabricate_with_pandoc(data: bytes) -> bytes:
    """Set a text with pandoc and give it the property parts of a genuine document by Word.

    An examiner finds pandoc's parts, styles and packing under the name of Word.
    """
    return _claimed(_by_pandoc(data), data)


@altered(
    "ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("pandoc",), trace="structure"
)
def fabricate_with_pandoc_packed_as_office(data: bytes) -> bytes:
    """The same, packed field by field as Office packs.

    An examiner reads the parts: the declaration, the styles and the lack of session ids are pandoc's.
    """
    return _claimed(_by_pandoc(data), data, zipbytes.office_layout)


def _by_python_docx(data: bytes) -> bytes:
    by_office(data)
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    import docx

    document = docx.Document()
    for line in text_lines(data):
        document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@altered("ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("docx",), trace="structure")
def fabricate_with_python_docx(data: bytes) -> bytes:
    """Set a text with python-docx and give it the property parts of a genuine document by Word.

    An examiner finds the session ids and styles of the library's template, and a script's packing.
    """
    return _claimed(_by_python_docx(data), data)


@altered("ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("docx",), trace="structure")
def fabricate_with_python_docx_packed_as_office(data: bytes) -> bytes:
    """The same, packed field by field as Office packs.

    An examiner finds a document whose only session ids are those of the library's template, and whose
    paragraphs have none.
    """
    return _claimed(_by_python_docx(data), data, zipbytes.office_layout)


def _by_openpyxl(data: bytes) -> bytes:
    by_office(data)
    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    import openpyxl

    book = openpyxl.Workbook()
    for row, line in enumerate(text_lines(data), 1):
        book.active.append([line, row * 12.5])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@altered(
    "ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("openpyxl",), trace="structure"
)
def fabricate_with_openpyxl(data: bytes) -> bytes:
    """Write a workbook with openpyxl and give it the property parts of a genuine one by Excel.

    An examiner finds no declaration, no build and no calculation chain of Excel, and a script's packing.
    """
    return _claimed(_by_openpyxl(data), data)


@altered(
    "ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("openpyxl",), trace="structure"
)
def fabricate_with_openpyxl_packed_as_office(data: bytes) -> bytes:
    """The same, packed field by field as Office packs.

    An examiner reads the workbook part: it begins without a declaration and states no build.
    """
    return _claimed(_by_openpyxl(data), data, zipbytes.office_layout)


def _by_xlsxwriter(data: bytes) -> bytes:
    by_office(data)
    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(text_lines(data)):
            sheet.write_string(row, 0, line)
            sheet.write_number(row, 1, row * 12.5)
    return buffer.getvalue()


@altered(
    "ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("xlsxwriter",), trace="structure"
)
def fabricate_with_xlsxwriter(data: bytes) -> bytes:
    """Write a workbook with XlsxWriter and give it the property parts of a genuine one by Excel.

    An examiner finds the build of Excel 2007 beside another stated version, and one fixed day of packing.
    """
    return _claimed(_by_xlsxwriter(data), data)


@altered(
    "ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-004"), needs=("xlsxwriter",), trace="structure"
)
def fabricate_with_xlsxwriter_packed_as_office(data: bytes) -> bytes:
    """The same, packed field by field as Office packs.

    An examiner reads the workbook part: it states build 4505 of Excel 2007 beside another stated version.
    """
    return _claimed(_by_xlsxwriter(data), data, zipbytes.office_layout)


def _by_libreoffice(data: bytes) -> bytes:
    from tests.forge.tools import soffice

    by_office(data)
    lines = text_lines(data)
    if kind(data) == "docx":
        return soffice("\n".join(lines).encode(), suffix=".txt", to="docx", how="MS Word 2007 XML")
    table = "\n".join(f'"{line.replace(chr(34), "")}",{12.5 * row}' for row, line in enumerate(lines))
    return soffice(table.encode(), suffix=".csv", to="xlsx", how="Calc MS Excel 2007 XML")


@altered("ooxml", question="origin", expects=("LV-OOX-001",), needs=("soffice",), trace="structure")
def fabricate_with_libreoffice(data: bytes) -> bytes:
    """Write a text or a table in LibreOffice and give it the property parts of a genuine file by Office.

    An examiner finds the order, the times and the XML of LibreOffice under the name of Office.
    """
    return _claimed(_by_libreoffice(data), data)


@altered("ooxml", question="origin", expects=("LV-OOX-001",), needs=("soffice",), trace="structure")
def fabricate_with_libreoffice_packed_as_office(data: bytes) -> bytes:
    """The same, packed field by field as Office packs.

    An examiner reads the XML, which is LibreOffice's, and finds no session ids.
    """
    return _claimed(_by_libreoffice(data), data, zipbytes.office_layout)
