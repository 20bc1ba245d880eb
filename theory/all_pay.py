r"""All-pay auctions: everybody pays, the highest bid wins.

Player ``i`` values the prize at ``v_i`` and bids ``x_i >= 0``, which is lost in any case. There is no equilibrium in
pure strategies. Order the values, ``v_1 >= v_2 = ... = v_m > v_{m+1} ...``: the ``m - 1`` players that tie for
the second place mix alike, the first one against them, all over ``[0, v_2]``, and the others stay out:

    G(x) = ((v_1 - v_2 + x) / v_1)^{1 / (m-1)}       F_1(x) = x / (v_2 G(x)^{m-2})

so that the first earns ``v_1 - v_2`` and the others nothing at every bid in the support (Baye, Kovenock and de Vries
1996, Economic Theory 8:291-305). With ``m = 2`` this is the only equilibrium; with ties others exist, in which some of
the tied players bid nothing more often. `AllPayEquilibrium.regret` holds every player against every bid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad

from theory.arrays import refuse_masked
from theory.errors import InputError
from theory.generators import require_generator

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AllPayEquilibrium:
    """Equilibrium of an all-pay auction in mixed strategies.

    Attributes
    ----------
    values
        What the prize is worth to each player.
    active
        Who bids more than nothing with some probability.
    highest
        Upper end of the support of bids.
    payoffs, bids, winning
        Expected payoff and bid, and probability to win, of each player.
    largest_bid
        Expected largest bid.
    """

    values: Floats
    active: NDArray[np.bool_]
    highest: float
    payoffs: Floats
    bids: Floats
    winning: Floats
    largest_bid: float

    @property
    def revenue(self) -> float:
        """Expected sum of all bids."""
        return float(self.bids.sum())

    def distribution(self, player: int, bid: ArrayLike) -> Floats:
        """Probability that a player bids at most ``bid``; a jump at zero is the probability to bid nothing."""
        x = np.asarray(bid, float)
        inside = _distribution(self.values, self.active, player, np.clip(x, 0.0, self.highest))
        return np.where(x < 0, 0.0, np.where(x < self.highest, inside, 1.0))

    def deviation_payoff(self, player: int, bid: ArrayLike) -> Floats:
        """Expected payoff of a player at a fixed positive bid (or one just above zero) against the others."""
        x = np.asarray(bid, float)
        rivals = [self.distribution(j, x) for j in range(len(self.values)) if j != player]
        return np.asarray(self.values[player] * np.prod(rivals, axis=0) - x)

    def regret(self, points: int = 2001) -> float:
        """Most that any player gains by any bid on a grid, or loses by one in its support, over the largest value."""
        bids = np.linspace(0.0, 1.1 * self.values.max(), points)
        gains = [self.deviation_payoff(i, bids) - self.payoffs[i] for i in range(len(self.values))]
        inside = (bids > 0) & (bids <= self.highest)
        losses = [-gain[inside].min() for gain, active in zip(gains, self.active, strict=True) if active]
        return max(0.0, *(float(gain.max()) for gain in gains), *map(float, losses)) / float(self.values.max())

    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        """Bids drawn from the equilibrium, shape ``(size, n)``."""
        grid = self.highest * np.linspace(0, 1, 20_001) ** 2
        require_generator(rng)
        columns = [np.interp(rng.random(size), self.distribution(i, grid), grid) for i in range(len(self.values))]
        return np.where(self.active, np.stack(columns, axis=-1), 0.0)


def all_pay_auction(values: Sequence[float]) -> AllPayEquilibrium:
    """Equilibrium of an all-pay auction with known values.

    Parameters
    ----------
    values
        Positive, one per player, at least two, in any order.

    Examples
    --------
    >>> found = all_pay_auction([3, 2, 1])
    >>> found.payoffs, found.bids.round(6), found.regret() < 1e-12
    (array([1., 0., 0.]), array([1.      , 0.666667, 0.      ]), True)
    """
    refuse_masked(values, "values")
    v = np.array(values, float)
    if v.ndim != 1 or len(v) < 2 or not (np.isfinite(v) & (v > 0)).all():
        raise InputError(f"values are {values}; two or more positive finite numbers are needed")
    second = float(np.sort(v)[-2])
    active = v >= second
    players = range(len(v))

    def law(i: int) -> Callable[[float], float]:
        return lambda x: float(_distribution(v, active, i, np.asarray(x)))

    def best(x: float) -> float:
        return float(np.prod([law(i)(x) for i in players]))

    bids = np.array([_mean(law(i), second) if active[i] else 0.0 for i in players])
    # what a bid just above zero, which is in every support, earns
    payoffs = np.array([v[i] * np.prod([law(j)(0.0) for j in players if j != i]) for i in players])
    winning = np.where(active, (payoffs + bids) / v, 0.0)
    return AllPayEquilibrium(v, active, second, payoffs, bids, winning, _mean(best, second))


def _distribution(v: Floats, active: NDArray[np.bool_], player: int, x: Floats) -> Floats:
    """Distribution function of a player's bid on the support."""
    if not active[player]:
        return np.ones(x.shape)
    first, second, tied = v.max(), np.sort(v)[-2], int(active.sum()) - 1
    common = ((first - second + x) / first) ** (1 / tied)
    if player != int(v.argmax()):
        return np.asarray(common)
    rest = common ** (tied - 1)
    return np.asarray(np.divide(x, second * rest, out=np.zeros(x.shape), where=rest > 0))


def _mean(distribution: Callable[[float], float], highest: float) -> float:
    """Mean of a bid on ``[0, highest]``: the integral of its tail, with roots at zero smoothed out."""
    # x = highest u^12: a distribution that starts as a root x^{1/k} is a polynomial in u for k = 2, 3, 4, 6, 12
    value, _ = quad(
        lambda u: (1 - distribution(highest * u**12)) * 12 * highest * u**11, 0, 1, epsabs=0, epsrel=1e-13, limit=400
    )
    return float(value)
