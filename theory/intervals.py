"""Intervals for what is estimated: probabilities, means, and anything that has replicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from theory.errors import InputError

LEVEL = 0.95
"""Confidence level of every interval unless another is asked for."""


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; ``low == high == value`` if it is exact.

    Examples
    --------
    >>> print(Estimate(0.25, 0.2, 0.3))
    0.25 [0.2, 0.3]
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"

    def to_dict(self) -> dict[str, float]:
        """Value and ends, for a record."""
        return {"value": self.value, "low": self.low, "high": self.high}


def probability(successes: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Share of true entries with its Wilson interval.

    The interval treats the entries as independent draws; for scrambled Sobol points it is conservative.

    Examples
    --------
    >>> print(probability([True] * 30 + [False] * 70))
    0.3 [0.219, 0.396]
    """
    flags = np.asarray(successes, bool).ravel()
    if flags.size == 0:
        raise InputError("a probability needs at least one draw; none was given")
    interval = stats.binomtest(int(flags.sum()), flags.size).proportion_ci(level, method="wilson")
    return Estimate(float(flags.mean()), float(interval.low), float(interval.high))


def from_replicates(values: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Mean of independent replicates with its Student t interval.

    This is the interval for randomised quasi-Monte Carlo: each replicate is one scrambled point set, and the
    replicates are independent (Owen 1997; L'Ecuyer and Lemieux 2002).

    Parameters
    ----------
    values
        Shape ``(replicates,)``, at least two.
    """
    array: NDArray[np.float64] = np.asarray(values, float)
    if array.ndim != 1 or array.size < 2:
        raise InputError(f"replicates have shape {array.shape}; a list of at least two is needed")
    mean = float(array.mean())
    half = float(stats.t.ppf((1 + level) / 2, array.size - 1) * stats.sem(array))
    return Estimate(mean, mean - half, mean + half)
