# Everything stands in .venv, made by whichever target needs it first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run demo test check cover bench soak format clean

run: .venv/run.stamp
	@$(BIN)/warroom

demo: .venv/run.stamp
	@$(BIN)/warroom demo

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not soak"

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The pure cores are covered whole, every branch, by their own tests.
cover: .venv/dev.stamp
	$(BIN)/python -m pytest -q -n 2 tests/unit --cov --cov-report=term

# One after the other: each figure stands beside a floor measured in turns with it.
bench: .venv/run.stamp
	$(BIN)/python benchmarks/stream.py
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/screen.py
	$(BIN)/python benchmarks/timeline.py
	$(BIN)/python benchmarks/flood.py

soak: .venv/dev.stamp
	$(BIN)/python -m pytest -m soak --timeout 0

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "warroom needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": run make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/dev.stamp: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/run.stamp
