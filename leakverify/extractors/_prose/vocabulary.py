"""Names of the facts about what a document says."""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, token, when

PROSE_VOCABULARY: dict[str, Declared] = {
    "text.date": when(
        "a day named in the text, read without doubt; raw is the words; where.line counts lines of the "
        "passage",
        repeats=True,
    ),
    "text.weekday.wrong": content(
        "a day named in the text with a weekday it did not have; raw is the weekday it had and the day",
        repeats=True,
    ),
    "text.weekday.right": count("days named in the text with the weekday they had"),
    "text.dateline": when("day that a line gives as that of the document", repeats=True),
    "text.term": token("term that nobody could write before a known day; raw is the words", repeats=True),
    "text.host": content(
        "host of an address in the text, lower case; raw says whether of mail or of the web", repeats=True
    ),
    "text.character": content(
        "a character that Unicode did not have before 1998; the first of each, in the order met", repeats=True
    ),
    "text.language": token(
        "language that most function words of the text are of; raw is the share of them", repeats=False
    ),
    "text.passage.language": token(
        "language from here on, where it is another than before; raw is the share of its function "
        "words; of the "
        "first 30,000 characters",
        repeats=True,
    ),
    "text.passage.script": token(
        "script from here on, where it is another than before; raw is the share of its letters; of the first "
        "30,000 characters",
        repeats=True,
    ),
    "text.words": count("words of the text, of its first 30,000 characters"),
    "text.confusable": content(
        "word in letters of two scripts that look alike; raw names the letters of the rarer one", repeats=True
    ),
    "text.layout": content(
        "word as it comes out of a keyboard in another layout than its writer thinks; raw is the word "
        "meant and "
        "the two layouts, or dead-key for an accent that stands apart from its letter",
        repeats=True,
    ),
    "text.figures": content(
        "form in which grouped numbers are written, such as 1 234,56; raw says how many of how many, and the "
        "first of them",
        repeats=True,
    ),
    "text.phone": content(
        "telephone number; raw is its international form, and how it is written: abroad, FR or US",
        repeats=True,
    ),
    "text.person": content(
        "name of a person; raw says what marks it: title, field, label or sign-off", repeats=True
    ),
    "text.organisation": content("name of a company; raw is its legal form", repeats=True),
    "text.address": content("postal address; raw is its country: FR, DE, GB or US", repeats=True),
    "text.other_script": count(
        "words wholly in Cyrillic or Greek letters; only told where words of two scripts were found"
    ),
    "text.habit": token(
        "a habit of typography; raw is how often the text keeps it, of how many places where it could",
        repeats=True,
    ),
    "text.identifier": content(
        "number with check digits that stands beside its name; raw is its kind: iban, bic, vat, the French "
        "siret and siren, the Belgian bce, the Spanish nif, the Italian piva, the Swiss che",
        repeats=True,
    ),
    "text.recognised": content(
        "text that was recognised from a page without any, when it was asked for; raw is the program",
        repeats=True,
    ),
    "text.representative": token(
        "words by which the text says that a VAT number is that of a group or a tax representative",
        repeats=True,
    ),
    "text.amount.words": content(
        "amount of money in words with figures in brackets beside it; raw is the words and the figures in "
        "plain figures",
        repeats=True,
    ),
    "invoice.kind": token("what the text calls itself: invoice, credit note, deposit or quote"),
    "invoice.number": content("number beside the words for that of the invoice", repeats=True),
    "invoice.amount": content(
        "amount beside a word for it; raw is net, tax, gross or due, and the amount in plain figures",
        repeats=True,
    ),
    "invoice.rate": content("rate of value added tax in per cent; raw is the line", repeats=True),
    "invoice.mention": token(
        "mention that invoices bear since a known day, by its name in the table; raw is the words",
        repeats=True,
    ),
    "invoice.copy": token("word by which an invoice says that it was printed again", repeats=True),
    "invoice.relation": token(
        "relation between amounts that was computed; raw says how many lines keep it of how many",
        repeats=True,
    ),
    "invoice.relation.break": content(
        "line whose amounts do not fit; raw is the relation, what was expected and what stands there",
        repeats=True,
    ),
    "invoice.adjustment": token(
        "kind of amount named in the text that may stand between the others: discount, deposit, rounding ...",
        repeats=True,
    ),
}
