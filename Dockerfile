# The workflow and its environment, as the lock says: docker build -t manyeyes .
# Results stay outside: docker run --rm -v "$PWD/results:/manyeyes/results" manyeyes --cores 4
# For Apptainer: docker save manyeyes -o manyeyes.tar; apptainer build manyeyes.sif docker-archive:manyeyes.tar
FROM python:3.12-slim-bookworm

WORKDIR /manyeyes
COPY envs/requirements.txt envs/requirements.txt
RUN pip install --no-cache-dir --require-hashes -r envs/requirements.txt
COPY Snakefile CITATION.cff LICENSE README.md ./
COPY workflow workflow
COPY config config
COPY profiles profiles
# Nobody's home is needed, and compiled code is kept where every user may write.
ENV HOME=/tmp NUMBA_CACHE_DIR=/tmp/numba MPLCONFIGDIR=/tmp/matplotlib

ENTRYPOINT ["snakemake"]
CMD ["--cores", "all"]
