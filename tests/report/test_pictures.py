"""Pictures before and after: of the right place, the right document, and inert on the page."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import leakverify as lv
from leakverify import picturing
from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Assessment, Evidence, Family, Location, Observation, Outcome, Question, Report
from leakverify.judge import judge_unit
from leakverify.picturing import Album, Picture, Pictures, Plate
from leakverify.pixels import Place, png
from leakverify.report import html
from tests.builders import pdf
from tests.report import samples
from tests.report.strategies import harm, texts
from tests.report.test_html import Page

BEFORE, AFTER = "The amount due is 1200 euros", "The amount due is 9200 euros"


def changed(page: bytes = b"", media: bytes = b"[0 0 595 842]") -> pdf.Pdf:
    """Two pages; on the second one digit is another after the second save."""
    made = pdf.document("first page", BEFORE, page=page)
    for number in (pdf.FIRST, pdf.FIRST + 2):
        made.objects[number] = made.objects[number].replace(b"[0 0 595 842]", media)
    made = pdf.Pdf(b"%PDF-1.7\n" + pdf.COMMENT, {}, has_info=False).save(made.objects)
    return made.save({made.content(1): pdf.stream(pdf.show(AFTER))})


def report_on(data: bytes, name: str = "facture.pdf") -> Report:
    return judge_unit(examine_bytes(data, name), name)[0]


def drawn(data: bytes) -> Pictures:
    return lv.pictures(report_on(data), data, isolation="none")


def pointing(
    *observations: Observation,
    data: bytes,
    others: tuple[Observation, ...] = (),
    formats: tuple[str, ...] = ("pdf",),
) -> Report:
    """A report on a document with one answer that points at its content."""
    evidence = Evidence(
        check="LV-PDF-099", outcome=Outcome.CONTRADICTS, question=Question.CONTENT, family=Family.CONTENT,
        message="x", text="x", observations=observations,
    )  # fmt: skip
    made = report_on(data)
    document = msgspec.structs.replace(made.document, formats=formats)
    return msgspec.structs.replace(
        made, evidence=(evidence,), observations=(*made.observations, *others), document=document
    )


def inside(place: Place, outer: Place, margin: float = 2.0) -> bool:
    x, y, width, height = place
    left, top, across, down = outer
    return (
        left - margin <= x
        and top - margin <= y
        and x + width <= left + across + margin
        and y + height <= top + down + margin
    )


@pytest.mark.parametrize(
    ("page", "media"),
    [
        (b"", b"[0 0 595 842]"),
        (b"/Rotate 90", b"[0 0 595 842]"),
        (b"/Rotate 180", b"[0 0 595 842]"),
        (b"/Rotate 270", b"[0 0 595 842]"),
        (b"", b"[-50 -80 700 900]"),
        (b"/CropBox[40 500 400 800]", b"[0 0 595 842]"),
        (b"/CropBox[40 500 400 800]/Rotate 90", b"[-50 -80 700 900]"),
        (b"/CropBox[-900 -900 400 9000]/Rotate 270", b"[-50 -80 700 900]"),
    ],
)
def test_what_differs_lies_in_the_outline(page: bytes, media: bytes) -> None:
    """On turned, shifted and cropped pages: the pixels that differ are where the report says."""
    data = changed(page, media).data
    report = report_on(data)
    (pair,) = [o for e in report.evidence for o in e.observations if o.name == "pdf.change.text_after"]
    assert pair.where.box is not None
    found = drawn(data)
    (plate,) = found.plates
    assert (plate.page, plate.revision) == (2, 2)
    assert plate.before is not None
    assert plate.after is not None
    assert plate.differs
    outline = plate.after.place(pair.where.box)
    assert plate.before.place(pair.where.box) == outline
    assert all(inside(place, outline) for place in plate.differs), (plate.differs, outline)
    old, new = (Image.open(io.BytesIO(p.png)).convert("L") for p in (plate.before, plate.after))
    assert (old.width, old.height) == (plate.after.width, plate.after.height)
    really = _difference(old, new)
    assert inside(really, outline)
    assert all(inside(place, really, 0.5) for place in plate.differs)
    (one, other) = plate.closer[pair.where.box]
    assert one is not None
    assert other is not None
    closer = _difference(*(Image.open(io.BytesIO(p.png)).convert("L") for p in (one, other)))
    assert inside(closer, other.place(pair.where.box), 4.0)
    assert closer[2] * closer[3] > really[2] * really[3]  # and it is closer


def _difference(one: Image.Image, other: Image.Image) -> Place:
    from PIL import ImageChops

    left, top, right, bottom = ImageChops.difference(one, other).getbbox() or (0, 0, 0, 0)
    return float(left), float(top), float(right - left), float(bottom - top)


@given(
    st.integers(1, 40),
    st.integers(1, 30),
    st.sampled_from([1, 3]),
    st.integers(0, 4),
    st.randoms(use_true_random=False),
)
def test_a_png_holds_the_pixels(width: int, height: int, channels: int, kind: int, random: object) -> None:
    size = width * height * channels
    pixels = bytes(
        random.randrange(256) if kind == 0 else (at * kind) % 256  # type: ignore[attr-defined]
        for at in range(size)
    )
    coded = png(pixels, width, height, channels)
    image = Image.open(io.BytesIO(coded))
    assert image.format == "PNG"
    assert (image.size, image.mode) == ((width, height), {1: "L", 3: "RGB"}[channels])
    assert image.tobytes() == pixels
    assert png(pixels, width, height, channels) == coded


def test_the_same_document_gives_the_same_pictures() -> None:
    data = changed().data
    assert drawn(data) == drawn(data)
    assert html.report_page(report_on(data), pictures=drawn(data)) == html.report_page(
        report_on(data), pictures=drawn(data)
    )


def test_locked_and_unlocked_agree_and_say_their_level() -> None:
    data = changed().data
    locked = lv.pictures(report_on(data), data)
    plain = drawn(data)
    assert plain.isolation == lv.Isolation(level=0, why="asked for by name")
    assert locked.isolation is not None
    assert locked.isolation.level > 0
    assert msgspec.structs.replace(locked, isolation=plain.isolation) == plain
    page = Page(html.report_page(report_on(data), pictures=plain)).words
    assert "level 0, none: read in the caller’s own process" in page


def test_another_document_is_refused(tmp_path: Path) -> None:
    made = changed()
    report = report_on(made.data)
    with pytest.raises(lv.UsageError, match="not the document of this report"):
        lv.pictures(report, made.data + b"\n")
    with pytest.raises(lv.UsageError, match="no such file"):
        lv.pictures(report, tmp_path / "gone.pdf")
    with pytest.raises(lv.UsageError, match="not the document"):
        report.to_html(tmp_path / "page.html", document=b"%PDF-1.4")
    assert not (tmp_path / "page.html").exists()
    report.to_html(tmp_path / "page.html", document=made.data)
    assert "<svg" in (tmp_path / "page.html").read_text("utf-8")


def test_nothing_is_drawn_where_nothing_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document without a change starts no box."""
    monkeypatch.setattr(picturing, "drawing", lambda *_: pytest.fail("a box was asked for"))
    calm = pdf.document("calm").data
    assert lv.pictures(report_on(calm), calm) == Pictures()
    noted = pdf.document("calm")
    noted.save({pdf.FIRST: noted.objects[pdf.FIRST][:-2] + b"/Annots[50 0 R]>>",
                50: b"<</Type/Annot/Subtype/Text/Contents(seen)/Rect[9 9 30 30]>>"})  # fmt: skip
    assert lv.pictures(report_on(noted.data), noted.data) == Pictures()
    word = pointing(_covered(), data=calm, formats=("ooxml",))
    assert lv.pictures(word, calm) == Pictures()


