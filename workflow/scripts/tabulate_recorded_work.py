"""Say who recorded what, and what is missing."""

from manyeyes.files.documents import read_json
from manyeyes.files.results import read_mask
from manyeyes.files.tables import write_table
from manyeyes.running.rule_script import run
from manyeyes.statistics.recorded_work import recorded_work_table


def main(snakemake) -> None:
    """Run the rule `tabulate_recorded_work`."""
    params, given = snakemake.params, snakemake.input
    stored = zip(map(tuple, params.cells), given.annotations, strict=True)
    annotations = {cell: read_json(path) for cell, path in stored}
    masks = dict(zip(params.masked, given.get("masks", []), strict=True))
    voxels = {name: [shape[1] * shape[2]] * shape[0] for name, shape in params.shapes.items()}
    for name, path in masks.items():
        voxels[name] = read_mask(path).sum(axis=(1, 2)).tolist()
    table = recorded_work_table(params.entries, annotations, voxels)
    write_table(table, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
