"""A questioned text held against known-genuine ones of the same author."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from leakverify.errors import UsageError
from leakverify.evidence import Location, Outcome, Report
from leakverify.inert import json_text
from leakverify.style.grammar import LANGUAGES, Sentence, sentences
from leakverify.style.passages import Sample, plain, sample, without
from leakverify.style.population import (
    AUTHORS,
    KNOWN,
    MOST,
    QUESTIONED,
    Calibration,
    Likeness,
    Population,
    Text,
    Weight,
    scaled,
)
from leakverify.style.wording import ABSTAINED, LABELS, NOTES, outcome_sentence

#: log10 ratios nearer to nought than these say nothing: below a factor of two, and of three against an author
_FOR, _AGAINST = 0.3, -0.5
#: passages shown on either side, and words of each
_TELLING, _BESIDE = 5, 3
#: words of a line from which its repetition in a known text is no chance
_REPEATED = 4


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no ratio, or what to know beside it; ids are those of :mod:`leakverify.style.wording`."""

    code: str
    params: dict[str, str | int] = {}


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """Words that weigh much: above nought nearer to the known texts. ``weight`` is log10 and uncalibrated."""

    words: str
    weight: float
    where: Location


class StyleComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What the way of writing says of a questioned text. It names nobody, and never counts in an assessment.

    ``words`` and ``known_words`` are what was compared; ``authors`` how many others have enough text.
    ``cosine`` (0 to 1) and ``grammar`` (log10, uncalibrated, per square root of a word) are bare measures.
    ``log10_lr`` is calibrated on the population and at most 1 either way, ``bounds`` hold 95 of 100 drawings
    of that population; both are ``None`` where ``abstained`` says why.
    """

    questioned: str
    language: str
    kind: str
    words: int
    known_words: int
    authors: int
    outcome: Outcome
    text: str
    cosine: float | None = None
    grammar: float | None = None
    log10_lr: float | None = None
    bounds: tuple[float, float] | None = None
    abstained: Remark | None = None
    notes: tuple[Remark, ...] = ()
    telling: tuple[Telling, ...] = ()

    def to_json(self) -> str:
        """As a JSON document that is safe to print, ending in a newline."""
        return json_text(msgspec.json.format(msgspec.json.encode(self), indent=2).decode()) + "\n"

    def sentences(self, lang: str = "en") -> list[str]:
        """Outcome, reason and notes as sentences; ``lang`` is ``en`` or ``fr``."""
        said = [outcome_sentence(self.outcome, self.log10_lr, lang)]
        if self.abstained is not None:
            said.append(ABSTAINED[lang][self.abstained.code].format(**self.abstained.params))
        return said + [NOTES[lang][note.code].format(**note.params) for note in self.notes]

    def lines(self, lang: str = "en") -> Iterator[tuple[str, str]]:
        """Figures and telling words with their labels, for a terminal; the words are the document's."""
        label = LABELS[lang]
        yield label["words"], str(self.words)
        yield label["known"], str(self.known_words)
        yield label["authors"], str(self.authors)
        if self.cosine is not None:
            yield label["cosine"], f"{self.cosine:.3f}"
        if self.log10_lr is not None and self.bounds is not None:
            between = label["between"].format(low=self.bounds[0], high=self.bounds[1])
            yield label["lr"], f"{self.log10_lr:+.2f}, {between}"
        for one in self.telling:
            yield (
                label["for" if one.weight > 0 else "against"],
                f"«{one.words}»  {one.weight:+.2f}  {one.where}",
            )


def compare_style(
    known: Sequence[Report], questioned: Report, population: Sequence[Report]
) -> StyleComparison:
    """Hold the way a text is written against known-genuine texts of the author it claims.

    ``population`` are documents of other authors of the same kind and time: what
    others write alike says nothing of the author.  Mails of one sender count as one
    author; any other document as an author of its own.  Documents of the population
    that state an author of the known texts are left out.

    French and English only.  No ratio is given under 500 words of the questioned text
    or 1,000 known ones, across kinds of text, or with fewer than ten other authors of
    1,500 words.  Method and measured error rates: ``docs/method-style.md``.

    Raises ``UsageError`` when there is no known report, or the questioned document is
    among the known ones or the population.
    """
    if not known:
        raise UsageError("no known text to compare with")
    digest = questioned.document.sha256
    if digest and any(digest == other.document.sha256 for other in (*known, *population)):
        raise UsageError("the questioned document is also among the known ones or the population")
    return compare_samples([sample(r) for r in known], sample(questioned), [sample(r) for r in population])


def compare_samples(known: Sequence[Sample], asked: Sample, population: Sequence[Sample]) -> StyleComparison:
    """The comparison itself, on what was drawn from the reports."""
    return _Case(known, asked, population).compared()


def outcome_of(low: float, log10_lr: float, high: float) -> Outcome:
    """What is said of a ratio: nothing where it is near to nought, or the population might turn it round."""
    if log10_lr >= _FOR and low > 0:
        return Outcome.SUPPORTS
    return Outcome.UNUSUAL if log10_lr <= _AGAINST and high < 0 else Outcome.NEUTRAL


