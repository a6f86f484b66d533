"""TIFF stacks as people write them: read correctly, or refused with what was found.

A stack is assembled from the pages of the file, each with its own tags, and compared with what its
header announces (ImageJ, OME, tifffile's shape). Libraries fill missing parts with zeros and use
the first page's shape for all.
"""

import logging
import math
import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile

from ..colour import grey_of_colour
from ..errors import COPY_AGAIN, FileError, naming_file, short, what_it_is
from . import Format, VolumeFacts

_MINISWHITE, _MINISBLACK, _RGB, _PALETTE, _MASK, _YCBCR = 0, 1, 2, 3, 4, 6
_REDUCED_IMAGE = 1
_FIRST_BYTES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Values of the tag ExtraSamples that mean opacity.
_OPACITY = (1, 2)
_UNCOMPRESSED = 1
# The largest factor by which a codec can shrink a page: deflate 1032, LZW 2731, PackBits 64, ZSTD
# 32768; others are assumed not to exceed it. A header that announces more is wrong. Pages below
# 64 MB and files below 512 MB are not checked.
_SHRINK = {1: 1, 5: 2800, 8: 1100, 32946: 1100, 32773: 70}
_SHRINK_OTHERS = 33_000
_NEVER_ASKED, _NEVER_ASKED_IN_ALL = 2**26, 2**29
# More than any stack that can be read into memory.
_LARGEST_BYTES = 2**40
# Only complaints of tifffile about these tags concern the voxels.
_TAGS_OF_VOXELS = {254, 256, 257, 258, 259, 262, 266, 270, 273, 277, 278, 279, 284, 317, 320, 322}
_TAGS_OF_VOXELS |= {323, 324, 325, 338, 339, 347, 530, 32997, 32998}
_ABOUT_A_TAG = re.compile(r"TiffTag (\d+) @")
# Families of files whose order of planes is known to tifffile, not from the list of pages.
_OTHER_KINDS = ("lsm", "stk", "fluoview", "nih", "scanimage", "mmstack", "ndtiff", "sis")
# Far more than any program writes for a page.
_MOST_TAGS = 500
# The most channels that ImageJ shows.
_MOST_CHANNELS = 7
_EXPORT = "export the volume again as a plain TIFF stack, one page a slice"
_NM = {"nm": 1.0, "um": 1e3, "micron": 1e3, "microns": 1e3, "micrometer": 1e3, "micrometre": 1e3}
_NM |= {"µm": 1e3, "μm": 1e3, "\\u00b5m": 1e3, "mm": 1e6, "cm": 1e7, "m": 1e9, "inch": 2.54e7}
_NM |= {"pm": 1e-3, "å": 0.1, "nanometer": 1.0, "millimeter": 1e6, "in": 2.54e7}
_RESOLUTION_UNITS = {2: 2.54e7, 3: 1e7}
# Voxels of microscopes, in nm. A resolution per inch or cm is believed only if it is finer than a
# printer's: 72, 300 or 1200 dpi are not voxels (2400 dpi are 10.6 um), nor is 1 per cm.
_SMALLEST_NM, _LARGEST_NM, _LARGEST_PRINTED_NM = 0.01, 200_000.0, 10_000.0


class _UnfitError(Exception):
    """What is wrong with a TIFF, and what to do."""

    def __init__(self, problem: str, advice: str = COPY_AGAIN):
        super().__init__(problem)
        self.problem, self.advice = problem, advice


@dataclass(frozen=True)
class _Stack:
    """The pages of a volume, in order, and how their values are read.

    ``contiguous`` is the number of slices that follow each other from the first page's offset, in
    files with one page for all; otherwise None.
    """

    pages: tuple[tifffile.TiffPage, ...]
    shape: tuple[int, int, int]
    dtype: np.dtype
    contiguous: int | None = None
    invert: bool = False
    scale: int = 1
    assumed: tuple[str, ...] = ()


def read_tiff(path, labels: bool = False, advice: str | None = None) -> np.ndarray:
    """Return the volume of a TIFF; one page is a volume of one slice.

    Parameters
    ----------
    path : path-like
    labels : bool
        Whether the values are phase codes, which are returned as stored: indices of a palette,
        1-bit values as 0 and 1. Grey values of a page whose zero is white are inverted.
    advice : str, optional
        What to do about a bad file, instead of the advice for a user's own.

    Returns
    -------
    ndarray, shape (z, y, x)

    Raises
    ------
    FileError
        With what was found (both numbers or shapes, if they contradict each other).
    """
    with _opened(path, advice) as (tiff, complaints):
        return _voxels(path, tiff, _stack(tiff, complaints, labels))


