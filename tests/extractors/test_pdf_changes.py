"""What a save changed on a page: the forgery is told, its innocent twin stays silent or is explained."""

from __future__ import annotations

import zlib

import pytest

from leakverify.extractors.pdf.diff import compare_texts, differences, normal, squashed
from leakverify.extractors.pdf.diff_explained import Surroundings, explain
from leakverify.extractors.pdf.text import Shape, Word
from tests.builders.pdf import (
    CATALOG,
    FIRST,
    FONT,
    INFO,
    PAGES,
    Pdf,
    Read,
    document,
    examine,
    info,
    packet,
    show,
    stream,
)

LETTER = "Invoice 2017-031\nThe amount due is 1200 euros\npayable within thirty days\nYours faithfully"


def page(contents: bytes, *, resources: bytes = b"<</Font<</F1 5 0 R>>>>", more: bytes = b"") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %s/Resources%s%s>>" % (
        contents,
        resources,
        more,
    )


def after(made: Pdf, changed: dict[int, bytes], kind: str = "table") -> Read:
    return examine(made.save(changed, kind=kind).data)


# forgeries


def test_a_replaced_amount_is_told_with_its_place() -> None:
    made = document("first page", LETTER)
    read = after(made, {made.content(1): stream(show(LETTER.replace("1200", "9200")), flate=True)})
    assert read.pairs == [
        (
            "amount due is 1200 euros payable within thirty",
            "amount due is 9200 euros payable within thirty",
            "none",
        )
    ] or read.pairs == [
        (
            "The amount due is 1200 euros payable within thirty",
            "The amount due is 9200 euros payable within thirty",
            "none",
        )
    ]
    where = read.where("pdf.change.explained")[0]
    assert (where.revision, where.page) == (2, 2)
    assert where.box is not None
    left, bottom, right, top = where.box
    assert 72 < left < right < 300
    assert 670 < bottom < top < 700
    assert read.kinds == {("page-content", 2, 2)}


@pytest.mark.parametrize("kind", ["table", "stream", "packed", "hybrid"])
def test_the_pair_does_not_depend_on_how_it_was_saved(kind: str) -> None:
    made = document(LETTER, kind=kind)
    read = after(made, {made.content(0): stream(show(LETTER.replace("thirty", "three")))}, kind)
    assert [(why, "three" in new) for _, new, why in read.pairs] == [("none", True)]


def test_text_that_was_taken_away_and_text_that_was_put_in() -> None:
    made = document(LETTER)
    gone = after(made, {made.content(0): stream(show(LETTER.replace("within thirty days", "")))})
    assert [(new, why) for _, new, why in gone.pairs] == [("", "none")]
    back = examine(made.save({made.content(0): stream(show(LETTER.replace("payable", "not payable")))}).data)
    assert any("not" in new and why == "none" for _, new, why in back.pairs)


def test_a_replaced_page_object_is_compared_with_the_page_it_replaced() -> None:
    made = document(LETTER, LETTER)
    read = after(
        made,
        {
            PAGES: b"<</Type/Pages/Count 2/Kids[10 0 R 30 0 R]>>",
            30: page(b"31 0 R"),
            31: stream(show(LETTER.replace("1200", "9200"))),
        },
    )
    assert [why for _, _, why in read.pairs] == ["none"]
    assert ("page-content", 2, 2) in read.kinds


def test_a_replaced_page_is_found_though_another_was_added_at_the_same_time() -> None:
    made = document(LETTER)
    read = after(
        made,
        {
            PAGES: b"<</Type/Pages/Count 2/Kids[30 0 R 32 0 R]>>",
            30: page(b"31 0 R"),
            31: stream(show(LETTER.replace("1200", "9200"))),
            32: page(b"33 0 R"),
            33: stream(show("An annex of its own")),
        },
    )
    assert sorted(why for _, _, why in read.pairs) == ["none", "page-added"]
    assert any("1200" in old and "9200" in new for old, new, why in read.pairs if why == "none")


