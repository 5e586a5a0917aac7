# Every target sets itself up in .venv: a Debian machine with Python 3.11 needs nothing else.
# `make` without a target says what there is.

PYTHON ?= python3
BIN := .venv/bin
# The releases of etcd that the tests run against beside those at hand; built where there is a Go.
ETCD_RELEASES := 3.6.14 3.7.1

.DEFAULT_GOAL := help
.PHONY: help setup etcd demo test compat generate check fmt bench build clean

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: .venv/stamp ## Make .venv with the development tools and the package, editable

.venv/stamp: pyproject.toml
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || { apt-get update -qq && apt-get install -y -qq python3-venv; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev --editable .
	touch $@

etcd: setup ## Build the etcd releases that no package carries (needs Go; does nothing without)
	$(BIN)/python -m tests.etcd_builds $(ETCD_RELEASES)

demo: setup ## Run a tour against a real etcd, sync and async
	$(BIN)/python -m examples.demo

# Tests mostly wait for servers, so two cores can do four of them at a time.
test: setup etcd ## Run the tests
	$(BIN)/python -m pytest --numprocesses=4 --dist=worksteal

compat: setup etcd ## Try the wheel in clean environments, at both ends of every range
	$(BIN)/python -m tests.compat

generate: setup ## Write everything that is generated, and lay out what is not
	$(BIN)/python -m codegen generate
	$(BIN)/ruff format --quiet .

check: setup ## Generated files fresh? Lint, types, completeness of types
	$(BIN)/python -m codegen check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright
	PATH="$(CURDIR)/$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/.venv" pyright --verifytypes etcd_sdk --ignoreexternal

bench: setup etcd ## Measure
	$(BIN)/python -m benchmarks

build: setup ## Build the wheel and the source distribution into dist/
	$(BIN)/python -m hatchling build

clean: ## Remove everything that the other targets made
	rm -rf .venv .envs .etcd dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
