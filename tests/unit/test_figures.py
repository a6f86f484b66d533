"""Every figure on made-up tables: what is drawn is what the tables say, and it fits the page."""

import itertools
from contextvars import copy_context
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from figure_example import TWINS, check_page, data_of, texts
from manyeyes.fibsem.sampling import with_sampling_interval
from manyeyes.figures import bars, fig_baseline, slices, style, words
from manyeyes.figures.registry import figure_called
from manyeyes.measures.fractions import sample_sd
from manyeyes.measures.tables import PAPER, Baseline, accuracy_summary, baseline_table
from manyeyes.paper import names as paper
from manyeyes.randomness import generator

GROUP = ["dataset", "filter", "variant"]
BAND = to_rgb(fig_baseline.SAMPLING_BAND)
SCATTERS = pd.DataFrame(
    {
        "block": ["FIB-SEM", *paper.IN_HOUSE],
        "scatter_in_electrode": 0.01,
        "scatter_from_volume": 0.02,
    }
)
OPEN = dict.fromkeys(paper.OPEN, "twin")
IN_HOUSE = dict.fromkeys(paper.IN_HOUSE, "twin")
VOXELS = {"NMC-1": 397.0, "NMC-2": 397.0, "GRA-1": 126.0, "GRA-2": 126.0, "NEX-V": 371.0}
VOXELS["NEX-U"] = 126.0
EVERY = (*paper.SIMPLE, *paper.WATERSHED, *paper.SEEDED, *paper.COVERAGES)


def make_tables(datasets=paper.DATASETS, variants=EVERY, users="ABC", recorded=(), truth=0.5):
    """Return consistent tables of a study that never ran."""
    rng = generator("made-up tables")
    cells = list(itertools.product(datasets, ("raw", "gaussian"), variants, users))
    cells += [(dataset, "raw", paper.RECORDED, "person") for dataset in recorded]
    fractions = pd.DataFrame(cells, columns=[*GROUP, "user"])
    fractions["active_fraction"] = 0.5 + 0.03 * rng.standard_normal(len(cells))
    fractions["truth_fraction"] = truth
    fractions["truth_fraction_filled"] = truth + 0.01
    pairs, variability = [], []
    for key, group in fractions.groupby(GROUP, sort=False):
        own = [
            (*key, a.user, b.user, 100 * abs(a.active_fraction - b.active_fraction) + 1)
            for a, b in itertools.combinations(group.itertuples(), 2)
        ]
        pairs += own
        values = group["active_fraction"]
        mean_pair = np.mean([pair[-1] for pair in own]) if own else np.nan
        variability.append((*key, len(group), values.mean(), sample_sd(values), mean_pair))
    accuracy = fractions[[*GROUP, "user"]].assign(
        bias=fractions["active_fraction"] - truth, dice=0.9, voxel_error=0.05
    )
    blocks = [Baseline("measured", 0.51, 0.505), PAPER]
    return {
        "volume_fractions": fractions,
        "pairwise": pd.DataFrame(pairs, columns=[*GROUP, "user_a", "user_b", "percent_different"]),
        "variability": pd.DataFrame(
            variability, columns=[*GROUP, "users", "mean", "sd", "mean_percent_different"]
        ),
        "accuracy": accuracy,
        "accuracy_summary": accuracy_summary(accuracy),
        "baseline": with_sampling_interval(
            baseline_table(fractions, dict.fromkeys(paper.IN_HOUSE, blocks)), SCATTERS
        ),
    }


@pytest.fixture(scope="module")
def tables():
    return make_tables()


def labels_slice(*names):
    return generator(*names).integers(1, 3, size=(40, 40)).astype(np.uint8)


def grey_slice(*names):
    return generator(*names).integers(0, 256, size=(40, 40)).astype(np.uint8)


def label_slices(datasets, filters, variants, users):
    keys = itertools.product(datasets, filters, variants, users)
    return {key: labels_slice(*key) for key in keys}


def grey_slices(datasets):
    return {key: grey_slice(*key) for key in itertools.product(datasets, ("raw", "gaussian"))}