def tiff_facts(path, labels: bool = False) -> VolumeFacts:
    """Return shape, dtype and voxel size of a TIFF's volume from its headers; see `read_tiff`."""
    with _opened(path, None) as (tiff, complaints):
        stack = _stack(tiff, complaints, labels)
        if _samples(stack.pages[0]) > 1:
            # Whether colours are grey is only seen in the voxels; the first page is a sample.
            _grey_page(path, stack.pages[0], 0)
        return VolumeFacts(stack.shape, stack.dtype, _voxel_size_nm(tiff), stack.assumed)


def read_tiff_part(path, labels: bool, start: Sequence[int], stop: Sequence[int]) -> np.ndarray:
    """Return the voxels from `start` to `stop` (z, y, x); only their pages are read.

    See `read_tiff` for the other parameters and errors.
    """
    z, y, x = (slice(first, last) for first, last in zip(start, stop, strict=True))
    with _opened(path, None) as (tiff, complaints):
        stack = _stack(tiff, complaints, labels)
        if _hindrance_of_mapping(stack) is None:
            volume = _memory_map(path, tiff, stack)
            return np.array(volume[z, y, x]).astype(stack.dtype, copy=False)
        if stack.contiguous is not None or len(stack.pages) != stack.shape[0]:
            return _voxels(path, tiff, stack)[z, y, x]
        part = np.empty([b - a for a, b in zip(start, stop, strict=True)], stack.dtype)
        for k, number in enumerate(range(z.start, z.stop)):
            part[k] = _page(path, stack, number).reshape(stack.shape[1:])[y, x]
        return _shown(part, stack)


def map_tiff(path, labels: bool = False) -> np.memmap:
    """Return the volume of a TIFF as a read-only array on disk.

    Parameters
    ----------
    path : path-like
        Its pages must be uncompressed and follow each other without gaps.
    labels : bool
        As in `read_tiff`.

    Returns
    -------
    numpy.memmap, shape (z, y, x)

    Raises
    ------
    FileError
        As `read_tiff`, and if the file can only be read page by page.
    """
    with _opened(path, None) as (tiff, complaints):
        stack = _stack(tiff, complaints, labels)
        hindrance = _hindrance_of_mapping(stack)
        if hindrance:
            raise _UnfitError(
                f"this TIFF cannot be mapped into memory ({hindrance})",
                "save it uncompressed, all slices in one file, or convert it to Zarr",
            )
        return _memory_map(path, tiff, stack)


FORMAT = Format(
    name="a TIFF stack",
    suffixes=(".tif", ".tiff"),
    read=read_tiff,
    facts=tiff_facts,
    map=map_tiff,
    part=read_tiff_part,
    recognises=lambda path: path.is_file() and _is_tiff(path),
)


@contextmanager
def _opened(path, advice: str | None) -> Iterator[tuple[tifffile.TiffFile, list[str]]]:
    """Open a TIFF; any error or complaint within becomes a `FileError` that names it."""
    path = Path(path)
    if not path.exists():
        raise FileError(f"{path}: there is no such file; expected a TIFF stack of one volume")
    complaints: list[str] = []
    with naming_file(path, "a TIFF", advice or COPY_AGAIN):
        if not (path.is_file() and _is_tiff(path)):
            kind, remedy = what_it_is(path)
            raise FileError(f"{path}: this is {kind}, not a readable TIFF; {advice or remedy}")
        try:
            _walk_directories(path)
            with _complaints_of_tifffile() as complaints, tifffile.TiffFile(path) as tiff:
                yield tiff, complaints
            # The first pages of a cut-off stack are readable; tifffile only logs the others.
            if complaints:
                raise _UnfitError(complaints[0])
        except _UnfitError as error:
            problem, remedy = error.problem, error.advice
            # If tifffile complains too, the problem is a consequence of damage.
            if complaints or remedy == COPY_AGAIN:
                problem = "; ".join(dict.fromkeys([problem, *complaints[:1]]))
                problem = f"the file is damaged, it may be truncated ({problem})"
                remedy = COPY_AGAIN
            raise FileError(f"{path}: {problem}; {advice or remedy}") from error


def _is_tiff(path: Path) -> bool:
    """Return whether a file begins as TIFFs and BigTIFFs do."""
    with path.open("rb") as file:
        return file.read(4) in _FIRST_BYTES


