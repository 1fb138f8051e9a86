# All commands of the project. `make` prints the list.
#
# uv creates each environment on first use, and again when its lock changes. It installs only what a
# lock in tools/locks names, and checks all hashes. Two environments run the product: .venv on any
# Python from 3.11 on, for `make run`, and .venv-runtime on 3.13, the Python of the functions. The SAM
# CLI, the checks and the second DynamoDB need other versions of the same packages, so each of them
# has its own environment.

PYTHON ?= python3
VENV := .venv
SAM_VENV := .venv-sam
CHECKS_VENV := .venv-checks
ENGINE_VENV := .venv-engine
RUNTIME_VENV := .venv-runtime
LOCKS := tools/locks
UV := $(PYTHON) tools/uv.py
ARCHITECTURE ?= arm64
HERE := $(subst aarch64,arm64,$(shell uname -m))
# The functions' Python, if this machine has it. A shim on PATH may exist and not run. It is looked up
# once, when a target needs it.
RUNTIME = $(eval RUNTIME := $$(or $$(shell python3.13 -c 'import sys; print(sys.prefix)' 2>/dev/null),$$(shell pyenv prefix 3.13.0 2>/dev/null)))$(RUNTIME)

# The tests run in one process more than there are cores, because some wait for a server. All tests of
# a file run in the same process, and so do those that share a server (tests/workers.py).
SHARED = -n $(shell $(PYTHON) -c 'import os; print(min(4, len(os.sched_getaffinity(0)) + 1))') \
	--dist loadfile --no-loadscope-reorder

export PORT ENGINE DATA TABLES_HOST ALLOW_HOST ALLOW_ORIGIN AUTH REGISTRATION WEBHOOKS API_URL
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help run env demo events operate outputs redrive restore release test test-long test-stack test-packaged mutants e2e smoke lint format docs lock bench bench-check month build clean
.PHONY: environments build-here lint-quick lint-code lint-types lint-documents lint-template lint-translated lint-others

