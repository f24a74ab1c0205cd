"""What is painted on each page, in the order of painting."""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault
from leakverify.extractors.pdf.state import Reading
from leakverify.extractors.pdf.text import Document, opened


def page_contents(reading: Reading) -> Iterator[Event]:
    """The text of every page as the document stands."""
    context = reading.context
    left = context.limits.text_chars
    with opened(reading.data, reading.end) as document:
        if not isinstance(document, Document):
            yield Fault(document, "could not be opened for its text")
            return
        for index in range(min(document.pages, context.limits.pages)):
            text = document.text(index)
            if text is None:
                yield Fault("malformed", "the page cannot be loaded for its text", Location(page=index + 1))
                continue
            if not text.strip():
                continue
            if len(text) > left:
                yield Fault("limit-text", f"more than {context.limits.text_chars} characters")
                if left:
                    yield Observation(name="pdf.page.text", value=text[:left], where=Location(page=index + 1))
                return
            left -= len(text)
            yield Observation(name="pdf.page.text", value=text, where=Location(page=index + 1))
        if document.pages > context.limits.pages:
            yield Fault("limit-pages", f"text of the first {context.limits.pages} pages")
