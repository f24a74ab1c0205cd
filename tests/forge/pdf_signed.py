"""PDF recipes: signing and what may follow a signature, and what is done to documents that are signed."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pypdf.generic import ArrayObject, NameObject

from tests.forge._pdfbytes import PageText, Update, as_date, pdf_date
from tests.forge._pdfpages import (
    HELVETICA,
    annotated,
    field_shape,
    figures,
    other_amount,
    put_content,
    put_page,
    stated_time,
    xmp,
)
from tests.forge._pdfspot import bare_box
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply, through

#: where the appearance of a signature goes, in points from the lower left
_SEAL = (36, 18, 216, 62)
_YEAR = timedelta(days=365)


def _signing_time(data: bytes) -> datetime:
    """Some time after the last change the document states.

    One that states none is signed when whatever program it names was there.
    """
    info = Update(data).reader.trailer.get("/Info", {})
    stated = (
        [as_date(str(info.get_object().get(key, ""))) for key in ("/ModDate", "/CreationDate")]
        if info
        else []
    )
    stated += [
        as_date(date.decode()) for date in re.findall(rb"Date(?:>|=[\"'])([-\dT:Z+]{10,25})", xmp(data))
    ]
    known = [moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in stated if moment]
    latest = max(known, default=datetime(2025, 5, 9, 8, 12, 30, tzinfo=UTC))
    # no earlier than the program that signs: it writes PDF 2.0, and a file of 2008 cannot hold that
    latest = max(latest.astimezone(UTC), datetime(2018, 3, 5, 8, 12, 30, tzinfo=UTC))
    moment = latest.replace(microsecond=0) + timedelta(hours=30)
    if not 1952 <= moment.year <= 2045:
        raise DoesNotApply("a date that no certificate can have")
    return moment


def signed(data: bytes, field: str = "Signature1", **options: Any) -> bytes:
    """The document signed by a person whose certificate an authority issued. Raises ``DoesNotApply``."""
    from tests.builders.pdf_signed import sign

    when = options.pop("when", None) or _signing_time(data)
    options.setdefault("stamped", when)
    try:
        return sign(data, field, when=when, begins=when - _YEAR, ends=when + 3 * _YEAR, **options)
    except DoesNotApply:
        raise
    except Exception as error:
        raise DoesNotApply(f"cannot be signed: {type(error).__name__}: {error}") from error


def _further(step: Callable[[], bytes]) -> bytes:
    try:
        return step()
    except Exception as error:
        raise DoesNotApply(f"cannot be signed: {type(error).__name__}: {error}") from error


def _validated(data: bytes) -> bytes:
    from tests.builders.pdf_signed import validation_data

    return _further(lambda: validation_data(data))


@benign("pdf", needs=("pyhanko",))
def sign_once(data: bytes, *, seed: int = 0) -> bytes:
    """Sign, visibly or not, with a time stamp or without, as an incremental update. Covers all of the file."""
    draw = random.Random(seed)
    when = _signing_time(data)
    return signed(
        data,
        when=when,
        box=draw.choice((None, _SEAL)),
        stamped=draw.choice((None, when)),
        kind=draw.choice(("pades", "pkcs7")),
    )


@benign("pdf", needs=("pyhanko",))
def sign_twice(data: bytes, *, seed: int = 0) -> bytes:
    """Two people sign, one after the other: the second signature adds a save that the first does not cover."""
    when = _signing_time(data)
    first = signed(data, when=when, box=_SEAL, certify=random.Random(seed).choice((0, 2)))
    later = when + timedelta(hours=5)
    return signed(first, "Signature2", when=later, subject="Paul Durand", number=3)


@benign("pdf", needs=("pyhanko",))
def add_ltv(data: bytes) -> bytes:
    """Sign, then add the data for long-term validation (DSS) as signing programs do when they are asked to."""
    return _validated(signed(data, box=_SEAL))


@benign("pdf", needs=("pyhanko",))
def add_timestamp(data: bytes) -> bytes:
    """Sign, add validation data, then a time stamp over the document a month later: an archive's upkeep."""
    from tests.builders.pdf_signed import timestamp

    when = _signing_time(data)
    kept = _validated(signed(data, when=when))
    return _further(lambda: timestamp(kept, when + timedelta(days=30)))


