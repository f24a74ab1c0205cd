"""What is read of the order in which pages are painted."""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, flag, number, token

VOCABULARY: dict[str, Declared] = {
    "pdf.covered.text": content(
        "text that is painted and then hidden by what is painted on it", repeats=True
    ),
    "pdf.covered.by": token("what hides it: path, line, image, shading, annotation KIND", repeats=True),
    "pdf.covered.look": token(
        "how that shows: as-ground, dark, plain or picture, and its colour where it has one", repeats=True
    ),
    "pdf.covered.over": content("text painted on top in its place, empty if none", repeats=True),
    "pdf.covered.line": content("all text of the objects that the hidden text is part of", repeats=True),
    "pdf.unseen.text": content(
        "text that nobody can see and that is no layer of recognised text", repeats=True
    ),
    "pdf.unseen.how": token("why: unpainted, clear, tiny, off-page, clipped or as-ground", repeats=True),
    "pdf.unseen.last": flag("no visible text is painted after it", repeats=True),
    "pdf.unseen.over": content("visible text that stands in its place, empty if none", repeats=True),
    "pdf.layer.recognised": count(
        "characters laid unpainted on a picture of the page, as character recognition does", repeats=True
    ),
    "pdf.layer.live": content("visible text set on a page that is a picture", repeats=True),
    "pdf.layer.paper": token(
        "the picture under that text: scan (light and uneven), blank (one light colour) or picture",
        repeats=True,
    ),
    "pdf.layer.ink": number(
        "dark or coloured part of a page that is a picture, its text left out", "%", repeats=True
    ),
    "pdf.layer.raster": token("coding, size and density of the picture that is the page", repeats=True),
    "pdf.layer.patch": token("a small picture on the picture that is the page, and that one", repeats=True),
}