def _walk_directories(path: Path) -> None:
    """Refuse lists of pages that are circular or invalid, before anything is parsed."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        order, big = ("<" if head[:2] == b"II" else ">"), 43 in head[2:4]
        word, count_word = ("Q", "Q") if big else ("I", "H")
        place, head_bytes = (8, struct.calcsize(count_word)) if big else (4, 2)
        seen: set[int] = set()
        taken = 0
        while place + struct.calcsize(word) <= size:
            file.seek(place)
            offset = struct.unpack(order + word, file.read(struct.calcsize(word)))[0]
            if offset == 0 or offset + head_bytes > size:
                return
            if offset in seen:
                raise _UnfitError(f"its list of pages runs in a circle at byte {offset}")
            seen.add(offset)
            file.seek(offset)
            entries = struct.unpack(order + count_word, file.read(head_bytes))[0]
            length = entries * (20 if big else 12)
            taken += length
            if entries > _MOST_TAGS or taken > size:
                raise _UnfitError(
                    f"page {len(seen) - 1} (counted from 0) announces {entries} tags at byte "
                    f"{offset}"
                )
            place = offset + head_bytes + length


@contextmanager
def _complaints_of_tifffile() -> Iterator[list[str]]:
    """Collect what tifffile logs about voxels, instead of printing it."""
    complaints: list[str] = []

    def collect(record):
        message = record.getMessage()
        tag = _ABOUT_A_TAG.search(message)
        if tag is None or int(tag.group(1)) in _TAGS_OF_VOXELS:
            complaints.append(short(message))

    handler = logging.Handler(level=logging.WARNING)
    handler.emit = collect
    logger = logging.getLogger("tifffile")
    passed_on = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield complaints
    finally:
        logger.removeHandler(handler)
        logger.propagate = passed_on


def _stack(tiff: tifffile.TiffFile, complaints: list[str], labels: bool) -> _Stack:
    """Return the pages that make up the volume, after checking all that the header shows."""
    every = _readable_pages(tiff)
    if not every:
        raise ValueError("there is no page in it")
    pages, dropped = _without_trailing_thumbnail(_full_pages(every))
    dtype = _check_kind(pages[0], labels)
    _check_alike(pages)
    if tiff.is_shaped:
        pages, shape, contiguous = _of_tifffile(tiff, pages)
    elif tiff.is_ome:
        pages, shape, contiguous = _of_series(tiff, pages)
    elif tiff.is_imagej:
        pages, shape, contiguous = _of_imagej(tiff, pages)
        if contiguous is not None:
            # All slices are present, and the list of pages does not matter.
            complaints.clear()
    elif any(getattr(tiff, f"is_{kind}") for kind in _OTHER_KINDS):
        pages, shape, contiguous = _of_series(tiff, pages)
    else:
        rows, columns = _page_shape(pages[0])[1:]
        shape, contiguous = (_depth(pages) * len(pages), rows, columns), None
    for page in pages:
        _check_extent(page, tiff, contiguous or 1)
    if contiguous is None:
        _check_whole(pages, math.prod(shape) * dtype.itemsize, tiff.filehandle.size)
    return _Stack(
        pages,
        shape,
        dtype,
        contiguous,
        invert=not labels and _is_inverted(pages[0]),
        scale=255 if pages[0].dtype.kind == "b" and not labels else 1,
        assumed=(*dropped, *_assumed(tiff, pages[0], labels)),
    )


def _assumed(tiff, page, labels: bool) -> list[str]:
    """Return what was decided about the values of a stack, in sentences."""
    found = []
    photometric, samples = int(page.photometric), _samples(page)
    if samples > 1:
        found.append(
            "its colours are grey; one channel was taken"
            + (", opacity ignored" if samples in (2, 4) else "")
        )
    if photometric == _PALETTE and labels:
        found.append("labels are the indices of its table of colours")
    if not labels and page.dtype is not None and page.dtype.kind == "b":
        found.append("1-bit values were taken as the grey values 0 and 255")
    if not labels and _is_inverted(page):
        how = "its table of colours is inverted" if photometric == _PALETTE else "its zero is white"
        found.append(f"{how}, so that grey values were inverted to what viewers show")
    if tiff.is_imagej:
        metadata = tiff.imagej_metadata or {}
        for key, name in (("frames", "times"), ("channels", "channels")):
            count = metadata.get(key, 1)
            if count != 1 and metadata.get("slices", 1) == 1:
                found.append(f"the {count} {name} of its header were taken as slices")
    return found


def _is_inverted(page) -> bool:
    """Whether viewers show the lowest value as white."""
    if int(page.photometric) == _PALETTE:
        return _grey_ramp(page) == -1
    return int(page.photometric) == _MINISWHITE


def _without_trailing_thumbnail(pages: tuple) -> tuple[tuple, list[str]]:
    """Return the pages without a last one that is smaller than all others, which are alike."""
    if len(pages) < 3:
        return pages, []
    sizes = [_page_shape(page)[1:] for page in pages]
    rows, columns = sizes[-1]
    alike = len(set(sizes[:-1])) == 1
    if not alike or rows >= sizes[0][0] or columns >= sizes[0][1]:
        return pages, []
    told = f"the last page is a smaller picture ({rows} x {columns}) and was left out"
    return pages[:-1], [told]


def _full_pages(every: tuple) -> tuple:
    """Return the pages without thumbnails and pyramids.

    These are marked as reduced and are smaller than the others.
    """
    reduced = [bool(int(page.subfiletype) & _REDUCED_IMAGE) for page in every]
    if all(reduced):
        return every
    shape = _page_shape(every[reduced.index(False)])
    return tuple(
        page
        for page, small in zip(every, reduced, strict=True)
        if not small or _page_shape(page) == shape
    )


def _readable_pages(tiff) -> tuple:
    """Return all pages; of an ImageJ file those before damage, as it may not need the others."""
    pages = []
    try:
        for page in tiff.pages:
            pages.append(page)
    except tifffile.TiffFileError:
        if not (pages and tiff.is_imagej):
            raise
        tifffile.logger().warning("the list of pages is cut off behind page %d", len(pages) - 1)
    return tuple(pages)


def _samples(page) -> int:
    planes, _, _, _, samples = page.shaped
    return int(planes) * int(samples)


def _depth(pages) -> int:
    return int(pages[0].shaped[1])


def _page_shape(page) -> tuple[int, int, int]:
    return tuple(int(n) for n in page.shaped[1:4])


def _check_kind(page, labels: bool) -> np.dtype:
    """Return the dtype of a page's values, or refuse pages without grey values or labels."""
    photometric, samples, dtype = int(page.photometric), _samples(page), page.dtype
    name = getattr(page.photometric, "name", str(page.photometric))
    what = "labels" if labels else "grey values"
    if dtype is None:
        raise _UnfitError(f"expected {what}, found pages of an unknown type of values", _EXPORT)
    if photometric == _YCBCR or (photometric == _RGB and samples not in (3, 4)):
        raise _UnfitError(
            f"expected {what}, found an image in colour ({name}, {samples} channels in a pixel)",
            "export it as a grey TIFF stack",
        )
    if samples > 1 and photometric != _RGB and not _has_opacity(page):
        raise _UnfitError(
            f"expected {what}, found {samples} channels in a pixel ({name})",
            "export the one that you mean as a grey TIFF stack",
        )
    if photometric == _PALETTE and not labels and not _grey_ramp(page):
        raise _UnfitError(
            "expected grey values, found a PALETTE image, of which only a viewer shows colours",
            "export it as a grey TIFF stack",
        )
    known = {_MINISWHITE, _MINISBLACK, _PALETTE, _RGB} | ({_MASK} if labels else set())
    if photometric not in known:
        raise _UnfitError(
            f"expected {what}, found a {name} image", "export it as a grey TIFF stack"
        )
    if dtype.kind == "b":
        return np.dtype(np.uint8)
    if dtype.kind not in "uif":
        raise _UnfitError(f"expected integer or real {what}, found {dtype}", _EXPORT)
    bits = page.bitspersample
    if photometric == _MINISWHITE and not labels and (dtype.kind != "u" or bits not in (8, 16)):
        raise _UnfitError(
            f"zero is white in this TIFF (MINISWHITE), and its values have {bits} bits ({dtype}), "
            "for which there is no rule how to invert them",
            "export it with zero as black",
        )
    return np.dtype(dtype.newbyteorder("="))


