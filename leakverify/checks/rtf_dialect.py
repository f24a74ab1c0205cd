r"""LV-RTF-002  An RTF file with groups that the program it names does not write.

What it looks at: the generator an RTF file names, the generation of Word behind
``\vern``, and the groups it holds.  The RichEdit control of Windows (WordPad,
mail programs) writes text, fonts and colours; session ids, style tables, themes
and data stores are written by Word, never by it.  A file of Word 2002 or 2003
names its version twice.

Why it matters: the name of a generator is a few letters.  A file put together
from parts of two, or given another name, shows in its groups.

Innocent ways: a program joins or fills in RTF files of several others and keeps
the first generator it meets.

Repeat by hand: ``grep -ao '.generator [^;]*\|.rsidtbl\|.themedata\|.latentstyles
\|.stylesheet\|.vern[0-9]*' FILE | sort | uniq -c``.

Sources: RTF 1.9.1; groups measured on 47 public files: those of RichEdit hold
none of these groups, those of Word all; none is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._releases import office_of_rtf
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "groups": "The file names {generator}, which does not write the groups it holds: {groups}.",
    "information": "The file names {generator}, which writes no information group; this file has one.",
    "vern": "The file names {generator}; its count of builds, vern {internal}, is that of Word {version}.",
    "lacks": "The file names {generator}, which always counts its builds (vern) and lists its session ids; "
    "this "
    "file does neither.",
    "as-named": "The groups are those that {generator} writes.",
}
INNOCENT = {
    "joined": "A program joined or filled in files of several programs and kept one name.",
}
_WORD_ALONE = frozenset(("rsidtbl", "themedata", "latentstyles", "datastore", "wgrffmtfilter", "xmlnstbl"))
_RICHEDIT = re.compile(r"(?:Riched20|Msftedit) \d")
_WORD = re.compile(r"Microsoft Word (\d{1,2})\.")

EXAMPLES = (
    Example(
        title="session ids of Word under the name of WordPad's control",
        outcome=Outcome.CONTRADICTS,
        formats=("rtf",),
        facts=(
            fact("rtf.generator", "Riched20 6.3.9600", part="generator"),
            fact("rtf.group", "rsidtbl", offset=900),
            fact("rtf.group", "latentstyles", offset=400),
        ),
    ),
    Example(
        title="Word 2003 named, builds of Word 2010",
        outcome=Outcome.CONTRADICTS,
        formats=("rtf",),
        facts=(
            fact("rtf.generator", "Microsoft Word 11.0.6568", part="generator"),
            fact("rtf.internal_version", 49167, part="info"),
        ),
    ),
    Example(
        title="Word 2003 named by a file that has none of its marks",
        outcome=Outcome.UNUSUAL,
        formats=("rtf",),
        facts=(
            fact("rtf.generator", "Microsoft Word 11.0.6568", part="generator"),
            fact("rtf.group", "generator", offset=60),
        ),
    ),
    Example(
        title="Word 2003 as it writes",
        outcome=Outcome.NEUTRAL,
        formats=("rtf",),
        facts=(
            fact("rtf.generator", "Microsoft Word 11.0.6568", part="generator"),
            fact("rtf.internal_version", 24579, part="info"),
            fact("rtf.group", "rsidtbl", offset=900),
        ),
    ),
    Example(
        title="WordPad as it writes",
        outcome=Outcome.NEUTRAL,
        formats=("rtf",),
        facts=(
            fact("rtf.generator", "Msftedit 5.41.21.2509", part="generator"),
            fact("rtf.group", "generator", offset=60),
        ),
    ),
)


@check(
    "LV-RTF-002",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("rtf",),
    needs=("rtf.generator",),
    reads=("rtf.group", "rtf.internal_version"),
    cost=Cost.MINUTES,
    reproduce=r"grep -ao '.generator [^;]*\|.rsidtbl\|.themedata\|.latentstyles\|.vern[0-9]*' FILE",
)
def rtf_dialect(facts: Facts) -> Iterator[Answer]:
    generator = facts.last("rtf.generator")
    if generator is None:
        return
    name = str(generator.value)[:300]
    held, internal = facts.all("rtf.group"), facts.last("rtf.internal_version")
    named = _WORD.match(name)
    if _RICHEDIT.match(name):
        strange = [o for o in held if o.value in _WORD_ALONE]
        information = [o for o in held if o.value == "info"]
        if strange:
            groups = ", ".join(str(o.value) for o in strange)
            yield contradicts("groups", rests_on=(generator, *strange), generator=name, groups=groups)
        elif information:
            yield unusual("information", rests_on=(generator, *information), generator=name)
        else:
            yield neutral("as-named", rests_on=(generator,), generator=name)
    elif named and internal is None and not any(o.value == "rsidtbl" for o in held):
        yield unusual("lacks", rests_on=(generator,), generator=name)
    elif named and internal is not None and isinstance(internal.value, int):
        version = office_of_rtf(internal.value)
        if version and version != int(named[1]):
            yield contradicts(
                "vern",
                rests_on=(generator, internal),
                generator=name,
                internal=internal.value,
                version=version,
            )
        elif version:
            yield neutral("as-named", rests_on=(generator, internal), generator=name)