def test_a_changed_form_that_the_page_draws() -> None:
    drawn = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>"
    made = document(
        b"/X Do",
        objects={
            FIRST: page(b"11 0 R", resources=b"<</XObject<</X 8 0 R>>>>"),
            8: stream(show(LETTER), drawn),
        },
    )
    read = after(made, {8: stream(show(LETTER.replace("1200", "9200")), drawn)})
    assert read.kinds == {("page-content", 2, 1)}
    assert [why for _, _, why in read.pairs] == ["none"]


def test_a_digit_put_next_to_a_number_is_read_as_part_of_it() -> None:
    """The old content stays untouched; only a nought is drawn behind the amount."""
    made = document(b"BT /F1 12 Tf 72 700 Td (The amount is 1200) Tj ET")
    width = 12 * (0.556 * 4)
    start = 72 + 12 * sum({"T": 0.611, "h": 0.556, "e": 0.556, " ": 0.278, "a": 0.556, "m": 0.833, "o": 0.556,
                           "u": 0.556, "n": 0.556, "t": 0.278, "i": 0.222, "s": 0.5}[c] for c in "The amount is ")  # fmt: skip
    digit = b"BT /F1 12 Tf %g 700 Td (0) Tj ET" % (start + width)
    read = after(made, {FIRST: page(b"[11 0 R 30 0 R]"), 30: stream(digit)})
    assert [why for _, _, why in read.pairs] == ["none"]


def test_text_painted_over_is_a_replacement() -> None:
    """A white box over the amount and another amount on it: the old text is still there, unseen."""
    made = document("The amount is 1200")
    cover = b"1 g 140 694 60 18 re f 0 g " + show("9200", x=150)
    read = after(made, {FIRST: page(b"[11 0 R 30 0 R]"), 30: stream(cover)})
    assert len(read.pairs) == 1
    before, behind, why = read.pairs[0]
    assert "1200" in before
    assert "9200" in behind
    assert why == "none"


def test_an_object_that_now_is_something_else_counts_for_the_page_that_draws_it() -> None:
    """Hiding by replacing: the number of a picture now stands for metadata."""
    picture = stream(
        b"\x00", b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
    )
    made = document(
        b"/X Do", objects={FIRST: page(b"11 0 R", resources=b"<</XObject<</X 8 0 R>>>>"), 8: picture}
    )
    read = after(made, {8: stream(packet(CreateDate="2017"), b"/Type/Metadata/Subtype/XML")})
    assert ("page-content", 2, 1) in read.kinds


def test_a_field_that_shows_other_text_than_its_value_is_told_by_what_it_shows() -> None:
    shown = b"/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 5 0 R>>>>"
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(to)/V(Red Cross)/Rect[72 600 272 620]/P 10 0 R/AP<</N 8 0 R>>>>"
    made = document(
        LETTER,
        catalog=b"/AcroForm<</Fields[7 0 R]>>",
        page=b"/Annots[7 0 R]",
        objects={7: field, 8: stream(show("Red Cross", 2, 5), shown)},
    )
    read = after(made, {8: stream(show("Attacker", 2, 5), shown)})
    assert read.pairs == [("Red Cross", "Attacker", "form-fill")] or [
        ("Red Cross" in old, "Attacker" in new, why) for old, new, why in read.pairs
    ] == [(True, True, "form-fill")]
    assert ("form-field", 2, 1) in read.kinds


# innocent twins


def test_metadata_only() -> None:
    made = document(LETTER, about=info(Title="a"), xmp=packet(CreateDate="2017"))
    read = after(made, {INFO: info(Title="b"), 4: stream(packet(CreateDate="2018"), b"/Type/Metadata")})
    assert read.kinds == {("metadata", 2, None), ("xmp", 2, None)}
    assert not read.pairs


def test_objects_written_again_unchanged() -> None:
    made = document(LETTER, LETTER)
    read = after(made, dict(made.objects))
    assert not read.pairs
    assert not any(kind == "page-content" for kind, _, _ in read.kinds)