def _has_opacity(page) -> bool:
    """Whether the second of two values in a pixel is its opacity."""
    tag = page.tags.get(338)
    value = tag.value if tag is not None else None
    value = value[0] if isinstance(value, tuple) and len(value) == 1 else value
    return _samples(page) == 2 and isinstance(value, int) and int(value) in _OPACITY


def _grey_ramp(page) -> int:
    """Return 1 if a palette shows each index as that grey level, -1 if inverted, or else 0."""
    table = page.colormap
    if table is None or table.shape != (3, 256) or page.bitspersample != 8:
        return 0
    for sign, ramp in ((1, np.arange(256)), (-1, np.arange(255, -1, -1))):
        if any(np.array_equal(table, [ramp * unit] * 3) for unit in (256, 257)):
            return sign
    return 0


def _traits(page) -> tuple:
    """Return what must be the same on every page of a stack."""
    depth, rows, columns = _page_shape(page)
    zero_is_white = _is_inverted(page)
    return (depth, rows, columns, str(page.dtype), _samples(page), zero_is_white)


def _check_alike(pages: Sequence) -> None:
    first = _traits(pages[0])
    k = next((k for k, page in enumerate(pages) if _traits(page) != first), None)
    if k is None:
        return
    other = _traits(pages[k])
    if other[:5] == first[:5]:
        raise _UnfitError(
            f"zero is {'white' if other[5] else 'black'} on page {k} (counted from 0) and "
            f"{'white' if first[5] else 'black'} on page 0",
            "export all slices in the same way",
        )
    shapes = []
    for page in pages:
        traits = _traits(page)
        if shapes and shapes[-1][1] == traits:
            shapes[-1][0] += traits[0]
        else:
            shapes.append([traits[0], traits])
    images = [str(_shape_of(n, traits)) for n, traits in shapes]
    listed = ", ".join(images[:4]) + (", ..." if len(images) > 4 else "")
    raise _UnfitError(
        f"page {k} (counted from 0) is {_size(other)}, page 0 is {_size(first)}: the file holds "
        f"{len(images)} images of shapes {listed}",
        "export the stack alone, all slices of one size and type",
    )


