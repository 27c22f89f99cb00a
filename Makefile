# Everything done by hand, in one place. A machine needs Python 3.11 or later and make, nothing else.

BIN := .venv/bin

.PHONY: run test trust bench pictures lock format

run: .venv/run.stamp    ## serve on 127.0.0.1:8080, with a demo team, on SQLite
	@$(BIN)/hub demo

test: .venv/test.stamp  ## every check and test, on SQLite and PostgreSQL
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses 2 --dist worksteal

trust: .venv/test.stamp ## the same tests at full scale: hours, not minutes
	HUB_TRUST=1 $(BIN)/pytest --timeout=14400

# One part of it, by its mark in pyproject.toml: make trust-races, trust-kills, trust-input,
# trust-machine, trust-laws.
trust-%: .venv/test.stamp
	HUB_TRUST=1 $(BIN)/pytest --timeout=14400 -m $*

# What make bench measures: users, members of groups, seconds of each load, rounds, and the document
# that it writes to. A quick look: make bench SIZES=1000 SECONDS=1 ROUNDS=2 WRITE=
SIZES = 1000 10000 100000
MEMBERS = 100 10000 100000
SECONDS = 1
ROUNDS = 5
WRITE = docs/performance.md

bench: .venv/bench.stamp ## speed and memory, against bare Starlette and scim2-server
	$(BIN)/python -m tests.bench --sizes $(SIZES) --members $(MEMBERS) --seconds $(SECONDS) \
		--rounds $(ROUNDS) $(if $(WRITE),--write $(WRITE))

pictures: .venv/test.stamp  ## of the portal's main pages, for docs/ and the README
	$(BIN)/python -m tests.browser.pictures docs/pictures

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Needs uv. The newest week is left out: a bad release is mostly found in its first days.
LOCK := uv pip compile --quiet --no-header --generate-hashes --universal --python-version 3.11 \
	--exclude-newer "7 days" --upgrade
HUB := pyproject.toml --group build
lock:
	$(LOCK) $(HUB) --output-file requirements/run.txt
	$(LOCK) $(HUB) --group test --group lint --constraint requirements/run.txt --output-file requirements/test.txt
	$(LOCK) --group bench --constraint requirements/test.txt --output-file requirements/bench.txt

# The lock of the tests holds the lock of the hub, and that of the bench agrees with it: one environment
# serves all.
.venv/bench.stamp: .venv/test.stamp

# A lock is whole, so nothing is resolved (--no-deps); resolving, the pip of Python 3.11 stumbles over extras.
.venv/%.stamp: requirements/%.txt pyproject.toml
	@sh requirements/environment.sh .venv
	@echo "Installing requirements/$*.txt into .venv (a minute or so the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
