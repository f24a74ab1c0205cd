"""Lists with a stated rate of false discoveries, and careful forgeries of one organisation's documents.

Parts of ``docs/accuracy-model.md``; see ``models/evaluate_model.py``.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.classifier import calibration
from leakverify.classifier._learn import learn_format
from leakverify.classifier.within import WithinArchive
from models.altered import Made, make
from models.combined import Scored, Turn, grouped, of_kind, scored
from models.evaluate import genuine_paths
from models.reading import Told, keep, told_of

Floats = NDArray[np.float64]
RATE, SIZE, RUNS = 0.1, 100, 40
CONTAMINATIONS = (0.0, 0.01, 0.02, 0.05, 0.1)
#: the same where every archive is learned from, which takes a second each
WITHIN = (0.0, 0.05, 0.1)
#: numbers of references at which power is measured
POWER = (30, 60, 120, 240, 480, 960)
#: forgeries from scratch in the right program, with the metadata of the document they stand in for
CAREFUL = (
    "pdf.browser_print_and_put_back", "pdf.fabricate_with_browser_and_exiftool", "pdf.fabricate_with_office",
    "pdf.fabricate_with_reportlab_rewritten", "pdf.round_trip_through_draw", "pdf.transplant_metadata",
    "office.exchange_text_in_libreoffice", "office.fabricate_with_libreoffice_packed_as_office",
    "office.fabricate_with_openpyxl_packed_as_office", "office.fabricate_with_pandoc_packed_as_office",
    "office.fabricate_with_python_docx_packed_as_office", "office.transplant_properties",
    "mail.careful_copy_of_a_program", "mail.copied_head_new_body",
)  # fmt: skip
#: documents an organisation must have, and how often it is parted in two halves
LEAST, SEEDS = 36, 5
#: organisations of a format, the largest, and documents of one that each recipe is applied to
ORGANISATIONS, FORGED = 4, 4


def discoveries(
    results: Mapping[str, Sequence[Scored]], turned: Mapping[str, Sequence[Turn]]
) -> Iterator[str]:
    """Seeded archives: the share of false discoveries on the list, how much is found, and by how many references."""
    yield from [
        "",
        "## Lists with a stated rate of false discoveries",
        "",
        f"Archives of {SIZE} documents, with 0 to 10 % exchanged for altered ones; {RUNS} seeded archives per line, {RUNS * len(CONTAMINATIONS)} per format.",
        f"The nominal rate is {RATE:.0%}. Archive and references are drawn without overlap from all measured genuine documents of the",
        "format, which stand for one organisation. *combined*: the p-value is the place of the combined score among those of the",
        "references; the score was learned elsewhere and is fixed, so that it counts for nothing which documents it is good at.",
        "*within*: what differs between archive and references is learned as well, and half of the references calibrate:",
        "`leakverify label use` does so where the shipped model has no score or somebody labelled a document altered, else the first.",
        "",
        "| format | way | references | altered | archives | mean share of false discoveries | twice the standard error | found |",
        "|---|---|---|---|---|---|---|---|",
    ]
    power = []
    for family, found in results.items():
        genuine = of_kind(found, "genuine")
        altered = of_kind(found, "altered")
        if len(genuine) < SIZE + 60 or len(altered) < 10:
            continue
        scores = np.asarray([one.score for one in genuine]), np.asarray([one.score for one in altered])
        most = min(len(genuine) - SIZE, 600)
        print(f"archives of {family}", file=sys.stderr)
        for contamination in CONTAMINATIONS:
            yield f"| {family} | combined | {most} | {_runs(*scores, contamination, most)} |"
        if len(turned[family]) == 1:
            encoder = turned[family][0].model.encoder
            codes = (
                encoder.encode_all([one.told.row for one in genuine]),
                encoder.encode_all([one.told.row for one in altered]),
            )
            for contamination in WITHIN:
                shown = _runs(*scores, contamination, most, codes=codes)
                yield f"| {family} | within | {most} | {shown} |"
        for count in POWER:
            if count + SIZE <= len(genuine):
                cells = [_runs(*scores, share, count).split(" | ") for share in (0.05, 0.1)]
                power.append(f"| {family} | {count} | {cells[0][4]} | {cells[1][4]} | {cells[0][2]} |")
    yield from [
        "",
        "### How many references it takes",
        "",
        "The combined score with 5 % and 10 % altered and a growing number of references. A report that lists nothing says how many",
        "references would allow it: about the size of the archive divided by the rate and by the number of documents that stand out",
        "equally.",
        "",
        "| format | references | found of 5 % | found of 10 % | false discoveries at 5 % |",
        "|---|---|---|---|---|",
        *power,
    ]


def _runs(
    genuine: Floats,
    altered: Floats,
    contamination: float,
    references: int,
    *,
    codes: tuple[NDArray[np.int16], NDArray[np.int16]] | None = None,
) -> str:
    """Cells of a table: altered, archives, share of false discoveries, its error, found."""
    shares, recalls = [], []
    for run in range(RUNS):
        random = np.random.default_rng((7, run, int(contamination * 1000)))
        drawn = random.permutation(len(genuine))
        planted = round(SIZE * contamination)
        known, archive = drawn[:references], drawn[references : references + SIZE - planted]
        strange = random.choice(len(altered), planted, replace=planted > len(altered))
        truth = np.concatenate([np.zeros(len(archive), bool), np.ones(planted, bool)])
        tested = np.concatenate([genuine[archive], altered[strange]])
        if codes is None:
            p_values = calibration.places(genuine[known], tested)
        else:
            rows = np.vstack([codes[0][known], codes[0][archive], codes[1][strange]])
            marks = np.concatenate([np.ones(len(known), int), np.zeros(len(tested), int)])
            prior = np.concatenate([genuine[known], tested])
            p_values = (
                WithinArchive(RATE, random_state=run).fit(rows, marks=marks, prior=prior).listed_.p_values
            )
        listed = calibration.benjamini_hochberg(p_values, RATE)
        shares.append(float((listed & ~truth).sum() / max(listed.sum(), 1)))
        if planted:
            recalls.append(float((listed & truth).sum() / planted))
    error = 2 * float(np.std(shares) / np.sqrt(len(shares)))
    found = f"{np.mean(recalls):.1%}" if recalls else "-"
    return f"{contamination:.0%} | {RUNS} | {np.mean(shares):.3f} | {error:.3f} | {found}"


def organisations(folder: Path, kept: Path, turned: Mapping[str, Sequence[Turn]], jobs: int) -> Iterator[str]:
    """Careful forgeries of organisations the baseline has not met, with and without a corpus of their own."""
    yield from [
        "",
        "## What a corpus of the organisation's own adds",
        "",
        "Organisations that nothing was learned from. Half of the documents of one are its corpus, the other half is judged together",
        f"with careful forgeries of its documents: {', '.join(name.partition('.')[2] for name in CAREFUL)};",
        f"made from scratch in a program, or with another's content, under copied metadata. Means of {SEEDS} ways to part the documents.",
        "*baseline*: the combined score. *own*: the place among the organisation's own documents. *both*: their sum.",
        "*found*: above all but 1 % of the other half.",
        "",
        "| format | organisation | references | genuine | forged | AUC baseline | AUC own | AUC both | found baseline | found own | found both |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    chosen: dict[tuple[str, str], Turn] = {}
    for family, parts in turned.items():
        sizes: Counter[str] = Counter()
        for turn in parts:
            sizes.update(one.source for one in turn.tested if one.kind == "genuine")
        for source, size in sizes.most_common(ORGANISATIONS):
            if size >= LEAST:
                chosen[family, source] = next(t for t in parts if any(o.source == source for o in t.tested))
    careful = kept / "careful.jsonl"
    if not careful.exists():
        keep(careful, _careful(folder, sorted({source for _, source in chosen}), jobs))
    with careful.open("rb") as lines:
        forged = [grouped(one) for one in told_of(lines)]
    for (family, source), turn in sorted(chosen.items(), key=lambda item: item[0]):
        theirs = [one for one in forged if one.source == source and one.row.family == family and one.altered]
        genuine = [one for one in turn.tested if one.source == source and one.kind == "genuine"]
        if len(theirs) < 8:
            continue
        print(f"organisation {source}, {family}", file=sys.stderr)
        cells = np.mean([_halves(turn, genuine, theirs, seed) for seed in range(SEEDS)], axis=0)
        half = len(genuine) // 2
        shown = " | ".join(f"{value:.3f}" for value in cells[:3])
        found = " | ".join(f"{value:.0%}" for value in cells[3:])
        yield f"| {family} | {source} | {half} | {len(genuine) - half} | {len(theirs)} | {shown} | {found} |"


def _careful(folder: Path, sources: Sequence[str], jobs: int) -> Iterator[Made]:
    """Careful forgeries of documents of each organisation."""
    paths = genuine_paths(folder, "all")
    for source in sources:
        own = [path for path in paths if path.relative_to(folder).parts[0] == source]
        if own:
            yield from make(folder, own, names=CAREFUL, files=FORGED, jobs=jobs)


def _halves(turn: Turn, genuine: Sequence[Told], forged: Sequence[Told], seed: int) -> Floats:
    """AUC of baseline, own and both, then the share of forgeries that each finds."""
    drawn = np.random.default_rng(seed).permutation(len(genuine))
    known, rest = drawn[: len(genuine) // 2], drawn[len(genuine) // 2 :]
    tested = [*(genuine[n] for n in rest), *forged]
    baseline = np.asarray([one.score for one in scored(turn, tested=tested)])
    weights = {
        column.label: float(weight)
        for column, weight in zip(turn.model.encoder.columns, turn.model.weights, strict=True)
    }
    own = learn_format(
        [genuine[n].row for n in known], known_weights=weights, same_sources=True, writers=False
    )
    peers = own.group(np.arange(len(own)), "format")
    if peers is None:
        places = np.zeros(len(tested))
    else:
        placed = [peers.place(own.encoder.encode(one.row)) for one in tested]
        places = np.asarray([-np.log10(one.share) + 1e-3 * one.score for one in placed])
    labels = np.arange(len(tested)) >= len(rest)
    ways = (baseline, places, baseline + places)
    found = [calibration.recall_at(way, labels)[:2] for way in ways]
    return np.asarray([*(calibration.auc(way, labels) for way in ways), *(hits / of for hits, of in found)])
