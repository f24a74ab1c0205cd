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
from tests.forge.recipe import altered, benign
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


def _set(data: bytes, part: str, values: dict[str, str], prefixes: dict[str, str] | None = None) -> bytes:
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


_CORE_TAGS = {
    "created": 'dcterms:created xsi:type="dcterms:W3CDTF"',
    "modified": 'dcterms:modified xsi:type="dcterms:W3CDTF"',
    "creator": "dc:creator",
    "lastModifiedBy": "cp:lastModifiedBy",
}
_APP_TAGS = {name: name for name in ("Application", "AppVersion", "Template", "TotalTime")}


def _moment(data: bytes, name: str) -> datetime:
    stated = properties(data).get(name, "")
    try:
        return datetime.strptime(stated[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise DoesNotApply(f"no date {name}") from None


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def set_dates(data: bytes, *, created: datetime, modified: datetime) -> bytes:
    """State other dates of creation and modification (UTC), and touch nothing else."""
    return _set(data, CORE, {"created": _utc(created), "modified": _utc(modified)}, _CORE_TAGS)


@altered("ooxml", question="origin", expects=("LV-OOX-001",))
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
    return _set(data, APP, values, _APP_TAGS)


@altered("ooxml", question="origin", expects=("LV-OOX-002",))
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
        span = (_moment(data, "modified") - _moment(data, "created")).total_seconds() / 60
        below = span < 60 or draw.random() < 0.5
        minutes = -draw.randrange(2_000, 8_000_000) if below else int(span * 4) + draw.randrange(900, 9000)
    return _set(data, APP, {"TotalTime": str(minutes)}, _APP_TAGS)


@altered("ooxml", question="origin", expects=("LV-DATE-001",))
def create_after_modify(data: bytes, *, days: int = 30, seed: int = 0) -> bytes:
    """State a creation later than the last modification, as when only one of the two dates was moved.

    An examiner reads both in docProps/core.xml; a document is not changed before it exists.
    """
    modified = _moment(data, "modified")
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
    return _set(data, CORE, {field: mixed}, _CORE_TAGS)


@altered("ooxml", question="handling")
def plant_last_author(data: bytes, *, name: str = "Корнеев Павел Игоревич") -> bytes:
    """Name somebody else as the last to have saved, and nothing more.

    The "foreign metadata" of May 2017 in one line.  Within the file nothing contradicts it; planting costs
    seconds.  An examiner says who is named, that it can be written by anybody, and looks at the other files
    of the batch.
    """
    return _set(data, CORE, {"lastModifiedBy": name}, _CORE_TAGS)


#: an amount as French writes it, and any number of two digits or more
_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]?\d{3})*,\d\d(?![\d.,])")

_NUMBER = re.compile(r"(?<![\w.,&#])\d{2,6}(?![\w.,;])")


def _exchange_text(data: bytes, old: str, new: str, seed: int) -> dict[str, bytes]:
    """The main part with one text exchanged. Raises ``DoesNotApply`` when it is not inside one run."""
    part = "word/document.xml" if kind(data) == "docx" else "xl/sharedStrings.xml"
    xml = parts(data).get(part, b"").decode("utf-8")
    if not old:
        runs = re.findall(r"<(?:w:)?t(?: [^>]*)?>([^<]*)<", xml)
        found = [m[0] for run in runs for m in _AMOUNT.finditer(run)]
        found = found or [m[0] for run in runs for m in _NUMBER.finditer(run)]
        if not found:
            raise DoesNotApply("no figure inside one run")
        from tests.forge.pdf import other_amount

        old = random.Random(seed).choice(found)
        new = other_amount(old, seed)
    if escape(old) not in xml:
        raise DoesNotApply(f"{old!r} is not inside one run")
    return {part: xml.replace(escape(old), escape(new), 1).encode("utf-8")}


@altered("ooxml", question="content", expects=("LV-OOX-004",))
def exchange_text_and_zip(
    data: bytes, *, old: str = "", new: str = "", at: datetime | None = None, seed: int = 0
) -> bytes:
    """Exchange a text in the XML of a document from Office and zip the parts again with a script.

    Properties still name Office.  An examiner lists the ZIP: times of the zipping, "made by" Unix, other
    flags and order.  It shows that the package was packed again, not what was changed.
    """
    first = zipbytes.read(data)[0] if parts(data) else None
    if first is None or (first.made_by, first.flags & 6) != (45, 6):
        raise DoesNotApply("not laid out by Office in the first place")
    return _zip_again(
        {**parts(data), **_exchange_text(data, old, new, seed)}, at or _moment(data, "modified")
    )


@altered("ooxml", question="content")
def exchange_text_in_place(data: bytes, *, old: str = "", new: str = "", seed: int = 0) -> bytes:
    """Exchange a text in the XML and keep every field of the ZIP as it was.

    The careful variant.  An examiner finds nothing in the file that contradicts it; only another copy, or what
    the text says, can show it.
    """
    return zipbytes.exchange(data, _exchange_text(data, old, new, seed))


@altered("ooxml", question="content", needs=("soffice",))
def exchange_text_in_libreoffice(
    data: bytes, *, old: str = "", new: str = "", at: str = "", seed: int = 0
) -> bytes:
    """Exchange a text and save with LibreOffice, which then names itself as the application.

    What an ordinary person without Word does.  Author and creation date stay, Application and layout agree
    with each other: an examiner sees a later save by another program, and no contradiction.
    """
    changed = zipbytes.exchange(data, _exchange_text(data, old, new, seed))
    return resave_with_libreoffice(changed, at=at)


@altered("ooxml", question="content")
def change_cell(data: bytes, *, old: str = "", new: str = "", seed: int = 0) -> bytes:
    """Change a typed number of a worksheet in its XML, leaving the stored results of formulas as they were.

    An examiner recalculates: a total no longer equals the sum it is the formula of.  None of the first checks
    does.
    """
    found = parts(data)
    for name in sorted(found):
        if not re.match(r"xl/worksheets/sheet\d+\.xml", name):
            continue
        xml = found[name].decode("utf-8")
        cells = [
            m
            for m in re.finditer(r"<c (?![^>]*t=\"(?:s|str|b)\")[^>]*><v>(-?[\d.]+)</v></c>", xml)
            if float(m[1]) > 9
        ]
        cells = [m for m in cells if m[1] == old] if old else cells
        if cells:
            cell = random.Random(seed).choice(cells)
            value = new or f"{float(cell[1]) * 3:g}"
            changed = xml[: cell.start(1)] + value + xml[cell.end(1) :]
            return zipbytes.exchange(data, {name: changed.encode("utf-8")})
    raise DoesNotApply("no typed number")


def _zip_again(found: dict[str, bytes], moment: datetime) -> bytes:
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
    return _zip_again(parts(data), at)


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
    return _set(data, CORE, {"title": title}, {"title": "dc:title"})
