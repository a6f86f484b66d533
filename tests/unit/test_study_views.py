"""What a config may say of a dataset's field of view and polarity."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from manyeyes.figures.words import inverted_sentence
from manyeyes.report.sections import field_notes
from manyeyes.study.form import problems
from manyeyes.study.model import StudyError
from manyeyes.study.reading import study_from_config

TOP = Path(__file__).parents[2]
SCHEMA = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text())


def study(**keys):
    config = yaml.safe_load((TOP / "config/protocol.yaml").read_text())
    dataset = {
        "material": "NMC",
        "voxel_size_nm": 400,
        "source": {"kind": "file", "file": "cell.tif"},
        "crop": {"shape": [32, 32, 32]},
        **keys,
    }
    plan = {"simple": {"datasets": "all", "filters": "all", "variants": ["S2"]}}
    return config | {"study": "mine", "seed": 1, "datasets": {"cell": dataset}, "plan": plan}


def dataset(**keys):
    config = study(**keys)
    assert problems(config, SCHEMA) == []
    return study_from_config(config).datasets["cell"]


@pytest.mark.parametrize(
    ("mask", "masked"),
    [
        ("circle", True),
        ({"circle": 30.5}, True),
        ({"outside": 0}, True),
        ({"outside": -1.5}, True),
        ({"file": "mask.tif"}, True),
        ({"file": "mask.tif", "url": "https://a.b/m.tif", "sha256": "0" * 64}, True),
        ("none", False),
    ],
)
def test_masks_of_a_config(mask, masked):
    found = dataset(mask=mask)
    assert found.masked is masked
    assert found.mask == mask
    assert found.mask_from_file is (isinstance(mask, dict) and "file" in mask)


def test_without_the_keys_a_dataset_has_neither():
    found = dataset()
    assert (found.mask, found.masked, found.inverted) == (None, False, False)
    assert dataset(active="dark").inverted
    assert not dataset(active="bright").inverted


@pytest.mark.parametrize(
    "wrong",
    [
        {"mask": "square"},
        {"mask": None},
        {"mask": {"circle": 0}},
        {"mask": {"outside": 0, "circle": 3}},
        {"mask": {"file": "m.tif", "url": "https://a.b/m.tif"}},
        {"active": "black"},
    ],
)
def test_other_values_are_refused_by_their_key(wrong):
    (key,) = wrong
    (found,) = problems(study(**wrong), SCHEMA)
    assert found.startswith(f"datasets.cell.{key}: ")
    assert "circle" in found or "dark" in found


def test_a_reversed_window_names_the_key_for_dark_material():
    with pytest.raises(StudyError, match=r"datasets\.cell\.active: dark"):
        study_from_config(study(grey_window=[255, 0]))


@pytest.mark.parametrize("key", [{"mask": "circle"}, {"active": "dark"}])
def test_what_we_image_ourselves_has_neither(key):
    source = {"kind": "geometry", "file": "g.tif", "codes": {"active": 1}, "imaging": {}}
    with pytest.raises(StudyError, match="measured tomograms"):
        study_from_config(study(source=source, **key))


def test_the_report_tells_what_was_done_to_measured_grey_values():
    output = {
        "round": {"shape": [10, 10, 10], "mask": "circle"},
        "dark": {"shape": [10, 10, 10], "active": "dark"},
        "plain": {"shape": [10, 10, 10]},
        "full": {"shape": [10, 10, 10], "mask": "none"},
    }
    table = pd.DataFrame({"dataset": list(output), "voxels": [690, 1000, 1000, 1000]})
    of_round, of_dark, of_full = field_notes(output, table)
    assert of_round.startswith("round: ")
    assert "69.0 %" in of_round
    assert "inverted" in of_dark
    assert "mask: none" in of_full
    assert "NMC-1" in inverted_sentence(["NMC-1"])
    assert inverted_sentence([]) == ""
