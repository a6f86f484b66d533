# Input files: taken from a local folder where they are there, fetched from their public address
# where they are not.


def file_of(entry):
    """Return the path at which the rules find an input file of the config.

    Files with a public address pass through `fetch_file`, which checks their sha256; a user's own
    file is read where it lies.
    """
    if "url" in entry:
        return f"resources/{entry['sha256'][:12]}/{Path(entry['file']).name}"
    path = Path(DATA_FOLDER or "") / entry["file"]
    if not path.is_file():
        raise WorkflowError(
            f"{path}: this input file is missing.\n  "
            + entry.get("obtain", "Put it there, or say in data_folder (or MANYEYES_DATA) where it is.")
        )
    return str(path)


def fetched_files():
    """Return every file with a public address, by the folder that it is kept in."""
    entries = [dataset.source for dataset in STUDY.datasets.values()]
    entries += [recording.file for recording in RECORDINGS.values()]
    return {entry["sha256"][:12]: entry for entry in entries if "url" in entry}


FETCHED = fetched_files()


rule fetch_file:
    output:
        "resources/{digest}/{file}",
    params:
        name=lambda wildcards: FETCHED[wildcards.digest]["file"],
        url=lambda wildcards: FETCHED[wildcards.digest]["url"],
        sha256=lambda wildcards: FETCHED[wildcards.digest]["sha256"],
        obtain=lambda wildcards: FETCHED[wildcards.digest].get("obtain"),
        folder=DATA_FOLDER,
    wildcard_constraints:
        digest="[0-9a-f]{12}",
    log:
        "resources/{digest}/{file}.log",
    resources:
        mem_mb=200,
    script:
        "../scripts/fetch_file.py"
