# Two commands matter: `make run` and `make test`. Both may be run again at any time.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$name && break; done)
PORT ?= 8000
VENV := .venv/bin/python
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml
export PORT

.DEFAULT_GOAL := help
.PHONY: help run elasticsearch stop reset test lint mutate-policy bench bench-search bench-ledger bench-health bench-onboarding lock environment test-environment

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: environment ## start everything with the demo province; PORT=8000, HOST=127.0.0.1, Ctrl-C stops it
	@exec $(VENV) -m runtime run

elasticsearch: environment ## start Elasticsearch (Java and Maven needed) and print the ELASTICSEARCH_URL to run with; `make stop` ends it
	@$(VENV) -m runtime elasticsearch

stop: environment ## stop what `make run` or the tests left running
	@$(VENV) -m runtime stop

reset: environment ## delete the database, the queue, the index and the logs (asks first; FORCE=1 does not)
	@$(VENV) -m runtime reset

test: test-environment ## every suite: style, types, layers, services, pages, browser
	@$(VENV) -m tests $(ARGUMENTS)

lint: test-environment ## style, types, layers and migrations only
	@$(VENV) -m pytest tests/codebase $(ARGUMENTS)

mutate-policy: test-environment ## change policy.py in every small way and see whether a test notices (minutes; docs/decisions/mutation-testing.md)
	@tests/mutation/policy.sh

bench: test-environment ## the figures: every bench/bench_*.py in turn
	@$(VENV) -m bench

bench-ledger: test-environment ## the quarantine ledger under load, killed and moved; ARGUMENTS="--small"
	@$(VENV) -m bench.bench_ledger $(ARGUMENTS)

bench-health: test-environment ## decisions about people: one by one, 20,000 after a new policy, and certificates; PEOPLE=20000
	@$(VENV) -m bench.bench_health

bench-onboarding: test-environment ## accepting, withdrawing and moving people under load, with everything killed in between; ARGUMENTS="--small"
	@$(VENV) -m bench.bench_onboarding $(ARGUMENTS)

bench-search: test-environment ## search against its floors; ARGUMENTS="--small", or "--only match words"
	@$(VENV) -m bench.bench_search $(ARGUMENTS)

lock: ## write requirements/*.lock anew from pyproject.toml (needs uv)
	$(COMPILE) -o requirements/image.lock
	$(COMPILE) --group services -o requirements/run.lock
	$(COMPILE) --group services --group test -o requirements/test.lock

environment: python
	@$(PYTHON) runtime/environment.py run

test-environment: python
	@$(PYTHON) runtime/environment.py test

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
