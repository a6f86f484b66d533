# Input files: taken from a local folder if they are there, fetched from their public address if not.
# The job itself looks for that folder: if it were a parameter, naming another folder would make
# Snakemake remove an existing file and fetch it again.


rule fetch_file:
    output:
        "resources/{digest}/{file}",
    log:
        "resources/{digest}/{file}.log",
    wildcard_constraints:
        digest="[0-9a-f]{12}",
    # Nodes of a cluster often have no network.
    localrule: True
    resources:
        mem_mb=more_each_time(200),
    params:
        name=lambda wildcards: INPUTS.fetched[wildcards.digest]["file"],
        url=lambda wildcards: INPUTS.fetched[wildcards.digest]["url"],
        sha256=lambda wildcards: INPUTS.fetched[wildcards.digest]["sha256"],
        obtain=lambda wildcards: INPUTS.fetched[wildcards.digest].get("obtain"),
        bytes=lambda wildcards: INPUTS.fetched[wildcards.digest].get("bytes"),
    script:
        "../scripts/fetch_file.py"
