"""Words for everything a report holds, in English or French.

Three files under ``messages/``: ``ui.toml`` is what the views say themselves,
in both languages; ``en.toml`` is generated from the checks, problem codes and
formats; ``fr.toml`` is its translation.  What has no translation is shown in
the English of the JSON, so a report by a later version or with checks of
somebody else can always be shown.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from string import Formatter
from typing import Any, NamedTuple

from leakverify.errors import UsageError
from leakverify.evidence import Assessment, Evidence, Location, Outcome, Question, Report
from leakverify.report._visible import visible

LANGUAGES = ("en", "fr")


class Said(NamedTuple):
    """A piece of a sentence, fit to be shown; ``quoted`` when the words are the document's."""

    text: str
    quoted: bool = False


Sentence = tuple[Said, ...]

#: dates in the form of leakverify.when, numbers, digests and single technical words
_PLAIN = re.compile(
    r"[-+]?\d[\d.,]*(?: ?%)?"
    r"|\d[\d.]*(?:, \d[\d.]*){1,20}"
    r"|\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?)?)?(?:Z|[+-]\d\d:\d\d)?"
    r"|[A-Za-z0-9][A-Za-z0-9._:/+-]{0,39}"
    r"|obj \d{1,10} \d{1,5}"  # how our own reader names an object of a PDF
)
_SPAN = re.compile(r"(?:\d+ (?:years?|days?|h|min|s)(?: |\Z)){1,3}")
#: a template has its own quotation marks; the character after the mark is a space of either kind
_OPENING = re.compile(r"«\W?\Z")
_CHECK_IDS = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*(?:, [A-Z0-9]+(?:-[A-Z0-9]+)*)*")
_HINTS = re.compile(r"weak hints of (\d+) independent families: (.+)")
_ORDINARY = re.compile(r"what was found is ordinary, or not measured: (.+)")
_FAMILIES = re.compile(r"independent families of evidence agree: (.+)")
_OUTLIER = re.compile(
    r"unlike its genuine peers, on a list of which at most (\d+)% is expected to be genuine"
)
#: the space before high punctuation and inside quotation marks
_HIGH = re.compile(r" (?=[:;?!»%])|(?<=«) ")
#: ENFSI Guideline for Evaluative Reporting, 2015: powers of ten of the likelihood ratio
_SUPPORT = ((0.301, "none"), (1, "weak"), (2, "moderate"), (3, "moderately-strong"), (4, "strong"),
            (6, "very-strong"))  # fmt: skip
#: answers without a finding: their words are the machinery's, not the check's
_QUIET = ("not-applicable", "not-stated", "not-seen", "nothing", "check-error")


