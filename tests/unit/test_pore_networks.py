"""Studies of networks that find pores: what their configs mean, and what is refused."""

from pathlib import Path

import pytest
import yaml

from lee_example import config
from manyeyes.networks.settings import Training
from manyeyes.pores import labelling
from manyeyes.pores.settings import IRREGULAR, ParticleSettings
from manyeyes.study import cost
from manyeyes.study.form import problems
from manyeyes.study.known import with_known
from manyeyes.study.model import StudyError
from manyeyes.study.models import model_problems
from manyeyes.study.pore_networks import TABLES, USUAL
from manyeyes.study.reading import study_from_config
from manyeyes.study.sense import sense_problems
from manyeyes.study.targets import Targets

TOP = Path(__file__).parents[2]
PROTOCOL = yaml.safe_load((TOP / "config/protocol.yaml").read_text(encoding="utf-8"))
SCHEMA = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text(encoding="utf-8"))


def whole(content):
    return with_known(PROTOCOL | content, {"datasets": {}, "electrodes": {}})


def study(**changes):
    return study_from_config(whole(config(**changes)))


def named(name):
    return whole(yaml.safe_load((TOP / f"config/{name}.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["lee", "lee-quick"])
def test_the_studies_of_the_paper_are_valid(name):
    content = named(name)
    assert problems(content, SCHEMA) == sense_problems(content) == []
    found = study_from_config(content)
    assert model_problems(found) == []
    networks = found.pore_networks
    assert networks.others == ("irregular",)
    assert networks.described("irregular") == IRREGULAR
    assert networks.slice_shape == (100, 256, 256)
    assert networks.voxel_nm("NCM-1") == list(ParticleSettings().voxel_size_nm)


def test_the_whole_study_trains_every_input_in_both_folds():
    networks = study_from_config(named("lee")).pore_networks
    assert len(networks.trainings()) == 6
    assert networks.tested_on("NCM-2") == "NCM-1"
    predictions = list(networks.predictions())
    assert len(predictions) == 6 * 3 + 2
    assert [p[2] for p in predictions if p[0] == "unfiltered"] == ["NCM-2", "NCM-1"]
    kinds = {networks.slices_of("NCM-1", name) for name in networks.particles}
    assert kinds == {"training", "test", "other"}


def test_defaults_are_those_of_the_library():
    labels = {"low_share": labelling.LOW_SHARE, "high_share": labelling.HIGH_SHARE}
    assert USUAL["labels"] == labels
    assert USUAL["threshold"]["share"] == labelling.GLOBAL_SHARE
    assert Training().epochs == cost.PORE_EPOCHS


def test_files_and_tables_are_those_of_networks_alone():
    files = Targets(study(seeds=2))
    networks = files.study.pore_networks
    assert files.images() == [] and files.report() == [
        f"results/little/{name}" for name in ("report.html", "methods.md")
    ]
    assert set(files.volumes()) == set(networks.files())
    assert "results/little/models/raw/one.2.npz" in files.volumes()
    names = {Path(path).stem for path in files.tables()}
    assert names == set(TABLES)
    assert networks.volume_names("two", "labels", "truth") == ("labels/two", "slices/two/truth")
    parts = networks.parts_of("training_curves")
    assert parts[1] == "results/little/parts/training_curves/raw/one.2.csv"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"folds": [["one", "three"]]}, "there is no particle 'three'; known are one, two"),
        ({"folds": [["one", "one"]]}, "one is to be tested on itself"),
        ({"folds": [["one", "two"], ["one", "two"]]}, "one is trained on in two folds"),
    ],
)
def test_folds_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(StudyError, match=message):
        study(**changes)


def test_datasets_beside_networks_are_refused():
    entry = {
        "material": "x",
        "voxel_size_nm": 100,
        "source": {"kind": "file", "file": "x.tif"},
        "crop": {"shape": [9, 9, 9]},
    }
    with pytest.raises(StudyError, match="pore_networks: such a study has no users"):
        study_from_config(whole(config() | {"datasets": {"mine": entry}}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"particles": {"one": {"particle": {"slice": 3}}, "two": {}}},
            r"pore_networks.particles.one.particle: unknown key slice in particle",
        ),
        ({"training": {"epochs": 0}}, "pore_networks.training: epochs must be a whole number"),
        ({"training": {"codes": [1, 2]}}, "pore_networks.training: codes: this follows from"),
        (
            {"labels": {"low_share": 0.7}},
            r"pore_networks.labels: low_share \(0.7\) must not exceed high_share \(0.6\)",
        ),
    ],
)
def test_settings_that_no_model_takes_are_named(changes, message):
    import re

    (problem,) = model_problems(study(**changes))
    assert re.match(message, problem)


def test_a_missing_jax_is_told_before_any_job(monkeypatch):
    monkeypatch.setattr("manyeyes.study.models.is_installed", lambda: False)
    (problem,) = model_problems(study())
    assert problem.startswith("pore_networks: networks and graphics cards need JAX")
    assert "make networks" in problem


def test_unknown_keys_and_inputs_are_refused_by_the_schema():
    content = whole(config(inputs=["sharpened"], colour=1))
    found = problems(content, SCHEMA)
    assert any("sharpened" in problem for problem in found)
    assert any("'colour' was unexpected" in problem for problem in found)


def test_a_particle_whose_name_reads_like_a_number_is_refused():
    content = whole(config(particles={"1": {}, "two": {}}, folds=[["1", "two"]]))
    (problem,) = problems(content, SCHEMA)
    assert problem.startswith("pore_networks.particles: '1' is not a name of a particle")


def test_a_study_with_neither_datasets_nor_networks_is_refused():
    content = whole({"study": "x", "seed": 1, "datasets": {}})
    assert any(problem.startswith("datasets:") for problem in problems(content, SCHEMA))
    content = whole({"study": "x", "seed": 1})
    assert "config: datasets is missing here" in problems(content, SCHEMA)
