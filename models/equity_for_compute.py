"""S4, equity for compute: clouds hold silent stakes in a lab that buys compute from them and rivals one's own lab.

Players: Google and Amazon (``i = G, A``) hold shares ``theta_i`` of the lab's profit, without votes (facts F055, F056,
F058); a third cloud holds none; the lab; Google's own lab. Timing, solved backwards:

1. stakes are given (`game`: each of the two takes its stake or not, for a lump sum);
2. clouds name prices ``w_i`` per GW (present value over its life), to build what is ordered;
3. the lab orders ``x_i`` GW from each cloud, while Google's own lab orders ``g`` at cost.

With ``X = sum_i x_i``, ``Pi`` the lab's profit, ``O`` that of Google's own lab, and cloud ``i`` earning ``V_i``:

    Pi  = sum_i (A c - t_i c - w_i) x_i - beta/2 ((1 - sigma) sum_i x_i^2 + sigma X^2) - rho g X
    O   = g (m A c - c_G - B g / 2 - rho X)
    V_i = (w_i - c_i) x_i + theta_i Pi + O (Google only),    c_i = c + (f_i - 1) kappa

``c`` is the cost of a GW of the market's chips, ``t_i`` the cost of porting to cloud ``i`` as a share of it (the third
cloud runs the market's chips: none; the parameter is over a year's bill, a quarter of ``c``), ``A`` what the lab's
first GW is worth, in units of ``c``. ``B = (A - 1) c / Z``
makes ``Z`` the GW that the lab would buy at ``c`` from all; ``beta = 3 B / (1 + 2 sigma)``; ``rho = s B / 2``, so that
``s = 1`` is Cournot rivalry with one product. Google's stake makes its own lab hold back (``theta_G rho X`` is part of
its marginal cost) and makes Google give up ``theta_G`` of its margin on the lab. Where the rivalry is strong and its
own lab large, Google refuses to supply (Ordover, Saloner and Salop 1990). Orders, prices and their certificate are in
`models.stake_pricing`.

From the literature: partial vertical ownership and lower margins (Greenlee and Raskovich 2006), silent stakes in a
rival (Reynolds and Snapp 1986: price at cost, ``s = 1``, no porting), linear demand for n varieties (Shubik and Levitan
1980), Nash-in-Nash lump sums (Horn and Wolinsky 1988). New: both effects of one stake, calibrated. Left out: the cash
that a stake brings in (S10), capacity that is already built (the order is then independent of stakes), control.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import PayoffModel, Value, parameter, payoff_model
from models.prior import Prior, at_least, derived, fact, swept
from models.shared_priors import alphabet_stake, amazon_stake, bargaining_weight, own_chips, porting_cost, year_of_life
from models.stake_pricing import CLOUDS, Primitives, orders, price_stage, profits
from models.unit_economics import UnitEconomics
from theory.errors import InputError, SolverError
from theory.game import Game

Floats = NDArray[np.float64]

_UNIT = UnitEconomics.parameters()


def _running(side: str) -> Any:
    """Present value of power over the life of a GW, at one end of the priors of `UnitEconomics`."""
    other = {"low": "high", "central": "central", "high": "low"}[side]
    power, life = (getattr(_UNIT[name].prior, side) for name in ("power_cost", "life"))
    rate = getattr(_UNIT["discount_rate"].prior, other)
    return power * (1 - np.exp(-rate * life)) / rate


@dataclass(frozen=True)
class Sourcing:
    """Equilibrium of prices and orders, for every draw.

    Attributes
    ----------
    price, compute
        Of each cloud, shape ``(*batch, 3)``: US$ bn per GW, and GW ordered by the lab.
    own_compute
        GW of Google's own lab, shape ``(*batch,)``.
    margin
        What each cloud earns on the lab, before stakes, US$ bn, shape ``(*batch, 3)``.
    own_profit, lab_profit
        Of Google's own lab and of the lab, US$ bn.
    investment
        Capital behind all compute ordered, US$ bn.
    certified
        Whether no cloud gains by any other price, within `TOLERANCE`.
    """

    price: Floats
    compute: Floats
    own_compute: Floats
    margin: Floats
    own_profit: Floats
    lab_profit: Floats
    investment: Floats
    certified: NDArray[np.bool_]

    @property
    def share(self) -> Floats:
        """Share of each cloud in the lab's compute, shape ``(*batch, 3)``, the first the TPU share; NaN without any."""
        total = self.compute.sum(axis=-1, keepdims=True)
        return np.asarray(np.divide(self.compute, total, out=np.full(self.compute.shape, np.nan), where=total > 0))

    def take(self, index: Any) -> Sourcing:
        """Part of the batch."""
        parts = {item.name: np.asarray(getattr(self, item.name))[index] for item in dataclasses.fields(self)}
        return Sourcing(**parts)

    def before_stakes(self, cloud: int) -> Floats:
        """What a cloud earns besides its claim on the lab, US$ bn."""
        return np.asarray(self.margin[..., cloud] + (self.own_profit if cloud == 0 else 0.0))


