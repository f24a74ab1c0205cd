"""Measure what a comparison of style is worth; print the table of ``docs/method-style.md``.

Usage::

    LEAKVERIFY_CORPUS=folder python models/style.py [--pairs N]
    python models/style.py --authors folder --language fr

Mails of named senders are read (``spamassassin``, ham only, and the printed mails of
``clinton-emails``, of which the newest message of each is its sender's).  One person may
have several addresses; senders are told by name here, and robots are left out.  The
senders are dealt into two halves, several times with fixed seeds: one half is the population
from which ratios are learned, the other is asked about.  No sender is in both.

``--authors`` measures texts of your own instead: a folder with one folder for each author,
in it plain text in UTF-8.  Nothing else is known about French, because no collection of
French letters or mails by named authors was at hand; novels, such as those of the CIDRE
corpus (Seminck et al. 2022), say how well novelists are told apart.
"""

from __future__ import annotations

import argparse
import email.utils
import math
import os
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Outcome
from leakverify.judge import judge_unit
from leakverify.style.compare import outcome_of
from leakverify.style.grammar import Sentence, sentences
from leakverify.style.passages import Sample, own_lines, plain, sample, without
from leakverify.style.population import (
    AUTHORS,
    KNOWN,
    QUESTIONED,
    Calibration,
    Likeness,
    Population,
    Text,
    Trial,
)

#: a pair, and low, middle and high of its ratio
Given = tuple[Trial, tuple[float, float, float]]
_SEED = 7
#: characters read of each text of a folder of authors
_MOST = 40_000
_ROBOTS = re.compile(
    r"rssfeeds|bugzilla|daemon|request|admin|list|news|alert|robot|mailer|owner", re.IGNORECASE
)
_PRINTED = re.compile(r"^From:\s+(?P<sender>\S.*)$", re.MULTILINE)
_SUBJECT = re.compile(r"^\s*Subject:.*$", re.MULTILINE)
_NEXT = re.compile(r"^\s*(?:From:|-+ ?Original Message|UNCLASSIFIED U\.S\.|On .{5,80} wrote:)", re.MULTILINE)


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=6, help="other senders each one is held against")
    parser.add_argument(
        "--deals", type=int, default=5, help="ways in which the senders are dealt into halves"
    )
    parser.add_argument("--authors", type=Path, help="a folder with one folder of plain texts an author")
    parser.add_argument("--language", choices=("en", "fr"), default="fr", help="language of these texts")
    options = parser.parse_args()
    if options.authors is not None:
        texts = _texts(list(_authors(options.authors, options.language)), options.language)
        return _own(texts, options.authors.name, options.deals, options.pairs)
    corpus = Path(os.environ.get("LEAKVERIFY_CORPUS", ""))
    if not (corpus / "MANIFEST.tsv").is_file():
        print("LEAKVERIFY_CORPUS must name a folder with MANIFEST.tsv", file=sys.stderr)
        return 1
    mails = list(_spamassassin(corpus))
    lone = [len([w for line in s.lines for w in line.words.split()]) for _, s in mails]
    long_enough = sum(n >= QUESTIONED for n in lone)
    print(f"single mails with {QUESTIONED} words or more of their own: {long_enough} of {len(lone)}")
    senders = _texts(mails)
    full = {name: text for name, text in senders.items() if text.words >= QUESTIONED + KNOWN}
    print(f"senders: {len(senders)}, of these with {QUESTIONED + KNOWN} words: {len(full)}")
    rest = [name for name in sorted(senders) if name not in full]
    printed = [t for t in _texts(list(_clinton(corpus))).values() if t.words >= QUESTIONED + KNOWN]
    tried: dict[str, list[Given]] = defaultdict(list)
    for deal in range(options.deals):
        names = sorted(full)
        _dice(_SEED + deal).shuffle(names)
        population = Population([senders[name] for name in [*names[::2], *rest[::2]]])
        for words in (QUESTIONED, 2 * QUESTIONED):
            calibration = Calibration(population.trials(words, 2 * KNOWN))
            asked = [full[name] for name in names[1::2] if full[name].words >= words + KNOWN]
            trials = _asked(population, asked, words, options.pairs)
            tried[f"spamassassin, {words} words"] += [(t, calibration.log10_lr(t.likeness)) for t in trials]
            if words == QUESTIONED:
                trials = _asked(population, printed, words, len(printed) - 1)
                title = "clinton-emails against the population of spamassassin"
                tried[title] += [(t, calibration.log10_lr(t.likeness)) for t in trials]
    for title, given in tried.items():
        _print(title, given)
    return 0


def _own(texts: Mapping[str, Text], title: str, deals: int, pairs: int) -> int:
    """Authors of a folder, dealt into halves."""
    full = {name: text for name, text in texts.items() if text.words >= QUESTIONED + KNOWN}
    if len(full) < 2 * AUTHORS:
        print(
            f"{2 * AUTHORS} authors with {QUESTIONED + KNOWN} words are needed, {len(full)} found",
            file=sys.stderr,
        )
        return 1
    given: list[Given] = []
    for deal in range(deals):
        names = sorted(full)
        _dice(_SEED + deal).shuffle(names)
        population = Population([full[name] for name in names[::2]])
        calibration = Calibration(population.trials(QUESTIONED, 2 * KNOWN))
        trials = _asked(population, [full[name] for name in names[1::2]], QUESTIONED, pairs)
        given += [(trial, calibration.log10_lr(trial.likeness)) for trial in trials]
    _print(f"{title}, {QUESTIONED} words", given)
    return 0


