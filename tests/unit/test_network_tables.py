"""Tables and figure of users' networks, on made-up fractions with known parts."""

import numpy as np
import pandas as pd
import pytest

from figure_example import check_page, data_of
from manyeyes.figures.fig_fewer_strokes import FIGURE as FEWER_STROKES
from manyeyes.figures.fig_networks import FIGURE
from manyeyes.report.networks_answer import of_networks
from manyeyes.statistics.network_strokes import strokes_table, strokes_text
from manyeyes.statistics.networks import (
    ALL,
    inheritance_table,
    inheritance_text,
    seeds_of,
    variance_table,
    variance_text,
)

SEEDS = {
    name: [base, seed]
    for base in ("CNN25", "LRCS25")
    for seed, name in enumerate((base, f"{base}.seed2", f"{base}.seed3"), start=1)
}
DRAWN = {"CNN25": "MLX25", "LRCS25": "MLX25"}
USERS = [f"U{number:02d}" for number in range(1, 9)]


def fractions(datasets=("NMC-2", "GRA-2"), *, seed_points=0.0, noise=0.0005, slope=0.5):
    """Networks with a part of their user's deviation, a part of their seed, and noise."""
    rng = np.random.default_rng(7)
    rows = []
    for dataset in datasets:
        users = rng.normal(0, 0.02, len(USERS))
        seeds = rng.normal(0, seed_points / 100, 6)
        for user, deviation in zip(USERS, users, strict=True):
            found = {"MLX25": 0.45 + deviation, "S2": 0.50 + 2 * deviation}
            for place, variant in enumerate(SEEDS):
                own = slope * deviation if variant.startswith("CNN") else 0.0
                found[variant] = 0.46 + own + seeds[place] + rng.normal(0, noise)
            rows += [
                {
                    "dataset": dataset,
                    "filter": "raw",
                    "variant": variant,
                    "user": user,
                    "made_by": "simulated",
                    "active_fraction": value,
                    "truth_fraction": 0.455,
                }
                for variant, value in found.items()
            ]
    return pd.DataFrame(rows)


def bias_of(table):
    forest = table[table["variant"] == "MLX25"]
    return forest.assign(bias=forest["active_fraction"] - 0.45)


def test_seeds_of_networks_in_their_order():
    shuffled = dict(reversed(SEEDS.items()))
    assert seeds_of(shuffled)["CNN25"] == ["CNN25", "CNN25.seed2", "CNN25.seed3"]
    assert list(seeds_of(SEEDS)) == ["CNN25", "LRCS25"]


def test_variance_is_found_where_it_was_put():
    table = variance_table(fractions(seed_points=3.0), SEEDS, ["S2", "MLX25"])
    found = table.set_index(["dataset", "variant", "component"])["sd"]
    assert len(table) == 2 * (2 * 5 + 2)
    assert found["NMC-2", "CNN25", "seed"] > 4 * found["NMC-2", "CNN25", "rest"]
    assert found["NMC-2", "CNN25", "rest"] == pytest.approx(0.0005, rel=0.5)
    user = found["NMC-2", "MLX25", "user"]
    assert found["NMC-2", "CNN25", "user"] == pytest.approx(0.5 * user, rel=0.05)
    assert found["NMC-2", "LRCS25", "user"] < 0.1 * user
    shares = table[table["component"].isin(["user", "seed", "rest"]) & (table["seeds"] > 0)]
    assert shares.groupby(["dataset", "variant"])["share"].sum().to_numpy() == pytest.approx(1)
    assert "another seed moves CNN25 and LRCS25 further" in variance_text(table)
    assert "another seed moves" not in variance_text(variance_table(fractions(), SEEDS, [])[:5])


def test_users_without_all_seeds_are_left_out():
    table = fractions(("NMC-2",))
    table = table[~((table["user"] == "U01") & (table["variant"] == "CNN25.seed2"))]
    found = variance_table(table, SEEDS, [])
    assert dict(zip(found["variant"], found["users"], strict=True)) == {"CNN25": 7, "LRCS25": 8}


