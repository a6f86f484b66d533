"""A new method of segmentation is one file and one entry of a config, and reruns nothing."""

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from running import clone, planned, run

pytestmark = pytest.mark.pipeline

TABLE = "results/mine/tables/volume_fractions.csv"
METHOD = '''
"""A voxel is active where it is brighter than the mean around it."""

import numpy as np

from ..annotations import Nothing
from ..labels import ACTIVE, REST
from ._method import Method


def annotate(image, variant, person):
    return Nothing()


def label(image, requests, inside):
    from scipy import ndimage

    for request in requests:
        mean = ndimage.uniform_filter(image.astype(float), request.variant["width"])
        yield np.where(image > mean, ACTIVE, REST).astype(np.uint8), None


METHOD = Method(
    name="local_mean",
    title="Local mean",
    annotation="nothing",
    annotate=annotate,
    label=label,
    settings={"width": {"type": "integer", "minimum": 3}},
    required=("width",),
)
'''
CONFIG = {
    "study": "mine",
    "seed": 1,
    "users": ["A", "B"],
    "comparisons": [],
    "plan": {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2", "cWS"]}},
}


@pytest.fixture
def study(tmp_path):
    """A copy of the code, a small tomogram and a config, in a folder of their own."""
    clone(tmp_path)
    z, y, x = np.indices((12, 32, 32))
    bright = np.sin(x / 3) + np.sin(y / 4) + np.sin(z / 3) > 0
    noise = np.random.default_rng(0).normal(0, 12, bright.shape)
    grey = np.clip(np.where(bright, 160, 60) + noise, 0, 255).astype(np.uint8)
    tifffile.imwrite(tmp_path / "cell.tif", grey)
    return tmp_path


def config_of(folder, **changes):
    cell = {
        "material": "NMC532",
        "voxel_size_nm": 400,
        "source": {"kind": "file", "file": "cell.tif"},
        "crop": {"shape": [12, 32, 32]},
    }
    config = {**CONFIG, "data_folder": str(folder), "datasets": {"cell": cell}, **changes}
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path


def test_a_method_is_one_file_and_one_entry_of_the_config(study):
    code = {"snakefile": study / "Snakefile"}
    run(study, TABLE, config=config_of(study), cores=2, **code)
    (study / "src/manyeyes/methods/local_mean.py").write_text(METHOD)
    assert planned(study, TABLE, config=config_of(study), **code) == {}

    own = {"datasets": "all", "filters": ["raw"], "variants": ["local"]}
    changed = {
        "variants": {"local": {"method": "local_mean", "width": 9}},
        "plan": {**CONFIG["plan"], "own": own},
    }
    jobs = planned(study, TABLE, config=config_of(study, **changed), **code)
    made = {rule: n for rule, n in jobs.items() if rule.startswith(("annotate", "segment"))}
    assert made == {"annotate_own": 2, "segment_own": 2}
    run(study, TABLE, config=config_of(study, **changed), cores=2, **code)
    fractions = pd.read_csv(study / TABLE).set_index(["variant", "user"])["active_fraction"]
    assert fractions["local", "A"] == fractions["local", "B"]
    assert 0.2 < fractions["local", "A"] < 0.8
    assert len(fractions) == 6

    # An edit of one method reruns what uses it, and nothing of the others.
    watershed = study / "src/manyeyes/methods/watershed.py"
    watershed.write_text(watershed.read_text() + "\nEDITED = True\n")
    jobs = planned(study, TABLE, config=config_of(study, **changed), **code)
    made = {rule: n for rule, n in jobs.items() if rule.startswith(("annotate", "segment"))}
    assert made == {"annotate_simple": 2, "segment_simple": 2}


def test_settings_of_a_new_method_are_checked(study):
    (study / "src/manyeyes/methods/local_mean.py").write_text(METHOD)
    own = {"datasets": "all", "filters": ["raw"], "variants": ["local"]}
    variants = {"local": {"method": "local_mean", "breadth": 9}}
    config = config_of(study, variants=variants, plan={"own": own})
    done = run(study, "-n", config=config, snakefile=study / "Snakefile", check=False)
    assert "variants.local: width is missing here" in done.stdout
