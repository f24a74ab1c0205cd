"""What a reporter has found out about documents of a scan, and the list that is made with it.

A label says that a document was looked into and is genuine, or was altered. Labels are kept in the scan's
store by the digest of the document, outlive scanning again, and change no report.

With documents known to be genuine (a corpus of the same hands as the archive) the whole archive is looked
at together (:mod:`leakverify.classifier.within`), and labels help without touching the guarantee of the
list, whichever documents a reporter chose to look into:

* documents labelled altered teach what to look for; nothing is calibrated on them;
* documents labelled genuine stay among those that are tested, since somebody chose them and they are no
  fair sample to measure the others by; they are struck from the list at the end, which can only lower the
  share of genuine documents on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from leakverify.evidence import Report
from leakverify.features import Row
from leakverify.features.said import row_of
from leakverify.outliers import FALSE_DISCOVERIES, Outliers, put_forward, seek_copies
from leakverify.store import Store

Mark = Literal["genuine", "altered"]
_META = "labels"


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """One document that was looked into: ``path`` as the scan showed it, and what was found."""

    sha256: str
    path: str
    mark: Mark


def labels(store: Store) -> tuple[Label, ...]:
    """Every label, in the order of the paths."""
    kept = store.meta(_META)
    return () if kept is None else msgspec.json.decode(kept, type=tuple[Label, ...])


def put_label(store: Store, report: Report, mark: Mark) -> Label:
    """Label the document of a report; what was said of it before is replaced."""
    made = Label(sha256=report.document.sha256, path=report.document.path, mark=mark)
    _keep(store, [one for one in labels(store) if one.sha256 != made.sha256] + [made])
    return made


def drop_label(store: Store, path: str) -> bool:
    """Take a label away by the path it was given at; whether there was one."""
    before = labels(store)
    after = [one for one in before if one.path != path]
    _keep(store, after)
    return len(after) < len(before)


def _keep(store: Store, found: list[Label]) -> None:
    store.begin()
    store.set_meta(_META, msgspec.json.encode(sorted(found, key=lambda one: (one.path, one.sha256))))
    store.commit()


def settle_within(store: Store, known: Iterable[Row], rate: float = FALSE_DISCOVERIES) -> Outliers:
    """Make the list of a scan from documents known to be genuine and the labels, in place of the one it had.

    Formats with fewer than ``LEAST_GENUINE`` known documents are left out; ``scored`` says how many documents
    were looked at, ``needed`` how many known documents of a format would be enough when nothing is listed.
    """
    from leakverify.classifier.calibration import benjamini_hochberg, references_needed
    from leakverify.classifier.within import LEAST_GENUINE

    marks = {one.sha256: one.mark for one in labels(store)}
    genuine: dict[str, list[Row]] = {}
    for row in known:
        genuine.setdefault(row.family, []).append(row)
    in_corpus = {row.sha256 for rows in genuine.values() for row in rows}
    met: dict[str, list[tuple[bytes, int, Report, Row]]] = {}
    shared = seek_copies(store)
    for key, ordinal, report in store.scored_reports():
        shared.add((key, ordinal), report)
        made = None if report.document.sha256 in in_corpus else row_of(report)
        if made is not None and made.family in genuine:
            bare = msgspec.structs.replace(report, observations=(), evidence=())
            met.setdefault(made.family, []).append((key, ordinal, bare, made))
    tested: list[tuple[bytes, int, Report]] = []
    p_values: list[float] = []
    most, times = 0, 1
    for family, found in sorted(met.items()):
        if len(genuine[family]) < LEAST_GENUINE:
            most = max(most, len(genuine[family]))
            continue
        open_ones = [one for one in found if marks.get(one[2].document.sha256) != "altered"]
        taught = [one[3] for one in found if marks.get(one[2].document.sha256) == "altered"]
        if not open_ones:
            continue
        tested += [(key, ordinal, report) for key, ordinal, report, _ in open_ones]
        found_here, factor = _p_values(genuine[family], [one[3] for one in open_ones], taught, rate)
        p_values += found_here
        times = max(times, factor)
        most = max(most, len(genuine[family]))
    chosen = benjamini_hochberg(p_values, rate)
    listed = [
        one
        for one, on in zip(tested, chosen, strict=True)
        if on and marks.get(one[2].document.sha256) != "genuine"
    ]
    smallest = min(p_values, default=1.0)
    needed = 0
    if not chosen.any() and met:
        needed = times * references_needed(max(len(tested), 1), rate, max(p_values.count(smallest), 1))
        needed = max(needed, LEAST_GENUINE)
    return put_forward(
        store, listed, shared, rate,
        scored=len(tested), smallest=smallest, needed=needed if needed > most else 0,
    )  # fmt: skip


def _p_values(known: list[Row], tested: list[Row], taught: list[Row], rate: float) -> tuple[list[float], int]:
    """P-values of the tested documents, and how many known ones it takes for each that calibrates.

    Where the shipped model knows altered documents of the format and nobody taught anything, its score, fixed
    before this archive was looked at, is held against all known documents; else what differs within the
    archive is learned, and half of them calibrate.
    """
    import numpy as np

    from leakverify.classifier._matrix import learn
    from leakverify.classifier.calibration import places
    from leakverify.classifier.model import baseline
    from leakverify.classifier.within import WithinArchive

    rows = [*known, *tested, *taught]
    shipped = baseline()
    prior = None if shipped is None else shipped.prior_scores(rows)
    if prior is not None and not taught:
        return [float(p) for p in places(prior[: len(known)], prior[len(known) :])], 1
    # the dictionary comes from all documents together, so that it tells none of them apart
    codes = learn(rows).encode_all(rows)
    marks = np.concatenate([np.ones(len(known)), np.zeros(len(tested)), -np.ones(len(taught))])
    found = WithinArchive(rate).fit(codes, marks=marks.astype(int), prior=prior)
    return [float(p) for p in found.listed_.p_values], 2
