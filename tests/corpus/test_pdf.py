"""PDFs of a folder of real documents: the genuine ones hold nothing that contradicts, altered ones are found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leakverify.evidence import Assessment
from models.evaluate import genuine_paths
from models.seeded import is_flagged, reports, run

STEP = 1 if os.environ.get("LEAKVERIFY_WHOLE_CORPUS") else 12
pytestmark = [pytest.mark.corpus, pytest.mark.timeout(3600 if STEP == 1 else 300)]

#: recipes whose trace stays in the file, one of each kind
EXPLICIT = r"pdf\.(replace_amount_undated|cover_rewritten_by_pikepdf|cover_with_picture|mask_flattened)"
#: steps that most documents go through
ORDINARY = (
    r"pdf\.(resave_with_qpdf|linearise|number_for_court|highlight|rotate_page|attach_file|merge_with_qpdf)"
)


@pytest.fixture(scope="module")
def genuine(corpus: Path) -> list[Path]:
    """Genuine PDFs of the held-out half, every n-th."""
    if not (corpus / "MANIFEST.tsv").is_file():
        pytest.skip("the folder has no MANIFEST.tsv")
    return [path for path in genuine_paths(corpus, "p-z") if path.suffix.lower() == ".pdf"]


def test_no_genuine_document_is_contradicted_and_hardly_one_asks_for_a_look(genuine: list[Path]) -> None:
    some = [path for path in genuine[::STEP] if path.stat().st_size < 4 << 20]
    found = {path: reports(path.read_bytes(), path.name) for path in some}
    contradicted = [p.name for p, r in found.items() if r[0].assessment is Assessment.CONTRADICTED]
    assert not contradicted
    flagged = [(p.name, r[0].because) for p, r in found.items() if is_flagged(r)]
    assert len(flagged) <= 1 + len(some) // 50, flagged


def test_what_is_still_in_the_file_is_found_with_page_and_text(genuine: list[Path]) -> None:
    for one in run(genuine, names=EXPLICIT, files=6 if STEP > 1 else 40):
        assert one.made >= 5, one.recipe
        placed, told = one.share("placed"), one.share("told")
        assert one.found >= one.made - 1, (one.recipe, [t.path for t in one.tried if not t.found])
        assert placed[0] >= placed[1] - 1 and told[0] >= told[1] - 1, one.recipe


def test_ordinary_handling_is_not_flagged(genuine: list[Path]) -> None:
    made = flagged = 0
    told = []
    for one in run(genuine, names=ORDINARY, files=6 if STEP > 1 else 40):
        made, flagged = made + one.made, flagged + one.flagged
        told += [(one.recipe, t.path, t.answers) for t in one.tried if t.flagged]
    assert made >= 30
    assert flagged <= 1 + made // 50, told
