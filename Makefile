# Everything that a person does here, by name. `make` alone prints the list.
#
# Each environment is made on first use and again when its lock changes: .venv holds what running and
# testing need; the SAM CLI and the tests' second DynamoDB pin other versions of the same packages, so
# each lives apart. pip installs nothing but what a lock in tools/locks names, and checks its hash.

PYTHON ?= python3
VENV := .venv
SAM_VENV := .venv-sam
CHECKS_VENV := .venv-checks
ENGINE_VENV := .venv-engine
RUNTIME_VENV := .venv-runtime
LOCK_VENV := .venv-lock
LOCKS := tools/locks
NOT_OURS := $(foreach folder,$(SAM_VENV) $(CHECKS_VENV) $(ENGINE_VENV) $(RUNTIME_VENV) $(LOCK_VENV) .aws-sam,--extend-exclude $(folder))
# Wheels only: to build a package from its source, pip fetches tools that no lock names. A lock is
# complete, so pip looks for no dependencies (pip 23 does not find those with extras in a lock).
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all:
ARCHITECTURE ?= arm64
LAYER_PLATFORM := manylinux2014_$(if $(filter x86_64,$(ARCHITECTURE)),x86_64,aarch64)
# The functions' own Python, where this machine has it; a shim that is on PATH may still not run.
RUNTIME = $(or $(shell python3.13 -c 'import sys; print(sys.prefix)' 2>/dev/null),$(shell pyenv prefix 3.13.0 2>/dev/null))

# Tests are shared among as many processes as there are cores, a file to one of them.
SHARED := -n auto --maxprocesses 4 --dist loadfile

export PORT ENGINE AUTH REGISTRATION API_URL
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help run demo operate replay test test-long test-stack test-packaged mutants e2e smoke lint format docs lock bench bench-check month build clean

help:
	@echo 'make run       the API on this machine: http://127.0.0.1:8080'
	@echo '               PORT=9000         another port; 0 chooses a free one'
	@echo '               ENGINE=<url>      a DynamoDB of yours instead of the one in memory'
	@echo '               AUTH=required     each call sends its key, as when deployed (default: open)'
	@echo '               REGISTRATION=key  who registers sends the key that is printed (default: open)'
	@echo 'make demo      the story of Nova and Boots, told to the API that runs (API_URL=<url>)'
	@echo 'make operate   what only the operator may do: DO="suspend AGENT_ID" STACK=<name>; see it alone'
	@echo 'make test      every test; of the races and faults a tenth'
	@echo 'make test-long the races and faults in full'
	@echo 'make mutants   plants bugs in a copy of the product, and sees whether the tests find them'
	@echo 'make test-stack  sam deploy into an emulated account on this machine, and the tests against it'
	@echo 'make test-packaged  every test once more, on what sam build makes and on the Python of the functions'
	@echo 'make e2e       the end-to-end tests against the stack at API_URL=<url> (REGISTRATION_KEY=<key>),'
	@echo '               or one of their own, with AUTH and REGISTRATION as above'
	@echo 'make smoke     the user'"'"'s checklist against the stack at API_URL=<url> (REGISTRATION_KEY=<key>); its agents leave'
	@echo 'make replay    gives the dead letters of STACK=<name> to their functions again (DRY_RUN=1 shows them)'
	@echo 'make lint      ruff, mypy, bandit; the template and the workflow, by all that checks them'
	@echo 'make format    ruff format'
	@echo 'make docs      renders /openapi.json anew from the routes'
	@echo 'make lock      compiles the dependency groups of pyproject.toml to tools/locks, with hashes'
	@echo '               UPGRADE=<package>  takes the newest version of a package that no group pins'
	@echo 'make bench     what each call costs, in calls, units and CPU: one table, and benchmarks/results.json'
	@echo 'make bench-check  holds what can be counted against benchmarks/results.json'
	@echo '               ONLY="operations growth worst package scale warm beside clients"   some of it'
	@echo 'make month     how long each call takes here, a month of messages on'
	@echo 'make build     sam build, ready for sam deploy (ARCHITECTURE=x86_64 for the other one)'
	@echo 'make clean     removes the environments and what was built'
	@echo 'PYTHON=<path>  the Python to make the environments with, 3.11 or newer'

# exec, so that Ctrl-C reaches the server and nothing else is left to complain.
run: $(VENV)/.run
	@exec $(VENV)/bin/python -m local

demo: $(VENV)/.run
	@exec $(VENV)/bin/python -m local.demo

operate: $(VENV)/.run
	@if [ -n "$(DO)" ] && [ -z "$(STACK)$(ENGINE)" ]; then \
		echo 'Where? STACK=<name of a stack>, or ENGINE=<URL of the tables that make run prints>' >&2; exit 1; \
	fi
	@$(VENV)/bin/python -m tools.operator.operate $(or $(DO),--help) \
		$(if $(DO),$(if $(STACK),--stack $(STACK)) $(if $(ENGINE),--engine $(ENGINE)))

test: $(VENV)/.test $(ENGINE_VENV)/.engine
	@$(VENV)/bin/python -m pytest $(SHARED)