help:
	@echo 'Run'
	@echo 'make run            run the API on this machine: http://127.0.0.1:8080'
	@echo '                    PORT=9000         use another port; 0 chooses a free one'
	@echo '                    ENGINE=<url>      use another DynamoDB instead of the one in memory'
	@echo '                    ENGINE=isolated   use a second one in memory, for races and load'
	@echo '                    DATA=<folder>     keep agents, keys, messages and orders there when the server ends'
	@echo '                    TABLES_HOST=<address>  where the DynamoDB in memory listens (default: 127.0.0.1)'
	@echo '                    ALLOW_HOST=<names>     by which clients may also call it: host.docker.internal'
	@echo '                    ALLOW_ORIGIN=<origins> whose web pages may call it: http://localhost:3000'
	@echo '                    AUTH=required     callers need a key, as on AWS (default: open)'
	@echo '                    REGISTRATION=key  registration needs a key, which is printed (default: open)'
	@echo '                    WEBHOOKS=127.0.0.1:<port>  a receiver here that webhooks may call over http'
	@echo 'make env            print its URL and keys for a shell: eval "$$(make -s env)" (PORT=9000)'
	@echo 'make events         fill the tables at ENGINE=<url> with the data that the files in events/ need'
	@echo 'make demo           let two agents work together on the running API (API_URL=<url>)'
	@echo '                    SWARM=1           let a swarm of five agents do so; one dies (over a minute)'
	@echo ''
	@echo 'Develop'
	@echo 'make test           run all tests, with a tenth of the races and faults'
	@echo 'make test-long      run the races and faults in full'
	@echo 'make e2e            run the end-to-end tests against API_URL=<url> (REGISTRATION_KEY=<key>),'
	@echo '                    or against a server of their own, with AUTH and REGISTRATION as above'
	@echo 'make lint           check the code, the documents, the template and the workflow'
	@echo 'make lint-quick     run only ruff, mypy and the check of the locks, as before each commit'
	@echo 'make format         format the code'
	@echo 'make docs           write /openapi.json, the lists of routes in the template and docs/api.md,'
	@echo '                    and the dashboard'
	@echo 'make lock           compile the dependency groups of pyproject.toml to tools/locks'
	@echo '                    UPGRADE=<package>  take the newest version of a package that no group pins'
	@echo 'make environments   create all environments now'
	@echo 'make clean          delete the environments and the builds'
	@echo ''
	@echo 'Before a release'
	@echo 'make test-stack     deploy to an emulated AWS account on this machine, and test the stack'
	@echo 'make test-packaged  run all tests on the built package, with the Python of the functions'
	@echo '                    TESTS="tests/e2e"  run only these'
	@echo 'make mutants        plant bugs in a copy of the code, and check that the tests find them'
	@echo 'make bench          measure calls, units and CPU of each operation; write benchmarks/results.json'
	@echo 'make bench-check    compare all counts with benchmarks/results.json'
	@echo '                    ONLY="operations sizes instructions growth worst package scale dollars"  run only some of these'
	@echo 'make month          measure how long each call takes after a month of messages'
	@echo 'make release        VERSION=1.1.0  check and write a release; prints how to commit and tag it'
	@echo ''
	@echo 'Deploy and operate'
	@echo 'make build          build for sam deploy (ARCHITECTURE=x86_64 for the other architecture)'
	@echo 'make build-here     build for this machine, for test-stack, test-packaged and bench'
	@echo 'make smoke          check the stack at API_URL=<url> (REGISTRATION_KEY=<key>)'
	@echo 'make outputs        print API_URL and REGISTRATION_KEY of STACK=<name>'
	@echo 'make operate        show or suspend an agent, or replace its keys: DO="suspend AGENT_ID" STACK=<name>'
	@echo 'make redrive        process the dead letters of STACK=<name> again (DRY_RUN=1 only shows them)'
	@echo 'make restore        copy lost items of TABLE=<logical id> in STACK=<name> FROM=<restored table>'
	@echo '                    DRY_RUN=1 only shows it, REPLACE=1 also replaces items that exist, and'
	@echo '                    KEPT=1 is for a table that a deleted stack left. Each takes only 1'
	@echo ''
	@echo 'PYTHON=<path>       the Python to use, 3.11 or newer'

# The option $(2), if the variable $(1) is 1. Another value, such as `no`, ends make.
switch = $(if $(filter-out 1,$($(1))),$(error $(1)=$($(1)) is unknown. Use $(1)=1, or leave it out))$(if $($(1)),$(2))

# exec, so that Ctrl-C reaches only the server. -E, because variables such as PYTHONPATH are meant for
# other programs.
run: $(VENV)/.run $(if $(filter isolated,$(ENGINE)),$(ENGINE_VENV)/.engine)
	@exec $(VENV)/bin/python -E -m local

env: $(VENV)/.run
	@$(VENV)/bin/python -E -m local.env

demo: $(VENV)/.run
	@exec $(VENV)/bin/python -E -m local.demo $(call switch,SWARM,--swarm)

events: $(VENV)/.run
	@if [ -z "$(ENGINE)" ]; then echo 'Say which tables to fill: make events ENGINE=<URL of the tables that make run prints>' >&2; exit 1; fi
	@$(VENV)/bin/python -E -m tools.events --engine $(ENGINE)

operate: $(VENV)/.run
	@if [ -n "$(DO)" ] && [ -z "$(STACK)$(ENGINE)" ]; then \
		echo 'Add STACK=<name of a stack>, or ENGINE=<URL of the tables that make run prints>.' >&2; exit 1; \
	fi
	@$(VENV)/bin/python -m tools.operating.operate $(or $(DO),--help) \
		$(if $(DO),$(if $(STACK),--stack $(STACK)) $(if $(ENGINE),--engine $(ENGINE)))

# The tests start some hundred processes. None of them compiles what another has compiled.
test test-long: export PYTHONDONTWRITEBYTECODE :=

test: $(VENV)/.test $(ENGINE_VENV)/.engine
	@$(VENV)/bin/python -m pytest $(SHARED)

