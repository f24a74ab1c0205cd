"""What a PDF says of itself about the time of a revision: dates that moved, signatures around it."""

from __future__ import annotations

import re

from leakverify.checks._base import Facts
from leakverify.checks._time import DAY, distance
from leakverify.evidence import Observation
from leakverify.when import parse_when

#: where a document states when it was last changed
CHANGED = ("pdf.info.mod_date", "xmp.modify_date")
#: share of a revision that a signature's own value may take for its range to cover the revision
_GAP = 0.8
#: bytes that may follow the last end-of-file mark
_TAIL = 1024


def stale(facts: Facts, revision: int | None) -> tuple[Observation, ...]:
    """What the state before a revision and the document as it stands say of their last change,
    when they say the same or the document goes back; empty when either says nothing or it moved on.
    """
    if revision is None:
        return ()
    found: list[Observation] = []
    for name in CHANGED:
        stated = facts.all(name)
        earlier = [o for o in stated if (o.where.revision or 1) < revision]
        if not earlier:
            if stated:
                return ()  # stated since: the save says when it was made
            continue
        was, now = parse_when(str(earlier[-1].value)), parse_when(str(stated[-1].value))
        if was is None or now is None or now.wall > was.wall:
            return ()
        found += [earlier[-1]] if stated[-1] is earlier[-1] else [earlier[-1], stated[-1]]
    return tuple(found)


def signature(facts: Facts, revision: int | None) -> tuple[Observation | None, str]:
    """A signature that says something about a changed revision: it ``covers`` the change, ends ``before``
    it, or reaches past it and leaves it ``out``.

    It covers the change when its bytes reach to the end of that revision and
    leave out no more of it than a signature takes; it was made before when they
    end where an earlier revision does (ISO 32000-2 12.8.1: ByteRange is all but
    the signature's own value).
    """
    ends = {o.where.revision: o.value for o in facts.all("pdf.revision.end") if isinstance(o.value, int)}
    end, start = ends.get(revision), ends.get((revision or 0) - 1, 0)
    if revision is None or end is None:
        return None, ""
    said: tuple[Observation | None, str] = (None, "")
    for observation in facts.all("pdf.signature.byte_range"):
        numbers = [int(n) for n in re.findall(r"\d{1,15}", str(observation.value))]
        if len(numbers) != 4 or numbers[0] != 0:
            continue
        gap_start, gap_end, reach = numbers[1], numbers[2], numbers[2] + numbers[3]
        if reach > max(ends.values()) + _TAIL:
            continue  # speaks of a longer file than this one
        inside = max(0, min(gap_end, end) - max(gap_start, start))
        if reach >= end and inside <= _GAP * (end - start):
            return observation, "covers"
        if reach <= start or (reach >= end and not said[1]):
            said = observation, "before" if reach <= start else "out"
    return said


def same_day(facts: Facts, revision: int | None, names: tuple[str, ...]) -> tuple[Observation, ...]:
    """A revision's own last change and a date stated before it, when less than a day lies between them."""
    changed = next(
        (o for o in facts.all("pdf.info.mod_date") if revision and o.where.revision == revision), None
    )
    last = None if changed is None else parse_when(str(changed.value))
    if changed is None or last is None or revision is None:
        return ()
    for name in names:
        for earlier in reversed(facts.all(name)):
            if (earlier.where.revision or 1) < revision + (name == "pdf.info.creation_date"):
                first = parse_when(str(earlier.value))
                if first is not None and distance(first, last) <= DAY:
                    return earlier, changed
    return ()