class _Case:
    def __init__(self, known: Sequence[Sample], asked: Sample, population: Sequence[Sample]) -> None:
        self.asked, self.all_known = asked, known
        language = asked.language if asked.language in LANGUAGES else ""
        self.known = [k for k in known if k.lines and k.language == language]
        alike = [k for k in self.known if k.kind == asked.kind]
        self.other_kind = "" if alike else next((k.kind for k in self.known), "")
        self.known = alike or self.known
        stated = {k.author for k in known} | {k.signature for k in known if k.signature}
        others = [p for p in population if not stated & {p.author, p.signature}]
        others = [p for p in others if p.lines and (p.language, p.kind) == (language, asked.kind)]
        self.notes = list(_notes(known, self.known, population, others))
        self.language = language
        if not language:
            self.population = Population([])
            return
        self.known_text = Text("known", tuple(_text(self.known, language)))
        repeated = frozenset(plain(line.words) for k in self.known for line in k.lines)
        repeated = frozenset(line for line in repeated if line.count(" ") + 1 >= _REPEATED)
        own = tuple(without(asked.lines, repeated))
        taken = sum(1 for before, after in zip(asked.lines, own, strict=True) if before.words != after.words)
        if taken:
            self.notes.append(Remark(code="repeated", params={"count": taken}))
        self.text = Text("questioned", tuple(sentences(own, language)))
        by_author: dict[str, list[Sample]] = {}
        for other in others:
            by_author.setdefault(other.author, []).append(other)
        self.population = Population(
            [Text(author, tuple(_text(wrote, language))) for author, wrote in sorted(by_author.items())]
        )

    def compared(self) -> StyleComparison:
        why = self._unfit()
        if why is not None:
            return self._said(abstained=why)
        known, text = self.known_text.first(MOST), self.text.first(MOST)
        cosine = round(self.population.cosine(known, text), 3)
        if len(self.population.full) < AUTHORS:
            need: dict[str, str | int] = {
                "need": AUTHORS,
                "words": KNOWN + QUESTIONED,
                "have": len(self.population.full),
            }
            return self._said(cosine=cosine, abstained=Remark(code="few-authors", params=need))
        (weights,) = self.population.grammar(known, [text])
        alike = Likeness(scaled(weights), self.population.cosine(known, text))
        calibration = Calibration(self.population.trials(text.words, known.words))
        low, log10_lr, high = calibration.log10_lr(alike)
        return self._said(
            outcome=outcome_of(low, log10_lr, high),
            cosine=cosine,
            grammar=round(alike.grammar, 3),
            log10_lr=log10_lr,
            bounds=(low, high),
            telling=tuple(self._telling(text, weights)),
        )

    def _unfit(self) -> Remark | None:
        """Why the two cannot be compared at all."""
        languages = ", ".join(sorted({k.language or "?" for k in self.all_known}))
        said = {"known": languages, "questioned": self.asked.language or "?"}
        if not self.language:
            return Remark(code="language", params={**said})
        if not self.known:
            told = any(k.language for k in self.all_known)
            return Remark(code="languages" if told else "language", params={**said})
        if self.text.words < QUESTIONED:
            return Remark(code="questioned-short", params={"have": self.text.words, "need": QUESTIONED})
        if self.other_kind:
            kinds: dict[str, str | int] = {"known": self.other_kind, "questioned": self.asked.kind}
            return Remark(code="genre", params=kinds)
        if self.known_text.words < KNOWN:
            return Remark(code="known-short", params={"have": self.known_text.words, "need": KNOWN})
        return None

    def _said(self, *, outcome: Outcome = Outcome.NOT_CHECKED, **fields: object) -> StyleComparison:
        made = StyleComparison(
            questioned=self.asked.name,
            language=self.asked.language,
            kind=self.asked.kind,
            words=self.text.words if self.language else 0,
            known_words=self.known_text.words if self.language else 0,
            authors=len(self.population.full),
            outcome=outcome,
            text="",
            notes=tuple(self.notes),
            **fields,  # type: ignore[arg-type]
        )
        return msgspec.structs.replace(made, text=" ".join(made.sentences()))

    def _telling(self, text: Text, weights: Sequence[Weight]) -> Iterator[Telling]:
        """The words that weigh most on either side, each with a few before it, none told twice."""
        ranked = sorted(weights, key=lambda w: (w.value, w.sentence, w.word))
        for side in (reversed(ranked), iter(ranked)):
            told: set[str] = set()
            for weight in side:
                sentence = text.sentences[weight.sentence]
                words = sentence.words[max(0, weight.word - _BESIDE) : weight.word + 1]
                if len(told) == _TELLING:
                    break
                if " ".join(words[-2:]).lower() not in told:
                    told.add(" ".join(words[-2:]).lower())
                    shown = re.sub(r"(?<=['’]) ", "", " ".join(words))
                    passage, line = sentence.places[weight.word]
                    where = msgspec.structs.replace(
                        self.asked.passages[passage], line=line, box=None, offset=None, length=None
                    )
                    yield Telling(words=shown, weight=round(weight.value, 2), where=where)


def _text(samples: Iterable[Sample], language: str) -> list[Sentence]:
    """The sentences of several documents of one author; a line they share is read once."""
    read: set[str] = set()
    made: list[Sentence] = []
    for one in sorted(samples, key=lambda s: (s.name, s.lines)):
        lines = tuple(without(one.lines, frozenset(read)))
        made.extend(sentences(lines, language))
        read.update(
            line for line in (plain(line.words) for line in lines) if line.count(" ") + 1 >= _REPEATED
        )
    return made


def _notes(
    known: Sequence[Sample], used: Sequence[Sample], population: Sequence[Sample], others: Sequence[Sample]
) -> Iterator[Remark]:
    if 0 < len(used) < len(known):
        yield Remark(code="left-out-known", params={"count": len(known) - len(used)})
    if len(others) < len(population):
        yield Remark(code="left-out-population", params={"count": len(population) - len(others)})
    authors = {k.author for k in used if not k.author.startswith("document ")}
    if len(authors) > 1:
        yield Remark(code="several-authors", params={"count": len(authors)})
