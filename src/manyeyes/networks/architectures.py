"""The layers of each architecture: names and sizes of what is trained, without JAX."""

from dataclasses import dataclass

STEP = 8
"""Edges of what a network sees are multiples of this: both pool three times."""

ARCHITECTURES = ("lee", "lrcs")


@dataclass(frozen=True)
class Layer:
    """A convolution with a bias; a dense layer for each pixel has an edge of 1.

    Attributes
    ----------
    name : str
    edge : int
        Of the kernel, in pixels.
    inputs, outputs : int
        Channels.
    """

    name: str
    edge: int
    inputs: int
    outputs: int

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of what is trained, by name: kernel (y, x, inputs, outputs) and bias."""
        return {
            f"{self.name}/kernel": (self.edge, self.edge, self.inputs, self.outputs),
            f"{self.name}/bias": (self.outputs,),
        }


def layers_of(architecture: str, width: int, classes: int) -> tuple[Layer, ...]:
    """Return the layers of an architecture, in the order in which they are applied.

    Parameters
    ----------
    architecture : {"lee", "lrcs"}
        ``lee`` is the network of Lee et al. 2023 (DOI 10.1186/s40543-023-00407-z) as its published
        code has it. ``lrcs`` is LRCS-Net after segmentPy (Su et al. 2022,
        https://github.com/ZeliangSu/SegmentPy).
    width : int
        Channels of the first convolution; the others are multiples. Lee et al. have 32.
    classes : int
        Only `lrcs` depends on it; `lee` has one output for two classes.

    Raises
    ------
    ValueError
        If the architecture is unknown or does not fit the number of classes.
    """
    if architecture == "lee":
        if classes != 2:
            raise ValueError(
                f"the architecture lee tells two phases apart, found {classes} codes; take lrcs"
            )
        return (
            Layer("conv1", 3, 1, width),
            Layer("conv2", 3, width, 2 * width),
            Layer("conv3", 3, 2 * width, 4 * width),
            Layer("dense", 1, 4 * width, 4 * width),
            Layer("up1", 3, 4 * width, 4 * width),
            Layer("up2", 3, 4 * width, 2 * width),
            Layer("up3", 3, 2 * width, 1),
        )
    if architecture == "lrcs":
        return (
            Layer("conv1", 3, 1, width),
            Layer("conv2", 3, width, 2 * width),
            Layer("conv3", 3, 2 * width, 4 * width),
            Layer("bottleneck", 3, 4 * width, 4 * width),
            Layer("deconv1", 3, 4 * width, 4 * width),
            Layer("deconv1b", 3, 4 * width, 4 * width),
            Layer("deconv2", 3, 4 * width, 2 * width),
            Layer("deconv2b", 3, 2 * width, 2 * width),
            Layer("deconv3", 3, 2 * width, 2 * width),
            Layer("deconv3b", 3, 2 * width, 2 * width),
            Layer("deconv4", 3, 2 * width, width),
            Layer("deconv4b", 3, width, width),
            Layer("classes", 3, width, classes),
        )
    raise ValueError(f"unknown architecture {architecture!r}; known are {', '.join(ARCHITECTURES)}")


def weight_shapes(architecture: str, width: int, classes: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of every trained array of an architecture, by name."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in layers_of(architecture, width, classes):
        shapes |= layer.shapes
    return shapes


def count_parameters(architecture: str, width: int = 32, classes: int = 2) -> int:
    """Return how many numbers are trained; `lee` has 331,137 with the width of its paper."""
    return sum(
        layer.edge**2 * layer.inputs * layer.outputs + layer.outputs
        for layer in layers_of(architecture, width, classes)
    )
