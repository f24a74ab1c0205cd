"""Days named in a text, and the weekdays they are given.

A day counts only when it can be read in one way: its month as a word, or day,
month and year in figures beside a weekday of a language that writes the day
first.  Years before 1900 are left alone: weekdays of older calendars differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

#: names of months and weekdays by language: from January and Monday; others after a slash
_MONTHS = {
    "fr": "janvier/janv février/févr/fevrier/fevr mars avril/avr mai juin juillet/juil août/aout "
    "septembre/sept octobre/oct novembre/nov décembre/déc/decembre/dec",
    "en": "January/Jan February/Feb March/Mar April/Apr May June/Jun July/Jul August/Aug "
    "September/Sept/Sep October/Oct November/Nov December/Dec",
    "de": "Januar/Jan/Jänner Februar/Feb März/Mär April/Apr Mai Juni/Jun Juli/Jul August/Aug "
    "September/Sept/Sep Oktober/Okt November/Nov Dezember/Dez",
    "es": "enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago "
    "septiembre/setiembre/sept octubre/oct noviembre/nov diciembre/dic",
    "it": "gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug agosto/ago "
    "settembre/set ottobre/ott novembre/nov dicembre/dic",
    "nl": "januari/jan februari/feb maart/mrt april/apr mei juni/jun juli/jul augustus/aug "
    "september/sep oktober/okt november/nov december/dec",
    "pt": "janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago "
    "setembro/set outubro/out novembro/nov dezembro/dez",
}
_DAYS = {
    "fr": "lundi/lun mardi/mar mercredi/mer jeudi/jeu vendredi/ven samedi/sam dimanche/dim",
    "en": "Monday/Mon Tuesday/Tues/Tue Wednesday/Wed Thursday/Thurs/Thur/Thu Friday/Fri Saturday/Sat "
    "Sunday/Sun",
    "de": "Montag/Mo Dienstag/Di Mittwoch/Mi Donnerstag/Do Freitag/Fr Samstag/Sonnabend/Sa Sonntag/So",
    "es": "lunes/lun martes/mar miércoles/miercoles/mié jueves/jue viernes/vie sábado/sabado/sáb domingo/dom",
    "it": "lunedì/lunedi/lun martedì/martedi/mar mercoledì/mercoledi/mer giovedì/giovedi/gio "
    "venerdì/venerdi/ven "
    "sabato/sab domenica/dom",
    "nl": "maandag/ma dinsdag/di woensdag/wo donderdag/do vrijdag/vr zaterdag/za zondag/zo",
    "pt": "segunda-feira/segunda terça-feira/terça quarta-feira/quarta quinta-feira/quinta sexta-feira/sexta "
    "sábado/sabado domingo",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIRST, _LAST = 1900, 2099
#: white space inside a line
_GAP = r"[ \t\u00a0\u202f]{1,3}"


class Day(NamedTuple):
    """A day found: where its words begin and end, and the weekday it is given (0 is Monday) or ``None``."""

    start: int
    end: int
    day: date
    weekday: int | None


def _table(names: dict[str, str]) -> dict[str, dict[str, int]]:
    return {
        language: {
            form.lower(): number for number, forms in enumerate(words.split()) for form in forms.split("/")
        }
        for language, words in names.items()
    }


_MONTH_OF, _DAY_OF = _table(_MONTHS), _table(_DAYS)


def _choice(names: dict[str, int]) -> str:
    return "|".join(sorted((re.escape(n) for n in names), key=len, reverse=True))


#: the languages in which a word is part of the name of a month, or of a weekday that is written out
_MONTHISH: dict[str, set[str]] = {}
_DAYISH: dict[str, set[str]] = {}
for _words, _names in ((_MONTHISH, _MONTH_OF), (_DAYISH, _DAY_OF)):
    for _language, _forms in _names.items():
        for _form in _forms:
            for _word in _form.split("-"):
                if len(_form) > 3 or _words is _MONTHISH:
                    _words.setdefault(_word, set()).add(_language)
_LETTERS = re.compile(r"[^\W\d_]+")

_WORD = r"(?<![^\W_])"
_ENDS = r"(?![^\W_])"
_BEFORE = {
    "fr": r"le",
    "en": r"the",
    "de": r"den|dem|der",
    "es": r"el|día",
    "it": r"il",
    "nl": r"de",
    "pt": r"dia",
}
_PATTERNS = {
    language: re.compile(
        rf"(?:{_WORD}(?P<weekday>{_choice(_DAY_OF[language])})\.?(?:{_GAP}"
        rf"|,{_GAP})(?:(?:{_BEFORE[language]}){_GAP})?)?"
        rf"(?<!\d)(?<!\d[./-])(?P<day>\d{{1,2}})(?:er|º|°|\.|st|nd|rd|th)?{_GAP}(?:(?:de|of){_GAP})?"
        rf"(?P<month>{_choice(months)}){_ENDS}\.?,?{_GAP}(?:(?:de|del){_GAP})?(?P<year>\d{{4}})(?!\d)",
        re.IGNORECASE,
    )
    for language, months in _MONTH_OF.items()
}
#: Friday, May 5, 2017
_AMERICAN = re.compile(
    rf"(?:{_WORD}(?P<weekday>{_choice(_DAY_OF['en'])})\.?(?:{_GAP}|,{_GAP}))?"
    rf"{_WORD}(?P<month>{_choice(_MONTH_OF['en'])})\.?{_GAP}(?P<day>\d{{1,2}})(?:st|nd|rd"
    rf"|th)?,?{_GAP}(?P<year>\d{{4}})(?!\d)",
    re.IGNORECASE,
)
#: vendredi 05/05/2017, in languages that write the day first
_FIGURES = {
    language: re.compile(
        rf"{_WORD}(?P<weekday>{_choice({n: i for n, i in names.items() if len(n) > 3})}){_GAP}"
        rf"(?:(?:{_BEFORE[language]}){_GAP})?"
        r"(?P<day>\d{1,2})(?P<sep>[./-])(?P<month>\d{1,2})(?P=sep)(?P<year>\d{4})(?!\d)",
        re.IGNORECASE,
    )
    for language, names in _DAY_OF.items()
    if language != "en"
}
#: what must be in a line before a pattern is tried on it
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def days(line: str) -> Iterator[Day]:
    """Days of a line, in order, each once."""
    if not _YEAR.search(line):
        return
    found: dict[int, Day] = {}
    words = _LETTERS.findall(line.lower())
    months = {language for word in words if word in _MONTHISH for language in _MONTHISH[word]}
    weekdays = {language for word in words if word in _DAYISH for language in _DAYISH[word]}
    for language, pattern in _PATTERNS.items():
        if language not in months:
            continue
        for match in pattern.finditer(line):
            month = _MONTH_OF[language][match["month"].lower()] + 1
            _keep(found, match, match["year"], month, _weekday(language, match["weekday"]))
    for match in _AMERICAN.finditer(line) if "en" in months else ():
        _keep(
            found,
            match,
            match["year"],
            _MONTH_OF["en"][match["month"].lower()] + 1,
            _weekday("en", match["weekday"]),
        )
    for language, pattern in _FIGURES.items():
        if language not in weekdays:
            continue
        for match in pattern.finditer(line):
            _keep(found, match, match["year"], int(match["month"]), _weekday(language, match["weekday"]))
    ends = -1
    for start in sorted(found):
        if start >= ends:
            ends = found[start].end
            yield found[start]


def _weekday(language: str, name: str | None) -> int | None:
    return None if name is None else _DAY_OF[language][name.lower()]


def _keep(found: dict[int, Day], match: re.Match[str], year: str, month: int, weekday: int | None) -> None:
    """Take a match; of two languages that read one place, the one whose weekday is right."""
    if not _FIRST <= int(year) <= _LAST:
        return
    try:
        day = date(int(year), month, int(match["day"]))
    except ValueError:
        return
    taken = Day(match.start(), match.end(), day, weekday)
    known = found.get(match.start())
    if known is None or (known.end, _fits(known)) < (taken.end, _fits(taken)):
        found[match.start()] = taken


def _fits(day: Day) -> bool:
    return day.weekday is None or day.weekday == day.day.weekday()
