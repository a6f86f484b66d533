"""Reconstruct slices by filtered back-projection, slab by slab."""

import numpy as np

from manyeyes.files.documents import read_json, write_json
from manyeyes.files.reconstructions import write_slices
from manyeyes.files.results import write_views
from manyeyes.files.sinograms import read_rows, stored_shape
from manyeyes.projections.reconstruct import check_field, reconstruct_slabs
from manyeyes.projections.steps import ReconstructionSettings
from manyeyes.projections.views import reduced
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `reconstruct_slices`."""
    given, params, output = snakemake.input, snakemake.params, snakemake.output
    settings = ReconstructionSettings(**params.settings)
    angles_deg = np.array(read_json(given.facts)["angles_deg"])
    column = read_json(given.axis)["axis_column"]
    _, rows, columns = stored_shape(given.prepared)
    top, bottom, left, right = check_field(settings.field, settings.size or columns)
    views = {}

    def done():
        made = reconstruct_slabs(
            lambda first, end: read_rows(given.prepared, first, end),
            (0, rows),
            angles_deg,
            column,
            height=settings.slab,
            window=settings.window,
            size=settings.size,
            field=settings.field,
            extend=settings.extend,
            device=settings.device,
        )
        slabs = -(-rows // settings.slab)
        for first, slices in with_progress(snakemake, made, slabs, "slabs"):
            if first <= rows // 2 < first + len(slices):
                views["slice"] = reduced(slices[rows // 2 - first])
            yield slices

    shape = (rows, bottom - top, right - left)
    write_slices(output.slices, done(), shape, params.voxel_size_nm)
    write_json({"device": settings.device}, output.facts)
    write_views(output.views, views)


if __name__ == "__main__":
    run(main, snakemake)
