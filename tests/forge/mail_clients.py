"""Mail made up under the names of ordinary programs, and ordinary programs' mail on its ordinary ways.

``as_written_by`` spells a mail as the named program does, to the measure of mail at hand; the recipes fall
short of it in the ways forgers do, the benign ones carry it through what servers do.
"""

from __future__ import annotations

import email
import email.message
import email.policy
import random
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, formatdate, parseaddr

from tests.forge.mail import Hop, _eol, _set_header, _split, deliver, headers, stated
from tests.forge.recipe import altered, benign
from tests.forge.tools import DoesNotApply

GMAIL, OUTLOOK, APPLE, IPHONE, BIRD = "Gmail", "Outlook", "Apple Mail", "iPhone", "Thunderbird"
PROGRAMS = (GMAIL, OUTLOOK, APPLE, IPHONE, BIRD)
#: the value and the field by which each names itself
_NAMES = {
    GMAIL: ("", ""),
    OUTLOOK: ("X-Mailer", "Microsoft Outlook 16.0"),
    APPLE: ("X-Mailer", "Apple Mail (2.3696.100.31)"),
    IPHONE: ("X-Mailer", "iPhone Mail (20B101)"),
    BIRD: ("User-Agent", "Mozilla Thunderbird"),
}
_EOL = b"\r\n"


@dataclass(frozen=True, slots=True)
class Story:
    """What a made-up mail is to say, taken from a genuine one and moved to 2023."""

    author: tuple[str, str]
    reader: tuple[str, str]
    subject: str
    date: datetime
    text: str
    draw: random.Random

    @property
    def domain(self) -> str:
        return self.author[1].rpartition("@")[2]


