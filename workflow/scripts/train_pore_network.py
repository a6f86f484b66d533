"""Train one network on a particle's slices and labels, and keep its scores after every epoch."""

from manyeyes.files.networks import Checkpoint, write_network
from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.lee2023.training import curve_of, training_settings
from manyeyes.networks.fitting import fit_network
from manyeyes.running.rule_script import note, run

EVERY = 5
"""Every so many epochs the log tells how far the training is."""


def main(snakemake) -> None:
    """Run the rule `train_pore_network`."""
    given, names = snakemake.input, snakemake.wildcards
    checkpoint = Checkpoint(snakemake.params.checkpoint.format(**names))

    told = []

    def tell(row) -> None:
        if not told and row["epoch"] > 1:
            note(snakemake, f"goes on after epoch {row['epoch'] - 1}")
        told.append(row["epoch"])
        if row["epoch"] % EVERY == 0:
            note(snakemake, f"epoch {row['epoch']}: accuracy {row['accuracy']:.4f}")

    network, history = fit_network(
        read_result(given.images),
        read_result(given.labels),
        architecture="lee",
        seed=(*snakemake.params.names, names.greys),
        settings=training_settings(snakemake.params.training, names.greys),
        validation=(read_result(given.test_images), read_result(given.test_labels)),
        checkpoint=checkpoint,
        progress=tell,
    )
    write_network(snakemake.output.model, network)
    curve = curve_of(history, names.greys, names.trained_on, int(names.seed))
    write_table(curve, snakemake.output.curve)
    checkpoint.remove()


if __name__ == "__main__":
    run(main, snakemake)
