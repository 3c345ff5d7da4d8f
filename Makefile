# Two commands suffice on a fresh clone: `make demo` and `make test`.
# On Linux, macOS, or Windows' WSL.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What runs recipes; and with it what tests and checks them.
RUNS := $(VENV)/runs
INSTALLED := $(VENV)/installed

.PHONY: install demo test lint format bench profile chapters results faults soak image-check clean help

help:  ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUNS)  ## install what runs recipes, and neither tests nor linters

demo: $(RUNS)  ## train a DCGAN on drawings of houses (at most 5 minutes on two cores)
	$(BIN)/python -m recipes.dcgan.train

# One worker has all tests of a file, and all of a recipe's promises (tests/conftest.py).
test: $(INSTALLED)  ## run the tests (WORKERS=2)
	$(BIN)/python -m pytest --numprocesses $(or $(WORKERS),2) --dist loadgroup --no-loadscope-reorder

lint: $(INSTALLED)  ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/kubernetes-validate --quiet --strict docker/kubernetes.yaml
	$(BIN)/shellcheck docker/slurm.sh

format: $(INSTALLED)  ## put style and format right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED)  ## measure speed and memory on this machine, rewrite BENCH.md (PARTS="dcgan steps")
	$(BIN)/python -m tests.bench $(PARTS)

profile: $(INSTALLED)  ## say where the time of a recipe's training step goes (RECIPE=dcgan)
	$(BIN)/python -m tests.profile $(or $(RECIPE),dcgan)

chapters: $(INSTALLED)  ## make the chapters' code, diagrams and pictures again (QUICK=1: trains nothing; RECIPE=dcgan)
	$(BIN)/python -m tests.chapters

results: $(INSTALLED)  ## train and evaluate what is new, rewrite all tables (RECIPE=dcgan, SEEDS=1, FORCE=1)
	$(BIN)/python -m tests.results

faults: $(INSTALLED)  ## damage files, send hostile ones, try command lines and kill commands of every recipe (MINUTES=60)
	$(BIN)/python -m tests.faults --minutes $(or $(MINUTES),60)

soak: $(INSTALLED)  ## watch a long training for growth of memory, descriptors and threads (RECIPE=first_gan, HOURS=1)
	$(BIN)/python -m tests.soak --recipe $(or $(RECIPE),first_gan) --hours $(or $(HOURS),1)

image-check: $(INSTALLED)  ## build the image, run, stop and resume a training in it (VARIANT=cpu; needs docker)
	$(BIN)/python docker/check.py $(or $(VARIANT),cpu)

clean:  ## remove what was installed and built (runs/ stays)
	rm -rf $(VENV) build *.egg-info

# Installed anew whenever what is wanted changes. The constraints pin every package, so
# that a framework's release cannot break a clone.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	--constraint constraints.txt --editable

$(RUNS): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); \
	sys.exit(None if ok else f"Python 3.11 to 3.13 is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) .
	@touch $@

$(INSTALLED): $(RUNS)
	$(PIP_INSTALL) ".[test,lint]"
	@touch $@
