"""People, organisations and postal addresses, where the text itself says what they are.

No dictionary and no model: a name is read behind a title, a label or the field of
a printed mail, or under the closing of a letter; an organisation by its legal form; an
address by its post code together with a street or a state.  What nothing marks is
left out, so what is told is nearly always right and never complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_S = r"[ \u00a0\u202f]"
_CAP = r"[A-ZÀ-ÖØ-Þ]"
_LOW = r"[a-zß-öø-ÿœ]"
_SMALL, _LARGE = rf"{_LOW}{{1,40}}", rf"{_CAP}{{1,40}}"
#: a given or family name: Jean-Pierre, O'Neill, MARTIN, D., McGoey
_NAME = (
    rf"(?:{_CAP}(?:{_SMALL}(?:{_CAP}{_SMALL})?|['’]{_CAP}{_SMALL}|{_LARGE})(?:-{_CAP}(?:{_SMALL}|{_LARGE}))?"
    rf"|{_CAP}\.)"
)
_LINK = r"(?:de|du|des|la|le|van|von|der|den|da|di|del|bin|al|d['’])"
_NAMES = rf"{_NAME}(?:{_S}(?:{_LINK}{_S}){{0,2}}{_NAME}){{0,3}}"
_FULL = rf"{_NAME}(?:{_S}(?:{_LINK}{_S}){{0,2}}{_NAME}){{1,3}}"

_TITLED = re.compile(
    rf"(?<![\w.&-])(?:M(?:me|lle|rs?|s|essrs)?\.|Mme|Mlle|Mrs?|Ms|Monsieur|Madame|Mademoiselle|Miss"
    rf"|Ma[îi]tre|Docteur"
    rf"|Dr\.?|Prof(?:esseur|essor|\.)|Herrn?|Frau|Señora?|Signora?|Sir|Lady|Lord){_S}(?P<name>{_NAMES})"
    rf"(?![^\W_])"
)
#: one of these is in every line that may match, and is looked for first, in the passage and then in the line
_TITLES = tuple(
    "M.|Mr|Ms|Mme|Mlle|Mons|Mad|Miss|Mait|Maît|Doct|Dr|Prof|Herr|Frau|Seño|Sign|Sir|Lady|Lord|Mess".split("|")
)
_FIELD = re.compile(
    rf"^[>\s*]{{0,6}}(?:From|To|Cc|Bcc|Sender|De|À|A|Von|An|Sent by|Envoyé par){_S}?:{_S}{{0,8}}[\"'“]?"
    rf"(?P<name>{_FULL}|{_CAP}[\w'’-]{{1,30}},{_S}{_NAMES})[\"'”]?{_S}{{0,3}}(?=[<\[(;,]|$)"
)
_LABELLED = re.compile(
    # a word before it makes another label of it: Facility Name, Product Contact
    rf"(?<![^\W_])(?:(?:(?<![^\W_] )(?:nom et pr[ée]noms?|name|contact|attn|attention)|author|auteur"
    rf"|interlocut(?:eur|rice)){_S}?:"
    rf"|(?:repr[ée]sent[ée]e? par|signed by|sign[ée] par|à l['’]attention de|g[ée]rante?|directeur"
    rf"|directrice){_S}?:?){_S}"
    rf"(?:M(?:me|\.|r\.?|s\.?)?{_S})?(?-i:(?P<name>{_FULL}))(?![^\W_])",
    re.IGNORECASE,
)
_LABELS = tuple("nom |sent|sign|att|contact|name|auth|auteur|interloc|rant|direct".split("|"))
_CLOSING = re.compile(
    r"^[>\s]{0,6}(?:(?:bien |très |tres )?cordialement|salutations(?: distinguées)?|amicalement|bien à "
    r"(?:vous|toi)"
    r"|sincères salutations|(?:best|kind|warm|many thanks and) regards|regards|sincerely(?: yours)?"
    r"|yours (?:sincerely|truly|faithfully)|cheers|best|mit freundlichen grüßen|mfg)\s*[,.!]?\s*$",
    re.IGNORECASE,
)
_CLOSINGS = tuple(
    "ordialement|alutations|micalement|bien "
    "à|egards|incerely|truly|aithfully|heers|est|reundlichen|mfg".split("|")
)
_ALONE = re.compile(rf"^[>\s]{{0,6}}(?P<name>{_FULL})[,.]?\s*$")

_FIRM = rf"{_CAP}[\w'’.&-]{{0,30}}(?:{_S}(?:{_CAP}[\w'’.&-]{{0,30}}|&|et|and|und|of)){{0,4}}"
_COMPANY = re.compile(
    rf"(?<![\w.&])(?P<name>{_FIRM}),?{_S}"
    r"(?P<form>S\.?A\.?R\.?L\.?|S\.?A\.?S\.?U?|EURL|S\.A\.|G\.?m\.?b\.?H\.?|Ltd\.?|Limited|L\.?L\.?C\.?"
    r"|LLP|P\.?L\.?C\.?|plc"
    r"|Inc\.?|Corp(?:\.|oration)|B\.?V\.?|N\.V\.|S\.?p\.?A\.?|S\.?r\.?l\.?|AG)(?![^\W_])"
)
_BEFORE = re.compile(
    rf"(?<![^\W_])(?P<form>SARL|SASU?|EURL|SCI|SNC|[Ss]oci[ée]t[ée]){_S}(?P<name>{_FIRM})(?![^\W_])"
)
_FORMS = tuple(
    "SARL|S.A|SAS|EURL|SCI |SNC "
    "|ociét|ociet|bH|b.H|Ltd|Limited|LLC|L.L|LLP|PLC|P.L|plc|Inc|Corp|BV|B.V|N.V|SpA|S.p|Srl|S.r|AG".split(
        "|"
    )
)

_STREET_FR = (
    r"(?:rue|avenue|av\.|boulevard|bd|blvd|place|pl\.|chemin|all[ée]es?|impasse|quai|route|cours|square"
    r"|passage|esplanade"
    r"|faubourg|sentier|villa|rond-point|za|zi|zac|bp|cs)"
)
_FRENCH = re.compile(
    rf"(?<!\d)(?P<post>(?:0[1-9]|[1-8]\d|9[0-8])\d{{3}}|(?:F|FR)-\d{{5}}){_S}{{1,2}}"
    rf"(?P<town>{_CAP}[\w'’-]{{1,30}}"
    rf"(?:[ \u00a0-]{_CAP}?[\w'’-]{{1,20}}){{0,4}}?)(?:{_S}(?:CEDEX|[Cc]edex)(?:{_S}\d{{1,2}})?)?\s*(?=$"
    rf"|[,;.()|–—-])"
)
_STREET = re.compile(
    rf"(?:\d{{1,4}}{_S}?(?:bis|ter|quater)?,?{_S}{_STREET_FR}|(?:{_STREET_FR}){_S}[\w'’]|b\.?p\.?{_S}?\d)",
    re.IGNORECASE,
)
_GERMAN_STREET = re.compile(
    r"(?:str(?:aße|asse|\.)|weg|platz|allee|gasse|ring|damm|ufer)[ \u00a0]\d{1,4}[a-z]?(?![^\W_])",
    re.IGNORECASE,
)
_GERMAN = re.compile(
    rf"(?<![\w-])(?:D-)?(?P<post>\d{{5}}){_S}(?P<town>{_CAP}{_LOW}[\w \u00a0./-]{{1,40}}?)\s*(?=$|[,;()|–—])"
)
_BRITISH = re.compile(
    r"(?<![\w-])(?P<post>(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPSTUW]"
    r"|[A-HK-Y]\d[ABEHMNPRV-Y])[ \u00a0]\d[ABD-HJLNP-UW-Z]{2}))(?![\w-])"
)
#: the inner half of a British post code, which few other words are
_INNER = re.compile(r"[ \u00a0]\d[ABD-HJLNP-UW-Z]{2}(?![\w-])")
_ROAD = re.compile(
    rf"\d{{1,5}}[a-zA-Z]?,?{_S}(?:{_CAP}[\w'’.-]*{_S}){{1,4}}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln"
    rf"|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square|Sq"
    r"|Terrace|Parkway|Pkwy|Highway|Hwy|Close|Crescent|Gardens|House|Park|Circle|Suite|NW|NE|SW|SE)\b"
)
_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]"
    "|T[NX]|UT|V[AT]|W[AIVY]"
)
_AMERICAN = re.compile(
    rf"(?P<town>{_CAP}[\w.'’-]{{1,25}}(?:{_S}{_CAP}[\w.'’-]{{1,25}}){{0,3}}),{_S}"
    rf"(?P<state>{_STATES})\.?{_S}{{1,2}}(?P<post>\d{{5}}(?:-\d{{4}})?)(?![\w-])"
)
_FIVE = re.compile(r"\d{5}")
_FIGURE = re.compile(r"\d")
#: parts of names that are none: words of headings, offices and months that titles and labels stand before
_NO_NAME = frozenset(
    """A AG According Address Administrator All Ambassador An And Any Apr April As At Aug August By Cc
    Chairman Chancellor Christ Church Client Commissaire Corp Customer Dans Date De Dec December Deli
    Department Des Directeur Directrice Div Domain Du Email Et Fax Feb February For Friday From General
    GmbH Holdings If In Inc Information It Jan January Judge Juge Jul July Jun June Justice LLC La Le
    Les Limited Ltd Madam Magazine Mail Maire Mar March May Minister Ministre Monday Name Names No Nom
    Not Notre Nous Nov November Nr Number Objet Oct October Of Office On Or Ou Our Par Phone Please Pour
    President Procureur Préfet Prénom Président Présidente Re SA SARL SAS Saturday Secretary Senator
    Sent Sep Sept September Service Sir Speaker Street Subject Sunday Support Sur Table Tables Team Tel
    That The Their These This Thursday Title To Tuesday Type Tél Un Une Votre Vous We Wednesday With You
    Your""".split()
)
#: what stands before the name of a company and is no part of it
_LEADING = re.compile(
    r"^(?:(?:Copyright|Limited|The|By|From|At|For|In|Of|La|Le|Chez|De|To|With|And|Mr|Contact|Name|Client"
    r"|Customer)\s+)+"
)
#: the end of the sentence before
_SENTENCE = re.compile(r"(?<=[a-z]{4})\. (?=[A-Z])")
_MOST = 160


class Party(NamedTuple):
    """``kind``: person, organisation or address; ``words`` as they stand; ``told``: what says so."""

    kind: str
    words: str
    told: str


class Parties:
    """Hears the lines of a passage in order and names what they mark; a passage begins with :meth:`begin`."""

    def __init__(self) -> None:
        #: countries of the addresses met so far
        self.countries: set[str] = set()
        self.begin("")

    def begin(self, text: str) -> None:
        """Look once through the whole passage for what could mark anything, so that its lines cost little."""
        lowered = text.lower()
        # M. is a title in French, and the end of an initial or a sentence elsewhere
        self._french = " de " in text and any(word in text for word in (" le ", " la ", "Mme", "SIRET"))
        self._titles = [word for word in _TITLES if word in text]
        self._labels = [word for word in _LABELS if word in lowered]
        self._closings = [word for word in _CLOSINGS if word in text]
        self._forms = [word for word in _FORMS if word in text]
        self._posts = _FIVE.search(text) is not None
        self._british = _INNER.search(text) is not None
        self._above = ""
        self._closed = 0

    def hear(self, line: str, *, figures: bool) -> Iterator[Party]:
        """What a line marks, of which it is said whether it holds figures; the line above is remembered."""
        if not line or line.isspace():
            return
        yield from self._people(line)
        if any(word in line for word in self._forms):
            yield from _companies(line)
        if figures and self._posts and _FIVE.search(line):
            yield from self._placed(_addresses(line, self._above))
        if figures and self._british:
            yield from self._placed(_british(line, self._above))
        self._above = line

    def _is_title(self, line: str, match: re.Match[str]) -> bool:
        if match[0].startswith("M."):
            return self._french
        return not (match[0].startswith("Dr") and _is_road(line[: match.start()]))

    def _placed(self, found: Iterator[Party]) -> Iterator[Party]:
        for party in found:
            self.countries.add(party.told)
            yield party

    def _people(self, line: str) -> Iterator[Party]:
        if self._closed:
            self._closed -= 1
            signed = _ALONE.match(line) if len(line) < 60 else None
            if signed and _is_name(signed["name"]):
                self._closed = 0
                yield Party("person", signed["name"], "sign-off")
        if len(line) < 60 and any(word in line for word in self._closings) and _CLOSING.match(line):
            self._closed = 2
        if any(word in line for word in self._titles):
            for match in _TITLED.finditer(line):
                if _is_name(match["name"]) and self._is_title(line, match):
                    yield Party("person", match["name"], "title")
        if ":" in line[:16]:
            field = _FIELD.match(line)
            if field and _is_name(field["name"]):
                yield Party("person", field["name"], "field")
        if self._labels:
            lowered = line.lower()
            if any(word in lowered for word in self._labels):
                for match in _LABELLED.finditer(line):
                    # words in capitals behind a label are its next column more often than a name
                    if _is_name(match["name"]) and not match["name"].isupper():
                        yield Party("person", match["name"], "label")


def _is_road(before: str) -> bool:
    """Whether ``Dr`` behind these words is the end of a street, as in 1267 Pike Lake Dr."""
    return before.rstrip().rpartition(" ")[2][:1].isupper() and _FIGURE.search(before) is not None


def _is_name(words: str) -> bool:
    parts = words.replace(",", " ").split()
    # in the middle these are particles of a name, at its head the beginning of a sentence
    others = [part for part in parts[1:] if part not in ("La", "Le", "De", "Du", "Des")]
    return not _NO_NAME.intersection(parts[:1] + others) and any(len(part) > 2 for part in parts)


def _companies(line: str) -> Iterator[Party]:
    for pattern in (_COMPANY, _BEFORE):
        for match in pattern.finditer(line):
            words = _LEADING.sub("", _SENTENCE.split(match[0])[-1]).strip(" ,")
            name = _LEADING.sub("", _SENTENCE.split(match["name"])[-1]).split()
            if words.count(" ") and name and name[0].strip(",.") not in _NO_NAME and len(name[0]) > 1:
                yield Party("organisation", words, match["form"])


def _addresses(line: str, above: str) -> Iterator[Party]:
    american = _AMERICAN.search(line)
    if american:
        yield Party("address", american[0], "US")
        return
    for pattern, street, country in ((_FRENCH, _STREET, "FR"), (_GERMAN, _GERMAN_STREET, "DE")):
        for match in pattern.finditer(line):
            before = line[: match.start()]
            if street.search(before) or (not before.strip() and street.search(above)):
                yield Party("address", _joined(line, match, above), country)
                return


def _british(line: str, above: str) -> Iterator[Party]:
    match = _BRITISH.search(line) if _INNER.search(line) else None
    if match and (_ROAD.search(line) or _ROAD.search(above) or "," in line[: match.start()]):
        yield Party("address", _joined(line, match, above), "GB")


def _joined(line: str, match: re.Match[str], above: str) -> str:
    """The address with its street, which stands before it or on the line above."""
    before = line[: match.start()].strip(" ,;-–—|\t")
    street = before or above.strip(" ,;-–—|\t")
    return f"{street[-_MOST:]}, {match[0].strip()}"
