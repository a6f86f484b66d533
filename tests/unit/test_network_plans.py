"""Networks in a study's plan: seeds, drawings that are shared, starts, and what is refused."""

from pathlib import Path

import pytest
import yaml

from manyeyes.running.job_inputs import JobInputs
from manyeyes.running.resources import JobResources
from manyeyes.study.form import problems
from manyeyes.study.model import Cell, StudyError
from manyeyes.study.models import model_problems
from manyeyes.study.networks import base_and_seed, networks_of
from manyeyes.study.reading import study_from_config
from manyeyes.study.targets import Targets

TOP = Path(__file__).parents[2]
SCHEMA = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text(encoding="utf-8"))
NETWORK = {"method": "drawn_network", "drawings_of": "MLX25", "architecture": "lrcs"}
TWINS = {"architecture": "lrcs", "datasets": ["NEX-V"], "filter": "raw"}
PLAN = {
    "people": {"datasets": ["NMC-2"], "filters": ["raw"], "variants": ["S2", "MLX25"]},
    "networks": {"datasets": ["NMC-2"], "filters": ["raw"], "variants": ["CNN", "TUNED"]},
}


class Wildcards(dict):
    """Names of a job, as attributes and as a mapping."""

    __getattr__ = dict.__getitem__


def config_of(variants=None, **changes):
    config = {}
    for name in ("protocol", "tiny"):
        config |= yaml.safe_load((TOP / f"config/{name}.yaml").read_text(encoding="utf-8"))
    for key in ("sensitivity", "baseline", "comparisons", "population_by_structure"):
        config.pop(key, None)
    own = {"CNN": NETWORK | {"seeds": 4, "epochs": 7}, "TUNED": NETWORK | {"start": "twins"}}
    config |= {
        "users": {"simulated": 2},
        "users_per_job": 1,
        "variants": config["variants"] | own | (variants or {}),
        "network": {"epochs": 30, "width": 16, "device": "gpu"},
        "start_networks": {"twins": TWINS},
        "plan": PLAN,
    }
    return config | changes


@pytest.fixture(scope="module")
def study():
    return study_from_config(config_of())


def test_every_seed_is_a_variant_of_its_own(study):
    assert list(networks_of(study)) == [
        *("CNN", "CNN.seed2", "CNN.seed3", "CNN.seed4"),
        *("TUNED", "TUNED.seed2", "TUNED.seed3"),
    ]
    assert base_and_seed(study.variants)["CNN.seed3"] == ("CNN", 3)
    cells = study.cells()
    assert len(cells) == len(set(cells)) == 2 * (2 + 4 + 3)
    # What a variant says holds before what the study says; the device is nothing to the result.
    assert study.variants["CNN.seed2"]["training"] == {"epochs": 7, "width": 16}
    assert study.start_networks["twins"]["training"] == {"epochs": 30, "width": 16}
    assert study.trains_on == "gpu"


def test_more_seeds_change_nothing_of_the_others(study):
    more = study_from_config(config_of({"CNN": NETWORK | {"seeds": 6, "epochs": 7}}))
    assert {n: v for n, v in more.variants.items() if n in study.variants} == study.variants
    assert len(more.cells()) == len(study.cells()) + 4


def test_networks_learn_from_the_drawings_of_another_variant(study):
    targets = Targets(study)
    inputs = JobInputs(targets, None)
    cell = Cell("NMC-2", "raw", "CNN.seed2", "B")
    assert study.drawn_as(cell) == Cell("NMC-2", "raw", "MLX25", "B")
    assert targets.drawing_of(cell) == "results/tiny/annotations/NMC-2/raw/MLX25/B.tif"
    # Nobody draws twice: annotations of the plan are those of S2 and MLX25 alone.
    (job,) = inputs.user_jobs()
    assert list(job.variants) == ["S2", "MLX25"]
    volumes = targets.volumes()
    assert len(volumes) == len(set(volumes))
    assert sum("/annotations/" in path for path in volumes) == 2 * 3
    assert sum("/networks/" in path for path in volumes) == 2 * 7
    assert {"trainings", "label_bias", "network_variance", "network_inheritance"} <= {
        Path(path).stem for path in targets.tables()
    }
    assert len(targets.parts_of("trainings")) == 14
    assert targets.parts_of("label_bias") == ["results/tiny/parts/label_bias/NMC-2/raw.csv"]
    # What a start does by itself, before anybody draws.
    (part,) = targets.parts_of("start_accuracy")
    assert part == "results/tiny/parts/start_accuracy/NMC-2/raw/twins.csv"
    effort = targets.cells_drawn_by_hand("NMC-2", "raw")
    assert cell in effort
    tuned = Wildcards(variant="TUNED.seed2")
    assert inputs.network_begins_with(tuned) == ["results/tiny/networks/start/twins.npz"]
    assert inputs.network_begins_with(Wildcards(variant="CNN")) == []


def test_a_study_without_networks_has_nothing_of_them():
    plan = {"people": PLAN["people"]}
    study = study_from_config(config_of(plan=plan))
    targets = Targets(study)
    assert not networks_of(study)
    assert not any("network" in path or "training" in path for path in targets.tables())
    assert "trainings" not in targets.collected() and "label_bias" not in targets.collected()


