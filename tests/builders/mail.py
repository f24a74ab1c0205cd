"""Mails and mailboxes made in code, so that a test shows what it is about."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

DATE = "Fri, 5 May 2017 20:46:58 +0200"


@dataclass(frozen=True)
class Body:
    """One MIME part: its type with parameters, its content and how that is encoded."""

    type: str = "text/plain; charset=utf-8"
    content: bytes = b"Bonjour\n"
    encoding: str = ""
    disposition: str = ""
    fields: Sequence[str] = ()

    def lines(self) -> list[str]:
        written = [f"Content-Type: {self.type}"]
        if self.encoding:
            written.append(f"Content-Transfer-Encoding: {self.encoding}")
        if self.disposition:
            written.append(f"Content-Disposition: {self.disposition}")
        return [*written, *self.fields]

    def encoded(self, newline: bytes) -> bytes:
        if self.encoding == "base64":
            return base64.encodebytes(self.content).replace(b"\n", newline)
        return self.content.replace(b"\r\n", b"\n").replace(b"\n", newline)


@dataclass(frozen=True)
class Multi:
    """A multipart of parts."""

    parts: Sequence[Body | Multi]
    boundary: str = "=_outer"
    kind: str = "mixed"
    preamble: bytes = b""
    epilogue: bytes = b""
    closed: bool = True
    fields: Sequence[str] = ()
    disposition: str = field(default="")

    def lines(self) -> list[str]:
        return [f'Content-Type: multipart/{self.kind}; boundary="{self.boundary}"', *self.fields]

    def encoded(self, newline: bytes) -> bytes:
        mark = b"--" + self.boundary.encode()
        out = self.preamble
        for part in self.parts:
            out += mark + newline + part_bytes(part, newline) + newline
        return out + (mark + b"--" + newline if self.closed else b"") + self.epilogue


def part_bytes(part: Body | Multi, newline: bytes = b"\r\n") -> bytes:
    """A part with its fields, the blank line and its content."""
    head = newline.join(line.encode() for line in part.lines())
    return head + newline * 2 + part.encoded(newline)


def hop(date: str, *, by: str = "mx.b.example", sender: str = "mail.a.example") -> str:
    """A Received field, folded before the date."""
    return (
        f"Received: from {sender} ({sender} [192.0.2.1])\n\tby {by} (Postfix) with ESMTP id 4XyZ;\n\t{date}"
    )


def dkim(domain: str = "a.example", *, extra: str = "t=1494010020; ") -> str:
    """A field shaped like a signature; it signs nothing."""
    return (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d={domain}; s=sel;\n"
        f" {extra}h=from:to:\n subject:date; bh=AAAA; b=BBBB\n CCCC"
    )


def mail(
    body: Body | Multi | bytes = b"Bonjour\n",
    *,
    received: Sequence[str] = (),
    fields: Sequence[str] = (),
    sender: str = "Anne Martin <anne@a.example>",
    to: str = "Paul <paul@b.example>",
    subject: str = "Note",
    date: str = DATE,
    client: str = "",
    newline: bytes = b"\r\n",
    envelope: str = "",
) -> bytes:
    """A message. ``received`` are dates, newest first; ``fields`` are further lines as written."""
    lines = [hop(moment) for moment in received]
    lines += [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Date: {date}"]
    lines += ["Message-ID: <1@a.example>"]
    if client:
        lines.append(f"X-Mailer: {client}")
    lines += fields
    if isinstance(body, bytes):
        rest = b"\n\n" + body
    else:
        lines.append("MIME-Version: 1.0")
        rest = b"\n" + part_bytes(body, b"\n")
    whole = "\n".join(lines).encode() + rest
    if envelope:
        whole = envelope.encode() + b"\n" + whole
    return whole.replace(b"\n", newline) if newline != b"\n" else whole


def mbox(
    messages: Sequence[bytes], *, sender: str = "-", separator: str = "Fri May  5 20:47:{:02d} 2017"
) -> bytes:
    """A mailbox with LF line ends: separator line, message, blank line."""
    return b"".join(
        f"From {sender} {separator.format(number % 60)}\n".encode() + message + b"\n"
        for number, message in enumerate(messages)
    )
