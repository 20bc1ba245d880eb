"""S3, multi-cloud balancing, the stages before the split: the clouds' prices, and where the lab ports its software.

Solved backwards from `models.cloud_sourcing`, whose closed form is the lab's split at any prices:

1. Prices: the clouds' equilibrium for given homes (`price_equilibrium`).
2. Homes: the lab ports to as many clouds as pay it best, in the order of the parameters (`homing`), or promises itself
   to the cloud that offers most for having it alone (`exclusive_auction`). Whoever wins it will charge what lock-in
   allows, and so pays for that up front: bargains, then rip-offs (Klemperer 1987; Farrell and Klemperer 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.cloud_sourcing import CloudSourcing
from theory.best_replies import best_reply
from theory.errors import InputError

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Regret accepted, as a share of the range of a cloud's profit."""

SWEEPS = 200
"""Most rounds of best replies; they contract, so that few are needed."""


@dataclass(frozen=True)
class PriceEquilibrium:
    """Prices from which no cloud gains by any other price.

    Attributes
    ----------
    prices
        Shape ``(*batch, n)``, US$ billion per GW-year.
    relative_regret
        Most that a cloud gains by another price, over the range of its profit along its interval; shape ``batch``.
    certified
        Whether that is at most `TOLERANCE`.
    """

    prices: Floats
    relative_regret: Floats

    @property
    def certified(self) -> NDArray[np.bool_]:
        """Shape ``batch``."""
        return np.asarray(self.relative_regret <= TOLERANCE)


def price_equilibrium(model: CloudSourcing) -> PriceEquilibrium:
    """Equilibrium of the price stage: best replies in turn, each certified against every price.

    A cloud's demand is the least of as many lines as there are clouds, so its best price is the best on one of them, or
    a kink between two: the limit price that just keeps a rival out, where derivatives find nothing. A cloud that would
    sell nothing at its cost names that cost. The certificate is the global best reply of `theory.best_reply`, which
    knows nothing of this.

    Examples
    --------
    >>> found = price_equilibrium(CloudSourcing().homed(1))
    >>> bool(found.certified)
    True
    """
    game = model.continuous_game()
    prices = game.lower.copy()
    for _ in range(SWEEPS):
        before = prices.copy()
        for i in range(model.n):
            prices[..., i] = _reply(model, prices, i)
        if (np.abs(prices - before) <= 1e-14 * prices).all():
            break
    regret = np.zeros(game.batch_shape)
    for i in range(model.n):
        _, value, spread = best_reply(game, prices, i)
        gain = np.maximum(value - game.payoff_of(i, prices), 0.0)
        regret = np.maximum(regret, np.divide(gain, spread, out=np.zeros_like(gain), where=spread > 0))
    return PriceEquilibrium(prices, regret)


def _reply(model: CloudSourcing, prices: Floats, i: int) -> Floats:
    """Best price of cloud ``i``: its demand is the least of lines, one for each number of rivals that are in use."""
    slope, own, cost = (np.asarray(v) for v in (model.value_terms()[1], model.own_slope(), model.cost(i)))
    reach = np.stack(np.broadcast_arrays(*model.reach([prices[..., j] for j in range(model.n)])), axis=-1)
    free = reach[..., i] + prices[..., i]  # what the first unit would be worth at a price of zero
    best_rivals = -np.sort(-np.delete(reach, i, axis=-1), axis=-1)
    level, fall = [], []
    for used in range(model.n):
        taken = best_rivals[..., :used].sum(axis=-1)
        whole = own * (own + (used + 1) * slope)
        level.append((free * (own + used * slope) - slope * taken) / whole)
        fall.append((own + used * slope) / whole)
    trials = [(high / down + cost) / 2 for high, down in zip(level, fall, strict=True)]  # best price on each line
    for used in range(1, model.n):  # and where a further rival comes into use
        trials.append((level[used] - level[used - 1]) / (fall[used] - fall[used - 1]))
    tried = np.maximum(np.stack(trials), cost)
    sold = np.min([high - down * tried for high, down in zip(level, fall, strict=True)], axis=0)
    profit = (tried - cost) * sold
    best = profit.argmax(axis=0)[None]
    chosen = np.take_along_axis(tried, best, axis=0)[0]
    return np.where(np.take_along_axis(profit, best, axis=0)[0] > 0, chosen, cost)


@dataclass(frozen=True)
class Homing:
    """Outcomes with 1, 2, .. n clouds ported to, first axis; NaN where no price equilibrium was certified.

    Attributes
    ----------
    prices, shares
        Shape ``(n, *batch, n)``: US$ billion per GW-year, and shares of the planned demand.
    mean_price, effective_price
        Shape ``(n, *batch)``: paid per GW-year bought; and all that a GW-year costs (`CloudSourcing.effective_price`).
    surplus, profit, insurance
        Shape ``(n, *batch)``, US$ billion a year: of the lab, of all clouds, and what spreading is worth at the split.
    """

    prices: Floats
    shares: Floats
    mean_price: Floats
    effective_price: Floats
    surplus: Floats
    profit: Floats
    insurance: Floats

    @property
    def best(self) -> NDArray[np.int64]:
        """Number of clouds that pays the lab most, shape ``batch``."""
        return np.asarray(np.argmax(np.nan_to_num(self.surplus, nan=-np.inf), axis=0) + 1)


