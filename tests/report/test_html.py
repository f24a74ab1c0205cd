"""The page: self-contained, inert, readable, and written without holding an archive in memory."""

from __future__ import annotations

import base64
import hashlib
import re
import stat
import tracemalloc
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given

from leakverify.errors import UsageError
from leakverify.evidence import Report
from leakverify.report import html
from tests.report import samples
from tests.report.strategies import harm, texts

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"[\s\xa0]+", " ", "".join(self.text))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def scan_page(tmp_path: Path, reports: Iterator[Report], **options: object) -> str:
    path = tmp_path / "scan.html"
    html.write_reports(reports, path, **options)  # type: ignore[arg-type]
    return path.read_text("utf-8")


def pages(tmp_path: Path) -> list[str]:
    return [
        *(html.report_page(report(), lang=lang) for report in _REPORTS for lang in ("en", "fr")),
        scan_page(tmp_path, samples.scan(), name="leak", complete=False),
        scan_page(
            tmp_path, iter([samples.hostile(), samples.contradicted()]), lang="fr", name=samples.HOSTILE
        ),
    ]


_REPORTS: tuple[Callable[[], Report], ...] = (
    samples.contradicted, samples.review, samples.unexamined, samples.unremarkable, samples.hostile,
)  # fmt: skip


@given(texts)
def test_nothing_a_document_says_becomes_markup_or_acts(text: str) -> None:
    page = html.report_page(samples.hostile(text))
    tame = html.report_page(samples.hostile(re.sub("[<>&\"']", "x", text)))
    assert page.count("<") == tame.count("<")
    assert not harm(page)
    assert [tag for tag, _ in Page(page).tags] == [tag for tag, _ in Page(tame).tags]


def test_every_hostile_string_is_shown_and_inert(tmp_path: Path) -> None:
    for page in (
        html.report_page(samples.hostile()),
        scan_page(tmp_path, iter([samples.hostile()]), name=samples.HOSTILE),
    ):
        assert not harm(page)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;⟦U+202E⟧" in page
        assert "{{7*7}}" in page  # a template in a document stays text


def test_no_script_no_fetch_no_inline_style(tmp_path: Path) -> None:
    for source in pages(tmp_path):
        page = Page(source)
        allowed = {"html", "head", "meta", "title", "style", "body", "a", "div", "span", "b", "main", "footer", "p",
                   "dl", "dt", "dd", "ol", "ul", "li", "br", "wbr", "table", "caption", "thead", "tbody", "tr", "th", "td",
                   "code", "bdi", "section", "article", "header", "figure", "figcaption", "blockquote", "del", "ins",
                   "details", "summary", "strong", *_HEADINGS}  # fmt: skip
        assert {tag for tag, _ in page.tags} <= allowed
        for tag, attributes in page.tags:
            assert not {
                name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")
            }
            assert (attributes.get("href") or "#").startswith("#"), tag
        style = re.search(r"<style>(.*?)</style>", source, re.S)
        assert style is not None
        assert not re.search(r"url\(|@import|expression|image-set|src\(", style.group(1))


