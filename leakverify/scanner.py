"""One run over an archive: walk, hash, read in the box, judge, store, in that order.

The walk is in the order of the paths, container members follow their
container, and results are yielded in that order, whatever finished first.  A
first pass over a large archive reads identity, structure and metadata of
everything, which gives a ranked list early; the second pass comes back for text
and pixels.  Everything is committed as it is done, so that the same call after
a kill goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from leakverify.box.parent import Box, Finished, Unit
from leakverify.document import Carrier, display_name
from leakverify.errors import StoreError
from leakverify.evidence import (
    Extraction,
    Member,
    Problem,
    Report,
    UnitResult,
)
from leakverify.extractors import extractor_version
from leakverify.judge import judge_unit, judging_version, rank
from leakverify.limits import Limits
from leakverify.references import NO_REFERENCES, References
from leakverify.store import Entry, Store

if TYPE_CHECKING:
    from leakverify.classifier.model import Model

#: from this many files on, structure is read of everything before text of anything
TWO_PASSES_FROM = 500
#: results per commit; a kill loses at most these, and they are read again
_COMMIT_EVERY = 24
_COMMIT_SECONDS = 1.0
#: entries that may wait behind a slow one before the walk pauses
_BACKLOG = 2000
_BLOCK = 1 << 20
#: what the box is told a document is called, beside the ending
_NAMELESS = "document"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a scan stands. ``done`` of ``total`` loose files; ``documents`` counts what was inside too."""

    stage: str
    done: int
    total: int
    documents: int
    problems: int
    elapsed: float


class _Node:
    """An entry on its way: a loose file or a member of a container."""

    __slots__ = (
        "base", "budget", "children", "complete", "depth", "descriptor", "done", "entry", "hint", "key",
        "lineage", "name", "offset", "size", "stamp",
    )  # fmt: skip

    def __init__(self, key: bytes, name: str, lineage: tuple[Carrier, ...] = ()) -> None:
        self.key = key
        self.name = name
        self.lineage = lineage
        self.hint = hint_of(name)
        self.depth = 0
        self.descriptor = -1
        self.offset = 0
        self.size = 0
        self.stamp = ""
        self.base: Path | None = None
        self.budget = [0]  # bytes unpacked below one loose file, shared by its members
        self.entry: Entry | None = None
        self.children: deque[_Node] = deque()
        self.complete = True
        self.done = False

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Walk:
    """Every file below a root in the order of the keys; links and devices are told, not followed."""

    def __init__(self, root: Path, store: Store) -> None:
        self._root = root
        self._store = store

    def __iter__(self) -> Iterator[tuple[bytes, Path]]:
        if not self._root.is_dir():
            yield os.fsencode(self._root.name), self._root
            return
        yield from self._below(self._root, b"")

    def _below(self, folder: Path, prefix: bytes) -> Iterator[tuple[bytes, Path]]:
        try:
            with os.scandir(folder) as listing:
                found = sorted(
                    (os.fsencode(e.name) + (b"/" if e.is_dir(follow_symlinks=False) else b""), e.path)
                    for e in listing
                )
        except OSError:
            yield prefix.rstrip(b"/") or b".", folder
            return
        for name, path in found:
            if name.endswith(b"/"):
                yield from self._below(Path(path), prefix + name)
            elif not self._store.belongs(Path(path)):
                yield prefix + name, Path(path)


