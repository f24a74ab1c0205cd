"""Examples of LV-PDF-002: what an appended save changed, and what innocent saves look like."""

from __future__ import annotations

from leakverify.checks._base import Example, fact
from leakverify.evidence import Outcome

EXAMPLES = (
    Example(
        title="an amount replaced by a save that moves no date",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.info.mod_date", "2017-03-02T10:11:12+01:00", revision=1),
            fact("pdf.change.text_before", "the sum of 1,200.00 euros is", revision=2, page=2),
            fact("pdf.change.text_after", "the sum of 91,200.00 euros is", revision=2, page=2),
            fact("pdf.change.explained", "none", revision=2, page=2),
        ),
    ),
    Example(
        title="an amount replaced, openly, by a save of a later date",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.info.creation_date", "2017-03-02T10:11:12+01:00", revision=1),
            fact("pdf.info.mod_date", "2017-03-02T10:11:12+01:00", revision=1),
            fact("pdf.info.mod_date", "2017-03-09T16:40:00+01:00", revision=2),
            fact("pdf.change.text_before", "the sum of 1,200.00 euros is", revision=2, page=2),
            fact("pdf.change.text_after", "the sum of 91,200.00 euros is", revision=2, page=2),
            fact("pdf.change.explained", "none", revision=2, page=2),
        ),
    ),
    Example(
        title="footnote marks taken out on the day the report was made",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.info.creation_date", "2013-04-05T11:29:14+01:00", revision=1),
            fact("pdf.info.mod_date", "2013-04-05T11:29:14+01:00", revision=1),
            fact("pdf.info.mod_date", "2013-04-05T13:49:39+01:00", revision=2),
            fact("pdf.change.text_before", "Demographic assumptions estimates1 18- to", revision=2, page=2),
            fact("pdf.change.text_after", "Demographic assumptions estimates 18- to", revision=2, page=2),
            fact("pdf.change.explained", "none", revision=2, page=2),
        ),
    ),
    Example(
        title="a white box over an amount, and another amount on it",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.info.mod_date", "2017-03-02T10:11:12+01:00", revision=1),
            fact("pdf.info.mod_date", "2017-03-09T16:40:00+01:00", revision=2),
            fact("pdf.change.text_before", "Total 1 430,00", revision=2, page=1),
            fact("pdf.change.text_after", "Total 4 430,00", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
            fact("pdf.change.hidden_under", "drawing", revision=2, page=1),
        ),
    ),
    Example(
        title="one figure exchanged in the text behind a scan",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "a total of 400 per head", revision=2, page=1),
            fact("pdf.change.text_after", "a total of 300 per head", revision=2, page=1),
            fact("pdf.change.explained", "ocr-layer", revision=2, page=1),
        ),
    ),
    Example(
        title="names blanked out for publication",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "statement of Jean Martin taken on", revision=2, page=1),
            fact("pdf.change.text_after", "", revision=2, page=1),
            fact("pdf.change.explained", "redaction", revision=2, page=1),
        ),
    ),
    Example(
        title="two end-of-file marks from one linearised save",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 1),
            fact("pdf.linearized", True),
            fact("pdf.id.first", "aa"),
            fact("pdf.id.second", "bb"),
        ),
    ),
    Example(
        title="a form filled by its recipient",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "", revision=2, page=1),
            fact("pdf.change.text_after", "Jeanne Martin", revision=2, page=1),
            fact("pdf.change.explained", "form-fill", revision=2, page=1),
        ),
    ),
    Example(
        title="an opaque note laid over an amount, showing another one",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "Total 1 430,00", revision=2, page=1),
            fact("pdf.change.text_after", "Total 4 430,00", revision=2, page=1),
            fact("pdf.change.explained", "annotation", revision=2, page=1),
            fact("pdf.change.hidden_under", "annotation", revision=2, page=1),
        ),
    ),
    Example(
        title="a note in the margin",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "", revision=2, page=1),
            fact("pdf.change.text_after", "Bon à payer 12/05", revision=2, page=1),
            fact("pdf.change.explained", "annotation", revision=2, page=1),
        ),
    ),
    Example(
        title="corrected, then signed by both sides",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 3),
            fact("pdf.revision.end", 5000, revision=1),
            fact("pdf.revision.end", 7000, revision=2),
            fact("pdf.revision.end", 12000, revision=3),
            fact("pdf.signature.byte_range", "0 8000 11000 1000"),
            fact("pdf.change.text_before", "within 30 days", revision=2, page=1),
            fact("pdf.change.text_after", "within 45 days", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="signed, then replaced within the hour",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 3),
            fact("pdf.info.creation_date", "2019-08-09T13:12:04+01:00", revision=1),
            fact("pdf.info.mod_date", "2019-08-09T20:15:01+01:00", revision=3),
            fact("pdf.revision.end", 12179, revision=1),
            fact("pdf.revision.end", 17718, revision=2),
            fact("pdf.revision.end", 22452, revision=3),
            fact("pdf.signature.byte_range", "0 12814 15996 1722"),
            fact("pdf.change.text_before", "Sign the document to get a reward!", revision=3, page=1),
            fact("pdf.change.text_after", "You are fired! Get out immediately", revision=3, page=1),
            fact("pdf.change.explained", "none", revision=3, page=1),
        ),
    ),
    Example(
        title="a signature whose range leaves out nearly all of the revision that holds the change",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.revision.end", 836, revision=1),
            fact("pdf.revision.end", 39792, revision=2),
            fact("pdf.signature.byte_range", "0 1324 39792 518"),
            fact("pdf.change.text_before", "Hello World!", revision=2, page=1),
            fact("pdf.change.text_after", "Hello Attacker!", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="a page turned by a viewer, whose lines are then read from the end",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact(
                "pdf.change.text_before", "The movie opens with a news report advertising", revision=2, page=1
            ),
            fact("pdf.change.text_after", "gni sitr evdatr oper s wen a hti wsnepo ei", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="an amount that grew in front",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "a fee of 200.00 euros", revision=2, page=1),
            fact("pdf.change.text_after", "a fee of 1,200.00 euros", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="two amounts that changed places, or two columns read in another order",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "100 to Martin and 900 to Durand", revision=2, page=1),
            fact("pdf.change.text_after", "900 to Martin and 100 to Durand", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="a page number taken off before publication",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "1 of 1 05/01/2018 3:22 PM", revision=2, page=1),
            fact("pdf.change.text_after", "", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="the same words set again with other hyphens",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "the ﬁnal agree-ment", revision=2, page=1),
            fact("pdf.change.text_after", "the final agreement", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="revisions that only add a time stamp and validation data",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.revision.count", 3), fact("pdf.change.kind", "dss", revision=3)),
    ),
)
