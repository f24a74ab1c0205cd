"""Quoted mail inside a mail: who, when, how deep, and where in the bytes."""

from __future__ import annotations

import quopri
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.evidence import Extraction, Observation
from leakverify.extractors._mail_quote_lines import BLOCKS, DEPTH, blocks, person, unmarked
from leakverify.extractors._mail_quote_words import read_quoted_date
from leakverify.extractors._mail_quotes import KEPT
from tests.builders.mail import Body, Multi, mail
from tests.extractors._facts import codes, read


def quoted(found: Extraction) -> list[dict[str, Observation]]:
    """Facts of every quotation, by the end of their names."""
    groups: dict[tuple[str, int | None], dict[str, Observation]] = {}
    for fact in found.observations:
        if fact.name.startswith("mail.quote."):
            groups.setdefault((fact.where.part, fact.where.line), {})[fact.name[11:]] = fact
    return list(groups.values())


def said(text: str, kind: str = "text/plain; charset=utf-8") -> list[dict[str, str]]:
    body = Body(type=kind, content=text.encode())
    return [
        {name: str(fact.value) for name, fact in one.items()} for one in quoted(read(mail(body), "a.eml"))
    ]


@pytest.mark.parametrize(
    ("line", "when", "name"),
    [
        ("Le lun. 8 mai 2017 à 10:12, Anne Martin <anne@a.example> a écrit :", "2017-05-08T10:12", "Anne Martin"),
        ("Le 8 mai 2017 à 10 h 12, Anne Martin <anne@a.example> a écrit :", "2017-05-08T10:12", "Anne Martin"),
        ("On Mon, May 8, 2017 at 10:12 AM, Anne Martin <anne@a.example> wrote:", "2017-05-08T10:12", "Anne Martin"),
        ("Am Mo., 8. Mai 2017 um 10:12 Uhr schrieb Anne Martin <anne@a.example>:", "2017-05-08T10:12", "Anne Martin"),
        ("El lun, 8 may 2017 a las 10:12, Anne Martin (<anne@a.example>) escribió:", "2017-05-08T10:12", "Anne Martin"),
        ("Il giorno lun 8 mag 2017 alle ore 10:12 Anne Martin <anne@a.example> ha scritto:", "2017-05-08T10:12", "Anne Martin"),
        ("Op ma 8 mei 2017 om 10:12 schreef Anne Martin <anne@a.example>:", "2017-05-08T10:12", "Anne Martin"),
        ("Em seg, 8 de mai de 2017 às 10:12, Anne Martin <anne@a.example> escreveu:", "2017-05-08T10:12", "Anne Martin"),
        ("On Mon, 8 May 2017 10:12:03 +0200, Anne Martin <anne@a.example> wrote:", "2017-05-08T10:12:03+02:00", "Anne Martin"),
    ],
)  # fmt: skip
def test_attributions_of_many_languages(line: str, when: str, name: str) -> None:
    (one,) = said(f"D'accord.\n\n{line}\n\n> Bonjour Paul\n> à demain\n")
    assert (one["when"], one["from.address"], one["from.name"]) == (when, "anne@a.example", name)
    assert one["attribution"] == line
    assert one["text"] == "Bonjour Paul\nà demain"
    assert one["kind"] == "prefixed"


@pytest.mark.parametrize(
    ("block", "language"),
    [
        ("De : Anne Martin [mailto:anne@a.example]\nEnvoyé : lundi 8 mai 2017 10:12\nÀ : Paul\nObjet : Note", "fr"),
        ("From: Anne Martin <anne@a.example>\nSent: Monday, May 8, 2017 10:12 AM\nTo: Paul\nSubject: Note", "en"),
        ("Von: Anne Martin <anne@a.example>\nGesendet: Montag, 8. Mai 2017 10:12\nAn: Paul\nBetreff: Note", "de"),
        ("De: Anne Martin <anne@a.example>\nEnviado el: lunes, 8 de mayo de 2017 10:12\nPara: Paul\nAsunto: Note", "es"),
        ("Da: Anne Martin <anne@a.example>\nInviato: lunedì 8 maggio 2017 10:12\nA: Paul\nOggetto: Note", "it"),
        ("Van: Anne Martin <anne@a.example>\nVerzonden: maandag 8 mei 2017 10:12\nAan: Paul\nOnderwerp: Note", "nl"),
        ("De: Anne Martin <anne@a.example>\nEnviado em: segunda-feira, 8 de maio de 2017 10:12\nPara: Paul\nAssunto: Note", "pt"),
    ],
)  # fmt: skip
def test_headers_that_outlook_quotes(block: str, language: str) -> None:
    (one,) = said(f"D'accord.\n\n{block}\n\nBonjour Paul\nà demain\n")
    assert one["kind"] == "header"
    assert one["when"] == "2017-05-08T10:12"
    assert one["weekday"] == "mon"
    assert one["from.address"] == "anne@a.example"
    assert (one["subject"], one["to"], one["language"]) == ("Note", "Paul", language)
    assert one["text"] == "Bonjour Paul\nà demain"


