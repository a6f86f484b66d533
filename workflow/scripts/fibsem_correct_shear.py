"""Part the shear of the oblique view from drift, and say whether they fit the geometry."""

from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.shear import add_shear, part_shear
from manyeyes.files.documents import write_json
from manyeyes.files.tables import read_table, write_table
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `fibsem_correct_shear`."""
    table = read_table(snakemake.input.fields)
    geometry = SliceGeometry(**snakemake.params.geometry)
    motion = part_shear(table[["row", "column"]].to_numpy(float), geometry)
    if motion.doubtful:
        note(
            snakemake,
            f"Beside the expected shear of {motion.shear_rows:.3f} rows a slice there is a steady "
            f"motion of {motion.steady_rows:.3f} rows and {motion.steady_columns:.3f} columns a "
            "slice: steady drift, or slice_thickness_nm, tilt_degrees or field_shift_nm are not "
            "what they are said to be. It is taken as drift.",
        )
    table["drift_row"], table["drift_column"] = motion.drift_px.T
    table[["row", "column"]] = add_shear(motion.drift_px, geometry)
    write_table(table, snakemake.output.places)
    write_json(
        {
            "shear_rows": motion.shear_rows,
            "steady_rows": motion.steady_rows,
            "steady_columns": motion.steady_columns,
            "doubtful": motion.doubtful,
        },
        snakemake.output.motion,
    )


if __name__ == "__main__":
    run(main, snakemake)
