"""Two tellings of one text: what is no difference, what is one, and that time stays in bounds."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.checks._alignment import compare, figures_differ, gaps, names_differ

TEXT = (
    "Bonjour Paul,\nle montant convenu est de 12 400 euros, payable avant le 8 mai à Monsieur Dupont.\n"
    "L'annexe est sur https://a.example/annexe?id=7 et compte 3 pages.\n\nCordialement,\nAnne\n-- \nAnne Martin\n"
)


@pytest.mark.parametrize(
    "quoted",
    [
        TEXT,
        TEXT.replace(" ", "\n", 9),
        "".join(f"> {line}\n" for line in TEXT.split("\n")),
        "".join(f"| {line}\n" for line in TEXT.split("\n")),
        TEXT.replace("'", "’").replace("12 400", "12\u00a0400"),
        TEXT.replace("à", "?").replace("https://a.example/annexe?id=7", "<https://b.example/?u=a.example>"),
        TEXT.replace("Monsieur", "Mon-\nsieur"),
        TEXT.replace("Anne Martin", "[cid:image001.png@01D2] Anne Martin"),
        TEXT.upper(),
    ],
    ids=[
        "same",
        "wrapped",
        "marked",
        "barred",
        "typographic",
        "charset-and-link",
        "broken",
        "picture",
        "case",
    ],
)
def test_what_programs_do_is_no_difference(quoted: str) -> None:
    found = compare(TEXT, quoted, marks=True)
    assert found.changes == ()
    # a letter that a charset lost may be a word of its own
    assert found.same >= found.first - 1


def test_leaving_out_is_trimming() -> None:
    lines = TEXT.split("\n")
    found = compare(TEXT, "\n".join(lines[1:3]))
    assert found.agreement == "trimmed"
    assert found.trimmed == found.first - found.second > 0


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [("12 400", "72 400", "figure"), ("8 mai", "9 mai", "figure"), ("Dupont", "Lambert", "word"),
     ("convenu", "prévu", "word"), ("est de", "n'est pas de", "word"), ("3 pages", "3 belles pages", "added"),
     ("payable avant", "avant", "omitted")],
)  # fmt: skip
def test_one_changed_word_is_found_in_both_texts(old: str, new: str, kind: str) -> None:
    quoted = TEXT.replace(old, new)
    (change,) = compare(TEXT, quoted).changes
    assert change.kind == kind
    assert TEXT[change.a_start : change.a_end] == change.before
    assert quoted[change.b_start : change.b_end] == change.after


@pytest.mark.parametrize(
    ("before", "after", "differ"),
    [
        ("12,400.00", "12.400,00", False),
        ("$5", "$5.00", False),
        ("8:00", "20:00", False),
        ("1,200", "7,200", True),
        ("5.00", "6.00", True),
        ("10:12", "11:12", True),
        ("100+UK", "200+UK", True),
        ("Tickets:", "3.", False),
        ("2017", "2018", True),
    ],
)
def test_figures_are_compared_by_value(before: str, after: str, differ: bool) -> None:
    changes = compare(f"le montant est de {before} ce jour", f"le montant est de {after} ce jour").changes
    assert any(figures_differ(change) for change in changes) is differ


@pytest.mark.parametrize(
    ("before", "after", "differ"),
    [("Dupont", "Lambert", True), ("Microsoft", "MicrosoftR", False), ("ADVERTISEMENT", "Sponsor", False),
     ("Dupont", "dupond", False), ("contrat", "accord", False), ("a@b.example", "c@d.example", False)],
)  # fmt: skip
def test_names_are_words_with_capitals(before: str, after: str, differ: bool) -> None:
    changes = compare(f"voir avec {before} ce jour", f"voir avec {after} ce jour").changes
    assert any(names_differ(change) for change in changes) is differ


@given(st.lists(st.sampled_from("abcde"), max_size=60), st.lists(st.sampled_from("abcde"), max_size=60))
def test_gaps_turn_one_text_into_the_other(a: list[str], b: list[str]) -> None:
    made: list[str] = []
    at = 0
    for gap in gaps(a, b):
        made += a[at : gap.a0] + b[gap.b0 : gap.b1]
        assert a[at : gap.a0] == b[gap.b0 - (gap.a0 - at) : gap.b0]
        at = gap.a1
    assert made + a[at:] == b


@pytest.mark.parametrize("kind", ["one-word", "shuffled", "cycle", "disjoint"])
def test_long_texts_take_little_time(kind: str) -> None:
    draw = random.Random(7)
    words = [f"{draw.choice('abcdefgh')}{draw.randrange(300)}" for _ in range(30_000)]
    other = {
        "one-word": ["a"] * 30_000,
        "shuffled": draw.sample(words, len(words)),
        "cycle": words[:50] * 600,
        "disjoint": [f"z{n}" for n in range(30_000)],
    }[kind]
    started = time.process_time()
    compare(" ".join(words), " ".join(other))
    assert time.process_time() - started < 4
