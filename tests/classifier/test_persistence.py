"""A model file of somebody else cannot run code, nor crash what reads it."""

from __future__ import annotations

import io
import json
import pickle  # noqa: TID251 - to show that it is refused
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io

from leakverify.classifier import persistence
from leakverify.errors import ModelError

STATE = {"a": [1, 2.5, "x", None], "b": {"c": True}}
ARRAYS = {"x": np.arange(6, dtype="<i4").reshape(2, 3), "y": np.asarray([0.5, 1.5])}


@pytest.fixture
def good() -> bytes:
    return persistence.to_bytes(STATE, ARRAYS)


def changed(data: bytes, **members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as made:
        names = {n.replace(".", "_"): n for n in source.namelist()}
        for key, name in names.items():
            made.writestr(name, members.pop(key, source.read(name)))
        for name, body in members.items():
            made.writestr(name.replace("__", "."), body)
    return out.getvalue()


def schema_of(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        found: dict[str, Any] = json.loads(source.read("schema.json"))
    return found


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("ran"),)


def test_it_comes_back_as_it_was(good: bytes) -> None:
    state, arrays = persistence.from_bytes(good)
    assert state == STATE
    assert arrays.keys() == ARRAYS.keys()
    assert all((arrays[name] == ARRAYS[name]).all() for name in ARRAYS)


def test_the_same_content_gives_the_same_bytes(good: bytes) -> None:
    assert persistence.to_bytes(dict(reversed(STATE.items())), dict(reversed(ARRAYS.items()))) == good


def test_skops_reads_it_without_trusting_anything(good: bytes) -> None:
    assert skops.io.get_untrusted_types(data=good) == []
    assert (skops.io.loads(good)["arrays"]["x"] == ARRAYS["x"]).all()


def test_a_pinned_file_that_was_touched_is_not_read(good: bytes) -> None:
    with pytest.raises(ModelError, match="SHA-256"):
        persistence.from_bytes(good, pinned="0" * 64)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_are_refused_by_content(
    protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError):
        persistence.from_bytes(pickle.dumps(Evil(), protocol))
    assert not Path("ran").exists()


def test_an_array_of_pickled_objects_is_refused(
    good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    np.save(stream, np.asarray([Evil()], dtype=object), allow_pickle=True)
    name = next(n for n in zipfile.ZipFile(io.BytesIO(good)).namelist() if n.endswith(".npy"))
    with pytest.raises(ModelError):
        persistence.from_bytes(changed(good, **{name.replace(".", "_"): stream.getvalue()}))
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("module", "kind", "loader"),
    [
        ("os", "system", "FunctionNode"),
        ("builtins", "eval", "FunctionNode"),
        ("functools", "partial", "PartialNode"),
        ("operator", "methodcaller", "OperatorFuncNode"),
        ("sklearn.tree._tree", "Tree", "TreeNode"),
        ("sklearn.linear_model._logistic", "LogisticRegression", "ObjectNode"),
        ("builtins", "dict", "ObjectNode"),
        ("builtins", "str", "MethodNode"),
    ],
)
def test_what_could_run_code_is_refused_and_named(good: bytes, module: str, kind: str, loader: str) -> None:
    schema = schema_of(good)
    schema["content"]["more"] = {"__class__": kind, "__module__": module, "__loader__": loader, "content": {}}
    with pytest.raises(ModelError, match="could run code") as refused:
        persistence.from_bytes(changed(good, schema_json=json.dumps(schema).encode()))
    assert kind in str(refused.value)


def test_a_real_estimator_of_skops_is_refused() -> None:
    from sklearn.ensemble import RandomForestClassifier

    data = skops.io.dumps(RandomForestClassifier(2).fit([[0], [1]], [0, 1]))
    with pytest.raises(ModelError, match="RandomForestClassifier"):
        persistence.from_bytes(_numbered(data))


def _numbered(data: bytes) -> bytes:
    """Members named as ours are, so that the audit and not the name refuses."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as made:
        for name in source.namelist():
            made.writestr(
                name if name == "schema.json" else f"{abs(hash(name)) % 10**9}.npy", source.read(name)
            )
    return out.getvalue()


def test_hidden_descriptions_are_found_wherever_they_are(good: bytes) -> None:
    schema = schema_of(good)
    schema["content"]["mark"]["content2"] = [[{"__module__": "os", "__class__": "system"}]]
    with pytest.raises(ModelError, match=r"os\.system"):
        persistence.from_bytes(changed(good, schema_json=json.dumps(schema).encode()))


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"GIF89a", b"{}", b"PK\x03\x04" + b"\0" * 200])
def test_other_files_are_refused(body: bytes) -> None:
    with pytest.raises(ModelError):
        persistence.from_bytes(body)


def test_every_broken_copy_is_refused_or_equal(good: bytes) -> None:
    for at in range(0, len(good), 7):
        broken = bytearray(good)
        broken[at] ^= 0x41
        try:
            state, _ = persistence.from_bytes(bytes(broken))
        except ModelError:
            continue
        assert state == STATE


def test_an_array_that_claims_to_be_huge_is_refused(good: bytes) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    header += b" " * (117 - len(header)) + b"\n"
    body = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
    name = next(n for n in zipfile.ZipFile(io.BytesIO(good)).namelist() if n.endswith(".npy"))
    with pytest.raises(ModelError):
        persistence.from_bytes(changed(good, **{name.replace(".", "_"): body}))


def test_other_members_and_bombs_are_refused(good: bytes) -> None:
    with pytest.raises(ModelError, match="it holds"):
        persistence.from_bytes(changed(good, evil__py=b"import os"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for n in range(3):
            made.writestr(f"{n}.npy", bytes(200 << 20))
    with pytest.raises(ModelError, match="unpacks"):
        persistence.from_bytes(out.getvalue())


def test_a_deep_description_is_refused(good: bytes) -> None:
    deep = b"[" * 5000 + b"]" * 5000
    with pytest.raises(ModelError):
        persistence.from_bytes(changed(good, schema_json=deep))


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(ModelError):
        persistence.from_bytes(persistence.to_bytes({}, {"x": np.asarray([np.nan])}))
    with pytest.raises(ValueError, match="Out of range"):
        persistence.to_bytes({"x": float("nan")}, {})
