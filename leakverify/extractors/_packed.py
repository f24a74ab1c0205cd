"""What single compressed files have in common: the name of the one document inside."""

from __future__ import annotations

from collections.abc import Mapping

from leakverify.extractors._base import clip


def inner_name(name: str, endings: Mapping[str, str]) -> str:
    """The display name without the packer's ending, or as it is when it has none.

    >>> inner_name("leak/mails.tgz", {".tgz": ".tar"})
    'leak/mails.tar'
    """
    lowered = name.lower()
    for ending, instead in endings.items():
        if lowered.endswith(ending) and len(name) > len(ending):
            return clip(name[: -len(ending)] + instead)
    return clip(name)
