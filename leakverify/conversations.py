"""Conversations of an archive, and what its mails quote of each other, from stored facts alone.

Nothing hostile is parsed here: the box has read the mails, and what is joined are the observations that the
reports of a scan hold.  Who quotes whom is found by identifiers, by what the attribution states,
and by the words; every answer says by which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from leakverify._letters import PREFIX, Groups, Letter, Text, bare_subject, runs, same_person, same_time
from leakverify.checks._alignment import Change, Comparison, compare, words_of
from leakverify.checks._mail_quotes import Quoted
from leakverify.evidence import Location, Report
from leakverify.when import When

#: mails that may share one run of words before it tells nothing
SHARED = 40
#: candidates of one quotation that are aligned
CANDIDATES = 4
#: a quotation of fewer words is no evidence that a mail is the one quoted
LEAST = 6
#: share of a quotation's words that have to stand in a mail for it to be the one quoted
SHARE = 0.5


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mail of a conversation. ``path`` is ``Document.path``; ``answers`` is that of the mail it answers.

    ``joined_by``: ``references``, ``thread-index``, ``quotation``, ``subject`` (same subject and a
    participant in common), or ``""`` for the first.
    """

    path: str
    sha256: str
    message_id: str = ""
    date: str = ""
    sender: str = ""
    subject: str = ""
    answers: str = ""
    joined_by: str = ""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """Mails that belong together, oldest first.

    ``missing`` are identifiers that its mails refer to and the archive does not hold.
    """

    subject: str
    mails: tuple[Member, ...]
    participants: tuple[str, ...]
    missing: tuple[str, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a quotation says something else than its original.

    ``kind``: ``figure``, ``word``, ``added`` (only in the quotation) or ``omitted`` (a few words missing
    inside a sentence).  ``original_at`` and ``quoted_at`` are first character and first after, counted
    from 0, in the ``mail.text`` of the original's part and in the ``mail.quote.text`` of the quotation.
    """

    kind: str
    original: str
    quoted: str
    original_at: tuple[int, int]
    quoted_at: tuple[int, int]


class Quotation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One quoted mail inside another, and its original where the archive holds it.

    ``agreement``: ``identical``, ``trimmed`` (the quotation leaves something out), ``differs``, or
    ``missing`` (no original found).  ``known_by`` says why it is held to be the original: ``references``,
    ``date``, ``sender``, ``words``.  ``same`` of ``words`` quoted words stand in the original, ``left_out``
    counts its words that the quotation leaves out.  ``covered`` says what a signature vouches for:
    ``original`` or ``quoting`` when that mail is ``authenticated``.  An unverified original is then
    corroborated as far as it is quoted, and a quotation as far as it agrees; nothing else of them is.
    """

    mail: str
    where: Location
    kind: str
    depth: int
    attribution: str = ""
    who: str = ""
    when: str = ""
    agreement: str = "missing"
    original: str = ""
    original_where: Location | None = None
    known_by: tuple[str, ...] = ()
    words: int = 0
    same: int = 0
    left_out: int = 0
    differences: tuple[Difference, ...] = ()
    covered: tuple[str, ...] = ()


class Correspondence:
    """Every mail of a scan, and how they hang together."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self.mails = [Letter(report) for report in reports if "mail" in report.document.formats]
        self.by_path = {mail.path: mail for mail in self.mails}
        self.by_identity: dict[str, list[int]] = {}
        for number, mail in enumerate(self.mails):
            if mail.identity:
                self.by_identity.setdefault(mail.identity, []).append(number)
        self._runs: dict[int, list[int]] | None = None
        self._days: dict[int, list[int]] | None = None

    # conversations ----------------------------------------------------------------------------

    def conversations(self) -> list[Conversation]:
        """Conversations of two mails or more, the longest first."""
        groups = Groups(len(self.mails))
        why: dict[int, str] = {}
        parent: dict[int, int] = {}
        missing: dict[int, list[str]] = {}
        strangers: dict[str, int] = {}
        for number, mail in enumerate(self.mails):
            named = [*reversed(mail.references), *([mail.answered] if mail.answered else [])]
            if mail.answered:
                named.insert(0, mail.answered)
            for identity in dict.fromkeys(named):
                held = [n for n in self.by_identity.get(identity, ()) if n != number]
                if held:
                    parent.setdefault(number, held[0])
                    why.setdefault(number, "references")
                    groups.join(number, held[0])
                elif not self.by_identity.get(identity):
                    missing.setdefault(number, []).append(identity)
                    groups.join(number, strangers.setdefault(identity, number))
        self._join(groups, why, "thread-index", [mail.thread for mail in self.mails])
        self._join_subjects(groups, why)
        return sorted(
            (
                self._conversation(numbers, parent, why, missing)
                for numbers in groups.all()
                if len(numbers) > 1
            ),
            key=lambda c: (-len(c.mails), c.mails[0].date, c.mails[0].path),
        )

    def _join(self, groups: Groups, why: dict[int, str], reason: str, keys: Sequence[str]) -> None:
        first: dict[str, int] = {}
        for number, key in enumerate(keys):
            if key and first.setdefault(key, number) != number and groups.join(number, first[key]):
                why.setdefault(number, reason)

    def _join_subjects(self, groups: Groups, why: dict[int, str]) -> None:
        """Mails of one subject with a participant in common, of which one is an answer."""
        by_subject: dict[str, list[int]] = {}
        for number, mail in enumerate(self.mails):
            bare = bare_subject(mail.subject)
            if len(bare) > 3:
                by_subject.setdefault(bare, []).append(number)
        for numbers in by_subject.values():
            seen: dict[str, int] = {}
            for number in numbers:
                mail = self.mails[number]
                answer = bool(PREFIX.match(mail.subject))
                for person in sorted(mail.people):
                    other = seen.setdefault(person, number)
                    first = self.mails[other]
                    if (
                        other != number
                        and (answer or PREFIX.match(first.subject))
                        and groups.join(number, other)
                    ):
                        why.setdefault(number, "subject")

    def _conversation(
        self, numbers: list[int], parent: dict[int, int], why: dict[int, str], missing: dict[int, list[str]]
    ) -> Conversation:
        def age(number: int) -> tuple[str, str]:
            when = self.mails[number].when
            return (when.earliest.isoformat() if when else "9", self.mails[number].path)

        ordered = sorted(numbers, key=age)
        members = []
        for number in ordered:
            mail = self.mails[number]
            above = parent.get(number)
            members.append(
                Member(
                    path=mail.path,
                    sha256=mail.sha256,
                    message_id=mail.identity,
                    date=mail.date,
                    sender=mail.sender,
                    subject=mail.subject,
                    answers="" if above is None else self.mails[above].path,
                    joined_by=why.get(number, ""),
                )  # fmt: skip
            )
        people = Counter(person for number in ordered for person in self.mails[number].people)
        gone = dict.fromkeys(identity for number in ordered for identity in missing.get(number, ()))
        return Conversation(
            subject=min((self.mails[n].subject for n in ordered), key=len),
            mails=tuple(members),
            participants=tuple(
                person for person, _ in sorted(people.items(), key=lambda kv: (-kv[1], kv[0]))
            ),
            missing=tuple(gone),
        )

    # quotations -----------------------------------------------------------------------------------

    def quoted(self, path: str) -> list[Quotation]:
        """Every quotation of a mail, in the order of its text. ``KeyError`` when there is no such mail."""
        mail = self.by_path[path]
        return [self._quotation(mail, block) for block in mail.quoted]

    def all_quoted(self) -> Iterator[Quotation]:
        for mail in self.mails:
            for block in mail.quoted:
                yield self._quotation(mail, block)

    def _quotation(self, mail: Letter, block: Quoted) -> Quotation:
        best: tuple[tuple[int, int], Letter, Text, Comparison, tuple[str, ...]] | None = None
        text = block.text("text")
        for number in self._candidates(mail, block, text):
            other = self.mails[number]
            known = self._known(mail, block, other)
            for held in other.texts:
                compared = compare(held.own, text, marks=True)
                # few words show nothing by themselves: the attribution has to fit
                enough = compared.second >= LEAST or {"date", "sender"} <= set(known)
                if not compared.same or compared.same < SHARE * compared.second or not enough:
                    continue
                rank = (compared.same, len(known))
                if best is None or rank > best[0]:
                    best = (rank, other, held, compared, known)
        who = block.text("from.address") or block.text("from.name")
        found = Quotation(
            mail=mail.path, where=block.where, kind=block.text("kind"), depth=block.depth,
            attribution=block.text("attribution"), who=who, when=block.text("when"),
            words=len(words_of(text, marks=True)),
        )  # fmt: skip
        if best is None:
            return found
        _, other, held, compared, known = best
        by = (*known, "words") if compared.same >= LEAST else known
        covered = [name for name, one in (("original", other), ("quoting", mail)) if one.authenticated]
        return msgspec.structs.replace(
            found, agreement=compared.agreement, original=other.path, original_where=held.where, known_by=by,
            same=compared.same, left_out=compared.trimmed,
            differences=tuple(_difference(change) for change in compared.changes),
            covered=tuple(covered),
        )  # fmt: skip

    def _candidates(self, mail: Letter, block: Quoted, text: str) -> list[int]:
        """Mails that may be the one quoted: by identifier, by stated time, by runs of words they share."""
        votes: Counter[int] = Counter()
        for identity in dict.fromkeys([mail.answered, *mail.references]):
            for number in self.by_identity.get(identity, ())[:3]:
                votes[number] += 2 if identity == mail.answered and block.depth == 1 else 1
        index = self._index()
        for run in runs(text, marks=True):
            for number in index.get(run, ()):
                votes[number] += 1
        when = block.when
        if when is not None and not votes:
            for number in self._around(when):
                other = self.mails[number]
                if other.when is not None and same_time(when, other.when) and same_person(block, other):
                    votes[number] += 1
        return [
            number
            for number, _ in sorted(votes.items(), key=lambda kv: (-kv[1], kv[0]))
            if self.mails[number] is not mail
        ][:CANDIDATES]

    def _around(self, when: When) -> Iterator[int]:
        """Mails whose Date lies within two days of a stated time."""
        if self._days is None:
            self._days = {}
            for number, mail in enumerate(self.mails):
                if mail.when is not None:
                    self._days.setdefault(mail.when.wall.toordinal(), []).append(number)
        today = when.wall.toordinal()
        for day in range(today - 2, today + 3):
            yield from self._days.get(day, ())

    def _index(self) -> dict[int, list[int]]:
        if self._runs is None:
            self._runs = {}
            for number, mail in enumerate(self.mails):
                mine = {run for text in mail.texts for run in runs(text.own)}
                for run in mine:
                    held = self._runs.setdefault(run, [])
                    if len(held) < SHARED:
                        held.append(number)
        return self._runs

    @staticmethod
    def _known(mail: Letter, block: Quoted, other: Letter) -> tuple[str, ...]:
        known = []
        if other.identity and (other.identity == mail.answered or other.identity in mail.references):
            known.append("references")
        when = block.when
        if when is not None and other.when is not None and same_time(when, other.when):
            known.append("date")
        if same_person(block, other):
            known.append("sender")
        return tuple(known)


def _difference(change: Change) -> Difference:
    return Difference(
        kind=change.kind, original=change.before, quoted=change.after,
        original_at=(change.a_start, change.a_end), quoted_at=(change.b_start, change.b_end),
    )  # fmt: skip
