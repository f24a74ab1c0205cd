"""The document: bytes with a digest, a name to show, and where it came out of."""

from __future__ import annotations

import os

import msgspec

#: separates the steps of a lineage when it is shown on one line
STEP = " » "


class Carrier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a lineage: the document that another one came out of."""

    name: str
    sha256: str
    format: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was examined. Immutable.

    ``sha256`` is the lower-case hex digest of the document's bytes, empty when
    the bytes could not be read.  ``lineage`` runs from the outermost carrier to
    the nearest one and is empty for a loose file.
    """

    name: str
    sha256: str = ""
    size: int = 0
    formats: tuple[str, ...] = ()
    role: str = "file"
    lineage: tuple[Carrier, ...] = ()

    @property
    def path(self) -> str:
        """Every step from the outermost carrier to this document, on one line."""
        return STEP.join([*(step.name for step in self.lineage), self.name])


def display_name(path: str | bytes | os.PathLike[str]) -> str:
    r"""Text for a path; bytes that are not UTF-8 become ``\xNN``.

    >>> display_name(b"facture-\xe9.pdf")
    'facture-\\xe9.pdf'
    """
    raw = os.fsencode(path)
    return raw.decode("utf-8", "backslashreplace")
