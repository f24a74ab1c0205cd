"""The register of recipes: described, repeatable, refusing what they cannot work on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.forge import tools
from tests.forge._samples import apply, leak
from tests.forge.recipe import Recipe, recipes
from tests.forge.tools import DoesNotApply, needs


@pytest.mark.parametrize("recipe", recipes().values(), ids=lambda recipe: recipe.name)
def test_a_recipe_is_described_and_names_known_tools(recipe: Recipe) -> None:
    assert recipe.documentation.split("\n")[0].rstrip(".")
    assert recipe.question in {"origin", "handling", "content"}
    assert all(re.fullmatch(r"LV-[A-Z]+-\d{3}", check) for check in recipe.expects)
    tools.missing(*recipe.needs)  # raises KeyError for a tool nobody can install
    if recipe.altered:
        assert "xaminer" in recipe.documentation, "says what an examiner would find"
    else:
        assert not recipe.expects


def test_the_checks_named_exist() -> None:
    from leakverify import checks

    known = set(checks.registry())
    assert known, "no check is registered"
    assert {check for recipe in recipes().values() for check in recipe.expects} <= known


def test_the_installer_brings_every_program() -> None:
    script = (Path(__file__).parent / "install-tools.sh").read_text()
    for package in tools.PROGRAMS.values():
        assert re.search(rf"(?<![\w-]){package}(?:-writer)?(?![\w-])", script), package


def test_a_missing_tool_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    tools.missing.cache_clear()
    try:
        assert tools.reason("soffice", "qpdf") == "needs soffice (libreoffice), qpdf (qpdf)"
        assert needs("qpdf").args == (True,)
    finally:
        tools.missing.cache_clear()


@pytest.mark.parametrize("recipe", recipes().values(), ids=lambda recipe: recipe.name)
def test_bytes_without_a_place_to_work_on_are_refused_not_mangled(recipe: Recipe) -> None:
    if tools.missing(*recipe.needs):
        pytest.skip(tools.reason(*recipe.needs))
    with pytest.raises(DoesNotApply):
        recipe(b"\x00\x01 nothing that any of them could work on \xff")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("pdf.replace_amount", "factures/F-2026-0912_delorme.pdf"),
        ("office.mix_scripts_in_author", "contrats/contrat_impression_delorme_2026.docx"),
        ("mail.edit_date", "mailbox/001_devis_affiches.eml"),
        ("image.retouch_keep_thumbnail", "photos/IMG_0412.jpg"),
    ],
)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(name: str, path: str) -> None:
    recipe, data = recipes()[name], leak(path)
    first = apply(recipe, data, seed=3)
    assert first == apply(recipe, data, seed=3)
    assert any(apply(recipe, data, seed=seed) != first for seed in range(4, 9))