def histograms(datasets):
    rng = generator("histograms")
    return {
        key: rng.integers(1, 1000, size=256)
        for key in itertools.product(datasets, ("raw", "gaussian"))
    }


def geometry(datasets):
    row = {
        "active_fraction_filled": 0.5,
        "specific_surface_per_um": 0.25,
        "mean_diameter_um": 8.8,
        "mean_chord_z_um": 6.0,
        "mean_chord_y_um": 8.0,
        "mean_chord_x_um": 8.2,
    }
    return pd.DataFrame([{"dataset": dataset, **row} for dataset in datasets])


def quality(datasets):
    keys = itertools.product(datasets, ("raw", "gaussian"))
    rows = [(d, f, 3.0 if f == "raw" else 9.0) for d, f in keys]
    return pd.DataFrame(rows, columns=["dataset", "filter", "contrast_to_noise"])


TARGETS = {d: {"contrast_to_noise": 3.1, "active_fraction_filled": 0.5} for d in paper.DATASETS}
REAL = {"NMC-1-geometry": "simulated-imaging", "NMC-1": "twin"}


def particles(datasets):
    rng = generator("particles")
    frames = [
        pd.DataFrame({"dataset": d, "diameter_um": rng.lognormal(2.2, 0.27, 50)}) for d in datasets
    ]
    return pd.concat(frames, ignore_index=True)


def drawn(name, tables=None, origins=None, variants=(), **more):
    """Return a figure of made-up data."""
    return figure_called(name).draw(data_of(tables, origins, variants=variants, **more))


def draw_all(t):
    """Yield every figure with its name, drawn from made-up tables of the whole paper."""
    some = dict.fromkeys(("NMC-2", "GRA-2"), "twin")
    simple = (*paper.SIMPLE, *paper.WATERSHED)
    for name, origins, variants, more in (
        ("fig3", OPEN, simple, {}),
        ("fig4", some, paper.COVERAGES, {}),
        ("fig5", some, paper.COMPARED, {}),
        ("fig7", IN_HOUSE, ("S2", "cWS"), {}),
        ("fig8", IN_HOUSE, paper.COMPARED, {"filters": ("raw",)}),
        ("fig_s2", OPEN, paper.SIMPLE, {}),
        ("fig_s3", OPEN, paper.WATERSHED, {}),
        ("fig_s4", OPEN, paper.SEEDED, {}),
        ("fig_s5", OPEN, paper.SEEDED, {}),
        ("fig_s6", OPEN, paper.COVERAGES, {}),
        ("fig_accuracy", TWINS, (), {}),
        ("fig_baseline", IN_HOUSE, (), {}),
    ):
        yield name, drawn(name, t, origins, variants, **more)
    labels = label_slices(["NMC-2", "NEX-V"], ["raw"], ["MLX25"], "ABC")
    both = dict.fromkeys(("NMC-2", "NEX-V"), "twin")
    yield "fig1", drawn("fig1", {}, both, labels=labels, voxel_sizes_nm=VOXELS)
    for name, origins, segmented in (
        ("fig2", OPEN, ["NMC-1", "GRA-1"]),
        ("fig6", IN_HOUSE, paper.IN_HOUSE),
    ):
        slices = {
            "images": grey_slices(origins),
            "labels": label_slices(segmented, ["raw", "gaussian"], ["S2", "cWS"], "A"),
            "voxel_sizes_nm": VOXELS,
        }
        yield name, drawn(name, {}, origins, ("S2", "cWS"), **slices)
    counts = histograms(paper.DATASETS)
    yield "fig_s1", drawn("fig_s1", histograms=counts, facts={"seeds_are_drawn": True})
    measured = {"image_quality": quality(paper.DATASETS), "geometry": geometry(paper.DATASETS)}
    yield "fig_twins", drawn("fig_twins", measured, histograms=counts, facts={"targets": TARGETS})
    shown = {
        "truths": {d: generator(d).integers(1, 5, size=(40, 40)).astype(np.uint8) for d in REAL},
        "voxel_sizes_nm": dict.fromkeys(REAL, 397.0),
    }
    measured = {"geometry": geometry(REAL), "particles": particles(REAL)}
    yield "fig_geometry", drawn("fig_geometry", measured, REAL, **shown)


