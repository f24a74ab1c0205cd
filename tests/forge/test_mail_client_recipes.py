"""Mail made up under programs' names is found, and programs' own mail on its ordinary ways is not."""

from __future__ import annotations

import re

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import judge
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome
from tests.forge import mail_clients
from tests.forge.recipe import recipes
from tests.forge.tools import DoesNotApply

POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
OURS = {f"LV-MAIL-{number:03}" for number in range(30, 37)}
MINE = {name: one for name, one in recipes().items() if one.function.__module__ == mail_clients.__name__}
SEEDS = range(6)

LETTER = b"""\
Return-Path: <claire.vasseur@horizon-commun.example>\r
Received: from smtp.horizon-commun.example (smtp.horizon-commun.example [192.0.2.7])\r
\tby mx.cabinet-roussel.example (Postfix) with ESMTPS id 4F2A91B03C;\r
\tThu, 12 May 2016 10:31:09 +0200\r
Date: Thu, 12 May 2016 10:31:00 +0200\r
From: Claire Vasseur <claire.vasseur@horizon-commun.example>\r
To: Helene Roussel <h.roussel@cabinet-roussel.example>\r
Subject: Devis pour la salle\r
Message-ID: <20160512083100.22@horizon-commun.example>\r
\r
Bonjour, voici le devis de 1250 euros. Cordialement.\r
"""


def pointed(data: bytes) -> set[str]:
    answers = judge(Facts(examine_bytes(data, "x.eml").extractions[0]))
    assert [a for a in answers if a.message == "check-error"] == []
    return {a.check for a in answers if a.outcome in POINTED and a.check in OURS}


def test_the_letter_itself_points_at_nothing() -> None:
    assert pointed(LETTER) == set()


@pytest.mark.parametrize(
    "name", sorted(name for name, one in MINE.items() if one.altered and one.trace != "faint")
)
def test_altered_mail_is_found(name: str) -> None:
    for seed in SEEDS:
        assert pointed(MINE[name](LETTER, seed=seed)) & set(MINE[name].expects), seed


@pytest.mark.parametrize("name", sorted(name for name, one in MINE.items() if not one.altered))
def test_ordinary_ways_point_at_nothing(name: str) -> None:
    for seed in SEEDS:
        assert pointed(MINE[name](LETTER, seed=seed)) == set(), seed


@pytest.mark.parametrize("program", mail_clients.PROGRAMS)
def test_a_programs_own_mail_is_spelled_as_that_program_spells(program: str) -> None:
    told = mail_clients.story(LETTER, 1)
    made = mail_clients.as_written_by(program, told)
    assert pointed(made) == set()
    assert (b"Apple-Mail" in made) == (program in (mail_clients.APPLE, mail_clients.IPHONE))
    assert not re.search(rb"(?<!\r)\n", made)


def test_what_has_no_two_addresses_is_no_story() -> None:
    with pytest.raises(DoesNotApply):
        mail_clients.story(
            LETTER.replace(b"To: Helene Roussel <h.roussel@cabinet-roussel.example>", b"To: x"), 0
        )
