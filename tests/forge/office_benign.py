"""Ordinary handling of Office documents that nobody may be blamed for."""

from __future__ import annotations

import io
import random
import re
from dataclasses import replace
from datetime import datetime, timedelta

from tests.forge import zipbytes
from tests.forge.office import (
    APP,
    APP_TAGS,
    CORE,
    CORE_TAGS,
    kind,
    moment,
    parts,
    properties,
    set_properties,
    statement,
    utc,
)
from tests.forge.office_edit import by_office, text_lines
from tests.forge.office_stated import add_font, sentence_put_in
from tests.forge.recipe import benign
from tests.forge.tools import DoesNotApply, run, soffice


def saved_later(data: bytes, seed: int, *, version: str = "") -> bytes:
    """The properties as a later save in Office leaves them: last change, number of saves, editing time."""
    later = moment(data, "modified") + timedelta(days=random.Random(seed).randrange(1, 200), hours=3)
    stated = properties(data)
    made = set_properties(data, CORE, {"modified": utc(later)}, CORE_TAGS)
    if stated.get("revision", "").isdecimal():
        made = set_properties(made, CORE, {"revision": str(int(stated["revision"]) + 1)})
    if re.fullmatch(r"\d{1,6}", stated.get("TotalTime", "")):
        made = set_properties(made, APP, {"TotalTime": str(int(stated["TotalTime"]) + 7)}, APP_TAGS)
    return set_properties(made, APP, {"AppVersion": version}, APP_TAGS) if version else made


@benign("ooxml")
def edit_in_word(data: bytes, *, seed: int = 0) -> bytes:
    """One paragraph more, written in a session of its own: ids declared, date, count and time moved along."""
    by_office(data)
    rsid = f"00{random.Random(seed).getrandbits(24):06X}"
    body, _ = sentence_put_in(data, rsid, seed)
    settings = parts(data).get("word/settings.xml", b"")
    if b"</w:rsids>" not in settings:
        raise DoesNotApply("no table of sessions")
    settings = settings.replace(b"</w:rsids>", f'<w:rsid w:val="{rsid}"/></w:rsids>'.encode())
    made = zipbytes.exchange(data, {"word/document.xml": body, "word/settings.xml": settings})
    return zipbytes.saved_by_office(saved_later(made, seed))


@benign("ooxml")
def track_a_change(data: bytes, *, seed: int = 0) -> bytes:
    """One paragraph more as a tracked change, made shortly before the save that the properties state."""
    by_office(data)
    rsid = f"00{random.Random(seed).getrandbits(24):06X}"
    body, _ = sentence_put_in(data, rsid, seed)
    settings = parts(data).get("word/settings.xml", b"")
    if b"</w:rsids>" not in settings:
        raise DoesNotApply("no table of sessions")
    settings = settings.replace(b"</w:rsids>", f'<w:rsid w:val="{rsid}"/></w:rsids>'.encode())
    made = saved_later(data, seed)
    when = utc(moment(made, "modified") - timedelta(minutes=4))
    mark = f'<w:ins w:id="9{seed % 1000:03d}" w:author="Jeanne Martin" w:date="{when}">'
    start = body.decode("utf-8").index(f'w:rsidR="{rsid}"')
    head, tail = body.decode("utf-8")[:start], body.decode("utf-8")[start:]
    marked = head + re.sub(
        r"<w:r>(.*?)</w:r>", rf'{mark}<w:r w:rsidR="{rsid}">\1</w:r></w:ins>', tail, count=1
    )
    changed = {"word/document.xml": marked.encode(), "word/settings.xml": settings}
    return zipbytes.saved_by_office(zipbytes.exchange(made, changed))


@benign("ooxml", needs=("docx",))
def comment_with_python_docx(data: bytes) -> bytes:
    """A remark put in by a script for reviews, which keeps the properties."""
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    import docx

    document = docx.Document(io.BytesIO(data))
    runs = [run_ for paragraph in document.paragraphs for run_ in paragraph.runs if run_.text.strip()]
    if not runs:
        raise DoesNotApply("no text")
    document.add_comment(runs[0], text="To be checked.", author="Review", initials="R")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@benign("ooxml")
def refresh_template(data: bytes, *, seed: int = 0) -> bytes:
    """An old document re-saved years later: a new face from the template and a new version, the save moved along.

    What COPA v Wright accepted as innocent: templates put later faces in, but only on a save, which moves the
    date.
    """
    by_office(data)
    made = add_font(data, "Calibri Light") if kind(data) == "docx" else data
    made = set_properties(made, APP, {"AppVersion": "16.0000"}, APP_TAGS)
    last = max(moment(data, "modified"), datetime(2019, 3, 5, 9, 12)) + timedelta(days=1 + seed)
    return zipbytes.saved_by_office(set_properties(made, CORE, {"modified": utc(last)}, CORE_TAGS))


_LABEL = (
    b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
    b'<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
    b'<clbl:label id="{5d2f0a30-5d0e-4f2a-9a8a-000000000000}" enabled="1" method="Privileged" '
    b'siteId="{7a9f0a30-5d0e-4f2a-9a8a-000000000000}" removed="0"/></clbl:labelList>'
)


