"""Keys computed from two mails, over a stored scan and by the command."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import leakverify as lv
from leakverify.cli import main
from leakverify.dkim.keys import KeyRing, read_keys, read_record
from leakverify.dkim.recover import Stored, modulus_of, recover, tasks
from leakverify.dkim.verify import signatures
from tests.dkim._signed import DOMAIN, MAIL, facts, key, references, short_key, signed


def _stored(mail: bytes) -> Stored:
    (one,) = signatures(facts(mail))
    return Stored(
        domain=one.domain, selector=one.text("selector"), value=one.value, hash="sha256",
        digest=one.text("digest"), time="2016-05-12T08:31:02Z",
    )  # fmt: skip


def _asked(*mails: bytes) -> list[dict[str, str]]:
    found = [_stored(mail) for mail in mails]
    return [{"value": one.value.hex(), "hash": one.hash, "digest": one.digest} for one in found]


def test_a_key_of_exponent_three_comes_out_at_once() -> None:
    import base64

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    secret = rsa.generate_private_key(3, 2048)
    import hashlib

    asked = []
    for text in (b"one", b"two"):
        value = secret.sign(text, padding.PKCS1v15(), hashes.SHA256())
        asked.append({"value": value.hex(), "hash": "sha256", "digest": hashlib.sha256(text).hexdigest()})
    assert modulus_of(asked) == (secret.public_key().public_numbers().n, 3)
    der = secret.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = f"p={base64.b64encode(der).decode()}"
    assert read_record(record).exponent == 3


def test_a_larger_exponent_works_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakverify.dkim.recover.EXPONENTS", (3, 257))
    made = short_key(512, 257)
    monkeypatch.setattr("tests.dkim._signed.key", lambda *asked, **named: made)
    found = modulus_of(_asked(signed(MAIL + b"one\r\n"), signed(MAIL + b"two\r\n")))
    assert found == (read_record(made[1]).modulus, 257)


def test_mails_of_two_keys_give_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakverify.dkim.recover.EXPONENTS", (3, 17))
    asked = _asked(signed(MAIL + b"one\r\n", bits=512), signed(MAIL + b"two\r\n", bits=512, number=1))
    assert modulus_of(asked) is None


def test_the_same_mail_twice_is_no_task_and_a_key_at_hand_neither() -> None:
    one, two = _stored(signed(MAIL + b"one\r\n")), _stored(signed(MAIL + b"two\r\n"))
    assert tasks([one, one], KeyRing()) == []
    assert tasks([one, two], references().keys) == []
    assert len(tasks([one, two], references(number=1).keys)) == 1


def test_time_is_kept_and_no_process_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr("leakverify.dkim.recover.subprocess.Popen", Watched)
    stored = [_stored(signed(MAIL + text)) for text in (b"one\r\n", b"two\r\n")]
    begun = time.monotonic()
    assert recover(stored, KeyRing(), seconds=0.3) == ()
    assert time.monotonic() - begun < 10
    assert [process.returncode for process in started] == [-9]


def test_an_interruption_ends_the_process_and_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Interrupted(subprocess.Popen[bytes]):
        def communicate(self, *args: Any, **options: Any) -> Any:
            started.append(self)
            raise KeyboardInterrupt

    monkeypatch.setattr("leakverify.dkim.recover.subprocess.Popen", Interrupted)
    stored = [_stored(signed(MAIL + text)) for text in (b"one\r\n", b"two\r\n")]
    with pytest.raises(KeyboardInterrupt):
        recover(stored, KeyRing())
    assert [process.poll() for process in started] == [-9]


def test_a_scan_gives_its_keys_and_is_judged_with_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in range(3):
        mail = signed(MAIL + b"number %d\r\n" % number, bits=512)
        (folder / f"{number}.eml").write_bytes(mail)
    store, saved = tmp_path / "s.lvs", tmp_path / "keys.json"
    for _ in lv.scan(folder, store=store):
        pass
    assert main(["keys", "recover", "--in", str(store), "--save", str(saved), "--judge"]) == 0
    assert f"sel._domainkey.{DOMAIN}\t512" in capsys.readouterr().out
    (found,) = read_keys(saved)
    assert found.recovered
    assert found.material.modulus == read_record(key(512)[1]).modulus
    with lv.Scan(store) as scan:
        for report in scan.reports():
            assert report.assessment is not lv.Assessment.AUTHENTICATED
            assert "+" in report.provenance.checks
    assert main(["keys", "show", str(saved)]) == 0
    assert "recovered" in capsys.readouterr().out
    # the same scan with the saved keys opens nothing anew and says the same
    again = [r.to_json() for r in lv.scan(folder, store=store, dkim_keys=[saved])]
    with lv.Scan(store) as scan:
        assert [r.to_json() for r in scan.reports()] == again