def _shape_of(slices: int, traits: tuple) -> tuple[int, ...]:
    return (slices, *traits[1:3]) if slices > 1 else traits[1:3]


def _size(traits: tuple) -> str:
    samples = f" with {traits[4]} channels" if traits[4] > 1 else ""
    return f"{traits[1]} x {traits[2]} {traits[3]}{samples}"


def _of_tifffile(tiff, pages):
    """Assemble what tifffile wrote: blocks of pages, with the shape in the first page of each."""
    shapes, contiguous = [], None
    page_values = math.prod(pages[0].shaped)
    k = 0
    while k < len(pages):
        if not pages[k].is_shaped:
            # A page that another program added.
            shapes.append((_depth(pages), *_page_shape(pages[k])[1:]))
            k += 1
            continue
        written = _shape_written_by_tifffile(pages[k])
        announced, odd = divmod(math.prod(written[0]), page_values)
        following = next((n for n in range(k + 1, len(pages)) if pages[n].is_shaped), len(pages))
        found = min(following - k, announced) if announced == 1 else following - k
        if announced > 1 and len(pages) == 1 and pages[0].is_final:
            contiguous = announced
        elif odd or announced != found:
            raise _UnfitError(
                f"{_slices(announced)} of {pages[0].shape} announced by the header (shape "
                f"{written[0]}), {found} found"
            )
        shapes.append(_spatial(*_without_samples(*written, pages[k])))
        k += found
    if len({shape[1:] for shape in shapes}) > 1:
        raise _UnfitError(
            f"the file holds {len(shapes)} images of shapes {', '.join(map(str, shapes[:4]))}",
            "export the stack alone",
        )
    return pages, (sum(shape[0] for shape in shapes), *shapes[0][1:]), contiguous


def _shape_written_by_tifffile(page) -> tuple[tuple[int, ...], str | None]:
    """Return the shape and axes (or None) that tifffile wrote into a page's description."""
    try:
        metadata = tifffile.tifffile.shaped_description_metadata(page.shaped_description)
        shape = tuple(metadata["shape"])
        axes = metadata.get("axes")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _UnfitError(f"the header's shape cannot be read ({short(error)})") from error
    if not all(type(n) is int and 0 < n < 2**40 for n in shape) or len(shape) > 16:
        raise _UnfitError(f"the header announces the impossible shape {short(shape)}")
    if not isinstance(axes, str) or len(axes) != len(shape):
        axes = None
    return shape, axes


def _without_samples(shape: Sequence[int], axes: str | None, page) -> tuple[tuple, str | None]:
    """Return the shape and axes of an image without the axis of its colours."""
    samples, shape = _samples(page), tuple(shape)
    if samples == 1:
        return shape, axes
    planar = int(page.shaped[0]) > 1
    place = axes.upper().find("S") if axes else -1
    if place < 0:
        place = len(shape) - (3 if planar else 1)
    if not 0 <= place < len(shape) or shape[place] != samples:
        return shape, axes
    left = axes[:place] + axes[place + 1 :] if axes else None
    return (*shape[:place], *shape[place + 1 :]), left


def _spatial(
    shape: Sequence[int], axes: str | None, timed: bool = False, named: bool = True
) -> tuple[int, int, int]:
    """Return (z, y, x) of an array of any number of axes, or refuse the others.

    Parameters
    ----------
    shape : sequence of int
    axes : str or None
        A letter per axis, as tifffile names them; None if unknown.
    timed : bool
        Whether the file states the time between images.
    named : bool
        Whether a person named the axes; headers of ImageJ and OME name all of them.
    """
    shape = list(shape)
    letters = list(axes.upper()) if axes else [""] * len(shape)
    # Axes of length one are removed; first those that are not spatial.
    while len(shape) > 2:
        ones = [k for k, n in enumerate(shape) if n == 1 and letters[k] not in ("Z", "Y", "X")]
        ones = ones or [k for k, n in enumerate(shape) if n == 1 and letters[k] == "Z"]
        if not ones or (len(shape) == 3 and not axes):
            break
        del shape[ones[0]], letters[ones[0]]
    found = f"shape {tuple(shape)}" + (f", axes {''.join(letters)}" if axes else "")
    if axes and letters[-2:] != ["Y", "X"]:
        raise _UnfitError(f"expected a volume (z, y, x), found {found}", _EXPORT)
    if len(shape) == 2:
        return (1, shape[0], shape[1])
    channels = [n for n, letter in zip(shape, letters, strict=True) if letter in ("C", "S")]
    # Programs that write a volume for ImageJ without naming its axes make channels of slices.
    mistaken = not named and len(shape) == 3 and letters[0] == "C" and shape[0] > _MOST_CHANNELS
    if channels and not mistaken:
        raise _UnfitError(
            f"expected one volume (z, y, x), found {channels[0]} channels ({found})",
            "export the channel that you mean",
        )
    if len(shape) == 3 and letters[0] == "T" and timed:
        raise _UnfitError(
            f"expected a volume (z, y, x), found a series of {shape[0]} times ({found})",
            "if these are slices, save them as such (ImageJ: Image > Properties)",
        )
    if len(shape) == 3:
        return tuple(shape)
    if "T" in letters:
        raise _UnfitError(
            f"expected one volume (z, y, x), found {shape[letters.index('T')]} times ({found})",
            "export the one that you mean",
        )
    fewest = min(shape[:-2] if axes else [n for n in shape if n > 1])
    raise _UnfitError(
        f"expected one volume (z, y, x), found {found}: {fewest} channels, times or volumes",
        "export the one that you mean",
    )


