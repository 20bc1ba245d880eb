"""Which parameter drives a result: Sobol indices with intervals.

First-order index: the share of the result's variance that the parameter explains alone; total index: what it
explains with all its interactions (Sobol 1993; Saltelli et al. 2010). The estimators, the design and the bootstrap
are scipy's (`scipy.stats.sobol_indices`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from theory.errors import InputError

Floats = NDArray[np.float64]


def sobol_indices(
    function: Callable[[Floats], Floats], names: Sequence[str], *, points: int, rng: np.random.Generator
) -> list[dict[str, dict[str, dict[str, float]]]]:
    """First-order and total Sobol indices of every output of a function of independent uniform inputs.

    Parameters
    ----------
    function
        Takes quantiles of shape ``(points, len(names))`` to outputs of shape ``(outputs, points)``.
    names
        Names of the inputs.
    points
        Size of the base design, a power of two; the function is evaluated at ``points * (len(names) + 2)`` points.

    Returns
    -------
    list, one per output, of ``{name: {"first": {value, low, high}, "total": {...}}}``; the largest total first. An
    output that does not vary has indices of zero.

    Examples
    --------
    >>> linear = lambda u: (4 * u[:, 0] + 3 * u[:, 1])[None]
    >>> indices, = sobol_indices(linear, ["a", "b"], points=1024, rng=np.random.default_rng(0))
    >>> round(indices["a"]["total"]["value"], 2)  # 16 / (16 + 9)
    0.64
    """
    if points & (points - 1) or points < 2:
        raise InputError(f"points is {points}; it must be a power of two")
    if not names:
        raise InputError("no input has a prior; there is nothing to attribute the result to")

    def transposed(x: Floats) -> Floats:  # scipy passes (inputs, points)
        return np.atleast_2d(np.asarray(function(x.T), float))

    uniform: Any = [stats.uniform()] * len(names)
    result: Any = stats.sobol_indices(func=transposed, n=points, dists=uniform, rng=rng)
    boot: Any = result.bootstrap(confidence_level=0.95, n_resamples=200)
    parts = {"first": (result.first_order, boot.first_order), "total": (result.total_order, boot.total_order)}

    def entry(kind: str, output: int, column: int) -> dict[str, float]:
        values, interval = parts[kind]
        ends = interval.confidence_interval
        numbers = (np.atleast_2d(a)[output, column] for a in (values, ends.low, ends.high))
        return dict(zip(("value", "low", "high"), (float(np.nan_to_num(v)) for v in numbers), strict=True))

    outputs = np.atleast_2d(result.total_order).shape[0]
    tables = []
    for output in range(outputs):
        totals = np.nan_to_num(np.atleast_2d(result.total_order)[output])
        order = np.argsort(-totals, kind="stable")
        tables.append({names[c]: {kind: entry(kind, output, c) for kind in parts} for c in order})
    return tables
