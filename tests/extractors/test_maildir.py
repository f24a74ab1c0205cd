"""Maildir: files found as they lie, and what their names say."""

from __future__ import annotations

import mailbox
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leakverify as lv
from leakverify.box.wire import fits_kind
from leakverify.extractors import vocabulary
from leakverify.extractors._maildir import name_facts
from tests.builders.mail import mail


def facts(name: str) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for observation in name_facts(name):
        found.setdefault(observation.name.removeprefix("maildir."), []).append(observation.value)
    return found


def test_a_name_is_read_in_all_its_parts() -> None:
    assert facts("Mail/.Sent/cur/1494010020.M123456P99.host.example,S=1234,W=1260:2,FRSa") == {
        "folder": ["cur"], "mailbox": ["Mail/.Sent"], "delivered": ["2017-05-05T18:47:00Z"],
        "unique": ["M123456P99"], "host": ["host.example"], "size": [1234],
        "flag": ["flagged", "replied", "seen", "keyword a"],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["cur/1494010020.9_1.host!2,S", "cur/1494010020.9_1.host;2,S"])
def test_names_of_systems_without_colons(name: str) -> None:
    assert facts(name)["flag"] == ["seen"]


@pytest.mark.parametrize(
    "name",
    ["mail.eml", "1494010020.9_1.host", "a/1494010020.9_1.host", "curt/1494010020.9_1.host", "cur/notes.txt"],
)
def test_other_names_say_nothing(name: str) -> None:
    assert name_facts(name) == ()


@settings(max_examples=50)
@given(st.text(max_size=80), st.sampled_from(["", "cur/", "x/new/"]))
def test_any_name_gives_facts_of_the_declared_kinds(text: str, folder: str) -> None:
    for name in (folder + text, f"{folder}1494010020.{text}", f"cur/1494010020.a.{text}:2,S"):
        for observation in name_facts(name):
            assert fits_kind(vocabulary()[observation.name].kind, observation.value)


def test_a_maildir_of_the_standard_library_is_scanned_as_it_lies(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    box = mailbox.Maildir(tmp_path / "in" / "Mail", create=True)
    box.add(mail(subject="fresh"))
    answered = mailbox.MaildirMessage(mail(subject="answered"))
    answered.set_subdir("cur")
    answered.set_flags("RS")
    box.add(answered)
    box.add_folder("Sent").add(mail(subject="sent"))
    if os.path.exists(tmp_path / "in" / "Mail" / ".Sent" / "maildirfolder"):
        os.unlink(tmp_path / "in" / "Mail" / ".Sent" / "maildirfolder")
    told = {}
    for report in lv.scan(tmp_path / "in", store=tmp_path / "s.lvs", jobs=1):
        said = {o.name: o.value for o in report.observations}
        told[said["mail.subject"]] = (
            said["maildir.folder"],
            said["maildir.mailbox"],
            said.get("maildir.flag"),
        )
        assert report.document.formats == ("mail",) and "maildir.delivered" in said
    assert told == {
        "fresh": ("new", "Mail", None), "answered": ("cur", "Mail", "seen"), "sent": ("new", "Mail/.Sent", None),
    }  # fmt: skip
