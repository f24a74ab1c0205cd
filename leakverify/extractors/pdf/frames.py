"""Where the appearance of an annotation is drawn, from the structure of the file."""

from __future__ import annotations

from leakverify.extractors.pdf.layers import moved
from leakverify.extractors.pdf.state import Reading
from leakverify.extractors.pdf.text import Box


def appearance_frame(reading: Reading, page: int, note: int) -> Box | None:
    """The box of an annotation's appearance after its own matrix; ``None`` when not stated."""
    if page >= len(reading.pages):
        return None
    store = reading.store
    reading.latest()
    notes = store.array(reading.pages[page].entry, "/Annots")
    entry = store.resolve(notes[note]) if note < len(notes) else None
    look = store.get(store.dictionary(entry, "/AP"), "/N") if isinstance(entry, dict) else None
    if isinstance(look, dict) and "/BBox" not in look:
        look = store.get(look, str(store.get(entry, "/AS")))
    if not isinstance(look, dict):
        return None
    edges = [store.resolve(edge) for edge in store.array(look, "/BBox")[:4]]
    turn = [store.resolve(part) for part in store.array(look, "/Matrix")[:6]] or [1, 0, 0, 1, 0, 0]
    if (
        len(edges) != 4
        or len(turn) != 6
        or not all(isinstance(part, int | float) for part in (*edges, *turn))
    ):
        return None
    left, right = sorted((float(edges[0]), float(edges[2])))
    bottom, top = sorted((float(edges[1]), float(edges[3])))
    a, b, c, d, e, f = (float(part) for part in turn)
    return moved((left, bottom, right, top), (a, b, c, d, e, f))
