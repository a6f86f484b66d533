# What the report shows of this study: its figures, and the users and slices of its viewer.

# Every job reads this file anew, so nothing that is slow to import is imported here.
from manyeyes.report.choosing import shown_users, slice_step, viewer_note

# Whose slices and datasets are shown one by one; the tables hold all that there is.
REPORTED = FIRST


def users_viewed():
    """Return the users whose segmentations the viewer shows, or stop with what is wrong."""
    try:
        return shown_users(STUDY.users, STUDY.report.get("users"))
    except ValueError as error:
        raise WorkflowError(f"The config cannot be run:\n  {error}")


VIEWED_USERS = users_viewed()
VIEWED_CELLS = [cell for cell in REPORTED.cells() if cell.user in VIEWED_USERS]
VIEWER_STEP = slice_step(
    (REPORTED.datasets[cell.dataset].shape for cell in VIEWED_CELLS), STUDY.report.get("slice_step")
)


def viewed_cells(wildcards):
    """Return an image's cells that the viewer shows, the users of each variant together."""
    return [cell for cell in cells_on_image(wildcards) if cell.user in VIEWED_USERS]


def viewed_images():
    """Return the images that the viewer shows."""
    viewed = {(cell.dataset, cell.filter) for cell in VIEWED_CELLS}
    return [image for image in REPORTED.images() if image in viewed]


def reported_figures():
    """Return what the report has to know of each figure, in the order of its files."""
    figures = []
    for figure in drawn_figures():
        if is_pending(f"{RESULTS}/figures/{figure}.svg"):
            continue
        needs = needs_in_study(figure)
        files = [path for path in files_of_figure(figure)(None).values() if isinstance(path, str)]
        figures.append(
            {
                "name": figure,
                "title": FIGURES[figure].title,
                "category": FIGURES[figure].category,
                "tables": [Path(path).stem for path in files if path.startswith(f"{TABLES}/")],
                "datasets": list(needs.datasets),
                "origins": origins_in_figure(figure)(None),
                "cells": bool(needs.cells),
            }
        )
    return figures


def reported_captions():
    """Return the files with the captions of the figures, in their order."""
    return [f"workflow/report/{figure['name']}.rst" for figure in reported_figures()]


PAGE = {
    "page": "workflow/report/page/page.html",
    "style": "workflow/report/page/page.css",
    "script": "workflow/report/page/page.js",
    "viewer": "workflow/report/page/viewer.js",
}


def reported_tables():
    """Return the tables of the study, and those that its figures are drawn from besides."""
    drawn = [table for figure in reported_figures() for table in figure["tables"]]
    files = [f"{TABLES}/{table}.csv" for table in drawn]
    found = [*tables_of_study(), *PAPER_TABLES, *files]
    found = [path for path in found if path.endswith(".csv") and not is_pending(path)]
    return list(dict.fromkeys(found))


def reported_study():
    """Return what the report tells of the study besides its tables."""
    datasets = {
        name: {
            "origin": d.origin,
            "material": d.material,
            "voxel_size_nm": d.voxel_size_nm,
            "shape": list(d.shape),
            **({"mask": d.mask} if d.mask is not None else {}),
            **({"active": "dark"} if d.inverted else {}),
        }
        for name, d in REPORTED.datasets.items()
    }
    sources = {name: REPORTED.datasets[name].source for name in REPORTED.datasets}
    return {
        "name": STUDY.name,
        "title": STUDY.title,
        "missing": missing(WHOLE, STUDY, NOTED) if UNFINISHED else [],
        "datasets": datasets,
        "about_paper": about_paper(),
        "segmented": list(dict.fromkeys(dataset for dataset, _ in REPORTED.images())),
        "users": {name: user.made_by for name, user in STUDY.users.items()},
        "methods": {name: variant["method"] for name, variant in STUDY.variants.items()},
        "viewer_note": viewer_note(VIEWED_USERS, list(STUDY.users), VIEWER_STEP),
        "settings": {
            "seed": STUDY.seed,
            "datasets": sources,
            "filters": STUDY.filters,
            "population": STUDY.population,
            "electrodes": STUDY.electrodes,
            "baseline": STUDY.baseline or "none",
        },
    }
