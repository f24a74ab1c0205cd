"""Copies: what only one mail can have, in mails that differ; honest copies of one mail tell nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.copies import Copied, copied
from leakverify.evidence import Assessment
from leakverify.judge import judge_unit
from tests.forge.recipe import recipes
from tests.forge.test_mail_client_recipes import LETTER
from tests.forge.tools import DoesNotApply

NUMBERED = LETTER.replace(b"id 4F2A91B03C;", b"id u4C8V9aB012345;").replace(b"(Postfix)", b"(8.13.1/8.13.1)")
#: words enough for the two to be tellings of one text
LONG = LETTER.replace(
    b"Cordialement",
    b"Le reste sera paye apres la reunion du bureau, comme convenu avec la tresoriere. Cordialement",
)
SIGNED = (
    b"DKIM-Signature: v=1; a=rsa-sha256; d=horizon-commun.example; s=k; h=from:date; bh=AAAA; b=" + b"Q" * 88
)


def found(**mails: bytes) -> list[Copied]:
    reports = []
    for name, data in mails.items():
        reports += judge_unit(examine_bytes(data, f"{name}.eml"), f"{name}.eml")
    return copied(reports)


def other(data: bytes) -> bytes:
    """Another mail of the same day: its own identifier, subject, date and words."""
    made = data.replace(b"20160512083100.22@", b"20160512093000.23@").replace(
        b"Devis pour la salle", b"Compte"
    )
    return made.replace(b"Date: Thu, 12 May 2016 10:31:00", b"Date: Thu, 12 May 2016 11:30:00")


def test_a_date_typed_anew_beside_its_original() -> None:
    moved = LETTER.replace(b"Date: Thu, 12 May 2016", b"Date: Mon, 2 May 2016")
    (one,) = found(a=LETTER, b=moved)
    assert (one.kind, one.differ, one.mails) == ("identifier", ("date",), ("a.eml", "b.eml"))


def test_a_figure_exchanged_beside_its_original() -> None:
    (one,) = found(a=LONG, b=LONG.replace(b"1250", b"7250"))
    assert (one.kind, one.differ, one.figures) == ("identifier", ("figure",), ("1250", "7250"))


def test_another_author_over_one_identifier() -> None:
    (one,) = found(a=LETTER, b=LETTER.replace(b"From: Claire Vasseur <claire.vasseur@", b"From: Paul <paul@"))
    assert one.differ == ("author",)


def test_a_delivery_copied_into_an_invented_mail() -> None:
    (one,) = found(a=LETTER, b=other(LETTER).replace(b"4F2A91B03C", b"4F2A91B03C"))
    assert (one.kind, set(one.differ)) == ("delivery", {"date", "subject"})


def test_a_number_that_holds_its_time_is_known_under_another_time() -> None:
    invented = other(NUMBERED).replace(b"Thu, 12 May 2016 10:31:09", b"Thu, 12 May 2016 11:30:09")
    (one,) = found(a=NUMBERED, b=invented)
    assert one.kind == "delivery"
    assert "u4C8V9aB012345" in one.value


def test_a_signature_copied_into_another_mail() -> None:
    invented = other(LETTER).replace(b"4F2A91B03C", b"7B11C0FFEE")
    (one,) = found(a=SIGNED + b"\r\n" + LETTER, b=SIGNED + b"\r\n" + invented)
    assert (one.kind, one.differ) == ("signature", ("date", "subject"))


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, one in recipes().items()
        if name.startswith("mail.") and not one.altered
        and one.function.__module__.rpartition(".")[2] in ("mail", "mail_clocks", "mail_signed")
    ),
)  # fmt: skip
def test_an_honest_copy_beside_its_original_is_none(name: str) -> None:
    try:
        handled = recipes()[name](LETTER)
    except DoesNotApply as error:
        pytest.skip(str(error))
    assert found(a=LETTER, b=handled) == []


def test_drafts_keep_their_identifier() -> None:
    draft = LETTER[LETTER.index(b"Date:") :]
    assert found(a=draft, b=draft.replace(b"12 May 2016 10:31", b"11 May 2016 18:02")) == []


def test_a_program_that_gives_every_mail_one_identifier_tells_nothing() -> None:
    mails = {f"m{n}": LETTER.replace(b"May 2016 10:31:00", b"May 2016 10:3%d:00" % n) for n in range(2, 8)}
    assert found(**mails) == []


def test_letters_to_several_customers_under_one_identifier_are_no_copies() -> None:
    to = next(line for line in LONG.splitlines() if line.startswith(b"To:"))
    mine = LONG.replace(b"1250", b"7250").replace(to, b"To: other@customer.example")
    assert found(a=LONG, b=mine) == []
    assert found(a=LONG, b=mine.replace(b"May 2016 10:31:00", b"May 2016 10:41:00")) == []


def test_an_identifier_that_a_gateway_replaced_is_no_other_mail() -> None:
    assert found(a=LETTER, b=LETTER.replace(b"20160512083100.22@horizon-commun", b"0102018b@relay")) == []


def test_the_scan_puts_both_before_a_person_and_says_why(tmp_path: Path) -> None:
    leak, store = tmp_path / "leak", tmp_path / "s.lvs"
    leak.mkdir()
    (leak / "a.eml").write_bytes(LONG)
    (leak / "b.eml").write_bytes(LONG.replace(b"1250", b"7250"))
    (leak / "c.eml").write_bytes(other(LETTER).replace(b"4F2A91B03C", b"7B11C0FFEE"))
    for _ in range(2):  # a second run finds the same and raises nothing twice
        for _report in lv.scan(leak, store=store, jobs=1, model=None):
            pass
    with lv.Scan(store) as scan:
        shown = {report.document.path: report for report in scan.ranked()}
        (one,) = scan.copied()
    assert one.mails == ("a.eml", "b.eml")
    assert [shown[path].assessment for path in ("a.eml", "b.eml", "c.eml")] == [
        Assessment.REVIEW, Assessment.REVIEW, Assessment.UNREMARKABLE,
    ]  # fmt: skip
    assert shown["a.eml"].because == "its Message-ID is also in another mail that differs from it: b.eml"