@pytest.mark.parametrize(
    "drawn",
    [
        # other order of painting
        b"\n".join(reversed(show(LETTER).split(b"\n"))),
        # every word on its own
        b"".join(
            show(word, 72 + 60 * at, 700 - 18 * row)
            for row, line in enumerate(LETTER.split("\n"))
            for at, word in enumerate(line.split())
        ),
        # the same, compressed and with other numbers
        show(LETTER, y=699.5),
        # spaces inside a string
        show(LETTER.replace("amount due", "amount  due")),
    ],
)
def test_the_same_words_laid_out_otherwise(drawn: bytes) -> None:
    made = document(LETTER)
    read = after(made, {made.content(0): stream(drawn, flate=True)})
    assert not read.pairs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The final office", "The ﬁnal oﬃce"),
        ("inter- national trade", "international trade"),
        ("inter\u00adnational", "international"),
        ("“quoted” – dash", '"quoted" - dash'),
        ("Total ........ 12", "Total 12"),
        ("Name ____ here", "Name here"),
        ("b a", "a b"),
        ("1 200 euros", "1200 euros"),
    ],
)
def test_ways_of_storing_the_same_text(one: str, other: str) -> None:
    assert compare_texts(one, other)
    assert not differences(words(one), words(other)).spans


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12.00", "1200"),
        ("-5", "5"),
        ("1,200", "1.200"),
        ("not paid", "paid"),
        ("2016", "2017"),
        ("1/2", "12"),
    ],
)
def test_small_differences_that_are_differences(one: str, other: str) -> None:
    assert not compare_texts(f"a {one} b", f"a {other} b")
    assert differences(words(f"a {one} b"), words(f"a {other} b")).spans


def test_filling_a_form() -> None:
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)%s/Rect[72 600 272 620]/P 10 0 R>>"
    made = document(
        LETTER, catalog=b"/AcroForm<</Fields[7 0 R]>>", page=b"/Annots[7 0 R]", objects={7: field % b""}
    )
    read = after(made, {7: field % b"/V(Ann Example)"})
    assert read.kinds == {("form-field", 2, 1)}
    assert read.pairs == [("", "Ann Example", "form-fill")]
    again = examine(made.save({7: field % b"/V(Bob)"}).data)
    assert again.pairs[-1] == ("Ann Example", "Bob", "form-fill")
    assert read.where("pdf.change.explained")[0].box == (72, 600, 272, 620)


def test_signing() -> None:
    shown = b"/Type/XObject/Subtype/Form/BBox[0 0 200 40]/Resources<</Font<</F1 5 0 R>>>>"
    made = document(LETTER)
    read = after(
        made,
        {
            CATALOG: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[30 0 R]/SigFlags 3>>>>",
            FIRST: page(b"11 0 R", more=b"/Annots[30 0 R]"),
            30: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 31 0 R/Rect[72 100 272 140]/P 10 0 R/AP<</N 32 0 R>>>>",
            31: b"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>",
            32: stream(show("Signed by Ann", 2, 5), shown),
        },
    )
    assert {kind for kind, _, _ in read.kinds} == {"signature"}
    assert [(old, why) for old, _, why in read.pairs] == [("", "signature-appearance")]
    assert "Signed by Ann" in read.pairs[0][1]


def test_long_term_validation_data() -> None:
    made = document(LETTER)
    read = after(
        made,
        {
            CATALOG: b"<</Type/Catalog/Pages 2 0 R/DSS 30 0 R>>",
            30: b"<</Type/DSS/Certs[31 0 R]>>",
            31: stream(b"certificate"),
        },
    )
    assert read.kinds == {("dss", 2, None)}
    assert not read.pairs


def test_a_comment_and_its_removal() -> None:
    made = document(LETTER)
    note = b"<</Type/Annot/Subtype/Text/Rect[500 700 520 720]/Contents(Please check)/T(Bob)>>"
    read = after(made, {FIRST: page(b"11 0 R", more=b"/Annots[30 0 R]"), 30: note})
    assert read.kinds == {("annotation", 2, 1)}
    assert read.pairs == [("", "Please check", "annotation")]
    gone = examine(made.save({FIRST: page(b"11 0 R")}).data)
    assert ("annotation", 3, 1) in gone.kinds
    assert not any(why == "none" for _, _, why in gone.pairs)


