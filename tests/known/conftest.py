"""What the tests of the corpus share: the command line in this process, and one box for many calls."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

import leakverify.scanning  # noqa: F401 - takes the real box for itself before a test puts another in its place
from leakverify.box.parent import Box
from tests.cli.conftest import run

__all__ = ["box", "run", "shared"]


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(jobs=2) as one:
        yield one


@pytest.fixture
def shared(box: Box, monkeypatch: pytest.MonkeyPatch) -> Box:
    """Starting a box takes seconds: tests that are not about it share one."""
    monkeypatch.setattr("leakverify.box.parent.Box", lambda **_: contextlib.nullcontext(box))
    return box
