"""Objects of a PDF by byte offset, whichever revision asks for them.

pypdf parses the syntax and undoes the filters; what it does not offer, and what
this module adds, is reading the *same* bytes through several cross-reference
views, so that every revision can be asked for its own state while each object
is parsed once.  Nothing here raises for bad bytes: an object that cannot be
read is ``None``, and :attr:`Store.complaints` says why.
"""

from __future__ import annotations

import bisect
import functools
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from leakverify.extractors._base import Context, Event, LimitExceeded

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject, StreamObject

    from leakverify.extractors.pdf.crypt import Crypt

#: (1, offset, generation) in the file; (2, number of object stream, index); (0, 0, 0) free
Entry = tuple[int, int, int]

#: bytes one decoded stream may have; genuine object and cross-reference streams stay far below
STREAM_LIMIT = 32 * 1024 * 1024
#: objects followed through references before an answer is given up
_REFERENCES = 32
#: distinct complaints kept
_COMPLAINTS = 20
#: bytes read by the parser, as a multiple of the bytes there are: objects may not overlap at will
_OVERLAP = 1.25
#: and how much more bytes count that were read in vain
_IN_VAIN = 4
#: bytes decrypted per document
_DECRYPTS = 256 * 1024 * 1024

_HEADER = re.compile(
    rb"[\x00\t\n\f\r ]{0,64}(\d{1,10})[\x00\t\n\f\r ]{1,64}(\d{1,10})[\x00\t\n\f\r ]{0,64}obj"
)
_ANY_HEADER = re.compile(rb"(?<![0-9])(\d{1,10})[\x00\t\n\f\r ]{1,8}(\d{1,5})[\x00\t\n\f\r ]{1,8}obj")
_END = re.compile(rb"endstream")


@functools.cache
def settings() -> Any:
    """Limits of pypdf, tightened, and no outside decoder."""
    from pypdf import Configuration

    return Configuration(
        jbig2dec_binary=None,
        maximum_declared_stream_length=256 * 1024 * 1024,
        array_maximum_element_count=200_000,
        dictionary_maximum_element_count=20_000,
        zlib_maximum_output_length=STREAM_LIMIT,
        lzw_maximum_output_length=STREAM_LIMIT,
        run_length_maximum_output_length=STREAM_LIMIT,
        brotli_maximum_output_length=STREAM_LIMIT,
        zlib_maximum_recovery_input_length=200_000,
        stream_filters_maximum_length=4,
        stream_decoding_work_maximum_length=2 * STREAM_LIMIT,
        disable_legacy_handling=True,
    )


def confined(events: Iterator[Event]) -> Iterator[Event]:
    """The events, each produced under :func:`settings` and nothing else run under them."""
    from pypdf import apply_configuration

    while True:
        with apply_configuration(settings()):
            event = next(events, None)
        if event is None:
            return
        yield event


class View:
    """Which bytes an object number stands for, in one revision: newest layer first."""

    __slots__ = ("layers", "trailer")

    def __init__(self, layers: Sequence[Mapping[int, Entry]], trailer: DictionaryObject) -> None:
        self.layers = layers
        self.trailer = trailer

    def entry(self, number: int) -> Entry | None:
        for layer in self.layers:
            found = layer.get(number)
            if found is not None:
                return found
        return None

    def numbers(self) -> set[int]:
        return set().union(*self.layers)


