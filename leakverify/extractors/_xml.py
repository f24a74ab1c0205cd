"""The one place where lxml is configured.

Every XML part of a document goes through here: no entity is replaced, no DTD is
loaded, nothing is fetched, and libxml2 keeps its own limits (256 levels, 10 MB
of text in a node).  A document type declaration is refused before the parser
sees it, because none of the formats read here allows one (ECMA-376 part 2,
clause 8.2.5; XMP part 1, 7.2) and all entity attacks start with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

#: bytes of one part; genuine parts above this are rare and streamed instead
SIZE_LIMIT = 64 * 1024 * 1024
#: bytes given to a push parser at once
_FEED = 1024 * 1024
#: bytes of prologue (comments, processing instructions) before the first element
_PROLOGUE = 64 * 1024

_BOMS = (
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)


class XmlError(Exception):
    """XML that is not read; ``code`` is one of :data:`leakverify.problems.PROBLEMS`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class Xml(NamedTuple):
    """A parsed part. ``complaint`` is empty unless the parser had to mend it."""

    root: _Element
    complaint: str


def parse_xml(data: bytes, *, recover: bool = False, limit: int = SIZE_LIMIT) -> Xml:
    """Parse one part as a whole.

    With ``recover`` damaged markup is mended as far as possible and
    ``complaint`` says what was wrong first.  Raises :class:`XmlError` with
    ``limit-size``, ``limit-depth`` or ``malformed``.
    """
    from lxml import etree

    if len(data) > limit:
        raise XmlError("limit-size", f"{len(data)} bytes of XML")
    _refuse_doctype(data)
    parser = _parser(recover)
    try:
        root = etree.fromstring(data, parser)  # noqa: TID251 - this is the place
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from None
    except (ValueError, LookupError) as error:
        raise XmlError("malformed", str(error)) from None
    if root is None:
        raise XmlError("malformed", "no element")
    # an encoding the scan above cannot read (EBCDIC) may still have brought one
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("malformed", "a document type declaration")
    return Xml(root, _first_error(parser) if recover else "")


def parse_declaring(data: bytes, *, limit: int = SIZE_LIMIT) -> tuple[Xml, list[tuple[str, str]]]:
    """Parse one part, mending what is damaged, and list its namespace declarations.

    The declarations of every element, not only those of the root, are (prefix,
    URI) in document order.  Raises :class:`XmlError` as :func:`parse_xml` does.
    """
    from lxml import etree

    if len(data) > limit:
        raise XmlError("limit-size", f"{len(data)} bytes of XML")
    _refuse_doctype(data)
    parser: Any = etree.XMLPullParser(events=("start-ns",), **_options(recover=True))
    try:
        # in pieces: what a push parser holds unread must stay below libxml2's 10 MB
        for at in range(0, len(data), _FEED):
            parser.feed(data[at : at + _FEED])
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from None
    except (ValueError, LookupError) as error:
        raise XmlError("malformed", str(error)) from None
    if root is None:
        raise XmlError("malformed", "no element")
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("malformed", "a document type declaration")
    # a relative namespace URI is a warning only and needed no mending
    serious = (entry for entry in parser.feed_error_log if entry.level > etree.ErrorLevels.WARNING)
    complaint = next((f"line {entry.line}: {entry.message.strip()}" for entry in serious), "")
    return Xml(root, complaint), [(prefix or "", uri) for _, (prefix, uri) in parser.read_events()]


def iterate_xml(
    chunks: Iterable[bytes],
    tags: Iterable[str] | None = None,
    *,
    recover: bool = False,
    limit: int = SIZE_LIMIT,
) -> Iterator[_Element]:
    """Elements of a streamed part as they close, in document order.

    ``tags`` are names in Clark notation (``{uri}name``); every element when
    omitted.  An element is emptied, and its finished elder siblings are let go
    of, once the consumer asks for the next one: memory stays flat, and an
    element around another wanted one is seen without it.  Raises
    :class:`XmlError`; what came before the damage has been yielded.
    """
    from lxml import etree

    parser = _pull_parser(None if tags is None else tuple(tags), recover)
    seen = 0
    head: bytes | None = b""
    try:
        for chunk in chunks:
            seen += len(chunk)
            if seen > limit:
                raise XmlError("limit-size", f"more than {limit} bytes of XML")
            if head is not None:
                head += chunk
                if len(head) < _PROLOGUE:
                    continue
                chunk, head = head, None
                _refuse_doctype(chunk)
            parser.feed(chunk)
            yield from _drain(parser)
        if head is not None:
            _refuse_doctype(head)
            parser.feed(head)
        parser.close()
        yield from _drain(parser)
    except etree.XMLSyntaxError as error:
        yield from _drain(parser)
        raise _refusal(error) from None
    except (ValueError, LookupError) as error:
        raise XmlError("malformed", str(error)) from None


def _drain(parser: Any) -> Iterator[_Element]:
    for _, element in parser.read_events():
        yield element
        element.clear(keep_tail=True)
        parent = element.getparent()
        if parent is not None:
            while (elder := element.getprevious()) is not None:
                parent.remove(elder)


def _options(recover: bool) -> dict[str, Any]:
    return {
        "resolve_entities": False,
        "load_dtd": False,
        "dtd_validation": False,
        "attribute_defaults": False,
        "no_network": True,
        "huge_tree": False,
        "recover": recover,
        "remove_comments": True,
        "remove_pis": True,
        "collect_ids": False,
    }


def _parser(recover: bool) -> XMLParser:
    from lxml import etree

    return etree.XMLParser(**_options(recover))


def _pull_parser(tags: tuple[str, ...] | None, recover: bool) -> Any:
    from lxml import etree

    return etree.XMLPullParser(events=("end",), tag=tags, **_options(recover))


def _first_error(parser: XMLParser) -> str:
    log: Any = parser.error_log
    return next((f"line {entry.line}: {entry.message.strip()}" for entry in log), "")


def _refusal(error: Any) -> XmlError:
    message = str(error.msg or error)
    if "depth" in message.lower():  # "Excessive depth in document: 256, ..."
        return XmlError("limit-depth", message)
    return XmlError("malformed", message)


def _refuse_doctype(data: bytes) -> None:
    """Raise when the prologue declares a document type, in any Unicode encoding."""
    head = data[: _PROLOGUE * 4]
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            head = head.decode(encoding, "replace").encode("utf-8")
            break
    at = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    while True:
        while at < len(head) and head[at] in b" \t\r\n\x00":
            at += 1
        if head.startswith(b"<?", at):
            end = head.find(b"?>", at + 2)
            step = 2
        elif head.startswith(b"<!--", at):
            end = head.find(b"-->", at + 4)
            step = 3
        elif head[at : at + 9].upper() == b"<!DOCTYPE":
            raise XmlError("malformed", "a document type declaration")
        else:
            return
        if end < 0:
            if len(head) >= _PROLOGUE:
                raise XmlError("malformed", "no element within the first 64 kB")
            return
        at = end + step
