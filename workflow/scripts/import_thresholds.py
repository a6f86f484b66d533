"""Import the threshold or the window of a real person."""

from import_of_people import in_image_levels
from manyeyes.files.annotations import read_annotation
from manyeyes.files.documents import write_json
from manyeyes.files.errors import FileError
from manyeyes.labels import phases_from_config
from manyeyes.running.rule_script import run
from manyeyes.study.inputs import annotation_problem


def main(snakemake) -> None:
    """Run the rule `import_thresholds`."""
    path, params = snakemake.input.recorded, snakemake.params
    annotation, _ = read_annotation(path)
    phases = len(phases_from_config(params.phases).entries)
    names = (snakemake.wildcards.variant, params.method, params.grey_window, phases)
    problem = annotation_problem(annotation, *names)
    if problem:
        raise FileError(f"{path}: {problem}")
    try:
        annotation = in_image_levels(snakemake, annotation)
    except ValueError as error:
        raise FileError(f"{path}: {error}") from error
    annotation = {**annotation, "user": snakemake.wildcards.user, "made_by": "recorded"}
    write_json(annotation, snakemake.output.annotation)


if __name__ == "__main__":
    run(main, snakemake)
