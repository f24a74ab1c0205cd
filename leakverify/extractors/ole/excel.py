"""Excel 97 to 2003: who and what saved the workbook, its sheets and its strings (MS-XLS)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Event, Fault, clip
from leakverify.extractors.ole.container import Compound, codec

_BOF, _EOF, _CODE_PAGE, _DATE_MODE, _USER, _SHEET, _COUNTRY = 0x809, 0x0A, 0x42, 0x22, 0x5C, 0x85, 0x8C
_STRINGS, _CONTINUE, _LOCKED, _CELL_STRING, _LABEL = 0xFC, 0x3C, 0x2F, 0xFD, 0x204
#: Formula (with its stored result, in any version), CalcMode and CalcPrecision
_FORMULAS, _CALCULATION, _PRECISION = (0x06, 0x206, 0x406), 0x0D, 0x0E
#: Row, with its bit fDyZero, and ColInfo, with its bit fHidden: what is not shown
_ROW, _COLUMNS = 0x208, 0x7D
#: records of one workbook
_RECORDS = 5_000_000
_MOST_STRINGS = 500_000


def excel_facts(compound: Compound, context: Context) -> Iterator[Event]:
    name = "Workbook" if compound.has("Workbook") else "Book"
    stream = compound.stream(name)
    if stream is None:
        yield Fault("malformed", f"{name} cannot be read")
        return
    yield from _Workbook(stream, name, context).facts()


class _Workbook:
    def __init__(self, stream: bytes, name: str, context: Context) -> None:
        self.stream = stream
        self.context = context
        self.where = Location(part=name)
        self.codec = "cp1252"
        self.version = 0
        self.hidden = self.formulas = self.hidden_rows = self.hidden_columns = 0
        self.table: list[bytes] = []
        self.used: set[int] = set()
        self.labels: list[str] = []
        self.told: set[str] = set()

    def facts(self) -> Iterator[Event]:
        begun = False
        last = 0
        for at, kind, body in self._records():
            if kind == _CONTINUE:
                if last == _STRINGS:
                    self.table.append(body)
                continue
            last = kind
            if kind == _BOF and not begun:
                begun = True
                yield from self._begin(body)
            elif kind == _LOCKED:
                yield Observation(name="ole.encrypted", value=True, where=self.where)
                yield Fault("encrypted", "the workbook is under a password", self.where)
                return
            elif kind == _STRINGS:
                self.table = [body]
            elif kind == _CELL_STRING and len(body) >= 10:
                self.used.add(struct.unpack_from("<I", body, 6)[0])
            elif kind in _FORMULAS and len(body) >= 20:
                self.formulas += 1
            elif kind == _ROW and len(body) >= 16:
                self.hidden_rows += body[12] & 0x20 != 0
            elif kind == _COLUMNS and len(body) >= 10:
                self.hidden_columns += body[8] & 1
            elif kind == _LABEL and len(body) >= 8:
                self.labels.append(self._string(body, 6, wide=self.version >= 0x600)[0])
            else:
                yield from self._setting(at, kind, body)
        if not begun:
            yield Fault("malformed", "no beginning of a workbook", self.where)
        yield Observation(name="xls.hidden_sheets", value=self.hidden, where=self.where)
        yield Observation(name="xls.formulas", value=self.formulas, where=self.where)
        if self.hidden_rows:
            yield Observation(name="xls.hidden_rows", value=self.hidden_rows, where=self.where)
        if self.hidden_columns:
            yield Observation(name="xls.hidden_columns", value=self.hidden_columns, where=self.where)
        yield from self._texts()

    def _records(self) -> Iterator[tuple[int, int, bytes]]:
        at = 0
        for _ in range(_RECORDS):
            if at + 4 > len(self.stream):
                return
            kind, size = struct.unpack_from("<HH", self.stream, at)
            if kind == 0 and size == 0:
                return
            yield at, kind, self.stream[at + 4 : at + 4 + size]
            at += 4 + size

    def _begin(self, body: bytes) -> Iterator[Event]:
        if len(body) < 8:
            return
        self.version, kind, build, year = struct.unpack_from("<4H", body)
        stated = f"0x{self.version:04x} 0x{kind:04x} build {build} year {year}"
        yield Observation(name="xls.bof", value=stated, where=self.where)
        if len(body) >= 16 and self.version == 0x600:
            # MS-XLS 2.4.21: which generations ever saved it, and which did last
            flags, _, last = struct.unpack_from("<IBB", body, 8)
            yield Observation(name="xls.highest_saved", value=flags >> 14 & 15, where=self.where)
            yield Observation(name="xls.last_saved", value=last & 15, where=self.where)
            systems = " ".join(name for bit, name in ((3, "windows"), (4, "mac")) if flags >> bit & 1)
            yield Observation(name="xls.systems", value=systems, where=self.where)

    def _setting(self, at: int, kind: int, body: bytes) -> Iterator[Event]:
        where = Location(part=self.where.part, offset=at)
        if kind == _CODE_PAGE and len(body) >= 2:
            (page,) = struct.unpack_from("<H", body)
            self.codec = codec(page) if page != 1200 else "cp1252"
            yield from self._once("xls.code_page", page, where)
        elif kind == _DATE_MODE and len(body) >= 2:
            yield from self._once("xls.date_system", "1904" if body[0] else "1900", where)
        elif kind == _COUNTRY and len(body) >= 4:
            program, system = struct.unpack_from("<HH", body)
            yield from self._once("xls.country", f"{program} {system}", where)
        elif kind == _USER:
            user = self._string(body, 0, wide=self.version >= 0x600, short=self.version < 0x600)[0].strip()
            if user:
                yield from self._once("xls.written_by", clip(user, 300), where)
        elif kind == _SHEET and len(body) >= 8:
            title = self._string(body, 6, wide=self.version >= 0x600, short=True)[0]
            yield Observation(name="xls.sheet", value=clip(title, 300), where=where)
            if body[4] & 3:
                self.hidden += 1
                state = "veryHidden" if body[4] & 3 == 2 else "hidden"
                yield Observation(name="xls.hidden_sheet", value=clip(title, 300), where=where, raw=state)
        elif kind == _CALCULATION and len(body) >= 2:
            mode = {0: "manual", 1: "automatic"}.get(struct.unpack_from("<H", body)[0], "except-tables")
            yield from self._once("xls.calculation", mode, where)
        elif kind == _PRECISION and len(body) >= 2:
            yield from self._once("xls.precision", "full" if body[0] else "as-displayed", where)

    def _once(self, name: str, value: str | int, where: Location) -> Iterator[Event]:
        if name not in self.told:
            self.told.add(name)
            yield Observation(name=name, value=value, where=where)

    def _string(self, body: bytes, at: int, *, wide: bool, short: bool = False) -> tuple[str, int]:
        """(text, end) of a counted string; from version 8 on a byte says how it is coded (MS-XLS 2.5.294)."""
        size = 1 if short else 2
        if at + size > len(body):
            return "", len(body)
        amount = body[at] if short else struct.unpack_from("<H", body, at)[0]
        at += size
        if not wide:
            return body[at : at + amount].decode(self.codec, "replace"), at + amount
        if at >= len(body):
            return "", at
        double = body[at] & 1
        raw = body[at + 1 : at + 1 + amount * (2 if double else 1)]
        return raw.decode("utf-16-le" if double else "latin-1", "replace"), at + 1 + len(raw)

    def _texts(self) -> Iterator[Event]:
        strings = list(self._shared()) if self.table else []
        unused = [text for index, text in enumerate(strings) if index not in self.used and text.strip()]
        yield Observation(name="xls.unused_strings", value=len(unused), where=self.where)
        if not self.context.wants_content():
            return
        shown = "\n".join([*(s for i, s in enumerate(strings) if i in self.used), *self.labels])
        most = self.context.limits.text_chars
        if len(shown) > most:
            yield Fault("limit-text", f"more than {most} characters", self.where)
        if shown.strip():
            yield Observation(name="ole.text", value=shown[:most], where=self.where)
        if unused:
            where = Location(part=f"{self.where.part} strings no cell shows")
            yield Observation(name="ole.leftover_text", value=clip("\n".join(unused), 4000), where=where)

    def _shared(self) -> Iterator[str]:
        """The table of strings, which runs over several records (MS-XLS 2.4.265, 2.5.293)."""
        reader = _Segments(self.table)
        reader.take(4)
        total = int.from_bytes(reader.take(4), "little")
        for _ in range(min(total, _MOST_STRINGS)):
            if reader.ended:
                return
            yield reader.rich_string()


class _Segments:
    """Bytes of a record and its continuations; a string that is cut goes on with a byte on its coding."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._piece = 0
        self._at = 0

    @property
    def ended(self) -> bool:
        return self._piece >= len(self._pieces)

    def take(self, amount: int) -> bytes:
        taken = b""
        while amount > 0 and not self.ended:
            piece = self._pieces[self._piece]
            part = piece[self._at : self._at + amount]
            taken += part
            amount -= len(part)
            self._at += len(part)
            if self._at >= len(piece):
                self._piece, self._at = self._piece + 1, 0
        return taken

    def rich_string(self) -> str:
        amount = int.from_bytes(self.take(2), "little")
        flags = int.from_bytes(self.take(1), "little")
        runs = int.from_bytes(self.take(2), "little") if flags & 8 else 0
        extended = int.from_bytes(self.take(4), "little") if flags & 4 else 0
        text = ""
        double = flags & 1
        while amount > 0 and not self.ended:
            piece = self._pieces[self._piece]
            there = len(piece) - self._at
            characters = min(amount, there // (2 if double else 1))
            if characters == 0 and there:
                self.take(there)
            raw = self.take(characters * (2 if double else 1))
            text += raw.decode("utf-16-le" if double else "latin-1", "replace")
            amount -= characters
            if amount > 0 and self._at == 0 and not self.ended:
                double = self.take(1)[:1] > b"\0"
        self.take(4 * runs + min(extended, 1 << 20))
        return text
