# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
# Everything goes into .venv; remove it with `make clean` and nothing else was touched.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
# The newest Python on this machine that is supported, for the tests against the wheel.
NEWEST ?= $(shell for p in python3.13 python3.12 $$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[32].*/bin/python3 2>/dev/null | sort -rV) python3; do \
	"$$p" -c '' 2>/dev/null && echo "$$p" && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SCENARIO ?= october-2025

# Two test workers with two BLAS threads each would fight for two cores.
export OPENBLAS_NUM_THREADS ?= 1
# An advertisement of the theme, which a strict build would show among the warnings.
export NO_MKDOCS_2_WARNING := 1

.PHONY: help demo test quick lint format types imports doctest docs bench bench-read fuzz fuzz-web expected coverage mutation wheel wheel-test wheel-installed wheel-tests pages gallery pictures \
	reproducible advisories browser clean check ui ui-check ui-same

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it, or run make PYTHON=/path/to/python"; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { echo "python -m venv failed; on Debian: apt-get install python3-venv"; exit 1; }

# A stamp per set of extras: installed again only when pyproject.toml changes.
$(VENV)/.base: pyproject.toml | $(BIN)/python
	@echo "installing upperhand into $(VENV) ..."
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	@echo "installing upperhand and what its tests need into $(VENV) ..."
	@$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.base

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "installing the developers' tools into $(VENV) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.test $(VENV)/.base

demo: $(VENV)/.base ## Install, answer the October 2025 case, say where the report lies
	@$(BIN)/upperhand run $(SCENARIO)

# Debian's browser, for the tests that open the report; without it those tests are skipped.
browser:
	@if command -v chromium chromium-browser google-chrome >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "installing chromium for the browser tests ..."; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
			>/dev/null 2>&1 || echo "chromium could not be installed; the browser tests will be skipped"; \
	else echo "no chromium on this machine; the browser tests will be skipped"; fi

test: $(VENV)/.test browser ## Install what the tests need and run all of them
	@$(BIN)/python -m pytest -n auto --dist worksteal --doctest-modules src tests

quick: $(VENV)/.test ## Run the tests without browser and doctests, stop at the first failure
	@$(BIN)/python -m pytest -n auto --dist worksteal -x -q -m 'not browser'

lint: $(VENV)/.dev ## Lint and check the format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.dev ## Write the format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/.dev ## Check types, strictly
	@$(BIN)/mypy

imports: $(VENV)/.dev ## Check who imports whom
	@$(BIN)/lint-imports

doctest: $(VENV)/.test ## Run the examples of the docstrings
	@$(BIN)/python -m pytest -n auto --doctest-modules src

