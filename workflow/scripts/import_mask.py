"""Import the mask of a measured tomogram: a file, a circle, or a grey value outside."""

import numpy as np

from manyeyes.files.formats import settings_of
from manyeyes.files.results import write_volume
from manyeyes.files.volumes import SourceVolume, read_volume
from manyeyes.imaging.field_of_view import mask_of_source
from manyeyes.imaging.tomograms import crop, crop_corners
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `import_mask`."""
    given, dataset = snakemake.input, snakemake.params.dataset
    key = f"datasets.{snakemake.wildcards.dataset}"
    source = SourceVolume(given.source, settings=dataset.get("reading"))
    shape, wanted = dataset["shape"], dataset["mask"]
    start, _ = crop_corners(source.shape, dataset["start"], shape)
    crop(source, start, shape, f"{key}.crop")
    masks = [
        read_volume(path, labels=True, settings=settings_of(wanted))
        for path in given.get("mask", [])
    ]
    inside, how = mask_of_source(source, wanted, start, shape, f"{key}.mask", *masks)
    note(snakemake, f"{100 * inside.mean():.1f} % of the crop is inside, {how}")
    write_volume(snakemake.output.mask, inside.astype(np.uint8), dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