def story(data: bytes, seed: int) -> Story:
    """Persons, subject and text of a genuine mail. Raises ``DoesNotApply``."""
    parsed = email.message_from_bytes(data, policy=email.policy.compat32)
    date = stated(data)
    people = [parseaddr(str(parsed.get(name, ""))) for name in ("From", "To")]
    if not all(re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", address, re.ASCII) for _, address in people):
        raise DoesNotApply("no two plain addresses")
    named = [(re.sub(r"[^ A-Za-z.'-]", "", name).strip() or "A. Martin", address) for name, address in people]
    subject = re.sub(r"[^ -~]|=\?.*", "", str(parsed.get("Subject", ""))).strip() or "Dossier"
    body = parsed
    while body.is_multipart():
        body = body.get_payload(0)  # type: ignore[assignment]
    raw = body.get_payload(decode=True)
    text = re.sub(r"[^\n -~]", "", raw.decode("latin-1") if isinstance(raw, bytes) else "")[:3000].strip()
    date = date.replace(year=2023, month=min(date.month, 9), day=min(date.day, 28), microsecond=0)
    return Story(
        named[0], named[1], subject[:60], date, text or "Bonjour.", random.Random(f"{seed}{subject}")
    )


def _hex(draw: random.Random, length: int, upper: bool = False) -> str:
    digits = "0123456789ABCDEF" if upper else "0123456789abcdef"
    return "".join(draw.choice(digits) for _ in range(length))


def _letters(draw: random.Random, length: int) -> str:
    return "".join(
        draw.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") for _ in range(length)
    )


def _uuid(draw: random.Random) -> str:
    return str(uuid.UUID(int=draw.getrandbits(128), version=4))


def identifier(program: str, told: Story) -> str:
    draw = told.draw
    if program == GMAIL:
        return f"CA{_letters(draw, 20)}+{_letters(draw, 10)}-{_letters(draw, 16)}@mail.gmail.com"
    if program == OUTLOOK:
        return f"{_hex(draw, 12)}${_hex(draw, 8)}${_hex(draw, 8)}$@{told.domain}"
    unique = _uuid(draw)
    return f"{unique if program == BIRD else unique.upper()}@{told.domain}"


def boundary(program: str, told: Story) -> str:
    draw = told.draw
    if program == GMAIL:
        return "000000000000" + _hex(draw, 16)
    if program == OUTLOOK:
        # a file time of the sender's local time
        ticks = int((told.date.replace(tzinfo=None) - datetime(1601, 1, 1)).total_seconds()) * 10_000_000
        return f"----=_NextPart_000_{_hex(draw, 4, True)}_{ticks >> 32:08X}.{ticks & 0xFFFFFFFF:08X}"
    if program == APPLE:
        return f"Apple-Mail=_{_uuid(draw).upper()}"
    if program == IPHONE:
        return f"Apple-Mail-{_uuid(draw).upper()}"
    return "------------" + _letters(draw, 24)


def as_written_by(
    program: str, told: Story, *, parts: bool = True, identity: str = "", edge: str = "", pieces: bytes = b""
) -> bytes:
    """The mail as that program hands it to its server; ``identity``, ``edge`` and ``pieces`` take others' place."""
    who = formataddr(told.author)
    to = formataddr(told.reader)
    identity = identity or identifier(program, told)
    edge = edge or boundary(program, told)
    date = format_datetime(told.date).replace(", 0", ", ")
    field, name = _NAMES[program]
    fold, quote = {GMAIL: (" ", '"'), OUTLOOK: ("\r\n\t", '"'), BIRD: (" ", "")}.get(program, ("\r\n\t", ""))
    charset = {GMAIL: "UTF-8", BIRD: "UTF-8"}.get(program, "utf-8")
    outer = f'multipart/alternative;{"" if program == GMAIL else chr(13) + chr(10)}{" " if program in (GMAIL, BIRD) else chr(9)}boundary="{edge}"'
    if program == IPHONE:
        outer = f"multipart/alternative; boundary={edge}"
    plain = f"text/plain;{fold}charset={quote}{charset}{quote}" + (
        "; format=flowed" if program == BIRD else ""
    )
    encoding = [] if parts else [("Content-Transfer-Encoding", "7bit")]
    kind = ("Content-Type", outer if parts else plain)
    orders: dict[str, list[tuple[str, str]]] = {
        GMAIL: [("MIME-Version", "1.0"), ("From", who), ("Date", date), ("Message-ID", f"<{identity}>"), ("Subject", told.subject), ("To", to), kind],
        OUTLOOK: [("From", who), ("To", to), ("Subject", told.subject), ("Date", date), ("Message-ID", f"<{identity}>"), ("MIME-Version", "1.0"), kind, *encoding, (field, name), ("Content-Language", "fr")],
        APPLE: [("From", who), kind, *encoding, ("Mime-Version", "1.0 (Mac OS X Mail 16.0 \\(3696.100.31\\))"), ("Subject", told.subject), ("Message-Id", f"<{identity}>"), ("Date", date), ("To", to), (field, name)],
        IPHONE: [kind, ("Content-Transfer-Encoding", "7bit"), ("From", who), ("Mime-Version", "1.0 (1.0)"), ("Date", date), ("Subject", told.subject), ("Message-Id", f"<{identity}>"), ("To", to), (field, name)],
        BIRD: [("Message-ID", f"<{identity}>"), ("Date", date), ("MIME-Version", "1.0"), (field, name), ("Content-Language", "fr"), ("To", to), ("From", who), ("Subject", told.subject), kind, *encoding],
    }  # fmt: skip
    head = "\r\n".join(f"{key}: {value}" for key, value in orders[program])
    if not parts:
        return head.encode() + _EOL * 2 + _lines(told.text)
    if pieces:
        return head.encode() + _EOL * 2 + pieces
    page = f"<html><body><p>{told.text[:200].replace('<', '&lt;')}</p></body></html>"
    html = f"text/html;{fold}charset={quote}{charset}{quote}"
    upside_down = program in (APPLE, IPHONE)
    out = b""
    for stated_type, text in ((plain, told.text), (html, page)):
        lines = [f"Content-Type: {stated_type}", "Content-Transfer-Encoding: 7bit"]
        if program == APPLE and upside_down:
            lines.reverse()
        out += f"--{edge}\r\n".encode() + "\r\n".join(lines).encode() + _EOL * 2 + _lines(text) + _EOL
    return head.encode() + _EOL * 2 + out + f"--{edge}--\r\n".encode()


def _lines(text: str) -> bytes:
    return re.sub(r"\r?\n", "\r\n", text).encode("ascii", "replace") + _EOL


def delivered(message: bytes, told: Story) -> bytes:
    """With the trace of a delivery of seconds on top."""
    host = "smtp-out.fournisseur.example"  # no provider's own server: its numbers have a form of their own
    reader = "cabinet-roussel.example"
    later = told.date + timedelta(seconds=4)
    hops = [
        Hop(
            of=("[192.168.1.20]", "203.0.113.20"),
            by=host,
            when=told.date + timedelta(seconds=1),
            how="ESMTPSA",
        ),
        Hop(of=(host, "203.0.113.9"), by=f"mx.{reader}", when=later, recipient=told.reader[1]),
    ]
    return deliver(message, hops, sender=told.author[1], recipient=told.reader[1], seed=told.subject)


def _program(told: Story) -> str:
    return told.draw.choice(PROGRAMS)


def _python_id(told: Story) -> str:
    """As ``email.utils.make_msgid`` makes it, without its clock."""
    draw = told.draw
    return f"{int(told.date.timestamp() * 100)}.{draw.randrange(300, 99999)}.{draw.getrandbits(64):020d}@{told.domain}"


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="structure")
def made_with_python(data: bytes, *, seed: int = 0) -> bytes:
    """A mail of two parts made with the classes of ``email.mime``, an ordinary program's name above it.

    Python leaves its own separators, Message-ID, order of fields and a MIME-Version in every part.
    An examiner lays a mail of that program beside it.
    """
    told = story(data, seed)
    program = _program(told)
    message = MIMEMultipart("alternative")
    message["Subject"] = told.subject
    message["From"] = formataddr(told.author)
    message["To"] = formataddr(told.reader)
    message["Date"] = formatdate(told.date.timestamp())
    message["Message-ID"] = f"<{identifier(GMAIL, told) if program == GMAIL else _python_id(told)}>"
    if program != GMAIL:
        message[_NAMES[program][0]] = _NAMES[program][1]
    message.attach(MIMEText(told.text, "plain", "utf-8"))
    message.attach(MIMEText(f"<p>{told.text[:200]}</p>", "html", "utf-8"))
    message.set_boundary(f"==============={told.draw.getrandbits(63):019d}==")
    return delivered(re.sub(rb"\r?\n", _EOL, message.as_bytes()), told)


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="structure")
def made_with_python_plain(data: bytes, *, seed: int = 0) -> bytes:
    """A plain text sent with ``smtplib`` and ``EmailMessage``, an ordinary program's name above it.

    An examiner knows the Message-ID of Python's library by its three numbers.
    """
    told = story(data, seed)
    program = _program(told)
    message = email.message.EmailMessage()
    message["From"] = formataddr(told.author)
    message["To"] = formataddr(told.reader)
    message["Subject"] = told.subject
    message["Date"] = told.date
    message["Message-ID"] = f"<{_python_id(told)}>"
    if program == GMAIL:
        message.replace_header("Message-ID", f"<{_python_id(told).rpartition('@')[0]}@mail.gmail.com>")
    else:
        message[_NAMES[program][0]] = _NAMES[program][1]
    message.set_content(told.text)
    return delivered(re.sub(rb"\r?\n", _EOL, message.as_bytes()), told)


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="structure")
def made_with_swaks(data: bytes, *, seed: int = 0) -> bytes:
    """A mail sent from the command line with swaks, its X-Mailer exchanged for that of an ordinary program.

    An examiner reads swaks' Message-ID, the time and six digits.
    """
    told = story(data, seed)
    program = told.draw.choice(PROGRAMS[1:])
    field, name = _NAMES[program]
    lines = [
        f"Date: {format_datetime(told.date)}",
        f"To: {told.reader[1]}",
        f"From: {told.author[1]}",
        f"Subject: {told.subject}",
        f"Message-Id: <{told.date:%Y%m%d%H%M%S}.{told.draw.randrange(10**6):06d}@{told.domain}>",
        f"{field}: {name}",
    ]
    return delivered("\r\n".join(lines).encode() + _EOL * 2 + _lines(told.text), told)


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="structure")
def made_with_phpmailer(data: bytes, *, seed: int = 0) -> bytes:
    """A mail of two parts as PHPMailer packs it, with XMailer set to an ordinary program's name.

    An examiner finds the unique word of PHPMailer in Message-ID and separators alike.
    """
    told = story(data, seed)
    program = told.draw.choice(PROGRAMS[1:])
    unique = _letters(told.draw, 42)
    edge = f"b1_{unique}"
    lines = [
        f"Date: {format_datetime(told.date)}",
        f"To: {formataddr(told.reader)}",
        f"From: {formataddr(told.author)}",
        f"Subject: {told.subject}",
        f"Message-ID: <{unique}@{told.domain}>",
        f"{_NAMES[program][0]}: {_NAMES[program][1]}",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        f' boundary="{edge}"',
        "Content-Transfer-Encoding: 8bit",
    ]
    body = (
        f"This is a multi-part message in MIME format.\r\n\r\n--{edge}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{told.text}\r\n\r\n--{edge}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{told.text[:200]}</p>\r\n\r\n--{edge}--\r\n"
    )
    return delivered("\r\n".join(lines).encode() + _EOL * 2 + _lines(body), told)


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="structure")
def careful_copy_of_a_program(data: bytes, *, seed: int = 0) -> bytes:
    """Every field in the program's order and spelling; Message-ID and separators of the forger's own making.

    An examiner compares the shapes of both with other mail of that program.
    """
    told = story(data, seed)
    program = _program(told)
    if program == GMAIL:
        return delivered(
            as_written_by(program, told, edge=f"==============={told.draw.getrandbits(63):019d}=="), told
        )
    own = f"{_letters(told.draw, 20).lower()}@{told.domain}"
    return delivered(
        as_written_by(program, told, identity=own, edge="----=_Boundary_" + _hex(told.draw, 12)), told
    )


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="structure")
def copied_head_new_body(data: bytes, *, seed: int = 0) -> bytes:
    """The header section of a genuine mail of that program, a new body of two parts packed with Python.

    Only the separators, and the spelling of the parts, speak to an examiner.
    """
    told = story(data, seed)
    program = _program(told)
    body = MIMEMultipart("alternative")
    body.attach(MIMEText(told.text, "plain"))
    body.attach(MIMEText(f"<p>{told.text[:200]}</p>", "html"))
    edge = f"==============={told.draw.getrandbits(63):019d}=="
    body.set_boundary(edge)
    pieces = re.sub(rb"\r?\n", _EOL, body.as_bytes()).partition(_EOL * 2)[2]
    return delivered(as_written_by(program, told, edge=edge, pieces=pieces), told)


