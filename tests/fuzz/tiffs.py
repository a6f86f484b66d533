"""TIFF stacks: written in many ways, with faults, and mutated."""

import numpy as np
import tifffile
from cases import Case
from mutating import directory_entries, mutate, mutate_tiff
from PIL import Image

from manyeyes.files.errors import FileError
from manyeyes.files.mapped import open_volume
from manyeyes.files.volumes import read_volume, volume_facts

GREY = ("u1", "u1", "u1", "u2", "u2", "i2", "f4", "u4", "i1", "f8")
LABELS = ("u1", "u1", "u2")
CODECS = (None, None, "zlib", "lzw", "packbits", "zstd", "lzma")
OTHER_FORMATS = (
    b"",
    b"\x89HDF\r\n\x1a\n" + bytes(64),
    b"# AmiraMesh BINARY-LITTLE-ENDIAN 2.1\n",
    b"\x93NUMPY\x01\0v\0{'descr': '|u1'}",
    b"NRRD0004\n",
    b"ObjectType = Image\nNDims = 3\n",
    b"\x89PNG\r\n\x1a\n" + bytes(32),
    b"\xff\xd8\xff\xe0" + bytes(32),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    b"no image at all\n",
    b"<!DOCTYPE html><html></html>",
    bytes(500),
)


def values(rng, dtype, shape=None) -> np.ndarray:
    """Return a small random volume."""
    shape = shape or (rng.randrange(2, 7), rng.randrange(2, 24), rng.randrange(2, 24))
    generator = np.random.default_rng(rng.randrange(2**32))
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return generator.normal(0, 100, shape).astype(dtype)
    info = np.iinfo(dtype)
    low, high = max(info.min, -(2**15)), min(info.max, 2**16)
    high = rng.choice((high, min(high, 4)))
    return generator.integers(max(low, -high), high, shape, endpoint=True).astype(dtype)


def _options(rng, volume, codec) -> dict:
    options = {"byteorder": rng.choice("<>"), "compression": codec, "bigtiff": rng.random() < 0.2}
    if codec in ("zlib", "lzw", "zstd") and volume.dtype.kind in "ui" and rng.random() < 0.4:
        options["predictor"] = True
    if rng.random() < 0.2:
        options["tile"] = (16, rng.choice((16, 32)))
    elif rng.random() < 0.4:
        options["rowsperstrip"] = rng.randrange(1, volume.shape[1] + 1)
    return options


def _fit_for_imagej(volume) -> bool:
    # With one column, tifffile writes a header that contradicts its pages.
    return volume.dtype.str[1:] in ("u1", "u2", "f4") and volume.shape[2] > 1


def write_sound(rng, path, volume, codec=None, ways=None) -> str:
    """Write a volume in one of the ways in which people do, and say in which."""
    options = _options(rng, volume, codec)
    way = rng.choice(ways or WAYS)
    if way == "imagej" and not _fit_for_imagej(volume):
        way = "shaped"
    if way == "shaped":
        tifffile.imwrite(path, volume, photometric="minisblack", **options)
    elif way == "plain":
        tifffile.imwrite(path, volume, metadata=None, photometric="minisblack", **options)
    elif way == "imagej":
        axes = rng.choice(("ZYX", "TYX"))
        options = {k: options[k] for k in ("byteorder", "compression")}
        metadata = {"axes": axes, "spacing": 0.5, "unit": "um"}
        tifffile.imwrite(path, volume, imagej=True, resolution=(2, 2), metadata=metadata, **options)
    elif way == "ome":
        metadata = {"axes": rng.choice(("ZYX", "TYX"))}
        del options["byteorder"]
        grey = {"ome": True, "photometric": "minisblack"}
        tifffile.imwrite(path, volume, metadata=metadata, **grey, **options)
    elif way == "ones":
        shape = list(volume.shape)
        for _ in range(rng.randrange(1, 3)):
            shape.insert(rng.choice((0, 0, 1, len(shape))), 1)
        options.pop("tile", None), options.pop("rowsperstrip", None)
        tifffile.imwrite(path, volume.reshape(shape), photometric="minisblack", **options)
    elif way == "appended":
        cut = rng.randrange(1, len(volume))
        del options["bigtiff"]
        tifffile.imwrite(path, volume[:cut], photometric="minisblack", **options)
        del options["byteorder"]
        tifffile.imwrite(path, volume[cut:], append=True, photometric="minisblack", **options)
    else:
        head = {k: options.pop(k) for k in ("byteorder", "bigtiff")}
        with tifffile.TiffWriter(path, **head) as writer:
            if way == "thumbnail":
                small = volume[0, ::2, ::2]
                writer.write(small, subfiletype=1, photometric="minisblack")
            for image in volume:
                # Pages of one stack may be packed in different ways.
                options = _options(rng, volume, rng.choice((codec, None)))
                options = {k: v for k, v in options.items() if k not in head}
                output = {} if way == "pages" and rng.random() < 0.3 else {"metadata": None}
                writer.write(image, contiguous=False, photometric="minisblack", **output, **options)
    return way


