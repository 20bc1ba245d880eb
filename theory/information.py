"""What it is worth to know a parameter before one decides: expected value of partial perfect information.

With payoff ``v(a, x)`` of action ``a`` at inputs ``x``,

    EVPPI_j = E max_a E[v(a, x) | x_j] - max_a E v(a, x),        EVPI = E max_a v(a, x) - max_a E v(a, x)

(Raiffa and Schlaifer 1961). The inner expectation is a regression on the one input: natural splines on its ranks, the
same for all actions (Strong, Oakley and Brennan 2014). The regression is fitted on all replicates but one and used on
that one, so that it cannot profit from its own noise: what is left is biased downwards, not upwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from theory.arrays import finite_floats, list_of
from theory.errors import InputError
from theory.intervals import Estimate, from_replicates

Floats = NDArray[np.float64]

Decision = tuple[Floats, Mapping[str, Floats]]
"""Payoffs of shape ``(draws, actions)`` and the inputs by name, ``(draws,)`` each."""

_PIECES = 12
_DEGREE = 3


def value_of_information(replicates: Sequence[Decision]) -> dict[str, Estimate]:
    """Value of perfect information on every input by itself, and on all of them together.

    Parameters
    ----------
    replicates
        Payoffs and inputs of independent samples, at least two; the intervals come from them.

    Returns
    -------
    dict of estimates in the payoffs' unit: ``"everything"`` first, then the inputs, the largest first.

    Raises
    ------
    InputError
        For fewer than two replicates, entries that are not finite numbers, or shapes that do not match.

    Examples
    --------
    An option that pays a standard normal amount, against nothing: its worth is the normal density at zero.

    >>> rng = np.random.default_rng(1)
    >>> def sample():
    ...     x = rng.normal(size=4096)
    ...     return np.stack([0 * x, x], axis=-1), {"x": x, "noise": rng.normal(size=4096)}
    >>> found = value_of_information([sample() for _ in range(8)])
    >>> round(found["x"].value, 2), abs(found["noise"].value) < 0.02
    (0.4, True)
    """
    replicates = [_decision(one) for one in list_of(replicates, "replicates", "pairs (payoffs, inputs)")]
    if len(replicates) < 2:
        raise InputError(f"{len(replicates)} replicates are given; at least two are needed")
    names = list(replicates[0][1])
    for payoffs, inputs in replicates:
        if payoffs.ndim != 2 or any(name not in inputs or inputs[name].shape != payoffs.shape[:1] for name in names):
            raise InputError(f"payoffs have shape {payoffs.shape}; (draws, actions) with inputs of (draws,) is needed")
    mean = np.mean([payoffs.mean(axis=0) for payoffs, _ in replicates], axis=0)
    best = int(mean.argmax())
    everything = from_replicates([(p.max(axis=1) - p[:, best]).mean() for p, _ in replicates])
    values = {name: from_replicates(_values(replicates, name, best)) for name in names}
    ordered = sorted(values.items(), key=lambda item: -item[1].value)
    return {"everything": everything, **dict(ordered)}


def _decision(given: Any) -> Decision:
    """One replicate, its numbers checked."""
    if not isinstance(given, Sequence) or len(given) != 2 or not isinstance(given[1], Mapping):
        raise InputError(f"a replicate is {str(given)[:60]}; it must be (payoffs, inputs), the inputs a dict by name")
    inputs = {name: finite_floats(values, f"input {name!r}") for name, values in given[1].items()}
    return finite_floats(given[0], "payoffs"), inputs


def _values(replicates: Sequence[Decision], name: str, best: int) -> list[float]:
    """Per replicate, what choosing by the regression of the others brings over always choosing ``best``."""
    every = np.concatenate([inputs[name] for _, inputs in replicates])
    ends = np.quantile(every, np.linspace(0, 1, _PIECES + 1))
    moments = []
    for payoffs, inputs in replicates:
        design = _splines(inputs[name], ends)
        moments.append((design, design.T @ design, design.T @ (payoffs - payoffs[:, best : best + 1])))
    gram, cross = sum(m[1] for m in moments), sum(m[2] for m in moments)
    found = []
    for (design, own_gram, own_cross), (payoffs, _) in zip(moments, replicates, strict=True):
        coefficients = np.linalg.lstsq(gram - own_gram, cross - own_cross, rcond=1e-10)[0]
        choice = (design @ coefficients).argmax(axis=1)
        gain = np.take_along_axis(payoffs, choice[:, None], axis=1)[:, 0] - payoffs[:, best]
        found.append(float(gain.mean()))
    return found


def _splines(values: Floats, ends: Floats) -> Floats:
    """Cubic B-splines of the ranks of an input, shape ``(draws, _PIECES + _DEGREE)``."""
    if ends[0] == ends[-1]:
        return np.ones((len(values), 1))
    rank = np.interp(values, ends, np.linspace(0, 1, len(ends)))
    inner = np.linspace(0, 1, _PIECES + 1)
    knots = np.concatenate([[0.0] * _DEGREE, inner, [1.0] * _DEGREE])
    return np.asarray(BSpline.design_matrix(rank, knots, _DEGREE).toarray())
