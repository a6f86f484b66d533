"""Take a user's own slice-and-view stack, if it is whole and in order."""

import dataclasses

import pandas as pd

from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.stack import (
    as_ranges,
    blank_slices,
    check_numbers,
    check_slices,
    listed_ranges,
    misplaced_slices,
    repair,
)
from manyeyes.files.documents import write_json
from manyeyes.files.results import write_stack
from manyeyes.files.slices import read_slices
from manyeyes.files.tables import write_table
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `fibsem_import`."""
    source, output = snakemake.params.source, snakemake.output
    path = snakemake.input[0]
    slices, numbers = read_slices(path)
    try:
        check_slices(slices, numbers)
        missing = [number - numbers[0] for number in check_numbers(numbers)]
        blank = blank_slices(slices)
        if (missing or blank) and not source.get("repair", False):
            found = {"missing": [numbers[0] + k for k in missing]}
            found["blank"] = [numbers[k] for k in blank]
            problems = " and ".join(
                f"{what}: [{listed_ranges(as_ranges(which))}]"
                for what, which in found.items()
                if which
            )
            raise ValueError(
                f"slices {problems}; find them, or set repair: true to put their neighbours in "
                "their place, which is recorded"
            )
        # Before gaps are filled: a slice that comes twice has no place of its own.
        shown = [k for k in range(len(slices)) if k not in blank]
        misplaced = [numbers[shown[k]] for k in misplaced_slices([slices[k] for k in shown])]
        if misplaced and not source.get("order_checked", False):
            raise ValueError(
                f"slices {misplaced[:10]} do not look as if they belong between their neighbours: "
                "is the order right, and did the field stay in place? If you have looked and it is "
                "right, set order_checked: true"
            )
        slices, repairs = repair(slices, missing, blank)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    for made in repairs:
        note(
            snakemake,
            f"slice {numbers[0] + made.slice} is {made.problem}: "
            f"slice {numbers[0] + made.taken_from} copied",
        )
    geometry = SliceGeometry(**snakemake.params.geometry)
    shape = (len(slices), *slices[0].shape)
    write_stack(output.raw, slices, shape, geometry.voxel_size_nm)
    columns = ["slice", "problem", "taken_from"]
    write_table(
        pd.DataFrame([dataclasses.asdict(r) for r in repairs], columns=columns), output.repairs
    )
    layout = {"marks_box": source.get("marks_box"), "first_row": source.get("first_row", 0)}
    write_json(layout, output.layout)


if __name__ == "__main__":
    run(main, snakemake)
