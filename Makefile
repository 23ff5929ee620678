# What a developer types. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install up demo test test-all check schemas lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: $(STAMP)  ## the locked requirements and the project, in .venv

# --no-deps: the lock is the whole closure without torch and transformers, which camel-tools names but we never import.
$(STAMP): requirements.lock requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

up: $(STAMP)  ## the service: real feeds from the packaged list, on the embedded broker
	$(BIN)/tasrih up

demo: $(STAMP)  ## the same with no network: a packaged newsroom on loopback
	$(BIN)/tasrih demo

# Three files at a time, each with brokers of its own: most tests wait more than they compute.
PYTEST := $(BIN)/pytest --numprocesses 3 --dist loadfile

test: $(STAMP)  ## everything that needs Python alone, on the embedded broker
	$(PYTEST) -m "not kafka and not postgres and not browser"

# Those on Apache Kafka alone, one after the other: workers that change hands are timed, and two brokers fill two cores.
test-all: $(STAMP)  ## and Apache Kafka (Java 17, Maven), PostgreSQL, Chromium
	@$(PYTEST) -m "not kafka"; others=$$?; $(BIN)/pytest -m kafka && exit $$others

check: $(STAMP)  ## format, lint, types, import contracts, the container files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	$(BIN)/hadolint deploy/Dockerfile

clean:  ## forget the installation
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

schemas: $(STAMP)  ## write streams/schemas/ anew from the records
	$(BIN)/python -m streams.schemas

lock:  ## work out the locked requirements anew (wants uv)
	uv pip compile --quiet --universal --generate-hashes --no-annotate --all-extras pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-annotate --all-extras --group dev pyproject.toml -o requirements-dev.lock
