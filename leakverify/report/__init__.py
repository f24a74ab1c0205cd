"""Views of a report, each made from its JSON alone: terminal, HTML, CSV, SARIF.

Nothing here reads documents or judges them.  Every string that came out of a
document passes :func:`leakverify.report._visible.visible` on its way out.
"""
