"""TIFF stacks as people write them: the right voxels, or what was found and what to do."""

import numpy as np
import pytest
import tifffile

from manyeyes.files.errors import FileError
from manyeyes.files.formats import VolumeFacts
from manyeyes.files.mapped import open_volume
from manyeyes.files.results import read_result
from manyeyes.files.slices import read_slices
from manyeyes.files.volumes import read_part, read_volume, volume_facts

IMAGE = np.random.default_rng(0).integers(0, 256, (12, 64, 72)).astype(np.uint8)
LABELS = np.random.default_rng(1).integers(0, 3, (12, 64, 72)).astype(np.uint8)
PALETTE = np.random.default_rng(2).integers(0, 65536, (3, 256)).astype(np.uint16)


def write_pages(path, pages, compression=None, **options):
    """Write one page after the other, each on its own."""
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(
                page,
                metadata=None,
                contiguous=False,
                compression=compression,
                photometric="minisblack",
                **options,
            )


def refused(path, words, **options):
    """Check that every reader of whole files refuses it, and that its headers are enough."""
    for read in (read_volume, volume_facts):
        with pytest.raises(FileError, match=words) as error:
            read(path, **options)
        assert str(error.value).startswith(f"{path}: ")
    with pytest.raises(FileError, match=words):
        open_volume(path)
    if not options.get("labels"):
        with pytest.raises(FileError, match=words):
            read_slices(path)
    return str(error.value)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize(
    ("at", "page", "found"),
    [
        (5, IMAGE[5, :60], "page 5 .* is 60 x 72 uint8, page 0 is 64 x 72 uint8"),
        (5, IMAGE[5].astype(np.uint16), "page 5 .* is 64 x 72 uint16, page 0 is 64 x 72 uint8"),
        (11, IMAGE[11, :60], r"page 11 .* shapes \(11, 64, 72\), \(60, 72\)"),
        (0, IMAGE[0, :60], r"page 1 .* is 64 x 72 uint8, page 0 is 60 x 72 uint8"),
    ],
)
def test_a_page_of_another_size_or_type_is_named(tmp_path, compression, at, page, found):
    path = tmp_path / "pages.tif"
    write_pages(path, [page if k == at else image for k, image in enumerate(IMAGE)], compression)
    refused(path, found)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_second_half_of_another_size_is_not_dropped(tmp_path, compression):
    path = tmp_path / "pages.tif"
    write_pages(path, [*IMAGE[:6], *IMAGE[6:, :60]], compression)
    refused(path, r"2 images of shapes \(6, 64, 72\), \(6, 60, 72\)")


def announce(path, data, old, new):
    """Alter numbers in a header."""
    path.write_bytes(data)
    for text in old:
        assert text.format(12).encode() in data
        data = data.replace(text.format(12).encode(), text.format(new).encode())
    path.write_bytes(data)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("announced", [11, 16])
@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("ome", ('SizeZ="{}"', 'PlaneCount="{}"')),
        ("imagej", ("images={}", "slices={}")),
        (None, ('"shape": [{},',)),
    ],
)
def test_another_number_of_slices_than_announced_is_refused(
    tmp_path, compression, announced, kind, texts
):
    path = tmp_path / "stack.tif"
    options = {kind: True} if kind else {}
    tifffile.imwrite(path, IMAGE, compression=compression, metadata={"axes": "ZYX"}, **options)
    announce(path, path.read_bytes(), texts, announced)
    refused(path, f"{announced} slices .*announced.*, 12 found")


