"""S4, what stakes do to prices: the price stage of three clouds and a lab that orders from them, solved backwards.

The lab orders ``x_i`` GW at prices ``w_i`` from the clouds that it uses, while the first cloud's own lab orders ``g``
at cost; both are the solution of a linear complementarity problem with a P-matrix (one solution), found by trying which
suppliers are used. Clouds foresee it. Where the same clouds sell on both sides of a small change of price, payoffs are
quadratic and the first-order conditions linear: `price_stage` solves them for every set of clouds that may sell, and
holds each candidate to all other prices of every cloud with the orders that follow. Draws that none fits (a cloud is
just priced out) are solved by best replies in turn and held to the same. `models.equity_for_compute` states the game.

A cloud that sells nothing either refuses (it names a price that nobody pays: the first cloud's way to hold back the
rival of its own lab) or is undersold at its cost; refusal is tried first.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Payoff

Floats = NDArray[np.float64]

CLOUDS = ("Google", "Amazon", "third cloud")
"""Suppliers, in the order of every last axis; the first has a lab of its own."""

TOLERANCE = 1e-9
"""Regret accepted in the price stage, as a share of the range of a cloud's payoff."""

SWEEPS = 30
"""Rounds of best replies for draws in which a cloud is just priced out."""

SETTLED = 1e-13
"""Relative change of prices in a round at which the rounds end."""


class Primitives(NamedTuple):
    """Numbers of the subgame, each of shape ``(*batch,)`` or, for clouds, three of them."""

    worth: tuple[Floats, Floats, Floats]
    cost: tuple[Floats, Floats, Floats]
    stake: tuple[Floats, Floats]
    slope: Floats
    substitution: Floats
    rivalry: Floats
    own_worth: Floats
    own_slope: Floats

    def flat(self) -> tuple[Floats, ...]:
        """All arrays in a row, as `ContinuousGame` holds them."""
        return (*self.worth, *self.cost, *self.stake, *self[3:])

    @classmethod
    def of(cls, flat: tuple[Floats, ...]) -> Primitives:
        """Inverse of `flat`."""
        worth, cost = (flat[0], flat[1], flat[2]), (flat[3], flat[4], flat[5])
        return cls(worth, cost, (flat[6], flat[7]), *flat[8:])


def price_game(p: Primitives) -> ContinuousGame:
    """Price stage as a game: clouds choose US$ bn per GW, payoffs follow from `orders`."""
    worth, cost = np.stack(p.worth, axis=-1), np.stack(p.cost, axis=-1)

    def payoff(i: int) -> Payoff:
        return lambda w, *flat: payoffs(w, Primitives.of(flat))[i]

    return ContinuousGame(
        [payoff(i) for i in range(3)],
        lower=0.5 * cost,
        upper=np.maximum(worth, 1.01 * cost),
        parameters=p.flat(),
        players=CLOUDS,
        action_unit="US$ bn/GW",
        payoff_unit="US$ bn",
    )


def orders(price: Floats, p: Primitives) -> tuple[Floats, Floats]:
    """Solution of the complementarity problem: the suppliers worth most net of price are used, from none to all."""
    net = np.stack(p.worth, axis=-1) - price
    sums = np.cumsum(-np.sort(-net, axis=-1), axis=-1)
    steep, common = p.slope * (1 - p.substitution), p.slope * p.substitution
    best_total, best_own = (
        np.zeros(net.shape[:-1]),
        np.broadcast_to(np.maximum(p.own_worth / p.own_slope, 0.0), net.shape[:-1]),
    )
    worst = np.maximum(net.max(axis=-1) - p.rivalry * best_own, 0.0)  # how far buying nothing is from best
    for used, own in itertools.product((1, 2, 3), (True, False)):
        reply = p.rivalry * (1 + p.stake[0]) / p.own_slope if own else 0.0
        alone = p.own_worth / p.own_slope if own else 0.0
        total = (sums[..., used - 1] - used * p.rivalry * alone) / (steep + used * (common - p.rivalry * reply))
        g = alone - reply * total
        bought = np.maximum(net - (p.rivalry * g + common * total)[..., None], 0.0).sum(axis=-1) / steep
        wants = p.own_worth - p.rivalry * (1 + p.stake[0]) * total
        violation = steep * np.abs(bought - total) + np.maximum(-g, 0.0) * p.own_slope
        violation = violation + (0.0 if own else np.maximum(wants, 0.0))
        better = violation < worst
        worst = np.where(better, violation, worst)
        best_total, best_own = np.where(better, total, best_total), np.where(better, g, best_own)
    surplus = net - (p.rivalry * best_own + common * best_total)[..., None]
    return np.maximum(surplus, 0.0) / np.asarray(steep)[..., None], np.maximum(best_own, 0.0)


def own_lab_profit(g: Any, total: Any, worth: Any, slope: Any, rivalry: Any) -> Any:
    """Profit of Google's own lab that orders ``g`` while the other orders ``total``: numbers or symbols."""
    return g * (worth - slope * g / 2 - rivalry * total)


def holder_payoff(price: Any, cost: Any, order: Any, own: Any, stake: Any, lab: Any) -> Any:
    """Payoff of a cloud with an own lab that earns ``own`` and a stake in a lab that earns ``lab``."""
    return (price - cost) * order + own + stake * lab


def profits(price: Floats, x: Floats, g: Floats, p: Primitives) -> tuple[Floats, Floats]:
    """Profit of Google's own lab, and of the lab."""
    total = x.sum(axis=-1)
    own = own_lab_profit(g, total, p.own_worth, p.own_slope, p.rivalry)
    spread = (1 - p.substitution) * (x**2).sum(axis=-1) + p.substitution * total**2
    gross = ((np.stack(p.worth, axis=-1) - price) * x).sum(axis=-1)
    return own, np.asarray(gross - p.slope * spread / 2 - p.rivalry * g * total)


