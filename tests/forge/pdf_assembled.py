"""PDF recipes: pages of two programs in one file."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from tests.forge._pdfdrawn import as_html, set_by_chromium, set_by_reportlab, set_by_writer, sizes, words
from tests.forge._pdfpages import AMOUNT, NUMBER, other_amount
from tests.forge._pdfwriters import declared, pike, saved
from tests.forge.recipe import Forged, Truth, altered
from tests.forge.tools import DoesNotApply


def _swapped(
    data: bytes, seed: int, program: str, make: Callable[[list[str], tuple[float, float]], bytes]
) -> Forged:
    """One page set anew with another figure by ``program``, and put in the place of the old one by pikepdf."""
    import pikepdf

    pages = words(data)
    sized = sizes(data)
    if len(sized) < 2 or len(sized) > 200:
        raise DoesNotApply("one page, or very many")
    if program.lower() in declared(data).lower():
        raise DoesNotApply(f"made by {program} already")
    found = [
        (number, line, match[0])
        for number, lines in enumerate(pages)
        for line, text in enumerate(lines)
        for match in (*AMOUNT.finditer(text), *NUMBER.finditer(text))
    ]
    if not found:
        raise DoesNotApply("no figure on the first pages")
    page, line, old = random.Random(seed).choice(found)
    new = other_amount(old, seed)
    lines = list(pages[page])
    lines[line] = lines[line].replace(old, new, 1)
    with pike(data) as pdf, pikepdf.open(io.BytesIO(make(lines, sized[page]))) as other:
        if len(pdf.pages) != len(sized):
            raise DoesNotApply("two readers count other pages")
        pdf.pages[page] = other.pages[0]
        return Forged(saved(pdf), Truth(page=page + 1, after=new))


@altered(
    "pdf", question="content", expects=("LV-PDF-050",), needs=("pikepdf", "reportlab"), trace="structure"
)
def swap_page(data: bytes, *, seed: int = 0) -> Forged:
    """Type a page anew with another figure, by ReportLab, and put it in the place of the old one; written anew.

    The oldest forgery of contracts.  An examiner finds one page whose fonts, resource names, operators and
    objects are those of another program than the pages round it.
    """
    return swapped_page(data, seed)


def swapped_page(data: bytes, seed: int) -> Forged:
    """One page set anew by ReportLab with another figure, in the place of the old one."""
    return _swapped(data, seed, "ReportLab", lambda lines, size: set_by_reportlab([lines], size))


@altered(
    "pdf", question="content", expects=("LV-PDF-050",), needs=("pikepdf", "reportlab"), trace="structure"
)
def swap_page_in_embedded_face(data: bytes, *, seed: int = 0) -> Forged:
    """The same with the page set in an embedded face, which looks more like the others.

    An examiner finds what the simpler recipe leaves: another program's page.
    """
    return _swapped(
        data, seed, "ReportLab",
        lambda lines, size: set_by_reportlab([lines], size, font="LiberationSerif", file=face("LiberationSerif")),
    )  # fmt: skip


def face(name: str) -> str:
    """Where an open font of this machine lies. Raises ``DoesNotApply``."""
    from pathlib import Path

    for folder in ("liberation", "liberation2", "dejavu", "crosextra"):
        for style in ("-Regular", ""):
            path = Path("/usr/share/fonts/truetype") / folder / f"{name}{style}.ttf"
            if path.is_file():
                return str(path)
    raise DoesNotApply(f"the font {name} is not here")


@altered("pdf", question="content", expects=("LV-PDF-050",), needs=("pikepdf", "soffice"), trace="structure")
def swap_page_by_office(data: bytes, *, seed: int = 0) -> Forged:
    """A page typed anew in LibreOffice in the place of the old one.

    An examiner finds one page by another program, with font tags counted from BAAAAA.
    """
    return _swapped(data, seed, "LibreOffice", lambda lines, size: set_by_writer(as_html([lines], size, "")))


@altered("pdf", question="content", expects=("LV-PDF-050",), needs=("pikepdf", "chromium"), trace="structure")
def swap_page_by_browser(data: bytes, *, seed: int = 0) -> Forged:
    """A page typed anew in HTML and printed by Chromium in the place of the old one.

    An examiner finds one page by another program.
    """
    return _swapped(data, seed, "Skia", lambda lines, size: set_by_chromium(as_html([lines], size, "")))


@altered(
    "pdf", question="content", expects=("LV-PDF-050",), needs=("pikepdf", "reportlab"), trace="structure"
)
def insert_page(data: bytes, *, seed: int = 0) -> Forged:
    """Put a page that was not there between two others: an added clause, set by ReportLab; written anew.

    An examiner finds one page by another program inside the file, not at its end.
    """
    import pikepdf

    sized = sizes(data)
    if not 2 <= len(sized) <= 200:
        raise DoesNotApply("one page, or very many")
    if "reportlab" in declared(data).lower():
        raise DoesNotApply("made by ReportLab already")
    draw = random.Random(seed)
    at = draw.randrange(1, len(sized))
    clause = f"12.{draw.randrange(2, 9)} The agent receives {draw.randrange(3, 30)} per cent of all payments."
    made = set_by_reportlab(
        [["Schedule", "", clause, "This clause prevails over all others."]], sized[at - 1]
    )
    with pike(data) as pdf, pikepdf.open(io.BytesIO(made)) as other:
        pdf.pages.insert(at, other.pages[0])
        return Forged(saved(pdf), Truth(page=at + 1, before="", after=clause))
