"""``leakverify threads``: what it prints, and that nothing in a mail acts on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import leakverify as lv
from leakverify.evidence import Location
from tests.cli.conftest import Run

MEMBER = {"sha256": "0" * 64, "date": "2017-05-05T20:46:58+02:00", "sender": "anne@a.example"}
EVIL = "Note\x1b[31m\u202e"


class Scanned:
    """Stands for ``lv.Scan``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Scanned:
        return self

    def __exit__(self, *exc: object) -> None: ...

    def conversations(self) -> list[lv.Conversation]:
        from leakverify.conversations import Member

        mails = tuple(Member(path=f"{n}{EVIL}.eml", subject=EVIL, **MEMBER) for n in "ab")  # type: ignore[arg-type]
        return [
            lv.Conversation(subject=EVIL, mails=mails, participants=("anne@a.example",), missing=("x@y",))
        ]

    def copied(self) -> list[lv.Copied]:
        return [
            lv.Copied(
                kind="identifier", value=EVIL, mails=("a.eml", f"b{EVIL}.eml"), differ=("date", "figure"),
                figures=("12", EVIL),
            )
        ]  # fmt: skip

    def quoted(self, document: str) -> list[lv.Quotation]:
        if document != "b.eml":
            raise lv.UsageError(f"the scan holds no mail {document}")
        change = lv.Difference(
            kind="figure", original="12", quoted=EVIL, original_at=(0, 2), quoted_at=(0, 2)
        )
        return [
            lv.Quotation(
                mail="b.eml", where=Location(part="1", line=3), kind="prefixed", depth=1, attribution=EVIL,
                agreement="differs", original="a.eml", known_by=("references", "words"), words=9, same=8,
                differences=(change,), covered=("original",),
            )
        ]  # fmt: skip


def test_conversations_and_quotations_are_shown_and_inert(run: Run, tmp_path: Path, monkeypatch) -> None:
    store = tmp_path / "s.lvs"
    store.write_bytes(b"x")
    monkeypatch.setattr(lv, "Scan", Scanned)
    for arguments in ((), ("--mail", "b.eml"), ("--json",), ("--mail", "b.eml", "--json"), ("--lang", "fr"), ("--copied",),
                      ("--copied", "--json")):  # fmt: skip
        result = run("threads", "--in", store, *arguments)
        assert result.code == 0, result.err
        assert "\x1b" not in result.out and "\u202e" not in result.out
        if "--json" in arguments:
            assert json.loads(result.out)
    told = run("threads", "--in", store, "--copied", "--lang", "fr").out
    assert "Le même Message-ID" in told and ": date, un chiffre." in told
    assert run("threads", "--in", store, "--copied", "--mail", "b.eml").code == 1
    shown = run("threads", "--in", store, "--mail", "b.eml").out
    assert "8 of 9 words" in shown and "a.eml (named by its identifier, its words)" in shown
    assert "figure: original “12”" in shown and "corroborated as far as it agrees" in shown
    assert "chiffre" in run("threads", "--in", store, "--mail", "b.eml", "--lang", "fr").out


def test_a_mail_that_is_not_there_is_a_wrong_call(run: Run, tmp_path: Path, monkeypatch) -> None:
    store = tmp_path / "s.lvs"
    store.write_bytes(b"x")
    monkeypatch.setattr(lv, "Scan", Scanned)
    result = run("threads", "--in", store, "--mail", "c\x1b.eml")
    assert result.code == 1
    assert "\x1b" not in result.err
