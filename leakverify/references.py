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

import msgspec

from leakverify.dkim.keys import Key, KeyRing, read_keys, shipped_keys


@dataclass(frozen=True, eq=False)
class References:
    """Everything a check may know that neither the document nor this version holds.

    ``dkim_keys`` are the keys the user vouches for or that were recovered; those
    shipped with this version are always there as well.  A further kind of
    reference is a further field, and its place in :attr:`identity`.
    """

    dkim_keys: tuple[Key, ...] = ()

    @classmethod
    def read(cls, *, dkim_keys: Iterable[str | os.PathLike[str]] = ()) -> References:
        """References from files, in any order. Raises ``UsageError`` for one that is of no use."""
        keys = {key: None for path in dkim_keys for key in read_keys(path)}
        return cls(dkim_keys=tuple(sorted(keys, key=msgspec.structs.astuple))) if keys else NO_REFERENCES

    def with_keys(self, keys: Iterable[Key]) -> References:
        """The same with further keys."""
        every = dict.fromkeys((*self.dkim_keys, *keys))
        return References(dkim_keys=tuple(sorted(every, key=msgspec.structs.astuple)))

    @functools.cached_property
    def identity(self) -> str:
        """A digest over the content; empty when there is none."""
        if not self.dkim_keys:
            return ""
        return hashlib.sha256(msgspec.json.encode({"dkim_keys": self.dkim_keys})).hexdigest()[:16]

    @functools.cached_property
    def keys(self) -> KeyRing:
        """Shipped keys and those of the user."""
        return KeyRing((*shipped_keys(), *self.dkim_keys))


NO_REFERENCES = References()
