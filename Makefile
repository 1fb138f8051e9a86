# Everything that a person does here, by name. `make` alone prints the list.
#
# uv makes each environment on first use, and again when its lock changes. It installs nothing but what
# a lock in tools/locks names, and checks every hash. Two environments run the product: .venv on any
# Python from 3.11 on, as `make run` promises, and .venv-runtime on 3.13, the Python of the functions.
# The SAM CLI, the checks and the second DynamoDB pin other versions of the same packages, so each of
# them has an environment of its own.

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
# The functions' own Python, where this machine has it; a shim that is on PATH may still not run. It is
# looked for once, when a target asks for it.
RUNTIME = $(eval RUNTIME := $$(or $$(shell python3.13 -c 'import sys; print(sys.prefix)' 2>/dev/null),$$(shell pyenv prefix 3.13.0 2>/dev/null)))$(RUNTIME)

# Tests are shared among as many processes as there are cores, a file to one of them.
SHARED := -n auto --maxprocesses 4 --dist loadfile

export PORT ENGINE AUTH REGISTRATION API_URL
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help run demo operate replay test test-long test-stack test-packaged mutants e2e smoke lint format docs lock bench bench-check month build clean
.PHONY: environments build-here lint-quick lint-code lint-types lint-documents lint-template lint-translated lint-others

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
	@echo '               TESTS="tests/e2e"  only these'
	@echo 'make e2e       the end-to-end tests against the stack at API_URL=<url> (REGISTRATION_KEY=<key>),'
	@echo '               or one of their own, with AUTH and REGISTRATION as above'
	@echo 'make smoke     the user'"'"'s checklist against the stack at API_URL=<url> (REGISTRATION_KEY=<key>); its agents leave'
	@echo 'make replay    gives the dead letters of STACK=<name> to their functions again (DRY_RUN=1 shows them)'
	@echo 'make lint      ruff, mypy, bandit; the template and the workflow, by all that checks them'
	@echo 'make lint-quick  the part of it that a commit waits for: ruff, mypy, the locks'
	@echo 'make format    ruff format'
	@echo 'make docs      writes /openapi.json, the template'"'"'s routes and the table of calls anew'
	@echo 'make lock      compiles the dependency groups of pyproject.toml to tools/locks, with hashes'
	@echo '               UPGRADE=<package>  takes the newest version of a package that no group pins'
	@echo 'make bench     what each call costs, in calls, units and CPU: one table, and benchmarks/results.json'
	@echo 'make bench-check  holds what can be counted against benchmarks/results.json'
	@echo '               ONLY="operations growth worst package scale warm beside clients"   some of it'
	@echo 'make month     how long each call takes here, a month of messages on'
	@echo 'make build     sam build, ready for sam deploy (ARCHITECTURE=x86_64 for the other one)'
	@echo 'make build-here  sam build for this machine, as make test-stack, test-packaged and bench need it'
	@echo 'make environments  makes every environment, so that nothing later waits for one'
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
	@TEST_SIZE=full $(VENV)/bin/python -m pytest $(SHARED) tests/races tests/faults \
		tests/integration/contacts/test_strangers.py tests/integration/work_orders/test_filters.py

mutants: $(VENV)/.test
	@$(VENV)/bin/python -m tests.mutants

test-stack: $(VENV)/.test $(SAM_VENV)/.sam $(ENGINE_VENV)/.engine
	@$(call need_runtime,make test-stack)
	@$(call build_stack,stack,$(HERE))
	@$(VENV)/bin/python -m pytest tests/stack

test-packaged: $(SAM_VENV)/.sam $(ENGINE_VENV)/.engine $(RUNTIME_VENV)/.test
	@$(call need_runtime,make test-packaged)
	@$(call build_stack,stack,$(HERE))
	@$(RUNTIME_VENV)/bin/python -m tests.packaged .aws-sam/stack .aws-sam/packaged
	@ln -s "$(CURDIR)/$(RUNTIME_VENV)" .aws-sam/packaged/$(VENV)
	@ln -s "$(CURDIR)/$(ENGINE_VENV)" .aws-sam/packaged/$(ENGINE_VENV)
	@cd .aws-sam/packaged && $(VENV)/bin/python -m pytest $(SHARED) $(TESTS)

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
	@$(call build_stack,stack,$(HERE))
	@$(RUNTIME_VENV)/bin/python -m benchmarks $(if $(filter bench-check,$@),--check) $(ONLY)

month: $(VENV)/.test
	@$(VENV)/bin/python -m benchmarks.month_one

docs: $(VENV)/.run
	@$(VENV)/bin/python -m tools.openapi.render

lock:
	$(need_python)
	@UPGRADE='$(UPGRADE)' $(PYTHON) tools/lock.py

# Two at a time. What one of them prints stays together, where make can do that.
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

# What a build is made from.
SOURCES := Makefile template.yaml samconfig.toml functions layers tools/build/check.py tools/uv.py $(LOCKS)/layer.txt $(LOCKS)/sam.txt

