# `make up` runs Liên Thông on a bare machine; `make test` runs the whole gate; `make lock` refreshes the lock files.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
NODE   := tests/node/node_modules
MAP    := web/node_modules
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq

.PHONY: up test check refresh examples lock audit bench map clean

up: $(VENV)/.installed
	@exec $(BIN)/lienthong up

test: $(VENV)/.installed-dev $(NODE)/.installed $(MAP)/.installed
	@exec $(BIN)/python .ci/gate.py

# Known holes in what we depend on; fails where the advisories cannot be asked.
audit: $(VENV)/.installed-dev
	@$(BIN)/python .ci/audit.py --must

# Format, then what of the gate takes seconds: for every save.
check: $(VENV)/.installed-dev
	@$(BIN)/ruff format --quiet app tests migrations .ci
	@$(BIN)/ruff check --fix app tests migrations .ci
	@$(BIN)/mypy
	@$(BIN)/lint-imports

$(BIN)/python:
	@echo "Creating the virtual environment ($(VENV)) …"
	@command -v $(PYTHON) >/dev/null || { echo "Liên Thông needs Python 3.11 or newer: apt install python3.11 (or PYTHON=/path/to/python3 make …)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing: apt install python3.11-venv" >&2; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked dependencies (a minute or two the first time) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked development dependencies (a minute or two the first time) …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.installed

# Clients and servers of others that tests run against.
$(NODE)/.installed: tests/node/package-lock.json $(VENV)/.installed-dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(MAP)/.installed: web/package-lock.json $(VENV)/.installed-dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix web --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Bundles the map of the pages anew into app/web/pages/data; whoever runs the program needs no Node for it.
map: $(MAP)/.installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" node web/build.mjs

# Writes again what is written from the code: tests/house/openapi.json, .env.example, headings of docs/problems.md.
refresh: $(VENV)/.installed-dev
	@$(BIN)/pytest tests/house --refresh

# Fills in what examples of the OpenAPI document are missing or outlived, from what tests send: about ten minutes.
examples: $(VENV)/.installed-dev $(NODE)/.installed
	@$(BIN)/python -m tests.examples

lock: $(VENV)/.installed-dev
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra build --extra dev pyproject.toml -o requirements-dev.lock

# How fast every hot path is as a share of this machine's limit (docs/performance.md): about half an hour, needs wrk.
bench: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks.run $(BENCH)

# Keeps .data, which holds what was reported.
clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
