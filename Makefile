# Two commands suffice on a fresh clone: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

.PHONY: demo test lint format bench chapters results image-check clean help

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1 \t/'

demo: $(INSTALLED)  ## train a DCGAN on drawings of houses (at most 5 minutes on two cores)
	$(BIN)/python -m recipes.dcgan.train

# One worker has all tests of a file, and all of a recipe's promises (tests/conftest.py).
test: $(INSTALLED)  ## run the tests (WORKERS=2)
	$(BIN)/python -m pytest --numprocesses $(or $(WORKERS),2) --dist loadgroup --no-loadscope-reorder

lint: $(INSTALLED)  ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml
	$(BIN)/kubernetes-validate --quiet --strict docker/kubernetes.yaml
	$(BIN)/shellcheck docker/slurm.sh

format: $(INSTALLED)  ## put style and format right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED)  ## measure speed and memory on this machine
	$(BIN)/python -m tests.bench

chapters: $(INSTALLED)  ## make the chapters' pictures again (trains what results lacks)
	$(BIN)/python -m tests.chapters

results: $(INSTALLED)  ## train and evaluate what is new, rewrite all tables (RECIPE=dcgan, SEEDS=1, FORCE=1)
	$(BIN)/python -m tests.results

image-check: $(INSTALLED)  ## build the image, run, stop and resume a training in it (VARIANT=cpu; needs docker)
	$(BIN)/python docker/check.py $(or $(VARIANT),cpu)

clean:  ## remove what was installed and built (runs/ stays)
	rm -rf $(VENV) build *.egg-info

# Installed anew whenever what is wanted changes. The constraints pin every package, so
# that a framework's release cannot break a clone.
$(INSTALLED): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); \
	sys.exit(None if ok else f"Python 3.11 to 3.13 is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable ".[test,lint]"
	@touch $@
