"""Images that are stored in colour but show greys."""

import numpy as np

from .errors import FileError


def grey_of_colour(path, image: np.ndarray, where: str = "it") -> np.ndarray:
    """Return one channel of an image whose channels are equal.

    Parameters
    ----------
    path : path-like
        For the message.
    image : ndarray, shape (y, x, channels)
        Grey and opacity, or red, green and blue, perhaps with opacity.
    where : str
        What of the file it is, for the message.

    Returns
    -------
    ndarray, shape (y, x)

    Raises
    ------
    FileError
        If the channels differ.
    """
    if image.shape[-1] < 3:
        return np.ascontiguousarray(image[..., 0])
    first = image[..., 0]
    for channel in (1, 2):
        differs = image[..., channel] != first
        if differs.any():
            row, column = np.argwhere(differs)[0]
            raise FileError(
                f"{path}: expected grey values, found colour: {where} has red, green and blue "
                f"{image[row, column, :3].tolist()} in row {row}, column {column}; export it as a "
                "grey TIFF stack"
            )
    return np.ascontiguousarray(first)
