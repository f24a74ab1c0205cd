"""Each mail recipe changes what it says and no other byte."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.forge import mail, office
from tests.forge._samples import info, leak
from tests.forge.recipe import recipes


@pytest.fixture(scope="module")
def letter() -> bytes:
    return leak("mailbox/004_contrat_a_signer.eml")


def lines_changed(before: bytes, after: bytes) -> list[bytes]:
    return sorted(set(before.splitlines()) ^ set(after.splitlines()))


def test_edited_date_is_the_only_line_that_changes(letter: bytes) -> None:
    moment = datetime(2026, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    altered = mail.edit_date(letter, moment=moment)
    changed = lines_changed(letter, altered)
    assert [line[:5] for line in changed] == [b"Date:", b"Date:"]
    assert mail.stated(altered) == moment
    assert mail.received(altered) == mail.received(letter)


def test_a_trace_runs_backwards_in_time_from_the_top(letter: bytes) -> None:
    hops = mail.received(letter)
    assert len(hops) == 3
    assert hops == sorted(hops, reverse=True)
    assert mail.stated(letter) <= hops[-1]


def test_exchanged_attachment_keeps_headers_and_boundaries(letter: bytes) -> None:
    altered = mail.exchange_attachment(letter, seed=2)
    (before,), (after,) = mail.attachments(letter), mail.attachments(altered)
    assert altered[: before.start] == letter[: before.start]
    assert altered[after.end :] == letter[before.end :]
    assert (
        office.properties(after.data)["modified"] > f"{mail.received(letter)[0].astimezone(UTC):%Y-%m-%dT%H}"
    )
    assert office.text(after.data) == office.text(before.data)


def test_exchanged_pdf_attachment_states_a_later_day() -> None:
    carrier = leak("mailbox/001_devis_affiches.eml")
    (after,) = mail.attachments(mail.exchange_attachment(carrier))
    assert info(after.data)["/CreationDate"][2:10] > f"{mail.received(carrier)[0]:%Y%m%d}"


def test_look_alike_sender_shows_the_same_name(letter: bytes) -> None:
    import email.policy

    altered = mail.look_alike_sender(letter, seed=1)
    message = email.message_from_bytes(altered, policy=email.policy.default)
    sender = message["From"].addresses[0]
    assert sender.addr_spec == "sophie.marchetti@horizon-commun.example"
    assert sender.display_name != "Sophie Marchetti"
    assert len(sender.display_name) == len("Sophie Marchetti")


def test_edited_body_keeps_the_headers(letter: bytes) -> None:
    altered = mail.edit_body(letter, old="1er octobre", new="9 octobre")
    head = letter.partition(b"\r\n\r\n")[0]
    assert altered.startswith(head + b"\r\n\r\n")
    assert b"9 octobre" in altered


def test_answer_from_nowhere_names_its_parent_once(letter: bytes) -> None:
    altered = mail.answer_from_nowhere(leak("mailbox/002_re_devis_affiches.eml"))
    assert mail.headers(altered).get_all("In-Reply-To") == ["<20260914.7731@nulle-part.example>"]
    assert b"4417@imprimerie" not in altered


def test_line_ends_go_both_ways(letter: bytes) -> None:
    unix = mail.to_lf(letter)
    assert b"\r" not in unix
    assert mail.to_crlf(unix) == letter


def test_mbox_quotes_from_and_comes_back_with_the_same_content() -> None:
    message = mail.compose(
        sender=("A", "a@b.example"), to=[("C", "c@d.example")], subject="x", identity="1@b.example",
        date=datetime(2026, 1, 2, 3, 4, tzinfo=UTC), text="un\nFrom here\n",
    )  # fmt: skip
    box = mail.mbox([message, message])
    assert len(re.findall(rb"(?m)^From ", box)) == 2
    assert box.count(b">From here") == 2
    out = mail.through_mbox(message)
    assert mail.headers(out).items() == mail.headers(mail.to_lf(message)).items()


@pytest.mark.parametrize(
    "name",
    [n for n, r in recipes().items() if r.function.__module__ == "tests.forge.mail" and not r.altered],
)
def test_benign_mail_handling_keeps_sender_date_and_identity(name: str) -> None:
    data = leak("mailbox/003_train_bruxelles.eml")
    handled = recipes()[name](data)
    inner = mail.headers(handled)
    if name == "mail.forward_as_attachment":
        inner = next(p for p in inner.walk() if p.get_content_type() == "message/rfc822").get_payload()[0]  # type: ignore[assignment, index]
    for header in ("From", "Date", "Message-ID"):
        assert inner[header] == mail.headers(data)[header]


def test_late_delivery_moves_every_server_and_not_the_date() -> None:
    data = leak("mailbox/003_train_bruxelles.eml")
    late = mail.deliver_late(data, hours=9)
    assert mail.stated(late) == mail.stated(data)
    assert mail.received(late) == [hop + timedelta(hours=9) for hop in mail.received(data)]
