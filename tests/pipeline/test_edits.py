"""A config edit recomputes what it concerns and nothing else."""

import copy
import shutil

import pytest
import yaml

from running import TOP, planned

pytestmark = pytest.mark.pipeline

TINY = yaml.safe_load((TOP / "config/tiny.yaml").read_text())


@pytest.fixture(scope="module")
def edited(tiny, tmp_path_factory):
    """Return a function that plans an edited tiny study on a copy of its results."""
    # A neighbour of the run: the code lies at the same place as seen from both.
    folder = tmp_path_factory.mktemp("edited")
    shutil.copytree(tiny.parents[1], folder, copy_function=shutil.copy2, dirs_exist_ok=True)

    def plan(change):
        config = copy.deepcopy(TINY)
        change(config)
        path = folder / "edited.yaml"
        path.write_text(yaml.safe_dump(config, sort_keys=False))
        return planned(folder, config=path)

    return plan


def heavy(jobs):
    """Return the jobs that annotate or segment."""
    return {rule: n for rule, n in jobs.items() if rule.startswith(("annotate_", "segment_"))}


def test_the_same_config_plans_nothing_whatever_the_order_of_keys_within_an_entry(edited):
    def turn(config):
        for entry in (
            config["datasets"]["NMC-2"]["source"]["imaging"],
            config["baseline"]["fibsem"],
        ):
            for key in reversed(list(entry)):
                entry[key] = entry.pop(key)

    assert edited(turn) == {}


def test_a_new_user_computes_their_own_segmentations_only(edited):
    jobs = heavy(edited(lambda config: config.update(users=["A", "B", "C", "D"])))
    # The first three share their jobs, and these stay.
    assert jobs["annotate_unsupervised_batch2"] == jobs["segment_unsupervised_batch2"] == 4
    assert jobs["segment_seeded_batch2"] == jobs["segment_drawn_batch2"] == 2
    assert jobs["segment_drawn_in_house_batch2"] == 1
    assert not [rule for rule in jobs if not rule.endswith("_batch2")]


def test_a_new_dataset_computes_its_own_segmentations_only(edited):
    def add(config):
        other = copy.deepcopy(config["datasets"]["NMC-2"])
        other["source"]["imaging"]["contrast_to_noise"] = 1.7
        config["datasets"]["NMC-1"] = other

    jobs = edited(add)
    assert jobs["rasterise_twin"] == 1
    assert heavy(jobs)["segment_unsupervised"] == 2
    assert "segment_drawn" not in jobs


def test_a_changed_dataset_recomputes_itself_only(edited):
    def change(config):
        config["datasets"]["NEX-V"]["source"]["imaging"]["contrast_to_noise"] = 5.0

    jobs = edited(change)
    assert jobs["image_truth"] == 1
    assert "rasterise_twin" not in jobs
    assert jobs["segment_unsupervised"] == 2
    assert "segment_drawn" not in jobs
    assert jobs["segment_drawn_in_house"] == 1


def test_a_new_variant_is_a_config_edit(edited):
    def add(config):
        config["variants"] = {"S4": {"method": "threshold", "offset": 20}}
        config["plan"]["more"] = {"datasets": "all", "filters": ["raw"], "variants": ["S4"]}

    jobs = heavy(edited(add))
    assert jobs == {"annotate_more": 2, "segment_more": 2}
