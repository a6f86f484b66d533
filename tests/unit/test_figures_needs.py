"""Which figures a study can draw, and what each of them takes from it."""

from pathlib import Path

import pytest
import yaml

from manyeyes.figures.choosing import paper_tables
from manyeyes.figures.registry import all_figures, figures_of, needs_of_figure
from manyeyes.paper import names as paper
from manyeyes.running.code_digest import _closure, _root
from manyeyes.study.reading import study_from_config

TOP = Path(__file__).parents[2]
NAMED = ("protocol", "tiny")
ELECTRODE = {"kind": "nmc", "size_um": [200, 200, 200], "active_fraction": 0.5}
SIZES = dict.fromkeys(paper.DATASETS, 397) | {"GRA-1": 126, "GRA-2": 126, "NEX-U": 126}


def twin(material="NMC532", size=397):
    return {
        "material": material,
        "voxel_size_nm": size,
        "source": {"kind": "twin", "electrode": "one", "imaging": {"contrast_to_noise": 3}},
        "crop": {"shape": [64, 64, 64]},
    }


def measured():
    return twin() | {"source": {"kind": "file", "file": "mine.tif"}}


def imaged(file="real.tif"):
    source = {"kind": "geometry", "file": file, "codes": {}, "imaging": {"contrast_to_noise": 3}}
    return twin() | {"source": source}


def study(datasets, plan, **more):
    protocol = yaml.safe_load((TOP / "config" / "protocol.yaml").read_text())
    config = {"study": "s", "seed": 1, "datasets": datasets, "plan": plan}
    return study_from_config(protocol | {"electrodes": {"one": ELECTRODE}} | config | more)


def block(variants, datasets="all", filters="all", **more):
    return {"datasets": datasets, "filters": filters, "variants": list(variants), **more}


@pytest.fixture
def of_paper():
    datasets = {
        name: twin("graphite" if name.startswith("GRA") else "NMC532", SIZES[name])
        | {"shown_apart": name in paper.IN_HOUSE}
        for name in paper.DATASETS
    }
    plan = {
        "unsupervised": block((*paper.SIMPLE, *paper.WATERSHED)),
        "seeded": block(paper.SEEDED, list(paper.OPEN[::-1])),
        "drawn": block(paper.COVERAGES, ["GRA-2", "NMC-2"]),
        "drawn_in_house": block(["MLX10", "MLX25"], list(paper.IN_HOUSE[::-1]), ["raw"]),
    }
    chain = {"source": {"kind": "twin", "electrode": "one"}}
    fib = {"datasets": ["NEX-U", "NEX-V"], "fibsem": chain, "paper_percent": 50.8}
    return study(datasets, plan, baseline=fib)


def test_the_papers_study_draws_all_but_what_it_has_no_data_for(of_paper):
    # Choices of three take more than three users.
    others = ("fig_geometry", "fig_sensitivity", "fig_survival", "fig_ablation", "fig_strokes")
    others += ("fig_choices", "fig_real_images", "fig_outline_map", "fig_phases")
    others += ("fig_microstructure", "fig_solid", "fig_projections", "fig_networks")
    others += ("fig_fewer_strokes",)
    others += tuple(name for name in all_figures() if name.startswith("fig_lee"))
    assert figures_of(of_paper) == [name for name in all_figures() if name not in others]


def test_a_study_of_traits_alone_draws_them_and_nothing_else():
    sensitivity = {"datasets": "all", "filters": ["raw"], "base_runs": {"S2": 16}}
    alone = study({"NMC-1": twin(), "NMC-2": twin()}, {}, sensitivity=sensitivity)
    assert figures_of(alone) == ["fig_sensitivity"]
    assert needs_of_figure("fig_sensitivity", alone).datasets == ("NMC-1", "NMC-2")