def test_without_a_start_none_is_scored():
    networks = PLAN["networks"] | {"variants": ["CNN"]}
    targets = Targets(study_from_config(config_of(plan=PLAN | {"networks": networks})))
    assert "start_accuracy" not in targets.collected()


def test_trainings_ask_for_what_they_take(study):
    wildcards = Wildcards(dataset="NMC-2", variant="CNN.seed2")
    asked = JobResources(study).training()
    assert asked["gpu"] == 1
    assert asked["runtime"](wildcards, 2) == pytest.approx(
        2 * asked["runtime"](wildcards, 1), abs=1
    )
    assert 900 < asked["mem_mb"](wildcards, 1) < 1200
    longer = study_from_config(config_of({"CNN": NETWORK | {"seeds": 4, "epochs": 7000}}))
    more = JobResources(longer).training()["runtime"](wildcards, 1)
    assert more > 20 * asked["runtime"](wildcards, 1)
    on_cpu = study_from_config(config_of(network={"epochs": 30}))
    assert "gpu" not in JobResources(on_cpu).training()
    # What is measured on labels waits for trainings, so it is no part of what they wait for.
    image = Wildcards(dataset="NMC-2", filter="raw")
    groups = [
        JobResources(study).submission("{dataset}.{filter}", of_labels=after)(image)
        for after in (False, True)
    ]
    assert groups == ["NMC-2", "labels.NMC-2.raw"]


def test_people_who_drew_have_networks_too():
    recorded = {
        "name": "jo",
        "recorded": [
            {
                "datasets": ["NMC-2"],
                "filters": ["raw"],
                "variants": ["MLX25"],
                "source": {"file": "jo.tif"},
            }
        ],
    }
    study = study_from_config(config_of(users=["A", "B", recorded]))
    jos = {cell.variant for cell in study.cells() if cell.user == "jo"}
    assert jos == {"MLX25", *networks_of(study)}
    assert {cell.made_by for cell in study.cells() if cell.user == "jo"} == {"recorded"}


@pytest.mark.parametrize(
    ("changes", "variants", "message"),
    [
        ({}, {"CNN": NETWORK | {"drawings_of": "S2"}}, "'S2' .* is not drawn"),
        ({}, {"CNN": NETWORK | {"drawings_of": "none"}}, "there is no variant 'none'"),
        ({}, {"CNN": NETWORK | {"drawings_of": "TUNED"}}, "is not drawn"),
        ({}, {"CNN": NETWORK | {"drawings_of": "MLX10"}}, "for MLX10 on NMC-2 .* not planned"),
        ({}, {"CNN": NETWORK | {"start": "nobody"}}, "there is no 'nobody' under start_networks"),
        ({"start_networks": {"twins": TWINS | {"architecture": "lee"}}}, {}, "cannot begin with"),
        ({"start_networks": {"twins": TWINS | {"datasets": ["NMC-2"]}}}, {}, "same electrode"),
        ({"start_networks": {"twins": TWINS | {"datasets": ["NMC-9"]}}}, {}, "there is no 'NMC-9'"),
        ({"start_networks": {"twins": TWINS | {"filter": "sharp"}}}, {}, "there is no 'sharp'"),
        ({"structures": ["contour"]}, {}, "networks in a study of their own"),
        (
            {"sensitivity": {"datasets": "all", "filters": ["raw"], "base_runs": {"CNN": 16}}},
            {},
            "would each train one",
        ),
    ],
)
def test_what_cannot_be_learned_is_refused(changes, variants, message):
    with pytest.raises(StudyError, match=message):
        study_from_config(config_of(variants, **changes))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"variants": {"CNN": NETWORK | {"seeds": 2}}}, "variants.CNN.seeds"),
        ({"variants": {"CNN": {"method": "drawn_network"}}}, "variants.CNN"),
        ({"variants": {"CNN": NETWORK | {"architecture": "unet"}}}, "variants.CNN.architecture"),
        ({"network": {"epoch": 3}}, "network"),
        ({"network": {"device": "tpu"}}, "network.device"),
        ({"network": {"augmentation": ["mirror"]}}, "network.augmentation.0"),
        ({"start_networks": {"twins": {"architecture": "lee"}}}, "start_networks.twins"),
        ({"start_networks": {"lab": {"file": "a.npz", "url": "https://x.y/a"}}}, "start_networks"),
    ],
)
def test_the_form_of_networks(changes, key):
    config = config_of(changes.pop("variants", None), **changes)
    found = problems(config, SCHEMA)
    assert any(problem.startswith(key) for problem in found), found
    assert problems(config_of(), SCHEMA) == []


def test_a_missing_jax_is_told_once_and_before_any_job(study, monkeypatch):
    monkeypatch.setattr("manyeyes.study.models.is_installed", lambda: False)
    (problem,) = model_problems(study)
    assert problem.startswith("variants.CNN: networks and graphics cards need JAX")
    monkeypatch.setattr("manyeyes.study.models.is_installed", lambda: True)
    assert model_problems(study) == []
