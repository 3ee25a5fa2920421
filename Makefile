# Everything people and CI run. Needs Python 3.11 or newer and make; the rest goes into .venv.

PORT ?= 8501
# Chunks of the libraries that `make bench` searches, and where it draws the result: a run without
# the largest leaves the chart in docs/ alone.
SIZES ?= 1000 10000 100000 1000000
CHART ?= $(if $(filter 1000000,$(SIZES)),docs,build)/query-speed.svg
VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check
# Stamps: what is installed is touched again only when a requirements file changes.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

# Two processes share the tests, each with one thread for numbers: on two cores more would wait.
TESTS := env OMP_NUM_THREADS=1 $(PYTHON) -m pytest -n 2 --no-loadscope-reorder

.PHONY: help run test check format bench bench-quality samples screenshots clean

help:
	@echo "make run [PORT=8501]   start Openbook on http://127.0.0.1:$(PORT)"
	@echo "make test              all checks and tests, those in a real browser among them"
	@echo "make check             format, lint, types, import rule, documentation"
	@echo "make format            put the code into the format that make check expects"
	@echo "make bench [SIZES=…]   measure Openbook against the usual stack; hours, or minutes with" \
		"SIZES=\"1000 10000\""
	@echo "make bench-quality DATA=…  measure how well searches find, on public data sets"
	@echo "make samples           write the sample documents again"
	@echo "make screenshots       take pictures of every page, light and dark"
	@echo "make clean             remove .venv and caches"

run: $(INSTALLED)
	@echo "Openbook starts on http://127.0.0.1:$(PORT) (stop it with Ctrl+C)"
	@exec $(PYTHON) -m streamlit run app.py --server.port $(PORT)

test: check
	@if .ci/chromium; then exec $(TESTS); else exec $(TESTS) --deselect tests/browser; fi

check: $(INSTALLED_DEV)
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest -q tests/test_imports.py tests/test_docs.py

format: $(INSTALLED_DEV)
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

bench: $(INSTALLED_DEV)
	$(PYTHON) -m benchmarks.run
	$(PYTHON) -m benchmarks.queries --work build/queries --sizes $(SIZES) --chart $(CHART)

bench-quality: $(INSTALLED_DEV)
	@test -d "$(DATA)" || { echo "make bench-quality DATA=FOLDER; docs/measuring.md tells what is" \
		"in it" >&2; exit 2; }
	$(PYTHON) -m benchmarks.retrieval_quality "$(DATA)" --work build/quality

samples: $(INSTALLED_DEV)
	$(PYTHON) -m samples.make_samples

screenshots: $(INSTALLED_DEV)
	@.ci/chromium
	$(PYTHON) -m tests.browser.screenshots

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.txt requirements-ocr.txt constraints.txt | $(PYTHON)
	$(PIP) install -r requirements.txt -c constraints.txt
	$(PIP) install --no-deps --ignore-requires-python -r requirements-ocr.txt
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	$(PIP) install -r requirements-dev.txt -c constraints.txt
	@touch $@

$(PYTHON):
	@for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
		if $$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
			>/dev/null 2>&1; then \
			echo "Creating $(VENV) with $$($$python --version)"; \
			exec $$python -m venv $(VENV); \
		fi; \
	done; \
	echo "Openbook needs Python 3.11 or newer with its venv module" \
		"(on Debian: apt-get install python3 python3-venv)." >&2; exit 1
