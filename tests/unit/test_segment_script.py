"""Whose forest it is: every name of a job has a say in the seeds, and nothing else has."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from snakemake.iocontainers import InputFiles

import annotate
import manyeyes.forest
import segment
from manyeyes.files.results import write_volume
from manyeyes.forest import fit_forest
from manyeyes.methods.procedures import annotation_of, forest_segmentations
from manyeyes.randomness import seed_from_names
from manyeyes.users.population import Population, draw_traits

NAMES = ("study", "A", "cell", "raw")
OTHERS = [
    ("another", "A", "cell", "raw"),
    ("study", "B", "cell", "raw"),
    ("study", "A", "other", "raw"),
    ("study", "A", "cell", "gaussian"),
]
DRAWN = {"method": "drawn_forest", "coverage_percent": 20, "slices": 3, "forest": {"trees": 2}}


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(0)
    truth = 1 + (np.indices((16, 24, 24))[2] // 8 % 2)
    image = np.clip(60 * truth + rng.normal(0, 12, truth.shape), 0, 255).astype(np.uint8)
    return image, np.where(rng.random(truth.shape) < 0.1, truth, 0).astype(np.uint8)


def job(names, variants):
    seed, _, dataset, filter_ = names
    return SimpleNamespace(
        rule="segment_all",
        log=[],
        wildcards=_Wildcards(dataset=dataset, filter=filter_),
        params=SimpleNamespace(seed=seed, variants=dict.fromkeys(variants, DRAWN)),
    )


class _Wildcards(SimpleNamespace):
    def __iter__(self):
        return iter(vars(self).values())


def seeds_of_segmenting(case, names, variants=("MLX",)):
    image, labels = case
    done = dict.fromkeys(variants, ({"kind": "drawing"}, labels))
    found = segment.segmentations(image, None, done, names[1], job(names, variants))
    return [int(made_by.rpartition("seed ")[2]) for _, made_by in found]


def test_a_forest_has_the_seed_of_its_study_user_dataset_filter_and_variant(case):
    """Equal labels, different people: else their forests would err together."""
    seeds = seeds_of_segmenting(case, NAMES, ("MLX", "MLY"))
    assert seeds == [seed_from_names(*NAMES, name, "forest") for name in ("MLX", "MLY")]
    seeds += [seeds_of_segmenting(case, names)[0] for names in OTHERS]
    assert len(set(seeds)) == 6


def test_two_users_with_the_same_labels_get_different_forests(case):
    image, labels = case
    found = [
        forest_segmentations(image, {"MLX": labels}, {"MLX": DRAWN}, names)["MLX"]
        for names in (NAMES, NAMES, *OTHERS)
    ]
    assert np.array_equal(found[0][0], found[1][0])
    assert len({made_by for _, made_by in found}) == 5


def test_the_forest_of_a_first_output_has_names_too(case, monkeypatch):
    seeds = []

    def fit(*arguments, seed, **options):
        seeds.append(seed)
        return fit_forest(*arguments, seed=seed, **options)

    monkeypatch.setattr(manyeyes.forest, "fit_forest", fit)
    traits = draw_traits(Population(), "study", "A")
    for names, variant in itertools.product((NAMES, OTHERS[1]), ("MLX", "MLY")):
        before = len(seeds)
        annotation_of(case[0], variant, DRAWN, traits, names)
        assert set(seeds[before:]) == {seed_from_names(*names, variant, "first output")}


def test_users_annotate_under_their_own_names(case, tmp_path, monkeypatch):
    asked = []

    def annotation(image, name, variant, traits, names, inside):
        asked.append((name, *names))
        return annotation_of(image, name, variant, traits, names, inside)

    monkeypatch.setattr(annotate, "annotation_of", annotation)
    write_volume(tmp_path / "image.tif", case[0], 400)
    variants = {"S1": {"method": "threshold", "offset": -10}, "S2": {"method": "threshold"}}
    variants["S2"]["offset"] = 0
    paths = [tmp_path / f"{user}{name}.json" for user in "AB" for name in variants]
    params = {"seed": "study", "users": ["A", "B"], "variants": variants, "population": {}}
    annotate.main(
        SimpleNamespace(
            rule="annotate_all",
            log=[],
            wildcards=_Wildcards(dataset="cell", filter="raw"),
            params=SimpleNamespace(**params, voxel_size_nm=400),
            input=InputFiles(fromdict={"image": str(tmp_path / "image.tif")}),
            output=SimpleNamespace(annotations=paths, drawings=[]),
        )
    )
    expected = [(name, "study", user, "cell", "raw") for user in "AB" for name in variants]
    assert asked == expected
