"""What may be kept of a name: its shape.

A known-genuine corpus is handed from one newsroom to another, so features never hold what a person
wrote.  Words
that programs write are kept, all others become ``*`` or a class of characters.  Every function here
gives back what
it gave when it is asked again, so that features made from what a corpus keeps are those made from the
document.
"""

from __future__ import annotations

import hashlib
import re

#: longest word of a feature; longer ones are told by their beginning and a digest
LONGEST = 120

_PARTS = frozenset(
    """content types rels docprops core app custom thumbnail jpeg jpg png gif emf wmf bin vml xml word
    document styles settings fonttable fonts font websettings numbering theme themes footnotes endnotes
    header footer comments commentsextended commentsextensible commentsids people glossary
    styleswitheffects media image xl workbook worksheets worksheet sheet sheets chartsheets
    sharedstrings calcchain drawings drawing vmldrawing charts chart colors style printersettings tables
    table pivottables pivottable pivotcache pivotcachedefinition pivotcacherecords querytables
    querytable ppt presentation presprops viewprops tablestyles slides slide slidelayouts slidelayout
    slidemasters slidemaster notesslides notesslide notesmasters notesmaster handoutmasters
    handoutmaster commentauthors comment embeddings oleobject activex customxml item itemprops props
    externallinks externallink connections metadata richdata threadedcomments persons person revisions
    webextensions taskpanes tags tag diagrams data layout quickstyle revisioninfo changesinfos
    stylesheet userdata docmetadata labelinfo mimetype meta manifest inf rdf configurations accelerator
    current thumbnails pictures object objects replacements cache menubar toolbar statusbar floater
    popupmenu progressbar images bitmaps toolpanel basic standard script lb lc dialog dialogs
    configuration documentsignatures macrosignatures signatures xmlsignatures origin sig sigs root entry
    compobj summaryinformation documentsummaryinformation worddocument workbook book powerpoint user
    objectpool macros vba dir project projectwm thisdocument thisworkbook module srp ole olepres objinfo
    ocxname msodatastore properties ctls xcb vbaproject cur vbadata vba_project_cur package encryption
    encryptedpackage dataspaces version dataspacemap transforminfo strongencryptiondataspace revision
    log names msolink""".split()
)
_LETTERS = re.compile(r"[A-Za-z]+|[^\x00-\x7f]+")
_OTHER = re.compile(r"[^A-Za-z0-9#*/._\[\]()-]+")

_BOUNDARY_WORDS = frozenset(
    """nextpart part boundary mime apple mail alternative mixed related multipart next of exmh pine javamail
    evthread""".split()
)
_RUN = re.compile(r"[A-Za-z0-9]+")
_CLASS = re.compile(r"[9fFw]\d{1,3}")

_HOSTS = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:openxmlformats\.org|microsoft\.com|office\.com|purl\.org|purl\.oclc\.org"
    r"|w3\.org|oasis-open\.org|openoffice\.org|libreoffice\.org|documentfoundation\.org|wps\.cn|gnome\.org"
    r"|google\.com|apple\.com|kde\.org|adobe\.com|xml\.apache\.org)(?:[/:#?][!-~]{0,120})?"
    r"|urn:(?:schemas-microsoft-com|oasis|org:documentfoundation|openoffice|microsoft):[!-~]{0,120}"
)


def digest(*parts: str) -> str:
    """Sixteen hex digits that stand for a text; who guesses the text can confirm the guess."""
    return hashlib.blake2s("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def word(value: str) -> str:
    """A word of a feature, cut to what a model's dictionary should hold."""
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 17]}~{digest(value)}"


def part_shape(name: str) -> str:
    """The name of a part or stream without its own words.

    >>> part_shape("word/media/image3.png"), part_shape("xl/embeddings/Contract Dupont.xlsx")
    ('word/media/image#.png', 'xl/embeddings/*.*')
    """
    name = name[:512].lstrip("\x01\x02\x03\x05")  # how OLE marks streams of its own
    kept = _LETTERS.sub(lambda m: m[0] if m[0].lower() in _PARTS else "*", name)
    kept = re.sub(r"\d+", "#", _OTHER.sub("*", kept))
    return re.sub(r"\*[*#]*", "*", kept)


def uri_shape(uri: str) -> str:
    """A namespace of those who make programs as it is; any other is ``other``."""
    return uri[:200] if _HOSTS.fullmatch(uri) else "other"


def id_shape(value: str) -> str:
    """An identifier as classes of characters, each with its length.

    ``9`` stands for digits, ``f`` and ``F`` for hexadecimal digits, ``w`` for anything else.

    >>> id_shape("----=_NextPart_000_0010_01C4A2B0.12")
    '~----=_NextPart_93_94_F8.92'
    """
    if value.startswith("~") and all(_is_class(run) for run in _RUN.findall(value)) and value.isascii():
        return value[:LONGEST]
    shaped = _RUN.sub(_run_class, value[:100].encode("ascii", "replace").decode())
    return f"~{re.sub(r'[^!-~]+', '_', shaped)}"[:LONGEST]


def _is_class(run: str) -> bool:
    return bool(_CLASS.fullmatch(run)) or run.lower() in _BOUNDARY_WORDS


def _run_class(found: re.Match[str]) -> str:
    run = found[0]
    if run.lower() in _BOUNDARY_WORDS:
        return run
    if run.isdigit():
        kind = "9"
    elif re.fullmatch(r"[0-9a-f]+", run):
        kind = "f"
    else:
        kind = "F" if re.fullmatch(r"[0-9A-F]+", run) else "w"
    return f"{kind}{len(run)}"


def stated(value: object) -> str:
    """All that is kept of a text a person wrote: that it is there."""
    return "*" if value not in ("", None) else ""
