"""Selfish routing over parallel links: equilibrium, optimum and the price of anarchy.

A flow of many small users splits over links with delays ``a_l + b_l x_l``. In equilibrium (Wardrop 1952)
all used links are equally slow and no other is faster; in the optimum all used links have equal marginal total delay
``a_l + 2 b_l x_l``. Both equalise a level ``L``: link l carries ``(L - a_l) / slope_l`` where that is positive, so the
level at which all of the flow is carried is the root of an increasing function. With affine delays the price of
anarchy is at most 4/3 (Roughgarden and Tardos 2002, J. ACM 49:236-259).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from theory.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Routing:
    """Flows on each link in equilibrium and in the optimum, and the total delay of each."""

    equilibrium: Floats
    optimum: Floats
    equilibrium_delay: float
    optimal_delay: float

    @property
    def price_of_anarchy(self) -> float:
        """Total delay in equilibrium over the least possible."""
        return self.equilibrium_delay / self.optimal_delay


def parallel_links(constants: Sequence[float], slopes: Sequence[float], flow: float = 1.0) -> Routing:
    """Route a flow over parallel links with delays ``constants + slopes * x``.

    Parameters
    ----------
    constants, slopes
        One of each per link, not negative. A slope of zero is a link that never congests.
    flow
        Positive.

    Examples
    --------
    Pigou (1920): a slow empty road and a fast one that congests.

    >>> road = parallel_links([1, 0], [0, 1])
    >>> road.equilibrium, road.optimum, round(road.price_of_anarchy, 6)
    (array([0., 1.]), array([0.5, 0.5]), 1.333333)
    """
    a, b = np.array(constants, float), np.array(slopes, float)
    if (
        a.ndim != 1
        or a.shape != b.shape
        or not a.size
        or not np.isfinite(a + b).all()
        or (a < 0).any()
        or (b < 0).any()
    ):
        raise InputError(
            f"constants {constants} and slopes {slopes}: one finite number of each per link, none negative"
        )
    if not 0 < flow < np.inf:
        raise InputError(f"flow is {flow}; it must be positive and finite")
    selfish, best = _fill(a, b, flow), _fill(a, 2 * b, flow)
    delays = [float(x @ (a + b * x)) for x in (selfish, best)]
    if delays[1] == 0:
        raise InputError("the whole flow passes without delay; there is no ratio of delays")
    return Routing(selfish, best, delays[0], delays[1])


def _fill(constants: Floats, slopes: Floats, flow: float) -> Floats:
    """Flows at which the levels ``constants + slopes * x`` of used links are equal and no other link's is lower."""
    congesting = slopes > 0

    def carried(level: float) -> Floats:
        room = np.maximum(level - constants, 0.0)
        return np.divide(room, slopes, out=np.zeros_like(room), where=congesting)

    flat = float(constants[~congesting].min()) if not congesting.all() else np.inf
    if flat < np.inf and carried(flat).sum() <= flow:  # the rest takes a link that never congests
        x = carried(flat)
        x[int(np.argmin(np.where(congesting, np.inf, constants)))] += flow - x.sum()
        return x
    least = float(constants[congesting].min())
    most = min(flat, least + flow * float(slopes[congesting].max()))
    level = float(brentq(lambda y: carried(y).sum() - flow, least, most * (1 + 1e-15), xtol=1e-300, rtol=1e-15))
    x = carried(level)
    return np.asarray(x * flow / x.sum())
