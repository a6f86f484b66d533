# The two commands: `make reproduce` and `make test`. Both make the environment first.

STUDY ?= paper
CORES ?= all
CONFIG := $(if $(filter paper,$(STUDY)),config/config.yaml,config/$(STUDY).yaml)
SNAKEMAKE := .venv/bin/snakemake --cores $(CORES) --configfile $(CONFIG)

.PHONY: reproduce test lint lock env help

help:
	@echo "make reproduce            run the study of the paper (STUDY=tiny for another)"
	@echo "make test                 run the tests"
	@echo "make lint                 check style and workflow"
	@echo "make lock                 renew the lock files under envs/"

reproduce: .venv/run
	@test -f $(CONFIG) || { echo "There is no study '$(STUDY)': $(CONFIG) does not exist." >&2; exit 1; }
	@sh workflow/run_study.sh $(SNAKEMAKE)
	@$(SNAKEMAKE) --report results/$(STUDY)/report.html
	@echo
	@echo "Done. Look at results/$(STUDY)/report.html (all figures with captions),"
	@echo "results/$(STUDY)/figures/ (SVG and PNG) and results/$(STUDY)/tables/ (CSV)."

test: .venv/test
	.venv/bin/python -m pytest

lint: .venv/test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/snakefmt --check Snakefile workflow
	.venv/bin/snakemake --lint

# Each stamp stands for an environment that holds exactly what its lock says.
env: .venv/run

.venv/run: envs/requirements.txt envs/make_environment.sh
	sh envs/make_environment.sh envs/requirements.txt
	@touch $@

.venv/test: envs/requirements-test.txt envs/make_environment.sh
	sh envs/make_environment.sh envs/requirements-test.txt
	@touch $@ .venv/run

lock:
	for name in requirements requirements-test; do \
	  uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url envs/$$name.in -o envs/$$name.txt || exit 1; \
	done