@benign("pdf", needs=("pyhanko",))
def annotate_after_signing(data: bytes) -> bytes:
    """Comment on a signed document as macOS Preview does: a note is added, the seal's appearance is lost.

    The appearance of the signature goes from its widget, the signature stays; the update touches annotations
    only.
    """
    made = signed(data, box=_SEAL)
    update = Update(made)
    for page in update.reader.pages:
        for reference in page.get("/Annots", ArrayObject()).get_object():
            widget = reference.get_object()
            if widget.get("/FT") == "/Sig":
                kept = {key.lstrip("/"): widget.raw_get(key) for key in widget if key != "/AP"}
                update.put(kept, over=reference)
    made = update.appended()
    return annotated(made, 0, bare_box(made, 0, (300.0, 20.0, 420.0, 44.0)), "lu le 12/05", False)


def _with_field(data: bytes) -> bytes:
    """The document with one text field, if it has no form yet."""
    update = Update(data)
    root = update.reader.trailer.raw_get("/Root")
    held = root.get_object()
    if "/AcroForm" in held:
        raise DoesNotApply("has a form already")
    page = update.reader.pages[0]
    entries = {
        "Type": NameObject("/Annot"),
        "Subtype": NameObject("/Widget"),
        "FT": NameObject("/Tx"),
        "T": "remarks",
        "DA": "/Helv 10 Tf 0 g",
        "F": 4,
        "Rect": [240, 24, 400, 40],
        "P": page.indirect_reference,
    }
    field = update.put(entries)
    annotations = page.get("/Annots", ArrayObject()).get_object()
    put_page(update, 0, {"Annots": [*annotations, field]})
    form = {"Fields": [field], "DA": "/Helv 0 Tf 0 g", "DR": {"Font": {"Helv": HELVETICA}}}
    update.put({**{key.lstrip("/"): held.raw_get(key) for key in held}, "AcroForm": form}, over=root)
    return update.appended()


@benign("pdf", needs=("pyhanko",))
def fill_form_after_signing(data: bytes, *, seed: int = 0) -> bytes:
    """Fill a field of a form that was certified for filling, or signed, before it was sent out."""
    made = signed(_with_field(data), certify=random.Random(seed).choice((0, 2)))
    update = Update(made)
    for page in update.reader.pages:
        for reference in page.get("/Annots", ArrayObject()).get_object():
            field = reference.get_object()
            if field.get("/FT") == "/Tx" and field.get("/T") == "remarks":
                kept = {key.lstrip("/"): field.raw_get(key) for key in field}
                shape = update.put(field_shape("bien reçu", 160, 16))
                update.put({**kept, "V": "bien reçu", "AP": {"N": shape}}, over=reference)
                return update.appended()
    raise DoesNotApply("the field is not on a page")


@benign("pdf", needs=("pyhanko", "qpdf"))
def optimise_signed(data: bytes) -> bytes:
    """Sign, then let qpdf lay the file out for the web, as archives do with all they receive.

    The signature is left in a file that it no longer fits; nothing that can be read was changed.
    """
    command = ("qpdf", "--linearize", "--deterministic-id", "IN", "OUT")
    return through(command, signed(data), suffix=".pdf", ok=(0, 3))


def _edited(made: bytes, data: bytes, seed: int) -> Forged:
    """An amount of the signed document exchanged inside the page's own operators, as an update."""
    refused = DoesNotApply("no figure")
    for number, figure in figures(data, seed):
        update = Update(made)
        try:
            shown = PageText(update.reader, number)
            new = other_amount(figure, seed, shown.digits(figure))
            put_content(update, number, shown.replace(figure, new))
        except DoesNotApply as error:
            refused = error
            continue
        return Forged(update.appended(), Truth(page=number + 1, before=figure, after=new))
    raise refused


