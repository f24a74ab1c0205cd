"""The known-genuine corpus: documents a newsroom trusts, kept as facts and never as content."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from leakverify.corpus_adding import BATCH, Added, Adding, Stated, reading_version, taken_over
from leakverify.corpus_store import CorpusStore, Kept
from leakverify.errors import StoreError, UsageError
from leakverify.evidence import Extraction
from leakverify.features import FEATURES_VERSION, Row, extract
from leakverify.features.said import answers_of, with_words
from leakverify.limits import DEFAULT_LIMITS, Limits
from leakverify.vetting import Vetting, program_name, read_period, vet

if TYPE_CHECKING:
    from leakverify.box.worker import IsolationWish
    from leakverify.classifier.model import Model
    from leakverify.scanner import Progress


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A document of a corpus. ``name`` is empty unless texts are kept."""

    sha256: str
    source: str
    period: str
    channel: str
    kind: str
    role: str
    assessment: str
    name: str


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """A corpus in numbers; every mapping counts documents.

    ``identity`` changes whenever a document, its source or what it was read with does: a model names it.
    ``keeps_text`` counts documents whose names and titles were kept, which should be nought before sharing.
    """

    identity: str
    documents: int
    sources: dict[str, int]
    formats: dict[str, int]
    programs: dict[str, int]
    periods: dict[str, int]
    channels: dict[str, int]
    assessments: dict[str, int]
    keeps_text: int
    old_reading: int


def _answers(kept: Kept) -> dict[str, tuple[str, ...]]:
    """What the checks answered, from features of an earlier version; nothing where its form was another."""
    try:
        return answers_of(kept.features_row())
    except StoreError:
        return {}


