"""What every test may rely on: no network, a fixed zone and locale, the optional corpus."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("LEAKVERIFY_HYPOTHESIS", "repeatable"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but to a socket pair fails the test that tries."""
    real = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_UNIX:
            real(self, address)
            return
        raise AssertionError(f"a test tried to reach {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def fixed_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A zone that is neither UTC nor whole hours, so that a naive local time shows."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real documents, where the machine has one."""
    named = os.environ.get("LEAKVERIFY_CORPUS", "")
    if not named or not (Path(named) / "MANIFEST.tsv").is_file():
        pytest.skip("LEAKVERIFY_CORPUS names no corpus")
    return Path(named)
