"""A writer of OLE compound files (MS-CFB, version 3), as Zeiss microscopes make them."""

import struct

import numpy as np

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5


def write_ole(path, streams):
    """Write streams, a dict from a path such as ``ImageInfo/Angles`` to bytes."""
    tree = {"": ROOT}
    for name in streams:
        parts = name.split("/")
        for depth in range(1, len(parts)):
            tree["/".join(parts[:depth])] = STORAGE
        tree[name] = STREAM
    names = sorted(tree)
    number = {name: index for index, name in enumerate(names)}
    sectors, chains = [], []

    def add(content):
        """Add sectors in a chain; return the first."""
        first = len(sectors)
        count = -(-len(content) // SECTOR)
        for index in range(count):
            sectors.append(content[index * SECTOR : (index + 1) * SECTOR].ljust(SECTOR, b"\0"))
            chains.append(first + index + 1 if index + 1 < count else END)
        return first if count else END

    small, mini_fat, starts = b"", [], {}
    for name, content in streams.items():
        if len(content) >= CUTOFF:
            starts[name] = add(content)
            continue
        first, count = len(mini_fat), -(-len(content) // MINI)
        starts[name] = first if count else END
        mini_fat += [first + index + 1 for index in range(count - 1)] + [END] * (count > 0)
        small += content.ljust(count * MINI, b"\0")
    small_start = add(small)
    mini_fat += [FREE] * (-len(mini_fat) % (SECTOR // 4))
    mini_start = add(struct.pack(f"<{len(mini_fat)}I", *mini_fat))
    entries = b""
    for name in names:
        children = [other for other in names if other and (other.rpartition("/")[0] == name)]
        siblings = [o for o in names if o and o.rpartition("/")[0] == name.rpartition("/")[0]]
        after = [o for o in siblings if o > name] if name else []
        size = len(streams.get(name, b"")) if name else len(small)
        label = ("Root Entry" if not name else name.rpartition("/")[2]).encode("utf-16-le")
        entries += struct.pack(
            "<64sHBBIII16sIQQIQ",
            label,
            len(label) + 2,
            tree[name],
            1,
            FREE,
            number[after[0]] if after else FREE,
            number[children[0]] if children else FREE,
            bytes(16),
            0,
            0,
            0,
            small_start if not name else starts.get(name, 0),
            size,
        )
    directory = add(entries)
    fat_count = 1
    while fat_count * (SECTOR // 4) < len(sectors) + fat_count:
        fat_count += 1
    fat_first = len(sectors)
    fat = chains + [FAT_SECTOR] * fat_count
    fat += [FREE] * (fat_count * (SECTOR // 4) - len(fat))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        bytes(6),
        0,
        fat_count,
        directory,
        0,
        CUTOFF,
        mini_start,
        len(mini_fat) // (SECTOR // 4),
        END,
        0,
    )
    table = [fat_first + index for index in range(fat_count)]
    header += struct.pack("<109I", *table, *[FREE] * (109 - len(table)))
    with path.open("wb") as file:
        file.write(header + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat))


def write_txrm(path, counts, white, angles_deg, **changes):
    """Write uint16 counts (projections, rows, columns) and a float32 white as a ``.txrm``.

    ``changes`` are streams by name, "/" written as "__"; None leaves one out.
    """
    projections, rows, columns = counts.shape
    streams = {
        "Version": np.float32(5).tobytes(),
        "ImageInfo/ImagesTaken": np.uint32(projections).tobytes(),
        "ImageInfo/NoOfImages": np.int32(projections).tobytes(),
        "ImageInfo/ImageHeight": np.int32(rows).tobytes(),
        "ImageInfo/ImageWidth": np.int32(columns).tobytes(),
        "ImageInfo/MosiacColumns": np.int32(0).tobytes(),
        "ImageInfo/MosiacRows": np.int32(0).tobytes(),
        "ImageInfo/DataType": np.int32(5).tobytes(),
        "ImageInfo/PixelSize": np.float32(0.064).tobytes(),
        "ImageInfo/Energy": np.full(projections, 8048, np.float32).tobytes(),
        "ImageInfo/ExpTimes": np.full(projections, 2, np.float32).tobytes(),
        "ImageInfo/Angles": np.append(angles_deg, [0, 0]).astype(np.float32).tobytes(),
        "ReferenceData/Image": white.astype(np.float32).tobytes(),
        "ReferenceData/DataType": np.int32(10).tobytes(),
        "ReferenceData/ImageInfo/ImageHeight": np.int32(white.shape[0]).tobytes(),
        "ReferenceData/ImageInfo/ImageWidth": np.int32(white.shape[1]).tobytes(),
        "ReferenceData/ImageInfo/ExpTimes": np.float32(4).tobytes(),
    }
    for number, image in enumerate(counts.astype(np.uint16), start=1):
        streams[f"ImageData{-(-number // 100)}/Image{number}"] = image.tobytes()
    streams |= {name.replace("__", "/"): content for name, content in changes.items()}
    write_ole(path, {name: content for name, content in streams.items() if content is not None})
