"""The fit of imaging to a tomogram, its table, its picture and its command."""

from functools import partial

import numpy as np
import pytest
import tifffile
import yaml
from scipy import ndimage

from manyeyes.commands import fit_imaging as command
from manyeyes.commands.main import main
from manyeyes.figures.fig_real_images import draw, look_at
from manyeyes.imaging import fitting
from manyeyes.imaging.ct import image_ct
from manyeyes.imaging.fit_geometry import of_itself, synthetic
from manyeyes.imaging.fit_table import fit_table
from manyeyes.imaging.fitting import fit_imaging
from manyeyes.imaging.image_statistics import image_statistics
from manyeyes.imaging.settings import CtSettings
from manyeyes.randomness import generator
from manyeyes.settings import read_settings

SHAPE = (36, 40, 40)
IMAGING = {
    "contrast_to_noise": 4.0,
    "resolution_nm": 900,
    "attenuation_per_cm": {"active": 1.0, "cbd": 0.0, "pore": 0.0},
    "noise_blur_voxels": [1.2, 0.9, 0.9],
    "white_noise_share": 0.5,
}


def blobs(fraction, name):
    """Return two phases of rounded shapes with a volume fraction: a level of a smooth field."""
    noise = generator("blobs", name).standard_normal(SHAPE)
    field = ndimage.gaussian_filter(noise, 4.5, mode="wrap")
    return np.where(field > np.quantile(field, 1 - fraction), 1, 3).astype(np.uint8)


@pytest.fixture(scope="module")
def scan():
    return image_ct(blobs(0.5, "scan"), 400, IMAGING, "scan")


@pytest.fixture(scope="module")
def fitted(scan):
    return fit_imaging(scan, 400, blobs, "test", realisations=1, steps=5)


def test_the_settings_that_made_an_image_leave_no_difference(scan):
    names = list(fitting._PARAMETERS)
    problem = fitting._Problem(
        image_statistics(scan), [blobs(0.5, "scan")], 400, names, ("test",), print, {}
    )
    codes = problem.coded(fitting._start(problem.target))
    made = problem.images(problem.settings(codes))[0]
    problem.target = image_statistics(made)
    np.testing.assert_allclose(problem.residuals(codes), 0, atol=1e-9)
    codes[names.index("contrast_to_noise")] += 0.3
    assert abs(problem.residuals(codes)).max() > 1


def test_twins_of_a_fit_measure_as_the_image(fitted):
    assert fitted.misfit < 3  # a block of another shape, of a few thousand voxels
    table = fit_table(fitted.target, fitted.twins).set_index("measure")
    for measure in ("contrast-to-noise", "filter gain in contrast-to-noise"):
        assert abs(table.loc[measure, "difference_percent"]) < 15
    assert table.loc["histogram distance", "twins"] < 0.1
    assert table.loc["autocorrelation z, 1 voxels", "twins"] == pytest.approx(
        fitted.target.autocorrelation[0, 0], abs=0.1
    )


def test_what_was_found_is_an_imaging_block(fitted, scan):
    read_settings(fitted.settings, CtSettings, "imaging")
    assert fitted.picture.shape == scan.shape
    assert fitted.settings["contrast_to_noise"] == pytest.approx(4.0, rel=0.3)
    # Without a binder in the geometry nothing can be told about it.
    assert fitted.settings["attenuation_per_cm"]["cbd"] == 0.0


def test_a_single_slice_is_fitted_in_its_plane():
    def slab(fraction, name):
        return np.ascontiguousarray(blobs(fraction, name)[: fitting.SLAB])

    one = image_ct(blobs(0.5, "slice"), 400, IMAGING, "slice")[18:19]
    found = fit_imaging(np.ascontiguousarray(one), 400, slab, "test", realisations=1, steps=1)
    assert found.picture.shape == one.shape
    assert found.settings["resolution_z_nm"] == found.settings["resolution_nm"]
    measures = fit_table(found.target, found.twins)["measure"]
    assert not measures.str.contains(" z").any()


