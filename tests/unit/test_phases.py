"""Three phases, and two with other codes than 1 and 2: what takes them, and what refuses them."""

import copy
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from manyeyes.annotations import Drawing
from manyeyes.imaging.label_checks import contradiction
from manyeyes.labels import TWO_PHASES, phases_from_config
from manyeyes.measures.fractions import percent_different
from manyeyes.measures.strokes import LabelledImage
from manyeyes.measures.tables import (
    accuracy_table,
    morphology_table,
    pairwise_table,
    volume_fractions_table,
)
from manyeyes.methods import METHODS, Request, annotate, label
from manyeyes.randomness import generator
from manyeyes.statistics.agreement import agreement_tables, votes
from manyeyes.study.model import Sensitivity
from manyeyes.study.models import model_problems
from manyeyes.study.reading import study_from_config
from manyeyes.users.population import Population, draw_traits
from two_phases import two_phase

Cell = namedtuple("Cell", "dataset filter variant user made_by", defaults=["recorded"])
THREE = phases_from_config({"pore": {"code": 30}, "active": {"code": 7}, "cbd": {"code": 2}})
OTHER_CODES = phases_from_config({"active": {"code": 7}, "rest": {"code": 3}})
SHAPE = (10, 24, 26)


def as_three(two):
    """Turn labels 1 and 2 into three phases: the rest is pore in the front half, binder behind."""
    pore = np.arange(two.shape[2]) < two.shape[2] // 2
    return np.where(two == 1, 7, np.where(pore, 30, 2)).astype(np.uint8)


def segmentations():
    rng = generator("phases")
    return [rng.integers(1, 3, SHAPE).astype(np.uint8) for _ in range(3)]


def cells(volumes):
    return [(Cell("d", "raw", "mine", name), v) for name, v in zip("ABC", volumes, strict=True)]


def test_active_material_of_three_phases_is_measured_like_that_of_two():
    two = segmentations()
    pairs = cells(two), cells(map(as_three, two))
    truths = {"d": np.where(two[0] == 1, 1, 3).astype(np.uint8)}
    for table in (
        lambda volumes, phases: volume_fractions_table(volumes, {"d": "twin"}, truths, phases),
        lambda volumes, phases: accuracy_table(volumes, truths, phases),
        lambda volumes, phases: morphology_table(volumes, {"d": 400}, phases),
        lambda volumes, phases: agreement_tables(volumes, phases)[1],
        lambda volumes, phases: agreement_tables(volumes, phases)[0],
    ):
        assert table(pairs[0], TWO_PHASES).equals(table(pairs[1], THREE))
    assert np.array_equal(votes(two), votes(map(as_three, two), THREE))


def test_users_differ_where_they_give_any_two_phases():
    one = np.array([[[7, 2, 30, 30]]], np.uint8)
    other = np.array([[[7, 30, 30, 7]]], np.uint8)
    table = pairwise_table(cells([one, other, one]), THREE)
    assert table["percent_different"].tolist() == [50.0, 0.0, 50.0]
    assert percent_different(one, other, THREE) == 50.0
    with pytest.raises(ValueError, match=r"holds 1 \(active material\)"):
        pairwise_table(cells([one, other, one]))


def test_strokes_of_every_phase_are_counted():
    image = np.zeros((1, 20, 40), np.uint8)
    image[:, :, 20:] = 200
    labels = np.zeros(image.shape, np.uint8)
    labels[0, 5, 2:6], labels[0, 5, 10:16], labels[0, 5, 30:36] = 30, 2, 7
    found = LabelledImage(image, phases=THREE).measures(labels)
    assert found["strokes_per_slice"] == 3
    assert found["active_percent"] == pytest.approx(100 * 6 / 16)
    assert (found["grey_active"], found["grey_rest"]) == (200, 0)
    # strokes that touch are two where their phases differ
    labels[0, 5, 6:10] = 30
    assert LabelledImage(image, phases=THREE).measures(labels)["strokes_per_slice"] == 3
    with pytest.raises(ValueError, match="no voxel is labelled as active material"):
        LabelledImage(image, phases=THREE).measures(np.where(labels == 7, 0, labels))


def test_labels_of_three_phases_are_compared_with_the_grey_values_beneath():
    image, _ = two_phase(SHAPE)
    bright = np.where(image > np.median(image), 1, 2)
    assert contradiction(image, as_three(bright), 7) is None
    assert "active is the darker" in contradiction(image, as_three(3 - bright), 7)


