"""Every name an observation on a workbook can have; cheap to import anywhere."""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, number, text, token, when
from leakverify.extractors._table_numbers import NUMBER_VOCABULARY

SHEET_VOCABULARY: dict[str, Declared] = {
    "xlsx.app_name": token("fileVersion appName: xl for Excel, Calc for LibreOffice"),
    "xlsx.last_edited": token("fileVersion lastEdited, generation of the program that saved last"),
    "xlsx.lowest_edited": token("fileVersion lowestEdited, oldest generation that saved it"),
    "xlsx.build": token("fileVersion rupBuild, build of the program"),
    "xlsx.code_name": token("name of the workbook in its macros", repeats=True),
    "xlsx.date_system": token("1900 or 1904: the day from which dates are counted"),
    "xlsx.calc_id": token("calcPr calcId, build of the calculation engine"),
    "xlsx.calc_loose": token(
        "why stored results need not agree with their formulas: manual, full-calculation-on-load, "
        "precision-as-displayed, iteration, not-completed",
        repeats=True,
    ),
    "xlsx.path": text("folder the workbook was last saved in, on the machine that saved it"),
    "xlsx.sheet": text("name of a sheet", repeats=True),
    "xlsx.hidden_sheets": count("sheets that are hidden"),
    "xlsx.hidden_sheet": text("name of a hidden sheet; raw says hidden or veryHidden", repeats=True),
    "xlsx.hidden_cells": count("cells with a value in a hidden sheet, row or column", repeats=True),
    "xlsx.hidden_text": content("the first of these, one line for each: cell and value", repeats=True),
    "xlsx.name": text("defined name; raw is what it stands for", repeats=True),
    "xlsx.locale": token("locale a number format names, hex; raw is the format", repeats=True),
    "xlsx.printer": text("printer a sheet was set up for", repeats=True),
    "xlsx.link.target": text("another workbook that formulas refer to", repeats=True),
    "xlsx.link.values": count("values of the other workbook that are kept here", repeats=True),
    "xlsx.link.text": content("the first of these, one line for each: cell and value", repeats=True),
    "xlsx.rows": content(
        "rows of a sheet that names an invoice, line by line, cells parted by tabs; cell names the sheet",
        repeats=True,
    ),
    "xlsx.formulas": count("cells with a formula"),
    "xlsx.formulas.uncomputed": count("formulas without a stored result"),
    "xlsx.formulas.agree": count("formulas that were computed again and give what is stored"),
    "xlsx.formulas.differ": count("formulas that were computed again and give something else"),
    "xlsx.formulas.empty": count("of both, those whose stored result is 0 or empty"),
    "xlsx.formulas.groups": count(
        "groups of differing formulas that read no typed number in common, up to 8"
    ),
    "xlsx.formula.differs": content(
        "formula that does not give its stored result; raw is the stored and the computed one", repeats=True
    ),
    "xlsx.formula.cause": content(
        "number typed into a cell, another value of which makes differing formulas agree; "
        "raw is that value, how many formulas it puts right, and in how many cells such a value is found",
        repeats=True,
    ),
    "xlsx.strings.unused": count("shared strings that no cell shows"),
    "xlsx.leftover_text": content("the first of these, one line for each"),
    "xlsx.strings.in_order": number(
        "greatest part of the shared strings that stand in the order of the cells", "share"
    ),
    "xlsx.string.moved": content(
        "text of a cell whose string stands elsewhere in the table than its neighbours'; raw is its place",
        repeats=True,
    ),
    "xlsx.chain.cells": count("cells in the calculation chain"),
    "xlsx.chain.missing": count("cells with a formula that the calculation chain does not list"),
    "xlsx.chain.stale": content(
        "what stands in a cell that the calculation chain lists and that holds no formula", repeats=True
    ),
    "xlsx.pivot.refreshed_by": text("who refreshed the cache of a pivot table last", repeats=True),
    "xlsx.pivot.refreshed": when("when, in the local time of that machine", repeats=True),
    "xlsx.pivot.source": text("sheet and cells, or name, the cache was filled from", repeats=True),
    "xlsx.pivot.records": count("rows the cache keeps", repeats=True),
    "xlsx.pivot.other_rows": count("rows of the cache that the cited cells do not hold", repeats=True),
    "xlsx.pivot.other_row": content(
        "such a row, cells parted by tabs; raw is the row now in its place", repeats=True
    ),
    **NUMBER_VOCABULARY,
}
