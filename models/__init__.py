"""Shipped data that was measured, and the scripts that measure it. Installed as ``leakverify_models``."""
