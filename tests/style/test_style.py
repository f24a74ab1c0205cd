"""What is said of a way of writing, and above all what is not."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.judge import judge_unit
from leakverify.style.grammar import Line, count_words, mask, sentences
from leakverify.style.kneser import ORDER, Model, grams
from leakverify.style.passages import own_lines, sample
from leakverify.style.population import CAP, Calibration, Likeness, Population, Text, Trial, logistic
from leakverify.style.wording import ABSTAINED, NOTES
from tests.builders import authors


def report(text: str, name: str) -> lv.Report:
    return judge_unit(examine_bytes(text.encode(), name), name)[0]


def mail(text: str, sender: str, number: int) -> lv.Report:
    head = f"From: {sender}\nTo: b@example.org\nDate: Fri, 5 May 2017 10:00:00 +0200\nMessage-ID: <{number}@example.org>"
    return report(
        f"{head}\nSubject: note\nContent-Type: text/plain; charset=utf-8\n\n{text}", f"{number}.eml"
    )


def others(language: str, count: int = 11) -> list[lv.Report]:
    return [report(authors.text(a, 1, 1_650, language), f"other{a}.txt") for a in range(1, count + 1)]


@pytest.fixture(scope="module")
def english() -> list[lv.Report]:
    return others("en")


@pytest.fixture(scope="module")
def known() -> list[lv.Report]:
    return [report(authors.text(50, number, 650), f"known{number}.txt") for number in (1, 2)]


@pytest.fixture(scope="module")
def foreign(english: list[lv.Report], known: list[lv.Report]) -> lv.StyleComparison:
    return lv.compare_style(known, report(authors.text(51, 9, 600), "foreign.txt"), english)


def test_a_text_of_the_author_is_nearer_than_one_of_somebody_else(
    english: list[lv.Report], known: list[lv.Report], foreign: lv.StyleComparison
) -> None:
    own = lv.compare_style(known, report(authors.text(50, 9, 600), "own.txt"), english)
    assert own.log10_lr is not None
    assert foreign.log10_lr is not None
    assert own.log10_lr > 0 > foreign.log10_lr
    assert (own.outcome, foreign.outcome) == (lv.Outcome.SUPPORTS, lv.Outcome.UNUSUAL)
    for made in (own, foreign):
        assert made.bounds is not None
        assert -CAP <= made.bounds[0] <= made.bounds[1] <= CAP
        assert "weak support" in made.text
        assert "rather than" in made.text, "two propositions"
        assert {t.weight > 0 for t in made.telling} == {True, False}


def test_french_is_compared_as_well() -> None:
    known = [report(authors.text(50, 1, 1_200, "fr"), "connu.txt")]
    population = others("fr", 10)
    own = lv.compare_style(known, report(authors.text(50, 9, 600, "fr"), "q.txt"), population)
    assert own.outcome is lv.Outcome.SUPPORTS
    assert own.sentences("fr")[0].startswith("La manière d'écrire soutient faiblement")


def test_telling_words_stand_where_they_are_said_to(foreign: lv.StyleComparison) -> None:
    lines = authors.text(51, 9, 600).splitlines()
    for told in foreign.telling:
        assert told.where.line is not None
        assert told.words.split()[-1] in lines[told.where.line - 1]


def test_the_order_of_texts_and_a_second_run_change_nothing(
    english: list[lv.Report], known: list[lv.Report], foreign: lv.StyleComparison
) -> None:
    asked = report(authors.text(51, 9, 600), "foreign.txt")
    assert foreign.to_json() == lv.compare_style(known[::-1], asked, english[::-1]).to_json()
    assert json.loads(foreign.to_json())["log10_lr"] is not None


def abstained(made: lv.StyleComparison) -> str:
    assert (made.log10_lr, made.bounds, made.outcome) == (None, None, lv.Outcome.NOT_CHECKED)
    assert made.abstained is not None
    for lang in ("en", "fr"):
        assert len(made.sentences(lang)) >= 2, "the reason is said"
    return made.abstained.code


def test_short_texts_get_no_number(english: list[lv.Report], known: list[lv.Report]) -> None:
    assert (
        abstained(lv.compare_style(known, report(authors.text(50, 9, 300), "q.txt"), english))
        == "questioned-short"
    )
    asked = report(authors.text(50, 9, 600), "q.txt")
    assert abstained(lv.compare_style(known[:1], asked, english)) == "known-short"


def test_few_other_authors_give_no_ratio_and_it_is_said_what_would(
    english: list[lv.Report], known: list[lv.Report]
) -> None:
    made = lv.compare_style(known, report(authors.text(50, 9, 600), "q.txt"), english[:9])
    assert abstained(made) == "few-authors"
    assert made.cosine is not None
    assert "needs 10 other authors with 1500 words" in made.text
    assert abstained(lv.compare_style(known, report(authors.text(50, 9, 600), "q.txt"), [])) == "few-authors"


def test_other_languages_get_no_number(english: list[lv.Report], known: list[lv.Report]) -> None:
    german = "Der Ausschuss hat die Rechnung nicht mit den anderen Unterlagen geprüft und wird sie für uns senden.\n"
    assert abstained(lv.compare_style(known, report(german * 60, "q.txt"), english)) == "language"
    french = report(authors.text(50, 9, 600, "fr"), "q.txt")
    assert abstained(lv.compare_style(known, french, english)) == "languages"


def test_another_kind_of_text_gets_no_number(english: list[lv.Report]) -> None:
    mails = [mail(authors.text(50, n, 700), "a@example.org", n) for n in (1, 2)]
    assert abstained(lv.compare_style(mails, report(authors.text(50, 9, 600), "q.txt"), english)) == "genre"


def test_a_text_copied_from_a_known_one_says_nothing_of_its_author(
    english: list[lv.Report], known: list[lv.Report]
) -> None:
    copied = authors.text(50, 1, 650) + authors.text(51, 9, 100)
    made = lv.compare_style(known, report(copied, "q.txt"), english)
    assert abstained(made) == "questioned-short"
    assert [n.code for n in made.notes] == ["repeated"]


def test_texts_of_the_same_sender_are_no_population(known: list[lv.Report]) -> None:
    sent = [mail(authors.text(50, n, 700), "A B <a@example.org>", n) for n in range(4)]
    under_another_address = mail(authors.text(50, 8, 700), "A B <ab@example.net>", 8)
    made = lv.compare_style(sent[:2], sent[2], [sent[3], under_another_address])
    assert made.authors == 0
    assert "2 documents of the population were left out" in made.text


def test_wrong_calls_are_refused(english: list[lv.Report], known: list[lv.Report]) -> None:
    with pytest.raises(lv.UsageError, match="no known text"):
        lv.compare_style([], known[0], english)
    with pytest.raises(lv.UsageError, match="among the known"):
        lv.compare_style(known, known[0], english)


def test_a_report_without_text_is_no_failure(english: list[lv.Report], known: list[lv.Report]) -> None:
    empty = report("", "empty.txt")
    assert abstained(lv.compare_style(known, empty, english)) == "language"
    assert abstained(lv.compare_style([empty], report(authors.text(1, 9, 600), "q"), [])) == "language"


def test_hostile_lines_are_read_in_linear_time() -> None:
    import time

    for text in (
        " " * 200_000 + "x",
        "wrote " * 40_000,
        ">" * 200_000,
        "from: " + "<a" * 100_000,
        "a'" * 100_000,
    ):
        begun = time.process_time()
        list(sentences(list(own_lines(text, 0, mail=True)), "fr"))
        assert time.process_time() - begun < 2


def test_quoted_mails_and_signatures_are_somebody_elses_words() -> None:
    text = "I agree with that.\n> you said this\nJM> and that\n\nOn Friday, A wrote:\n\nSee you.\n-- \nA. B.\nTel 123\n"
    kept = [line.words for line in own_lines(text, 0, mail=True) if line.words]
    assert kept == ["I agree with that.", "See you."]
    forwarded = "Fyi\n\n-----Original Message-----\nFrom: C\nThis is long.\n"
    assert [x.words for x in own_lines(forwarded, 0, mail=True) if x.words] == ["Fyi"]
    assert [x.number for x in own_lines(text, 0, mail=True) if x.words] == [1, 7]
    assert sample(mail(text, "A <a@example.org>", 1)).author == "a@example.org"


@pytest.mark.parametrize(
    ("word", "language", "masked"),
    [
        ("Because", "en", "because"), ("walking", "en", "~ing"), ("London", "en", "^"), ("don't", "en", "don't"),
        ("1,200.50", "en", "0"), ("”", "en", '"'), ("qu’", "fr", "qu'"), ("rapidement", "fr", "~ement"),
        ("réunion", "fr", "~"), ("NATO", "en", "^^"),
    ],
)  # fmt: skip
def test_content_is_masked_and_grammar_kept(word: str, language: str, masked: str) -> None:
    assert mask(word, language) == masked


def test_two_texts_on_other_subjects_look_alike_when_built_alike() -> None:
    def masked(text: str) -> list[tuple[str, ...]]:
        return [s.masked for s in sentences([Line(0, 1, text)], "en")]

    assert (
        masked("The treasurer lost 40 receipts.")
        == masked("The minister sold 1,300 paintings.")
        != masked("He lost 40.")
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8), min_size=1, max_size=12))
def test_what_may_follow_a_context_has_a_probability_of_one_together(text: list[list[str]]) -> None:
    model = Model(text, vocabulary=4)
    for context in {gram[:-1] for sentence in text for gram in grams(sentence)}:
        whole = sum(10 ** model.log10((*context, word)) for word in "abcd")
        assert math.isclose(whole, 1, rel_tol=1e-9), context
    assert len(context) == ORDER - 1


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["en", "fr"]))
def test_any_text_is_read(text: str, language: str) -> None:
    lines = list(own_lines(text, 0, mail=True))
    found = list(sentences(lines, language))
    assert count_words(found) <= len(text)
    assert all(len(s.masked) == len(s.words) == len(s.places) for s in found)


def test_the_regression_is_the_one_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    dice = np.random.default_rng(1)
    same = dice.random(60) < 0.3
    measures = dice.normal(size=(60, 2)) + same[:, None]
    theirs = LogisticRegression(class_weight="balanced", tol=1e-10, max_iter=1000).fit(measures, same)
    assert np.allclose(logistic(measures, same), [*theirs.coef_[0], theirs.intercept_[0]], atol=1e-3)


def test_no_ratio_passes_the_cap_or_what_so_few_authors_bear_out() -> None:
    trials = [
        Trial(f"a{n}", same, Likeness(5.0 * same + n / 10, 0.2 + 0.6 * same))
        for n in range(5)
        for same in (True, False)
    ]
    for likeness in (Likeness(1_000, 1), Likeness(-1_000, 0)):
        low, middle, high = Calibration(trials).log10_lr(likeness)
        assert max(abs(low), abs(middle), abs(high)) <= round(math.log10(5), 2)
    assert (
        Calibration(
            [*trials, *(Trial(f"b{n}", s, Likeness(5, 1)) for n in range(9) for s in (True, False))]
        ).cap
        == CAP
    )


def test_neither_author_of_a_pair_is_among_its_references(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [Text(f"a{n}", tuple(sentences([Line(0, 1, authors.text(n, 1, 1_600))], "en"))) for n in range(3)]
    seen: list[tuple[str, frozenset[str], set[str]]] = []

    def spy(self: Population, known: Text, asked: list[Text], without: frozenset[str]) -> list[Likeness]:
        seen.append((known.author, without, {t.author for t in asked}))
        return [Likeness(0, 0) for _ in asked]

    monkeypatch.setattr(Population, "likeness", spy)
    Population(texts).trials(500, 1_000)
    assert len(seen) == 3
    assert all({known, *asked} <= without for known, without, asked in seen)


def test_the_sentences_exist_in_both_languages_with_the_same_parameters() -> None:
    import string

    for table in (ABSTAINED, NOTES):
        assert table["en"].keys() == table["fr"].keys()
        for code, words in table["en"].items():
            fields = [{f[1] for f in string.Formatter().parse(text)} for text in (words, table["fr"][code])]
            assert fields[0] - {None} == fields[1] - {None}


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = "import sys, leakverify.style; print([m for m in ('numpy', 'sklearn') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == "[]"


def test_the_command_prints_reason_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from leakverify.cli import main

    for name, author, seed, words in (
        ("q.txt", 50, 9, 600),
        ("k/1.txt", 50, 1, 1_200),
        ("p/1.txt", 1, 1, 1_650),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(authors.text(author, seed, words))
    call = [
        "style",
        str(tmp_path / "q.txt"),
        "--known",
        str(tmp_path / "k"),
        "--population",
        str(tmp_path / "p"),
    ]
    assert main([*call, "--isolation", "none", "--lang", "fr"]) == 0
    shown = capsys.readouterr().out
    assert "Un rapport demande 10 autres auteurs" in shown
    assert "mots connus" in shown
    assert main([*call, "--isolation", "none", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["abstained"]["code"] == "few-authors"


def test_a_folder_of_too_few_authors_is_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from leakverify_models import style as measured

    for author in range(3):
        folder = tmp_path / f"author{author}"
        folder.mkdir()
        (folder / "a.txt").write_text(authors.text(author, author, 1_600, "fr"), "utf-8")
    texts = measured._texts(list(measured._authors(tmp_path, "fr")), "fr")
    assert set(texts) == {"author0", "author1", "author2"} and all(t.words >= 1_500 for t in texts.values())
    assert measured._own(texts, "few", 1, 2) == 1
    assert "20 authors" in capsys.readouterr().err
