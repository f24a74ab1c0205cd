"""Parts of a mail: the standard library is the judge of where they begin and end."""

from __future__ import annotations

import email
import hashlib
import re
from email import policy
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction
from leakverify.extractors._mail_headers import read_headers, skip_mark
from leakverify.extractors._mail_mime import content, parameters, read_parts, transfer_encoding
from leakverify.limits import Limits
from tests.builders.mail import Body, Multi, mail, part_bytes

Node = tuple[object, ...]

PDF = b"%PDF-1.4 not really"
MANY = 100_000


def library(message: Message, number: str = "", *, decoded: bool = False) -> list[Node]:
    """Number, type, kind and content of every part, as the standard library reads them."""
    kind = message.get_content_type()
    payload = message.get_payload()
    if message.get_content_maintype() == "multipart":
        children = payload if isinstance(payload, list) else []
        out: list[Node] = [(number, kind, "multipart", not children)]
        for position, child in enumerate(children, 1):
            assert isinstance(child, Message)
            out += library(child, f"{number}.{position}" if number else str(position), decoded=decoded)
        return out
    if message.get_content_maintype() == "message":
        return [(number or "1", kind, "message", None)]
    if decoded:
        body = message.get_payload(decode=True) or b""
        assert isinstance(body, bytes)
    else:
        # get_payload() would replace bytes above 7F
        body = str(vars(message)["_payload"]).encode("ascii", "surrogateescape")
    return [(number or "1", kind, "leaf", hashlib.sha256(body).hexdigest())]


def ours(data: bytes, *, decoded: bool = False) -> tuple[list[Node], list[str], list[bytes]]:
    """The same from our reader, with the names of the fields and the messages carried."""
    start = skip_mark(data)
    headers = read_headers(data, start, len(data))
    root, cut = read_parts(data, headers, start, len(data), MANY)
    assert not cut
    nodes: list[Node] = []
    messages: list[bytes] = []
    for part in root.walk():
        if part.main == "multipart":
            nodes.append((part.number, part.type, "multipart", not part.children))
        elif part.main == "message":
            nodes.append((part.number, part.type, "message", None))
            messages.append(data[part.body : part.end])
        else:
            body = data[part.body : part.end]
            if decoded:
                body = content(data, part, transfer_encoding(data, part)).data
            nodes.append((part.number, part.type, "leaf", hashlib.sha256(body).hexdigest()))
    return nodes, [field.name for field in headers.fields], messages


#: pieces of which damaged mails are made; every one steers the library's parser
PIECES = (
    b"--b", b"--b--", b"--c", b"--c--", b"--", b"----", b"--bc", b"--b \t\n", b"\n--b\n", b"\n--c\r\n",
    b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n", b" ", b"\t", b" fold\n", b"text", b"\xe9", b"\x00", b"\x0c", b"\x85",
    b"Content-Type: multipart/mixed; boundary=b\n", b'Content-Type: multipart/digest; boundary="c"\r\n',
    b"Content-Type: multipart/mixed;\n boundary=c\n", b"Content-Type: multipart/mixed\n", b"Content-Type:\n",
    b"Content-Type: multipart/x; boundary*0=b; boundary*1=c\n", b"Content-Type: a\n",
    b'Content-Type: multipart/mixed; charset="a;b"; boundary=c\n', b'Content-Type: multipart/mixed; boundary="b "\n',
    b'Content-Type: multipart/mixed; x="\\"; boundary=c\n', b"Content-Type: text/html; a\n",
    b"Content-Type: message/rfc822\n", b"Content-Type: message/delivery-status\n", b"content-type : text/html\n",
    b"From x\n", b": x\n", b"A: b\n", b"Subject:\r\n",
)  # fmt: skip


