"""S6, two clouds that sell compute to two rival labs: the price stage, solved backwards.

Goods ``j`` are pairs of a cloud and a lab, in the order of `GOODS`. Each cloud names a price ``w_j`` to each lab that
it serves; each lab ``l`` orders ``x_j`` from both. With ``X_l`` the lab's total, its profit is

    Pi_l = sum_{j in l} (v_j - w_j) x_j - beta_l / 2 ((1 - sigma) sum_{j in l} x_j^2 + sigma X_l^2) - rho X_l X_m

and the cloud with stakes ``theta_l`` earns ``sum (w_j - c_j) x_j + sum_l theta_l Pi_l``. Orders solve a linear
complementarity problem with a positive definite matrix (``rho^2`` below the product of the labs' slopes), so there is
one solution: found by trying how many suppliers each lab uses. Prices: for every set of goods that may be traded the
first-order conditions of both clouds are linear; a candidate is accepted if no cloud gains by another price of one
good, nor by refusing one lab and naming the best price to the other. Draws that none fits (a supplier is just priced
out) are solved by best replies in turn and held to the same.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Payoff

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

GOODS = ("cloud to first lab", "cloud to second lab", "others to first lab", "others to second lab")
"""Order of the last axis of prices and orders."""

Setters: TypeAlias = tuple[int, ...]
ALL: Setters = (0, 1, 2, 3)
FIRST_CLOUD: Setters = (0, 1)
"""Goods whose prices are chosen: by both clouds, or by the first one only."""

CLOUD = np.array([0, 0, 1, 1])
LAB = np.array([0, 1, 0, 1])
SAME_CLOUD = CLOUD[:, None] == CLOUD
SAME_LAB = LAB[:, None] == LAB

TOLERANCE = 1e-9
"""Regret accepted in the price stage, as a share of the range of a cloud's payoff along the price."""

SWEEPS = 25
"""Rounds of best replies for draws in which a supplier is just priced out."""

SETTLED = 1e-13
"""Relative change of prices in a round at which the rounds end."""

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
        parts: Any = [part[index] for part in self]
        return Market(*parts)


def orders(price: Floats, market: Market) -> Floats:
    """What the labs order at prices ``(..., *batch, 4)``, GW."""
    net = np.where(market.offered, market.value - price, _NEVER)
    by_lab = np.stack([net[..., 0::2], net[..., 1::2]], axis=-2)  # (..., lab, cloud)
    shape = by_lab.shape[:-2]
    sigma = market.substitution[..., None]
    parts = (market.slope * (1 - sigma), market.slope * sigma, market.rivalry[..., None])
    steep, common, rho = (np.broadcast_to(part, (*shape, part.shape[-1])).reshape(-1, part.shape[-1]) for part in parts)
    x = _solve_orders(by_lab.reshape(-1, 2, 2), steep, common, rho).reshape(*shape, 2, 2)
    return np.stack([x[..., 0, 0], x[..., 1, 0], x[..., 0, 1], x[..., 1, 1]], axis=-1)


def _solve_orders(by_lab: Floats, steep: Floats, common: Floats, rho: Floats) -> Floats:
    """Orders ``(points, lab, cloud)``: number of suppliers by number, the points that fit none so far."""
    ranked = np.cumsum(np.sort(by_lab, axis=-1)[..., ::-1], axis=-1)
    sums = np.concatenate([np.zeros((len(ranked), 2, 1)), ranked], axis=-1)  # (points, lab, suppliers used)
    x, worst = np.zeros(by_lab.shape), np.full(len(by_lab), np.inf)
    exact = 1e-12 * (1 + np.where(by_lab > _NEVER, np.abs(by_lab), 0.0).max(axis=(-1, -2)))  # rounding
    for used in itertools.product((2, 1, 0), repeat=2):
        at = np.flatnonzero(worst > exact)
        if not at.size:
            break
        number = np.array(used)
        weight = 1 / (steep[at] + number * common[at])
        alone = sums[at][:, (0, 1), used] * weight
        reply = number * rho[at] * weight
        total = (alone - reply * alone[:, ::-1]) / (1 - reply.prod(axis=-1))[:, None]
        bought = _bought(by_lab[at], total, steep[at], common[at], rho[at])
        violation = (np.abs(bought.sum(axis=-1) - total) * steep[at]).sum(axis=-1)
        better = violation < worst[at]
        worst[at[better]], x[at[better]] = violation[better], bought[better]
    return x


