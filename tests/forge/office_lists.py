"""Recipes for lists and ledgers in plain text: rows put in, amounts changed, numbers made up."""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta
from decimal import Decimal

from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply

_AMOUNT = re.compile(r"-?\d{1,9}([.,])\d{2}\Z")


def lines_of(data: bytes) -> tuple[list[str], str, str]:
    """Lines with their ends, the character that parts the cells, and the encoding. Raises ``DoesNotApply``."""
    if b"\0" in data or len(data) < 40:
        raise DoesNotApply("no list")
    for encoding in ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DoesNotApply("no text")
    found = text.splitlines(keepends=True)
    if len(found) < 6:
        raise DoesNotApply("hardly any rows")
    for mark in (";", "\t", ","):
        if all(line.count(mark) == found[0].count(mark) > 0 for line in found[:-1]) and '"' not in found[1]:
            return found, mark, encoding
    raise DoesNotApply("no plain table")


def cells_of(line: str, mark: str) -> list[str]:
    return line.rstrip("\r\n").split(mark)


@altered("text", question="content", expects=("LV-TAB-001",), trace="structure")
def insert_foreign_rows(data: bytes, *, seed: int = 0) -> Forged:
    """Put two rows into a list from another program: quotation marks, another line end, a blank after each mark.

    Clearstream, 2004: names put into a genuine listing.  An examiner looks at the bytes of each row.
    """
    found, mark, encoding = lines_of(data)
    if len(found) < 25:
        raise DoesNotApply("too few rows to have a habit")
    at = random.Random(seed).randrange(4, len(found) - 2)
    other = "\n" if found[0].endswith("\r\n") else "\r\n"
    rows = []
    for line in found[at : at + 2]:
        rows.append(mark.join(f'"{cell.strip()}" ' for cell in cells_of(line, mark)) + other)
    made = "".join([*found[:at], *rows, *found[at:]])
    return Forged(made.encode(encoding), Truth(after=rows[0].strip(), line=at + 1))


@altered("text", question="content", trace="faint")
def insert_matching_rows(data: bytes, *, seed: int = 0) -> Forged:
    """Put a row into a list that is written like the others.

    The careful variant: an examiner finds a break of the order or a number too many at best.
    """
    found, _mark, encoding = lines_of(data)
    at = random.Random(seed).randrange(2, len(found) - 2)
    row = re.sub(r"\d(?=\D*$)", str(seed % 10), found[at])
    return Forged(
        "".join([*found[: at + 1], row, *found[at + 1 :]]).encode(encoding),
        Truth(after=row.strip(), line=at + 2),
    )


def decimal(cell: str) -> Decimal | None:
    """An amount with two decimals, or nothing."""
    return Decimal(cell.strip().replace(",", ".")) if _AMOUNT.match(cell.strip()) else None


def balance_column(rows: list[list[str]]) -> tuple[int, int] | None:
    """(column of amounts, column of the balance they run up to), where a list has them."""
    width = min(map(len, rows), default=0)
    numbers = {c: [decimal(row[c]) for row in rows] for c in range(width)}
    whole = {c: [v for v in values if v is not None] for c, values in numbers.items() if None not in values}
    for balance, kept in whole.items():
        for amount, moves in whole.items():
            if balance != amount and all(
                before + move == after for before, after, move in zip(kept, kept[1:], moves[1:], strict=False)
            ):
                return amount, balance
    return None


@altered("text", question="content", expects=("LV-TAB-003",), trace="explicit")
def change_amount_and_leave_balance(data: bytes, *, seed: int = 0) -> Forged:
    """Change one amount of a ledger whose lines state the balance, and leave the balances as they were.

    An examiner adds up: at one line the balance does not follow from the one before.
    """
    found, mark, encoding = lines_of(data)
    rows = [cells_of(line, mark) for line in found[1:] if line.strip()]
    columns = balance_column(rows)
    if columns is None or len(rows) < 8:
        raise DoesNotApply("no running balance")
    at = random.Random(seed).randrange(2, len(rows) - 2)
    old = rows[at][columns[0]].strip()
    sign = "." if "." in old else ","
    new = f"{(decimal(old) or Decimal(0)) * 3 + 100:.2f}".replace(".", sign)
    cells = [*rows[at]]
    cells[columns[0]] = cells[columns[0]].replace(old, new)
    end = found[at + 1][len(found[at + 1].rstrip("\r\n")) :]
    made = [*found[: at + 1], mark.join(cells) + end, *found[at + 2 :]]
    truth = Truth(before=old, after=new, line=at + 2, cell=f"column {columns[0] + 1}")
    return Forged("".join(made).encode(encoding), truth)