@given(st.booleans(), st.lists(st.sampled_from(PIECES), max_size=25))
@example(True, [b"--b", b"\n", b"--b--", b"\n", b"--b", b"\n", b"text"])
@example(True, [b"--b\n", b'Content-Type: multipart/digest; boundary="c"\r\n', b"\n", b"--c\n", b"--b--"])
def test_parts_are_those_of_the_standard_library(headed: bool, pieces: list[bytes]) -> None:
    data = (b"Content-Type: multipart/mixed; boundary=b\n\n" if headed else b"") + b"".join(pieces)
    data = data[skip_mark(data) :]
    # a last field line "From " is moved behind the blank line by the library; we leave it in its place
    if re.search(rb"[\r\n]From [^\r\n]*(?:\r\n|\r|\n){2}", data):
        return
    judge = email.message_from_bytes(data, policy=policy.compat32)
    nodes, names, _ = ours(data)
    assert nodes == library(judge)
    assert names == judge.keys()


@pytest.mark.corpus
def test_parts_of_real_mails_are_those_of_the_standard_library(corpus: Path) -> None:
    """Every mail of the corpus and every mail inside one, contents decoded."""
    differing: list[str] = []
    seen = 0
    for row in (corpus / "MANIFEST.tsv").read_text("utf-8").splitlines()[1:]:
        name, _, _, _, _, _, kind = row.split("\t")[:7]
        if kind not in ("eml", "txt", "mbox"):
            continue
        waiting = [(corpus / name).read_bytes()]
        while waiting:
            data = waiting.pop()
            seen += 1
            judge = email.message_from_bytes(data[skip_mark(data) :], policy=policy.compat32)
            nodes, names, messages = ours(data, decoded=True)
            if nodes != library(judge, decoded=True) or names != judge.keys():
                differing.append(name)
            waiting += messages
    assert seen > 1000
    # damaged base64 is read as far as it goes, and blanks after the name of an encoding do not matter
    assert len(differing) <= 0.001 * seen, differing


def test_ranges_point_at_the_bytes_of_the_part() -> None:
    data = mail(Multi([Body(content=b"one\n"), Body("application/pdf; name=a.pdf", PDF, "base64")]))
    found = examine_bytes(data, "x.eml").extractions
    (text,) = (o for o in found[0].observations if o.name == "mail.text")
    assert text.where.part == "1"
    assert text.where.offset is not None and text.where.length is not None
    piece = data[text.where.offset :][: text.where.length]
    assert piece == part_bytes(Body(content=b"one\n"))
    assert found[1].where.part == "2"


def read(data: bytes, *, limits: Limits | None = None, full: bool = True) -> tuple[Extraction, ...]:
    return examine_bytes(data, "x.eml", limits=limits or Limits(), full=full).extractions


def values(found: Extraction, name: str) -> list[object]:
    return [o.value for o in found.observations if o.name == name]


def details(found: Extraction) -> set[tuple[str, str]]:
    return {(problem.code, problem.detail) for problem in found.problems}


def test_attachments_are_documents_of_the_unit() -> None:
    when = 'attachment; filename="a.bin"; modification-date="Fri, 5 May 2017 20:00:00 +0200"'
    body = Multi(
        [
            Body(),
            Body("application/octet-stream", b"\x00\x01\x02", "base64", when),
            Body("image/x-none; name=logo.x", b"\x01\x02", "base64", "inline", ("Content-ID: <logo@a>",)),
            Body("message/rfc822", mail(subject="inner", newline=b"\n")),
        ]
    )
    carrier, *children = read(mail(body))
    assert [(c.name, c.role, c.where.part, c.size) for c in children] == [
        ("a.bin", "attachment", "2", 3),
        ("logo.x", "inline", "3", 2),
        ("message 4", "message", "4", len(mail(subject="inner"))),
    ]
    assert children[0].sha256 == hashlib.sha256(b"\x00\x01\x02").hexdigest()
    assert children[2].formats == ("mail",)
    assert values(children[2], "mail.subject") == ["inner"]
    assert values(carrier, "mail.attachment.name") == ["a.bin", "logo.x"]
    assert values(carrier, "mail.attachment.size")[:2] == [3, 2]
    assert values(carrier, "mail.attachment.modified") == ["2017-05-05T20:00:00+02:00"]
    assert values(carrier, "mail.mime.content_id") == ["logo@a"]


