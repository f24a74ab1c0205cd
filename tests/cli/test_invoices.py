"""``leakverify invoices``: what it prints, and that nothing in an invoice acts on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import leakverify as lv
from tests.cli.conftest import Run

EVIL = "F-1\x1b[31m\u202e"


class Scanned:
    """Stands for ``lv.Scan``."""

    held = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Scanned:
        return self

    def __exit__(self, *exc: object) -> None: ...

    def invoices(self) -> list[lv.Supplier]:
        bills = tuple(
            lv.Bill(path=f"{n}{EVIL}.pdf", sha256="0" * 64, kind="invoice", number=EVIL, date="2016-01-08")
            for n in "ab"
        )
        odd = tuple(
            lv.OutOfLine(kind=kind, path=bills[0].path, value=EVIL, usual="A-9", beside=bills[1].path)
            for kind in ("shape", "order", "account", "repeated")
        )
        return (
            [lv.Supplier(key="FR 732829320", bills=bills, shape="A-9", out_of_line=odd)] if self.held else []
        )


@pytest.mark.parametrize("arguments", [(), ("--all",), ("--json",), ("--lang", "fr")])
def test_suppliers_are_shown_and_inert(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    store = tmp_path / "s.lvs"
    store.write_bytes(b"x")
    monkeypatch.setattr(lv, "Scan", Scanned)
    result = run("invoices", "--in", store, *arguments)
    assert result.code == 0, result.err
    assert "\x1b" not in result.out and "\u202e" not in result.out
    assert "732829320" in result.out
    if "--json" in arguments:
        assert json.loads(result.out)["out_of_line"][0]["kind"] == "shape"
    elif not arguments:
        assert "Ordinary: several series" in result.out


def test_no_invoices(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "s.lvs"
    store.write_bytes(b"x")
    monkeypatch.setattr(lv, "Scan", Scanned)
    monkeypatch.setattr(Scanned, "held", False)
    result = run("invoices", "--in", store)
    assert (result.code, result.out) == (0, "")
    assert "no two invoices" in result.err
