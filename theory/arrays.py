"""Numbers from callers: arrays of finite floats, or an error that names the argument."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.errors import InputError


def finite_floats(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """New array of floats.

    Raises
    ------
    InputError
        For text, complex numbers, ragged rows, None, NaN or infinities.

    Examples
    --------
    >>> finite_floats([[1, 2], [3]], "payoffs")
    Traceback (most recent call last):
    theory.errors.InputError: payoffs is [[1, 2], [3]]; it must be a full array of real numbers
    """
    try:
        array = np.array(values)
        floats = None if np.iscomplexobj(array) or array.dtype.kind in "US" else array.astype(float)
    except (TypeError, ValueError):
        floats = None
    if floats is None:
        raise InputError(f"{name} is {str(values)[:80]}; it must be a full array of real numbers")
    if not np.isfinite(floats).all():
        raise InputError(f"{name} is {str(values)[:80]}; every entry must be a finite number")
    return floats