# Builds the stack in .aws-sam/$(1) for an architecture, $(2), and checks what was made; not again until
# one of its sources changes. sam's own cache would miss a change of the layer's lock. It needs the
# runtime's minor version on PATH. What it prints is shown when it fails.
define build_stack
mkdir -p .aws-sam; \
sources="$(2) $$(find $(SOURCES) -type f ! -path '*/__pycache__/*' | LC_ALL=C sort | xargs cksum)"; \
if [ "$$sources" != "$$(cat .aws-sam/$(1).sources 2>/dev/null)" ]; then \
	echo 'Building the stack for $(2) in .aws-sam/$(1) ...' >&2; rm -f .aws-sam/$(1).sources; \
	PATH="$(RUNTIME)/bin:$$PATH" LAYER_ARCHITECTURE=$(2) $(SAM_VENV)/bin/sam build --no-cached --parallel \
		--build-dir .aws-sam/$(1) --parameter-overrides Architecture=$(2) \
		>.aws-sam/$(1).log 2>&1 || { cat .aws-sam/$(1).log >&2; exit 1; }; \
	$(call compile_functions,.aws-sam/$(1)); \
	"$(RUNTIME)/bin/python3.13" -m tools.build.check $(2) .aws-sam/$(1) || exit 1; \
	echo "$$sources" >.aws-sam/$(1).sources; \
fi
endef

# Bytecode of the functions in a folder, which names the place where each will be.
define compile_functions
for folder in $(1)/*Function; do \
	"$(RUNTIME)/bin/python3.13" -m compileall -q --invalidation-mode unchecked-hash \
		-s $$folder -p /var/task $$folder || exit 1; \
done
endef

define need_runtime
	if [ -z '$(RUNTIME)' ]; then \
		echo '$(1) needs python3.13, the runtime of the functions, on PATH (or pyenv install 3.13.0)' >&2; \
		exit 1; \
	fi
endef

# Says in one line when the Python, $(PYTHON), is not usable.
define need_python
	@$(PYTHON) -c '' 2>/dev/null || { \
		echo 'Python 3.11 or newer is needed and "$(PYTHON)" does not run: install it, or say where it is: make $(MAKECMDGOALS) PYTHON=/path/to/python3' >&2; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed and \"$(PYTHON)\" is $$($(PYTHON) -V 2>&1): say where a newer one is: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
		exit 1; }
endef

# Installs a lock, $(3), into an environment, $(1), that a Python, $(2), runs. A terminal sees how far it
# is. $(4) is --compile-bytecode for what starts many times; it costs as much as ten starts without.
define install
	$(need_python)
	@$(1)/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		$(UV) venv --quiet --clear --python "$$($(2) -c 'import sys; print(sys.executable)')" $(1)
	@$(UV) pip sync $$(test -t 2 || echo --quiet) $(4) --python $(1) $(3) || { \
		echo 'uv could not install this. Its message is above. Repeat when that is mended.' >&2; exit 1; }
	@touch $@
endef

$(VENV)/.run: $(LOCKS)/run.txt
	@echo 'Installing what running needs into $(VENV) (once)'
	$(call install,$(VENV),$(PYTHON),$<)

$(VENV)/.test: $(LOCKS)/test.txt $(VENV)/.run
	@echo 'Installing what testing needs into $(VENV) (once)'
	$(call install,$(VENV),$(PYTHON),$<,--compile-bytecode)

$(SAM_VENV)/.sam: $(LOCKS)/sam.txt
	@echo 'Installing the SAM CLI into $(SAM_VENV) (once)'
	$(call install,$(SAM_VENV),$(PYTHON),$<,--compile-bytecode)

$(CHECKS_VENV)/.checks: $(LOCKS)/checks.txt
	@echo 'Installing the checks of the template and the workflow into $(CHECKS_VENV) (once)'
	$(call install,$(CHECKS_VENV),$(PYTHON),$<)

# Made with the runtime's version where there is one: it can then run the functions themselves, too.
$(ENGINE_VENV)/.engine: $(LOCKS)/engine.txt
	@echo 'Installing a second DynamoDB into $(ENGINE_VENV) (once)'
	$(call install,$(ENGINE_VENV),$(if $(RUNTIME),$(RUNTIME)/bin/python3.13,$(PYTHON)),$<,--compile-bytecode)

# On the functions' own Python: their tests as packaged, and what they are measured beside.
$(RUNTIME_VENV)/.test: $(LOCKS)/measure.txt
	@$(call need_runtime,make $(MAKECMDGOALS))
	@echo 'Installing what testing and measuring need into $(RUNTIME_VENV) (once), on the Python of the functions'
	$(call install,$(RUNTIME_VENV),$(RUNTIME)/bin/python3.13,$<,--compile-bytecode)
	@touch $(RUNTIME_VENV)/.run
