# Every command of the project. A bare Debian-like machine with Python 3.11+, make and git is enough.
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL_LOCKED := $(PIP) install --quiet --progress-bar off --require-hashes --requirement
INSTALL_KPA := $(PIP) install --quiet --no-deps --no-build-isolation --editable .
UV := uv==0.13.9
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
CATALOGUES := $(shell find kpa_core plugins federation -name '*.po' 2>/dev/null)
REPORT := $(VENV)/tests.xml
WORKERS ?= 2
# Tests commit thousands of times: in memory, where there is some, nothing waits for a disk.
SCRATCH := $(shell test -w /dev/shm && echo /dev/shm/kpa-tests || echo $(VENV)/tests)

.DEFAULT_GOAL := help
.PHONY: help run setup dev demo test lint format types imports deps texts docs vectors wheel lock clean
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

help: ## List these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r name words; do printf '  make %-9s %s\n' "$$name" "$$words"; done

run: setup ## Serve the four demo KPAs on this machine, making them first if need be
	@$(BIN)/kpa federation demo demo

setup: $(VENV)/run.stamp $(VENV)/texts.stamp ## Make the environment kpa runs in
dev: $(VENV)/dev.stamp $(VENV)/texts.stamp ## Make the environment kpa is tested in

demo: setup ## Make the demo KPA in ./demo without serving it
	@$(BIN)/kpa demo demo

test: dev ## Check everything; KPA_ALLOW_SKIP=chromium,postgresql accepts a gap, ARGS go to pytest
	@sh tools/machine.sh chromium
	@$(MAKE) lint types imports deps
	@rm -f $(REPORT)
	@status=0; $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --kpa-database=sqlite,postgresql --basetemp=$(SCRATCH) \
		--junit-xml=$(REPORT) $(ARGS) || status=$$?; rm -rf $(SCRATCH); $(BIN)/python tools/verdict.py $(REPORT) $$status

lint: dev ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: dev ## Put the code in the house format
	@$(BIN)/ruff check --fix --select I .
	@$(BIN)/ruff format .

types: dev ## Check the types, strictly
	@$(BIN)/mypy

imports: dev ## Check who may import whom
	@$(BIN)/lint-imports

deps: dev ## Check that the declared dependencies are the ones imported
	@$(BIN)/deptry . --no-ansi

texts: dev ## Gather the sentences to translate, then compile the catalogues
	@$(BIN)/python tools/catalogues.py gather
	@$(BIN)/python tools/catalogues.py compile

docs: dev ## Write the pages that are made from the code
	@$(BIN)/python tools/decisions.py
	@$(BIN)/python tools/reference.py

vectors: dev ## Make the vectors of the federation's protocol again
	@$(BIN)/python federation/make_vectors.py

wheel: dev ## Build the distribution in ./dist
	@$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist

lock: $(VENV)/dev.stamp ## Write the locks again from pyproject.toml; UPGRADE=1 takes newer versions
	@$(PIP) install --quiet '$(UV)'
	@$(LOCK) pyproject.toml --group build --output-file requirements.lock
	@$(LOCK) pyproject.toml --group build --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock

clean: ## Remove what was built; the demo and its data stay
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@sh tools/machine.sh venv $(VENV)

$(VENV)/run.stamp: $(BIN)/python requirements.lock pyproject.toml
	@echo 'kpa: installing what kpa needs, with checked hashes'
	@$(INSTALL_LOCKED) requirements.lock
	@$(INSTALL_KPA)
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	@echo 'kpa: installing what the tests need, with checked hashes'
	@$(INSTALL_LOCKED) requirements-dev.lock
	@touch $@

$(VENV)/texts.stamp: $(VENV)/run.stamp $(CATALOGUES)
	@$(BIN)/python tools/catalogues.py compile
	@touch $@
