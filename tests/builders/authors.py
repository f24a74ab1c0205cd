"""Texts of made-up authors, who differ in the small words, endings and marks they like best."""

from __future__ import annotations

import random

_WORDS = {
    "en": {
        "link": ["however", "therefore", "and so", "of course", "in fact", "perhaps", "still", "indeed", "then"],
        "who": ["we", "I", "you", "they", "the office", "everyone", "nobody", "the committee", "my colleague"],
        "verb": ["would consider", "have reported", "is checking", "may need", "could send", "must have forgotten",
                 "were discussing", "never accepted", "will often change"],
        "what": ["the budget of the region", "a few invoices", "such printing costs", "that meeting", "these letters",
                 "our contract with the hall", "his usual travel expenses", "some missing receipts"],
        "tail": ["before the end of the week", "as you know", "if it is possible", "because nobody answered",
                 "although it was late", "which surprised me", "for the time being", "without telling us"],
    },
    "fr": {
        "link": ["cependant", "donc", "en effet", "bien sûr", "par ailleurs", "peut-être", "toutefois", "alors", "enfin"],
        "who": ["nous", "je", "vous", "ils", "on", "le bureau", "chacun", "personne", "la commission", "mon collègue"],
        "verb": ["devrait examiner", "a transmis", "vérifie encore", "pourrait envoyer", "doit oublier", "discutait de",
                 "n'a jamais accepté", "changera souvent", "veut bien relire"],
        "what": ["le budget de la région", "quelques factures", "ces frais d'impression", "cette réunion", "les lettres",
                 "notre contrat avec la salle", "ses frais de déplacement", "des reçus manquants"],
        "tail": ["avant la fin de la semaine", "comme vous le savez", "si c'est possible", "parce que rien n'est venu",
                 "bien qu'il soit tard", "ce qui m'a surpris", "pour le moment", "sans nous le dire"],
    },
}  # fmt: skip
_MARKS = [". ", ", ", "; ", " - ", "... ", "! "]


def text(author: int, seed: int, words: int, language: str = "en") -> str:
    """About ``words`` words by an author; ``seed`` chooses what he says this time."""
    likes, dice = random.Random(f"{language} {author}"), random.Random(f"{author} {seed}")
    weights = {slot: [likes.random() ** 3 + 0.01 for _ in of] for slot, of in _WORDS[language].items()}
    marks = [likes.random() ** 3 + 0.01 for _ in _MARKS]
    forms = [likes.sample(["link", "who", "verb", "what", "tail"], 5) for _ in range(3)]
    said: list[str] = []
    told = 0
    while told < words:
        clauses = []
        for slot in dice.choice(forms)[: dice.randrange(3, 6)]:
            clauses.append(dice.choices(_WORDS[language][slot], weights[slot])[0])
            if dice.random() < 0.3:
                clauses[-1] += dice.choices(_MARKS, marks)[0].rstrip()
        sentence = " ".join(clauses) + "."
        said.append(sentence[0].upper() + sentence[1:])
        told += len(sentence.split())
    return "\n".join(said) + "\n"