def test_a_forwarded_mail_is_told_from_an_answered_one() -> None:
    (one,) = said(
        "Pour info\n\n---------- Forwarded message ----------\nFrom: Anne <anne@a.example>\n"
        "Date: Mon, May 8, 2017 at 10:12 AM\nSubject: Note\nTo: Paul <paul@b.example>\n\nBonjour\n"
    )
    assert (one["kind"], one["text"]) == ("forwarded", "Bonjour")


def test_a_day_that_may_be_a_month_is_not_read() -> None:
    assert read_quoted_date("On 4/5/2017, Anne wrote", "en")[:2] == ("", "")  # type: ignore[index]
    (one,) = said("Oui\n\nOn 04/05/2017 10:12 AM, Anne wrote:\n> Bonjour\n")
    assert "when" not in one
    assert one["when_ambiguous"] == "04/05/2017 10:12 AM"
    assert read_quoted_date("On 14/5/2017, Anne wrote", "en").value == "2017-05-14"  # type: ignore[union-attr]
    assert read_quoted_date("4.5.2017", "de").value == "2017-05-04"  # type: ignore[union-attr]


def test_levels_are_counted_and_parted() -> None:
    outer, inner = said(
        "Oui.\nOn Mon, May 8, 2017 at 10:12 AM, Anne <anne@a.example> wrote:\n> Un\n"
        "> On Sun, May 7, 2017 at 9:00 AM, Paul <paul@b.example> wrote:\n>> Deux\n> Trois\n"
    )
    assert (outer["depth"], outer["text"]) == ("1", "Un\nTrois")
    assert (inner["depth"], inner["text"], inner["from.address"]) == ("2", "Deux", "paul@b.example")


def test_an_answer_between_the_lines_does_not_part_a_quotation() -> None:
    (one,) = said("Le 8 mai 2017 à 10:12, Anne a écrit :\n> Un\nMa réponse\n> Deux\nEncore\n> Trois\n")
    assert one["text"] == "Un\nDeux\nTrois"
    assert one["lines"] == "1-2,4,6"


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour,\n\nLe 8 mai 2017 nous avons dit :\nrien de plus.\n",
        "From: the beginning\nof the year\n",
        ">From the beginning we agreed.\n",
        "I wrote: nothing.\n",
        "On Monday he wrote:\nnothing with a date\n",
    ],
)
def test_ordinary_text_is_not_quoted(text: str) -> None:
    assert said(text) == []


def test_html_quotations_of_mail_programs() -> None:
    page = (
        "<html><body><div>Oui</div><div class='gmail_quote'>Le lun. 8 mai 2017 à 10:12, Anne "
        "&lt;anne@a.example&gt; a écrit :<br><blockquote class='gmail_quote'>Un<blockquote type='cite'>Deux"
        "</blockquote>Trois</blockquote></div><div>Fin</div></body></html>"
    )
    outer, inner = said(page, "text/html; charset=utf-8")
    assert (outer["kind"], outer["text"], outer["from.address"]) == ("html", "Un\nTrois", "anne@a.example")
    assert (inner["depth"], inner["text"]) == ("2", "Deux")


def test_a_bare_blockquote_is_an_indent() -> None:
    page = "<p>Un poème</p><blockquote>Les sanglots longs</blockquote>"
    assert said(page, "text/html; charset=utf-8") == []


def test_a_header_in_html_begins_a_quotation() -> None:
    page = (
        "<div>Oui</div><div id='divRplyFwdMsg'><b>De :</b> Anne &lt;anne@a.example&gt;<br><b>Envoyé :</b> lundi "
        "8 mai 2017 10:12<br><b>À :</b> Paul<br><b>Objet :</b> Note</div><div>Bonjour</div>"
    )
    (one,) = said(page, "text/html; charset=utf-8")
    assert (one["kind"], one["when"], one["text"]) == ("header", "2017-05-08T10:12", "Bonjour")


TEXT = "Été.\n\nLe 8 mai 2017 à 10:12, Anne a écrit :\n> Éléonore\n> est là\nFin é\n"


