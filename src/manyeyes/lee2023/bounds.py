"""How high F1 and how low the mean squared error can be at a given accuracy.

All follow from counting pixels, for labels that are 0 or 1 and outputs that are cut at one half.
"""

import numpy as np


def f1_at_most(error, share=1.0):
    """Return the highest F1 that a share of wrong pixels allows.

    With e = FP + FN as shares of all pixels, F1 = 2 TP / (2 TP + e), which grows with TP. TP is at
    most 1 - e, and at most the share of the class whose F1 it is. Without a share this is
    2 (1 - e) / (2 - e).

    Parameters
    ----------
    error : float or array_like
        Share of pixels that are wrong (1 - accuracy), 0 to 1.
    share : float or array_like, default 1.0
        Share of the pixels that the class has in the labels, 0 to 1.

    Returns
    -------
    float or ndarray
        NaN where neither labels nor prediction can hold the class.

    Raises
    ------
    ValueError
        If an error or a share is not between 0 and 1.
    """
    error, share = _share("error", error), _share("share", share)
    most_true = np.minimum(share, 1 - error)
    with np.errstate(invalid="ignore"):
        return (2 * most_true / (2 * most_true + error))[()]


def mse_at_least(error):
    """Return the lowest mean squared error that a share of wrong pixels allows.

    An output on the wrong side of one half is at least one half away from its label.

    Parameters
    ----------
    error : float or array_like
        Share of pixels that are wrong, 0 to 1.
    """
    return (_share("error", error) / 4)[()]


def error_at_most(f1):
    """Return the largest share of wrong pixels at which an F1 is possible.

    The inverse of `f1_at_most` for any share of the class: 2 (1 - F1) / (2 - F1).
    """
    f1 = _share("f1", f1)
    return (2 * (1 - f1) / (2 - f1))[()]


def grey_at_least(error, f1, mse):
    """Return the lowest share of grey label pixels that makes three scores possible together.

    Keras' accuracy counts a grey pixel, whose label is neither 0 nor 1, as wrong whatever the
    output is; F1 rounds its label, and the squared error of a perfect output is 0. So of the share
    `error` of pixels that count as wrong, no more than `error_at_most(f1)` and than 4 `mse` can be
    wrong truly. The rest must be grey.

    Parameters
    ----------
    error, f1, mse : float or array_like
        1 - accuracy, F1 and mean squared error, 0 to 1 each.

    Returns
    -------
    float or ndarray
        0 if no grey pixel is needed.
    """
    error, mse = _share("error", error), _share("mse", mse)
    truly = np.minimum(error_at_most(f1), 4 * mse)
    return np.maximum(error - truly, 0.0)[()]


def _share(name: str, value) -> np.ndarray:
    value = np.asarray(value, dtype=np.float64)
    if not np.all((value >= 0) & (value <= 1)):
        raise ValueError(f"{name} is a share of pixels or a score, 0 to 1; found {value}")
    return value
