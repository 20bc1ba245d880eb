"""Results as plain JSON values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from theory.errors import InputError


def plain(value: Any, where: str = "numbers") -> Any:
    """JSON value of a result: dicts, lists, strings, numbers, bools, None.

    Numpy scalars and arrays become numbers and lists, objects with ``to_dict()`` dicts. JSON has no NaN and no
    infinity: NaN becomes None, an infinity the string ``"inf"`` or ``"-inf"``, which ``float()`` reads.

    Raises
    ------
    InputError
        Naming the place of a value of another kind.

    Examples
    --------
    >>> plain({"share": np.float64(0.5), "lambda": [np.inf, np.nan], 3: np.array([True])})
    {'share': 0.5, 'lambda': ['inf', None], '3': [True]}
    """
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, Mapping):
        result = {str(name): plain(item, f"{where}[{name!r}]") for name, item in value.items()}
        if len(result) != len(value):
            raise InputError(f"{where} has two keys with the same text: {list(value)}")
        return result
    if isinstance(value, list | tuple):
        return [plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    raise InputError(
        f"{where} is of type {type(value).__name__}; a record holds numbers, texts, bools, lists and dicts"
    )
