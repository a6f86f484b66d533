"""A very small study of networks that find pores: it runs and agrees with its volumes."""

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from lee_example import config
from manyeyes.files.networks import Checkpoint, read_network
from manyeyes.lee2023.stated import TABLE_2
from manyeyes.lee2023.training import training_settings
from manyeyes.networks.fitting import fit_network
from running import planned, run

pytestmark = pytest.mark.pipeline
pytest.importorskip("jax")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which the little study was run."""
    folder = tmp_path_factory.mktemp("little")
    run(folder, config=write(folder, config()))
    return folder


def write(folder, content):
    path = folder / "little.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def table(folder, name):
    return pd.read_csv(folder / f"results/little/tables/{name}.csv")


def volume(folder, name):
    return tifffile.imread(folder / f"results/little/{name}.tif")


def test_scores_are_those_of_the_volumes(folder):
    scores = table(folder, "pore_scores")
    keys = ["particle", "method", "against"]
    for particle, method, against in (("two", "equalised", "labels"), ("one", "raw", "truth")):
        row = scores[(scores[keys] == [particle, method, against]).all(axis=1)].iloc[0]
        other = f"slices/{particle}/truth" if against == "truth" else f"labels/{particle}"
        pore = volume(folder, other) == 2
        called = volume(folder, f"predictions/{method}/one.1/{particle}") > 32767
        assert row["true_pore"] == np.sum(pore & called)
        assert row["accuracy"] == pytest.approx(np.mean(pore == called))
        assert row["accuracy_no_pore"] == pytest.approx(1 - pore.mean())


def test_the_last_epoch_scores_as_the_model_does(folder):
    curves = table(folder, "training_curves")
    last = curves[curves["epoch"] == 2].set_index("input")["test_accuracy"]
    beside = table(folder, "lee_table_2")
    rows = beside[(beside["slices"] == "test") & (beside["against"] == "labels")]
    assert rows["input"].tolist() == ["raw", "equalised"]
    assert rows["accuracy"].to_numpy() == pytest.approx(last[rows["input"]].to_numpy(), abs=1e-6)
    stated = [TABLE_2[name, "test"].f1 for name in rows["input"]]
    assert rows["paper_f1"].tolist() == pytest.approx(stated)


def test_porosity_is_the_share_of_pore(folder):
    volumes = table(folder, "pore_volumes").set_index(["particle", "method"])
    for particle in ("one", "two"):
        share = np.mean(volume(folder, f"labels/{particle}") == 2)
        row = volumes.loc[(particle, "labels")]
        assert row["porosity"] == pytest.approx(share)
        edges = np.prod([0.015, 0.016, 0.016]) * 12 * 64 * 64
        assert row["pore_volume_um3"] == pytest.approx(share * edges)
        assert row["porosity_per_labels"] == 1


def test_models_are_files_and_nothing_unfinished_is_left(folder):
    results = folder / "results/little"
    network = read_network(results / "models/equalised/one.1.npz")
    assert network.codes == (2, 1) and network.greys == "equalised"
    assert not list(results.glob("models/*/*.unfinished"))


def test_a_killed_training_goes_on_and_gives_the_same_bytes(folder):
    results = folder / "results/little"
    model, curve = results / "models/raw/one.1.npz", results / "parts/training_curves/raw/one.1.csv"
    whole = model.read_bytes(), curve.read_bytes()
    model.unlink()

    def kill(row):
        raise KeyboardInterrupt

    images, labels, *held_out = (
        volume(folder, name)
        for name in ("slices/one/filtered", "labels/one", "slices/two/filtered", "labels/two")
    )
    with pytest.raises(KeyboardInterrupt):
        fit_network(
            images,
            labels,
            architecture="lee",
            seed=("5", "one", "1", "raw"),
            settings=training_settings(config()["pore_networks"]["training"], "raw"),
            validation=tuple(held_out),
            checkpoint=Checkpoint(model.with_suffix(".unfinished")),
            progress=kill,
        )
    run(folder, "results/little/models/raw/one.1.npz", config=write(folder, config()))
    log = (results / "logs/train_pore_network/raw/one/1.log").read_text()
    assert "goes on after epoch 1" in log
    assert (model.read_bytes(), curve.read_bytes()) == whole
    assert not list(results.glob("models/*/*.unfinished"))


def test_the_report_speaks_of_networks_and_not_of_users(folder):
    page = (folder / "results/little/report.html").read_text(encoding="utf-8")
    methods = (folder / "results/little/methods.md").read_text(encoding="utf-8")
    assert "trainings are of 2 epochs here" in methods and "s40543-023-00407-z" in methods
    first = page[page.index('id="answer-title"') : page.index('id="table-2"')]
    assert "How well do networks find pores" in first
    assert "predicting no pore at all" in first
    assert "6 of 6 F1 values" in first and "5 of 6 squared errors" in first
    assert "Bailey" not in page and "users of" not in first
    assert "Fig. 7 of Lee et al. Pores in 3-D by every method" in page


def test_claims_about_long_trainings_are_not_tested(folder):
    claims = table(folder, "lee_claims").set_index("id")
    assert claims.loc["L09", "verdict"] == claims.loc["L10", "verdict"] == "not testable here"
    assert "stretched" in claims.loc["L02", "reason"]
    assert len(claims) == 21


def test_another_threshold_trains_nothing_again(folder, tmp_path):
    assert planned(folder, config=write(folder, config())) == {}
    other = config(threshold={"share": 0.55, "tried": [0.5]})
    left = planned(folder, config=write(folder, other))
    assert left["measure_pores"] == left["score_pores"] == 2
    assert not {"train_pore_network", "predict_pores", "label_slices"} & set(left)
    labelled = planned(folder, config=write(folder, config(labels={"low_share": 0.5})))
    assert labelled["train_pore_network"] == 2 and "filter_slices" not in labelled
