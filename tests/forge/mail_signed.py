"""Signed mail, altered after it was signed, and handled as mail is: with a key whose public half comes along.

Genuine mails are signed first, by dkimpy, as the server of their author's domain would have done two seconds
after their Date; what a recipe does, it does to the signed mail.
"""

from __future__ import annotations

import base64
import email
import functools
import random
import re
from datetime import timedelta
from email.utils import format_datetime, parseaddr
from unittest import mock

from leakverify.dkim.keys import Key
from leakverify.references import References
from tests.forge.mail import _eol, _set_header, _split, attachments, stated
from tests.forge.recipe import Forged, altered, benign
from tests.forge.tools import DoesNotApply

SELECTOR = "recipe"
_NEEDS = ("dkim",)
_SIGNED = (
    "from", "to", "cc", "subject", "date", "message-id", "reply-to", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding",
)  # fmt: skip
_ONCE = ("from", "subject", "date")
_FOOTER = (
    "_______________________________________________",
    "Council mailing list",
    "Council@lists.example",
    "https://lists.example/mailman/listinfo/council",
)


@functools.cache
def private_key() -> tuple[bytes, str]:
    """A key in PEM, and the text of its DNS record; made once in each process."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65_537, 1_024)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return secret, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def author_domain(data: bytes) -> str:
    """Domain of the author's address. Raises ``DoesNotApply``."""
    domain = parseaddr(str(email.message_from_bytes(data).get("From", "")))[1].rpartition("@")[2].lower()
    if not re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", domain):
        raise DoesNotApply("no address to sign for")
    return domain


def sign(data: bytes, *, length: bool = False, form: bytes = b"relaxed/relaxed") -> tuple[bytes, References]:
    """The mail with a signature of its author's domain on top, and the key. Raises ``DoesNotApply``.

    From, Subject and Date are counted once more than they occur, so that none can be added.
    """
    import dkim

    plain = re.sub(rb"\A>?From [^\r\n]*\r?\n", b"", data)
    head, _ = _split(plain)
    names = [name.lower().decode() for name in re.findall(rb"(?m)^([!-9;-~]+):", head)]
    if any(names.count(name) != 1 for name in _ONCE) or b"\x00" in plain:
        raise DoesNotApply("From, Subject and Date once each are wanted")
    domain, moment = author_domain(plain), stated(plain) + timedelta(seconds=2)
    if moment.year < 2008:
        raise DoesNotApply("from before mail was signed like this (RFC 4871 is of May 2007)")
    secret, record = private_key()
    covered = [name for name in _SIGNED if name in names]
    with mock.patch("dkim.time.time", return_value=moment.timestamp()):
        header = dkim.sign(
            plain, SELECTOR.encode(), domain.encode(), secret, canonicalize=tuple(form.split(b"/")),
            include_headers=[name.encode() for name in (*covered, *_ONCE)], length=length,
        )  # fmt: skip
    eol = _eol(plain)
    key = Key(domain=domain, selector=SELECTOR, record=record)
    signed = header.replace(b"\r\n", b"\n").replace(b"\n", eol) + plain
    return signed, References(dkim_keys=(key,))


def _body(data: bytes) -> tuple[bytes, bytes]:
    """(everything up to and with the empty line, the body)."""
    found = re.search(rb"\r?\n\r?\n", data)
    if found is None or found.end() == len(data):
        raise DoesNotApply("no body")
    return data[: found.end()], data[found.end() :]


@altered("mail", question="content", expects=("LV-MAIL-011",), needs=_NEEDS, trace="faint")
def signed_edit_body(data: bytes, *, seed: int = 0) -> Forged:
    """Exchange a number in the text of a signed mail.

    The fields still are the ones signed, the body is not; lists and gateways leave the same, so it is shown and
    not counted.
    An examiner opens the signature and sees that the body changed.
    """
    signed, references = sign(data)
    head, body = _body(signed)
    found = list(re.finditer(rb"(?<![\w=.%/-])\d{2,4}(?![\w=%/-])", body[:20_000]))
    if not found:
        raise DoesNotApply("no number in the text")
    chosen = random.Random(seed).choice(found)
    raised = str((int(chosen[0][:1]) % 9) + 1).encode() + chosen[0][1:]
    return Forged(head + body[: chosen.start()] + raised + body[chosen.end() :], references=references)


