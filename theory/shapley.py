"""Which of several correlated inputs drives a result: Shapley effects.

The share of the result's variance that an input brings when inputs become unknown one after the other, averaged over
all orders (Owen 2014). With ``c(J) = E Var(Y | X_-J)``, the variance left if all but ``J`` are known,

    Sh_j = mean over orders of [c(P + j) - c(P)] / Var Y,        P what comes before j,

which sums to one, is never negative, and needs no independence: Sobol indices of correlated inputs do not add up. The
estimator draws random orders, and for each the inner variance from three conditional draws at one outer point
(Song, Nelson and Staum 2016, SIAM/ASA J. Uncertainty Quantification 4, algorithm 1 and its section 4.1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from theory.arrays import function_of, instance_of, list_of, real_floats, whole_number
from theory.copula import GaussianCopula
from theory.errors import InputError
from theory.generators import require_generator
from theory.intervals import Estimate, from_replicates

Floats = NDArray[np.float64]

_INNER = 3


def shapley_effects(
    function: Callable[[Floats], Floats],
    names: Sequence[str],
    copula: GaussianCopula,
    *,
    orders: int,
    rng: np.random.Generator,
    replicates: int = 8,
) -> list[dict[str, Estimate]]:
    """Shapley effects of every output of a function of uniform inputs that are correlated.

    Parameters
    ----------
    function
        Takes quantiles of shape ``(n, len(names))`` to outputs of shape ``(outputs, n)``.
    copula
        Joint law of the quantiles.
    orders
        Random orders per replicate; the function is evaluated at about ``3 * orders * len(names)`` points for each.
    replicates
        Independent estimates, at least two; the intervals come from them.

    Returns
    -------
    list of dicts of estimates by name, one per output, the largest first. An output that does not vary has zeros.

    Raises
    ------
    InputError
        For fewer than two inputs, orders or replicates, names that do not match the copula, or a function whose
        outputs are not finite numbers of shape ``(outputs, n)``.

    Examples
    --------
    >>> copula = GaussianCopula([[1, 0], [0, 1]])
    >>> linear = lambda u: (4 * u[:, 0] + 3 * u[:, 1])[None]
    >>> effects, = shapley_effects(linear, ["a", "b"], copula, orders=4000, rng=np.random.default_rng(0))
    >>> round(effects["a"].value, 2)  # 16 / (16 + 9), as the Sobol index if the inputs are independent
    0.64
    """
    function_of(function, "function", "quantiles of shape (n, inputs) to outputs of shape (outputs, n)")
    instance_of(copula, GaussianCopula, "copula", "GaussianCopula(rank_correlations)")
    names = list_of(names, "names", "names, one for each input")
    orders, replicates = whole_number(orders, "orders", 2), whole_number(replicates, "replicates", 2)
    if len(names) < 2 or len(names) != copula.inputs:
        raise InputError(
            f"{len(names)} names are given for {copula.inputs} inputs; at least two, one for each, are needed"
        )
    runs = np.stack(
        [_one_estimate(function, copula, orders, stream) for stream in require_generator(rng).spawn(replicates)]
    )
    return [
        {names[c]: from_replicates(runs[:, o, c]) for c in np.argsort(-runs[:, o].mean(axis=0), kind="stable")}
        for o in range(runs.shape[1])
    ]


def _one_estimate(
    function: Callable[[Floats], Floats], copula: GaussianCopula, orders: int, rng: np.random.Generator
) -> Floats:
    """Effects of every output, shape ``(outputs, inputs)``."""
    inputs = copula.inputs
    drawn = rng.permuted(np.tile(np.arange(inputs), (orders, 1)), axis=1)
    outer = copula.join(rng.random((orders, inputs)))
    points = copula.resampled(drawn, outer, rng.random((orders, inputs - 1, _INNER, inputs)))
    sample = copula.join(rng.random((orders * _INNER, inputs)))
    values = _outputs(function, points.reshape(-1, inputs)).reshape(-1, orders, inputs - 1, _INNER)
    variance = _outputs(function, sample).var(axis=-1, ddof=1)  # (outputs,)
    left = np.zeros((len(variance), orders, inputs + 1))
    left[..., 1:inputs] = values.var(axis=-1, ddof=1)
    left[..., inputs] = variance[:, None]
    steps = np.diff(left, axis=-1)
    effects = np.zeros((len(variance), inputs))
    for j in range(inputs):  # in each order, input j has one place
        effects[:, j] = steps[:, drawn == j].sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):  # an output without variance
        return np.asarray(np.nan_to_num(effects / orders / variance[:, None]))


def _outputs(function: Callable[[Floats], Floats], points: Floats) -> Floats:
    values = real_floats(function(points), "what the function gives")
    if values.ndim != 2 or values.shape[-1] != len(points):
        raise InputError(f"the function gives shape {values.shape}; it must give (outputs, {len(points)})")
    if not np.isfinite(values).all():
        output, at = (int(k) for k in np.argwhere(~np.isfinite(values))[0])
        raise InputError(
            f"output {output} of the function is {values[output, at]} at the quantiles {points[at].round(4).tolist()}; "
            "every output must be finite"
        )
    return values