@altered("pdf", question="content", expects=("LV-SIG-001",), needs=("pyhanko",))
def signed_then_changed(data: bytes, *, seed: int = 0) -> Forged:
    """Sign, then exchange an amount in the page's own text operators and save incrementally.

    The signature still holds over the earlier save.  An examiner cuts the file where the signature ends and
    reads the amount that was signed.
    """
    return _edited(signed(data, certify=random.Random(seed).choice((0, 0, 2))), data, seed)


@altered("pdf", question="content", expects=("LV-SIG-001",), needs=("pyhanko",))
def signed_and_overlaid(data: bytes, *, seed: int = 0) -> Forged:
    """Sign, then cover an amount with a box and type another one on it, as an incremental update.

    An examiner has both amounts: the signed one in the save that the signature covers, and under the box.
    """
    from tests.forge.pdf_cover import cover_appended

    return cover_appended.forge(signed(data), seed=seed)


@altered("pdf", question="origin", expects=("LV-SIG-002",), needs=("pyhanko", "qpdf"))
def signed_bytes_changed(data: bytes, *, seed: int = 0) -> Forged:
    """Sign a file whose pages are not compressed, then overwrite the digits of an amount in place.

    Not a byte moves, and no revision is added.  An examiner makes the digest of the signed bytes again, which
    is not the one in the signature; what stood there before nobody can tell from the file.
    """
    plain = (
        "qpdf",
        "--stream-data=uncompress",
        "--object-streams=disable",
        "--deterministic-id",
        "IN",
        "OUT",
    )
    refused = DoesNotApply("no figure")
    for number, figure in figures(data, seed):
        try:
            update = Update(data)
            shown = PageText(update.reader, number)
            new = other_amount(figure, seed, shown.digits(figure))
            # the same strings written the same way, so that the two differ in the digits only
            before = PageText(update.reader, number).replace(figure, figure)
            after = PageText(update.reader, number).replace(figure, new)
            if len(before) != len(after) or before == after:
                raise DoesNotApply("another length")
            put_content(update, number, before)
            made = signed(through(plain, update.appended(), suffix=".pdf", ok=(0, 3)))
            if made.count(before) != 1:
                raise DoesNotApply("the content is not in the file as it is")
        except DoesNotApply as error:
            refused = error
            continue
        changed = made.replace(before, after)
        return Forged(changed, Truth(page=number + 1, before=figure, after=new))
    raise refused


def _without_fields(update: Update) -> Update:
    """The form without its signature fields, and the pages without their widgets; the flags stay."""
    root = update.reader.trailer.raw_get("/Root")
    held = root.get_object()
    form = held["/AcroForm"].get_object()
    kept = [field for field in form["/Fields"] if field.get_object().get("/FT") != "/Sig"]
    entries = {key.lstrip("/"): form.raw_get(key) for key in form}
    changed = {
        **{key.lstrip("/"): held.raw_get(key) for key in held},
        "AcroForm": {**entries, "Fields": kept},
    }
    update.put(changed, over=root)
    for number, page in enumerate(update.reader.pages):
        notes = page.get("/Annots", ArrayObject()).get_object()
        others = [note for note in notes if note.get_object().get("/FT") != "/Sig"]
        if len(others) < len(notes):
            put_page(update, number, {"Annots": others})
    return update


@altered("pdf", question="origin", expects=("LV-SIG-003",), needs=("pyhanko",))
def signature_stripped(data: bytes, *, seed: int = 0) -> bytes:
    """Sign, then take the signature's field out of the form and off the page, as an incremental update.

    An examiner finds the signed save whole inside the file, and in it a signature that the document as it
    stands no longer has.
    """
    made = signed(data, box=random.Random(seed).choice((None, _SEAL)))
    return _without_fields(Update(made)).appended()


@altered("pdf", question="origin", expects=("LV-SIG-003",), needs=("pyhanko", "pikepdf"))
def signature_stripped_rewritten(data: bytes, *, seed: int = 0) -> bytes:
    """Sign with validation data or as a certification, take the field out, and write the file anew by pikepdf.

    One revision, and no signature.  An examiner finds what only a signed document has: the store of
    certificates, or the permissions of a certification.
    """
    import pikepdf

    certified = random.Random(seed).random() < 0.5
    made = signed(data, certify=2) if certified else _validated(signed(data))
    with pikepdf.open(io.BytesIO(made)) as document:
        del document.Root.AcroForm
        for page in document.pages:
            if "/Annots" in page:
                page.Annots = pikepdf.Array([note for note in page.Annots if note.get("/FT") != "/Sig"])
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


