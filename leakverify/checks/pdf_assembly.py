"""LV-PDF-050  One page comes off another line than the pages round it.

What it looks at: a program that writes a document gives all its pages the same
kind of dictionaries, names its resources by one scheme, describes fonts with the
same entries, sets text with the same operators and shares fonts between pages.
Looked for is a page, or a few in a row, that shares no font with the rest and
differs from all of it in at least two of these habits, the description of fonts
among them.

Why it matters: whoever replaces one page of a contract has to make it with
another program than the one that made the rest, and puts it between pages that
number on as before.

Innocent ways: documents are put together every day: contracts with annexes,
reports with covers, scans with printed pages.  What joins parts of several
programs is therefore only shown.  It is pointed out in two cases.  Either the
foreign page lies between pages that share their fonts, so were written in one
go; or it stands at an end and belongs to the same run by its page number or by
the head and foot it shares.  Even then a page may have been replaced by consent,
or set apart by the writing program.  Pages that are scanned pictures are no
measure for the others and never pointed out.

Repeat by hand: ``pdffonts -f N -l N FILE`` for the fonts of one page, and
``qpdf --qdf --object-streams=disable FILE - | less`` to compare ``/Resources``,
``/Font`` and the first lines of the content of two pages.

Sources: S. Adhatarao, C. Lauradoux, Robust PDF files forensics using coding
style, 2021; Ceglia v. Zuckerberg, 2013, where the pages of one contract differed.
Of 220 public genuine PDFs of several pages none is pointed out and 12 are shown,
all of them put together of several parts; of 150 pairs joined by a program none
is pointed out.  Of pages set anew by ReportLab, LibreOffice and Chromium in 80
documents 281 of 300 are found inside, and 66 of 180 at the ends, where nothing
but a page number tells a swapped page from an annex.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "inside": "Of {total} pages, {pages} was made in another way than those before and after, which share "
    "their fonts: it shares none with them and differs in {habits}.",
    "same-run": "Of {total} pages, {pages} was made in another way than the rest: it shares no font with it "
    "and differs in {habits}. It belongs to the same run: {run}.",
    "parts": "Of {total} pages, {pages} was made in another way than the rest: it shares no font with it and "
    "differs in {habits}.",
}
INNOCENT = {
    "replaced": "A page was replaced by consent, or filled in or signed elsewhere and put back.",
    "joined": "Parts made by several programs were put together and numbered afterwards.",
    "apart": "The writing program treats this page in another way, as some do with tables or forms.",
}

_FACTS = ("box", "keys", "names", "fonts", "group", "content", "operators")
_WORDS = {
    "fonts": "how fonts are described",
    "names": "how fonts are named",
    "keys": "the entries of the page",
    "content": "how the content is stored",
    "box": "the size as written",
    "operators": "the operators of the text",
}
#: ways of saying the same that a program does not change with what it says
_STEADY = ("begins", "show", "place", "text", "lines", "decimals")
_SAID = re.compile(r"(\w+)=(\S*)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)")
#: two programs' words for one sheet of paper differ by less than this, in points
_SHEET = 3.0
#: page numbers: "3", "- 3 -", "Page 3", "3/12", "Page 3 of 12", "3 sur 12"
_NUMBER = re.compile(
    r"^[\W_]{0,4}(?:p(?:age|agina|ágina|\.)?|seite|blatt|s\.)?[ .:]{0,3}(?P<at>[1-9]\d{0,3})"
    r"(?:\s{0,3}(?:/|of|sur|von|de|di|van)\s{0,3}(?P<of>[1-9]\d{0,3}))?[\W_]{0,4}$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(?<![\d.,])[1-9]\d{0,3}(?![.,]?\d)")
_DIGITS = re.compile(r"\d+")
#: characters of a line that may hold a page number
_SHORT = 120
#: lines at each end of a page where its number, its head and its foot are looked for
_ENDS = 6
_HEAD = 10


def _stated(
    page: int, *, fonts: str, names: str, group: str, operators: str, keys: str
) -> tuple[Observation, ...]:
    return (
        fact("pdf.assembly.box", "595.32x841.92", page=page),
        fact("pdf.assembly.keys", keys, page=page),
        fact("pdf.assembly.names", names, page=page),
        fact("pdf.assembly.fonts", fonts, page=page),
        fact("pdf.assembly.group", group, page=page),
        fact("pdf.assembly.content", "one part; FlateDecode", page=page),
        fact("pdf.assembly.operators", operators, page=page),
    )


_WORD = {
    "fonts": "TrueType:11111111",
    "names": "Font F#; ProcSet",
    "group": "1",
    "keys": "Contents Group MediaBox Resources",
    "operators": "begins=BDC,q show=TJ place=Tm colour=g text=literal marked=BDC decimals=2 lines=crlf",
}
_OTHER = {
    "fonts": "Type1:22222222",
    "names": "Font F#+#; ProcSet",
    "group": "2",
    "keys": "Contents MediaBox Resources",
    "operators": "begins=cm,BT show=Tj place=Tm,T* colour=rg text=literal marked=- decimals=3 lines=lf",
}

EXAMPLES = (
    Example(
        title="page 2 of 3 typed anew by another program",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.assembly.pages", 3),
            *_stated(1, **_WORD),
            *_stated(2, **_OTHER),
            *_stated(3, **_WORD),
        ),
    ),
    Example(
        title="the last page of a numbered contract typed anew",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.assembly.pages", 3),
            *_stated(1, **_WORD),
            *_stated(3, **_OTHER | {"group": "3"}),
            *(fact("pdf.page.text", f"Clause {n}\nPage {n} of 3", page=n) for n in (1, 2, 3)),
        ),
    ),
    Example(
        title="an annex by another program, with pages of its own",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.assembly.pages", 3),
            *_stated(1, **_WORD),
            *_stated(3, **_OTHER | {"group": "3"}),
            fact("pdf.page.text", "Clause 1\nPage 1 of 2", page=1),
            fact("pdf.page.text", "Clause 2\nPage 2 of 2", page=2),
            fact("pdf.page.text", "Invoice\nPage 1 of 1", page=3),
        ),
    ),
    Example(
        title="a page with a font of its own from the same program",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.assembly.pages", 3),
            *_stated(1, **_WORD),
            *_stated(2, **_WORD | {"group": "2"}),
            *_stated(3, **_WORD),
        ),
    ),
)


@dataclass(slots=True)
class _Page:
    """Habits of one page; each a set, so that one shared element is enough to be alike."""

    group: str
    habits: dict[str, frozenset[str]] = field(default_factory=dict)


@check(
    "LV-PDF-050",
    question=Question.CONTENT,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.assembly.pages",),
    reads=(*(f"pdf.assembly.{name}" for name in _FACTS), "pdf.page.text", "pdf.raster.coding"),
    cost=Cost.MINUTES,
    reproduce="pdffonts FILE; qpdf --qdf --object-streams=disable FILE -",
)
def foreign_page(facts: Facts) -> Iterator[Answer]:
    total = facts.value("pdf.assembly.pages")
    if not isinstance(total, int) or total < 2:
        return
    pages = _pages(facts, total)
    everywhere = [Counter(one for page in pages for one in page.habits.get(name, ())) for name in _HABITS]
    scanned = {o.where.page for o in facts.all("pdf.raster.coding")}
    told = 0
    for first, last in _runs(pages):
        if last - first + 1 > max(1, total // 3) or told >= 5:
            continue
        habits = _differs(pages, first, last, everywhere)
        within = _within(pages, first, last) or (len(habits) >= 3 and _alike(pages, first, last))
        if len(habits) >= 2 and ("fonts" in habits or within):
            told += 1
            yield _answer(facts, pages, (first, last), habits, within, scanned)


def _answer(
    facts: Facts,
    pages: list[_Page],
    span: tuple[int, int],
    habits: list[str],
    within: bool,
    scanned: set[int | None],
) -> Answer:
    first, last = span
    total = len(pages)
    said: dict[str, str | int | float] = {
        "pages": f"{first + 1}" if first == last else f"{first + 1} to {last + 1}",
        "total": total,
        "habits": ", ".join(_WORDS[name] for name in habits),
    }
    rests_on = tuple(
        observation
        for page in (first + 1, last + 2, 1)
        for name in _FACTS
        for observation in facts.all(f"pdf.assembly.{name}")
        if observation.where.page == page
    )[:24]
    others = [n for n in range(total) if not first <= n <= last]
    pictured = 2 * sum(n + 1 in scanned for n in others) >= len(others)
    if pictured or any(n + 1 in scanned for n in range(first, last + 1)):
        return neutral("parts", rests_on=rests_on, **said)
    if within:
        return unusual("inside", rests_on=rests_on, **said)
    run = _run(facts, first, last, total)
    if run:
        return unusual("same-run", rests_on=rests_on, run=run, **said)
    return neutral("parts", rests_on=rests_on, **said)


def _within(pages: list[_Page], first: int, last: int) -> bool:
    """Whether the pages before and after were written in one go: they share a font."""
    before, after = ({page.group for page in part} - {"-"} for part in (pages[:first], pages[last + 1 :]))
    return bool(before & after)


def _alike(pages: list[_Page], first: int, last: int) -> bool:
    """Whether the nearest pages with text before and after have every habit in common."""
    before = next((page for page in reversed(pages[:first]) if page.habits["fonts"]), None)
    after = next((page for page in pages[last + 1 :] if page.habits["fonts"]), None)
    if before is None or after is None:
        return False
    return all(before.habits.get(name, _NONE) & after.habits.get(name, _NONE) for name in _HABITS)


# the habits of pages

_NONE: frozenset[str] = frozenset()

_HABITS = ("fonts", "names", "keys", "content", *_STEADY)


def _pages(facts: Facts, total: int) -> list[_Page]:
    """Every page with the last value stated at or before it."""
    told: dict[str, dict[int, str]] = {
        name: {o.where.page or 0: str(o.value) for o in facts.all(f"pdf.assembly.{name}")} for name in _FACTS
    }
    now = dict.fromkeys(_FACTS, "")
    pages = []
    for number in range(1, total + 1):
        for name in _FACTS:
            now[name] = told[name].get(number, now[name])
        pages.append(_Page(now["group"], _habits(now)))
    return pages


def _habits(now: dict[str, str]) -> dict[str, frozenset[str]]:
    fonts = frozenset(now["fonts"].split()) - {"none"}
    found = {"fonts": fonts, "box": frozenset([now["box"]])}
    if not fonts:
        return found
    for part in now["names"].split("; "):
        if part.startswith("Font "):
            found["names"] = frozenset(part.split()[1:])
    found["keys"] = frozenset([now["keys"]])
    found["content"] = frozenset([now["content"]])
    stated = dict(_SAID.findall(now["operators"]))
    for name in _STEADY:
        if name in stated:
            found[name] = frozenset([stated[name]])
    return found


def _runs(pages: list[_Page]) -> Iterator[tuple[int, int]]:
    """First and last of pages in a row that share their fonts."""
    first = 0
    for at in range(1, len(pages) + 1):
        if at == len(pages) or pages[at].group != pages[first].group:
            yield first, at - 1
            first = at


def _differs(pages: list[_Page], first: int, last: int, everywhere: list[Counter[str]]) -> list[str]:
    """Habits in which these pages have nothing in common with any other; empty when they share a font."""
    run = pages[first : last + 1]
    group = run[0].group
    if group in ("", "-") or sum(page.group == group for page in pages) > len(run):
        return []
    found = []
    for name, all_pages in zip(_HABITS, everywhere, strict=True):
        here = Counter(one for page in run for one in page.habits.get(name, ()))
        if (
            here
            and len(all_pages) > len(here)
            and all(all_pages[one] == amount for one, amount in here.items())
        ):
            found.append(name)
    habits = [name for name in found if name not in _STEADY]
    if sum(name in _STEADY for name in found) >= 2:
        habits.append("operators")
    if _same_sheet(pages, first, last):
        habits.append("box")
    return habits


def _same_sheet(pages: list[_Page], first: int, last: int) -> bool:
    """Whether the pages have the size of others, but not as these write it."""
    here = {size for page in pages[first : last + 1] for size in page.habits["box"]}
    others = {size for page in (*pages[:first], *pages[last + 1 :]) for size in page.habits["box"]}
    if here & others:
        return False
    read = [[_size(size) for size in sizes] for sizes in (sorted(here), sorted(others)[:50])]
    return any(
        one is not None and other is not None
        and abs(one[0] - other[0]) < _SHEET and abs(one[1] - other[1]) < _SHEET
        for one in read[0] for other in read[1]
    )  # fmt: skip


def _size(stated: str) -> tuple[float, float] | None:
    found = _SIZE.match(stated)
    return None if found is None else (float(found[1]), float(found[2]))


# whether the text runs through


def _run(facts: Facts, first: int, last: int, total: int) -> str:
    """What shows that these pages belong to the same run as the rest; ``""`` when nothing does."""
    texts = {o.where.page: str(o.value) for o in facts.all("pdf.page.text") if o.where.page}
    here = [n for n in range(first + 1, last + 2) if n in texts]
    others = [n for n in range(1, total + 1) if n in texts and not first < n <= last + 1]
    if len(here) <= last - first or not others:
        return ""
    lines = {n: _ends(texts[n]) for n in (*here, *others)}
    if all(_of(lines[n], total) == n for n in others):
        return f"the other pages are numbered as those of {total}"
    places = {n: _numbered(lines[n], n) for n in (*here, *others)}
    for place in sorted(frozenset.intersection(*(places[n] for n in here))):
        follow = sum(place in places[n] for n in others)
        if follow >= 2 and 2 * follow > len(others):
            return f"pages are numbered on with {here[0] + place[2]}"
    if first == 0:  # a cover repeats the title, which is the head of the pages
        counted = Counter(place for n in others for place in places[n] if place[2] == 0)
        most = max(counted.values(), default=0)
        return "the pages after it count it" if most >= 2 and 2 * most > len(others) else ""
    heads = set.intersection(*({line for line in lines[n] if len(line) >= _HEAD} for n in here))
    for head in sorted(heads):
        if 3 * sum(head in lines[n] for n in others) >= 2 * len(others) and len(others) >= 2:
            return f"it has the same head or foot: {head[:60]}"
    return ""


def _ends(text: str) -> list[str]:
    lines = [" ".join(line.split()) for line in text[:200_000].splitlines()]
    kept = [line for line in lines if line]
    return kept[:_ENDS] + kept[max(len(kept) - _ENDS, _ENDS) :]


def _numbered(lines: list[str], page: int) -> frozenset[tuple[str, str, int]]:
    """Numbers in lines: what stands before and behind, digits as #, and how far each is from the page.

    Numbers with leading zeros or five digits are those of a stamp that counts the pages of a file.
    """
    return frozenset(
        (_DIGITS.sub("#", line[: found.start()]), _DIGITS.sub("#", line[found.end() :]), int(found[0]) - page)
        for line in lines
        if len(line) <= _SHORT
        for found in _COUNTED.finditer(line)
    )


def _of(lines: list[str], total: int) -> int | None:
    """The k of a "k of n" whose n is the number of pages."""
    for line in lines:
        found = _NUMBER.match(line) if len(line) < 40 else None
        if found and found["of"] and int(found["of"]) == total:
            return int(found["at"])
    return None
