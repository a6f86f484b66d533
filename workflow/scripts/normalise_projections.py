"""Turn counts into the share of the beam that reaches each pixel, slab by slab."""

from dataclasses import replace

import numpy as np

from manyeyes.files.documents import write_json
from manyeyes.files.errors import FileError
from manyeyes.files.projections import open_scan
from manyeyes.files.results import write_views
from manyeyes.files.sinograms import write_slabs
from manyeyes.projections.geometry import check_angles
from manyeyes.projections.reconstruct import slabs
from manyeyes.projections.steps import ReconstructionSettings, normalised
from manyeyes.projections.views import reduced
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import note, run
from manyeyes.study.inputs import voxel_size_problem


def main(snakemake) -> None:
    """Run the rule `normalise_projections`."""
    params, output = snakemake.params, snakemake.output
    settings = ReconstructionSettings(**params.settings)
    key = f"datasets.{snakemake.wildcards.dataset}"
    with open_scan(snakemake.input.scan) as scan:
        problem = voxel_size_problem(
            (scan.pixel_nm,) * 3, params.voxel_size_nm, f"{key}.voxel_size_nm"
        )
        if problem and not params.ignores_voxel_size:
            raise FileError(f"{snakemake.input.scan}: {problem}")
        angles, rows, columns = scan.shape
        angles_deg = check_angles(scan.angles_deg, angles)
        first, end = settings.rows or (0, rows)
        parts = slabs(first, end, settings.slab)
        seen = _Seen((first + end) // 2)
        facts = {"dead": 0, "zingers": 0}

        def done():
            for top, bottom in with_progress(snakemake, parts, len(parts), "slabs"):
                counts = scan.counts(top, bottom)
                fields = scan.whites(top, bottom), scan.darks(top, bottom)
                found = normalised(counts, *fields, settings)
                facts["dead"] += found.dead
                facts["zingers"] += found.zingers
                seen.look_at(top, counts, fields, found.values, settings)
                yield found.values

        write_slabs(output.normalised, (angles, end - first, columns), done())
    note(snakemake, f"{facts['dead']} dead pixels filled, {facts['zingers']} zingers replaced")
    facts |= {"projections": angles, "rows": end - first, "columns": columns}
    write_json({**facts, "angles_deg": [float(angle) for angle in angles_deg]}, output.facts)
    write_views(output.views, seen.views())


class _Seen:
    """The first projection before and after, and a row's sinogram before and after zingers."""

    def __init__(self, row: int):
        self._row, self._sinograms = row, {}
        self._counts, self._transmission = [], []

    def look_at(self, top, counts, fields, values, settings) -> None:
        self._counts.append(counts[0].astype(np.float32))
        self._transmission.append(values[0])
        if top <= self._row < top + counts.shape[1]:
            row = self._row - top
            before = normalised(counts, *fields, replace(settings, zingers=False)).values
            self._sinograms = {"zingers_before": before[:, row], "zingers_after": values[:, row]}

    def views(self) -> dict[str, np.ndarray]:
        images = {
            "counts": np.concatenate(self._counts),
            "transmission": np.concatenate(self._transmission),
            **self._sinograms,
        }
        return {name: reduced(image) for name, image in images.items()}


if __name__ == "__main__":
    run(main, snakemake)
