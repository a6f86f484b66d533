"""Find the column of the axis of rotation, or take that of the config."""

import numpy as np

from manyeyes.files.documents import read_json, write_json
from manyeyes.files.results import write_views
from manyeyes.files.sinograms import read_angles, read_rows, stored_shape
from manyeyes.projections.centre import find_centre
from manyeyes.projections.steps import ReconstructionSettings, rows_for_centre
from manyeyes.projections.views import half_turn_later, mirrored, reduced
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `find_axis`."""
    source, output = snakemake.input.prepared, snakemake.output
    settings = ReconstructionSettings(**snakemake.params.settings)
    angles_deg = np.array(read_json(snakemake.input.facts)["angles_deg"])
    _, rows, columns = stored_shape(source)
    if settings.centre is None:
        chosen = [int(row) for row in rows_for_centre(rows, settings.centre_rows)]
        seen = np.concatenate([read_rows(source, row, row + 1) for row in chosen], axis=1)
        found = find_centre(seen, angles_deg)
        facts = {"axis_column": found.column, "axis_spread": found.spread, "axis_found": True}
        note(
            snakemake,
            f"the axis is at column {found.column:.2f}; half of the rows agree within "
            f"{found.spread:.2f}",
        )
    else:
        facts = {"axis_column": settings.centre, "axis_spread": None, "axis_found": False}
    later = half_turn_later(angles_deg)
    facts |= {"columns": columns, "turned_deg": float(angles_deg[later] - angles_deg[0])}
    first, last = (read_angles(source, angle, angle + 1)[0] for angle in (0, later))
    turned = mirrored(last, facts["axis_column"])
    write_json(facts, output.facts)
    write_views(output.views, {"axis_first": reduced(first), "axis_mirrored": reduced(turned)})


if __name__ == "__main__":
    run(main, snakemake)