def test_a_forest_learns_three_phases():
    volume = np.repeat(np.array([40, 120, 200], np.uint8), 12)[None, None] + np.zeros(
        (6, 20, 1), np.uint8
    )
    truth = np.repeat(np.array([30, 2, 7], np.uint8), 12)[None, None] + np.zeros(
        (6, 20, 1), np.uint8
    )
    labels = np.where(np.arange(20)[:, None] % 5 == 0, truth, 0).astype(np.uint8)
    variant = {"method": "recorded_forest", "forest": {"trees": 5}}
    request = Request(variant, lambda: Drawing(labels), "jo", ("test",))
    ((found, _),) = label(volume, [request])
    assert (found == truth).mean() > 0.95
    ((found, _),) = label(
        volume, [Request({"method": "recorded_labels"}, lambda: Drawing(truth), "jo", ("test",))]
    )
    assert np.array_equal(found, truth)


@pytest.mark.parametrize(
    "variant",
    [
        {"method": "drawn_forest", "slices": 3, "coverage_percent": 10, "forest": {"trees": 3}},
        {"method": "seeded_forest", "slices": "first"},
    ],
)
def test_simulated_users_label_with_the_codes_of_the_study(variant):
    image, _ = two_phase(SHAPE)
    traits = draw_traits(Population(), "phases", "A")
    names = {"seed_names": ("phases", "A"), "output_names": ("output",)}
    usual = annotate(image, variant, traits, **names).labels
    found = annotate(image, variant, traits, **names, phases=OTHER_CODES).labels
    assert np.array_equal(found, np.array([0, 7, 3], np.uint8)[usual])


@pytest.mark.parametrize("method", [name for name, m in METHODS.items() if m.annotate])
def test_simulated_users_refuse_phases_whose_brightness_nobody_knows(method):
    traits = draw_traits(Population(), "phases", "A")
    odd = phases_from_config({"active": {"code": 1}, "glue": {"code": 2}, "pore": {"code": 3}})
    with pytest.raises(ValueError, match=f"method {method} .* but .* phases"):
        annotate(two_phase(SHAPE)[0], {"method": method}, traits, seed_names=("x",), phases=odd)


@pytest.mark.parametrize("structure", ["sharp_eyed", "contour"])
def test_only_users_of_two_classes_tell_three_phases(structure):
    traits = draw_traits(Population(structure=structure), "phases", "A")
    variant = {"method": "threshold", "offset": 0}
    with pytest.raises(ValueError, match=f"structure {structure} see two phases only"):
        annotate(two_phase(SHAPE)[0], variant, traits, seed_names=("x",), phases=THREE)


def study(phases, method):
    top = Path(__file__).parents[2]
    settings, suffix = ({"offset": 0}, "json") if method == "threshold" else ({}, "tif")
    config = yaml.safe_load((top / "config/protocol.yaml").read_text(encoding="utf-8"))
    config = copy.deepcopy(config) | {
        "study": "mine",
        "seed": 1,
        "datasets": {
            "cell": {
                "material": "NMC",
                "voxel_size_nm": 400,
                "source": {"kind": "file", "file": "cell.tif"},
                "crop": {"shape": [24, 48, 48]},
            }
        },
        "variants": {"mine": {"method": method, **settings}},
        "users": [
            {
                "name": "jo",
                "recorded": [
                    {
                        "datasets": ["cell"],
                        "filters": ["raw"],
                        "variants": ["mine"],
                        "source": {"file": f"jo.{suffix}"},
                    }
                ],
            }
        ],
        "plan": {},
    }
    if phases:
        config["phases"] = phases
    return study_from_config(config)


def test_a_study_of_three_phases_takes_methods_that_know_them():
    three = {"active": {"code": 1}, "cbd": {"code": 2}, "pore": {"code": 3}}
    assert model_problems(study(three, "recorded_labels")) == []
    assert model_problems(study(three, "recorded_forest")) == []
    assert model_problems(study(three, "threshold")) == []
    odd = {"active": {"code": 1}, "cbd": {"code": 2}, "glue": {"code": 3}}
    assert model_problems(study(odd, "recorded_labels")) == []
    (problem,) = model_problems(study(odd, "threshold"))
    assert problem.startswith("variants.mine: method threshold tells active material from")
    assert model_problems(study({"active": {"code": 2}, "rest": {"code": 1}}, "threshold")) == []
    assert model_problems(study(None, "threshold")) == []


def test_what_is_for_two_phases_only_is_refused_before_any_job():
    three = {"active": {"code": 1}, "cbd": {"code": 2}, "pore": {"code": 3}}
    other = {"active": {"code": 7}, "rest": {"code": 3}}
    for phases, refused in ((three, True), (other, True), (None, False)):
        asked = replace(
            study(phases, "recorded_labels"),
            structures={"contour": {}},
            sensitivity=Sensitivity(("cell",), ("raw",), {}),
        )
        problems = model_problems(asked)
        assert len(problems) == 2 * refused
        for key, problem in zip(("sensitivity", "structures"), problems, strict=False):
            assert problem.startswith(f"{key}: {key} is for studies of two phases")
