"""Random inputs for every reader: the right value, or an error that names the file.

Never longer than 10 s, never more than 2 GB, never an unnamed traceback. CONTRIBUTING.md says how
to run more than the few hundred of the ordinary tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BATCH = Path(__file__).with_name("batch.py")
INPUTS = {
    "tomogram": 400,
    "labels": 300,
    "mapped": 300,
    "slices": 100,
    "zarr": 100,
    "annotation": 500,
    "table": 300,
    "journal": 300,
    "events": 300,
    "config": 60,
    "dxchange": 150,
    "txrm": 150,
    "hdf5": 150,
    "itk": 150,
    "amira": 300,
    "npy": 300,
    "raw": 100,
    "png": 100,
    "txm": 100,
    "ilastik": 150,
    "rois": 200,
    "shapes": 200,
    "person": 200,
    "model": 200,
}
LIBRARIES = {"dxchange": "h5py", "txrm": "txrm2tiff", "txm": "txrm2tiff"}


@pytest.mark.parametrize("reader", INPUTS)
def test_random_inputs_end_in_the_right_value_or_a_named_error(reader):
    if reader in LIBRARIES:
        library = LIBRARIES[reader]
        pytest.importorskip(library, reason=f"{library} is not installed")
    inputs = os.environ.get("MANYEYES_FUZZ_INPUTS", str(INPUTS[reader]))
    seed = os.environ.get("MANYEYES_FUZZ_SEED", "0")
    done = subprocess.run(
        [sys.executable, BATCH, reader, "--inputs", inputs, "--seed", seed],
        capture_output=True,
        text=True,
        check=False,
        timeout=60 + 2 * int(inputs),
    )
    # Standard error ends with the number of the input that a crash stopped at.
    assert done.returncode == 0, done.stderr[-2000:]
    output = json.loads(done.stdout)
    assert output["wrong"] == []
    assert output["inputs"] == int(inputs)
