"""Programs that write a whole PDF anew, and pikepdf for taking one apart."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from typing import Any

from tests.forge.tools import DoesNotApply, missing, through

#: ways of writing a file anew that keep what a page is made of, with what each needs
WRITERS: Mapping[str, tuple[str, ...]] = {
    "qpdf": ("qpdf", "--object-streams=preserve", "--deterministic-id", "IN", "OUT"),
    "qpdf-objects": ("qpdf", "--object-streams=generate", "--deterministic-id", "IN", "OUT"),
    "pdftk": ("pdftk", "IN", "output", "OUT"),
    "gs": ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", "-sOutputFile=OUT", "IN"),
}


def rewritten(data: bytes, how: str) -> bytes:
    """The document written anew by ``how``: a key of WRITERS, ``pikepdf`` or ``pypdf``."""
    if how == "pikepdf":
        with pike(data) as pdf:
            return saved(pdf)
    if how == "pypdf":
        return pypdf_saved(data)
    argv = WRITERS[how]
    if missing(argv[0]):
        raise DoesNotApply(f"{argv[0]} is not here")
    return through(argv, data, suffix=".pdf", ok=(0, 3) if argv[0] == "qpdf" else (0,))


def rewritten_somehow(data: bytes, seed: int, *ways: str) -> bytes:
    """Written anew by one of the ways, drawn by ``seed``; those whose program is missing are left out."""
    able = [way for way in ways if way not in WRITERS or not missing(WRITERS[way][0])]
    return rewritten(data, random.Random(f"writer {seed}").choice(able))


def pike(data: bytes) -> Any:
    """The document in pikepdf. Raises ``DoesNotApply``. Use it as a context."""
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(data))
        if pdf.is_encrypted or not len(pdf.pages):
            raise DoesNotApply("encrypted or without a page")
    except (pikepdf.PdfError, ValueError) as error:
        raise DoesNotApply(f"not readable: {error}") from error
    return pdf


def saved(pdf: Any, **how: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, **how)
    return out.getvalue()


def pypdf_saved(data: bytes) -> bytes:
    """Cloned and written by pypdf, which puts its own name where the producer stands unless told not to."""
    import pypdf

    from tests.forge._pdfbytes import reading

    writer = pypdf.PdfWriter(clone_from=reading(data))
    return pypdf_written(writer)


def pypdf_written(writer: Any) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def put_back(made: bytes, source: bytes, *, ids: bool = True) -> bytes:
    """``made`` with Info, XMP and the permanent half of /ID of ``source``, written by pikepdf.

    What somebody does who wants a file that was made anew to look as if it had not been.
    """
    import pikepdf

    with pike(source) as old, pike(made) as new:
        if "/Info" in new.trailer:
            del new.trailer["/Info"]
        if "/Info" in old.trailer and len(old.docinfo):
            new.trailer["/Info"] = new.make_indirect(
                pikepdf.Dictionary(
                    {k: str(v) for k, v in old.docinfo.items() if isinstance(v, pikepdf.String)}
                )
            )
        if "/Metadata" in new.Root:
            del new.Root["/Metadata"]
        if "/Metadata" in old.Root:
            packet = pikepdf.Stream(new, old.Root.Metadata.read_bytes())
            packet.Type, packet.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
            new.Root.Metadata = new.make_indirect(packet)
        out = io.BytesIO()
        new.save(out, static_id=False, deterministic_id=True)
        data = out.getvalue()
        halves = [bytes(half) for half in old.trailer["/ID"]] if ids and "/ID" in old.trailer else []
    return _with_first_id(data, halves[0]) if halves and len(halves[0]) == 16 else data


def _with_first_id(data: bytes, first: bytes) -> bytes:
    """The same file with another first half of /ID of the same length, written in hex in its place."""
    at = data.rfind(b"/ID [<")
    if at < 0 or data[at + 38 : at + 39] != b">":
        return data
    return data[: at + 6] + first.hex().encode() + data[at + 38 :]


def declared(data: bytes, key: str = "/Producer") -> str:
    """An entry of Info as it stands, ``""`` when it is not stated."""
    with pike(data) as pdf:
        return str(pdf.docinfo.get(key, "")) if "/Info" in pdf.trailer else ""
