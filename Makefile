# Everything a person or a machine does with this tree. `make help` lists it.
# Works with GNU make 3.81 (macOS) and needs nothing but a POSIX shell and Python 3.11 or newer.

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PORT ?= 5000
# How many test processes; "auto" is one more than there are cores: they wait for servers and browsers half of the time.
JOBS ?= auto
# More words for pytest: make test ARGS="-k sign_in"
ARGS ?=

# Turning an interpreter's warnings into noise helps nobody who only wants to run the thing.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run setup setup-test assets test test-fast check format bench lock clean
.DEFAULT_GOAL := help

help: ## this list
	@echo 'Knowledge Exchange'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: setup ## make what is missing, migrate, load the demo on first run, serve http://127.0.0.1:5000 (PORT=…)
	@PORT='$(PORT)' sh tools/run.sh

setup: $(VENV)/.run assets ## only make .venv, install the locked dependencies, build the front-end

setup-test: $(VENV)/.test assets

assets: $(VENV)/.run
	@$(PY) assets/build.py

$(VENV)/.python: tools/venv.sh
	@sh tools/venv.sh '$(VENV)'
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements/run.txt requirements/build.txt setup.cfg setup.py pyproject.toml
	@sh tools/install.sh '$(VENV)' run
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@sh tools/install.sh '$(VENV)' test
	@touch $@

test: setup-test ## every test: SQLite, PostgreSQL and Redis, browsers
	@$(PY) -m pytest -n $(JOBS) $(ARGS)

test-fast: setup-test ## the working loop: SQLite, no browsers, no servers
	@$(PY) -m pytest -n $(JOBS) --databases sqlite -m 'not browser and not server and not slow' $(ARGS)

check: setup-test ## linters, types, import layers, templates, the tree's own rules
	@$(PY) tools/check.py

format: setup-test ## let the formatter put the Python files in order
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: setup-test ## benchmarks; figures as JSON under var/bench/
	@$(PY) -m bench $(ARGS)

lock: ## choose the newest versions again and write requirements/*.txt
	@sh tools/lock.sh

clean: ## remove what was built, not the data under var/
	rm -rf $(VENV) node_modules knowledge_exchange/static/dist knowledge_exchange/data build dist knowledge_exchange.egg-info var/cache