def _covered(
    box: tuple[float, float, float, float] = (70.0, 695.0, 200.0, 712.0), text: str = "1200"
) -> Observation:
    return Observation(name="pdf.covered.text", value=text, where=Location(page=1, box=box))


def test_covered_text_is_shown_as_it_stands_and_written_out() -> None:
    data = pdf.document("Total 9200", objects={}).data
    report = pointing(_covered(), data=data)
    found = lv.pictures(report, data, isolation="none")
    (plate,) = found.plates
    assert (plate.revision, plate.before, plate.differs) == (None, None, None)
    assert plate.unseen == (((70.0, 695.0, 200.0, 712.0), "1200"),)
    source = html.report_page(report, pictures=found)
    page = Page(source)
    assert "Page 1 as the document stands" in page.words
    assert "What the page does not show" in page.words
    assert len(page.all("text")) == 1  # over the part of the page
    assert source.count("data:image/png") == 2  # which are written once each
    assert len(page.all("use")) == 1


@given(texts)
def test_hidden_text_on_a_picture_is_inert(text: str) -> None:
    report, plate = _made_up(text)
    tame, calm = _made_up(re.sub("[<>&\"']", "x", text))
    page = html.report_page(report, pictures=plate)
    assert not harm(page)
    assert page.count("<text ") == 1
    assert page.count("<") == html.report_page(tame, pictures=calm).count("<")


