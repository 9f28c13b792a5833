# Qianbao. `make run` needs Python >= 3.11, git and make, nothing else; docs/reference says what each target does.
PYTHON ?= python3
SOAK_KILLS ?= 50
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
UV := UV_NO_PROGRESS=1 VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv
COMPILE := pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --generate-hashes \
	--custom-compile-command "make lock" --quiet

.PHONY: run test lint bench soak docs pages lock clean

run: $(VENV)/.pages
	$(BIN)/qianbao up

test: $(VENV)/.browser $(VENV)/.java
	$(BIN)/python web/make.py test
	$(BIN)/pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python web/make.py lint

bench: $(VENV)/.dev
	$(BIN)/qianbao bench all

soak: $(VENV)/.dev
	SOAK_KILLS=$(SOAK_KILLS) $(BIN)/python -m tests.faults.soak
	QIANBAO_HISTORY_BATCHES=400 QIANBAO_FUZZ_SECONDS=300 QIANBAO_RACE_ROUNDS=400 $(BIN)/pytest --timeout=3600 \
		tests/faults/test_ledger_history.py tests/faults/test_repeats.py tests/faults/test_fuzz.py \
		tests/faults/test_races.py tests/payments/test_races.py

pages: $(VENV)/.pages

docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py
	$(BIN)/zensical build --clean

lock: $(VENV)/.uv
	$(UV) $(COMPILE) -o requirements/run.txt
	$(UV) $(subst pyproject.toml,requirements/node.in,$(COMPILE)) -o requirements/node.txt
	$(UV) $(COMPILE) --group dev -c requirements/run.txt -o requirements/dev.txt

clean:
	rm -rf $(VENV)

# Set-up, each step done once: a stamp is newer than what it was made from.

$(VENV)/.uv: Makefile
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Qianbao needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	touch $@

$(VENV)/.run: $(VENV)/.uv requirements/run.txt
	$(UV) pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python requirements/link.py
	touch $@

PAGES := $(shell find web/src web/public web/*.* src/qianbao/api -type f -not -path '*/built/*' -not -name '*.pyc' \
	-not -name 'schema.d.ts' -not -name 'openapi.json')

$(VENV)/.pages: $(VENV)/.run $(PAGES)
	$(BIN)/python web/make.py build
	touch $@

$(VENV)/.browser: $(VENV)/.dev $(VENV)/.pages tests/browser/install.py
	$(BIN)/python tests/browser/install.py
	touch $@

$(VENV)/.java: $(VENV)/.dev tests/insight/java.py
	$(BIN)/python tests/insight/java.py
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(UV) pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python requirements/link.py
	touch $@
