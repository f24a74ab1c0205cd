"""Pages made from nothing: ReportLab drawings, and the words of a document set anew in other programs."""

from __future__ import annotations

import html
import io
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.forge._pdfpages import texts
from tests.forge._pdfspot import opened
from tests.forge.tools import DoesNotApply, ToolFailed, run, soffice

#: pages, lines of a page and characters of a line that a document made anew takes over
PAGES, LINES, LINE = 6, 70, 110

Size = tuple[float, float]


def canvas_page(size: Size, draw: Callable[[Any], None]) -> io.BytesIO:
    """One page drawn by ReportLab, the same bytes each time."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    out.seek(0)
    return out


def words(data: bytes) -> list[list[str]]:
    """Lines of the first pages, in Latin letters. Raises ``DoesNotApply`` when there are hardly any."""
    pages = []
    for text in texts(data)[:PAGES]:
        lines = [" ".join(line.split())[:LINE] for line in text.split("\n")]
        pages.append(
            [line.encode("cp1252", "replace").decode("cp1252") for line in lines if line.strip()][:LINES]
        )
    if sum(len(line) for page in pages for line in page) < 40:
        raise DoesNotApply("hardly any text to set anew")
    return pages


def sizes(data: bytes) -> list[Size]:
    document = opened(data)
    try:
        found = [document[n].get_size() for n in range(len(document))]
    finally:
        document.close()
    return [(max(width, 100.0), max(height, 100.0)) for width, height in found]


def set_by_reportlab(
    pages: Sequence[Sequence[str]],
    size: Size,
    *,
    font: str = "Helvetica",
    file: str = "",
    info: Mapping[str, str] | None = None,
) -> bytes:
    """The lines set by ReportLab. ``font`` is a base font, or the name for the TrueType ``file``.

    ``info`` may name ``producer``, ``creator``, ``title`` and ``author``.
    """
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if file:
        pdfmetrics.registerFont(TTFont(font, file))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    for key, value in (info or {}).items():
        getattr(canvas, f"set{key.capitalize()}")(value)
    step = min(14.0, (size[1] - 80) / max(LINES / 1.6, max(len(page) for page in pages)))
    for page in pages:
        canvas.setFont(font, step * 0.78)
        for number, line in enumerate(page):
            canvas.drawString(50, size[1] - 50 - step * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def as_html(pages: Sequence[Sequence[str]], size: Size, title: str) -> str:
    body = "".join(
        "<div>" + "".join(f"<p>{html.escape(line)}</p>" for line in page) + "</div>" for page in pages
    )
    return (
        f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title><style>"
        f"@page{{size:{size[0]:.0f}pt {size[1]:.0f}pt;margin:40pt}}body{{font:10pt 'Liberation Sans'}}"
        f"p{{margin:0 0 2pt}}div{{break-after:page}}</style>{body}"
    )


def set_by_chromium(page: str) -> bytes:
    """Print HTML to PDF with Chromium, which writes the machine's clock into it. Raises ``ToolFailed``."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, "utf-8")
        os.chmod(source, 0o644)
        run(
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri(), cwd=Path(folder),
        )  # fmt: skip
        if not target.is_file():
            raise ToolFailed("chromium left no file")
        return target.read_bytes()


def set_by_writer(page: str) -> bytes:
    """HTML through LibreOffice Writer to PDF."""
    return soffice(page.encode(), suffix=".html", to="pdf", how="writer_web_pdf_Export")