@altered("text", question="content", expects=("LV-TAB-002",), trace="faint")
def make_up_phone_numbers(data: bytes, *, seed: int = 0) -> Forged:
    """Put a number into a list of telephones that no plan of numbers knows.

    An examiner looks up the plan: the number is too short.  Lists hold such numbers by slips of the pen, too,
    so that it is only shown.
    """
    found, _mark, encoding = lines_of(data)
    spots = [
        (n, m)
        for n, line in enumerate(found)
        for m in [re.search(r"(?:\+33 ?|\b0)[67](?:[ .]?\d\d){4}\b", line)]
        if m
    ]
    if len(spots) < 20:
        raise DoesNotApply("not a list of French telephones")
    n, place = random.Random(seed).choice(spots)
    # 06 and 07 00 are given out; numbers that begin with 00 or are a digit short are not
    old = place[0]
    new = old[:-1]
    found[n] = found[n][: place.start()] + new + found[n][place.end() :]
    return Forged("".join(found).encode(encoding), Truth(before=old, after=new, line=n + 1))


@benign("text")
def export_with_other_line_ends(data: bytes) -> bytes:
    """The same list exported on another system: every line end is another one."""
    found, _, encoding = lines_of(data)
    ends = {line[len(line.rstrip("\r\n")) :] for line in found} - {""}
    if len(ends) != 1:
        raise DoesNotApply("has several line ends already")
    old = ends.pop()
    return "".join(found).replace(old, "\n" if old == "\r\n" else "\r\n").encode(encoding)


@benign("text")
def export_with_other_marks(data: bytes) -> bytes:
    """The same list exported by another program: parted by tabs, with a mark of its encoding."""
    found, mark, _ = lines_of(data)
    if mark == "\t" or any("\t" in line for line in found):
        raise DoesNotApply("tabs are inside")
    return b"\xef\xbb\xbf" + "".join(found).replace(mark, "\t").encode("utf-8")


@benign("text")
def sort_by_first_column(data: bytes) -> bytes:
    """The rows in another order, as a spreadsheet sorts them."""
    found, _, encoding = lines_of(data)
    if not found[-1].endswith(("\n", "\r")):
        raise DoesNotApply("the last line has no end")
    return "".join([found[0], *sorted(found[1:])]).encode(encoding)


@benign("text")
def take_out_rows(data: bytes, *, seed: int = 0) -> bytes:
    """Some rows left out, as a selection in a spreadsheet does."""
    found, _, encoding = lines_of(data)
    draw = random.Random(seed)
    return "".join(line for n, line in enumerate(found) if not n or draw.random() > 0.1).encode(encoding)


# genuine lists in code, for want of public ones: accounts and telephones as their programs export them


def ledger(seed: int, rows: int = 60) -> bytes:
    """An account of a bank with a running balance, as a French bank exports it."""
    draw = random.Random(seed)
    balance, day = Decimal(draw.randrange(100_000, 900_000)) / 100, datetime(2024, 1, 3)
    said = ["date;libelle;montant;solde"]
    for number in range(rows):
        day += timedelta(days=draw.randrange(0, 4))
        amount = Decimal(draw.randrange(-90_000, 95_000)) / 100
        balance += amount
        cells = [f"{day:%d/%m/%Y}", f"VIREMENT {number + 1000 + seed}", f"{amount:.2f}", f"{balance:.2f}"]
        said.append(";".join(cell.replace(".", ",") if n > 1 else cell for n, cell in enumerate(cells)))
    return ("\r\n".join(said) + "\r\n").encode("cp1252")


def telephones(seed: int, rows: int = 60) -> bytes:
    """A list of names and French mobile telephones."""
    draw = random.Random(seed)
    said = ["nom;telephone"]
    for number in range(rows):
        pairs = " ".join(f"{draw.randrange(100):02d}" for _ in range(3))
        said.append(f"Personne {number};+33 {draw.choice('67')} {draw.randrange(50, 90)} {pairs}")
    return ("\n".join(said) + "\n").encode("utf-8")