@altered("mail", question="origin", expects=("LV-MAIL-030",), trace="faint")
def made_with_sendmail(data: bytes, *, seed: int = 0) -> bytes:
    """A plain text with an ordinary program's name, handed to sendmail, which adds a Message-ID.

    An examiner knows that Apple Mail and Thunderbird never leave it to a server; under Outlook's name nothing speaks.
    """
    told = story(data, seed)
    field, name = _NAMES[told.draw.choice(PROGRAMS[1:])]
    lines = [
        f"Message-Id: <{told.date:%Y%m%d%H%M}.{_letters(told.draw, 14)}@{told.domain}>",
        f"Date: {format_datetime(told.date)}",
        f"From: {formataddr(told.author)}",
        f"To: {formataddr(told.reader)}",
        f"Subject: {told.subject}",
        f"{field}: {name}",
    ]
    return delivered("\r\n".join(lines).encode() + _EOL * 2 + _lines(told.text), told)


@altered("mail", question="origin", expects=("LV-MAIL-031",), trace="structure")
def program_of_a_later_year(data: bytes, *, seed: int = 0) -> bytes:
    """A mail of today dated back by ten years, the name of today's program left, the trace dated back too.

    An examiner looks up since when that version could be had.
    """
    told = story(data, seed)
    program = told.draw.choice((OUTLOOK, APPLE, IPHONE))
    old = Story(told.author, told.reader, told.subject, told.date.replace(year=2012), told.text, told.draw)
    return delivered(as_written_by(program, old), old)