def _made_up(text: str) -> tuple[Report, Pictures]:
    box = (10.0, 10.0, 60.0, 20.0)
    picture = Picture(page=1, width=100, height=100, png=png(bytes(10_000), 100, 100, 1))
    plate = Plate(page=1, revision=None, after=picture, unseen=((box, text),), closer={box: (None, picture)})
    evidence = pointing(_covered(box, text), data=b"").evidence
    report = msgspec.structs.replace(samples.unremarkable(), evidence=evidence)
    return report, Pictures(plates=(plate,), isolation=lv.Isolation(level=3))


def test_the_page_stays_self_contained_and_its_policy_the_same() -> None:
    data = changed().data
    source = html.report_page(report_on(data), pictures=drawn(data))
    page = Page(source)
    assert page.open == []
    assert source.count("<svg") == 4
    images = page.all("image")
    assert len(images) == 4
    for image in images:
        coded = image["href"] or ""
        assert coded.startswith("data:image/png;base64,")
        base64.b64decode(coded.partition(",")[2], validate=True)
    for tag, attributes in page.tags:
        assert not {
            name for name in attributes if name in ("src", "style", "srcset") or name.startswith("on")
        }
        assert tag != "script"
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.all("svg"))
    policies = [m["content"] for m in page.all("meta") if m.get("http-equiv")]
    plain = [m["content"] for m in Page(html.report_page(report_on(data))).all("meta") if m.get("http-equiv")]
    assert policies == plain
    assert "img-src data:" in (policies[0] or "")
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_both_texts_stand_under_their_pictures() -> None:
    data = changed().data
    source = html.report_page(report_on(data), lang="fr", pictures=drawn(data))
    assert source.index("Texte antérieur") < source.index("<svg") < source.index("<blockquote")
    assert "Page 2 dans la révision 1" in Page(source).words
    assert "Page 2 dans la révision 2" in Page(source).words
    assert "pypdfium2" in Page(source).words


def test_the_same_picture_is_written_once_and_referred_to() -> None:
    """Three states of a page: the later picture of the second is the earlier one of the third."""
    made = changed()
    made.save({made.content(1): pdf.stream(pdf.show("The amount due is 7200 euros"))})
    source = html.report_page(report_on(made.data), pictures=drawn(made.data))
    page = Page(source)
    assert len(page.all("use")) >= 1
    ids = [image["id"] for image in page.all("image")]
    assert len(ids) == len(set(ids))
    assert all((use["href"] or "")[1:] in ids for use in page.all("use"))
    for use in page.all("use"):
        assert source.index(f'id="{(use["href"] or "")[1:]}"') < source.index(f'href="{use["href"]}"')


def test_a_state_that_cannot_be_drawn_says_so_in_its_place() -> None:
    data = changed().data
    report = report_on(data)
    broken = _with_ends(report, {1: 300})
    found = lv.pictures(broken, data, isolation="none")
    (plate,) = found.plates
    assert plate.before is not None
    assert plate.before.problem is not None
    assert plate.before.png == b""
    assert plate.after is not None
    assert plate.after.png
    assert plate.differs is None
    words = Page(html.report_page(broken, pictures=found)).words
    assert "Could not be drawn: " in words


