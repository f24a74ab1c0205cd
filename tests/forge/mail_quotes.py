"""Mail recipes on what mails quote: a quotation altered beside its original, one of two forms edited.

The mails given are taken as they are; what is added around them is written the way mail programs write it.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import quopri
import random
import re
from datetime import timedelta
from email.message import EmailMessage, Message
from html import escape
from typing import Literal

from tests.forge.mail import compose, headers, stated
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply

_FIGURE = re.compile(r"(?<![\w.,:/@=&#?%+\"'-])\d{2,6}(?:[.,]\d{2,3})*(?![\w@/=&%:-])")
_NAME = re.compile(r"(?<=[a-zé,] )[A-Z][a-zé]{3,12}(?=[ ,.][a-zé])")
_OTHERS = ("Lambert", "Fournier", "Weston", "Keller", "Marchetti")
_MONTHS = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()
_DAYS = "lun. mar. mer. jeu. ven. sam. dim.".split()


def plain_text(data: bytes) -> str:
    """The first plain text of a mail, at most 200 lines. Raises ``DoesNotApply``."""
    for part in email.message_from_bytes(data).walk():
        if part.get_content_type() == "text/plain" and not part.get_filename():
            raw = part.get_payload(decode=True)
            charset = part.get_content_charset("utf-8")
            try:
                text = bytes(raw).decode(charset)  # type: ignore[arg-type]
            except (LookupError, UnicodeDecodeError, TypeError):
                continue
            lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
            kept = [line for line in lines if not line.startswith((">", "From "))][:200]
            # markup and programs' data are no sentences
            if any(re.search(r"</?\w+[^<>]*>|^begin \d{3} ", line) for line in kept):
                continue
            if len(" ".join(kept).split()) >= 20:
                return "\n".join(kept).strip("\n") + "\n"
    raise DoesNotApply("no plain text of twenty words")


def attribution(data: bytes, *, hours: float = 0) -> str:
    """What a French program writes above the quotation of this mail."""
    moment = stated(data) + timedelta(hours=hours)
    sender = " ".join(str(headers(data)["From"] or "").split())[:120]
    if "=?" in sender or not sender:
        raise DoesNotApply("no sender written in plain letters")
    day = f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    return f"Le {day} à {moment:%H:%M}, {sender} a écrit :"


def answer(data: bytes, quoted: str, *, said: str = "", attach: bool = True, html: bool = False) -> bytes:
    """An answer two hours later that quotes ``quoted``, with the mail itself attached if wanted."""
    moment = stated(data) + timedelta(hours=2)
    said = said or attribution(data)
    body = f"Bonjour,\n\nBien reçu, merci.\n\n{said}\n\n"
    text = body + "".join(f"> {line}".rstrip() + "\n" for line in quoted.split("\n"))
    page = ""
    if html:
        shown = "<br>\n".join(escape(line) for line in quoted.split("\n"))
        page = (
            f"<html><body><p>Bonjour,</p><p>Bien reçu, merci.</p><div>{escape(said)}</div>"
            f'<blockquote type="cite">{shown}</blockquote></body></html>'
        )
    made = compose(
        sender=("Claire Vasseur", "claire.vasseur@horizon-commun.example"),
        to=[("Hélène Roussel", "h.roussel@cabinet-roussel.example")],
        subject="Re: "
        + " ".join(str(headers(data)["Subject"] or "").encode("ascii", "ignore").decode().split())[:80],
        date=moment,
        text=text,
        html=page,
        identity=f"{moment:%Y%m%d%H%M%S}.31@horizon-commun.example",
        reply_to=re.sub(r"[<>\s]|[^\x21-\x7e]", "", str(headers(data)["Message-ID"] or ""))[:200]
        or "x@y.example",
    )
    return attached(made, data) if attach else made


def attached(outer: bytes, inner: bytes) -> bytes:
    """A mail carried whole inside another one, as a part of its own, byte for byte."""
    eol = b"\r\n"
    edge = b"=_carried0001"
    head, _, rest = outer.partition(eol * 2)
    moved = re.findall(rb"(?im)^Content-[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", head + eol)
    head = re.sub(rb"(?im)^Content-[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", b"", head + eol)
    return (
        head + b'Content-Type: multipart/mixed; boundary="' + edge + b'"' + eol * 2
        + b"--" + edge + eol + b"".join(moved) + eol + rest + eol
        + b"--" + edge + eol + b"Content-Type: message/rfc822" + eol + b"Content-Disposition: attachment" + eol * 2
        + inner.rstrip(b"\r\n") + eol + b"--" + edge + b"--" + eol
    )  # fmt: skip


def _raised(figure: str) -> str:
    return str(int(figure[0]) % 9 + 1) + figure[1:]


def _exchange(text: str, what: Literal["figure", "name"], seed: int) -> tuple[str, str, str]:
    """(text with one figure or name exchanged, old, new), somewhere inside a line."""
    pattern = _FIGURE if what == "figure" else _NAME
    found = [m for m in pattern.finditer(text) if _inside(text, m.start(), m.end())]
    if not found:
        raise DoesNotApply(f"no {what} inside a sentence")
    draw = random.Random(seed)
    chosen = draw.choice(found)
    new = (
        _raised(chosen[0])
        if what == "figure"
        else draw.choice([n for n in _OTHERS if n[:2] != chosen[0][:2]])
    )
    return text[: chosen.start()] + new + text[chosen.end() :], chosen[0], new


def _inside(text: str, start: int, end: int) -> bool:
    """Whether words stand before and after on the same line."""
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    before, after = text[line_start:start], text[end : line_end if line_end >= 0 else len(text)]
    if after.rstrip().endswith(":") or re.match(r"\s*[A-Z][\w-]{1,12}:\s", before):
        return False  # an attribution or a field, whose date is another question
    return len(re.findall(r"[^\W\d_]{2,}", before)) >= 2 and len(re.findall(r"[^\W\d_]{2,}", after)) >= 2


@altered("mail", question="content", expects=("LV-MAIL-042",))
def quoted_amount_changed(data: bytes, *, seed: int = 0) -> Forged:
    """Answer a mail, quote it with another amount in it, and attach the mail itself.

    An examiner reads both: programs copy what they quote.
    """
    changed, old, new = _exchange(plain_text(data), "figure", seed)
    return Forged(answer(data, changed), Truth(before=old, after=new))


@altered("mail", question="content", expects=("LV-MAIL-042",))
def quoted_name_changed(data: bytes, *, seed: int = 0) -> Forged:
    """The same with a name. An examiner lays the quotation beside the attached mail."""
    changed, old, new = _exchange(plain_text(data), "name", seed)
    return Forged(answer(data, changed), Truth(before=old, after=new))


@altered("mail", question="content", expects=("LV-MAIL-042",))
def original_changed(data: bytes, *, seed: int = 0) -> Forged:
    """Change an amount in the mail that is attached, and leave the quotation of it.

    An examiner finds the earlier amount in the quotation.
    """
    text = plain_text(data)
    _, old, new = _exchange(text, "figure", seed)
    raw = data.replace(b"\r\n", b"\n")
    line = next(line for line in text.split("\n") if _FIGURE.search(line) and old in line)
    if raw.count(line.encode("utf-8")) != 1:
        raise DoesNotApply("the line is not written like that in the mail")
    at = raw.index(line.encode("utf-8"))
    place = next(m for m in _FIGURE.finditer(line) if m[0] == old)
    if not _inside(line, place.start(), place.end()):
        raise DoesNotApply("no figure inside a sentence")
    begun = at + len(line[: place.start()].encode("utf-8"))
    edited = raw[:begun] + new.encode() + raw[begun + len(old) :]
    return Forged(answer(edited, text), Truth(before=old, after=new))


@altered("mail", question="content", expects=("LV-MAIL-040",))
def quoted_date_moved(data: bytes, *, seed: int = 0) -> Forged:
    """Move the day in the line above a quotation, and leave the weekday beside it.

    An examiner looks the weekday up.
    """
    said = attribution(data)
    found = re.match(r"Le \S+ (\d+) ", said)
    assert found is not None
    day = int(found[1])
    moved = day + 1 + random.Random(seed).randrange(3) if day < 25 else day - 4
    changed = said[: found.start(1)] + str(moved) + said[found.end(1) :]
    return Forged(answer(data, plain_text(data), said=changed, attach=False), Truth(after=changed))


@altered("mail", question="content", expects=("LV-MAIL-040",))
def quoted_mail_from_later(data: bytes, *, seed: int = 0) -> Forged:
    """Claim to quote a mail of days after: date and weekday both moved, the answer's own clocks left.

    An examiner asks how a mail can quote what was not written yet.
    """
    said = attribution(data, hours=24.0 * random.Random(seed).randrange(4, 60))
    return Forged(answer(data, plain_text(data), said=said, attach=False), Truth(after=said))


@altered("mail", question="content", trace="faint")
def quoted_amount_changed_alone(data: bytes, *, seed: int = 0) -> Forged:
    """Change an amount in a quotation when the original is nowhere in the mail.

    In one file nothing contradicts it; an examiner with the archive finds the original (``Scan.quoted``).
    """
    changed, old, new = _exchange(plain_text(data), "figure", seed)
    return Forged(answer(data, changed, attach=False), Truth(before=old, after=new))


def forms(data: bytes) -> tuple[Message, Message, EmailMessage | Message]:
    """The plain and the HTML part of a mail, and the mail. Raises ``DoesNotApply``."""
    whole = email.message_from_bytes(data)
    for part in whole.walk():
        if part.get_content_type() == "multipart/alternative":
            kinds = {p.get_content_type(): p for p in part.walk() if not p.is_multipart()}
            if {"text/plain", "text/html"} <= kinds.keys():
                return kinds["text/plain"], kinds["text/html"], whole
    raise DoesNotApply("no plain and HTML form of one text")


def with_both_forms(data: bytes) -> bytes:
    """The text of a mail sent again by a program that writes both forms."""
    text = plain_text(data)
    page = "<html><body>" + "".join(
        f"<p>{escape(block).replace(chr(10), '<br>' + chr(10))}</p>" for block in text.split("\n\n")
    ) + "</body></html>"  # fmt: skip
    moment = stated(data)
    return compose(
        sender=("Claire Vasseur", "claire.vasseur@horizon-commun.example"),
        to=[("Hélène Roussel", "h.roussel@cabinet-roussel.example")],
        subject="Le dossier", date=moment, text=text, html=page,
        identity=f"{moment:%Y%m%d%H%M%S}.44@horizon-commun.example",
    )  # fmt: skip


def _edit_form(data: bytes, kind: str, old: str, new: str) -> bytes:
    """Exchange a word once in the raw body of one form, whatever its transfer encoding."""
    plain, html, _ = forms(data)
    part = plain if kind == "plain" else html
    coded = str(part.get_payload())
    raw = bytes(part.get_payload(decode=True))  # type: ignore[arg-type]
    if raw.count(old.encode()) != 1:
        raise DoesNotApply("the word stands there more than once")
    edited = raw.replace(old.encode(), new.encode())
    if part.get("Content-Transfer-Encoding", "").lower() == "base64":
        written = base64.encodebytes(edited).decode()
    else:
        written = quopri.encodestring(edited.replace(b"\r\n", b"\n")).decode()
    flat = data.replace(b"\r\n", b"\n")
    held = coded.replace("\r\n", "\n").encode("ascii", "surrogateescape")
    if flat.count(held) != 1:
        raise DoesNotApply("the part does not stand in the mail as it was read")
    return flat.replace(held, written.rstrip("\n").encode() + b"\n").replace(b"\n", b"\r\n")


@altered("mail", question="content", expects=("LV-MAIL-041",))
def html_form_edited(data: bytes, *, seed: int = 0) -> Forged:
    """Change an amount in the HTML form, which the screen shows, and leave the plain one.

    An examiner reads both forms.
    """
    made = with_both_forms(data)
    _, old, new = _exchange(plain_text(data), "figure", seed)
    return Forged(_edit_form(made, "html", old, new), Truth(before=old, after=new))


@altered("mail", question="content", expects=("LV-MAIL-041",))
def plain_form_edited(data: bytes, *, seed: int = 0) -> Forged:
    """Change an amount in the plain form, which searches and older programs read, and leave the HTML.

    An examiner reads both forms.
    """
    made = with_both_forms(data)
    _, old, new = _exchange(plain_text(data), "figure", seed)
    return Forged(_edit_form(made, "plain", old, new), Truth(before=old, after=new))


@benign("mail")
def quote_trimmed(data: bytes) -> bytes:
    """Answer with the middle of the mail quoted, as people do."""
    lines = plain_text(data).split("\n")
    return answer(data, "\n".join(lines[len(lines) // 4 : max(len(lines) * 3 // 4, 4)]))


@benign("mail")
def quote_wrapped_anew(data: bytes) -> bytes:
    """Quoted by a program that wraps at 60 characters."""
    import textwrap

    lines = [piece for line in plain_text(data).split("\n") for piece in (textwrap.wrap(line, 60) or [""])]
    return answer(data, "\n".join(lines))


@benign("mail")
def quote_in_html_too(data: bytes) -> bytes:
    """An answer in both forms, the quotation in a blockquote."""
    return answer(data, plain_text(data), html=True)


@benign("mail")
def quote_with_typographic_marks(data: bytes) -> bytes:
    """A program that sets curly quotation marks and long dashes in what it quotes, and marks addresses as links."""
    text = plain_text(data).replace("'", "’").replace(" - ", " – ").replace("...", "…")
    text = re.sub(r"\b(https?://[^\s<>]{4,80})", r"\1 <\1>", text)
    return answer(data, re.sub(r'"([^"\n]{1,60})"', "“\\1”", text))


@benign("mail")
def quote_without_signature(data: bytes) -> bytes:
    """The signature under the mail left out of the quotation."""
    return answer(data, re.split(r"\n-- ?\n", plain_text(data))[0].rstrip() + "\n")


@benign("mail")
def both_forms_sent(data: bytes) -> bytes:
    """A mail whose program writes both forms of one text."""
    return with_both_forms(data)


@benign("mail")
def encoded_otherwise(data: bytes) -> bytes:
    """Text that a server put from quoted-printable into base64, or the other way."""
    stated(data)
    whole = email.message_from_bytes(data)
    done = False
    for part in whole.walk():
        if part.get_content_maintype() != "text" or part.get_filename():
            continue
        try:
            raw = bytes(part.get_payload(decode=True))  # type: ignore[arg-type]
        except (binascii.Error, ValueError, TypeError) as error:
            raise DoesNotApply("a part that cannot be decoded") from error
        old = part.get("Content-Transfer-Encoding", "").lower()
        del part["Content-Transfer-Encoding"]
        part["Content-Transfer-Encoding"] = "quoted-printable" if old == "base64" else "base64"
        coded = quopri.encodestring(raw) if old == "base64" else base64.encodebytes(raw)
        part.set_payload(coded.decode("ascii"))
        done = True
    if not done:
        raise DoesNotApply("no text")
    try:
        return whole.as_bytes(policy=email.policy.compat32)
    except Exception as error:  # the standard library fails on some malformed headers
        raise DoesNotApply(f"the library cannot write it again: {error}") from error
