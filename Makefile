# Every command of the project; `make` alone lists them. Each one prepares .venv first, which takes
# less than a second when nothing has changed.
SHELL := /bin/sh
.DEFAULT_GOAL := help

# A pyenv shim fails where the version that .python-version names is not installed; any other python3 will do.
PYTHON3 := $(shell for python in python3 /usr/bin/python3 /usr/local/bin/python3 "$$HOME"/.pyenv/versions/*/bin/python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null && echo "$$python" && break; done)
BOOTSTRAP := $(or $(PYTHON3),python3) ops/bootstrap.py
IN_VENV := $(BOOTSTRAP) --
WITH_SERVERS := $(IN_VENV) python -m ops.run --profile dev --
WITH_TEST_SERVERS := python -m ops.run --profile test --
# The tests start a hundred processes of this project, which shall not compile it each time.
COMPILED := env -u PYTHONDONTWRITEBYTECODE
MANAGE := $(WITH_SERVERS) python manage.py
RUNS ?= 10
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

##@ Start here
.PHONY: help demo test check
help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  %-21s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Run the whole product with two organizations; prints addresses and sign-ins (PORT=8000)
	@$(IN_VENV) python -m ops.supervisor demo

test: ## Run the tests on throw-away servers (ARGS="tests/ops -x")
	@$(BOOTSTRAP) --with-browser -- $(WITH_TEST_SERVERS) $(COMPILED) pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: ## Style, types, layers, migrations, templates and docs
	@$(IN_VENV) $(WITH_TEST_SERVERS) python -m ops.check

##@ Development
.PHONY: dev dev-db dev-full dev-reset build preview doctor lock docs screenshots soak fuzz bench
dev: ## Web, dispatcher and worker, restarted when a file changes
	@$(IN_VENV) python -m ops.supervisor dev

dev-db: ## Only the servers; prints the variables that point to them
	@$(IN_VENV) python -m ops.supervisor servers

dev-full: ## Servers, migrations, sample data where there is none, then dev
	@$(IN_VENV) python -m ops.supervisor dev-full

dev-reset: ## Throw away all local servers with their data and start from nothing (CONFIRM=yes)
	@$(IN_VENV) python -m ops.reset servers

build: ## Static files and the API description, ready to be served
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@$(MANAGE) export_openapi

preview: ## The product with production settings, locally
	@$(IN_VENV) python -m ops.supervisor preview

doctor: ## What is wrong with this machine or set-up, and what to do
	@$(IN_VENV) python -m ops.doctor

lock: ## Resolve requirements/*.in into hashed requirements/*.txt
	@$(IN_VENV) $(UV_COMPILE) requirements/runtime.in -o requirements/runtime.txt
	@$(IN_VENV) $(UV_COMPILE) requirements/dev.in -o requirements/dev.txt

docs: ## Write the pages that are generated from code
	@$(IN_VENV) env PYTHONPATH=.:platform python -m config.docs

screenshots: ## Take the pictures in docs/img anew, on a demo of their own
	@$(BOOTSTRAP) --with-browser -- $(WITH_TEST_SERVERS) python -m ops.screenshots

soak: ## Run the tests again and again until one fails (RUNS=10 ARGS="-m processes")
	@$(BOOTSTRAP) --with-browser -- $(WITH_TEST_SERVERS) env WORLDS=63 python -m ops.soak $(RUNS) $(ARGS)

fuzz: ## Call every operation of the API in every way its description allows and does not (CASES=5000 SEED=20)
	@$(BOOTSTRAP) --with-browser -- $(WITH_TEST_SERVERS) env CASES=$(or $(CASES),5000) SEED=$(or $(SEED),20) pytest -q -s -n 3 --dist load tests/fuzz

bench: ## Measure (SUITE=onboarding|import|access; SIZE=small for a quick look)
	@$(IN_VENV) python -m ops.run --profile bench -- python -m ops.bench $(SUITE)

##@ Database
.PHONY: db-migrate db-generate db-push db-seed db-studio db-reset
db-migrate: ## Apply the migrations to the public tables and to every organization
	@$(MANAGE) db_migrate

db-generate: ## Write migrations for changed models
	@$(MANAGE) makemigrations

db-push: ## Try changed models in a scratch schema, without a migration file
	@$(MANAGE) db_push

db-seed: ## Fill an empty database with the sample organizations (SIZE=small|large)
	@$(MANAGE) db_seed --size $(or $(SIZE),small)

db-studio: ## The read-only data browser
	@$(IN_VENV) python -m ops.supervisor studio

db-reset: ## Drop the database with its roles and create it anew (CONFIRM=yes)
	@$(IN_VENV) python -m ops.run --profile dev --alone -- python -m ops.reset database
	@$(MANAGE) db_migrate

##@ Data
.PHONY: backup restore migrate-localstorage cleanup-localstorage
backup: ## Save database and files into one archive (FILE=path)
	@$(WITH_SERVERS) python -m ops.backup $(if $(FILE),"$(FILE)")

restore: ## Put back a backup, verified against its manifest (FILE=path, CONFIRM=yes over existing data)
	@$(IN_VENV) python -m ops.run --profile dev --alone -- python -m ops.restore "$(FILE)"

migrate-localstorage: ## Import a browser's localStorage dump (FILE=dump.json TENANT=acme)
	@$(MANAGE) migrate_localstorage --file "$(FILE)" --tenant "$(TENANT)"

cleanup-localstorage: ## List the browser's keys that are safe to remove (TENANT=acme)
	@$(MANAGE) cleanup_localstorage --tenant "$(TENANT)"
