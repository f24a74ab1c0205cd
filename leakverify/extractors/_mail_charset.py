"""Bytes to text under a charset name that a stranger chose.

A charset name is looked up in a closed list and never handed to the codec
machinery: among the codecs of Python are compressors, and ``idna`` and
``punycode``, whose time grows with the square of the input.  A name outside the
list, or a false one, costs exactness of some letters, never the text.
"""

from __future__ import annotations

import functools

#: text codecs in use in mail, by the names of Python's own modules
_CODECS = frozenset(
    """ascii utf_8 utf_8_sig utf_7 utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le
    latin_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10
    iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16
    cp037 cp273 cp424 cp437 cp500 cp720 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863
    cp864 cp865 cp866 cp869 cp874 cp875 cp932 cp949 cp950 cp1006 cp1026 cp1125 cp1140
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258
    koi8_r koi8_u koi8_t kz1048 tis_620 ptcp154 hp_roman8
    mac_roman mac_cyrillic mac_greek mac_latin2 mac_turkish mac_iceland mac_croatian mac_romanian mac_farsi
    big5 big5hkscs gb2312 gbk gb18030 hz shift_jis shift_jis_2004 shift_jisx0213 euc_jp euc_jis_2004
    euc_jisx0213 euc_kr johab iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3
    iso2022_jp_ext iso2022_kr""".split()
)
#: names seen in mail that Python does not know, and names that mean a larger set in practice
#: (WHATWG Encoding Standard, section 4.2)
_ALSO = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_cn": "gb18030",
    "gb_2312_80": "gb18030",
    "x_gbk": "gb18030",
    "ks_c_5601_1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc_kr": "cp949",
    "x_windows_949": "cp949",
    "shift_jis": "cp932",
    "x_sjis": "cp932",
    "sjis": "cp932",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_6_i": "iso8859_6",
    "windows_31j": "cp932",
    "windows_874": "cp874",
    "dos_874": "cp874",
    "x_mac_cyrillic": "mac_cyrillic",
    "macintosh": "mac_roman",
    "x_mac_roman": "mac_roman",
    "latin1": "cp1252",
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "iso_8859_1": "cp1252",
    "unicode_1_1_utf_7": "utf_7",
    "unicode_1_1_utf_8": "utf_8",
    "utf8": "utf_8",
}
NAME_LIMIT = 64


def codec_of(charset: str) -> str:
    """The codec for a charset label, ``""`` when the label means nothing here.

    >>> codec_of("ISO-8859-1"), codec_of("zlib")
    ('cp1252', '')
    """
    from encodings.aliases import aliases

    if not charset or len(charset) > NAME_LIMIT or not charset.isascii():
        return ""
    name = "".join(c if c.isalnum() else "_" for c in charset.lower()).strip("_")
    known = _ALSO.get(name) or aliases.get(name, name)
    known = _ALSO.get(known, known)
    return known if known in _CODECS else ""


def decode(data: bytes, charset: str = "") -> str:
    """Text of ``data``; never raises, and never gives a lone surrogate.

    A stated charset that does not fit gives way to UTF-8 when the bytes are
    valid UTF-8, and is applied with replacement characters otherwise.  Without
    one, bytes that are not UTF-8 are read as Windows-1252, in which every byte
    stands for something.
    """
    if data.isascii():
        codec = codec_of(charset)
        if not codec or codec not in _NOT_ASCII:
            return data.decode("ascii")
    else:
        codec = codec_of(charset)
    if not codec or codec == "ascii":
        return decode_unlabelled(data)
    try:
        return _whole(data.decode(codec))
    except UnicodeError:
        pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return western(data) if codec == "cp1252" else _whole(data.decode(codec, "replace"))


def decode_unlabelled(data: bytes) -> str:
    """UTF-8 if it is valid, Windows-1252 if not."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return western(data)


def western(data: bytes) -> str:
    """Windows-1252 with its five empty places read as ISO 8859-1 controls (WHATWG)."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_western_places())


#: codecs in which bytes below 80 hex may mean something else than ASCII
_NOT_ASCII = frozenset(
    {"utf_7", "hz", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"}
    | {"shift_jis_2004", "shift_jisx0213", "johab"}
    | {name for name in _CODECS if name.startswith(("iso2022", "cp037", "cp273", "cp424", "cp500", "cp875"))}
    | {"cp1026", "cp1140"}
)


@functools.cache
def _western_places() -> dict[int, str]:
    """What Windows-1252 has in the places of the ISO 8859-1 controls."""
    empty = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    return {byte: bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in empty}


def _whole(text: str) -> str:
    """Join surrogate pairs that a codec let through, and replace lone ones."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def warm_up() -> None:
    """Load every codec of the list, so that none is looked for on disk later."""
    import codecs

    for name in sorted(_CODECS):
        codecs.lookup(name)
