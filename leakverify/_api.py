"""What ``import leakverify`` offers, put together from the rooms."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from leakverify.document import display_name
from leakverify.errors import UsageError
from leakverify.evidence import Isolation, Report, UnitResult
from leakverify.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from leakverify.box.parent import Box
    from leakverify.checks import Check
    from leakverify.classifier.model import Model
    from leakverify.conversations import Conversation, Correspondence, Quotation
    from leakverify.dkim.keys import Key
    from leakverify.dkim.recover import Recovering
    from leakverify.extractors._base import Format
    from leakverify.labels import Label
    from leakverify.outliers import Outliers

_boxes: dict[tuple[str, str, tuple[str, ...]], Box] = {}
_lock = threading.Lock()
_owner = 0


def verify(
    path: str | os.PathLike[str],
    *,
    isolation: Literal["best", "required", "process", "none"] = "best",
    limits: Limits | None = None,
    formats: tuple[str, ...] = (),
    dkim_keys: Iterable[str | os.PathLike[str]] = (),
    tables: Iterable[str | os.PathLike[str]] = (),
    model: Model | str | os.PathLike[str] | None = "baseline",
) -> Report:
    """Examine one file and report on it.

    What is inside it (attachments, archive members) is examined with
    :func:`leakverify.scan`, which takes a file as well as a folder.
    ``isolation="none"`` reads in this process, without any protection from the
    file; it is meant for debugging.  ``dkim_keys`` are files of public keys that
    mail is verified with (see :func:`leakverify.dkim.keys.read_keys`), ``tables``
    your own dated terms (see :meth:`leakverify.references.References.read`).
    ``model`` is one at hand, the path of one, ``"baseline"`` for the shipped one,
    or ``None`` for no score.

    Raises ``UsageError`` when there is no such file or one of keys or terms is of
    no use, ``IsolationUnavailable`` under ``isolation="required"``, ``ModelError``
    for a model that cannot be used.  A bad file never raises.
    """
    from leakverify.judge import judge_unit
    from leakverify.references import References

    target = Path(path)
    if not target.is_file():
        what = "a folder; use scan()" if target.is_dir() else "no such file"
        raise UsageError(f"{display_name(path)}: {what}")
    name = display_name(target.name)
    references = References.read(dkim_keys=dkim_keys, tables=tables)
    chosen = limits or DEFAULT_LIMITS
    scoring = chosen_model(model)
    try:
        descriptor = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return judge_unit(_unreadable(name, error), name, model=scoring)[0]
    try:
        if isolation == "none":
            from leakverify.box.inprocess import examine_bytes

            result = examine_bytes(_read(descriptor), name, limits=chosen, extra=formats)
        else:
            result = _in_box(descriptor, name, isolation, chosen, formats)
    finally:
        os.close(descriptor)
    return judge_unit(result, name, references=references, model=scoring)[0]


def chosen_model(model: Model | str | os.PathLike[str] | None) -> Model | None:
    """The model a caller names; numbers are loaded only when there is one."""
    if model is None:
        return None
    from leakverify.classifier.model import chosen

    return chosen(model)


def _in_box(
    descriptor: int, name: str, isolation: str, limits: Limits, formats: tuple[str, ...]
) -> UnitResult:
    from leakverify.box.parent import Unit

    size = os.fstat(descriptor).st_size
    unit = Unit(descriptor=descriptor, size=size, sha256=_hash(descriptor), name=name)
    with _lock:
        box = _box(isolation, limits, formats)
        box.start(unit)
        while True:
            for finished in box.wait():
                return finished.result


def _box(isolation: str, limits: Limits, formats: tuple[str, ...]) -> Box:
    """A box that is kept for the next call: starting one costs as much as reading many files."""
    from leakverify.box.parent import Box

    global _owner
    if _owner != os.getpid():  # a fork must not share its parent's confined processes
        _boxes.clear()
        _owner = os.getpid()
        atexit.register(_close_boxes)
    key = (isolation, hashlib.sha256(msgspec.json.encode(limits)).hexdigest(), formats)
    if key not in _boxes:
        _close_boxes()
        _boxes[key] = Box(jobs=1, isolation=isolation, limits=limits, extra=formats)  # type: ignore[arg-type]
    return _boxes[key]


@contextlib.contextmanager
def lent_box(isolation: str, limits: Limits) -> Iterator[Box]:
    """The kept box, for one caller at a time."""
    with _lock:
        yield _box(isolation, limits, ())


def _close_boxes() -> None:
    if _owner == os.getpid():
        for box in _boxes.values():
            box.close()
    _boxes.clear()


def _hash(descriptor: int) -> str:
    whole, at = hashlib.sha256(), 0
    while block := os.pread(descriptor, 1 << 20, at):
        whole.update(block)
        at += len(block)
    return whole.hexdigest()


def _read(descriptor: int) -> bytes:
    pieces, at = [], 0
    while block := os.pread(descriptor, 1 << 20, at):
        pieces.append(block)
        at += len(block)
    return b"".join(pieces)


def _unreadable(name: str, error: OSError) -> UnitResult:
    from leakverify.evidence import Extraction, Problem

    problem = Problem(code="unreadable", detail=error.strerror or "")
    return UnitResult(
        extractions=(Extraction(index=0, name=name, problems=(problem,)),),
        isolation=Isolation(level=1, why="nothing was read"),
        readers={},
    )


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over a scan: documents, and how many per assessment and per problem code."""

    documents: int
    assessments: dict[str, int]
    problems: dict[str, int]
    complete: bool


