"""How the program that wrote a message spelled it: habits, each as a short token.

Nothing here is read for its meaning.  Random letters and numbers are replaced
by their kind and count, so that two mails of one program give the same token
and a count of tokens describes a sender.  Every token is bounded and found in
time linear in the header section; of the body only the head of the first text
and of the first HTML part is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, clip, count, token
from leakverify.extractors._mail_headers import Field, Headers
from leakverify.extractors._mail_mime import Part, content, transfer_encoding
from leakverify.extractors._mail_words import literal_text

STYLE_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "mail.style.agent_field": token("name of the field in which the writing program names itself"),
        "mail.style.identifier": token(
            "shape of the Message-ID: runs of d digits, x or X hexadecimal, a or A letters, m mixed, with "
            "their lengths; of the host only whether it is that of the sender, has no dot, or another"
        ),
        "mail.style.boundary": token("shape of the boundary of a multipart", repeats=True),
        "mail.style.order": token("fields that writing programs write, in the order written, as spelled"),
        "mail.style.folding": token(
            "how fields are folded: name, what the next line begins with, longest line", repeats=True
        ),
        "mail.style.gap": token("what stands between the colon and the value of a field, if not one space"),
        "mail.style.encoded_word": token(
            "field, charset and letter of an encoded word, as spelled", repeats=True
        ),
        "mail.style.version": token("the MIME-Version field as written, comments included"),
        "mail.style.date": token("how the Date field is written"),
        "mail.style.tree": token("media types of the parts and how they are nested"),
        "mail.style.part": token("fields of a part and how its Content-Type is written", repeats=True),
        "mail.style.text_width": count("longest line of the first text part, as encoded", "bytes"),
        "mail.style.base64_width": count("length of the first line of a base64 part", "bytes", repeats=True),
        "mail.style.quoted_printable": token(
            "what the quoted-printable text of a part encodes beyond need", repeats=True
        ),
        "mail.style.html": token("mark of the program that wrote the HTML", repeats=True),
        "mail.style.signature": token("what stands before the signature of the text", repeats=True),
    }
)

#: fields that the program of the sender writes, in any letter case; all others are left to servers
WRITTEN = frozenset(
    """date from sender reply-to to cc bcc subject message-id in-reply-to references mime-version content-type
    content-transfer-encoding content-language content-disposition content-class content-id user-agent
    x-mailer organization importance x-priority priority x-msmail-priority x-mimeole thread-topic thread-index
    accept-language x-ms-has-attach x-ms-tnef-correlator disposition-notification-to x-accept-language
    x-universally-unique-identifier x-uniform-type-identifier x-google-original-from keywords comments
    x-originating-ip x-sender x-oh-sender lines""".split()
)
_FOLDED = frozenset("subject to cc from references content-type".split())
_KEPT = 12
_TOKEN = 400
_SHAPE = 160
#: bytes of a part that are looked at
_HEAD = 24 * 1024

#: words that programs write into identifiers and boundaries on purpose
_WORDS = frozenset(
    """NextPart Part Apple Mail JavaMail camel qmail fsf Exmh Boundary boundary BOUNDARY Alt alt mimepart NmP
    swift squirrel Pine LNX tencent ID MB TMDA GA related mixed alternative Multipart Sig Mixed enig MCPart
    eudora pegasus yahoo YahooMailNeo YahooMailClassic WebMail LISTMANAGERSQL LYRIS MDAEMON op SWIFT geopod
    ismtpd auto localhost ms REL ALT Al part b1 b2 b3""".split()
)
_RUN = re.compile(r"[A-Za-z0-9]+|[^A-Za-z0-9]")


def shape(text: str) -> str:
    """Letters and digits replaced by their kind and number; known words and other characters stay.

    >>> shape("----=_NextPart_000_003F_01CE98CE.6E826F90")
    '----=_NextPart_d3_X4_X8.X8'
    """
    return clip("".join(_kind(run) for run in _RUN.findall(text[:_SHAPE])), 200)


def _kind(run: str) -> str:
    if not run.isascii():
        return "?"
    if not run.isalnum() or run in _WORDS:
        return run
    letters = run.strip("0123456789")
    if not letters:
        kind = "d"
    elif _only(run, "abcdef"):
        kind = "x"
    elif _only(run, "ABCDEF"):
        kind = "X"
    elif run.isalpha() and run.islower():
        kind = "a"
    elif run.isalpha() and run.isupper():
        kind = "A"
    else:
        kind = "m"
    return f"{kind}{len(run)}"


def _only(run: str, letters: str) -> bool:
    return not run.strip("0123456789" + letters)


Facts = Iterator[Observation]


def style_facts(data: bytes, headers: Headers, root: Part) -> Facts:
    """Tokens of the outermost header section, of the structure, and of the head of the text."""
    fields = [field for field in headers.fields if field.key in WRITTEN][:200]
    yield from _header_style(data, fields)
    yield from _structure_style(data, root)
    yield from _text_style(data, root)


def _header_style(data: bytes, fields: list[Field]) -> Facts:
    first: dict[str, Field] = {}
    for field in fields:
        first.setdefault(field.key, field)
    agent = next((field for field in fields if field.key in ("x-mailer", "user-agent")), None)
    if agent is not None:
        yield Observation(name="mail.style.agent_field", value=agent.name, where=agent.where())
    identity = first.get("message-id")
    if identity is not None:
        stated = literal_text(identity.value(data)).strip(" \t<>")[:1000]
        local, _, host = stated.rpartition("@")
        author = literal_text(first["from"].value(data))[:2000].lower() if "from" in first else ""
        yield _token("identifier", shape(local or host) + "@" + _host(host, author), identity)
    if fields:
        names = ":".join(field.name for field in fields)
        yield Observation(name="mail.style.order", value=clip(names, 2000))
    yield from _spacing(data, first)
    version = first.get("mime-version")
    if version is not None:
        written = " ".join(literal_text(version.value(data)).split())
        if written:
            yield _token("version", written, version)
    date = first.get("date")
    if date is not None:
        yield _token("date", _date_style(literal_text(date.value(data))[:100]), date)
    yield from _encoded_words(data, fields)


def _host(host: str, author: str) -> str:
    if not host:
        return "none"
    if "." not in host:
        return "undotted"
    return "sender" if host.lower() in author else "other"


def _spacing(data: bytes, first: Mapping[str, Field]) -> Facts:
    gaps: dict[str, None] = {}
    for key, field in first.items():
        raw = data[field.value_at : min(field.end, field.value_at + 4096)].rstrip(b"\r\n")
        lead = raw[: len(raw) - len(raw.lstrip(b" \t"))]
        if lead != b" " and raw.strip():
            gaps["none" if not lead else "tab" if lead == b"\t" else "blanks"] = None
        lines = raw.splitlines()
        if key in _FOLDED and len(lines) > 1:
            indent = lines[1][: len(lines[1]) - len(lines[1].lstrip(b" \t"))]
            name = {b" ": "space", b"\t": "tab"}.get(indent, f"blanks{min(len(indent), 99)}")
            longest = max(len(lines[0]) + len(field.name) + 1, *(len(line) for line in lines[1:]))
            width = next((w for w in (72, 76, 78, 100, 998) if longest <= w), 9999)
            yield _token("folding", f"{key} {name} {width}", field)
    if gaps:
        yield Observation(name="mail.style.gap", value="+".join(gaps))


_WORD = re.compile(rb"=\?([A-Za-z0-9_.*:-]{1,40})\?([bBqQ])\?")


def _encoded_words(data: bytes, fields: list[Field]) -> Facts:
    seen: dict[str, Field] = {}
    for field in fields:
        raw = field.folded(data)[:8192]
        if b"=?" in raw:
            for found in _WORD.finditer(raw):
                spelled = f"{field.key} {found[1].decode('ascii')}?{found[2].decode('ascii')}"
                seen.setdefault(spelled, field)
                if len(seen) >= _KEPT:
                    break
    for spelled, field in list(seen.items())[:_KEPT]:
        yield _token("encoded_word", spelled, field)


_DATE = re.compile(
    r"\s*(?:(?P<day>[A-Za-z]{3,9})(?P<comma>,?)(?P<blank>\s*))?(?P<date>\d{1,2}) [A-Za-z]{3} \d{2,4} "
    r"\d\d:\d\d(?P<seconds>:\d\d)?\s*(?P<zone>[+-]\d{4}|[A-Za-z]{1,5})?(?P<comment>\s*\(.*\))?\s*\Z"
)


def _date_style(text: str) -> str:
    found = _DATE.match(text)
    if found is None:
        return "other"
    day = found["date"]
    padded = "padded" if day[0] == "0" else "plain" if len(day) == 1 else "two"
    zone = found["zone"] or "none"
    words = [
        "weekday" if found["day"] else "",
        "nocomma" if found["day"] and not found["comma"] else "",
        "wide" if len(found["blank"] or " ") > 1 else "",
        padded,
        "" if found["seconds"] else "noseconds",
        "offset" if zone[0] in "+-" else zone,
        "comment" if found["comment"] else "",
    ]
    return " ".join(filter(None, words))


def _structure_style(data: bytes, root: Part) -> Facts:
    yield Observation(name="mail.style.tree", value=clip(_tree(root, 0), _TOKEN))
    boundaries: dict[str, Part] = {}
    parts: dict[str, Part] = {}
    widths: dict[int, Part] = {}
    for number, part in enumerate(root.walk()):
        if number >= 50:
            break
        if part.boundary is not None:
            boundaries.setdefault(shape(part.boundary), part)
        parts.setdefault(_part_style(data, part, part is root), part)
        if not part.children and transfer_encoding(data, part) == "base64":
            line = data[part.body : min(part.end, part.body + 2000)].lstrip().split(b"\n", 1)[0].rstrip()
            if len(line) > 56:
                widths.setdefault(len(line), part)
    for spelled, part in list(boundaries.items())[:_KEPT]:
        if spelled:
            yield Observation(name="mail.style.boundary", value=spelled, where=part.where)
    for spelled, part in list(parts.items())[:_KEPT]:
        yield Observation(name="mail.style.part", value=spelled, where=part.where)
    for width, part in list(widths.items())[:_KEPT]:
        yield Observation(name="mail.style.base64_width", value=width, where=part.where)


_PLAIN_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")


def _tree(part: Part, level: int) -> str:
    kind = part.type if _PLAIN_TYPE.fullmatch(part.type) else "other/other"
    main, _, sub = kind.partition("/")
    name = sub if main in ("multipart", "text") else main
    if not part.children:
        return name
    if level >= 5:
        return f"{name}(...)"
    inner = ",".join(_tree(child, level + 1) for child in part.children[:8])
    return f"{name}({inner}{',...' if len(part.children) > 8 else ''})"


_PARAMETER = re.compile(rb";(\s*)([A-Za-z*0-9-]{1,30})(\s?=\s?)(\"?)([A-Za-z0-9._-]{0,20})")


def _part_style(data: bytes, part: Part, outermost: bool) -> str:
    """Kind of the part, its fields as spelled, and how the Content-Type states its parameters."""
    kind = part.main if part.main in ("text", "multipart", "message") else "file"
    fields = [f for f in part.headers.fields if not outermost or f.key.startswith(("content-", "mime-"))]
    names = ":".join(field.name for field in fields[:12])
    stated = part.content_type
    words = [("whole " if outermost else "") + kind, clip(names, 200)]
    if stated is not None:
        for found in _PARAMETER.finditer(stated.folded(data)[:600]):
            gap, name, equals, quote, value = found.groups()
            space = "fold" if b"\n" in gap else "space" if gap else "tight"
            if b"\t" in gap:
                space += "-tab"
            shown = value.decode("ascii") if name.lower() in (b"charset", b"format", b"delsp") else ""
            sign = "=" if equals == b"=" else " = "
            words.append(f"{space} {name.decode('ascii')}{sign}{quote.decode('ascii')}{shown}")
            if len(words) > 7:
                break
    return clip("|".join(words), _TOKEN)


#: literals, since each is looked for in every mail
_HTML_MARKS: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("outlook-word", (b"urn:schemas-microsoft-com:office:", b"<o:p>", b"MsoNormal")),
    ("outlook-web", (b"elementToProof", b"divRplyFwdMsg", b"divtagdefaultwrapper", b"appendonsend")),
    ("apple", (b"Apple-interchange-newline", b"after-white-space", b"-webkit-nbsp-mode")),
    ("gmail", (b"gmail_quote", b"gmail_default", b"gmail_signature", b"gmail_attr", b"gmail_extra")),
    (
        "mozilla",
        (b"moz-cite", b"moz-signature", b"moz-txt", b"moz-forward", b'bgcolor="#FFFFFF" text="#000000"',
         b'bgcolor="#ffffff" text="#000000"'),
    ),
    ("yahoo", (b"yahoo_quoted", b'"yiv')),
    ("proton", (b"protonmail_quote", b"protonmail_signature")),
    ("lotus", (b'<font size=2 face="sans-serif">',)),
    ("outlook-express", (b'<META content="MSHTML ',)),
)  # fmt: skip
_GENERATOR = re.compile(
    rb"<meta[^>]{0,99}?name=[\"']?generator[\"']?[^>]{0,40}?content=[\"']?([A-Za-z][A-Za-z0-9 ./()_-]{1,50})",
    re.IGNORECASE,
)
_SEPARATORS: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("dashes-blank", (b"\n-- \n",)),
    ("dashes", (b"\n--\n",)),
    ("underscores", (b"\n__________",)),
    ("sent-from", (b"\nSent from my i", b"\nVon meinem i", b"\nInviato da i", b" de mon iP")),
)


def _text_style(data: bytes, root: Part) -> Facts:
    plain = html = None
    for number, part in enumerate(root.walk()):
        if number >= 50 or (plain is not None and html is not None):
            break
        if part.type == "text/plain" and plain is None:
            plain = part
        elif part.type == "text/html" and html is None:
            html = part
    found = [(kind, part) for kind, part in (("plain", plain), ("html", html)) if part is not None]
    for kind, part in found:
        if part.end <= part.body:
            continue
        encoding = transfer_encoding(data, part)
        raw = data[part.body : min(part.end, part.body + _HEAD)]
        if kind == "plain" and encoding != "base64":
            width = max(map(len, raw.splitlines()), default=0)
            yield Observation(name="mail.style.text_width", value=width, where=part.where)
        if encoding == "quoted-printable":
            yield from _quoted(raw, part.where)
        text = _decoded_head(data, part, encoding)
        if kind == "plain":
            lines = b"\n" + text.replace(b"\r\n", b"\n") + b"\n"
            for name, marks in _SEPARATORS:
                if any(mark in lines for mark in marks):
                    yield Observation(name="mail.style.signature", value=name, where=part.where)
        else:
            for name, marks in _HTML_MARKS:
                if any(mark in text for mark in marks):
                    yield Observation(name="mail.style.html", value=name, where=part.where)
            named = b"enerator" in text or b"ENERATOR" in text
            stated = _GENERATOR.search(text) if named else None
            if stated:
                value = "generator " + " ".join(stated[1].decode("ascii").split())
                yield Observation(name="mail.style.html", value=clip(value, 80), where=part.where)


def _decoded_head(data: bytes, part: Part, encoding: str) -> bytes:
    if part.end - part.body <= _HEAD:
        return content(data, part, encoding).data
    head = Part(
        part.number, part.start, part.body + _HEAD, part.headers, part.body, part.type, part.params,
        part.content_type,
    )  # fmt: skip
    return content(data, head, encoding).data


_QP = re.compile(rb"=([0-9A-Fa-f]{2})")


def _quoted(raw: bytes, where: Location) -> Facts:
    """Width of soft breaks, letter case of the digits, and which harmless characters are encoded."""
    lines = raw.splitlines()
    soft = max((len(line) for line in lines if line.endswith(b"=")), default=0)
    codes = {found[1] for found in _QP.finditer(raw)}
    words = [f"soft{soft}" if soft else "", "lower" if any(c != c.upper() for c in codes) else ""]
    upper = {code.upper() for code in codes}
    needless = (
        (b"20", "blank"), (b"2E", "dot"), (b"46", "F"), (b"2D", "dash"), (b"22", "quote"), (b"09", "tab")
    )  # fmt: skip
    words += [name for code, name in needless if code in upper]
    shown = " ".join(filter(None, words))
    if shown:
        yield Observation(name="mail.style.quoted_printable", value=shown, where=where)


def _token(name: str, value: str, field: Field) -> Observation:
    shown = "".join(letter if "\x20" <= letter < "\x7f" else "?" for letter in value)
    return Observation(name=f"mail.style.{name}", value=clip(shown, _TOKEN), where=field.where())
