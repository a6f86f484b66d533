"""Bias, spread and verdict of each measure of a microstructure, with known answers."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.statistics.microstructure import (
    microstructure_spread,
    microstructure_text,
    number_name,
    shown_rows,
)
from manyeyes.statistics.spread import sd_interval

NUMBER = {"measure": "pore_size", "phase": "pore", "axis": "", "unit": "µm"}


def found(values, variant="S2", made_by="simulated", **more):
    return pd.DataFrame(
        {
            "dataset": "one",
            **more,
            "filter": "raw",
            "variant": variant,
            "user": [f"U{i}" for i in range(len(values))],
            "made_by": made_by,
            **NUMBER,
            "value": np.asarray(values, float),
        }
    )


def truths(value, **more):
    return pd.DataFrame([{"dataset": "one", **more, **NUMBER, "value": value}])


def only(table):
    assert len(table) == 1
    return table.iloc[0]


def spread_of(*args, **kwargs):
    return only(microstructure_spread(*args, **kwargs))


def around(middle, sd, users=30):
    """Values of a mean and a sample SD."""
    values = np.linspace(-1, 1, users)
    return middle + sd * (values - values.mean()) / values.std(ddof=1)


def test_bias_and_spread_are_told_in_units_and_relative_to_the_truth():
    values = around(2.2, 0.1)
    row = spread_of(found(values), truths(2.0))
    assert row["users"] == 30
    assert row["mean"] == pytest.approx(2.2)
    assert row["bias"] == pytest.approx(0.2)
    assert row["sd"] == pytest.approx(0.1)
    assert row["rmse"] ** 2 == pytest.approx(0.2**2 + 29 / 30 * 0.1**2)
    low, high = sd_interval(values)
    assert (row["sd_low"], row["sd_high"]) == pytest.approx((low, high))
    assert row["relative_bias"] == pytest.approx(0.1)
    assert row["relative_sd_high"] == pytest.approx(high / 2)
    # Student's t with 29 degrees of freedom.
    assert row["bias_high"] - row["bias"] == pytest.approx(2.045230 * 0.1 / np.sqrt(30), rel=1e-6)


@pytest.mark.parametrize(
    ("middle", "sd", "users", "verdict"),
    [
        (2.02, 0.04, 30, "trusted"),
        (2.02, 0.04, 3, "undecided"),
        (2.5, 0.04, 30, "biased"),
        (1.5, 0.04, 30, "biased"),
        (2.0, 0.6, 30, "scattered"),
        (3.0, 0.6, 30, "biased and scattered"),
        (2.2, 0.1, 30, "undecided"),
        (2.0, 0.0, 3, "trusted"),
    ],
)
def test_a_measure_is_judged_by_whole_intervals(middle, sd, users, verdict):
    assert spread_of(found(around(middle, sd, users)), truths(2.0))["verdict"] == verdict


def test_without_truth_only_the_spread_is_judged():
    row = spread_of(found(around(2.0, 0.04)))
    assert row["verdict"] == "reproducible"
    assert np.isnan(row["bias"])
    assert np.isnan(row["relative_rmse"])
    assert row["relative_sd"] == pytest.approx(0.02)
    assert spread_of(found(around(2.0, 0.6)))["verdict"] == "scattered"


def test_numbers_that_do_not_exist_are_counted_and_leave_no_verdict():
    row = spread_of(found([1.5, 1.6, np.inf, np.nan, 1.4]), truths(1.5))
    assert row["undefined"] == 2
    assert row["users"] == 3
    assert row["mean"] == pytest.approx(1.5)
    assert row["verdict"] == "undefined"
    nobody = spread_of(found([np.inf, np.inf]), truths(1.5))
    assert nobody["users"] == 0
    assert np.isnan(nobody["mean"])


def test_one_user_has_no_spread():
    row = spread_of(found([2.0]), truths(2.0))
    assert np.isnan(row["sd"])
    assert row["verdict"] == ""


def test_realisations_are_pooled_and_users_stay_the_unit():
    values = [around(2.0, 0.1), around(4.0, 0.3)]
    table = pd.concat([found(v, realisation=i + 1) for i, v in enumerate(values)])
    known = pd.concat([truths(2.0, realisation=1), truths(3.8, realisation=2)])
    row = spread_of(table, known)
    assert (row["users"], row["realisations"]) == (30, 2)
    assert row["truth"] == pytest.approx(2.9)
    assert row["bias"] == pytest.approx(0.1)
    assert row["sd"] == pytest.approx(np.sqrt((0.1**2 + 0.3**2) / 2))
    assert (row["sd_low"], row["sd_high"]) == pytest.approx(sd_interval(np.array(values)))


def test_a_user_without_a_number_in_one_realisation_is_left_out_of_all():
    table = pd.concat(
        [found([1.0, 2.0, 3.0], realisation=1), found([1.0, np.inf, 3.0], realisation=2)]
    )
    row = spread_of(table)
    assert (row["users"], row["undefined"]) == (2, 1)
    assert row["mean"] == pytest.approx(2.0)


def test_people_and_simulated_users_are_not_pooled():
    table = pd.concat([found(around(2, 0.1)), found([5.0, 6.0], made_by="recorded")])
    rows = microstructure_spread(table, truths(2.0)).set_index("made_by")
    assert rows.loc["recorded", "mean"] == 5.5
    assert rows.loc["simulated", "users"] == 30


def test_tables_read_from_files_have_no_empty_texts():
    table = pd.concat([found(around(2, 0.1)), found(around(2, 0.1), variant="cWS")])
    read = table.replace({"": None}).fillna({"unit": np.nan})
    known = truths(2.0).replace({"": None})
    assert microstructure_spread(read, known)["bias"].notna().all()


def test_the_text_marks_what_can_be_trusted():
    table = pd.concat(
        [
            found(around(2.02, 0.04)),
            found(around(2.5, 0.04), variant="cWS"),
            found(around(2.2, 0.1), variant="MLX25"),
            found([2.0, np.inf, 2.1], variant="gWS"),
        ]
    )
    spread = microstructure_spread(table, truths(2.0))
    text = microstructure_text(spread, ["pore_size"])
    assert "| one, raw | S2 | cWS | MLX25 | gWS |" in text
    assert "| Pore size, pore | **+1.0 ± 2.0** | +25.0 ± 2.0 | +10.0 ± 5.0? |" in text
    assert "(1 without) |" in text
    assert "Pore size" not in microstructure_text(spread, ["chord_length"])


def test_single_axes_are_in_the_table_alone():
    rows = pd.DataFrame({"measure": ["a", "a", "b", "a"], "axis": ["z", "all", "", ""]})
    assert shown_rows(rows, ["a"]).tolist() == [False, True, False, True]
    assert number_name("tortuosity_factor", "pore+cbd", "all") == "Tortuosity factor, pore+cbd"
    assert number_name("chord_length", "internal_pore", "z") == "Chord length, internal pore, z"
    assert number_name("contact_area", "active|cbd", "") == "Contact area, active to cbd"