@altered("mail", question="content", expects=("LV-MAIL-011",), needs=_NEEDS)
def signed_edit_date(data: bytes, *, seed: int = 0) -> Forged:
    """Move the Date of a signed mail by weeks.

    The key still opens the signature, and of all dates around the time it names one fits the digest: the one
    that was signed.
    An examiner opens the signature and tries the Date that fits it.
    """
    signed, references = sign(data)
    moved = stated(data) - timedelta(days=random.Random(seed).randrange(10, 200), minutes=17)
    return Forged(_set_header(signed, "Date", format_datetime(moved)), references=references)


@altered("mail", question="content", expects=("LV-MAIL-011",), needs=_NEEDS, trace="faint")
def signed_edit_subject(data: bytes) -> Forged:
    """Give a signed mail another subject; the body still fits, the fields do not.

    An examiner opens the signature and sees that the body still fits.
    """
    signed, references = sign(data)
    return Forged(_set_header(signed, "Subject", "Transfer of 48,500 as agreed"), references=references)


@altered("mail", question="content", expects=("LV-MAIL-011",), needs=_NEEDS, trace="faint")
def signed_edit_from(data: bytes) -> Forged:
    """Give a signed mail another author of the same domain.

    An examiner opens the signature and sees that the fields changed.
    """
    signed, references = sign(data)
    return Forged(
        _set_header(signed, "From", f"Director <director@{author_domain(data)}>"), references=references
    )


@altered("mail", question="content", expects=("LV-MAIL-012",), needs=_NEEDS)
def signed_second_field(data: bytes, *, seed: int = 0) -> Forged:
    """Put a second From, Subject or Date on top of a signed mail, where programs look first.

    The signature counts each of them once more than it occurs; taken out again, it fits.
    An examiner counts the fields against those that were signed.
    """
    signed, references = sign(data)
    domain = author_domain(data)
    name, value = random.Random(seed).choice(
        (
            ("From", f"Director <director@{domain}>"),
            ("Subject", "Transfer of 48,500 as agreed"),
            ("Date", format_datetime(stated(data) - timedelta(days=30))),
        )
    )
    return Forged(f"{name}: {value}".encode() + _eol(signed) + signed, references=references)


@altered("mail", question="content", expects=("LV-MAIL-013",), needs=_NEEDS)
def signed_text_behind_limit(data: bytes) -> Forged:
    """Append a paragraph to a mail whose signature covers its body only up to a limit (l=).

    An examiner looks at what lies beyond l=.
    """
    if re.search(rb"(?im)^list-(?:id|post|unsubscribe):", data):
        raise DoesNotApply("passed on by a list, which may add a footer")
    signed, references = sign(data, length=True)
    eol = _eol(signed)
    text = b"PS: please wire the amount to the new account given over the telephone." + eol
    return Forged(signed + (b"" if signed.endswith(eol) else eol) + text, references=references)


@altered("mail", question="content", expects=("LV-MAIL-011",), needs=_NEEDS, trace="faint")
def signed_exchange_attachment(data: bytes) -> Forged:
    """Exchange bytes of an attachment of a signed mail; it loses what the mail proved of it.

    An examiner opens the signature and sees that the body changed.
    """
    signed, references = sign(data)
    for held in attachments(signed):
        if len(held.data) > 64:
            middle = len(held.data) // 2
            changed = held.data[:middle] + bytes((held.data[middle] ^ 1,)) + held.data[middle + 1 :]
            encoded = base64.encodebytes(changed).strip().replace(b"\n", _eol(signed))
            return Forged(signed[: held.start] + encoded + signed[held.end :], references=references)
    raise DoesNotApply("no attachment")


@altered("mail", question="content", expects=("LV-MAIL-011",), needs=_NEEDS, trace="faint")
def signature_of_another_mail(data: bytes) -> Forged:
    """Put the signature of another mail of the same author on this one.

    The key opens it, and neither the fields nor the body are the ones it signed.
    An examiner finds the same value on two mails.
    """
    plain = re.sub(rb"\A>?From [^\r\n]*\r?\n", b"", data)
    other = _set_header(plain, "Subject", "Lunch on Friday") + b"See you there." + _eol(plain)
    signed, references = sign(other)
    field = signed[: len(signed) - len(other)]
    return Forged(field + plain, references=references)


