"""The example leak: nothing in it points at a real person, and its key is what leakverify finds."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakverify import checks
from leakverify.box.inprocess import examine_bytes
from leakverify.box.runner import unpack
from leakverify.checks import Facts
from leakverify.evidence import Evidence, Outcome
from leakverify.extractors._base import Budget, Source
from leakverify.limits import DEFAULT_LIMITS
from tests.forge.tools import needs

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
KEY: dict[str, dict[str, str]] = json.loads((EXAMPLES / "leak-key.json").read_text(encoding="utf-8"))
ALTERED = sorted(path for path, entry in KEY.items() if entry["status"] == "altered")
GENUINE = sorted(path for path, entry in KEY.items() if entry["status"] == "genuine")
POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)

sys.path.insert(0, str(EXAMPLES))
import leak_content  # noqa: E402
import leak_key  # noqa: E402

SOURCE = Path(leak_content.__file__).read_text(encoding="utf-8")


def judged(data: bytes, name: str) -> Iterator[tuple[str, Evidence]]:
    """(name of the document inside, answer) for a file and everything in it, two containers deep."""
    result = examine_bytes(data, name)
    facts: list[Facts] = []
    for extraction in result.extractions:
        facts.append(Facts(extraction, None if extraction.carrier is None else facts[extraction.carrier]))
        yield from ((extraction.name, evidence) for evidence in checks.judge(facts[-1]))
    for member in result.extractions[0].members:
        budget = Budget(DEFAULT_LIMITS.inflated_bytes, DEFAULT_LIMITS.ratio, DEFAULT_LIMITS.ratio_after)
        yield from judged(b"".join(unpack(Source(data), member, budget)), member.name)


def test_the_key_knows_every_file_and_no_other() -> None:
    leak = EXAMPLES / "leak"
    files = {
        path.relative_to(leak).as_posix(): path.stat().st_size for path in leak.rglob("*") if path.is_file()
    }
    assert set(files) == set(KEY)
    assert 30 <= len(files) <= 40
    assert sum(files.values()) < 2_500_000
    assert len(ALTERED) == 10


def test_the_page_and_the_key_say_the_same() -> None:
    assert leak_key.table() in (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path, entry in leak_key.ALTERED.items():
        assert KEY[path] == {"status": "altered", **entry}
    for path, (made, oddity) in leak_key.GENUINE.items():
        assert KEY[path] == {"status": "genuine", "made": made, **({"oddity": oddity} if oddity else {})}


@pytest.mark.parametrize("path", ALTERED)
def test_an_altered_file_is_pointed_at_by_its_check(path: str) -> None:
    entry = KEY[path]
    pointed = [
        (name, e) for name, e in judged((EXAMPLES / "leak" / path).read_bytes(), path) if e.outcome in POINTED
    ]
    assert entry["check"] in {evidence.check for _, evidence in pointed}
    if "place" in entry:
        assert {name for name, _ in pointed} == {entry["place"]}


@pytest.mark.parametrize("path", GENUINE)
def test_a_genuine_file_is_not_pointed_at(path: str) -> None:
    answers = list(judged((EXAMPLES / "leak" / path).read_bytes(), path))
    assert [(name, e.check, e.text) for name, e in answers if e.outcome in POINTED] == []
    assert [(name, e.check, e.text) for name, e in answers if e.message == "check-error"] == []


def test_no_file_tells_of_the_machine_it_was_made_on() -> None:
    for path in KEY:
        data = (EXAMPLES / "leak" / path).read_bytes()
        layers = [data]
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                layers += [archive.read(name) for name in archive.namelist()]
        for layer in layers:
            assert not re.search(
                rb"(?<![\w./])/(?:tmp|root|home|work|usr|var)/|root/root|localhost", layer
            ), path


def _luhn(digits: str) -> bool:
    odd = [int(digit) for digit in digits[-1::-2]]
    even = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(odd) + sum(even)) % 10 == 0


def test_numbers_are_ones_that_nobody_has() -> None:
    # ranges that ARCEP keeps for works of fiction (decision 2018-0881)
    fiction = re.compile(r"01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98")
    phones = re.findall(r"(?<![\d ])0[1-9](?: \d\d){4}(?!\d)", SOURCE)
    assert len(phones) > 8
    assert all(fiction.match(phone) for phone in phones)
    companies = re.findall(r"\b\d{3} \d{3} \d{3} \d{5}\b", SOURCE)
    assert len(companies) == 3
    assert not any(_luhn(company.replace(" ", "")) for company in companies)
    accounts = re.findall(r"FR\d\d(?: \w{2,4})+", SOURCE)
    assert len(accounts) == 3
    for account in accounts:
        turned = account.replace(" ", "")
        number = "".join(str(int(char, 36)) for char in turned[4:] + turned[:4])
        assert int(number) % 97 != 1


def test_addresses_end_where_no_mail_is_delivered() -> None:
    for path in KEY:
        data = (EXAMPLES / "leak" / path).read_bytes()
        if path.endswith((".eml", ".mbox")):
            assert set(
                re.findall(rb"[\w.]@[\w.-]+\.(\w+)", re.sub(rb"(?m)^[A-Za-z0-9+/=]{60,}$", b"", data))
            ) == {b"example"}
            networks = {
                found[:3] for found in (tuple(n.split(b".")) for n in re.findall(rb"\[(\d[\d.]+)\]", data))
            }
            assert networks <= {(b"192", b"0", b"2"), (b"198", b"51", b"100"), (b"203", b"0", b"113")}


@pytest.mark.slow
@pytest.mark.timeout(900)
@needs(
    "chromium", "docx", "exiftool", "faketime", "numpy", "openpyxl", "pandoc", "pdftoppm", "qpdf", "soffice", "tar",
    "xlsxwriter", "zip",
)  # fmt: skip
def test_the_leak_can_be_made_again(tmp_path: Path) -> None:
    import make_leak

    make_leak.main(tmp_path / "leak")
    assert json.loads((tmp_path / "leak-key.json").read_text(encoding="utf-8")) == KEY
    for path in KEY:
        pointed = {
            e.check for _, e in judged((tmp_path / "leak" / path).read_bytes(), path) if e.outcome in POINTED
        }
        assert (KEY[path].get("check") in pointed) if path in ALTERED else not pointed, path
