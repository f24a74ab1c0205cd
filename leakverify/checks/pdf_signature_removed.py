"""LV-SIG-003  A signature was taken out.

What it looks at: what signatures leave behind when they go.  A dictionary with
a range of signed bytes that nothing in the document leads to; one that an
earlier save in the same file led to; the permissions of a certification or
data for long-term validation without any signature; flags of the form that
announce signatures where there is no field for one.

Why it matters: whoever wants to change a signed document must break the
signature or take it out, and a document without one raises no question.  The
trace says that the document was signed once and that what is here is no longer
that document.  It does not say that anything else was changed.

Innocent ways: the signer cleared the signature to sign again; the document was
flattened or a page was extracted to publish it; a program that does not know
signatures wrote the file anew; a template kept what belonged to a signed copy.
macOS Preview drops the appearance of a signature and keeps the signature, which
is not reported here.

Repeat by hand: ``grep -a -c /ByteRange FILE``; ``pdfsig FILE``;
``qpdf --qdf --object-streams=disable FILE - | grep -a -n -E
'SigFlags|/DSS|/DocMDP'``.

Sources: ISO 32000-2 12.7.3 (SigFlags), 12.8.4 (DSS), 12.8.6 (Perms).  Of 1,013
public genuine PDFs none holds such a trace but one, whose form has the flags.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "earlier-save": "The document as saved in revision {revision} was signed ({part}); the document as it "
    "stands no longer leads to that signature.",
    "loose-value": "The file holds a signature ({part}, byte {offset}) that nothing in the document leads "
    "to.",
    "permissions": "The document states the permissions of a certification and has no signed field.",
    "validation-data": "The document holds data for validating signatures and has no signature.",
    "flags": "The form announces signatures ({raw}) and has no field for one.",
}
INNOCENT = {
    "cleared": "The signer cleared the signature in order to sign again.",
    "flattened": "The form was flattened or a page taken out for publication.",
    "rewritten": "A program that does not know signatures wrote the file anew.",
    "template": "A template or a form kept what belonged to a signed copy.",
}

EXAMPLES = (
    Example(
        title="the field removed, the value left in the file",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.signature.count", 0),
            fact("pdf.signature.trace", "loose-value", part="obj 9 0", offset=1234),
        ),
    ),
    Example(
        title="flattened, with the data for validation left",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.signature.count", 0),
            fact("pdf.signature.trace", "validation-data", part="catalog"),
        ),
    ),
    Example(
        title="a form that was never signed, with flags from its template",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.signature.count", 0),
            fact("pdf.signature.trace", "flags", part="catalog", raw="3"),
        ),
    ),
    Example(
        title="a signed document",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.signature.count", 1),),
    ),
)


@check(
    "LV-SIG-003",
    question=Question.ORIGIN,
    family=Family.SIGNATURE,
    formats=("pdf",),
    needs=("pdf.signature.count",),
    reads=("pdf.signature.trace",),
    cost=Cost.MINUTES,
    reproduce="grep -a -c /ByteRange FILE; pdfsig FILE",
)
def signature_taken_out(facts: Facts) -> Iterator[Answer]:
    for trace in facts.all("pdf.signature.trace")[:10]:
        part = trace.where.part
        if trace.value == "earlier-save":
            yield unusual("earlier-save", rests_on=(trace,), part=part, revision=trace.where.revision or 0)
        elif trace.value == "loose-value":
            yield unusual("loose-value", rests_on=(trace,), part=part, offset=trace.where.offset or 0)
        elif trace.value == "flags":
            yield neutral("flags", rests_on=(trace,), raw=trace.raw or "")
        elif trace.value in ("permissions", "validation-data"):
            yield unusual(str(trace.value), rests_on=(trace,))