def test_attachments_are_examined_in_the_first_pass_too() -> None:
    body = Multi([Body(), Body("application/pdf; name=a.pdf", PDF, "base64")])
    assert [child.name for child in read(mail(body), full=False)[1:]] == ["a.pdf"]


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("attachment; filename=\"facture.pdf\"", "facture.pdf"),
        ("attachment; filename=facture.pdf; size=3", "facture.pdf"),
        ("attachment; filename*=utf-8''%E2%82%AC%20rates.txt", "€ rates.txt"),
        ("attachment; filename*0*=iso-8859-1'fr'r%E9; filename*1=sum; filename*2*=%E9.pdf", "résumé.pdf"),
        ("attachment; filename=\"=?utf-8?b?w6kucGRm?=\"", "é.pdf"),
        ("attachment; filename=\"a;b.pdf\"; x=y", "a;b.pdf"),
        ("attachment; filename=\"a\\\"b.pdf\"", 'a"b.pdf'),
        ("attachment; filename=é.pdf", "é.pdf"),
    ],
)  # fmt: skip
def test_file_names_in_every_dialect(stated: str, name: str) -> None:
    body = Body("application/octet-stream", b"x", "base64", stated)
    assert values(read(mail(body))[0], "mail.attachment.name") == [name]


def test_two_names_of_one_part_are_both_told() -> None:
    body = Body('application/octet-stream; name="b.exe"', b"x", "base64", "attachment; filename=a.pdf")
    found = read(mail(body))[0]
    assert values(found, "mail.attachment.name") == ["a.pdf"]
    assert values(found, "mail.attachment.type_name") == ["b.exe"]


def test_a_huge_or_mixed_number_of_a_parameter_does_not_matter() -> None:
    """The library fails on both with ValueError and TypeError."""
    assert parameters("a/b; n*" + "9" * 6000 + "=x; m*=us-ascii''y; m*0=z; boundary=q")[1]["boundary"] == "q"


def test_html_is_reduced_to_its_words() -> None:
    page = (
        b"<html><head><title>no</title><style>p{}</style></head><body><p>Montant&nbsp;: 1&#x20AC;"
        b"<br>ligne<script>var a='no'</script><table><tr><td>a</td><td>b</td></tr></table></body></html>"
    )
    assert values(read(mail(Body("text/html", page)))[0], "mail.text") == ["Montant : 1€\nligne\na b"]


def test_html_states_its_own_charset_when_the_part_does_not() -> None:
    page = b'<meta charset="koi8-r"><p>\xf4'
    assert values(read(mail(Body("text/html", page)))[0], "mail.text") == ["Т"]


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("utf-8", "é".encode(), "é"),
        ("iso-8859-1", b"\x80", "€"),  # Windows-1252 in practice
        ("gb2312", "汉".encode("gb18030"), "汉"),
        ("no-such", b"\xe9", "é"),
        ("zlib", b"\xe9", "é"),
        ("punycode", b"\xe9", "é"),
        ("us-ascii", "é".encode(), "é"),
        ("utf-7", b"+AOk-", "é"),
        ("utf-7", b"+2AE-", "�"),  # a lone surrogate
        ("utf-8", b"\xe9", "�"),
    ],
)
def test_charsets_are_tolerated(charset: str, raw: bytes, text: str) -> None:
    data = mail(Body(f"text/plain; charset={charset}", b"@")).replace(b"@\r\n", b"@")[:-1]
    assert values(read(data + raw)[0], "mail.text") == [text]


def test_damaged_base64_is_read_as_far_as_it_goes_and_said() -> None:
    body = b"Content-Type: application/x\nContent-Transfer-Encoding: base64\n\n"
    for text, said in (
        (b"QUJD!QUJD", "characters that are not base64 were left out"),
        (b"QUJDQ", "the base64 text ends inside a group of four"),
        (b"QUI=QUJD", "text after the padding of base64 was not read"),
    ):
        found = read(b"From: a@b\n" + body + text)[0]
        assert ("malformed", said) in details(found)
        assert values(found, "mail.attachment.size") != [0]
    assert not details(read(b"From: a@b\n" + body + b"QUJD\n")[0])


