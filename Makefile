# Two commands: `make run` answers the question, `make test` proves it.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
ENV := .venv
STAMP := $(ENV)/.installed
APT := chromium fonts-noto-cjk fontconfig postgresql
INDEPENDENT := tests/bacnet/independent
CLIENT := .examiners/node_modules/.package-lock.json
ACCEPTED :=
BENCHMARKS := $(sort $(wildcard benchmarks/*.py))

.PHONY: run demo test nightly lint audit lock bench clean system examiners

run: $(STAMP)
	@$(ENV)/bin/twin study sites/binhai --report out/binhai/report.html --bacnet

# The dashboard at http://127.0.0.1:8050 with a virtual building, its gateway, the live twin and their history behind it; Ctrl-C ends all of it.
demo: $(STAMP)
	@$(ENV)/bin/twin serve sites/binhai

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: apt-get install python3"; exit 1; }
	@echo "creating the environment in $(ENV)"
	@$(PYTHON) -m venv --clear $(ENV) || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "installing pinned packages (about a minute)"
	@$(ENV)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(ENV)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

lint: $(STAMP)
	@$(ENV)/bin/ruff check . && $(ENV)/bin/ruff format --check . && $(ENV)/bin/mypy && $(ENV)/bin/lint-imports

# Known weaknesses of the locked packages: findings fail, a service that cannot be reached is told. ACCEPTED holds findings that were judged.
audit: $(STAMP)
	@$(ENV)/bin/python .ci/audit.py --lock requirements.lock $(ACCEPTED:%=--accept %)

system:
	@missing=""; command -v chromium >/dev/null || missing="$(APT)"; fc-list 2>/dev/null | grep -qi "noto.*cjk" || missing="$(APT)"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$(APT)"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then echo "installing $$missing"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	  elif sudo -n true 2>/dev/null; then echo "installing $$missing"; sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	  else echo "the tests need Debian packages; run: sudo apt-get install -y $$missing"; exit 1; fi; fi

# Programs of others that judge the BACnet side: tshark where CI may install it, an independent client where node is; tests skip without.
examiners:
	@if [ "$$CI" = true ] && [ "$$(id -u)" = 0 ] && ! command -v tshark >/dev/null; then echo "installing tshark"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends tshark >/dev/null; fi
	@if command -v npm >/dev/null; then $(MAKE) -s $(CLIENT) || [ "$$CI" != true ]; fi

$(CLIENT): $(INDEPENDENT)/package-lock.json
	@echo "installing the independent BACnet client in .examiners"
	@mkdir -p .examiners && cp $(INDEPENDENT)/package.json $(INDEPENDENT)/package-lock.json $(INDEPENDENT)/.npmrc .examiners/
	@cd .examiners && npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json

test: system examiners $(STAMP) lint $(if $(filter true,$(CI)),audit)
	@$(ENV)/bin/python -W error -m pytest -n 2 -m "not nightly"

nightly: system examiners $(STAMP) lint
	@$(ENV)/bin/python -W error -m pytest -n 2
	@for each in $(BENCHMARKS); do echo "== $$each"; PYTHONPATH=. $(ENV)/bin/python $$each || exit 1; done

bench: $(STAMP)
	@for each in $(BENCHMARKS); do echo "== $$each"; PYTHONPATH=. $(ENV)/bin/python $$each || exit 1; done

lock: $(STAMP)
	@$(ENV)/bin/python -m pip install -q 'pip-tools>=7.6'
	@CUSTOM_COMPILE_COMMAND="make lock" $(ENV)/bin/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --extra bacnet --extra dashboard --extra dask --extra postgresql --extra search --extra sensitivity --extra test --output-file requirements.lock pyproject.toml

clean:
	@rm -rf $(ENV) .examiners out build dist *.egg-info
