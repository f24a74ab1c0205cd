"""What the name of a file in a Maildir says: when, where and how the message was delivered, and its flags.

A program that delivers into a Maildir gives every message a name of its own
(seconds since 1970, a part that makes it unique, the host, sizes), and the mail
program appends what became of it.  Names come from outside the box, so these
facts are made where names are known and not by a reader of bytes.

Sources: D. J. Bernstein, "Using maildir format" (cr.yp.to/proto/maildir.html);
Courier and Dovecot documentation of Maildir++ (``S=`` and ``W=``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, clip, count, text, token, when
from leakverify.when import canonical

MAILDIR_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "maildir.folder": token("folder of a Maildir that held the file: cur, new or tmp"),
        "maildir.mailbox": text("folder that holds cur, new and tmp, as scanned"),
        "maildir.delivered": when("when the file was named on delivery, by the clock of the host"),
        "maildir.unique": token("part of the name that made it unique on that host"),
        "maildir.host": text("host that delivered, as the name says"),
        "maildir.size": count("size the message had when it was named (S=)", "bytes"),
        "maildir.flag": token(
            "what became of it: draft, flagged, passed, replied, seen, trashed; keyword and a letter",
            repeats=True,
        ),
    }
)
_FLAGS = {"D": "draft", "F": "flagged", "P": "passed", "R": "replied", "S": "seen", "T": "trashed"}
_NAME = re.compile(
    r"(?:(?P<box>.*?)/?(?:\A|(?<=/))(?P<folder>cur|new|tmp)/)?"
    r"(?P<seconds>\d{9,11})\.(?P<unique>[A-Za-z0-9_-]{1,120})\.(?P<host>[^/:;!,]{1,255})"
    r"(?P<sizes>(?:,[A-Z]=\d{1,18}){0,4})(?:(?P<mark>[:;!])2,(?P<flags>[A-Za-z]{0,40}))?\Z"
)
_SIZE = re.compile(r",S=(\d+)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHERE = Location(part="file name")


def name_facts(name: str) -> tuple[Observation, ...]:
    """Facts of a path as scanned; none unless the name is one of a Maildir.

    A name is one where it lies in ``cur``, ``new`` or ``tmp``, or ends in flags or sizes.
    """
    found = _NAME.match(name[-2000:])
    if found is None or not (found["folder"] or found["mark"] or found["sizes"]):
        return ()
    stated: list[tuple[str, str | int]] = []
    if found["folder"]:
        stated.append(("folder", found["folder"]))
        if found["box"]:
            stated.append(("mailbox", clip(found["box"])))
    delivered = canonical(_EPOCH + timedelta(seconds=int(found["seconds"])))
    stated += [("delivered", delivered), ("unique", found["unique"])]
    stated.append(("host", found["host"].replace("\\057", "/").replace("\\072", ":")))
    size = _SIZE.search(found["sizes"] or "")
    if size is not None and int(size[1]) < 2**63:
        stated.append(("size", int(size[1])))
    for letter in sorted(set(found["flags"] or "")):
        stated.append(("flag", _FLAGS.get(letter, f"keyword {letter}")))
    raw = name.rpartition("/")[2]
    return tuple(
        Observation(
            name=f"maildir.{what}", value=value, where=_WHERE, raw=raw if what == "delivered" else None
        )
        for what, value in stated
    )
