"""Programs named against programs that wrote: knowledge that does not contradict itself, and innocent ways."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import judge, registry
from leakverify.checks._base import Facts, fact
from leakverify.checks._domains import label, one_letter_apart, registered
from leakverify.checks._mail_clients import claim, handling, identifier_fit
from leakverify.evidence import Evidence, Extraction, Outcome
from leakverify.knowledge import table

POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
ROUTE = tuple(f"LV-MAIL-{number:03}" for number in range(30, 37))


def answers(data: bytes) -> list[Evidence]:
    found = judge(Facts(examine_bytes(data, "x.eml").extractions[0]))
    return [answer for answer in found if answer.check in ROUTE]


def test_patterns_compile_and_families_are_told_apart() -> None:
    families = {row["family"] for row in table("mail_clients")} | {"Gmail"}
    for row in table("mail_clients"):
        re.compile(row["name"])
        assert row["field"] in ("", "x-mailer", "user-agent")
        assert row["identifier"] in ("", "always", "strict") and row["imitated"] in ("yes", "no")
    for row in table("mail_shapes"):
        re.compile(row["shape"])
        assert row["role"] in ("own", "tool", "server", "adder", "bulk")
        assert row["role"] != "own" or row["family"] in families
    for row in table("mail_dialects"):
        assert row["family"] == "*" or row["family"] in families
        assert bool(row["fits"]) != bool(row["foreign"])
        assert f"mail.style.{row['fact']}" in registry()["LV-MAIL-030"].reads


def test_a_program_whose_shapes_are_all_known_has_shapes() -> None:
    own = {row["family"] for row in table("mail_shapes") if row["role"] == "own"}
    assert {row["family"] for row in table("mail_clients") if row["identifier"] == "strict"} <= own


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Apple Mail (2.3696.100.31)", "Apple Mail"),
        ("iPad Mail (22F76)", "Apple Mail on iOS"),
        ("Mozilla Thunderbird", "Thunderbird"),
        ("Mozilla Thunderbird 1.0.2 (X11/20050322)", "Thunderbird"),
        ("Thunderbird 2.0.0.6 (Windows/20070728)", "Thunderbird"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:38.0) Gecko/20100101 Thunderbird/38.8.0", "Thunderbird"),
        ("Mozilla/5.0 (X11; U; Linux i686; en-US; rv:1.1a) Gecko/20020611", "Mozilla Suite"),
        ("Mozilla 4.79 [en] (Win98; U)", "Netscape 4"),
        ("Microsoft Outlook 16.0", "Outlook"),
        ("Microsoft Office Outlook 12.0", "Outlook"),
        ("Microsoft Outlook, Build 10.0.4024", "Outlook before 2007"),
        ("Microsoft Outlook IMO, Build 9.0.2416 (9.0.2911.0)", "Outlook before 2007"),
        ("Microsoft Outlook Express 6.00.2600.0000", "Outlook Express"),
        ("Microsoft Outlook Express Macintosh Edition - 4.5 (0410)", "Outlook Express for Macintosh"),
        ("Thunderbird for Android", None),
        ("K-9 Mail for Android", None),
        ("Microsoft-MacOutlook/16.53.21091200", None),
        ("Mozilla Thunderbird-like thing", None),
    ],
)
def test_a_name_belongs_to_one_program(agent: str, family: str | None) -> None:
    facts = Facts(Extraction(index=0, formats=("mail",), observations=(fact("mail.user_agent", agent),)))
    found = claim(facts)
    assert (None if found is None else found.family) == family


@pytest.mark.parametrize(
    ("family", "identity", "verdict"),
    [
        ("Thunderbird", "8fb2df6b-4708-4eac-aa18-d7825d0410a6@a.example", "own"),
        ("Thunderbird", "425E9902.8000804@a.example", "own"),
        ("Thunderbird", "tencent_9A3B0C0D1E2F@qq.com", "server"),
        ("Thunderbird", "PN3P287MB0324AA@PN3P287MB0324.INDP287.PROD.OUTLOOK.COM", "server"),
        ("Thunderbird", "146304186012.4711.5533917462218347123@a.example", "tool"),
        ("Thunderbird", "E28F5F88-7D8A-46C1-89B8-9841071778D1@a.example", "other"),
        ("Apple Mail", "E28F5F88-7D8A-46C1-89B8-9841071778D1@a.example", "own"),
        ("Apple Mail", "201605120831.u4C8V0aB017731@a.example", "adder"),
        ("Outlook", "001301d66a3a$75ac6c90$610545b0$@a.example", "own"),
        ("Outlook", "1288235781.41587455282171.JavaMail.epsvc@epcpadp2", "server"),
        ("Outlook", "20160512103100.004711@a.example", "tool"),
        ("Evolution", "1031234567.4711.23.camel@a.example", "own"),
        ("Eudora", "014d73e75c7b$6247c3e0$8ce81ed4@ywdmjl", "bulk"),
        ("Gmail", "CAC1dCwWaWfGyY2x4K_L36E+_VzUtj407QJJMDt9ZwDXSQAbTOw@mail.gmail.com", "own"),
        ("Gmail", "d09d84a70610101227y1f955d37g6f1fdc5d8ac64271@mail.gmail.com", "own"),
    ],
)
def test_an_identifier_is_told_by_its_shape(family: str, identity: str, verdict: str) -> None:
    facts = Facts(Extraction(index=0, formats=("mail",), observations=(fact("mail.message_id", identity),)))
    fit = identifier_fit(facts, family, handling(facts))
    assert fit is not None and fit.verdict == verdict


LETTER = b"""\
Received: from [192.168.1.87] (cust.fournisseur.example [198.51.100.4]) by smtp.fournisseur.example with ESMTPSA id 4F2A; \
Mon, 5 May 2025 10:32:08 -0700
Message-ID: <4f64dd15-7cae-4a46-9bc7-14f92dceaf25@horizon.example>
Date: Mon, 5 May 2025 10:32:07 -0700
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
Subject: =?UTF-8?Q?R=C3=A9union?=
To: Anna <anna@cabinet.example>
Content-Language: fr
From: =?UTF-8?Q?Andr=C3=A9?= <andre@horizon.example>
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: 8bit