class Store:
    """Parsed objects of one file.

    It stands in for a reader where pypdf wants to follow a reference (the
    length of a stream, the parameters of a filter); those are looked up in
    :attr:`view`.
    """

    #: pypdf mends damage and logs it; the box collects what is logged
    strict = False

    def __init__(self, data: bytes, base: int, context: Context) -> None:
        self.data = data
        #: bytes before the header, where offsets count from the header
        self.base = base
        self.view: View | None = None
        self.crypt: Crypt | None = None
        #: encrypted with a secret: strings and streams are not readable
        self.sealed = False
        #: a stream that every reader unpacks at once expands without bound
        self.bomb = False
        #: objects that were not where they are said to be
        self.searched = 0
        #: what could not be read, and the problem code for it
        self.complaints: dict[str, str] = {}
        self._context = context
        self._stream = io.BytesIO(data)
        self._parsed: dict[int, tuple[int, int, Any, int]] = {}
        self._packed: dict[int, dict[int, Any]] = {}
        self._there = len(data)
        self._consumed = 0
        self._decrypted = 0
        self._resolving: set[int] = set()
        self._ends: list[int] | None = None
        self._scanned: dict[int, list[int]] | None = None

    # what pypdf asks of a reader

    def get_object(self, reference: Any) -> Any:
        return self.resolve(reference)

    @property
    def xref(self) -> dict[int, dict[int, int]]:
        """Where the stream being read may end: asked for when its length is wrong.

        pypdf takes the start of the next object; the next ``endstream`` is
        found without looking through all objects for every damaged stream.
        """
        if self._ends is None:
            self._ends = [m.end() for m in _END.finditer(self.data)]
        at = self._stream.tell()
        where = bisect.bisect_right(self._ends, at)
        return {0: {0: self._ends[where] + 1}} if where < len(self._ends) else {}

    # ours

    def complain(self, what: str, code: str = "malformed") -> None:
        if len(self.complaints) < _COMPLAINTS:
            self.complaints.setdefault(what, code)

    def resolve(self, value: Any) -> Any:
        """The object behind a value, or the value; ``None`` for null, free and unreadable."""
        from pypdf.generic import IndirectObject, NullObject

        for _ in range(_REFERENCES):
            if not isinstance(value, IndirectObject):
                return None if value is None or isinstance(value, NullObject) else value
            value = self.object(value.idnum)
        self.complain("references lead in a circle")
        return None

    def get(self, holder: Any, key: str) -> Any:
        """Value of a dictionary's key, resolved; ``None`` when absent."""
        return self.resolve(dict.get(holder, key)) if isinstance(holder, dict) else None

    def dictionary(self, holder: Any, key: str) -> dict[Any, Any]:
        """A dictionary (or stream) under a key; an empty one when it is anything else."""
        found = self.get(holder, key)
        return found if isinstance(found, dict) else {}

    def array(self, holder: Any, key: str) -> list[Any]:
        """An array under a key; an empty one when it is anything else."""
        found = self.get(holder, key)
        return found if isinstance(found, list) else []

    def object(self, number: int) -> Any:
        """Object ``number`` as the current view has it."""
        entry = None if self.view is None else self.view.entry(number)
        return None if entry is None else self.at(number, entry)

    def at(self, number: int, entry: Entry) -> Any:
        """The object an entry stands for, in whatever revision."""
        kind, place, index = entry
        if kind == 1:
            return self._in_file(number, place)
        if kind == 2:
            return self._in_stream(number, place, index)
        return None

    def parse(self, offset: int) -> tuple[int, int, Any, int] | None:
        """(number, generation, object, end) of the object that begins at ``offset``."""
        known = self._parsed.get(offset)
        if known is not None:
            return known
        head = _HEADER.match(self.data, max(offset, 0))
        if head is None or offset < 0:
            return None
        number, generation = int(head[1]), int(head[2])
        value, end = self.value(head.end())
        if self.crypt is not None and value is not None:
            value = self.crypt.strings(value, number, generation)
        if isinstance(value, dict) and hasattr(value, "_data"):
            value.origin = (number, generation)  # type: ignore[attr-defined]
        found = (number, generation, value, end)
        self._parsed[offset] = found
        return found

    def value(self, offset: int) -> tuple[Any, int]:
        """The bare object at ``offset`` and where it ends; ``None`` when unreadable."""
        from pypdf.generic import NullObject, read_object

        stream = self._stream
        stream.seek(offset)
        try:
            self._skip_blanks()
            found: Any = read_object(stream, self)  # type: ignore[arg-type]
        except (LimitExceeded, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a parser does with hostile bytes
            self.complain(f"byte {offset}: {type(error).__name__}: {error}"[:300])
            self.account(_IN_VAIN * (stream.tell() - offset))
            return None, offset
        end = stream.tell()
        self.account(end - offset)
        return (None if isinstance(found, NullObject) else found), end

    def account(self, consumed: int) -> None:
        """Bound what the parser reads in all; raises ``LimitExceeded``."""
        self._consumed += max(consumed, 0)
        if self._consumed > _OVERLAP * self._there + 4 * 1024 * 1024:
            raise LimitExceeded("limit-size", "objects that overlap each other many times")

    def _skip_blanks(self) -> None:
        at = self._stream.tell()
        data = self.data
        while at < len(data) and data[at] in b"\x00\t\n\f\r ":
            at += 1
        self._stream.seek(at)

    def _in_file(self, number: int, place: int) -> Any:
        if place in self._resolving:
            self.complain(f"object {number} needs itself to be read")
            return None
        self._resolving.add(place)
        back = self._stream.tell()
        try:
            found = self.parse(place)
            if found is None or found[0] != number:
                found = self._search(number, place)
            return None if found is None else found[2]
        finally:
            self._resolving.discard(place)
            self._stream.seek(back)

    def _search(self, number: int, place: int) -> tuple[int, int, Any, int] | None:
        """The object where it really is, when the cross-reference points elsewhere."""
        places = self.places().get(number)
        if not places:
            self.complain(f"object {number} is not in the file")
            return None
        self.searched += 1
        self.complain(f"object {number} is not where the cross-reference says")
        after = bisect.bisect_left(places, place)
        near = places[max(after - 1, 0) : after + 1]
        return self.parse(min(near, key=lambda start: abs(start - place)))

    def places(self) -> dict[int, list[int]]:
        """Every ``N G obj`` in the bytes, by number, in file order. One pass, kept."""
        if self._scanned is None:
            self._scanned = {}
            for found in _ANY_HEADER.finditer(self.data):
                self._scanned.setdefault(int(found[1]), []).append(found.start())
        return self._scanned

    def _in_stream(self, number: int, container: int, index: int) -> Any:
        entry = None if self.view is None else self.view.entry(container)
        if entry is None or entry[0] != 1 or container == number:
            self.complain(f"object stream {container} is missing")
            return None
        place = entry[1]
        packed = self._packed.get(place)
        if packed is None:
            packed = self._packed[place] = self._unpack(container, place)
        found = packed.get(number)
        if isinstance(found, _Unread):
            found = packed[number] = found.read(self)
        return found

    def packed_numbers(self, container: int) -> list[int]:
        """Numbers of the objects that object stream ``container`` holds."""
        entry = None if self.view is None else self.view.entry(container)
        if entry is None or entry[0] != 1:
            return []
        place = entry[1]
        if place not in self._packed:
            self._packed[place] = self._unpack(container, place)
        return list(self._packed[place])

    def _unpack(self, container: int, place: int) -> dict[int, Any]:
        """What an object stream holds (ISO 32000-2, 7.5.7): numbers and where each begins."""
        holder = self._in_file(container, place)
        raw = self.decode(holder) if isinstance(holder, dict) else None
        first, amount = self.get(holder, "/First"), self.get(holder, "/N")
        if raw is None or not isinstance(first, int) or not isinstance(amount, int):
            self.complain(f"object stream {container} cannot be read")
            return {}
        stream = io.BytesIO(raw)
        self._there += len(raw)
        header = raw[: max(first, 0)].split()
        packed: dict[int, Any] = {}
        for at in range(0, min(2 * amount, len(header) - 1), 2):
            if not (header[at].isdigit() and header[at + 1].isdigit()):
                break
            if len(header[at]) < 11 and len(header[at + 1]) < 11:
                packed.setdefault(int(header[at]), _Unread(stream, first + int(header[at + 1]), len(raw)))
        return packed

    def decode(self, stream: Any, limit: int = STREAM_LIMIT) -> bytes | None:
        """Decoded bytes of a stream; ``None`` when a filter is unknown or the data damaged.

        Spends the unit's decompression budget and raises ``LimitExceeded`` when
        that is used up.
        """
        from pypdf.generic import StreamObject

        if not isinstance(stream, StreamObject):
            return None
        raw = stream._data
        if self.sealed and dict.get(stream, "/Type") != "/XRef":
            return None
        if self.crypt is not None:
            self._decrypted += len(raw)
            if self._decrypted > _DECRYPTS:
                self.complain("more encrypted data than is decrypted", "limit-size")
                return None
            raw = self.crypt.stream(stream, getattr(stream, "origin", None))
        out = self._filtered(stream, raw)
        if out is None:
            return None
        if len(out) > limit:
            self._expands(stream, f"a stream expands to more than {limit} bytes")
            return None
        try:
            self._context.budget.spend(len(out), max(len(raw), 1), len(out))
        except LimitExceeded as over:
            if self._context.budget.inflated < 0:
                raise  # that of the whole unit: nothing more can be read
            self._expands(stream, f"a stream {over.detail}")
            return None
        return out

    def _expands(self, stream: StreamObject, what: str) -> None:
        self.complain(what, "limit-inflate")
        self.bomb = self.bomb or dict.get(stream, "/Type") in ("/XRef", "/ObjStm", "/Metadata")

    def _filtered(self, stream: StreamObject, raw: bytes) -> bytes | None:
        from pypdf.errors import LimitReachedError
        from pypdf.filters import decode_stream_data

        if "/Filter" not in stream:
            return raw
        kept, stream._data = stream._data, raw
        try:
            return decode_stream_data(stream)
        except (LimitExceeded, MemoryError):
            raise
        except LimitReachedError as error:
            self._context.budget.spend(STREAM_LIMIT, 1, 0)
            self._expands(stream, f"a stream is over a limit: {error}"[:200])
            return None
        except Exception as error:  # noqa: BLE001 - whatever a filter does with hostile bytes
            self.complain(f"a stream cannot be decoded: {type(error).__name__}: {error}"[:200])
            return None
        finally:
            stream._data = kept


class _Unread:
    """An object in a decoded object stream that nobody has asked for yet."""

    __slots__ = ("_at", "_end", "_stream")

    def __init__(self, stream: io.BytesIO, at: int, end: int) -> None:
        self._stream = stream
        self._at = at
        self._end = end

    def read(self, store: Store) -> Any:
        from pypdf.generic import NullObject, read_object

        if not 0 <= self._at < self._end:
            return None
        try:
            self._stream.seek(self._at)
            while (blank := self._stream.read(1)) and blank in b"\x00\t\n\f\r ":
                pass
            if not blank:
                return None
            self._stream.seek(-1, io.SEEK_CUR)
            found: Any = read_object(self._stream, store)  # type: ignore[arg-type]
        except (LimitExceeded, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a parser does with hostile bytes
            store.complain(f"packed object: {type(error).__name__}: {error}"[:300])
            return None
        finally:
            store.account(self._stream.tell() - self._at)
        return None if isinstance(found, NullObject) else found


def number_of(value: Any) -> int | None:
    """Object number a reference points to; ``None`` for anything else."""
    from pypdf.generic import IndirectObject

    return value.idnum if isinstance(value, IndirectObject) else None


def references(value: Any, skip: frozenset[str] = frozenset(), depth: int = 0) -> Iterator[int]:
    """Object numbers mentioned in a value, not following them, in order."""
    from pypdf.generic import IndirectObject

    if isinstance(value, IndirectObject):
        yield value.idnum
    elif depth < 50 and isinstance(value, dict):
        for key, inner in value.items():
            if key not in skip:
                yield from references(inner, skip, depth + 1)
    elif depth < 50 and isinstance(value, list):
        for inner in value:
            yield from references(inner, skip, depth + 1)


def same(one: Any, other: Any) -> bool:
    """Whether two parsed objects say the same, streams by their encoded bytes."""
    if one is other:
        return True
    if getattr(one, "_data", None) != getattr(other, "_data", None):
        return False
    try:
        return bool(one == other)
    except RecursionError:
        return False
