"""What the rooms of the PDF reader share about the file at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leakverify.extractors._base import Context, Event, Fault, LimitExceeded
from leakverify.extractors.pdf.chain import Chain
from leakverify.extractors.pdf.objects import Store, confined
from leakverify.extractors.pdf.pages import Page


@dataclass(slots=True)
class Reading:
    """One PDF while it is read. ``catalog`` and ``pages`` are those of the document as it stands."""

    data: bytes
    #: where ``%PDF-`` begins
    head: int
    store: Store
    chain: Chain
    context: Context
    catalog: dict[Any, Any] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    #: what one room leaves for a later one, by the name of the room
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The byte after the document as it stands; what follows it is no part of it."""
        return max(len(self.data) if self.chain.rebuilt else self.chain.revisions[-1].end, 1)

    def latest(self) -> None:
        """Let the store look at the document as it stands."""
        self.store.view = self.chain.view(len(self.chain.revisions))


def apart(events: Iterator[Event], room: str) -> Iterator[Event]:
    """The events of one room; its own failure is told, and the other rooms are still heard."""
    try:
        yield from confined(events)
    except (LimitExceeded, MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever hostile bytes do to one room
        yield Fault("reader-error", f"pdf {room}: {type(error).__name__}: {error}")
