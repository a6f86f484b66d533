"""How the tests share the cores: one file per process at a time, the longest files first."""

# The files that take long. The first two start side by side, and only the first needs the finished
# run of the tiny study.
LONGEST_FIRST = (
    "pipeline/test_tiny_study",
    "pipeline/test_own_data",
    "pipeline/test_projections",
    "pipeline/test_population",
    "pipeline/test_what_follows",
    "pipeline/test_slurm",
    "pipeline/test_unfinished",
    "pipeline/test_real_crop",
    "pipeline/test_code_edits",
    "pipeline/test_edits",
    "pipeline/test_own_stack",
    "pipeline/test_field_of_view",
    "pipeline/test_report",
    "pipeline/test_locks",
    "pipeline/test_annotate",
    "pipeline/test_broken_input",
    "pipeline/test_new_method",
    "pipeline/test_new_format",
    "pipeline/test_outline_map",
    "pipeline/test_fetching",
    "unit/test_claims_joint",
    "unit/test_imaging_fitting",
    "unit/test_forest_classifier",
    "unit/test_figures_statistics",
    "unit/test_classify_volume",
    "unit/test_claims_scorecard",
    "unit/test_electrodes",
)


def pytest_collection_modifyitems(items):
    """Put the longest files first; `--dist=loadfile` keeps each in one process."""
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    others = len(order)
    items.sort(key=lambda item: order.get(f"{item.path.parent.name}/{item.path.stem}", others))
