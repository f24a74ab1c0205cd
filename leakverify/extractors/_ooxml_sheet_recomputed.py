"""Stored results of formulas against what the formulas give, and the cell that most likely was changed.

A workbook keeps with every formula the result the program last computed.  Who
changes a number in the XML leaves the results as they were: they still tell
what the number was.  Of the formulas that no longer agree, the constants that
all of them read, and that no agreeing formula reads, are looked for; where one
other number in one such cell makes every stored result right again, that number
is what the workbook was computed with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._formula import (
    Binary,
    Call,
    Reference,
    Tree,
    Unary,
    Unsettled,
    address,
    parse_formula,
)
from leakverify.extractors._formula_functions import FUNCTIONS
from leakverify.extractors._formula_grid import Area, Book, CellError, Sheet, Value
from leakverify.extractors._formula_value import Evaluator, Exhausted, Frame
from leakverify.extractors._ooxml_sheet_cells import Stored

#: cells and operators one workbook may cost; about two seconds
_WORK = 4_000_000
#: formulas computed, differences told, and candidates tried
_FORMULAS, _TOLD, _TRIED = 100_000, 100, 300
#: formula texts kept as trees
_TREES = 20_000
#: apart by no more than this is equal; apart by less than that is left open
_EQUAL, _OPEN = 1e-9, 1e-7
#: cells named for one group, most alike in form first, steps towards a value, and groups looked for
_NAMED, _STEPS, _GROUPS = 10, 12, 8
#: disagreeing formulas among which a common cause is looked for
_GROUP = 20_000


class _Case:
    """A formula that was understood: where it stands, its tree, and what was stored and computed."""

    __slots__ = ("agrees", "computed", "sheet", "stored", "tree")

    def __init__(self, sheet: Sheet, stored: Stored, tree: Tree) -> None:
        self.sheet = sheet
        self.stored = stored
        self.tree = tree
        self.computed: Value = None
        self.agrees = False


def recomputed(book: Book, formulas: list[tuple[Sheet, Stored]]) -> Iterator[Observation | Fault]:
    """How many formulas agree with what is stored, each that does not, and what may have been changed."""
    yield Observation(name="xlsx.formulas", value=len(formulas))
    left_out: Counter[str] = Counter()
    evaluator = Evaluator(book, _WORK, FUNCTIONS)
    trees: dict[str, Tree | None] = {}
    cases: list[_Case] = []
    spent = False
    for sheet, stored in formulas[:_FORMULAS]:
        if stored.left_out:
            left_out[stored.left_out] += 1
            continue
        tree = _tree(stored.text, trees)
        if tree is None:
            left_out["not understood"] += 1
            continue
        case = _Case(sheet, stored, tree)
        try:
            settled = _decide(evaluator, case)
        except Exhausted:
            spent = True
            break
        if settled:
            cases.append(case)
        else:
            left_out["not settled"] += 1
    if spent or len(formulas) > _FORMULAS:
        left_out["beyond the work allowed"] += 1
        yield Fault("limit-answer", "not all formulas of the workbook were computed")
    differing = [case for case in cases if not case.agrees]
    yield Observation(name="xlsx.formulas.uncomputed", value=left_out["no stored result"])
    yield Observation(name="xlsx.formulas.agree", value=len(cases) - len(differing))
    yield Observation(name="xlsx.formulas.differ", value=len(differing))
    zeros = sum(case.stored.result == 0.0 or case.stored.result == "" for case in cases)
    yield Observation(name="xlsx.formulas.empty", value=zeros)
    for case in differing[:_TOLD]:
        yield Observation(
            name="xlsx.formula.differs",
            value=clip(f"={case.stored.text}", 500),
            where=_where(case.sheet, case.stored.row, case.stored.column),
            raw=f"{_shown(case.stored.result)}\t{_shown(case.computed)}",
        )
    if len(differing) > _TOLD:
        yield Fault("limit-answer", f"{len(differing)} formulas that differ, {_TOLD} told")
    if differing and len(differing) <= _GROUP:
        try:
            evaluator.left = _WORK
            yield from _causes(evaluator, differing, [case for case in cases if case.agrees])
        except Exhausted:
            yield Fault("limit-answer", "what the formulas have in common was not looked for to the end")


def _tree(text: str, trees: dict[str, Tree | None]) -> Tree | None:
    if text in trees:
        return trees[text]
    try:
        tree: Tree | None = parse_formula(text)
    except Unsettled:
        tree = None
    if len(trees) < _TREES:
        trees[text] = tree
    return tree


def _decide(evaluator: Evaluator, case: _Case) -> bool:
    """Compute a case; false when neither agreement nor difference can be said."""
    try:
        case.computed = _value(evaluator, case)
        verdict = _agree(case.stored.result, case.computed)
        if verdict is False and isinstance(case.computed, float):
            evaluator.disturbed()
            again = _value(evaluator, case)
            evaluator.nudge = 0.0
            if _hangs_on_noise(case, again):
                return False
    except Unsettled:
        evaluator.nudge = 0.0
        return False
    case.agrees = verdict is True
    return verdict is not None


def _value(evaluator: Evaluator, case: _Case) -> Value:
    return evaluator.value(case.tree, case.sheet, case.stored.down, case.stored.right)


def _agree(stored: Value, computed: Value) -> bool | None:
    """``None`` where the two are neither equal nor clearly apart."""
    if isinstance(computed, CellError) or isinstance(stored, CellError):
        return True if stored == computed else None
    if isinstance(stored, bool) or isinstance(computed, bool):
        return stored is computed if isinstance(stored, bool) and isinstance(computed, bool) else None
    if isinstance(stored, float) and isinstance(computed, float):
        apart, size = abs(stored - computed), max(abs(stored), abs(computed))
        if apart <= _EQUAL * size + _EQUAL:
            return True
        return None if apart <= _OPEN * size + _OPEN else False
    if isinstance(stored, str) and isinstance(computed, str):
        return stored.strip() == computed.strip()
    return None


def _hangs_on_noise(case: _Case, again: Value) -> bool:
    """Whether the last digits of sums alone move the result by what separates it from the stored one."""
    if not (isinstance(again, float) and isinstance(case.computed, float)):
        return True
    stored = case.stored.result
    apart = abs(stored - case.computed) if isinstance(stored, float) else 0.0
    return abs(again - case.computed) * 1000 >= apart


def _where(sheet: Sheet, row: int, column: int) -> Location:
    return Location(part=clip(sheet.part), cell=clip(f"{sheet.name}!{address(row, column)}", 200))


def _shown(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return clip(str(value), 200).replace("\t", " ")


# --- what may have been changed -----------------------------------------------------------------------


def _causes(evaluator: Evaluator, differing: list[_Case], agreeing: list[_Case]) -> Iterator[Observation]:
    """Constants whose change would explain differing formulas; each group of formulas has its own."""
    areas = {id(case): list(_areas(evaluator, case)) for case in differing}
    open_cases = list(differing)
    tried = groups = 0
    while open_cases and groups < _GROUPS:
        groups += 1
        group, candidates = _common(evaluator, open_cases, areas)
        free = _not_vouched_for(evaluator, candidates, agreeing)
        solved = []
        for sheet, row, column in free or candidates:
            tried += 1
            if tried > _TRIED:
                raise Exhausted
            # a formula that agrees may read the cell and not mind its value, as MAX does
            readers = [] if free else _readers(evaluator, agreeing, sheet, row, column)
            earlier = _earlier(evaluator, group, readers, sheet, row, column)
            if earlier is not None:
                solved.append((sheet, row, column, earlier))
        solved.sort(key=lambda found: _unlikeness(found[0].at(found[1], found[2]), found[3]))
        for sheet, row, column, earlier in solved[:_NAMED]:
            yield Observation(
                name="xlsx.formula.cause",
                value=_shown(sheet.at(row, column)),
                where=_where(sheet, row, column),
                raw=f"{_shown(earlier)}\t{len(group)}\t{len(solved)}",
            )
        taken = {id(case) for case in group}
        open_cases = [case for case in open_cases if id(case) not in taken]
    yield Observation(name="xlsx.formulas.groups", value=groups)


def _areas(evaluator: Evaluator, case: _Case) -> Iterator[Area]:
    """What a formula reads, in its own copy's place."""
    frame = Frame(evaluator, case.sheet, case.stored.down, case.stored.right)
    pending: list[Tree | None] = [case.tree]
    while pending:
        tree = pending.pop()
        evaluator.spend(1)
        if isinstance(tree, Reference):
            try:
                yield frame.area(tree)
            except Unsettled:
                continue  # in a branch that was not taken
        elif isinstance(tree, Binary):
            pending += (tree.left, tree.right)
        elif isinstance(tree, Unary):
            pending.append(tree.operand)
        elif isinstance(tree, Call):
            pending += tree.arguments


