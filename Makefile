# `make` alone explains itself. Every target first builds .venv; the second time that needs no network.

.DEFAULT_GOAL := help
.PHONY: help up demo test check lint bench chaos contracts format lock venv
MAKEFLAGS += --no-print-directory

bin := .venv/bin
suites := tests
export HUB_PYTHON
# What Python has compiled once it finds again, whatever the shell says: each command starts in half the time.
export PYTHONDONTWRITEBYTECODE :=

help:
	@echo 'The referral hub. It needs Python 3.11 or newer, make and the package registries; no Docker.'
	@echo
	@echo '  make demo       a day of Whatcom County through real services, Kafka and PostgreSQL'
	@echo '  make test       everything that shows it works; ends with a summary line'
	@echo
	@echo '  make up         the hub itself, until Ctrl-C'
	@echo '  make check      format, lint, types, import rules and domain tests, in seconds; no server'
	@echo '  make bench      speed and memory, as ratios in one run'
	@echo '  make chaos      kills, outages and rebalances, long; of replays on from where it stopped, up to 1 000 kills'
	@echo '  make contracts  check the shelf of events and write its schemas and documents anew'
	@echo
	@echo '  make format     put the code into shape'
	@echo '  make lock       resolve the dependencies anew into requirements.lock'

venv:
	@sh deploy/venv.sh

up: venv
	@$(bin)/hub up

demo: venv
	@$(bin)/hub demo

check: lint
	$(bin)/pytest -q -n 2 tests/contracts/test_shelf.py $(wildcard tests/*/test_domain*.py)

lint: venv
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports

test: venv
	@# Java learns Kafka's classes meanwhile: every Kafka of the tests is up in half the time.
	@$(bin)/python -m tests.platform.classes & learning=$$!; $(MAKE) lint && wait $$learning
	@# Three at once, for many wait for servers. The tests of one file stay together: many share a hub.
	$(bin)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(suites)

bench: venv
	@$(bin)/python -m tests.bench

chaos: venv
	@# Of replays each run counts on in the file, until the full number: HUB_CHAOS_KILLS=1000 goes for all of them.
	HUB_CHAOS_KILLS=$${HUB_CHAOS_KILLS:-100} HUB_CHAOS_COUNT=$${HUB_CHAOS_COUNT:-.chaos} $(bin)/pytest tests/chaos

contracts: venv
	$(bin)/hub contracts export
	$(bin)/hub contracts check

format: venv
	$(bin)/ruff check --fix
	$(bin)/ruff format

lock: venv
	@$(bin)/uv pip compile pyproject.toml --extra local --group dev --universal --python-version 3.11 \
		--generate-hashes --custom-compile-command 'make lock' --quiet --output-file requirements.lock
	@$(bin)/uv pip compile pyproject.toml --constraints requirements.lock --universal --python-version 3.11 \
		--generate-hashes --custom-compile-command 'make lock' --quiet --output-file deploy/requirements.lock
	@echo 'requirements.lock and deploy/requirements.lock are up to date.'
