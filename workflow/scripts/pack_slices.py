"""Pack slices of one image and of its segmentations for the report's viewer."""

from manyeyes.files.documents import write_json
from manyeyes.files.results import read_mask, read_result
from manyeyes.labels import ACTIVE, phases_from_config
from manyeyes.report.choosing import drawn_slices, shown_slices
from manyeyes.report.packing import pack_image, pack_inside, pack_masks
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `pack_slices`."""
    given, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    image = read_result(given.image)
    drawn = drawn_slices(read_result(path) for path in given.get("drawings", []))
    slices = shown_slices(len(image), params.step, drawn)
    active = phases_from_config(params.phases)["active"].code
    names = [{"variant": variant, "user": user} for variant, user in params.cells]
    paths = [(path, active) for path in given.segmentations]
    # The truth is no user's segmentation; it has no variant and is shown beside all of them.
    names += [{"variant": "", "user": ""} for _ in given.get("truth", [])]
    paths += [(path, ACTIVE) for path in given.get("truth", [])]
    packed = {
        "dataset": wildcards.dataset,
        "filter": wildcards.filter,
        "shape": list(image.shape),
        "slices": slices,
        "drawn": drawn,
        "grey": pack_image(image, slices),
        "chunks": pack_masks(
            (phrases, read_result(path)[slices] == code)
            for phrases, (path, code) in zip(names, paths, strict=True)
        ),
    }
    inside = read_mask(given.get("mask"))
    if inside is not None:
        packed["inside"] = pack_inside(inside[slices])
    write_json(packed, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