@benign("mail", needs=_NEEDS)
def signed(data: bytes, *, seed: int = 0) -> Forged:
    """Sign, in one of the canonical forms, and leave the mail alone."""
    forms = (b"relaxed/relaxed", b"relaxed/simple", b"simple/simple", b"simple/relaxed")
    made, references = sign(data, form=forms[seed % 4])
    return Forged(made, references=references)


@benign("mail", needs=_NEEDS)
def signed_through_list(data: bytes) -> Forged:
    """What a mailing list does: a tag in the subject, a footer at the end, fields of its own."""
    made, references = sign(data)
    eol = _eol(made)
    subject = re.search(rb"(?im)^Subject:[ \t]*([^\r\n]*)", _split(made)[0])
    if subject is None or not subject[1].isascii():
        raise DoesNotApply("no plain subject")
    tagged = made.replace(subject[0], b"Subject: [council] " + subject[1], 1)
    footer = eol.join(line.encode() for line in _FOOTER) + eol
    added = b"List-Id: <council.lists.example>" + eol + b"Precedence: list" + eol
    return Forged(added + tagged + (b"" if tagged.endswith(eol) else eol) + footer, references=references)


@benign("mail", needs=_NEEDS)
def signed_in_mbox(data: bytes) -> Forged:
    """A message as an mbox keeps it: Unix line ends, "From " at the start of a line escaped, a blank line more.

    Few texts hold such a line, so one is added before signing to those of one part.
    """
    if not email.message_from_bytes(data).is_multipart():
        eol = _eol(data)
        data += (b"" if data.endswith(eol) else eol) + b"From here on it is agreed." + eol
    made, references = sign(data)
    head, body = _body(made.replace(b"\r\n", b"\n"))
    return Forged(head + re.sub(rb"(?m)^(>*From )", rb">\1", body) + b"\n", references=references)


@benign("mail", needs=_NEEDS)
def signed_line_ends(data: bytes, *, seed: int = 0) -> Forged:
    """The other kind of line ends, as mail stores and exports write them."""
    made, references = sign(data)
    unix = made.replace(b"\r\n", b"\n")
    return Forged(unix if seed % 2 else unix.replace(b"\n", b"\r\n"), references=references)


@benign("mail", needs=_NEEDS)
def signed_trailing_lines(data: bytes) -> Forged:
    """Blank lines at the end, as stores and gateways leave them."""
    made, references = sign(data)
    return Forged(made + _eol(made) * 3, references=references)


@benign("mail", needs=_NEEDS)
def signed_forwarded(data: bytes) -> Forged:
    """Forward the signed mail as an attachment: it becomes a document of its own, with its signature."""
    made, references = sign(data)
    eol = _eol(made)
    moment = format_datetime(stated(data) + timedelta(hours=5))
    lines = (
        "From: Reader <reader@b.example>", "To: Desk <desk@b.example>", "Subject: Fwd: for you",
        f"Date: {moment}", "Message-ID: <forwarded.1@b.example>", "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="=_forwarded_1"', "", "--=_forwarded_1",
        "Content-Type: text/plain; charset=us-ascii", "", "See attached.", "", "--=_forwarded_1",
        "Content-Type: message/rfc822", 'Content-Disposition: attachment; filename="mail.eml"', "", "",
    )  # fmt: skip
    head = eol.join(line.encode() for line in lines)
    return Forged(head + made + eol + b"--=_forwarded_1--" + eol, references=references)


@benign("mail", needs=_NEEDS)
def signed_re_encoded(data: bytes) -> Forged:
    """A gateway packs the text of a mail of one part in base64, as some do with lines that are too long."""
    made, references = sign(data)
    message = email.message_from_bytes(made)
    if message.is_multipart() or message.get("Content-Transfer-Encoding", "7bit").lower() not in (
        "7bit",
        "8bit",
    ):
        raise DoesNotApply("not a plain text of one part")
    head, body = _body(made.replace(b"\r\n", b"\n"))
    packed = base64.encodebytes(body.replace(b"\n", b"\r\n"))
    kept = re.sub(rb"(?im)^content-transfer-encoding:[^\n]*\n", b"", head[:-1])
    return Forged(kept + b"Content-Transfer-Encoding: base64\n\n" + packed, references=references)
