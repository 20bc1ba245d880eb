"""Regional sensitivity: what separates the draws in which an event holds from those in which it does not.

For each input, the largest distance between its distribution given the event and its distribution given the contrary,
``sup |F(x | event) - F(x | no event)|`` (Kolmogorov-Smirnov; Hornberger and Spear 1981). Zero: the input says nothing
by itself; one: it decides alone. The sign says on which side the event is: positive if large values go with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from theory.arrays import finite_floats, mapping_of, true_or_false
from theory.errors import InputError


def regional_sensitivity(inputs: Mapping[str, ArrayLike], event: ArrayLike) -> dict[str, dict[str, Any]]:
    """Kolmogorov-Smirnov distance of every input between the draws with and without an event.

    Parameters
    ----------
    inputs
        Values by name, shape ``(draws,)`` each.
    event
        Shape ``(draws,)``.

    Returns
    -------
    dict from name to ``{"distance", "sign", "at", "p-value"}``, the largest distance first; ``at`` is the value of the
    input at which the two are farthest apart, and the p-value that of one and the same distribution. All distances
    are zero if the event always holds, or never.

    Raises
    ------
    InputError
        For inputs that are not finite numbers, an event that is not true or false, or shapes that differ.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 1001)
    >>> found = regional_sensitivity({"x": x, "other": np.resize([0.0, 1.0], 1001)}, x > 0.6)
    >>> found["x"]["distance"], found["x"]["sign"], found["x"]["at"]
    (1.0, 1, 0.6)
    """
    from scipy import stats

    holds = true_or_false(event, "event")
    named = mapping_of(inputs, "inputs", "{'cost': values of shape (draws,)}")
    arrays = {name: finite_floats(values, f"input {name!r}") for name, values in named.items()}
    for name, values in arrays.items():
        if values.shape != holds.shape or holds.ndim != 1 or not holds.size:
            raise InputError(f"{name} has shape {values.shape} and the event {holds.shape}; both must be (draws,)")
    if holds.all() or not holds.any():
        return {name: {"distance": 0.0, "sign": 0, "at": None, "p-value": 1.0} for name in arrays}
    found = {}
    for name, values in arrays.items():
        test: Any = stats.ks_2samp(values[holds], values[~holds], method="asymp")
        found[name] = {
            "distance": float(test.statistic),
            "sign": -int(test.statistic_sign),
            "at": float(test.statistic_location),
            "p-value": float(test.pvalue),
        }
    return dict(sorted(found.items(), key=lambda item: -item[1]["distance"]))
