"""One room per format. A module here that defines ``FORMAT`` and ``read`` is an extractor.

There is no list to edit: modules are discovered, in alphabetical order.  Their
declarations are importable anywhere; ``read`` is only called in the box.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType

from leakverify.errors import UsageError
from leakverify.extractors._base import Declared, Format, Kind, Reader, count, digest, flag, text, token
from leakverify.extractors._prose import PROSE_VERSION, PROSE_VOCABULARY, prose_tables

#: facts that the box itself states about every document
FILE_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "file.name": text("the name the document was found under"),
        "file.extension": token("the ending of that name, lower case"),
        "file.format": token("a format the bytes were recognised as", repeats=True),
        "file.size": count("length", "bytes"),
        "file.sha256": digest("SHA-256 of the bytes"),
        "file.leading_bytes": count("bytes before the signature of the format", "bytes"),
        "file.extension_fits": flag("the ending of the name is one of the format's"),
    }
)


class Extractor:
    """A loaded extractor module."""

    __slots__ = ("format", "module")

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.format: Format = module.FORMAT

    @property
    def read(self) -> Reader:
        reader: Reader = self.module.read
        return reader


@functools.cache
def registry(extra: tuple[str, ...] = ()) -> Mapping[str, Extractor]:
    """Extractors by format name: ours, then the caller's ``extra`` module files.

    Raises ``UsageError`` when an extra file cannot be loaded or takes a name
    that is already in use.
    """
    found: dict[str, Extractor] = {}
    for info in pkgutil.iter_modules(__path__):
        if not info.name.startswith("_"):
            extractor = Extractor(importlib.import_module(f"{__name__}.{info.name}"))
            found[extractor.format.name] = extractor
    for path in extra:
        extractor = Extractor(_load_file(path))
        if extractor.format.name in found:
            raise UsageError(f"format {extractor.format.name!r} of {path} exists already")
        found[extractor.format.name] = extractor
    return MappingProxyType(found)


def _load_file(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"leakverify_extra_{Path(path).stem}", path)
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise UsageError(f"no extractor module at {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not isinstance(getattr(module, "FORMAT", None), Format):
        raise UsageError(f"{path} defines no FORMAT")
    return module


@functools.cache
def vocabulary(extra: tuple[str, ...] = ()) -> Mapping[str, Declared]:
    """Every observation name that may occur, with its declaration."""
    names: dict[str, Declared] = {**FILE_VOCABULARY, **PROSE_VOCABULARY}
    for extractor in registry(extra).values():
        names.update(extractor.format.observes)
    return MappingProxyType(names)


@functools.cache
def content_names(extra: tuple[str, ...] = ()) -> frozenset[str]:
    """Names whose values are document content, kept out of anything shared."""
    return frozenset(n for n, d in vocabulary(extra).items() if d.kind is Kind.CONTENT)


@functools.cache
def extractor_version(extra: tuple[str, ...] = ()) -> str:
    """Identifies what reading a file means in this version; part of every cache key."""
    parts = [f"{e.format.name}={e.format.version}" for e in registry(extra).values()]
    parts.append(f"prose={PROSE_VERSION}={prose_tables()}")
    for path in extra:
        parts.append(hashlib.sha256(Path(path).read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


@functools.cache
def reader_versions(extra: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Installed version of every library that reads documents."""
    from importlib import metadata

    names = {name for e in registry(extra).values() for name in e.format.readers}
    versions = {}
    for name in sorted(names):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "absent"
    return MappingProxyType(versions)