test-long: $(VENV)/.test $(ENGINE_VENV)/.engine
	@TEST_SIZE=full $(VENV)/bin/python -m pytest $(SHARED) tests/races tests/faults \
		tests/integration/contacts/test_strangers.py tests/integration/work_orders/test_filters.py \
		tests/integration/contacts/test_interleavings.py tests/integration/limits/test_property.py \
		tests/integration/agents/test_directory_keys.py tests/integration/test_fuzz.py \
		tests/integration/agents/test_search_property.py tests/integration/receipts/test_truth.py

mutants: $(VENV)/.test
	@$(VENV)/bin/python -m tests.mutants

test-stack: $(VENV)/.test $(SAM_VENV)/.sam $(ENGINE_VENV)/.engine
	@$(call need_runtime,make test-stack)
	@$(call build_stack,stack,$(HERE))
	@$(VENV)/bin/python -m pytest -n 2 --dist loadfile tests/stack

test-packaged: $(SAM_VENV)/.sam $(ENGINE_VENV)/.engine $(RUNTIME_VENV)/.test
	@$(call need_runtime,make test-packaged)
	@$(call build_stack,stack,$(HERE))
	@$(RUNTIME_VENV)/bin/python -m tests.packaged .aws-sam/stack .aws-sam/packaged
	@ln -s "$(CURDIR)/$(RUNTIME_VENV)" .aws-sam/packaged/$(VENV)
	@ln -s "$(CURDIR)/$(ENGINE_VENV)" .aws-sam/packaged/$(ENGINE_VENV)
	@cd .aws-sam/packaged && $(VENV)/bin/python -m pytest $(SHARED) $(TESTS)

release: $(VENV)/.test
	@$(VENV)/bin/python -m tools.release $(or $(VERSION),--help)

smoke: $(VENV)/.test
	@if [ -z "$(API_URL)" ]; then echo 'Say which stack to check: make smoke API_URL=<url> REGISTRATION_KEY=<key>' >&2; exit 1; fi
	@$(VENV)/bin/python -m pytest -q tests/e2e/test_checklist.py

outputs: $(VENV)/.run
	@if [ -z "$(STACK)" ]; then echo 'Say which stack to use: make outputs STACK=<name>' >&2; exit 1; fi
	@$(VENV)/bin/python -m tools.operating.outputs --stack $(STACK)

# FROM is a restored table. Without it, a table is rebuilt from AgentsTable.
restore: $(VENV)/.run
	@if [ -z "$(STACK)" ] || [ -z "$(TABLE)" ]; then \
		echo 'Say what to restore: make restore TABLE=<logical id> FROM=<restored table> STACK=<name>' >&2; exit 1; \
	fi
	@$(VENV)/bin/python -m tools.operating.restore $(TABLE) --stack $(STACK) \
		$(if $(FROM),--from $(FROM)) $(call switch,KEPT,--kept) $(call switch,DRY_RUN,--dry-run) \
		$(call switch,REPLACE,--replace)

redrive: $(VENV)/.run
	@if [ -z "$(STACK)" ]; then echo 'Say which stack to use: make redrive STACK=<name>' >&2; exit 1; fi
	@$(VENV)/bin/python -m tools.operating.redrive --stack $(STACK) $(call switch,DRY_RUN,--dry-run)

e2e: $(VENV)/.test
	@$(VENV)/bin/python -m pytest tests/e2e

bench bench-check: $(SAM_VENV)/.sam $(ENGINE_VENV)/.engine $(RUNTIME_VENV)/.test
	@$(call need_runtime,make $@)
	@$(call build_stack,stack,$(HERE))
	@$(RUNTIME_VENV)/bin/python -m benchmarks $(if $(filter bench-check,$@),--check) $(ONLY)

month: $(VENV)/.test
	@$(VENV)/bin/python -m benchmarks.month_one

docs: $(VENV)/.run
	@$(VENV)/bin/python -m tools.openapi.render