def test_a_stack_in_one_piece_behind_one_page_is_read(tmp_path):
    path = tmp_path / "one_page.tif"
    tifffile.imwrite(path, IMAGE, imagej=True, metadata={"axes": "ZYX"})
    # ImageJ writes no other page for stacks of more than 4 GB.
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        link = page.offset + 2 + 12 * len(page.tags)
        assert page.dataoffsets[0] > link
    data = bytearray(path.read_bytes())
    data[link : link + 4] = bytes(4)
    path.write_bytes(data)
    with tifffile.TiffFile(path) as tiff:
        assert len(tiff.pages) == 1
    assert np.array_equal(read_volume(path), IMAGE)
    assert np.array_equal(open_volume(path), IMAGE)
    path.write_bytes(data[: len(data) * 2 // 3])
    refused(path, "12 slices announced by ImageJ's header, 1 found")


def test_an_ome_whose_other_files_are_missing_is_refused(tmp_path):
    for name, part in (("a", IMAGE[:6]), ("b", IMAGE[6:])):
        tifffile.imwrite(tmp_path / f"{name}.ome.tif", part, ome=True, metadata={"axes": "ZYX"})
    with tifffile.TiffFile(tmp_path / "a.ome.tif") as tiff:
        text = tiff.ome_metadata
    both = text.replace('SizeZ="6"', 'SizeZ="12"').replace(
        "</Pixels>",
        '<TiffData IFD="0" FirstZ="6" PlaneCount="6"><UUID FileName="b.ome.tif">'
        "urn:uuid:1</UUID></TiffData></Pixels>",
    )
    path = tmp_path / "c.ome.tif"
    tifffile.imwrite(path, IMAGE[:6], description=both.encode(), metadata=None)
    (tmp_path / "b.ome.tif").unlink()
    refused(path, "12 slices announced by the OME header, 6 found")


def test_series_of_one_shape_and_type_are_joined(tmp_path):
    path = tmp_path / "two.tif"
    tifffile.imwrite(path, IMAGE[:6])
    tifffile.imwrite(path, IMAGE[6:], append=True)
    assert np.array_equal(read_volume(path), IMAGE)
    assert volume_facts(path).shape == (12, 64, 72)
    # Between the two lie directories of pages.
    with pytest.raises(FileError, match="do not follow each other without gaps"):
        open_volume(path)
    tifffile.imwrite(path, IMAGE[:, :60], append=True)
    refused(path, r"holds 2 images of shapes \(12, 64, 72\), \(12, 60, 72\)")


def test_slices_appended_one_by_one_are_a_stack(tmp_path):
    path = tmp_path / "appended.tif"
    for image in IMAGE:
        tifffile.imwrite(path, image, append=True)
    assert np.array_equal(read_volume(path), IMAGE)
    # Pages of another program behind those of tifffile.
    tifffile.imwrite(path, IMAGE[0], append=True, metadata=None)
    assert np.array_equal(read_volume(path), IMAGE[[*range(12), 0]])


def test_images_of_an_ome_file_are_not_joined(tmp_path):
    path = tmp_path / "two.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as writer:
        for part in (IMAGE[:6], IMAGE[6:]):
            writer.write(part, metadata={"axes": "ZYX"}, photometric="minisblack")
    refused(path, r"the OME file holds 2 images of shapes \(6, 64, 72\), \(6, 64, 72\)")


def test_a_thumbnail_is_passed_over_if_it_says_so_and_named_if_not(tmp_path):
    path = tmp_path / "thumbnail.tif"
    for output in (1, 0):
        with tifffile.TiffWriter(path) as writer:
            writer.write(IMAGE[0, ::4, ::4], subfiletype=output)
            writer.write(IMAGE)
        if output:
            assert np.array_equal(read_volume(path), IMAGE)
    refused(path, r"2 images of shapes \(16, 18\), \(12, 64, 72\)")
    # Whoever calls all slices but the first reduced is not believed.
    with tifffile.TiffWriter(path) as writer:
        for k, image in enumerate(IMAGE):
            writer.write(image, subfiletype=min(k, 1), metadata=None, contiguous=False)
    assert np.array_equal(read_volume(path), IMAGE)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_grey_values_whose_zero_is_white_are_inverted_and_labels_are_not(
    tmp_path, dtype, compression
):
    path, shown = tmp_path / "white.tif", IMAGE.astype(dtype) * (np.iinfo(dtype).max // 255)
    stored = np.iinfo(dtype).max - shown
    tifffile.imwrite(path, stored, photometric="miniswhite", compression=compression)
    found = read_volume(path)
    assert np.array_equal(found, shown)
    assert found.dtype == dtype
    assert np.array_equal(read_volume(path, labels=True), stored)
    if compression is None:
        assert np.array_equal(open_volume(path, labels=True), stored)
        with pytest.raises(FileError, match="zero is white"):
            open_volume(path)
    else:
        with pytest.raises(FileError, match=r"compressed by ADOBE_DEFLATE.*save it uncompressed"):
            open_volume(path, labels=True)


def test_white_zero_without_a_rule_or_on_one_page_only_is_refused(tmp_path):
    path = tmp_path / "white.tif"
    tifffile.imwrite(path, IMAGE.astype(np.float32), photometric="miniswhite")
    refused(path, r"zero is white .* 32 bits \(float32\)")
    with tifffile.TiffWriter(path) as writer:
        for k, image in enumerate(IMAGE):
            shown = "miniswhite" if k == 5 else "minisblack"
            writer.write(image, photometric=shown, metadata=None, contiguous=False)
    refused(path, "zero is white on page 5 .* black on page 0")


@pytest.mark.parametrize(
    "shape",
    [(1, 12, 64, 72), (12, 1, 64, 72), (12, 64, 72, 1), (1, 1, 12, 64, 72), (1, 12, 1, 64, 72)],
)
def test_axes_of_length_one_are_left_out(tmp_path, shape):
    tifffile.imwrite(tmp_path / "a.tif", IMAGE.reshape(shape))
    assert np.array_equal(read_volume(tmp_path / "a.tif"), IMAGE)
    assert np.array_equal(open_volume(tmp_path / "a.tif"), IMAGE)


@pytest.mark.parametrize("kind", [{"imagej": True}, {"ome": True}])
def test_a_stack_that_calls_its_slices_times_is_a_stack_unless_there_is_a_clock(tmp_path, kind):
    path = tmp_path / "times.tif"
    tifffile.imwrite(path, IMAGE, metadata={"axes": "TYX"}, **kind)
    assert np.array_equal(read_volume(path), IMAGE)
    clock = {"finterval": 0.5} if "imagej" in kind else {"TimeIncrement": 0.5}
    tifffile.imwrite(path, IMAGE, metadata={"axes": "TYX", **clock}, **kind)
    refused(path, "a series of 12 times")


@pytest.mark.parametrize("kind", [{"imagej": True}, {"ome": True}])
def test_slices_that_became_channels_as_nobody_named_the_axes_are_slices(tmp_path, kind):
    path = tmp_path / "unnamed.tif"
    tifffile.imwrite(path, IMAGE, photometric="minisblack", **kind)
    assert np.array_equal(read_volume(path), IMAGE)
    tifffile.imwrite(path, IMAGE[:5], photometric="minisblack", **kind)
    refused(path, "5 channels")
    tifffile.imwrite(path, IMAGE, metadata={"axes": "CYX"})
    refused(path, "12 channels")
    tifffile.imwrite(path, IMAGE, metadata={"axes": "YXZ"})
    refused(path, "axes YXZ")


@pytest.mark.parametrize(
    ("axis", "options"),
    [
        (1, {"imagej": True, "metadata": {"axes": "ZCYX"}}),
        (1, {"ome": True, "metadata": {"axes": "ZCYX"}}),
        (1, {}),
        (0, {}),
        (3, {}),
    ],
)
def test_two_channels_are_told_as_such(tmp_path, axis, options):
    path = tmp_path / "channels.tif"
    tifffile.imwrite(path, np.stack([IMAGE, IMAGE], axis), photometric="minisblack", **options)
    assert "one file" not in refused(path, "2 channels")


def test_samples_and_colours_are_told_as_such(tmp_path):
    path = tmp_path / "colour.tif"
    colour = np.stack([IMAGE] * 3, -1)
    colour[0, 7, 9] = 1, 2, 3
    tifffile.imwrite(path, colour, photometric="rgb")
    for read in (read_volume, volume_facts):
        with pytest.raises(FileError, match=r"page 0 .* \[1, 2, 3\] in row 7, column 9; export"):
            read(path)
    # A mask of white and black is one, in colour too.
    tifffile.imwrite(path, np.stack([LABELS] * 3, -1), photometric="rgb")
    assert np.array_equal(read_volume(path, labels=True), LABELS)
    with tifffile.TiffWriter(path) as writer:
        for image in IMAGE:
            writer.write(np.stack([image] * 2), photometric="minisblack", planarconfig="separate")
    refused(path, "2 channels in a pixel")
    tifffile.imwrite(path, IMAGE, photometric="palette", colormap=PALETTE)
    refused(path, "PALETTE")


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("opacity", [False, True])
@pytest.mark.parametrize("way", ["shaped", "pages", "planar", "imagej", "ome"])
def test_colours_that_are_grey_are_grey(tmp_path, compression, opacity, way):
    path = tmp_path / "grey.tif"
    colour = np.stack([IMAGE] * 3 + [255 - IMAGE] * opacity, -1)
    options = {"photometric": "rgb", "compression": compression}
    if opacity:
        options["extrasamples"] = ["unassalpha"]
    if way == "pages":
        with tifffile.TiffWriter(path) as writer:
            for image in colour:
                writer.write(image, metadata=None, contiguous=False, **options)
    elif way == "planar":
        planes = np.moveaxis(colour, -1, 1)
        tifffile.imwrite(path, planes, planarconfig="separate", metadata=None, **options)
    elif way == "shaped":
        tifffile.imwrite(path, colour, **options)
    else:
        metadata = {"axes": "ZYXS"}
        tifffile.imwrite(path, colour, metadata=metadata, **{way: True}, **options)
    assert np.array_equal(read_volume(path), IMAGE)
    facts = volume_facts(path)
    assert facts.shape == IMAGE.shape and facts.assumed[0].startswith("its colours are grey")
    assert ("opacity ignored" in facts.assumed[0]) == opacity
    part = read_part(path, (2, 3, 4), (5, 60, 70))
    assert np.array_equal(part, IMAGE[2:5, 3:60, 4:70])
    with pytest.raises(FileError, match="cannot be mapped"):
        open_volume(path)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_labels_may_be_indices_of_a_palette_or_single_bits(tmp_path, compression):
    path = tmp_path / "labels.tif"
    tifffile.imwrite(path, LABELS, photometric="palette", colormap=PALETTE, compression=compression)
    assert np.array_equal(read_volume(path, labels=True), LABELS)
    for photometric in ("minisblack", "miniswhite"):
        tifffile.imwrite(path, LABELS > 0, photometric=photometric, compression=compression)
        found = read_volume(path, labels=True)
        assert found.dtype == np.uint8
        assert np.array_equal(found, LABELS > 0)
        assert volume_facts(path, labels=True).dtype == np.uint8
        shown = np.where(LABELS > 0, 255, 0).astype(np.uint8)
        shown = shown if photometric == "minisblack" else 255 - shown
        assert np.array_equal(read_volume(path), shown)
        assert np.array_equal(read_part(path, (1, 0, 5), (3, 9, 70)), shown[1:3, :9, 5:70])
        assert "1-bit values" in volume_facts(path).assumed[0]


@pytest.mark.parametrize("unit", [256, 257])
def test_a_grey_palette_is_grey_and_an_inverted_one_is_inverted(tmp_path, unit):
    path, grey = tmp_path / "a.tif", np.array([np.arange(256) * unit] * 3, np.uint16)
    tifffile.imwrite(path, IMAGE, photometric="palette", colormap=grey)
    assert np.array_equal(read_volume(path), IMAGE)
    assert volume_facts(path).assumed == ()
    tifffile.imwrite(path, 255 - IMAGE, photometric="palette", colormap=grey[:, ::-1])
    assert np.array_equal(read_volume(path), IMAGE)
    assert np.array_equal(read_volume(path, labels=True), 255 - IMAGE)
    assert "table of colours is inverted" in volume_facts(path).assumed[0]
    tifffile.imwrite(path, 255 - IMAGE, photometric="miniswhite")
    assert "its zero is white" in volume_facts(path).assumed[0]


def test_a_small_picture_behind_a_stack_is_left_out(tmp_path):
    path = tmp_path / "preview.tif"
    for small in (IMAGE[0, ::4, ::4], np.zeros((8, 9, 3), np.uint8)):
        with tifffile.TiffWriter(path) as writer:
            for image in IMAGE:
                writer.write(image, metadata=None, contiguous=False)
            kind = "rgb" if small.ndim == 3 else "minisblack"
            writer.write(small, metadata=None, contiguous=False, photometric=kind)
        assert np.array_equal(read_volume(path), IMAGE)
        (told,) = volume_facts(path).assumed
        assert told.startswith("the last page is a smaller picture")
    # One row less is a damaged slice, not a preview.
    with tifffile.TiffWriter(path) as writer:
        for image in [*IMAGE, IMAGE[0, 1:]]:
            writer.write(image, metadata=None, contiguous=False)
    refused(path, "page 12")


@pytest.mark.parametrize("options", [{}, {"compression": "zstd"}, {"tile": (16, 16)}])
@pytest.mark.parametrize("kind", ["minisblack", "miniswhite"])
def test_a_part_is_that_part(tmp_path, options, kind):
    path, volume = tmp_path / "a.tif", IMAGE.astype(np.uint16)
    tifffile.imwrite(path, volume, photometric=kind, bigtiff=True, byteorder=">", **options)
    shown = volume if kind == "minisblack" else 65535 - volume
    part = read_part(path, (2, 3, 4), (5, 60, 70))
    assert part.dtype == np.uint16 and np.array_equal(part, shown[2:5, 3:60, 4:70])
    with pytest.raises(FileError, match=r"a\.tif: the part .* does not lie within"):
        read_part(path, (2, 3, 4), (5, 60, 73))


def test_pages_packed_in_different_ways_are_read_each_in_its_own(tmp_path):
    path = tmp_path / "mixed.tif"
    with tifffile.TiffWriter(path, byteorder=">") as writer:
        for k, image in enumerate(IMAGE.astype(np.uint16)):
            way = ({}, {"compression": "lzw", "predictor": True}, {"tile": (16, 16)})[k % 3]
            writer.write(image, metadata=None, contiguous=False, photometric="minisblack", **way)
    found = read_volume(path)
    assert np.array_equal(found, IMAGE)
    assert found.dtype == np.uint16
    with pytest.raises(FileError, match=r"mixed\.tif: this TIFF cannot be mapped"):
        open_volume(path)


def test_one_page_is_a_volume_only_where_that_is_meant(tmp_path):
    path = tmp_path / "one.tif"
    tifffile.imwrite(path, IMAGE[:1])
    assert np.array_equal(read_volume(path, single_slice=True), IMAGE[:1])
    assert np.array_equal(read_result(path), IMAGE[:1])
    refused(path, r"one image of shape \(64, 72\)")


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_page_that_cannot_be_in_the_file_is_refused_from_its_header(tmp_path, compression):
    path = tmp_path / "huge.tif"
    write_pages(path, IMAGE, compression)
    with tifffile.TiffFile(path, mode="r+") as tiff:
        for page in tiff.pages:
            for name in ("ImageWidth", "ImageLength", "RowsPerStrip"):
                page.tags[name].overwrite(60_000, dtype=4)
    refused(path, "announce")


def test_pages_of_several_slices_are_read_one_below_the_other(tmp_path):
    volume = np.random.default_rng(3).integers(0, 2**16, (32, 16, 16)).astype(np.uint16)
    with tifffile.TiffWriter(tmp_path / "deep.tif") as writer:
        for half in (volume[:16], volume[16:]):
            writer.write(half, tile=(16, 16, 16), metadata=None, volumetric=True)
    assert np.array_equal(read_volume(tmp_path / "deep.tif"), volume)


def test_a_second_page_with_the_voxels_of_the_first_is_refused(tmp_path):
    path = tmp_path / "twice.tif"
    tifffile.imwrite(path, IMAGE[0], metadata=None)
    with tifffile.TiffFile(path) as tiff:
        first = tiff.pages[0].offset
        end = first + 2 + 12 * len(tiff.pages[0].tags)
    data = bytearray(path.read_bytes())
    # the list of pages ends with a copy of its only entry
    data[end : end + 4] = len(data).to_bytes(4, "little")
    path.write_bytes(data + data[first:end] + bytes(4))
    refused(path, "the pages announce 9216 bytes in the file, which has")


def test_pages_in_a_circle_are_refused(tmp_path):
    path = tmp_path / "circle.tif"
    write_pages(path, IMAGE)
    with tifffile.TiffFile(path) as tiff:
        last = tiff.pages[11]
        link = last.offset + 2 + 12 * len(last.tags)
        first = tiff.pages[3].offset
    data = bytearray(path.read_bytes())
    data[link : link + 4] = first.to_bytes(4, "little")
    path.write_bytes(data)
    refused(path, "in a circle")


def test_missing_strips_are_no_black_ones(tmp_path):
    path = tmp_path / "sparse.tif"
    write_pages(path, IMAGE, "zlib", rowsperstrip=16)
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tag = tiff.pages[4].tags["StripByteCounts"]
        tag.overwrite((0, *tag.value[1:]))
    refused(path, "a part of page 4 is announced")


def test_what_tifffile_only_mutters_of_a_page_stops_and_of_other_tags_does_not(tmp_path):
    path = tmp_path / "tags.tif"
    tifffile.imwrite(path, IMAGE, compression="lzw", predictor=True)
    data = path.read_bytes()
    with tifffile.TiffFile(path) as tiff:
        places = {tag.name: tag.offset for tag in tiff.pages[0].tags}
    for name, stops in (("Predictor", True), ("Software", False)):
        # An unknown type of its value.
        broken = bytearray(data)
        broken[places[name] + 2] = 77
        path.write_bytes(broken)
        if stops:
            for read in (read_volume, volume_facts):
                with pytest.raises(FileError, match="TiffTag 317"):
                    read(path)
        else:
            assert np.array_equal(read_volume(path), IMAGE)


@pytest.mark.parametrize(
    ("start", "name", "words"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(9), "a.tif", r"an HDF5 file.*ending in \.h5"),
        (b"# AmiraMesh BINARY 2.1\n", "a.tif", r"an AmiraMesh file.*ending in \.am"),
        (b"\x93NUMPY\x01\0", "a.tif", r"a NumPy array.*ending in \.npy"),
        (b"NRRD0004\n", "a.tif", r"an NRRD file.*ending in \.nrrd"),
        (b"ObjectType = Image\nNDims = 3\n", "a.tif", r"a MetaImage file.*ending in \.mha"),
        (bytes(344) + b"n+1\0", "a.tif", r"a NIfTI file.*ending in \.nii"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.tif", r"a Zeiss file.*ending in \.txm"),
        (b"\x89PNG\r\n\x1a\n", "a.tif", "a PNG image.*name the folder"),
        (b"\xff\xd8\xff\xe0", "a.jpg", "a JPEG image"),
        (b"\x80\x81\x7f\x90" * 20, "a.raw", r"raw voxels without a header.*raw: \{shape"),
        (b"\x80\x81\x7f\x90" * 20, "a.dat", r"raw voxels without a header.*raw: \{shape"),
        (b"ZISRAWFILE" + bytes(9), "a.czi", "a Zeiss file .*czi.*TIFF stack"),
        (b"\0\0\0\3\0\0\x12\xf0", "a.dm3", "a DigitalMicrograph file.*TIFF stack"),
        (b"", "a.tif", "an empty file.*again"),
        (b"some notes\n", "a.tif", "a text file"),
        (b"<!DOCTYPE html>", "a.tif", "a web page.*download the file itself"),
    ],
)
def test_another_format_is_called_what_it_is(tmp_path, start, name, words):
    path = tmp_path / name
    path.write_bytes(start)
    assert "truncated" not in refused(path, words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("s1.jpg", "a folder with 2 JPEG files.*JPEG alters grey values"),
        ("s1.JPEG", "a folder with 2 JPEG files"),
        ("s1.dcm", "a folder with 2 DICOM files.*as TIFF or PNG"),
        ("s1.raw", "a folder with 2 raw files.*one file of raw voxels"),
    ],
)
def test_slices_in_a_format_that_is_not_read_are_told(tmp_path, name, words):
    folder = tmp_path / "scan"
    folder.mkdir()
    for file in (name, name.replace("1", "2"), "notes.txt"):
        (folder / file).write_bytes(b"\xff\xd8\xff\xe0")
    for read in (read_volume, volume_facts):
        with pytest.raises(FileError, match=words):
            read(folder)


def test_a_folder_without_slices_is_called_what_it_is(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.txt").write_text("scanned on Monday")
    for read in (read_volume, volume_facts):
        with pytest.raises(FileError, match=r"notes: this is a folder with 1 entries"):
            read(folder)


def test_a_damaged_result_of_ours_is_to_be_made_again(tmp_path):
    path = tmp_path / "B.tif"
    tifffile.imwrite(path, IMAGE, compression="zlib")
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(FileError, match=r"B\.tif: .*remove it and run again") as error:
        read_result(path)
    assert "download" not in str(error.value)
    with pytest.raises(FileError, match="copy or download it again"):
        read_volume(path)
    path.write_bytes(b"")
    with pytest.raises(FileError, match=r"an empty file, .*remove it and run again"):
        read_result(path)


@pytest.mark.parametrize(
    ("resolution", "metadata", "sizes"),
    [
        ((2, 2), {"spacing": 1.5, "unit": "um"}, (1500, 500, 500)),
        ((2, 2.5), {"spacing": 0.5, "unit": "micron"}, (500, 400, 500)),
        ((0.02, 0.02), {"spacing": 50, "unit": "nm"}, (50, 50, 50)),
        ((2000, 2000), {"spacing": 0.0005, "unit": "mm"}, (500, 500, 500)),
        ((2, 2), {"unit": "\\u00B5m"}, (None, 500, 500)),
        ((2, 2), {"spacing": 1.5}, (None, None, None)),
        ((1, 1), {"spacing": 1.0, "unit": "pixel"}, (None, None, None)),
        ((72, 72), {"spacing": 1.0, "unit": "inch"}, (None, None, None)),
    ],
)
def test_voxel_sizes_of_imagej(tmp_path, resolution, metadata, sizes):
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path, IMAGE, imagej=True, resolution=resolution, metadata={"axes": "ZYX", **metadata}
    )
    found = volume_facts(path)
    assert found == VolumeFacts((12, 64, 72), np.dtype(np.uint8), found.voxel_size_nm)
    assert found.voxel_size_nm == tuple(size and pytest.approx(size, rel=1e-6) for size in sizes)


@pytest.mark.parametrize(
    ("metadata", "sizes"),
    [
        ({"PhysicalSizeZ": 1.5, "PhysicalSizeY": 0.5, "PhysicalSizeX": 0.5}, (1500, 500, 500)),
        ({"PhysicalSizeX": 55, "PhysicalSizeXUnit": "nm"}, (None, None, 55)),
        ({}, (None, None, None)),
    ],
)
def test_voxel_sizes_of_ome(tmp_path, metadata, sizes):
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(path, IMAGE, ome=True, metadata={"axes": "ZYX", **metadata})
    found = volume_facts(path).voxel_size_nm
    assert found == tuple(size and pytest.approx(size, rel=1e-6) for size in sizes)


@pytest.mark.parametrize(
    ("unit", "per", "size"),
    [(2, 72, None), (2, 300, None), (2, 50_800, 500), (3, 1, None), (3, 20_000, 500), (1, 2, None)],
)
def test_resolutions_of_printers_are_no_voxel_sizes(tmp_path, unit, per, size):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, IMAGE, resolution=(per, per), resolutionunit=unit)
    size = size and pytest.approx(size, rel=1e-6)
    assert volume_facts(path).voxel_size_nm == (None, size, size)
