"""How one document of the example leak is made: which program, with which clock.

Run as a script it is the process in which a Python library writes a file, shown the clock of the day.
"""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

import leak_content as say  # noqa: E402
from leak_odf import Typed, text_document  # noqa: E402

from tests.forge import mail, word, zipbytes  # noqa: E402
from tests.forge.tools import drawn, run, soffice  # noqa: E402

PARIS = ZoneInfo("Europe/Paris")
WORD, EXCEL = "MS Word 2007 XML", "Calc MS Excel 2007 XML"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def local(text: str) -> datetime:
    """A Paris time ``2026-09-08 10:22`` (or with seconds), aware."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def clock(moment: datetime) -> str:
    """What libfaketime is told."""
    return moment.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S")


def utc(text: str) -> datetime:
    return local(text).astimezone(UTC)


def typed(title: str, author: str, made: str, *, before: int = 26, cycles: int = 3) -> Typed:
    """Properties of a document saved two minutes before it is converted at ``made``."""
    at = local(made).replace(tzinfo=None)
    return Typed(
        title=title,
        author=author,
        created=at - timedelta(minutes=before),
        saved=at - timedelta(minutes=2),
        cycles=cycles,
        minutes=max(1, before - 7),
    )


def written(blocks: list[word.Block], properties: Typed, made: str, *, archival: bool = False) -> bytes:
    """A PDF exported by LibreOffice at that time; ``archival`` is PDF/A-2, which carries XMP."""
    how = "writer_pdf_Export"
    if archival:
        how += ':{"SelectPdfVersion":{"type":"long","value":"2"}}'
    return soffice(
        text_document(blocks, properties), suffix=".fodt", to="pdf", how=how, at=clock(local(made))
    )


def printed(html: str, made: str) -> bytes:
    """A PDF printed by Chromium, as a billing program on the web does."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "facture.html"
        page.write_text(html, encoding="utf-8")
        run(
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer", f"--print-to-pdf={folder}/facture.pdf", page.as_uri(), at=clock(local(made)),
        )  # fmt: skip
        return (Path(folder) / "facture.pdf").read_bytes()


def scanned(document: bytes, made: str) -> bytes:
    """The page printed, laid crooked on a scanner, and sent by it: a picture with noise in a PDF."""
    import numpy as np
    from PIL import Image, ImageFilter

    raw = run("pdftoppm", "-r", "120", "-gray", "-singlefile", "-png", "-", stdin=document)
    with Image.open(io.BytesIO(raw)) as page:
        paper = page.convert("L").rotate(0.7, fillcolor=247, resample=Image.Resampling.BICUBIC)
    paper = paper.filter(ImageFilter.GaussianBlur(0.6))
    grid = np.asarray(paper, dtype=np.float32) * 0.93 + np.random.default_rng(12).normal(
        6, 5, paper.size[::-1]
    )
    shot = Image.fromarray(np.clip(grid, 0, 255).astype(np.uint8))
    moment = local(made).timetuple()
    buffer = io.BytesIO()
    shot.save(
        buffer, "PDF", resolution=120, quality=38, title="Numérisation", creationDate=moment, modDate=moment
    )
    return buffer.getvalue()


