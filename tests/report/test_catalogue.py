"""Every word has a translation, and what is generated is what is shipped."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from leakverify import checks
from leakverify.evidence import (
    Assessment,
    Cost,
    Evidence,
    Family,
    Outcome,
    Question,
)
from leakverify.problems import PROBLEMS
from leakverify.report._words import plain, read_messages, typeset, words
from tests.report import catalogue

#: words a report never uses of a document, in any language
VERDICTS = re.compile(
    r"\b(fake|forged?|forgery|genuine document|fraud|culprit|faux|fausse (?!s)|truqué|falsifié|coupable)\b",
    re.I,
)


def leaves(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def fields(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


def test_english_catalogue_is_generated_from_the_checks() -> None:
    assert catalogue.ENGLISH.read_text("utf-8") == catalogue.english(), "run python -m tests.report.catalogue"


def test_everything_but_facts_is_translated_and_nothing_else() -> None:
    english, french = (dict(leaves(read_messages(lang))) for lang in ("en", "fr"))
    needed = {path for path in english if path[0] != "facts"}
    assert needed <= set(french), "missing in fr.toml"
    assert set(french) <= set(english), "in fr.toml and nowhere else"


def test_facts_that_checks_rest_on_are_translated() -> None:
    known = read_messages("en")["facts"]
    read = {name for check in checks.registry().values() for name in check.reads} & set(known)
    assert read - set(read_messages("fr")["facts"]) == set()


def test_translations_have_the_same_fields() -> None:
    english, french = (dict(leaves(read_messages(lang))) for lang in ("en", "fr"))
    assert [path for path, text in french.items() if fields(text) != fields(english[path])] == []


def test_every_phrase_of_the_views_is_in_both_languages_with_the_same_fields() -> None:
    for table, entries in read_messages("ui").items():
        for path, _ in leaves(entries):
            both = entries
            for key in path[:-1]:
                both = both[key]
            assert set(both) == {"en", "fr"}, (table, path)
            assert fields(both["en"]) == fields(both["fr"]), (table, path)
            assert both["en"].count("|") == both["fr"].count("|"), (table, path)


def test_every_phrase_of_the_views_is_used() -> None:
    sources = "".join(
        path.read_text("utf-8")
        for folder in (catalogue.REPORT, catalogue.REPORT.parent / "cli")
        for path in folder.iterdir()
        if path.suffix in (".py", ".html")
    )
    stages = {"structure", "everything"}  # of a scan, named by it
    keys = [key for table in ("ui", "cli") for key in read_messages("ui")[table] if key not in stages]
    assert [key for key in keys if f'"{key}"' not in sources] == []


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_value_of_the_enumerations_has_a_word(lang: str) -> None:
    said = words(lang)
    for table, values in (
        ("assessment", Assessment), ("assessment-meaning", Assessment), ("outcome", Outcome),
        ("question", Question), ("question-meaning", Question), ("family", Family), ("cost", Cost),
    ):  # fmt: skip
        for value in values:
            assert said.term(table, value.value) == typeset(
                read_messages("ui")[table][value.value][lang], lang
            )
    for code in PROBLEMS:
        assert said.problem(code) != code


@pytest.mark.parametrize("name", ["en", "fr", "ui"])
def test_no_view_pronounces_a_verdict(name: str) -> None:
    for path, text in leaves(read_messages(name)):
        assert not VERDICTS.search(text), (path, text)


def answers() -> Iterator[Evidence]:
    """What the checks say of their own examples."""
    for check in checks.registry().values():
        for example in check.examples:
            yield from check.run(example.as_facts())


def test_the_english_sentence_is_that_of_the_json() -> None:
    said = words("en")
    for evidence in answers():
        ours = re.sub("[«» ]", "", plain(said.sentence(evidence)))
        theirs = re.sub("[«» ]", "", evidence.text)
        if max(theirs, default=" ") >= "\u202a":  # hidden characters are marked
            continue
        assert re.sub(r"\W", "", ours) == re.sub(r"\W", "", theirs), evidence.text


def test_the_french_sentence_is_french() -> None:
    said = words("fr")
    for evidence in answers():
        sentence = said.sentence(evidence)
        assert not (len(sentence) == 1 and sentence[0].quoted), evidence.text  # that is the English fallback
        ours = " ".join(piece.text for piece in sentence if not piece.quoted)
        assert not re.search(r"\b(the|says|years?|days?|than|and)\b", ours), ours


def test_toml_escapes_survive() -> None:
    hard = 'a"b\\c\n\x7f\u202e'
    assert tomllib.loads(f"a = {catalogue._string(hard)}") == {"a": hard}
