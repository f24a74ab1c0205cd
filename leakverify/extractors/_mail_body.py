"""What the body of a message carries: its parts, attachments and text."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import (
    Child,
    Context,
    Declared,
    Fault,
    clip,
    content,
    count,
    text,
    token,
    when,
)
from leakverify.extractors._mail_charset import codec_of, decode, decode_unlabelled
from leakverify.extractors._mail_dates import read_date
from leakverify.extractors._mail_headers import Headers
from leakverify.extractors._mail_html import MARKUP, declared_charset, html_lines
from leakverify.extractors._mail_mime import (
    UUENCODE,
    Part,
    file_name,
    parameters,
    read_parts,
    transfer_encoding,
)
from leakverify.extractors._mail_mime import content as undo
from leakverify.extractors._mail_quotes import QUOTE_VOCABULARY, quote_events
from leakverify.extractors._mail_style import style_facts
from leakverify.extractors._mail_words import literal_text
from leakverify.extractors._smime import (
    SIGNATURES,
    SIGNED_BYTES,
    SMIME_VOCABULARY,
    clear_events,
    opaque_events,
)

BODY_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "mail.mime.type": token("media type of a part; part is its number as in IMAP", repeats=True),
        "mail.mime.boundary": token("boundary of a multipart", repeats=True),
        "mail.mime.encoding": token("transfer encoding of a part", repeats=True),
        "mail.mime.charset": token("charset that a part states", repeats=True),
        "mail.mime.preamble": token("text before the first boundary of a multipart", repeats=True),
        "mail.mime.epilogue": count("length of what follows the last boundary", "bytes", repeats=True),
        "mail.mime.content_id": token("Content-ID of a part, without its brackets", repeats=True),
        "mail.wrapper": token(
            "content wrapped once more: smime-signed, smime-encrypted, smime-opaque, pgp-signed, "
            "pgp-encrypted, pgp-inline, tnef, uuencode, yenc",
            repeats=True,
        ),
        "mail.attachment.name": text("file name that a part states", repeats=True),
        "mail.attachment.type_name": text(
            "another file name in the Content-Type of the same part", repeats=True
        ),
        "mail.attachment.size": count("length of a carried document, decoded", "bytes", repeats=True),
        "mail.attachment.created": when("creation date of a file as its mail states it", repeats=True),
        "mail.attachment.modified": when("modification date of a file as its mail states it", repeats=True),
        "mail.attachment.date_malformed": text("such a date that is none", repeats=True),
        "mail.text": content("text of a part, HTML reduced to its words", repeats=True),
        **QUOTE_VOCABULARY,
        **SMIME_VOCABULARY,
    }
)

_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
#: object identifier 1.2.840.113549.1.7 in DER; the byte after it says signed (2) or enveloped (3)
_CMS = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
_SMIME_SIGNATURE = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_HTML = frozenset({"text/html", "text/x-amp-html", "text/watch-html", "application/xhtml+xml"})
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
#: text types that programs write to be opened by a program
_TEXT_FILES = frozenset({"text/rtf", "text/richtext", "text/x-vcard", "text/vcard", "text/directory"})
_PREAMBLE = 200
_BINARY_TO_TEXT = re.compile(
    rb"^(?:(?P<uuencode>begin(?:-base64)? [0-7]{3,4} \S)"
    rb"|(?P<yenc>=ybegin (?:part=\d+ )?(?:total=\d+ )?line=\d)"
    rb"|(?P<pgp>-----BEGIN PGP (?:SIGNED )?MESSAGE-----))",
    re.MULTILINE,
)
_VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")

Events = Iterator[Observation | Fault | Child]


def body_events(data: bytes, headers: Headers, start: int, end: int, context: Context) -> Events:
    """Parts in the order written: first their structure, then what they carry, then their text."""
    root, cut = read_parts(data, headers, start, end, context.limits.pages)
    if cut:
        yield Fault("limit-pages", f"more than {context.limits.pages} parts")
    parts = list(root.walk())
    yield from style_facts(data, headers, root)
    encodings = [transfer_encoding(data, part) for part in parts]
    for part, encoding in zip(parts, encodings, strict=True):
        yield from _structure(data, part, encoding)
        if part is not root:  # those of the outermost fields are told with these
            for irregular in part.headers.irregular:
                yield Fault("malformed", irregular, part.where)
    signatures = yield from _clear_signed(data, parts)
    readable: list[tuple[Part, str]] = []
    for part, encoding in zip(parts, encodings, strict=True):
        if part.number in signatures or part.children:
            continue
        if part.main == "multipart" and part.preamble is not None:
            continue
        name = _names(data, part)
        if _is_text(part, name):
            readable.append((part, encoding))
        else:
            yield from _carried(data, part, encoding, name)
    # not put off to a second pass: reading it costs a tenth of what starting another child does
    if any(part.end > part.body for part, _ in readable):
        yield from _texts(data, readable, context.limits.text_chars)


def _clear_signed(
    data: bytes, parts: Sequence[Part]
) -> Generator[Observation | Fault | Child, None, set[str]]:
    """Facts of clear-signed parts; returns the numbers of the parts that are such signatures."""
    numbers: set[str] = set()
    left = SIGNED_BYTES
    for whole in parts:
        if whole.type != "multipart/signed" or len(whole.children) < 2:
            continue
        signed, signature = whole.children[0], whole.children[1]
        if signature.type not in _SMIME_SIGNATURE or signature.children:
            continue
        left -= signed.end - signed.start
        if len(numbers) >= SIGNATURES or left < 0:
            yield Fault("limit-answer", "more signatures or signed content than is verified", whole.where)
            break
        end = signed.end
        if signed.children and data[end - 1 : end] == b"\n":  # the break before a boundary belongs to it
            end -= 2 if data[end - 2 : end - 1] == b"\r" else 1
        raw, _ = undo(data, signature, transfer_encoding(data, signature))
        covered = Location(part=signed.number, offset=signed.start, length=max(end - signed.start, 0))
        numbers.add(signature.number)
        yield from clear_events(data[signed.start : end], raw, covered, signature.where)
    return numbers


def _structure(data: bytes, part: Part, encoding: str) -> Events:
    where = part.where
    stated = part.content_type
    raw = None if stated is None else clip(literal_text(stated.value(data)), 1000)
    kind = " ".join(part.type.split())
    yield Observation(name="mail.mime.type", value=clip(kind, 200), where=where, raw=raw)
    if part.boundary is not None:
        yield Observation(name="mail.mime.boundary", value=clip(part.boundary, 1000), where=where)
    if encoding:
        yield Observation(name="mail.mime.encoding", value=clip(encoding, 200), where=where)
    charset = " ".join(part.params.get("charset", "").split())
    if charset:
        yield Observation(name="mail.mime.charset", value=clip(charset.lower(), 200), where=where)
    identity = part.first("content-id")
    if identity is not None:
        value = _VISIBLE.search(identity.value(data).decode("latin-1").strip("<> "))
        if value:
            yield Observation(name="mail.mime.content_id", value=value[0], where=where)
    if part.preamble is not None:
        words = data[part.preamble[0] : min(part.preamble[1], part.preamble[0] + 2 * _PREAMBLE)].split()
        if words:
            value_text = decode_unlabelled(b" ".join(words))[:_PREAMBLE]
            at = Location(
                part=part.number, offset=part.preamble[0], length=part.preamble[1] - part.preamble[0]
            )
            yield Observation(name="mail.mime.preamble", value=value_text, where=at)
    if part.epilogue is not None:
        length = part.epilogue[1] - part.epilogue[0]
        if length:
            at = Location(part=part.number, offset=part.epilogue[0], length=length)
            yield Observation(name="mail.mime.epilogue", value=length, where=at)
    for wrapper in _wrappers(part):
        yield Observation(name="mail.wrapper", value=wrapper, where=where)
        if wrapper == "pgp-encrypted":
            yield Fault("encrypted", wrapper, where)
    for code, detail in part.irregular:
        yield Fault(code, detail, where)


def _wrappers(part: Part) -> Iterator[str]:
    kind = part.type
    protocol = part.params.get("protocol", "").lower()
    if kind == "multipart/signed":
        if protocol in _SMIME_SIGNATURE:
            yield "smime-signed"
        elif protocol == "application/pgp-signature":
            yield "pgp-signed"
    elif kind == "multipart/encrypted":
        yield "pgp-encrypted"
    elif kind in _TNEF:
        yield "tnef"


def _names(data: bytes, part: Part) -> tuple[str, str]:
    """File names stated in Content-Disposition and in Content-Type."""
    return (
        file_name(data, part.first("content-disposition"), "filename"),
        file_name(data, part.content_type, "name"),
    )


def _is_text(part: Part, names: tuple[str, str]) -> bool:
    """Whether a leaf is for reading, not for opening."""
    if part.type in _MESSAGES:
        return False
    if part.main in ("message", "multipart"):  # reports; a multipart that could not be split
        return True
    return part.main == "text" and part.type not in _TEXT_FILES and not any(names)


def _carried(data: bytes, part: Part, encoding: str, names: tuple[str, str]) -> Events:
    where = part.where
    disposed, typed = names
    stated = disposed or typed
    if stated:
        yield Observation(name="mail.attachment.name", value=clip(stated), where=where)
    if disposed and typed and disposed != typed:
        yield Observation(name="mail.attachment.type_name", value=clip(typed), where=where)
    role = _role(data, part)
    field = part.first("content-disposition")
    if field is not None:
        yield from _file_dates(field.folded(data).decode("ascii", "replace"), where)
    message = part.type in _MESSAGES
    inner, complaint = undo(data, part, encoding)
    if complaint:
        yield Fault("malformed", complaint, where)
    if encoding in UUENCODE:
        yield Observation(name="mail.wrapper", value="uuencode", where=where)
    if part.type in _SMIME:
        kind = _smime(part, inner)
        yield Observation(name="mail.wrapper", value=kind, where=where)
        if kind == "smime-encrypted":
            yield Fault("encrypted", kind, where)
        elif (yield from opaque_events(inner, where)):
            yield Observation(name="mail.attachment.size", value=len(inner), where=where)
            return
    yield Observation(name="mail.attachment.size", value=len(inner), where=where)
    if inner:
        name = clip(stated) or f"{'message' if message else 'part'} {part.number}"
        yield Child(name=name, data=inner, role="message" if message else role, where=where)


def _smime(part: Part, inner: bytes) -> str:
    """Kind of a CMS object: by its content type (RFC 5652 section 4 to 6), else by what the mail says."""
    at = inner.find(_CMS, 0, 64)
    kind = inner[at + len(_CMS) : at + len(_CMS) + 1] if at >= 0 else b""
    stated = part.params.get("smime-type", "").lower()
    sealed = kind in (b"\x03", b"\x06") if kind else stated in ("enveloped-data", "authenveloped-data")
    return "smime-encrypted" if sealed else "smime-opaque"


def _role(data: bytes, part: Part) -> str:
    """``inline`` for what is shown inside the text, ``attachment`` for what is handed over."""
    field = part.first("content-disposition")
    if field is not None:
        word = parameters(field.folded(data).decode("ascii", "replace"))[0].lower()
        return "inline" if word == "inline" else "attachment"
    return "inline" if part.first("content-id") is not None else "attachment"


def _file_dates(disposition: str, where: Location) -> Events:
    found = parameters(disposition)[1]
    for parameter, name in (
        ("creation-date", "mail.attachment.created"),
        ("modification-date", "mail.attachment.modified"),
    ):
        literal = " ".join(found.get(parameter, "").split())
        if not literal:
            continue
        date = read_date(literal)
        if date is None:
            yield Observation(name="mail.attachment.date_malformed", value=clip(literal, 400), where=where)
        else:
            yield Observation(name=name, value=date.value, where=where, raw=clip(literal, 400))


def _texts(data: bytes, parts: list[tuple[Part, str]], left: int) -> Events:
    """The text of every readable part, until ``left`` characters are used up."""
    for part, encoding in parts:
        if part.end <= part.body:
            continue
        where = part.where
        if left <= 0:
            yield Fault("limit-text", "text of further parts was left out", where)
            return
        inner, complaint = undo(data, part, encoding)
        if complaint:
            yield Fault("malformed", complaint, where)
        if encoding in UUENCODE:
            yield Observation(name="mail.wrapper", value="uuencode", where=where)
        for kind in _embedded(inner):
            # what follows is text to its reader, and left as it is
            yield Observation(name="mail.wrapper", value=kind, where=where)
            if kind != "pgp-inline":
                yield Fault("unsupported-feature", kind, where)
        read, depths, cut = _read(inner, part, left)
        if cut:
            yield Fault("limit-text", f"more than {left} characters", where)
        if read.strip():
            left -= len(read)
            yield Observation(name="mail.text", value=read, where=where)
            yield from quote_events(data, part, encoding, inner, read, depths)


def _embedded(inner: bytes) -> tuple[str, ...]:
    """Kinds of binary-to-text wrapping that begin inside the text, each once."""
    if b"begin" not in inner and b"-----BEGIN PGP" not in inner:
        return ()
    found: dict[str, None] = {}
    for match in _BINARY_TO_TEXT.finditer(inner):
        found["pgp-inline" if match["pgp"] else "yenc" if match["yenc"] else "uuencode"] = None
        if len(found) == 3:
            break
    return tuple(found)


def _read(inner: bytes, part: Part, left: int) -> tuple[str, Sequence[int] | None, bool]:
    """The text, how often each line is quoted in HTML, and whether some was left out."""
    charset = part.params.get("charset", "").strip()
    if part.type not in _HTML:
        most = left * 4  # bytes; no charset needs more for a character
        whole = decode(inner[:most], charset)
        return whole[:left], None, len(inner) > most or len(whole) > left
    if not codec_of(charset):
        charset = declared_charset(inner)
    markup = decode(inner[: MARKUP * 4], charset)
    return html_lines(markup, left)
