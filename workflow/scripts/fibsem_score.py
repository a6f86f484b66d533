"""Score every step of the chain on a twin, whose acquisition kept what it did."""

import dataclasses
import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile
from fibsem_files import with_progress, write_stack
from manyeyes.electrodes import describe_electrode
from manyeyes.fibsem.acquisition import Block
from manyeyes.fibsem.align import follow_structure, track_marks
from manyeyes.fibsem.destripe import METHODS
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.scores import LabelCounts, drift_score, stripe_score, stripe_share
from manyeyes.fibsem.shear import add_shear
from rule_script import note, run
from study_files import read_table, read_volume, write_table

# Slices that destriping is scored on, and layers of truth that are rasterised at once.
_SCORED_SLICES = 8
_SLAB = 8


def main(snakemake) -> None:
    """Run the rule `fibsem_score`."""
    params, inputs = snakemake.params, snakemake.input
    geometry = SliceGeometry(**params.geometry)
    true = read_table(inputs.record)[["field_row", "field_column"]].to_numpy(float)
    found = read_table(inputs.places)[["row", "column"]].to_numpy(float)
    layout = json.loads(Path(inputs.layout).read_text())
    raw = read_volume(inputs.raw)
    rows = _destriping(raw, tifffile.imread(inputs.curtains), params.destripe)
    destriped = read_volume(inputs.destriped)
    rows += _alignment(raw, destriped, layout, geometry, found, true)
    del raw, destriped

    source = params.source
    electrode = describe_electrode(
        params.description, params.seed, "electrode", source["electrode"]
    )
    block = Block(electrode, tuple(source["origin_um"]), source.get("slicing_axis", "z"))
    crop = json.loads(Path(inputs.crop).read_text())
    # The aligned volume as a whole lies where the mean of its slices' errors puts it.
    used = slice(crop["start"][0], crop["start"][0] + crop["shape"][0])
    offset = (true[used] - found[used]).mean(axis=0)
    start = (crop["start"][0], crop["start"][1] + offset[0], crop["start"][2] + offset[1])
    volumes = [
        ("segment", inputs.labels, False, geometry.voxel_size_nm),
        ("fill", inputs.filled, True, geometry.voxel_size_nm),
    ]
    for path, size in zip(inputs.resampled, params.resample_nm, strict=True):
        volumes.append((f"resample {size:g} nm", path, True, (float(size),) * 3))
    for step, path, filled, sizes in volumes:
        labels = read_volume(path)
        counts = LabelCounts()

        def truth(labels=labels, sizes=sizes):
            for z in range(0, len(labels), _SLAB):
                shape = labels[z : z + _SLAB].shape
                at = (start[0] + z * sizes[0] / geometry.slice_thickness_nm, *start[1:])
                yield from block.truth(at, shape, geometry.voxel_size_nm, sizes)

        def counted(labels=labels, step=step, counts=counts, truth=truth):
            layers = with_progress(snakemake, truth(), len(labels), f"truth for {step}")
            for found_layer, true_layer in zip(labels, layers, strict=True):
                counts.add(found_layer, true_layer)
                yield true_layer

        if path == inputs.resampled[-1]:
            write_stack(snakemake.output.truth, counted(), labels.shape, sizes)
        else:
            for _ in counted():
                pass
        rows += [(step, measure, value) for measure, value in counts.score(filled=filled).items()]
    table = pd.DataFrame(rows, columns=["step", "measure", "value"])
    write_table(table, snakemake.output.scores)
    note(snakemake, table.to_string(index=False))


def _destriping(raw, curtains, chosen) -> list[tuple[str, str, float]]:
    """Score the chosen filter, and the other one with its defaults."""
    settings = {name: {} for name in METHODS}
    settings[chosen["method"]] = {key: v for key, v in chosen.items() if key != "method"}
    places = np.linspace(0, len(raw) - 1, min(_SCORED_SLICES, len(raw))).astype(int)
    rows = [("raw", "stripe_share", float(np.mean([stripe_share(raw[k]) for k in places])))]
    for name, method in METHODS.items():
        filter_ = partial(method, **settings[name])
        step = "destripe" if name == chosen["method"] else f"destripe by {name}"
        scores = [stripe_score(filter_, raw[k], curtains[k]) for k in places]
        rows += _means(step, scores)
        share = float(np.mean([stripe_share(filter_(raw[k])) for k in places]))
        rows.append((step, "stripe_share", share))
    return rows


def _alignment(raw, destriped, layout, geometry, found, true) -> list[tuple[str, str, float]]:
    """Score nothing done, the chosen way, and each way by itself."""
    nothing = add_shear(np.zeros_like(true), geometry)
    rows_seen = (layout["first_row"], destriped.shape[1])
    ways = {
        "raw": nothing,
        "align": found,
        "align by structure": follow_structure(destriped, geometry.shear_rows, rows=rows_seen),
    }
    if layout["marks_box"] is not None:
        ways["align by marks"] = track_marks(raw, tuple(layout["marks_box"]), geometry.shear_rows)
    rows = []
    for step, field in ways.items():
        score = dataclasses.asdict(drift_score(field, true))
        score.pop("offset")
        rows += [(step, f"drift_{key}_px", value) for key, value in score.items()]
    return rows


def _means(step, scores) -> list[tuple[str, str, float]]:
    names = [field.name for field in dataclasses.fields(scores[0])]
    return [(step, n, float(np.mean([getattr(s, n) for s in scores]))) for n in names]


if __name__ == "__main__":
    run(main, snakemake)