def _bought(by_lab: Floats, total: Floats, steep: Floats, common: Floats, rho: Floats) -> Floats:
    left = by_lab - (rho * total[:, ::-1] + common * total)[..., None]
    return np.maximum(left, 0.0) / steep[..., None]


def lab_profits(price: Floats, x: Floats, market: Market) -> Floats:
    """Profits of the two labs, shape ``(..., *batch, 2)``."""
    sigma = market.substitution[..., None]
    gross = _per_lab((market.value - price) * x)
    total, squares = _per_lab(x), _per_lab(x**2)
    spread = (1 - sigma) * squares + sigma * total**2
    return np.asarray(gross - market.slope * spread / 2 - market.rivalry[..., None] * total.prod(axis=-1)[..., None])


def sale(price: Any, cost: Any, order: Any) -> Any:
    """What a cloud earns on one order: numbers or symbols."""
    return (price - cost) * order


def payoffs(price: Floats, market: Market) -> Floats:
    """Payoffs of the two clouds at prices, the orders following from them, shape ``(..., *batch, 2)``."""
    x = orders(price, market)
    margin = sale(price, market.cost, x)
    claims = market.stake * lab_profits(price, x, market)
    return np.stack([margin[..., :2].sum(axis=-1) + claims.sum(axis=-1), margin[..., 2:].sum(axis=-1)], axis=-1)


def _per_lab(values: Floats) -> Floats:
    return np.asarray(values[..., :2] + values[..., 2:])


def price_game(market: Market) -> ContinuousGame:
    """Price stage with one player for each good, who earns what its cloud earns; draws in one batch axis."""
    top = np.maximum(market.value, 1.01 * market.cost)

    def payoff(good: int) -> Payoff:
        return lambda w, *index: payoffs(w, market.take(index[0].astype(int)))[..., CLOUD[good]]

    return ContinuousGame(
        [payoff(good) for good in range(4)],
        lower=0.5 * market.cost,
        upper=top,
        parameters=(np.arange(len(top)),),
        players=GOODS,
        action_unit="US$ bn/GW",
        payoff_unit="US$ bn",
    )


def price_stage(market: Market, setters: Setters = ALL) -> tuple[Floats, Flags]:
    """Equilibrium prices, shape ``(*batch, 4)``, NaN where none is certified; and whether one is, shape ``batch``.

    ``setters`` are the goods whose prices are chosen, all or those of the first cloud; the others sell at cost.
    """
    shape = market.rivalry.shape
    size = int(np.prod(shape))
    parts: Any = [part.reshape(size, *part.shape[len(shape) :]) for part in market]
    flat = Market(*parts)
    game = price_game(flat)
    price, certified = np.full((size, 4), np.nan), np.zeros(size, bool)
    for traded, refuses in _REGIMES:
        left = np.flatnonzero(~certified & (flat.offered | ~np.array(traded)).all(axis=-1))
        trial, good = _try_regime(game[left], flat.take(left), np.array(traded), refuses, setters)
        price[left[good]], certified[left[good]] = trial[good], True
    left = np.flatnonzero(~certified)
    if left.size:
        price[left] = _sweeps(game[left], setters)
        certified[left] = is_equilibrium(game[left], price[left], setters)
        price[~certified] = np.nan
    return price.reshape(*shape, 4), certified.reshape(shape)