class Scanner:
    """One run over one root with one store. Iterate over :meth:`run`."""

    def __init__(
        self,
        root: Path,
        store: Store,
        box: Box,
        *,
        progress: Callable[[Progress], None] | None = None,
        only: tuple[bytes, ...] | None = None,
        references: References = NO_REFERENCES,
        model: Model | None = None,
    ) -> None:
        self._root = root.resolve()
        self._store = store
        self._box = box
        self._progress = progress
        self._only = None if only is None else frozenset(only)
        self._version = f"{extractor_version(box.extra)}/{_limits_digest(box.limits)}"
        self._references = references
        self._model = model
        self._judging = judging_version(references, model)
        self._generation = int(store.meta("generation") or b"0") + 1
        self._full = True
        self._roots: deque[_Node] = deque()
        self._containers: list[tuple[bytes, Generator[_Node, None, None], _Node]] = []
        self._uncommitted = 0
        self._last_commit = time.monotonic()
        self._started = time.monotonic()
        self._waiting = self._done = self._documents = self._problems = self._total = 0
        self._stage = ""

    def run(self) -> Iterator[Report]:
        """Do the work; yield every report in path order during the last pass."""
        root = os.fsencode(self._root.absolute())
        known = self._store.meta("root")
        if known is not None and known != root:
            raise StoreError(
                f"the store belongs to {display_name(known)}; name another store for {display_name(root)}"
            )
        self._store.begin()
        self._store.set_meta("root", root)
        self._store.set_meta("generation", b"%d" % self._generation)
        self._store.commit()
        self._total = sum(1 for _ in self._paths())
        try:
            if self._total >= TWO_PASSES_FROM:
                for _ in self._pass("structure", full=False):
                    pass
            yield from self._pass("everything", full=True)
            self._store.begin()
            if self._only is None:
                self._store.forget_other_generations(self._generation)
            self._store.set_meta("complete", b"1")
        finally:
            self._store.commit()
            self._close_all()

    def _paths(self) -> Iterator[tuple[bytes, Path]]:
        if self._only is None:
            yield from Walk(self._root, self._store)
            return
        folder = self._root.is_dir()
        for key in sorted(self._only):  # the order in which a walk would meet them
            yield key, self._root / os.fsdecode(key) if folder else self._root

    # one pass ---------------------------------------------------------------------------------------

    def _pass(self, stage: str, *, full: bool) -> Iterator[Report]:
        self._stage, self._full = stage, full
        self._done = self._documents = self._problems = 0
        walk = self._paths()
        exhausted = False
        while True:
            while not exhausted and self._may_take():
                found = next(walk, None)
                if found is None:
                    exhausted = True
                else:
                    self._take_path(*found)
            while self._roots and self._finished(self._roots[0]):
                node = self._roots.popleft()
                yield from self._emit(node)
                self._done += 1
                self._tell()
            if not self._roots:
                if exhausted:
                    break
                continue
            yield from self._emit_ready(self._roots[0])
            self._step()
        self._commit()
        self._tell()

    def _may_take(self) -> bool:
        return self._box.free and not self._containers and self._waiting < _BACKLOG

    @staticmethod
    def _finished(node: _Node) -> bool:
        return node.done and node.complete and not node.children

    def _emit(self, node: _Node) -> Iterator[Report]:
        """Reports of one entry itself, from the store."""
        if node.entry is not None:
            for report in self._store.reports_of(node.key):
                self._documents += 1
                self._problems += bool(report.problems)
                if self._full:
                    yield report
            node.entry = None
        self._waiting -= 1

    def _emit_ready(self, node: _Node) -> Iterator[Report]:
        """Yield what is finished at the front of a container, so that its members need not pile up."""
        if not node.done:
            return
        if node.entry is not None:
            self._waiting += 1  # given back when the node itself leaves
            yield from self._emit(node)
        while node.children:
            first = node.children[0]
            if self._finished(first):
                node.children.popleft()
                yield from self._emit(first)
                self._tell()
                continue
            yield from self._emit_ready(first)
            return

    def _step(self) -> None:
        """Put one more member in flight if there is room, else wait for an answer."""
        while self._box.free and self._containers:
            # members of the container that comes first in the order of the report
            at = min(range(len(self._containers)), key=lambda i: self._containers[i][0])
            _, members, owner = self._containers[at]
            child = next(members, None)
            if child is None:
                del self._containers[at]
                owner.complete = True
                owner.close()
                return
        if self._box.busy:
            for finished in self._box.wait(0.5):
                self._take_result(finished)
            if time.monotonic() - self._last_commit > _COMMIT_SECONDS:
                self._commit()
                self._tell()

    # entries ----------------------------------------------------------------------------------------

    def _take_path(self, key: bytes, path: Path) -> None:
        node = _Node(key, display_name(key))
        node.base = path
        self._roots.append(node)
        self._waiting += 1
        code, detail = self._open(node, path)
        if code:
            self._fail(node, code, detail)
            return
        known = self._store.entry(key)
        if known is not None and known.stamp == node.stamp and known.sha256:
            sha256 = known.sha256
        else:
            try:
                sha256 = _hash(node.descriptor, 0, node.size)
            except OSError as error:
                self._fail(node, "unreadable", error.strerror or "")
                return
        self._submit(node, sha256, known)

    def _open(self, node: _Node, path: Path) -> tuple[str, str]:
        """Open a loose file; a problem code and detail when that is not possible."""
        try:
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                return "link-not-followed", f"to {display_name(path.readlink())}"
            if not stat.S_ISREG(status.st_mode):
                kind = "folder that cannot be listed" if stat.S_ISDIR(status.st_mode) else "device or pipe"
                return ("unreadable" if stat.S_ISDIR(status.st_mode) else "not-a-file"), kind
            # a pipe put here since would block without O_NONBLOCK
            node.descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            status = os.fstat(node.descriptor)
        except OSError as error:
            return "unreadable", error.strerror or ""
        if not stat.S_ISREG(status.st_mode):
            return "not-a-file", ""
        node.size = status.st_size
        node.stamp = _stamp(status)
        return "", ""

    def _submit(self, node: _Node, sha256: str, known: Entry | None) -> None:
        """Judge from the cache, or put in flight."""
        node.entry = Entry(node.stamp, sha256, node.size, "")
        cached = self._store.unit(sha256, self._version, node.hint, full=self._full)
        if cached is not None:
            self._settle(node, cached, known)
            return
        unit = Unit(
            descriptor=node.descriptor, offset=node.offset, size=node.size, sha256=sha256,
            name=f"{_NAMELESS}.{node.hint}" if node.hint else _NAMELESS, full=self._full, tag=node,
        )  # fmt: skip
        self._box.start(unit)

    def _take_result(self, finished: Finished) -> None:
        node: _Node = finished.unit.tag
        result = finished.result
        changed = False
        if node.base is not None:
            with contextlib.suppress(OSError):
                changed = _stamp(os.fstat(node.descriptor)) != node.stamp
        if changed:
            result = _with_problem(result, Problem(code="changed-while-reading"))
            node.stamp = ""
        else:
            full = self._full or not any(e.deferred for e in result.extractions)
            self._begin()
            self._store.put_unit(finished.unit.sha256, self._version, node.hint, result, full=full)
        self._settle(node, result, None)

    def _settle(self, node: _Node, result: UnitResult, known: Entry | None) -> None:
        """Judge what was read, store the reports, and open the container if it is one."""
        if node.entry is None:
            raise AssertionError("an entry is settled once")
        deep = not any(e.deferred for e in result.extractions)
        judged = judged_with(self._judging, self._version, int(deep), node.entry.sha256)
        entry = Entry(node.stamp, node.entry.sha256, node.size, judged)
        self._begin()
        if known is None or known.judged != judged:
            reports = judge_unit(result, node.name, node.lineage, self._references, self._model)
            self._store.put_reports(node.key, [(rank(report), report) for report in reports])
        self._store.put_entry(node.key, entry, self._generation)
        node.entry = entry
        node.done = True
        members = result.extractions[0].members if result.extractions else ()
        if members and node.descriptor >= 0:
            node.complete = False
            carrier = Carrier(
                name=node.name, sha256=entry.sha256, format=(result.extractions[0].formats or ("",))[0]
            )
            self._containers.append((node.key, self._members(node, members, carrier), node))
        else:
            node.close()
        self._count_commit()

    def _fail(self, node: _Node, code: str, detail: str) -> None:
        """An entry whose bytes were not had."""
        node.close()
        problem = Problem(code=code, detail=detail)
        result = UnitResult(
            extractions=(Extraction(index=0, name=node.name, problems=(problem,)),),
            isolation=self._box.isolation,
            readers={},
        )
        node.entry = Entry("", "", 0, "")
        self._settle(node, result, None)

    # containers ---------------------------------------------------------------------------------------

    def _members(
        self, owner: _Node, members: tuple[Member, ...], carrier: Carrier
    ) -> Generator[_Node, None, None]:
        """Put the members of a container in flight, in order, one per step."""
        lineage = (*owner.lineage, carrier)
        plain = [(i, m) for i, m in enumerate(members) if not m.transform]
        packed = [(i, m) for i, m in enumerate(members) if m.transform]
        stream = self._box.unpack(owner.descriptor, owner.offset, owner.size, packed)
        with contextlib.closing(stream):
            plain_ones = dict(plain)
            for index, member in enumerate(members):
                child = self._child(owner, index, member, lineage)
                if self._too_deep(child, owner):
                    yield child
                    continue
                if index in plain_ones:
                    self._take_range(child, owner, member)
                else:
                    item = next(stream, None)
                    self._take_unpacked(child, item)
                yield child

    def _child(self, owner: _Node, index: int, member: Member, lineage: tuple[Carrier, ...]) -> _Node:
        name = member_name(owner.name, member.name, lineage[-1].format)
        child = _Node(owner.key + b"\0" + index.to_bytes(4, "big"), name, lineage)
        child.depth = owner.depth + 1
        child.budget = owner.budget
        owner.children.append(child)
        self._waiting += 1
        return child

    def _too_deep(self, child: _Node, owner: _Node) -> bool:
        if child.depth > self._box.limits.depth:
            self._fail(child, "limit-depth", f"deeper than {self._box.limits.depth}")
            return True
        if owner.budget[0] > self._box.limits.archive_bytes:
            self._fail(child, "limit-budget", f"more than {self._box.limits.archive_bytes} bytes")
            return True
        return False

    def _take_range(self, child: _Node, owner: _Node, member: Member) -> None:
        """A member that lies in the container as it is."""
        if member.offset + member.length > owner.size:
            self._fail(child, "truncated", "the member reaches past the end of its container")
            return
        child.descriptor = os.dup(owner.descriptor)
        child.offset = owner.offset + member.offset
        child.size = member.length
        child.budget[0] += child.size
        try:
            sha256 = _hash(child.descriptor, child.offset, child.size)
        except OSError as error:
            self._fail(child, "unreadable", error.strerror or "")
            return
        self._submit(child, sha256, self._store.entry(child.key))

    def _take_unpacked(self, child: _Node, item: tuple[int, IO[bytes] | None, str, str] | None) -> None:
        """A member that the box has decompressed into a temporary file."""
        spool, sha256, code = (None, "", "") if item is None else item[1:]
        if spool is None or code:
            self._fail(child, code or "malformed", "could not be unpacked")
            return
        child.descriptor = os.dup(spool.fileno())
        child.size = os.fstat(child.descriptor).st_size
        child.budget[0] += child.size
        self._submit(child, sha256, self._store.entry(child.key))

    # bookkeeping --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._store.begin()

    def _count_commit(self) -> None:
        self._uncommitted += 1
        if self._uncommitted >= _COMMIT_EVERY:
            self._commit()

    def _commit(self) -> None:
        self._store.commit()
        self._uncommitted = 0
        self._last_commit = time.monotonic()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(
                Progress(
                    stage=self._stage,
                    done=self._done,
                    total=self._total,
                    documents=self._documents,
                    problems=self._problems,
                    elapsed=time.monotonic() - self._started,
                )  # fmt: skip
            )

    def _close_all(self) -> None:
        for _, members, owner in self._containers:
            members.close()
            owner.close()
        pending = list(self._roots)
        while pending:
            node = pending.pop()
            node.close()
            pending.extend(node.children)