def test_what_networks_inherit():
    table = fractions()
    found = inheritance_table(table, bias_of(table), SEEDS, DRAWN)
    assert list(found["dataset"]) == ["NMC-2", "NMC-2", "GRA-2", "GRA-2", ALL, ALL]
    by = found.set_index(["dataset", "variant"])
    for name in ("NMC-2", "GRA-2", ALL):
        assert by.loc[name, "CNN25"]["forest_slope"] == pytest.approx(0.5, abs=0.05)
        assert by.loc[name, "CNN25"]["labels_low"] > 0.4
        assert by.loc[name, "LRCS25"]["forest_high"] < 0.1
    lrcs = by.loc["NMC-2", "LRCS25"]
    assert lrcs["sd_ratio_high"] < 0.2
    assert lrcs["bias_network"] == pytest.approx(0.005, abs=1e-3)
    text = inheritance_text(found)
    assert "| NMC-2 | CNN25 | 8 | 0.5" in text
    assert "inherits; averages out" in text


def test_without_a_truth_or_with_few_users():
    table = fractions(("NMC-2",)).drop(columns="truth_fraction")
    found = inheritance_table(table, None, SEEDS, DRAWN)
    assert found["labels_slope"].isna().all() and found["bias_network"].isna().all()
    few = inheritance_table(table[table["user"] < "U04"], None, SEEDS, DRAWN)
    assert few.empty and "nothing can be said" in inheritance_text(few)


def test_the_figure_shows_every_image_and_network():
    table = fractions(("NMC-2", "GRA-2", "NEX-U"), seed_points=1.0)
    tables = {
        "volume_fractions": table,
        "network_variance": variance_table(table, SEEDS, ["S2", "MLX25"]),
        "network_inheritance": inheritance_table(table, bias_of(table), SEEDS, DRAWN),
    }
    data = data_of(
        tables,
        dict.fromkeys(("NMC-2", "GRA-2", "NEX-U"), "twin"),
        facts={"seeds": SEEDS, "drawn": DRAWN},
    )
    words = check_page(FIGURE.draw(data))
    assert "LRCS25, another seed" in words and "NEX-U, raw" in words and "Users: 8" in words
    assert "CNN25 on GRA-2: slope on the forest 0.5" in FIGURE.finding(data)


DRAWN_ERRORS = {"MLX5": 0.20, "MLX25": 0.10}


def strokes(start_error=0.09, forest_better=0.01, alone=None):
    """Return `strokes_table` of eight users: a network, one with a start, and a forest."""
    rng = np.random.default_rng(2)
    networks, seeds, rows, effort = {}, {}, [], []
    for drawn, error in DRAWN_ERRORS.items():
        for start in (None, "twins"):
            name = drawn.replace("MLX", "LRCS") + ("-tuned" if start else "")
            networks[name] = {"drawn": drawn, "architecture": "lrcs", "start": start}
            variants = [name, f"{name}.seed2", f"{name}.seed3"]
            seeds |= {variant: [name, seed] for seed, variant in enumerate(variants, start=1)}
            for user in USERS:
                for variant in variants:
                    value = (start_error if start else error) + rng.normal(0, 0.002)
                    rows.append((variant, user, value))
        for user in USERS:
            rows.append((drawn, user, error - forest_better))
            effort.append((drawn, user, 1000 if drawn == "MLX5" else 5000))
    place = {"dataset": "NMC-2", "filter": "raw", "made_by": "simulated"}
    accuracy = pd.DataFrame(rows, columns=["variant", "user", "voxel_error"]).assign(
        **place, bias=0
    )
    efforts = pd.DataFrame(effort, columns=["variant", "user", "labelled_voxels"]).assign(**place)
    start = {"dataset": "NMC-2", "filter": "raw", "start": "twins", "voxel_error": alone}
    others = [start | {"dataset": "GRA-2"}, start | {"start": "unused"}]
    scores = pd.DataFrame([start, *others]).assign(bias=0.02)
    return strokes_table(accuracy, efforts, seeds, networks, None if alone is None else scores)


def test_what_a_start_gains_with_few_strokes():
    table = strokes()
    assert list(table["labelled_voxels"]) == [1000] * 3 + [5000] * 3
    by = table.set_index("variant")
    assert by.loc["LRCS5-tuned", "segmenter"] == "lrcs from twins"
    assert by.loc["LRCS5-tuned", "gain"] == pytest.approx(0.11, abs=0.003)
    assert by.loc["LRCS5-tuned", "gain_low"] > 0.1
    assert np.isnan(by.loc["LRCS5", "gain"])
    assert (by.loc["MLX5", "seeds"], by.loc["LRCS5", "seeds"]) == (0, 3)
    assert by.loc["MLX5", "voxel_error"] == pytest.approx(0.19)
    assert "lrcs from twins with MLX5 (1000 labelled voxels) is as good as lrcs with MLX25" in (
        strokes_text(table)
    )


