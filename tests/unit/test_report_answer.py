"""The answer is written from the tables: other numbers give other sentences."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.report.answer import answer
from manyeyes.report.findings import finding
from manyeyes.report.sections import families
from manyeyes.report.words import and_list, count, in_points

SIMULATED = {"A": "simulated", "B": "simulated", "C": "simulated"}
METHODS = {"S2": "threshold", "cWS": "watershed", "MLX10": "drawn_forest"}
TWINS = {"NMC-1": "twin", "NMC-2": "twin"}


def shown(name, datasets, variants=(), filters=()):
    """Return what the report knows of a figure."""
    return {
        "name": name,
        "datasets": datasets,
        "variants": list(variants),
        "filters": list(filters),
        "unfiltered": ["raw"],
    }


def variability(**sds):
    """Return a table from SDs by dataset_filter_variant; means follow from the variant."""
    means = {"S2": 0.5, "cWS": 0.45, "MLX10": 0.56}
    rows = [
        (name[0].replace("NMC", "NMC-"), *name[1:], 3, means[name[2]], sd, 100 * sd)
        for name, sd in ((key.split("_"), sd) for key, sd in sds.items())
    ]
    columns = ["dataset", "filter", "variant", "users", "mean", "sd", "mean_percent_different"]
    return pd.DataFrame(rows, columns=columns)


TABLE = variability(
    NMC1_raw_S2=0.10,
    NMC2_raw_S2=0.06,
    NMC2_raw_cWS=0.04,
    NMC2_raw_MLX10=0.01,
    NMC1_gaussian_S2=0.02,
    NMC2_gaussian_S2=0.07,
)


def parts(tables, origins=TWINS, users=SIMULATED):
    found = answer(tables, origins, users, METHODS)
    return found.headline, dict([*found.first, *found.parts, ("rests", found.rests)])


def test_the_answer_gives_spread_by_filter():
    _, output = parts({"variability": TABLE})
    text = output["How much do users differ?"]
    assert text.startswith("Three simulated users")
    assert "5.0 points on raw images (median; 1.0 to 10.0)" in text
    assert "4.5 points on filtered images (median; 2.0 to 7.0)" in text


def test_only_users_who_are_compared_are_called_simulated_or_recorded():
    users = SIMULATED | {"jo": "recorded"}
    pairwise = pd.DataFrame({"user_a": ["A", "A"], "user_b": ["B", "C"]})
    headline, output = parts({"variability": TABLE, "pairwise": pairwise}, users=users)
    assert headline.startswith("Three simulated users cannot")
    assert output["How much do users differ?"].startswith("Three simulated users who")
    pairwise.loc[1, "user_b"] = "jo"
    headline, output = parts({"variability": TABLE, "pairwise": pairwise}, users=users)
    assert headline.startswith("Three users cannot")
    assert output["How much do users differ?"].startswith("Three users who")


def test_methods_are_compared_on_the_datasets_that_all_share():
    _, output = parts({"variability": TABLE})
    text = output["Which method makes users agree?"]
    assert "images of NMC-2" in text
    assert "forest, drawn seeds 1.0, watershed 4.0 and threshold 6.0" in text
    assert "lowered it in 1 of 2" in text


def test_families_of_methods_are_described_by_the_median_of_their_images():
    sds = {"NMC1_raw_S2": 0.01, "NMC2_raw_S2": 0.02, "NMC3_raw_S2": 0.09}
    sds |= {"NMC1_raw_cWS": 0.03, "NMC2_raw_cWS": 0.04, "NMC3_raw_cWS": 0.08}
    table = variability(**sds)
    _, output = parts({"variability": table}, {**TWINS, "NMC-3": "twin"})
    text = output["Which method makes users agree?"]
    assert "threshold 2.0 and watershed 4.0" in text


def test_means_of_methods_are_given_with_their_ends():
    _, output = parts({"variability": TABLE})
    text = output["How much does the method matter?"]
    assert "11.0 points on raw NMC-2 (from 45.0 to 56.0 %)." in text
    more = variability(NMC1_raw_cWS=0.1, NMC1_raw_S2=0.1)
    _, output = parts({"variability": pd.concat([TABLE[TABLE["dataset"] == "NMC-2"], more])})
    text = output["How much does the method matter?"]
    assert "8.0 points on raw images (median over datasets; 11.0 on NMC-2, from 45.0 to" in text


def test_significance_is_counted_after_holm_and_few_users_are_warned_of():
    spread = pd.DataFrame({"users": [3], "sd": [0.1], "sd_low": [0.0521], "sd_high": [0.628]})
    comparisons = pd.DataFrame({"p_holm": [1.0, 0.2, np.nan]})
    power = pd.DataFrame({"design": ["unpaired"], "sd_ratio": [2.0], "users": [19]})
    tables = {"variability": TABLE, "spread": spread, "comparisons": comparisons, "power": power}
    headline, output = parts(tables)
    assert "cannot show much" in headline
    assert "may be 0.5 to 6.3 times the one measured" in headline
    first, question = output["How sure is that?"], "What do the intervals and tests say?"
    assert first.startswith("None of 2 planned comparisons of spread shows a difference")
    assert "takes 19 users for each method" in first
    sure = output[question]
    assert "from 0.52 to 6.28 times" in sure
    assert "takes 19 users" in sure
    assert "no evidence about them" in sure
    untested = {name: table for name, table in tables.items() if name != "comparisons"}
    assert "no evidence about them" not in parts(untested)[1][question]
    _, output = parts(tables | {"comparisons": pd.DataFrame({"p_holm": [0.01, 0.2]})})
    assert output["How sure is that?"].startswith("1 of 2 planned comparisons of spread shows")


def test_agreement_is_compared_with_the_truth():
    errors = pd.DataFrame(
        {
            "dataset": ["NMC-1", "NMC-2", "NMC-2"],
            "filter": ["raw", "raw", "raw"],
            "variant": ["S2", "S2", "MLX10"],
            "sd": [0.10, 0.005, 0.008],
            "bias": [0.00, -0.06, 0.01],
        }
    )
    _, output = parts({"variability": TABLE, "errors": errors})
    text = output["Who is right?"]
    assert "lies 1.0 points on raw images away" in text
    assert "of 2 cases in which users agree within 1.0 point, 1 is more than 2.0 points off" in text
    assert "S2 on raw NMC-2: SD 0.5, bias −6.0 points" in text


def test_binder_that_is_labelled_active_is_told_where_it_adds_points():
    errors = pd.DataFrame(
        {"dataset": ["NMC-1"], "filter": "raw", "variant": "S2", "sd": [0.1], "bias": [0.05]}
    )
    accuracy = pd.DataFrame(
        {
            "dataset": ["NMC-1"] * 3 + ["NMC-2"],
            "bias": [0.05, 0.06, 0.04, 0.01],
            "cbd": [0.06, 0.06, 0.06, 0.1],
            "cbd_called_active": [0.054, 0.050, 0.055, 0.01],
        }
    )
    tables = {"variability": TABLE, "errors": errors}
    text = parts(tables | {"accuracy": accuracy})[1]["Who is right?"]
    assert "On NMC-1, 90 % of the carbon-binder domain is labelled active, which adds 5.4" in text
    assert "the bias is 5.0 (medians" in text
    assert "On NMC-2" not in text
    for given in (tables, tables | {"accuracy": accuracy.drop(columns="cbd")}):
        assert "binder" not in parts(given)[1]["Who is right?"]


def test_one_user_gives_no_answer_but_says_so():
    alone = TABLE.assign(users=1, sd=np.nan, mean_percent_different=np.nan)
    headline, output = parts({"variability": alone}, users={"A": "simulated"})
    assert "cannot say how much" in headline
    assert set(output) == {"How much does the method matter?", "rests"}


def test_origins_and_recorded_users_are_named():
    origins = {"NMC-1": "twin", "mine": "measured"}
    _, output = parts({"variability": TABLE}, origins, {"A": "simulated", "jo": "recorded"})
    text = output["rests"]
    assert "One digital twin (NMC-1) and one measured tomogram (mine)." in text
    assert "they are not tomograms" in text
    assert "One user is simulated" in text
    assert "One user is a recorded person (jo)." in text
    _, output = parts({"variability": TABLE}, {"mine": "measured"}, {"jo": "recorded"})
    text = output["rests"]
    assert "twin" not in text
    assert "simulated" not in text


def test_calibrated_claims_are_named():
    claims = pd.DataFrame({"id": ["C055", "C089"], "verdict": ["calibrated", "disagrees"]})
    _, output = parts({"variability": TABLE, "claims": claims})
    assert "(C055)" in output["rests"]


def test_a_missing_table_is_named():
    with pytest.raises(ValueError, match=r"variability\.csv"):
        answer({}, TWINS, SIMULATED, METHODS)


def test_families_have_medians_and_ends():
    found = {(row["family"], row["filter"]): row for row in families(TABLE, METHODS)}
    row = found["Threshold", "raw"]
    assert (row["variants"], row["datasets"]) == ("1", "2")
    assert (row["sd"], row["ends"], row["percent"]) == ("8.0", "6.0 to 10.0", "8.0")
    assert ("Watershed", "filtered") not in found


def test_a_network_is_one_variant_whatever_its_seeds():
    seeds = ("CNN25", "CNN25.seed2", "CNN25.seed3", "LRCS25")
    rows = pd.concat([TABLE.iloc[:1].assign(variant=name) for name in seeds])
    (row,) = families(rows, dict.fromkeys(seeds, "drawn_network"))
    assert (row["variants"], row["datasets"]) == ("2", "1")


def test_a_figures_finding_gives_its_ends_and_where_they_are():
    text = finding(
        shown("fig5", ["NMC-2"], ["S2", "cWS", "MLX10", "MLX25"]), {"variability": TABLE}
    )
    assert "from 1.0 (MLX10, raw NMC-2) to 7.0 (S2, filtered NMC-2) points" in text
    assert "from" in text
    assert "lowered them in 0 of 1 cases (NMC-2 0 of 1)" in text
    assert finding(shown("fig8", ["NEX-V"]), {"variability": TABLE}) == ""
    assert finding(shown("fig2", ["NMC-2"]), {}) == ""


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.0421, "4.2"), (0.0007, "0.07"), (-0.026, "−2.6"), (1.0, "100"), (np.nan, "–")],
)
def test_points(fraction, text):
    assert in_points(fraction) == text


def test_counts_and_lists():
    assert count(1, "user") == "one user"
    assert count(30, "user") == "30 users"
    assert and_list([]) == ""
    assert and_list(["a", "b", "c"]) == "a, b and c"


def test_how_many_of_the_papers_numbers_lie_among_choices_of_three():
    rows = [
        ("NMC-2", 3.5, "value", 3.0, 9.0),
        ("NMC-2", 10.1, "value", 3.0, 9.0),
        ("NMC-2", 0.0, "below", 3.0, 9.0),
        ("NMC-2", float("nan"), "", 3.0, 9.0),
        ("GRA-2", 3.8, "value", 3.0, 9.0),
    ]
    table = pd.DataFrame(rows, columns=["dataset", "paper_low", "paper_kind", "low", "high"])
    text = finding(shown("fig_choices", ["NMC-2"]), {"choices": table})
    assert text.startswith("Of 2 numbers that the paper states 1 lie within")


def test_biases_are_sure_on_either_side_of_zero():
    rows = [
        ("NMC-1", "raw", "S2", 0.03, 0.01, 0.05),
        ("NMC-1", "raw", "cWS", -0.02, -0.03, -0.01),
        ("NMC-1", "raw", "MLX10", 0.01, -0.01, 0.03),
    ]
    columns = ["dataset", "filter", "variant", "bias", "bias_low", "bias_high"]
    text = finding(
        shown("fig_reproducible", ["NMC-1"]), {"errors": pd.DataFrame(rows, columns=columns)}
    )
    assert "leaves out zero in 2 of 3 cases" in text


def test_comparisons_count_what_is_clear_after_holm():
    rows = [
        ("MLX10 against S2", "NMC-2", 0.5, 0.01),
        ("MLX10 against S2", "GRA-2", 0.6, 0.2),
        ("cWS against S2", "NMC-2", 1.9, 0.04),
    ]
    table = pd.DataFrame(rows, columns=["comparison", "dataset", "sd_ratio", "p_holm"])
    text = finding(shown("fig_comparisons", ["NMC-2", "GRA-2"]), {"comparisons": table})
    assert text.startswith("2 of 3 ratios")
    assert "0.50 (MLX10 against S2, NMC-2) to 1.90 (cWS against S2, NMC-2)" in text
    assert finding(shown("fig_comparisons", []), {"comparisons": table[1:2]}).endswith("0.05).")


def test_every_phase_is_described_where_there_are_more_than_two():
    rows = [
        (phase, users, sd, sd / mean, dice)
        for phase, users, sd, mean, dice in (
            ("active", 3, 0.02, 0.5, 0.9),
            ("cbd", 3, 0.03, 0.1, 0.2),
            ("cbd", 3, 0.05, 0.1, 0.4),
            ("cbd", 1, 0.9, 0.1, 0.9),
            ("glue", 3, 0.01, 0.4, 0.8),
        )
    ]
    table = pd.DataFrame(rows, columns=["phase", "users", "sd", "relative_sd", "dice"])
    text = parts({"variability": TABLE, "phase_spread": table})[1]["How is every phase?"]
    assert "4.0 points (40 % of the mean) for carbon-binder domain" in text
    assert "2.0 points (4 % of the mean) for active material" in text
    assert "0.90 for active material, 0.30 for carbon-binder domain and 0.80 for glue" in text
    _, unknown = parts({"variability": TABLE, "phase_spread": table.assign(dice=np.nan)})
    assert "Dice" not in unknown["How is every phase?"]
    two = table[table["phase"] != "glue"]
    assert "How is every phase?" not in parts({"variability": TABLE, "phase_spread": two})[1]
