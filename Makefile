# make run: the gateway. make test: all tests. make help: the rest.

# The first that is new enough; set PYTHON to choose another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$name" && break; done)
BIN := .venv/bin
# Tests that wait for a gateway leave a core idle.
WORKERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
# Node comes with the development environment.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
WIDGETSIM := $(BIN)/node connectiq/simulator/bin/widgetsim.mjs
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help venv dev widget-tools run demo test check python-check format coverage fuzz fuzz-api bench load openapi profile clean
.PHONY: widget-check widget-test widget-shots

help:
	@echo "make venv      build the environment in .venv, with .venv/bin/wristgate"
	@echo "make run       start the gateway; settings: $(BIN)/wristgate config"
	@echo "make demo      see a simulated watch use a gateway of its own"
	@echo "make test      run all tests (installs what they need)"
	@echo "make coverage  run them and show what they do not reach"
	@echo "make check     format, lint, types, layers"
	@echo "make fuzz      feed the readers and writers what breaks others; SECONDS=60 each, TARGET=fit"
	@echo "make fuzz-api  hold a running gateway against the API's description; SECONDS=60"
	@echo "make bench     measure speed and memory"
	@echo "make load      many simulated watches and phones at once; PROFILE=watches, sunday, phones, mixed, soak"
	@echo "make openapi   write the API's description anew, out of docs/openapi"
	@echo "make profile   write the table of FIT names anew"
	@echo "make widget-check  the Connect IQ widget: syntax, types, resources, permissions, sizes, format"
	@echo "make widget-test   its (:test) functions, its scenarios against the real gateway, its simulator's own tests"
	@echo "make widget-shots  draw its screens into docs/widget"

venv: .venv/run.done

.venv/run.done: requirements.txt pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Wristgate needs Python 3.11 or newer: install it, or say where it is: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || { echo "Building the environment in .venv ..."; "$(PYTHON)" -m venv .venv || { rm -rf .venv; echo "Python cannot make environments; on Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }; }
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

dev: .venv/dev.done

.venv/dev.done: .venv/run.done requirements-dev.txt
	@echo "Adding what the tests and checks need ..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

widget-tools: .venv/widget.done

.venv/widget.done: .venv/dev.done connectiq/simulator/package-lock.json
	@echo "Adding what the widget's simulator needs ..."
	@cd connectiq/simulator && $(NODE) npm ci --silent --no-progress
	@touch $@

run: venv
	@$(BIN)/wristgate serve

demo: venv
	@$(BIN)/wristgate demo

# Without it, each of some thousand gateways and commands would compile its own source.
test: export PYTHONDONTWRITEBYTECODE :=
test: dev widget-tools
	@tests/install-system-packages
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: python-check widget-check

python-check: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage: dev widget-tools
	@tests/install-system-packages
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

widget-check: widget-tools
	$(WIDGETSIM) check --jungle connectiq/monkey.jungle
	$(WIDGETSIM) size --jungle connectiq/monkey.jungle --check
	cd connectiq/simulator && $(NODE) npm run --silent lint

widget-test: widget-tools
	$(BIN)/python -m pytest -n auto tests/connectiq

widget-shots: widget-tools
	$(BIN)/python -m tests.connectiq.shots docs/widget

# For each target; a TARGET is one of tests/fuzz/targets.py.
SECONDS ?= 60
TARGET ?= all

fuzz: dev
	@$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS) --target $(TARGET)

fuzz-api: dev
	@$(BIN)/python -m tests.fuzz.api --seconds $(SECONDS)

bench: dev
	$(BIN)/python -m loadtest.bench
	$(BIN)/python -m loadtest.store
	$(BIN)/python -m loadtest.backups
	$(BIN)/python -m loadtest.followers
	$(BIN)/python -m loadtest.readers

# watches, sunday, phones, mixed or soak; more: make load PROFILE=sunday ARGS="--limited --knee"
PROFILE ?= mixed
ARGS ?=

load: dev
	$(BIN)/python -m loadtest.load $(PROFILE) $(ARGS) --report docs/load

# docs/openapi/*.yaml, joined into the file that is served
openapi: dev
	@$(BIN)/python docs/openapi/build.py

# the names of sports, makers and products, out of the installed garmin-fit-sdk
profile: dev
	$(BIN)/python tests/formats/fit_profile_generator.py

clean:
	rm -rf .venv connectiq/simulator/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz .coverage*
