"""Which parameter drives a result: Sobol indices with intervals.

First-order index: the share of the result's variance that the parameter explains alone; total index: what it
explains with all its interactions (Sobol 1993; Saltelli et al. 2010). Design and estimators are scipy's
(`scipy.stats.sobol_indices`); the intervals come from independent replicates of the design.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError
from theory.generators import require_generator
from theory.intervals import Estimate, from_replicates

Floats = NDArray[np.float64]

Indices = dict[str, dict[str, Estimate]]
"""``{name: {"first": ..., "total": ...}}``, the largest total first."""

Design: TypeAlias = tuple[Floats, Floats]
"""First-order and total indices of every output and input by one design."""


def sobol_indices(
    function: Callable[[Floats], Floats],
    names: Sequence[str],
    *,
    points: int,
    rng: np.random.Generator,
    replicates: int = 8,
) -> list[Indices]:
    """First-order and total Sobol indices of every output of a function of independent uniform inputs.

    Parameters
    ----------
    function
        Takes quantiles of shape ``(n, len(names))`` to outputs of shape ``(outputs, n)``.
    names
        Names of the inputs.
    points
        Size of the base design of one replicate, a power of two; the function is evaluated at
        ``points * (len(names) + 2)`` points per replicate.
    replicates
        Independent designs, at least two.

    Returns
    -------
    list of `Indices`, one per output. An output that does not vary has indices of zero.

    Raises
    ------
    InputError
        For a design that is too small, or outputs that are no finite numbers.

    Examples
    --------
    >>> linear = lambda u: (4 * u[:, 0] + 3 * u[:, 1])[None]
    >>> indices, = sobol_indices(linear, ["a", "b"], points=1024, rng=np.random.default_rng(0))
    >>> round(indices["a"]["total"].value, 2)  # 16 / (16 + 9)
    0.64
    """
    designs = sobol_designs(function, names, points=points, rng=rng, replicates=replicates)
    return indices_of(names, [design() for design in designs])


def sobol_designs(
    function: Callable[[Floats], Floats],
    names: Sequence[str],
    *,
    points: int,
    rng: np.random.Generator,
    replicates: int = 8,
) -> list[Callable[[], Design]]:
    """The independent designs of `sobol_indices`, each a call still to be made, so that processes can share them.

    Of a module's function they can be pickled. What they return is for `indices_of`.
    """
    if points < 2 or points & (points - 1) or replicates < 2:
        raise InputError(
            f"points is {points} and replicates {replicates}; a power of two, and at least two, are needed"
        )
    if len(names) < 2:
        raise InputError(f"the inputs are {list(names)}; at least two are needed to share out the result's variance")
    streams = require_generator(rng).spawn(replicates)
    return [partial(_one_design, function, len(names), points, stream) for stream in streams]


def indices_of(names: Sequence[str], designs: Sequence[Design]) -> list[Indices]:
    """Indices of every output, with intervals, from what the `sobol_designs` returned."""
    first, total = (np.stack([design[kind] for design in designs]) for kind in range(2))
    return [  # first and total are (replicates, outputs, inputs)
        {
            names[c]: {"first": from_replicates(first[:, o, c]), "total": from_replicates(total[:, o, c])}
            for c in np.argsort(-total[:, o].mean(axis=0), kind="stable")
        }
        for o in range(first.shape[1])
    ]


def _one_design(function: Callable[[Floats], Floats], inputs: int, points: int, rng: np.random.Generator) -> Design:
    from scipy import stats

    uniform: Any = [stats.uniform()] * inputs

    def transposed(x: Floats) -> Floats:  # scipy passes (inputs, n)
        outputs = np.atleast_2d(np.asarray(function(x.T), float))
        lost = int((~np.isfinite(outputs)).sum())
        if lost:
            raise InputError(
                f"{lost} of {outputs.size} outputs are no finite numbers, and would count as no influence; give the "
                "function a value for them, or leave such inputs out of the priors"
            )
        return outputs

    with np.errstate(invalid="ignore", divide="ignore"):  # an output without variance
        result: Any = stats.sobol_indices(func=transposed, n=points, dists=uniform, rng=rng)
    return (
        np.nan_to_num(np.atleast_2d(result.first_order)),
        np.nan_to_num(np.atleast_2d(result.total_order)),
    )