test-long: $(VENV)/.test $(ENGINE_VENV)/.engine
	@TEST_SIZE=full $(VENV)/bin/python -m pytest $(SHARED) tests/races tests/faults

mutants: $(VENV)/.test
	@$(VENV)/bin/python -m tests.mutants

test-stack: $(VENV)/.test $(SAM_VENV)/.sam $(ENGINE_VENV)/.engine
	@$(call need_runtime,make test-stack)
	@$(build_for_here)
	@$(VENV)/bin/python -m pytest tests/stack

test-packaged: $(SAM_VENV)/.sam $(ENGINE_VENV)/.engine $(RUNTIME_VENV)/.test
	@$(call need_runtime,make test-packaged)
	@$(build_for_here)
	@$(RUNTIME_VENV)/bin/python -m tests.packaged .aws-sam/stack .aws-sam/packaged
	@ln -s "$(CURDIR)/$(RUNTIME_VENV)" .aws-sam/packaged/$(VENV)
	@ln -s "$(CURDIR)/$(ENGINE_VENV)" .aws-sam/packaged/$(ENGINE_VENV)
	@cd .aws-sam/packaged && $(VENV)/bin/python -m pytest $(SHARED)

smoke: $(VENV)/.test
	@if [ -z "$(API_URL)" ]; then echo 'Which stack? make smoke API_URL=<url> REGISTRATION_KEY=<key>' >&2; exit 1; fi
	@$(VENV)/bin/python -m pytest -q tests/e2e/test_checklist.py

replay: $(VENV)/.run
	@if [ -z "$(STACK)" ]; then echo 'Which stack? make replay STACK=<name>' >&2; exit 1; fi
	@$(VENV)/bin/python -m tools.operator.redrive --stack $(STACK) $(if $(DRY_RUN),--dry-run)

e2e: $(VENV)/.test
	@$(VENV)/bin/python -m pytest tests/e2e

bench bench-check: $(SAM_VENV)/.sam $(ENGINE_VENV)/.engine $(RUNTIME_VENV)/.test
	@$(call need_runtime,make $@)
	@$(build_for_here)
	@$(RUNTIME_VENV)/bin/python -m benchmarks $(if $(filter bench-check,$@),--check) $(ONLY)

month: $(VENV)/.test
	@$(VENV)/bin/python -m benchmarks.month_one

docs: $(VENV)/.run
	@$(VENV)/bin/python -m tools.openapi.render

# What is locked stays locked, unless UPGRADE names it. The largest group comes first, so that those
# it contains get the same versions.
lock: $(LOCK_VENV)/.lock
	@$(call compile_lock,measure)
	@$(foreach group,layer run test,$(call compile_lock,$(group),-c $(LOCKS)/measure.txt) &&) true
	@$(foreach group,sam checks engine lock,$(call compile_lock,$(group)) &&) true

