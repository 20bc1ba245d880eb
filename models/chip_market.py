"""S7, custom silicon, around the merchants' quantities: their equilibrium, make or buy before, prices in a shortage.

Solved backwards from `models.custom_silicon`, whose closed form is the clouds' stage:

1. Quantities: the merchants' Cournot equilibrium (`chip_equilibrium`).
2. Make or buy: of the clouds that can make chips, as many do so as neither a maker regrets nor a buyer (`make_or_buy`).

`scarce_prices` takes capacities as given instead, as in a shortage of chips (Kreps and Scheinkman 1983).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.capacity_then_price import PriceStage, price_stage
from models.custom_silicon import CustomSilicon
from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Payoff
from theory.errors import InputError

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Regret accepted, as a share of the range of a merchant's profit."""

_ROUNDS = 400


@dataclass(frozen=True)
class ChipEquilibrium:
    """Quantities from which no merchant gains by any other.

    Attributes
    ----------
    quantities
        Shape ``(*batch, M)``, GW.
    relative_regret
        Most that a merchant gains by another quantity, over the range of its profit; shape ``batch``.
    """

    model: CustomSilicon
    quantities: Floats
    relative_regret: Floats

    @property
    def certified(self) -> NDArray[np.bool_]:
        """Shape ``batch``."""
        return np.asarray(self.relative_regret <= TOLERANCE)

    def outcome(self, name: str) -> Floats:
        """Outcome of `CustomSilicon.outcomes` by name, shape ``batch``; NaN where not certified."""
        values = self.model.outcomes([self.quantities[..., i] for i in range(self.model.n)])[name]
        return np.where(self.certified, values, np.nan)


def chip_equilibrium(model: CustomSilicon) -> ChipEquilibrium:
    """Merchants' equilibrium: best replies in turn, certified against every quantity.

    The chip price is the lesser of two lines in what is bought, so the best quantity is the best one on either line or
    where they meet: the output that just keeps makers of own chips out. There several ways of sharing the output can be
    equilibria; the turn of the replies, the cheapest merchant first, picks one.

    Examples
    --------
    >>> bool(chip_equilibrium(CustomSilicon()).certified)
    True
    """
    game, x = _game(model), _quantities(model)
    regret = np.zeros(game.batch_shape)
    for i in range(model.n):
        _, value, spread = best_reply(game, x, i)
        gain = np.maximum(value - game.payoff_of(i, x), 0.0)
        regret = np.maximum(regret, np.divide(gain, spread, out=np.zeros_like(gain), where=spread > 0))
    return ChipEquilibrium(model, x, regret)


def _game(model: CustomSilicon) -> ContinuousGame:
    """The merchants' game on the model's own arrays: the formula as it stands, with nothing to compile."""

    def profit(i: int) -> Payoff:
        return lambda x: np.asarray(model.payoff(i, [x[..., j] for j in range(model.n)]))

    lower, upper = model.action_bounds()
    shape = (*model.batch_shape, model.n)
    return ContinuousGame(
        [profit(i) for i in range(model.n)], np.broadcast_to(lower, shape), np.broadcast_to(upper, shape)
    )


def _quantities(model: CustomSilicon) -> Floats:
    a, b = (np.asarray(v) for v in model.demand_line())
    buyers = model.clouds - model.makers
    with_makers = tuple(np.asarray(v) for v in model.derived_demand())
    lines = (with_makers, (a - model.rest(), b * (1 + 1 / buyers)))
    kink = np.maximum((a - model.own_cost()) / b, 0.0)  # makers are out of the market if more than this is bought
    x = np.zeros((*model.batch_shape, model.n))
    for _ in range(_ROUNDS):
        before = x.copy()
        for i in range(model.n):
            others, cost = x.sum(axis=-1) - x[..., i], np.asarray(model.production_cost(i))
            tries = [(high - slope * others - cost) / (2 * slope) for high, slope in lines]
            tried = np.maximum(np.stack(np.broadcast_arrays(*tries, kink - others)), 0.0)
            earned = (model.chip_price(others + tried) - cost) * tried
            x[..., i] = np.take_along_axis(tried, earned.argmax(axis=0)[None], axis=0)[0]
        if (np.abs(x - before) <= 1e-14 * np.expand_dims(a / b, -1)).all():
            break
    return x


