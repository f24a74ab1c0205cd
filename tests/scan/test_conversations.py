"""Conversations and quotations: what belongs together, and where two tellings of one text differ."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec
import pytest

import leakverify as lv
from leakverify._letters import bare_subject
from leakverify.box.inprocess import examine_bytes
from leakverify.conversations import Correspondence
from leakverify.evidence import Assessment
from leakverify.judge import judge_unit
from tests.builders.mail import mail

LETTER = (
    "Bonjour Paul,\nle montant convenu est de 12 400 euros, payable avant le 8 mai\nà Monsieur Dupont, comme dit.\n"
    "Cordialement,\nAnne\n"
)
SAID = "Le ven. 5 mai 2017 à 20:46, Anne Martin <anne@a.example> a écrit :"


def answer(
    quoted: str, *, said: str = SAID, fields: tuple[str, ...] = (), identity: str = "2@b.example"
) -> bytes:
    text = f"D'accord.\n\n{said}\n\n" + "".join(f"> {line}\n" for line in quoted.splitlines())
    made = mail(
        text.encode(),
        fields=(*fields, "Content-Type: text/plain; charset=utf-8"),
        sender="Paul <paul@b.example>", to="Anne <anne@a.example>", subject="RE: Note",
        date="Fri, 5 May 2017 21:30:00 +0200",
    )  # fmt: skip
    return made.replace(b"<1@a.example>", f"<{identity}>".encode(), 1)


def archive(**mails: bytes) -> Correspondence:
    """The mails read and judged, as the reports of a scan hold them."""
    found = []
    for name, data in mails.items():
        found += judge_unit(examine_bytes(data, f"{name}.eml"), f"{name}.eml")
    return Correspondence(found)


@pytest.fixture
def original() -> bytes:
    return mail(LETTER.encode(), fields=("Content-Type: text/plain; charset=utf-8",))


def test_an_altered_figure_is_located_in_both_texts(tmp_path: Path, original: bytes) -> None:
    """Through a scan and its store, as a reporter does it; found by date, sender and words alone."""
    leak = tmp_path / "leak"
    leak.mkdir()
    (leak / "a.eml").write_bytes(original)
    (leak / "b.eml").write_bytes(answer(LETTER.replace("12 400", "72 400")))
    store = tmp_path / "s.lvs"
    for _ in lv.scan(leak, store=store, jobs=1):
        pass
    with lv.Scan(store) as scan:
        (found,) = scan.quoted("b.eml")
        (conversation,) = scan.conversations()
        texts = {r.document.path: {o.name: str(o.value) for o in r.observations} for r in scan.reports()}
        with pytest.raises(lv.UsageError):
            scan.quoted("nowhere.eml")
    (difference,) = found.differences
    assert (found.agreement, found.original) == ("differs", "a.eml")
    assert found.known_by == ("date", "sender", "words")
    assert (difference.kind, difference.original, difference.quoted) == ("figure", "12", "72")
    start, end = difference.original_at
    assert texts["a.eml"]["mail.text"][start:end] == "12"
    start, end = difference.quoted_at
    assert texts["b.eml"]["mail.quote.text"][start:end] == "72"
    assert [member.path for member in conversation.mails] == ["a.eml", "b.eml"]


def test_a_trimmed_and_wrapped_quotation_agrees(original: bytes) -> None:
    short = "le montant convenu est de 12 400\neuros, payable avant\nle 8 mai à Monsieur Dupont,"
    scan = archive(a=original, b=answer(short, fields=("In-Reply-To: <1@a.example>",)))
    (found,) = scan.quoted("b.eml")
    assert (found.agreement, found.differences) == ("trimmed", ())
    assert "references" in found.known_by
    assert found.same == found.words


def test_a_quotation_without_its_original_is_missing() -> None:
    scan = archive(b=answer(LETTER))
    (found,) = scan.quoted("b.eml")
    assert (found.agreement, found.original, found.known_by) == ("missing", "", ())


def test_another_mail_of_the_same_day_is_not_taken_for_the_original() -> None:
    other = mail("La réunion de vendredi est reportée, même salle, merci de confirmer.\n".encode())
    assert archive(a=other, b=answer(LETTER)).quoted("b.eml")[0].agreement == "missing"


def test_an_authenticated_mail_says_what_it_covers(original: bytes) -> None:
    reports = []
    for name, data in (("a.eml", original), ("b.eml", answer(LETTER))):
        (report,) = judge_unit(examine_bytes(data, name), name)
        proven = name == "b.eml"
        reports.append(
            msgspec.structs.replace(report, assessment=Assessment.AUTHENTICATED) if proven else report
        )
    (found,) = Correspondence(reports).quoted("b.eml")
    assert found.covered == ("quoting",)
    assert found.agreement == "identical"


def test_conversations_by_references_missing_ones_included(original: bytes) -> None:
    second = answer("x", fields=("In-Reply-To: <1@a.example>", "References: <1@a.example>"))
    third = answer("y", fields=("In-Reply-To: <gone@a.example>", "References: <1@a.example> <gone@a.example>"),
                   identity="3@b.example")  # fmt: skip
    scan = archive(a=original, b=second, c=third)
    (found,) = scan.conversations()
    assert [m.path for m in found.mails] == ["a.eml", "b.eml", "c.eml"]
    assert [m.answers for m in found.mails] == ["", "a.eml", "a.eml"]
    assert found.missing == ("gone@a.example",)
    assert set(found.participants) == {"anne@a.example", "paul@b.example"}
    assert found.subject == "Note"


def test_conversations_by_thread_index_and_by_subject(original: bytes) -> None:
    index = base64.b64encode(b"\x01\xd2\xc5\x01\x02\x03" + bytes(range(16)))
    later = base64.b64encode(b"\x01\xd2\xc5\x01\x02\x03" + bytes(range(16)) + b"\x00\x01\x02\x03\x04")
    one = original.replace(b"Subject: Note", b"Thread-Index: " + index + b"\r\nSubject: Budget")
    other = answer("x", fields=(f"Thread-Index: {later.decode()}",)).replace(b"RE: Note", b"RE: Salaires")
    scan = archive(a=one, b=other)
    (found,) = scan.conversations()
    assert [m.joined_by for m in found.mails] == ["", "thread-index"]


def test_a_subject_alone_joins_nobody_who_has_not_written_to_another(original: bytes) -> None:
    stranger = (
        answer("x")
        .replace(b"paul@b.example", b"eve@c.example")
        .replace(b"Anne <anne@a.example>", b"u@d.example")
    )
    scan = archive(a=original, b=answer("x"), c=stranger)
    (found,) = scan.conversations()
    assert [m.path for m in found.mails] == ["a.eml", "b.eml"]
    assert found.mails[1].joined_by == "subject"


@pytest.mark.parametrize(
    "subject",
    ["Re: Le budget", "RE : Le budget", "TR: Le budget", "Fwd: AW: Le budget", "WG: Le  budget", "SV: VS: Le budget",
     "[bureau] Re: Le budget", "Re[2]: Le budget", "Réf. : Le budget".replace(". ", " "), "RV: Antw: Le budget",
     "R: I: Le budget"],
)  # fmt: skip
def test_subjects_are_bared_in_many_languages(subject: str) -> None:
    assert bare_subject(subject) == "le budget"


def test_a_subject_of_nothing_but_a_prefix_stays() -> None:
    assert bare_subject("Re:") == "re:"
    assert bare_subject("Rendez-vous : demain") == "rendez-vous : demain"
