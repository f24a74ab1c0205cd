"""Recipes for OOXML: properties planted, text exchanged, packages packed again, and what honest programs do."""

from __future__ import annotations

import io
import random
import re
from datetime import datetime, timedelta
from html import unescape
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from tests.forge import zipbytes
from tests.forge._pdfpages import other_amount
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply, ToolFailed, run, soffice

CORE, APP = "docProps/core.xml", "docProps/app.xml"

#: Latin letters and the Cyrillic ones that look the same in most fonts (Unicode confusables, UTS 39)
LOOKALIKES = str.maketrans("AaBCcEeHKMOoPpTXxy", "АаВСсЕеНКМОоРрТХху")


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of a package by name. Raises ``DoesNotApply``."""
    try:
        found = {entry.name: entry.data for entry in zipbytes.read(data)}
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise DoesNotApply(f"not a readable package: {error}") from error
    if "[Content_Types].xml" not in found:
        raise DoesNotApply("not an office package")
    return found


def kind(data: bytes) -> str:
    """``docx`` or ``xlsx``, by the part that holds the content. Raises ``DoesNotApply``."""
    found = parts(data)
    for part, name in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx")):
        if part in found:
            return name
    raise DoesNotApply("neither a text document nor a workbook")


def properties(data: bytes) -> dict[str, str]:
    """What the two property parts state, by local element name."""
    found = parts(data)
    stated: dict[str, str] = {}
    for part in (APP, CORE):
        for name, value in re.findall(
            r"<(?:\w+:)?(\w+)(?: [^>]*)?>([^<]*)</", found.get(part, b"").decode("utf-8")
        ):
            stated[name] = unescape(value)
    return stated


def text(data: bytes) -> str:
    """The text of the main part, runs joined, paragraphs by line."""
    body = parts(data)["word/document.xml"].decode()
    lines = re.split(r"</w:p>|<w:p(?: [^>]*)?/>", body)
    return "\n".join(unescape("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", line))) for line in lines)


def set_properties(
    data: bytes, part: str, values: dict[str, str], prefixes: dict[str, str] | None = None
) -> bytes:
    """Set elements of a property part, keeping every field of the ZIP as it was.

    An element that is not there is added at the end when ``prefixes`` knows how it is written.
    """
    found = parts(data)
    if part not in found:
        raise DoesNotApply(f"no {part}")
    xml = found[part].decode("utf-8")
    for name, value in values.items():
        written = escape(value)
        pattern = re.compile(rf"<((?:\w+:)?{name})((?: [^>]*?)?)(?:/>|>[^<]*</\1>)")
        found_at = pattern.search(xml)
        if found_at:
            tag = f"{found_at[1]}{found_at[2]}"
            xml = f"{xml[: found_at.start()]}<{tag}>{written}</{found_at[1]}>{xml[found_at.end() :]}"
        elif prefixes and name in prefixes:
            tag = prefixes[name]
            added = f"<{tag}>{written}</{tag.split()[0]}>"
            xml = re.sub(r"<((?:\w+:)?(?:coreProperties|Properties))((?: [^>]*?)?)/>", r"<\1\2></\1>", xml)
            xml, done = re.subn(r"(</(?:\w+:)?(?:coreProperties|Properties)>\s*)$", rf"{added}\1", xml)
            if not done:
                raise DoesNotApply(f"{part} does not end as expected")
        else:
            raise DoesNotApply(f"{part} does not state {name}")
    return zipbytes.exchange(data, {part: xml.encode("utf-8")})


CORE_TAGS = {
    "created": 'dcterms:created xsi:type="dcterms:W3CDTF"',
    "modified": 'dcterms:modified xsi:type="dcterms:W3CDTF"',
    "creator": "dc:creator",
    "lastModifiedBy": "cp:lastModifiedBy",
}
APP_TAGS = {name: name for name in ("Application", "AppVersion", "Template", "TotalTime")}


def moment(data: bytes, name: str) -> datetime:
    stated = properties(data).get(name, "")
    try:
        return datetime.strptime(stated[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise DoesNotApply(f"no date {name}") from None


def utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def set_dates(data: bytes, *, created: datetime, modified: datetime) -> bytes:
    """State other dates of creation and modification (UTC), and touch nothing else."""
    return set_properties(data, CORE, {"created": utc(created), "modified": utc(modified)}, CORE_TAGS)


@altered("ooxml", question="origin", expects=("LV-OOX-001",), trace="structure")
def claim_word(data: bytes, *, version: str = "14.0000", application: str = "", seed: int = 0) -> bytes:
    """Let docProps/app.xml name Microsoft Word or Excel as the application, in a package another program packed.

    An examiner lists the ZIP: Office writes all-1980 times, "made by" 0.45, flags 0x6 and [Content_Types].xml
    first. What is found instead is the layout of the true writer.  Does not apply to packages laid out as
    Office does.
    """
    entries = zipbytes.read(data) if parts(data) else []
    first = entries[0]
    if (first.made_by, first.flags & 6, first.stamp) == (45, 6, zipbytes.EPOCH):
        raise DoesNotApply("already laid out as Office lays it out")
    if properties(data).get("Application", "").startswith("Microsoft"):
        raise DoesNotApply("names Microsoft already")
    application = application or {"docx": "Microsoft Office Word", "xlsx": "Microsoft Excel"}[kind(data)]
    values = {"Application": application, "AppVersion": version}
    if kind(data) == "docx":
        values["Template"] = "Normal.dotm"
    return set_properties(data, APP, values, APP_TAGS)


@altered("ooxml", question="origin", expects=("LV-OOX-002", "LV-DOCX-002"), trace="structure")
def backdate_properties(
    data: bytes, *, created: datetime | None = None, modified: datetime | None = None, seed: int = 0
) -> bytes:
    """State dates of creation and modification before the year of a namespace the parts declare.

    An examiner reads the namespace URIs of the main part: several carry the year in which Microsoft defined
    them, and a file last saved before cannot have them.
    """
    main = parts(data)["word/document.xml" if kind(data) == "docx" else "xl/workbook.xml"]
    years = [int(y) for y in re.findall(rb'xmlns:\w+="[^"]*microsoft\.com/office/\w+/(20\d\d)/', main)]
    if not years or max(years) < 2012:
        raise DoesNotApply("declares no dated namespace that could contradict")
    draw = random.Random(seed)
    start = created or datetime(
        max(years) - draw.randrange(1, 4), draw.randrange(1, 12), draw.randrange(1, 28), 9, 14
    )
    end = modified or start + timedelta(hours=draw.randrange(2, 200))
    return set_dates(data, created=start, modified=end)


@altered("ooxml", question="origin", expects=("LV-OOX-003",))
def set_editing_time(data: bytes, *, minutes: int | None = None, seed: int = 0) -> bytes:
    """State an editing time that cannot be: negative, or far longer than the time between creation and last save.

    An examiner reads TotalTime against dcterms:created and modified.  A negative count is what a clock set
    back during the session leaves; a long one may also be a remote session left open, and is weaker.
    """
    if minutes is None:
        draw = random.Random(seed)
        span = (moment(data, "modified") - moment(data, "created")).total_seconds() / 60
        below = span < 60 or draw.random() < 0.5
        minutes = -draw.randrange(2_000, 8_000_000) if below else int(span * 4) + draw.randrange(900, 9000)
    return set_properties(data, APP, {"TotalTime": str(minutes)}, APP_TAGS)


@altered("ooxml", question="origin", expects=("LV-DATE-001",))
def create_after_modify(data: bytes, *, days: int = 30, seed: int = 0) -> bytes:
    """State a creation later than the last modification, as when only one of the two dates was moved.

    An examiner reads both in docProps/core.xml; a document is not changed before it exists.
    """
    modified = moment(data, "modified")
    return set_dates(
        data, created=modified + timedelta(days=days + random.Random(seed).randrange(60)), modified=modified
    )


@altered("ooxml", question="origin", expects=("LV-NAME-001",))
def mix_scripts_in_author(data: bytes, *, name: str = "", seed: int = 0) -> bytes:
    """Write letters of the last author's name with Cyrillic letters that look the same.

    A name that is shown alike and is not equal: searches and counts by author miss it, or a second person
    appears.  An examiner lists the code points; one word in two scripts is written by no keyboard in ordinary
    use.
    """
    field = "lastModifiedBy" if properties(data).get("lastModifiedBy") else "creator"
    name = name or properties(data).get(field, "")
    places = [at for at, char in enumerate(name) if ord(char) in LOOKALIKES]
    plain = [
        at
        for at, char in enumerate(name)
        if char.isascii() and char.isalpha() and ord(char) not in LOOKALIKES
    ]
    if not places or not plain:
        raise DoesNotApply("no author whose name has letters of both kinds")
    chosen = random.Random(seed).sample(places, min(2, len(places)))
    mixed = "".join(char.translate(LOOKALIKES) if at in chosen else char for at, char in enumerate(name))
    return set_properties(data, CORE, {field: mixed}, CORE_TAGS)


@altered("ooxml", question="handling", expects=("LV-ID-001",))
def plant_last_author(data: bytes, *, name: str = "Корнеев Павел Игоревич") -> bytes:
    """Name somebody else as the last to have saved, and nothing more.

    The "foreign metadata" of May 2017 in one line.  Within the file nothing contradicts it; planting costs
    seconds.  An examiner says who is named, that it can be written by anybody, and looks at the other files
    of the batch.
    """
    return set_properties(data, CORE, {"lastModifiedBy": name}, CORE_TAGS)


#: an amount as French writes it, and any number of two digits or more
_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]?\d{3})*,\d\d(?![\d.,])")

_NUMBER = re.compile(r"(?<![\w.,&#])\d{2,6}(?![\w.,;])")


def exchanged(data: bytes, old: str = "", new: str = "", seed: int = 0) -> tuple[dict[str, bytes], Truth]:
    """The main part with one text exchanged. Raises ``DoesNotApply`` when it is not inside one run."""
    part = "word/document.xml" if kind(data) == "docx" else "xl/sharedStrings.xml"
    xml = parts(data).get(part, b"").decode("utf-8")
    if not old:
        runs = re.findall(r"<(?:w:)?t(?: [^>]*)?>([^<]*)<", xml)
        found = [m[0] for run in runs for m in _AMOUNT.finditer(run)]
        found = found or [m[0] for run in runs for m in _NUMBER.finditer(run)]
        if not found:
            raise DoesNotApply("no figure inside one run")
        old = random.Random(seed).choice(found)
        new = other_amount(old, seed)
    # inside the text of a run, not in an attribute that happens to hold the same figures
    place = re.search(rf"<(?:w:)?t(?: [^>]*)?>[^<]*?({re.escape(escape(old))})", xml)
    if place is None:
        raise DoesNotApply(f"{old!r} is not inside one run")
    xml = xml[: place.start(1)] + escape(new) + xml[place.end(1) :]
    return {part: xml.encode("utf-8")}, Truth(part=part, before=old, after=new)


@altered("ooxml", question="content", expects=("LV-OOX-004",), trace="structure")
def exchange_text_and_zip(
    data: bytes, *, old: str = "", new: str = "", at: datetime | None = None, seed: int = 0
) -> Forged:
    """Exchange a text in the XML of a document from Office and zip the parts again with a script.

    Properties still name Office.  An examiner lists the ZIP: times of the zipping, "made by" Unix, other
    flags and order.  It shows that the package was packed again, not what was changed.
    """
    packed_by_office(data)
    changed, truth = exchanged(data, old, new, seed)
    return Forged(zip_by_script({**parts(data), **changed}, at or moment(data, "modified")), truth)


@altered("ooxml", question="content", expects=("LV-OOX-005",), trace="structure")
def exchange_text_in_place(data: bytes, *, old: str = "", new: str = "", seed: int = 0) -> Forged:
    """Exchange a text in the XML and keep every field of the ZIP as it was.

    The careful variant.  Every field agrees; an examiner compresses the parts again: zlib made one of them,
    where Office made the others.
    """
    packed_by_office(data)
    changed, truth = exchanged(data, old, new, seed)
    return Forged(zipbytes.exchange(data, changed), truth)


@altered("ooxml", question="content")
def exchange_text_and_compress_otherwise(data: bytes, *, seed: int = 0) -> Forged:
    """The same, with every part compressed anew by something that is neither zlib as it comes nor Office.

    What opening in Word, changing a figure and putting the properties back leaves.  An examiner finds nothing in
    the file that contradicts it; only another copy, or what the text says, can show it.
    """
    changed, truth = exchanged(data, seed=seed)
    return Forged(zipbytes.saved_by_office(zipbytes.exchange(data, changed)), truth)


@altered("ooxml", question="content", needs=("soffice",))
def exchange_text_in_libreoffice(
    data: bytes, *, old: str = "", new: str = "", at: str = "", seed: int = 0
) -> Forged:
    """Exchange a text and save with LibreOffice, which then names itself as the application.

    What an ordinary person without Word does.  Author and creation date stay, Application and layout agree
    with each other: an examiner sees a later save by another program, and no contradiction.
    """
    changed, truth = exchanged(data, old, new, seed)
    return Forged(resave_with_libreoffice(zipbytes.exchange(data, changed), at=at), truth)


#: a typed number, and a stored result with the formula it is the result of
_TYPED = re.compile(
    r'<c r="([A-Z]{1,3}\d+)"(?![^>]*\bt="(?:s|str|b|e|inlineStr)")[^>]*><v>(-?\d[\d.]*)</v></c>'
)
_RESULT = re.compile(r'<c r="([A-Z]{1,3}\d+)"[^>]*><f(?: [^>]*)?>([^<]+)</f><v>(-?\d[^<]*)</v></c>')


def summed(xml: str) -> set[str]:
    """Cells of a sheet that one of its plain sums or products adds up, by name."""
    cells: set[str] = set()
    for found in _RESULT.finditer(xml):
        if re.search(r"!|ROUND|IF|RAND|NOW|TODAY|INDIRECT|OFFSET|LOOKUP", found[2]):
            continue
        ranges = re.finditer(r"(?<![A-Z!:])\$?([A-Z]{1,2})\$?(\d{1,5}):\$?([A-Z]{1,2})\$?(\d{1,5})", found[2])
        for one in ranges:
            if one[1] == one[3]:
                cells |= {f"{one[1]}{row}" for row in range(int(one[2]), min(int(one[4]), 2000) + 1)}
        if re.fullmatch(r"[A-Z\d$+*()-]+", found[2]):
            cells |= {c.replace("$", "") for c in re.findall(r"\$?[A-Z]{1,2}\$?\d{1,5}", found[2])}
    return cells


def packed_by_office(data: bytes) -> None:
    """Raises ``DoesNotApply`` unless the package is laid out as Office does."""
    first = zipbytes.read(data)[0] if parts(data) else None
    if first is None or (first.made_by, first.flags & 6) != (45, 6):
        raise DoesNotApply("not laid out by Office in the first place")


def sheets(data: bytes) -> dict[str, str]:
    """The XML of the worksheets, by part name."""
    found = parts(data)
    names = [name for name in sorted(found) if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    return {name: found[name].decode("utf-8") for name in names}


@altered("ooxml", question="content", expects=("LV-XLSX-001", "LV-OOX-005"))
def change_cell(data: bytes, *, old: str = "", new: str = "", seed: int = 0) -> Forged:
    """Change a typed number of a worksheet in its XML, leaving the stored results of formulas as they were.

    An examiner recalculates: a total no longer equals the sum it is the formula of.
    """
    for name, xml in sheets(data).items():
        used = summed(xml)
        cells = [m for m in _TYPED.finditer(xml) if m[1] in used and float(m[2]) > 1]
        cells = [m for m in cells if m[2] == old] if old else cells
        if cells:
            cell = random.Random(seed).choice(cells)
            value = new or f"{float(cell[2]) * 3:g}"
            changed = xml[: cell.start(2)] + value + xml[cell.end(2) :]
            truth = Truth(part=name, cell=cell[1], before=cell[2], after=value)
            return Forged(zipbytes.exchange(data, {name: changed.encode("utf-8")}), truth)
    raise DoesNotApply("no typed number that a formula beside it uses")


@altered("ooxml", question="content", expects=("LV-XLSX-001",), needs=("xlsxwriter",))
def change_cell_of_report(data: bytes, *, seed: int = 0) -> Forged:
    """Change a number of a statement of expenses that a program wrote with its sums.

    As with any workbook an examiner recalculates: the sum, the share and the mean no longer follow.
    """
    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    made = statement(seed)
    return change_cell.forge(made, seed=seed)


def statement(seed: int, rows: int = 24) -> bytes:
    """A statement of expenses as an accounting program writes it: numbers, and formulas with their results.

    XlsxWriter asks readers to calculate anew on opening; a program that has calculated does not.
    """
    import xlsxwriter

    draw = random.Random(seed)
    sums = [draw.randrange(1_000, 900_000) / 100 for _ in range(rows)]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"author": "Claire Vasseur", "created": datetime(2024, 3, 5, 9, 12)})
        sheet = book.add_worksheet("Frais")
        for row, value in enumerate(sums):
            sheet.write_string(row, 0, f"Poste {row + 1}")
            sheet.write_number(row, 1, value)
            sheet.write_formula(row, 2, f"=B{row + 1}*0.2", None, round(value * 0.2, 10))
        total = round(sum(sums), 10)
        sheet.write_formula(rows, 1, f"=SUM(B1:B{rows})", None, total)
        sheet.write_formula(rows + 1, 1, f"=AVERAGE(B1:B{rows})", None, total / rows)
        sheet.write_formula(rows + 2, 1, f"=ROUND(B{rows + 1}*0.2,2)", None, round(total * 0.2 + 1e-9, 2))
        sheet.write_formula(
            rows + 3, 1, f'=IF(B{rows + 1}>100,"oui","non")', None, "oui" if total > 100 else "non"
        )
    book_part = parts(buffer.getvalue())["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    return zipbytes.exchange(buffer.getvalue(), {"xl/workbook.xml": book_part})


@altered("ooxml", question="content", expects=("LV-XLSX-001", "LV-OOX-005"))
def change_stored_total(data: bytes, *, seed: int = 0) -> Forged:
    """Change the stored result of a formula, which is what readers without a calculator show.

    An examiner recalculates: the result is not that of the formula, and opening the file in Excel with a full
    recalculation shows another number.
    """
    for name, xml in sheets(data).items():
        simple = [m for m in _RESULT.finditer(xml) if re.fullmatch(r"SUM\([A-Z\d:$]+\)|[A-Z\d$+*-]+", m[2])]
        if simple:
            cell = random.Random(seed).choice(simple)
            value = f"{float(cell[3]) * 2 + 1000:g}"
            changed = xml[: cell.start(3)] + value + xml[cell.end(3) :]
            truth = Truth(part=name, cell=cell[1], before=cell[3], after=value)
            return Forged(zipbytes.exchange(data, {name: changed.encode("utf-8")}), truth)
    raise DoesNotApply("no stored result of a sum")


@altered("ooxml", question="content", expects=("LV-OOX-005",), trace="structure")
def change_cell_and_recalculate(data: bytes, *, seed: int = 0) -> Forged:
    """Change a typed number and the stored sum of it in the XML.

    The careful variant: an examiner finds sums that hold; one part was compressed by another program.
    """
    for name, xml in sheets(data).items():
        sums = [m for m in _RESULT.finditer(xml) if re.fullmatch(r"SUM\([A-Z]+\d+:[A-Z]+\d+\)", m[2])]
        if len(sums) == 1 and len(_RESULT.findall(xml)) == 1:
            cells = [m for m in _TYPED.finditer(xml) if m[1] in summed(xml)]
            if not cells:
                continue
            cell = random.Random(seed).choice(cells)
            total = f"{float(sums[0][3]) + float(cell[2]):.12g}"
            edits = sorted(
                [(cell.span(2), f"{float(cell[2]) * 2:.12g}"), (sums[0].span(3), total)], reverse=True
            )
            for (start, end), value in edits:
                xml = xml[:start] + value + xml[end:]
            truth = Truth(part=name, cell=cell[1], before=cell[2], after=f"{float(cell[2]) * 2:.12g}")
            return Forged(zipbytes.exchange(data, {name: xml.encode("utf-8")}), truth)
    raise DoesNotApply("no sheet whose only formula is one sum")


def zip_by_script(found: dict[str, bytes], moment: datetime) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data in found.items():
            info = ZipInfo(name, (max(moment.year, 1980), *moment.timetuple()[1:6]))
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


@benign("ooxml", needs=("soffice",))
def resave_with_libreoffice(data: bytes, *, at: str = "") -> bytes:
    """Open and save in LibreOffice: author and creation date stay, Application names LibreOffice, rsids go."""
    ending = kind(data)
    how = {"docx": "MS Word 2007 XML", "xlsx": "Calc MS Excel 2007 XML"}[ending]
    try:
        return soffice(data, suffix=f".{ending}", to=ending, how=how, at=at)
    except ToolFailed as error:
        raise DoesNotApply(f"LibreOffice does not open it: {error}") from error


@benign("ooxml")
def zip_again(data: bytes, *, at: datetime = datetime(2026, 11, 12, 8, 30)) -> bytes:
    """Unpack and pack again with a script, every part unchanged: repair tools, virus gateways, archives do so.

    The layout is no longer that of the named application, and the text is untouched.  A check may say that
    the package was packed again; it may not take that for a change of what it says.
    """
    return zip_by_script(parts(data), at)


@benign("ooxml", needs=("docx",))
def resave_with_python_docx(data: bytes) -> bytes:
    """Open and save with python-docx, as mail merges and filing scripts do: properties stay, packing changes."""
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    import docx

    document = docx.Document(io.BytesIO(data))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@benign("ooxml", needs=("openpyxl",))
def resave_with_openpyxl(data: bytes) -> bytes:
    """Open and save with openpyxl, as accounting scripts do: it names itself as the application."""
    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@benign("ooxml", needs=("zip",))
def zip_again_with_infozip(data: bytes, *, at: str = "") -> bytes:
    """Unpack to a folder and pack again with Info-ZIP, parts unchanged: times are those of the unpacking."""
    import tempfile
    from pathlib import Path

    found = parts(data)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "package"
        for name, content in found.items():
            if ".." in name or name.startswith("/") or name.endswith("/"):
                raise DoesNotApply("part names that are not safe to unpack")
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        run(
            "zip",
            "-q",
            "-X",
            "-D",
            "-r",
            "../packed.zip",
            *sorted({name.split("/")[0] for name in found}),
            cwd=root,
            at=at,
        )
        return (Path(folder) / "packed.zip").read_bytes()


@benign("ooxml")
def retitle(data: bytes, *, title: str = "Sans titre") -> bytes:
    """Set the title in the properties, as filing systems do, in place."""
    return set_properties(data, CORE, {"title": title}, {"title": "dc:title"})
