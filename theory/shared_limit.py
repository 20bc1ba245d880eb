"""A limit that binds all players together: total chips, total power, total money.

A shared limit says ``sum_j weights_j x_j <= limit``. What one player may choose then depends on what the others chose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import refuse_masked
from theory.display import numbers
from theory.errors import InputError

Floats = NDArray[np.float64]

_FEW = 6  # weights that are all printed


@dataclass(frozen=True, eq=False, init=False, repr=False)
class SharedLimit:
    """Linear limit on the choices of all players together.

    Parameters
    ----------
    limit
        Largest total, a number or one per draw, shape ``batch``.
    weights
        What one unit of each player's choice takes of it, 0 or more, shape ``(*batch, N)`` or broadcastable.
    name, unit
        For tables: what is limited, and its unit.

    Examples
    --------
    >>> power = SharedLimit(10.0, weights=[1.2, 1.0], name="power", unit="GW")
    >>> power
    SharedLimit(power: at most 10 GW, weights (1.2, 1))
    >>> float(power.use(np.array([5.0, 3.0])))
    9.0
    """

    limit: Floats
    weights: Floats
    name: str
    unit: str

    def __init__(self, limit: ArrayLike, weights: ArrayLike = 1.0, *, name: str = "total", unit: str = "") -> None:
        for key, given in {"limit": limit, "weights": weights}.items():
            refuse_masked(given, f"{key} of the shared limit {name!r}")
            try:
                array = np.array(given, dtype=float)
            except (TypeError, ValueError):
                raise InputError(f"{key} is {given!r}; it must be a number or an array of numbers") from None
            if not np.isfinite(array).all() or (array < 0).any():
                raise InputError(f"{key} of the shared limit {name!r} is {array}; it must be finite and not negative")
            array.setflags(write=False)
            object.__setattr__(self, key, array)
        if not np.atleast_1d(self.weights).any(axis=-1).all():
            raise InputError(f"no choice counts towards the shared limit {name!r}: every weight is zero in some draw")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "unit", unit)

    def __repr__(self) -> str:
        most = _span(self.limit) + (f" {self.unit}" if self.unit else "")
        few = self.weights.ndim == 1 and self.weights.size <= _FEW
        weights = numbers(self.weights) if few else _span(self.weights)
        draws = f"; draws {self.limit.shape}" if self.limit.ndim else ""
        return f"SharedLimit({self.name}: at most {most}, weights {weights}{draws})"

    def fit(self, shape: tuple[int, ...]) -> SharedLimit:
        """Same limit with ``weights`` of shape ``(*batch, N)`` and ``limit`` of shape ``batch``."""
        try:
            weights, limit = np.broadcast_to(self.weights, shape), np.broadcast_to(self.limit, shape[:-1])
        except ValueError:
            raise InputError(
                f"the shared limit {self.name!r} has weights of shape {self.weights.shape} and a limit of shape "
                f"{self.limit.shape}; they must fit {shape} and {shape[:-1]}"
            ) from None
        return SharedLimit(limit, weights, name=self.name, unit=self.unit)

    def use(self, x: Floats) -> Floats:
        """What the choices ``x`` of shape ``(..., *batch, N)`` take, shape ``(..., *batch)``."""
        return np.asarray((self.weights * x).sum(axis=-1))

    def __getitem__(self, index: Any) -> SharedLimit:
        """Take draws out of a fitted limit."""
        return SharedLimit(self.limit[index], self.weights[index], name=self.name, unit=self.unit)


def _span(values: Floats) -> str:
    """One number, or from the least to the largest."""
    low, high = f"{values.min():.6g}", f"{values.max():.6g}"
    return low if low == high else f"{low} to {high}"