def _with_ends(report: Report, ends: dict[int, int]) -> Report:
    observations = tuple(
        msgspec.structs.replace(o, value=ends[o.where.revision])
        if o.name == "pdf.revision.end" and o.where.revision in ends
        else o
        for o in report.observations
    )
    return msgspec.structs.replace(report, observations=observations)


def test_a_change_that_is_not_seen_is_called_so() -> None:
    made = changed()
    where = Location(page=1, revision=2)
    report = pointing(
        Observation(name="pdf.change.text_before", value="a", where=where),
        Observation(name="pdf.change.text_after", value="b", where=where),
        data=made.data,
    )
    found = lv.pictures(report, made.data, isolation="none")
    assert found.plates[0].differs == ()
    assert "the same in every pixel" in Page(html.report_page(report, pictures=found)).words


def test_places_that_the_evidence_does_not_name_are_dashed() -> None:
    """A second change on the page, of a drawing and not of text."""
    made = pdf.document(BEFORE)
    made.save({made.content(0): pdf.stream(pdf.show(AFTER) + b" 1 0 0 rg 300 200 90 40 re f")})
    found = drawn(made.data)
    source = html.report_page(report_on(made.data), pictures=found)
    dashed = [r for r in Page(source).all("rect") if r["class"] == "differs"]
    assert len(dashed) == 2  # once on each picture of the page
    x, y, width, height = (float(dashed[0][key] or 0) for key in ("x", "y", "width", "height"))
    scale = 900 / 595
    expected = (300 * scale, (842 - 240) * scale, 90 * scale, 40 * scale)
    assert inside((x, y, width, height), expected, 10.0)
    assert "also differ where the outline is dashed" in Page(source).words


@pytest.mark.parametrize(
    ("gone", "come", "page", "earlier"),
    [
        ([], [], 3, 3),
        ([], [1], 3, 2),
        ([], [3], 3, None),
        ([], [5], 3, 3),
        ([1], [], 3, 4),
        ([4], [], 3, 3),
        ([3], [], 3, 4),
        ([2], [2], 2, 2),
        ([5], [2], 2, 5),
        ([1, 2], [1], 2, 3),
        ([1], [1, 2], 1, None),
    ],
)
def test_pages_are_found_again_when_others_came_or_went(
    gone: list[int], come: list[int], page: int, earlier: int | None
) -> None:
    assert picturing._States._earlier(page, gone, come) == earlier


def test_a_page_put_in_front_does_not_shift_the_comparison() -> None:
    made = pdf.document("first page", BEFORE)
    made.save(
        {
            60: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 61 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            61: pdf.stream(pdf.show("a cover")),
            pdf.PAGES: b"<</Type/Pages/Count 3/Kids[60 0 R 10 0 R 12 0 R]>>",
            made.content(1): pdf.stream(pdf.show(AFTER)),
        }
    )
    (plate,) = (p for p in drawn(made.data).plates if p.page == 3)
    assert plate.before is not None
    assert (plate.before.page, plate.before.revision) == (2, 1)
    assert plate.differs
    assert sum(width * height for _, _, width, height in plate.differs) < 2_000


def test_only_so_many_places_and_so_many_bytes() -> None:
    made = pdf.document(*(f"page {n} says 1200" for n in range(20)))
    made.save({made.content(n): pdf.stream(pdf.show(f"page {n} says 9200")) for n in range(20)})
    report = report_on(made.data)
    found = lv.pictures(report, made.data, isolation="none")
    assert len(found.plates) == picturing.PLACES
    assert sum(len(plate.closer) for plate in found.plates) <= picturing.DETAILS
    assert found.left > 0
    few = lv.pictures(report, made.data, isolation="none", room=40_000)
    assert 0 < len(few.plates) < picturing.PLACES
    assert few.left > found.left
    assert sum(len(p.png) for plate in few.plates for p in plate.pictures) <= 40_000
    assert "further places have no picture" in Page(html.report_page(report, pictures=few)).words


