# Two commands for people: `make demo` and `make test`. Both set up .venv once and reuse it.

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check clean

demo: .venv/.base
	@$(BIN)/tomau colorize examples/photos --output examples/out --overwrite \
		--contact-sheet examples/out/contact-sheet.png
	@echo "Open examples/out/contact-sheet.png"

test: check
	$(BIN)/python -m pytest

check: .venv/.full
	$(BIN)/pre-commit run --all-files --show-diff-on-failure

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.base: .venv/bin/python pyproject.toml constraints.txt
	$(PIP_INSTALL) --editable .
	@touch $@

.venv/.full: .venv/.base
	$(PIP_INSTALL) --editable '.[train,eval,formats,openvino,scribbles,gallery,cluster,web,s3,dev]'
	@touch $@

clean:
	rm -rf .venv examples/out
