# Two commands do the work: `make reproduce` and `make test`. Everything they install or cache stays in this checkout.
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
export UV_CACHE_DIR := $(CURDIR)/.tools/uv-cache
export XDG_CACHE_HOME := $(CURDIR)/.tools/cache
export MPLCONFIGDIR := $(CURDIR)/.tools/matplotlib
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/.tools/hypothesis
export PYTHONPYCACHEPREFIX :=
unexport PYTHONDONTWRITEBYTECODE
QUICK ?=

.PHONY: reproduce test lint bench lock build clean help

help:           ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

reproduce: .venv/.installed   ## run every study, verify, build paper/build/computerace.pdf
	$(BIN)/computerace reproduce $(if $(QUICK),--quick)

test: .venv/.installed        ## run the whole test suite with coverage
	$(BIN)/python -m pytest -n 2 --dist loadscope --cov --cov-report=term:skip-covered

lint: .venv/.installed        ## ruff and the strict type checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.installed       ## measure against peers, side by side (not timed by the tests)
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.repeated
	$(BIN)/python -m tests.benchmarks.risk_at_scale

build: .venv/.installed       ## the wheel, in dist/
	.tools/bin/uv build --wheel --no-build-isolation --python $(BIN)/python -q

lock: .tools/bin/uv           ## resolve the dependencies afresh
	.tools/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --upgrade -q pyproject.toml --group dev -o requirements.lock

clean:          ## remove everything that make and the studies made
	rm -rf .venv .tools build dist records paper/build .coverage

.tools/bin/uv: requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "computerace needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Give another: make PYTHON=/path/to/python3"; exit 2; }
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes -r requirements-uv.lock
	@touch $@

.venv/.installed: .tools/bin/uv requirements.lock pyproject.toml
	.tools/bin/uv venv --quiet --allow-existing --python .tools/bin/python .venv
	.tools/bin/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	.tools/bin/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
