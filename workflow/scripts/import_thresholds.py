"""Take over the threshold or the window of a real person."""

from rule_script import run
from study_files import FileError, read_annotation, write_json

KIND = {"threshold": "threshold", "watershed": "window"}


def main(snakemake) -> None:
    """Run the rule `import_thresholds`."""
    path = snakemake.input[0]
    annotation, _ = read_annotation(path)
    expected = KIND[snakemake.params.method]
    if annotation["kind"] != expected:
        raise FileError(
            f"{path}: {snakemake.wildcards.variant} needs a {expected}, "
            f"found a {annotation['kind']}"
        )
    annotation = {**annotation, "user": snakemake.wildcards.user, "made_by": "recorded"}
    write_json(annotation, snakemake.output.annotation)


if __name__ == "__main__":
    run(main, snakemake)