@payoff_model("equity-for-compute")
class EquityForCompute(PayoffModel):
    """Silent stakes of clouds in a lab that buys from them; S4 of the paper."""

    google_stake: Value = parameter(
        "theta_G",
        unit="1",
        low=0,
        high=1,
        meaning="Google's share of the lab's profit, without votes",
        default=alphabet_stake(),
    )
    amazon_stake: Value = parameter(
        "theta_A",
        unit="1",
        low=0,
        high=1,
        meaning="Amazon's share of the lab's profit, without votes",
        default=amazon_stake(),
    )
    capital_cost: Value = parameter(
        "kappa",
        unit="US$ bn/GW",
        above=0,
        meaning="capital cost of a GW of the market's chips, and building",
        default=cast(Prior, _UNIT["capital_cost"].prior),
    )
    running_cost: Value = parameter(
        "w",
        unit="US$ bn/GW",
        low=0,
        meaning="present value of power over the life of a GW",
        default=swept(_running("low"), _running("central"), _running("high"), reason="as in the race; no fact"),
        facts=("F127b", "F128b", "F129b"),
    )
    google_cost: Value = parameter(
        "f_G", unit="1", above=0, meaning="Google's capital cost relative to the market's", default=own_chips()
    )
    amazon_cost: Value = parameter(
        "f_A", unit="1", above=0, meaning="Amazon's capital cost relative to the market's", default=own_chips()
    )
    google_porting: Value = parameter(
        "t_G", unit="1", low=0, meaning="cost of porting to Google's chips, over a year's bill", default=porting_cost()
    )
    amazon_porting: Value = parameter(
        "t_A", unit="1", low=0, meaning="cost of porting to Amazon's chips, over a year's bill", default=porting_cost()
    )
    worth: Value = parameter(
        "A",
        unit="1",
        above=1,
        meaning="worth of the lab's first GW, over its cost",
        default=swept(1.5, 2.5, 5.0, log=True, reason="from little more than it costs to five times; no fact"),
    )
    substitution: Value = parameter(
        "sigma",
        unit="1",
        low=0,
        high=0.98,
        meaning="substitution between clouds: none (0) to perfect (1)",
        default=swept(0.3, 0.6, 0.9, reason="from separate uses of the chips to near-perfect substitutes; no fact"),
    )
    size: Value = parameter(
        "Z",
        unit="GW",
        above=0,
        meaning="what the lab would buy at the market's cost",
        default=derived(
            at_least("F078b") + fact("F105b"),
            at_least("F078b") + fact("F107a"),
            fact("F045") / (fact("F071a") / (fact("F071b") * fact("F071c"))),
            facts=("F078b", "F105b", "F107a", "F045", "F071a", "F071b", "F071c"),
            reason="Google's more than 1 GW, closed at it, with Rainier now (low) and in full (central); all revenue "
            "projected for 2028 spent at the price of OpenAI's contract with Oracle (high)",
        ),
    )
    rivalry: Value = parameter(
        "s",
        unit="1",
        low=0,
        high=1,
        meaning="rivalry of the lab with Google's own: none (0) to one product (1)",
        default=swept(0.0, 0.5, 1.0, reason="all of its range; no fact"),
    )
    own_worth: Value = parameter(
        "m",
        unit="1",
        low=0,
        meaning="worth of the first GW of Google's own lab, over the lab's",
        default=swept(0.5, 1.0, 2.0, log=True, reason="from half to twice; no fact"),
    )
    seller_weight: Value = parameter(
        "b",
        unit="1",
        low=0,
        high=1,
        meaning="bargaining weight of the lab's other owners",
        default=bargaining_weight(),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if (np.asarray(self.google_stake) + np.asarray(self.amazon_stake) > 1).any():
            raise InputError("google_stake and amazon_stake come to more than all of the lab; their sum is at most 1")

    @property
    def players(self) -> tuple[str, ...]:
        """The clouds that take stakes."""
        return CLOUDS[:2]

    def primitives(self) -> Primitives:
        """Numbers of the subgame from the parameters; US$ bn and GW."""
        base = self.capital_cost + self.running_cost
        steep = (self.worth - 1) * base / self.size
        year = year_of_life()
        porting = (self.google_porting * year, self.amazon_porting * year, 0.0)
        cost = tuple(base + (f - 1) * self.capital_cost for f in (self.google_cost, self.amazon_cost, 1.0))
        flat = (
            *((self.worth - t) * base for t in porting),
            *cost,
            self.google_stake,
            self.amazon_stake,
            3 * steep / (1 + 2 * self.substitution),
            self.substitution,
            self.rivalry * steep / 2,
            self.own_worth * self.worth * base - cost[0],
            steep,
        )
        return Primitives.of(tuple(np.broadcast_to(np.asarray(value, float), self.batch_shape) for value in flat))

    def orders(self, prices: ArrayLike) -> tuple[Floats, Floats]:
        """What the lab orders from each cloud, and Google's own compute, at prices ``(..., *batch, 3)``; GW.

        Examples
        --------
        A price at which the lab buys nothing leaves Google's own lab alone:

        >>> x, g = EquityForCompute(rivalry=1.0).orders([500.0, 500.0, 500.0])
        >>> x.tolist(), round(float(g), 3)
        ([0.0, 0.0, 0.0], 3.391)
        """
        return orders(np.asarray(prices, float), self.primitives())

    def solve(self) -> Sourcing:
        """Prices, orders and profits for every draw; NaN where no equilibrium is certified."""
        p = self.primitives()
        price, certified = price_stage(p)
        return self._account(price, certified, p)

    def _account(self, price: Floats, certified: NDArray[np.bool_], p: Primitives) -> Sourcing:
        x, g = orders(price, p)
        factors = np.stack(np.broadcast_arrays(self.google_cost, self.amazon_cost, np.ones(self.batch_shape)), axis=-1)
        capital = np.asarray(self.capital_cost)[..., None] * factors
        margin = (price - np.stack(p.cost, axis=-1)) * x
        own, lab = profits(price, x, g, p)
        investment = (capital * x).sum(axis=-1) + capital[..., 0] * g
        return Sourcing(price, x, g, margin, own, lab, np.asarray(investment), certified)

    def with_stakes(self, google: Any, amazon: Any) -> Sourcing:
        """Equilibrium under other stakes."""
        return self.replace(google_stake=google, amazon_stake=amazon).solve()

    def game(self) -> Game:
        """Take the stake or not: payoffs of `stake_payoffs`.

        Raises
        ------
        SolverError
            If the prices of a draw have no certified equilibrium.
        """
        zero = np.zeros(self.batch_shape)
        google, amazon = (zero, np.asarray(self.google_stake)), (zero, np.asarray(self.amazon_stake))
        cells = itertools.product(range(2), repeat=2)
        found = {(a, b): self.with_stakes(google[a], amazon[b]) for a, b in cells}
        failed = sum(int((~each.certified).sum()) for each in found.values())
        if failed:
            raise SolverError(
                f"{failed} price stages have no certified equilibrium; take these draws out and try again"
            )
        rows = [np.stack([found[a, b].compute for b in range(2)], axis=-2) for a in range(2)]
        bought = np.stack(rows, axis=-3)
        return Game(
            self.stake_payoffs(found),
            players=self.players,
            actions=[("no stake", "stake")] * 2,
            outcomes={"TPU compute": bought[..., 0], "lab's compute": bought.sum(axis=-1)},
            batch_ndim=len(self.batch_shape),
        )

    def stake_payoffs(self, found: Mapping[tuple[int, int], Sourcing]) -> Floats:
        """Payoffs of taking today's stakes, for lump sums by Nash bargaining of each pair given the other's deal.

        A cloud without a stake earns its margins; with one, as much more as its bargaining weight gives it of what it
        and the lab's owners other than the rival cloud gain together (Nash-in-Nash).

        Parameters
        ----------
        found
            Equilibrium by (Google takes, Amazon takes), each 0 or 1.

        Returns
        -------
        array of shape ``(*batch, 2, 2, 2)``, US$ bn
        """
        payoffs = np.empty((*self.batch_shape, 2, 2, 2))
        for (a, b), with_deal in found.items():
            for cloud, taken, breakdown, rival in (
                (0, a, found[0, b], b * np.asarray(self.amazon_stake)),
                (1, b, found[a, 0], a * np.asarray(self.google_stake)),
            ):
                gain = pair_value(with_deal, cloud, rival) - pair_value(breakdown, cloud, rival)
                part = (1 - self.seller_weight) * gain if taken else 0.0
                payoffs[..., cloud, a, b] = breakdown.before_stakes(cloud) + part
        return payoffs


def pair_value(found: Sourcing, cloud: int, rival_stake: Any) -> Floats:
    """What a cloud and the lab's owners other than the rival cloud earn together, US$ bn."""
    return np.asarray(found.before_stakes(cloud) + (1 - np.asarray(rival_stake)) * found.lab_profit)