@altered("mail", question="origin", expects=("LV-MAIL-035",))
def second_author_on_top(
    data: bytes, *, author: str = "Direction <direction@horizon-commun.example>"
) -> bytes:
    """A From field put above a genuine mail, which programs show instead of the first one.

    An examiner counts the fields.
    """
    if headers(data)["From"] is None:
        raise DoesNotApply("no From")
    _split(data)
    return f"From: {author}".encode() + _eol(data) + data


@altered("mail", question="content", expects=("LV-MAIL-035",))
def second_subject_on_top(data: bytes, *, subject: str = "Virement urgent 48 000 EUR") -> bytes:
    """A Subject put above a genuine mail. An examiner counts the fields."""
    if headers(data)["Subject"] is None:
        raise DoesNotApply("no Subject")
    _split(data)
    return f"Subject: {subject}".encode() + _eol(data) + data


@altered("mail", question="origin", expects=("LV-MAIL-033",))
def look_alike_domain(data: bytes, *, seed: int = 0) -> bytes:
    """The sender's domain exchanged for one that looks like it; the route still names the true one.

    m becomes rn, o becomes 0 or l becomes 1, else two neighbouring letters are swapped.  An examiner
    lists the domains of the mail one under the other.
    """
    told = story(data, seed)
    name, dot, ending = told.domain.partition(".")
    if len(name) < 8 or told.domain.count(".") > 1:
        raise DoesNotApply("no domain long enough to be mistaken")
    trace = re.findall(rb"(?im)^(?:received|message-id|return-path|to):.*(?:\r?\n[ \t].*)*", _split(data)[0])
    if not any(told.domain.encode() in line.replace(told.author[1].encode(), b"") for line in trace):
        raise DoesNotApply("the domain occurs in the author's address alone")
    changes: list[Callable[[str], str]] = [
        lambda text: text.replace("m", "rn", 1),
        lambda text: text.replace("o", "0", 1),
        lambda text: re.sub(r"(?<=[a-z]{2})([a-z])(?!\1)([a-z])(?=[a-z])", r"\2\1", text, count=1),
    ]
    told.draw.shuffle(changes)
    alike = next((new for change in changes if (new := change(name)) != name and new.isascii()), name)
    if alike == name:
        raise DoesNotApply("no letter to exchange")
    local = told.author[1].rpartition("@")[0]
    return _set_header(data, "From", formataddr((told.author[0], f"{local}@{alike}{dot}{ending}")))


