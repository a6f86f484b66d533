"""How the tests share the cores: one file per process at a time, the longest files first."""

# The files that take long. The first two start side by side, and only the first needs the finished
# run of the tiny study.
LONGEST_FIRST = (
    "test_tiny_study",
    "test_own_data",
    "test_population",
    "test_what_follows",
    "test_slurm",
    "test_unfinished",
    "test_real_crop",
    "test_code_edits",
    "test_edits",
    "test_own_stack",
    "test_field_of_view",
    "test_report",
    "test_locks",
    "test_broken_input",
)


def pytest_collection_modifyitems(items):
    """Put the longest files first; `--dist=loadfile` keeps each in one process."""
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}

    def place(item):
        pipeline = item.get_closest_marker("pipeline")
        return order.get(item.path.stem, len(order)) if pipeline else len(order)

    items.sort(key=place)
