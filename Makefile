# Every target sets up what it needs. `make help` lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := /usr/bin/chromium
PACKAGES := annotator active_learning guidelines exports

.DEFAULT_GOAL := help
.PHONY: help setup demo test explore check bench lint browser pictures lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## the virtual environment, from the hashed lock

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## the main job: Label Studio, the service, 500 synthetic postings and people to sign in as
	$(BIN)/annotator up --demo

browser: $(CHROMIUM) ## the browser that the tests drive

$(CHROMIUM):
	apt-get update --quiet
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends chromium

test: setup browser ## every test, the browser and Label Studio included
	$(BIN)/python -m pytest

explore: setup ## property tests on new examples, more of them
	HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -m "not browser and not studio" tests/domain tests/consensus tests/active_learning tests/privacy tests/dispensing tests/guidelines tests/intake tests/people tests/studio tests/synthetic

pictures: setup browser ## the pictures of the README, made by the browser test
	ANNOTATOR_PICTURES=docs/images $(BIN)/python -m pytest tests/browser/test_first_light.py tests/browser/test_bench.py

lint: setup ## ruff, mypy strict, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## lint, and every test that needs no browser
	$(BIN)/python -m pytest -m "not browser"

bench: setup ## the measured figures, peers beside them
	$(BIN)/python -m benchmarks

lock: ## resolve the dependencies again (hashed, without index hosts)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock

clean: ## forget the environment and the demo's data
	rm -rf $(VENV) .annotator
