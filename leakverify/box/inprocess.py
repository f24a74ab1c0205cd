"""Isolation level 0: read in the caller's own process. For tests and debugging.

No process boundary stands between a hostile file and the caller here, so no
limit on time or memory holds.  The public API refuses it unless asked by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from leakverify.box import runner, wire
from leakverify.box.render import draw
from leakverify.box.wire import Drawn
from leakverify.evidence import Isolation, UnitResult
from leakverify.extractors import reader_versions, registry, vocabulary
from leakverify.extractors._base import Source
from leakverify.limits import DEFAULT_LIMITS, Limits


def render_bytes(data: bytes, shots: Sequence[wire.Shot], limits: Limits = DEFAULT_LIMITS) -> Iterator[Drawn]:
    """Draw pages of a document held in memory; same pictures as the box gives."""
    for message, pixels in draw(Source(data, limit=limits.document_bytes), shots):
        shot = shots[message.k]
        yield Drawn(shot, message.code) if isinstance(message, wire.End) else Drawn(shot, "", message, pixels)


def examine_bytes(
    data: bytes,
    name: str = "",
    *,
    full: bool = True,
    limits: Limits = DEFAULT_LIMITS,
    extra: tuple[str, ...] = (),
) -> UnitResult:
    """Read a document held in memory; same answer as the box gives."""
    answer = wire.Answer(
        vocabulary(extra), frozenset(registry(extra)), limits, sha256=hashlib.sha256(data).hexdigest()
    )
    runner.examine(
        Source(data, limit=limits.document_bytes),
        name,
        limits,
        full=full,
        send=lambda message: answer.feed(wire.encoder.encode(message)),
        extra=extra,
    )
    return UnitResult(
        extractions=answer.extractions(),
        isolation=Isolation(level=0, why="asked for by name"),
        readers=dict(reader_versions(extra)),
    )
