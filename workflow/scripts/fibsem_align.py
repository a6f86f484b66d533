"""Measure where each slice's field lay on the face."""

import pandas as pd

from manyeyes.fibsem.align import follow_structure, track_marks
from manyeyes.fibsem.destripe import destriper
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.files.documents import read_json
from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `fibsem_align`."""
    shear_rows = SliceGeometry(**snakemake.params.geometry).shear_rows
    layout = read_json(snakemake.input.layout)
    raw = read_result(snakemake.input.raw)
    settings = dict(snakemake.params.settings)
    if settings.pop("method") == "marks":
        if layout["marks_box"] is None:
            raise ValueError(
                "align.method is marks, but the stack has none: give their marks_box (first and "
                "last row, first and last column in the first slice), or set method: structure"
            )
        field = track_marks(raw, tuple(layout["marks_box"]), shear_rows)
    else:
        # Curtains would hold the columns in place.
        filter_ = destriper(snakemake.params.destripe)
        electrode = (filter_(image[layout["first_row"] :]) for image in raw)
        electrode = list(with_progress(snakemake, electrode, len(raw), "destriped to align"))
        field = follow_structure(electrode, shear_rows, **settings)
    table = pd.DataFrame({"slice": range(len(field)), "row": field[:, 0], "column": field[:, 1]})
    write_table(table, snakemake.output.fields)


if __name__ == "__main__":
    run(main, snakemake)
