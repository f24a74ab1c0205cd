"""``python -m leakverify.cli``."""

import sys

from leakverify.cli import main

if __name__ == "__main__":
    sys.exit(main())
