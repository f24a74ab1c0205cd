"""Promises about the package itself: its surface, its cost, its rooms."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

import leakverify as lv
from leakverify import extractors
from leakverify.checks import registry as checks
from leakverify.checks._base import HEADINGS
from leakverify.extractors._base import Fit, Probe

ROOT = Path(lv.__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT
    ).stdout


def test_all_is_sorted_and_true() -> None:
    assert sorted(lv.__all__) == lv.__all__
    for name in lv.__all__:
        assert getattr(lv, name) is not None
    with pytest.raises(AttributeError):
        lv.nothing_of_that_name  # noqa: B018


def test_names_survive_the_import_of_every_module() -> None:
    """A submodule of the same name would shadow a public function."""
    code = (
        "import leakverify as lv, pkgutil, importlib\n"
        "for m in pkgutil.walk_packages(lv.__path__, 'leakverify.'):\n"
        "    if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
        "import types\n"
        "print([n for n in lv.__all__ if isinstance(getattr(lv, n), types.ModuleType)])"
    )
    assert run(code).strip() == "[]"


def test_the_bare_import_is_cheap() -> None:
    """Under 150 ms over the interpreter's own start, and nothing heavy comes with it."""
    code = "import time; t=time.process_time(); import leakverify; print(time.process_time()-t)"
    assert min(float(run(code)) for _ in range(3)) < 0.150
    heavy = "numpy sklearn scipy lxml pypdf PIL docx exifread pypdfium2 click rich jinja2 msgspec".split()
    assert run(f"import sys, leakverify; print([m for m in {heavy} if m in sys.modules])").strip() == "[]"


def test_the_trusted_side_loads_no_parser() -> None:
    """Declaring formats, judging and storing must not import what reads hostile bytes."""
    code = (
        "import sys, leakverify.scanning, leakverify.judge\n"
        "import leakverify.extractors as e, leakverify.checks as c\n"
        "e.registry(); e.vocabulary(); e.reader_versions(); c.registry()\n"
        "parsers = 'pypdf lxml PIL docx exifread pypdfium2 sklearn'.split()\n"
        "print([m for m in parsers if m in sys.modules])"
    )
    assert run(code).strip() == "[]"


def test_packages_are_those_in_setup_cfg() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    present = {".".join(p.parent.relative_to(ROOT).parts) for p in ROOT.glob("leakverify/**/__init__.py")}
    assert listed == present | {"leakverify_models"}


@pytest.mark.parametrize("name", extractors.registry())
def test_formats_are_declared_in_full(name: str) -> None:
    declared = extractors.registry()[name].format
    assert declared.name == name
    assert declared.title
    assert declared.version >= 1
    assert declared.sources, "a format names the standards and measurements it rests on"
    assert declared.sniff(Probe(head=b"", tail=b"", size=0)) is Fit.NONE
    for observed, meaning in declared.observes.items():
        assert observed == observed.lower()
        assert " " not in observed
        assert meaning.meaning


def test_one_name_means_one_thing() -> None:
    kinds: dict[str, object] = {}
    for extractor in extractors.registry().values():
        for observed, declared in extractor.format.observes.items():
            assert kinds.setdefault(observed, declared.kind) == declared.kind, observed


@pytest.mark.parametrize("check_id", checks())
def test_checks_are_documented_in_full(check_id: str) -> None:
    check = checks()[check_id]
    assert check.documentation.startswith(f"{check_id}  "), "the first line is the id, two spaces, the title"
    assert check.title
    positions = [check.documentation.find(f"\n{heading}:") for heading in HEADINGS]
    assert -1 not in positions, f"headings are {HEADINGS}"
    assert positions == sorted(positions)
    assert check.innocent, "every check names the innocent ways"
    assert check.reproduce, "every check can be repeated by hand"
    unknown = set(check.reads) - set(extractors.vocabulary())
    assert not unknown, f"reads what no extractor declares: {sorted(unknown)}"


@pytest.mark.parametrize("check_id", checks())
def test_examples_come_out_as_stated(check_id: str) -> None:
    from leakverify.evidence import Outcome

    order = [Outcome.CONTRADICTS, Outcome.UNUSUAL, Outcome.SUPPORTS, Outcome.NEUTRAL,
             Outcome.NOT_CHECKED, Outcome.NOT_APPLICABLE]  # fmt: skip
    check = checks()[check_id]
    speaks = silent = 0
    for example in check.examples:
        found = check.run(example.as_facts())
        strongest = min((evidence.outcome for evidence in found), key=order.index)
        assert strongest is example.outcome, f"{example.title}: {[e.text for e in found]}"
        speaks += any(evidence.observations for evidence in found)
        silent += strongest in (Outcome.NEUTRAL, Outcome.NOT_APPLICABLE, Outcome.NOT_CHECKED)
        for observation in example.facts:
            assert observation.name in extractors.vocabulary(), observation.name
    assert speaks, "an example in which it says something"
    assert silent, "an innocent twin that stays silent"


def test_no_path_of_a_machine_is_in_the_project() -> None:
    import re

    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout.split(b"\0")
    suspicious = re.compile(rb"(^|[^A-Za-z0-9_.-])/(?:work|root|home/[a-z]+)/")
    for name in filter(None, tracked):
        path = ROOT / os.fsdecode(name)
        if path.suffix in {".py", ".md", ".cfg", ".toml", ".html", ".json", ".sh", ""} and path.is_file():
            assert not suspicious.search(path.read_bytes()), path


def test_no_possessive_quantifier_is_used() -> None:
    """Around a group they match wrongly before Python 3.11.5, which Debian 12 has (CPython issue 106052)."""
    import re

    for path in ROOT.glob("leakverify/**/*.py"):
        code = re.sub(r"#.*", "", path.read_text("utf-8"))
        assert not re.search(r"[*+?}]\+['\")|\]\\(]|\(\?>", code), path
