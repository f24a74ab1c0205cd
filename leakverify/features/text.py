"""Features of plain text and of lists: coding, line ends, and the layout of a table."""

from __future__ import annotations

import math

from leakverify.features._rules import Made, Rule, Seen, any_of, flag, last


def _lines(seen: Seen) -> Made:
    amount = seen.amount("text.lines")
    return None if amount is None else math.log10(1 + max(amount, 0.0))


def _columns(seen: Seen) -> Made:
    """Kinds of the columns in their order, headings left aside."""
    return [f"{number} {o.value}" for number, o in enumerate(seen.all("table.column.kind")[:32], 1)]


RULES: tuple[Rule, ...] = (
    last("s.text.encoding", "character coding", "text.encoding"),
    flag("s.text.bom", "begins with a byte order mark", "text.bom"),
    last("s.text.line_ending", "how lines end", "text.line_ending"),
    flag("s.text.final_line_break", "ends with a line break", "text.final_line_break"),
    any_of("s.text.null", "null characters", "text.null_bytes"),
    last("s.text.delimiter", "what parts the cells of a list", "table.delimiter"),
    flag("s.text.heading", "the first row of a list holds names", "table.heading"),
    Rule("t.text.columns", "kinds of the columns of a list", ("table.column.kind",), _columns),
    Rule("t.text.lines", "lines", ("text.lines",), _lines, "log10 count"),
)
