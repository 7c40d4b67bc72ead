# Two commands need nothing else typed: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test check static format bench soak lock completions docs clean

demo: .venv/.run
	$(BIN)/taoctl demo

test: .venv/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not soak"

check: static test

static: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --no-cache .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

soak: .venv/.dev
	$(BIN)/python -m pytest -m soak

bench: .venv/.dev
	$(BIN)/python -m bench

completions: .venv/.run
	$(BIN)/taoctl completion generate bash > completions/taoctl.bash
	$(BIN)/taoctl completion generate zsh > completions/_taoctl
	$(BIN)/taoctl completion generate fish > completions/taoctl.fish

docs: .venv/.dev
	$(BIN)/python -m taoctl.cli.reference docs

# Lock files hold names, versions and hashes only.
LOCK := .venv-lock/bin/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header
lock:
	test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -q uv; }
	$(LOCK) --group build --output-file requirements/run.txt
	$(LOCK) --group dev --output-file requirements/dev.txt

clean:
	rm -rf .venv .venv-lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "taoctl needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements/run.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements/dev.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@ .venv/.run
