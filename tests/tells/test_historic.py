"""Tells of historic cases as the facts a reader would state, and the twins that must stay silent."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from leakverify.checks import judge
from leakverify.checks._base import Facts, fact
from leakverify.evidence import Extraction, Observation, Outcome, Problem, Question

CONTRADICTS, UNUSUAL = Outcome.CONTRADICTS, Outcome.UNUSUAL
WORD = "http://schemas.microsoft.com/office/word/"
C138 = "Adobe XMP Core 5.6-c138 79.159824, 2016/09/14-01:09:01"

OFFICE = (
    fact("ooxml.app.application", "Microsoft Office Word", part="docProps/app.xml"),
    fact("zip.made_by", "0.45"),
    fact("zip.flags.first", "0x6"),
    fact("zip.first_entry", "[Content_Types].xml"),
    fact("zip.times", "all-1980"),
)
SPREADSHEET = (fact("ooxml.app.application", "Microsoft Excel", part="docProps/app.xml"), *OFFICE[1:])


@dataclass(frozen=True)
class Case:
    name: str
    formats: tuple[str, ...]
    facts: tuple[Observation, ...]
    expected: dict[str, Outcome] = field(default_factory=dict)
    mail: tuple[Observation, ...] = ()
    problems: tuple[Problem, ...] = ()

    def pointed(self) -> dict[str, Outcome]:
        """Checks that point at something, handling left out, each with its strongest outcome."""
        carrier = Facts(Extraction(index=0, formats=("mail",), observations=self.mail)) if self.mail else None
        extraction = Extraction(
            index=1, formats=self.formats, observations=self.facts, problems=self.problems
        )
        found: dict[str, Outcome] = {}
        for answer in judge(Facts(extraction, carrier)):
            # what tells of handling is shown, and held against nobody
            if answer.question is Question.HANDLING:
                continue
            if answer.outcome is CONTRADICTS or (answer.outcome is UNUSUAL and answer.check not in found):
                found[answer.check] = answer.outcome
        return found


TELLS = (
    Case(
        "COPA v Wright: 83,165 minutes of editing within 2,594",
        ("ooxml",),
        (
            *OFFICE,
            fact("ooxml.app.total_time", 83165),
            fact("ooxml.core.created", "2019-09-11T10:00:00Z"),
            fact("ooxml.core.modified", "2019-09-13T05:14:00Z"),
        ),
        {"LV-OOX-003": UNUSUAL},
    ),
    Case(
        "COPA v Wright: editing time below zero, the clock set back by 13 years",
        ("ooxml",),
        (*OFFICE, fact("ooxml.app.total_time", 4287839314)),
        {"LV-OOX-003": CONTRADICTS},
    ),
    Case(
        "Balyoz: a document of 2003 with marks of a later Office",
        ("ooxml",),
        (
            *OFFICE,
            fact("ooxml.app.app_version", "12.0000"),
            fact("ooxml.core.created", "2003-02-01T10:00:00Z"),
            fact("ooxml.core.modified", "2003-03-05T10:00:00Z"),
            fact("ooxml.namespace", WORD + "2006/wordml", part="word/document.xml"),
        ),
        {"LV-OOX-002": CONTRADICTS},
    ),
    Case(
        "Tulip Trust: a PDF of 2012 whose inner stamp is years younger",
        ("pdf",),
        (
            fact("pdf.revision.count", 1),
            fact("pdf.info.creation_date", "2012-10-17T09:00:00Z"),
            fact("pdf.info.mod_date", "2012-10-17T09:00:00Z"),
            fact("xmp.create_date", "2012-10-17T09:00:00Z"),
            fact("xmp.modify_date", "2012-10-17T09:00:00Z"),
            fact("xmp.metadata_date", "2012-10-17T09:00:00Z"),
            fact("xmp.toolkit", C138),
        ),
        {"LV-XMP-001": CONTRADICTS},
    ),
    Case(
        "Olympic Destroyer's lesson: the declared program is not the one whose habits the archive shows",
        ("ooxml",),
        (
            fact("ooxml.app.application", "Microsoft Office Word"),
            fact("ooxml.core.creator", "Jeanne Martin"),
            fact("zip.made_by", "3.20"),
            fact("zip.flags.first", "0x0"),
            fact("zip.times", "real"),
            fact(
                "docx.rsid.declared_values",
                "00034616 0006063C 0015074B 0029639D 00326F90 00AA1D8D 00B47730 00CB0664 00FC693F",
                part="word/settings.xml",
            ),
        ),
        {"LV-OOX-001": UNUSUAL},
    ),
    Case(
        "Tainted Leaks: a name put in the place of another in an appended revision",
        ("pdf",),
        (
            fact("pdf.revision.count", 2),
            fact("pdf.info.mod_date", "2016-10-05T12:00:00Z", revision=1),
            fact("pdf.change.text_before", "articles by independent journalists", revision=2, page=3),
            fact("pdf.change.text_after", "articles by paid opposition journalists", revision=2, page=3),
            fact("pdf.change.explained", "none", revision=2, page=3),
        ),
        {"LV-PDF-002": CONTRADICTS},
    ),
    Case(
        "xls_cedric: a spreadsheet saved on 27 March 2017, in a mail of 2016",
        ("ooxml",),
        (
            *SPREADSHEET,
            fact("ooxml.core.created", "2016-05-05T08:00:00Z"),
            fact("ooxml.core.modified", "2017-03-27T14:02:00Z"),
            fact("ooxml.core.creator", "C. Dupont"),
            fact("ooxml.core.last_modified_by", "Рошка Георгий Петрович"),
        ),
        {"LV-MAIL-002": CONTRADICTS},
        mail=(
            fact("mail.date", "2016-05-12T10:31:00+02:00"),
            fact("mail.received.when", "2016-05-12T10:31:09+02:00", line=2),
        ),
    ),
    Case(
        "Ghostwriter: a mailbox at a domain that looks like another",
        ("mail",),
        (
            fact("mail.date", "2021-06-01T10:00:00Z"),
            fact("mail.from.name", "Biuro <biuro@sejm.gov.pl>"),
            fact("mail.from.address", "biuro@sejrn.gov.pl"),
        ),
        {"LV-NAME-001": UNUSUAL},
    ),
    Case(
        "a mail whose Date was moved back by two years in the mailbox",
        ("mail",),
        (
            fact("mail.date", "2014-05-12T10:31:00+02:00"),
            fact("mail.received.when", "2016-05-12T10:31:09+02:00", line=2),
            fact("mail.received.when", "2016-05-12T08:31:05Z", line=5),
        ),
        {"LV-MAIL-001": UNUSUAL},
    ),
)

TWINS = (
    Case(
        "xls_cedric as loose files: last saved in minutes by a name in another script, and nothing more",
        ("ooxml",),
        (
            *SPREADSHEET,
            fact("ooxml.core.created", "2005-05-05T08:00:00Z"),
            fact("ooxml.core.modified", "2017-03-27T14:02:00Z"),
            fact("ooxml.core.creator", "C. Dupont"),
            fact("ooxml.core.last_modified_by", "Рошка Георгий Петрович"),
        ),
    ),
    Case(
        "Guccifer 2.0: author and company of a template of 2008, last saver in Cyrillic",
        ("ooxml",),
        (
            *OFFICE,
            fact("ooxml.core.created", "2016-06-15T13:38:00Z"),
            fact("ooxml.core.modified", "2016-06-15T14:08:00Z"),
            fact("ooxml.core.creator", "Warren Flood"),
            fact("ooxml.app.company", "GSA"),
            fact("ooxml.core.last_modified_by", "Феликс Эдмундович"),
        ),
    ),
    Case(
        "Obama birth certificate: a scan in layers, re-saved with another program",
        ("pdf",),
        (
            fact("pdf.revision.count", 1),
            fact("pdf.info.producer", "Mac OS X 10.6.7 Quartz PDFContext"),
            fact("pdf.info.creation_date", "2011-04-27T12:09:24Z"),
            fact("pdf.info.mod_date", "2011-04-27T12:09:24Z"),
        ),
    ),
    Case(
        "Mueller report: print, scan and a text layer by recognition",
        ("pdf",),
        (
            fact("pdf.revision.count", 2),
            fact("pdf.info.producer", "RICOH MP C6502"),
            fact("pdf.change.text_before", "", revision=2, page=1),
            fact("pdf.change.text_after", "Report On The Investigation", revision=2, page=1),
            fact("pdf.change.explained", "ocr-layer", revision=2, page=1),
        ),
    ),
    Case(
        "unzipped or copied: the file system's times are younger than the last save",
        ("ooxml",),
        (
            *OFFICE,
            fact("ooxml.core.created", "2012-01-01T10:00:00Z"),
            fact("ooxml.core.modified", "2012-01-02T10:00:00Z"),
            fact("zip.time.latest", "2017-05-01T10:00:00"),
        ),
    ),
    Case(
        "remote desktop: a session left open for months",
        ("ooxml",),
        (
            *OFFICE,
            fact("ooxml.app.total_time", 129_000),
            fact("ooxml.core.created", "2016-01-01T10:00:00Z"),
            fact("ooxml.core.modified", "2016-04-01T10:00:00Z"),
        ),
    ),
    Case(
        "template refresh: later namespaces, and the last save moved along",
        ("ooxml",),
        (
            *OFFICE,
            fact("ooxml.core.created", "2008-01-01T10:00:00Z"),
            fact("ooxml.core.modified", "2018-04-01T10:00:00Z"),
            fact("ooxml.namespace", WORD + "2016/wordml/cid"),
        ),
    ),
    Case(
        "macOS Preview: an annotation after the signature",
        ("pdf",),
        (
            fact("pdf.revision.count", 3),
            fact("pdf.signature.count", 1),
            fact("pdf.signature.byte_range", "0 900 1900 100", revision=2),
            fact("pdf.revision.end", 2000, revision=2),
            fact("pdf.revision.end", 2600, revision=3),
            fact("pdf.change.kind", "annotation", revision=3),
            fact("pdf.change.text_before", "", revision=3, page=1),
            fact("pdf.change.text_after", "see me", revision=3, page=1),
            fact("pdf.change.explained", "annotation", revision=3, page=1),
        ),
    ),
    Case(
        "LibreOffice re-save of an old letter, which names itself and keeps the dates",
        ("ooxml",),
        (
            fact("ooxml.app.application", "LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2"),
            fact("ooxml.app.app_version", "15.0000"),
            fact("ooxml.core.created", "2011-12-06T02:38:00Z"),
            fact("ooxml.core.modified", "2011-12-06T02:39:00Z"),
            fact("ooxml.namespace", WORD + "2012/wordml", part="word/document.xml"),
            fact("zip.made_by", "0.20"),
            fact("zip.flags.first", "0x808"),
            fact("zip.first_entry", "_rels/.rels"),
            fact("zip.times", "real"),
            fact("ooxml.part", "_rels/.rels"),
            fact("ooxml.part", "[Content_Types].xml"),
        ),
    ),
    Case(
        "two end-of-file marks, unequal ID halves, a change after creation, bytes after a signed range",
        ("pdf",),
        (
            fact("pdf.linearized", True),
            fact("pdf.revision.count", 2),
            fact("pdf.id.first", "00aa"),
            fact("pdf.id.second", "00bb"),
            fact("pdf.info.creation_date", "2016-03-01T10:00:00+01:00"),
            fact("pdf.info.mod_date", "2016-03-04T10:00:00+01:00"),
            fact("xmp.create_date", "2016-03-01T10:00:00+01:00"),
            fact("xmp.modify_date", "2016-03-04T10:00:00+01:00"),
            fact("pdf.signature.byte_range", "0 900 1900 100"),
            fact("pdf.change.kind", "dss", revision=2),
        ),
    ),
    Case(
        "a mail without a valid signature, delayed by greylisting",
        ("mail",),
        (
            fact("mail.date", "2016-05-12T10:31:00+02:00"),
            fact("mail.dkim.domain", "example.org"),
            fact("mail.received.when", "2016-05-12T09:15:09Z", line=2),
            fact("mail.received.when", "2016-05-12T08:31:05Z", line=5),
        ),
    ),
    Case(
        "a photograph sent by a messenger, which drops the block",
        ("image",),
        (fact("image.exif.present", False), fact("image.width", 1600)),
    ),
)


@pytest.mark.parametrize("case", TELLS, ids=[case.name for case in TELLS])
def test_the_tell_is_seen_and_nothing_else(case: Case) -> None:
    assert case.pointed() == case.expected


@pytest.mark.parametrize("case", TWINS, ids=[case.name for case in TWINS])
def test_the_innocent_twin_is_left_alone(case: Case) -> None:
    assert case.pointed() == {}


def test_a_foreign_name_is_shown_with_every_reading_and_held_against_nobody() -> None:
    answers = judge(Facts(Extraction(index=0, formats=("ooxml",), observations=TWINS[1].facts)))
    shown = [a for a in answers if a.check == "LV-NAME-001"]
    assert [a.outcome for a in shown] == [Outcome.NEUTRAL]
    for reading in ("colleague", "language", "template", "conversion", "planted"):
        assert reading in shown[0].text


def test_only_words_that_are_gone_may_contradict_the_content() -> None:
    """Whatever else a revision does, only a text that is gone, or hidden, proves a change of content."""

    def outcome(before: str, after: str, explained: str, under: str = "") -> Outcome:
        facts = (
            fact("pdf.revision.count", 2),
            # the save moves no date: the document denies it
            fact("pdf.info.mod_date", "2017-03-02T10:11:12+01:00", revision=1),
            fact("pdf.change.text_before", before, revision=2, page=1),
            fact("pdf.change.text_after", after, revision=2, page=1),
            fact("pdf.change.explained", explained, revision=2, page=1),
            *([fact("pdf.change.hidden_under", under, revision=2, page=1)] if under else []),
        )
        case = Case("", ("pdf",), facts)
        return case.pointed().get("LV-PDF-002", Outcome.NEUTRAL)

    assert outcome("pay 100 euros", "pay 900 euros", "none") is CONTRADICTS
    assert outcome("shall not pay", "shall pay", "none") is CONTRADICTS
    assert outcome("1 of 1 05/01/2018", "", "none") is UNUSUAL
    for before, after in (
        ("1.00", "1'000.00"), ("1.00", "100"), ("5 %", "5"), ("-100", "100"), ("100 €", "100 $"), ("200", "1 200"),
    ):  # fmt: skip
        assert outcome(f"the sum of {before}", f"the sum of {after}", "none") in (CONTRADICTS, UNUSUAL)
    for before, after in (
        ("agree-\nment", "agreement"), ("ﬁnal", "final"), ("TOTAL", "Total"), ("a — b", "a - b"), ("«x»", '"x"'),
    ):  # fmt: skip
        assert outcome(before, after, "none") is Outcome.NEUTRAL
    assert outcome("", "paid on 3 May", "none") is UNUSUAL
    for workflow in (
        "form-fill",
        "signature-appearance",
        "annotation",
        "stamp-added",
        "page-added",
        "ocr-layer",
    ):
        assert outcome("", "paid on 3 May", workflow) is Outcome.NEUTRAL
        assert outcome("pay 100 euros", "pay 900 euros", workflow) in (Outcome.NEUTRAL, UNUSUAL)
    # an annotation or a box that hides a figure and shows another one is no note
    assert outcome("pay 100 euros", "pay 900 euros", "annotation", "annotation") is CONTRADICTS
    assert outcome("pay 100 euros", "pay 900 euros", "none", "drawing") is CONTRADICTS
