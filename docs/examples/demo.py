"""``make demo``: examine the example leak and write its report."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from leakverify.cli import main

HERE = Path(__file__).resolve().parent
REPORT = HERE.parents[1] / "demo-report.html"


def demo() -> int:
    """Run the same command a reporter would."""
    with tempfile.TemporaryDirectory() as scratch:
        arguments = [
            "scan",
            str(HERE / "leak"),
            "--store",
            str(Path(scratch) / "demo.lvs"),
            "--html",
            str(REPORT),
        ]
        sys.stderr.write("leakverify scan docs/examples/leak --store demo.lvs --html demo-report.html\n")
        return main(arguments)


if __name__ == "__main__":
    raise SystemExit(demo())