class Corpus:
    """A known-genuine corpus in one file, ending ``.lvc``, which the first :meth:`add` makes.

    What is kept of a document are the facts that features rest on (:mod:`leakverify.redaction`), under
    the source, period and channel the newsroom states: never its content, and no name, title, address or
    other text of it unless asked.

    Raises ``StoreError`` for a file that is not a corpus, ``StoreTooNew`` for one of a later version.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.exists():
            CorpusStore(self.path, write=False).close()

    def add(
        self,
        path: str | os.PathLike[str],
        *,
        source: str = "",
        period: str = "",
        channel: str = "",
        sources_by_folder: bool = False,
        keep_text: bool = False,
        choose: Callable[[str], bool] | None = None,
        jobs: int = 2,
        isolation: IsolationWish = "best",
        limits: Limits | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Added:
        """Read a file, or everything below a folder, in the box, and keep the facts.

        ``source`` is where the documents come from; with ``sources_by_folder`` it is the first folder below
        ``path`` instead, and ``source``, or else the folder's name, holds for files that lie in none.  Models
        are tested on sources they have not seen, so a source should be one office, one person or one
        mailbox.  ``period`` is ``2014/2016`` or part of a date; ``channel`` says how they were acquired.
        ``choose`` is asked of every path below the folder whether it is meant.  Documents that lie in others
        (attachments, archive members) are taken as well, each kind of bytes once per source.

        The call can be repeated: what was read is not read again.  After a kill it goes on, losing at most
        the last hundred files.  Raises ``UsageError`` for a wrong call, ``StoreError`` while another command
        writes.
        """
        from leakverify.box.parent import Box
        from leakverify.scanning import check_root

        root = check_root(path).resolve()
        if not source and not (sources_by_folder and root.is_dir()):
            raise UsageError(
                "say where the documents come from: source=, or sources_by_folder=True for a folder"
            )
        if period and read_period(period) is None:
            raise UsageError(f"a period is written 2014/2016, 2014-03/2014-09 or 2014, not {period!r}")
        if jobs < 1:
            raise UsageError("jobs must be at least 1")
        chosen = limits or DEFAULT_LIMITS
        stated = Stated(_text(source), period, _text(channel), sources_by_folder, keep_text, choose)
        with CorpusStore(self.path, write=True) as store, contextlib.ExitStack() as closing:

            @functools.cache
            def box() -> Box:  # made when the first file has to be read
                return closing.enter_context(Box(jobs=jobs, isolation=isolation, limits=chosen))

            return Adding(root, store, box, stated, reading_version(chosen), progress).run()

    def list(self, *, source: str = "") -> Iterator[Entry]:
        """Every document, or those of one source."""
        with self._reading() as store:
            for kept in store.documents(source=source):
                yield Entry(
                    sha256=kept.sha256,
                    source=kept.source,
                    period=kept.period,
                    channel=kept.channel,
                    kind=kept.kind,
                    role=kept.role,
                    assessment=kept.assessment,
                    name=kept.name,
                )

    def rows(self, *, source: str = "") -> Iterator[Row]:
        """The features of every document, with its source among the groups."""
        with self._reading() as store:
            for kept in store.documents(source=source):
                if kept.features == FEATURES_VERSION:
                    yield kept.features_row()
                    continue
                row = extract(kept.extraction(), kept.source)
                if row is not None:
                    yield with_words(row, _answers(kept))

    def extractions(self, *, source: str = "") -> Iterator[tuple[str, Extraction]]:
        """What is kept of every document, with its source."""
        with self._reading() as store:
            for kept in store.documents(source=source):
                yield kept.source, kept.extraction()

    def remove(self, *, source: str = "", document: str = "") -> int:
        """Take out a source, or the document whose SHA-256 begins so; returns how many went.

        They leave the file for good, not only its index.
        """
        if bool(source) == bool(document):
            raise UsageError("name either a source or a document")
        prefix = document.lower()
        if document and (len(prefix) < 8 or any(c not in "0123456789abcdef" for c in prefix)):
            raise UsageError("a document is named by at least eight hexadecimal digits of its SHA-256")
        self._reading().close()
        with CorpusStore(self.path, write=True) as store:
            return store.remove(source, prefix)

    def describe(self) -> Description:
        """The corpus in numbers."""
        whole = hashlib.sha256()
        counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("source", "kind", "program", "period", "channel", "assessment")
        }
        keeps_text = old = total = 0
        reading = reading_version(DEFAULT_LIMITS)
        with self._reading() as store:
            for kept in store.documents():
                total += 1
                said = (kept.sha256, kept.source, kept.period, kept.channel, kept.reading)
                whole.update("\0".join(said).encode() + b"\n")
                for name in ("source", "kind", "period", "channel", "assessment"):
                    counts[name][getattr(kept, name)] += 1
                counts["program"][program_name(kept.features_row().declared)] += 1
                keeps_text += kept.keeps_text
                old += kept.reading != reading
        ranked = {
            name: dict(sorted(c.items(), key=lambda pair: (-pair[1], pair[0]))) for name, c in counts.items()
        }
        return Description(
            identity=whole.hexdigest(),
            documents=total,
            sources=ranked["source"],
            formats=ranked["kind"],
            programs=ranked["program"],
            periods=ranked["period"],
            channels=ranked["channel"],
            assessments=ranked["assessment"],
            keeps_text=keeps_text,
            old_reading=old,
        )

    def vet(self) -> Vetting:
        """What to look at before the corpus is trusted: copies, contradictions, sources that dominate."""
        with self._reading() as store:
            return vet(store.documents(), reading_version(DEFAULT_LIMITS))

    def merge(self, other: str | os.PathLike[str], *, keep_text: bool = False) -> int:
        """Take in another corpus, as it comes from another newsroom; returns how many documents are new.

        What it holds is reduced once more and its features are made anew, so that no text comes along unless
        asked, whatever the other side kept.  Documents already here stay as they are.
        """
        taken = 0
        theirs = CorpusStore(Path(other), write=False)
        with theirs, CorpusStore(self.path, write=True) as store:
            batch: list[Kept] = []
            for kept in theirs.documents():
                made = taken_over(kept, keep_text)
                if made is not None:
                    batch.append(made)
                if len(batch) >= BATCH:
                    taken += store.put(batch, (), replace=False)
                    batch = []
            return taken + store.put(batch, (), replace=False)

    def fit(self, **options: Any) -> Model:
        """Learn a :class:`leakverify.Model` from this corpus; ``options`` are those of ``Model.fit``.

        Raises ``UsageError`` when there is nothing to learn from.
        """
        from leakverify.classifier.model import Model

        options = {"corpus": self.describe().identity, "name": self.path.stem, **options}
        return Model.fit(self.rows(), **options)

    def _reading(self) -> CorpusStore:
        return CorpusStore(self.path, write=False)


def _text(said: str) -> str:
    """What a command line was given, where it may not be text."""
    return said.encode("utf-8", "backslashreplace").decode()