lock:
	$(need_python)
	@UPGRADE='$(UPGRADE)' $(PYTHON) tools/lock.py

# Two at a time. The output of each stays together, if this make can do that.
LINTS := lint-template lint-translated lint-types lint-code lint-documents lint-others

lint: $(VENV)/.test $(SAM_VENV)/.sam $(CHECKS_VENV)/.checks
	@$(MAKE) --no-print-directory --jobs 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) $(LINTS)

lint-quick: lint-code lint-types

lint-code: $(VENV)/.test
	@$(VENV)/bin/python tools/lock.py --check
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

lint-types: $(VENV)/.test
	@$(VENV)/bin/mypy

lint-documents: $(VENV)/.test
	@$(VENV)/bin/python -m tools.openapi.render --check

lint-template: $(SAM_VENV)/.sam
	@AWS_DEFAULT_REGION=us-east-1 $(SAM_VENV)/bin/sam validate --lint

lint-translated: $(SAM_VENV)/.sam $(CHECKS_VENV)/.checks
	@mkdir -p .aws-sam && AWS_DEFAULT_REGION=us-east-1 $(SAM_VENV)/bin/python tests/checks/translate.py >.aws-sam/translated.json
	@LOG_LEVEL=CRITICAL $(CHECKS_VENV)/bin/checkov --config-file tests/checks/checkov.yaml -f .aws-sam/translated.json