def _of_imagej(tiff, pages):
    """Assemble what ImageJ wrote: pages, or one page followed by all slices."""
    metadata = tiff.imagej_metadata or {}
    counts = {}
    for key in ("images", "channels", "slices", "frames"):
        value = metadata.get(key, 1)
        if type(value) is not int or not 0 < value < 2**40:
            raise _UnfitError(f"ImageJ's header says {key}={short(value)}")
        counts[key] = value
    channels, slices, frames = (counts[key] for key in ("channels", "slices", "frames"))
    announced = channels * slices * frames
    if announced == 1:
        # Old versions only state the number of images, and another program may have combined
        # single ones.
        announced = slices = counts["images"] if "images" in metadata else len(pages)
    interval = metadata.get("finterval", 0)
    timed = isinstance(interval, int | float) and interval > 0
    contiguous = None
    if len(pages) != announced and _in_one_piece(tiff, pages, announced):
        pages, contiguous = pages[:1], announced
    if contiguous is None and len(pages) != announced:
        raise _UnfitError(f"{_slices(announced)} announced by ImageJ's header, {len(pages)} found")
    rows, columns = _page_shape(pages[0])[1:]
    shape = (frames, slices, channels, rows, columns)
    return pages, _spatial(shape, "TZCYX", timed, named=False), contiguous


def _slices(count: int) -> str:
    return "1 slice" if count == 1 else f"{count} slices"


def _in_one_piece(tiff, pages, announced: int) -> bool:
    """Whether all slices follow each other from the first page's offset.

    ImageJ writes and reads its large stacks in this way, whatever the list of pages says.
    """
    first = pages[0]
    if not first.is_final or len(pages) > announced:
        return False
    start = first.dataoffsets[0]
    follow = all(
        page.is_final and page.dataoffsets[0] == start + k * first.nbytes
        for k, page in enumerate(pages)
    )
    if not follow or start + announced * first.nbytes > tiff.filehandle.size:
        return False
    # Known pages must not lie within the voxels.
    return all(not start < page.offset < start + announced * first.nbytes for page in pages)


def _of_series(tiff, pages):
    """Assemble files whose order of planes tifffile knows: of OME or of a microscope."""
    series = tiff.series
    if len(series) != 1:
        shapes = ", ".join(str(s.shape) for s in series[:4])
        raise _UnfitError(
            f"the {'OME ' * tiff.is_ome}file holds {len(series)} images of shapes {shapes}",
            "export the one that you mean",
        )
    who = "the OME header" if tiff.is_ome else "the header"
    return _listed(tiff, pages, series[0], list(series[0].pages), who)


def _listed(tiff, pages, series, listed: list, who: str):
    """Return the pages that a header lists, in its order."""
    announced = math.prod(series.get_shape(False)) // math.prod(pages[0].shaped)
    known = {page.index: page for page in pages}
    foreign = any(page is not None and page.parent is not tiff for page in listed)
    found = sum(page is not None for page in listed)
    if found < announced or (not foreign and len(pages) != announced):
        found = found if found < announced else len(pages)
        raise _UnfitError(
            f"{_slices(announced)} announced by {who}, {found} found",
            "find the rest (it may lie in files of its own), or export all slices in one TIFF "
            "stack",
        )
    if foreign:
        raise _UnfitError(
            f"the {_slices(announced)} that {who} announces lie in several files",
            "export all slices in one TIFF stack",
        )
    numbers = [page.index for page in listed]
    if len(set(numbers)) != len(numbers) or not set(numbers) <= known.keys():
        raise _UnfitError(f"{who} names a page twice, or one that is none of the stack's", _EXPORT)
    text = tiff.ome_metadata if tiff.is_ome else None
    timed = bool(text and re.search(r'TimeIncrement="\s*0*[.\d]*[1-9]', text))
    shape, axes = _without_samples(series.get_shape(False), series.get_axes(False), pages[0])
    return (
        tuple(known[number] for number in numbers),
        _spatial(shape, axes, timed, named=False),
        None,
    )