class Scan:
    """A stored scan, opened for reading; the archive itself is not needed.

    Raises ``StoreError`` when there is no such store.
    """

    def __init__(self, store: str | os.PathLike[str]) -> None:
        from leakverify.store import Store

        self._store = Store(store, write=False)
        self._correspondence: Correspondence | None = None
        self.path = Path(store)

    @property
    def title(self) -> str:
        """The name of the file or folder that was scanned, for display."""
        root = display_name(self._store.meta("root") or b"")
        return root.rpartition("/")[2] or self.path.name

    def __enter__(self) -> Scan:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def ranked(self, limit: int | None = None) -> Iterator[Report]:
        """Reports, most noteworthy first."""
        return self._store.reports(ranked=True, limit=limit)

    def reports(self) -> Iterator[Report]:
        """Reports in the order of the paths, members after their container."""
        return self._store.reports()

    def report(self, path: str) -> Report:
        """The report at a path as the scan shows it (``Document.path``). Raises ``UsageError``."""
        found = self._store.report_at(path)
        if found is None:
            raise UsageError(f"the scan holds no {path}")
        return found

    def outliers(self) -> Outliers:
        """Documents unlike their genuine peers, as a list with a stated rate of false discoveries."""
        from leakverify.outliers import stored

        return stored(self._store)

    def label(self, document: str, mark: Literal["genuine", "altered"]) -> Label:
        """Say of the document at a path (``Document.path``) what was found out; see :meth:`list_within`.

        Raises ``UsageError`` when the scan holds no such document, ``StoreError`` while a scan is writing.
        """
        from leakverify.labels import put_label
        from leakverify.store import Store

        report = self.report(document)
        with Store(self.path) as writable:
            return put_label(writable, report, mark)

    def unlabel(self, document: str) -> bool:
        """Take the label of the document at a path away; whether it had one."""
        from leakverify.labels import drop_label
        from leakverify.store import Store

        with Store(self.path) as writable:
            return drop_label(writable, document)

    def labels(self) -> tuple[Label, ...]:
        """What was said of documents of this scan, in the order of their paths."""
        from leakverify.labels import labels

        return labels(self._store)

    def list_within(self, corpus: str | os.PathLike[str], *, rate: float = 0.1) -> Outliers:
        """Make the list of what stands out anew: the whole archive against a corpus of documents known to be
        genuine, with the labels (:mod:`leakverify.labels`).

        On average at most the share ``rate`` of the list is genuine, as far as the corpus is like the genuine
        documents of the archive.  Raises ``UsageError``, ``StoreError``.
        """
        from leakverify.corpus import Corpus
        from leakverify.labels import settle_within
        from leakverify.store import Store

        if not 0 < rate < 1:
            raise UsageError("rate must lie between 0 and 1")
        known = list(Corpus(corpus).rows())
        if not known:
            raise UsageError(f"{display_name(corpus)} holds no document with features")
        with Store(self.path) as writable:
            return settle_within(writable, known, rate)

    def conversations(self) -> list[Conversation]:
        """Mails that belong together, the longest conversation first; those of one mail are left out."""
        return self._mails().conversations()

    def quoted(self, document: str) -> list[Quotation]:
        """What a mail quotes, each quotation held against its original where the scan has it.

        ``document`` is ``Document.path`` of a mail.  Raises ``UsageError`` when the scan holds no such mail.
        """
        try:
            return self._mails().quoted(document)
        except KeyError:
            raise UsageError(f"the scan holds no mail {document}") from None

    def _mails(self) -> Correspondence:
        """All mails of the scan, read once."""
        from leakverify.conversations import Correspondence

        if self._correspondence is None:
            self._correspondence = Correspondence(self._store.reports())
        return self._correspondence

    def judge_again(
        self,
        *,
        dkim_keys: Iterable[str | os.PathLike[str]] = (),
        recovered: Iterable[Key] = (),
        tables: Iterable[str | os.PathLike[str]] = (),
        model: Model | str | os.PathLike[str] | None = "baseline",
    ) -> int:
        """Run this version's checks and the model over what was read; no document is opened.

        ``dkim_keys`` are files of keys, as for :func:`leakverify.scan`, and
        ``recovered`` keys that :meth:`recover_keys` found.  Returns how many
        entries were judged.  Raises ``StoreError`` while a scan is writing to
        the store, ``UsageError`` for a file of keys that is of no use.
        """
        from leakverify.references import References
        from leakverify.scanning import judge_again
        from leakverify.store import Store

        references = References.read(dkim_keys=dkim_keys)
        extra = tuple(recovered)
        with Store(self.path) as writable:
            given = references.with_keys(extra) if extra else references
            return judge_again(writable, given, chosen_model(model))

    def recover_keys(
        self,
        *,
        dkim_keys: Iterable[str | os.PathLike[str]] = (),
        seconds: float = 60.0,
        progress: Callable[[Recovering], None] | None = None,
    ) -> tuple[Key, ...]:
        """Public keys computed from the signatures that the scan holds, by domain and selector.

        Takes two signatures of a key whose mails still fit their body hashes,
        and at most ``seconds`` a key, in a process of its own.  Names for which
        ``dkim_keys`` or the shipped keys hold one are left out.  A key found
        says that one private key made the mails, not whose it was.
        """
        from leakverify.dkim.recover import recover, stored_signatures
        from leakverify.references import References

        held = References.read(dkim_keys=dkim_keys).keys
        return recover(stored_signatures(self._store.units()), held, seconds=seconds, progress=progress)

    def summary(self) -> Summary:
        """What the scan found, in numbers."""
        return Summary(
            documents=self._store.count_reports(),
            assessments=self._store.count_by_assessment(),
            problems=self._store.count_by_problem(),
            complete=self._store.meta("complete") == b"1",
        )

    def to_html(
        self,
        path: str | os.PathLike[str],
        *,
        lang: str = "en",
        documents: str | os.PathLike[str] | None = None,
        isolation: Literal["best", "required", "process"] = "best",
    ) -> None:
        """Write the scan as one self-contained page.

        ``documents`` is the folder that was scanned, or the only file: pages
        whose content was changed are then drawn, in the box, as they were and
        as they became (see :func:`pictures`).
        """
        from leakverify.picturing import Album
        from leakverify.report import html

        album = None if documents is None else Album(documents, isolation=isolation)
        html.write_scan(self, Path(path), lang=lang, pictured=album)


