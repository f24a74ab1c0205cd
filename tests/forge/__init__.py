"""Recipes that alter, or merely handle, real documents: bytes in, bytes out.

A recipe is a function from the bytes of one document to the bytes of another, registered by
:func:`tests.forge.recipe.altered` or :func:`tests.forge.recipe.benign`.  The altered ones say what a
competent examiner would find and which check asks that question; the benign ones are their innocent
twins, and no check may contradict them.  ``docs/examples/make_leak.py``, the tests and the measured
strengths in ``models/`` use the same recipes.
"""
