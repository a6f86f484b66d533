"""Pack slices of one image and of its segmentations for the report's viewer."""

from manyeyes.files.documents import write_json
from manyeyes.files.results import read_mask, read_result
from manyeyes.labels import phases_from_config
from manyeyes.report.choosing import (
    drawn_slices,
    looked_at,
    phase_places,
    shown_slices,
    truth_places,
)
from manyeyes.report.packing import pack_image, pack_inside, pack_labels
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `pack_slices`."""
    given, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    image = read_result(given.image)
    drawn = drawn_slices(read_result(path) for path in given.get("drawings", []))
    slices = shown_slices(len(image), params.step, drawn)
    phases = phases_from_config(params.phases)
    shown = looked_at(phases)
    names = [{"variant": variant, "user": user} for variant, user in params.cells]
    places = [(path, phase_places) for path in given.segmentations]
    # The truth is no user's segmentation; it has no variant and is shown beside all of them.
    names += [{"variant": "", "user": ""} for _ in given.get("truth", [])]
    places += [(path, truth_places) for path in given.get("truth", [])]
    packed = {
        "dataset": wildcards.dataset,
        "filter": wildcards.filter,
        "shape": list(image.shape),
        "slices": slices,
        "drawn": drawn,
        "grey": pack_image(image, slices),
        "phases": [phase.name for phase in shown],
        "chunks": pack_labels(
            (
                (phrases, place(read_result(path)[slices], phases))
                for phrases, (path, place) in zip(names, places, strict=True)
            ),
            len(shown),
        ),
    }
    inside = read_mask(given.get("mask"))
    if inside is not None:
        packed["inside"] = pack_inside(inside[slices])
    write_json(packed, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
