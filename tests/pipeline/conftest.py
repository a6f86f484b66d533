"""What several pipeline tests share: one finished run, and the real images."""

import fcntl

import pytest

from running import SHARED, run


@pytest.fixture(scope="session")
def tiny(tmp_path_factory, request):
    """A finished run of the tiny study, one for all processes; tests must not change it."""
    base = tmp_path_factory.getbasetemp()
    # Processes of pytest-xdist have a folder each below the one of the run. As deep as theirs, so
    # that the code is at the same place as seen from this run and from copies of it.
    parallel = hasattr(request.config, "workerinput")
    folder = base.parent / "shared" / "tiny" if parallel else base / "tiny"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / "tiny.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "finished").exists():
            folder.mkdir(exist_ok=True)
            run(folder)
            (folder / "finished").touch()
    return folder / "results" / "tiny"


@pytest.fixture(scope="session")
def shared_data():
    """The folder with real images, where it lies beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"real images are not there: {SHARED} does not exist")
    return SHARED
