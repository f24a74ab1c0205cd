"""Who drew the pages of a PDF: rows of ``pdf_page_writers`` against what the pages show."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from leakverify.checks._base import Facts
from leakverify.evidence import Observation
from leakverify.knowledge import Row, table

_WRAPPED = re.compile(r"^\|?(?:q ?\|+)+")
_PAGE = "pdf.style.page."
_STATED = {name: f"{_PAGE}{name}" for name in ("opening", "operators", "resources", "coding")}
#: observations a row can speak of
SHOWN = (
    *_STATED.values(),
    f"{_PAGE}cmap",
    f"{_PAGE}part_opening",
    f"{_PAGE}form_opening",
    f"{_PAGE}form_operators",
)

_MARKS = {
    "comment": "pdf.header.comment",
    "ending": "pdf.line_ending",
    "object": "pdf.style.container.object",
    "trailer": "pdf.style.container.trailer",
    "order": "pdf.style.container.order",
}
#: observations that tell who wrote the bytes last
LAST_WRITER = tuple(_MARKS.values())


@dataclass(slots=True)
class Drawn:
    """One look at a page: what holds from it until something changes."""

    page: int
    stated: dict[str, Observation] = field(default_factory=dict)


def looks(facts: Facts) -> Iterator[Drawn]:
    """Every state of the pages' habits, in page order."""
    now = Drawn(0)
    names = {observed: column for column, observed in _STATED.items()}
    for observation in facts.extraction.observations:
        column = names.get(observation.name)
        if column is None:
            continue
        page = observation.where.page or 0
        if page != now.page:
            if now.stated:
                yield now
            now = Drawn(page, dict(now.stated))
        now.stated[column] = observation
    if now.stated:
        yield now


def tells(facts: Facts) -> dict[str, tuple[Observation, ...]]:
    """Programs of which a page shows what no other draws, with what shows it on the first such page.

    Forms are left out: a form may be a picture of another program's page.
    """
    found: dict[str, tuple[Observation, ...]] = {}
    for drawn in looks(facts):
        for family, shown in _rows("tell", drawn.stated).items():
            found.setdefault(family, shown)
    return found


def told_pages(facts: Facts) -> set[int]:
    """Pages that show what one program alone draws."""
    return {drawn.page for drawn in looks(facts) if _rows("tell", drawn.stated)}


def owns(facts: Facts, family: str) -> tuple[Observation, ...]:
    """What shows a habit of that program on a page that no other program is told by, in a form or a font."""
    for drawn in looks(facts):
        shown = _rows("own", drawn.stated).get(family)
        if shown and not _rows("tell", drawn.stated).keys() - {family}:
            return shown
    for row in table("pdf_page_writers"):
        if row["role"] == "own" and row["family"] == family and (shown := _elsewhere(row, facts)):
            return shown
    return ()


def habits(facts: Facts) -> set[str]:
    """Every program of which a page, a form or a font shows a habit, whoever else is told by that page."""
    found = {family for drawn in looks(facts) for family in _rows("own", drawn.stated)}
    for row in table("pdf_page_writers"):
        if row["role"] == "own" and row["family"] not in found and _elsewhere(row, facts):
            found.add(row["family"])
    return found


def mapped(facts: Facts) -> set[str]:
    """Programs whose layout a font's map to characters has; editing a page leaves the maps of its fonts."""
    return {
        row["family"]
        for row in table("pdf_page_writers")
        if row["role"] == "own" and row["cmap"] and _any(facts, "cmap", row["cmap"])
    }


def edited(facts: Facts) -> tuple[Observation, ...]:
    """What shows that Acrobat wrote a page, which it does when a page of another program is edited."""
    for drawn in looks(facts):
        for shown in _rows("edit", drawn.stated).values():
            return shown
    return ()


def _rows(role: str, stated: dict[str, Observation]) -> dict[str, tuple[Observation, ...]]:
    """By program, what fits the first row of that role."""
    found: dict[str, tuple[Observation, ...]] = {}
    for row in table("pdf_page_writers"):
        if row["role"] == role and row["family"] not in found and (shown := _fits(row, stated)):
            found[row["family"]] = shown
    return found


def _fits(row: Row, stated: dict[str, Observation]) -> tuple[Observation, ...]:
    shown = []
    for column in _STATED:
        if not row[column]:
            continue
        observation = stated.get(column)
        if observation is None or not _matches(row[column], str(observation.value)):
            return ()
        shown.append(observation)
    return tuple(shown)


