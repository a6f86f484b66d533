"""Measure users' segmentations of one image: volume fractions, accuracy, morphology."""

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.measures.tables import accuracy_table, morphology_table, volume_fractions_table
from manyeyes.measures.tables_of_phases import phase_tables
from manyeyes.running.rule_script import run
from manyeyes.study.model import Cell


def main(snakemake) -> None:
    """Run the rule `measure`."""
    wildcards, params, output = snakemake.wildcards, snakemake.params, snakemake.output
    dataset = wildcards.dataset
    cells = [Cell(dataset, wildcards.filter, *names) for names in params.cells]
    labels = [read_result(path) for path in snakemake.input.segmentations]
    segmentations = list(zip(cells, labels, strict=True))
    truths = dict(zip([dataset], map(read_result, snakemake.input.truth), strict=False))
    phases = phases_from_config(params.phases)
    fractions = volume_fractions_table(segmentations, {dataset: params.origin}, truths, phases)
    shapes = morphology_table(segmentations, {dataset: params.voxel_size_nm}, phases)
    write_table(fractions, output.volume_fractions)
    write_table(accuracy_table(segmentations, truths, phases), output.accuracy)
    scores, mixed = phase_tables(segmentations, truths, phases)
    write_table(scores, output.phase_accuracy)
    write_table(mixed, output.confusion)
    write_table(shapes, output.morphology)


if __name__ == "__main__":
    run(main, snakemake)
