"""Seeds of forests: they depend on every name of a job and on nothing else."""

import itertools
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from snakemake.iocontainers import InputFiles

import annotate
import manyeyes.forest
import segment
from manyeyes import methods
from manyeyes.files.results import write_volume
from manyeyes.forest import fit_forest
from manyeyes.randomness import seed_from_names
from manyeyes.users.population import Population, draw_traits
from one_user import annotation_of, forest_segmentations

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


class _Wildcards(SimpleNamespace):
    def __iter__(self):
        return iter(vars(self).values())


def seeds_of_segmenting(case, names, tmp_path, variants=("MLX",)):
    """Return the seeds of the forests that the script trains."""
    image, labels = case
    write_volume(tmp_path / "image.tif", image, 400)
    write_volume(tmp_path / "drawing.tif", labels, 400)
    (tmp_path / "done.json").write_text('{"kind": "drawing"}')
    seed, user, dataset, filter_ = names
    paths = [tmp_path / f"{name}.tif" for name in variants]
    given = {
        "image": str(tmp_path / "image.tif"),
        "annotations": [str(tmp_path / "done.json")] * len(variants),
        "drawings": [str(tmp_path / "drawing.tif")] * len(variants),
    }
    params = {"seed": seed, "users": [user], "variants": dict.fromkeys(variants, DRAWN)}
    job = SimpleNamespace(
        rule="segment_all",
        log=[],
        wildcards=_Wildcards(dataset=dataset, filter=filter_),
        params=SimpleNamespace(**params, phases=None, voxel_size_nm=400),
        input=InputFiles(fromdict=given),
        output=SimpleNamespace(segmentations=paths),
    )
    with patch.object(segment, "write_volume") as written:
        segment.main(job)
    assert [call.args[0] for call in written.call_args_list] == paths
    return [int(call.args[3].rpartition("seed ")[2]) for call in written.call_args_list]


def test_a_forest_has_the_seed_of_its_study_user_dataset_filter_and_variant(case, tmp_path):
    """Equal labels, different people: else their forests would err together."""
    seeds = seeds_of_segmenting(case, NAMES, tmp_path, ("MLX", "MLY"))
    assert seeds == [seed_from_names(*NAMES, name, "forest") for name in ("MLX", "MLY")]
    seeds += [seeds_of_segmenting(case, names, tmp_path)[0] for names in OTHERS]
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

    def recording(image, variant, traits, *, seed_names, output_names, **others):
        assert output_names[:-2] == seed_names
        asked.append((output_names[-2], *seed_names))
        names = {"seed_names": seed_names, "output_names": output_names}
        return methods.annotate(image, variant, traits, **names, **others)

    monkeypatch.setattr(annotate, "annotate", recording)
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
            params=SimpleNamespace(**params, phases=None, voxel_size_nm=400),
            input=InputFiles(fromdict={"image": str(tmp_path / "image.tif")}),
            output=SimpleNamespace(annotations=paths, drawings=[]),
        )
    )
    expected = [(name, "study", user, "cell", "raw") for user in "AB" for name in variants]
    assert asked == expected
