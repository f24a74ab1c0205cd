"""Ways to examine an archive: here, through an executor, or again from the store alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leakverify._api import chosen_model
from leakverify.box.parent import Box
from leakverify.box.worker import IsolationWish
from leakverify.document import Carrier, display_name
from leakverify.errors import UsageError
from leakverify.evidence import Report, UnitResult
from leakverify.judge import judge_unit, judging_version, rank
from leakverify.limits import DEFAULT_LIMITS, Limits
from leakverify.outliers import FALSE_DISCOVERIES, settle
from leakverify.references import NO_REFERENCES, References
from leakverify.scanner import Progress, Scanner, Walk, hint_of, judged_with, member_name
from leakverify.store import Store

if TYPE_CHECKING:
    from leakverify.classifier.model import Model

#: loose files handed to an executor at a time
BATCH = 200


def check_root(path: str | os.PathLike[str]) -> Path:
    """The root of a scan. Raises ``UsageError`` when there is nothing there."""
    root = Path(path)
    if not root.exists():
        raise UsageError(f"no such file or folder: {display_name(path)}")
    return root


class _Judging(NamedTuple):
    """What reports are made with beside the checks."""

    references: References
    model: Model | None
    false_discoveries: float


def scan(
    path: str | os.PathLike[str],
    *,
    store: str | os.PathLike[str] | None = None,
    jobs: int = 2,
    executor: Executor | None = None,
    isolation: IsolationWish = "best",
    limits: Limits | None = None,
    formats: tuple[str, ...] = (),
    dkim_keys: Iterable[str | os.PathLike[str]] = (),
    tables: Iterable[str | os.PathLike[str]] = (),
    model: Model | str | os.PathLike[str] | None = "baseline",
    false_discoveries: float = FALSE_DISCOVERIES,
    progress: Callable[[Progress], None] | None = None,
) -> Generator[Report, None, None]:
    """Examine a file, or everything below a folder, and what is inside it.

    Yields a report per document in the order of the paths, members after their
    container.  With ``store`` everything is kept as it is done, and the same
    call goes on where an earlier one stopped.  ``jobs`` units are read at a
    time.  ``executor`` is any :class:`concurrent.futures.Executor` (processes,
    or a cluster's client): it is handed batches of files, inside which each
    unit is confined as usual.  ``formats`` are module files of further
    extractors.  ``dkim_keys`` are files of public keys that mail is verified
    with (see :func:`leakverify.dkim.keys.read_keys`), ``tables`` your own dated
    terms (see :meth:`leakverify.references.References.read`).  ``model`` is one at
    hand, the path of one, ``"baseline"`` for the shipped one, or ``None``; in a
    store, documents that it finds unlike their genuine peers are assessed
    ``review`` at the end, on a list of which at most the share
    ``false_discoveries`` is expected to be genuine.  Scanning once more with other
    keys, terms or models judges anew without reading anything again.  ``progress``
    is called with :class:`Progress`.

    Raises ``UsageError`` for a path that does not exist, ``StoreError`` for a
    store that cannot be used, ``ModelError``, ``IsolationUnavailable``.  Bad files never raise.
    """
    root = check_root(path)  # at the call, not at the first report
    if isolation not in ("best", "required", "process"):
        raise UsageError(f"isolation must be best, required or process, not {isolation!r}")
    if jobs < 1:
        raise UsageError("jobs must be at least 1")
    if not 0 < false_discoveries < 1:
        raise UsageError("false_discoveries must lie between 0 and 1")
    chosen = limits or DEFAULT_LIMITS
    references = References.read(dkim_keys=dkim_keys, tables=tables)
    judged_by = _Judging(references, chosen_model(model), false_discoveries)
    if executor is not None:
        return _scan_in_batches(root, store, executor, isolation, chosen, formats, judged_by, progress)
    return _scan_here(root, store, jobs, isolation, chosen, formats, judged_by, progress)


def _scan_here(
    root: Path,
    store: str | os.PathLike[str] | None,
    jobs: int,
    isolation: IsolationWish,
    limits: Limits,
    formats: tuple[str, ...],
    judged_by: _Judging,
    progress: Callable[[Progress], None] | None,
) -> Generator[Report, None, None]:
    with (
        Store(store) as opened,
        Box(jobs=jobs, isolation=isolation, limits=limits, extra=formats) as box,
    ):
        scanner = Scanner(
            root, opened, box, progress=progress, references=judged_by.references, model=judged_by.model
        )
        yield from scanner.run()
        settle(opened, judged_by.false_discoveries)


def _scan_in_batches(
    root: Path,
    store: str | os.PathLike[str] | None,
    executor: Executor,
    isolation: IsolationWish,
    limits: Limits,
    formats: tuple[str, ...],
    judged_by: _Judging,
    progress: Callable[[Progress], None] | None,
) -> Generator[Report, None, None]:
    """Hand batches of paths to an executor and merge the stores that come back."""
    started = time.monotonic()
    with Store(store) as opened:
        keys = [key for key, _ in Walk(root.resolve(), opened)]
        generation = int(opened.meta("generation") or b"0") + 1
        opened.set_meta("root", os.fsencode(root.resolve()))
        opened.set_meta("generation", b"%d" % generation)
        # every worker audits the model anew
        carried = None if judged_by.model is None else judged_by.model.to_bytes()
        waiting = {
            executor.submit(
                scan_batch,
                os.fsencode(root),
                keys[at : at + BATCH],
                isolation,
                limits,
                formats,
                judged_by.references,
                carried,
            )
            for at in range(0, len(keys), BATCH)
        }
        documents = problems = 0
        for future in as_completed(waiting):
            opened.begin()
            found, bad = opened.merge(future.result(), generation)
            opened.commit()
            documents, problems = documents + found, problems + bad
            if progress is not None:
                done = min(BATCH * sum(f.done() for f in waiting), len(keys))
                progress(
                    Progress(
                        stage="everything",
                        done=done,
                        total=len(keys),
                        documents=documents,
                        problems=problems,
                        elapsed=time.monotonic() - started,
                    )  # fmt: skip
                )
        opened.begin()
        opened.forget_other_generations(generation)
        opened.set_meta("complete", b"1")
        opened.commit()
        settle(opened, judged_by.false_discoveries)
        yield from opened.reports()


def scan_batch(
    root: bytes,
    keys: list[bytes],
    isolation: IsolationWish,
    limits: Limits,
    formats: tuple[str, ...],
    references: References = NO_REFERENCES,
    model: bytes | None = None,
) -> bytes:
    """What one worker of an executor does: scan some paths into a store of its own, and send that."""
    scoring = None
    if model is not None:
        from leakverify.classifier.model import Model

        scoring = Model.from_bytes(model)
    with (
        Store(None) as store,
        Box(jobs=1, isolation=isolation, limits=limits, extra=formats) as box,
    ):
        scanner = Scanner(
            Path(os.fsdecode(root)), store, box, only=tuple(keys), references=references, model=scoring
        )
        for _ in scanner.run():
            pass
        return store.dump()


def judge_again(store: Store, references: References = NO_REFERENCES, model: Model | None = None) -> int:
    """Make the reports anew from what was read, with these checks, references and model.

    Opens no document.  Returns how many entries were judged; those that are up
    to date are left alone.
    """
    judging = judging_version(references, model)
    above: list[tuple[bytes, str, tuple[Carrier, ...], UnitResult]] = []
    judged = 0
    store.begin()
    for key, entry in list(store.judged_entries()):
        while above and not key.startswith(above[-1][0] + b"\0"):
            above.pop()
        if not entry.sha256 or entry.judged.count("|") != 3:
            continue  # its bytes were never had
        made_with, version, deep, sha256 = entry.judged.split("|")
        name = display_name(key)
        lineage: tuple[Carrier, ...] = ()
        if above:
            container, owner, steps, listing = above[-1]
            ordinal = int.from_bytes(key[len(container) + 1 : len(container) + 5], "big")
            top = listing.extractions[0]
            packing = (top.formats or ("",))[0]
            name = member_name(owner, top.members[ordinal].name, packing)
            lineage = (*steps, Carrier(name=owner, sha256=top.sha256, format=packing))
        result = store.unit(sha256, version, hint_of(name), full=deep == "1")
        if result is None:
            continue
        if result.extractions and result.extractions[0].members:
            above.append((key, name, lineage, result))
        if made_with == judging:
            continue
        reports = judge_unit(result, name, lineage, references, model)
        store.put_reports(key, [(rank(report), report) for report in reports])
        stamp = msgspec.structs.replace(entry, judged=judged_with(judging, version, int(deep), sha256))
        store.restamp(key, stamp)
        judged += 1
    store.commit()
    settle(store)
    return judged
