"""What one save did, as far as its objects tell."""

from __future__ import annotations

from dataclasses import dataclass, field

from leakverify.extractors.pdf.pages import Page
from leakverify.extractors.pdf.text import Box


@dataclass(slots=True)
class FieldChange:
    """A value of a form field or the text of a comment, before and after."""

    workflow: str
    before: str
    after: str
    page: int | None
    box: Box | None


@dataclass(slots=True)
class PageChange:
    """A page whose content could differ: its place in both states."""

    old: Page
    new: Page
    #: the old content is still drawn unchanged; something was put before or behind it
    appended: bool


@dataclass(slots=True)
class Change:
    """All that one save did."""

    kinds: dict[tuple[str, int | None], None] = field(default_factory=dict)
    touched: list[PageChange] = field(default_factory=list)
    #: pages whose content is as before, and whose annotations or fields changed
    noted: list[PageChange] = field(default_factory=list)
    added: list[Page] = field(default_factory=list)
    removed: list[Page] = field(default_factory=list)
    #: pages at the place of another page object
    replaced: list[PageChange] = field(default_factory=list)
    #: pages that stand elsewhere in the order of those that stayed
    moved: list[PageChange] = field(default_factory=list)
    fields: list[FieldChange] = field(default_factory=list)
    #: boxes of changed widgets, signature widgets and other annotations, by page index after the save
    widgets: dict[int, list[Box]] = field(default_factory=dict)
    signatures: dict[int, list[Box]] = field(default_factory=dict)
    notes: dict[int, list[Box]] = field(default_factory=dict)
    #: why part of it was not looked at; a code and a detail
    unseen: tuple[str, str] | None = None

    def mark(self, kind: str, page: int | None = None) -> None:
        self.kinds[(kind, page)] = None
