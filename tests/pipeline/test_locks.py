"""One run of a study at a time, however it was started; another study may run beside it."""

import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest
import tifffile
import yaml

from running import command

pytestmark = pytest.mark.pipeline


@pytest.fixture
def studies(tmp_path):
    """Two studies of one small tomogram, by their names, in one working folder."""
    rng = np.random.default_rng(0)
    z, y, x = np.indices((12, 32, 32))
    bright = np.sin(x / 3) + np.sin(y / 4) + np.sin(z / 3) > 0
    grey = np.clip(np.where(bright, 160, 60) + rng.normal(0, 12, bright.shape), 0, 255)
    tifffile.imwrite(tmp_path / "cell.tif", grey.astype("u1"))
    for name in ("one", "two"):
        config = {
            "study": name,
            "seed": 1,
            "data_folder": str(tmp_path),
            "datasets": {
                "cell": {
                    "material": "NMC532",
                    "voxel_size_nm": 400,
                    "source": {"kind": "file", "file": "cell.tif"},
                    "crop": {"shape": [12, 32, 32]},
                }
            },
            "users": ["A", "B"],
            "comparisons": [],
            "plan": {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
        }
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(config))
    return tmp_path


def table_of(name):
    return f"results/{name}/tables/volume_fractions.csv"


def start(folder, name, *arguments):
    return subprocess.Popen(
        command(folder, *arguments, table_of(name), config=folder / f"{name}.yaml", cores=1),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_until_held(folder, name):
    """Wait until a run has noted that it holds a study, and return its note."""
    note = folder / "results" / name / ".run.lock"
    for _ in range(600):
        if note.exists() and note.read_text():
            return json.loads(note.read_text())
        time.sleep(0.1)
    raise AssertionError("the run took no lock")


def test_a_study_runs_once_at_a_time_and_a_killed_run_resumes(studies):
    first = start(studies, "one")
    holder = wait_until_held(studies, "one")
    assert holder["process"] == first.pid
    # It must not finish while others try to start.
    first.send_signal(signal.SIGSTOP)

    # Plain Snakemake is refused too, as often as it is started; a dry run is allowed.
    for _ in range(2):
        refused = start(studies, "one")
        output = refused.communicate()[0]
        assert refused.returncode
        assert f"process {first.pid}, since" in output
        assert first.poll() is None
    looking = start(studies, "one", "--dry-run")
    looking.communicate()
    assert looking.returncode == 0

    # Its jobs are not killed with it; the next run waits for them.
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    other, again = start(studies, "two"), start(studies, "one")
    wait_until_held(studies, "two")
    output = {"one": again.communicate()[0], "two": other.communicate()[0]}
    assert again.returncode == 0, output["one"][-3000:]
    assert other.returncode == 0, output["two"][-3000:]

    # The same bytes: the studies differ in their names only.
    one, two = (studies / table_of(name) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert not list((studies / ".snakemake" / "locks").glob("*.lock"))
    assert (studies / "results/one/.run.lock").read_text() == ""
