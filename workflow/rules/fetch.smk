# Input files: taken from a local folder where they are there, fetched from their public address
# where they are not. The job itself asks where that folder is: as a parameter it would make Snakemake
# remove a file that is there, to get it anew, when another folder is named.


# Nodes of a cluster often have no network.
localrules:
    fetch_file,


rule fetch_file:
    output:
        "resources/{digest}/{file}",
    log:
        "resources/{digest}/{file}.log",
    wildcard_constraints:
        digest="[0-9a-f]{12}",
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(200),
    params:
        code=code_of("fetch_file.py"),
        name=lambda wildcards: FETCHED[wildcards.digest]["file"],
        url=lambda wildcards: FETCHED[wildcards.digest]["url"],
        sha256=lambda wildcards: FETCHED[wildcards.digest]["sha256"],
        obtain=lambda wildcards: FETCHED[wildcards.digest].get("obtain"),
        bytes=lambda wildcards: FETCHED[wildcards.digest].get("bytes"),
    script:
        "../scripts/fetch_file.py"
