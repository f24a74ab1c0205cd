"""The way a text is written, held against known-genuine texts of the same author.

The trusted side: it works on the words of stored reports, never on bytes, and only
where a caller asks.  Nothing here counts in an assessment.  ``docs/method-style.md``
tells the method and its measured error rates.
"""

from leakverify.style.compare import Remark, StyleComparison, Telling, compare_style

__all__ = ["Remark", "StyleComparison", "Telling", "compare_style"]
