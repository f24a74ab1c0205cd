"""PDF recipes: a figure exchanged inside the page's own content, and what such edits leave behind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.forge._pdfbytes import Encoding, PageText, Stream, Update
from tests.forge._pdfpages import draw_over, escaped, other_amount, put_content, texts, touch
from tests.forge._pdfspot import Spot, spots
from tests.forge._pdfwriters import pike, pypdf_written, rewritten, rewritten_somehow, saved
from tests.forge.recipe import Forged, altered
from tests.forge.tools import DoesNotApply

_REFUSED = DoesNotApply("no figure that is shown once, glyph by glyph")


def _editable(data: bytes, seed: int) -> Iterator[tuple[Spot, Update, PageText]]:
    """Figures that the page shows once, with the page taken apart. Raises ``DoesNotApply`` at the end."""
    for chosen in spots(data, seed, most=30):
        if chosen.once:
            update = Update(data)
            try:
                shown = PageText(update.reader, chosen.page)
                shown.digits(chosen.text)
            except DoesNotApply:
                continue
            except Exception as error:
                raise DoesNotApply(f"not readable: {error}") from error
            yield chosen, update, shown


def edited(data: bytes, seed: int) -> tuple[bytes, Spot, str]:
    """A figure exchanged in its own string and font, as an incremental update."""
    for chosen, update, shown in _editable(data, seed):
        try:
            new = other_amount(chosen.text, seed, shown.digits(chosen.text))
            put_content(update, chosen.page, shown.replace(chosen.text, new))
        except DoesNotApply:
            continue
        return update.appended(), chosen, new
    raise _REFUSED


def _removed(
    data: bytes, seed: int, *, factor: float = 1.0, shift: float = 0.0, dated: bool = False
) -> tuple[bytes, Spot, str]:
    """A figure taken out of its string, and another one set in its place in a base font, incrementally."""
    for chosen, update, shown in _editable(data, seed):
        new = other_amount(chosen.text, seed)
        try:
            content = shown.cut(chosen.text)
        except DoesNotApply:
            continue
        node = update.reader.pages[chosen.page]
        left, bottom, _, _ = chosen.box
        drawn = f"BT /FxTools {chosen.size * factor:.2f} Tf 0 g {left:.2f} {bottom + shift:.2f} Td ({escaped(new)}) Tj ET"
        _replaced_and_drawn(update, chosen, node, content, drawn)
        if dated:
            touch(update, None)
        return update.appended(), chosen, new
    raise _REFUSED


def cut_out(data: bytes, seed: int) -> bytes:
    """A figure taken out of its string and a black box where it stood: an honest redaction, incrementally."""
    for chosen, update, shown in _editable(data, seed):
        try:
            content = shown.cut(chosen.text)
        except DoesNotApply:
            continue
        left, bottom, right, top = chosen.grown()
        node = update.reader.pages[chosen.page]
        box = f"{left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f}"
        _replaced_and_drawn(update, chosen, node, content, f"q 0 g {box} re f Q")
        return update.appended()
    raise _REFUSED


def _replaced_and_drawn(update: Update, chosen: Spot, node: Any, content: bytes, drawn: str) -> None:
    draw_over(update, chosen.page, drawn, node, font=chosen.alike)
    key = (node.indirect_reference.idnum, node.indirect_reference.generation)
    opened, closed = update.objects[key]["Contents"][0], update.objects[key]["Contents"][-1]
    update.objects[key]["Contents"] = [opened, update.put(Stream({}, content)), closed]


@altered(
    "pdf",
    question="content",
    expects=("LV-PDF-024", "LV-PDF-025", "LV-PDF-026", "LV-PDF-027"),
    needs=("pikepdf",),
    trace="faint",
)
def replace_amount_rewritten_by_pikepdf(data: bytes, *, seed: int = 0) -> Forged:
    """Exchange an amount in its own string and font, and write the file anew by pikepdf.

    The old text is gone.  An examiner finds, at best, a glyph of the old figure in a subset that now has no
    use for it; else nothing but a file that was written anew.
    """
    made, chosen, new = edited(data, seed)
    return Forged(rewritten(made, "pikepdf"), chosen.truth(new, gone=True))


@altered(
    "pdf",
    question="content",
    expects=("LV-PDF-024", "LV-PDF-025", "LV-PDF-026", "LV-PDF-027"),
    needs=("pdftk",),
    trace="faint",
)
def replace_amount_rewritten_by_pdftk(data: bytes, *, seed: int = 0) -> Forged:
    """The same, written anew by pdftk, which leaves its way of writing and no name.

    An examiner finds what the recipe with pikepdf leaves.
    """
    made, chosen, new = edited(data, seed)
    return Forged(rewritten(made, "pdftk"), chosen.truth(new, gone=True))


@altered("pdf", question="content", expects=("LV-PDF-020",), needs=("pikepdf",), trace="structure")
def redact_and_replace(data: bytes, *, seed: int = 0) -> Forged:
    """Take a figure out of the page's text and set another one in its place in a base font; written anew.

    What "edit" does in free online editors.  Nothing is covered.  An examiner finds one figure set in another
    font than its line, by operators of its own at the end of the page.
    """
    made, chosen, new = _removed(data, seed)
    if chosen.alike in chosen.font:
        raise DoesNotApply("the line is set in the base font already")
    return Forged(rewritten_somehow(made, seed, "pikepdf", "qpdf", "pdftk"), chosen.truth(new, gone=True))


@altered("pdf", question="content", expects=("LV-PDF-020",), needs=("pikepdf",), trace="structure")
def redact_and_replace_awry(data: bytes, *, seed: int = 0) -> Forged:
    """The same by a careless hand: a little too large and a little too high.

    An examiner finds font, size and baseline of one figure unlike those of its line.
    """
    draw = random.Random(seed)
    made, chosen, new = _removed(
        data, seed, factor=draw.choice((0.9, 1.08, 1.12)), shift=draw.choice((-0.9, 0.7, 1.2))
    )
    return Forged(rewritten_somehow(made, seed, "pikepdf", "qpdf", "pdftk"), chosen.truth(new, gone=True))


@altered("pdf", question="content", expects=("LV-PDF-002", "LV-PDF-020"))
def redact_and_replace_appended(data: bytes, *, seed: int = 0) -> Forged:
    """Take a figure out, set another one in a base font, and save incrementally.

    An examiner reads the old figure in the earlier revision, and finds the new one in another font than its line.
    """
    made, chosen, new = _removed(data, seed, dated=True)
    return Forged(made, chosen.truth(new))


@altered("pdf", question="content", expects=("LV-PDF-005",), needs=("pypdf",))
def edit_and_leave_old_content(data: bytes, *, seed: int = 0) -> Forged:
    """Exchange an amount with pypdf, which writes the whole file and keeps the old content as an unused object.

    One revision.  An examiner lists the objects nothing refers to and finds the page's former content with
    the old figure in it.
    """
    import pypdf
    from pypdf.generic import NameObject, StreamObject

    for chosen, update, shown in _editable(data, seed):
        try:
            new = other_amount(chosen.text, seed, shown.digits(chosen.text))
            content = shown.replace(chosen.text, new)
        except DoesNotApply:
            continue
        producer = (update.reader.metadata or {}).get("/Producer")
        writer = pypdf.PdfWriter(clone_from=update.reader)
        stream = StreamObject()
        stream.set_data(content)
        writer.pages[chosen.page][NameObject("/Contents")] = writer._add_object(stream.flate_encode())
        if producer:
            writer.add_metadata({"/Producer": str(producer)})
        return Forged(pypdf_written(writer), chosen.truth(new))
    raise _REFUSED


@altered("pdf", question="content", expects=("LV-PDF-022",), needs=("pikepdf",), trace="structure")
def swap_meaning_of_digits(data: bytes, *, seed: int = 0) -> Forged:
    """Let a font's ToUnicode map say another digit than the glyph shows; written anew.

    What is seen is what was; what is copied, searched or read by machines is not.  An examiner compares the
    name or the outline of the glyph with the character it is mapped to.
    """
    import pikepdf

    draw = random.Random(seed)
    for chosen in spots(data, seed):
        with pike(data) as pdf:
            fonts = pdf.pages[chosen.page].get("/Resources", {}).get("/Font", {})
            for font in fonts.values():
                if "/ToUnicode" not in font or not _embedded(font):
                    continue
                known = Encoding({"/Subtype": str(font.Subtype)})
                known.read_map(font.ToUnicode.read_bytes())
                digits = {text: code for code, text in known.to_text.items() if text in tuple("0123456789")}
                shown = sorted(set(chosen.text) & digits.keys())
                if not shown or len(digits) < 2 or chosen.font not in str(font.get("/BaseFont", "")):
                    continue
                one = draw.choice(shown)
                two = draw.choice(sorted(digits.keys() - {one}))
                known.to_text[digits[one]], known.to_text[digits[two]] = two, one
                font.ToUnicode = pdf.make_indirect(pikepdf.Stream(pdf, _map(known)))
                made = saved(pdf)
                shift = {one: two, two: one}
                after = "".join(shift.get(c, c) for c in chosen.text)
                if after in texts(made)[chosen.page]:
                    return Forged(made, chosen.truth(after, gone=True))
    raise DoesNotApply("no embedded font that maps two digits one by one")


def _embedded(font: Any) -> bool:
    held = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    descriptor = held.get("/FontDescriptor", {})
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _map(known: Encoding) -> bytes:
    """A ToUnicode map that lists every code by itself (Adobe Technical Note 5411)."""
    digits = known.width * 2
    rows = [
        f"<{code:0{digits}x}> <{text.encode('utf-16-be').hex()}>"
        for code, text in sorted(known.to_text.items())
    ]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    listed = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Adobe-Identity-UCS def "
        f"/CMapType 2 def\n1 begincodespacerange <{'00' * known.width}> <{'ff' * known.width}> endcodespacerange\n"
        f"{listed}\nendcmap CMapName currentdict /CMap defineresource pop end end\n"
    ).encode()
