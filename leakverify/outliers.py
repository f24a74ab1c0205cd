"""Of a whole scan: documents unlike their genuine peers, as a list with a stated rate of false discoveries.

A score never depends on the other documents of a batch.  A list does: how small a p-value has to be
depends on how many were looked at.  So the list is made once a scan is complete, from the scores that are
stored, and kept beside them; the reports themselves stay as they were made.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leakverify.evidence import Assessment, Report
from leakverify.store import Store

#: share of the list that is expected to be genuine, unless asked otherwise
FALSE_DISCOVERIES = 0.1
_META = "outliers"
#: what an entry on the list may have been assessed as before
_RAISED = (Assessment.UNREMARKABLE,)


class Outliers(msgspec.Struct, frozen=True, kw_only=True):
    """The list, and what it rests on.

    Of ``scored`` documents, ``paths`` are on the list; at most the share ``rate`` of it is expected to be
    genuine like the references.  ``smallest`` is the smallest p-value that was met.  When nothing is on the
    list, ``needed`` references per group would have put the documents at that p-value on it, and 0
    when there are as many.
    """

    rate: float
    scored: int
    smallest: float
    needed: int
    paths: tuple[str, ...] = ()


def settle(store: Store, rate: float = FALSE_DISCOVERIES) -> Outliers:
    """Make the list of a complete scan, and put its documents before a person."""
    scored = [
        (key, ordinal, msgspec.structs.replace(report, observations=(), evidence=()))
        for key, ordinal, report in store.scored_reports()
        if report.score is not None
    ]
    listed: list[tuple[bytes, int, Report]] = []
    smallest, needed = 1.0, 0
    if scored:
        # numbers are loaded only where something was scored
        from leakverify.classifier.calibration import benjamini_hochberg, references_needed

        p_values = [report.score.p_value for _, _, report in scored if report.score is not None]
        chosen = benjamini_hochberg(p_values, rate)
        smallest = min(p_values)
        listed = [item for item, on in zip(scored, chosen, strict=True) if on]
        short = 0 if listed else references_needed(len(scored), rate, p_values.count(smallest))
        most = max(report.score.peers for _, _, report in scored if report.score is not None)
        needed = short if short > most else 0
    return put_forward(store, listed, rate, scored=len(scored), smallest=smallest, needed=needed)


def put_forward(
    store: Store,
    listed: Sequence[tuple[bytes, int, Report]],
    rate: float,
    *,
    scored: int,
    smallest: float,
    needed: int,
) -> Outliers:
    """Keep a list with a scan, in place of the one it had, and put its documents before a person."""
    paths = tuple(report.document.path for _, _, report in listed)
    found = Outliers(rate=rate, scored=scored, smallest=smallest, needed=needed, paths=paths)
    store.begin()
    store.lower_raised()
    for key, ordinal, report in listed:
        if report.assessment in _RAISED:
            store.raise_to_review(key, ordinal, because(rate))
    store.set_meta(_META, msgspec.json.encode(found))
    store.commit()
    return found


def because(rate: float) -> str:
    """The reason that a report on the list is given."""
    return f"unlike its genuine peers, on a list of which at most {rate:.0%} is expected to be genuine"


def stored(store: Store) -> Outliers:
    """The list of a scan; empty before the scan is complete."""
    kept = store.meta(_META)
    if kept is None:
        return Outliers(rate=FALSE_DISCOVERIES, scored=0, smallest=1.0, needed=0)
    return msgspec.json.decode(kept, type=Outliers)