def test_places_close_to_each_other_are_seen_in_one_picture() -> None:
    data = pdf.document("Total 9200\nPaid 9200", objects={}).data
    one, near, far = (70.0, 695.0, 200.0, 712.0), (72.0, 690.0, 190.0, 715.0), (70.0, 100.0, 200.0, 112.0)
    report = pointing(_covered(one), _covered(near, "x"), _covered(far, "y"), data=data)
    (plate,) = lv.pictures(report, data, isolation="none").plates
    assert set(plate.closer) == {one, near, far}
    assert plate.closer[one] is plate.closer[near]
    assert plate.closer[one] != plate.closer[far]
    source = html.report_page(report, pictures=Pictures(plates=(plate,)))
    # both places with what they hide, and the page, whose three outlines are with the three of the parts
    assert len(Page(source).all("svg")) == 5
    assert [r["class"] for r in Page(source).all("rect")].count("found") == 6


def test_places_that_no_page_reaches_are_harmless() -> None:
    data = pdf.document("x").data
    far = (-1e308, 1e308, 1e308, -1e308)
    report = pointing(
        _covered(far), _covered((5e6, 5e6, 6e6, 6e6)), _covered((0.0, 0.0, 0.0, 0.0)),
        Observation(name="pdf.covered.text", value="x", where=Location(page=2**40, box=far)),
        Observation(name="pdf.covered.text", value="x", where=Location(page=-1, revision=2**40)),
        data=data,
    )  # fmt: skip
    found = lv.pictures(report, data, isolation="none")
    (plate,) = found.plates
    assert plate.closer == {}
    page = html.report_page(report, pictures=found)
    assert "nan" not in re.sub(r"base64,[^\"]+", "", page)
    assert not re.search(r'(?:x|y|width|height)="-?inf', page)


def test_an_album_finds_the_file_of_a_report_and_nothing_outside(tmp_path: Path) -> None:
    data = changed().data
    leak = tmp_path / "leak"
    (leak / "a").mkdir(parents=True)
    (leak / "a" / "f.pdf").write_bytes(data)
    (tmp_path / "outside.pdf").write_bytes(data)
    (leak / "link.pdf").symlink_to(tmp_path / "outside.pdf")
    album = Album(leak, isolation="none")

    def of(name: str) -> Pictures | None:
        report = report_on(data)
        return album(
            msgspec.structs.replace(report, document=msgspec.structs.replace(report.document, name=name))
        )

    found = of("a/f.pdf")
    assert found is not None
    assert len(found.plates) == 1
    for name in ("../outside.pdf", str(tmp_path / "outside.pdf"), "link.pdf", "a", "gone.pdf", "\0", ""):
        assert of(name) == Pictures(missing="not-there"), name
    (leak / "a" / "f.pdf").write_bytes(data + b"\n")
    assert of("a/f.pdf") == Pictures(missing="other-file")
    assert album(samples.unremarkable()) is None
    inner = report_on(data)
    carried = msgspec.structs.replace(inner.document, lineage=samples.contradicted().document.lineage)
    inner = msgspec.structs.replace(inner, document=carried)
    assert album(inner) == Pictures(missing="inside")
    assert "came out of another one" in Page(html.report_page(inner, pictures=album(inner))).words


def test_a_scan_page_shows_pictures_within_one_room(tmp_path: Path) -> None:
    leak = tmp_path / "leak"
    leak.mkdir()
    for number in range(3):
        made = pdf.document(f"Invoice {number}: 1200 euros")
        made.save({made.content(0): pdf.stream(pdf.show(f"Invoice {number}: 9200 euros"))})
        (leak / f"{number}.pdf").write_bytes(made.data)
    reports = [
        msgspec.structs.replace(
            report_on((leak / f"{n}.pdf").read_bytes(), f"{n}.pdf"), assessment=Assessment.REVIEW
        )
        for n in range(3)
    ]

    def page(room: int) -> Page:
        path = tmp_path / "scan.html"
        html.write_reports(iter(reports), path, pictured=Album(leak, isolation="none", room=room))
        return Page(path.read_text("utf-8"))

    whole = page(picturing.ROOM)
    assert len(whole.all("svg")) == 12
    ids = [attributes["id"] for _, attributes in whole.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    one = sum(len(p.png) for p in drawn((leak / "0.pdf").read_bytes()).plates[0].pictures)
    part = page(int(1.5 * one))
    assert len(part.all("svg")) == 4
    assert part.words.count("1 further place has no picture.") == 2
