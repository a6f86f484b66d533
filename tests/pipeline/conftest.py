"""What several pipeline tests share: one finished run, and the real images."""

import pytest

from running import SHARED, run


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A finished run of the tiny study; tests must not change it."""
    folder = tmp_path_factory.mktemp("tiny")
    run(folder)
    return folder / "results" / "tiny"


@pytest.fixture(scope="session")
def shared_data():
    """The folder with real images, where it lies beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"real images are not there: {SHARED} does not exist")
    return SHARED
