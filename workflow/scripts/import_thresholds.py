"""Import the threshold or the window of a real person."""

from manyeyes.files.annotations import read_annotation
from manyeyes.files.documents import write_json
from manyeyes.files.errors import FileError
from manyeyes.labels import phases_from_config
from manyeyes.running.rule_script import run
from manyeyes.study.inputs import annotation_problem


def main(snakemake) -> None:
    """Run the rule `import_thresholds`."""
    path, params = snakemake.input[0], snakemake.params
    annotation, _ = read_annotation(path)
    problem = annotation_problem(
        annotation,
        snakemake.wildcards.variant,
        params.method,
        params.grey_window,
        len(phases_from_config(params.phases).entries),
    )
    if problem:
        raise FileError(f"{path}: {problem}")
    annotation = {**annotation, "user": snakemake.wildcards.user, "made_by": "recorded"}
    write_json(annotation, snakemake.output.annotation)


if __name__ == "__main__":
    run(main, snakemake)
