"""Fill pores inside particles."""

from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.pores import fill_internal_pores
from manyeyes.files.results import read_result, write_stack
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `fibsem_fill`."""
    filled = fill_internal_pores(read_result(snakemake.input.labels))
    note(snakemake, f"{filled.pores} internal pores, {100 * filled.fraction:.2f} % of the volume")
    geometry = SliceGeometry(**snakemake.params.geometry)
    labels = filled.labels
    write_stack(snakemake.output.filled, labels, labels.shape, geometry.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