def homing(model: CloudSourcing) -> Homing:
    """Price equilibria with the lab ported to the first 1, 2, .. n clouds.

    Examples
    --------
    >>> found = homing(CloudSourcing())
    >>> int(found.best)  # at the centre two homes pay
    2
    """
    stages = [_stage(model.homed(clouds)) for clouds in range(1, model.n + 1)]
    return Homing(*(np.stack(values) for values in zip(*stages, strict=True)))


def _stage(model: CloudSourcing) -> tuple[Floats, ...]:
    found = price_equilibrium(model)
    prices = np.where(found.certified[..., None], found.prices, np.nan)
    k = [prices[..., j] for j in range(model.n)]
    s = model.shares(k)
    bought, profit = sum(s), sum(model.profit(j, k, s) for j in range(model.n))
    paid = sum(w * x for w, x in zip(k, s, strict=True))
    insurance = model.insurance(s)
    return (
        prices,
        np.stack(np.broadcast_arrays(*s), axis=-1),
        *(np.asarray(v) for v in (paid / bought, model.effective_price(k), model.surplus(k, s), profit, insurance)),
    )


@dataclass(frozen=True)
class Auction:
    """Exclusive contract won by the highest bid, each of shape ``batch``.

    Attributes
    ----------
    surplus
        Of the lab, with the winner's payment, US$ billion a year.
    winner
        Index of the winning cloud.
    against_all
        Most that one cloud would offer the lab for not being on all of them: its profit from having the lab alone, less
        that from sharing it. Running on all clouds survives bids if it is worth more than this (Bernheim and Whinston
        1998, *Exclusive dealing*, J. Polit. Econ. 106:64-103).
    """

    surplus: Floats
    winner: NDArray[np.int64]
    against_all: Floats


def exclusive_auction(model: CloudSourcing) -> Auction:
    """The lab lets clouds bid, up front, for being the only one that it is ported to.

    A cloud bids up to what having the lab alone adds to its profit; the lab takes the offer that is best for it, and
    gets what the second best was worth to it (the loser bids all it would). Moving away from the cloud that it ran on
    costs the lab the porting. What a winner will charge later is the equilibrium price of the locked-in lab.

    Returns
    -------
    Auction, NaN where a price equilibrium was not certified

    Raises
    ------
    InputError
        If the model has no single cloud that the lab ran on most.
    """
    held = np.asarray(model.prior_share)
    if ((held == held.max(axis=-1, keepdims=True)).sum(axis=-1) != 1).any():
        raise InputError(
            f"prior_share (a) is {model.prior_share}: an exclusive contract is for a lab that ran mostly on one "
            "cloud; give one of them the largest share"
        )
    start = held.argmax(axis=-1)
    surplus, profits = [], []
    for j in range(model.n):
        alone = model.replace(ported=np.arange(model.n) == j)
        found = price_equilibrium(alone)
        prices = np.where(found.certified[..., None], found.prices, np.nan)
        k = [prices[..., i] for i in range(model.n)]
        s = alone.shares(k)
        move = np.where(start == j, 0.0, model.demand * model.porting * model.once())
        surplus.append(alone.surplus(k, s) - move)
        profits.append(np.stack([alone.profit(i, k, s) for i in range(model.n)], axis=-1))
    value, earned = np.stack(surplus, axis=-1), np.stack(profits, axis=-2)  # earned[..., home, cloud]
    own = np.diagonal(earned, axis1=-2, axis2=-1)
    winner = np.argmax(value + own, axis=-1)
    away = np.take_along_axis(earned, winner[..., None, None], axis=-2)[..., 0, :]  # with the lab at the winner's
    offers = value + own - away
    np.put_along_axis(offers, winner[..., None], -np.inf, axis=-1)
    return Auction(offers.max(axis=-1), winner, (value + own - _shared_profits(model)).max(axis=-1))


def _shared_profits(model: CloudSourcing) -> Floats:
    """Profit of each cloud with the lab ported to all of them, shape ``(*batch, n)``."""
    everywhere = model.homed(model.n)
    found = price_equilibrium(everywhere)
    prices = np.where(found.certified[..., None], found.prices, np.nan)
    k = [prices[..., j] for j in range(model.n)]
    s = everywhere.shares(k)
    return np.stack([everywhere.profit(j, k, s) for j in range(model.n)], axis=-1)


def cost_multipliers(model: CloudSourcing) -> Floats:
    """The lab's effective price of compute in equilibrium, over the market's cost, with 1, 2, .. n clouds ported to.

    The others stay within reach at the switching cost.

    Returns
    -------
    array of shape ``(n, *batch)``; NaN where no price equilibrium was certified

    Examples
    --------
    >>> one, two = cost_multipliers(CloudSourcing())
    >>> bool(two < one)
    True
    """
    return np.asarray(homing(model).effective_price / model.unit_cost)