Bonjour
"""


def test_an_ordinary_mail_is_left_alone() -> None:
    assert [a.message for a in answers(LETTER) if a.outcome in POINTED] == []
    assert "fits" in {a.message for a in answers(LETTER)}


def test_small_letters_in_encoded_words_are_pythons() -> None:
    spelled = LETTER.replace(b"=?UTF-8?Q?Andr", b"=?utf-8?q?Andr")
    assert [a.message for a in answers(spelled) if a.outcome in POINTED] == ["spelling-encoded_word"]
    listed = spelled.replace(b"Subject:", b"List-Id: <bureau.listes.example>\nSubject:")
    assert [a.message for a in answers(listed) if a.outcome in POINTED] == []  # Mailman is written in Python


def test_one_weak_habit_is_shown_and_two_are_reported() -> None:
    named = LETTER.replace(b"User-Agent:", b"X-Mailer:")
    assert {a.message for a in answers(named) if a.check == "LV-MAIL-030"} == {"few"}
    packed = LETTER.replace(b"MIME-Version: 1.0\n", b"").replace(b"8bit\n\n", b"8bit\nMIME-Version: 1.0\n\n")
    assert {a.message for a in answers(packed) if a.check == "LV-MAIL-030"} == {"few"}
    moved = named.replace(b"MIME-Version: 1.0\n", b"").replace(b"8bit\n\n", b"8bit\nMIME-Version: 1.0\n\n")
    assert [a.message for a in answers(moved) if a.outcome in POINTED] == ["several"]
    passed = moved.replace(b"Subject:", b"X-MS-Exchange-CrossTenant-Id: 1\nSubject:", 1)
    assert [a.message for a in answers(passed) if a.outcome in POINTED] == []


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("horizon", "horizno", "swapped"),
        ("horizon", "horison", "letter"),
        ("horizon", "horizonn", "extra"),
        ("horizon", "horizons", "mark"),
        ("horizon", "hori-zon", "mark"),
        ("server1", "server2", "mark"),
        ("horizon", "horizon", ""),
        ("horizon", "orizonh", ""),
        ("horizon", "paysage", ""),
        ("xxxxxxx", "xxxxxxxx", ""),
    ],
)
def test_slips_of_the_keyboard(one: str, other: str, slip: str) -> None:
    assert one_letter_apart(one, other) == slip == one_letter_apart(other, one)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mail-ed1-f41.google.com", "google.com"),
        ("a.b.horizon.co.uk", "horizon.co.uk"),
        ("x.impots.gouv.fr", "impots.gouv.fr"),
        ("[192.0.2.1]", ""),
        ("localhost", ""),
        ("a..b", ""),
    ],
)
def test_what_somebody_registered(host: str, domain: str) -> None:
    assert registered(host) == domain and label(domain) == domain.partition(".")[0]


@pytest.mark.corpus
def test_genuine_mail_is_pointed_at_by_hardly_any(corpus: Path) -> None:
    """At most three in a thousand, all of the checks of names, programs and routes together."""
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    mails = [
        corpus / row["path"]
        for row in rows
        if row["role"] == "genuine" and row["path"].split("/")[0] in ("spamassassin", "talon", "mail-dkim")
    ][::4]
    found = [path for path in mails if any(a.outcome in POINTED for a in answers(path.read_bytes()))]
    assert len(mails) > 500 and len(found) <= 0.003 * len(mails) + 1, found
