"""Mail recipes of forgers who let a script write: parts put back by a library, fields taken from other mails.

What was changed is small; the library writes the part, or the whole mail, its own way, and what servers and
Outlook had noted of the mail stays as it was.  Python's own classes are used the way scripts use them.
"""

from __future__ import annotations

import email
import email.policy
import random
import re
from datetime import timedelta
from email import encoders
from email.message import EmailMessage, Message
from email.utils import format_datetime, formataddr, make_msgid

from tests.forge.mail import _eol, _set_header, _split, headers, received, stated
from tests.forge.mail_clients import (
    APPLE,
    BIRD,
    OUTLOOK,
    Story,
    as_written_by,
    boundary,
    delivered,
    identifier,
    story,
)
from tests.forge.recipe import altered, benign
from tests.forge.tools import DoesNotApply

_FIGURE = re.compile(r"(?<![\w=.%/-])\d{2,6}(?:[ .,]\d{2,3})?(?![\w=%/-])")


def _raised(text: str, seed: int) -> str:
    found = list(_FIGURE.finditer(text[:20_000]))
    if not found:
        raise DoesNotApply("no figure in the text")
    chosen = random.Random(seed).choice(found)
    return text[: chosen.start()] + str(int(chosen[0][0]) % 9 + 1) + chosen[0][1:] + text[chosen.end() :]


def _text_part(message: Message) -> Message:
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.get_filename():
            return part
    raise DoesNotApply("no plain text")


def _decoded(part: Message) -> str:
    held = part.get_payload(decode=True)
    if not isinstance(held, bytes):
        raise DoesNotApply("no text")
    return held.decode(part.get_content_charset() or "ascii", "replace").replace("\r\n", "\n")


def _written(message: Message, data: bytes) -> bytes:
    try:
        made = message.as_bytes()
    except Exception as error:  # the standard library fails on some malformed headers
        raise DoesNotApply(f"the library cannot write it: {error}") from error
    return re.sub(rb"\r?\n", _eol(data), made)


@altered("mail", question="content")
def text_put_back_by_script(data: bytes, *, seed: int = 0) -> bytes:
    """A figure of the text exchanged with ``part.set_payload(text, "utf-8")``, as most scripts do.

    The part is then base64 and its fields stand in another order, which an examiner sees.  Many programs write
    base64, too.
    """
    _split(data)
    message = email.message_from_bytes(data)
    part = _text_part(message)
    text = _raised(_decoded(part), seed)
    for name in ("Content-Transfer-Encoding", "MIME-Version"):
        del part[name]
    part.set_payload(text, "utf-8")
    return _written(message, data)


@altered("mail", question="content")
def attachment_put_back_by_script(data: bytes, *, seed: int = 0) -> bytes:
    """The bytes of an attachment exchanged with ``set_payload`` and ``encode_base64``.

    An examiner finds base64 in lines as Python cuts them, which is how most programs cut them.
    """
    _split(data)
    message = email.message_from_bytes(data)
    for part in message.walk():
        if part.get_filename() and not part.is_multipart():
            held = part.get_payload(decode=True)
            if not isinstance(held, bytes) or len(held) < 200:
                continue
            at = random.Random(seed).randrange(100, len(held))
            part.set_payload(held[:at] + bytes([held[at] ^ 1]) + held[at + 1 :])
            del part["Content-Transfer-Encoding"]
            encoders.encode_base64(part)
            return _written(message, data)
    raise DoesNotApply("no attachment")


