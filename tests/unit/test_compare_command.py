"""Finished segmentations compared by one command."""

import re

import numpy as np
import pandas as pd
import pytest
import tifffile

from manyeyes.commands.main import main
from manyeyes.files.results import write_volume


def cube(side, value=(2, 1)):
    """A cube of active material in a box of 20 voxels."""
    labels = np.full((20, 20, 20), value[0], np.uint8)
    first = (20 - side) // 2
    labels[first : first + side, first : first + side, first : first + side] = value[1]
    return labels


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, side in (("anna", 10), ("ben", 12), ("carla", 8)):
        write_volume(tmp_path / f"{name}.tif", cube(side), 500.0)
    return tmp_path


def test_three_volumes_are_compared_with_each_other(folder, capsys):
    assert main(["compare", "anna.tif", "ben.tif", "carla.tif"]) == 0
    told = capsys.readouterr().out
    fractions = pd.read_csv(folder / "comparison/fractions.csv")
    active = fractions[fractions["phase"] == "active"].set_index("user")["fraction"]
    assert active.to_dict() == {"anna": 1000 / 8000, "ben": 1728 / 8000, "carla": 512 / 8000}
    pairs = pd.read_csv(folder / "comparison/pairwise.csv").set_index(["user_a", "user_b"])
    assert pairs.loc[("anna", "ben"), "percent_different"] == pytest.approx(100 * 728 / 8000)
    assert "is 6.4 to 21.6 %, 13.5 % on average" in told
    assert "standard deviation over the 3 is 7.6 points" in told
    page = (folder / "comparison/comparison.html").read_text(encoding="utf-8")
    assert "<h1>Comparison of 3 segmentations</h1>" in page
    assert page.count("<table>") == 2
    # One file: nothing is loaded from elsewhere.
    assert not re.search(r"(src|href)=['\"](?!data:)", re.sub("data:image[^']*", "data:", page))
    assert (folder / "comparison/comparison.png").stat().st_size > 1000


def test_a_truth_says_who_is_right(folder, capsys):
    write_volume(folder / "true.tif", cube(10), 500.0)
    names = ["--names", "A", "B", "C"]
    files = ["anna.tif", "ben.tif", "carla.tif"]
    measures = ["--measures", "surfaces", "fractions"]
    assert main(["compare", *files, "--truth", "true.tif", *names, *measures, "--out", "o/p"]) == 0
    told = capsys.readouterr().out
    assert "The truth has 12.5 %: they are off by -6.1 to +9.1 points." in told
    assert "largest overlap with it is that of A (Dice 1.000)" in told
    phases = pd.read_csv(folder / "o/p/phases.csv")
    bias = phases[phases["phase"] == "active"].set_index("user")["bias"]
    assert bias.to_list() == pytest.approx([0.0, 728 / 8000, -488 / 8000])
    spread = pd.read_csv(folder / "o/p/microstructure_spread.csv")
    assert spread.loc[spread["measure"] == "specific_surface", "truth"].notna().all()


def test_a_truth_of_a_study_has_codes_of_its_own(folder):
    (folder / "truth").mkdir()
    truth = np.where(cube(10) == 1, 1, 3).astype(np.uint8)
    truth[0] = 4
    write_volume(folder / "truth/one.tif", truth, 500.0)
    assert main(["compare", "anna.tif", "ben.tif", "--truth", "truth/one.tif"]) == 0
    phases = pd.read_csv(folder / "comparison/phases.csv").set_index(["user", "phase"])
    assert phases.loc[("anna", "rest"), "dice"] == 1.0


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ((0, 255), []),
        ((7, 3), ["--codes", "active=3", "rest=7"]),
        ((0, 1), []),
    ],
)
def test_values_of_other_programs_get_their_meaning(folder, values, codes):
    for name, side in (("x", 10), ("y", 12)):
        tifffile.imwrite(folder / f"{name}.tif", cube(side, values), photometric="minisblack")
    assert main(["compare", "x.tif", "y.tif", "--voxel-size", "400", *codes]) == 0
    fractions = pd.read_csv(folder / "comparison/fractions.csv")
    active = fractions[fractions["phase"] == "active"]["fraction"]
    assert active.to_list() == [0.125, 0.216]


