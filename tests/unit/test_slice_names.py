"""Which number of a file's name is the slice's."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from manyeyes.fibsem.stack import as_ranges, check_numbers, listed_ranges
from manyeyes.files.errors import FileError
from manyeyes.files.slices import read_slices, slice_facts, slice_numbers


@pytest.mark.parametrize(
    "pattern",
    [
        "run2_{:03d}",
        "slice_{:04d}_2021-05-03",
        "slice_{:04d}_5kV",
        "{:d}",
        "2021-05-03_{:04d}_x100",
    ],
)
def test_the_number_that_differs_is_the_slices(pattern):
    assert slice_numbers([pattern.format(k) for k in (3, 4, 6, 7)]) == [3, 4, 6, 7]


def test_of_several_that_differ_the_one_that_counts_is_taken():
    times = ["sem_0001_14-22-05", "sem_0002_14-22-31", "sem_0003_14-23-05", "sem_0004_14-23-30"]
    assert slice_numbers(times) == [1, 2, 3, 4]
    # two times may follow each other by chance
    assert slice_numbers(["s1_10", "s2_11", "s3_25", "s4_40"]) == [1, 2, 3, 4]
    assert slice_numbers(["z0.250_1", "z0.500_2", "z0.750_3"]) == [1, 2, 3]
    # As the order of names says nothing here, whoever checks the numbers will refuse it.
    assert slice_numbers(["s0", "s1", "s10", "s2"]) == [0, 1, 10, 2]


def test_one_file_has_its_last_number():
    assert slice_numbers(["run2_007"]) == [7]


def test_two_numbers_that_both_count_are_told_with_their_names():
    names = ["a001_b9", "a002_b8", "a003_b7"]
    with pytest.raises(
        FileError, match=r"1 from a001_b9, 2 from a002_b8, .*9 from a001_b9, 8"
    ) as e:
        slice_numbers(names, "sem")
    assert str(e.value).startswith("sem: 2 numbers differ")


def test_a_number_that_comes_twice_is_told_with_both_names():
    with pytest.raises(FileError, match=r"number 3 was read from s_0003 and from s_0003\.b") as e:
        slice_numbers(["s_0002", "s_0003", "s_0003.b"], "sem")
    for word in ("delete", "remove", "keep one"):
        assert word not in str(e.value)


def test_a_name_without_a_number_is_told():
    with pytest.raises(FileError, match="sem/overview: expected the slice's number"):
        slice_numbers(["overview", "s_1"], "sem")


def test_numbers_far_apart_are_refused_at_once_in_ranges():
    with pytest.raises(ValueError, match=f"of slices 1 to {10**25} only 3 are there") as error:
        check_numbers([1, 3, 10**25])
    assert f"2, 4 to {10**25 - 1} are missing" in str(error.value)
    assert check_numbers([1, 3, 4]) == [2]
    assert check_numbers([1, 2, 3, 7, 8]) == [4, 5, 6]


def test_ranges_are_told_as_one_reads_them():
    assert as_ranges([4, 7, 8, 9, 12]) == [(4, 4), (7, 9), (12, 12)]
    assert listed_ranges([(4, 4), (7, 9)]) == "4, 7 to 9"
    assert listed_ranges([(k, k) for k in range(0, 20, 2)], most=3) == "0, 2, 4, ..."


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "sem"
    place.mkdir()
    for k in range(4):
        image = np.full((5, 6), k, np.uint8)
        tifffile.imwrite(place / f"slice_{k:04d}_2021-05-03.tif", image, resolution=(2e5, 2e5))
    return place


def test_hidden_files_are_passed_over(folder):
    for file in list(folder.iterdir()):
        (folder / f"._{file.name}").write_bytes(b"\0\5\x16\7")
    slices, numbers = read_slices(folder)
    assert numbers == [0, 1, 2, 3]
    assert [image[0, 0] for image in slices] == [0, 1, 2, 3]


def test_slices_whose_zero_is_white_are_inverted(folder):
    image = np.full((5, 6), 200, np.uint8)
    tifffile.imwrite(folder / "slice_0002_2021-05-03.tif", image, photometric="miniswhite")
    assert read_slices(folder)[0][2][0, 0] == 55


def test_headers_tell_shape_type_and_voxel_size_of_a_folder(folder):
    facts = slice_facts(folder)
    assert facts.shape == (4, 5, 6)
    assert facts.dtype == np.uint8
    # 200,000 per inch.
    assert facts.voxel_size_nm == (None, pytest.approx(127), pytest.approx(127))


def test_a_folder_of_other_images_is_called_so(folder):
    for file in list(folder.iterdir()):
        file.rename(file.with_suffix(".jpg"))
    with pytest.raises(FileError, match=r"no TIFF files in this folder, but 4 of \.jpg"):
        read_slices(folder)


def test_slices_may_be_pngs(tmp_path):
    stack = tmp_path / "sem"
    stack.mkdir()
    for k in range(4):
        Image.fromarray(np.full((5, 6), 10 * k, np.uint8)).save(stack / f"s_{k + 1}.png")
    slices, numbers = read_slices(stack)
    assert numbers == [1, 2, 3, 4]
    assert [int(image[0, 0]) for image in slices] == [0, 10, 20, 30]
    assert slice_facts(stack).shape == (4, 5, 6)
