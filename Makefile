# Each target is a few visible commands. `make course` and `make test` work on a
# bare machine with Python 3.11+, pip and git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A CPU-only Linux user may name torch's CPU index: make course TORCH_INDEX=https://...
TORCH_INDEX ?=
export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Two cores: every process computes with one thread.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help install course test check test-unit test-range verify-exercises verify-all test-book clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 20

install: $(VENV)/installed ## .venv with everything, from constraints.txt

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "make: this course needs Python 3.11 or newer and found %d.%d; name one with make PYTHON=python3.12" % sys.version_info[:2])'
	@echo "== install, 1 of 3: a virtual environment in $(VENV) (about four minutes in all)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --upgrade pip
	@echo "== install, 2 of 3: torch"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch
	@echo "== install, 3 of 3: the project and everything it needs"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[torch,book,grading,cluster,bench,dev]'
	@touch $@

course: install ## fresh machine to finished: book, assignments, a graded sample class
	@echo "== 1 of 3: the book"
	$(BIN)/course build
	@echo "== 2 of 3: the assignments"
	$(BIN)/course release
	@echo "== 3 of 3: the sample class"
	$(BIN)/course grade samples/submissions --out grading/samples
	@$(BIN)/python -m course_tools.farewell

test: install ## fresh machine to finished: everything that needs no GPU
	$(MAKE) --no-print-directory check
	$(MAKE) --no-print-directory test-unit
	$(MAKE) --no-print-directory verify-exercises
	$(MAKE) --no-print-directory test-book

check: install ## seconds: format, lint, types, layers, exercises up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/course release --check
	$(BIN)/python -m course_tools.coverage

test-unit: install ## under 4 minutes: library and tools
	$(BIN)/pytest tests --ignore=tests/book --ignore=tests/exercises --durations=5 -q

test-range: install ## the lower end of the supported range: NumPy 2.0, no torch, the wheel from another folder
	$(BIN)/pytest tests/test_wheel.py -q

verify-exercises: install ## under 10 minutes: solutions full, releases zero, wrong answers their mark, mutants killed
	$(BIN)/course verify
	$(BIN)/pytest --nbval-lax --nbval-current-env -q -p no:warnings solutions

verify-all: install ## every mutant of every assignment
	$(BIN)/course verify --all-mutants

test-book: install ## under 15 minutes: build, nbval, links, browser
	$(BIN)/course build
	$(BIN)/pytest --nbval --nbval-current-env -q -p no:warnings _build/jupyter_execute
	$(BIN)/pytest tests/book --durations=5 -q

# A class's marks (grading/) and unfinished experiments (.cache/) are nobody's to remove.
clean: ## remove what make made, but not the virtual environment
	rm -rf _build grading/samples grading/verify.json .mypy_cache .ruff_cache .import_linter_cache .hypothesis