@benign("ooxml")
def label_by_server(data: bytes) -> bytes:
    """A label of confidentiality that server software of .NET writes into the package on its way."""
    by_office(data)
    entries = zipbytes.read(data)
    if any(entry.name.startswith("docMetadata/") for entry in entries):
        raise DoesNotApply("has a label")
    types = parts(data)["[Content_Types].xml"]
    override = b'<Override PartName="/docMetadata/LabelInfo.xml" ContentType="application/vnd.ms-office.classificationlabels+xml"/>'
    types = types.replace(b"</Types>", override + b"</Types>")
    relation = (
        b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2020/02/relationships/'
        b'classificationlabels" Target="docMetadata/LabelInfo.xml"/></Relationships>'
    )
    relations = parts(data)["_rels/.rels"].replace(b"</Relationships>", relation)
    changed = {"[Content_Types].xml": types, "_rels/.rels": relations}
    made = [
        by_server(zipbytes.with_data(entry, changed[entry.name])) if entry.name in changed else entry
        for entry in entries
    ]
    return zipbytes.write([*made, by_server(zipbytes.Entry(name="docMetadata/LabelInfo.xml", data=_LABEL))])


def by_server(entry: zipbytes.Entry) -> zipbytes.Entry:
    """An entry as server software on .NET writes it."""
    stamp = zipbytes.dos(datetime(2024, 5, 6, 10, 0, 2))
    return replace(
        entry, made_by=20, flags=0x806, stamp=stamp, local_extra=b"", central_extra=b"", packed=b""
    )


@benign("ooxml")
def promote_properties_by_server(data: bytes) -> bytes:
    """Title and category set by a document server, which packs the property parts alone again."""
    by_office(data)
    changed = zipbytes.read(set_properties(data, CORE, {"category": "Archive"}, {"category": "cp:category"}))
    return zipbytes.write(
        by_server(entry) if entry.name.startswith("docProps/") else entry for entry in changed
    )


@benign("ooxml")
def protect(data: bytes, *, seed: int = 0) -> bytes:
    """Editing restricted by a password, in Office."""
    by_office(data)
    if kind(data) == "docx":
        settings = parts(data).get("word/settings.xml", b"").decode("utf-8")
        place = re.search(r"<w:defaultTabStop", settings)
        if place is None or "documentProtection" in settings:
            raise DoesNotApply("protected, or settings of another kind")
        rule = '<w:documentProtection w:edit="readOnly" w:enforcement="1"/>'
        changed = {"word/settings.xml": settings[: place.start()] + rule + settings[place.start() :]}
    else:
        name = "xl/worksheets/sheet1.xml"
        sheet = parts(data).get(name, b"").decode("utf-8")
        if "</sheetData>" not in sheet or "sheetProtection" in sheet:
            raise DoesNotApply("protected, or no plain sheet")
        rule = '</sheetData><sheetProtection sheet="1" objects="1" scenarios="1"/>'
        changed = {name: sheet.replace("</sheetData>", rule, 1)}
    made = zipbytes.exchange(data, {name: content.encode("utf-8") for name, content in changed.items()})
    return zipbytes.saved_by_office(saved_later(made, seed))


@benign("ooxml")
def take_names_out(data: bytes) -> bytes:
    """Names of authors removed by Office's own inspection of documents."""
    by_office(data)
    made = set_properties(data, CORE, {"creator": "", "lastModifiedBy": ""}, CORE_TAGS)
    return zipbytes.saved_by_office(made)


@benign("ooxml")
def save_under_another_name(data: bytes, *, seed: int = 0) -> bytes:
    """Saved under another name: creation and last save of today, the editing time kept."""
    by_office(data)
    now = moment(data, "modified") + timedelta(days=random.Random(seed).randrange(1, 90))
    made = set_properties(data, CORE, {"created": utc(now), "modified": utc(now)}, CORE_TAGS)
    return zipbytes.saved_by_office(made)


@benign("ooxml")
def leave_session_open(data: bytes) -> bytes:
    """A remote session left open for most of the time there was between creation and last save."""
    by_office(data)
    minutes = int((moment(data, "modified") - moment(data, "created")).total_seconds() / 60)
    if minutes < 3000:
        raise DoesNotApply("no long span")
    return zipbytes.saved_by_office(set_properties(data, APP, {"TotalTime": str(minutes - 500)}, APP_TAGS))


@benign("ooxml", needs=("pandoc",))
def write_anew_with_pandoc(data: bytes) -> bytes:
    """Read and written again by pandoc, as writers of books do; its properties are its own."""
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    made = run("pandoc", "-f", "docx", "-t", "docx", "-o", "-", stdin=data)
    if not parts(made):
        raise DoesNotApply("no package")
    return made


@benign("ooxml", needs=("docx",))
def write_letter_with_python_docx(data: bytes) -> bytes:
    """A letter set by a script with python-docx, which leaves the properties of its template."""
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    import docx

    document = docx.Document()
    for line in text_lines(data):
        document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@benign("ooxml", needs=("xlsxwriter",))
def statement_with_xlsxwriter(data: bytes, *, seed: int = 0) -> bytes:
    """A statement of expenses by a program with XlsxWriter: formulas with their results, "Excel 2007" as ever."""
    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    return statement(seed)


@benign("ooxml", needs=("xlsxwriter", "soffice"))
def recalculate_in_libreoffice(data: bytes, *, seed: int = 0) -> bytes:
    """The same statement with one number corrected by openpyxl, opened and saved in LibreOffice, which recalculates."""
    import openpyxl

    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    book = openpyxl.load_workbook(io.BytesIO(statement(seed)))
    book.active["B3"] = 412.5
    buffer = io.BytesIO()
    book.save(buffer)
    return soffice(buffer.getvalue(), suffix=".xlsx", to="xlsx", how="Calc MS Excel 2007 XML")


@benign("ooxml", needs=("xlsxwriter",))
def report_with_xlsxwriter(data: bytes) -> bytes:
    """A report written by a script with XlsxWriter, which always says that it is Excel 2007."""
    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(text_lines(data)):
            sheet.write_string(row, 0, line)
            sheet.write_number(row, 1, row * 12.5)
        sheet.write_formula(302, 1, "=SUM(B1:B300)")
    return buffer.getvalue()
