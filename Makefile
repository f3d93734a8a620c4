# `make demo` answers real requests; `make test` runs every check. Both set up .venv themselves.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-spark test-pdf dossiers check lint types floors unit cases wheel bench bench-estimate bench-ledger torture lock clean

# What this user has cached elsewhere must not decide a check.
export PORTABILITY_CACHE := $(CURDIR)/.venv/cache

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
SPARK := $(VENV)/spark
RIVALS := $(VENV)/rivals
PDF := $(VENV)/pdf

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(STAMP)  ## .venv with the locked packages

$(STAMP): requirements-dev.txt pyproject.toml .ci/setup
	@bash .ci/setup $(VENV)
	@touch $@

demo: $(STAMP)  ## three real requests, their reasons, the ledger
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh

test: lint types floors unit cases wheel  ## every check
	@echo "make test: everything passed"

check: test  ## the same as test

test-spark: $(SPARK)/.set-up  ## estimates through a real Spark, with executors killed (needs Java 17)
	$(SPARK)/bin/python -m pytest -q tests/spark

$(SPARK)/.set-up: requirements-dev.txt requirements-spark.txt pyproject.toml .ci/setup
	@bash .ci/setup $(SPARK) requirements-dev.txt requirements-spark.txt
	@touch $@

test-pdf: $(PDF)/.set-up  ## memos as PDF (needs Pango and HarfBuzz of the system)
	$(PDF)/bin/python -m pytest -q tests/pdf

$(PDF)/.set-up: requirements-dev.txt requirements-pdf.txt pyproject.toml .ci/setup
	@bash .ci/setup $(PDF) requirements-dev.txt requirements-pdf.txt
	@touch $@

dossiers: $(STAMP)  ## the memos of examples/dossiers, see their README.md
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/dossiers/memos.sh

lint: $(STAMP)  ## style
	$(BIN)/ruff check .

types: $(STAMP)  ## mypy --strict
	$(BIN)/mypy --strict

floors: $(STAMP)  ## who may import whom
	$(BIN)/lint-imports --no-cache

unit: $(STAMP)  ## tests
	$(BIN)/python -m pytest -q

cases: $(STAMP)  ## official worked examples
	$(BIN)/portability cases check tests/cases

wheel: $(STAMP)  ## sdist, wheel, clean environment, run from elsewhere
	@bash .ci/wheel $(VENV)

bench: $(STAMP)  ## ratios, see docs/benchmarks.md
	$(BIN)/python -m benchmarks

bench-estimate: $(STAMP) $(RIVALS)/.set-up  ## estimates beside others, see docs/benchmarks.md
	$(BIN)/python -m benchmarks.estimate --rivals $(RIVALS)/bin/python

$(RIVALS)/.set-up: benchmarks/requirements.txt
	@$(BIN)/python -m venv $(RIVALS)
	@$(RIVALS)/bin/python -m pip --disable-pip-version-check -qq install --requirement $<
	@touch $@

bench-ledger: $(STAMP)  ## the ledger beside its floors, see docs/benchmarks.md
	$(BIN)/python -m benchmarks.ledger

torture: $(STAMP)  ## a thousand kills, power cuts, full disks, ten thousand flipped bits, see docs/reliability.md
	$(BIN)/python tests/ledger/torture.py

lock: $(STAMP)  ## resolve the dependencies again (needs pip-tools)
	@bash .ci/lock $(VENV)

clean:
	rm -rf $(VENV) build dist demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis
