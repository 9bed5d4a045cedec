# Banjian: every command of the house. `make` alone explains itself.

SHELL := /bin/sh
PYTHON ?= python3
FEED ?=
PYTEST_ARGS ?=
# Tests wait more than they compute: three processes, a file each at a time.
TEST_PROCESSES ?= 3
BENCH_ARGS ?=
YEAR_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OURS := services contracts deploy tests banjian_verify

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z0-9-]*:.*## / {printf "  make %-12s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

$(STAMP): pyproject.toml requirements.lock deploy/local/setup.sh
	@PYTHON="$(PYTHON)" sh deploy/local/setup.sh
	@touch $@

.PHONY: setup
setup: $(STAMP) ## make .venv with everything in requirements.lock (PYTHON= names the interpreter)

.PHONY: run
run: $(STAMP) ## start the whole house, feed it, print figures and the URL (FEED=a/log.csv, FEED=none)
	@$(BIN)/python -m deploy.local.supervisor $(if $(FEED),"$(FEED)")

.PHONY: year
year: $(STAMP) ## build the county's year of 2020 into empty logs and print its figures (YEAR_ARGS=--help)
	@$(BIN)/python -m deploy.local.supervisor alone year build $(YEAR_ARGS)

.PHONY: stop
stop: ## stop the house and its private servers
	@if [ -x $(BIN)/banjian ]; then $(BIN)/banjian down; else echo "nothing runs"; fi

.PHONY: status
status: $(STAMP) ## show what runs
	@$(BIN)/banjian status

.PHONY: test
test: $(STAMP) lint types ## run every check and every test (TEST_PROCESSES=1: one at a time)
	@$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --durations=15 $(PYTEST_ARGS)

.PHONY: check
check: lint types unit contract ## run what needs no servers; below a minute

.PHONY: fmt
fmt: $(STAMP) ## format the code
	@$(BIN)/ruff check --quiet --fix $(OURS)
	@$(BIN)/ruff format $(OURS)

.PHONY: lint
lint: $(STAMP) ## check format, style and the walls between the rooms
	@$(BIN)/ruff format --check --quiet $(OURS) || { echo "not formatted: run make fmt"; exit 1; }
	@$(BIN)/ruff check --quiet $(OURS)
	@$(BIN)/lint-imports >.lint-imports.log 2>&1 || { cat .lint-imports.log; exit 1; }
	@rm -f .lint-imports.log

.PHONY: types
types: $(STAMP) ## check the types
	@$(BIN)/mypy

.PHONY: unit
unit: $(STAMP) ## run the unit tests
	@$(BIN)/pytest -q tests/unit $(PYTEST_ARGS)

.PHONY: nightly
nightly: $(STAMP) ## 100,000 clocks, 20,000 lives of a process, every fault with its mutation
	@HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -q tests/unit/kernel/test_clock_properties.py \
		tests/unit/approval/test_process_model.py $(PYTEST_ARGS)
	@BANJIAN_NIGHTLY=1 BANJIAN_RACES=1000 $(BIN)/pytest -q tests/chaos $(PYTEST_ARGS)

.PHONY: contract
contract: $(STAMP) ## run the contract tests
	@$(BIN)/pytest -q tests/contract $(PYTEST_ARGS)

.PHONY: integration
integration: $(STAMP) ## run the tests against real servers
	@$(BIN)/pytest tests/integration $(PYTEST_ARGS)

.PHONY: e2e
e2e: $(STAMP) ## run the tests of the whole house
	@$(BIN)/pytest tests/e2e $(PYTEST_ARGS)

.PHONY: chaos
chaos: $(STAMP) ## run the fault tests with their mutations
	@BANJIAN_NIGHTLY=1 $(BIN)/pytest tests/chaos $(PYTEST_ARGS)

.PHONY: bench
bench: $(STAMP) ## measure against bare references; writes docs/benchmarks.md (BENCH_ARGS=--help)
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

.PHONY: config
config: $(STAMP) ## list every setting
	@$(BIN)/banjian config

.PHONY: lock
lock: $(STAMP) ## write requirements.lock anew from pyproject.toml (needs uv)
	@sh deploy/local/lock.sh
