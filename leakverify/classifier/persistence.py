"""Models as files that cannot run code: the skops format, holding text, numbers and arrays only.

A model is kept as what was learned, not as objects of a library.  The file is one that :mod:`skops.io` writes
and reads; ours is read here without it, because all it may hold is a dictionary of text and arrays.  Before
anything is built the whole file is audited against :data:`TRUSTED`, which is a constant: nothing a caller or
the file says can add to it.  Trees and other estimators are refused even though skops trusts them, because
arrays of theirs that were made on purpose can crash the process that uses them.

The shipped model is pinned by its SHA-256: one that differs is not read.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leakverify.errors import ModelError

#: everything a model file may be made of
TRUSTED = frozenset(["builtins.dict", "builtins.list", "builtins.str", "numpy.ndarray"])
#: the parts of skops that put them together
_LOADERS = {
    "builtins.dict": "DictNode",
    "builtins.list": "ListNode",
    "builtins.str": ("JsonNode", "TypeNode"),
    "numpy.ndarray": "NdArrayNode",
}
#: first entry of every model of ours; the number changes with the meaning of the rest
MARK = "leakverify model 1"
#: largest file, largest in all when unpacked, most members and nodes, deepest nesting
MOST_BYTES, MOST_UNPACKED, MOST_MEMBERS, MOST_NODES, MOST_DEPTH = 64 << 20, 512 << 20, 512, 20_000, 8
_DTYPES = frozenset(["|u1", "<i2", "<f4", "<f8", "<i4", "<i8", "<u2"])
_MEMBER = re.compile(r"schema\.json|\d{1,20}\.npy")

Arrays = dict[str, NDArray[Any]]


def to_bytes(state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A model file. The same content gives the same bytes.

    ``state`` is anything JSON holds; numbers that are none are refused.
    """
    import skops.io

    text = json.dumps(state, sort_keys=True, separators=(",", ":"), allow_nan=False)
    content = {"mark": MARK, "state": text, "arrays": {name: arrays[name] for name in sorted(arrays)}}
    return _settled(skops.io.dumps(content))