def payoffs(price: Floats, p: Primitives) -> tuple[Floats, Floats, Floats]:
    """Payoffs of the clouds at prices, the orders following from them."""
    x, g = orders(price, p)
    own, lab = profits(price, x, g, p)
    each = zip(p.cost, (own, 0.0, 0.0), (*p.stake, 0.0), strict=True)
    google, amazon, third = (
        np.asarray(holder_payoff(price[..., i], cost, x[..., i], extra, stake, lab))
        for i, (cost, extra, stake) in enumerate(each)
    )
    return google, amazon, third


def price_stage(p: Primitives) -> tuple[Floats, NDArray[np.bool_]]:
    """Equilibrium prices, shape ``(*batch, 3)``, and whether they are certified, shape ``batch``."""
    shape = p.slope.shape
    game = price_game(Primitives.of(tuple(value.reshape(-1) for value in p.flat())))
    price, certified = np.full(game.lower.shape, np.nan), np.zeros(game.batch_shape, bool)
    for regime in _REGIMES:
        left = np.flatnonzero(~certified)
        trial, good = _try_regime(game[left], *regime)
        price[left[good]], certified[left[good]] = trial[good], True
    left = np.flatnonzero(~certified)
    if left.size:
        price[left] = _sweeps(game[left])
        certified[left] = is_equilibrium(game[left], price[left])
        price[~certified] = np.nan
    return price.reshape(*shape, 3), certified.reshape(shape)


def _sweeps(game: ContinuousGame) -> Floats:
    """Best replies in turn, from cost: they settle where a cloud is just priced out, which Newton steps do not."""
    price = 2 * game.lower
    for _ in range(SWEEPS):
        before = price.copy()
        for i in range(3):
            price[..., i] = best_reply(game, price, i, levels=49)[0]
        if np.abs(price - before).max() <= SETTLED * np.abs(price).max():
            break
    return price


def _try_regime(
    game: ContinuousGame, sells: tuple[bool, ...], own_lab: bool, refuses: bool
) -> tuple[Floats, NDArray[np.bool_]]:
    """Candidate prices if just these clouds sell, and for which draws they are an equilibrium."""
    p = Primitives.of(game.parameters)
    in_market = p if own_lab else p._replace(rivalry=np.zeros_like(p.rivalry))
    shut = game.upper if refuses else np.stack(p.cost, axis=-1)
    trial = np.where(sells, _first_order_prices(in_market, np.array(sells)), shut)
    inside = ((trial >= game.lower) & (trial <= game.upper)).all(axis=-1)
    x, g = orders(trial, p)
    fits = np.flatnonzero(inside & ((x > 0) == np.array(sells)).all(axis=-1) & ((g > 0) == own_lab))
    good = np.zeros(len(trial), bool)
    if fits.size:
        good[fits] = is_equilibrium(game[fits], trial[fits])
    return trial, good


_REGIMES = [
    (clouds, own_lab, refuses)
    for clouds in sorted(itertools.product((True, False), repeat=3), key=sum, reverse=True)
    for own_lab in (True, False)
    for refuses in ((False,) if all(clouds) else (True, False))
]
"""Which clouds sell; whether Google's own lab is in the market; whether the others refuse or are undersold at cost."""


def _first_order_prices(p: Primitives, open_clouds: NDArray[np.bool_]) -> Floats:
    """Prices at which the first-order conditions of the clouds that sell hold; those of the others mean nothing."""
    n = int(open_clouds.sum())
    steep = p.slope * (1 - p.substitution)
    reply = p.rivalry * (1 + p.stake[0]) / p.own_slope
    common = p.slope * p.substitution - p.rivalry * reply
    per_total = 1 / (steep + n * common)  # fall of total orders with any price
    cross = common * per_total / steep
    fall = 1 / steep - cross
    pairs = np.outer(open_clouds, open_clouds)
    jacobian = pairs * (cross[..., None, None] - np.eye(3) / steep[..., None, None])  # dx / dw
    net = np.stack(p.worth, axis=-1) - (p.rivalry * p.own_worth / p.own_slope)[..., None]
    at_zero = -(jacobian @ net[..., None])[..., 0]
    held = np.stack([p.stake[0], p.stake[1], np.zeros_like(p.stake[0])], axis=-1)
    # x_i (1 - theta_i) - fall (w_i - c_i) + rho g per_total [Google] - theta rho X reply per_total [Amazon] = 0
    of_total = np.zeros_like(held)
    of_total[..., 0] = -p.rivalry * reply * per_total
    of_total[..., 1] = -p.stake[1] * p.rivalry * reply * per_total
    slope = (1 - held)[..., None] * jacobian - np.eye(3) * fall[..., None, None]
    slope = slope + of_total[..., None] * jacobian.sum(axis=-2)[..., None, :]
    constant = (1 - held) * at_zero + fall[..., None] * np.stack(p.cost, axis=-1)
    constant = constant + of_total * at_zero.sum(axis=-1)[..., None]
    constant[..., 0] += p.rivalry * p.own_worth / p.own_slope * per_total
    return np.asarray(np.linalg.solve(slope, -constant[..., None])[..., 0])


def is_equilibrium(game: ContinuousGame, price: Floats) -> NDArray[np.bool_]:
    """Whether no cloud gains by another price, from its global best reply."""
    good = np.ones(game.batch_shape, bool)
    for i in range(3):
        _, value, spread = best_reply(game, price, i, zooms=13)
        good &= value - game.payoff_of(i, price) <= TOLERANCE * spread
    return good
