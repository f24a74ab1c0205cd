"""leakverify tells which documents of a leak are sound, and shows the evidence.

>>> import leakverify as lv
>>> report = lv.verify("memo.pdf")                        # doctest: +SKIP
>>> report.assessment, report.evidence, report.problems   # doctest: +SKIP

Names outside ``__all__`` are importable and not promised.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from leakverify._version import __version__

if TYPE_CHECKING:
    from leakverify._api import Scan, Summary, doctor, list_checks, list_formats, verify
    from leakverify.classifier.model import Model
    from leakverify.conversations import Conversation, Difference, Quotation
    from leakverify.copies import Copied
    from leakverify.corpus import Corpus
    from leakverify.document import Document
    from leakverify.errors import (
        IsolationUnavailable,
        LeakverifyError,
        ModelError,
        StoreError,
        StoreTooNew,
        UsageError,
    )
    from leakverify.evidence import (
        Assessment,
        Evidence,
        Isolation,
        Location,
        Observation,
        Outcome,
        Problem,
        Question,
        Report,
    )
    from leakverify.hints import Hint, Regions, regions
    from leakverify.limits import Limits
    from leakverify.picturing import Picture, Pictures, Plate, pictures
    from leakverify.recovery import Revision, revisions
    from leakverify.scanner import Progress
    from leakverify.scanning import scan
    from leakverify.style import StyleComparison, compare_style
    from leakverify.suppliers import Bill, OutOfLine, Supplier

# where each public name lives; loaded on first use, so that the bare import stays cheap
_HOME = {
    "Assessment": "evidence",
    "Bill": "suppliers",
    "Conversation": "conversations",
    "Copied": "copies",
    "Difference": "conversations",
    "Corpus": "corpus",
    "Document": "document",
    "Evidence": "evidence",
    "Hint": "hints",
    "Isolation": "evidence",
    "IsolationUnavailable": "errors",
    "LeakverifyError": "errors",
    "Limits": "limits",
    "Location": "evidence",
    "Model": "classifier.model",
    "ModelError": "errors",
    "Observation": "evidence",
    "OutOfLine": "suppliers",
    "Outcome": "evidence",
    "Picture": "picturing",
    "Pictures": "picturing",
    "Plate": "picturing",
    "Problem": "evidence",
    "Progress": "scanner",
    "Question": "evidence",
    "Quotation": "conversations",
    "Regions": "hints",
    "Report": "evidence",
    "Revision": "recovery",
    "Scan": "_api",
    "StoreError": "errors",
    "StoreTooNew": "errors",
    "StyleComparison": "style",
    "Summary": "_api",
    "Supplier": "suppliers",
    "UsageError": "errors",
    "compare_style": "style",
    "doctor": "_api",
    "list_checks": "_api",
    "list_formats": "_api",
    "pictures": "picturing",
    "regions": "hints",
    "revisions": "recovery",
    "scan": "scanning",
    "verify": "_api",
}

__all__ = [
    "Assessment",
    "Bill",
    "Conversation",
    "Copied",
    "Corpus",
    "Difference",
    "Document",
    "Evidence",
    "Hint",
    "Isolation",
    "IsolationUnavailable",
    "LeakverifyError",
    "Limits",
    "Location",
    "Model",
    "ModelError",
    "Observation",
    "OutOfLine",
    "Outcome",
    "Picture",
    "Pictures",
    "Plate",
    "Problem",
    "Progress",
    "Question",
    "Quotation",
    "Regions",
    "Report",
    "Revision",
    "Scan",
    "StoreError",
    "StoreTooNew",
    "StyleComparison",
    "Summary",
    "Supplier",
    "UsageError",
    "__version__",
    "compare_style",
    "doctor",
    "list_checks",
    "list_formats",
    "pictures",
    "regions",
    "revisions",
    "scan",
    "verify",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
