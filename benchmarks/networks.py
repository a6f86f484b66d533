"""Time and memory of a network's training and application, beside Keras where it is installed.

    python benchmarks/networks.py
    python benchmarks/networks.py --edge 128 --only "lee, an epoch"

Each line has its own process with one thread. Seconds are those of the processor for 100 images,
the fastest of several; compiling is not in them. "As used" folds convolutions after an upsampling
and gathers pixels below small kernels; the other lines leave that out. Keras (with JAX below it,
`pip install keras`) trains the network of Lee et al. with the batch of the paper. A line in CASES
adds a case.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

BATCH = 32


def slices(count: int, edge: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images of two phases and their labels."""
    from manyeyes.randomness import generator

    rng = generator("networks benchmark", edge)
    labels = 1 + (rng.random((count, edge, edge)) < 0.9).astype(np.uint8)
    grey = 60.0 * labels + rng.normal(0, 15, labels.shape)
    return np.clip(grey, 0, 255).astype(np.uint8), labels


def fastest(call: Callable[[], object], repeats: int) -> float:
    """Return the CPU seconds of the fastest of some calls, after one that compiles."""
    call()
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        seconds.append(time.process_time() - start)
    return min(seconds)


def step(architecture: str, edge: int, repeats: int, **how: bool) -> float:
    """Return the seconds that 100 images take, forward and backward."""
    from manyeyes.devices import start_jax

    start_jax()
    import jax

    from manyeyes.networks.fitting import first_weights
    from manyeyes.networks.steps import gradients

    images, labels = slices(1, edge)
    classes = labels.astype(np.int32) - 1
    weights = first_weights(architecture, 32, 2, ("benchmark",))
    inputs = images / np.float32(255), classes, np.ones(images.shape, np.float32)
    fixed = {"architecture": architecture, "loss": "cross-entropy", **how}

    def call():
        return jax.block_until_ready(
            gradients(weights, *inputs, np.float32(1 / images.size), **fixed)
        )

    return 100 * fastest(call, repeats)


def training(architecture: str, edge: int, repeats: int) -> float:
    """Return the seconds that an epoch of 100 images takes, with all around it."""
    from manyeyes.networks import Training, fit_network

    images, labels = slices(BATCH, edge)
    settings = Training(epochs=1, batch=BATCH)

    def call():
        return fit_network(images, labels, architecture=architecture, seed=1, settings=settings)

    return 100 / BATCH * fastest(call, repeats)


def application(architecture: str, edge: int, repeats: int) -> float:
    """Return the seconds that labelling 100 images takes."""
    from manyeyes.networks import Training, fit_network, label_slices

    images, labels = slices(4, edge)
    network, _ = fit_network(
        images[:1], labels[:1], architecture=architecture, seed=1, settings=Training(epochs=1)
    )
    return 25 * fastest(lambda: label_slices(network, images), repeats)


def keras_training(edge: int, repeats: int) -> float:
    """Return the seconds that an epoch of 100 images takes with Keras on JAX."""
    from manyeyes.devices import start_jax

    os.environ["KERAS_BACKEND"] = "jax"
    start_jax()
    import keras

    layers = keras.layers
    images = keras.Input((edge, edge, 1))
    found = images
    for channels in (32, 64, 128):
        found = layers.Conv2D(channels, 3, padding="same", activation="relu")(found)
        found = layers.MaxPooling2D()(found)
    found = layers.Dense(128, activation="relu")(found)
    for channels in (128, 64, 1):
        found = layers.UpSampling2D()(found)
        found = layers.Conv2D(channels, 3, padding="same", activation="sigmoid")(found)
    model = keras.Model(images, found)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy")
    grey, labels = slices(BATCH, edge)
    inputs = (grey[..., None] / np.float32(255)).astype(np.float32)
    wanted = (labels[..., None] == 1).astype(np.float32)

    def call():
        return model.fit(inputs, wanted, batch_size=BATCH, epochs=1, verbose=0)

    return 100 / BATCH * fastest(call, repeats)


CASES: dict[str, Callable[[int, int], float]] = {
    "lee, a step as used": lambda e, r: step("lee", e, r, gather=True),
    "lee, a step without gathering": lambda e, r: step("lee", e, r, gather=False),
    "lee, a step without folding": lambda e, r: step("lee", e, r, gather=False, fold=False),
    "lrcs, a step as used": lambda e, r: step("lrcs", e, r, gather=True),
    "lee, an epoch": lambda e, r: training("lee", e, r),
    "lrcs, an epoch": lambda e, r: training("lrcs", e, r),
    "lee, labelling": lambda e, r: application("lee", e, r),
    "lrcs, labelling": lambda e, r: application("lrcs", e, r),
    "lee in Keras, an epoch": keras_training,
}
"""What is measured: from an edge and a number of repeats to seconds for 100 images."""


def run_apart(case: str, edge: int, repeats: int) -> dict[str, float | str]:
    """Return seconds and peak memory of a case in a process of its own, or why there are none."""
    call = [sys.executable, __file__, "--run", case, "--edge", str(edge), "--repeats", str(repeats)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return {"missing": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure every case and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edge", type=int, default=256, help="edge of the images in pixels")
    parser.add_argument("--repeats", type=int, default=3, help="calls of each; the fastest counts")
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--run", choices=CASES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        seconds = CASES[options.run](options.edge, options.repeats)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Linux counts in KiB, macOS in bytes.
        peak_bytes = peak if sys.platform == "darwin" else 1024 * peak
        print(json.dumps({"seconds": seconds, "peak_bytes": peak_bytes}))
        return
    print(f"100 images of {options.edge} x {options.edge} pixels, one thread\n")
    print("| case | CPU s | peak GB |")
    print("|---|---|---|")
    for case in options.only:
        run = run_apart(case, options.edge, options.repeats)
        if "missing" in run:
            print(f"| {case} | not run: {run['missing']} | |", flush=True)
        else:
            print(f"| {case} | {run['seconds']:.1f} | {run['peak_bytes'] / 1e9:.2f} |", flush=True)


if __name__ == "__main__":
    main()
