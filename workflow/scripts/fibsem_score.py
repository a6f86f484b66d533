"""Score every step of the chain on a twin, whose acquisition kept what it did."""

import dataclasses
from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.fibsem.acquisition import MilledBlock
from manyeyes.fibsem.align import follow_structure, track_marks
from manyeyes.fibsem.curtains import curtain_field
from manyeyes.fibsem.destripe import METHODS, destriper
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.greys import PhaseGreys
from manyeyes.fibsem.pores import fill_internal_pores
from manyeyes.fibsem.scores import (
    LabelCounts,
    drift_score,
    stripe_score,
    stripe_share,
)
from manyeyes.fibsem.shear import add_shear
from manyeyes.files.documents import read_json
from manyeyes.files.results import read_result, write_stack
from manyeyes.files.tables import read_table, write_table
from manyeyes.labels import to_two_phases
from manyeyes.measures.fractions import volume_fraction
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import note, run

# Slices that destriping is scored on, and layers of truth that are rasterised at once.
_SCORED_SLICES = 8
_SLAB = 8
# Steps whose results are grey levels; an input is named after each.
_GREY_STEPS = ("destripe", "denoise")


def main(snakemake) -> None:
    """Run the rule `fibsem_score`."""
    params, inputs = snakemake.params, snakemake.input
    geometry = SliceGeometry(**params.geometry)
    true = read_table(inputs.record)[["field_row", "field_column"]].to_numpy(float)
    found = read_table(inputs.places)[["row", "column"]].to_numpy(float)
    layout = read_json(inputs.layout)
    raw = read_result(inputs.raw)
    rows = _destriping(raw, read_result(inputs.curtains)[0], layout, params.destripe)
    rows += _alignment(raw, layout, params.destripe, geometry, found, true)
    del raw

    source = params.source
    electrode = describe_electrode(
        params.description, params.seed, "electrode", source["electrode"]
    )
    block = MilledBlock(electrode, tuple(source["origin_um"]), source.get("slicing_axis", "z"))
    crop = read_json(inputs.crop)
    # The aligned volume as a whole lies where the mean of its slices' errors puts it.
    used = slice(crop["start"][0], crop["start"][0] + crop["shape"][0])
    offset = (true[used] - found[used]).mean(axis=0)
    start = (crop["start"][0], crop["start"][1] + offset[0], crop["start"][2] + offset[1])
    rows += _on_the_stacks_grid(snakemake, block, start, geometry)
    for path, size in zip(inputs.resampled, params.resample_nm, strict=True):
        rows += _resampled(snakemake, block, start, geometry, path, float(size))
    table = pd.DataFrame(rows, columns=["step", "measure", "value"])
    write_table(table, snakemake.output.scores)
    note(snakemake, table.to_string(index=False))


def _destriping(raw, curtains, layout, chosen) -> list[tuple[str, str, float]]:
    """Score the chosen filter, and the other one with its defaults, on the electrode's rows."""
    settings = {name: {} for name in METHODS}
    settings[chosen["method"]] = {key: v for key, v in chosen.items() if key != "method"}
    places = np.linspace(0, len(raw) - 1, min(_SCORED_SLICES, len(raw))).astype(int)
    electrode = slice(layout["first_row"], None)
    images = [raw[k, electrode] for k in places]
    fields = [curtain_field(curtains[k], raw.shape[1])[electrode] for k in places]
    rows = [("raw", "stripe_share", float(np.mean([stripe_share(im) for im in images])))]
    for name, method in METHODS.items():
        filter_ = partial(method, **settings[name])
        step = "destripe" if name == chosen["method"] else f"destripe by {name}"
        scores = [stripe_score(filter_, im, c) for im, c in zip(images, fields, strict=True)]
        rows += _means(step, scores)
        share = float(np.mean([stripe_share(filter_(im)) for im in images]))
        rows.append((step, "stripe_share", share))
    return rows


