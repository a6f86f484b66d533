# Input files: taken from a local folder where they are there, fetched from their public address
# where they are not.


def file_of(entry):
    """Return the path at which the rules find an input file of the config.

    Files with a public address pass through `fetch_file`, which checks their sha256; a user's own
    file is read where it lies.
    """
    if "url" in entry:
        return f"resources/{entry['sha256'][:12]}/{Path(entry['file']).name}"
    return str(Path(DATA_FOLDER or "") / entry["file"])


def input_entries():
    """Return all input files of the study as the config describes them."""
    entries = [d.source for d in STUDY.datasets.values() if "file" in d.source]
    return entries + [recording.file for recording in RECORDINGS.values()]


def refuse_missing_files():
    """Stop before any job if a file is missing that nobody but the user can bring."""
    missing = [e for e in input_entries() if "url" not in e and not Path(file_of(e)).is_file()]
    hint = "Put it there, or name its folder in data_folder or MANYEYES_DATA."
    hints = dict.fromkeys(entry.get("obtain", hint) for entry in missing)
    if missing:
        raise WorkflowError(
            "These input files are missing:\n  "
            + "\n  ".join(dict.fromkeys(file_of(entry) for entry in missing))
            + "\n"
            + "\n".join(hints)
        )


refuse_missing_files()


def fetched_files():
    """Return every file with a public address, by the folder that it is kept in."""
    return {entry["sha256"][:12]: entry for entry in input_entries() if "url" in entry}


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
