"""``python -m leakverify``"""

from leakverify.cli import main

raise SystemExit(main())
