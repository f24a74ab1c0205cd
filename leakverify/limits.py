"""How much one hostile file may cost.

Every number bounds one *unit* (a loose file, an archive member, or a mail with
its attachments), except where the name says otherwise.  A limit that is hit
always ends as a :class:`~leakverify.evidence.Problem`; it never turns into a
clean result.
"""

from __future__ import annotations

import msgspec

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of one unit. Sizes in bytes, times in seconds."""

    cpu_seconds: int = 20
    wall_seconds: float = 60.0
    address_space: int = GIB
    open_files: int = 16
    #: bytes of answer the parent accepts from the child
    answer_bytes: int = 128 * MIB
    #: observations, problems and children the parent accepts from the child
    answer_rows: int = 500_000
    #: largest document that is read into memory
    document_bytes: int = 256 * MIB
    #: bytes all decompressors of a unit may produce together
    inflated_bytes: int = 512 * MIB
    #: expansion allowed once a stream has produced ``ratio_after`` bytes
    ratio: int = 200
    ratio_after: int = MIB
    #: members listed of one container; a mailbox of a few years holds 100,000 messages
    members: int = 200_000
    #: bytes of one member unpacked from a container
    member_bytes: int = 4 * GIB
    #: bytes unpacked from everything inside one loose file
    archive_bytes: int = 64 * GIB
    #: containers inside containers, attachments inside attachments
    depth: int = 10
    #: nested documents examined in one unit
    documents: int = 1_000
    #: characters of document text kept per document
    text_chars: int = 1_000_000
    #: pages, sheets or parts whose text is read per document
    pages: int = 2_000


DEFAULT_LIMITS = Limits()
