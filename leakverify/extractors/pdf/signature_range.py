"""Which bytes a signature covers, held against the bytes that are there.

``/ByteRange`` names what was hashed: everything but the value of ``/Contents``
(ISO 32000-2, 12.8.1).  A range that leaves out anything else, begins late,
overlaps itself or ends in the middle of a save covers less than it seems to
("signature wrapping", V. Mladenov et al., CCS 2019).  A range whose gap is not
where the value is belongs to other bytes than these: the file was written anew
after it was signed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from leakverify.extractors.pdf.chain import Revision
from leakverify.extractors.pdf.objects import Store

#: pairs of a range that are looked at; one signature in use has two
_PAIRS = 8
#: hexadecimal digits of one value; with certificates and revocation lists some 100 kB are in use
_VALUE = 16 * 1024 * 1024
#: bytes between the end of a range and the end of a save: a line end that one of the two counts
_SLACK = 2
_CONTENTS = re.compile(rb"/Contents[\x00\t\n\f\r ]{0,64}<(?!<)")
_WRITTEN = re.compile(rb"[\x00\t\n\f\r ]{0,64}<([0-9A-Fa-f\x00\t\n\f\r ]{0,16777216})>[\x00\t\n\f\r ]{0,64}")
_NO_DIGIT = re.compile(rb"[^0-9A-Fa-f]+")
_BLANKS = b"\x00\t\n\f\r "


@dataclass(slots=True)
class Reach:
    """What a range takes in.

    ``coverage``: ``file`` (all bytes but the value), ``revision`` (all of the
    document as it was after a save), ``less``, or ``unfit`` (the range is not
    one over these bytes).  ``odd`` says what is out of order.
    """

    pairs: list[tuple[int, int]] = field(default_factory=list)
    coverage: str = "unfit"
    #: the newest save that is wholly inside
    revision: int | None = None
    odd: list[str] = field(default_factory=list)
    #: the value of the signature as it is written, DER and what fills it up
    value: bytes = b""
    #: where that is, from ``<`` to behind ``>``; ``None`` when it is not in the file as such
    place: tuple[int, int] | None = None

    @property
    def end(self) -> int:
        return max((start + length for start, length in self.pairs), default=0)

    def hashable(self, size: int) -> bool:
        """Whether every byte it names is there, and none is named very often."""
        return bool(self.pairs) and self.end <= size and sum(length for _, length in self.pairs) <= 2 * size

    def digest(self, data: bytes, algorithm: str) -> bytes:
        """Raises ``ValueError`` for an algorithm that is not known here."""
        machine = hashlib.new(algorithm, usedforsecurity=False)
        whole = memoryview(data)
        for start, length in self.pairs:
            machine.update(whole[start : start + length])
        return machine.digest(64) if algorithm == "shake_256" else machine.digest()  # type: ignore[call-arg]


def reach(
    store: Store, signature: dict[Any, Any], span: tuple[int, int] | None, revisions: Sequence[Revision]
) -> Reach:
    """The range of a signature dictionary. ``span``: its bytes in the file, if it is an object of its own."""
    data = store.data
    found = Reach()
    _value(found, data, signature, span)
    edges = [store.resolve(edge) for edge in store.array(signature, "/ByteRange")[: 2 * _PAIRS]]
    numbers = [int(edge) for edge in edges if isinstance(edge, int) and 0 <= edge < 2**48]
    if len(numbers) != len(edges) or len(numbers) < 2 or len(numbers) % 2:
        found.odd.append("no-range")
        return found
    found.pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    if len(found.pairs) != 2:
        found.odd.append("not-two-pairs")
        return found
    _coverage(found, data, store.base, revisions)
    return found


def _value(found: Reach, data: bytes, signature: dict[Any, Any], span: tuple[int, int] | None) -> None:
    at = _CONTENTS.search(data, *span) if span else None
    if at is not None:
        close = data.find(b">", at.end(), at.end() + _VALUE)
        if close > 0:
            digits = _NO_DIGIT.sub(b"", data[at.end() : close])
            found.value = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
            found.place = (at.end() - 1, close + 1)
    else:
        # packed away by a program that wrote the file anew, or written as a literal string
        raw = getattr(dict.get(signature, "/Contents"), "original_bytes", b"")
        found.value = raw[: _VALUE // 2] if isinstance(raw, bytes) else b""
    if not found.value.strip(b"\x00"):
        found.odd.append("no-value")


def _coverage(found: Reach, data: bytes, base: int, revisions: Sequence[Revision]) -> None:
    (start, length), (second, rest) = found.pairs
    if base and found.place and _fits((length + base, second + base), found.place):
        # counted from the header, as readers of files with something before it do
        found.pairs = [(start + base, length), (second + base, rest)]
        (start, length), (second, rest) = found.pairs
    if second < start + length:
        found.odd.append("overlap")
        return
    if found.end > len(data):
        found.odd.append("beyond-end")
        return
    gap = (start + length, second)
    if found.place is None and (written := _WRITTEN.fullmatch(data, *gap)):
        # of a dictionary inside another one
        digits = _NO_DIGIT.sub(b"", written[1])
        if digits and not len(digits) % 2 and bytes.fromhex(digits.decode("ascii")) == found.value:
            found.place = (written.start(1) - 1, written.end(1) + 1)
    if found.place is None or not (gap[0] < found.place[1] and found.place[0] < gap[1]):
        found.odd.append("gap-elsewhere")
        return
    if start > base:
        found.odd.append("begins-late")
    if not _fits(gap, found.place):
        inside = gap[0] > found.place[0] + 1 or gap[1] < found.place[1] - 1
        left = data[gap[0] : found.place[0]] + data[found.place[1] : gap[1]]
        if inside:
            found.odd.append("gap-too-narrow")
        elif left.strip(_BLANKS):
            found.odd.append("gap-too-wide")
    if found.odd:
        found.coverage = "less"
        return
    _ending(found, data, revisions)


def _ending(found: Reach, data: bytes, revisions: Sequence[Revision]) -> None:
    for revision in revisions:
        if revision.end <= found.end + _SLACK:
            found.revision = revision.number
    whole = not data[found.end : found.end + 4096].strip(_BLANKS) and len(data) - found.end <= 4096
    last = next((r for r in revisions if r.number == found.revision), None)
    if whole:
        found.coverage = "file"
    elif last is not None and abs(last.end - found.end) <= _SLACK:
        found.coverage = "revision"
    else:
        found.coverage = "less"
        found.odd.append("ends-elsewhere")


def _fits(gap: tuple[int, int], place: tuple[int, int]) -> bool:
    """Programs differ in whether ``<`` and ``>`` are hashed."""
    return all(abs(one - other) <= 1 for one, other in zip(gap, place, strict=True))
