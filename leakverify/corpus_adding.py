"""Taking documents into a corpus: walk, hash, read in the box, reduce, commit, a hundred files at a time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from leakverify.corpus_store import CorpusStore, Kept
from leakverify.document import display_name
from leakverify.evidence import Extraction, Outcome, Question, Report
from leakverify.extractors import extractor_version
from leakverify.features import FEATURES_VERSION, extract
from leakverify.features.said import ANSWERS_VERSION, answers_of, with_words, words_of
from leakverify.limits import Limits
from leakverify.redaction import KEPT_VERSION, reduced, text_digest

if TYPE_CHECKING:
    from leakverify.box.parent import Box
    from leakverify.scanner import Progress

#: files read between two commits; a kill loses at most these
BATCH = 100
_BLOCK = 1 << 20
_POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What a call of :meth:`Corpus.add` did.

    ``documents`` are in the corpus now and were not before, or were read anew; ``known`` files were there
    already; ``without_features`` are documents of a format the classifier does not know; ``problems`` are
    documents of which something could not be read.
    """

    files: int
    documents: int
    known: int
    without_features: int
    problems: int


class Stated(msgspec.Struct, frozen=True):
    """What the newsroom says of what it adds."""

    source: str
    period: str
    channel: str
    by_folder: bool
    keep_text: bool
    choose: Callable[[str], bool] | None = None

    def source_of(self, key: bytes, root: Path) -> str:
        folder, slash, _ = key.partition(b"/")
        if self.by_folder and slash:
            return display_name(folder)
        return self.source or display_name(root.name)


