"""S7 and S8, commitment before competition: leading, deterring entry, and cutting costs to move rivals.

Players: labs or clouds. Timing: two stages, the first seen by all; solved backwards. With inverse demand ``a - b Q``
and unit cost ``c``:

- `lead`: a leader builds ``q_L``, then a follower decides whether to enter at a fixed cost ``f`` and what to build
  (Stackelberg 1934; Dixit 1980). Entry is accommodated, deterred or blockaded, whichever pays the leader most.
- `CostCommitment` (registered as ``cost-commitment``): labs cut their unit cost by ``x_i`` at the expense ``gamma x_i^2
  / 2``, then compete in quantities, or in prices of differentiated services (demand ``a - p_i + g`` times rivals' mean
  price). Payoff: the profit of the second stage's equilibrium, less the expense. `strategic_factor` is the value of a
  marginal cut over the output that it cheapens: above one the lab cuts more than it would for its own costs' sake (top
  dog: a lower cost makes quantity rivals retreat), below one less (puppy dog: it makes price rivals fight)
  (Brander and Spencer 1983; Fudenberg and Tirole 1984).

The second stage is solved by sympy from the first-order conditions of the profits written here. Parameters are
normalised; no fact sets them. Held to: the cases stackelberg, deterrence, topdog_factor, puppydog_factor.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.optimize import brentq

from models.base import PayoffModel, Value, choice, count, parameter, payoff_model
from theory.errors import InputError


@dataclass(frozen=True)
class Leadership:
    """What a leader builds and what becomes of the follower; quantities and profits."""

    leader: float
    follower: float
    leader_profit: float
    follower_profit: float
    entry: Literal["accommodated", "deterred", "blockaded"]


def lead(*, intercept: float, cost: float, slope: float = 1.0, fixed_cost: float = 0.0) -> Leadership:
    """Capacity of a leader that may accommodate or deter a follower with a fixed cost of entry.

    The follower stays out when it would just break even.

    Examples
    --------
    >>> lead(intercept=1, cost=0.1).entry, lead(intercept=1, cost=0.1, fixed_cost=0.02).entry
    ('accommodated', 'deterred')
    """
    if not (0 <= cost < intercept < math.inf and slope > 0 and fixed_cost >= 0):
        raise InputError(
            f"intercept {intercept}, cost {cost}, slope {slope}, fixed_cost {fixed_cost}: 0 <= cost < intercept, "
            "slope > 0 and fixed_cost >= 0 are needed"
        )
    follow, share_market, be_alone = _leader_stage()
    best_shared, best_alone = share_market(intercept, slope, cost), be_alone(intercept, slope, cost)
    most = (intercept - cost) / slope

    def profit(own: float, rival: float) -> float:
        return own * (intercept - slope * (own + rival) - cost)

    def reply(q: float) -> float:
        return follow(intercept, slope, cost, q)

    def entry_profit(q: float) -> float:
        return profit(reply(q), q) - fixed_cost

    limit = _entry_limit(entry_profit, most)
    alone = max(best_alone, limit)
    shared = min(best_shared, limit)
    if limit == 0 or alone > limit or profit(alone, 0.0) > profit(shared, reply(shared)):
        entry: Literal["deterred", "blockaded"] = "deterred" if alone == limit else "blockaded"
        return Leadership(alone, 0.0, profit(alone, 0.0), 0.0, entry)
    q = reply(shared)
    return Leadership(shared, q, profit(shared, q), profit(q, shared) - fixed_cost, "accommodated")


def _entry_limit(entry_profit: Callable[[float], float], most: float) -> float:
    """Smallest output of the leader at which entry earns nothing."""
    if entry_profit(0.0) <= 0:
        return 0.0
    if entry_profit(most) >= 0:
        return most
    return float(brentq(entry_profit, 0.0, most, xtol=1e-300, rtol=1e-15))


@functools.cache
def _leader_stage() -> tuple[Callable[..., float], ...]:
    """Follower's reply, leader's best output given that reply, and best output alone, as functions of (a, b, c)."""
    import sympy

    a, b, c, q, r = sympy.symbols("a b c q r", positive=True)

    def profit(own: Any, rival: Any) -> Any:
        return own * (a - b * (own + rival) - c)

    (reply,) = sympy.solve(sympy.diff(profit(r, q), r), r)
    (shared,) = sympy.solve(sympy.diff(profit(q, reply), q), q)
    (alone,) = sympy.solve(sympy.diff(profit(q, 0), q), q)
    known = (a, b, c)
    return sympy.lambdify((*known, q), reply), sympy.lambdify(known, shared), sympy.lambdify(known, alone)


@functools.cache
def _second_stage(n: int, rivalry: str) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Equilibrium of the second stage for unit costs ``c_1 .. c_n``: symbols of (a, g), of costs; outputs; profits."""
    import sympy

    a, g = sympy.symbols("a g", positive=True)
    costs = sympy.symbols(f"c_1:{n + 1}")
    y = sympy.symbols(f"y_1:{n + 1}")
    if rivalry == "quantity":
        outputs, prices = list(y), [a - sum(y)] * n
    else:
        outputs = [a - y[i] + g * sum(y[j] for j in range(n) if j != i) / (n - 1) for i in range(n)]
        prices = list(y)
    profits = [outputs[i] * (prices[i] - costs[i]) for i in range(n)]
    conditions = [sympy.diff(profits[i], y[i]) for i in range(n)]
    solution = sympy.solve(conditions, y, dict=True)[0]

    def at_equilibrium(formulas: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(sympy.factor(f.subs(solution)) for f in formulas)

    return (a, g), costs, at_equilibrium(outputs), at_equilibrium(profits)


@payoff_model("cost-commitment")
class CostCommitment(PayoffModel):
    """Cost cuts before competition in quantities or prices (Fudenberg and Tirole 1984)."""

    n: int = count("n", default=2, low=2, high=6, meaning="number of labs")
    rivalry: str = choice("rivalry", default="quantity", options=("quantity", "price"), meaning="what is chosen last")
    intercept: Value = parameter("a", default=1.0, unit="1", above=0, meaning="willingness to pay for the first unit")
    substitution: Value = parameter(
        "g", default=0.5, unit="1", low=0, high=0.95, meaning="effect of rivals' mean price on demand (price rivalry)"
    )
    cost: Value = parameter("c", default=0.2, unit="1", low=0, meaning="unit cost before any cut")
    expense: Value = parameter(
        "gamma", default=4.0, unit="1", above=0, meaning="slope of the marginal expense of a cut"
    )

    payoff_unit = "1"
    rises_with: ClassVar[Mapping[str, int]] = {"intercept": 1, "expense": -1}

    def __post_init__(self) -> None:
        super().__post_init__()
        if (np.asarray(self.intercept) <= self.n * np.asarray(self.cost)).any():
            raise InputError(
                f"cost (c) is {self.cost} against an intercept of {self.intercept}: a lab without a cut could be "
                f"driven out by rivals; it must be below intercept / n = {np.min(self.intercept) / self.n:g}"
            )

    def _at(self, formula: Any, costs: Sequence[Any]) -> Any:
        (a, g), symbols, _, _ = _second_stage(self.n, self.rivalry)
        known = dict(zip(symbols, costs, strict=True)) | {a: self.intercept, g: self.substitution}
        return formula.subs(known, simultaneous=True)

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Profit of lab ``i`` in the second stage's equilibrium, less the expense of its cut."""
        profit = _second_stage(self.n, self.rivalry)[3][i]
        return self._at(profit, [self.cost - x for x in k]) - self.expense * k[i] ** 2 / 2

    def action_bounds(self) -> tuple[Any, Any]:
        """From no cut to a unit cost of zero."""
        most = np.maximum(np.asarray(self.cost), 1e-9)[..., None]
        return 0.0 * most, most

    def strategic_factor(self) -> float:
        """Value of a marginal cut over the output that it cheapens, at equal costs and no cut yet."""
        import sympy

        _, costs, outputs, profits = _second_stage(self.n, self.rivalry)
        same = [sympy.Float(self.cost)] * self.n
        gain = -self._at(sympy.diff(profits[0], costs[0]), same)
        return float(gain / self._at(outputs[0], same))
