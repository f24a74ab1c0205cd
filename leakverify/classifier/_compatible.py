"""Programs that share a way of writing, and programs that honestly write through each other.

A claim is held against the hand that the structure shows.  Two names that stand for one way of writing are
one family here; and where one program hands its pages to another, the claim of the first is no
contradiction of the hand of the second.
"""

from __future__ import annotations

from leakverify.features import UNLISTED, takes_over_pages

#: names that mean one way of writing: descendants of one program, or products on one library
_LINEAGE = {
    "OpenOffice": "LibreOffice",
    "Acrobat": "Adobe",
    "Acrobat Distiller": "Adobe",
    "Acrobat PDFWriter": "Adobe",
    "Adobe InDesign": "Adobe",
    "Adobe LiveCycle": "Adobe",
    "Adobe PDF Library": "Adobe",
    "Microsoft Office for Mac": "Microsoft Office",
    "Microsoft Office Online": "Microsoft Office",
    "dvipdfm": "XeTeX",
    "JasperReports": "iText",
    "pdftk": "iText",
    "PDFill": "iText",
    "LuaTeX": "pdfTeX",
    "FPDF": "TCPDF",
    "mPDF": "TCPDF",
    "WPS Office": "Microsoft Office",
}
#: (named, seen): the first keeps its name on what the second wrote
_THROUGH = frozenset(
    [
        # printing on a Mac: Quartz writes what every program there prints, and may keep the name of the
        # program
        ("Microsoft Office", "Quartz"), ("Skia", "Quartz"), ("Adobe", "Quartz"), ("LibreOffice", "Quartz"),
        # a file made by one and opened in Preview or printed again
        ("Quartz", "Skia"),
        # programs that take over whole files of others, save by save, and put their own name there
        ("Adobe", "Microsoft Office"), ("Adobe", "LibreOffice"), ("Adobe", "Quartz"),
        ("Adobe", "Ghostscript"),
        ("Adobe", "pdfTeX"), ("Adobe", "Skia"), ("Adobe", "iText"), ("Adobe", "cairo"), ("Adobe", "PDFium"),
        # the same typesetting, written by another back end
        ("XeTeX", "pdfTeX"),
        # reports that are laid out by a library and name the product
        ("iText", "PDFBox"), ("PDFBox", "iText"),
    ]
)  # fmt: skip
#: programs that rewrite files of others and often leave the name that stood there: their hand contradicts
#: no claim.  Adobe: Acrobat keeps the name when it saves or edits a file of another program, and a page that
#: it edited looks like one it drew; its library is behind many products that name themselves
_REWRITERS = frozenset(
    [
        "pikepdf or qpdf", "pypdf", "pdftk", "mutool", "PDFium", "PDFBox", "pdfcpu", "cpdf", "iText",
        "PDFsharp", "Ghostscript", "libtiff", "Aspose", "pdf-lib", "Adobe",
    ]
)  # fmt: skip
#: programs that put their name on files of others to which they only append
_APPENDERS = frozenset(["Quartz AppendMode"])


def lineage(declared: str) -> str:
    """The family whose way of writing a declared program has; ``""`` for programs that no table lists."""
    return "" if declared.startswith(UNLISTED) else _LINEAGE.get(declared, declared)


def rewrites(family: str) -> bool:
    """Whether a program also writes whole files of others anew, so that its hand on the bytes tells no more.

    >>> rewrites("pikepdf or qpdf"), rewrites("LibreOffice")
    (True, False)
    """
    return family in _REWRITERS


def adopts(family: str) -> bool:
    """Whether a program puts its name on files whose pages another program drew.

    >>> adopts("pypdf"), adopts("Ghostscript")
    (True, False)
    """
    return family == "Adobe" or takes_over_pages(family)


def compatible(claimed: str, seen: str) -> bool:
    """Whether a document that names one program may honestly be written the way the other writes."""
    return claimed == seen or claimed in _APPENDERS or rewrites(seen) or (claimed, seen) in _THROUGH
