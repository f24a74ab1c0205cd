"""Office files of a folder of real documents: genuine ones are left alone, planted names are shown, cells located."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leakverify.evidence import Assessment
from models.evaluate import genuine_paths
from models.seeded import reports, run

STEP = 1 if os.environ.get("LEAKVERIFY_WHOLE_CORPUS") else 12
pytestmark = [pytest.mark.corpus, pytest.mark.timeout(3600 if STEP == 1 else 300)]

ENDINGS = frozenset(".docx .docm .xlsx .xlsm .pptx .pptm .doc .xls .ppt .odt .ods .odp .rtf".split())
#: packed or written by another program than the one they name; both halves, for want of files in one
PACKED = r"office\.(exchange_text_and_zip|exchange_text_and_(update|pack)_with_infozip|edit_with_python_docx_and_restore)"
WRITTEN = r"office\.(fabricate_with_(pandoc|python_docx|openpyxl)|claim_word)"
DATED = (
    r"office\.(backdate_core_and_app|backdate_before_the_marks|backdate_document_properties|set_editing_time)"
)
IDENTITY = r"office\.plant_(|greek_|arabic_)last_author"
ORDINARY = (
    r"office\.(zip_again|label_by_server|promote_properties_by_server|protect|take_names_out|save_under_another_name"
    r"|edit_in_word|track_a_change|resave_with_(python_docx|openpyxl)|write_anew_with_pandoc|retitle"
    r"|pack_open_document_again|name_last_author|statement_with_xlsxwriter)"
)


@pytest.fixture(scope="module")
def genuine(corpus: Path) -> list[Path]:
    """Genuine Office files of both halves."""
    if not (corpus / "MANIFEST.tsv").is_file():
        pytest.skip("the folder has no MANIFEST.tsv")
    return [path for path in genuine_paths(corpus, "all") if path.suffix.lower() in ENDINGS]


def test_no_genuine_document_is_contradicted_and_hardly_one_asks_for_a_look(genuine: list[Path]) -> None:
    some = [path for path in genuine[::STEP] if path.stat().st_size < 4 << 20]
    found = {path: reports(path.read_bytes(), path.name) for path in some}
    assert not [p.name for p, r in found.items() if r[0].assessment is Assessment.CONTRADICTED]
    flagged = [(p.name, r[0].because) for p, r in found.items() if r[0].assessment is Assessment.REVIEW]
    assert len(flagged) <= 1 + len(some) // 50, flagged


@pytest.mark.parametrize("names", [PACKED, WRITTEN, DATED])
def test_what_was_packed_written_or_dated_otherwise_than_it_says_is_found(
    names: str, genuine: list[Path]
) -> None:
    made = found = 0
    missed = []
    for one in run(genuine, names=names, files=8 if STEP > 1 else 40):
        made, found = made + one.made, found + one.found
        missed += [(one.recipe, tried.path) for tried in one.tried if not tried.found]
    assert made >= 12
    assert found >= made - 1 - made // 20, missed


def test_a_planted_name_is_shown_and_held_against_nobody(genuine: list[Path]) -> None:
    for one in run(genuine, names=IDENTITY, files=8 if STEP > 1 else 40):
        assert one.made >= 6, one.recipe
        assert one.found >= one.made - 1, (one.recipe, [t.path for t in one.tried if not t.found])
        assert not one.flagged, (one.recipe, [t.path for t in one.tried if t.flagged])


def test_ordinary_handling_is_not_flagged(genuine: list[Path]) -> None:
    made = flagged = 0
    told = []
    for one in run(genuine, names=ORDINARY, files=8 if STEP > 1 else 40):
        made, flagged = made + one.made, flagged + one.flagged
        told += [(one.recipe, t.path, t.answers) for t in one.tried if t.flagged]
    assert made >= 60
    assert flagged <= 1 + made // 50, told


def test_documents_that_are_meant_to_be_odd_are_read(corpus: Path) -> None:
    """Whatever the test suites of other programs hold: an answer, and never a crash."""
    from models.evaluate import read_roles

    odd = [
        corpus / path
        for path, role in read_roles(corpus / "MANIFEST.tsv").items()
        if role != "genuine" and Path(path).suffix.lower() in ENDINGS
    ]
    for path in odd[:: STEP * 2]:
        if path.stat().st_size < 2 << 20:
            assert reports(path.read_bytes(), path.name)[0].evidence or path.stat().st_size == 0