def _settled(data: bytes) -> bytes:
    """The same file without the addresses of memory that skops numbers its parts by, and without a clock."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        text = source.read("schema.json").decode()
        numbers: dict[str, str] = {}
        for found in re.findall(r'"__id__": (\d+)|"(\d+)\.npy"', text):
            numbers.setdefault(found[0] or found[1], str(len(numbers) + 1))
        text = re.sub(r'("__id__": )(\d+)', lambda m: m[1] + numbers[m[2]], text)
        text = re.sub(r'"(\d+)(\.npy")', lambda m: f'"{numbers[m[1]]}{m[2]}', text)
        held = {f"{numbers[n.removesuffix('.npy')]}.npy": n for n in source.namelist() if n.endswith(".npy")}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as settled:
            parts = [
                (new, source.read(old)) for new, old in sorted(held.items(), key=lambda i: int(i[0][:-4]))
            ]
            for name, body in (*parts, ("schema.json", text.encode())):
                entry = zipfile.ZipInfo(name)  # dated 1980
                entry.compress_type = zipfile.ZIP_DEFLATED
                settled.writestr(entry, body, compresslevel=9)
    return out.getvalue()


def from_bytes(data: bytes, *, pinned: str = "") -> tuple[dict[str, Any], Arrays]:
    """Audit a model file and read what it holds. Raises ``ModelError``.

    ``pinned`` is the SHA-256 that the file must have.
    """
    if pinned and hashlib.sha256(data).hexdigest() != pinned:
        raise ModelError("the shipped model is not the one that was shipped; its SHA-256 differs")
    if len(data) > MOST_BYTES:
        raise ModelError(f"a model larger than {MOST_BYTES >> 20} MiB")
    _refuse_pickles(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            schema = json.loads(_schema(source))
            audit(schema)
            content = _built(schema, source)
    except ModelError:
        raise
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, RecursionError, EOFError, OSError,
            NotImplementedError, MemoryError, RuntimeError, zlib.error) as error:  # fmt: skip
        raise ModelError(f"not a model file: {error}") from error
    return _checked(content)


def _refuse_pickles(data: bytes) -> None:
    if data[:1] == b"\x80" or re.match(rb"\(?[cildp(}\]][\w.]*\n", data[:80]):
        raise ModelError("a pickle, which can run code; models are never read from one")
    if not data.startswith(b"PK\x03\x04"):
        raise ModelError("not a model file: it does not begin as one")


def _schema(source: zipfile.ZipFile) -> bytes:
    members = source.infolist()
    if len(members) > MOST_MEMBERS or len({m.filename for m in members}) != len(members):
        raise ModelError("not a model file: too many members, or two of one name")
    odd = sorted(m.filename for m in members if not _MEMBER.fullmatch(m.filename))
    if odd:
        raise ModelError(f"not a model file: it holds {odd[0]!r}")
    if sum(m.file_size for m in members) > MOST_UNPACKED:
        raise ModelError(f"a model that unpacks to more than {MOST_UNPACKED >> 20} MiB")
    return source.read("schema.json")


def audit(schema: object) -> None:
    """Refuse a file that names anything but text, dictionaries and arrays; everything it names is listed.

    Walks the description only: nothing is imported and nothing is built.  Raises ``ModelError``.
    """
    foreign = set()
    for count, node in enumerate(_nodes(schema, 0)):
        if count > MOST_NODES:
            raise ModelError("a model of too many parts")
        named = f"{node.get('__module__')}.{node.get('__class__')}"
        if named not in TRUSTED:
            foreign.add(named)
        elif node.get("__loader__") not in _LOADERS[named]:
            foreign.add(f"{named} put together by {node.get('__loader__')}")
    if foreign:
        raise ModelError(f"refused, because it holds what could run code: {', '.join(sorted(foreign)[:20])}")


def _nodes(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """Every description of an object, however it is nested, whatever the keys are called."""
    if depth > 2 * MOST_DEPTH:
        raise ModelError("a model nested too deeply")
    if isinstance(value, dict):
        if any(key in value for key in ("__class__", "__module__", "__loader__")):
            yield value
        for inner in value.values():
            yield from _nodes(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner, depth + 1)


def _built(node: Any, source: zipfile.ZipFile, depth: int = 0) -> Any:
    if depth > MOST_DEPTH:
        raise ModelError("a model nested too deeply")
    kind = f"{node['__module__']}.{node['__class__']}"
    if kind == "builtins.dict":
        return {str(key): _built(inner, source, depth + 1) for key, inner in node["content"].items()}
    if kind == "builtins.str" and node["__loader__"] == "JsonNode":
        text = json.loads(node["content"])
        if isinstance(text, str):
            return text
    if kind == "numpy.ndarray" and node["type"] == "numpy":
        return _array(source.read(node["file"]))
    raise ModelError(f"not a model file: {kind} in a place where it does not belong")


def _array(data: bytes) -> NDArray[Any]:
    """An array whose header agrees with its bytes, of a type that is plain numbers."""
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ModelError("an array of another version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.str not in _DTYPES or fortran or len(shape) > 2 or min(shape, default=1) < 0:
        raise ModelError(f"an array of {dtype.str}, which no model has")
    if math.prod(shape) * dtype.itemsize != len(data) - stream.tell():
        raise ModelError("an array that is not as long as it says")
    found = np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape)
    if dtype.kind == "f" and not np.isfinite(found).all():
        raise ModelError("an array with numbers that are none")
    return found


def _checked(content: Any) -> tuple[dict[str, Any], Arrays]:
    if not isinstance(content, dict) or content.get("mark") != MARK:
        raise ModelError("not a model of leakverify, or one of a later version")
    state, arrays = content.get("state"), content.get("arrays")
    if not isinstance(state, str) or not isinstance(arrays, dict):
        raise ModelError("a model without its parts")
    if not all(isinstance(one, np.ndarray) for one in arrays.values()):
        raise ModelError("a model with something else in the place of an array")
    try:
        read = json.loads(state, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"a model whose description cannot be read: {error}") from error
    if not isinstance(read, dict):
        raise ModelError("a model without a description")
    return read, arrays


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
