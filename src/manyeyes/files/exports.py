"""Volumes for other programs: ImageJ, ilastik, napari, ParaView and 3D Slicer, with voxel size."""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np

from ..labels import Phases
from .errors import FileError
from .results import write_volume

_BLOCK_BYTES = 1 << 20
_VTK_TYPES = {"uint8": "UInt8", "uint16": "UInt16", "int32": "Int32", "float32": "Float32"}


class Exported(NamedTuple):
    """What is written of a volume.

    Attributes
    ----------
    volumes : mapping of str to ndarray, shape (z, y, x)
        By name, of one shape, the main one first: uint8, uint16, int32 or float32.
    voxel_size_nm : float
        Edge of the cubic voxel.
    phases : Phases or None
        What the values of the main one mean; None for grey levels.
    """

    volumes: Mapping[str, np.ndarray]
    voxel_size_nm: float
    phases: Phases | None = None


def export(path, exported: Exported) -> None:
    """Write a volume in the format that the suffix names.

    Parameters
    ----------
    path : path-like
        ``.vti``: ParaView, with all volumes as fields of the cells, and each phase by its name.
        ``.nrrd``: 3D Slicer and others, the main volume, with names and colours of phases.
        ``.zarr``: OME-Zarr 0.4, for napari; labels lie beside the image, with their colours.
        ``.h5``: ilastik, the main volume as it exports its own; ImageJ's HDF5 readers too.
        ``.tif``: ImageJ and most others, the main volume.
    exported : Exported
        Lengths are written in um.

    Raises
    ------
    FileError
        If the suffix is another, or something is there already.
    """
    path = Path(path)
    writers = {
        ".vti": _write_vti,
        ".nrrd": _write_nrrd,
        ".zarr": _write_ome_zarr,
        ".h5": _write_ilastik,
        ".tif": _write_tiff,
    }
    if path.suffix.lower() not in writers:
        raise FileError(f"{path}: volumes are exported as {', '.join(writers)}; name one of these")
    if path.exists():
        raise FileError(f"{path}: there is something already; move it, or choose another name")
    writers[path.suffix.lower()](path, exported)


def _write_vti(path: Path, exported: Exported) -> None:
    """Write VTK's image data; https://docs.vtk.org/en/latest/design_documents/VTKFileFormats.html."""
    fields = dict(exported.volumes)
    if exported.phases is not None:
        main = next(iter(fields.values()))
        fields |= {p.name: (main == p.code).astype(np.uint8) for p in exported.phases}
    z, y, x = next(iter(fields.values())).shape
    extent = f'"0 {x} 0 {y} 0 {z}"'
    edge = f"{exported.voxel_size_nm / 1000:.9g}"
    entries, blocks, offset = [], [], 0
    for name, volume in fields.items():
        kind = _VTK_TYPES[volume.dtype.name]
        entries.append(
            f"<DataArray type={quoteattr(kind)} Name={quoteattr(name)} "
            f'format="appended" offset="{offset}"/>'
        )
        blocks.append(_compressed(np.ascontiguousarray(volume)))
        offset += len(blocks[-1])
    first = quoteattr(next(iter(fields)))
    head = (
        '<?xml version="1.0"?>\n'
        '<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" '
        'header_type="UInt64" compressor="vtkZLibDataCompressor">\n'
        f'<ImageData WholeExtent={extent} Origin="0 0 0" Spacing="{edge} {edge} {edge}">\n'
        f"<Piece Extent={extent}>\n<CellData Scalars={first}>\n"
        + "\n".join(entries)
        + "\n</CellData>\n</Piece>\n</ImageData>\n"
        '<AppendedData encoding="raw">\n_'
    )
    with path.open("xb") as file:
        file.write(head.encode())
        for block in blocks:
            file.write(block)
        file.write(b"\n</AppendedData>\n</VTKFile>\n")


def _compressed(volume: np.ndarray) -> bytes:
    """Return an array in VTK's compressed blocks: their number and sizes, then the blocks."""
    data = volume.astype(volume.dtype.newbyteorder("<"), copy=False).tobytes()
    parts = [data[i : i + _BLOCK_BYTES] for i in range(0, len(data), _BLOCK_BYTES)]
    packed = [zlib.compress(part, 6) for part in parts]
    # The size of the last block if it is not a whole one, else 0.
    sizes = [len(parts), _BLOCK_BYTES, len(data) % _BLOCK_BYTES, *map(len, packed)]
    return np.array(sizes, dtype="<u8").tobytes() + b"".join(packed)


