"""Sobol indices: functions whose indices are known, and the session as a factor."""

import numpy as np
import pytest
from scipy import stats

from manyeyes.randomness import generator
from manyeyes.statistics.designs import JITTER, sensitivity_design
from manyeyes.statistics.sensitivity import sobol_table


def test_ishigami():
    """Ishigami and Homma 1990, doi:10.1109/ISUMA.1990.151285, with a = 7, b = 0.1."""
    angle = stats.uniform(-np.pi, 2 * np.pi)
    design = sensitivity_design({"x": angle, "y": angle, "z": angle}, 4096, "test", jitter=False)
    output = np.sin(design.x) + 7 * np.sin(design.y) ** 2 + 0.1 * design.z**4 * np.sin(design.x)
    table = sobol_table(design, output, "test").set_index("factor")
    assert table["first_order"][["x", "y", "z"]].tolist() == pytest.approx(
        [0.3139, 0.4424, 0.0], abs=0.03
    )
    assert table["total"][["x", "y", "z"]].tolist() == pytest.approx(
        [0.5576, 0.4424, 0.2437], abs=0.03
    )
    assert table["output_sd"].iloc[0] == pytest.approx(np.sqrt(13.845), rel=0.02)
    assert table.index[0] == "x"
    covers = (table["total_low"] <= table["total"]) & (table["total"] <= table["total_high"])
    assert covers.all()


def test_the_session_has_the_share_that_it_was_given():
    """y = 2 a + b + 2 e, e anew with every sitting: shares 4/9, 1/9 and 4/9."""
    factors = {"a": stats.norm(), "b": stats.norm(), "idle": stats.randint(0, 4)}
    design = sensitivity_design(factors, 2048, "test", "session")
    sitting = np.array([generator("e", seed).standard_normal() for seed in design[JITTER]])
    table = sobol_table(design, 2 * design.a + design.b + 2 * sitting).set_index("factor")
    expected = {"a": 4 / 9, "b": 1 / 9, JITTER: 4 / 9, "idle": 0.0}
    for factor, share in expected.items():
        assert table["first_order"][factor] == pytest.approx(share, abs=0.06)
        assert table["total"][factor] == pytest.approx(share, abs=0.06)


def test_the_spread_is_that_of_people_drawn_independently():
    design = sensitivity_design({"a": stats.norm(), "b": stats.norm()}, 16, "test")
    independent = design["set"].isin(["A", "B"])
    output = np.where(independent, np.where(design["row"] % 2, 1.0, -1.0), 0.0)
    table = sobol_table(design, output, "test")
    assert table["output_sd"].tolist() == pytest.approx([np.sqrt(32 / 31)] * 3)


def test_the_design_changes_one_factor_at_a_time():
    design = sensitivity_design({"a": stats.norm(), "b": stats.uniform()}, 16, "test")
    assert len(design) == 16 * 5
    assert design["run"].tolist() == list(range(80))
    sets = {name: rows.set_index("row") for name, rows in design.groupby("set")}
    for factor in ("a", "b", JITTER):
        for column in ("a", "b", JITTER):
            taken_from = "B" if column == factor else "A"
            assert sets[factor][column].equals(sets[taken_from][column])
    assert not sets["A"][JITTER].isin(sets["B"][JITTER]).any()
    again = sensitivity_design({"a": stats.norm(), "b": stats.uniform()}, 16, "test")
    assert again.equals(design)


def test_the_same_names_give_the_same_table():
    design = sensitivity_design({"a": stats.norm()}, 64, "test")
    output = design.a + 0.5 * design.a**2
    assert sobol_table(design, output, "x").equals(sobol_table(design, output, "x"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sensitivity_design({}, 16, "t"), "at least one factor"),
        (lambda: sensitivity_design({JITTER: stats.norm()}, 16, "t"), "added automatically"),
        (lambda: sensitivity_design({"a": stats.norm()}, 100, "t"), "power of two"),
        (
            lambda: sobol_table(sensitivity_design({"a": stats.norm()}, 16, "t"), [1.0]),
            "each of 64 runs",
        ),
        (
            lambda: sobol_table(sensitivity_design({"a": stats.norm()}, 16, "t"), [1.0] * 64),
            "no variation",
        ),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
