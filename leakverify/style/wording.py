"""What is said of a comparison, in English and French.

Support is worded as in the ENFSI guideline for evaluative reporting (2015): two
propositions, and what the findings say for one against the other, never the reverse.
"""

from __future__ import annotations

from leakverify.evidence import Outcome

_OUTCOMES = {
    "en": {
        Outcome.SUPPORTS: "The way the text is written offers weak support (a ratio of about {ratio:.1f}) "
        "for its having been written by whoever wrote the known texts, rather than by somebody else of "
        "the population.",
        Outcome.UNUSUAL: "The way the text is written offers weak support (a ratio of about {ratio:.1f}) "
        "for its having been written by somebody else of the population, rather than by whoever wrote "
        "the known texts. Haste, another occasion, an editor or a translator does the same.",
        Outcome.NEUTRAL: "The way the text is written does not tell whether whoever wrote the known texts "
        "wrote it.",
        Outcome.NOT_CHECKED: "Not compared.",
    },
    "fr": {
        Outcome.SUPPORTS: "La manière d'écrire soutient faiblement (rapport d'environ {ratio:.1f}) "
        "l'hypothèse que le texte est de la même plume que les textes connus, plutôt que de quelqu'un "
        "d'autre de la population.",
        Outcome.UNUSUAL: "La manière d'écrire soutient faiblement (rapport d'environ {ratio:.1f}) "
        "l'hypothèse que le texte est de quelqu'un d'autre de la population, plutôt que de la plume des "
        "textes connus. La hâte, une autre occasion, une relecture ou une traduction ont le même effet.",
        Outcome.NEUTRAL: "La manière d'écrire ne dit pas si le texte est de la même plume que les textes "
        "connus.",
        Outcome.NOT_CHECKED: "Non comparé.",
    },
}
#: why no ratio is given
ABSTAINED = {
    "en": {
        "language": "The language is not known to be French or English ({questioned}; known texts: {known}).",
        "languages": "The known texts and the questioned one are in different languages ({known}, "
        "{questioned}).",
        "questioned-short": "The questioned text has {have} words of its own; {need} are needed.",
        "known-short": "The known texts have {have} words of their own; {need} are needed.",
        "genre": "The known texts are of another kind ({known}) than the questioned one ({questioned}); "
        "across kinds of text such comparisons are hardly better than chance (PAN 2022).",
        "few-authors": "A ratio needs {need} other authors with {words} words each of the same language "
        "and kind; the population has {have}.",
    },
    "fr": {
        "language": "La langue n'est ni le français ni l'anglais, ou n'est pas reconnue ({questioned} ; "
        "textes connus : {known}).",
        "languages": "Les textes connus et le texte en question sont de langues différentes ({known}, "
        "{questioned}).",
        "questioned-short": "Le texte en question a {have} mots qui lui sont propres ; il en faut {need}.",
        "known-short": "Les textes connus ont {have} mots qui leur sont propres ; il en faut {need}.",
        "genre": "Les textes connus sont d'un autre genre ({known}) que le texte en question "
        "({questioned}) ; d'un genre à l'autre, ces comparaisons ne valent guère mieux que le hasard "
        "(PAN 2022).",
        "few-authors": "Un rapport demande {need} autres auteurs de {words} mots chacun, de même langue et "
        "de même genre ; la population en a {have}.",
    },
}
#: what a reader should know beside the outcome
NOTES = {
    "en": {
        "left-out-known": "{count} of the known documents were left out: another language or kind, or no "
        "text.",
        "left-out-population": "{count} documents of the population were left out: another language or "
        "kind, no text, or written by the author of the known texts.",
        "several-authors": "The known documents state {count} authors.",
        "repeated": "{count} lines that also stand in a known document were left out of the questioned one.",
    },
    "fr": {
        "left-out-known": "{count} des documents connus ont été laissés de côté : autre langue, autre "
        "genre ou aucun texte.",
        "left-out-population": "{count} documents de la population ont été laissés de côté : autre langue, "
        "autre genre, aucun texte, ou du même auteur que les textes connus.",
        "several-authors": "Les documents connus indiquent {count} auteurs.",
        "repeated": "{count} lignes qui figurent aussi dans un document connu ont été laissées de côté.",
    },
}
LABELS = {
    "en": {
        "words": "words", "known": "known words", "authors": "other authors", "cosine": "likeness of letters",
        "lr": "log10 likelihood ratio", "between": "between {low:+.2f} and {high:+.2f}",
        "for": "nearest to the known texts", "against": "furthest from them",
    },
    "fr": {
        "words": "mots", "known": "mots connus", "authors": "autres auteurs",
        "cosine": "ressemblance des lettres",
        "lr": "log10 du rapport de vraisemblance", "between": "entre {low:+.2f} et {high:+.2f}",
        "for": "au plus près des textes connus", "against": "au plus loin d'eux",
    },
}  # fmt: skip


def outcome_sentence(outcome: Outcome, log10_lr: float | None, lang: str) -> str:
    """The sentence for an outcome; the ratio is given for the proposition it favours."""
    return _OUTCOMES[lang][outcome].format(ratio=10 ** abs(log10_lr or 0.0))
