"""Who can be compared in a study, and which comparisons it can make."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from manyeyes.statistics.tables import contrasts_of
from manyeyes.study.comparisons import (
    cells_with_choices,
    comparisons_of,
    shared_cells,
    users_of_all,
)
from manyeyes.study.model import Block, Cell, PopulationSample, Study

S2_CWS = {"datasets": "all", "first": ["raw", "cWS"], "second": ["raw", "S2"]}


def study(*blocks, users="ABCD"):
    """Return a study of two datasets from (datasets, filters, variants, users)."""
    made = tuple(Block(f"b{i}", *map(tuple, block)) for i, block in enumerate(blocks))
    return Study(
        name="s",
        title="s",
        seed="1",
        datasets={name: SimpleNamespace(has_truth=True) for name in ("one", "two")},
        filters={"raw": {}, "gaussian": {}},
        variants={key: {} for key in ("S2", "cWS", "MLX10")},
        users=dict.fromkeys(users),
        blocks=made,
        population={},
        electrodes={},
        baseline=None,
    )


def test_cells_of_a_single_user_are_not_shared():
    of_two = study((["one"], ["raw"], ["S2"], "AB"), (["one"], ["raw"], ["cWS"], "A"))
    assert [(c.variant, c.user) for c in shared_cells(of_two)] == [("S2", "A"), ("S2", "B")]


def test_methods_are_compared_over_users_who_did_all_of_them():
    mixed = study(
        (["one"], ["raw"], ["S2", "cWS"], "ABC"),
        (["one"], ["raw"], ["MLX10"], "AC"),
        (["two"], ["raw"], ["S2"], "D"),
    )
    assert users_of_all(mixed, "one", "simulated") == ["A", "C"]
    assert users_of_all(mixed, "two", "simulated") == []


def test_all_datasets_are_those_where_three_users_did_both():
    uneven = study(
        (["one", "two"], ["raw"], ["S2"], "ABC"),
        (["one"], ["raw"], ["cWS"], "ABC"),
        (["two"], ["raw"], ["cWS"], "AB"),
    )
    (made,) = comparisons_of([S2_CWS], uneven)
    assert made["name"] == "cWS raw against S2 raw"
    assert made["datasets"] == ["one"]
    assert not made["paired_over_datasets"]


def test_a_filter_that_is_not_used_stands_for_one_with_the_same_settings():
    ours = study((["one"], ["as-it-is", "smooth"], ["S2", "cWS"], "ABC"))
    sigma = {"method": "gaussian", "sigma_voxels": 1.1}
    filters = {"raw": {"method": "none"}, "as-it-is": {}, "gaussian": sigma, "smooth": dict(sigma)}
    entries = [S2_CWS, {"datasets": "all", "first": ["gaussian", "S2"], "second": ["raw", "S2"]}]
    made = comparisons_of(entries, replace(ours, filters=filters))
    assert [one["name"] for one in made] == [
        "cWS as-it-is against S2 as-it-is",
        "S2 smooth against S2 as-it-is",
    ]
    # A list that has both is one for several studies.
    twice = [*entries, S2_CWS | {"first": ["as-it-is", "cWS"], "second": ["as-it-is", "S2"]}]
    assert len(comparisons_of(twice, replace(ours, filters=filters))) == 2
    # Other settings are another filter.
    other = filters | {"smooth": {"method": "gaussian", "sigma_voxels": 2}}
    assert len(comparisons_of(entries, replace(ours, filters=other))) == 1


def test_comparisons_over_datasets_need_users_who_did_every_one():
    both = study((["one", "two"], ["raw"], ["S2", "cWS"], "ABC"))
    apart = study(
        (["one"], ["raw"], ["S2", "cWS"], "ABC"), (["two"], ["raw"], ["S2", "cWS"], "BCD")
    )
    assert comparisons_of([S2_CWS], both)[0]["paired_over_datasets"]
    assert comparisons_of([S2_CWS], apart)[0]["datasets"] == ["one", "two"]
    assert not comparisons_of([S2_CWS], apart)[0]["paired_over_datasets"]


def test_a_list_for_many_studies_leaves_out_what_this_one_has_not():
    assert comparisons_of([S2_CWS], study((["one"], ["raw"], ["S2"], "ABC"))) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"datasets": ["two"]}, "comparisons.0.datasets: 0 users did both"),
        ({"datasets": ["three"]}, "'three'"),
        ({"first": ["raw", "S9"]}, r"found \[raw, S9\]"),
        ({"first": ["raw", "S2"]}, "nothing to compare"),
    ],
)
def test_what_cannot_be_meant_is_named(change, words):
    one = study((["one"], ["raw"], ["S2", "cWS"], "ABC"))
    with pytest.raises(ValueError, match=words):
        comparisons_of([S2_CWS | change], one)


def test_two_comparisons_of_one_name_are_refused():
    one = study((["one"], ["raw"], ["S2", "cWS"], "ABC"))
    with pytest.raises(ValueError, match=r"comparisons.1: two comparisons are called 'cWS raw"):
        comparisons_of([S2_CWS, S2_CWS], one)


def test_a_population_sample_counts_where_it_did_the_same():
    cells = [Cell("d", "raw", variant, user) for variant in ("S2", "cWS") for user in "ABC"]
    everybody = Block("sample", ("d",), ("raw",), ("S2",), (*"ABC", *map(str, range(12))))
    sample = PopulationSample((everybody,), tuple("ABC"), users_per_job=5)
    study = SimpleNamespace(cells=lambda: cells, population_sample=sample)
    assert cells_with_choices(study) == [("d", "raw", "S2")]


def test_comparisons_over_datasets_use_a_population_sample_where_there_is_one():
    names = ["one", "two"]
    both = study((names, ["raw"], ["S2", "cWS"], "ABC"))
    (planned,) = comparisons_of([S2_CWS], both)
    assert "sampled" not in planned
    for sampled, expected in ((names, names), (names[:1], None)):
        what = Block("sample", tuple(sampled), ("raw",), ("S2", "cWS"), tuple("ABCDE"))
        more = replace(both, population_sample=PopulationSample((what,), tuple("ABC"), 5))
        (planned,) = comparisons_of([S2_CWS], more)
        assert planned.get("sampled") == expected
        assert planned["datasets"] == names
    listed = {**planned, "datasets": [*names, "three"], "sampled": names}
    (contrast,) = contrasts_of([listed], over_datasets=True)
    assert contrast.datasets == ("one", "two")
    (contrast,) = contrasts_of([listed])
    assert contrast.datasets == ("one", "two", "three")
