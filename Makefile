# Two commands for everybody: make demo, make test. Nothing has to be set up before.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check bench models docs clean

demo: $(STAMP)
	$(BIN)/python docs/examples/demo.py

test: $(STAMP)
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell leakverify docs/*.md *.md
	$(BIN)/python docs/generate.py --check

bench: $(STAMP)
	$(BIN)/python tests/bench/bench.py

models: $(STAMP)
	$(BIN)/python models/build.py --kept build/models
	$(BIN)/python models/evaluate_model.py --kept build/models
	$(BIN)/python models/measure.py --store build/models/scan.lvs

docs: $(STAMP)
	$(BIN)/python -m tests.report.catalogue
	$(BIN)/python docs/generate.py

$(STAMP): setup.cfg pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leakverify needs Python 3.11 or later: make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV) || sh tools/python-venv.sh $(PYTHON) $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,dev]'
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis
