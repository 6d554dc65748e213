# Commands for people: `make demo`, `make page` and `make test`. They set up .venv and
# frontend/node_modules once and reuse them.

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo page page-checks test check clean

demo: .venv/.base
	@$(BIN)/tomau colorize examples/photos --output examples/out --overwrite \
		--contact-sheet examples/out/contact-sheet.png
	@echo "Open examples/out/contact-sheet.png"

# The web page of `tomau serve`, built into the package.
page: frontend/node_modules/.installed
	npm --prefix frontend run --silent build

page-checks: frontend/node_modules/.installed
	npm --prefix frontend run --silent api:check
	npm --prefix frontend run --silent types
	npm --prefix frontend run --silent unit

test: check page-checks page
	$(BIN)/python -m pytest

check: .venv/.full
	$(BIN)/pre-commit run --all-files --show-diff-on-failure

.venv/bin/python:
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "venv is missing: apt-get install python3-venv (Python 3.11 or later)"; exit 1; }

.venv/.base: .venv/bin/python pyproject.toml constraints.txt
	$(PIP_INSTALL) --editable .
	@touch $@

.venv/.full: .venv/.base
	$(PIP_INSTALL) --editable '.[train,eval,formats,openvino,scribbles,gallery,cluster,video,web,s3,dev]'
	@touch $@

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json
	@command -v npm > /dev/null || { echo "npm is missing: apt-get install nodejs npm (Node 20 or later)"; exit 1; }
	npm --prefix frontend ci --no-audit --no-fund
	@touch $@

clean:
	rm -rf .venv examples/out frontend/node_modules src/tomau/server/static_page