@altered("mail", question="origin", expects=("LV-MAIL-034",))
def address_as_name(data: bytes, *, posed: str = "direction@cabinet-lemaire.example") -> bytes:
    """The sender's name exchanged for another's address. An examiner reads what stands in the angle brackets."""
    told = story(data, 0)
    local, _, domain = told.author[1].rpartition("@")
    posted = (
        "List-Post",
        "X-BeenThere",
        "X-Mailing-List",
        "Mailing-List",
        "List-Archive",
        "X-Mailman-Version",
    )
    if not domain or any(headers(data)[name] is not None for name in posted) or local == "direction":
        raise DoesNotApply("a list writes for others")
    return _set_header(data, "From", f'"{posed}" <{told.author[1]}>')


@altered("mail", question="origin", expects=("LV-MAIL-032",), trace="structure")
def hop_in_googles_name(data: bytes, *, seed: int = 0) -> bytes:
    """A line put under the lowest one, to make the mail look sent through Google; the number is made up.

    An examiner knows the form of Google's numbers.
    """
    told = story(data, seed)
    found = list(re.finditer(rb"(?im)^Received:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n", _split(data)[0]))
    if not found:
        raise DoesNotApply("no Received line")
    number = _hex(told.draw, 10, True)
    when = format_datetime(stated(data))
    line = f"Received: from [192.168.1.7] (unknown [198.51.100.7]) by smtp.gmail.com with ESMTPSA id {number}; {when}"
    at = found[-1].end()
    return data[:at] + line.encode() + _eol(data) + data[at:]