@dataclass(frozen=True)
class MakeOrBuy:
    """Equilibrium numbers of clouds that make their own chips.

    Attributes
    ----------
    stages
        Chip equilibria with 0, 1, .. of the capable clouds making their own.
    stable
        Shape ``(capable + 1, *batch)``: whether so many makers are an equilibrium.
    makers
        The largest such number, shape ``batch``.
    """

    stages: tuple[ChipEquilibrium, ...]
    stable: NDArray[np.bool_]
    makers: NDArray[np.int64]

    def outcome(self, name: str) -> Floats:
        """Outcome at the equilibrium number of makers, shape ``batch``."""
        values = np.stack([stage.outcome(name) for stage in self.stages])
        return np.asarray(np.take_along_axis(values, self.makers[None], axis=0)[0])


def make_or_buy(model: CustomSilicon, capable: int = 2) -> MakeOrBuy:
    """How many of the clouds that could make their own chips do so.

    So many makers are an equilibrium if none of them would earn more as a buyer, and no buyer that could would earn
    more as a maker. In a game of equals with two choices there always is such a number; if there are several, the
    largest is taken.

    Examples
    --------
    >>> found = make_or_buy(CustomSilicon())
    >>> int(found.makers)
    2
    """
    if not 1 <= capable < model.clouds:
        raise InputError(f"capable is {capable}; from one to all but one of {model.clouds} clouds can make chips")
    stages = tuple(chip_equilibrium(model.replace(makers=o)) for o in range(capable + 1))
    make = [stage.outcome("maker's profit") for stage in stages]
    buy = [stage.outcome("buyer's profit") for stage in stages]
    stable = np.stack(
        [
            ((make[o] >= buy[o - 1]) if o else np.ones_like(buy[0], bool))
            & ((buy[o] >= make[o + 1]) if o < capable else np.ones_like(buy[0], bool))
            for o in range(capable + 1)
        ]
    )
    largest = capable - np.argmax(stable[::-1], axis=0)
    return MakeOrBuy(stages, stable, np.asarray(largest))


def break_even_ratio(model: CustomSilicon, steps: int = 40) -> Floats:
    """Cost ratio below which the first cloud to make its own chips earns more than by buying, shape ``batch``.

    Making falls in value as the ratio rises, and buying does not depend on it, so the interval is halved: from nothing
    to the ratio at which the first GW of own chips would cost all that users pay.
    """
    buying = chip_equilibrium(model.replace(makers=0)).outcome("buyer's profit")
    high = np.broadcast_to(model.demand_line()[0] / model.capital_cost, model.batch_shape)
    low = np.zeros(model.batch_shape)
    for _ in range(steps):
        ratio = (low + high) / 2
        trial = model.replace(makers=1, cost_ratio=ratio)
        output = _quantities(trial)
        pays = trial.outcomes([output[..., i] for i in range(model.n)])["maker's profit"] >= buying
        low, high = np.where(pays, ratio, low), np.where(pays, high, ratio)
    return low


def scarce_prices(model: CustomSilicon, capacities: tuple[float, float]) -> PriceStage:
    """Chip prices of two merchants that can deliver so many GW, at equal production cost; a single draw.

    Clouds buy as in `CustomSilicon.derived_demand`; the production cost is the mean of the two.
    """
    intercept, slope = (float(v) for v in model.derived_demand())
    cost = float(np.mean([model.production_cost(i) for i in range(2)]))
    return price_stage(intercept, slope, capacities, cost=cost)