@pytest.mark.parametrize(
    ("text", "x", "y"), [("Received 5 May 2017", 400, 780), ("EX-000123", 480, 30), ("COPY", 250, 400)]
)
def test_a_stamp_on_untouched_content(text: str, x: float, y: float) -> None:
    made = document(LETTER)
    read = after(
        made,
        {FIRST: page(b"[30 0 R 11 0 R 31 0 R]"), 30: stream(b"q"), 31: stream(b"Q " + show(text, x, y))},
    )
    assert [(old, why) for old, _, why in read.pairs] == [("", "stamp-added")]
    assert text in read.pairs[0][1]


def test_a_bates_number_by_rewriting_the_content() -> None:
    made = document(LETTER)
    read = after(made, {made.content(0): stream(b"q " + show(LETTER) + b" Q " + show("EX-000123", 480, 30))})
    assert [why for _, _, why in read.pairs] == ["stamp-added"]


def test_a_text_layer_over_a_scan() -> None:
    picture = stream(
        zlib.compress(bytes(100)),
        b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode",
    )
    scan = b"q 595 0 0 842 0 0 cm /I Do Q"
    resources = b"<</XObject<</I 8 0 R>>/Font<</F1 5 0 R>>>>"
    made = document(scan, objects={FIRST: page(b"11 0 R", resources=resources), 8: picture})
    read = after(
        made, {FIRST: page(b"[11 0 R 30 0 R]", resources=resources), 30: stream(show(LETTER, mode=3))}
    )
    assert {why for _, _, why in read.pairs} == {"ocr-layer"}
    redone = examine(made.save({30: stream(show(LETTER.replace("amount", "arnount"), mode=3))}).data)
    assert {why for _, _, why in redone.pairs} == {"ocr-layer"}


def test_text_behind_the_picture_of_a_scan() -> None:
    picture = stream(
        b"\x00", b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
    )
    scan = b"q 595 0 0 842 0 0 cm /I Do Q"
    resources = b"<</XObject<</I 8 0 R>>/Font<</F1 5 0 R>>>>"
    made = document(scan, objects={FIRST: page(b"11 0 R", resources=resources), 8: picture})
    read = after(made, {FIRST: page(b"[30 0 R 11 0 R]", resources=resources), 30: stream(show("Some words"))})
    assert [why for _, _, why in read.pairs] == ["ocr-layer"]


def test_pages_that_come_and_go() -> None:
    made = document("one", "two")
    added = after(
        made,
        {
            PAGES: b"<</Type/Pages/Count 3/Kids[10 0 R 30 0 R 12 0 R]>>",
            30: page(b"31 0 R"),
            31: stream(show("new")),
        },
    )
    assert added.kinds >= {("page-added", 2, 2)}
    assert added.pairs == [("", "new", "page-added")]
    gone = examine(made.save({PAGES: b"<</Type/Pages/Count 2/Kids[10 0 R 30 0 R]>>"}).data)
    assert ("page-removed", 3, 3) in gone.kinds
    assert gone.pairs[-1] == ("two", "", "page-removed")


def test_a_page_shown_twice_is_a_page_added() -> None:
    made = document("one")
    read = after(made, {PAGES: b"<</Type/Pages/Count 2/Kids[10 0 R 10 0 R]>>"})
    assert read.pairs == [("", "one", "page-added")]


def test_page_numbers_that_count_an_added_page() -> None:
    made = document("body\nPage 1 of 2", "more\nPage 2 of 2")
    read = after(
        made,
        {
            PAGES: b"<</Type/Pages/Count 3/Kids[10 0 R 12 0 R 30 0 R]>>",
            made.content(0): stream(show("body\nPage 1 of 3")),
            made.content(1): stream(show("more\nPage 2 of 3")),
            30: page(b"31 0 R"),
            31: stream(show("last\nPage 3 of 3")),
        },
    )
    assert {why for _, _, why in read.pairs} == {"page-added"}