@benign("mail")
def ordinary_program(data: bytes, *, seed: int = 0) -> bytes:
    """The same story as an ordinary program writes it, delivered."""
    told = story(data, seed)
    return delivered(as_written_by(_program(told), told, parts=told.draw.random() < 0.7), told)


@benign("mail")
def ordinary_program_through_exchange(data: bytes, *, seed: int = 0) -> bytes:
    """Sent through Exchange Online, which replaces the Message-ID and spells the fields anew."""
    told = story(data, seed)
    program = told.draw.choice(PROGRAMS[1:])
    message = as_written_by(program, told, parts=told.draw.random() < 0.5)
    host = f"AM{told.draw.randrange(10)}PR01MB{told.draw.randrange(1000, 9999)}"
    identity = f"{host}{_hex(told.draw, 22, True)}@{host}.eurprd01.prod.outlook.com"
    head, _, rest = message.partition(_EOL * 2)
    head = re.sub(rb"(?im)^message-id: .*", f"Message-ID: <{identity}>".encode(), head)
    head = re.sub(rb"(?m)^(X-Mailer|User-Agent):", lambda m: m[1].lower() + b":", head)
    head = re.sub(rb"(?im)^mime-version: [^\r]*\r\n", b"", head)
    head = re.sub(rb"(?m)(charset=)([A-Za-z0-9-]+)", rb'\1"\2"', head)
    head += (
        b"\r\nX-MS-Has-Attach:\r\nX-MS-TNEF-Correlator:\r\nX-OriginatorOrg: outlook.com\r\nMIME-Version: 1.0"
    )
    return delivered(head + _EOL * 2 + rest, told)


@benign("mail")
def ordinary_program_through_mailman(data: bytes, *, seed: int = 0) -> bytes:
    """Through a list of Mailman, which packs the mail with its footer in Python's separators."""
    told = story(data, seed)
    message = as_written_by(_program(told), told)
    head, _, rest = message.partition(_EOL * 2)
    kind = re.search(rb"(?im)^content-type:[^\r]*(\r\n[ \t][^\r]*)*", head)
    if kind is None:
        raise DoesNotApply("no Content-Type")
    edge = f"==============={told.draw.getrandbits(63):019d}==".encode()
    head = head.replace(kind[0], b'Content-Type: multipart/mixed; boundary="' + edge + b'"')
    head += b"\r\nX-BeenThere: bureau@listes.example\r\nX-Mailman-Version: 2.1.29\r\nList-Id: Bureau <bureau.listes.example>"
    footer = (
        b'Content-Type: text/plain; charset="us-ascii"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: 7bit\r\n'
        b"Content-Disposition: inline\r\n\r\n_______________________________________________\r\nBureau mailing list\r\n"
    )
    packed = b"\r\n--" + edge + _EOL + kind[0] + _EOL * 2 + rest + b"\r\n--" + edge + _EOL + footer
    return delivered(head + _EOL * 2 + packed + b"\r\n--" + edge + b"--\r\n", told)


@benign("mail")
def saved_by_thunderbird(data: bytes) -> bytes:
    """Kept in a folder of Thunderbird and saved from there: its own fields on top, the rest as it was."""
    _split(data)
    eol = _eol(data)
    mine = (
        b"X-Account-Key: account1",
        b"X-UIDL: 000000115a2b3c4d",
        b"X-Mozilla-Status: 0001",
        b"X-Mozilla-Status2: 00000000",
    )
    return eol.join(mine) + eol + data


@benign("mail")
def through_java_gateway(data: bytes, *, seed: int = 0) -> bytes:
    """A gateway written in Java replaced the Message-ID and kept everything else."""
    told = story(data, seed)
    if headers(data)["Message-ID"] is None:
        raise DoesNotApply("no Message-ID")
    number = told.draw.randrange(10**9)
    return _set_header(data, "Message-ID", f"<{number}.41587455282171.JavaMail.gate@epcpadp2>")