lint-others: $(CHECKS_VENV)/.checks
	@$(CHECKS_VENV)/bin/cfn-lint --config-file tests/checks/cfnlint.yaml
	@$(CHECKS_VENV)/bin/bandit -q -c pyproject.toml -r layers functions local
	@# The tools start processes, with arguments of their own.
	@$(CHECKS_VENV)/bin/bandit -q -c pyproject.toml -s B404,B603,B606 -r tools
	@$(CHECKS_VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(CHECKS_VENV)/bin/pre-commit validate-config
	@$(CHECKS_VENV)/bin/zizmor --quiet --offline .github/workflows

format: $(VENV)/.test
	@$(VENV)/bin/ruff format .

build: $(SAM_VENV)/.sam
	@$(call need_runtime,make build)
	@$(call build_stack,build,$(ARCHITECTURE))

build-here: $(SAM_VENV)/.sam
	@$(call need_runtime,make $@)
	@$(call build_stack,stack,$(HERE))

environments: $(VENV)/.test $(SAM_VENV)/.sam $(CHECKS_VENV)/.checks $(ENGINE_VENV)/.engine $(RUNTIME_VENV)/.test

clean:
	@rm -rf $(VENV) $(SAM_VENV) $(CHECKS_VENV) $(ENGINE_VENV) $(RUNTIME_VENV) .venv-uv .aws-sam .pytest_cache .mypy_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The sources of a build.
SOURCES := Makefile template.yaml samconfig.toml functions layers tools/build tools/uv.py $(LOCKS)/layer.txt $(LOCKS)/schema_layer.txt $(LOCKS)/sam.txt

# Build the stack in .aws-sam/$(1) for the architecture $(2), and check it. Skip this if no source has
# changed. sam's own cache would miss a change of the layer's lock. sam needs the runtime's minor
# version on PATH. Its output is shown only if it fails.
define build_stack
mkdir -p .aws-sam; \
sources="$(2) $(RUNTIME) $$(find $(SOURCES) -type f ! -path '*/__pycache__/*' | LC_ALL=C sort | xargs cksum)"; \
if [ "$$sources" != "$$(cat .aws-sam/$(1)/.sources 2>/dev/null)" ]; then \
	echo 'Building the stack for $(2) in .aws-sam/$(1) ...' >&2; \
	PATH="$(RUNTIME)/bin:$$PATH" LAYER_ARCHITECTURE=$(2) $(SAM_VENV)/bin/sam build --no-cached --parallel \
		--build-dir .aws-sam/$(1) --parameter-overrides Architecture=$(2) \
		>.aws-sam/$(1).log 2>&1 || { cat .aws-sam/$(1).log >&2; exit 1; }; \
	$(SAM_VENV)/bin/python -m tools.build.architecture $(2) .aws-sam/$(1)/template.yaml || exit 1; \
	$(call compile_functions,.aws-sam/$(1)); \
	"$(RUNTIME)/bin/python3.13" -m tools.build.check $(2) .aws-sam/$(1) || exit 1; \
	echo "$$sources" >.aws-sam/$(1)/.sources; \
fi
endef

# Compile the functions in a folder. The bytecode contains the paths on Lambda.
define compile_functions
for folder in $(1)/*Function; do \
	"$(RUNTIME)/bin/python3.13" -m compileall -q --invalidation-mode unchecked-hash \
		-s $$folder -p /var/task $$folder || exit 1; \
done
endef

define need_runtime
	if [ -z '$(RUNTIME)' ]; then \
		echo '$(1) needs python3.13, the Python of the functions. Install it, for example with pyenv install 3.13.0.' >&2; \
		exit 1; \
	fi
endef

# Print one line if $(PYTHON) does not run or is too old.
define need_python
	@$(PYTHON) -c '' 2>/dev/null || { \
		echo 'This needs Python 3.11 or newer, but "$(PYTHON)" does not run. Install it, or set its path: make $(MAKECMDGOALS) PYTHON=/path/to/python3' >&2; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "This needs Python 3.11 or newer, but \"$(PYTHON)\" is $$($(PYTHON) -V 2>&1). Set the path of a newer one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
		exit 1; }
endef

# Install the lock $(3) into the environment $(1) of the Python $(2). A terminal shows the progress.
# $(4) may be --compile-bytecode, which pays off after about ten starts.
define install
	$(need_python)
	@$(1)/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		$(UV) venv --quiet --clear --python "$$($(2) -c 'import sys; print(sys.executable)')" $(1)
	@$(UV) pip sync $$(test -t 2 || echo --quiet) $(4) --python $(1) $(3) || { \
		echo 'uv could not install the packages. Fix the error above and try again.' >&2; exit 1; }
	@touch $@
endef

$(VENV)/.run: $(LOCKS)/run.txt
	@echo 'Installing the packages to run the server into $(VENV) (only once)' >&2
	$(call install,$(VENV),$(PYTHON),$<)

$(VENV)/.test: $(LOCKS)/test.txt $(VENV)/.run
	@echo 'Installing the packages to run the tests into $(VENV) (only once)' >&2
	$(call install,$(VENV),$(PYTHON),$<,--compile-bytecode)

$(SAM_VENV)/.sam: $(LOCKS)/sam.txt
	@echo 'Installing the SAM CLI into $(SAM_VENV) (only once)' >&2
	$(call install,$(SAM_VENV),$(PYTHON),$<,--compile-bytecode)

$(CHECKS_VENV)/.checks: $(LOCKS)/checks.txt
	@echo 'Installing the checks of the template and the workflow into $(CHECKS_VENV) (only once)' >&2
	$(call install,$(CHECKS_VENV),$(PYTHON),$<)

# With the runtime's version if possible, so that it can also run the functions.
$(ENGINE_VENV)/.engine: $(LOCKS)/engine.txt
	@echo 'Installing a second DynamoDB into $(ENGINE_VENV) (only once)' >&2
	$(call install,$(ENGINE_VENV),$(if $(RUNTIME),$(RUNTIME)/bin/python3.13,$(PYTHON)),$<,--compile-bytecode)

# On the functions' Python: the tests of the package, the benchmarks and what they compare with.
$(RUNTIME_VENV)/.test: $(LOCKS)/measure.txt
	@$(call need_runtime,make $(MAKECMDGOALS))
	@echo 'Installing the packages to test and measure into $(RUNTIME_VENV) (only once), with the Python of the functions' >&2
	$(call install,$(RUNTIME_VENV),$(RUNTIME)/bin/python3.13,$<,--compile-bytecode)
	@touch $(RUNTIME_VENV)/.run
