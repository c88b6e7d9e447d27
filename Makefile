# Everything below needs git, make and a Python only; what else is missing is installed on the way.
# What the commands do is written in fitflow/local/.

# The first Python that works: a version manager's shim may stand for a version that is not installed.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; exit; fi; \
	done; echo python3)
LOCAL = $(PYTHON) -m fitflow.local

.PHONY: help demo test e2e bench check setup lock vendor up down shell psql clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: ## Install, start and load everything; Ctrl-C stops it (FITFLOW_PORT=8000)
	@$(LOCAL) demo

test: ## Run the test suite (ARGS="-k booking -x")
	@$(LOCAL) test -- $(ARGS)

e2e: ## Run only the tests that click through the pages in Chromium (ARGS=…)
	@$(LOCAL) e2e -- $(ARGS)

bench: ## Measure against anchors of the same run (ARGS=…)
	@$(LOCAL) bench -- $(ARGS)

check: ## Lint, format, types, templates, imports, migrations, deployment (ARGS="ruff mypy")
	@$(LOCAL) check $(ARGS)

setup: ## Install what is missing and start nothing
	@$(LOCAL) setup

lock: ## Pin the packages of pyproject.toml anew, with hashes
	@$(LOCAL) lock

vendor: ## Fetch the pinned third-party files of static/vendor/ again
	@$(LOCAL) vendor

up: ## Start the test servers and leave them running: eval "$$(python3 -m fitflow.local env)"
	@$(LOCAL) up --purpose test

down: ## Stop the servers of tests and demo
	@$(LOCAL) down --purpose test
	@$(LOCAL) down --purpose demo

shell: ## Open a Python shell on the demo's data
	@$(LOCAL) manage shell

psql: ## Open the demo's database
	@$(LOCAL) psql --purpose demo

clean: ## Stop the servers and remove .local/, after asking
	@$(LOCAL) clean
