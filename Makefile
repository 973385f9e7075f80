# The Whole Game. Plain `make` lists what there is to make.
# Everything is installed into .venv, once: again only after settings.ini or pyproject.toml has changed.

NEEDED := $(shell sed -n 's/^python_requires *= *>=//p' settings.ini)
BIN := .venv/bin

DEVICE ?= cuda

# The Python in .venv, such as `Python 3.12.4`; empty when there is none that works.
HAVE := $(shell test -f .venv/made && $(BIN)/python -V 2>/dev/null)

# `PYTHON=python3.12 make test` chooses one, and .venv is made anew if it holds another.
ifndef PYTHON
PYTHON := $(if $(HAVE),$(BIN)/python,python3)
endif
ANEW := $(if $(filter-out $(shell $(PYTHON) -V 2>&1 || true),$(or $(HAVE),none)),anew)

LESSON := 00

.NOTPARALLEL:
.PHONY: help bird lab test slides decks site test-gpu platforms nightly cells clean-lessons kaggle install clean anew

help:  ## List what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

bird: .venv/installed  ## Play the whole game: find photos of birds and forests, train, ask about a new bird
	@$(BIN)/wholegame train bird forest --out models/bird

lab: .venv/installed-dev  ## Open the first lesson in JupyterLab
	@$(BIN)/jupyter lab nbs/01_is_it_a_bird.ipynb

test: .venv/installed-dev  ## Check everything: notebooks, exports, links, package, workflows
	@$(BIN)/python -m pytest -rs --numprocesses auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder --tb short --durations 10

test-gpu: .venv/installed-dev  ## Run every notebook on a GPU, with real data (or DEVICE=cpu: the drawn sample)
	@DEVICE=$(DEVICE) $(BIN)/python -m pytest -rs tests/gpu.py --tb short

platforms: .venv/installed-dev  ## Run every lesson over what Kaggle and Colab have preinstalled (needs a network)
	@$(BIN)/python -m pytest -rs tests/nightly.py -k platform --tb short --durations 0

nightly: .venv/installed-dev  ## Check what takes long or changes without us: all decks live, links, platforms (needs a network)
	@$(BIN)/python -m pytest -rs tests/nightly.py --tb short --durations 0

slides: .venv/installed-dev  ## Open lesson one as slides with live code; LESSON=03 opens another, CUPS=… shows the cups
	@WHOLEGAME_CUPS='$(CUPS)' $(BIN)/jupyter lab --config tools/slides_config.py --ServerApp.root_dir=nbs --LabApp.default_url=/rise/$(notdir $(wildcard nbs/$(LESSON)_*.ipynb))

decks: .venv/installed-dev  ## Write all decks to _decks, as HTML and PDF that need no network
	@$(BIN)/python tools/decks.py

cells: .venv/installed-dev  ## Write badges and set-up cells anew, after a change of settings.ini
	@$(BIN)/python tools/first_cells.py

clean-lessons: .venv/installed-dev  ## Write all lessons without prose and outputs to _clean, to test your memory
	@$(BIN)/python tools/clean_lessons.py

site: .venv/installed-dev  ## Write the site to _site: the lessons to read, with their decks and the package's functions
	@$(BIN)/python tools/website.py

kaggle: .venv/installed-dev  ## Make what goes to Kaggle, in build/kaggle
	@$(BIN)/python tools/for_kaggle.py

install: .venv/installed-dev  ## Install all that the others need, and do nothing else

clean:  ## Remove .venv, to begin again
	rm -rf .venv

define check
$(PYTHON) -c '' 2>/dev/null || { echo "'$(PYTHON)' does not run here: install Python $(NEEDED) or newer from python.org, or name yours, as in PYTHON=python3.12 make test" >&2; exit 1; }
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < tuple(map(int, "$(NEEDED)".split("."))))' || { echo "'$(PYTHON)' is `$(PYTHON) -V 2>&1`, too old: install Python $(NEEDED) or newer from python.org, or name yours, as in PYTHON=python3.12 make test" >&2; exit 1; }
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' cannot make virtual environments: on Debian or Ubuntu install the package python3-venv (sudo apt install python3-venv), elsewhere a Python from python.org" >&2; exit 1; }
endef

define install
@echo "Installing $(1) into .venv, with PyTorch and fastai: the first time that takes some minutes and up to 9 GB of this disk, 6 of them for good"
@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '$(1)'
endef

# Each of these files is touched last, so what was interrupted is done again.
.venv/made: $(ANEW)
	@$(check)
	@$(PYTHON) -m venv --clear --upgrade-deps .venv
	@touch $@

.venv/installed: .venv/made settings.ini pyproject.toml
	$(call install,.)
	@touch $@

.venv/installed-dev: .venv/made settings.ini pyproject.toml
	$(call install,.[dev])
	@touch .venv/installed $@