@pytest.fixture(scope="module")
def figures(tables):
    return dict(draw_all(tables))


def bar_heights(axes):
    """Return the heights of the bars, by their middle; marks of the paper are narrower."""
    wide = max(patch.get_width() for patch in axes.patches)
    found = [p for p in axes.patches if p.get_width() > 0.8 * wide]
    return {round(p.get_x() + p.get_width() / 2, 6): p.get_height() for p in found}


def marks(axes):
    """Return the places of the paper's diamonds."""
    lines = [line for line in axes.lines if line.get_marker() == "D"]
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines]


def test_every_figure_fits_the_page_says_its_origin_and_can_be_read(figures):
    for figure in figures.values():
        check_page(figure)
    assert any("simulated image of a" in t.get_text() for t in texts(figures["fig_geometry"]))


def test_equal_input_gives_equal_svg(tables):
    def svg():
        figure = drawn("fig4", tables, {"NMC-2": "twin"}, paper.COVERAGES)
        with style.context(), BytesIO() as file:
            figure.savefig(file, format="svg", metadata={"Date": None})
            return file.getvalue()

    first = svg()
    assert first == svg()
    assert b"<dc:date>" not in first


def test_bars_are_the_tables_values(tables, figures):
    (axes,) = [a for a in figures["fig3"].axes if a.patches]
    rows = tables["variability"].set_index(GROUP)["sd"]
    images = list(itertools.product(paper.OPEN, ("raw", "gaussian")))
    variants = (*paper.SIMPLE, *paper.WATERSHED)
    slots = bars.Slots(images, list(variants), bars.BAND / 5)
    expected = {
        round(slots.position(d, f, v), 6): rows[d, f, v] for (d, f) in images for v in variants
    }
    found = bar_heights(axes)
    assert found.keys() == expected.keys()
    assert all(np.isclose(found[x], expected[x]) for x in expected)
    assert axes.get_ylim()[1] > 0.13


def test_the_papers_numbers_stand_at_their_bars(figures):
    _, difference = figures["fig8"].axes
    slots = bars.Slots([("NEX-V", "raw"), ("NEX-U", "raw")], list(paper.COMPARED), bars.BAND / 4)
    assert sorted(marks(difference)) == [
        (pytest.approx(slots.position("NEX-U", "raw", "MLX10")), 10.3),
        (pytest.approx(slots.position("NEX-U", "raw", "MLX25")), 15.3),
    ]
    assert difference.get_ylim()[1] > 15.3


def test_dots_are_users_and_pairs(tables):
    deviations = bars.deviations(tables["volume_fractions"])
    row = tables["variability"].iloc[0]
    values = deviations[tuple(row[GROUP])]
    # What the bar sums up: the sample SD of deviations from the mean.
    assert np.sqrt((values**2).sum() / 2) == pytest.approx(row["sd"])
    pairs = bars.pairs(tables["pairwise"])
    assert pairs[tuple(row[GROUP])].mean() == pytest.approx(row["mean_percent_different"])


