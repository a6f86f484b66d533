# The two commands: `make reproduce` and `make test`. Both make the environment first.

STUDY ?= paper
CORES ?= all
CONFIG := $(if $(filter paper,$(STUDY)),config/config.yaml,config/$(STUDY).yaml)
SNAKEMAKE := .venv/bin/snakemake --cores $(CORES) --configfile $(CONFIG)

.PHONY: reproduce report figures snakemake-report test lint lock env help

help:
	@echo "make reproduce            run the study of the paper (STUDY=tiny for another)"
	@echo "make report               write its report, running what is missing"
	@echo "make figures              draw all figures again from the tables"
	@echo "make snakemake-report     write Snakemake's own report beside it"
	@echo "make test                 run the tests"
	@echo "make lint                 check style and workflow"
	@echo "make lock                 renew the lock files under envs/"

reproduce: .venv/run
	@test -f $(CONFIG) || { echo "There is no study '$(STUDY)': $(CONFIG) does not exist." >&2; exit 1; }
	@sh workflow/run_study.sh $(SNAKEMAKE)
	@echo
	@echo "Done. Look at results/$(STUDY)/report.html (the answer, all figures, a viewer of slices),"
	@echo "results/$(STUDY)/figures/ (SVG and PNG) and results/$(STUDY)/tables/ (CSV)."

report: .venv/run
	@sh workflow/run_study.sh $(SNAKEMAKE) -- results/$(STUDY)/report.html
	@echo "Look at results/$(STUDY)/report.html."

# Figures that are there already are forced; the others are drawn anyway.
DRAWN = $(wildcard results/$(STUDY)/figures/*.svg)
figures: .venv/run
	@sh workflow/run_study.sh $(SNAKEMAKE) $(if $(DRAWN),--forcerun $(DRAWN)) -- figures

snakemake-report: .venv/run
	@$(SNAKEMAKE) --report results/$(STUDY)/snakemake-report.html

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