docs: $(VENV)/.dev ## Build the documentation, warnings being errors
	@$(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

# Pages and pictures that are made from results and tables of the package, and are kept in the repository.
PAPERS ?= ../shared/data
pages: $(VENV)/.dev ## Write the generated pages anew: assumptions, data sources, validation
	@$(BIN)/python -m upperhand.scenario.registers .
	@$(BIN)/python -m upperhand.web.publish docs/reference
	@test -d $(PAPERS) || { echo "validation.md needs the papers' data: make pages PAPERS=DIR"; exit 1; }
	@$(BIN)/upperhand replicate all --markdown --data $(PAPERS) > docs/reference/validation.tmp
	@mv docs/reference/validation.tmp docs/reference/validation.md
	@git --no-pager diff --stat -- ASSUMPTIONS.md DATA_SOURCES.md docs/reference/validation.md

gallery: $(VENV)/.dev ## Run the notebooks of the gallery and write them with their outputs
	@$(BIN)/python docs/.hooks/gallery.py $(ARGS)

pictures: $(VENV)/.dev browser ## Make the pictures of the first hour from a real run
	@$(BIN)/python docs/.hooks/pictures.py

# The page. What is built is committed, so that nobody else needs Node; it is built anew and compared in CI.
NODE_OK = node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
ui/node_modules/.stamp: ui/package-lock.json
	@cd ui && npm ci --no-audit --no-fund --silent
	@touch $@

ui: ui/node_modules/.stamp ## Build the page from ui/ into src/upperhand/web/static
	@cd ui && npm run --silent build -- --logLevel warn
	@git --no-pager diff --stat -- src/upperhand/web/static

ui-check: ## Check the source of the page, and that its build is the one committed
	@if $(NODE_OK); then $(MAKE) --no-print-directory ui-same; \
	else echo "no Node 20.19 or newer: the build of the page is not compared with its source"; fi

ui-same: ui/node_modules/.stamp
	@cd ui && npm run --silent check && npm run --silent test
	@rm -rf ui/node_modules/.built
	@cd ui && npm run --silent build -- --logLevel warn --outDir node_modules/.built
	@diff --recursive --brief ui/node_modules/.built src/upperhand/web/static \
		|| { echo "the page is not what its source builds; run: make ui"; exit 1; }
	@rm -rf ui/node_modules/.built
	@echo "the page is what its source builds"

check: lint types imports docs ## All checks that are not tests

bench: $(VENV)/.test ## Print the table of speeds, and write it to benchmarks/latest.md
	@$(BIN)/python -m benchmarks $(ARGS)

bench-read: $(VENV)/.test ## Print precision and recall of the reader of articles
	@$(BIN)/python -m benchmarks.read $(ARGS)

N ?= 100000
TARGETS ?=
fuzz: $(VENV)/.test ## Feed every reader N inputs nobody would write (N=100000, TARGETS=all)
	@$(BIN)/python -m fuzz $(TARGETS) --inputs $(N)
	@$(BIN)/python -m fuzz $(TARGETS) --engine hypothesis --inputs $$(( $(N) / 10 ))
	@if $(BIN)/python -c 'import atheris' 2>/dev/null; then \
		$(BIN)/python -m fuzz $(TARGETS) --engine atheris --inputs $$(( $(N) / 10 )); \
	else echo "no atheris: pip install 'upperhand[fuzz]' to be led by coverage as well"; fi

fuzz-web: $(VENV)/.test ## Ask every call of the HTTP interface N times as it allows, N as it forbids
	@$(BIN)/python -m tests.web.hammer $(or $(filter-out 100000,$(N)),200)

expected: $(VENV)/.test ## Write the expected numbers of the packaged scenarios and of the README anew
	@for file in src/upperhand/scenario/library/*.yaml; do \
		$(BIN)/upperhand scenario expect "$$(basename "$$file" .yaml)" --write; done
	@$(BIN)/python -m pytest -q --refresh-expected tests/test_readme.py
	@git --no-pager diff --stat -- src/upperhand/scenario/library README.md

coverage: $(VENV)/.dev ## Run the tests, print the branches they reach by package, hold the equations to 95%
	@$(BIN)/python -m pytest -q -n auto --dist worksteal --cov --cov-report=json:.coverage.json --doctest-modules src tests
	@$(BIN)/python .ci/coverage .coverage.json

# mutmut writes its changes and results below mutants/.
mutation: $(VENV)/.dev ## Change the equations a little and see whether a test fails (ARGS="--each 12 --seed 1")
	@$(PIP) --editable '.[mutation]'
	@CI=1 $(BIN)/python .ci/mutation $(ARGS)

wheel: $(VENV)/.dev
	@rm -rf dist
	@$(BIN)/python -m build --outdir dist . >/dev/null
	@ls dist/*

reproducible: wheel ## Build wheel and source archive twice and compare them byte for byte
	@rm -rf dist/again
	@$(BIN)/python -m build --outdir dist/again . >/dev/null
	@for file in dist/*.whl dist/*.tar.gz; do cmp "$$file" "dist/again/$$(basename "$$file")" && sha256sum "$$file"; done
	@rm -rf dist/again

advisories: $(VENV)/.dev ## Look up known vulnerabilities of the dependencies
	@$(BIN)/python .ci/advisories

# What a wheel can spoil: files of the package, commands, names, versions. Numbers do not depend on how it is installed.
WHEEL_TESTS ?= tests/cli tests/world tests/test_imports.py tests/test_licences.py tests/test_package.py
# The tests against what a user installs: a clean environment with the newest Python, the wheel, no checkout on the path.
wheel-test: wheel-installed ## Build the wheel and run the tests of what it carries against it
	@$(MAKE) --no-print-directory wheel-tests

wheel-installed: wheel
	@rm -rf .venv-wheel
	@"$(NEWEST)" -m venv .venv-wheel
	@.venv-wheel/bin/python -m pip install --quiet --disable-pip-version-check "$$(ls $(CURDIR)/dist/*.whl)[test]"
	@.venv-wheel/bin/python --version
	@.venv-wheel/bin/python -c 'import pathlib, upperhand; assert "site-packages" in str(pathlib.Path(upperhand.__file__)), upperhand.__file__'

wheel-tests:
	@.venv-wheel/bin/python -m pytest -n auto --dist worksteal -m 'not browser' $(WHEEL_TESTS)

clean: ## Remove the environments and everything built
	@rm -rf $(VENV) .venv-wheel dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache mutants .coverage*
