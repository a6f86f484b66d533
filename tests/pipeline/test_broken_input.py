"""Missing or broken input stops a run early, with a plain message, and loses no results."""

import copy
import hashlib

import numpy as np
import pytest
import tifffile
import yaml

from manyeyes.commands.check import checked_study
from manyeyes.commands.run import CannotRunError
from running import TOP, planned, run

pytestmark = pytest.mark.pipeline

TINY = yaml.safe_load((TOP / "config/tiny.yaml").read_text())
VOLUME = np.random.default_rng(0).integers(1000, 3000, (32, 32, 32)).astype(np.uint16)


def measured(**source):
    """Return a study of one measured tomogram."""
    return {
        "study": "mine",
        "seed": 1,
        "datasets": {
            "cell": {
                "material": "NMC",
                "voxel_size_nm": 400,
                "source": {"kind": "file", "file": "cell.tif", **source},
                "crop": {"start": [0, 0, 0], "shape": [32, 32, 32]},
                "grey_window": [1000, 3000],
            }
        },
        "plan": {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
    }


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    """Return a function: the message with which Snakemake refuses a config before any job.

    It parses the rules in this process, as `manyeyes check` does. A start of Snakemake takes a
    second more; the other tests of this file, which run jobs, start it.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MANYEYES_DATA", str(tmp_path))

    def refuse(config):
        path = tmp_path / "study.yaml"
        path.write_text(config if isinstance(config, str) else yaml.safe_dump(config))
        with pytest.raises(CannotRunError) as error:
            checked_study(path)
        assert not (tmp_path / "results").exists()
        return str(error.value)

    return refuse


def outcome(folder, config, *arguments):
    """Return the output of a run that must fail; the files of the config are in the folder."""
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(config))
    done = run(folder, *arguments, config=path, data=folder, check=False)
    assert done.returncode != 0, done.stdout
    return done.stdout


def segmented(folder):
    return list((folder / "results").rglob("segmentations/**/*.tif"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["plan"]["drawn"].update(variants=["MLX11"]), ["plan.drawn", "'MLX11'"]),
        (lambda c: c.update(users=["A", "A"]), ["users", "'A'"]),
        (
            lambda c: c.update(
                variants={
                    "MLX0": {"method": "drawn_forest", "coverage_percent": 0, "slices": 7},
                    "MLX120": {"method": "drawn_forest", "coverage_percent": 120, "slices": 7},
                }
            ),
            ["variants.MLX0.coverage_percent", "variants.MLX120.coverage_percent"],
        ),
        (
            lambda c: c["datasets"]["NMC-2"]["crop"].update(shape=[100, 64, 64]),
            ["datasets.NMC-2.source", "does not fit"],
        ),
        (
            lambda c: c["electrodes"]["nmc622"].update(colour="red"),
            ["electrodes.nmc622", "colour"],
        ),
        (
            lambda c: c["datasets"]["NMC-2"]["source"]["imaging"].update(contrast=3),
            ["datasets.NMC-2.source.imaging", "contrast"],
        ),
        (lambda c: c.update(population={"eyes": 2}), ["population", "eyes"]),
    ],
)
def test_a_config_that_cannot_run_stops_before_any_job(refusal, change, words):
    config = copy.deepcopy(TINY)
    change(config)
    message = refusal(config)
    assert all(word in message for word in words), message


def test_a_missing_file_is_named_with_what_to_do(tmp_path):
    output = outcome(tmp_path, measured(obtain="Ask the beamline for it."))
    assert not (tmp_path / "results").exists()
    assert str(tmp_path / "cell.tif") in output
    assert "Ask the beamline for it." in output


def test_the_library_of_nrel_says_how_to_get_it(tmp_path):
    done = run(tmp_path, config="nrel", check=False)
    assert done.returncode != 0
    assert "nmc-1-cal-grey.tif" in done.stdout
    assert "https://www.nrel.gov/transportation/microstructure.html" in done.stdout


def test_a_measured_tomogram_of_ones_own_runs(tmp_path):
    z, y, x = np.indices((32, 32, 32)) // 8
    phases = (z + y + x) % 2
    noise = np.random.default_rng(1).normal(0, 150, phases.shape)
    tifffile.imwrite(tmp_path / "cell.tif", (1500 + 1000 * phases + noise).astype(np.uint16))
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(measured()))
    run(tmp_path, "results/mine/tables/variability.csv", config=path, data=tmp_path)
    fractions = (tmp_path / "results/mine/tables/volume_fractions.csv").read_text()
    assert "cell,measured,raw,S2,A,simulated,0.5" in fractions


def truncated(path):
    tifffile.imwrite(path, VOLUME)
    path.write_bytes(path.read_bytes()[:30000])


def damaged(path):
    """Write a file whose header is whole and whose voxels are not."""
    tifffile.imwrite(path, VOLUME, compression="zlib")
    content = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tiff:
        start = tiff.pages[7].dataoffsets[0]
    content[start : start + 200] = bytes(200)
    path.write_bytes(content)


def several(**files):
    """Return a study with a measured dataset for each name, whose source has more keys."""
    config = measured()
    whole = config["datasets"].pop("cell")
    for name, source in files.items():
        config["datasets"][name] = copy.deepcopy(whole)
        config["datasets"][name]["source"] |= {"file": f"{name}.tif", **source}
    return config


def test_all_problems_that_headers_show_are_reported_before_any_job(refusal, tmp_path):
    truncated(tmp_path / "cut.tif")
    colour = np.zeros((4, 32, 32, 3), np.uint8)
    colour[..., 0] = 200
    tifffile.imwrite(tmp_path / "colour.tif", colour, photometric="rgb")
    tifffile.imwrite(tmp_path / "short.tif", VOLUME[:20])
    tifffile.imwrite(tmp_path / "other.tif", VOLUME)
    tifffile.imwrite(tmp_path / "deep.tif", VOLUME)
    config = several(cut={}, colour={}, short={}, other={"expected_shape": [64, 32, 32]}, deep={})
    del config["datasets"]["deep"]["grey_window"]
    config["users"] = [
        "A",
        {
            "name": "jo",
            "recorded": [
                {
                    "datasets": ["deep"],
                    "filters": ["raw"],
                    "variants": ["recorded"],
                    "source": {"file": "jo.tif"},
                }
            ],
        },
    ]
    tifffile.imwrite(tmp_path / "jo.tif", np.ones((34, 34, 34), np.uint8))
    message = refusal(config)
    for words in (
        ["datasets.cut", "cut.tif", "truncated"],
        ["datasets.colour", "colour.tif"],
        ["datasets.short", "outside the volume of [20, 32, 32]"],
        ["datasets.other", "expected a volume of shape (64, 32, 32)"],
        ["datasets.deep", "uint16 grey values need a grey_window"],
        ["users.jo.recorded", "labels (34, 34, 34), dataset (32, 32, 32)"],
    ):
        assert any(all(w in line for w in words) for line in message.splitlines()), (words, message)


def test_a_file_that_is_fetched_is_checked_by_its_job(tmp_path):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME)
    config = measured(url="https://127.0.0.1:9/cell.tif", sha256="0" * 64)
    output = outcome(tmp_path, config)
    assert all(word in output for word in ["cell.tif", "expected sha256 000"]), output
    assert not segmented(tmp_path)


def test_a_config_without_a_name_or_with_a_key_twice_stops(refusal):
    config = measured()
    del config["study"]
    assert "study: the name of the study is missing" in refusal(config)
    assert "seed is given twice (lines" in refusal(yaml.safe_dump(measured()) + "seed: 2\n")


def test_images_can_be_made_before_people_have_recorded_anything(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME)
    config = measured()
    record = {"datasets": ["cell"], "filters": ["raw"], "variants": ["S2", "recorded"]}
    record["source"] = {"file": "jo/{variant}.tif"}
    config["users"] = ["A", {"name": "jo", "recorded": [record]}]
    output = outcome(tmp_path, config)
    # A threshold is stored as JSON; both files are named.
    assert f"{tmp_path}/jo/S2.json" in output
    assert f"{tmp_path}/jo/recorded.tif" in output
    assert "manyeyes run STUDY --only images" in output
    path = tmp_path / "study.yaml"
    # The home folder by its short name, which no shell has expanded.
    monkeypatch.setenv("HOME", str(tmp_path))
    jobs = planned(tmp_path, "images", config=path, data="~")
    assert jobs == {"import_tomogram": 1, "filter_tomogram": 1, "images": 1}


def test_an_address_that_cannot_be_reached_says_what_to_do(tmp_path):
    output = outcome(tmp_path, measured(url="https://127.0.0.1:9/cell.tif", sha256="0" * 64))
    assert "could not be fetched from https://127.0.0.1:9/cell.tif" in output
    assert "MANYEYES_DATA" in output


def test_a_local_file_with_the_right_checksum_is_taken(tmp_path):
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep/cell.tif"
    tifffile.imwrite(path, VOLUME)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    config = measured(url="https://127.0.0.1:9/cell.tif", sha256=sha256)
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(config))
    run(tmp_path, "results/mine/tomograms/cell.tif", config=study, data=tmp_path)
    tomogram = tifffile.imread(tmp_path / "results/mine/tomograms/cell.tif")
    assert np.array_equal(tomogram, np.rint((VOLUME - 1000.0) * 255 / 2000))


def test_one_damaged_dataset_leaves_the_others_results(tmp_path):
    tifffile.imwrite(tmp_path / "whole.tif", VOLUME)
    damaged(tmp_path / "cell.tif")
    output = outcome(tmp_path, several(cell={}, whole={}))
    assert "cell.tif" in output
    assert [path.parts[-4] for path in segmented(tmp_path)] == ["whole"] * 3