def _check_extent(page, tiff, slices: int) -> None:
    """Refuse a page whose voxels cannot be in the file, without reading them."""
    size = tiff.filehandle.size
    k = page.index
    announced = math.prod(page.shaped) * slices * page.dtype.itemsize
    if announced == 0:
        raise _UnfitError(f"page {k} announces an image of shape {page.shape}")
    if announced > _LARGEST_BYTES:
        raise _UnfitError(f"page {k} announces {announced:.3g} bytes, the file has {size}")
    offsets, counts = page.dataoffsets, page.databytecounts
    if page.is_contiguous:
        last = offsets[0] + announced if offsets else size + 1
        if last > size or len(offsets) != len(counts):
            raise _UnfitError(
                f"the voxels of page {k} are announced to end at byte {last}, the file ends at "
                f"{size}"
            )
        if sum(counts) < announced // slices:
            raise _UnfitError(
                f"page {k} needs {announced // slices} bytes, its parts have {sum(counts)}"
            )
        if len(offsets) > 1 and any(
            offset != offsets[0] + sum(counts[:n]) for n, offset in enumerate(offsets)
        ):
            raise _UnfitError(f"the parts of page {k} do not follow each other")
        return
    parts = math.prod(page.chunked)
    if len(offsets) != parts or len(counts) != parts:
        raise _UnfitError(
            f"page {k} should consist of {parts} parts, found {min(len(offsets), len(counts))}"
        )
    for offset, count in zip(offsets, counts, strict=True):
        if offset <= 0 or count <= 0 or offset + count > size:
            raise _UnfitError(
                f"a part of page {k} is announced at bytes {offset} to {offset + count}, the file "
                f"has {size}"
            )
    held = sum(counts)
    if int(page.compression) == _UNCOMPRESSED:
        needed = math.ceil(math.prod(page.shaped) * page.bitspersample / 8)
        if held < needed:
            raise _UnfitError(f"page {k} needs {needed} bytes, its parts have {held}")
    limit = max(_NEVER_ASKED, _unpacked_at_most(page))
    part = math.prod(page.chunks) * page.dtype.itemsize
    if announced > limit or part > limit:
        raise _UnfitError(
            f"page {k} announces {max(announced, part)} bytes, which {held} compressed ones "
            "cannot hold"
        )


def _check_whole(pages, announced: int, size: int) -> None:
    """Refuse pages that together cannot be in a file of this size."""
    taken = sum(page.nbytes if page.is_contiguous else sum(page.databytecounts) for page in pages)
    if taken > size:
        raise _UnfitError(f"the pages announce {taken} bytes in the file, which has {size}")
    if announced > max(_NEVER_ASKED_IN_ALL, sum(_unpacked_at_most(page) for page in pages)):
        raise _UnfitError(
            f"the pages announce {announced} bytes unpacked, which {taken} in the file cannot hold"
        )


def _unpacked_at_most(page) -> int:
    """Return the largest number of bytes that the parts of a page can contain."""
    factor = _SHRINK.get(int(page.compression), _SHRINK_OTHERS)
    # Bits become bytes.
    return sum(page.databytecounts) * factor * (8 if page.bitspersample < 8 else 1)


