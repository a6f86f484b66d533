# The workflow and its environment, with the versions of the lock: docker build -t manyeyes .
# It runs in the folder that is mounted as /work, and writes its results there:
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" manyeyes --cores 4
# For Apptainer: docker save manyeyes -o manyeyes.tar; apptainer build manyeyes.sif docker-archive:manyeyes.tar
#   apptainer run manyeyes.sif --cores 4
FROM python:3.12-slim-bookworm

WORKDIR /manyeyes
COPY envs/requirements.txt envs/requirements.txt
RUN pip install --no-cache-dir --require-hashes -r envs/requirements.txt
COPY envs/manyeyes.yaml envs/packaging.py envs/
COPY Snakefile CITATION.cff LICENSE README.md pyproject.toml ./
COPY src src
COPY workflow workflow
COPY config config
COPY profiles profiles
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .
# Caches are in the folder that a study runs in. Compiled code is loaded without a check, so a folder
# that others may write to, such as the temporary one that Apptainer shares with its host, is not safe.
ENV HOME=/tmp XDG_CACHE_HOME=.snakemake/cache NUMBA_CACHE_DIR=.snakemake/numba \
    MPLCONFIGDIR=.snakemake/matplotlib
RUN useradd --uid 1000 manyeyes
USER manyeyes

WORKDIR /work
ENTRYPOINT ["snakemake", "--snakefile", "/manyeyes/Snakefile", "--workflow-profile", "/manyeyes/profiles/default"]
CMD ["--cores", "all"]
