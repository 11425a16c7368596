# Sets up and runs everything: `make demo` and `make test` need nothing before them but make and Python 3.11 or later.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Ours is the first Python that is recent enough and can make environments; another is given as `make PYTHON=...`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	{ command -v "$$python"; break; }; done)

BIN := .venv/bin
LOCKED := .venv/.locked
STAMP := .venv/.stamp
CHECKED := canonical workflows activities connectors suture sandbox worker.py bench
BESIDE := $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder
ONCE ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help venv demo demo-real test check format lint types imports bench bench-real histories support lock clean

help:
	@echo "make demo [ONCE=1]   a hospital day on four sandbox systems; ONCE=1 ends by itself"
	@echo "make demo-real       a smaller day on Tryton and a FHIR server, which it installs; ONCE=1 as above"
	@echo "make test            every test, on real servers"
	@echo "make check           format, lint, types, import rules"
	@echo "make bench           throughput against a bare workflow, and of Tryton and HAPI FHIR against bare calls"
	@echo "make bench-real      the latter alone"
	@echo "make support         the README's table of what each system supports"
	@echo "make lock            lock the dependencies of pyproject.toml again"
	@echo "make clean           remove the environment and what tools leave"

venv: $(STAMP)

# A changed lock makes the environment anew: a package that left the lock must not stay importable.
$(LOCKED): requirements.lock
	@[[ -n "$(PYTHON)" ]] || { echo "Python 3.11 or later with ensurepip is needed, and none is on PATH (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "==> virtual environment with $$("$(PYTHON)" --version)"
	@rm -rf .venv && "$(PYTHON)" -m venv .venv
	@echo "==> $$(grep -c == requirements.lock) locked packages, about a minute"
	@$(BIN)/python -m pip install --progress-bar off --require-hashes -r requirements.lock > .venv/install.log 2>&1 & pid=$$!; \
	trap 'kill $$pid 2>/dev/null || true' EXIT; seconds=0; \
	while kill -0 $$pid 2>/dev/null; do \
		sleep 1; seconds=$$((seconds + 1)); \
		(( seconds % 5 )) || echo "    $$seconds s: $$(tail -n 1 .venv/install.log | cut -c 1-100)"; \
	done; \
	wait $$pid || { tail -n 20 .venv/install.log >&2; exit 1; }
	@touch $@

$(STAMP): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
	@echo "==> environment ready"

demo: $(STAMP)
	@exec $(BIN)/suture demo $(if $(filter-out 0,$(ONCE)),--once)

demo-real: $(STAMP)
	@exec $(BIN)/suture demo --real $(if $(filter-out 0,$(ONCE)),--once)

# Tests of one file stay together, and share what it starts. Those that hold calls or measure time come next, alone, and last
# those of the systems that nobody here wrote.
# The servers first: to get them takes longer than any test may.
test: $(STAMP)
	@[[ -n "$${SUTURE_TEMPORAL_ADDRESS:-}" ]] || $(BIN)/python -m suture.temporal.server_binary > /dev/null
	@$(BIN)/python -m sandbox.peers.fhir --install > /dev/null
	@$(BIN)/python -m sandbox.peers.tryton --install > /dev/null
	@status=0; $(BESIDE) -m 'not alone and not real' || status=$$?; \
	$(BIN)/pytest -m 'alone and not real' || status=$$?; \
	$(BESIDE) -m real || status=$$?; exit $$status

check: format lint types imports

format: $(STAMP)
	@$(BIN)/ruff format --check .

lint: $(STAMP)
	@$(BIN)/ruff check .

types: $(STAMP)
	@$(BIN)/mypy --strict $(CHECKED)

imports: $(STAMP)
	@$(BIN)/lint-imports

bench: $(STAMP)
	@$(BIN)/python -m bench

bench-real: $(STAMP)
	@$(BIN)/python -m bench --only real

histories: $(STAMP)
	@$(BIN)/python -m tests.histories.record

support: $(STAMP)
	@$(BIN)/python -m tests.connectors.support

lock:
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --extra dev pyproject.toml -o requirements.lock

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