class Doctor(msgspec.Struct, frozen=True, kw_only=True):
    """What this machine can do. ``lines``: (what, value, whether that is good)."""

    isolation: Isolation
    lines: list[tuple[str, str, bool]]


def doctor() -> Doctor:
    """Start the box, let it test itself, and say what came out."""
    from leakverify.box.parent import Box
    from leakverify.box.zygote import describe
    from leakverify.extractors import reader_versions

    system = describe()
    with Box(jobs=1) as box:
        isolation, resident = box.isolation, box.resident_bytes
    mebibytes = resident / 2**20
    lines = [
        ("system", str(system["system"]), True),
        (
            "Landlock",
            f"version {system['landlock']}" if system["landlock"] else "absent",
            bool(system["landlock"]),
        ),
        ("seccomp", "known for this machine" if system["seccomp"] else "absent", bool(system["seccomp"])),
        ("isolation", f"level {isolation.level} {isolation.why}".rstrip(), isolation.level == 3),
        ("confined process", f"{mebibytes:.0f} MiB resident", mebibytes <= 128),
    ]
    lines += [(name, version, version != "absent") for name, version in reader_versions().items()]
    return Doctor(isolation=isolation, lines=lines)


def list_checks() -> Mapping[str, Check]:
    """Every check by id, with its documentation."""
    from leakverify.checks import registry

    return registry()


def list_formats() -> Mapping[str, Format]:
    """Every format that is read, by name."""
    from leakverify.extractors import registry

    return {name: extractor.format for name, extractor in registry().items()}