WAYS = ("shaped", "plain", "imagej", "ome", "ones", "appended", "pages", "thumbnail")


def _odd_page(rng, path, volume):
    pages = list(volume)
    k = rng.randrange(len(pages))
    image = pages[k]
    if rng.random() < 0.5 and image.shape[0] > 1:
        pages[k] = image[:-1]
    else:
        pages[k] = image.astype("u2" if image.dtype.itemsize == 1 else "u1")
    codec = rng.choice((None, "zlib"))
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(
                page, contiguous=False, metadata=None, compression=codec, photometric="minisblack"
            )


def _other_half(rng, path, volume):
    cut = rng.randrange(1, len(volume))
    tifffile.imwrite(path, volume[:cut], photometric="minisblack")
    wide = np.pad(volume[cut:], ((0, 0), (0, 1), (0, 0)))
    tifffile.imwrite(path, wide, append=True, photometric="minisblack")


def _announced(rng, path, volume, way, old, new):
    if way == "imagej" and not _fit_for_imagej(volume):
        volume = np.pad(volume.astype("u1"), ((0, 0), (0, 0), (0, 1)))
    # Compressed, as what ImageJ writes in one piece may count bytes that are no page.
    options = {"ome": True} if way == "ome" else {"imagej": True} if way == "imagej" else {}
    tifffile.imwrite(
        path,
        volume,
        metadata={"axes": "ZYX"},
        compression="zlib",
        photometric="minisblack",
        **options,
    )
    data = path.read_bytes()
    number = max(2, len(volume) - 1) if rng.random() < 0.3 else len(volume)
    number += number == len(volume)
    for text in old:
        before = text.format(len(volume)).encode()
        assert before in data, (way, before)
        data = data.replace(before, text.format(number).encode())
    path.write_bytes(data)


def _ome(rng, path, volume):
    _announced(rng, path, volume, "ome", ('SizeZ="{}"', 'PlaneCount="{}"'), None)


def _imagej(rng, path, volume):
    _announced(rng, path, volume, "imagej", ("images={}", "slices={}"), None)


def _shaped(rng, path, volume):
    _announced(rng, path, volume, "shaped", ('"shape": [{},',), None)