def test_a_table_says_what_matches(scan):
    same = image_statistics(scan)
    table = fit_table(same, [same, same])
    assert table["matched"].all()
    assert (table["twins_sd"] == 0).all()
    other = image_statistics(image_ct(blobs(0.5, "scan"), 400, IMAGING | {"resolution_nm": 2000}))
    table = fit_table(same, [other]).set_index("measure")
    assert not table.loc["edge width in plane (voxels)", "matched"]
    assert set(table["decided_by"]) == {"imaging", "particles"}


def test_geometries_have_the_shape_and_about_the_fraction_asked_for(scan):
    truth = synthetic("nmc", (20, 30, 40), 400)(0.4, "one")
    assert truth.shape == (20, 30, 40)
    assert np.isin(truth, (1, 4)).mean() == pytest.approx(0.4, abs=0.2)
    across = synthetic("nmc", (20, 30, 40), (400, 300, 200), 2)(0.4, "one")
    upright = synthetic("nmc", (40, 20, 30), (200, 400, 300))(0.4, "one")
    np.testing.assert_array_equal(across, upright.transpose(1, 2, 0))
    own = of_itself(scan, len(scan))(0.1, "any")
    assert (own == blobs(0.5, "scan")).mean() > 0.95


def test_a_picture_shows_both_images_at_the_same_size(scan):
    looks = {"scan": look_at(scan, (30, 36, 36)), "twin": look_at(scan, (30, 36, 36))}
    assert looks["scan"].across.shape == (36, 36)
    figure = draw([("twin", "scan")], looks, dict.fromkeys(looks, 400.0), {})
    titles = [axes.get_title(loc="left") for part in figure.subfigs for axes in part.axes]
    assert titles[:4] == ["scan, xy", "twin, xy", "scan, xz", "twin, xz"]
    small = looks | {"twin": look_at(scan[:, :20])}
    assert "at least 24 voxels" in small["twin"].problem
    figure = draw([("twin", "scan")], small, dict.fromkeys(looks, 400.0), {})
    assert "No curves. twin: " in figure.subfigs[1].texts[0].get_text()
    with pytest.raises(ValueError, match="nothing to draw"):
        draw([], {}, {}, {})


def test_the_command_writes_a_block_a_table_and_a_picture(tmp_path, scan, monkeypatch, capsys):
    monkeypatch.setattr(fitting, "fit_imaging", partial(fit_imaging, steps=1))
    path = tmp_path / "my scan.tif"
    tifffile.imwrite(path, scan.astype(np.uint16) * 100 + 3000)
    out = tmp_path / "found"
    arguments = [str(path), "--voxel-size", "400", "--geometry", "itself", "--edge", "36"]
    arguments += ["--realisations", "1", "--out", str(out)]
    assert main(["fit-imaging", *arguments]) == 0
    text = (tmp_path / "found_imaging.yaml").read_text(encoding="utf-8")
    read_settings(yaml.safe_load(text)["imaging"], CtSettings, "imaging")
    assert "--voxel-size 400 --geometry itself" in text
    assert "sha256" in text
    assert (tmp_path / "found_imaging.png").stat().st_size > 10_000
    assert "matched" in (tmp_path / "found_imaging.csv").read_text().splitlines()[0]
    assert "within 10 %" in capsys.readouterr().out
    assert "--overwrite" in main(["fit-imaging", *arguments])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ([], "give --voxel-size"),
        (["--voxel-size", "1", "2"], "give --voxel-size"),
        (["--voxel-size", "400", "--edge", "8"], "--edge must be at least 32"),
        (["--voxel-size", "400", "--start", "0", "30", "0"], "--start"),
        (["--voxel-size", "400", "--geometry", "itself", "--diameter", "5"], "--diameter is for"),
    ],
)
def test_what_the_command_cannot_do_is_said(tmp_path, scan, change, message):
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, scan)
    said = command.main([str(path), "--out", str(tmp_path / "out"), *change])
    assert message in said
    assert [found.name for found in tmp_path.iterdir()] == ["scan.tif"]


def test_help_tells_what_it_is_for(capsys):
    with pytest.raises(SystemExit):
        command.main(["--help"])
    said = capsys.readouterr().out
    assert "No labels are needed" in said
    assert "_imaging.yaml" in said