def _matches(wanted: str, said: str) -> bool:
    """Stampers set an empty save before the page they add to: it counts with and without."""
    found = pattern(wanted).search(said)
    return bool(found or pattern(wanted).search(_WRAPPED.sub("", said)))


def _elsewhere(row: Row, facts: Facts) -> tuple[Observation, ...]:
    """A row that fits the map of a font, or a form that a page wraps."""
    if row["cmap"]:
        return _any(facts, "cmap", row["cmap"])
    if row["opening"] and not row["operators"] and not row["resources"]:
        return _any(facts, "form_opening", row["opening"]) or _any(facts, "part_opening", row["opening"])
    if row["operators"] and not row["opening"] and not row["resources"]:
        return _any(facts, "form_operators", row["operators"])
    return ()


def _any(facts: Facts, name: str, wanted: str) -> tuple[Observation, ...]:
    for observation in facts.all(f"{_PAGE}{name}"):
        if _matches(wanted, str(observation.value)):
            return (observation,)
    return ()


@functools.cache
def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """A compiled pattern of a table."""
    return re.compile(text, flags)


def claimed(producer: str) -> Row | None:
    """The one known program that a Producer names; ``None`` for others and for several."""
    found = [row for row in table("pdf_producers") if pattern(row["claims"], re.IGNORECASE).search(producer)]
    return found[0] if len(found) == 1 else None


def drawn_by(producer: str, creator: str) -> Row | None:
    """The program that must have drawn the pages if Producer and Creator are right; ``None`` when none must.

    A program that modified the file later says so behind the first name and draws no page.
    """
    row = claimed(producer.partition("; modified")[0])
    if row is None or row["pages"] == "others":
        return None
    if row["pages"] == "own" or pattern(row["pages"], re.IGNORECASE).search(f"{producer} {creator}"):
        return row
    return None


def last_writer(facts: Facts) -> tuple[Row, tuple[Observation, ...]] | None:
    """The row of ``pdf_container_writers`` whose marks the bytes bear, and what bears them."""
    for row in table("pdf_container_writers"):
        found = []
        for column, name in _MARKS.items():
            if not row[column]:
                continue
            stated = facts.first(name)
            if stated is None or not pattern(row[column]).match(str(stated.value)):
                break
            found.append(stated)
        else:
            return row, tuple(found)
    return None


def rewritten(facts: Facts) -> tuple[Observation, ...]:
    """What shows that a program other than the declared one wrote the bytes last; empty if nothing does."""
    written = last_writer(facts)
    if written is None or pattern(written[0]["claims"], re.IGNORECASE).search(
        facts.text("pdf.info.producer")
    ):
        return ()
    return written[1]


# pages of one document beside each other

#: pages that are compared
_COMPARED = 200


def through(facts: Facts, name: str, total: int) -> dict[int, Observation]:
    """For each page the last fact of that name told at or before it."""
    told = {o.where.page or 1: o for o in facts.all(name)}
    found: dict[int, Observation] = {}
    for page in range(1, min(total, _COMPARED) + 1):
        known = told.get(page) or found.get(page - 1)
        if known is not None:
            found[page] = known
    return found


def shares_fonts(facts: Facts, page: int, total: int) -> Observation | None:
    """What tells that another page shares fonts with this one: both were written in one go."""
    groups = through(facts, "pdf.assembly.group", total)
    own = groups.pop(page, None)
    if own is None or own.value == "-":
        return None
    return next((o for o in groups.values() if o.value == own.value), None)


def brought(facts: Facts, page: int, total: int) -> Observation | None:
    """What tells that the page draws something that may have been added to it as a whole, as stamps are.

    What every page draws came with the document.
    """
    black = through(facts, "pdf.packed.blackened", total).get(page)
    if black is not None and black.value is True:
        return black  # as those leave who redact
    told = through(facts, "pdf.packed.brought", total)
    found = told.pop(page, None)
    if found is None or found.value is not True:
        return None
    everywhere = (
        total > 2 and len(told) == min(total, _COMPARED) - 1 and all(o.value is True for o in told.values())
    )
    return None if everywhere else found


def drawn_whatever_spelled(facts: Facts, page: int) -> tuple[str, Observation] | None:
    """The program whose first operators a page shows, white space and ends of lines left aside."""
    opening = through(facts, "pdf.style.page.opening", page).get(page)
    if opening is None:
        return None
    flat = str(opening.value).replace("|", " ")
    for row in table("pdf_page_writers"):
        if row["role"] != "tell" or not row["opening"] or row["operators"] or row["resources"]:
            continue
        if pattern(row["opening"].replace("[ |]", " ").replace("\\|", " ")).search(flat):
            return row["family"], opening
    return None
