"""Signatures of PDFs: what they cover, whether they hold, what came after, and what is left of those that went."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.extractors.pdf.signature_range import Reach
from leakverify.extractors.pdf.signature_value import FAILS, HOLDS, NOT_HASHED, UNREADABLE, read_value
from tests.builders import pdf_signed
from tests.builders.pdf import CATALOG, FIRST, Pdf, Read, document, examine, show
from tests.builders.pdf_signed import SIGNED, sign, timestamp, validation_data

TEXT = "The amount is 1200"


def plain() -> Pdf:
    return document(TEXT, catalog=b"/AcroForm<</Fields[]>>")


def saved(data: bytes, number: int, body: bytes) -> bytes:
    """One more save that writes one object, as an editor appends it."""
    last = int(data.rsplit(b"startxref", 1)[1].split()[0])
    start = len(data) + len(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    return data + (
        b"%d 0 obj\n%s\nendobj\nxref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 100/Root %d 0 R/Prev %d>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (number, body, number, len(data), CATALOG, last, start)
    )


def stream(content: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)


def told(data: bytes, *names: str) -> list[Any]:
    read = examine(data)
    return [read.values(f"pdf.signature.{name}") for name in names]


@pytest.fixture(scope="module")
def once() -> bytes:
    return sign(plain().data)


def test_a_signature_over_the_whole_file_holds(once: bytes) -> None:
    read = examine(once)
    assert read.value("pdf.signature.count") == 1
    assert read.value("pdf.signature.kind") == "approval"
    assert read.value("pdf.signature.coverage") == "file"
    assert read.value("pdf.signature.digest") == read.value("pdf.signature.value") == HOLDS
    assert read.value("pdf.signature.rules") == "none"
    assert read.value("pdf.signature.bytes_after") == 0
    assert not read.values("pdf.signature.odd") and not read.values("pdf.signature.trace")
    assert not read.codes


def test_the_signer_is_told_as_the_certificate_names_it(once: bytes) -> None:
    read = examine(once)
    assert read.value("pdf.signature.certificate.subject") == "Common Name: Jeanne Martin"
    assert read.value("pdf.signature.certificate.issuer") == "Common Name: Test Authority"
    assert read.value("pdf.signature.certificate.begins") == "2015-01-01T00:00:00Z"
    assert read.value("pdf.signature.certificate.ends") == "2030-01-01T00:00:00Z"
    assert read.value("pdf.signature.certificate.self_issued") is False
    assert (
        examine(sign(plain().data, self_signed=True)).value("pdf.signature.certificate.self_issued") is True
    )


@pytest.mark.parametrize(("kind", "name"), [("pades", "when"), ("pkcs7", "signed")])
def test_signing_time_is_read_where_the_kind_of_signature_has_it(kind: str, name: str) -> None:
    read = examine(sign(plain().data, kind=kind))
    assert read.value(f"pdf.signature.{name}") == "2017-05-09T08:12:30Z"


def test_observations_of_one_signature_share_their_part() -> None:
    data = sign(sign(plain().data), "Signature2", subject="Paul Durand", number=3)
    read = examine(data)
    digests = [where.part for where in read.where("pdf.signature.digest")]
    assert len(set(digests)) == 2
    assert digests == [where.part for where in read.where("pdf.signature.coverage")]
    assert [where.revision for where in read.where("pdf.signature.coverage")] == [2, 3]
    assert read.values("pdf.signature.coverage") == ["revision", "file"]
    assert read.values("pdf.signature.rules") == ["form", "none"]


def test_validation_data_and_time_stamps_are_accounted_for() -> None:
    read = examine(timestamp(validation_data(sign(plain().data, stamped=SIGNED))))
    assert read.values("pdf.signature.kind") == ["approval", "time-stamp"]
    assert read.values("pdf.signature.rules") == ["validation-data", "none"]
    assert read.values("pdf.signature.digest") == read.values("pdf.signature.value") == [HOLDS, HOLDS]
    assert read.values("pdf.signature.stamp") == [HOLDS]
    assert read.values("pdf.signature.stamped") == ["2017-05-09T08:12:30Z", "2017-06-08T08:12:30Z"]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_certification_states_what_it_permits(level: int) -> None:
    read = examine(sign(plain().data, certify=level))
    assert read.value("pdf.signature.kind") == "certification"
    assert read.value("pdf.signature.permits") == str(level)


def test_a_page_drawn_anew_after_signing_is_not_accounted_for(once: bytes) -> None:
    read = examine(saved(once, FIRST + 1, stream(show("The amount is 9200"))))
    assert read.value("pdf.signature.coverage") == "revision"
    assert read.value("pdf.signature.digest") == HOLDS
    assert read.value("pdf.signature.rules") == "other"
    assert ("page-content", 3, 1) in read.kinds


def test_a_byte_changed_in_place_breaks_the_digest_and_not_the_value(once: bytes) -> None:
    read = examine(once.replace(b"1200", b"9200", 1))
    assert read.value("pdf.signature.digest") == FAILS
    assert read.value("pdf.signature.value") == HOLDS
    assert read.value("pdf.signature.coverage") == "file"


def test_bytes_before_the_header_of_a_signed_file_are_counted_out() -> None:
    made = sign(plain().data)
    read = examine(b"X-From: somebody\r\n\r\n" + made)
    assert read.value("pdf.signature.digest") == HOLDS
    assert read.value("pdf.signature.coverage") == "file"


def test_what_a_transfer_appends_is_no_oddity(once: bytes) -> None:
    for more in (b"\n", b"\r\n\r\n", b"\x00" * 20):
        read = examine(once + more)
        assert read.value("pdf.signature.coverage") == "file", more
        assert not read.values("pdf.signature.odd")


def test_a_cut_file_is_told_apart_from_a_changed_one(once: bytes) -> None:
    read = examine(once[:-4])
    assert "beyond-end" in read.values("pdf.signature.odd")
    assert read.values("pdf.signature.digest") == [NOT_HASHED]


def test_a_signature_in_a_save_that_was_cut_off_is_no_trace_of_one_taken_out(once: bytes) -> None:
    read = examine(once[:-40])
    assert read.value("pdf.signature.count") == 0
    assert "truncated" in read.codes
    assert not read.values("pdf.signature.trace")


def _range(data: bytes, change: Any) -> bytes:
    """Another range of the same length in digits, spaces filling it up."""
    at = data.rindex(b"/ByteRange")
    begin, end = data.index(b"[", at), data.index(b"]", at)
    edges = change([int(edge) for edge in data[begin + 1 : end].split()])
    written = b" ".join(b"%d" % edge for edge in edges)
    assert len(written) <= end - begin - 1
    return data[: begin + 1] + written.ljust(end - begin - 1) + data[end:]


@pytest.mark.parametrize(
    ("change", "odd", "coverage"),
    [
        (lambda e: [0, e[1] - 30, e[2], e[3]], "gap-too-wide", "less"),
        (lambda e: [0, e[1] + 30, e[2], e[3]], "gap-too-narrow", "less"),
        (lambda e: [5, e[1] - 5, e[2], e[3]], "begins-late", "less"),
        (lambda e: [0, e[2] + 9, e[2], e[3]], "overlap", "unfit"),
        (lambda e: [0, 10, 20, e[3]], "gap-elsewhere", "unfit"),
        (lambda e: [0, e[1]], "not-two-pairs", "unfit"),
        (lambda e: [0, e[1], e[2], e[3] + 9], "beyond-end", "unfit"),
        (lambda e: [0, e[1], e[2], e[3] - 9], "ends-elsewhere", "less"),
    ],
)
def test_what_is_out_of_order_with_a_range_is_named(
    once: bytes, change: Any, odd: str, coverage: str
) -> None:
    read = examine(_range(once, change))
    assert read.values("pdf.signature.odd") == [odd]
    assert read.value("pdf.signature.coverage") == coverage
    assert read.value("pdf.signature.digest") != HOLDS


def test_a_prepared_signature_without_value_is_named(once: bytes) -> None:
    begin = once.rindex(b"/Contents <") + len(b"/Contents <")
    end = once.index(b">", begin)
    read = examine(once[:begin] + b"0" * (end - begin) + once[end:])
    assert read.values("pdf.signature.odd") == ["no-value"]
    assert read.value("pdf.signature.digest") == UNREADABLE
    assert not read.codes, "an empty value is a fact and no damage"


def _unlisted(read: Read) -> list[tuple[str, int | None]]:
    return [(str(o.value), o.where.revision) for o in read.observations if o.name == "pdf.signature.trace"]


def test_a_signature_of_an_earlier_save_is_found_when_its_field_goes(once: bytes) -> None:
    bare = saved(once, CATALOG, plain().objects[CATALOG])
    read = examine(saved(bare, FIRST, plain().objects[FIRST]))
    assert read.value("pdf.signature.count") == 0
    assert _unlisted(read) == [("earlier-save", 2)]


def test_a_value_that_nothing_leads_to_is_found() -> None:
    loose = b"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 900 1900 100]/Contents<30>>>"
    read = examine(document(TEXT, objects={40: loose}).data)
    assert _unlisted(read) == [("loose-value", 1)]


@pytest.mark.parametrize(
    "value",
    [
        b"<</Type/Sig/ByteRange[0 0 0 0]/Contents<00>>>",
        b"<</Type/Sig/ByteRange[0 ********** ********** **********]/Contents<00>>>",
        b"<</Type/Sig/ByteRange[0 900 1900 100]/Contents<30>/Reference[<</TransformMethod/UR3>>]>>",
    ],
)
def test_what_was_never_signed_or_only_unlocked_a_form_is_no_trace(value: bytes) -> None:
    assert _unlisted(examine(document(TEXT, objects={40: value}).data)) == []


@pytest.mark.parametrize(
    ("catalog", "trace"),
    [
        (b"/AcroForm<</SigFlags 3/Fields[]>>", "flags"),
        (b"/Perms<</DocMDP 77 0 R>>", "permissions"),
        (b"/DSS<</Certs[5 0 R]>>", "validation-data"),
    ],
)
def test_what_only_a_signed_document_has_is_a_trace_without_signature(catalog: bytes, trace: str) -> None:
    assert [name for name, _ in _unlisted(examine(document(TEXT, catalog=catalog).data))] == [trace]


def test_flags_of_a_form_that_waits_for_a_signature_are_no_trace() -> None:
    field = b"<</FT/Sig/T(here)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]>>"
    form = b"/AcroForm<</SigFlags 1/Fields[40 0 R]>>"
    read = examine(document(TEXT, catalog=form, objects={40: field}).data)
    assert _unlisted(read) == []
    assert read.value("pdf.signature.count") == 0


def test_usage_rights_are_told_and_counted_apart() -> None:
    rights = b"<</Type/Sig/ByteRange[0 10 20 30]/Contents<30>/Reference[<</TransformMethod/UR3>>]>>"
    read = examine(document(TEXT, catalog=b"/Perms<</UR3 40 0 R>>", objects={40: rights}).data)
    assert read.value("pdf.signature.count") == 0
    assert read.values("pdf.signature.kind") == ["usage-rights"]
    assert _unlisted(read) == []


def test_many_signatures_are_bounded_and_the_bound_is_told() -> None:
    value = b"<</Type/Sig/ByteRange[0 10 20 30]/Contents<30>>>"
    fields = {100 + i: b"<</FT/Sig/T(f%d)/V %d 0 R>>" % (i, 300 + i) for i in range(60)}
    values = {300 + i: value for i in range(60)}
    form = b"/AcroForm<</Fields[%s]>>" % b" ".join(b"%d 0 R" % n for n in fields)
    read = examine(document(TEXT, catalog=form, objects={**fields, **values}).data)
    assert read.value("pdf.signature.count") == 60
    assert len(read.values("pdf.signature.byte_range")) == 50
    assert "limit-pages" in read.codes


def test_certificates_without_end_are_bounded() -> None:
    from asn1crypto import cms

    made = sign(plain().data)
    begin = made.rindex(b"/Contents <") + len(b"/Contents <")
    info = cms.ContentInfo.load(bytes.fromhex(made[begin : made.index(b">", begin)].decode()))
    signed = info["content"]
    signed["certificates"] = cms.CertificateSet([signed["certificates"][0]] * 501)
    found = read_value(info.dump(force=True), "ETSI.CAdES.detached", lambda _: bytes(32))
    assert found.value == UNREADABLE and "501" not in found.why and "500" in found.why


def test_the_digest_covers_what_the_range_names_and_nothing_else() -> None:
    covered = Reach(pairs=[(0, 3), (5, 2)])
    assert covered.digest(b"abcXXde", "sha256") == Reach(pairs=[(0, 5)]).digest(b"abcde", "sha256")
    assert not covered.hashable(6)
    assert not Reach(pairs=[(0, 6)] * 8).hashable(6), "the same bytes again and again"


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from(["", "adbe.x509.rsa_sha1", "adbe.pkcs7.sha1", "ETSI.RFC3161"])
)
def test_no_value_makes_the_reader_fail(raw: bytes, kind: str) -> None:
    found = read_value(raw, kind, lambda _: b"", raw)
    assert found.digest != HOLDS and found.value != HOLDS


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_value_never_holds_falsely(data: st.DataObject) -> None:
    made = _signed_once()
    begin = made.rindex(b"/Contents <") + len(b"/Contents <")
    digits = made[begin : made.index(b">", begin)].rstrip(b"0").decode()
    raw = bytearray.fromhex(digits + "0" * (len(digits) % 2))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    found = read_value(bytes(raw), "ETSI.CAdES.detached", lambda _: bytes(32))
    assert found.digest != HOLDS


def _signed_once(cache: list[bytes] = []) -> bytes:  # noqa: B006 - one signature for all examples
    if not cache:
        cache.append(sign(plain().data))
    return cache[0]


def test_encrypted_with_the_empty_password_is_verified_too() -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(plain().data), strict=False))
    writer.encrypt("owner", "")
    out = io.BytesIO()
    writer.write(out)

    class Opened(pdf_signed._Writer):
        def __init__(self, data: bytes) -> None:
            IncrementalPdfFileWriter.__init__(self, io.BytesIO(data), strict=False)
            self.encrypt("")

    made = sign(out.getvalue(), writer=Opened)
    read = examine(made)
    assert read.value("pdf.encrypted") is True
    assert read.value("pdf.signature.digest") == read.value("pdf.signature.value") == HOLDS


def test_a_late_moment_is_a_moment() -> None:
    late = datetime(2049, 12, 31, 23, 0, tzinfo=UTC)
    read = examine(sign(plain().data, when=late, kind="pkcs7", ends=late + timedelta(days=400)))
    assert read.value("pdf.signature.signed") == "2049-12-31T23:00:00Z"
    assert str(read.value("pdf.signature.certificate.ends")).startswith("2051")
