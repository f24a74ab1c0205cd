"""What a user hands to judging beside the document: keys now, further tables later.

References are values: read once, frozen, sent along to other processes.  Their
identity is part of what a report says it was made from, so that the same bytes
and the same references give the same report.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leakverify.dkim.keys import Key, KeyRing, read_keys, shipped_keys
from leakverify.errors import UsageError
from leakverify.knowledge import BadTableError, parse_table

#: characters of a table of the user's
_TABLE = 4 << 20


class Dated(msgspec.Struct, frozen=True):
    """A row of the user's table: words, the days between which they could be written, where that was read."""

    term: str
    since: str
    until: str
    source: str
    table: str


@dataclass(frozen=True, eq=False)
class References:
    """Everything a check may know that neither the document nor this version holds.

    ``dkim_keys`` are the keys the user vouches for or that were recovered; those
    shipped with this version are always there as well.  A further kind of
    reference is a further field, and its place in :attr:`identity`.  ``terms``
    are rows of the user's own tables: office-holders, companies, events.
    """

    dkim_keys: tuple[Key, ...] = ()
    terms: tuple[Dated, ...] = ()

    @classmethod
    def read(
        cls,
        *,
        dkim_keys: Iterable[str | os.PathLike[str]] = (),
        tables: Iterable[str | os.PathLike[str]] = (),
    ) -> References:
        """References from files, in any order. Raises ``UsageError`` for one that is of no use.

        A table is tab-separated with the columns ``term``, ``date``, ``precision`` and ``source`` of
        :mod:`leakverify.knowledge`, and ``until`` where a term has an end.
        """
        keys = {key: None for path in dkim_keys for key in read_keys(path)}
        terms = {row: None for path in tables for row in _read_terms(path)}
        if not keys and not terms:
            return NO_REFERENCES
        return cls(
            dkim_keys=tuple(sorted(keys, key=msgspec.structs.astuple)),
            terms=tuple(sorted(terms, key=msgspec.structs.astuple)),
        )

    def with_keys(self, keys: Iterable[Key]) -> References:
        """The same with further keys."""
        every = dict.fromkeys((*self.dkim_keys, *keys))
        return References(dkim_keys=tuple(sorted(every, key=msgspec.structs.astuple)), terms=self.terms)

    @functools.cached_property
    def identity(self) -> str:
        """A digest over the content; empty when there is none."""
        if not self.dkim_keys and not self.terms:
            return ""
        content = {"dkim_keys": self.dkim_keys, "terms": self.terms}
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:16]

    @functools.cached_property
    def keys(self) -> KeyRing:
        """Shipped keys and those of the user."""
        return KeyRing((*shipped_keys(), *self.dkim_keys))


def _read_terms(path: str | os.PathLike[str]) -> list[Dated]:
    """Rows of one table of the user's. Raises ``UsageError``."""
    name = Path(path).name
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            text = file.read(_TABLE + 1)
        if len(text) > _TABLE:
            raise UsageError(f"{name}: more than {_TABLE} characters")
        rows = list(parse_table(text, name))
        found = [
            Dated(row["term"], row.when.text, row.values.get("until", ""), row.source, name) for row in rows
        ]
    except (OSError, UnicodeDecodeError, BadTableError) as error:
        raise UsageError(f"no table: {error}") from error
    except KeyError:
        raise UsageError(f"{name}: no column term") from None
    if any(len(row.term.strip()) < 3 for row in found):
        raise UsageError(f"{name}: a term of fewer than three characters")
    return found


NO_REFERENCES = References()