class Adding:
    """One call of :meth:`Corpus.add`."""

    def __init__(
        self,
        root: Path,
        store: CorpusStore,
        box: Callable[[], Box],
        stated: Stated,
        reading: str,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._root = root
        self._store = store
        self._box = box
        self._stated = stated
        self._reading = reading
        #: what a file is known by to have been read: with its texts or without
        self._read_as = f"{reading} {'with' if stated.keep_text else 'without'} texts"
        self._progress = progress
        self._started = time.monotonic()
        self._done = self._total = self._documents = self._known = self._bare = self._problems = 0

    def run(self) -> Added:
        self._total = sum(1 for _ in self._walk())
        batch: dict[bytes, str] = {}
        for key, path in self._walk():
            sha256 = _digest_of(path)
            if sha256 and self._store.was_read(
                sha256, self._stated.source_of(key, self._root), self._read_as
            ):
                self._known += 1
                self._done += 1
                continue
            batch[key] = sha256
            if len(batch) >= BATCH:
                self._take(batch)
                batch = {}
        self._take(batch)
        return Added(
            files=self._total,
            documents=self._documents,
            known=self._known,
            without_features=self._bare,
            problems=self._problems,
        )

    def _walk(self) -> Iterator[tuple[bytes, Path]]:
        from leakverify.scanner import Walk
        from leakverify.store import Store

        own = self._store.path.absolute()
        companions = {own.name, f"{own.name}-lock", f"{own.name}-journal"}
        with Store(None) as nothing:
            for key, path in Walk(self._root, nothing):
                if path.name in companions and path.parent.resolve() == own.parent.resolve():
                    continue
                if self._stated.choose is None or self._stated.choose(display_name(key)):
                    yield key, path

    def _take(self, batch: dict[bytes, str]) -> None:
        """Read some files in the box and keep them, all in one change of the corpus."""
        if not batch:
            return
        by_source: dict[str, dict[bytes, str]] = {}
        for key, sha256 in batch.items():
            by_source.setdefault(self._stated.source_of(key, self._root), {})[key] = sha256
        kept: list[Kept] = []
        units: list[tuple[str, str, str]] = []
        for source, files in by_source.items():
            kept += self._read(source, tuple(files))
            units += [(sha256, source, self._read_as) for sha256 in files.values() if sha256]
        self._documents += self._store.put(kept, units, replace=True)
        self._done += len(batch)
        self._tell()

    def _read(self, source: str, keys: tuple[bytes, ...]) -> list[Kept]:
        from leakverify.scanner import Scanner
        from leakverify.store import Store

        found: dict[str, Kept] = {}
        with Store(None) as passing:  # in memory: the content never touches the disk
            scanner = Scanner(self._root, passing, self._box(), only=keys)
            for report in scanner.run():
                made = self._keep(report, source)
                if made is not None:
                    found.setdefault(made.sha256, made)
        return list(found.values())

    def _keep(self, report: Report, source: str) -> Kept | None:
        document = report.document
        self._problems += bool(report.problems)
        if not document.sha256:
            return None
        extraction = Extraction(
            index=0,
            name=document.path,
            role=document.role,
            sha256=document.sha256,
            size=document.size,
            formats=document.formats,
            observations=report.observations,
            problems=report.problems,
        )
        pointed = [
            item.check
            for item in report.evidence
            if item.outcome in _POINTED and item.question is not Question.HANDLING
        ]
        stated = self._stated
        made = kept_document(
            reduced(extraction, keep_text=stated.keep_text),
            source=source,
            period=stated.period,
            channel=stated.channel,
            assessment=report.assessment.value,
            pointing=" ".join(sorted(set(pointed))),
            same_text=text_digest(extraction),
            keeps_text=stated.keep_text,
            reading=self._reading,
            said=words_of(report.evidence),
        )
        self._bare += made is None
        return made

    def _tell(self) -> None:
        if self._progress is None:
            return
        from leakverify.scanner import Progress

        self._progress(
            Progress(
                stage="everything",
                done=self._done,
                total=self._total,
                documents=self._documents,
                problems=self._problems,
                elapsed=time.monotonic() - self._started,
            )
        )


def kept_document(
    extraction: Extraction,
    *,
    source: str,
    period: str,
    channel: str,
    assessment: str,
    pointing: str,
    same_text: str,
    keeps_text: bool,
    reading: str,
    said: dict[str, tuple[str, ...]],
) -> Kept | None:
    """A document as it is stored, ``None`` for a format without features.

    ``said`` are the words of the checks (:mod:`leakverify.features.said`), which saw the whole document.
    """
    row = extract(extraction, source)
    if row is None:
        return None
    row = with_words(row, said)
    return Kept(
        sha256=extraction.sha256,
        source=source,
        period=period,
        channel=channel,
        name=extraction.name,
        role=extraction.role,
        family=row.family,
        kind=row.groups["format"],
        assessment=assessment,
        pointing=pointing,
        same_text=same_text,
        keeps_text=keeps_text,
        reading=reading,
        features=FEATURES_VERSION,
        body=Kept.pack(extraction),
        row=Kept.pack_row(row),
    )


def taken_over(theirs: Kept, keep_text: bool) -> Kept | None:
    """A document of another corpus as this one keeps it, ``None`` when it is none."""
    keep = keep_text and theirs.keeps_text
    extraction = reduced(theirs.extraction(), keep_text=keep)
    if extraction.sha256 != theirs.sha256:
        return None  # the entry and what it says do not belong together
    return kept_document(
        extraction,
        source=theirs.source,
        period=theirs.period,
        channel=theirs.channel,
        assessment=theirs.assessment,
        pointing=theirs.pointing,
        same_text=theirs.same_text,
        keeps_text=keep,
        reading=theirs.reading,
        said=answers_of(theirs.features_row()),
    )


def reading_version(limits: Limits) -> str:
    """What reading a document means: versions of the extractors and of what is kept, and the limits."""
    bounds = hashlib.sha256(msgspec.json.encode(limits)).hexdigest()[:8]
    return f"{extractor_version()}/{bounds}/{KEPT_VERSION}/{ANSWERS_VERSION}"


def _digest_of(path: Path) -> str:
    """SHA-256 of a plain file, ``""`` for anything that is none or cannot be read."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return ""
            whole = hashlib.sha256()
            while block := os.read(descriptor, _BLOCK):
                whole.update(block)
            return whole.hexdigest()
        finally:
            os.close(descriptor)
    return ""
