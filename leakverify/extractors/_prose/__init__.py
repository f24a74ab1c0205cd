"""Facts about what a document says, whatever its format.

The box hands every passage of text that an extractor yields to :class:`Prose`;
when the document is read, the facts drawn from all of them follow its own.  A
passage is what one observation holds: a page, a part, a stream.  Nothing here
judges; what a fact means is asked by the checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import clip
from leakverify.extractors._prose.vocabulary import PROSE_VOCABULARY

if TYPE_CHECKING:
    from leakverify.extractors._prose.habits import Habits
    from leakverify.extractors._prose.invoice import Invoice
    from leakverify.extractors._prose.phones import Phone
    from leakverify.extractors._prose.worded import Worded

__all__ = ["PROSE_VERSION", "PROSE_VOCABULARY", "Prose", "prose_tables", "warm_up"]

#: raised when what is said of a text changes
PROSE_VERSION = 8
#: observations that hold what a document says to its reader
_TEXTS = frozenset(
    ["pdf.page.text", "ooxml.text", "odf.text", "ole.text", "rtf.text", "mail.text", "text.content"]
)
#: observations that hold the lines of an invoice once more, as rows of cells
_LAID_OUT = frozenset(("xlsx.rows", "docx.rows"))
#: characters that are looked at in a document, and facts of one name
_READ, _TOLD = 1_500_000, 200
_LINE = 2_000
_FIGURE = re.compile(r"\d")
#: an invoice that was printed again, with the template of that day
_COPY = re.compile(
    r"\b(?:duplicata|duplicate|r[ée][ée]dition|r[ée]imprim|copie (?:de|d['’]) ?facture|zweitschrift)",
    re.IGNORECASE,
)


class Prose:
    """Collects the passages of one document and says what was found in them."""

    def __init__(self) -> None:
        self._passages: list[tuple[Location, str]] = []
        self._rows: list[tuple[Location, str]] = []
        self._sheet = False
        self._read = 0

    def hear(self, observation: Observation) -> None:
        """Take an observation; what is no text of the document is passed over."""
        if observation.name in _TEXTS and isinstance(observation.value, str) and self._read < _READ:
            text = observation.value[: _READ - self._read]
            self._read += len(text)
            self._passages.append((observation.where, text))
            if observation.name == "odf.text" and self._sheet:
                self._rows.append((observation.where, text))
        elif observation.name in _LAID_OUT and isinstance(observation.value, str):
            self._rows.append((observation.where, observation.value))
        elif observation.name == "odf.kind":
            self._sheet = str(observation.value).startswith("spreadsheet")

    def facts(self) -> Iterator[Observation]:
        """What was found, each with its place; ``where.line`` counts the lines of the passage from 1."""
        if not self._passages:
            return
        yield from _Reading(self._passages, self._rows).facts()


class _Reading:
    def __init__(self, passages: list[tuple[Location, str]], rows: list[tuple[Location, str]]) -> None:
        self.passages = passages
        #: where a sheet was laid out in rows its amounts stand there, and in the passages without order
        self.rows = rows
        self.told: dict[str, int] = {}
        self.seen: set[tuple[str, str]] = set()

    def facts(self) -> Iterator[Observation]:
        from leakverify.extractors._prose.amounts import shown
        from leakverify.extractors._prose.dates import WEEKDAYS, days
        from leakverify.extractors._prose.habits import Habits
        from leakverify.extractors._prose.identifiers import hosts, identifiers, representative
        from leakverify.extractors._prose.invoice import Invoice, may_be_one
        from leakverify.extractors._prose.parties import Parties
        from leakverify.extractors._prose.phones import phones
        from leakverify.extractors._prose.terms import dateline, terms
        from leakverify.extractors._prose.worded import worded

        habits, invoice, parties, right = Habits(), Invoice(), Parties(), 0
        numbers: list[tuple[Location, Phone]] = []
        closing: list[tuple[Worded, Location]] = []
        amounts = not self.rows and any(may_be_one(text) for _, text in self.passages)
        for number, (where, text) in enumerate(self.passages):
            habits.hear(text)
            parties.begin(text)
            yield from self._characters(where, text)
            for term in terms(text):
                at = _at(where, text.count("\n", 0, term.start) + 1)
                yield from self._once("text.term", term.name, at, term.words)
            for sum_ in worded(text):
                at = _at(where, text.count("\n", 0, sum_.start) + 1)
                if sum_.figures is not None:
                    raw = f"{shown(sum_.value)} {shown(sum_.figures.value)}"
                    yield from self._some("text.amount.words", clip(sum_.words, 200), at, raw)
                elif sum_.closing:
                    closing.append((sum_, at))
            for line, words in enumerate(text.splitlines(), 1):
                words = words[:_LINE]
                figures = _FIGURE.search(words) is not None
                if amounts:
                    invoice.hear(number, line, words)
                for party in parties.hear(words, figures=figures):
                    yield from self._once(f"text.{party.kind}", party.words, _at(where, line), party.told)
                if figures and len(numbers) < _TOLD:
                    numbers.extend((_at(where, line), phone) for phone in phones(words))
                if figures or "@" in words or "." in words:
                    at = _at(where, line)
                    for day in days(words):
                        named = words[day.start : day.end]
                        yield from self._some("text.date", day.day.isoformat(), at, named)
                        if day.weekday is None:
                            continue
                        if day.weekday == day.day.weekday():
                            right += 1
                        else:
                            truth = f"{WEEKDAYS[day.day.weekday()]} {day.day.isoformat()}"
                            yield from self._some("text.weekday.wrong", named, at, truth)
                    own = dateline(words) if figures else None
                    if own is not None:
                        yield from self._once("text.dateline", own.isoformat(), at, None)
                    for host, kind in hosts(words):
                        yield from self._once("text.host", host, at, kind)
                    for found in identifiers(words) if figures or "BIC" in words or "SWIFT" in words else ():
                        yield from self._once("text.identifier", found.value, at, found.kind)
        for number, (where, text) in enumerate(self.rows):
            for line, words in enumerate(text.splitlines(), 1):
                invoice.hear(number, line, words[:_LINE], cells="\t" in words)
                own = dateline(words[:_LINE])
                if own is not None:
                    yield from self._once("text.dateline", own.isoformat(), _in_sheet(where, line), None)
        if "text.confusable" in self.told:
            yield from self._other_script()
        for where, text in self.passages if self.told.get("text.identifier") else ():
            stands_in = representative(text)
            if stands_in is not None:
                at = _at(where, text.count("\n", 0, stands_in[0]) + 1)
                yield from self._once("text.representative", stands_in[1].lower(), at, None)
        if right:
            yield Observation(name="text.weekday.right", value=right)
        yield Observation(name="text.words", value=habits.words)
        language = habits.language()
        if language is not None:
            yield Observation(name="text.language", value=language[0], raw=f"{language[1]:.2f}")
        for habit, kept, could in habits.kept():
            yield Observation(name="text.habit", value=habit, raw=f"{kept} of {could}")
        yield from self._heard(habits)
        yield from self._phones(numbers, None if language is None else language[0], parties.countries)
        yield from self._invoice(invoice, closing)

    def _other_script(self) -> Iterator[Observation]:
        """Asked only where words of two scripts were met: whether their writer writes both."""
        from leakverify.extractors._prose.characters import wholly_other

        count = sum(wholly_other(text) for _, text in self.passages)
        if count:
            yield Observation(name="text.other_script", value=count)

    def _heard(self, habits: Habits) -> Iterator[Observation]:
        """What changes from passage to passage, and words that a keyboard in another layout gave."""
        from leakverify.extractors._prose.layouts import SLIPS

        for name, voices in (
            ("text.passage.language", habits.languages),
            ("text.passage.script", habits.scripts),
        ):
            for voice in voices:
                at = _at(self.passages[voice.passage][0], voice.line)
                yield from self._some(name, voice.name, at, f"{voice.share:.2f}")
        for passage, line, word in habits.slips():
            raw = " ".join(SLIPS[word.lower()])
            yield from self._once("text.layout", word, _at(self.passages[passage][0], line), raw)
        for form, count, total, (passage, line, words) in habits.figures():
            at = _at(self.passages[passage][0], line)
            yield from self._some("text.figures", form, at, f"{count} of {total}: {words}")

    def _phones(
        self, numbers: list[tuple[Location, Phone]], language: str | None, countries: set[str]
    ) -> Iterator[Observation]:
        from leakverify.extractors._prose.phones import fits

        for at, phone in numbers:
            if fits(phone, language, countries):
                yield from self._once("text.phone", phone.words, at, f"{phone.number} {phone.form}")

    def _characters(self, where: Location, text: str) -> Iterator[Observation]:
        from leakverify.extractors._prose.characters import disguised, uncommon
        from leakverify.extractors._prose.layouts import dead_keys

        if text.isascii():
            return
        if where.page is None:
            for place, word in dead_keys(text):
                at = _at(where, text.count("\n", 0, place) + 1)
                yield from self._once("text.layout", clip(word), at, "dead-key")
        for place, letter in uncommon(text):
            if ("text.character", letter) not in self.seen:
                yield from self._once(
                    "text.character", letter, _at(where, text.count("\n", 0, place) + 1), None
                )
        for place, word, letters in disguised(text):
            yield from self._once(
                "text.confusable", clip(word), _at(where, text.count("\n", 0, place) + 1), letters
            )

    def _invoice(self, invoice: Invoice, closing: list[tuple[Worded, Location]]) -> Iterator[Observation]:
        from leakverify.extractors._prose.amounts import shown
        from leakverify.extractors._prose.terms import mentions

        passages, placed = (self.rows, _in_sheet) if self.rows else (self.passages, _at)

        def place(passage: int, line: int) -> Location:
            return placed(passages[passage][0], line)

        invoice.end()
        if not invoice.is_one:
            return
        yield Observation(name="invoice.kind", value=invoice.kind)
        for where, text in self.passages:
            for term in mentions(text):
                at = _at(where, text.count("\n", 0, term.start) + 1)
                yield from self._once("invoice.mention", term.name, at, clip(term.words, 200))
            copied = _COPY.search(text)
            if copied is not None:
                at = _at(where, text.count("\n", 0, copied.start()) + 1)
                yield from self._once("invoice.copy", copied[0].lower(), at, None)
        for number, passage, line in invoice.numbers:
            yield from self._once("invoice.number", number, place(passage, line), None)
        for found in invoice.sums.labelled:
            raw = f"{found.kind} {shown(found.amount.value)}"
            yield from self._some("invoice.amount", found.amount.text, place(found.passage, found.line), raw)
        for rate, passage, line, words in invoice.rates:
            yield from self._once("invoice.rate", rate, place(passage, line), clip(words.strip(), 200))
        for name, (passage, line) in invoice.adjustments.items():
            yield Observation(name="invoice.adjustment", value=name, where=place(passage, line))
        for relation, kept, tried, broken in invoice.sums.relations():
            yield Observation(name="invoice.relation", value=relation, raw=f"{kept} of {tried}")
            for one in broken:
                raw = f"{one.relation} {one.expected} {one.stated}"
                where = place(one.passage, one.line)
                yield from self._some("invoice.relation.break", clip(one.words.strip(), 300), where, raw)
        yield from self._closing(invoice, closing)

    def _closing(self, invoice: Invoice, closing: list[tuple[Worded, Location]]) -> Iterator[Observation]:
        """The sum in words that closes an invoice, against its amounts, where there is one total."""
        from leakverify.extractors._prose.amounts import shown

        totals = {
            found.amount.value: found for found in invoice.sums.labelled if found.kind in ("gross", "due")
        }
        for words, at in closing if totals else ():
            stated = {*totals, *invoice.sums.all}
            kept = any(words.says(amount) for amount in stated)
            if kept or len(totals) == 1:
                yield Observation(name="invoice.relation", value="words=total", raw=f"{int(kept)} of 1")
            if not kept and len(totals) == 1:
                raw = f"words=total {shown(words.value)} {shown(next(iter(totals)))}"
                yield from self._some("invoice.relation.break", clip(words.words, 300), at, raw)

    def _once(self, name: str, value: str, where: Location, raw: str | None) -> Iterator[Observation]:
        if (name, value) not in self.seen:
            self.seen.add((name, value))
            yield from self._some(name, value, where, raw)

    def _some(self, name: str, value: str, where: Location, raw: str | None) -> Iterator[Observation]:
        """Up to the limit of one name."""
        told = self.told.get(name, 0)
        if told < _TOLD:
            self.told[name] = told + 1
            yield Observation(name=name, value=value, where=where, raw=raw)


def _at(where: Location, line: int) -> Location:
    return msgspec.structs.replace(where, line=line, box=None, offset=None, length=None)


def _in_sheet(where: Location, line: int) -> Location:
    """A row of a sheet, as a spreadsheet names it where the sheet has a name."""
    at = _at(where, line)
    return msgspec.structs.replace(at, cell=f"{where.cell}!{line}:{line}") if where.cell else at


def prose_tables() -> str:
    """Identifies the tables that say what is looked for in a text."""
    from leakverify.knowledge import digest

    return digest("dated_terms") + digest("invoice_mentions")


def warm_up() -> None:
    """Load every table and pattern; inside the locked box no file can be opened."""
    prose = Prose()
    text = (
        "M. Jean Martin, Exemple SARL, 1 rue de la Paix, 75001 Paris, tél. 01 23 45 67 89, +44 20 7946 0000\n"
        "Facture n° 1 du vendredi 5 mai 2017 à a.b@example.org, РАYРАL ₿ "
        "IBAN FR76 3000 6000 0112 3456 7890 189\n"
        "Total HT 100,00\nTVA 20 % 20,00\nTotal TTC 120,00\n"
    )
    prose.hear(Observation(name="text.content", value=text))
    list(prose.facts())
