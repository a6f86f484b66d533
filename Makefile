# The two main commands are `make reproduce` and `make test`. Both build the environment first.

STUDY ?= paper
CORES ?= all
RUN := .venv/bin/manyeyes run $(STUDY) --cores $(CORES)

# Make would accept `study=mine` as another variable, and run the default study.
$(foreach given,study Study cores Cores,$(if $(filter command%,$(origin $(given))),\
  $(error write STUDY and CORES in capitals; make knows no '$(given)')))

.PHONY: reproduce report figures snakemake-report networks test lint lock env help

help:
	@echo "make reproduce            run the study of the paper (STUDY=tiny for another)"
	@echo "make report               write its report, running what is missing"
	@echo "make figures              draw all figures again from the tables"
	@echo "make snakemake-report     write Snakemake's own report beside it"
	@echo "make networks             add what trains networks (JAX) to the environment"
	@echo "make test                 run the tests"
	@echo "make lint                 check style and workflow"
	@echo "make lock                 renew the lock files under envs/"

reproduce: .venv/run
	@$(RUN)

report: .venv/run
	@$(RUN) --only report

# Figures that exist are drawn again.
figures: .venv/run
	@$(RUN) --only figures --redraw

snakemake-report: .venv/run
	@$(RUN) --only snakemake-report

# The environment of the runs, with JAX; a study without networks does not need it.
networks: .venv/networks

test: .venv/test
	.venv/bin/python -m pytest -n logical --maxprocesses 8

lint: .venv/test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/snakefmt --check Snakefile workflow
	.venv/bin/snakemake --lint

# Each stamp marks an environment that matches its lock exactly.
env: .venv/run

.venv/run: envs/requirements.txt envs/make_environment.sh pyproject.toml
	sh envs/make_environment.sh envs/requirements.txt
	@touch $@

.venv/networks: envs/requirements-networks.txt envs/make_environment.sh pyproject.toml
	sh envs/make_environment.sh envs/requirements-networks.txt
	@touch $@ .venv/run

.venv/test: envs/requirements-test.txt envs/make_environment.sh pyproject.toml
	sh envs/make_environment.sh envs/requirements-test.txt
	@touch $@ .venv/run .venv/networks

lock:
	for name in requirements requirements-test requirements-networks; do \
	  uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url envs/$$name.in -o envs/$$name.txt || exit 1; \
	done
