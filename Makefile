# Everything done by hand, in one place. A machine needs Python 3.11 or later and make, nothing else.

BIN := .venv/bin

.PHONY: run test trust bench lock format

run: .venv/run.stamp    ## serve on 127.0.0.1:8080, with a demo team, on SQLite
	@$(BIN)/hub demo

test: .venv/test.stamp  ## every check and test, on SQLite and PostgreSQL
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

trust: .venv/test.stamp ## the same tests at full scale: hours, not minutes
	HUB_TRUST=1 $(BIN)/pytest --timeout=14400

# One part of it, by its mark in pyproject.toml: make trust-races, trust-kills, trust-input,
# trust-machine, trust-laws.
trust-%: .venv/test.stamp
	HUB_TRUST=1 $(BIN)/pytest --timeout=14400 -m $*

bench: .venv/test.stamp  ## rates of reads and creates on both databases, against bare Starlette
	$(BIN)/python -m tests.bench

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Needs uv. The newest week is left out: a bad release is mostly found in its first days.
LOCK := uv pip compile --quiet --no-header --generate-hashes --universal --python-version 3.11 \
	--exclude-newer "7 days" --upgrade pyproject.toml --group build
lock:
	$(LOCK) --output-file requirements/run.txt
	$(LOCK) --group test --group lint --constraint requirements/run.txt --output-file requirements/test.txt

# The lock of the tests holds the lock of the hub: one environment serves both.
# A lock is whole, so nothing is resolved (--no-deps); resolving, the pip of Python 3.11 stumbles over extras.
.venv/%.stamp: requirements/%.txt pyproject.toml
	@sh requirements/environment.sh .venv
	@echo "Installing requirements/$*.txt into .venv (a minute or so the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