@altered("pdf", question="origin", expects=("LV-SIG-003",), needs=("pyhanko", "qpdf"))
def signature_left_loose(data: bytes) -> bytes:
    """Sign, then copy the file object by object without the field: the signature's own object stays behind.

    As scripts do that drop the form and write every object they have.  An examiner finds a dictionary with a
    range of signed bytes that nothing leads to.
    """
    table = ("qpdf", "--object-streams=disable", "--deterministic-id", "IN", "OUT")
    made = signed(through(table, data, suffix=".pdf", ok=(0, 3)))
    update = _without_fields(Update(made))
    # one table of all objects, with the newest version of each, and no way back to the signed save
    for number in sorted({*update.reader.xref.get(0, {}), *update.reader.xref_objStm}):
        if number and (number, 0) not in update.objects:
            found = update.reader.get_object(number)
            if not isinstance(found, dict) or found.get("/Type") not in ("/ObjStm", "/XRef"):
                update.objects[number, 0] = found
    out = update.appended()
    body = out[len(made) + (not made.endswith(b"\n")) :]
    return _moved(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", body, len(out) - len(body))


def _moved(header: bytes, body: bytes, was: int) -> bytes:
    """The update alone, as a file of its own: every offset moved by what is gone before it."""
    shift = len(header) - was
    start = body.rindex(b"\nxref\n") + 1
    table = re.sub(
        rb"(\d{10}) (\d{5}) n ", lambda m: b"%010d %s n " % (int(m[1]) + shift, m[2]), body[start:]
    )
    table = re.sub(rb"/Prev \d+\n", b"", table)
    table = table.replace(b"xref\n", b"xref\n0 1\n0000000000 65535 f \n", 1)
    table = re.sub(rb"startxref\n\d+", b"startxref\n%d" % (len(header) + start), table)
    return header + body[:start] + table


@altered("pdf", question="origin", needs=("pyhanko", "qpdf"))
def signature_stripped_clean(data: bytes, *, seed: int = 0) -> bytes:
    """Sign, take out the field and the whole form, and write the file anew by qpdf, which drops what is loose.

    Nothing of the signature is left.  An examiner finds nothing that speaks of one.
    """
    update = Update(signed(data))
    root = update.reader.trailer.raw_get("/Root")
    held = root.get_object()
    update.put({key.lstrip("/"): held.raw_get(key) for key in held if key != "/AcroForm"}, over=root)
    for number, page in enumerate(update.reader.pages):
        notes = page.get("/Annots", ArrayObject()).get_object()
        if any(note.get_object().get("/FT") == "/Sig" for note in notes):
            others = [note for note in notes if note.get_object().get("/FT") != "/Sig"]
            put_page(update, number, {"Annots": others})
    command = ("qpdf", "--deterministic-id", "IN", "OUT")
    return through(command, update.appended(), suffix=".pdf", ok=(0, 3))


@altered("pdf", question="origin", expects=("LV-SIG-004",), needs=("pyhanko",))
def sign_backdated(data: bytes, *, seed: int = 0) -> bytes:
    """Set the clock back and sign with today's certificate, so that the signature states an earlier day.

    An examiner compares the time of signing with the first day of the certificate, which lies later.
    """
    when = _signing_time(data)
    earlier = when - timedelta(days=random.Random(seed).randrange(20, 600))
    update = Update(data)
    if stated_time(update) is not None:
        stamp = pdf_date(earlier - timedelta(hours=2))
        update.info({"CreationDate": stamp, "ModDate": stamp})
    from tests.builders.pdf_signed import sign

    dated = update.appended() if update.objects else data
    return _further(lambda: sign(dated, when=earlier, begins=when - timedelta(days=5), ends=when + _YEAR))