def by_script(kind: str, made: str) -> bytes:
    """A file written by a Python library in a process of its own that is shown the clock of the day."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out"
        run(sys.executable, str(Path(__file__).resolve()), kind, str(target), at=clock(local(made)))
        return target.read_bytes()


def write_by_library(kind: str, target: Path) -> None:
    """What runs in that process."""
    if kind == "xlsxwriter":
        import xlsxwriter

        book = xlsxwriter.Workbook(str(target))
        sheet = book.add_worksheet("Mouvements")
        for row, line in enumerate((("Date", "Libellé", "Montant"), *say.BANK)):
            sheet.write_row(row, 0, line)
        sheet.write_formula(
            len(say.BANK) + 1, 2, f"=SUM(C2:C{len(say.BANK) + 1})", None, sum(b[2] for b in say.BANK)
        )
        book.close()
    elif kind == "openpyxl":
        import openpyxl

        book = openpyxl.Workbook()
        book.properties.creator = "Antoine Lemoine"
        sheet = book.active
        sheet.title = "Frais"
        sheet.append(("Date", "Motif", "Qui", "Montant"))
        for expense in say.EXPENSES:
            sheet.append(expense)
        sheet.append(("", "", "Total", f"=SUM(D2:D{len(say.EXPENSES) + 1})"))
        with target.open("wb") as stream:
            book.save(stream)
        # openpyxl packs its sheets from temporary files, whose times come from the disk and not from the clock
        now = zipbytes.dos(datetime.now())
        entries = zipbytes.read(target.read_bytes())
        target.write_bytes(zipbytes.write(replace(entry, stamp=now) for entry in entries))
    else:
        import docx

        letter = docx.Document()
        letter.add_heading("Renouvellement de cotisation", 1)
        for paragraph in say.LETTER:
            letter.add_paragraph(paragraph)
        with target.open("wb") as stream:
            letter.save(stream)


def word_like(
    blocks: list[word.Block], title: str, author: str, created: str, saved: str, **more: object
) -> bytes:
    """A package laid out as Word 365 lays it out; times are given in Paris time and stated in UTC, as Word does."""
    properties = word.Properties(
        title=title, author=author, created=utc(created), modified=utc(saved), company=str(more.get("company", "")),
        last_by=str(more.get("last_by", "")), minutes=int(str(more.get("minutes", 37))),
        revision=int(str(more.get("revision", 4))),
    )  # fmt: skip
    return word.docx(blocks, properties, seed=title)


def logo() -> bytes:
    """A small PNG: a horizon line over a sun."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (220, 90), (28, 47, 74))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((80, 24, 140, 84), fill=(233, 220, 195))
    pen.rectangle((0, 58, 220, 90), fill=(28, 47, 74))
    pen.line((12, 58, 208, 58), fill=(233, 220, 195), width=3)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def hop(of: tuple[str, str], by: str, when: datetime, recipient: str = "", how: str = "ESMTPS") -> mail.Hop:
    return mail.Hop(of=of, by=by, when=when, recipient=recipient, how=how)


SERVERS = {
    "horizon-commun.example": ("smtp.horizon-commun.example", "192.0.2.10"),
    "imprimerie-delorme.example": ("smtp.imprimerie-delorme.example", "198.51.100.14"),
    "lumen-evenements.example": ("smtp.lumen-evenements.example", "198.51.100.77"),
    "cormoran-web.example": ("smtp.cormoran-web.example", "203.0.113.9"),
    "cabinet-roussel.example": ("smtp.cabinet-roussel.example", "203.0.113.55"),
}


def delivered(message: bytes, sender: str, recipient: str, first: datetime, *, seconds: int = 5) -> bytes:
    """Through the sender's server to the association's gate and its store; the gate keeps its clock in UTC."""
    server = SERVERS[sender.partition("@")[2]]
    seed = f"{sender}{first.isoformat()}"
    client = (
        f"poste-{drawn(seed, 10, 40)}",
        f"192.0.2.{drawn(seed, 100, 200)}",
    )
    gate = "mx1.horizon-commun.example"
    hops = [
        hop(client, server[0], first, how="ESMTPSA"),
        hop(server, gate, (first + timedelta(seconds=seconds // 2)).astimezone(UTC), recipient),
        hop(
            (gate, "192.0.2.25"), "mail.horizon-commun.example", first + timedelta(seconds=seconds), recipient
        ),
    ]
    return mail.deliver(message, hops, sender=sender, recipient=recipient, seed=seed)


def message(
    sender: tuple[str, str],
    to: tuple[str, str],
    subject: str,
    date: str,
    text: str,
    role: str,
    *,
    sent: str = "",
    abroad: bool = False,
    identity: str = "",
    **more: Any,
) -> bytes:
    """A mail written at ``date`` (Paris) and taken in by the first server three seconds later, or at ``sent``.

    ``abroad``: the sender's telephone states UTC.  ``more`` goes to :func:`tests.forge.mail.compose`.
    """
    at = local(date)
    first = local(sent) if sent else at + timedelta(seconds=3)
    seed = f"{date}{subject}"
    number = drawn(seed, 1000, 9999)
    whole = mail.compose(
        sender=sender,
        to=[to],
        subject=subject,
        date=at.astimezone(UTC) if abroad else at,
        text=text + say.signature(sender, role),
        identity=identity or f"{at:%Y%m%d%H%M%S}.{number}@{sender[1].partition('@')[2]}",
        seed=seed,
        **more,
    )
    # the box is the association's: what goes out is there as the copy of a colleague
    reader = next(p for p in (to, *more.get("cc", ())) if p[1].endswith("horizon-commun.example"))
    return delivered(whole, sender[1], reader[1], first)


if __name__ == "__main__":
    write_by_library(sys.argv[1], Path(sys.argv[2]))