@altered("mail", question="content", expects=("LV-MAIL-030",), trace="structure")
def rewritten_by_script(data: bytes, *, seed: int = 0) -> bytes:
    """A mail of an ordinary program read by a script, a sentence put in, written with ``EmailMessage``.

    Every field of the head is copied; the parts are the library's, by which an examiner tells it.
    """
    told = story(data, seed)
    program = told.draw.choice((OUTLOOK, APPLE, BIRD))
    genuine = delivered(as_written_by(program, told), told)
    kept = email.message_from_bytes(genuine)
    made = EmailMessage(policy=email.policy.SMTP)
    for name, value in kept.items():
        if not name.lower().startswith(("content-", "mime-")):
            made[name] = " ".join(value.split())
    made.set_content(told.text + "\nMerci de virer 48 000 EUR avant vendredi.\n")
    made.add_alternative(f"<p>{told.text[:200]}</p><p>48 000 EUR</p>", subtype="html")
    return made.as_bytes()


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="faint")
def sent_item_by_script(data: bytes, *, seed: int = 0) -> bytes:
    """A mail of the folder of sent items, never delivered: name and identifier of a program, the rest Python's.

    An export that packs mail anew leaves the same separators, so an examiner finds one in ten: by a Date whose
    day Python writes with a nought.
    """
    told = story(data, seed)
    program = told.draw.choice((OUTLOOK, APPLE, BIRD))
    name = {
        OUTLOOK: ("X-Mailer", "Microsoft Outlook 16.0"),
        APPLE: ("X-Mailer", "Apple Mail (2.3696.100.31)"),
    }
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = formataddr(told.author)
    made["To"] = formataddr(told.reader)
    made["Subject"] = told.subject
    made["Date"] = format_datetime(told.date)
    made["Message-ID"] = f"<{identifier(program, told)}>"
    field, value = name.get(program, ("User-Agent", "Mozilla Thunderbird"))
    made[field] = value
    made.set_content(told.text)
    made.add_alternative(f"<p>{told.text[:200]}</p>", subtype="html")
    return made.as_bytes()


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="faint")
def sent_item_with_its_separators(data: bytes, *, seed: int = 0) -> bytes:
    """The same with separators of the program as well.

    What is left to an examiner is how Python orders and spells fields.
    """
    made = email.message_from_bytes(sent_item_by_script(data, seed=seed), policy=email.policy.SMTP)
    told = story(data, seed)
    program = told.draw.choice((OUTLOOK, APPLE, BIRD))
    made.set_boundary(boundary(program, told))
    return made.as_bytes()


def _modern(data: bytes, seed: int) -> bytes:
    """The story as an ordinary program of today tells it, delivered: servers of 2002 noted nothing."""
    told = story(data, seed)
    return delivered(as_written_by(told.draw.choice((APPLE, BIRD)), told), told)


def noted(data: bytes, *, server: str = "mx.cabinet-roussel.example") -> bytes:
    """Taken in by a server that notes whose domain stood in From, as all large ones do (RFC 8601)."""
    author = re.search(r"@([\w.-]+\.\w+)", str(headers(data)["From"] or ""))
    if author is None:
        raise DoesNotApply("no author")
    domain = author[1].lower()
    line = (
        f"Authentication-Results: {server}; spf=pass smtp.mailfrom={domain};\n"
        f" dmarc=pass (p=none sp=none) header.from={domain}\n"
    )
    eol = _eol(data)
    return line.encode("ascii").replace(b"\n", eol) + data


@altered("mail", question="origin", expects=("LV-MAIL-037",), trace="explicit")
def author_exchanged(data: bytes, *, seed: int = 0) -> bytes:
    """Another author of another house is written into From; what the receiving server noted stays.

    An examiner reads header.from in Authentication-Results.
    """
    made = noted(_modern(data, seed))
    name = random.Random(seed).choice(("Paul Delmas", "Anne Le Goff", "Marc Rivoire"))
    return _set_header(made, "From", f"{name} <{name.lower().replace(' ', '.')}@ministere-budget.example>")


def by_outlook(data: bytes, seed: int) -> tuple[bytes, Story]:
    """The story as Outlook sends it through Exchange: conversation, its topic, and the identifier once more."""
    import base64

    told = story(data, seed)
    message = as_written_by(OUTLOOK, told)
    ticks = int((told.date.timestamp() + 11_644_473_600) * 10_000_000)
    index = ticks.to_bytes(8, "big")[:6] + told.draw.randbytes(16)
    subject = headers(message)["Subject"]
    identity = headers(message)["Message-ID"]
    added = (
        f"Thread-Topic: {subject}\r\nThread-Index: {base64.b64encode(index).decode()}\r\n"
        f"X-MS-Has-Attach:\r\nX-MS-TNEF-Correlator: {identity}\r\n"
    )
    return delivered(added.encode() + message, told), told


