"""PDFs made to hurt: every one ends as a result with a problem, soon, and the same twice."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.extractors.pdf.warmup import sample
from tests.builders.pdf import (
    CATALOG,
    FIRST,
    METADATA,
    PAGES,
    Read,
    document,
    examine,
    info,
    packet,
    show,
    stream,
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What pypdf logs is for the box; keeping it for the test report would be what takes long."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


#: CPU seconds any of these files may take; far below the limit of the box
SECONDS = 8.0


def soon(data: bytes, *, full: bool = True) -> Read:
    started = time.process_time()
    read = examine(data, full=full)
    assert time.process_time() - started < SECONDS
    return read


def test_page_tree_that_doubles_at_every_level() -> None:
    nodes = {n: b"<</Type/Pages/Kids[%d 0 R %d 0 R]>>" % (n + 1, n + 1) for n in range(30, 60)}
    made = document("a", objects={**nodes, 60: b"<</Type/Page/Parent 59 0 R/MediaBox[0 0 9 9]>>"})
    read = soon(made.save({PAGES: nodes[30]}).data)
    assert "malformed" in read.codes


def test_page_tree_in_a_circle() -> None:
    made = document("a")
    read = soon(made.save({PAGES: b"<</Type/Pages/Kids[2 0 R]>>"}).data)
    assert "malformed" in read.codes


def test_metadata_that_unpack_without_end_are_not_given_to_pdfium() -> None:
    bomb = zlib.compress(bytes(100 << 20), 9)
    made = document(
        "a",
        catalog=b"/Metadata 4 0 R",
        objects={METADATA: stream(bomb, b"/Type/Metadata/Filter/FlateDecode")},
    )
    read = soon(made.data)
    assert "limit-inflate" in read.codes
    assert not read.values("pdf.page.text")
    assert read.value("pdf.pages") == 1


def test_cross_reference_that_unpacks_without_end() -> None:
    bomb = zlib.compress(bytes(100 << 20), 9)
    body = stream(bomb, b"/Type/XRef/W[1 4 2]/Size 99999999/Root 1 0 R/Filter/FlateDecode")
    read = soon(b"%PDF-1.5\n1 0 obj\n" + body + b"\nendobj\nstartxref\n9\n%%EOF\n")
    assert read.codes & {"limit-inflate", "malformed"}


def test_filters_in_filters() -> None:
    data = packet(CreateDate="2017")
    for _ in range(3):
        data = zlib.compress(data)
    triple = stream(data, b"/Type/Metadata/Filter[/FlateDecode/FlateDecode/FlateDecode]")
    assert soon(document("a", catalog=b"/Metadata 4 0 R", objects={METADATA: triple}).data).values(
        "xmp.create_date"
    )
    many = stream(data, b"/Type/Metadata/Filter[%s]" % (b"/FlateDecode" * 50))
    assert (
        "limit-inflate"
        in soon(document("a", catalog=b"/Metadata 4 0 R", objects={METADATA: many}).data).codes
    )


@pytest.mark.parametrize(
    "body",
    [
        b"1 0 obj<<" * 300_000,
        b"trailer<<" * 300_000,
        b"startxref " * 300_000,
        b"startxref 5 " * 300_000,
        b"%%EOF\n" * 300_000,
        b"xref\n0 1\n" * 300_000,
        b"<<" * 300_000,
        b"((((" * 300_000,
        b"".join(b"%d 0 obj<</ObjStm " % n for n in range(100_000)),
        b"1 0 obj" + b"[" * 500_000,
        b" " * 3_000_000,
        b"%a\n" * 1_000_000,
    ],
    ids=lambda body: body[:12].decode().strip(),
)
def test_repetition(body: bytes) -> None:
    read = soon(b"%PDF-1.4\n" + body)
    assert read.codes


def test_a_section_behind_a_million_comments() -> None:
    head = b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R>>\n"
    assert soon(head + b"%a\n" * 1_000_000 + b"startxref\n9\n%%EOF\n").codes


def test_a_chain_longer_than_is_followed() -> None:
    made = document("a")
    for _ in range(1100):
        made.save({8: b"<<>>"})
    assert "limit-pages" in soon(made.data).codes


def test_many_saves_are_compared_from_the_newest() -> None:
    made = document("state 0")
    for number in range(1, 521):
        made.save({made.content(0): stream(show(f"state {number}"))})
    read = soon(made.data)
    assert read.value("pdf.revision.count") == 521
    assert "limit-pages" in read.codes
    assert [w.revision for w in read.where("pdf.change.explained")] == list(range(22, 522))


def test_a_table_that_claims_billions_of_entries() -> None:
    data = (
        document("a")
        .data.replace(b"xref\n0 1\n", b"xref\n0 4294967295\n")
        .replace(b"/Size", b"/Size 4294967295/X")
    )
    assert soon(data).observations


@pytest.mark.parametrize("nest", [b"[", b"<</A", b"("])
def test_deep_nesting(nest: bytes) -> None:
    close = {b"[": b"]", b"<</A": b">>", b"(": b")"}[nest]
    made = document("a", objects={8: nest * 100_000 + close * 100_000})
    read = soon(made.save({CATALOG: made.objects[CATALOG][:-2] + b"/Deep 8 0 R/Metadata 8 0 R>>"}).data)
    assert read.value("pdf.pages") == 1


def test_objects_that_overlap() -> None:
    large = b"<</Type/Page" + b"".join(b"/K%d %d" % (n, n) for n in range(15_000)) + b">>"
    out = bytearray(b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n")
    second = len(out)
    out += b"2 0 obj\n<</Type/Pages/Kids[%s]>>\nendobj\n" % b" ".join(b"%d 0 R" % n for n in range(3, 3000))
    places = []
    for number in range(3, 3000):
        places.append(len(out))
        out += b"%d 0 obj %%" % number  # the rest of the line is a comment up to the shared dictionary
    out += b"\n" + large
    start = len(out)
    rows = b"".join(b"%010d 00000 n \n" % p for p in [9, second, *places])
    out += b"xref\n0 3000\n0000000000 65535 f \n%strailer\n<</Root 1 0 R/Size 3000>>\n" % rows
    out += b"startxref\n%d\n%%%%EOF\n" % start
    assert "limit-size" in soon(bytes(out)).codes


def test_streams_without_an_end() -> None:
    many = dict.fromkeys(range(30, 5030), b"<</Length 99999999/Type/Page>>\nstream\nx")
    made = document("a", objects=many)
    kids = b" ".join(b"%d 0 R" % n for n in many)
    assert soon(made.save({PAGES: b"<</Type/Pages/Kids[%s]>>" % kids}).data).codes


def test_annotations_shared_by_all_pages() -> None:
    made = document(
        *["a"] * 1000, page=b"/Annots 8 0 R", objects={8: b"[%s]" % (b"9 0 R " * 20_000), 9: b"<<>>"}
    )
    made.save({9: b"<</Subtype/Text/Rect[0 0 1 1]>>"})
    assert "limit-pages" in soon(made.data, full=False).codes


def test_references_that_lead_in_a_circle() -> None:
    made = document("a", about=b"6 0 R", objects={6: b"3 0 R", 8: b"<</Length 8 0 R>>\nstream\nx\nendstream"})
    read = soon(made.save({CATALOG: made.objects[CATALOG][:-2] + b"/Metadata 8 0 R>>"}).data)
    assert read.value("pdf.pages") == 1


def test_an_object_stream_inside_itself() -> None:
    made = document("a", kind="packed")
    data = made.data.replace(b"/Type/ObjStm", b"/Extends 1 0 R/Type/ObjStm")
    assert soon(data).observations


def test_a_root_in_an_object_stream_that_is_its_own_container() -> None:
    rows = b"\x02\x00\x05\x00\x02\x00\x05\x01"
    body = stream(rows, b"/Type/XRef/W[1 2 1]/Index[1 1 5 1]/Size 6/Root 1 0 R")
    read = soon(b"%PDF-1.5\n9 0 obj\n" + body + b"\nendobj\nstartxref\n9\n%%EOF\n")
    assert "malformed" in read.codes


def rich() -> bytes:
    """Two saves with everything the extractor looks at, small."""
    return sample()


def small() -> bytes:
    made = document("The amount is 1200", "two", about=info(Title="t", ModDate="D:2017"), kind="packed")
    made.save({made.content(0): stream(show("The amount is 2100"))}, kind="hybrid")
    return made.save({FIRST: made.objects[FIRST]}).data


CHANGES = st.one_of(
    st.tuples(st.just("cut"), st.integers(0, 3000), st.just(b"")),
    st.tuples(st.just("flip"), st.integers(0, 3000), st.binary(min_size=1, max_size=4)),
    st.tuples(
        st.just("splice"),
        st.integers(0, 3000),
        st.one_of(
            st.binary(max_size=20),
            st.sampled_from(
                [b"<<", b">>", b"endobj", b"stream\n", b"xref\n", b"trailer<<", b"startxref\n0\n%%EOF", b"/Prev 9 ",
                 b"/Kids[2 0 R]", b"/Length 99999 ", b"0 0 obj", b"/Type/XRef ", b"[[[[", b"(((", b"-1 ", b"9" * 30]
            ),
        ),
    ),
    st.tuples(st.just("append"), st.just(0), st.binary(max_size=50)),
)  # fmt: skip


def mutated(data: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    for how, at, what in changes:
        at = at % (len(data) + 1)
        if how == "cut":
            data = data[:at]
        elif how == "flip":
            data = data[:at] + what + data[at + len(what) :]
        elif how == "splice":
            data = data[:at] + what + data[at:]
        else:
            data += what
    return data


@pytest.mark.parametrize("base", [rich, small], ids=["rich", "small"])
@given(changes=st.lists(CHANGES, min_size=1, max_size=6))
def test_damage_of_any_kind_gives_declared_facts_and_the_same_ones_twice(
    base: object, changes: list[tuple[str, int, bytes]]
) -> None:
    assert callable(base)
    data = mutated(base(), changes)
    assert examine(data) == examine(data)


@given(changes=st.lists(CHANGES, min_size=1, max_size=3))
def test_damage_of_a_genuine_file_is_never_an_unexplained_change(
    changes: list[tuple[str, int, bytes]],
) -> None:
    """A file of one save stays without differences of text, whatever happened to its bytes."""
    data = mutated(document("The amount is 1200", about=info(Title="t")).data, changes)
    assert not any(why == "none" for _, _, why in examine(data).pairs)