def hint_of(name: str) -> str:
    """The ending of a name where it is plain enough to be one."""
    _, dot, ending = name.rpartition(".")
    return ending.lower() if dot and ending.isascii() and ending.isalnum() and len(ending) <= 8 else ""


def member_name(owner: str, stated: str, packing: str) -> str:
    """The name of a member; a compressed stream has that of its file, less the ending.

    The box is told only the ending, so it answers with a name made from ``_NAMELESS``.
    """
    if packing in ("gzip", "bz2", "xz"):
        return Path(owner).stem + stated.removeprefix(_NAMELESS)
    return stated


def _hash(descriptor: int, offset: int, size: int) -> str:
    whole = hashlib.sha256()
    end = offset + size
    while offset < end:
        block = os.pread(descriptor, min(_BLOCK, end - offset), offset)
        if not block:
            break
        whole.update(block)
        offset += len(block)
    return whole.hexdigest()


def _stamp(status: os.stat_result) -> str:
    """Changes whenever the bytes may have: copying a time stamp back moves ``st_ctime``."""
    return f"{status.st_size}/{status.st_mtime_ns}/{status.st_ctime_ns}/{status.st_ino}"


def _limits_digest(limits: Limits) -> str:
    return hashlib.sha256(msgspec.json.encode(limits)).hexdigest()[:8]


def _with_problem(result: UnitResult, problem: Problem) -> UnitResult:
    first = result.extractions[0]
    marked = msgspec.structs.replace(first, problems=(*first.problems, problem))
    return msgspec.structs.replace(result, extractions=(marked, *result.extractions[1:]))


def judged_with(judging: str, version: str, deep: int, sha256: str) -> str:
    """What the reports of an entry were made from; equal means they need not be made again."""
    return f"{judging}|{version}|{deep}|{sha256}"
