# Lilong in a few commands. Each installs what it needs into .venv and node_modules; nothing else on the machine changes,
# except Debian packages when you are root or may use sudo (each is named before it is installed).
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
FRONTEND := map_server/presentation/static/vendor/.built
TRAINING_VENV := .venv-train
TRAINING := $(TRAINING_VENV)/.installed
TRAIN_OUT ?= .cache/train
SCENES_VENV := .venv-scenes
SCENES_INSTALLED := $(SCENES_VENV)/.installed
RIVALS_VENV := .venv-rivals
RIVALS := $(RIVALS_VENV)/.installed
PYTEST_FLAGS ?= -q -n auto --dist loadfile --durations=20 --durations-min=5
SHARED_DATA := $(or $(LILONG_SHARED_DATA),../shared/data)

.PHONY: help demo test check bench campaign train scenes docs lock pictures seed-year clean

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: $(RUNTIME) $(FRONTEND) ## server and three cameras on the demo footage; prints the address and a one-time link
	@$(BIN)/lilong demo $(DEMO_FLAGS)

test: $(DEVELOPMENT) $(FRONTEND) ## every test, with a real browser, RTSP server and database
	@scripts/install_system.sh
	postgres=(); if compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; then postgres=(scripts/with_postgres.sh); fi
	"$${postgres[@]}" $(BIN)/pytest $(PYTEST_FLAGS)

check: $(DEVELOPMENT) ## format, lint, types, import layers, sizes
	@$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/architecture

bench: $(DEVELOPMENT) $(FRONTEND) $(RIVALS) ## all scenes scored beside the rivals; speed as ratios: edge stages, ingest, patrols
	@mkdir -p .cache
	$(BIN)/python -m models.evaluate events --scenes --json .cache/events.json --html .cache/events.html
	$(BIN)/edge-agent bench
	$(BIN)/python -m tests.bench.ingest
	$(BIN)/python -m tests.bench.patrol
	$(BIN)/python -m tests.bench.streets
	$(BIN)/python -m tests.bench.routing
	$(BIN)/python -m tests.bench.verify_log

campaign: $(DEVELOPMENT) $(FRONTEND) ## the long campaigns: perturbed clips, parked vehicles, kill -9, the whole API
	@mkdir -p .cache/parked_vehicles
	tar -xJf $(SHARED_DATA)/parked_vehicles/roadtrack_parked.tar.xz -C .cache/parked_vehicles
	$(BIN)/python -m models.evaluate parked-vehicles --data .cache/parked_vehicles
	$(BIN)/python -m tests.accuracy.campaign_clips
	$(BIN)/python -m tests.e2e.campaign_kill
	LILONG_API_EXAMPLES=100 $(BIN)/pytest -q tests/contract/test_answers.py

train: $(TRAINING) ## train the detector on the published photos; goes on where it was stopped (UV_TORCH_BACKEND=cpu: small PyTorch)
	@PYTHONPATH=. $(TRAINING_VENV)/bin/python -m models.train --data $(SHARED_DATA) --out $(TRAIN_OUT) $(TRAIN_FLAGS)

scenes: $(SCENES_INSTALLED) ## render the scenes that are not rendered yet (Blender, Python 3.11); goes on where it was stopped
	@PYTHONPATH=. $(SCENES_VENV)/bin/python -m models.scenes render $(SCENES) --missing --work .cache/scenes --out models/scenes/clips

pictures: $(DEVELOPMENT) $(FRONTEND) ## take the pictures of the README from the running program
	@scripts/install_system.sh
	$(BIN)/python scripts/take_screenshots.py

seed-year: $(DEVELOPMENT) ## a synthetic year in DATA [.cache/year]: 56,000 work orders; its report, each figure recomputed by plain SQL
	@$(BIN)/python -m tests.year.seed --data $(or $(DATA),.cache/year) --again $(SEED_FLAGS)

docs: $(DEVELOPMENT) ## write the generated pages again: configuration keys, wire schemas, OpenAPI, sample ward
	@$(BIN)/python scripts/write_generated.py

lock: $(VENV)/.uv ## resolve the dependencies anew into the hashed lock files
	@$(BIN)/uv pip compile -q pyproject.toml --extra edge --extra server --generate-hashes --universal --python-version 3.11 \
	  --custom-compile-command "make lock" --upgrade -o requirements.txt
	$(BIN)/uv pip compile -q pyproject.toml --extra edge --extra server --extra postgres --extra dev --generate-hashes --universal \
	  --python-version 3.11 --custom-compile-command "make lock" -c requirements.txt -o requirements-dev.txt

clean: ## remove what was installed and made, keep the code
	@rm -rf $(VENV) node_modules map_server/presentation/static/vendor build dist var .cache

$(VENV)/.uv: scripts/ensure_venv.sh scripts/uv.txt
	@scripts/ensure_venv.sh $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r scripts/uv.txt
	touch $@

$(RUNTIME): $(VENV)/.uv requirements.txt pyproject.toml
	@echo "Installing Lilong and what it needs into $(VENV) (hashes checked)…"
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	touch $@

$(DEVELOPMENT): $(RUNTIME) requirements-dev.txt
	@echo "Installing what development and tests need…"
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.txt
	touch $@

$(TRAINING): $(VENV)/.uv pyproject.toml
	@echo "Installing what training needs (PyTorch) into $(TRAINING_VENV)…"
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(TRAINING_VENV)
	$(BIN)/uv pip install -q --python $(TRAINING_VENV)/bin/python -e '.[edge,train]'
	touch $@

$(SCENES_INSTALLED): $(VENV)/.uv pyproject.toml
	@echo "Installing what rendering needs (Blender) into $(SCENES_VENV)…"
	$(BIN)/uv venv -q --allow-existing --python 3.11 $(SCENES_VENV)
	$(BIN)/uv pip install -q --python $(SCENES_VENV)/bin/python -e '.[scenes]'
	touch $@

$(RIVALS): $(VENV)/.uv pyproject.toml
	@echo "Installing the rival that routing is measured against (OR-Tools) into $(RIVALS_VENV)…"
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(RIVALS_VENV)
	$(BIN)/uv pip install -q --python $(RIVALS_VENV)/bin/python 'ortools>=9.15,<10'
	touch $@

$(FRONTEND): package.json package-lock.json scripts/build_frontend.py $(RUNTIME)
	@$(BIN)/python scripts/build_frontend.py
	touch $@