def _cut(rng, path, volume):
    write_sound(rng, path, volume, rng.choice(CODECS), ("shaped", "plain", "pages", "ome"))
    data = path.read_bytes()
    path.write_bytes(data[: rng.randrange(len(data) * 9 // 10)])


def _channels(rng, path, volume):
    both = np.stack([volume, volume], rng.choice((1, 4 - 1)))
    kind = rng.choice(({}, {"imagej": True}, {"ome": True}))
    if kind and both.dtype.str[1:] not in ("u1", "u2", "f4"):
        kind = {}
    axes = {"axes": "ZCYX"} if kind else {}
    if kind:
        both = np.stack([volume, volume], 1)
    tifffile.imwrite(path, both, metadata=axes, photometric="minisblack", **kind)


def _colour(rng, path, volume):
    colour = np.stack([volume.astype("u1")] * 3, -1)
    # On the first page, which is looked at before a run.
    colour[0, 0, 0] = 1, 2, 3
    tifffile.imwrite(path, colour, photometric="rgb")


def _one_page(rng, path, volume):
    tifffile.imwrite(path, volume[0], photometric="minisblack")


def _other_format(rng, path, volume):
    path.write_bytes(rng.choice(OTHER_FORMATS))


def _huge(rng, path, volume):
    """Announce a gigantic page."""
    tifffile.imwrite(
        path,
        volume,
        metadata=None,
        compression=rng.choice((None, "zlib")),
        photometric="minisblack",
    )
    with tifffile.TiffFile(path, mode="r+") as tiff:
        for page in tiff.pages:
            for name in ("ImageWidth", "ImageLength", "RowsPerStrip"):
                page.tags[name].overwrite(rng.choice((60_000, 65_535, 2**31 - 1)), dtype=4)


def _two_images(rng, path, volume):
    """Write two images of an OME file, which are no two halves."""
    with tifffile.TiffWriter(path, ome=True) as writer:
        for _ in range(2):
            writer.write(volume, metadata={"axes": "ZYX"}, photometric="minisblack")


def _circle(rng, path, volume):
    """Let the list of pages run in a circle."""
    tifffile.imwrite(path, volume, metadata=None, photometric="minisblack")
    data = bytearray(path.read_bytes())
    links = [place for place, is_link in directory_entries(bytes(data)) if is_link]
    first = int.from_bytes(data[4:8], "little")
    data[links[-1] : links[-1] + 4] = first.to_bytes(4, "little")
    path.write_bytes(data)


def _sparse(rng, path, volume):
    """Leave out a part of a page."""
    tifffile.imwrite(
        path, volume, metadata=None, photometric="minisblack", compression="zlib", rowsperstrip=1
    )
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tag = rng.choice(list(tiff.pages)).tags["StripByteCounts"]
        tag.overwrite((*tag.value[:-1], 0))


FAULTS = (
    _two_images,
    _circle,
    _sparse,
    _odd_page,
    _odd_page,
    _other_half,
    _ome,
    _imagej,
    _shaped,
    _cut,
    _channels,
    _colour,
    _one_page,
    _other_format,
    _huge,
)


def _no_grey(rng, path, volume):
    kind = rng.choice(("palette", "white"))
    if kind == "palette":
        table = np.random.default_rng(rng.randrange(99)).integers(0, 65536, (3, 256), np.uint16)
        tifffile.imwrite(path, volume.astype("u1"), photometric="palette", colormap=table)
    else:
        signed = volume.astype(rng.choice(("i2", "f4")))
        tifffile.imwrite(path, signed, photometric="miniswhite")


def _make(rng, folder, dtypes, extra_sound, extra_faults) -> Case:
    path = folder / "stack.tif"
    volume = values(rng, rng.choice(dtypes))
    choice = rng.random()
    if choice < 0.25:
        if rng.random() < 0.25:
            what, expected = rng.choice(extra_sound)(rng, path, volume)
            return Case(path, what, expected)
        way = write_sound(rng, path, volume, rng.choice(CODECS))
        return Case(path, way, volume)
    if choice < 0.4:
        fault = rng.choice(FAULTS + extra_faults)
        fault(rng, path, volume)
        return Case(path, fault.__name__, faulty=True)
    way = write_sound(rng, path, volume, rng.choice(CODECS))
    path.write_bytes(mutate_tiff(rng, path.read_bytes()))
    return Case(path, f"mutated {way}")


def _white(rng, path, volume):
    volume = volume if volume.dtype.str[1:] in ("u1", "u2") else volume.astype("u1")
    codec = rng.choice(CODECS)
    tifffile.imwrite(path, volume, photometric="miniswhite", compression=codec)
    return "miniswhite", np.iinfo(volume.dtype).max - volume


def _pillow(rng, path, volume):
    """Write a stack by another program than the one that reads it."""
    volume = volume.astype("u1")
    codec = rng.choice(("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"))
    first, *others = (Image.fromarray(image) for image in volume)
    first.save(path, save_all=True, append_images=others, compression=codec)
    return f"pillow {codec}", volume


def _white_labels(rng, path, volume):
    tifffile.imwrite(path, volume, photometric="miniswhite", compression=rng.choice(CODECS))
    return "miniswhite labels", volume


def _palette(rng, path, volume):
    table = np.random.default_rng(rng.randrange(99)).integers(0, 65536, (3, 256), np.uint16)
    volume = volume.astype("u1")
    tifffile.imwrite(path, volume, photometric="palette", colormap=table)
    return "palette labels", volume


def _bits(rng, path, volume):
    bits = volume > volume.mean()
    photometric = rng.choice(("minisblack", "miniswhite"))
    tifffile.imwrite(path, bits, photometric=photometric, compression=rng.choice((None, "zlib")))
    return "1-bit labels", bits.astype("u1")


def _grey_colour(rng, path, volume):
    volume = volume.astype("u1")
    channels = rng.choice((3, 4))
    colour = np.stack([volume] * 3 + [255 - volume] * (channels - 3), -1)
    options = {"photometric": "rgb", "compression": rng.choice(CODECS)}
    if channels == 4:
        options["extrasamples"] = ["unassalpha"]
    tifffile.imwrite(path, colour, **options)
    return "grey as colour", volume


def _grey_bits(rng, path, volume):
    bits = volume > volume.mean()
    white = rng.random() < 0.5
    photometric = "miniswhite" if white else "minisblack"
    tifffile.imwrite(path, bits, photometric=photometric, compression=rng.choice((None, "zlib")))
    return "1-bit greys", np.where(bits ^ white, 255, 0).astype("u1")


def _preview(rng, path, volume):
    volume = np.pad(volume, ((0, 0), (0, 9), (0, 9)))
    with tifffile.TiffWriter(path) as writer:
        for image in (*volume, volume[0, ::3, ::3]):
            writer.write(image, metadata=None, contiguous=False, photometric="minisblack")
    return "a small picture behind", volume


def make_tomogram(rng, folder) -> Case:
    """Make a tomogram."""
    sound = (_white, _pillow, _grey_colour, _grey_bits, _preview)
    return _make(rng, folder, GREY, sound, (_no_grey,))


def make_labels(rng, folder) -> Case:
    """Make a label volume."""
    sound = (_white_labels, _palette, _bits, _pillow, _grey_colour)
    return _make(rng, folder, LABELS, sound, ())


def _read(path, labels):
    try:
        facts, refused = volume_facts(path, labels), None
    except FileError as error:
        facts, refused = None, error
    volume = read_volume(path, labels)
    # Both report the problems of the header, and what the header says is true.
    assert refused is None, f"read, but its header was refused: {refused}"
    assert facts.shape == volume.shape and facts.dtype == volume.dtype, facts
    assert volume.ndim == 3 and 0 not in volume.shape and volume.dtype.isnative
    assert all(size is None or 0 < size < 1e9 for size in facts.voxel_size_nm)
    return volume


def read_tomogram(path):
    """Read grey values, and hold them against the header."""
    return _read(path, labels=False)


def read_labels(path):
    """Read labels, and hold them against the header."""
    return _read(path, labels=True)


def make_mapped(rng, folder) -> Case:
    """Make a TIFF to be mapped into memory."""
    path = folder / "stack.tif"
    volume = values(rng, rng.choice(GREY))
    choice = rng.random()
    if choice < 0.2:
        options = {"byteorder": rng.choice("<>"), "bigtiff": rng.random() < 0.3}
        if _fit_for_imagej(volume) and rng.random() < 0.4:
            options = {"byteorder": ">", "imagej": True, "metadata": {"axes": "ZYX"}}
        tifffile.imwrite(path, volume, photometric="minisblack", **options)
        return Case(path, "sound", volume)
    if choice < 0.4:
        faults = (*FAULTS, _no_grey, lambda rng, path, volume: _white(rng, path, volume))
        fault = rng.choice(faults)
        fault(rng, path, volume)
        return Case(path, fault.__name__, faulty=True)
    way = write_sound(rng, path, volume, rng.choice((None, None, None, "zlib")))
    damage = mutate if rng.random() < 0.3 else mutate_tiff
    path.write_bytes(damage(rng, path.read_bytes()))
    return Case(path, f"mutated {way}")


def read_mapped(path):
    """Map a TIFF, and hold it against what is read as a whole."""
    mapped = open_volume(path)
    assert isinstance(mapped, np.memmap)
    volume = np.array(mapped)
    volume = volume.astype(volume.dtype.newbyteorder("="))
    whole = read_volume(path)
    assert whole.dtype == volume.dtype
    assert whole.shape == volume.shape
    assert whole.tobytes() == volume.tobytes()
    return volume