def _write_nrrd(path: Path, exported: Exported) -> None:
    """Write NRRD by ITK; names and colours as 3D Slicer's segmentations have them."""
    import SimpleITK

    image = SimpleITK.GetImageFromArray(next(iter(exported.volumes.values())))
    image.SetSpacing((exported.voxel_size_nm / 1000,) * 3)
    image.SetMetaData("unit", "um")
    for index, phase in enumerate(exported.phases or ()):
        colour = " ".join(f"{value:.4f}" for value in _rgb(phase.colour))
        for key, value in {
            "ID": phase.key,
            "Name": phase.name,
            "LabelValue": str(phase.code),
            "Layer": "0",
            "Color": colour,
        }.items():
            image.SetMetaData(f"Segment{index}_{key}", value)
    SimpleITK.WriteImage(image, str(path), useCompression=True)


def _write_ilastik(path: Path, exported: Exported) -> None:
    """Write HDF5 as ilastik exports it, with its tags of axes, and the voxel size twice.

    ilastik reads the resolution of each axis, in the unit that ``axis_units`` names; readers of
    ImageJ the attribute ``element_size_um``.
    """
    import h5py

    edge = exported.voxel_size_nm / 1000
    main = next(iter(exported.volumes.values()))
    axes = [{"key": axis, "typeFlags": 2, "resolution": edge, "description": ""} for axis in "zyx"]
    axes.append({"key": "c", "typeFlags": 1, "resolution": 0, "description": ""})
    with h5py.File(path, "w") as file:
        data = file.create_dataset(
            "exported_data",
            data=main[..., np.newaxis],
            chunks=(*(min(n, 64) for n in main.shape), 1),
            compression="gzip",
            track_times=False,
        )
        data.attrs["axistags"] = json.dumps({"axes": axes}, indent=2)
        data.attrs["axis_units"] = json.dumps(dict.fromkeys("zyx", "um"))
        data.attrs["element_size_um"] = np.array([edge, edge, edge], np.float32)


def _write_tiff(path: Path, exported: Exported) -> None:
    """Write a TIFF as a study writes its own."""
    main = next(iter(exported.volumes.values()))
    if main.dtype == np.int32:
        main = main.astype(np.float32)
    write_volume(path, main, exported.voxel_size_nm)


def _write_ome_zarr(path: Path, exported: Exported) -> None:
    """Write OME-Zarr; https://ngff.openmicroscopy.org/0.4."""
    import zarr

    name, main = next(iter(exported.volumes.items()))
    root = zarr.open_group(path, mode="w-", zarr_format=2)
    _add_image(root, name, main, exported.voxel_size_nm)
    labels = dict(list(exported.volumes.items())[1:])
    if exported.phases is not None:
        labels = {name: main, **labels}
    labels = {n: v for n, v in labels.items() if v.dtype.kind in "ui"}
    if not labels:
        return
    folder = root.create_group("labels")
    folder.attrs["labels"] = list(labels)
    for label, volume in labels.items():
        group = folder.create_group(label)
        _add_image(group, label, volume, exported.voxel_size_nm)
        described = {"version": "0.4", "source": {"image": "../../"}}
        if label == name and exported.phases is not None:
            described["colors"] = [
                {"label-value": p.code, "rgba": [*(round(255 * c) for c in _rgb(p.colour)), 255]}
                for p in exported.phases
            ]
            described["properties"] = [
                {"label-value": p.code, "name": p.name} for p in exported.phases
            ]
        group.attrs["image-label"] = described


def _add_image(group, name: str, volume: np.ndarray, voxel_size_nm: float) -> None:
    """Add a volume of one resolution to a group."""
    chunks = tuple(min(n, 64) for n in volume.shape)
    array = group.create_array("0", shape=volume.shape, dtype=volume.dtype, chunks=chunks)
    array[:] = volume
    edge = voxel_size_nm / 1000
    axes = [{"name": axis, "type": "space", "unit": "micrometer"} for axis in "zyx"]
    scale = [{"type": "scale", "scale": [edge, edge, edge]}]
    datasets = [{"path": "0", "coordinateTransformations": scale}]
    group.attrs["multiscales"] = [
        {"version": "0.4", "name": name, "axes": axes, "datasets": datasets}
    ]


def _rgb(colour: str) -> list[float]:
    """Return red, green and blue, 0 to 1, of #rrggbb."""
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
