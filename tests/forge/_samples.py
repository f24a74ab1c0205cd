"""Documents of the example leak that the tests of the recipes work on, and ways of reading them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from tests.forge import pdf, tools
from tests.forge.recipe import Recipe

LEAK = Path(__file__).resolve().parents[2] / "docs" / "examples" / "leak"
#: a space that does not break, as the documents write sums
NB = "\u00a0"


def leak(path: str) -> bytes:
    return (LEAK / path).read_bytes()


def shown(data: bytes) -> str:
    """All page text with every white space as one plain space."""
    return " ".join("\n".join(pdf.texts(data)).split())


def info(data: bytes) -> dict[str, str]:
    """The Info dictionary of a PDF as it stands."""
    import pypdf

    return {key: str(value) for key, value in (pypdf.PdfReader(io.BytesIO(data)).metadata or {}).items()}


def apply(recipe: Recipe, data: bytes, **options: Any) -> bytes:
    """The recipe's result, or a skip that says which tool is missing."""
    if tools.missing(*recipe.needs):
        pytest.skip(tools.reason(*recipe.needs))
    return recipe(data, **options)