def _constants(evaluator: Evaluator, areas: list[Area]) -> dict[tuple[str, int, int], Sheet]:
    """Typed numbers in these areas."""
    found: dict[tuple[str, int, int], Sheet] = {}
    for area in areas:
        for (down, right), value in Frame(evaluator, area.sheet, 0, 0).held(area).items():
            place = (area.top + down, area.left + right)
            if isinstance(value, float) and place not in area.sheet.formulas:
                found[area.sheet.part, *place] = area.sheet
    return found


def _common(
    evaluator: Evaluator, cases: list[_Case], areas: dict[int, list[Area]]
) -> tuple[list[_Case], list[tuple[Sheet, int, int]]]:
    """The first case and all others that share a constant with it, and the constants all of them share."""
    try:
        candidates = _constants(evaluator, areas[id(cases[0])])
    except Unsettled:
        return cases[:1], []
    group = cases[:1]
    for case in cases[1:]:
        shared = {
            key: sheet
            for key, sheet in candidates.items()
            if any(area.sheet is sheet and area.holds(key[1], key[2]) for area in areas[id(case)])
        }
        evaluator.spend(len(candidates))
        if shared:
            candidates = shared
            group.append(case)
    return group, [(sheet, key[1], key[2]) for key, sheet in candidates.items()]


