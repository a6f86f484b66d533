"""The config that `manyeyes new-study` writes, and what it proposes."""

import h5py
import nibabel
import numpy as np
import pytest
import tifffile
import yaml
from PIL import Image
from scipy import ndimage

from manyeyes.commands import new_study
from manyeyes.imaging.proposing import propose, proposed_crop
from manyeyes.running.check_inputs import input_problems
from manyeyes.study.config_files import file_problems
from manyeyes.study.form import problems
from manyeyes.study.new_config import name_of
from manyeyes.study.reading import study_from_config
from manyeyes.study.sense import sense_problems
from running import TOP

SHAPE = (70, 72, 80)


def electrode(shape=SHAPE, bright=38000, dark=22000, seed=1, share=0.5):
    """Return 16-bit grey values of blobs in a matrix."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape), 4)
    grey = np.where(field > np.quantile(field, 1 - share), bright, dark)
    return np.clip(grey + rng.normal(0, 2500, shape), 1, 65535).astype(np.uint16)


def rounded(volume, value=0, radius=0.5):
    """Return a volume with a round field of view."""
    rows, columns = (np.arange(n) - (n - 1) / 2 for n in volume.shape[1:])
    outside = rows[:, None] ** 2 + columns**2 > (radius * min(volume.shape[1:])) ** 2
    return np.where(outside, np.array(value, volume.dtype), volume)


def written(tmp_path, monkeypatch, *arguments):
    """Run the command; return the config that it wrote, without its checks."""
    monkeypatch.chdir(tmp_path)
    assert new_study.main([str(argument) for argument in arguments]) == 0
    (path,) = tmp_path.glob("*.yaml")
    assert file_problems([path]) == []
    assert all(len(line) <= 100 for line in path.read_text().splitlines())
    return yaml.safe_load(path.read_text())


def found_problems(config):
    """Return what a run would say of a config."""
    read = lambda name: yaml.safe_load((TOP / name).read_text())  # noqa: E731
    whole = {**read("config/protocol.yaml"), **config}
    found = problems(whole, read("workflow/schemas/study.schema.yaml")) or sense_problems(whole)
    if found:
        return found
    folder = whole["data_folder"]
    return input_problems(study_from_config(whole), lambda entry: f"{folder}/{entry['file']}")


def test_a_tiff_of_imagej_becomes_a_config_that_runs(tmp_path, monkeypatch, capsys):
    volume = electrode()
    tifffile.imwrite(
        tmp_path / "NMC Zelle 1.tif",
        volume,
        imagej=True,
        resolution=(1 / 0.35,) * 2,
        metadata={"spacing": 0.35, "unit": "um", "axes": "ZYX"},
    )
    config = written(tmp_path, monkeypatch, "NMC Zelle 1.tif", "--crop", 64)
    assert found_problems(config) == []
    assert config["study"] == "NMC-Zelle-1"
    (name, found), *_ = config["datasets"].items()
    assert name == "NMC-Zelle-1"
    assert found["voxel_size_nm"] == 350
    assert found["source"] == {
        "kind": "file",
        "file": "NMC Zelle 1.tif",
        "expected_shape": list(SHAPE),
        "expected_dtype": "uint16",
    }
    assert found["crop"] == {"start": [3, 4, 8], "shape": [64, 64, 64]}
    assert found["active"] == "bright" and "mask" not in found
    low, high = found["grey_window"]
    crop = volume[3:67, 4:68, 8:72]
    assert 0.0005 < np.mean(crop < low) < 0.0015 and 0.0005 < np.mean(crop > high) < 0.0015
    picture = np.asarray(Image.open(tmp_path / "NMC-Zelle-1.png"))
    assert picture.shape[1] > 1000 and len(np.unique(picture)) > 50
    assert "Next: manyeyes check NMC-Zelle-1.yaml" in capsys.readouterr().out


def test_the_line_that_annotate_prints_fits_below_the_users(tmp_path, monkeypatch, capsys):
    tifffile.imwrite(tmp_path / "cell.tif", electrode())
    config = written(tmp_path, monkeypatch, "cell.tif", "--voxel-size", "400")
    assert "  - voxel size 400 nm: as you said\n" in capsys.readouterr().out
    assert config["users"] == ["A", "B", "C"]
    path = tmp_path / "cell.yaml"
    head, plan = path.read_text().split("  - C\n")
    path.write_text(f"{head}  - C\n  - {{name: jo, folder: people/jo}}\n{plan}")
    assert file_problems([path]) == []
    added = yaml.safe_load(path.read_text())["users"][-1]
    assert added == {"name": "jo", "folder": "people/jo"}


def test_without_a_voxel_size_a_run_refuses_in_a_sentence(tmp_path, monkeypatch, capsys):
    tifffile.imwrite(tmp_path / "cell.tif", electrode())
    config = written(tmp_path, monkeypatch, "cell.tif", "--crop", 40)
    (problem,) = found_problems(config)
    assert problem.startswith("datasets.cell.voxel_size_nm: the edge of a voxel")
    assert "fill in voxel_size_nm of cell in cell.yaml" in capsys.readouterr().out
    text = (tmp_path / "cell.yaml").read_text().replace("\n# ", " ")
    assert "Before it runs, voxel_size_nm of cell has to be filled in" in text
    again = new_study.main(["cell.tif", "--voxel-size", "350"])
    assert "there is a config of this name" in again
    config = written(
        tmp_path, monkeypatch, "cell.tif", "--voxel-size", 350, "--overwrite", "--crop", 40
    )
    assert found_problems(config) == []


def test_several_files_are_several_datasets(tmp_path, monkeypatch):
    volume = electrode((44, 48, 52))
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    with h5py.File(tmp_path / "a" / "cell.h5", "w") as file:
        file["scan/grey"], file["scan/mask"] = volume, volume > 30000
    folder = tmp_path / "b" / "cell"
    folder.mkdir()
    for k, image in enumerate(volume[::-1]):
        Image.fromarray(image).save(folder / f"Bild {k}.png")
    arguments = ("a/cell.h5", "b/cell", "--name", "mine", "--voxel-size", 400, "--crop", 40)
    monkeypatch.chdir(tmp_path)
    refused = new_study.main([str(argument) for argument in arguments])
    assert "2 volumes in this HDF5 file" in refused and "--dataset scan/grey" in refused
    config = written(tmp_path, monkeypatch, *arguments, "--dataset", "scan/grey")
    assert config["datasets"]["a-cell"]["source"]["dataset"] == "scan/grey"
    assert "dataset" not in config["datasets"]["b-cell"]["source"]
    assert found_problems(config) == []
    (tmp_path / "mine.yaml").unlink()
    with h5py.File(tmp_path / "a" / "cell.h5", "a") as file:
        del file["scan/mask"]
    config = written(tmp_path, monkeypatch, *arguments)
    assert list(config["datasets"]) == ["a-cell", "b-cell"]
    assert found_problems(config) == []
    assert {p.name for p in tmp_path.glob("*.png")} == {"mine-a-cell.png", "mine-b-cell.png"}
    assert new_study.main(["b/cell", str(folder)]).startswith("Error: ")


@pytest.mark.parametrize("fill", [0, 7])
def test_a_round_field_of_view_is_masked(tmp_path, monkeypatch, fill):
    volume = rounded(electrode((64, 64, 64)), fill, 0.45)
    tifffile.imwrite(tmp_path / "round.tif", volume)
    config = written(tmp_path, monkeypatch, "round.tif", "--voxel-size", 350)
    assert config["datasets"]["round"]["mask"] == "circle"
    assert found_problems(config) == []
    assert "for what was not measured" in (tmp_path / "round.yaml").read_text()


def test_a_crop_within_a_round_field_needs_no_mask():
    found = propose(rounded(electrode((64, 120, 120)), 0), edge=60)
    assert found.mask is None and found.shape == (60, 60, 60)


def test_padding_is_masked_by_its_value():
    volume = electrode((60, 60, 60))
    volume[:, :9] = 0
    volume[:, :, -7:] = 0
    found = propose(volume, edge=60)
    assert found.mask == {"outside": 0}
    assert found.inside_share == pytest.approx(51 * 53 / 3600, abs=1e-3)
    # NaN is a value outside, too.
    padded = volume.astype(np.float32)
    padded[padded == 0] = np.nan
    found = propose(padded, edge=60)
    assert np.isnan(found.mask["outside"])
    assert np.isfinite(found.window).all()


def test_empty_slices_are_left_out_or_cut_away():
    volume = electrode((96, 70, 70))
    volume[:20], volume[-20:] = 0, 0
    found = propose(volume, edge=96)
    assert found.mask == {"outside": 0} or found.shape[0] <= 56


def test_polarity_follows_the_larger_class_and_can_be_said():
    assert not propose(electrode(share=0.5), 64).dark
    found = propose(electrode(share=0.12), 64)
    assert found.dark and found.bright_share == pytest.approx(0.12, abs=0.02)
    assert "cannot be told from a histogram" in found.assumed[-1]
    assert not propose(electrode(share=0.12), 64, dark=False).dark
    assert propose(electrode(share=0.5), 64, dark=True).dark


def test_8_bit_volumes_keep_their_levels_unless_few_are_used():
    volume = (electrode() >> 8).astype(np.uint8)
    assert propose(volume, 64).window is None
    narrow = (volume // 8 + 100).astype(np.uint8)
    found = propose(narrow, 64)
    assert found.window[1] - found.window[0] < 30
    assert found.contrast.levels > 80


def test_fill_that_no_mask_leaves_out_is_told_and_left_to_the_user():
    volume = (electrode((64, 64, 64), seed=4) >> 8).astype(np.uint8)
    # Saturated in large places, as air in a scan of a whole cell.
    volume[volume < 110] = 0
    volume[:, 10:54, 30:34] = 0
    volume[5] = 0
    found = propose(volume, 64)
    about = found.assumed[1]
    assert found.mask in ("none", {"outside": 0}) or found.shape[0] < 64
    assert "was not measured" in about or "counts as a phase" in about or found.mask is None


def test_a_segmentation_is_no_tomogram(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite(tmp_path / "labels.tif", (electrode() > 30000).astype(np.uint8))
    message = new_study.main(["labels.tif"])
    assert "labels.tif: there are only 2 different values (0, 1)" in message
    assert "manyeyes compare" in message


def test_little_contrast_is_told(tmp_path, monkeypatch, capsys):
    volume = electrode(bright=30500, dark=30000)
    volume.flat[::50] = 60000
    volume.flat[1::50] = 100
    tifffile.imwrite(tmp_path / "flat.tif", volume)
    written(tmp_path, monkeypatch, "flat.tif", "--voxel-size", 350)
    assert "fewer than 40" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("shape", "edge", "start", "wanted"),
    [
        ((300, 400, 500), 200, (50, 100, 150), (200, 200, 200)),
        ((90, 400, 500), 200, (0, 155, 205), (90, 90, 90)),
        ((20, 400, 500), 200, (0, 100, 150), (20, 200, 200)),
        ((300, 400, 500), 40, (130, 180, 230), (40, 40, 40)),
    ],
)
def test_the_crop_is_a_cube_in_the_middle_if_one_fits(shape, edge, start, wanted):
    assert proposed_crop(shape, edge) == (start, wanted)


def test_a_single_slice_is_no_volume(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite(tmp_path / "slice_001.tif", electrode()[0])
    assert "found one image of shape (72, 80)" in new_study.main(["slice_001.tif"])
    tifffile.imwrite(tmp_path / "few.tif", electrode()[:5])
    assert "thinner than 8" in new_study.main(["few.tif"])
    np.save(tmp_path / "flat.npy", np.full((20, 20, 20), 7, np.uint16))
    assert new_study.main(["flat.npy"]).startswith("Error: ")


def test_voxels_that_are_no_cubes_are_told(tmp_path, monkeypatch, capsys):
    image = nibabel.Nifti1Image(electrode().transpose(2, 1, 0), np.diag([0.4, 0.4, 0.8, 1]))
    image.header.set_xyzt_units("micron")
    nibabel.save(image, tmp_path / "cell.nii")
    config = written(tmp_path, monkeypatch, "cell.nii", "--crop", 40)
    assert config["datasets"]["cell"]["voxel_size_nm"] is None
    assert "z 800 nm, y 400 nm, x 400 nm: voxels are not cubes" in capsys.readouterr().out
    config = written(
        tmp_path, monkeypatch, "cell.nii", "--voxel-size", 400, "--overwrite", "--crop", 40
    )
    assert config["datasets"]["cell"]["voxel_size_in_file"] == "ignore"
    assert found_problems(config) == []


def test_raw_voxels_by_their_name_or_by_options(tmp_path, monkeypatch):
    volume = electrode((44, 48, 52))
    volume.tofile(tmp_path / "scan_52x48x44_uint16.raw")
    config = written(
        tmp_path, monkeypatch, "scan_52x48x44_uint16.raw", "--voxel-size", 64.5, "--crop", 40
    )
    found = config["datasets"]["scan_52x48x44_uint16"]
    assert found["source"]["raw"] == {"shape": [44, 48, 52], "dtype": "uint16"}
    assert found["voxel_size_nm"] == 64.5 and found_problems(config) == []
    (tmp_path / "scan_52x48x44_uint16.yaml").unlink()
    volume.tofile(tmp_path / "odd.bin")
    config = written(
        tmp_path, monkeypatch, "odd.bin", "--shape", 44, 48, 52, "--voxel-size", 350, "--crop", 40
    )
    assert config["datasets"]["odd"]["source"]["raw"]["dtype"] == "uint16"
    assert found_problems(config) == []
    (tmp_path / "odd.yaml").unlink()
    (tmp_path / "plain.vol").write_bytes(bytes(10) + volume.astype(">u2").tobytes())
    assert "give --shape SLICES ROWS COLUMNS" in new_study.main(["plain.vol"])
    layout = ("--shape", 44, 48, 52, "--offset", 10, "--byte-order", "big")
    config = written(tmp_path, monkeypatch, "plain.vol", *layout, "--voxel-size", 350, "--crop", 40)
    raw = config["datasets"]["plain"]["source"]["raw"]
    assert raw == {"shape": [44, 48, 52], "dtype": "uint16", "byte_order": "big", "offset": 10}
    assert found_problems(config) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NMC Zelle ä.3", "NMC-Zelle-ae-3"),
        ("Größe µm", "Groesse-um"),
        ("a.b c", "a-b-c"),
        ("_x_", "x"),
        ("電極", "tomogram"),
        ("résumé", "resume"),
        ("no", "no"),
    ],
)
def test_names_of_files_become_names_of_a_config(text, name):
    assert name_of(text) == name


def test_names_that_yaml_would_misread_are_quoted(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "cell.tif", electrode((40, 40, 40)))
    (tmp_path / "cell.tif").rename(tmp_path / "no #1: 'x'.tif")
    config = written(
        tmp_path, monkeypatch, "no #1: 'x'.tif", "--voxel-size", 350, "--material", "1e5"
    )
    (found,) = config["datasets"].values()
    assert found["source"]["file"] == "no #1: 'x'.tif" and found["material"] == "1e5"
    assert found_problems(config) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.tif"], "absent.tif: there is no such file"),
        (["cell.tif", "--voxel-size", "0.35"], "0.35 um are 350"),
        (["cell.tif", "--name", "my study"], "'my study' is no name of a study"),
        (["cell.tif", "cell.tif"], "the same file"),
        (["cell.tif", "--output", "a.txt"], "ends in .yaml"),
        (["cell{1}.tif"], "braces"),
        (["cell.tif", "--crop", "4"], "at least 8"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite(tmp_path / "cell.tif", electrode((40, 40, 40)))
    assert message in new_study.main(arguments)
    assert not list(tmp_path.glob("*.yaml"))


@pytest.mark.parametrize("fill", [False, True])
def test_a_large_file_is_looked_at_in_parts_with_the_same_outcome(tmp_path, monkeypatch, fill):
    volume = electrode((64, 64, 64))
    tifffile.imwrite(
        tmp_path / "cell.tif", rounded(volume, 0, 0.45) if fill else volume, compression="zlib"
    )
    arguments = ("cell.tif", "--voxel-size", 350, "--overwrite")
    whole = written(tmp_path, monkeypatch, *arguments)
    picture = np.asarray(Image.open(tmp_path / "cell.png"))
    monkeypatch.setattr(new_study, "_SMALL_BYTES", 0)
    assert written(tmp_path, monkeypatch, *arguments) == whole
    assert np.array_equal(np.asarray(Image.open(tmp_path / "cell.png")), picture)
