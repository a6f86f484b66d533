# What the report shows of this study: its figures, and the users and slices of its viewer.

# Every job reads this file anew, so nothing that is slow to import is imported here.
from manyeyes.report.choosing import shown_users, slice_step
from manyeyes.report.of_study import study_for_report, viewed_images, viewed_shapes


def users_viewed():
    """Return the users whose segmentations the viewer shows, or stop with what is wrong."""
    try:
        return shown_users(STUDY.users, STUDY.report.get("users"))
    except ValueError as error:
        raise WorkflowError(f"The config cannot be run:\n  {error}")


VIEWED_USERS = users_viewed()
VIEWER_STEP = slice_step(viewed_shapes(FIRST, VIEWED_USERS), STUDY.report.get("slice_step"))


def viewed_cells(wildcards):
    """Return an image's cells that the viewer shows, the users of each variant together."""
    return [cell for cell in cells_on_image(wildcards) if cell.user in VIEWED_USERS]


def reported_figures(wildcards=None):
    """Return the names of the figures in the report: those that are not among what failed."""
    return [name for name in drawn_figures() if not is_pending(f"{RESULTS}/figures/{name}.svg")]


PAGE = {
    "page": "workflow/report/page/page.html",
    "style": "workflow/report/page/page.css",
    "script": "workflow/report/page/page.js",
    "viewer": "workflow/report/page/viewer.js",
}


def reported_tables(wildcards=None):
    """Return the tables of the study, and those that its figures are drawn from besides."""
    drawn = [table for name in reported_figures() for table in jobs.tables_of_figure(name, FIRST)]
    files = [f"{TABLES}/{table}.csv" for table in drawn]
    found = [*tables_of_study(), *PAPER_TABLES, *files]
    found = [path for path in found if path.endswith(".csv") and not is_pending(path)]
    return list(dict.fromkeys(found))