def test_a_turned_page_is_not_read_as_new_text() -> None:
    made = document(LETTER)
    read = after(made, {FIRST: page(b"11 0 R", more=b"/Rotate 90")})
    assert not read.pairs
    assert ("structure", 2, 1) in read.kinds


def test_fonts_whose_characters_are_not_stated_are_not_compared() -> None:
    made = document(LETTER)
    coded = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(A)/Ordering(I)/Supplement 0>>/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4>>>>]>>"
    read = after(made, {FONT: coded})
    assert "unsupported-feature" in read.codes
    assert not any(why == "none" for _, _, why in read.pairs)


def test_damage_is_not_change() -> None:
    made = document(LETTER, LETTER)
    read = after(made, {PAGES: b"<</Type/Pages/Count 2/Kids[10 0 R 99 0 R]>>"})
    assert "malformed" in read.codes
    assert not read.pairs
    assert not any(kind.startswith("page-") for kind, _, _ in read.kinds)


def test_every_save_is_compared_with_the_one_before_it() -> None:
    made = document(LETTER)
    for amount in ("1300", "1400", "1500"):
        made.save({made.content(0): stream(show(LETTER.replace("1200", amount)))})
    read = examine(made.data)
    assert [w.revision for w in read.where("pdf.change.explained")] == [2, 3, 4]
    assert all(old != new for old, new, _ in read.pairs)


# the pure part


def test_another_coding_of_the_same_font_is_not_compared() -> None:
    shifted = words("".join(chr(ord(c) + 1) if c.isalpha() else c for c in LETTER))
    assert differences(words(LETTER), shifted).unread
    assert not differences(words(LETTER), shifted).spans


def test_a_table_whose_every_number_was_replaced_is_compared() -> None:
    one = words(" ".join(str(1000 + 37 * n) for n in range(40)))
    other = words(" ".join(str(1000 + 53 * n) for n in range(1, 41)))
    assert differences(one, other).spans


def words(text: str, y: float = 700) -> list[Word]:
    found, x = [], 72.0
    for word in text.split():
        found.append(Word(word, (x, y, x + 6 * len(word), y + 9), False, 0, False))
        x += 6 * len(word) + 6
    return found


def test_normal_forms() -> None:
    assert normal("ﬁn\u00adal") == "final"
    assert squashed(["inter-", "national"]) == "international"
    assert squashed(["-5", "12.00"]) == "-512.00"


def test_text_put_back_at_the_same_place_is_one_replacement() -> None:
    """An editor takes the old text object away and paints the new one last."""
    before = words("Total 1200 euros") + words("The end", 600)
    moved = [before[0], before[2], *before[3:], before[1]._replace(text="9200")]
    spans = differences(before, moved).spans
    assert [([w.text for w in s.removed], [w.text for w in s.added]) for s in spans] == [(["1200"], ["9200"])]


def test_a_stamp_across_text_is_no_replacement() -> None:
    before = words("The amount is 1200 euros")
    stamp = Word("COPY", (60, 650, 400, 760), False, 5, False)
    around = Surroundings(size=(595, 842), appended=True, words=before)
    (span,) = differences(before, [*before, stamp]).spans
    assert explain(span, around) == "stamp-added"


def test_a_box_that_was_there_before_hides_nothing_new() -> None:
    before = words("The amount is 1200 euros")
    added = [w._replace(layer=9) for w in words("9200")]
    box = Shape((60, 690, 400, 720), 5, "path")
    (span,) = differences(before, [*before, *added]).spans
    fresh = Surroundings(size=(595, 842), appended=True, words=before, shapes=[box])
    old = Surroundings(size=(595, 842), appended=True, words=before, shapes=[box], old_shapes=[box])
    assert explain(span, fresh) == "none"
    assert (
        explain(span._replace(added=tuple(w._replace(box=(300, 500, 330, 509)) for w in added)), old)
        == "stamp-added"
    )


def test_ten_thousand_differing_words_are_compared_in_reasonable_time() -> None:
    one = words(" ".join(f"a{i % 7}" for i in range(10_000)))
    other = words(" ".join(f"b{i % 7}" for i in range(10_000)))
    assert len(differences(one, other).spans) == 1
