"""A run on a real Slurm of one node survives a killed job and gives the bytes of a local run."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from running import TOP, command, planned

pytestmark = pytest.mark.pipeline

PROGRAMS = ("slurmctld", "slurmd", "sinfo", "squeue", "scancel", "scontrol")
# Steps that Slurm starts read their settings only here.
CONFIG = Path("/etc/slurm/slurm.conf")
MARK = "# Written by the tests of manyeyes, which remove it"
CORES = min(4, os.cpu_count())
SETTINGS = """{mark}
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=600
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={mib} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def why_not():
    """Return why no Slurm can be started here, or nothing."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"no {', '.join(missing)} (Debian: slurm-wlm, slurm-client)"
    if os.geteuid() != 0:
        return "starting a Slurm needs root"
    if CONFIG.exists() and not CONFIG.read_text(encoding="utf-8").startswith(MARK):
        return f"{CONFIG} is there: this machine belongs to a cluster, which is left alone"
    return None


def slurm(*call):
    return subprocess.run(call, capture_output=True, text=True, check=False).stdout


def wait_for(what, seconds, *, until):
    """Wait until a condition holds, or fail and say what did not happen."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.2)


@pytest.fixture
def cluster(tmp_path):
    """Start a Slurm with this machine as its only node, and stop it whatever happens."""
    reason = why_not()
    if reason:
        pytest.skip(f"Slurm: {reason}")
    folder = tmp_path / "slurm"
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    mib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    host = os.uname().nodename.split(".")[0]
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.write_text(
        SETTINGS.format(mark=MARK, host=host, folder=folder, cores=os.cpu_count(), mib=mib),
        encoding="utf-8",
    )
    try:
        for name in ("slurmctld", "slurmd"):
            subprocess.run([name, "-c"], check=True)
        wait_for("an idle node", 30, until=lambda: slurm("sinfo", "-h", "-o", "%T") == "idle\n")
        yield folder
    finally:
        slurm("scancel", "--user=root")
        slurm("scontrol", "shutdown")
        try:
            # Daemons remove these files when they end.
            wait_for("Slurm's end", 20, until=lambda: not list(folder.glob("*.pid")))
        except AssertionError:
            for file in folder.glob("*.pid"):
                os.kill(int(file.read_text()), signal.SIGKILL)
            raise
        finally:
            CONFIG.unlink()


@pytest.fixture
def smaller(tmp_path):
    """A part of the tiny study: what they share has the same bytes."""
    config = yaml.safe_load((TOP / "config/tiny.yaml").read_text())
    del config["baseline"], config["sensitivity"], config["datasets"]["NEX-V"]
    config["figures"] = ["fig_accuracy"]
    config["plan"] = {
        "unsupervised": {"datasets": "all", "filters": ["raw"], "variants": ["S2", "cWS"]},
        "drawn": {"datasets": "all", "filters": ["raw"], "variants": ["MLX10"], "users": ["A"]},
    }
    path = tmp_path / "smaller.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path


def files_of(results):
    names = ("truth", "tomograms", "images", "annotations", "segmentations")
    return [path.relative_to(results) for name in names for path in (results / name).rglob("*.*")]


def test_a_killed_job_is_tried_again_and_gives_the_bytes_of_a_local_run(
    cluster, smaller, tiny, tmp_path
):
    run = tmp_path / "run"
    run.mkdir()
    call = command(run, config=smaller, cores=CORES)
    call += ["--profile", str(TOP / "profiles/slurm"), "--latency-wait", "20"]
    call += ["--slurm-no-account", "--slurm-status-command", "squeue"]
    call += ["--slurm-init-seconds-before-status-checks", "2"]
    call += ["--default-resources", "slurm_partition=main"]
    results = run / "results/tiny"
    with (tmp_path / "output").open("w") as output:
        process = subprocess.Popen(call, stdout=output, stderr=subprocess.STDOUT)
    try:
        painted = results / "annotations/NMC-2/raw/MLX10"
        wait_for(
            "a first painting",
            240,
            until=lambda: process.poll() is not None or any(painted.glob("*.tif")),
        )
        said = (tmp_path / "output").read_text()
        killed = re.search(r"SLURM jobid (\d+) \(log: \S+group_NMC-2_", said)
        assert killed, said[-3000:]
        slurm("scancel", "--signal=KILL", "--full", killed[1])
        process.wait(timeout=400)
    finally:
        # A run that hangs does not react to a request to end.
        process.kill()
    said = (tmp_path / "output").read_text()
    assert process.returncode == 0, said[-3000:]

    # One submission for all that is done on the dataset, which was killed and tried again, and
    # one for all tables and figures.
    submitted = re.findall(r"SLURM jobid \d+ \(log: \S+/group_([A-Za-z0-9-]+?)_", said)
    assert sorted(submitted) == ["NMC-2", "NMC-2", "tables"]
    assert "Trying to restart job" in said

    found = files_of(results)
    assert len([name for name in found if name.parts[0] == "segmentations"]) == 2 * 3 + 1
    for name in found:
        assert (results / name).read_bytes() == (tiny / name).read_bytes(), name
    assert planned(run, config=smaller) == {}