def test_a_map_over_outlines_is_drawn_of_its_images_and_needs_no_plan():
    images = [["NMC-2", "raw"], ["NMC-1", "raw"]]
    wanted = {"images": images, "painted": "MLX10", "slider": "S2", "users": 5}
    alone = study(
        {"NMC-1": twin(), "NMC-2": twin()}, {}, outline_map={**wanted, "shifts_px": [-1, 0, 1]}
    )
    assert figures_of(alone) == ["fig_outline_map"]
    assert needs_of_figure("fig_outline_map", alone).datasets == ("NMC-2", "NMC-1")


@pytest.mark.parametrize(
    ("figure", "datasets"),
    [
        ("fig1", ("NMC-2", "NEX-V")),
        ("fig2", paper.OPEN),
        ("fig3", paper.OPEN),
        ("fig4", ("NMC-2", "GRA-2")),
        ("fig5", ("NMC-2", "GRA-2")),
        ("fig6", paper.IN_HOUSE),
        ("fig7", paper.IN_HOUSE),
        ("fig8", paper.IN_HOUSE),
        ("fig_s1", paper.DATASETS),
        ("fig_s4", paper.OPEN),
        ("fig_s6", ("NMC-2", "GRA-2")),
        ("fig_twins", paper.DATASETS),
        ("fig_accuracy", paper.DATASETS),
        ("fig_baseline", paper.IN_HOUSE),
    ],
)
def test_figures_show_datasets_in_the_order_of_the_config(of_paper, figure, datasets):
    assert needs_of_figure(figure, of_paper).datasets == tuple(datasets)


def test_fig_1_reads_three_users_of_two_datasets(of_paper):
    cells = needs_of_figure("fig1", of_paper).cells
    assert [(c.dataset, c.filter, c.variant, c.user) for c in cells] == [
        (dataset, "raw", "MLX25", user) for dataset in ("NMC-2", "NEX-V") for user in "ABC"
    ]


def test_fig_2_reads_eight_images_and_one_users_segmentations_of_two_datasets(of_paper):
    needs = needs_of_figure("fig2", of_paper)
    assert len(needs.images) == 8
    assert {(c.dataset, c.variant, c.user) for c in needs.cells} == {
        (dataset, variant, "A") for dataset in ("NMC-1", "GRA-1") for variant in ("S2", "cWS")
    }
    assert len(needs.cells) == 8


def test_fig_6_is_three_rows_of_four(of_paper):
    needs = needs_of_figure("fig6", of_paper)
    assert (len(needs.images), len(needs.cells)) == (4, 8)


def test_own_data_gets_the_figures_of_the_open_data():
    own = study({"mine": measured()}, {"all": block([*paper.COVERAGES, "S2", "cWS"])})
    assert set(figures_of(own)) == {
        *("fig1", "fig2", "fig3", "fig4", "fig5"),
        *("fig_s1", "fig_s2", "fig_s3", "fig_s6", "fig_disagreement"),
        *("fig_spread", "fig_comparisons", "fig_power"),
    }
    assert needs_of_figure("fig2", own).datasets == ("mine",)
    assert {cell.dataset for cell in needs_of_figure("fig2", own).cells} == {"mine"}


def test_choices_of_three_are_shown_of_many_users_where_the_paper_has_a_number():
    datasets = {"NEX-V": twin("NMC622", 371), "NMC-1": twin()}
    for users, shown in ((14, ()), (15, ("NEX-V",))):
        many = study(datasets, {"all": block(["S2"])}, users={"simulated": users})
        assert ("fig_choices" in figures_of(many)) == bool(shown)
        if shown:
            assert needs_of_figure("fig_choices", many).datasets == shown


def test_comparisons_over_datasets_are_read_where_there_are_any(of_paper):
    assert needs_of_figure("fig_comparisons", of_paper).tables == ("comparisons_over_datasets",)
    alone = study({"mine": measured()}, {"all": block(["S2", "cWS"])})
    assert needs_of_figure("fig_comparisons", alone).tables == ()
    two = study({"mine": measured()}, {"all": block(["S2", "cWS"])}, users=["A", "B"])
    assert not {"fig_comparisons", "fig_power"} & set(figures_of(two))


