"""Earlier revisions of a PDF, as documents of their own.

Every save of a PDF that only adds to it leaves all before it as it was, so a
revision is the beginning of the file up to the end of that save.  Getting it
back is ``head -c``: no byte is made, changed or left out, those before the
header included.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from leakverify.document import display_name
from leakverify.errors import UsageError
from leakverify.evidence import Report

if TYPE_CHECKING:
    from leakverify.limits import Limits

#: what a save states of its time, and of what made it
_STATED = (
    "pdf.info.creation_date",
    "pdf.info.mod_date",
    "pdf.info.producer",
    "xmp.create_date",
    "xmp.modify_date",
    "xmp.metadata_date",
    "pdf.signature.when",
)
_BLOCK = 1 << 20


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One save of a PDF: the first ``end`` bytes of the file.

    ``number`` counts from 1, oldest first.  ``kind`` is that of its
    cross-reference (table, stream or hybrid), which begins at byte
    ``startxref``.  ``changes`` are (what, page) as far as they are known, and
    ``stated`` the names and values of dates and producers that this save wrote.
    """

    path: str
    number: int
    end: int
    sha256: str
    startxref: int | None = None
    kind: str = ""
    changes: tuple[tuple[str, int | None], ...] = ()
    stated: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """A name for a file of its own; characters that act or lead elsewhere are replaced."""
        whole = Path(self.path).name
        stem = whole[:-4] if whole.lower().endswith(".pdf") else whole
        kept = "".join(c if c.isprintable() and c not in '\\/:*?"<>|' else "_" for c in stem).strip(". ")
        return f"{kept.encode()[:200].decode('utf-8', 'ignore') or 'document'}.revision-{self.number}.pdf"

    def bytes(self) -> bytes:
        """The revision. Raises ``UsageError`` when the file is gone or was changed since."""
        try:
            with Path(self.path).open("rb") as file:
                data = file.read(self.end)
        except OSError as error:
            raise UsageError(f"{display_name(self.path)}: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise UsageError(f"{display_name(self.path)}: changed since its revisions were told")
        return data

    def write(self, folder: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write the revision to a file of :attr:`name` in a folder, readable by its owner alone.

        Raises ``UsageError`` when there is one already, unless ``force`` is
        given, and when it cannot be written.
        """
        data = self.bytes()
        path = Path(folder) / self.name
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (os.O_TRUNC if force else os.O_EXCL)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if force:
                path.unlink(missing_ok=True)  # what a link leads to is not written over
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                file.write(data)
        except FileExistsError as error:
            raise UsageError(f"{display_name(path)}: there already, and left as it is") from error
        except OSError as error:
            raise UsageError(f"{display_name(path)}: {error.strerror}") from error
        return path


def revisions(
    path: str | os.PathLike[str],
    *,
    report: Report | None = None,
    isolation: Literal["best", "required", "process", "none"] = "best",
    limits: Limits | None = None,
) -> tuple[Revision, ...]:
    """The saves of a PDF, oldest first; empty when the file is none, or its chain of saves is broken.

    ``report`` is one made of the same file before; without it the file is
    examined, in the box.  Raises ``UsageError`` when there is no such file, or
    the report is on another one.
    """
    if report is None:
        from leakverify._api import verify

        report = verify(path, isolation=isolation, limits=limits)
    ends: dict[int, int] = {}
    for observation in report.observations:
        if observation.name == "pdf.revision.end" and isinstance(observation.value, int):
            ends.setdefault(observation.where.revision or 0, observation.value)
    if not ends:
        return ()
    digests = _digests(path, sorted(set(ends.values())), report.document.sha256)
    found = []
    for number, end in sorted(ends.items()):
        here = [o for o in report.observations if o.where.revision == number]
        starts = [o.value for o in here if o.name == "pdf.revision.startxref" and isinstance(o.value, int)]
        kinds = [str(o.value) for o in here if o.name == "pdf.revision.xref_kind"]
        found.append(
            Revision(
                path=os.fsdecode(path),
                number=number,
                end=end,
                sha256=digests[end],
                startxref=starts[0] if starts else None,
                kind=kinds[0] if kinds else "",
                changes=tuple(
                    dict.fromkeys((str(o.value), o.where.page) for o in here if o.name == "pdf.change.kind")
                ),
                stated=tuple(
                    dict.fromkeys((o.name, str(o.value)) for o in here if o.name in _STATED and o.value)
                ),
            )
        )
    return tuple(found)


def _digests(path: str | os.PathLike[str], ends: list[int], sha256: str) -> dict[int, str]:
    """SHA-256 of the beginnings of a file, in one pass. Raises ``UsageError`` for another file."""
    found: dict[int, str] = {}
    whole, at = hashlib.sha256(), 0
    if not Path(path).is_file():
        raise UsageError(f"{display_name(path)}: no such file")
    try:
        with Path(path).open("rb") as file:
            for end in ends:
                while at < end and (block := file.read(min(_BLOCK, end - at))):
                    whole.update(block)
                    at += len(block)
                found[end] = whole.hexdigest()
            while block := file.read(_BLOCK):
                whole.update(block)
    except OSError as error:
        raise UsageError(f"{display_name(path)}: {error.strerror}") from error
    if whole.hexdigest() != sha256:
        raise UsageError(f"{display_name(path)}: not the document of this report")
    return found
