"""Invoices as pictures, whose total or day was changed: only recognition can read them, and it never counts.

An examiner looks at the picture; text recognised from it is shown to him, and misread figures are ordinary.
"""

from __future__ import annotations

import io

from PIL import Image

from tests.builders import scans
from tests.builders.invoices import Invoice
from tests.forge.office_invoices import honest, other_account, other_day, raise_total
from tests.forge.recipe import Forged, altered, benign
from tests.forge.tools import DoesNotApply


def _made(data: bytes, seed: int) -> Invoice:
    try:
        with Image.open(io.BytesIO(data)):
            return honest(data, seed, head=b"")
    except OSError:
        raise DoesNotApply("no picture") from None


@altered("image", question="content")
def invoice_total(data: bytes, *, seed: int = 0) -> Forged:
    """Raise the total in a picture of an invoice. An examiner adds net and tax."""
    raised, truth = raise_total(_made(data, seed), seed)
    return Forged(scans.as_png(raised.lines()), truth)


@altered("image", question="content")
def invoice_account(data: bytes, *, seed: int = 0) -> Forged:
    """Change one figure of the account in a picture. An examiner computes its check digits."""
    changed, truth = other_account(_made(data, seed), seed)
    return Forged(scans.as_png(changed.lines()), truth)


@altered("image", question="content")
def invoice_weekday(data: bytes, *, seed: int = 0) -> Forged:
    """Move the day in a picture and leave its weekday. An examiner looks at a calendar."""
    moved, truth = other_day(_made(data, seed), seed)
    return Forged(scans.as_png(moved.lines()), truth)


@benign("image")
def invoice_plain(data: bytes, *, seed: int = 0) -> bytes:
    """A picture of an invoice as it was printed."""
    return scans.as_png(_made(data, seed).lines())