def _asked(population: Population, texts: Sequence[Text], words: int, pairs: int) -> list[Trial]:
    """Each sender's last words against the rest of his own, and against the rest of others."""
    halves = [text.split(words) for text in texts]
    dice, made = _dice(_SEED), []
    for number, (before, last) in enumerate(halves):
        others = [pair[1] for i, pair in enumerate(halves) if i != number]
        questioned = [last, *dice.sample(others, min(pairs, len(others)))]
        known = before.first(2 * KNOWN)
        for text, alike in zip(questioned, population.likeness(known, questioned), strict=True):
            made.append(Trial(before.author, text.author == before.author, alike))
    return made


def _print(title: str, given: Sequence[Given]) -> None:
    groups = [[one for one in given if one[0].same], [one for one in given if not one[0].same]]
    same, other = groups
    senders = len({t.candidate for t, _ in given})
    print(f"\n{title}: {senders} senders, {len(same)} pairs of one sender, {len(other)} of two")
    for name in Likeness._fields:
        measured = [[getattr(t.likeness, name) for t, _ in group] for group in groups]
        print(f"  AUC {name}: {auc(*measured):.3f}")
    middle = [[lr for _, (_, lr, _) in group] for group in groups]
    print(f"  AUC both: {auc(*middle):.3f}   Cllr: {cllr(*middle):.3f}")
    for name, group in zip(("one sender", "two senders"), groups, strict=True):
        low = sum(lr < -0.5 for _, (_, lr, _) in group)
        said = [outcome_of(*ratio) for _, ratio in group]
        against, favour = said.count(Outcome.UNUSUAL), said.count(Outcome.SUPPORTS)
        print(f"  {name}: log10 LR < -0.5: {low} of {len(group)}; said against: {against}; "
              f"said for: {favour}; nothing said: {len(group) - against - favour}")  # fmt: skip


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311


def auc(same: Sequence[float], other: Sequence[float]) -> float:
    """How often a pair of one author is more alike than a pair of two; ties count half."""
    won = sum((a > b) + (a == b) / 2 for a in same for b in other)
    return won / (len(same) * len(other))


def cllr(same: Sequence[float], other: Sequence[float]) -> float:
    """Cost of log10 likelihood ratios: 0 perfect, 1 uninformative (Brümmer and du Preez 2006)."""
    for_same = sum(math.log2(1 + 10**-lr) for lr in same) / len(same)
    return (for_same + sum(math.log2(1 + 10**lr) for lr in other) / len(other)) / 2


def _texts(mails: Sequence[tuple[str, Sample]], language: str = "en") -> dict[str, Text]:
    """One text a sender; a line that was sent twice is read once."""
    by_sender: dict[str, list[Sample]] = defaultdict(list)
    for sender, one in mails:
        by_sender[sender].append(one)
    made = {}
    for sender, wrote in by_sender.items():
        read: set[str] = set()
        told: list[Sentence] = []
        for one in sorted(wrote, key=lambda s: s.name):
            lines = tuple(without(one.lines, frozenset(read)))
            told.extend(sentences(lines, language))
            read.update(plain(line.words) for line in lines if len(line.words.split()) >= 4)
        made[sender] = Text(sender, tuple(told))
    return made


def _spamassassin(corpus: Path) -> Iterator[tuple[str, Sample]]:
    for path in sorted((corpus / "spamassassin").glob("easy-ham-*/*")):
        raw = path.read_bytes()
        head = raw.split(b"\n\n", 1)[0].decode("latin-1")
        sender = re.search(r"^From: (.*)$", head, re.MULTILINE)
        if sender is None or _ROBOTS.search(sender[1]):
            continue
        one = sample(judge_unit(examine_bytes(raw, path.name), path.name)[0])
        if one.kind == "mail" and one.language == "en":
            name, address = email.utils.parseaddr(sender[1])
            yield (name or address).casefold().strip(), one


def _authors(folder: Path, language: str) -> Iterator[tuple[str, Sample]]:
    for author in sorted(path for path in folder.iterdir() if path.is_dir()):
        for path in sorted(author.rglob("*.txt")):
            lines = tuple(own_lines(path.read_text("utf-8", "replace")[:_MOST], 0, mail=False))
            yield author.name, Sample(path.name, author.name, author.name, "text", language, lines, ())


def _clinton(corpus: Path) -> Iterator[tuple[str, Sample]]:
    """The newest message of each printed mail, from its subject to the next header."""
    for path in sorted((corpus / "clinton-emails").rglob("*.txt")):
        text = path.read_text("utf-8", "replace")
        sender, subject = _PRINTED.search(text), _SUBJECT.search(text)
        if sender is None or subject is None or _ROBOTS.search(sender["sender"]):
            continue
        body = text[subject.end() :]
        end = _NEXT.search(body)
        lines = tuple(own_lines(body[: end.start()] if end else body, 0, mail=True))
        name = re.sub(r"[<\[(].*|\W+", " ", sender["sender"]).casefold().strip()
        yield name, Sample(path.name, name, name, "mail", "en", lines, ())


if __name__ == "__main__":
    raise SystemExit(main())