@altered("mail", question="content", expects=("LV-MAIL-037",), trace="explicit")
def subject_exchanged(data: bytes, *, seed: int = 0) -> bytes:
    """Another subject over a mail that Outlook sent; the topic of the conversation stays.

    An examiner compares Subject with Thread-Topic in the first mail of a conversation.
    """
    made, told = by_outlook(data, seed)
    return _set_header(
        made, "Subject", told.draw.choice(("Versement en liquide", "Compte a Chypre", "A detruire"))
    )


@altered("mail", question="origin", expects=("LV-MAIL-037",), trace="explicit")
def identifier_exchanged(data: bytes, *, seed: int = 0) -> bytes:
    """A new Message-ID, so that the copy does not meet its original; Exchange had noted the old one.

    An examiner compares Message-ID with X-MS-TNEF-Correlator.
    """
    made, told = by_outlook(data, seed)
    return _set_header(made, "Message-ID", f"<{identifier(OUTLOOK, told)}>")


@altered("mail", question="content")
def accent_typed_in(data: bytes, *, seed: int = 0) -> bytes:
    """A line with an accent typed into a text that says of itself that it has none.

    Servers and careless programs leave such texts, too: an examiner finds nothing that must be.
    """
    _split(data)
    message = email.message_from_bytes(data)
    part = _text_part(message)
    if part.get("Content-Transfer-Encoding", "7bit").lower() not in ("7bit", "quoted-printable"):
        raise DoesNotApply("a text that may hold any byte")
    held = str(part.get_payload()).encode("ascii", "replace")
    at = data.find(held[:60].replace(b"\n", _eol(data))) if held.strip() else -1
    if at < 0:
        raise DoesNotApply("the text is not found again")
    return data[:at] + "Le montant dû est de 48 000 €.".encode() + _eol(data) + data[at:]


@altered("mail", question="origin", expects=("LV-MAIL-001", "LV-MAIL-021", "LV-MAIL-003"), trace="structure")
def trace_of_another_mail(data: bytes, *, seed: int = 0) -> bytes:
    """Invented by a script under the Received lines of a genuine mail, their times typed anew for weeks later.

    An examiner decodes the numbers that the servers gave the other mail.
    """
    from tests.forge.mail_clocks import _TRACE, _any_clock, _move_trace

    _any_clock(data)
    if not received(data):
        raise DoesNotApply("no trace")
    by = timedelta(days=random.Random(seed).randrange(20, 90), hours=2, minutes=11)
    moved = _move_trace(data, by)
    trace = b"".join(found[0].rstrip() + _eol(data) for found in _TRACE.finditer(_split(moved)[0]))
    told = story(data, seed)
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = str(headers(data)["From"])
    made["To"] = formataddr(told.reader)
    made["Subject"] = told.subject
    made["Date"] = format_datetime(stated(data) + by)
    made["Message-ID"] = make_msgid(domain=told.domain)
    made.set_content(told.text)
    return trace + re.sub(rb"\r?\n", _eol(data), made.as_bytes())


@benign("mail")
def noted_on_its_way(data: bytes, *, seed: int = 0) -> bytes:
    """Taken in by a server that notes the author's domain."""
    return noted(_modern(data, seed))


@benign("mail")
def noted_and_passed_on_by_a_list(data: bytes, *, seed: int = 0) -> bytes:
    """A list that writes itself into From, as it does for houses with a strict policy, and keeps the notes."""
    made = noted(_modern(data, seed), server="listes.example")
    old = str(headers(made)["From"])
    made = _set_header(made, "From", "Bureau via liste <bureau@listes.example>")
    eol = _eol(made)
    line = ("X-Original-From: " + " ".join(old.split())).encode("ascii", "replace")
    return b"List-Id: Bureau <bureau.listes.example>" + eol + line + eol + made


@benign("mail")
def by_outlook_through_exchange(data: bytes, *, seed: int = 0) -> bytes:
    """Outlook and Exchange as they are."""
    return by_outlook(data, seed)[0]


@benign("mail")
def by_outlook_marked_by_a_filter(data: bytes, *, seed: int = 0) -> bytes:
    """A filter that writes a warning before the subject."""
    made, told = by_outlook(data, seed)
    return _set_header(made, "Subject", f"[EXTERNE] {told.subject}".encode("ascii", "replace").decode())
