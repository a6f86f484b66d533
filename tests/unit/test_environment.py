"""The lock: everything pinned and hashed, no addresses, and conda's environment with it."""

import re
from pathlib import Path

import pytest
import yaml

ENVS = Path(__file__).parents[2] / "envs"


def pinned(name):
    """Return the versions that a lock allows of each package."""
    versions = {}
    for line in (ENVS / name).read_text().splitlines():
        found = re.match(r"([A-Za-z0-9._-]+)==(\S+)", line)
        if found:
            versions.setdefault(found[1].lower(), set()).add(found[2])
    return versions


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-test.txt", "requirements-networks.txt"]
)
def test_a_lock_pins_and_hashes_everything_and_names_no_address(name):
    text = (ENVS / name).read_text()
    assert "://" not in text
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"\S+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_tests_run_in_the_environment_of_the_runs():
    runs, tests = pinned("requirements.txt"), pinned("requirements-test.txt")
    assert all(tests[name] == versions for name, versions in runs.items())


def test_networks_are_trained_in_the_environment_of_the_runs_with_the_jax_of_the_tests():
    runs, tests = pinned("requirements.txt"), pinned("requirements-test.txt")
    networks = pinned("requirements-networks.txt")
    assert all(networks[name] == versions for name, versions in runs.items())
    more = networks.keys() - runs.keys()
    assert "jax" in more
    assert len(more) < 8
    assert all(networks[name] == tests[name] for name in more)


def test_condas_environment_has_the_versions_of_the_lock():
    lock = pinned("requirements.txt")
    wanted = [line for line in (ENVS / "requirements.in").read_text().splitlines() if line]
    wanted = {re.split("[<>=]", line)[0].lower() for line in wanted if not line.startswith("#")}
    environment = yaml.safe_load((ENVS / "manyeyes.yaml").read_text())
    conda = dict(entry.split(" =") for entry in environment["dependencies"] if " =" in entry)
    assert conda.keys() == wanted
    assert all(version in lock[name] for name, version in conda.items())
