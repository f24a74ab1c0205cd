"""Where a page paints its pictures: the few operators of a content stream that place them.

Only ``q``, ``Q``, ``cm`` and ``Do`` are looked at (ISO 32000-2, 8.4.4 and 8.8);
strings, comments and inline pictures are stepped over.  One pass, linear in the
bytes, whatever the bytes are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from leakverify.extractors.pdf.objects import Store, number_of

#: a b c d e f: x' = a x + c y + e, y' = b x + d y + f
Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: operators of a document that are looked at, and forms entered
_OPERATORS, _FORMS = 400_000, 2_000
#: bytes of the content of one form
_CONTENT = 1024 * 1024
#: saved states; real pages nest a few deep
_SAVED = 500
#: forms inside forms
_NESTED = 4

_TOKEN = re.compile(
    rb"(?P<string>\()"
    rb"|%[^\r\n]*"
    rb"|(?<![^\s\])>])BI(?=[\s/])[\s\S]*?(?:\sEI(?!\S)|\Z)"
    rb"|(?<![^\s\])>])(?P<state>[qQ])(?![^\s/\[(<])"
    rb"|(?<=[\s])(?P<cm>cm)(?!\S)"
    rb"|/(?P<name>[^\s()<>\[\]{}/%]{1,127})\s+Do(?![^\s/\[(<])"
)
_IN_STRING = re.compile(rb"\\[\s\S]|[()]")
_NUMBER = re.compile(rb"[-+]?(?:\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})\Z")


def times(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that applies ``first``, then ``then``."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u,
    )  # fmt: skip


class Placements:
    """Looks for pictures on page after page, and spends one allowance on all of them.

    Forms that are painted again and again are unpacked once, and looked into a
    bounded number of times: forms that paint forms would else multiply.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._operators = _OPERATORS
        self._forms = _FORMS
        self._unpacked: dict[int, bytes | None] = {}

    @property
    def spent(self) -> bool:
        """Whether something may have been left out."""
        return self._operators <= 0 or self._forms <= 0

    def of(
        self, content: bytes, resources: Any, start: Matrix = IDENTITY, depth: int = 0
    ) -> Iterator[tuple[Any, Matrix]]:
        """(what names the picture, the matrix of its unit square) of every picture painted, in order.

        Forms are looked into.  Nothing here raises for bad content.
        """
        named = self._store.dictionary(resources, "/XObject")
        saved: list[Matrix] = []
        now = start
        for token in _tokens(content):
            self._operators -= 1
            if self._operators <= 0:
                return
            kind = token.lastgroup
            if kind == "state":
                if token["state"] == b"q":
                    if len(saved) < _SAVED:
                        saved.append(now)
                elif saved:
                    now = saved.pop()
            elif kind == "cm":
                matrix = _operands(content, token.start())
                if matrix is not None:
                    now = times(matrix, now)
            elif kind == "name":
                reference = dict.get(named, "/" + token["name"].decode("latin-1"))
                drawn = self._store.resolve(reference)
                if not isinstance(drawn, dict):
                    continue
                subtype = dict.get(drawn, "/Subtype")
                if subtype == "/Image":
                    yield reference, now
                elif subtype == "/Form" and depth < _NESTED and self._forms > 0:
                    self._forms -= 1
                    yield from self._inside(reference, drawn, resources, now, depth)

    def _inside(
        self, reference: Any, form: Any, resources: Any, now: Matrix, depth: int
    ) -> Iterator[tuple[Any, Matrix]]:
        own = self._store.resolve(dict.get(form, "/Resources", resources))
        if not self._store.dictionary(own, "/XObject"):
            return
        number = number_of(reference)
        if number is None or number not in self._unpacked:
            content = self._store.decode(form)
            if content is not None and b"Do" not in content:
                content = None
            if number is not None:
                self._unpacked[number] = content
        else:
            content = self._unpacked[number]
        if content is not None:
            yield from self.of(content[:_CONTENT], own, times(_matrix(self._store, form), now), depth + 1)


def _tokens(content: bytes) -> Iterator[re.Match[bytes]]:
    """What is to be looked at, strings stepped over; one that does not end takes the rest."""
    at = 0
    while token := _TOKEN.search(content, at):
        at = token.end()
        if token.lastgroup != "string":
            yield token
            continue
        depth = 1
        for inside in _IN_STRING.finditer(content, at):
            depth += {b"(": 1, b")": -1}.get(inside[0], 0)
            if not depth:
                at = inside.end()
                break
        else:
            return


def _matrix(store: Store, form: Any) -> Matrix:
    stated = [store.resolve(number) for number in store.array(form, "/Matrix")[:6]]
    if len(stated) != 6 or not all(isinstance(n, int | float) and math.isfinite(n) for n in stated):
        return IDENTITY
    a, b, c, d, e, f = (float(n) for n in stated)
    return (a, b, c, d, e, f)


def _operands(content: bytes, at: int) -> Matrix | None:
    """The six numbers before byte ``at``."""
    words = content[max(at - 200, 0) : at].split()[-6:]
    if len(words) != 6 or not all(_NUMBER.match(word) for word in words):
        return None
    a, b, c, d, e, f = (float(word) for word in words)
    return (a, b, c, d, e, f)


def covered(matrix: Matrix, box: tuple[float, float, float, float]) -> float:
    """Share of the page that the upright rectangle round a picture takes, 0 to 1."""
    a, b, c, d, e, f = matrix
    across = (e, e + a, e + c, e + a + c)
    up = (f, f + b, f + d, f + b + d)
    left, bottom, right, top = box
    width = min(max(across), right) - max(min(across), left)
    height = min(max(up), top) - max(min(up), bottom)
    whole = (right - left) * (top - bottom)
    if not (width > 0 and height > 0 and whole > 0):
        return 0.0
    return min(width * height / whole, 1.0)


def resolution(matrix: Matrix, width: int, height: int) -> tuple[float, float] | None:
    """Pixels per inch across and down as painted; ``None`` for a picture without extent."""
    across, down = math.hypot(matrix[0], matrix[1]), math.hypot(matrix[2], matrix[3])
    if not (1e-3 < across < 1e6 and 1e-3 < down < 1e6):
        return None
    return (72 * width / across, 72 * height / down)
