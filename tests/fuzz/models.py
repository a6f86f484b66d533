"""Model files of networks: sound, of something else, and with mutated bytes."""

import io
import json
import zipfile

import numpy as np
from cases import Case
from mutating import mutate

from manyeyes.files.networks import read_network, write_network
from manyeyes.networks import Network
from manyeyes.networks.architectures import weight_shapes


def _network(rng) -> Network:
    architecture = rng.choice(("lee", "lrcs"))
    codes = (1, 2) if architecture == "lee" else tuple(range(1, rng.randrange(3, 6)))
    width = rng.randrange(1, 4)
    numbers = np.random.default_rng(rng.randrange(2**32))
    return Network(
        architecture=architecture,
        width=width,
        codes=codes,
        dtype=rng.choice(("uint8", "uint16", "float32")),
        greys=rng.choice(("raw", "stretched", "equalised")),
        offset=rng.uniform(-1, 1),
        scale=rng.uniform(0.001, 1),
        weights={
            name: numbers.normal(size=shape).astype(np.float32)
            for name, shape in weight_shapes(architecture, width, len(codes)).items()
        },
        training={"seed": [str(rng.randrange(9))]},
    )


def make_network(rng, folder) -> Case:
    """Return a model file, one with a changed document, or one with mutated bytes."""
    path = folder / "model.npz"
    network = _network(rng)
    write_network(path, network)
    kind = rng.choice(("sound", "document", "entries", "bytes", "bytes", "bytes"))
    if kind == "sound":
        return Case(path, kind, _facts(network))
    data = path.read_bytes()
    if kind == "bytes":
        path.write_bytes(mutate(rng, data))
        return Case(path, kind)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    if kind == "document":
        # Its checksum is right, so that the reader sees what is in it.
        told = json.loads(entries["document.json"])
        key = rng.choice(sorted(told))
        value = rng.choice(
            (None, -1, 0, 3, 10**30, 1e300, "x", [], {}, [1, 2, 3, 4, 5, 6], True, float("nan"))
        )
        told[key] = value
        entries["document.json"] = rng.choice(
            (json.dumps(told).encode(), b"[" * 100_000, mutate(rng, entries["document.json"]))
        )
    else:
        name = rng.choice(sorted(entries))
        new = rng.choice((mutate(rng, entries[name]), b"", None))
        del entries[name]
        if new is not None:
            entries[name] = new
    compression = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, entry in entries.items():
            archive.writestr(name, entry)
    return Case(path, kind)


def read_model(path) -> tuple:
    """Read a model file and return what it says, with its weights as bytes."""
    return _facts(read_network(path))


def _facts(network: Network) -> tuple:
    weights = b"".join(array.tobytes() for array in network.weights.values())
    return (
        (network.architecture, network.width, network.codes, network.dtype, network.greys),
        (network.offset, network.scale, network.training),
        weights,
    )