def test_uuencode_as_a_transfer_encoding_is_undone_and_noted() -> None:
    data = (
        b"From: a@b\nContent-Type: application/x; name=a\nContent-Transfer-Encoding: x-uuencode\n\n"
        b"begin 644 a\n#0V%T\n`\nend\n"
    )
    carrier, child = read(data)
    assert child.sha256 == hashlib.sha256(b"Cat").hexdigest()
    assert values(carrier, "mail.wrapper") == ["uuencode"]


@pytest.mark.parametrize(
    ("text", "wrapper", "code"),
    [
        (b"see\nbegin 644 a.doc\n#0V%T\nend\n", "uuencode", "unsupported-feature"),
        (b"=ybegin line=128 size=3 name=a\nxyz\n", "yenc", "unsupported-feature"),
        (b"-----BEGIN PGP MESSAGE-----\n\nabc\n", "pgp-inline", None),
    ],
)
def test_wrappings_inside_text_are_noted(text: bytes, wrapper: str, code: str | None) -> None:
    found = read(mail(text))[0]
    assert values(found, "mail.wrapper") == [wrapper]
    assert {problem.code for problem in found.problems} == ({code} if code else set())


def test_a_sentence_that_begins_with_begin_is_no_uuencode() -> None:
    assert not values(read(mail(b"begin with this\nbegin 9 years ago\n"))[0], "mail.wrapper")


def test_wrappers() -> None:
    signed = Multi(
        [Body(), Body("application/pgp-signature", b"x")], kind='signed; protocol="application/pgp-signature"'
    )
    assert values(read(mail(signed))[0], "mail.wrapper") == ["pgp-signed"]
    sealed = Multi([Body(), Body("application/octet-stream", b"x")], kind="encrypted")
    found = read(mail(sealed))[0]
    assert values(found, "mail.wrapper") == ["pgp-encrypted"]
    assert ("encrypted", "pgp-encrypted") in details(found)
    oid = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
    for last, wrapper, code in (
        (b"\x03", "smime-encrypted", "encrypted"),
        (b"\x02", "smime-opaque", "malformed"),
    ):
        found = read(mail(Body("application/pkcs7-mime; name=smime.p7m", oid + last, "base64")))[0]
        assert values(found, "mail.wrapper") == [wrapper]
        assert code in {named for named, _ in details(found)}
    found = read(mail(Body("application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22", "base64")))[0]
    assert values(found, "mail.wrapper") == ["tnef"]


def test_what_stands_around_the_parts() -> None:
    body = Multi(
        [Body()], preamble=b"This is a multi-part message in MIME format.\n", epilogue=b"list footer\n"
    )
    found = read(mail(body))[0]
    assert values(found, "mail.mime.preamble") == ["This is a multi-part message in MIME format."]
    assert values(found, "mail.mime.epilogue") == [len(b"list footer\r\n")]
    assert values(found, "mail.mime.boundary") == ["=_outer"]


def test_damage_is_named() -> None:
    unclosed = read(mail(Multi([Body()], closed=False)))[0]
    assert ("truncated", "the last boundary of a multipart is missing") in details(unclosed)
    absent = read(b"From: a@b\nContent-Type: multipart/mixed; boundary=x\n\nwords\n")[0]
    assert ("malformed", "the boundary of a multipart does not occur") in details(absent)
    assert values(absent, "mail.text") == ["words\n"]
    none = read(b"From: a@b\nContent-Type: multipart/mixed\n\nwords\n")[0]
    assert ("malformed", "a multipart without a boundary") in details(none)


def test_text_beyond_the_limit_is_said_to_be_left_out() -> None:
    found = read(
        mail(Multi([Body(content=b"a" * 30), Body(content=b"b" * 30)])), limits=Limits(text_chars=40)
    )[0]
    assert [len(str(text)) for text in values(found, "mail.text")] == [30, 10]
    assert "limit-text" in {code for code, _ in details(found)}


def test_reports_of_servers_are_read_as_text() -> None:
    body = Body("message/delivery-status", b"Reporting-MTA: dns; a.example\n\nStatus: 5.1.1\n")
    found = read(mail(Multi([Body(), body], kind="report")))[0]
    assert "5.1.1" in str(values(found, "mail.text")[1])
