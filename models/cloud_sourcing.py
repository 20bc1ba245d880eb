"""S3, multi-cloud balancing: a lab splits its demand for compute over clouds, and the clouds name prices.

Players: n clouds, and a lab whose best split is solved first. Timing: the lab has ported its software to the clouds
with ``h_j = 1``, at a cost that is sunk; the clouds name prices ``w_j``, in US$ billion per GW-year; the lab splits;
clouds fail (`models.cloud_pricing` solves the price stage, and the lab's porting before it). Shares ``s_j`` and their
sum S are in units of the planned demand of Q GW. Cloud j earns, and the lab maximises over ``s >= 0``,

    pi_j = Q (w_j - f_j c) s_j
    U    = Q {E v(x) - sum_j [(w_j + sigma C (1 - h_j)) s_j + g C (s_j - a_j)^2 / 2] - phi C (sum_j h_j - 1)}

- ``x = sum_j s_j (1 - X_j)`` is the compute that runs: each cloud fails (``X_j = 1``) with probability ``rho``, any
  two with correlation ``r``. Its value ``v(x) = w0 [(1 + 1/e) x - x^2 / (2 e)]`` has marginal value
  ``w0 = c / (1 - mu)`` at the planned demand, where the price elasticity is ``e``. As v is quadratic, its mean is
  exact: ``E v = A S - B S^2 / 2 - K sum_j s_j^2 / 2`` (`CloudSourcing.value_terms`); K is why spreading pays.
- ``C`` is what a year's cost of a GW, if it is paid once and spread over the contract of ``T_c`` years, comes to each
  year (`models.shared_priors.charge`).
- ``g C (s_j - a_j)^2 / 2`` is the convex cost of running more, or less, on a cloud than before (shares ``a_j``), and so
  of running on two families of chips. ``phi C`` is the planned cost of porting to a further cloud, paid before prices;
  ``sigma C`` per unit the dearer cost of moving in need to a cloud that the lab has not ported to: the switching
  cost, by which a cloud that has the lab alone can raise its price.

The best split has a closed form. With ``k = g C + K`` and ``z_j = A + g C a_j - w_j - sigma C (1 - h_j)`` its sum is
``S = max_T sum_T z_j / (k + |T| B)`` over the sets T of clouds, and ``s_j = max(0, z_j - B S) / k``: at the true S
every set adds up to no more than ``k S``, and the set in use to just that. Where a cloud sells, its demand is concave
in its own price (at a higher price more rivals are in use, and each makes it more elastic), so its profit is
quasi-concave, and a price equilibrium in pure strategies exists (Debreu 1952; Glicksberg 1952; Fan 1952).

From the literature: switching costs (Klemperer 1987; Farrell and Klemperer 2007), linear demand for differentiated
goods (Singh and Vives 1984). New: one lab's value, outages, porting and moving costs behind that demand. Held to: the
line of Hotelling (``e -> 0``, no failures: margins ``g C (1 + (a_i - a_j) / 3)``), and Klemperer's rip-off
(``g, rho -> 0``, one cloud ported: cost plus switching cost). Costs and the margin at which demand was planned are
from facts; elasticity, rigidity, porting, switching and failures are swept, as no fact tells them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.base import PayoffModel, Value, choice, count, parameter, payoff_model
from models.prior import at_least, derived, fact, swept
from models.shared_priors import charge, cloud_margin, contract_term, own_chips, porting_cost, switching_cost, tpu_power
from models.symbolic import CompiledPayoffs, minimum
from models.unit_economics import UnitEconomics
from theory.errors import InputError

CLOUDS = {"Anthropic": ("AWS", "Google"), "OpenAI": ("Azure", "AWS", "Oracle", "CoreWeave")}
"""Clouds of each lab in the order of the per-player parameters, the one it started on first."""

Floats = NDArray[np.float64]


def _yearly_cost(capital: float, life: float) -> Any:
    """Cost of a GW-year: capital and power over the life, spread evenly at the central discount rate."""
    unit = UnitEconomics().replace(capital_cost=capital, life=life)
    annuity = (1 - np.exp(-unit.discount_rate * unit.life)) / unit.discount_rate
    return unit.cost_per_gw() / annuity


@payoff_model("cloud-sourcing")
class CloudSourcing(PayoffModel):
    """Price competition of clouds for a lab that splits its demand; S3 of the paper."""

    n: int = count("n", default=2, low=2, high=5, meaning="number of clouds")
    lab: str = choice("lab", default="Anthropic", options=tuple(CLOUDS), meaning="whose clouds: names only")
    demand: Value = parameter(
        "Q",
        unit="GW",
        above=0,
        meaning="compute that the lab plans to use",
        default=derived(
            at_least("F078b"),
            at_least("F078b") + fact("F105b"),
            tpu_power() + fact("F107a"),
            facts=("F078a", "F078b", "F105a", "F105b", "F107a"),
            reason="Anthropic: TPU capacity of 2026, more than a GW and closed at it, alone (low) and with Project "
            "Rainier today (central); up to a million TPUs, at the power of Rainier's chips, with Rainier later (high)",
        ),
    )
    unit_cost: Value = parameter(
        "c",
        unit="US$ bn/GW/yr",
        above=0,
        meaning="market's cost of a GW-year, capital and power",
        default=derived(
            _yearly_cost(fact("F120a"), fact("F128b")),
            _yearly_cost((fact("F120a") + fact("F121")) / 2, fact("F127b")),
            _yearly_cost(fact("F121", "high"), fact("F129b")),
            facts=("F120a", "F121", "F127b", "F128b", "F129b"),
            reason="capital of a GW over its useful life at the central discount rate and power cost of the races",
        ),
    )
    cost_factor: Value = parameter(
        "f",
        unit="1",
        above=0,
        high=1.2,
        meaning="cloud's cost relative to the market's",
        default=(own_chips(), own_chips()),
    )
    margin: Value = parameter(
        "mu",
        unit="1",
        low=0,
        high=0.9,
        meaning="cloud's gross margin at which demand was planned",
        default=cloud_margin(),
    )
    elasticity: Value = parameter(
        "e",
        unit="1",
        above=0,
        meaning="price elasticity of the lab's demand as planned",
        default=swept(0.3, 0.7, 2.0, log=True, reason="from urgent to price-driven demand; no fact"),
    )
    rigidity: Value = parameter(
        "g",
        unit="1",
        above=0,
        meaning="cost of moving all of the demand from one cloud to another, over a year's cost",
        default=swept(0.03, 0.1, 0.5, log=True, reason="weeks to half a year of the bill; no fact"),
        facts=("S18",),
    )
    switching: Value = parameter(
        "sigma",
        unit="1",
        low=0,
        meaning="cost of an unplanned move to a cloud that was not ported to, over a year's cost",
        default=switching_cost(),
        facts=("S36",),
    )
    porting: Value = parameter(
        "phi",
        unit="1",
        low=0,
        meaning="planned cost of porting to a further cloud, over a year's cost of the demand",
        default=porting_cost(),
    )
    term: Value = parameter(
        "T_c",
        unit="years",
        above=0,
        meaning="term of a contract, over which what is paid once is spread",
        default=contract_term(),
    )
    outage: Value = parameter(
        "rho",
        unit="1",
        low=0,
        high=0.5,
        meaning="probability that a cloud's capacity fails, or is not there in time",
        default=swept(0.01, 0.03, 0.15, log=True, reason="from rare failures to late campuses; no fact"),
        facts=("F130", "S24"),
    )
    correlation: Value = parameter(
        "r",
        unit="1",
        low=0,
        high=1,
        meaning="correlation of failures between clouds",
        default=swept(0.0, 0.2, 0.6, reason="own sites, one grid and one chip maker; no fact"),
    )
    prior_share: Value = parameter(
        "a",
        default=(1.0, 0.0),
        unit="1",
        low=0,
        high=1,
        per_player=True,
        facts=("S25", "S48"),
        meaning="share of the demand that ran on the cloud before",
    )
    ported: Value = parameter(
        "h",
        default=(1.0, 1.0),
        unit="1",
        low=0,
        high=1,
        per_player=True,
        facts=("S08", "S36"),
        meaning="one if the lab's software is ported to the cloud",
    )

    action_unit = "US$ bn/GW/yr"
    payoff_unit = "US$ bn/yr"
    outcome_units: ClassVar[Mapping[str, str]] = {"compute bought": "GW", "mean price": "US$ bn/GW/yr"}
    rises_with: ClassVar[Mapping[str, int]] = {"unit_cost": 1, "rigidity": 1}
    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {"one cloud ported": {"ported": (1.0, 0.0)}}

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_clouds()
        choke = np.asarray(self.value_terms()[0])[..., None]
        if (choke <= np.asarray(self.cost_factor) * np.asarray(self.unit_cost)[..., None]).any():
            raise InputError(
                f"cost_factor (f) is {self.cost_factor} and elasticity (e) {self.elasticity}: the lab would buy "
                "nothing from a cloud even at its cost; lower one of them"
            )

    def _check_clouds(self) -> None:
        """Shares of one demand, and porting that is done or not, of one cloud at least: porting a first is sunk."""
        total = np.asarray(self.prior_share).sum(axis=-1)
        if (total > 1 + 1e-9).any():  # the rest, if any, is demand that is new
            raise self.refused(
                "prior_share", self.prior_share, f"at most 1 in sum over the clouds, not {total.max():g}"
            )
        ported = np.asarray(self.ported)
        if not np.isin(ported, (0.0, 1.0)).all():
            raise self.refused("ported", self.ported, "0 or 1 for each cloud")
        if (ported.sum(axis=-1) < 1).any():
            raise self.refused("ported", self.ported, "1 for at least one cloud: the lab runs somewhere")

    @property
    def players(self) -> tuple[str, ...]:
        """The lab's clouds by name, and further ones by number."""
        named = CLOUDS[self.lab][: self.n]
        return named + tuple(f"cloud {j + 1}" for j in range(len(named), self.n))

    def replace(self, **changes: Any) -> Self:
        """Copy with some parameters changed; a new number of clouds takes or adds unported ones at market cost."""
        n = self.parameters()["n"].check(changes.get("n", self.n), self.name)
        if n != self.n:
            for name, new in (("cost_factor", 1.0), ("prior_share", 0.0), ("ported", 0.0)):
                old = np.asarray(getattr(self, name))[..., :n]
                extra = np.full((*old.shape[:-1], n - old.shape[-1]), new)
                changes.setdefault(name, np.concatenate([old, extra], axis=-1))
        return super().replace(**changes)

    def homed(self, clouds: int) -> Self:
        """The same market with the lab ported to the first so many clouds."""
        if not 1 <= clouds <= self.n:
            raise InputError(f"the lab cannot be ported to {clouds} of {self.n} clouds; from one to all")
        return self.replace(ported=np.arange(self.n) < clouds)

    def value_terms(self) -> tuple[Any, Any, Any]:
        """``A, B, K`` of the expected value ``A S - B S^2 / 2 - K sum s_j^2 / 2``, US$ bn per GW-year."""
        anchor = self.unit_cost / (1 - self.margin)
        runs = 1 - self.outage
        slope = anchor / self.elasticity
        together = runs**2 + self.correlation * self.outage * runs
        alone = (1 - self.correlation) * self.outage * runs
        return anchor * (1 + 1 / self.elasticity) * runs, slope * together, slope * alone

    def _of(self, name: str, j: int) -> Any:
        values = getattr(self, name)
        return values[j] if isinstance(values, tuple) else values[..., j]

    def cost(self, j: int) -> Any:
        """Cost of a GW-year to cloud ``j``."""
        return self._of("cost_factor", j) * self.unit_cost

    def once(self) -> Any:
        """Charge a year over the contract for a GW-year's cost that is paid once, US$ bn per GW-year."""
        return self.unit_cost * charge(self.term)

    def surcharge(self, j: int) -> Any:
        """Cost of a unit of unplanned use of cloud ``j``."""
        return self.switching * self.once() * (1 - self._of("ported", j))

    def reach(self, k: Sequence[Any]) -> tuple[Any, ...]:
        """What the first unit on each cloud is worth at prices ``k``, ``z_j``, US$ bn per GW-year."""
        level, moving = self.value_terms()[0], self.rigidity * self.once()
        return tuple(level + moving * self._of("prior_share", j) - k[j] - self.surcharge(j) for j in range(len(k)))

    def own_slope(self) -> Any:
        """Fall of a unit's worth with the units on the same cloud alone, ``k``; with those on any cloud it is ``B``."""
        return self.rigidity * self.once() + self.value_terms()[2]

    def shares(self, k: Sequence[Any]) -> tuple[Any, ...]:
        """The lab's best split at prices ``k``, in units of the planned demand."""
        slope, own, reach = self.value_terms()[1], self.own_slope(), self.reach(k)
        total: Any = 0
        for size in range(1, len(k) + 1):
            for chosen in itertools.combinations(reach, size):
                total = _larger(total, sum(chosen) / (own + size * slope))
        return tuple(_larger(z - slope * total, 0) / own for z in reach)

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Profit of cloud ``i`` at prices ``k``, the lab splitting as is best for it, US$ bn a year."""
        return self.profit(i, k, self.shares(k))

    def profit(self, i: int, k: Sequence[Any], s: Sequence[Any]) -> Any:
        """Profit of cloud ``i`` at prices ``k`` and shares ``s``, US$ bn a year."""
        return self.demand * (k[i] - self.cost(i)) * s[i]

    def surplus(self, k: Sequence[Any], s: Sequence[Any]) -> Any:
        """Surplus U of the lab at prices ``k`` and shares ``s``, US$ bn a year."""
        level, slope, spread = self.value_terms()
        total, squares = sum(s), sum(x**2 for x in s)
        value = level * total - slope * total**2 / 2 - spread * squares / 2
        return self.demand * (value - self._outlay(k, s))

    def _outlay(self, k: Sequence[Any], s: Sequence[Any]) -> Any:
        """Payments, moving and porting at shares ``s``, US$ bn a year and GW of planned demand."""
        clouds = range(len(s))
        paid = sum((k[j] + self.surcharge(j)) * s[j] for j in clouds)
        moved = self.rigidity * self.once() * sum((s[j] - self._of("prior_share", j)) ** 2 for j in clouds) / 2
        homes = sum(self._of("ported", j) for j in clouds)
        return paid + moved + self.porting * self.once() * (homes - 1)

    def insurance(self, s: Sequence[Any]) -> Any:
        """What the split ``s`` is worth to the lab against all on one cloud at the same prices, US$ bn a year."""
        spread = self.value_terms()[2]
        return self.demand * spread * (sum(s) ** 2 - sum(x**2 for x in s)) / 2

    def effective_price(self, k: Sequence[Any]) -> Any:
        """All that a GW-year costs the lab that is there when needed: payments, moving, porting, and the risk.

        The risk is charged at its cost in value, the variance of the compute that runs times half the slope of its
        marginal value; the whole is per GW-year that runs on average. US$ bn per GW-year.
        """
        s = self.shares(k)
        total, squares = sum(s), sum(x**2 for x in s)
        _, _, spread = self.value_terms()
        slope = self.unit_cost / (1 - self.margin) / self.elasticity
        variance_in_common = self.correlation * self.outage * (1 - self.outage) * total**2
        risk = (spread * squares + slope * variance_in_common) / 2
        return (self._outlay(k, s) + risk) / ((1 - self.outage) * total)

    def marginal_profit(self, i: int, k: Sequence[Any]) -> Any:
        """Derivative of cloud ``i``'s profit in its own price, for numbers: zero where it sells nothing."""
        s = self.shares(k)
        slope, own, used = self.value_terms()[1], self.own_slope(), sum(np.asarray(x > 0, float) for x in s)
        fall = (own + (used - 1) * slope) / (own * (own + used * slope))
        return self.demand * (s[i] - np.where(s[i] > 0, (k[i] - self.cost(i)) * fall, 0.0))

    def _compiled(self, *, realised: bool) -> CompiledPayoffs:
        """The formulas on arrays as they stand: derivatives of maxima over all sets of clouds are long as algebra."""

        def on_arrays(formula: Callable[[Any, Sequence[Any]], Any]) -> Callable[..., Any]:
            def evaluate(x: Floats, *values: Floats) -> Any:
                return formula(self._holding(values), [x[..., j] for j in range(self.n)])

            return evaluate

        players = range(self.n)
        return CompiledPayoffs(
            payoffs=tuple(on_arrays(lambda m, k, i=i: m.payoff(i, k)) for i in players),  # type: ignore[misc]
            gradients=tuple(on_arrays(lambda m, k, i=i: m.marginal_profit(i, k)) for i in players),  # type: ignore[misc]
            outcomes={
                name: on_arrays(lambda m, k, name=name: m.outcomes(k)[name])  # type: ignore[misc]
                for name in ("compute bought", "mean price", "lab surplus", "cloud profit", "welfare")
            },
        )

    def _holding(self, values: Sequence[Floats]) -> Self:
        """The model with flat parameter arrays, in the order of `_flat`: per-player ones as tuples, like symbols."""
        held, rest = object.__new__(type(self)), iter(values)
        for name, spec in self.parameters().items():
            value: Any = getattr(self, name)
            if not spec.structural:
                value = tuple(next(rest) for _ in range(self.n)) if spec.per_player else next(rest)
            object.__setattr__(held, name, value)
        return held

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Compute bought (GW), mean price, and, in US$ bn a year: the lab's surplus, profits, welfare."""
        s = self.shares(k)
        bought, surplus = sum(s), self.surplus(k, s)
        profit = sum(self.profit(i, k, s) for i in range(len(k)))
        return {
            "compute bought": self.demand * bought,
            "mean price": sum(w * x for w, x in zip(k, s, strict=True)) / bought,
            "lab surplus": surplus,
            "cloud profit": profit,
            "welfare": surplus + profit,
        }

    def action_bounds(self) -> tuple[Any, Any]:
        """From each cloud's cost to the price at which the lab buys nothing from it."""
        cost = np.asarray(self.unit_cost)[..., None] * np.asarray(self.cost_factor)
        level = np.asarray(self.value_terms()[0])[..., None]
        moving = np.asarray(self.rigidity * self.once())[..., None]
        return cost, level + moving * np.asarray(self.prior_share)


def _larger(left: Any, right: Any) -> Any:
    return -minimum(-left, -right)
