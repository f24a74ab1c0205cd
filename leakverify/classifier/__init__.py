"""Scores against known-genuine documents: estimators, calibration, bounds, persistence.

Nothing in here opens or parses a document: it sees rows of :mod:`leakverify.features`.  scikit-learn is
loaded when something is learned, not when something is scored.
"""