def test_spread_needs_two_users():
    alone = study({"mine": measured()}, {"all": block(["S2"], users=["A"])})
    assert "fig3" not in figures_of(alone)
    assert "fig_s2" in figures_of(alone)
    with pytest.raises(ValueError, match=r"this study cannot draw fig3.*by two users"):
        needs_of_figure("fig3", alone)


def test_a_recorded_person_makes_no_spread():
    recorded = {
        "name": "person",
        "recorded": [
            {
                "datasets": ["mine"],
                "filters": ["raw"],
                "variants": ["recorded"],
                "source": {"file": "labels.tif"},
            }
        ],
    }
    own = study({"mine": measured()}, {"all": block(["S2"], users=["A"])}, users=["A", recorded])
    assert "fig3" not in figures_of(own)


def test_geometries_are_compared_within_a_family_and_once_each():
    datasets = {
        "real-1": imaged(),
        "real-2": imaged(),
        "other": imaged("other.tif"),
        "synthetic": twin("NMC622"),
        "platelets": twin("graphite"),
    }
    both = study(datasets, {"all": block(["S2"])})
    assert needs_of_figure("fig_geometry", both).truths == ("real-1", "other", "synthetic")
    assert needs_of_figure("fig_twins", both).datasets == ("synthetic", "platelets")
    assert "fig_geometry" not in figures_of(study({"g": imaged()}, {"all": block(["S2"])}))


def test_unknown_figures_are_named(of_paper):
    with pytest.raises(ValueError, match="there is no figure 'fig9'; known are fig1, "):
        needs_of_figure("fig9", of_paper)


def test_every_figure_has_a_place_of_its_own():
    places = [(figure.category, figure.order) for figure in all_figures().values()]
    assert len(set(places)) == len(places)


