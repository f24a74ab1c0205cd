"""Compressed RTF of messages (MS-OXRTFCP), within the budget of the unit."""

from __future__ import annotations

import struct
import zlib

from leakverify.extractors._base import Budget, LimitExceeded

#: what both sides know before the first byte (MS-OXRTFCP 2.1.3.1.1)
_KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans "
    rb"SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_WINDOW = 4096


def decompress(data: bytes, budget: Budget, most: int) -> tuple[bytes, str]:
    """The RTF, and what was wrong with its wrapping (``""`` when nothing was).

    At most ``most`` bytes come out; what is more raises ``LimitExceeded``, as
    does the budget.  A stream can expand at most about ninefold (17 bytes from
    16 and a bit), so the bound is met in linear time.
    """
    if len(data) < 16:
        return b"", "compressed RTF without its header"
    stated, raw_size, magic, check = struct.unpack_from("<4I", data)
    body = data[16 : stated + 4] if 12 <= stated <= len(data) - 4 else data[16:]
    wrong = "" if stated + 4 <= len(data) else "compressed RTF ends early"
    if magic == _PLAIN:
        budget.spend(len(body), len(body), len(body))
        return body[:raw_size][:most], wrong
    if magic != _COMPRESSED:
        return b"", "compressed RTF of an unknown kind"
    if not wrong and _checksum(body) != check:
        wrong = "the checksum of the compressed RTF does not fit"
    out = _expand(body, min(raw_size, most + 1))
    budget.spend(len(out), len(body), len(out))
    if len(out) > most:
        raise LimitExceeded("limit-inflate", f"more than {most} bytes of RTF")
    if not wrong and len(out) < raw_size:
        wrong = "compressed RTF ends early"
    return out, wrong


def _checksum(body: bytes) -> int:
    """CRC-32 without the inversions at both ends (MS-OXRTFCP 2.1.3.2)."""
    return zlib.crc32(body, 0xFFFFFFFF) ^ 0xFFFFFFFF


def _expand(body: bytes, most: int) -> bytes:
    """Undo the references into the last 4,096 bytes written (MS-OXRTFCP 2.2.2)."""
    # what was not written yet reads as zeros; a place in the window is a distance back from the end
    out = bytearray(_WINDOW) + _KNOWN
    begin = len(out)
    at, end = 0, begin + most
    while at < len(body) and len(out) < end:
        control = body[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 2 > len(body):
                    return bytes(out[begin:end])
                place, length = body[at] << 4 | body[at + 1] >> 4, (body[at + 1] & 15) + 2
                at += 2
                back = (len(out) - place) % _WINDOW
                if not back:  # the end mark
                    return bytes(out[begin:end])
                if back >= length:
                    out += out[len(out) - back : len(out) - back + length]
                else:  # it reads what it is writing
                    piece = out[-back:]
                    out += (piece * (length // back + 1))[:length]
            elif at < len(body):
                out.append(body[at])
                at += 1
            else:
                return bytes(out[begin:end])
    return bytes(out[begin:end])
