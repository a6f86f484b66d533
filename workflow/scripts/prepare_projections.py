"""Take the logarithm of the transmission, and remove rings if that is asked for."""

from dataclasses import replace

from manyeyes.files.documents import write_json
from manyeyes.files.errors import FileError
from manyeyes.files.results import write_views
from manyeyes.files.sinograms import read_rows, stored_shape, write_slabs
from manyeyes.projections.reconstruct import slabs
from manyeyes.projections.steps import ReconstructionSettings, prepared
from manyeyes.projections.views import reduced
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `prepare_projections`."""
    params, output, source = snakemake.params, snakemake.output, snakemake.input.transmission
    settings = ReconstructionSettings(**params.settings)
    angles, rows, columns = stored_shape(source)
    first, end = settings.rows or (0, rows)
    if end > rows:
        raise FileError(f"{source}: rows {first} to {end} are wanted, found {rows}")
    parts = slabs(first, end, settings.slab)
    middle = (first + end) // 2
    views, floored = {}, []

    def done():
        for top, bottom in with_progress(snakemake, parts, len(parts), "slabs"):
            transmitted = read_rows(source, top, bottom)
            found = prepared(transmitted, settings)
            floored.append(found.floored)
            if top <= middle < bottom:
                row = slice(middle - top, middle - top + 1)
                views["attenuation"] = reduced(found.values[:, row.start])
                if settings.rings:
                    rings = prepared(transmitted[:, row], replace(settings, rings=False)).values
                    views["rings_before"] = reduced(rings[:, 0])
            yield found.values

    write_slabs(output.prepared, (angles, end - first, columns), done())
    note(snakemake, f"{sum(floored)} values were below the floor of {settings.floor:g}")
    write_json({"floored": sum(floored)}, output.facts)
    write_views(output.views, views)


if __name__ == "__main__":
    run(main, snakemake)
