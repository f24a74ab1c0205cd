"""Tells of historic cases in Office files, re-created in code and with the tools at hand, and the innocent twins."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Assessment, Evidence, Outcome, Question, Report
from leakverify.judge import judge_unit
from tests.builders import office as builder
from tests.builders import ole
from tests.forge import office, office_lists, office_stated, tools, word, zipbytes
from tests.forge._samples import leak
from tests.forge.recipe import Forged, recipes

CONTRACT = "contrats/contrat_impression_delorme_2026.docx"
BY_LIBREOFFICE = "contrats/convention_salle_2026.docx"
LETTER = [
    word.Heading("Notes on the ledger", 0),
    *(f"{n}. The ledger of block {n} is kept by the clerk of room {n + 40}." for n in range(1, 30)),
]
EXCEL = '<fileVersion appName="xl" lastEdited="4" lowestEdited="4" rupBuild="4506"/>'
FLAGGED = (Assessment.CONTRADICTED, Assessment.REVIEW)


def reports(data: bytes, name: str) -> list[Report]:
    return judge_unit(examine_bytes(data, name), name)


def answers(data: bytes, name: str) -> list[Evidence]:
    """Every answer on the document and on what is inside it."""
    return [answer for report in reports(data, name) for answer in report.evidence]


def pointed(data: bytes, name: str) -> dict[str, Evidence]:
    """Answers that point at the file, handling left out, the strongest of each check."""
    found: dict[str, Evidence] = {}
    for answer in answers(data, name):
        if answer.question is Question.HANDLING:
            continue
        if answer.outcome is Outcome.CONTRADICTS or (
            answer.outcome is Outcome.UNUSUAL and answer.check not in found
        ):
            found[answer.check] = answer
    return found


@functools.cache
def forged(name: str, path: str, seed: int = 0) -> Forged:
    recipe = recipes()[f"office.{name}"]
    if tools.missing(*recipe.needs):
        pytest.skip(tools.reason(*recipe.needs))
    return recipe.forge(leak(path), seed=seed)


def letter(created: str, modified: str, *, year: int = 2010, minutes: int = 30, last_by: str = "") -> bytes:
    """A document as Word of that year lays it out."""
    properties = word.Properties(
        author="Dr C. Wright", last_by=last_by, created=datetime.fromisoformat(created),
        modified=datetime.fromisoformat(modified), minutes=minutes, year=year,
        app_version="12.0000" if year < 2010 else "14.0000" if year < 2013 else "16.0000",
    )  # fmt: skip
    return word.docx(LETTER, properties)


def rich_text(generator: str, created: str = "", revised: str = "") -> bytes:
    """A file as WordPad writes it, which states no dates, with those that somebody put in."""

    def time(kind: str, text: str) -> str:
        m = datetime.fromisoformat(text)
        return f"{{\\{kind}\\yr{m.year}\\mo{m.month}\\dy{m.day}\\hr{m.hour}\\min{m.minute}}}"

    information = f"{{\\info{time('creatim', created)}{time('revtim', revised)}}}" if created else ""
    return (
        f"{{\\rtf1\\ansi\\ansicpg1252\\deff0{{\\fonttbl{{\\f0\\fnil Calibri;}}}}\r\n"
        f"{{\\*\\generator {generator}}}{information}\\viewkind4\\uc1 \r\n\\pard\\f0\\fs22 A peer to peer system.\\par\r\n}}"
    ).encode("latin-1")


def remark(when: str, created: str, modified: str) -> bytes:
    """A document of Word with a tracked insertion of a given time."""
    data = letter(created, modified, year=2019)
    body = office.parts(data)["word/document.xml"].decode()
    start, end = body.index("<w:r ", body.index("block 9")), body.index("</w:r>", body.index("block 10")) + 6
    run = body[start:end]
    mark = f'<w:ins w:id="7" w:author="Dr C. Wright" w:date="{when}Z">'
    changed = body[:start] + re.sub(r"(<w:r .*?</w:r>)", rf"{mark}\1</w:ins>", run) + body[end:]
    return zipbytes.saved_by_office(zipbytes.exchange(data, {"word/document.xml": changed.encode()}))


def in_face(data: bytes, name: str) -> bytes:
    """A document saved with a run set in a face that its table of fonts lists."""
    return zipbytes.saved_by_office(office_stated.add_font(data, name))


def balyoz() -> bytes:
    """A plan of 2003 saved by Word 2007: its version and its namespaces are of 2006."""
    return letter("2003-02-01T10:00", "2003-03-05T10:00", year=2007)


def cedric() -> bytes:
    """A mail of 2016 with a workbook that was saved last on 27 March 2017 under a name in Cyrillic."""
    parts = builder.xlsx_parts(
        workbook=EXCEL,
        more={
            "docProps/core.xml": builder.core(
                {
                    "dc:creator": "C. Dupont",
                    "cp:lastModifiedBy": "Рошка Георгий Петрович",
                    "dcterms:created": "2006-05-05T08:00:00Z",
                    "dcterms:modified": "2017-03-27T14:02:00Z",
                }
            )
        },
    )
    mail = EmailMessage()
    mail["From"], mail["To"] = "c.dupont@example.org", "compta@example.org"
    mail["Date"], mail["Subject"] = "Thu, 12 May 2016 10:31:00 +0200", "comptes"
    mail["Message-ID"] = "<a1@example.org>"
    mail["Received"] = "from a by b.example.org; Thu, 12 May 2016 10:31:09 +0200"
    mail.set_content("Bonjour, voici le tableau.")
    mail.add_attachment(
        zipbytes.saved_by_office(builder.pack(parts)), maintype="application", filename="comptes.xlsx",
        subtype="vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip
    return mail.as_bytes()


def word_of_another_time(properties: str, own: str = "2018") -> bytes:
    """A Word 97 document whose own clock says 2018 and whose properties say another year."""
    return ole.word(
        created=f"{own}-03-14T17:12:00",
        revised=f"{own}-03-14T17:14:00",
        properties={"created": f"{properties}-03-14T16:12:00", "modified": f"{properties}-03-14T16:14:00"},
    )


def of_a_later_windows() -> bytes:
    """A Word 97 document of 2003 throughout, whose properties were written under Windows 7."""
    header = b"\xfe\xff\0\0"
    return word_of_another_time("2003", "2003").replace(
        header + b"\x05\x01\x02\0", header + b"\x06\x01\x02\0"
    )


# tells (science 11.1): what was done, the name of the file, and the checks one of which must point at it
TELLS: dict[str, tuple[str, Callable[[], bytes], tuple[str, ...]]] = {
    "COPA: 83,165 minutes of editing within 2,594": (
        "a.docx", lambda: letter("2019-09-11T10:00", "2019-09-13T05:14", year=2017, minutes=83165), ("LV-OOX-003",)
    ),
    "COPA: an editing time below zero, the clock set back by 13 years": (
        "a.docx", lambda: letter("2008-05-11T10:00", "2008-05-13T05:14", minutes=4287839314), ("LV-OOX-003",)
    ),
    "COPA: the clock set back, a stamp inside is later": (
        "a.docx", lambda: remark("2023-09-13T10:00:00", "2019-05-11T10:00", "2019-05-13T05:14"),
        ("LV-DOCX-002",),
    ),
    "COPA: later namespaces under dates of 2008": (
        "a.docx", lambda: letter("2008-05-11T10:00", "2008-05-13T05:14", year=2017), ("LV-OOX-002",)
    ),
    "COPA: Riched20 of a Windows of 2020 in a file of 2007": (
        "a.rtf", lambda: rich_text("Riched20 10.0.19041", "2007-10-02T10:00", "2007-10-02T10:40"), ("LV-RTF-001",)
    ),
    "Balyoz: an old Word file of 2003, saved under a Windows of years later": (
        "a.doc", of_a_later_windows, ("LV-OLE-006",)
    ),
    "Balyoz: a plan of 2003 with marks of Office 2007": ("a.docx", balyoz, ("LV-OOX-002",)),
    "Olympic Destroyer: the program named is not the one that packed and wrote the file": (
        "a.docx", lambda: forged("claim_word", BY_LIBREOFFICE).data, ("LV-OOX-001",)
    ),
    "Olympic Destroyer, the careful variant: packed as Office packs": (
        "a.docx", lambda: forged("edit_in_libreoffice_packed_as_office", CONTRACT).data, ("LV-OOX-001",)
    ),
    "xls_cedric in its mail: a workbook saved after the mail that carries it": (
        "a.eml", cedric, ("LV-MAIL-002",)
    ),
    "an old Word file whose properties were moved back": (
        "a.doc", lambda: word_of_another_time("2016"), ("LV-OLE-001",)
    ),
    "Clearstream: names put into a genuine listing": (
        "a.csv", lambda: office_lists.insert_foreign_rows(office_lists.telephones(3)), ("LV-TAB-001",)
    ),
    "a cell changed, its total left": (
        "a.xlsx", lambda: office.change_cell(office.statement(4), seed=1), ("LV-XLSX-001",)
    ),
    "a payment changed, the balances left": (
        "a.csv", lambda: office_lists.change_amount_and_leave_balance(office_lists.ledger(3)), ("LV-TAB-003",)
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TELLS)
def test_the_tell_is_found_in_the_file(case: str) -> None:
    name, make, checks = TELLS[case]
    found = pointed(make(), name)
    assert set(checks) & set(found), sorted(found)


def test_the_changed_cell_is_located_with_both_numbers() -> None:
    made = office.change_cell.forge(office.statement(4), seed=1)
    assert made.truth is not None
    answer = pointed(made.data, "a.xlsx")["LV-XLSX-001"]
    held = " ".join((answer.text, *(f"{o.where.cell} {o.value} {o.raw}" for o in answer.observations)))
    assert made.truth.cell in held
    assert any(o.where.part == made.truth.part for o in answer.observations)


def test_the_line_whose_balance_does_not_follow_is_located() -> None:
    made = office_lists.change_amount_and_leave_balance.forge(office_lists.ledger(3), seed=1)
    assert made.truth is not None
    answer = pointed(made.data, "a.csv")["LV-TAB-003"]
    assert made.truth.line in {o.where.line for o in answer.observations}


def test_a_number_that_fits_no_plan_is_shown_with_its_line() -> None:
    pytest.importorskip("phonenumbers")
    made = office_lists.make_up_phone_numbers.forge(office_lists.telephones(3), seed=1)
    assert made.truth is not None
    shown = [a for a in answers(made.data, "a.csv") if a.check == "LV-TAB-002" and made.truth.after in a.text]
    assert [a.outcome for a in shown] == [Outcome.NEUTRAL]


# marks of persons and machines: shown with the readings that compete, never held against the document


def loose_cedric() -> bytes:
    """The workbook alone, as it was published."""
    made = builder.xlsx_parts(
        ("Recettes et dépenses de la campagne", "Facture de l'imprimeur", "Montant"), workbook=EXCEL
    )
    made["docProps/core.xml"] = builder.core(
        {
            "dc:creator": "C. Dupont",
            "cp:lastModifiedBy": "Рошка Георгий Петрович",
            "dcterms:created": "2006-05-05T08:00:00Z",
            "dcterms:modified": "2017-03-27T14:02:00Z",
        }
    )
    return zipbytes.saved_by_office(builder.pack(made))


def guccifer() -> bytes:
    """Author and company of a template of 2008, a last saver in Cyrillic, and a broken link in Russian."""
    said = [
        "Democratic National Committee, report on the candidate, December 2015.",
        "Ошибка! Недопустимый объект гиперссылки.",
        "The candidate has no core, and this report lists what he has said on the matter.",
    ]
    properties = word.Properties(
        author="Warren Flood", last_by="Феликс Эдмундович", created=datetime(2016, 6, 15, 13, 38),
        modified=datetime(2016, 6, 15, 14, 8), minutes=12, company="GSA", year=2007, app_version="12.0000",
    )  # fmt: skip
    return word.docx(said, properties)


IDENTITIES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "xls_cedric": ("a.xlsx", loose_cedric),
    "Guccifer 2.0": ("a.docx", guccifer),
    "a name planted in Cyrillic": ("a.docx", lambda: office.plant_last_author(leak(CONTRACT))),
    "a name planted in Greek": ("a.docx", lambda: office_stated.plant_greek_last_author(leak(CONTRACT))),
    "a name planted in Arabic": ("a.docx", lambda: office_stated.plant_arabic_last_author(leak(CONTRACT))),
}


@pytest.mark.parametrize("case", IDENTITIES)
def test_a_foreign_name_is_shown_with_its_readings_and_held_against_nobody(case: str) -> None:
    name, make = IDENTITIES[case]
    data = make()
    found = reports(data, name)[0]
    assert found.assessment not in FLAGGED, found.because
    said = [answer for answer in found.evidence if answer.check == "LV-ID-001"]
    assert said
    assert all(answer.question is Question.HANDLING for answer in said)
    readings = " ".join(answer.text for answer in said)
    for reading in ("planted", "machine", "template", "converted", "colleague"):
        assert reading in readings, reading


def test_the_broken_link_of_guccifer_is_quoted() -> None:
    said = [answer.text for answer in answers(guccifer(), "a.docx") if answer.check == "LV-ID-001"]
    assert any("Недопустимый объект гиперссылки" in text for text in said)


SAVES = [
    ("cic22", "C:\\DOCUME~1\\phamill\\LOCALS~1\\Temp\\AutoRecovery save of Iraq - security.asd"),
    ("JPratt", "C:\\TEMP\\Iraq - security.doc"),
    ("JPratt", "A:\\Iraq - security.doc"),
    ("ablackshaw", "C:\\ABlackshaw\\Iraq - security.doc"),
    ("MKhan", "C:\\TEMP\\Iraq - security.doc"),
]


def test_the_last_saves_of_the_iraq_dossier_are_told_and_held_against_nobody() -> None:
    data = ole.word("Iraq: its infrastructure of concealment.\r", saves=SAVES)
    found = reports(data, "blair.doc")[0]
    log = [answer.text for answer in found.evidence if answer.check == "LV-OLE-005"]
    assert all(path in log[0] and who in log[0] for who, path in SAVES[-3:])
    told = [o.value for o in found.observations if o.name in ("doc.saved_by", "doc.saved_as")]
    assert told == [text for pair in SAVES for text in pair]
    assert found.assessment not in FLAGGED, found.because


def test_earlier_text_left_in_an_old_file_is_quoted_and_held_against_nobody() -> None:
    data = ole.word(
        "The ledger of the second block shows 9,200 coins.\r",
        leftover="Notes copied from the paper of another author.\r",
    )
    found = reports(data, "a.doc")[0]
    told = [answer.text for answer in found.evidence if answer.check == "LV-OLE-003"]
    assert "Notes copied from the paper of another author" in told[0]
    assert found.assessment not in FLAGGED, found.because


# innocent twins (science 11.3): never flagged


def two_machines() -> bytes:
    """A letter begun by one and finished by another three years later."""
    return letter("2016-01-01T10:00", "2019-04-01T10:00", year=2017, last_by="Jeanne Martin")


TWINS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "unzipped and zipped again: times of the unpacking, another packer": (
        "a.docx", lambda: forged("zip_again_with_infozip", CONTRACT).data
    ),
    "a gateway packed it again": ("a.docx", lambda: forged("zip_again", CONTRACT).data),
    "remote desktop: a session left open for months": (
        "a.docx", lambda: letter("2016-01-01T10:00", "2016-04-01T10:00", minutes=129_000)
    ),
    "template refresh: later faces and namespaces, the last save moved along": (
        "a.docx",
        lambda: in_face(letter("2008-01-01T10:00", "2018-04-01T10:00", year=2017), "Nirmala UI"),
    ),
    "LibreOffice re-save under its own name": (
        "a.docx", lambda: forged("resave_with_libreoffice", CONTRACT).data
    ),
    "python-docx, which names nobody else": (
        "a.docx", lambda: forged("write_letter_with_python_docx", CONTRACT).data
    ),
    "pandoc, under its own name": ("a.docx", lambda: forged("write_anew_with_pandoc", CONTRACT).data),
    "a statement by XlsxWriter": ("a.xlsx", lambda: office.statement(4)),
    "a session of its own, dates moved along": ("a.docx", lambda: forged("edit_in_word", CONTRACT).data),
    "a tracked change before the last save": ("a.docx", lambda: forged("track_a_change", CONTRACT).data),
    "a comment before the last save": (
        "a.docx", lambda: remark("2019-09-13T10:00:00", "2018-05-11T10:00", "2019-09-13T10:04")
    ),
    "a label of confidentiality by a server": ("a.docx", lambda: forged("label_by_server", CONTRACT).data),
    "properties set by a server": ("a.docx", lambda: forged("promote_properties_by_server", CONTRACT).data),
    "protected": ("a.docx", lambda: forged("protect", CONTRACT).data),
    "names taken out": ("a.docx", lambda: forged("take_names_out", CONTRACT).data),
    "finished by another, years later": ("a.docx", two_machines),
    "WordPad of a Windows of 2020": ("a.rtf", lambda: rich_text("Riched20 10.0.19041")),
    "an old Word file as Word left it": ("a.doc", lambda: word_of_another_time("2018")),
    "an old workbook": ("a.xls", ole.workbook),
    "a list exported again with other line ends": (
        "a.csv", lambda: recipes()["office.export_with_other_line_ends"](office_lists.ledger(3))
    ),
    "a list with rows left out": (
        "a.csv", lambda: recipes()["office.take_out_rows"](office_lists.telephones(3))
    ),
    "an account as its bank exports it": ("a.csv", lambda: office_lists.ledger(5)),
    "a list of telephones": ("a.csv", lambda: office_lists.telephones(5)),
}  # fmt: skip


@pytest.mark.parametrize("case", TWINS)
def test_the_innocent_twin_is_not_flagged(case: str) -> None:
    name, make = TWINS[case]
    found = reports(make(), name)
    assert not [report.because for report in found if report.assessment in FLAGGED]


@pytest.mark.parametrize("case", TWINS)
def test_the_innocent_twin_is_not_pointed_at(case: str) -> None:
    name, make = TWINS[case]
    assert pointed(make(), name) == {}


def test_an_account_whose_rows_are_left_out_is_not_held_to_its_balances_as_forged() -> None:
    """A selection breaks the chain of balances in many places: that is no changed amount."""
    made = recipes()["office.take_out_rows"](office_lists.ledger(5, 200), seed=2)
    assert reports(made, "a.csv")[0].assessment not in FLAGGED


def test_the_later_save_of_a_refreshed_template_is_what_makes_it_innocent() -> None:
    """The same file with its old dates is a tell."""
    fresh = letter("2008-01-01T10:00", "2018-04-01T10:00", year=2017)
    start = datetime(2008, 1, 1, 10)
    assert pointed(fresh, "a.docx") == {}
    old = office.set_dates(fresh, created=start, modified=start + timedelta(days=2))
    assert "LV-OOX-002" in pointed(old, "a.docx")


@pytest.mark.parametrize(("face", "day"), [("Calibri Light", "2008-10-27"), ("Nirmala UI", "2008-10-27")])
def test_copa_v_wright_later_faces(face: str, day: str) -> None:
    """Faces of Windows 8 in documents of 2008; the twin of which was saved again in 2016."""
    from leakverify.checks import Facts, registry
    from leakverify.checks._base import fact
    from leakverify.evidence import Extraction

    def answers(*dates: str) -> set[Outcome]:
        names = ("ooxml.core.created", "ooxml.core.modified")
        stated = [fact(name, f"{date}T09:00:00Z") for name, date in zip(names, dates, strict=True)]
        facts = Facts(
            Extraction(index=0, formats=("ooxml",), observations=(*stated, fact("ooxml.font", face)))
        )
        return {evidence.outcome for evidence in registry()["LV-OOX-006"].run(facts)}

    assert answers(day, day) == {Outcome.CONTRADICTS}
    assert answers(day, "2016-03-01") == {Outcome.NEUTRAL}
