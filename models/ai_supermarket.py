"""S6, the AI supermarket: a cloud that serves one lab, both rivals, or both with a stake in one.

Players: the cloud (AWS) and the other clouds, taken together; two labs that are rivals. Timing, solved backwards:

1. both suppliers decide whom to serve: both labs, or one of them (`game`);
2. nature says which lab is ahead: a share ``delta`` of the worth of the lab behind goes over to the one ahead;
3. suppliers name prices of compute to each lab that they serve, and build what is ordered; the other clouds act as
   one seller, or sell at cost (`others`): the two ends of how much they compete;
4. the labs order; what one has makes the other's worth less (``rho``, Cournot rivalry with one product at ``s = 1``).

Payoffs (US$ billion, present values) are those of `models.two_lab_pricing`, with ``v_j = A_l c - t c`` (porting ``t``
only where the first lab runs on the cloud's own chips), ``B_l = (A - 1) c / Z_l``, ``beta_l = 2 B_l / (1 + sigma)`` and
``rho = s sqrt(B_1 B_2) / 2``. The cloud's own chips save capital for the first lab; the second runs on the market's
chips everywhere (fact F073a). The stake is a right to profit without votes (F056, F058b).

From the literature: exclusive dealing and the value of a refusal (Salop and Scheffman 1983; Hart and Tirole 1990; Rey
and Tirole 2007), successive margins (Salinger 1988: one supplier, prices, ``s = 1``), silent stakes (O'Brien and Salop
2000). New: the choice between a shelf for all and a tie to one, on calibrated numbers, with the hedge that serving
both is. Left out: capacity that binds (S9), lump sums (`pair_gain` says what there is to share).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from models.base import PayoffModel, Value, choice, parameter, payoff_model
from models.equity_for_compute import EquityForCompute
from models.prior import Prior, at_least, derived, fact, swept
from models.shared_priors import year_of_life
from models.two_lab_pricing import ALL, FIRST_CLOUD, Market, Setters, lab_profits, orders, price_stage, sale
from theory.errors import InputError, SolverError
from theory.game import Game

Floats = NDArray[np.float64]

LABS = ("Anthropic", "OpenAI")
SUPPLIERS = ("AWS", "other clouds")
SERVED = ("both labs", "only Anthropic", "only OpenAI")
"""Whom a supplier serves."""

_FLAGS = {
    "both labs": (True, True),
    "only Anthropic": (True, False),
    "only OpenAI": (False, True),
    "nobody": (False,) * 2,
}
_EQUITY = EquityForCompute.parameters()


def _prior(name: str) -> Prior:
    return cast(Prior, _EQUITY[name].prior)


@dataclass(frozen=True)
class Supply:
    """Equilibrium of prices and orders; the first batch axis is the state: first lab ahead, second lab ahead.

    Attributes
    ----------
    compute
        GW by good, shape ``(2, *batch, 4)``, as `models.two_lab_pricing.GOODS`.
    margin
        What AWS and the other clouds earn on compute, shape ``(2, *batch, 2)``, US$ bn.
    profit
        Of the labs, shape ``(2, *batch, 2)``, US$ bn.
    stake
        AWS's shares of the labs' profits, shape ``(*batch, 2)``.
    odds
        Probability that the first lab is ahead, shape ``batch``.
    certified
        Whether prices are an equilibrium in both states, shape ``batch``.
    """

    compute: Floats
    margin: Floats
    profit: Floats
    stake: Floats
    odds: Floats
    certified: NDArray[np.bool_]

    @property
    def labs(self) -> Floats:
        """GW of each lab, shape ``(2, *batch, 2)``."""
        return np.asarray(self.compute[..., :2] + self.compute[..., 2:])

    @property
    def clouds(self) -> Floats:
        """GW sold by AWS and by the others, shape ``(2, *batch, 2)``."""
        return np.stack([self.compute[..., :2].sum(axis=-1), self.compute[..., 2:].sum(axis=-1)], axis=-1)

    @property
    def earned(self) -> Floats:
        """What AWS earns with its claims on the labs, in each state, shape ``(2, *batch)``."""
        return np.asarray(self.margin[..., 0] + (self.stake * self.profit).sum(axis=-1))

    def mean(self, values: Floats) -> Floats:
        """Expectation over the states of values of shape ``(2, *batch, ...)``."""
        odds = self.odds.reshape(self.odds.shape + (1,) * (values.ndim - 1 - self.odds.ndim))
        return np.asarray(odds * values[0] + (1 - odds) * values[1])

    def deviation(self, values: Floats) -> Floats:
        """Standard deviation over the states of values of shape ``(2, *batch)``."""
        return np.asarray(np.sqrt(self.odds * (1 - self.odds)) * np.abs(values[0] - values[1]))


@payoff_model("ai-supermarket")
class AiSupermarket(PayoffModel):
    """Two suppliers of compute and two rival labs; S6 of the paper."""

    others: str = choice(
        "others",
        default="price setters",
        options=("price setters", "at cost"),
        meaning="whether the other clouds act as one seller, or compete their prices down to cost",
    )
    stake: Value = parameter(
        "theta",
        unit="1",
        low=0,
        high=1,
        meaning="AWS's share of the first lab's profit, without votes",
        default=_prior("amazon_stake"),
    )
    other_stake: Value = parameter(
        "theta_2", unit="1", low=0, high=1, default=0.0, meaning="AWS's share of the second lab's profit, without votes"
    )
    capital_cost: Value = parameter(
        "kappa",
        unit="US$ bn/GW",
        above=0,
        meaning="capital cost of a GW of the market's chips, and building",
        default=_prior("capital_cost"),
    )
    running_cost: Value = parameter(
        "w",
        unit="US$ bn/GW",
        low=0,
        meaning="present value of power over the life of a GW",
        default=_prior("running_cost"),
        facts=("F127b", "F128b", "F129b"),
    )
    own_chips: Value = parameter(
        "f",
        unit="1",
        above=0,
        meaning="capital cost of AWS's chips relative to the market's",
        default=_prior("amazon_cost"),
    )
    porting: Value = parameter(
        "t",
        unit="1",
        low=0,
        meaning="cost of porting to AWS's chips, over a year's bill",
        default=_prior("amazon_porting"),
    )
    worth: Value = parameter(
        "A", unit="1", above=1, meaning="worth of a lab's first GW, over its cost", default=_prior("worth")
    )
    substitution: Value = parameter(
        "sigma",
        unit="1",
        low=0,
        high=0.98,
        meaning="substitution between suppliers: none (0) to perfect (1)",
        default=_prior("substitution"),
    )
    size: Value = parameter(
        "Z", unit="GW", above=0, meaning="what the first lab would buy at the market's cost", default=_prior("size")
    )
    relative_size: Value = parameter(
        "q",
        unit="1",
        above=0,
        meaning="the same of the second lab, relative to the first",
        default=derived(
            fact("F068c") / fact("F068a") / at_least("S03"),
            fact("F039a") / fact("F042b"),
            fact("F068c") / fact("F068a") / fact("F060a"),
            facts=("F068a", "F068c", "S03", "F039a", "F042b", "F060a"),
            reason="OpenAI over Anthropic: valuations at the talks' least figure, where the range is closed (low), "
            "revenue projected for 2025 over the run-rate of August, unlike measures (central), valuations of "
            "September and October 2025 (high)",
        ),
    )
    rivalry: Value = parameter(
        "s",
        unit="1",
        low=0,
        high=1,
        meaning="rivalry of the labs: none (0) to one product (1)",
        default=_prior("rivalry"),
    )
    swing: Value = parameter(
        "delta",
        unit="1",
        low=0,
        high=1,
        meaning="part of the worth of the lab behind that goes over to the one ahead",
        default=swept(0.0, 0.15, 0.4, reason="from nothing to two fifths; no fact"),
    )
    odds: Value = parameter(
        "p",
        unit="1",
        low=0,
        high=1,
        meaning="probability that the first lab is ahead",
        default=swept(0.25, 0.5, 0.75, reason="even, or three to one either way; no fact"),
    )
    seller_weight: Value = parameter(
        "b",
        unit="1",
        low=0,
        high=1,
        meaning="bargaining weight of the lab's other owners",
        default=_prior("seller_weight"),
    )

    @property
    def players(self) -> tuple[str, ...]:
        """The suppliers."""
        return SUPPLIERS

    @property
    def setters(self) -> Setters:
        """Goods whose prices are chosen."""
        return ALL if self.others == "price setters" else FIRST_CLOUD

    def market(self, cloud: str = "both labs", others: str = "both labs") -> Market:
        """Numbers of the price stage in both states, when the suppliers serve these labs; first axis: the state."""
        for served in (cloud, others):
            if served not in _FLAGS:
                raise InputError(f"{served!r} is nobody that a supplier can serve; say one of {', '.join(_FLAGS)}")
        base = self.capital_cost + self.running_cost
        moved = np.broadcast_to(self.worth * self.swing, self.batch_shape)
        shape = (2, *self.batch_shape)
        up, down = self.worth + moved, self.worth - moved
        first, second = (np.stack(np.broadcast_arrays(*pair)) * base for pair in ((up, down), (down, up)))
        own = base + (self.own_chips - 1) * self.capital_cost
        steep = (self.worth - 1) * base / self.size
        slopes = (2 * steep / (1 + self.substitution), 2 * steep / self.relative_size / (1 + self.substitution))

        def spread(*values: Any) -> Floats:
            return np.stack([np.broadcast_to(np.asarray(v, float), shape) for v in values], axis=-1)

        return Market(
            value=spread(first - self.porting * year_of_life() * base, second, first, second),
            cost=spread(own, base, base, base),
            offered=np.broadcast_to(np.array(_FLAGS[cloud] + _FLAGS[others]), (*shape, 4)),
            stake=spread(self.stake, self.other_stake),
            slope=spread(*slopes),
            substitution=spread(self.substitution)[..., 0],
            rivalry=spread(self.rivalry * steep / np.sqrt(self.relative_size) / 2)[..., 0],
        )

    def supply(self, cloud: str = "both labs", others: str = "both labs") -> Supply:
        """Equilibrium of the price stage in both states; NaN where none is certified."""
        return solve_supplies({"": self.market(cloud, others)}, self.odds, self.setters)[""]

    def game(self) -> Game:
        """Whom to serve: three choices of each supplier; payoffs are expected earnings at the prices that follow.

        Raises
        ------
        SolverError
            If the prices of a draw have no certified equilibrium.
        """
        payoffs = np.empty((*self.batch_shape, 2, 3, 3))
        compute = np.empty((*self.batch_shape, 3, 3))
        policies = list(itertools.product(SERVED, repeat=2))
        supplies = solve_supplies({policy: self.market(*policy) for policy in policies}, self.odds, self.setters)
        for policy, found in supplies.items():
            a, b = (SERVED.index(served) for served in policy)
            if not found.certified.all():
                failed = int((~found.certified).sum())
                raise SolverError(f"{failed} price stages have no certified equilibrium; take these draws out")
            payoffs[..., 0, a, b] = found.mean(found.earned)
            payoffs[..., 1, a, b] = found.mean(found.margin[..., 1])
            compute[..., a, b] = found.mean(found.labs.sum(axis=-1))
        return Game(
            payoffs,
            players=self.players,
            actions=[SERVED] * 2,
            outcomes={"total compute": compute},
            batch_ndim=len(self.batch_shape),
        )


def solve_supplies(markets: Mapping[Any, Market], odds: Any, setters: Setters = ALL) -> dict[Any, Supply]:
    """Equilibria of several markets of one shape, solved as one batch.

    Parameters
    ----------
    markets
        By name; from `AiSupermarket.market`.
    odds
        Probability that the first lab is ahead.
    setters
        Goods whose prices are chosen; the others sell at cost.
    """
    parts: Any = [np.stack(each) for each in zip(*markets.values(), strict=True)]
    stacked = Market(*parts)
    price, certified = price_stage(stacked, setters)
    x = orders(price, stacked)
    margin = sale(price, stacked.cost, x)
    suppliers = np.stack([margin[..., :2].sum(axis=-1), margin[..., 2:].sum(axis=-1)], axis=-1)
    profit = lab_profits(price, x, stacked)
    chance = np.broadcast_to(np.asarray(odds, float), stacked.rivalry.shape[2:])
    return {
        name: Supply(x[row], suppliers[row], profit[row], stacked.stake[row, 0], chance, certified[row].all(axis=0))
        for row, name in enumerate(markets)
    }


def pair_gain(after: Supply, before: Supply, lab: int) -> Floats:
    """What AWS and all other owners of one lab gain together, expected, US$ bn.

    AWS's claims on the lab count once, in the lab's profit; those on the other lab count as AWS's.
    """

    def together(found: Supply) -> Floats:
        other = 1 - lab
        return found.margin[..., 0] + found.profit[..., lab] + found.stake[..., other] * found.profit[..., other]

    return np.asarray(after.mean(together(after)) - before.mean(together(before)))
