"""What mail programs write above a quotation, in the languages of Western Europe: words and dates.

The words are those of the programs' own translations as seen in mail: Outlook, Thunderbird, Apple
Mail, Gmail, Yahoo, Lotus Notes.  A date is read only as far as it is certain: ``4/5/2017`` is the
fourth of May or the fifth of April, and is then kept as a literal.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from leakverify.when import parse_when

#: language -> (words an attribution opens with, words that say "wrote")
_OPENED = {
    "en": (("on", "at", "in a message dated"), ("wrote", "writes", "said", "says", "sent")),
    "fr": (("le", "en date de"), ("a écrit", "écrit", "a ecrit", "ecrit", "a écrit")),
    "de": (("am", "vom"), ("schrieb", "schreibt", "geschrieben")),
    "es": (("el", "el día"), ("escribió", "escribio", "escribió")),
    "it": (("il", "il giorno", "in data", "alle"), ("ha scritto", "scrive", "scritto")),
    "nl": (("op",), ("schreef", "geschreven")),
    "pt": (("em", "no dia", "a", "às"), ("escreveu",)),
    "sv": (("den", "på"), ("skrev",)),
    "pl": (("w dniu", "dnia"), ("napisał", "napisała", "napisał(a)", "pisze")),
}
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada "
    "grudnia",
}
#: Monday first
_DAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
}
#: abbreviations that are not the first three or four letters
_MONTH_SHORT = {
    "fr": {"janv": 1, "févr": 2, "fevr": 2, "fév": 2, "fev": 2, "avr": 4, "juil": 7, "aout": 8, "déc": 12},
    "de": {"mrz": 3, "mär": 3, "maerz": 3},
    "en": {"sept": 9},
    "es": {"sept": 9, "set": 9},
    "it": {"sett": 9, "set": 9},
    "nl": {"mrt": 3},
    "pt": {"set": 9},
}  # fmt: skip
_DAY_SHORT = {
    "de": {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6, "sonnabend": 5},
    "nl": {"ma": 0, "di": 1, "wo": 2, "do": 3, "vr": 4, "za": 5, "zo": 6},
    "en": {"tues": 1, "wednes": 2, "thur": 3, "thurs": 3},
    "es": {"mie": 2, "sab": 5},
    "pt": {"segunda": 0, "terça": 1, "quarta": 2, "quinta": 3, "sexta": 4, "sab": 5},
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _forms(words: dict[str, str], short: dict[str, dict[str, int]], first: int) -> dict[str, dict[str, int]]:
    """Per language: every full word, and its first three and four letters where only one word has them."""
    found: dict[str, dict[str, int]] = {}
    for language, listed in words.items():
        forms: dict[str, int] = {}
        full = listed.split()
        for length in (4, 3):
            heads = [word[:length] for word in full]
            forms.update({h: n for n, h in enumerate(heads, first) if heads.count(h) == 1})
        forms.update({word: n for n, word in enumerate(full, first)})
        forms.update(short.get(language, {}))
        found[language] = forms
    return found


_MONTH_FORMS = _forms(_MONTHS, _MONTH_SHORT, 1)
_DAY_FORMS = _forms(_DAYS, _DAY_SHORT, 0)


def _union(forms: dict[str, dict[str, int]]) -> dict[str, int]:
    """Forms that mean the same in every language that has them, three letters or more."""
    merged: dict[str, int] = {}
    clash: set[str] = set()
    for table in forms.values():
        for word, number in table.items():
            if merged.setdefault(word, number) != number:
                clash.add(word)
    return {word: number for word, number in merged.items() if word not in clash and len(word) > 2}


_ANY_MONTH, _ANY_DAY = _union(_MONTH_FORMS), _union(_DAY_FORMS)

_VERB_LANGUAGE = {verb: language for language, (_, verbs) in _OPENED.items() for verb in verbs}
#: a line that may end an attribution
VERB = re.compile(
    r"(?<!\w)(" + "|".join(sorted(map(re.escape, _VERB_LANGUAGE), key=len, reverse=True)) + r")(?![^\W\d_])",
    re.IGNORECASE,
)
_OPENERS = sorted({word for words, _ in _OPENED.values() for word in words}, key=len, reverse=True)
#: an attribution begins with one of its words and soon names a date
OPENING = re.compile(
    r"(?:\A|(?<=\s)|(?<=-))[-*\s]{0,12}(?:" + "|".join(map(re.escape, _OPENERS)) + r")(?=[\s:,])"
    r"(?=[^\d]{0,40}\d)",
    re.IGNORECASE,
)


def language_of(verb: str) -> str:
    """Language of a word that says "wrote", as an ISO 639 code."""
    return _VERB_LANGUAGE.get(verb.lower(), "")


_FIELD_WORDS = """
from: from/en resent-from/en de von/de expéditeur/fr da/it van/nl fra från/sv od/pl
when: sent/en date envoyé/fr envoye/fr envoyé_le/fr date_d'envoi/fr gesendet/de gesendet_am/de
when: datum data enviado enviado_el/es enviado_em/pt fecha/es inviato/it verzonden/nl verstuurd/nl sendt
when: skickat/sv wysłano/pl
to: to/en à/fr pour/fr destinataire/fr an/de para a/it aan/nl til till/sv do/pl
cc: cc bcc reply-to/en cci/fr copie/fr copie_à/fr kopie/de
subject: subject/en objet/fr sujet/fr betreff/de asunto/es assunto/pt oggetto/it onderwerp/nl emne
subject: ämne/sv temat/pl
other: importance attachments/en organization/en pièces_jointes/fr
"""


def _fields() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for line in _FIELD_WORDS.strip().splitlines():
        what, _, names = line.partition(": ")
        for name in names.split():
            word, _, language = name.partition("/")
            found[word.replace("_", " ")] = (what, language)
    return found


#: name of a field of a quoted header, lower case -> (what it is, language)
FIELDS = _fields()
FIELD = re.compile(
    r"[\s*_]{0,8}([^\W\d_][\w' -]{0,20}?)[*_\s]{0,3}:[*_]{0,2}(?:\s|\Z|(?=[\w<]))(.*)\Z", re.DOTALL
)
#: fields that open a quoted header; the others may only follow
FIRST_FIELDS = frozenset({"from", "when", "to", "subject"})

_ORIGINAL = (
    r"original message|original appointment|reply message|message d['’]origine|message original"
    r"|mensaje original"
    r"|mensagem original|ursprüngliche nachricht|originalnachricht|antwort nachricht|messaggio originale"
    r"|oorspronkelijk bericht|origineel bericht|oprindelig meddelelse|ursprungligt meddelande"
    r"|original-nachricht|wiadomość oryginalna"
)
_FORWARDED = (
    r"forwarded message|forwarded by .{1,80}|begin forwarded message|fwd message|message transféré"
    r"|message réexpédié|message transmis|début du message (?:réexpédié|transféré)|weitergeleitete nachricht"
    r"|weitergeleitet von .{1,80}|anfang der weitergeleiteten (?:nachricht|e-mail)|mensaje reenviado"
    r"|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|mensagem encaminhada"
    r"|mensagem reencaminhada|início da mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|vidarebefordrat meddelande|videresendt meddelelse"
)
#: a line that separates a mail from the one it answers or carries on
SEPARATOR = re.compile(
    rf"[\s>*]*(?:[-_=*]{{2,}}\s*|(?=(?:begin|début|anfang|inicio|inizio|início)\s))"
    rf"(?:(?P<original>{_ORIGINAL})|(?P<forwarded>{_FORWARDED}))\s*:?\s*[-_=*]*\s*\Z",
    re.IGNORECASE,
)
_TELLING = "|".join(re.escape(name) for name, (what, _) in FIELDS.items() if what in ("from", "when"))
#: the last words of those that say "wrote"
SPOKEN = frozenset(verb.split()[-1] for verb in _VERB_LANGUAGE)
_SPOKEN = tuple(sorted(SPOKEN))
_SPOKEN_END = re.compile("(?:" + "|".join(map(re.escape, _SPOKEN)) + r")[^\n]{0,200}[:-][ \t\r*_]*(?:\n|\Z)")
_HEADED = re.compile(rf"\n[ \t*_-]{{0,16}}(?:{_TELLING})[* \t\xa0]{{0,3}}:")
_RULED = re.compile(rf"{_ORIGINAL}|{_FORWARDED}")
_RULES = tuple(
    "nachricht message forward weiter reenviado inoltrato bericht meddel wiado mensa messag".split()
)


def may_quote(text: str) -> bool:
    """Whether a text can hold a quotation at all; cheap for those that cannot."""
    low = "\n" + text.lower()
    return (
        "\n>" in low
        or "\n >" in low
        or (":" in low and _HEADED.search(low) is not None)
        or (any(verb in low for verb in _SPOKEN) and _SPOKEN_END.search(low) is not None)
        or (any(word in low for word in _RULES) and _RULED.search(low) is not None)
    )


class QuotedDate(NamedTuple):
    """A date as read.

    ``value`` is ``""`` when day and month cannot be told apart; ``weekday`` is as in ``WEEKDAYS``.
    """

    value: str
    weekday: str
    literal: str


_WORD = r"[^\W\d_]"
_LEAD = rf"(?:(?<!\w)(?P<weekday>{_WORD}{{2,13}}(?:-feira)?)\.?,?\s{{1,3}}(?:den |der |the |le |at )?)?"
_DAY = r"(?<![\d:.,/])(?P<day>\d{1,2})"
#: two digits and then a lone one are a year that a scanner broke
_YEAR = r"(?P<year>\d{4}|\d{2}(?![-.]\d|\s\d\b(?!:)))(?![\d:])"
#: 8 May 2017, 8. Mai 2017, 8 de mayo de 2017, 17-feb.-2015, 1er mars 2017
_DAY_FIRST = (
    rf"{_DAY}(?:\.|er|º|ª|st|nd|rd|th)?[\s,-]{{0,3}}(?:of |de |di )?"
    rf"(?P<name>{_WORD}{{3,12}})\.?[\s,-]{{0,3}}(?:de |del )?{_YEAR}"
)
#: May 8, 2017, March-09-12
_MONTH_FIRST = (
    rf"(?P<name>{_WORD}{{3,12}})\.?[\s-]{{1,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:[\s,-]{{1,3}}(?=\d{{4}})|[\s]?[,-]\s{{0,2}}){_YEAR}"
)
#: Jan 13 01:08:48 2010, also with a zone before the year
_YEAR_LAST = (
    rf"(?P<name>{_WORD}{{3,12}})\s{{1,3}}(?P<day>\d{{1,2}})\s{{1,2}}\d{{1,2}}:\d\d(?::\d\d)?"
    r"(?:\s[A-Z]{2,5})?\s(?P<year>\d{4})(?!\d)"
)
_YEAR_FIRST = r"(?<![\d/-])(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"
_NUMBERS = (
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d:])"
)
_DATES = tuple(
    re.compile(_LEAD + form) for form in (_DAY_FIRST, _MONTH_FIRST, _YEAR_LAST, _YEAR_FIRST, _NUMBERS)
)
_CLOCK = re.compile(
    r"(?<![\d:/.+-])(?P<hour>\d{1,2})(?::|\s?[hH]\s?)(?P<minute>\d\d)(?::(?P<second>\d\d))?(?!\d)"
    r"(?:\s{0,2}(?P<half>[AaPp])\.?\s?[Mm](?![^\W\d_]))?"
)
#: after a clock time, or after the date that follows it
_OFFSET_AFTER = re.compile(
    r"[\s(,]{0,3}(?:(?:GMT|UTC)?([+-])(\d\d):?(\d\d)(?![\d:/-])|(?:GMT|UTC)(?![+-]|\w))"
)


def read_quoted_date(text: str, language: str = "") -> QuotedDate | None:
    """Read the first date of a line; ``None`` when there is none.

    >>> read_quoted_date("Le lun. 8 mai 2017 à 10:12, X a écrit", "fr")[:2]
    ('2017-05-08T10:12', 'mon')
    >>> read_quoted_date("On 4/5/12, x wrote", "en").value
    ''
    """
    months, days = _MONTH_FORMS.get(language, _ANY_MONTH), _DAY_FORMS.get(language, _ANY_DAY)
    best: tuple[int, QuotedDate] | None = None
    for pattern in _DATES:
        for found in pattern.finditer(text):
            read = _date(found, text, months, days)
            if read is not None:
                if best is None or found.start() < best[0]:
                    best = (found.start(), read)
                break
    if best is None and language:
        return read_quoted_date(text)
    return None if best is None else best[1]


def _date(found: re.Match[str], text: str, months: dict[str, int], days: dict[str, int]) -> QuotedDate | None:
    part = found.groupdict()
    year = int(part["year"]) + ((2000 if int(part["year"]) < 70 else 1900) if len(part["year"]) == 2 else 0)
    named = days.get((part["weekday"] or "").lower())
    weekday = "" if named is None else WEEKDAYS[named]
    if part.get("name"):
        month = months.get(part["name"].lower(), _ANY_MONTH.get(part["name"].lower()))
        if month is None:
            return None
        choices = [(month, int(part["day"]))]
    elif part.get("mark"):
        first, second = int(part["first"]), int(part["second"])
        choices = [(second, first)] if part["mark"] == "." else [(second, first), (first, second)]
    else:
        choices = [(int(part["month"]), int(part["day"]))]
    core = found.end("weekday") if part["weekday"] and not weekday else found.start()
    clock = _CLOCK.search(text, found.end(), found.end() + 40) or _CLOCK.search(text, core, found.end())
    if clock is None:
        clock = _CLOCK.search(text, max(core - 24, 0), core + 1)
    begun, ended = core, found.end()
    offset = ""
    if clock is not None:
        begun, ended = min(begun, clock.start()), max(ended, clock.end())
        offset = _zone(text, ended)
        zoned = _OFFSET_AFTER.match(text, ended)
        ended = zoned.end() if offset and zoned else ended
    literal = text[begun:ended].strip(" ,.")
    possible = list(dict.fromkeys(c for c in choices if _day(year, *c) is not None))
    if not possible:
        return None
    if len(possible) > 1:
        return QuotedDate("", weekday, literal)
    month, day = possible[0]
    value = f"{year:04d}-{month:02d}-{day:02d}{_time(clock, offset)}"
    if parse_when(value) is None:
        value = value[:10]
    return QuotedDate(value, weekday, literal)


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def _zone(text: str, at: int) -> str:
    """The offset from UTC written after a clock time, where it is certain."""
    found = _OFFSET_AFTER.match(text, at)
    if found is None:
        return ""
    if found[1] is None:
        return "Z"
    hours, minutes = int(found[2]), int(found[3])
    return (
        f"{found[1]}{found[2]}:{found[3]}"
        if hours <= 14 and minutes < 60 and found[0][-5:] != "-0000"
        else ""
    )


def _time(clock: re.Match[str] | None, zone: str) -> str:
    """``Thh:mm`` with seconds and an offset where they are written, ``""`` without a clock time."""
    if clock is None:
        return ""
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or int(clock["minute"]) > 59:
        return ""
    seconds = f":{clock['second']}" if clock["second"] else ":00" if zone else ""
    return f"T{hour:02d}:{clock['minute']}{seconds}{zone}"
