"""Draw the digital twins beside their targets."""

from figure_histograms import histograms
from figure_jobs import origins, save, tables
from manyeyes.electrodes.targets import NMC_TARGETS
from manyeyes.figures import fig_twins
from manyeyes.running.rule_script import run

MEASURED = ("specific_surface_per_um", "mean_diameter_um")


def main(snakemake) -> None:
    """Run the rule `draw_fig_twins`."""
    targets = {
        dataset: dict(target) for dataset, target in snakemake.params.shown["targets"].items()
    }
    for dataset in snakemake.params.shown["nmc"]:
        targets[dataset] |= {measure: NMC_TARGETS[measure] for measure in MEASURED}
    quality, geometry = tables(snakemake, "image_quality", "geometry")
    figure = fig_twins.draw(histograms(snakemake), quality, geometry, targets, origins(snakemake))
    save(snakemake, figure)


if __name__ == "__main__":
    run(main, snakemake)
