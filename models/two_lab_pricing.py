"""S6, two clouds that sell compute to two rival labs: the price stage, solved backwards.

Goods ``j`` are pairs of a cloud and a lab, in the order of `GOODS`. Each cloud names a price ``w_j`` to each lab that it
serves; each lab ``l`` orders ``x_j`` from both. With ``X_l`` the lab's total, its profit is

    Pi_l = sum_{j in l} (v_j - w_j) x_j - beta_l / 2 ((1 - sigma) sum_{j in l} x_j^2 + sigma X_l^2) - rho X_l X_m

and the cloud with stakes ``theta_l`` earns ``sum (w_j - c_j) x_j + sum_l theta_l Pi_l``. Orders solve a linear
complementarity problem with a positive definite matrix (``rho^2`` below the product of the labs' slopes), so there is
one solution: found by trying how many suppliers each lab uses. Prices: for every set of goods that may be traded the
first-order conditions of both clouds are linear; a candidate is accepted if no cloud gains by another price of one good,
nor by refusing one lab and naming the best price to the other. Draws that none fits (a supplier is just priced out) are
solved by best replies in turn and held to the same.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Payoff

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

GOODS = ("cloud to first lab", "cloud to second lab", "others to first lab", "others to second lab")
"""Order of the last axis of prices and orders."""

CLOUD = np.array([0, 0, 1, 1])
LAB = np.array([0, 1, 0, 1])
SAME_CLOUD = CLOUD[:, None] == CLOUD
SAME_LAB = LAB[:, None] == LAB

TOLERANCE = 1e-9
"""Regret accepted in the price stage, as a share of the range of a cloud's payoff along the price."""

SWEEPS = 40
_NEVER = -1e9  # what a lab gains per GW from a cloud that does not serve it


class Market(NamedTuple):
    """Numbers of the subgame: of goods, shape ``(*batch, 4)``; of labs ``(*batch, 2)``; of all ``(*batch,)``."""

    value: Floats
    cost: Floats
    offered: Flags
    stake: Floats
    slope: Floats
    substitution: Floats
    rivalry: Floats

    def take(self, index: Flags | NDArray[np.intp]) -> Market:
        """Some draws."""
        return Market(*(part[index] for part in self))


def orders(price: Floats, market: Market) -> Floats:
    """What the labs order at prices ``(..., *batch, 4)``, GW."""
    net = np.where(market.offered, market.value - price, _NEVER)
    by_lab = np.stack([net[..., 0::2], net[..., 1::2]], axis=-2)  # (..., lab, cloud)
    ranked = np.cumsum(-np.sort(-by_lab, axis=-1), axis=-1)
    sigma, rho = market.substitution[..., None], market.rivalry
    steep, common = market.slope * (1 - sigma), market.slope * sigma
    best = np.zeros((*net.shape[:-1], 2))
    worst = np.full(net.shape[:-1], np.inf)
    for used in itertools.product((0, 1, 2), repeat=2):
        sums = np.stack(
            [ranked[..., lab, u - 1] if u else 0 * rho + 0 * worst.T.T * 0 for lab, u in enumerate(used)], -1
        )
        weight = np.array(used) / (steep + np.array(used) * common)
        alone = sums / (steep + np.array(used) * common)
        reply = weight * rho[..., None]
        total = (alone - reply * alone[..., ::-1]) / (1 - reply.prod(axis=-1))[..., None]
        bought = _bought(by_lab, total, steep, common, rho).sum(axis=-1)
        violation = (np.abs(bought - total) * steep).sum(axis=-1)
        better = violation < worst
        worst = np.where(better, violation, worst)
        best = np.where(better[..., None], total, best)
    x = _bought(by_lab, best, steep, common, rho)
    return np.stack([x[..., 0, 0], x[..., 1, 0], x[..., 0, 1], x[..., 1, 1]], axis=-1)


def _bought(by_lab: Floats, total: Floats, steep: Floats, common: Floats, rho: Floats) -> Floats:
    left = by_lab - (rho[..., None] * total[..., ::-1] + common * total)[..., None]
    return np.maximum(left, 0.0) / steep[..., None]
