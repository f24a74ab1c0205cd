"""Key files in every form, and what a record allows."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.dkim.keys import Key, KeyRing, read_keys, read_record, rsa_record, shipped_keys, write_keys
from leakverify.dkim.opening import open_signature
from leakverify.errors import UsageError
from leakverify.references import NO_REFERENCES, References
from tests.dkim._signed import facts, key, signed

RECORD = key()[1]
_HALF = len(RECORD) // 2


def _file(folder: Path, text: str, name: str = "keys.txt") -> tuple[Key, ...]:
    path = folder / name
    path.write_text(text, "utf-8")
    return read_keys(path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'sel._domainkey.a.example. 3600 IN TXT "{RECORD}"', id="zone line"),
        pytest.param(
            f'sel._domainkey.a.example. IN TXT ( "{RECORD[:_HALF]}"\n  "{RECORD[_HALF:]}" ) ; old key',
            id="split over lines",
        ),
        pytest.param(
            f'sel._domainkey.A.example IN TXT "{RECORD[:_HALF]}" "{RECORD[_HALF:]}"', id="two strings"
        ),
        pytest.param("sel._domainkey.a.example. 300 TXT " + RECORD.replace(";", "\\;"), id="dig, unquoted"),
        pytest.param(f"sel._domainkey.a.example  {RECORD}", id="name and record"),
        pytest.param(
            f"# keys\nselector\tdomain\trecord\tsource\tseen\nsel\ta.example\t{RECORD}\tx\t2016", id="tsv"
        ),
        pytest.param(
            f'domain,selector,value,firstSeenAt,lastSeenAt\na.example,sel,"{RECORD}",2016-01-02T00:00:00Z,',
            id="csv",
        ),
        pytest.param(
            json.dumps([{"domain": "a.example", "selector": "sel", "value": RECORD, "lastSeenAt": None}]),
            id="archive",
        ),
    ],
)
def test_every_form_gives_the_key(tmp_path: Path, text: str) -> None:
    (found,) = _file(tmp_path, text)
    assert (found.domain, found.selector, found.recovered) == ("a.example", "sel", False)
    assert found.material.modulus == read_record(RECORD).modulus


def test_the_name_of_a_file_is_taken_for_a_bare_record(tmp_path: Path) -> None:
    (found,) = _file(tmp_path, RECORD, "sel._domainkey.a.example.txt")
    assert found.name == "sel._domainkey.a.example"


@pytest.mark.parametrize(
    ("seen", "first", "last"),
    [("2016-10..11 (commits)", "2016-10", "2016-10"), ("2006-2024 test", "2006", "2024"), ("undated", "", ""),
     ("2023-12-27 and 2025-11", "2023-12-27", "2025-11")],
)  # fmt: skip
def test_spans_are_read(tmp_path: Path, seen: str, first: str, last: str) -> None:
    (found,) = _file(tmp_path, f"selector\tdomain\trecord\tseen\nsel\ta.example\t{RECORD}\t{seen}\n")
    assert (found.first, found.last) == (first, last)


def test_our_form_keeps_everything(tmp_path: Path) -> None:
    keys = (
        Key(domain="a.example", selector="sel", record=RECORD, first="2016", source="é", recovered=True),
        Key(domain="b.example", selector="s2", record=RECORD, not_before="2016-01-01", last="2017-02"),
    )
    write_keys(tmp_path / "k.json", keys)
    assert read_keys(tmp_path / "k.json") == keys


@pytest.mark.parametrize("text", ["", "hello", "{", "[1, 2]", '{"form": "leakverify-dkim-keys", "version": 9}',
                                  "domain,selector\nx,y\n", "[" * 100_000])  # fmt: skip
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError):
        _file(tmp_path, text)


@given(st.text(max_size=200))
def test_no_record_raises(record: str) -> None:
    material = read_record(record)
    assert material.flaw or material.kind


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (RECORD.replace("DKIM1", "DKIM2"), "another version"),
        ("v=DKIM1; p=", "revoked"),
        (RECORD.replace("p=", "p=%"), "base64"),
        (RECORD + "; h=sha512", "not for sha256"),
        (RECORD + "; s=chat", "not for mail"),
        (RECORD + "; t=s", "subdomains"),
        (RECORD + "; g=jo*", "other users"),
        (RECORD.replace("k=rsa", "k=dsa"), "type dsa"),
    ],
)
def test_a_record_can_forbid(record: str, why: str) -> None:
    assert why in read_record(record).refuses("rsa-sha256", "a.example", "anne@sub.a.example")


def test_a_modulus_survives_its_record() -> None:
    material = read_record(RECORD)
    again = read_record(rsa_record(material.modulus, material.exponent))
    assert (again.modulus, again.exponent) == (material.modulus, material.exponent)


def test_opening_tells_keys_apart_and_refuses_loose_padding() -> None:
    observed = facts(signed())
    from leakverify.dkim.verify import signatures

    (one,) = signatures(observed)
    mine, other = read_record(RECORD), read_record(key(number=1)[1])
    opened = open_signature(one.value, mine.modulus, mine.exponent)
    assert opened is not None
    assert (opened.hash, opened.digest) == ("sha256", one.text("digest"))
    assert open_signature(one.value, other.modulus, other.exponent) is None
    assert open_signature(b"", mine.modulus, mine.exponent) is None
    # what the exponent 3 and a cube root would make of padding that is not compared whole
    assert open_signature(b"\x02" * 20, mine.modulus, 3) is None


def test_shipped_keys_are_whole_and_dated() -> None:
    assert len(shipped_keys()) >= 6
    for one in shipped_keys():
        assert one.material.bits == 2048
        assert not one.material.flaw
        assert one.first


def test_trusted_keys_come_before_recovered_ones() -> None:
    mine = Key(domain="a.example", selector="sel", record=RECORD)
    found = Key(domain="a.example", selector="sel", record=key(number=1)[1], recovered=True)
    assert KeyRing((found, mine)).find("A.Example.", "SEL") == (mine, found)


def test_references_are_values(tmp_path: Path) -> None:
    write_keys(tmp_path / "a.json", [Key(domain="a.example", selector="sel", record=RECORD)])
    write_keys(tmp_path / "b.json", [Key(domain="b.example", selector="sel", record=RECORD)])
    one = References.read(dkim_keys=[tmp_path / "a.json", tmp_path / "b.json"])
    other = References.read(dkim_keys=[tmp_path / "b.json", tmp_path / "a.json", tmp_path / "a.json"])
    assert one.identity == other.identity != ""
    assert copy.deepcopy(one).identity == one.identity
    assert NO_REFERENCES.identity == ""
    assert References.read() is NO_REFERENCES
