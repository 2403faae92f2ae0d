# Kuvendo's commands. `make demo` runs the whole system here; `make test` runs every test against the real parts.
# Works with git, make and Python 3.11 or newer; what else is needed is installed where you may, and named where not.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
CATALOGUES := $(wildcard locales/*/LC_MESSAGES/*.po)
# Tests wait for clocks, disks and each other more than they compute.
WORKERS ?= $(shell echo $$((3 * $$(getconf _NPROCESSORS_ONLN) / 2)))
PYTEST_ARGS ?=
BENCH_ARGS ?=

# What is compiled once is kept: without this every process that the tests start compiles the whole product anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install demo test test-needs check soak bench strings format clean

help:  ## these lines
	@sed -n 's/^\([a-z]*\):.*##/  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

install: $(VENV)/.installed $(VENV)/.catalogues  ## what the kuvendo command needs, into .venv

demo: install  ## the whole system with a local Telegram; PORT=8000 and DATA=var are understood
	@exec $(BIN)/kuvendo demo $(if $(PORT),--port "$(PORT)") $(if $(DATA),--data-dir "$(DATA)")

test: $(VENV)/.tested $(VENV)/.catalogues test-needs  ## every test, against real PostgreSQL, Redis and Chromium
	@$(BIN)/python -m pytest -q -n $(WORKERS) --maxprocesses 8 tests/dialogs \
		--cov=dialogs --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100
	@$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadgroup \
		$(if $(findstring tests/dialogs,$(PYTEST_ARGS)),,--ignore=tests/dialogs) $(PYTEST_ARGS)

check: $(VENV)/.checked $(VENV)/.catalogues test-needs  ## style, types, who imports whom, catalogues and spelling
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m locales check

soak: $(VENV)/.tested $(VENV)/.catalogues test-needs  ## the long tests
	@$(BIN)/python -m pytest -m soak $(PYTEST_ARGS)

bench: $(VENV)/.benched $(VENV)/.catalogues  ## the measurements of benchmarks/; BENCH_ARGS=--quick takes a few minutes
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

strings: $(VENV)/.installed  ## bring the catalogues up to date with the sources
	@$(BIN)/python -m locales update

format: $(VENV)/.checked  ## let ruff put the code in order
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

clean:  ## remove what was built; .venv and var/ stay
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage*
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
	@find locales -name '*.mo' -delete; rm -f $(VENV)/.catalogues

# Each stamp is made again when the files before the colon's other side change; nothing is installed twice.

$(VENV)/bin/python:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh tests/provide.sh venv

$(VENV)/.installed: pyproject.toml hatch_build.py | $(VENV)/bin/python
	@echo "Installing Kuvendo into $(VENV); the first time takes a minute or two."
	@$(PIP) --editable . || { echo "Not installed; the lines above say why." >&2; exit 1; }
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV)."
	@$(PIP) --editable '.[test]' || { echo "Not installed; the lines above say why." >&2; exit 1; }
	@touch $@

$(VENV)/.benched: $(VENV)/.tested
	@echo "Installing what the measurements need into $(VENV)."
	@$(PIP) --editable '.[test,bench]' || { echo "Not installed; the lines above say why." >&2; exit 1; }
	@touch $@

$(VENV)/.checked: $(VENV)/.tested
	@echo "Installing what the checks need into $(VENV)."
	@$(PIP) --editable '.[test,bench,dev]' || { echo "Not installed; the lines above say why." >&2; exit 1; }
	@touch $@

$(VENV)/.catalogues: $(CATALOGUES) $(wildcard locales/*.py) | $(VENV)/.installed
	@$(BIN)/python -m locales compile
	@touch $@

test-needs: | $(VENV)/.tested
	@VENV="$(VENV)" sh tests/provide.sh tests
