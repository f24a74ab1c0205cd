"""A signature for the sample that warms the PDF reader up: parsed, verified and followed by one more save."""

from __future__ import annotations

import base64

#: CMS over other bytes, by a certificate that names itself "sample"; made once with a key that is not kept
_VALUE = (
    "MIICOwYJKoZIhvcNAQcCoIICLDCCAigCAQExDzANBglghkgBZQMEAgEFADALBgkqhkiG9w0BBwGgggESMIIBDjCBtaADAgECAgEB"
    "MAoGCCqGSM49BAMCMBExDzANBgNVBAMMBnNhbXBsZTAeFw0xNTAxMDEwMDAwMDBaFw0zMDAxMDEwMDAwMDBaMBExDzANBgNVBAMM"
    "BnNhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJpj4EZy57TWQqwozEStKsMU1LBZ3N9huNGi2wyB6OhtGBEAx6rqhKzm"
    "pAMIQAP2Cidk1ctLtNunq7w/s4vB7rAwCgYIKoZIzj0EAwIDSAAwRQIgP2SsADBwR+5xejDkTsC+tRWQ/5UlF3Lf3W+oX2eGN+0C"
    "IQD7BsZscodqAPFKUG0scmjcKV0SzmnvQXcwt0+6LURZezGB7jCB6wIBATAWMBExDzANBgNVBAMMBnNhbXBsZQIBATANBglghkgB"
    "ZQMEAgEFAKBpMBgGCSqGSIb3DQEJAzELBgkqhkiG9w0BBwEwHAYJKoZIhvcNAQkFMQ8XDTE3MDUwOTA4MTIzMFowLwYJKoZIhvcN"
    "AQkEMSIEIK8r2+Gqm27B4q3h1pT0H8cagx0CaOmJFWIRPYpirdG/MAoGCCqGSM49BAMCBEgwRgIhAMYXBEZe9oaWmEb35iAPvuYJ"
    "kjK3S7leoL6B7wLlD++JAiEAiZBGuGeUGGKTQ7pU37AWo9Q3uRHDCI+ZA/PZY3hJrnE="
)
_RANGE = b"/ByteRange[%010d %010d %010d %010d]"


def signed(data: bytes, catalog: bytes, previous: int) -> bytes:
    """``data`` with a save that signs it and one after that. ``catalog``: object 1, with the new field."""
    value = base64.b64decode(_VALUE).hex().encode()
    body = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached" + _RANGE % (0, 0, 0, 0)
    objects = {
        1: catalog,
        12: b"<</FT/Sig/T(signed)/V 13 0 R>>",
        13: body + b"/Contents<" + value + b">>>",
    }
    made, start = _save(data, objects, 14, previous)
    opens = made.index(b"/Contents<", len(data)) + len(b"/Contents")
    closes = opens + len(value) + 2
    stated = _RANGE % (0, opens, closes, len(made) - closes)
    made = made.replace(_RANGE % (0, 0, 0, 0), stated)
    return _save(made, {5: b"<</Producer(sample)/ModDate(D:20170507)>>"}, 14, start)[0]


def _save(data: bytes, objects: dict[int, bytes], size: int, previous: int) -> tuple[bytes, int]:
    out, table = bytearray(data), b"xref\n"
    for number, body in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    trailer = b"trailer\n<</Size %d/Root 1 0 R/Info 5 0 R/ID[<00><02>]/Prev %d>>\n" % (size, previous)
    return bytes(out + table + trailer + b"startxref\n%d\n%%%%EOF\n" % start), start
