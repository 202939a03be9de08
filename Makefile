# The two commands: `make demo` and `make test`. `make check` is what a change must pass besides.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# For instance PIP_FLAGS="--extra-index-url https://download.pytorch.org/whl/cpu" for the CPU build of torch.
PIP_FLAGS ?=

.PHONY: install demo check test bench clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "earmark needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $(PIP_FLAGS) --editable '.[dev]'
	touch $@

demo: install
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: install
	$(BIN)/python -m pytest -n 2 --dist worksteal

bench: install
	@test -n "$(NAME)" || { echo "name one: make bench NAME=..., of:"; ls benchmarks/*.py; exit 2; }
	$(BIN)/python benchmarks/$(NAME).py

clean:
	rm -rf $(VENV) demo build dist