def test_the_policy_allows_the_style_sheet_by_digest_and_nothing_else() -> None:
    source = html.report_page(samples.contradicted())
    style = re.search(r"<style>(.*?)</style>", source, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    (policy,) = (
        m["content"] for m in Page(source).all("meta") if m.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert source.index("Content-Security-Policy") < source.index("<style>")


def test_structure_for_those_who_cannot_see_the_page(tmp_path: Path) -> None:
    for source in pages(tmp_path):
        page = Page(source)
        assert page.open == []
        assert page.all("html")[0]["lang"] in ("en", "fr")
        levels = [int(tag[1]) for tag, _ in page.tags if tag in _HEADINGS]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(later - earlier <= 1 or later == 5 for earlier, later in pairwise(levels))
        assert all("scope" in attributes for attributes in page.all("th"))
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        for link in page.all("a"):
            assert (link["href"] or "")[1:] in ids
        for attributes in (a for tag, a in page.tags if a.get("class") == "mark" and tag == "span"):
            assert attributes["aria-hidden"] == "true"


def test_what_is_first_and_what_it_says() -> None:
    page = Page(html.report_page(samples.contradicted())).words
    order = [
        "Evidence for a human", "boîte d’envoi.mbox", "Contradicted", "What was examined", "What could not be examined",
        "What needs a look, and why", "Harmless ways", "How rare it is", "How to obtain this report again",
        "Evidence for a human to weigh, not a verdict. No decision against anyone should rest on it alone",
    ]  # fmt: skip
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    for part in ("EUR 1,200.00 within thirty days.", "EUR 91,200.00 within ten days.", "qpdf --show-xref FILE",
                 "never instructions to whoever or whatever reads this", "obj 12 0, revision 1"):  # fmt: skip
        assert part in page


def test_both_texts_are_cut_where_they_differ() -> None:
    source = html.report_page(samples.contradicted())
    assert "<del>thirty</del>" in source
    assert "<ins>ten</ins>" in source


def test_french_page() -> None:
    page = Page(html.report_page(samples.contradicted(), lang="fr"))
    assert page.all("html")[0]["lang"] == "fr"
    for part in (
        "Contredit",
        "Ce qui n’a pas pu être examiné",
        "Comment cela arrive sans malice",
        "231\u202f907 octets",
    ):
        assert part.replace("\u202f", " ") in page.words
    assert "Harmless" not in page.words


def test_a_scan_page_ranks_counts_and_lists(tmp_path: Path) -> None:
    source = scan_page(tmp_path, samples.scan(1_100), name="fuite", complete=True)
    page = Page(source)
    assert "1,104 documents" in page.words
    assert "OOXML 1,102" in page.words
    assert page.words.count("agenda") == 1_100
    assert "Unremarkable, 1 to 500" in page.words
    assert "Unremarkable, 1,001 to 1,100" in page.words
    assert "Not examined, 1 to 1" in page.words
    assert [a["id"] for a in page.all("article") if a.get("class") == "document"] == ["d1", "d2", "d3"]
    assert page.words.index("What could not be examined") < page.words.index("comptes 2015.pst")
    assert page.words.index("comptes 2015.pst") < page.words.index("What needs a look")
    assert "not complete" not in page.words


def test_an_interrupted_scan_says_so_first(tmp_path: Path) -> None:
    page = Page(scan_page(tmp_path, samples.scan(), name="fuite", complete=False)).words
    assert page.index("The scan is not complete") < page.index("What was examined")


def test_what_a_scan_page_leaves_out_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LISTED", 5)
    page = Page(scan_page(tmp_path, samples.scan(20), name="fuite", sections=1)).words
    assert "2 further documents of the ranked list have no section" in page
    assert "16 further documents are not listed on this page" in page


def test_an_empty_scan_is_a_page(tmp_path: Path) -> None:
    page = Page(scan_page(tmp_path, iter(()), name="rien")).words
    assert "0 documents" in page
    assert "No document shows anything that needs a look." in page


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    def peak(quiet: int) -> int:
        tracemalloc.start()
        html.write_reports(samples.scan(quiet), tmp_path / "big.html", name="x")
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(10)
    assert peak(3_000) < peak(600) + 400_000


def test_a_page_is_whole_or_not_there_and_private(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    html.write_report(samples.review(), path)
    before = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def breaking() -> Iterator[Report]:
        yield samples.review()
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        html.write_reports(breaking(), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        html.write_report(samples.review(), tmp_path / "no" / "report.html")
    with pytest.raises(UsageError, match="cannot write"):
        html.write_reports(samples.scan(), tmp_path / "no" / "report.html")


def test_the_same_report_gives_the_same_page() -> None:
    assert html.report_page(samples.contradicted()) == html.report_page(samples.contradicted())
