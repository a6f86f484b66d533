"""Where painting stops winning: a study that is nothing but a map over people's outlines."""

import numpy as np
import pandas as pd
import pytest
import yaml

from running import TOP, run

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outlines")
    config = yaml.safe_load((TOP / "config/tiny.yaml").read_text())
    del config["baseline"], config["sensitivity"], config["datasets"]["NEX-V"]
    config["datasets"]["NMC-2"]["crop"]["shape"] = [24, 48, 48]
    del config["plan"]
    config["outline_map"] = {
        "images": [["NMC-2", "raw"]],
        "painted": "MLX25",
        "slider": "S2",
        "users": 6,
        "shifts_px": [-2, 0, 2],
    }
    path = folder / "outlines.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    run(folder, config=path)
    return folder / "results/tiny"


def test_all_users_are_done_whatever_job_does_them(results):
    shifts = pd.read_csv(results / "tables/outline_shifts.csv")
    assert shifts["user"].unique().tolist() == ["A", "B", "C", "U04", "U05", "U06"]
    assert (shifts.groupby("user")["variant"].agg(list).map(len) == 4).all()
    assert shifts["shift_px"].isna().sum() == 6


def test_outlines_farther_outside_give_more(results):
    shifts = pd.read_csv(results / "tables/outline_shifts.csv")
    means = shifts.groupby("shift_px")["active_fraction"].mean()
    assert np.all(np.diff(means) > 0)


def test_the_map_says_where_people_lie(results):
    people = pd.read_csv(results / "tables/outline_people.csv")
    assert len(people) == 4
    assert people["probability"].between(0, 1).all()
    text = (results / "tables/outline_people.md").read_text()
    assert text.startswith("# Where painting stops winning")
    assert "What would settle it" in text
    assert (results / "figures/fig_outline_map.png").exists()