lint: $(VENV)/.test $(SAM_VENV)/.sam $(CHECKS_VENV)/.checks
	@$(VENV)/bin/ruff check $(NOT_OURS) .
	@$(VENV)/bin/ruff format --check $(NOT_OURS) .
	@$(VENV)/bin/mypy
	@for app in functions/*/app.py; do $(VENV)/bin/mypy --no-error-summary "$$app" || exit 1; done
	@$(VENV)/bin/python -m tools.openapi.render --check
	@AWS_DEFAULT_REGION=us-east-1 $(SAM_VENV)/bin/sam validate --lint
	@$(CHECKS_VENV)/bin/cfn-lint --config-file tests/checks/cfnlint.yaml
	@mkdir -p .aws-sam && AWS_DEFAULT_REGION=us-east-1 $(SAM_VENV)/bin/python tests/checks/translate.py >.aws-sam/translated.json
	@LOG_LEVEL=CRITICAL $(CHECKS_VENV)/bin/checkov --config-file tests/checks/checkov.yaml -f .aws-sam/translated.json
	@$(CHECKS_VENV)/bin/bandit -q -c pyproject.toml -r layers functions local
	@$(CHECKS_VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(CHECKS_VENV)/bin/zizmor --quiet --offline .github/workflows

format: $(VENV)/.test
	@$(VENV)/bin/ruff format $(NOT_OURS) .

# sam build needs the runtime's minor version on PATH.
build: $(SAM_VENV)/.sam
	@$(call need_runtime,make build)
	@PATH="$(RUNTIME)/bin:$$PATH" LAYER_PLATFORM=$(LAYER_PLATFORM) $(SAM_VENV)/bin/sam build \
		--parameter-overrides Architecture=$(ARCHITECTURE) && \
	$(call compile_functions,.aws-sam/build) && \
	"$(RUNTIME)/bin/python3.13" -m tools.build.check $(ARCHITECTURE)

clean:
	@rm -rf $(VENV) $(SAM_VENV) $(CHECKS_VENV) $(ENGINE_VENV) $(RUNTIME_VENV) $(LOCK_VENV) .aws-sam .pytest_cache .mypy_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What runs on this machine is built for it; what sam says is shown when it fails.
define build_for_here
echo 'Building the stack for this machine ...' >&2; mkdir -p .aws-sam; \
PATH="$(RUNTIME)/bin:$$PATH" LAYER_PLATFORM=manylinux2014_$(shell uname -m) $(SAM_VENV)/bin/sam build \
	--build-dir .aws-sam/stack --parameter-overrides Architecture=$(subst aarch64,arm64,$(shell uname -m)) \
	>.aws-sam/stack.log 2>&1 || { cat .aws-sam/stack.log >&2; exit 1; }; \
	$(call compile_functions,.aws-sam/stack)
endef

# Bytecode of the functions in a folder, which names the place where each will be.
define compile_functions
for folder in $(1)/*Function; do \
	"$(RUNTIME)/bin/python3.13" -m compileall -q --invalidation-mode unchecked-hash \
		-s $$folder -p /var/task $$folder || exit 1; \
done
endef

# The lock of a group, $(1), for every platform and Python from 3.11 on, under constraints, $(2).
define compile_lock
$(LOCK_VENV)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock' --group $(1) $(2) $(UPGRADE:%=--upgrade-package %) \
	--output-file $(LOCKS)/$(1).txt
endef

define need_runtime
	if [ -z '$(RUNTIME)' ]; then \
		echo '$(1) needs python3.13, the runtime of the functions, on PATH (or pyenv install 3.13.0)' >&2; \
		exit 1; \
	fi
endef

# A virtual environment, $(1), made with a Python, $(2); said in one line when that is not usable.
define make_venv
	@$(2) -c '' 2>/dev/null || { \
		echo 'Python 3.11 or newer is needed and "$(2)" does not run: install it, or say where it is: make $(MAKECMDGOALS) PYTHON=/path/to/python3' >&2; \
		exit 1; }
	@$(2) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed and \"$(2)\" is $$($(2) -V 2>&1): say where a newer one is: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@$(2) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo '"$(2)" has no venv module: install it (Debian, Ubuntu: sudo apt install python3-venv), then repeat' >&2; \
		exit 1; }
	@$(1)/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(2) -m venv --clear $(1)
endef

pip_failed := { echo 'pip could not install this; its own words are above. Repeat when that is mended.' >&2; exit 1; }

$(VENV)/.run: $(LOCKS)/run.txt
	$(call make_venv,$(VENV),$(PYTHON))
	@echo 'Installing what running needs into $(VENV) (once)'
	@$(VENV)/bin/python $(PIP_INSTALL) -r $< || $(pip_failed)
	@touch $@

$(VENV)/.test: $(LOCKS)/test.txt $(VENV)/.run
	@echo 'Installing what testing needs into $(VENV) (once)'
	@$(VENV)/bin/python $(PIP_INSTALL) -r $< || $(pip_failed)
	@touch $@

$(SAM_VENV)/.sam: $(LOCKS)/sam.txt
	$(call make_venv,$(SAM_VENV),$(PYTHON))
	@echo 'Installing the SAM CLI into $(SAM_VENV) (once)'
	@$(SAM_VENV)/bin/python $(PIP_INSTALL) -r $< || $(pip_failed)
	@touch $@

$(CHECKS_VENV)/.checks: $(LOCKS)/checks.txt
	$(call make_venv,$(CHECKS_VENV),$(PYTHON))
	@echo 'Installing the checks of the template and the workflow into $(CHECKS_VENV) (once)'
	@$(CHECKS_VENV)/bin/python $(PIP_INSTALL) -r $< || $(pip_failed)
	@touch $@

# Made with the runtime's version where there is one: it can then run the functions themselves, too.
$(ENGINE_VENV)/.engine: $(LOCKS)/engine.txt
	$(call make_venv,$(ENGINE_VENV),$(if $(RUNTIME),$(RUNTIME)/bin/python3.13,$(PYTHON)))
	@echo 'Installing a second DynamoDB into $(ENGINE_VENV) (once)'
	@$(ENGINE_VENV)/bin/python $(PIP_INSTALL) -r $< || $(pip_failed)
	@touch $@

# On the functions' own Python: their tests as packaged, and what they are measured beside.
$(RUNTIME_VENV)/.test: $(LOCKS)/measure.txt
	@$(call need_runtime,make $(MAKECMDGOALS))
	$(call make_venv,$(RUNTIME_VENV),$(RUNTIME)/bin/python3.13)
	@echo 'Installing what testing and measuring need into $(RUNTIME_VENV) (once), on the Python of the functions'
	@$(RUNTIME_VENV)/bin/python $(PIP_INSTALL) -r $< || $(pip_failed)
	@touch $@ $(RUNTIME_VENV)/.run

$(LOCK_VENV)/.lock: $(LOCKS)/lock.txt
	$(call make_venv,$(LOCK_VENV),$(PYTHON))
	@echo 'Installing what compiles the locks into $(LOCK_VENV) (once)'
	@$(LOCK_VENV)/bin/python $(PIP_INSTALL) -r $< || $(pip_failed)
	@touch $@