@pytest.mark.parametrize("encoding", ["", "8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_place_holds_the_bytes_of_its_quotation(encoding: str, newline: bytes) -> None:
    content = TEXT.encode().replace(b"\n", newline)
    if encoding == "quoted-printable":
        content = quopri.encodestring(TEXT.encode()).replace(b"\n", newline)
    data = mail(Body(content=content, encoding=encoding), newline=newline)
    (one,) = quoted(read(data, "a.eml"))
    where = one["kind"].where
    assert where.line == 3 and where.offset is not None and where.length is not None
    held = data[where.offset : where.offset + where.length]
    if encoding == "base64":
        assert 0 < len(held) < len(content) * 4 // 3
    elif encoding == "quoted-printable":
        assert quopri.decodestring(held).decode().replace("\r\n", "\n") == "".join(TEXT.splitlines(True)[2:5])
    else:
        assert held.decode().replace("\r\n", "\n") == "".join(TEXT.splitlines(True)[2:5])


def test_the_digest_is_of_the_words() -> None:
    wide = said("Le 8 mai 2017 à 10:12, Anne a écrit :\n> un deux trois\n")
    narrow = said("Le 8 mai 2017 à 10:12, Anne a écrit :\n> un deux\n> trois\n")
    assert wide[0]["digest"] == narrow[0]["digest"]


def test_both_forms_of_a_mail_tell_their_quotations() -> None:
    forms = Multi(
        [
            Body(content="Le 8 mai 2017 à 10:12, Anne a écrit :\n> Un\n".encode()),
            Body(
                "text/html; charset=utf-8",
                "<p>Le 8 mai 2017 à 10:12, Anne a écrit :</p><blockquote>Un".encode(),
            ),
        ],
        kind="alternative",
    )
    assert [one["kind"].where.part for one in quoted(read(mail(forms), "a.eml"))] == ["1", "2"]


def test_the_address_of_a_person_is_found_in_every_bracket() -> None:
    assert person("Anne <anne@a.example<mailto:anne@a.example>>") == ("Anne", "anne@a.example")
    assert person("anne@a.example") == ("", "anne@a.example")
    assert person("Dupont, Anne") == ("Dupont, Anne", "")


# hostile ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        ">" * 200_000,
        "> " * 100_000,
        "\n".join(">" * (n % 60) + " a" for n in range(40_000)),
        "On Mon, May 8, 2017 at 10:12 AM, a wrote:\n" * 5_000,
        "From: a <a@b.example>\nSent: 8 May 2017 10:12\nTo: c\nSubject: d\n\n" * 3_000,
        "On " * 30_000 + "1 wrote:",
        "De : " * 20_000,
        "-----Original Message-----\n" * 20_000,
        "a@" * 40_000 + " wrote:\n> b",
        ("On 1 " + "x" * 500 + "\n") * 2_000,
    ],
    ids=[
        "marks",
        "spaced",
        "zigzag",
        "attributions",
        "headers",
        "openers",
        "fields",
        "separators",
        "at",
        "wrapped",
    ],
)
def test_hostile_text_costs_little_and_hides_nothing(text: str) -> None:
    started = time.process_time()
    found = read(mail(text.encode()), "a.eml")
    assert time.process_time() - started < 4
    assert not codes(found) & {"reader-error", "limit-depth"}
    assert len(quoted(found)) <= BLOCKS


def test_too_many_quotations_are_said() -> None:
    lines = "".join(f"Le {n % 28 + 1} mai 2017 à 10:12, A{n} a écrit :\n> b{n}\n" for n in range(BLOCKS + 5))
    found = read(mail(lines.encode()), "a.eml")
    assert "limit-text" in codes(found)
    assert len(quoted(found)) == BLOCKS


def test_much_quoted_text_is_cut_and_said() -> None:
    found = read(mail(b"> " + b"a" * 70 + b"\n" + (b"> " + b"b" * 70 + b"\n") * (KEPT // 70 + 100)), "a.eml")
    assert "limit-text" in codes(found)
    assert sum(len(str(o.value)) for o in found.observations if o.name == "mail.quote.text") <= KEPT


def test_deep_nesting_in_html_is_bounded() -> None:
    page = b"<blockquote type=cite>a" * 3_000
    found = read(mail(Body("text/html", page)), "a.eml")
    assert all(int(str(one["depth"].value)) <= DEPTH for one in quoted(found))
    assert "reader-error" not in codes(found)


@given(st.text(alphabet="> abc\n:@<0185/OnLewrotedé.", max_size=300))
def test_every_line_is_in_at_most_one_quotation(text: str) -> None:
    lines = [unmarked(line) for line in text.split("\n")]
    found, cut = blocks(lines)
    assert not cut
    numbers = [number for block in found for number, _ in block.lines]
    assert len(numbers) == len(set(numbers))
    assert all(block.lines or block.attribution for block in found)
