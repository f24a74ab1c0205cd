"""The recipes for clocks move what they say, and what checks say of them is what an examiner would."""

from __future__ import annotations

import email.utils
import re
from datetime import datetime, timedelta

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import registry
from leakverify.checks._base import Facts
from leakverify.evidence import Evidence, Outcome
from tests.forge import mail, mail_clocks
from tests.forge.recipe import recipes
from tests.forge.tools import DoesNotApply

POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
CHECKS = (
    "LV-MAIL-001",
    "LV-MAIL-003",
    "LV-MAIL-004",
    "LV-MAIL-020",
    "LV-MAIL-021",
    "LV-MAIL-022",
    "LV-MAIL-023",
)
#: of Friday, 5 July 2013: an identifier of Mozilla, two servers with numbers of sendmail and Exim
LETTER = b"\r\n".join(
    (
        b"Received: from out.a.example (out.a.example [192.0.2.1])",
        b"\tby mx.b.example (8.14.4/8.14.4) with ESMTP id r65Il9bB012345",
        b"\tfor <c@b.example>; Fri, 5 Jul 2013 11:47:09 -0700 (PDT)",
        b"Received: from relay.a.example (relay.a.example [192.0.2.3]) by out.a.example with ESMTP id 7f3;",
        b"\tFri, 5 Jul 2013 20:47:05 +0200",
        b"Received: from host.a.example by relay.a.example with esmtp (Exim 4.80)",
        b"\tid 1UvB27-0003Ax-2K; Fri, 5 Jul 2013 20:47:03 +0200",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=k; t=1373050023; h=from; bh=AAAA; b=AAAA",
        b"Message-ID: <51D714A1.3050206@a.example>",
        b"Date: Fri, 05 Jul 2013 20:46:57 +0200",
        b"From: Anne Delorme <anne@a.example>",
        b"To: c@b.example",
        b"Subject: offre",
        b"Content-Type: text/plain",
        b"",
        b"Bonjour, 1200 exemplaires.",
        b"",
    )
)


def answers(data: bytes) -> list[Evidence]:
    """What the checks of clocks say of the outermost mail."""
    facts = Facts(examine_bytes(data, "mail.eml").extractions[0])
    return [one for name in CHECKS for one in registry()[name].run(facts)]


def pointed(data: bytes) -> set[str]:
    return {one.check for one in answers(data) if one.outcome in POINTED}


ALTERED = [
    name
    for name, recipe in recipes().items()
    if recipe.function.__module__ == mail_clocks.__name__ and recipe.altered and recipe.expects
]
BENIGN = [
    name
    for name, recipe in recipes().items()
    if recipe.function.__module__ == mail_clocks.__name__ and not recipe.altered
]


def test_the_letter_itself_agrees() -> None:
    assert not pointed(LETTER)
    supported = {one.check for one in answers(LETTER) if one.outcome is Outcome.SUPPORTS}
    assert supported == {"LV-MAIL-020", "LV-MAIL-021"}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ALTERED)
def test_what_was_moved_is_found(name: str, seed: int) -> None:
    recipe = recipes()[name]
    assert pointed(recipe(LETTER, seed=seed)) & set(recipe.expects)


@pytest.mark.parametrize("name", BENIGN)
def test_ordinary_handling_is_not_pointed_at(name: str) -> None:
    try:
        handled = recipes()[name](LETTER)
    except DoesNotApply:
        handled = recipes()[name](re.sub(rb"(?m)^DKIM-Signature.*\r\n", b"", LETTER))
    assert handled != LETTER
    assert not pointed(handled)


def test_one_cause_is_told_once() -> None:
    moved = recipes()["mail.date_by_months"](LETTER, seed=4)
    assert pointed(moved) == {"LV-MAIL-003"}
    (told,) = [one for one in answers(moved) if one.check == "LV-MAIL-001"]
    assert told.message == "clocks-tell"
    assert told.observations


def test_date_and_trace_are_moved_alike_and_nothing_else() -> None:
    moved = recipes()["mail.date_and_trace_back"](LETTER, seed=2)
    by = mail.stated(LETTER) - mail.stated(moved)
    assert by > timedelta(days=29)
    assert [one - by for one in mail.received(LETTER)] == mail.received(moved)
    for keep in (b"id r65Il9bB012345", b"1UvB27-0003Ax-2K", b"<51D714A1.3050206@a.example>", b"-0700 (PDT)"):
        assert keep in moved


def test_the_weekday_of_a_typed_date_is_right_and_only_one_recipe_leaves_it() -> None:
    moved = recipes()["mail.date_back_by_days"](LETTER, seed=2)
    date = re.search(rb"(?m)^Date: (\w{3}), ([^\r\n]*)", moved)
    assert date is not None
    day = datetime.strptime(date[2].decode()[:11], "%d %b %Y")
    assert day.strftime("%a") == date[1].decode()
    left = recipes()["mail.weekday_left"](LETTER, seed=2)
    assert b"Date: Fri, " in left
    assert mail.stated(left) != mail.stated(LETTER)


def test_a_whole_number_of_hours_is_a_zone_and_no_forgery() -> None:
    for hours in (-9, -4, -1, 1, 2, 5):
        shifted = mail.stated(LETTER) + timedelta(hours=hours)
        data = mail._set_header(LETTER, "Date", email.utils.format_datetime(shifted))
        assert not pointed(data), hours


def test_an_answer_made_before_what_it_answers() -> None:
    parent = b"In-Reply-To: <1375000000.4264.62.camel@b.example>\r\n"  # of 28 July 2013
    bare = re.sub(rb"(?m)^(?:Message-ID|DKIM-Signature).*\r\n", b"", LETTER)
    (found,) = [one for one in answers(parent + bare) if one.outcome in POINTED]
    assert (found.check, found.message) == ("LV-MAIL-003", "parent")


def test_two_clocks_before_the_date_are_no_draft() -> None:
    without = mail_clocks._DROPPED.sub(b"", LETTER.replace(b"\r\n\r\n", b"\r\n\r\n--x\r\n\r\n", 1))
    without = re.sub(rb"(?m)^DKIM-Signature.*\r\n", b"", without)
    two = without.replace(b"text/plain", b'multipart/mixed;\r\n boundary="----=_Part_1_2.1373050017000"')
    later = mail._set_header(two, "Date", "Tue, 05 Nov 2013 21:14:08 +0100")
    assert [one.message for one in answers(later) if one.outcome in POINTED] == ["two-before"]
    alone = mail._set_header(without, "Date", "Tue, 05 Nov 2013 21:14:08 +0100")
    assert not pointed(alone)
    assert "draft" in {one.message for one in answers(alone)}