def test_more_users_than_can_be_distinguished_get_no_dots():
    many = make_tables(["NMC-2"], ["S2", "cWS"], users=[f"u{i}" for i in range(12)])
    figure = drawn("fig3", many, {"NMC-2": "twin"}, ("S2", "cWS"))
    assert not [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert any("n = 12 users per bar." in t.get_text() for t in texts(figure))


def test_a_recorded_person_is_shown_beside_the_users_and_has_no_bar():
    own = make_tables(["mine"], ["S1", "S2", "S3"], recorded=["mine"], truth=np.nan)
    origins = {"mine": "measured"}
    shown = drawn("fig_s2", own, origins, paper.SIMPLE)
    stars = [line for line in shown.axes[0].lines if line.get_marker() == "*"]
    recorded = own["volume_fractions"].query("variant == 'recorded'")["active_fraction"].iloc[0]
    assert [star.get_ydata()[0] for star in stars] == [recorded]
    assert not any("truth" in t.get_text() for t in texts(shown))
    barred = drawn("fig3", own, origins, paper.SIMPLE)
    assert len(bar_heights(barred.axes[0])) == 2 * 3


def test_the_truth_is_a_line_where_it_is_known(figures):
    for axes in figures["fig_s2"].axes:
        heights = [line.get_ydata()[0] for line in axes.lines if len(line.get_ydata()) == 2]
        assert 0.5 in heights


def test_a_measure_that_no_twin_has_gets_no_panel():
    only = ("GRA-1", "GRA-2")
    measured = {"image_quality": quality(only), "geometry": geometry(only)}
    measured["geometry"]["mean_diameter_um"] = np.nan
    targets = {name: {"contrast_to_noise": 2.0} for name in only}
    figure = drawn(
        "fig_twins",
        measured,
        dict.fromkeys(only, "twin"),
        histograms=histograms(only),
        facts={"targets": targets},
    )
    assert len(figure.axes) == 2 + 3
    assert all(axes.axison and axes.lines for axes in figure.axes)
    assert not any("diameter" in axes.get_title() for axes in figure.axes)


def test_each_panel_of_biases_has_its_own_scale(tables, figures):
    upper = [axes for axes in figures["fig_accuracy"].axes if not axes.images and axes.axison]
    assert len(upper) == 6
    for axes, dataset in zip(upper, TWINS, strict=True):
        rows = tables["accuracy"]
        found = rows.loc[rows["dataset"] == dataset, "bias"].abs().max()
        assert axes.get_ylim() == pytest.approx((-115 * found, 115 * found))


def test_accuracy_map_holds_the_errors_in_points(tables, figures):
    numbers = {t.get_text() for t in texts(figures["fig_accuracy"])}
    for rmse in tables["accuracy_summary"]["rmse"]:
        assert f"{100 * rmse:.1f}" in numbers


@pytest.mark.parametrize(("variants", "turned"), [(5, 0), (6, 90), (26, 90)])
def test_names_below_the_map_of_errors_stand_where_they_would_touch(variants, turned):
    names = [f"LRCS{number:02d}-tuned.seed2" for number in range(variants)]
    place = {"dataset": "NMC-2", "filter": "raw", "made_by": "simulated"}
    rows = pd.DataFrame({"variant": names}).assign(**place, user="A", bias=0.02)
    summary = rows.assign(users=2, rmse=0.02, sd=0.01)
    data = data_of({"accuracy": rows, "accuracy_summary": summary}, {"NMC-2": "twin"})
    drawn = figure_called("fig_accuracy").draw(data)
    drawn.canvas.draw()
    labels = drawn.axes[-1].get_xticklabels()
    assert {label.get_rotation() for label in labels} == {turned}
    boxes = [label.get_window_extent() for label in labels]
    assert all(one.x1 <= two.x0 + 1 for one, two in itertools.pairwise(boxes))


def test_what_sampling_alone_may_do_lies_behind_the_differences(figures):
    half = 1.959964 * 2**0.5
    for axes, low, high in zip(
        figures["fig_baseline"].axes[2:6:2], (-half, 0), (half, half / 0.508), strict=True
    ):
        (band,) = (p for p in axes.patches if to_rgb(p.get_facecolor()) == BAND)
        edges = (band.get_y(), band.get_y() + band.get_height())
        assert edges == pytest.approx((low, high), rel=1e-5)


def test_parts_of_the_baseline_difference_add_up_to_its_line(tables, figures):
    axes = figures["fig_baseline"].axes[2]
    rows = tables["baseline"].query("dataset == 'NEX-V' and baseline_source == 'measured'")
    sums = {}
    bars_ = [p for p in axes.patches if to_rgb(p.get_facecolor()) != BAND]
    for patch in bars_:
        x = round(patch.get_x() + patch.get_width() / 2)
        sums[x] = sums.get(x, 0) + patch.get_height()
    assert np.allclose(sorted(sums.values()), sorted(rows["difference_points"]))


def test_nothing_to_draw_is_an_error(tables):
    with pytest.raises(ValueError, match="nothing to draw"):
        drawn("fig3", tables, {"other": "twin"}, paper.SIMPLE)
    with pytest.raises(ValueError, match="nothing to draw"):
        drawn("fig_s2", tables, {}, paper.SIMPLE)
    for name, origins in (("fig1", {}), ("fig_accuracy", {}), ("fig_baseline", OPEN)):
        with pytest.raises(ValueError, match="nothing to draw"):
            drawn(name, tables, origins)
    with pytest.raises(ValueError, match="nothing to draw"):
        drawn("fig_s1", facts={"seeds_are_drawn": True})


def test_differences_of_fig_1_are_those_of_the_slices():
    slices = label_slices(["NMC-2"], ["raw"], ["MLX25"], "AB")
    figure = drawn("fig1", {}, {"NMC-2": "twin"}, labels=slices, voxel_sizes_nm=VOXELS)
    a, b = slices.values()
    share = 100 * np.mean(a != b)
    assert any(f"A - B: {share:.1f} %" in t.get_text() for t in texts(figure))
    difference = figure.axes[2].images[0].get_array()
    assert np.array_equal(difference, a != b)


@pytest.mark.parametrize(
    ("width_um", "bar_um"), [(79.4, 20), (25.2, 5), (74.2, 20), (29.8, 5), (9, 2), (0.75, 0.2)]
)
def test_scale_bars_are_round_and_of_their_length(width_um, bar_um):
    assert style.scale_bar_um(width_um) == pytest.approx(bar_um)
    figure = style.new_figure(50, 50)
    axes = figure.subplots()
    pixels = 200
    style.show_labels(axes, np.ones((pixels, pixels), np.uint8))
    style.scale_bar(axes, pixels, 1000 * width_um / pixels)
    (bar,) = axes.artists
    size = bar.size_bar.get_children()[0].get_width()
    assert size * width_um / pixels == pytest.approx(bar_um)
    assert bar.txt_label.get_text() == f"{bar_um:g} µm"


def lightness(colour):
    return np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722))