def _voxels(path, tiff, stack: _Stack) -> np.ndarray:
    """Read the pages of a stack."""
    first = stack.pages[0]
    if stack.contiguous is not None:
        dtype = np.dtype(first.dtype).newbyteorder(tiff.byteorder)
        tiff.filehandle.seek(first.dataoffsets[0])
        values = tiff.filehandle.read_array(dtype, stack.contiguous * math.prod(first.shaped))
        if _samples(first) > 1:
            values = values.reshape(stack.contiguous, *first.shaped)
            values = np.stack([_grey(path, first, one, k) for k, one in enumerate(values)])
        volume = values.astype(stack.dtype, copy=False)
    else:
        volume = np.empty(
            (len(stack.pages), math.prod(first.shaped) // _samples(first)), stack.dtype
        )
        for k in range(len(stack.pages)):
            volume[k] = _page(path, stack, k)
    return _shown(volume.reshape(stack.shape), stack)


def _page(path, stack: _Stack, k: int) -> np.ndarray:
    """Return the values of a page, in one row."""
    page, first = stack.pages[k], stack.pages[0]
    if _samples(page) > 1:
        return _grey_page(path, page, k).reshape(-1)
    values = page.asarray(maxworkers=1)
    if values.size != math.prod(first.shaped):
        raise _UnfitError(
            f"page {k} announces the shape {first.shape}, its voxels have {values.shape}"
        )
    return values.reshape(-1)


def _grey_page(path, page, k: int) -> np.ndarray:
    """Return one channel of a page in colour, of which all are equal."""
    values = page.asarray(maxworkers=1)
    if values.size != math.prod(page.shaped):
        raise _UnfitError(
            f"page {k} announces the shape {page.shape}, its voxels have {values.shape}"
        )
    return _grey(path, page, values.reshape(page.shaped), k)


def _grey(path, page, values: np.ndarray, k: int) -> np.ndarray:
    """Return one channel (depth, rows, columns) of values in the shape of a page."""
    depth, rows, columns = _page_shape(page)
    channels = np.moveaxis(values, 0, -1).reshape(depth * rows, columns, -1)
    try:
        grey = grey_of_colour(path, channels, f"page {k} (counted from 0)")
    except FileError as error:
        problem, _, advice = str(error).removeprefix(f"{path}: ").rpartition("; ")
        raise _UnfitError(problem, advice) from error
    return grey.reshape(depth, rows, columns)


def _shown(volume: np.ndarray, stack: _Stack) -> np.ndarray:
    """Return values as viewers show them: masks as 0 and 255, inverted where zero is white."""
    if stack.scale != 1:
        volume *= np.uint8(stack.scale)
    if stack.invert:
        np.subtract(np.iinfo(stack.dtype).max, volume, out=volume)
    return volume


def _memory_map(path, tiff, stack: _Stack) -> np.memmap:
    page = stack.pages[0]
    dtype = np.dtype(page.dtype).newbyteorder(tiff.byteorder)
    return np.memmap(path, dtype, "r", page.dataoffsets[0], stack.shape)


def _hindrance_of_mapping(stack: _Stack) -> str | None:
    """Return why a stack cannot be mapped, or None."""
    first = stack.pages[0]
    if stack.invert:
        return "its zero is white (MINISWHITE), so all values have to be inverted"
    if _samples(first) > 1:
        return "its greys are stored as colours"
    if int(first.compression) != _UNCOMPRESSED:
        return f"it is compressed by {getattr(first.compression, 'name', first.compression)}"
    if not all(page.is_final for page in stack.pages) or first.dtype.kind == "b":
        return "its voxels are packed, or its pages are cut into tiles"
    start, size = first.dataoffsets[0], first.nbytes
    if any(page.dataoffsets[0] != start + k * size for k, page in enumerate(stack.pages)):
        return "its pages do not follow each other without gaps"
    return None


def _voxel_size_nm(tiff) -> tuple[float | None, float | None, float | None]:
    """Return the edges (z, y, x) of a voxel, None where the file has no plausible value."""
    if tiff.is_ome:
        sizes = _voxel_size_of_ome(tiff.ome_metadata or "")
        if any(sizes):
            return sizes
    page = tiff.pages[0]
    per_x, per_y = (_rational(page, code) for code in (282, 283))
    if tiff.is_imagej:
        metadata = tiff.imagej_metadata or {}
        unit = _unit(metadata.get("unit"))
        if unit is not None:
            spacing = metadata.get("spacing")
            spacing = abs(spacing) if isinstance(spacing, int | float) else None
            z = _size_or_none(spacing, _unit(metadata.get("zunit")) or unit)
            y = _size_or_none(_inverse(per_y), _unit(metadata.get("yunit")) or unit)
            return z, y, _size_or_none(_inverse(per_x), unit)
    tag = page.tags.get(296)
    unit = _RESOLUTION_UNITS.get(int(tag.value)) if tag and isinstance(tag.value, int) else None
    if unit is None:
        return None, None, None
    sizes = [_size_or_none(_inverse(per), unit) for per in (per_y, per_x)]
    return None, *(sizes if all(sizes) else (None, None))


def _unit(name) -> float | None:
    """Return the nanometres of a unit of length, None for pixels and unknown ones."""
    return _NM.get(str(name).strip().lower().rstrip(".")) if name else None


def _inverse(value: float | None) -> float | None:
    return 1 / value if value else None


def _size_or_none(value: float | None, unit: float) -> float | None:
    """Return a length in nm, None if it is implausible for a voxel."""
    largest = _LARGEST_PRINTED_NM if unit in _RESOLUTION_UNITS.values() else _LARGEST_NM
    if value is None or not _SMALLEST_NM <= value * unit <= largest:
        return None
    return float(f"{value * unit:.9g}")


def _rational(page, code: int) -> float | None:
    tag = page.tags.get(code)
    if tag is None or not isinstance(tag.value, tuple) or len(tag.value) != 2:
        return None
    above, below = tag.value
    return above / below if above > 0 and below > 0 else None


def _voxel_size_of_ome(text: str) -> tuple[float | None, float | None, float | None]:
    pixels = re.search(r"<(?:\w+:)?Pixels\b[^>]*>", text)
    sizes = []
    for axis in "ZYX":
        size = pixels and re.search(rf'\bPhysicalSize{axis}="([^"]*)"', pixels.group())
        unit = pixels and re.search(rf'\bPhysicalSize{axis}Unit="([^"]*)"', pixels.group())
        nm = _unit(unit.group(1)) if unit else 1e3
        try:
            sizes.append(_size_or_none(float(size.group(1)), nm) if size and nm else None)
        except ValueError:
            sizes.append(None)
    return tuple(sizes)