def test_codes_that_are_proposed_for_files_of_two_programs_can_be_pasted(folder):
    tifffile.imwrite(folder / "mask.tif", cube(10, (0, 255)), photometric="minisblack")
    files = ["anna.tif", "mask.tif"]
    told = str(main(["compare", *files]))
    codes = re.search(r"--codes (active=\S+ rest=\S+)\. ", told)[1].split()
    assert codes == ["active=1,255", "rest=0,2"]
    assert main(["compare", *files, "--codes", *codes]) == 0
    fractions = pd.read_csv(folder / "comparison/fractions.csv")
    assert fractions.loc[fractions["phase"] == "active", "fraction"].nunique() == 1


def test_three_phases_and_a_field_of_view(folder):
    for name, side in (("x", 10), ("y", 12)):
        labels = cube(side, (3, 1))
        labels[:, :4] = 2
        labels[:, -2:] = 99
        write_volume(folder / f"{name}.tif", labels, 500.0)
    assert main(["compare", "x.tif", "y.tif", "--outside", "99"]) == 0
    fractions = pd.read_csv(folder / "comparison/fractions.csv")
    assert set(fractions["phase"]) == {"active", "cbd", "pore"}
    assert fractions.groupby("user")["fraction"].sum().to_list() == pytest.approx([1, 1])


def written(out):
    """What the figure says."""
    svg = (out / "comparison.svg").read_text(encoding="utf-8")
    return " ".join(" ".join(re.findall(r"<!-- (.*?) -->", svg)).split())


def test_single_images_and_volumes_without_a_voxel_size_are_compared(folder, capsys):
    for name, side in (("s1", 10), ("s2", 8)):
        tifffile.imwrite(folder / f"{name}.tif", cube(side)[10])
        tifffile.imwrite(folder / f"v-{name}.tif", cube(side), photometric="minisblack")
    for names, out in ((["s1.tif", "s2.tif"], "images"), (["v-s1.tif", "v-s2.tif"], "volumes")):
        assert main(["compare", *names, "--out", out]) == 0
        pairs = pd.read_csv(folder / out / "pairwise.csv")
        differ, whole = (36, 400) if out == "images" else (1000 - 512, 8000)
        assert pairs["percent_different"].to_list() == pytest.approx([100 * differ / whole])
        assert "of 500 nm" not in written(folder / out)
    assert "25.0 %" in capsys.readouterr().out
    assert main(["compare", "v-s1.tif", "v-s2.tif", "--voxel-size", "500", "--out", "sized"]) == 0
    assert "Central slices, cubic voxels of 500 nm. Agreement" in written(folder / "sized")
    assert main(["compare", "s1.tif", "s2.tif", "--voxel-size", "500", "--out", "pixels"]) == 0
    assert "Pixels of 500 nm. Agreement" in written(folder / "pixels")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["anna.tif"], "two volumes or more"),
        (["anna.tif", "none.tif"], "none.tif"),
        (["anna.tif", "small.tif"], "all must be of one crop"),
        (["plain.tif", "plain.tif"], "different names"),
        (["plain.tif", "plain2.tif", "--measures", "surfaces"], "give --voxel-size"),
        (
            ["one.tif", "two.tif", "--voxel-size", "9", "--measures", "surfaces"],
            "one.tif: this is one image",
        ),
        (["one.tif", "anna.tif"], "all must be of one crop"),
        (["grey.tif", "grey.tif", "--names", "a", "b"], "not grey levels"),
        (["anna.tif", "odd.tif"], r"odd.tif holds 2, 9\. .* active=1,9 rest=2\."),
        (["anna.tif", "ben.tif", "--codes", "active"], "expected PHASE=VALUE"),
        (["anna.tif", "ben.tif", "--codes", "active=1", "binder=2"], "unknown phases"),
        (["anna.tif", "ben.tif", "--codes", "active=1"], r"holds \[2\]"),
        (["anna.tif", "ben.tif", "--truth", "small.tif"], "same crop"),
        (["anna.tif", "ben.tif", "--out", "."], "exists already"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(folder, arguments, message):
    write_volume(folder / "small.tif", cube(10)[:15], 500.0)
    write_volume(folder / "odd.tif", np.where(cube(10) == 1, 9, 2).astype(np.uint8), 500.0)
    grey = np.random.default_rng(0).integers(0, 255, (20, 20, 20), dtype=np.uint8)
    write_volume(folder / "grey.tif", grey, 500.0)
    for name in ("plain", "plain2"):
        tifffile.imwrite(folder / f"{name}.tif", cube(10), photometric="minisblack")
    for name in ("one", "two"):
        tifffile.imwrite(folder / f"{name}.tif", cube(10)[10])
    told = str(main(["compare", *arguments]))
    assert re.search(message, told), told
    assert not (folder / "comparison").exists()