def test_members_of_a_family_darken_in_order():
    families = (paper.SIMPLE, paper.WATERSHED, paper.SEEDED, paper.COVERAGES)
    for family in families:
        looks = [style.variant_styles(family)[variant] for variant in family]
        steps = -np.diff([lightness(look.colour) for look in looks])
        assert (steps > 0.05).all(), family


def test_variants_keep_their_look_and_unknown_ones_get_their_own():
    some = style.variant_styles(["cWS", "mine", "yours"])
    assert some["cWS"] == style.variant_styles(EVERY)["cWS"]
    assert len({(s.colour, s.hatch) for s in some.values()}) == 3
    every = style.variant_styles(EVERY)
    assert len({(s.colour, s.hatch) for s in every.values()}) == len(EVERY)


def test_all_seeds_of_a_network_look_alike_and_other_networks_do_not():
    names = ["CNN25", "CNN25.seed2", "LRCS25", "LRCS25.seed3"]

    def looks():
        style.use_methods({"S2": "threshold"} | dict.fromkeys(names, "drawn_network"))
        return style.variant_styles(["S2", *names])

    found = copy_context().run(looks)
    assert found["CNN25"] == found["CNN25.seed2"] and found["LRCS25"] == found["LRCS25.seed3"]
    assert len({found[name] for name in ("S2", "CNN25", "LRCS25")}) == 3


def test_variants_of_ones_own_look_as_those_of_their_method():
    def looks():
        style.use_methods({"S2": "threshold", "by-eye": "threshold", "painted": "drawn_forest"})
        return style.variant_styles(["S2", "by-eye", "painted", "unknown"])

    # Looks hold for one job; here, for this call alone.
    found = copy_context().run(looks)
    assert found["by-eye"].colour == style.variant_styles(["S1"])["S1"].colour
    assert found["painted"].colour == style.variant_styles(["MLX25"])["MLX25"].colour
    assert len({look.colour for look in found.values()}) == 4
    assert style.variant_styles(["by-eye"])["by-eye"].colour != found["by-eye"].colour


def test_central_slice_of_200_is_slice_100():
    volume = np.zeros((200, 2, 2), np.uint8)
    volume[100] = 7
    assert (slices.central_slice(volume) == 7).all()


def test_origins_are_put_into_words():
    origins = {"a": "twin", "b": "measured", "c": "twin"}
    assert words.origin_sentence(origins) == "Data: digital twins (a, c); measured tomogram (b)."
