"""Recipes for OOXML: dates, authors, counts and session marks stated that were not so."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

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
    set_dates,
    set_properties,
    utc,
)
from tests.forge.office_edit import by_office
from tests.forge.recipe import Forged, Truth, altered
from tests.forge.tools import DoesNotApply

_SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples" / "leak"
#: when people outside Microsoft could first save with a version of Office, by year
_VERSIONS = {12: 2006, 14: 2010, 15: 2012, 16: 2015}


def namespace_year(data: bytes) -> int:
    """The youngest year in a namespace that the main part declares; 0 when none is dated."""
    main = parts(data)["word/document.xml" if kind(data) == "docx" else "xl/workbook.xml"]
    return max(
        (int(y) for y in re.findall(rb'xmlns:\w+="[^"]*microsoft\.com/office/\w+/(20\d\d)/', main)), default=0
    )


def moved(data: bytes, year: int, seed: int) -> tuple[datetime, datetime]:
    """Creation and last save some days apart in a year."""
    draw = random.Random(seed)
    start = datetime(year, draw.randrange(1, 12), draw.randrange(1, 28), draw.randrange(8, 18), 14)
    return start, start + timedelta(hours=draw.randrange(2, 200))


@altered("ooxml", question="origin", expects=("LV-OOX-002", "LV-DOCX-002"), trace="structure")
def backdate_core(data: bytes, *, seed: int = 0) -> bytes:
    """Move the two dates of the core properties to before the stated version of Office existed.

    An examiner reads AppVersion in docProps/app.xml and the namespaces of the parts against the dates.
    """
    by_office(data)
    version = int(re.match(r"\d*", properties(data).get("AppVersion", ""))[0] or 0)  # type: ignore[index]
    since = max(_VERSIONS.get(version, 0), namespace_year(data))
    if not since:
        raise DoesNotApply("neither a version nor a namespace that could contradict")
    start, end = moved(data, since - random.Random(seed).randrange(2, 6), seed)
    return set_dates(data, created=start, modified=end)


@altered("ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-002", "LV-DOCX-002"), trace="structure")
def backdate_core_and_app(data: bytes, *, seed: int = 0) -> bytes:
    """Move the dates, and lower the stated version of Office to one of that time.

    An examiner reads the namespaces of the parts, several of which carry the year they were coined in.
    """
    by_office(data)
    year = namespace_year(data)
    if year < 2012:
        raise DoesNotApply("declares no dated namespace that could contradict")
    start, end = moved(data, random.Random(seed).randrange(2007, year - 1), seed)
    version = "14.0000" if start.year >= 2010 else "12.0000"
    made = set_properties(data, APP, {"AppVersion": version}, APP_TAGS)
    return set_dates(made, created=start, modified=end)


@altered("ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-002", "LV-DOCX-002"), trace="structure")
def backdate_with_archive_times(data: bytes, *, seed: int = 0) -> bytes:
    """Move the dates and give every entry of the archive the time of the stated last save.

    Over-careful: Office leaves no times in its archives.  An examiner finds real times under Office's own
    packing, beside namespaces younger than both.
    """
    made = backdate_core_and_app(data, seed=seed)
    stamp = zipbytes.dos(moment(made, "modified"))
    return zipbytes.write(replace(entry, stamp=stamp) for entry in zipbytes.read(made))


@altered("ooxml", question="origin", trace="faint")
def backdate_within_the_version(data: bytes, *, seed: int = 0) -> bytes:
    """Move the dates back by some months, to when the program and its namespaces existed.

    An examiner finds nothing in the file; other copies, mails and backups can tell.
    """
    by_office(data)
    back = timedelta(days=random.Random(seed).randrange(30, 200))
    created, modified = moment(data, "created"), moment(data, "modified")
    if (modified - back).year <= max(namespace_year(data), 2015):
        raise DoesNotApply("nothing to move without a conflict")
    return set_dates(data, created=created - back, modified=modified - back)


@altered("ooxml", question="origin", expects=("LV-OOX-001", "LV-OOX-002", "LV-DOCX-002"), trace="faint")
def transplant_properties(data: bytes, *, seed: int = 0) -> bytes:
    """Put the property parts of another genuine document in the place of its own.

    An examiner compares the counts of words and the names of the parts with the content they come with, and
    the dates with the namespaces; in a careful choice of the other document nothing contradicts.
    """
    by_office(data)
    if kind(data) == "docx":
        names = ["contrat_impression_delorme_2026", "mandat_lumen", "lettre_cotisation"]
        other = parts((_SAMPLES / "contrats" / f"{random.Random(seed).choice(names)}.docx").read_bytes())
    else:
        other = parts((_SAMPLES / "compta" / "notes_de_frais_2026.xlsx").read_bytes())
    return zipbytes.exchange(data, {name: other[name] for name in (CORE, APP)})


@altered("ooxml", question="handling", trace="faint")
def replace_author(data: bytes, *, seed: int = 0) -> bytes:
    """Name somebody else as the author and the last to have saved, in the script of the rest.

    An examiner finds nothing in the file; it costs seconds, which is why a name in the properties proves
    nothing.
    """
    name = random.Random(seed).choice(["Claire Vasseur", "J. Morel", "admin", "Pierre Lagarde"])
    return set_properties(data, CORE, {"creator": name, "lastModifiedBy": name}, CORE_TAGS)


@altered("ooxml", question="handling", expects=("LV-ID-001",), trace="explicit")
def plant_greek_last_author(data: bytes, *, name: str = "Νίκος Παπαδόπουλος") -> bytes:
    """Name somebody in Greek letters as the last to have saved.

    An examiner says who is named, in which script, what in the file goes with it, and that it costs seconds.
    """
    return set_properties(data, CORE, {"lastModifiedBy": name}, CORE_TAGS)


@altered("ooxml", question="handling", expects=("LV-ID-001",), trace="explicit")
def plant_arabic_last_author(data: bytes, *, name: str = "سامي الخطيب") -> bytes:
    """Name somebody in Arabic letters as the last to have saved, and a company with it.

    An examiner says who is named, in which script, what in the file goes with it, and that it costs seconds.
    """
    made = set_properties(data, CORE, {"lastModifiedBy": name}, CORE_TAGS)
    return set_properties(made, APP, {"Company": "شركة النور"}, {"Company": "Company"})


def add_font(data: bytes, name: str) -> bytes:
    """A text document whose first run is set in a face, which the table of fonts lists."""
    found = parts(data)
    table, body = found.get("word/fontTable.xml", b""), found["word/document.xml"].decode("utf-8")
    if b"</w:fonts>" not in table or "<w:r>" not in re.sub(r"<w:r [^>]*>", "<w:r>", body):
        raise DoesNotApply("no table of fonts, or no text")
    entry = (
        f'<w:font w:name="{escape(name)}"><w:charset w:val="00"/><w:family w:val="swiss"/></w:font></w:fonts>'
    )
    face = f'<w:rFonts w:ascii="{escape(name)}" w:hAnsi="{escape(name)}"/>'
    place = re.search(r"<w:r(?: [^>]*)?>(?:<w:rPr>(?:<w:rFonts[^>]*/>)?)?", body)
    assert place is not None
    opening = re.match(r"<w:r(?: [^>]*)?>", place[0])
    assert opening is not None
    inside = f"<w:rPr>{face}" if "<w:rPr>" in place[0] else f"<w:rPr>{face}</w:rPr>"
    body = body[: place.start()] + opening[0] + inside + body[place.end() :]
    return zipbytes.exchange(
        data,
        {
            "word/fontTable.xml": table.replace(b"</w:fonts>", entry.encode()),
            "word/document.xml": body.encode("utf-8"),
        },
    )


@altered("ooxml", question="origin", expects=("LV-OOX-006",), trace="structure")
def backdate_with_later_font(data: bytes, *, seed: int = 0) -> bytes:
    """A document set in Calibri Light, Nirmala UI or Aptos that states dates before these faces were sold.

    Dates and version agree with each other.  An examiner reads the table of fonts: the face came with a later
    Windows or Office.
    """
    by_office(data)
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    name, year, version = random.Random(seed).choice(
        [("Calibri Light", 2008, "12.0000"), ("Nirmala UI", 2008, "12.0000"), ("Aptos", 2014, "15.0000")]
    )
    if namespace_year(data) > year:
        raise DoesNotApply("its namespaces would tell already")
    start, end = moved(data, year, seed)
    made = set_properties(
        zipbytes.saved_by_office(add_font(data, name)), APP, {"AppVersion": version}, APP_TAGS
    )
    return set_dates(made, created=start, modified=end)


_BOOKMARK = re.compile(r' w:date="([^"]+)"')


def marks(data: bytes) -> dict[str, list[str]]:
    """Dates of tracked changes and comments, by part."""
    found = {}
    for name, content in parts(data).items():
        if re.fullmatch(r"word/(?:document|comments|footnotes|header\d*|footer\d*)\.xml", name):
            dates = _BOOKMARK.findall(content.decode("utf-8", "replace"))
            if dates:
                found[name] = dates
    if not found:
        raise DoesNotApply("neither comments nor tracked changes")
    return found


@altered("ooxml", question="origin", expects=("LV-DOCX-002",), trace="structure")
def backdate_before_the_marks(data: bytes, *, seed: int = 0) -> bytes:
    """Move creation and last save to before the tracked changes and comments that are inside.

    An examiner reads the dates of the marks: the document was open after the save it calls its last.
    """
    by_office(data)
    newest = max(date for dates in marks(data).values() for date in dates)
    end = datetime.strptime(newest[:10], "%Y-%m-%d") - timedelta(days=random.Random(seed).randrange(20, 300))
    return set_dates(data, created=end - timedelta(days=3), modified=end)


@altered("ooxml", question="origin", expects=("LV-DOCX-002",), trace="structure")
def postdate_the_marks(data: bytes, *, seed: int = 0) -> Forged:
    """Give tracked changes and comments dates after the last save, so that they seem made later than they were.

    An examiner finds marks younger than the file that holds them.
    """
    by_office(data)
    later = utc(moment(data, "modified") + timedelta(days=random.Random(seed).randrange(20, 300)))
    changed = {}
    truth = None
    for name in marks(data):
        xml = parts(data)[name].decode("utf-8")
        changed[name] = _BOOKMARK.sub(f' w:date="{later}"', xml).encode("utf-8")
        truth = truth or Truth(part=name, after=later)
    return Forged(zipbytes.exchange(data, changed), truth)


@altered("ooxml", question="content", expects=("LV-OOX-005",), trace="structure")
def rename_reviewer(data: bytes, *, seed: int = 0) -> Forged:
    """Name somebody else as the author of tracked changes and comments.

    An examiner may find the old name in people.xml or in the properties, and a part that zlib compressed.
    """
    by_office(data)
    changed = {}
    name = random.Random(seed).choice(["Claire Vasseur", "J. Morel", "Pierre Lagarde"])
    for part in marks(data):
        xml = parts(data)[part].decode("utf-8")
        changed[part] = re.sub(r' w:author="[^"]*"', f' w:author="{name}"', xml).encode("utf-8")
    return Forged(zipbytes.exchange(data, changed), Truth(part=next(iter(changed)), after=name))


_SENTENCE = "The second instalment of {} euros was paid on request of the management."


def sentence_put_in(data: bytes, rsid: str, seed: int) -> tuple[bytes, Truth]:
    """The main part with one paragraph more, whose marks of session are ``rsid`` (none when empty)."""
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    body = parts(data)["word/document.xml"].decode("utf-8")
    ends = list(
        re.finditer(r"(<w:p (?:[^>]*)w:rsidR=\"[0-9A-F]{8}\"[^>]*>)(?:(?!</w:p>).)*</w:p>", body, re.S)
    )
    before = [m for m in ends if "<w:t" in m[0] and "<w:sectPr" not in m[0] and "txbxContent" not in m[0]]
    if len(before) < 4:
        raise DoesNotApply("hardly any paragraphs with marks of session")
    place = random.Random(seed).choice(before[1:-1])
    said = _SENTENCE.format(random.Random(seed).randrange(1000, 90_000))
    marked = f' w:rsidR="{rsid}" w:rsidRDefault="{rsid}"' if rsid else ""
    if rsid and "w14:paraId=" in place[1]:
        number = random.Random(said).randrange(1, 0x7FFFFFFF)
        marked = f' w14:paraId="{number:08X}" w14:textId="77777777"{marked}'
    # Word leaves the id of a run out where it is that of its paragraph
    added = f"<w:p{marked}><w:r><w:t>{said}</w:t></w:r></w:p>"
    made = body[: place.end()] + added + body[place.end() :]
    return made.encode("utf-8"), Truth(part="word/document.xml", after=said)


@altered("ooxml", question="content", expects=("LV-DOCX-001", "LV-OOX-005"), trace="structure")
def insert_sentence_undeclared(data: bytes, *, seed: int = 0) -> Forged:
    """Put a paragraph in by hand, with a made-up session id that the table of sessions does not list.

    An examiner lists the ids of the text against the table in settings.xml: Word writes every id it uses there.
    """
    by_office(data)
    rsid = f"00{random.Random(seed).getrandbits(24):06X}"
    body, truth = sentence_put_in(data, rsid, seed)
    if rsid.encode() in parts(data).get("word/settings.xml", b""):
        raise DoesNotApply("drew an id that is there")
    return Forged(zipbytes.exchange(data, {"word/document.xml": body}), truth)


@altered("ooxml", question="content", expects=("LV-DOCX-001", "LV-OOX-005"), trace="structure")
def insert_sentence_unmarked(data: bytes, *, seed: int = 0) -> Forged:
    """Put a paragraph in by hand, without any session id, into a document whose paragraphs all have one.

    An examiner sees that this paragraph alone has none; server software writes so as well.
    """
    by_office(data)
    body, truth = sentence_put_in(data, "", seed)
    return Forged(zipbytes.exchange(data, {"word/document.xml": body}), truth)


@altered("ooxml", question="content", expects=("LV-DOCX-001",), trace="faint")
def insert_sentence_in_word_and_restore(data: bytes, *, seed: int = 0) -> Forged:
    """Put a paragraph in with Word, as the marks of a session of its own show, and put the properties back.

    An examiner sees one paragraph of a session that wrote nothing else, which is also what any late addition
    looks like; the properties say nothing of it.
    """
    by_office(data)
    rsid = f"00{random.Random(seed).getrandbits(24):06X}"
    body, truth = sentence_put_in(data, rsid, seed)
    settings = parts(data).get("word/settings.xml", b"")
    if b"</w:rsids>" not in settings:
        raise DoesNotApply("no table of sessions")
    declared = settings.replace(b"</w:rsids>", f'<w:rsid w:val="{rsid}"/></w:rsids>'.encode())
    made = zipbytes.exchange(data, {"word/document.xml": body, "word/settings.xml": declared})
    return Forged(zipbytes.saved_by_office(made), truth)