def words(lang: str, spaces: tuple[str, str] = ("\u00a0", "\u202f")) -> Words:
    """The words of a language. Raises ``UsageError`` for one we do not have.

    ``spaces`` are what no line may break at: the ordinary one, and the narrow
    one that French sets between thousands.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"no language {lang!r}; there are {', '.join(LANGUAGES)}")
    return _load(lang, spaces)


@functools.cache
def _load(lang: str, spaces: tuple[str, str]) -> Words:
    return Words(lang, spaces, read_messages("ui"), read_messages("en"), read_messages(lang))


@functools.cache
def read_messages(name: str) -> Mapping[str, Any]:
    """One of the files of messages, as it is."""
    return tomllib.loads(
        resources.files("leakverify.report").joinpath("messages", f"{name}.toml").read_text("utf-8")
    )


@functools.cache
def _values() -> Mapping[tuple[str, str], Sequence[tuple[re.Pattern[str], Mapping[str, str]]]]:
    """``values`` of ``ui.toml`` by check and parameter, as patterns."""
    found: dict[tuple[str, str], list[tuple[re.Pattern[str], Mapping[str, str]]]] = {}
    for check, groups in read_messages("ui")["values"].items():
        for fields, wordings in groups.items():
            patterns = [(_pattern(form), wording) for form, wording in wordings.items()]
            for field in fields.split():
                found[check, field] = patterns
    return found


def _pattern(form: str) -> re.Pattern[str]:
    pieces = [
        re.escape(literal) + (f"(?P<{field}>.+?)" if field else "")
        for literal, field, _, _ in Formatter().parse(form)
    ]
    return re.compile("".join(pieces))


def typeset(text: str, lang: str, hard: str = "\u00a0") -> str:
    r"""French keeps a space before high punctuation that no line may break at.

    >>> typeset("Pourquoi : « non »", "fr")
    'Pourquoi\xa0: «\xa0non\xa0»'
    """
    return _HIGH.sub(hard, text) if lang == "fr" else text


class Words:
    """One language's wording of reports. Every string returned is fit to be shown."""

    def __init__(
        self,
        lang: str,
        spaces: tuple[str, str],
        ui: Mapping[str, Any],
        english: Mapping[str, Any],
        own: Mapping[str, Any],
    ) -> None:
        self.lang = lang
        self._hard, self._narrow = spaces
        self._ui = ui
        self._english = english
        self._own = own

    @property
    def colon(self) -> str:
        """What stands between a label and what it labels."""
        return f"{self._hard}: " if self.lang == "fr" else ": "

    # our own words ------------------------------------------------------------------------------------

    def term(self, table: str, key: str) -> str:
        """A term of ``ui.toml``; one that is not there is not ours, and quoted."""
        found = self._ui[table].get(key)
        return self.foreign(key) if found is None else self._set(found[self.lang])

    def foreign(self, text: str, limit: int = 200) -> str:
        """Text that is not ours: as it is when it is one technical word, else as a quotation."""
        return text if _PLAIN.fullmatch(text) else self.quote(visible(text, limit=limit))

    def ui(self, key: str, **params: object) -> str:
        """A phrase of the views. ``params`` must be fit to be shown already."""
        phrase = self._set(self._ui["ui"][key][self.lang])
        return phrase.format(**params) if params else phrase

    def plural(self, key: str, n: int) -> str:
        """A phrase in the form that goes with a number."""
        one, _, many = self._set(self._ui["ui"][key][self.lang]).partition("|")
        single = n < 2 if self.lang == "fr" else n == 1
        return (one if single else many).format(n=self.number(n))

    def number(self, n: int) -> str:
        """Digits in groups of three, as the language writes them."""
        return f"{n:,}".replace(",", self._narrow if self.lang == "fr" else ",")

    def decimal(self, value: float, digits: int = 1) -> str:
        return self._point(f"{value:.{digits}f}")

    def percent(self, share: float) -> str:
        """A share of one, with as many digits as keep it apart from 0 and 1."""
        of_hundred = share * 100
        sign = f"{self._hard}%" if self.lang == "fr" else "%"
        if 0 < of_hundred < 0.001:
            return f"< {self._point('0.001')}{sign}"
        digits = 0 if of_hundred >= 10 else 1 if of_hundred >= 1 else 2 if of_hundred >= 0.1 else 3
        return f"{self._point(f'{of_hundred:.{digits}f}')}{sign}"

    def size(self, octets: int) -> str:
        """A size for people: 1 kB is 1000 bytes."""
        if octets < 1000:
            return self.plural("bytes", octets)
        value, unit = float(octets), 0
        while value >= 999.5 and unit < 4:
            value, unit = value / 1000, unit + 1
        letters = ("", "k", "M", "G", "T")[unit] + ("o" if self.lang == "fr" else "B")
        return f"{self.decimal(value, 0 if value >= 100 else 1)}{self._hard}{letters}"

    def _point(self, digits: str) -> str:
        return digits.replace(".", ",") if self.lang == "fr" else digits

    # terms of a report --------------------------------------------------------------------------------

    def assessment(self, value: Assessment) -> str:
        return self.term("assessment", value.value)

    def outcome(self, value: Outcome) -> str:
        return self.term("outcome", value.value)

    def question(self, value: Question) -> str:
        return self.term("question", value.value)

    def title(self, check: str) -> str:
        """The title of a check, or nothing when the check is not one of ours."""
        return self._set(self._of_check(check, "title") or "")

    def problem(self, code: str) -> str:
        """What a problem code means; the code itself when it is not one of ours."""
        found = self._own["problems"].get(code) or self._english["problems"].get(code)
        return self.foreign(code) if found is None else self._set(found)

    def fact(self, name: str) -> str:
        """What an observation name means, or nothing when this language does not say."""
        return self._set(self._own["facts"].get(name, ""))

    def innocent(self, check: str, key: str) -> str:
        found = self._of_check(check, "innocent", key)
        return self.foreign(key) if found is None else self._set(found)

    def where(self, place: Location) -> str:
        """A location in words, in the order of :class:`~leakverify.evidence.Location`."""
        bits = [self.foreign(place.part)] if place.part else []
        if place.revision is not None:
            bits.append(self.term("where", "revision").format(n=place.revision))
        if place.page is not None:
            bits.append(self.term("where", "page").format(n=place.page))
        if place.cell:
            bits.append(self.term("where", "cell").format(cell=self.foreign(place.cell, 60)))
        if place.line is not None:
            bits.append(self.term("where", "line").format(n=place.line))
        if place.box is not None:
            edges = " ".join(self._point(f"{edge:g}") for edge in place.box)
            bits.append(self.term("where", "box").format(box=edges))
        if place.offset is not None:
            if place.length is None:
                bits.append(self.term("where", "byte").format(n=place.offset))
            else:
                end = place.offset + place.length - (place.length > 0)
                bits.append(self.term("where", "bytes").format(n=place.offset, m=end))
        return ", ".join(bits)

    def support(self, log10_lr: tuple[float, float, float]) -> str:
        """The ENFSI words for the bound nearest to saying nothing."""
        low, middle, high = log10_lr
        weakest = 0.0 if low <= 0 <= high else min(abs(low), abs(middle), abs(high))
        for limit, key in _SUPPORT:
            if weakest < limit:
                return self.term("support", key)
        return self.term("support", "extremely-strong")

    # sentences ----------------------------------------------------------------------------------------

    def sentence(self, evidence: Evidence) -> Sentence:
        """What a check answered, the document's words kept apart from ours."""
        for source in (self._own, self._english):  # a phrase not translated yet is shown in English
            template = _nested(source, "checks", evidence.check, "messages", evidence.message)
            if isinstance(template, str):
                try:
                    return tuple(self._fill(self._set(template), evidence.check, evidence.params))
                except (KeyError, IndexError, ValueError, TypeError, OverflowError, AttributeError):
                    continue
        if evidence.message in _QUIET and self.lang != "en":
            return (Said(self.term("answer", evidence.message)),)
        return (Said(visible(evidence.text), quoted=evidence.message not in _QUIET),)

    def because(self, report: Report) -> Sentence:
        """The rule that led to the assessment. Its English is a form of ours, see ``judge.assess``."""
        reason = report.because
        for evidence in report.evidence:
            if reason == f"{evidence.check}: {evidence.text}":
                return self.sentence(evidence)
        found = _HINTS.fullmatch(reason)
        if found and _CHECK_IDS.fullmatch(found.group(2)):
            return self._rule("hints", n=found.group(1), checks=found.group(2))
        found = _FAMILIES.fullmatch(reason)
        if found and _CHECK_IDS.fullmatch(found.group(1)):
            return self._rule("families", checks=found.group(1))
        found = _ORDINARY.fullmatch(reason)
        if found and _CHECK_IDS.fullmatch(found.group(1)):
            return self._rule("ordinary", checks=found.group(1))
        found = _OUTLIER.fullmatch(reason)
        if found:
            return self._rule("outlier", rate=self.percent(int(found.group(1)) / 100))
        codes = reason.split(", ")
        if all(code in self._english["problems"] for code in codes):
            return self._rule("problems", problems=self._listed(map(self.problem, codes)))
        for opening, key in (
            ("nothing beyond what genuine files", "nothing"),
            ("no format was recognised", "no-format"),
            ("nothing could be read", "nothing-read"),
        ):
            if reason.startswith(opening):
                return self._rule(key)
        return (Said(visible(reason), quoted=True),)

    @property
    def opening(self) -> str:
        """The mark before a quotation."""
        return f"«{self._hard}" if self.lang == "fr" else "«"

    @property
    def closing(self) -> str:
        """The mark after a quotation."""
        return f"{self._hard}»" if self.lang == "fr" else "»"

    def quote(self, text: str) -> str:
        """Text that is already fit to be shown, between the language's marks."""
        return f"{self.opening}{text}{self.closing}"

    def _listed(self, items: Iterable[str]) -> str:
        return (f"{self._hard}; " if self.lang == "fr" else "; ").join(items)

    def _set(self, text: object) -> str:
        return typeset(str(text), self.lang, self._hard)

    def _rule(self, key: str, **params: str) -> Sentence:
        return (Said(self.term("because", key).format(**params)),)

    def _fill(self, template: str, check: str, params: Mapping[str, str | int | float]) -> Iterator[Said]:
        for literal, field, spec, _ in Formatter().parse(template):
            if literal:
                yield Said(literal)
            if field is None:
                continue
            value = params[field]
            if not isinstance(value, str):
                yield Said(self._point(format(value, spec or "")) if isinstance(value, float) else
                           format(value, spec or ""))  # fmt: skip
                continue
            ours = self._ours(check, field, value)
            if ours is not None:
                yield Said(ours)
            elif _OPENING.search(literal or ""):
                yield Said(visible(value, limit=600), quoted=True)
            else:
                yield Said(self.opening)
                yield Said(visible(value, limit=600), quoted=True)
                yield Said(self.closing)

    def _ours(self, check: str, field: str, value: str) -> str | None:
        """A parameter that is no quotation: a date, a span, a term of ours, names of facts."""
        own = self._value(check, field, value)
        if own is not None:
            return own
        if value == self._ui["span"]["instant"]["en"] or _SPAN.fullmatch(value):
            return self._span(value)
        terms = value.split(", ")
        if all(term in self._english["facts"] or term in self._english["problems"] for term in terms):
            return value
        return visible(value) if _PLAIN.fullmatch(value) else None

    def _value(self, check: str, field: str, value: str) -> str | None:
        """A check's own wording of a value, or of each value of a list."""
        patterns = _values().get((check, field), ())
        if patterns and ", " in value:
            listed = [self._value(check, field, item) for item in value.split(", ")]
            if None not in listed:
                return ", ".join(item for item in listed if item is not None)
        for pattern, wording in patterns:
            if found := pattern.fullmatch(value):
                groups = {
                    name: self._value(check, field, text) or self.foreign(text)
                    for name, text in found.groupdict().items()
                }
                return self._set(wording[self.lang]).format(**groups)
        return None

    def _span(self, value: str) -> str:
        if not value[0].isdigit():
            return self.term("span", "instant")
        bits = value.split(" ")
        return self._hard.join(b if b.isdigit() else self.term("span", b) for b in bits)

    def _of_check(self, check: str, *keys: str) -> object:
        found = _nested(self._own, "checks", check, *keys)
        return _nested(self._english, "checks", check, *keys) if found is None else found


def _nested(source: Mapping[str, Any], *keys: str) -> Any:
    found: Any = source
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def plain(sentence: Sentence) -> str:
    """A sentence as one string."""
    return "".join(piece.text for piece in sentence)
