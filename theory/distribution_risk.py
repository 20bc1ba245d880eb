"""Risk of a distribution that is known, by quadrature: the counterparts of `theory.risk` for what is not a sample.

With quantile function ``q(u)`` of a loss, the value at risk at a level is ``q(level)``, and the conditional value at
risk (expected shortfall) is the mean of the worst ``1 - level`` share,

    CVaR = integral over z > 0 of q(1 - (1 - level) exp(-z)) exp(-z) dz

(Rockafellar and Uryasev 2000). Distributions are frozen ones of `scipy.stats`, or anything with ``cdf``, ``sf``,
``isf``, ``ppf``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from scipy.integrate import quad

from theory.errors import InputError, SolverError

_DEEPEST = 300.0  # exp(-z) and its square are still positive floats


class Distribution(Protocol):
    """Continuous distribution of a number: what frozen distributions of `scipy.stats` have."""

    def cdf(self, x: float, /) -> Any:
        """Probability of at most ``x``."""

    def sf(self, x: float, /) -> Any:
        """Probability of more than ``x``."""

    def isf(self, q: float, /) -> Any:
        """Value exceeded with this probability."""

    def ppf(self, q: float, /) -> Any:
        """Quantile; at 0 and 1 the ends of the support."""


def value_at_risk_of(loss: Distribution, level: float = 0.95) -> float:
    """Quantile of a loss at ``level``."""
    _check_level(level)
    return float(loss.ppf(level))


def cvar_of(loss: Distribution, level: float = 0.95) -> float:
    """Conditional value at risk of a loss with a known distribution.

    Parameters
    ----------
    loss
        Large values are bad.
    level
        In (0, 1).

    Raises
    ------
    InputError
        For a level out of bounds.
    SolverError
        If the tail has no mean that quadrature can find.

    Examples
    --------
    >>> from scipy import stats
    >>> round(cvar_of(stats.uniform(0, 1), 0.9), 9)  # the mean of the worst tenth
    0.95
    """
    start = value_at_risk_of(loss, level)

    def beyond(z: float) -> float:
        with np.errstate(over="ignore"):
            return (float(loss.isf((1 - level) * math.exp(-z))) - start) * math.exp(-z)

    excess = integral(beyond, 0.0, _DEEPEST, (1.0, 5.0, 20.0, 80.0))
    if not beyond(_DEEPEST) <= 1e-9 * excess:
        raise SolverError(f"the mean of the worst {1 - level:g} of the losses is infinite, or its tail is too heavy")
    return start + excess


def limited_mean(demand: Distribution, capacity: float) -> float:
    """``E min(D, k)``, what a capacity ``k`` sells of a demand that is never below zero.

    Examples
    --------
    >>> from scipy import stats
    >>> limited_mean(stats.uniform(0, 1), 0.5)
    0.375
    """
    least = max(float(demand.ppf(0.0)), 0.0)
    if capacity <= least:
        return float(capacity)
    end = min(capacity, _upper(demand))
    return least + integral(lambda x: float(demand.sf(x)), least, end, quantiles(demand))


def quantiles(distribution: Distribution) -> tuple[float, ...]:
    """Where most of a distribution lies: points at which to split an integral over it, whatever its unit."""
    points = [float(distribution.ppf(q)) for q in (0.0, 0.01, 0.5, 0.99, 0.9999, 1.0)]
    return tuple(p for p in points if abs(p) < math.inf)


def integral(function: Callable[[float], float], low: float, high: float, kinks: Sequence[float] = ()) -> float:
    """Integral of a function between two finite points, split at its kinks; refused if quadrature does not settle."""
    if high <= low:
        return 0.0
    ends = [low, *sorted(k for k in kinks if low < k < high), high]
    parts = [
        quad(function, a, b, epsabs=0.0, epsrel=1e-12, limit=500, full_output=1) for a, b in itertools.pairwise(ends)
    ]
    total, error = sum(float(p[0]) for p in parts), sum(float(p[1]) for p in parts)
    if not np.isfinite(total) or error > 1e-8 * abs(total) + 1e-300:
        raise SolverError(
            f"the integral from {low:g} to {high:g} does not settle (error {error:.1e} of {total:.1e}): "
            "has the tail a mean?"
        )
    return total


def _upper(distribution: Distribution) -> float:
    return float(distribution.ppf(1.0))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InputError(f"level is {level}; it must lie between 0 and 1, e.g. 0.95")
