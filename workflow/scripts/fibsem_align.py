"""Measure where each slice's field lay on the face."""

import json
from pathlib import Path

import pandas as pd
from manyeyes.fibsem.align import follow_structure, track_marks
from manyeyes.fibsem.geometry import SliceGeometry
from rule_script import run
from study_files import read_volume, write_table


def main(snakemake) -> None:
    """Run the rule `fibsem_align`."""
    shear_rows = SliceGeometry(**snakemake.params.geometry).shear_rows
    layout = json.loads(Path(snakemake.input.layout).read_text())
    settings = dict(snakemake.params.settings)
    if settings.pop("method") == "marks":
        if layout["marks_box"] is None:
            raise ValueError(
                "align.method is marks, but the stack has none: give their marks_box (first and "
                "last row, first and last column in the first slice), or set method: structure"
            )
        # Raw slices: destriping takes upright lines for curtains.
        raw = read_volume(snakemake.input.raw)
        field = track_marks(raw, tuple(layout["marks_box"]), shear_rows)
    else:
        destriped = read_volume(snakemake.input.destriped)
        rows = (layout["first_row"], destriped.shape[1])
        field = follow_structure(destriped, shear_rows, rows=rows, **settings)
    table = pd.DataFrame({"slice": range(len(field)), "row": field[:, 0], "column": field[:, 1]})
    write_table(table, snakemake.output.fields)


if __name__ == "__main__":
    run(main, snakemake)
