# Every target sets up what it needs. `make help` lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := /usr/bin/chromium
PACKAGES := annotator active_learning guidelines exports
PACKAGE := domain
SAMPLE := 300
SEED := 1
# Several processes share the processors, so that threads of one for sums would wait for those of another.
ALONE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# What three processes and all those that they start have compiled is kept for the next one, whatever the shell says.
KEEPING := PYTHONDONTWRITEBYTECODE=
# Compiled loops run as plain Python in these, so that their lines are seen.
KERNEL_TESTS := tests/consensus/test_models.py tests/consensus/test_stream.py tests/consensus/test_measures.py tests/consensus/test_sampled.py tests/active_learning/test_strategies.py tests/active_learning/test_scoring.py tests/releases/test_splits.py

.DEFAULT_GOAL := help
.PHONY: help setup demo docs test coverage mutants explore audit check rules wheel release bench lint browser pictures messages lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## the virtual environment, from the hashed lock

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## the main job: Label Studio, the service, 500 synthetic postings and people to sign in as
	$(BIN)/annotator up --demo

browser: $(CHROMIUM) ## the browser that the tests drive

$(CHROMIUM):
	apt-get update --quiet
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends chromium

test: setup browser ## every test, the browser and Label Studio included, in three processes: on two cores one of them waits
	$(ALONE) $(KEEPING) $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

coverage: setup ## lines that tests run, by file, those of started processes and of compiled loops included; fails under 92 %
	rm -rf build/coverage
	$(BIN)/python -m coverage run -m pytest -m "not browser and not studio"
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m coverage run -m pytest $(KERNEL_TESTS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=92

mutants: setup ## would a test notice? changes one place at a time; PACKAGE=domain, consensus or dispensing, SAMPLE=300, SEED=1
	nice -n 19 $(BIN)/python -m tests.mutants --package $(PACKAGE) --sample $(SAMPLE) --seed $(SEED) --least 0.85

explore: setup ## property tests on new examples, more of them
	HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -m "not browser and not studio" tests/domain tests/consensus tests/active_learning tests/privacy tests/dispensing tests/guidelines tests/intake tests/people tests/studio tests/synthetic

pictures: setup browser ## the pictures of the README, made by the browser test
	ANNOTATOR_PICTURES=docs/images $(BIN)/python -m pytest tests/browser/test_first_light.py tests/browser/test_bench.py tests/browser/test_bad_week.py

messages: setup ## find every text of the pages, and bring the catalogues of annotator/locale up to date
	$(BIN)/python -m annotator.locale.messages

lint: setup ## ruff, mypy strict, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: setup ## build/sbom.json from the lock, and known vulnerabilities where a network can be reached
	$(BIN)/python -m tests.security.dependencies

check: lint audit ## lint, audit, and every test that needs no browser
	$(BIN)/python -m pytest -m "not browser"

rules: lint ## before each commit: lint, and what holds for the tree as a whole (contracts, documents, catalogues), in two minutes
	$(BIN)/python -m pytest tests/contracts tests/docs tests/web/test_language.py

docs: setup ## the documentation as a site, in build/site, with strict links
	$(BIN)/mkdocs build --strict --quiet

wheel: setup ## dist/annotator-VERSION-py3-none-any.whl, the same bytes from the same tree
	$(BIN)/python -m hatchling build --target wheel --directory dist

release: setup ## the wheel, its SBOM and checksums in dist/, of a clean tree whose changelog names the version
	$(BIN)/python -m tests.wheel.release

bench: setup ## the measured figures, peers beside them
	$(BIN)/python -m benchmarks

lock: ## resolve the dependencies again (hashed, without index hosts)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock

clean: ## forget the environment and the demo's data
	rm -rf $(VENV) .annotator
