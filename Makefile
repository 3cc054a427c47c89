# The commands of this house. On a fresh machine `make demo` and `make test` need only python3 (3.11 or newer) and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
LOCK   := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
          --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options $(if $(UPGRADE),--upgrade)

# Tools of check-deploy: not in the tree, not in the environment of the project, built once.
TOOLS  := .cache/tools
DEPLOY := .cache/deploy

# What `make bench` runs in: the runtime, peers and plots, in an environment of its own.
BENCH  := .cache/bench

# The core: what is tested in every branch (DESIGN: pure, without clock, socket or logger).
CORE   := proxy/errors.py,proxy/model.py,proxy/scrub.py,proxy/wire/*,proxy/detect/*,proxy/keys/*,proxy/policy/*

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv dev demo test test-pythons test-sdk coverage covered check check-deploy format bench bench-gate bench-peers lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(VENV)/.installed ## create .venv with eventveil and what it needs to run

dev: $(VENV)/.dev ## the same and the tools of development

demo: venv ## fake vendor and eventveil on loopback, captured traffic through both; ONCE=1 ends when done
	$(BIN)/eventveil demo $(if $(ONCE),--once)

test: dev ## run the tests; ARGS="-k framing" narrows
	$(BIN)/python -m pytest $(ARGS)

test-pythons: dev ## the tests with the oldest and the newest Python of this machine that eventveil supports
	$(BIN)/python -m tests.pythons

test-sdk: dev ## the vendors' own SDKs in headless Chromium, through eventveil; ARGS="-k posthog" narrows
	tests/sdk/setup.sh
	$(BIN)/python -m pytest tests/sdk $(ARGS)

coverage: dev ## run the tests and demand every branch of the core
	$(BIN)/python -m pytest --cov --cov-report= $(ARGS)
	@$(MAKE) --no-print-directory covered

covered: dev ## demand every branch of the core of the last tests that ran with --cov
	$(BIN)/coverage report --include='$(CORE)' --fail-under=100

check: dev ## ruff, mypy, the import contracts and the shipped policies
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --platform darwin proxy
	$(BIN)/lint-imports
	$(BIN)/eventveil check policies

check-deploy: dev $(DEPLOY)/.installed $(TOOLS)/.built $(TOOLS)/prometheus ## deploy/, with the tools that will read it
	$(DEPLOY)/bin/yamllint --strict --config-file deploy/yamllint.yaml deploy
	$(DEPLOY)/bin/hadolint deploy/docker/Dockerfile
	$(DEPLOY)/bin/check-jsonschema --builtin-schema vendor.compose-spec deploy/docker/compose.yaml
	$(DEPLOY)/bin/check-jsonschema --check-metaschema deploy/helm/eventveil/values.schema.json
	$(TOOLS)/promtool check config deploy/prometheus/prometheus.yaml
	$(TOOLS)/promtool test rules deploy/prometheus/tests/*.yaml
	DEPLOY_TOOLS=$(abspath $(TOOLS)):$(abspath $(DEPLOY))/bin $(BIN)/python -m pytest tests/deploy

format: dev ## rewrite the sources as ruff wants them
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(BENCH)/.installed bench-peers ## measure, write benchmarks/README.md; ARGS="paths --quick" narrows
	$(BENCH)/venv/bin/python -m benchmarks $(ARGS)

bench-gate: dev ## hold what the heart costs against benchmarks/gate.json; a minute at most
	$(BIN)/python -m benchmarks gate

bench-peers: ## the peers that come from PyPI and npm; what cannot be installed is skipped by name
	-@$(MAKE) --no-print-directory $(BENCH)/.mitmproxy
	-@$(MAKE) --no-print-directory $(BENCH)/.node

lock: dev ## write requirements/*.txt anew from pyproject.toml and *.in; UPGRADE=1 takes newer versions
	$(LOCK) --output-file requirements/build.txt requirements/build.in
	$(LOCK) --output-file requirements/runtime.txt pyproject.toml
	$(LOCK) --output-file requirements/dev.txt requirements/dev.in
	$(LOCK) --output-file requirements/bench.txt requirements/bench.in
	$(LOCK) --output-file requirements/bench-mitmproxy.txt requirements/bench-mitmproxy.in
	$(LOCK) --output-file requirements/image.txt requirements/image.in
	$(LOCK) --output-file requirements/deploy.txt requirements/deploy.in
	$(LOCK) --output-file requirements/pictures.txt requirements/pictures.in

clean: ## remove .venv, caches and everything built
	rm -rf $(VENV) .cache build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find proxy tests benchmarks deploy -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# One stamp a step: a step runs again only when what it reads has changed.

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "make: eventveil needs Python 3.11 or newer; name one: make venv PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "make: this python3 cannot create environments: its ensurepip is missing." >&2; \
	       echo "      On Debian and Ubuntu it is a package of its own: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt $(VENV)/.created
	$(PIP) install --require-hashes --only-binary :all: -r requirements/build.txt -r requirements/runtime.txt
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.runtime
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.installed
	$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

$(DEPLOY)/.installed: requirements/deploy.txt $(VENV)/.created
	$(PYTHON) -m venv --clear $(DEPLOY)
	$(DEPLOY)/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes \
	  --only-binary :all: -r $<
	@touch $@

# helm and kustomize are published as Go sources; go checks what it fetches against the public checksum database.
$(TOOLS)/.built: deploy/tools.txt
	@command -v go >/dev/null || { echo "make: check-deploy builds helm and kustomize and needs go, 1.26 or newer" >&2; exit 1; }
	@mkdir -p $(TOOLS)
	while read -r package version; do \
	  GOBIN=$(abspath $(TOOLS)) GOFLAGS= CGO_ENABLED=0 go install -trimpath "$$package@$$version" || exit 1; done <$<
	@touch $@

# Debian's package, taken apart and not installed: nothing is started, and nobody has to be root once apt has its lists.
$(TOOLS)/prometheus:
	@mkdir -p $(TOOLS)
	@if command -v prometheus >/dev/null && command -v promtool >/dev/null; then \
	  ln -sf "$$(command -v promtool)" "$$(command -v prometheus)" $(TOOLS)/; exit 0; fi; \
	command -v apt-get >/dev/null \
	  || { echo "make: check-deploy needs prometheus and promtool, and there is no apt to get them with" >&2; exit 1; }; \
	cd $(TOOLS) && { apt-get download --quiet prometheus || { apt-get update --quiet && apt-get download --quiet prometheus; }; } \
	  && dpkg-deb --extract prometheus_*.deb debian && cp debian/usr/bin/prometheus debian/usr/bin/promtool . \
	  && rm -rf debian prometheus_*.deb

$(BENCH)/.installed: requirements/runtime.txt requirements/bench.txt
	@mkdir -p $(BENCH)
	$(PYTHON) -m venv --clear $(BENCH)/venv
	$(BENCH)/venv/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes \
	  --only-binary :all: -r requirements/runtime.txt -r requirements/bench.txt
	@touch $@

# pyperclip is published as an sdist only: setuptools and wheel, pinned in the same lock, build it without fetching.
$(BENCH)/.mitmproxy: requirements/bench-mitmproxy.txt
	@mkdir -p $(BENCH)
	$(PYTHON) -m venv --clear $(BENCH)/mitmproxy
	sed -n '/^\(packaging\|setuptools\|wheel\)==/,/# via/p' $< > $(BENCH)/build.txt
	$(BENCH)/mitmproxy/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes \
	  --only-binary :all: -r $(BENCH)/build.txt
	$(BENCH)/mitmproxy/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes \
	  --only-binary :all: --no-binary pyperclip --no-build-isolation -r $<
	@touch $@

$(BENCH)/.node: benchmarks/peers/node/package-lock.json
	@mkdir -p $(BENCH)
	cd benchmarks/peers/node && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
