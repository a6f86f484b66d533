"""How the tests share the cores: files side by side, the longest first."""

import pytest

# Minutes of work each; what is not named here is short. The first two run side by side, and only
# the first waits for the finished run of the tiny study.
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
    """Keep each file to one process, as fixtures of a module would else be made twice."""
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    for item in items:
        # The name of the file is not enough: two folders may have one of the same name.
        item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name}/{item.path.stem}"))

    def place(item):
        pipeline = item.get_closest_marker("pipeline")
        return order.get(item.path.stem, len(order)) if pipeline else len(order)

    items.sort(key=place)