def renamed(value, names):
    """Return a config with other names in every place."""
    if isinstance(value, dict):
        return {names.get(k, k): renamed(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [renamed(v, names) for v in value]
    return names.get(value, value) if isinstance(value, str) else value


def test_other_names_get_the_same_figures():
    """All of the tiny study has names of its own; only the paper's claims are left out."""
    read = [yaml.safe_load((TOP / "config" / f"{name}.yaml").read_text()) for name in NAMED]
    config = read[0] | read[1]
    names = {name: f"own-{name.lower()}" for name in config["variants"] if name != "recorded"}
    names |= {"raw": "unfiltered", "gaussian": "smooth"}
    names |= {"NMC-2": "first-tomogram", "NEX-V": "second-tomogram"}
    before = study_from_config(config)
    after = study_from_config(renamed(config, names))
    assert set(figures_of(after)) == set(figures_of(before)) - {"fig_claims"}
    back = {new: old for old, new in names.items()}
    for name in figures_of(after):
        one, other = (needs_of_figure(name, study) for study in (before, after))
        assert [back.get(v, v) for v in other.variants] == list(one.variants)
        assert [back.get(f, f) for f in other.filters] == list(one.filters)
        assert [back.get(d, d) for d in other.datasets] == list(one.datasets)
    assert paper_tables(after) == paper_tables(before)


def test_raw_images_are_those_whose_filter_does_nothing():
    filters = {"smooth": {"method": "gaussian", "sigma_voxels": 1, "kernel_size_factor": 2}}
    filters["as-it-is"] = {"method": "none"}
    variants = {"by-eye": {"method": "threshold", "offset": 0}}
    plan = {"all": block(["by-eye"], filters=["smooth", "as-it-is"])}
    own = study({"mine": measured()}, plan, filters=filters, variants=variants, comparisons=[])
    assert needs_of_figure("fig_disagreement", own).votes == (("mine", "as-it-is"),)
    assert {cell.filter for cell in needs_of_figure("fig1", own).cells} == {"as-it-is"}


def test_a_series_of_coverages_leaves_out_what_differs_in_more():
    variants = {
        "few": {"method": "drawn_forest", "coverage_percent": 5, "slices": 3},
        "painted-more": {"method": "drawn_forest", "coverage_percent": 40, "slices": 7},
        "painted": {"method": "drawn_forest", "coverage_percent": 20, "slices": 7},
    }
    plan = {"all": block(variants)}
    own = study({"mine": measured()}, plan, variants=variants, comparisons=[])
    assert needs_of_figure("fig4", own).variants == ("painted", "painted-more")
    assert {cell.variant for cell in needs_of_figure("fig1", own).cells} == {"painted"}


def test_datasets_that_are_shown_apart_have_figures_of_their_own():
    plan = {"all": block(["by-eye"])}
    variants = {"by-eye": {"method": "threshold", "offset": 0}}
    datasets = {"mine": measured(), "theirs": measured() | {"shown_apart": True}}
    own = study(datasets, plan, variants=variants, comparisons=[])
    shown = {name: needs_of_figure(name, own).datasets for name in figures_of(own)}
    assert shown["fig1"] == ("mine", "theirs")
    for name in ("fig2", "fig3", "fig_s2"):
        assert shown[name] == ("mine",)
    for name in ("fig6", "fig7", "fig8"):
        assert shown[name] == ("theirs",)


def test_one_dataset_of_each_family_is_shown_segmented():
    datasets = {"a": twin(), "b": twin(), "c": twin("graphite")}
    plan = {"all": block(["S2"])}
    for names, segmented in (("abc", {"a", "c"}), ("ab", {"a", "b"})):
        own = study({name: datasets[name] for name in names}, plan)
        assert {cell.dataset for cell in needs_of_figure("fig2", own).cells} == segmented


def test_figures_know_nothing_of_the_paper():
    """No module of a general figure imports the paper, directly or through another module."""
    package = TOP / "src/manyeyes"
    modules = list((package / "figures").glob("*.py"))
    found = _closure(modules, (_root(package),), set())
    assert found > set(modules)
    assert not [path for path in found if path.is_relative_to(package / "paper")]


def test_statements_about_the_paper_agree_with_each_other():
    for number in paper.STATED:
        assert number.dataset in paper.DATASETS
        assert number.low <= number.high
        assert (number.low == number.high) == (number.kind == "value")
    # Nested sets: the mean difference of three users is two thirds of their range.
    span = 1.5 * paper.PUBLICATION.stated("percent")["NMC-2", "raw", "S2"].high / 100
    derived = paper.PUBLICATION.stated("sd")["NMC-2", "raw", "S2"]
    assert derived.low == pytest.approx(span / 2, abs=5e-4)
    assert derived.high == pytest.approx(span / 3**0.5, abs=5e-4)


def test_a_twin_is_shown_beside_the_image_that_it_was_fitted_to():
    fitted = twin()
    fitted["source"] = fitted["source"] | {"fitted_to": "mine"}
    real = measured() | {"crop": {"shape": [40, 50, 60]}}
    both = study({"mine": real, "NMC-1": fitted, "NMC-2": twin()}, {"all": block(["S2"])})
    needs = needs_of_figure("fig_real_images", both)
    assert needs.datasets == ("NMC-1", "mine")
    assert needs.volumes == (("NMC-1", "raw"), ("mine", "raw"))
    assert needs.facts["shapes"] == {"mine": [40, 50, 60], "NMC-1": [40, 50, 60]}
    # Without that image the twin is like any other, as one taken from the known datasets may be.
    alone = study({"NMC-1": fitted}, {"all": block(["S2"])})
    assert "fig_real_images" not in figures_of(alone)


def test_bias_and_spread_are_shown_without_deliberate_offsets(of_paper):
    needs = needs_of_figure("fig_reproducible", of_paper)
    assert "S2" in needs.variants
    assert not {"S1", "S3"} & set(needs.variants)
    assert needs.facts == {"left_out": "Without S1 and S3, whose offset is deliberate."}
    alone = study({"one": twin()}, {"all": block(["S1"])})
    assert needs_of_figure("fig_reproducible", alone).variants == ()
