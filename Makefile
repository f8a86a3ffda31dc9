# Everything starts from a bare Python 3.11: the first `make` of anything installs what it needs, and nothing twice.
#
#   make demo PROMPT="…"   one ring from a prompt, through the whole house (KEEP=1 leaves the stack up)
#   make demo-tryon [PHOTO=…]  a photo of jewelry put on a person; its clicks lie beside it, as .json
#   make demo-3d [PICTURE=…]  a picture of a piece made a mesh, and that a print of 40 mm
#   make demo-images [CONCEPT="…"] [PHOTO=…]  rounds of pictures about an idea; a photo described and imagined anew
#   make up                the stack, until Ctrl-C; make down: stop one that was left up
#   make test              every test; make check: style, types, architecture; make bench [ONLY=group]
#   make gpu               the environment of the try-on's models: torch with CUDA, about 6 GB
#   make doctor            what is missing on this machine, and how to mend it
#   make lock              new lock files from pyproject.toml, requirements-blender.in and package.json

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PROMPT ?= A vintage art deco ring with channel-set baguette diamonds
KEEP ?=
PHOTO ?=
CONCEPT ?=
PICTURE ?=
ONLY ?=

BIN := .venv/bin
VENDOR := api/console/vendor
# Node's own npm, or the one that the environment brings
NPM = PATH="$(PATH):$(CURDIR)/$(BIN)" npm
NPM_QUIET := --ignore-scripts --no-audit --no-fund --legacy-peer-deps --loglevel=error --no-update-notifier
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --python-version 3.11

export PROMPT CONCEPT
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-tryon demo-3d demo-images up down test check bench doctor environment gpu assets lock clean system browser

help:
	@sed -n 's/^#   //p' Makefile

demo: environment assets
	@$(BIN)/python -m deployments demo "$$PROMPT" $(if $(KEEP),--keep)

demo-tryon: environment assets
	@$(BIN)/python -m deployments demo-tryon $(PHOTO) $(if $(KEEP),--keep)

demo-3d: environment assets
	@$(BIN)/python -m deployments demo-3d $(PICTURE) $(if $(KEEP),--keep)

demo-images: environment assets
	@$(BIN)/python -m deployments demo-images "$$CONCEPT" $(if $(PHOTO),--photo $(PHOTO)) $(if $(KEEP),--keep)

up: environment assets
	@$(BIN)/python -m deployments up

down: environment
	@$(BIN)/python -m deployments down

test: environment gpu assets browser
	$(BIN)/python -m pytest -n 2

check: environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py

bench: environment
	$(BIN)/python -m bench $(ONLY)

doctor: environment
	@$(BIN)/python -m deployments doctor

environment: .venv/.installed .venv-blender/.installed

gpu: .venv-gpu/.installed

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) deployments/system.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --offline --no-deps --no-build-isolation --editable .
	@touch $@

.venv-blender/.installed: requirements-blender.lock .venv/.installed
	test -x .venv-blender/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python .venv-blender
	$(BIN)/uv pip sync --quiet --python .venv-blender/bin/python --require-hashes requirements-blender.lock
	@touch $@

# Without bytecode ahead: compiling all of torch takes longer than installing it, and little of it is ever imported.
.venv-gpu/.installed: export UV_COMPILE_BYTECODE := 0
.venv-gpu/.installed: requirements-gpu.lock .venv/.installed
	test -x .venv-gpu/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python .venv-gpu
	$(BIN)/uv pip sync --quiet --python .venv-gpu/bin/python --require-hashes requirements-gpu.lock
	@touch $@

assets: $(VENDOR)/.installed

$(VENDOR)/.installed: package-lock.json .venv/.installed
	$(NPM) ci $(NPM_QUIET)
	mkdir -p $(VENDOR)
	cp node_modules/@google/model-viewer/dist/model-viewer.min.js $(VENDOR)/
	cp node_modules/@google/model-viewer/LICENSE $(VENDOR)/model-viewer.LICENSE
	cp node_modules/swagger-ui-dist/swagger-ui-bundle.js node_modules/swagger-ui-dist/swagger-ui.css $(VENDOR)/
	cp node_modules/swagger-ui-dist/LICENSE $(VENDOR)/swagger-ui.LICENSE
	@touch $@

# What tests want of the machine, a Chromium and a PostgreSQL: its own, or Debian's where this may install them.
browser:
	@$(PYTHON) deployments/system.py --tests || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends $$($(PYTHON) deployments/system.py --tests --names); }

lock: .venv/.installed
	$(LOCK) --extra azure --extra postgres --extra runpod --extra test --extra dev -o requirements.lock pyproject.toml
	$(LOCK) --extra gpu --extra test -o requirements-gpu.lock pyproject.toml
	$(LOCK) -o requirements-blender.lock requirements-blender.in
	$(NPM) install --package-lock-only --omit-lockfile-registry-resolved $(NPM_QUIET)

# The home directory .atelier stays: it holds what was made.
clean:
	rm -rf .venv .venv-blender .venv-gpu node_modules $(VENDOR) out .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
