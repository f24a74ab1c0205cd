"""WordprocessingML (ECMA-376 part 1, clause 17): text, session ids, reviewers."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._ooxml_text import TextKeeper, stated_time, utc_difference, walk
from leakverify.extractors._ooxml_word_marks import mark_facts
from leakverify.extractors._ooxml_word_rows import word_rows
from leakverify.extractors._ooxml_word_runs import run_facts
from leakverify.extractors._opc import Package, Part

if TYPE_CHECKING:
    from lxml.etree import _Element

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_W16DU = "{http://schemas.microsoft.com/office/word/2023/wordml/word16du}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

#: distinct session ids kept; a value takes 9 characters of the one token they are stated in
_SESSIONS = 7_000
#: compatibility settings kept; Word writes up to a dozen
_SETTINGS = 50
#: reviewers' marks stated of one document, and distinct fonts
_MARKS, _FONTS = 2_000, 500
#: parts that hold text beside the main one, by the last step of their relationship type
_STORIES = ("header", "footer", "footnotes", "endnotes")
_TRACKED = (
    "ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "numberingChange",
    "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tcPrChange", "trPrChange",
    "tblGridChange",
)  # fmt: skip
#: elements that may carry session ids, and the attributes rsid* they are in (17.3.1.22 and others)
_WITH_SESSIONS = ("p", "r", "tr", "sectPr")
_SESSION_ENDINGS = ("R", "RPr", "RDefault", "P", "Tr", "Sect", "Del")


def word_structure(package: Package, main: str) -> Generator[Observation | Fault, None, frozenset[str]]:
    """What the settings, the font table and the list of people state; no text.

    Returns the session ids the settings declare.
    """
    declared: frozenset[str] = frozenset()
    for name in package.related(main, "settings"):
        part = package.parse(name)
        if part is not None:
            declared = yield from _settings(part)
        break
    for name in package.related(main, "fontTable"):
        part = package.parse(name)
        if part is not None:
            yield from _fonts(package, part)
        break
    for name in package.related(main, "people"):
        part = package.parse(name)
        if part is not None:
            yield from _people(package, part)
        break
    yield from package.drain()
    return declared


def _settings(part: Part) -> Generator[Observation | Fault, None, frozenset[str]]:
    w = part.namespace
    root = part.root.find(f"{w}rsids/{w}rsidRoot")
    if root is not None and root.get(f"{w}val"):
        yield Observation(name="docx.rsid.root", value=clip(root.get(f"{w}val", ""), 100), where=part.where)
    table = part.root.find(f"{w}rsids")
    declared: dict[str, None] = {}
    if table is not None:
        declared = dict.fromkeys(child.get(f"{w}val", "").upper() for child in table.iter(f"{w}rsid"))
    yield Observation(name="docx.rsid.declared", value=len(declared), where=part.where)
    if declared:
        yield from _sessions("docx.rsid.declared_values", declared, part.where)
    for namespace in (_W14, _W15):
        tag = f"{namespace}docId"
        element = part.root.find(tag)
        if element is not None:
            value = element.get(f"{namespace}val", "")
            yield Observation(name="docx.doc_id", value=clip(value, 100), where=part.where, raw=clip(tag))
    yield from _compatibility(part)
    protection = part.root.find(f"{w}documentProtection")
    if protection is not None:
        enforced = protection.get(f"{w}enforcement", "false") not in ("0", "false", "off")
        value = f"{protection.get(f'{w}edit', 'none')} {'enforced' if enforced else 'not-enforced'}"
        yield Observation(name="docx.protection", value=clip(value, 100), where=part.where)
    language = part.root.find(f"{w}themeFontLang")
    if language is not None:
        said = ((name, language.get(w + name)) for name in ("val", "eastAsia", "bidi"))
        value = " ".join(f"{name}={tag}" for name, tag in said if tag)
        yield Observation(name="docx.theme_language", value=clip(value, 200), where=part.where)
    tracking = part.root.find(f"{w}trackRevisions")
    yield Observation(name="docx.track_changes", value=_is_on(tracking, w), where=part.where)
    return frozenset(declared)


def _compatibility(part: Part) -> Iterator[Observation]:
    w = part.namespace
    settings: dict[str, str] = {}
    for element in part.root.iterfind(f"{w}compat/{w}compatSetting"):
        if len(settings) < _SETTINGS:
            settings.setdefault(element.get(f"{w}name", ""), element.get(f"{w}val", ""))
    mode = settings.get("compatibilityMode")
    if mode is not None:
        yield Observation(name="docx.compatibility_mode", value=clip(mode, 100), where=part.where)
    if settings:
        value = clip(" ".join(settings), 1000)
        yield Observation(name="docx.compat_settings", value=value, where=part.where)


def _styles(part: Part) -> Iterator[Observation | Fault]:
    """How many styles the program knew of, and what text looks like where nothing is said."""
    w = part.namespace
    latent = part.root.find(f"{w}latentStyles")
    stated = "" if latent is None else latent.get(f"{w}count", "")
    if stated.isascii() and stated.isdigit() and len(stated) < 10:
        yield Observation(name="docx.latent_styles", value=int(stated), where=part.where)
    marks = part.root.find(f"{w}docDefaults/{w}rPrDefault/{w}rPr")
    if marks is None:
        return
    fonts = marks.find(f"{w}rFonts")
    if fonts is not None:
        face = fonts.get(f"{w}asciiTheme", "") or fonts.get(f"{w}ascii", "")
        if face:
            yield Observation(name="docx.default_font", value=clip(face, 200), where=part.where)
    language = marks.find(f"{w}lang")
    if language is not None and language.get(f"{w}val"):
        value = clip(language.get(f"{w}val", ""), 100)
        yield Observation(name="docx.default_language", value=value, where=part.where)


def _is_on(element: _Element | None, w: str) -> bool:
    return element is not None and element.get(f"{w}val", "true") not in ("0", "false", "off")


def _sessions(name: str, values: dict[str, None], where: Location) -> Iterator[Observation | Fault]:
    kept = [value[:8] for value in values][:_SESSIONS]
    yield Observation(name=name, value=" ".join(kept), where=where)
    if len(values) > _SESSIONS:
        yield Fault("limit-answer", f"more than {_SESSIONS} session ids", where)


def _fonts(package: Package, part: Part) -> Iterator[Observation]:
    w = part.namespace
    fonts = part.root.iter(f"{w}font")
    for font in package.up_to(_FONTS, "fonts", fonts, part.where):
        yield Observation(name="ooxml.font", value=clip(font.get(f"{w}name", ""), 200), where=part.where)


def _people(package: Package, part: Part) -> Iterator[Observation]:
    for person in package.up_to(_MARKS, "people", part.root.iter(f"{_W15}person"), part.where):
        shown = clip(person.get(f"{_W15}author", ""))
        yield Observation(name="ooxml.person.name", value=shown, where=part.where)
        presence = person.find(f"{_W15}presenceInfo")
        account = "" if presence is None else presence.get(f"{_W15}userId", "")
        if account:
            yield Observation(name="ooxml.person.account", value=clip(account), where=part.where)


def word_comments(package: Package, main: str, keeper: TextKeeper | None) -> Iterator[Observation | Fault]:
    """Author and date of every comment as consecutive pairs, and their text when it is wanted."""
    for name in package.related(main, "comments"):
        part = package.parse(name)
        yield from package.drain()
        if part is None:
            continue
        zones: dict[str, None] = {}
        comments = part.root.iter(f"{part.namespace}comment")
        for comment in package.up_to(_MARKS, "comments", comments, part.where):
            yield from _mark("docx.comment", comment, part, zones)
        yield from _zones(zones, part.where)
        if keeper is not None:
            yield from _story(part, keeper)
    yield from package.drain()


def word_content(
    package: Package, main: Part, keeper: TextKeeper, declared: frozenset[str]
) -> Iterator[Observation | Fault]:
    """Text of the main part and of headers, footers and notes; tracked changes; session ids in use.

    ``declared``: the session ids of the settings.
    """
    yield from _used_sessions(main)
    yield from _tracked(main)
    yield from _story(main, keeper, rows=True)
    yield from run_facts(main, declared)
    yield from mark_facts(main)
    for name in package.related(main.name, "styles"):
        part = package.parse(name)
        yield from package.drain()
        if part is not None:
            yield from _styles(part)
        break
    for name in package.related(main.name, *_STORIES):
        if name.lower() in package.parsed:
            continue
        part = package.parse(name)
        yield from package.drain()
        if part is not None:
            yield from _tracked(part)
            yield from _story(part, keeper)
    yield from package.drain()


def _used_sessions(part: Part) -> Iterator[Observation | Fault]:
    w = part.namespace
    names = frozenset(f"{w}rsid{ending}" for ending in _SESSION_ENDINGS)
    used: dict[str, None] = {}
    for element in part.root.iter(*(w + tag for tag in _WITH_SESSIONS)):
        # not items(): lxml looks each of its values up anew, quadratic in the attributes
        for key in element.keys():  # noqa: SIM118 - an element is no mapping
            if key in names:
                used[element.get(key, "").upper()] = None
    yield Observation(name="docx.rsid.used", value=len(used), where=part.where)
    if used:
        yield from _sessions("docx.rsid.used_values", used, part.where)


def _tracked(part: Part) -> Iterator[Observation | Fault]:
    """Who changed what when: each distinct pair of author and date once."""
    w = part.namespace
    seen: set[tuple[str, str]] = set()
    zones: dict[str, None] = {}
    for change in part.root.iter(*(w + tag for tag in _TRACKED)):
        author, date = change.get(f"{w}author", ""), change.get(f"{w}date", "")
        if (author, date) in seen or not (author or date):
            continue
        if len(seen) == _MARKS:
            yield Fault("limit-answer", f"more than {_MARKS} tracked changes", part.where)
            break
        seen.add((author, date))
        yield from _mark("docx.revision", change, part, zones)
    yield from _zones(zones, part.where)


def _mark(label: str, element: _Element, part: Part, zones: dict[str, None]) -> Iterator[Observation | Fault]:
    w = part.namespace
    yield Observation(name=f"{label}.author", value=clip(element.get(f"{w}author", "")), where=part.where)
    literal = element.get(f"{w}date")
    yield from stated_time(f"{label}.when", literal, part.where, zulu=False)
    zone = utc_difference(literal or "", element.get(f"{_W16DU}dateUtc", ""))
    if zone:
        zones[zone] = None


def _zones(zones: dict[str, None], where: Location) -> Iterator[Observation]:
    for zone in zones:
        yield Observation(name="docx.utc_offset", value=zone, where=where)


def _story(part: Part, keeper: TextKeeper, *, rows: bool = False) -> Iterator[Observation | Fault]:
    text, deleted, cut = flow_text(part.root, part.namespace, keeper.left)
    yield from keeper.keep("ooxml.text", text, part.where, cut=cut)
    if rows:
        yield from word_rows(part, text)
    yield from keeper.keep("docx.deleted_text", deleted, part.where)


class _Flow:
    """Text that belongs together: the story itself, or one text box in it."""

    __slots__ = ("deleted", "kept")

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.deleted: list[str] = []

    def begin_paragraph(self) -> None:
        self.kept.append("\n")
        if self.deleted and self.deleted[-1] != "\n":
            self.deleted.append("\n")


def flow_text(root: _Element, w: str, most: int) -> tuple[str, str, bool]:
    """The text as it reads now, the text tracked changes took out of it, and whether it was cut.

    One line per paragraph; text boxes follow the story they stand in.  Field
    codes are left out, their results are not.  Reading ends after about
    ``most`` characters.
    """
    p, t, tab, gone = w + "p", w + "t", w + "tab", w + "delText"
    box, moved = w + "txbxContent", w + "moveFrom"
    characters = {w + "br": "\n", w + "cr": "\n", w + "noBreakHyphen": "-"}
    flows = [_Flow()]
    open_flows = [flows[0]]
    moving = read = 0
    for begins, element in walk(root, (p, t, tab, gone, box, moved, f"{_MATH}t", *characters)):
        tag = str(element.tag)
        flow = open_flows[-1]
        if tag == box:
            if begins:
                flows.append(_Flow())
                open_flows.append(flows[-1])
            else:
                open_flows.pop()
        elif tag == moved:
            moving += 1 if begins else -1
        elif not begins:
            continue
        elif tag == p:
            flow.begin_paragraph()
            read += 1
        elif tag == gone:
            flow.deleted.append(str(element.text or ""))
        elif tag == tab:
            # the definition of a tab stop has the same name and, unlike the character, attributes
            if not element.attrib:
                flow.kept.append("\t")
        else:
            said = characters.get(tag) or str(element.text or "")
            (flow.deleted if moving else flow.kept).append(said)
            read += len(said)
        if read > most:
            break
    kept = ("".join(flow.kept).strip("\n") for flow in flows)
    deleted = ("".join(flow.deleted).strip("\n") for flow in flows)
    return "\n".join(filter(None, kept)), "\n".join(filter(None, deleted)), read > most