_REGIMES = [
    (traded, refuses)
    for traded in sorted(itertools.product((True, False), repeat=4), key=sum, reverse=True)
    for refuses in ((True,) if all(traded) else (True, False))
]
"""Which goods are traded; whether the others are refused or undersold at cost."""


def _try_regime(
    game: ContinuousGame, market: Market, traded: Flags, refuses: bool, setters: Setters
) -> tuple[Floats, Flags]:
    """Candidate prices if just these goods are traded, and for which draws they are an equilibrium."""
    good = np.zeros(len(market.rivalry), bool)
    if not good.size:
        return np.empty((0, 4)), good
    chosen = np.isin(np.arange(4), setters)
    shut = np.where(chosen & refuses, game.upper, market.cost)
    trial = np.where(traded, first_order_prices(market, traded, chosen), shut)
    inside = ((trial >= game.lower) & (trial <= game.upper)).all(axis=-1)
    fits = np.flatnonzero(inside & ((orders(trial, market) > 0) == traded).all(axis=-1))
    if fits.size:
        good[fits] = is_equilibrium(game[fits], trial[fits], setters)
    return trial, good


def first_order_prices(market: Market, traded: Flags, chosen: Flags) -> Floats:
    """Prices that meet the first-order conditions of the traded goods, or cost; those of the others mean nothing."""
    slope, sigma = market.slope[..., LAB], market.substitution[..., None, None]
    within = slope[..., None] * ((1 - sigma) * np.eye(4) + sigma) * SAME_LAB
    both = np.outer(traded, traded)
    system = np.where(both, within + market.rivalry[..., None, None] * ~SAME_LAB, np.eye(4))
    fall = np.linalg.inv(system) * both  # - dx / dw
    held = np.where(CLOUD == 0, market.stake[..., LAB], 0.0)
    weight = np.eye(4) * (1 - held)[..., None]
    # own stake in lab l counts rho X_l times the change of the other lab's total, for every good of the same cloud
    stakes = np.where(CLOUD[:, None] == 0, market.stake[..., None, LAB], 0.0)
    affected = np.stack([_fall_of_other(fall, lab) for lab in LAB], axis=-1)
    weight = weight + market.rivalry[..., None, None] * stakes * affected
    margins = fall * SAME_CLOUD
    left = weight @ fall + margins
    solved = traded & chosen
    left = np.where(solved[:, None], left, np.eye(4))
    right = (weight @ fall @ market.value[..., None] + margins @ market.cost[..., None])[..., 0]
    return np.asarray(np.linalg.solve(left, np.where(solved, right, market.cost)[..., None])[..., 0])


def _fall_of_other(fall: Floats, lab: int) -> Floats:
    """Fall of the total of the lab that is not ``lab`` with the price of each good, shape ``(*batch, 4)``."""
    return np.asarray(fall[..., lab != LAB, :].sum(axis=-2))


def _sweeps(game: ContinuousGame, setters: Setters) -> Floats:
    """Best replies in turn, from cost."""
    price = 2 * game.lower
    for _ in range(SWEEPS):
        before = price.copy()
        for good in setters:
            price[..., good] = best_reply(game, price, good, levels=25, zooms=13)[0]
        if np.abs(price - before).max() <= SETTLED * np.abs(price).max():
            break
    return price


def is_equilibrium(game: ContinuousGame, price: Floats, setters: Setters = ALL) -> Flags:
    """Whether no cloud gains by another price to one lab, nor by refusing one and the best price to the other."""
    sound = np.ones(game.batch_shape, bool)
    for good in setters:
        _, value, spread = best_reply(game, price, good, levels=41, zooms=9)
        now = game.payoff_of(good, price)
        refused = price.copy()
        partner = good ^ 1
        refused[..., partner] = game.upper[..., partner]
        _, without, _ = best_reply(game, refused, good, levels=21, zooms=4)
        sound &= np.maximum(value, without) - now <= TOLERANCE * spread
    return sound