def test_the_figure_of_strokes_shows_every_segmenter_and_the_gain():
    table = strokes()
    data = data_of({"network_strokes": table}, {"NMC-2": "twin"})
    words = check_page(FEWER_STROKES.draw(data))
    for text in ("lrcs from twins", "forest", "5 000", "Gain of the start (points)"):
        assert text in words
    assert "lrcs from twins with MLX5" in FEWER_STROKES.finding(data)
    # Without a start, there is nothing to gain, and no lower panel.
    plain = table[table["gain"].isna()]
    words = check_page(FEWER_STROKES.draw(data_of({"network_strokes": plain}, {"NMC-2": "twin"})))
    assert "Gain of the start" not in words


def test_what_a_start_does_without_a_stroke():
    table = strokes(alone=0.085)
    row = table.iloc[0]
    assert (row["segmenter"], row["drawn_for"], row["users"]) == ("twins alone", "nothing", 0)
    assert (row["labelled_voxels"], row["voxel_error"], row["bias"]) == (0, 0.085, 0.02)
    pd.testing.assert_frame_equal(table[1:].reset_index(drop=True), strokes(), check_dtype=False)
    told = "Without any stroke, twins labels 8.5 % of NMC-2 (raw) wrongly; after users' strokes it"
    assert told in strokes_text(table) and told not in strokes_text(strokes())
    data = data_of({"network_strokes": table}, {"NMC-2": "twin"})
    assert "twins alone, without a stroke" in check_page(FEWER_STROKES.draw(data))
    assert told in FEWER_STROKES.finding(data)
    assert told in answers(network_strokes=table)["Does a trained start save strokes?"]


def answers(**tables):
    return dict(of_networks(tables))


def test_the_report_says_what_networks_inherit():
    table = fractions()
    found = answers(
        network_inheritance=inheritance_table(table, bias_of(table), SEEDS, DRAWN),
        network_variance=variance_table(fractions(seed_points=3.0), SEEDS, ["S2", "MLX25"]),
    )
    text = found["Does a network inherit its user's bias?"]
    # Half of what forests differ by is in one network, and nothing in the other.
    assert text.startswith("In 2 of 4 cases (image and network)")
    assert "over all images 0.50 (" in text and "with CNN25 and " in text
    assert "0.0 to 0.5 times as much as forests: more beyond chance in none, less in all" in text
    text = found["Another user or another training?"]
    assert text.startswith("Another user's drawings move the volume fraction of a network by 0.")
    assert "from another random seed, by 2." in text or "random seed, by 3." in text


def test_the_report_says_nothing_of_networks_where_there_are_none():
    table = fractions(("NMC-2",))
    few = inheritance_table(table[table["user"] < "U04"], None, SEEDS, DRAWN)
    assert answers() == {} and answers(network_inheritance=few) == {}
    table.loc[table["variant"] == "MLX25", "active_fraction"] = 0.45
    same = inheritance_table(table, bias_of(table), SEEDS, DRAWN)
    assert answers(network_inheritance=same) == {}
    table = fractions(("NMC-2",))
    one = inheritance_table(table, bias_of(table), {k: SEEDS[k] for k in list(SEEDS)[:3]}, DRAWN)
    (text,) = answers(network_inheritance=one).values()
    assert text.startswith("On the one image, users whose forest finds more")
    assert "beyond chance in none, less in the one case" in text


def test_the_report_says_what_a_start_saves_and_who_errs_less():
    found = answers(network_strokes=strokes())
    text = found["Does a trained start save strokes?"]
    assert text.startswith("A network that began with a trained one labels fewer voxels wrongly")
    assert "beyond chance in all cases, and more in none" in text
    assert "with the fewest strokes (1\u202f000 labelled voxels) it gains 11." in text
    # The start is better than the forest with few strokes, all else is worse or the same.
    assert "a network labels more voxels wrongly than the forest" in found["Forest or network?"]
    always = answers(network_strokes=strokes(start_error=0.3))["Forest or network?"]
    assert always.startswith("In all 4 cases (image and network), a network labels more")
    worse = answers(network_strokes=strokes(start_error=0.3))["Does a trained start save strokes?"]
    assert "beyond chance in none, and more in all cases" in worse
