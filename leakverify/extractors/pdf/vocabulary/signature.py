"""What is read of signatures."""

from __future__ import annotations

from leakverify.extractors._base import Declared, count, text, token, when

VOCABULARY: dict[str, Declared] = {
    "pdf.signature.count": count("signed signature fields"),
    "pdf.signature.byte_range": token("bytes it covers: offset length pairs", repeats=True),
    "pdf.signature.sub_filter": token("kind of signature", repeats=True),
    "pdf.signature.when": when("signing time as stated by the signer's clock", repeats=True),
    "pdf.signature.name": text("signer as stated in the field", repeats=True),
    "pdf.signature.reason": text("reason as stated in the field", repeats=True),
}