def _alignment(raw, layout, destripe, geometry, found, true) -> list[tuple[str, str, float]]:
    """Score nothing done, the chosen way, and each way by itself."""
    nothing = add_shear(np.zeros_like(true), geometry)
    filter_ = destriper(destripe)
    electrode = [filter_(image[layout["first_row"] :]) for image in raw]
    ways = {
        "raw": nothing,
        "align": found,
        "align by structure": follow_structure(electrode, geometry.shear_rows),
    }
    if layout["marks_box"] is not None:
        ways["align by marks"] = track_marks(raw, tuple(layout["marks_box"]), geometry.shear_rows)
    rows = []
    for step, field in ways.items():
        score = dataclasses.asdict(drift_score(field, true))
        score.pop("offset")
        rows += [(step, f"drift_{key}_px", value) for key, value in score.items()]
    return rows


def _truth(block, start, shape, geometry, sizes) -> Iterator[np.ndarray]:
    """Yield the truth where the aligned volume lies, layer by layer."""
    for z in range(0, shape[0], _SLAB):
        at = (start[0] + z * sizes[0] / geometry.slice_thickness_nm, *start[1:])
        slab = (min(_SLAB, shape[0] - z), *shape[1:])
        yield from block.truth(at, slab, geometry.voxel_size_nm, sizes)


def _on_the_stacks_grid(snakemake, block, start, geometry) -> list[tuple[str, str, float]]:
    """Score grey levels and labels before resampling, in one pass over their truth, and keep it."""
    inputs, sizes = snakemake.input, geometry.voxel_size_nm
    images = {step: (read_result(inputs[f"{step}d"]), PhaseGreys()) for step in _GREY_STEPS}
    labels = {
        "segment": (read_result(inputs.labels), LabelCounts()),
        "fill": (read_result(inputs.filled), LabelCounts()),
    }
    shape = labels["segment"][0].shape
    perfect = np.empty(shape, dtype=np.uint8)

    def counted():
        truth = _truth(block, start, shape, geometry, sizes)
        for k, layer in enumerate(with_progress(snakemake, truth, shape[0], "truth of the stack")):
            for volume, counts in (*images.values(), *labels.values()):
                counts.add(volume[k], layer)
            perfect[k] = to_two_phases(layer, filled=False)
            yield layer

    write_stack(snakemake.output.stack_truth, counted(), shape, sizes)
    rows = [(step, m, v) for step, (_, c) in images.items() for m, v in c.score().items()]
    for step, (_, counts) in labels.items():
        rows += [(step, m, v) for m, v in counts.score(filled=step == "fill").items()]
    # What the rule for internal pores can find even in a perfect segmentation.
    by_rule = volume_fraction(fill_internal_pores(perfect).labels)
    return [*rows, ("fill", "truth_fraction_by_the_rule", by_rule)]


def _resampled(snakemake, block, start, geometry, path, size) -> list[tuple[str, str, float]]:
    """Score resampled labels; the truth of the last, which is compared, is kept."""
    labels, sizes = read_result(path), (size,) * 3
    step, counts = f"resample {size:g} nm", LabelCounts()

    def counted():
        truth = _truth(block, start, labels.shape, geometry, sizes)
        truth = with_progress(snakemake, truth, len(labels), f"truth for {step}")
        for found, layer in zip(labels, truth, strict=True):
            counts.add(found, layer)
            yield layer

    if path == snakemake.input.resampled[-1]:
        write_stack(snakemake.output.truth, counted(), labels.shape, sizes)
    else:
        for _ in counted():
            pass
    return [(step, measure, value) for measure, value in counts.score(filled=True).items()]


def _means(step, scores) -> list[tuple[str, str, float]]:
    names = [field.name for field in dataclasses.fields(scores[0])]
    return [(step, n, float(np.mean([getattr(s, n) for s in scores]))) for n in names]


if __name__ == "__main__":
    run(main, snakemake)
