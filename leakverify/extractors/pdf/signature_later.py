"""What pyHanko's rules say of the saves after a signature.

A second opinion beside our own comparison of saves (``changes``): pyHanko reads
the file with a parser of its own and accepts a later save only when it can
account for every object in it.  The rules are strict and know no comments, so
that they do not accept a save is no finding by itself; that they do is strong.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel, SuspiciousModification
from pyhanko.sign.validation.status import SignatureCoverageLevel

from leakverify.extractors._base import clip
from leakverify.extractors.pdf.pages import clean
from leakverify.extractors.pdf.signature_value import quiet

#: work over all signatures: objects times saves, and reading all objects first, which costs as much as
#: sixteen saves; measured at about 10 µs each, so one second
WORK, _READING = 100_000, 16
#: bytes of a file that is read a second time
SIZE = 64 * 1024 * 1024
_UNPACKED = 64 * 1024 * 1024

_LEVELS = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "validation-data",
    ModificationLevel.FORM_FILLING: "form",
    ModificationLevel.ANNOTATIONS: "annotations",
    ModificationLevel.OTHER: "other",
}
_NUMBER = re.compile(r"idnum=(\d{1,10})")


@dataclass(slots=True)
class Opinion:
    """``level`` is of what came later, or ``not-covered`` or ``not-run``; ``why`` the reason in few words."""

    level: str
    why: str = ""


class Rules:
    """pyHanko's reading of one file; asked signature by signature, within one bound for all."""

    def __init__(self, data: bytes) -> None:
        self._left = WORK
        self._signatures: dict[int, Any] = {}
        self._reader: Any = None
        self._refused = ""
        if len(data) > SIZE:
            self._refused = f"more than {SIZE} bytes"
            return
        limits = DecodeLimits(document_budget=DocumentDecodeBudget(base_allowance=_UNPACKED, max_ratio=20))
        with quiet():
            try:
                self._reader = PdfFileReader(io.BytesIO(data), strict=False, decode_limits=limits)
                if self._reader.encrypted:
                    self._reader.decrypt(b"")
                for embedded in self._reader.embedded_signatures:
                    number = embedded.sig_object.container_ref.idnum
                    self._signatures.setdefault(number, embedded)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a parser does with hostile bytes
                self._refused = _reason(error)

    def of(self, number: int) -> Opinion:
        """Of the signature whose dictionary is object ``number``."""
        embedded = self._signatures.get(number)
        if embedded is None:
            return Opinion("not-run", self._refused or "pyHanko does not count it among the signatures")
        with quiet():
            try:
                return self._judge(embedded)
            except MemoryError:
                raise
            except SuspiciousModification as error:
                return Opinion("other", _reason(error))
            except Exception as error:  # noqa: BLE001 - whatever a parser does with hostile bytes
                return Opinion("not-run", _reason(error))

    def _judge(self, embedded: Any) -> Opinion:
        coverage = embedded.evaluate_signature_coverage()
        if coverage == SignatureCoverageLevel.ENTIRE_FILE:
            return Opinion("none")
        if coverage != SignatureCoverageLevel.ENTIRE_REVISION:
            return Opinion("not-covered", f"coverage {coverage.name.lower()}")
        reader = self._reader
        signed, revisions = embedded.signed_revision, reader.xrefs.total_revisions
        objects = sum(len(reader.xrefs.explicit_refs_in_revision(number)) for number in range(revisions))
        self._left -= objects * (revisions - signed - 1 + _READING)
        if self._left < 0:
            return Opinion("not-run", "too many objects and saves")
        before = reader.get_historical_resolver(signed)
        level = ModificationLevel.NONE
        for number in range(signed + 1, revisions):
            found = DEFAULT_DIFF_POLICY.apply(
                before,
                reader.get_historical_resolver(number),
                field_mdp_spec=embedded.fieldmdp,
                doc_mdp=embedded.docmdp_level,
            )
            level = max(level, found.modification_level)
        return Opinion(_LEVELS[level])


def _reason(error: Exception) -> str:
    """In words that are the same in every run: pyHanko lists objects as they come out of a set."""
    numbers = sorted({int(number) for number in _NUMBER.findall(str(error)[:100_000])})
    if numbers:
        shown = ", ".join(str(number) for number in numbers[:20])
        return f"{type(error).__name__}: objects {shown}" + (" and more" if len(numbers) > 20 else "")
    return clip(clean(" ".join(f"{type(error).__name__}: {error}".split())), 200)