def _not_vouched_for(
    evaluator: Evaluator, candidates: list[tuple[Sheet, int, int]], agreeing: list[_Case]
) -> list[tuple[Sheet, int, int]]:
    """Candidates that no agreeing formula reads."""
    left = candidates
    for case in agreeing:
        if not left:
            break
        evaluator.spend(len(left))
        read = list(_areas(evaluator, case))
        left = [
            (sheet, row, column)
            for sheet, row, column in left
            if not any(area.sheet is sheet and area.holds(row, column) for area in read)
        ]
    return left


def _readers(evaluator: Evaluator, agreeing: list[_Case], sheet: Sheet, row: int, column: int) -> list[_Case]:
    """The agreeing formulas that read a cell."""
    return [
        case
        for case in agreeing
        if any(area.sheet is sheet and area.holds(row, column) for area in _areas(evaluator, case))
    ]


def _earlier(
    evaluator: Evaluator, group: list[_Case], readers: list[_Case], sheet: Sheet, row: int, column: int
) -> float | None:
    """The number in this cell with which the group, and the other readers, give their stored results."""
    present = sheet.at(row, column)
    first = group[0]
    wanted, computed = first.stored.result, first.computed
    if not (isinstance(present, float) and isinstance(computed, float) and isinstance(wanted, float)):
        return None
    held = sheet.columns[column]
    try:
        before, before_gives = present, computed
        at = present + max(1.0, abs(present) / 2)
        for _ in range(_STEPS):  # the secant method: one step is enough where the formula is linear
            held.exchange(row, at)
            gives = _value(evaluator, first)
            if not isinstance(gives, float) or gives == before_gives:
                return None
            if _agree(wanted, gives) is True:
                break
            slope = (at - before) / (gives - before_gives)
            before, before_gives, at = at, gives, at + (wanted - gives) * slope
        # the number with the fewest digits that fits: formulas that round leave a choice
        tried: set[float] = set()
        for digits in range(1, 16):
            short = float(f"{at:.{digits}g}")
            if short in tried or short == present:
                continue
            tried.add(short)
            held.exchange(row, short)
            if all(
                _agree(case.stored.result, _value(evaluator, case)) is True for case in (*group, *readers)
            ):
                return short
        return None
    except Unsettled:
        return None
    finally:
        held.exchange(row, present)


def _unlikeness(present: Value, earlier: float) -> tuple[bool, int]:
    """How far an earlier value is from the form of the present one: another sign, more decimals."""
    decimals = [
        len(f"{v:.10f}".rstrip("0").partition(".")[2]) for v in (present, earlier) if isinstance(v, float)
    ]
    return isinstance(present, float) and present * earlier < 0, max(decimals[-1] - decimals[0], 0)
