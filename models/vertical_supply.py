"""S3, S5 and S6, supply of compute along a chain: margins on margins, secret deals, lock-in, commitments to pay.

Each part is a game of its own, solved backwards; all demand is a line, ``P = a - b Q``, where there is one.

- `successive_oligopoly`: M chip makers, then N clouds, each stage in quantities (Greenhut and Ohta 1979; Salinger
  1988).
- `foreclosure`: one supplier offers secret deals to two clouds, or owns one of them and cuts the other off (Hart and
  Tirole 1990; Rey and Tirole 2007). Deals are secret, so each cloud expects its rival to be served as in equilibrium
  (passive beliefs): supplier and cloud together choose ``q_i`` as if the other's were given.
- `linear_prices`: two clouds bargain over unit prices with one supplier, or each with its own; every pair maximises its
  Nash product given the other's price (Nash-in-Nash), downstream quantities follow, and if a pair fails its rival is
  alone (Horn and Wolinsky 1988).
- `lump_sum_fees`: a buyer and n suppliers share ``v(n)`` by fees, pair by pair (Nash-in-Nash; Collard-Wexler,
  Gowrisankaran and Lee 2019); `shapley` is what all would get by their mean contributions (Stole and Zwiebel 1996).
- `take_or_pay`: a buyer commits to capacity ``K`` and pays ``w max(use, theta K)`` (Masten and Crocker 1985).
- `hold_up`: an investment that raises the value ``v(I)`` of a relation is sunk before the gains are bargained over
  (Grout 1984; Hart and Moore 1990).
- `SwitchingCosts` (registered as ``switching-costs``): two clouds compete for users who are locked in afterwards
  (Klemperer 1987): bargains first, rip-offs later.

Only the last has a payoff formula in declared parameters and is a registered model; the others are stages of bargaining
or integrals over a law that the user gives. Parameters are normalised; no fact sets them. Held to: the cases salinger,
foreclosure, hw_*, nin_lumpsum, take_or_pay, holdup, switching_costs.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from models.base import PayoffModel, Value, parameter, payoff_model
from models.cross_holdings import CrossHoldings
from models.symbolic import minimum
from theory.common_objective import joint_optimum
from theory.continuous import ContinuousGame, Payoff
from theory.distribution_risk import Distribution, limited_mean
from theory.errors import InputError, SolverError
from theory.newton import continuous_nash

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chain:
    """Output, input price and final price of a chain of two oligopolies."""

    output: float
    input_price: float
    final_price: float


def successive_oligopoly(
    upstream: int, downstream: int, *, intercept: float = 1.0, slope: float = 1.0, cost: float = 0.0
) -> Chain:
    """Quantities upstream, then downstream; the derived demand is what the downstream first-order conditions leave.

    Examples
    --------
    >>> successive_oligopoly(1, 1).output  # two margins, one after the other
    0.25
    """
    import sympy

    if upstream < 1 or downstream < 1 or not (0 <= cost < intercept and slope > 0):
        raise InputError(
            f"{upstream} and {downstream} firms with demand {intercept} - {slope} Q and cost {cost}: no market"
        )
    q = sympy.Symbol("Q", positive=True)
    price = sympy.nsimplify(intercept) - sympy.nsimplify(slope) * q

    def marginal(inverse_demand: Any, firms: int) -> Any:  # marginal revenue of each of several equal firms
        return inverse_demand + sympy.diff(inverse_demand, q) * q / firms

    derived = marginal(price, downstream)
    (output,) = sympy.solve(marginal(derived, upstream) - sympy.nsimplify(cost), q)
    return Chain(float(output), float(derived.subs(q, output)), float(price.subs(q, output)))


@dataclass(frozen=True)
class Foreclosure:
    """Industry profit under secret deals, and that of a supplier that owns one cloud and cuts off the other."""

    secret_deals: float
    integrated: float


def foreclosure(*, intercept: float = 1.0, slope: float = 1.0, cost: float = 0.0) -> Foreclosure:
    """Profit that a supplier of two clouds cannot reach by secret deals, and reaches by owning one of them."""
    game = CrossHoldings(n=2, stake=0.0, intercept=intercept, slope=slope, cost=cost).continuous_game()
    pairs = continuous_nash(game).select()
    owner = joint_optimum(game)
    return Foreclosure(float(game.payoff(pairs).sum()), float(game.payoff(owner).sum()))


def linear_prices(*, intercept: float = 1.0, bargaining: float = 0.5, common_supplier: bool) -> tuple[float, float]:
    """Unit prices that two clouds pay, by Nash-in-Nash bargaining before they compete in quantities.

    Parameters
    ----------
    bargaining
        Weight of the supplier, in (0, 1).
    common_supplier
        Whether one supplier serves both clouds, or each has its own.

    Examples
    --------
    >>> [round(linear_prices(common_supplier=both)[0], 6) for both in (True, False)]
    [0.25, 0.142857]
    """
    if not (0 < bargaining < 1 and 0 < intercept < math.inf):
        raise InputError(
            f"bargaining is {bargaining} and intercept {intercept}; a weight in (0, 1) and a positive number"
        )
    duopoly, alone = _quantities(2), _quantities(1)

    def product(i: int) -> Payoff:
        def value(w: Floats) -> Floats:
            q = np.maximum(np.stack(np.broadcast_arrays(*duopoly(intercept, w[..., 0], w[..., 1])), axis=-1), 0.0)
            rival = 1 - i
            supplier = w[..., i] * q[..., i]
            if common_supplier:  # what it earns from the rival changes if this pair fails and the rival is alone
                supplier = supplier + w[..., rival] * (q[..., rival] - alone(intercept, w[..., rival])[0])
            cloud = q[..., i] * np.maximum(intercept - q.sum(axis=-1) - w[..., i], 0.0)
            return np.asarray(np.maximum(supplier, 0.0) ** bargaining * cloud ** (1 - bargaining))

        return value

    pairs = ContinuousGame([product(0), product(1)], lower=1e-9 * intercept, upper=intercept)
    found = continuous_nash(pairs).select()
    if not np.isfinite(found).all():
        raise SolverError("no pair of prices could be certified")
    return float(found[0]), float(found[1])


@functools.cache
def _quantities(n: int) -> Callable[..., Sequence[Any]]:
    """Equilibrium quantities of n clouds as a function of (a, w_1, ..., w_n), from their first-order conditions."""
    import sympy

    a = sympy.Symbol("a")
    w, q = sympy.symbols(f"w_1:{n + 1}"), sympy.symbols(f"q_1:{n + 1}")
    conditions = [sympy.diff(q[i] * (a - sum(q) - w[i]), q[i]) for i in range(n)]
    solution = sympy.solve(conditions, q, dict=True)[0]
    function: Callable[..., Sequence[Any]] = sympy.lambdify((a, *w), [solution[x] for x in q])
    return function


@dataclass(frozen=True)
class Fees:
    """Fee that each supplier gets, and what is left to the buyer."""

    fee: float
    buyer: float


def lump_sum_fees(values: Sequence[float], *, share: float = 0.5) -> Fees:
    """Nash-in-Nash fees: each pair divides what its deal adds, all other deals taken as done.

    Parameters
    ----------
    values
        ``v(0), v(1), ..., v(n)``: what the buyer can earn with that many suppliers.
    share
        Suppliers' share of the gains from a deal.

    Examples
    --------
    >>> lump_sum_fees([0, 6, 10])
    Fees(fee=2.0, buyer=6.0)
    """
    v = [float(x) for x in values]
    if len(v) < 2 or not 0 <= share <= 1 or v[-1] < v[-2]:
        raise InputError(
            f"values are {v} and share {share}; v(0) .. v(n) with a last deal that adds, and a share, are needed"
        )
    fee = share * (v[-1] - v[-2])
    return Fees(fee, v[-1] - (len(v) - 1) * fee)


def shapley(players: Sequence[str], worth: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Mean contribution of each player over all orders of arrival (Shapley 1953); for up to eight players.

    Examples
    --------
    >>> worth = lambda c: [0, 6, 10][len(c) - 1] if "buyer" in c else 0
    >>> {name: round(x, 6) for name, x in shapley(("buyer", "s1", "s2"), worth).items()}
    {'buyer': 5.333333, 's1': 2.333333, 's2': 2.333333}
    """
    if not 0 < len(players) <= 8:
        raise InputError(f"{len(players)} players; between one and eight are meant")
    total = dict.fromkeys(players, 0.0)
    for order in itertools.permutations(players):
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            total[player] += worth(before | {player}) - worth(before)
    return {player: value / math.factorial(len(players)) for player, value in total.items()}


@dataclass(frozen=True)
class Commitment:
    """Capacity that a buyer commits to, and its expected profit."""

    capacity: float
    profit: float


def take_or_pay_profit(demand: Distribution, capacity: float, *, price: float, tariff: float, share: float) -> float:
    """``E[p min(D, K) - w max(min(D, K), theta K)]``."""
    used, floor = limited_mean(demand, capacity), share * capacity
    unused = floor - limited_mean(demand, floor)  # E (theta K - D)^+, paid for and not used
    return price * used - tariff * (used + unused)


def take_or_pay(demand: Distribution, *, price: float, tariff: float, share: float) -> Commitment:
    """Capacity at which the marginal profit of a take-or-pay contract is zero.

    Parameters
    ----------
    price, tariff
        Revenue of a used unit, and what the supplier charges for it; price above tariff.
    share
        Share ``theta`` of the capacity that is paid for in any case.

    Examples
    --------
    >>> from scipy import stats
    >>> take_or_pay(stats.uniform(0, 1), price=3, tariff=1, share=0).capacity  # nothing to pay: all of demand
    1.0
    """
    if not (0 < tariff < price < math.inf and 0 <= share <= 1):
        raise InputError(
            f"price {price}, tariff {tariff}, share {share}: 0 < tariff < price and a share in [0, 1] are needed"
        )

    def marginal(k: float) -> float:
        return (price - tariff) * float(demand.sf(k)) - tariff * share * float(demand.cdf(share * k))

    low, high = max(float(demand.ppf(0.0)), 0.0), float(demand.ppf(1.0))
    if high == math.inf:
        if share == 0:
            raise InputError("with nothing to pay for unused capacity and unbounded demand, no capacity is too much")
        high = float(demand.ppf(1 - 1e-15)) / share
    capacity = high if marginal(high) >= 0 else float(brentq(marginal, low, high, xtol=1e-300, rtol=1e-15))
    return Commitment(capacity, take_or_pay_profit(demand, capacity, price=price, tariff=tariff, share=share))


def hold_up(value: Callable[[Any], Any], share: float) -> float:
    """Investment of a party that gets a share of the value it makes, bargained over when the cost is sunk.

    Parameters
    ----------
    value
        Concave value of the relation as a function of investment, in sympy: ``lambda i: 2 * sympy.sqrt(i)``.
    share
        The investor's share of it; 1 gives the efficient investment.

    Examples
    --------
    >>> import sympy
    >>> hold_up(lambda i: 2 * sympy.sqrt(i), 0.5)
    0.25
    """
    import sympy

    if not 0 < share <= 1:
        raise InputError(f"share is {share}; it must be above 0 and at most 1")
    i = sympy.Symbol("I", positive=True)
    gain = sympy.nsimplify(share) * value(i) - i
    candidates = [x for x in sympy.solve(sympy.diff(gain, i), i) if x.is_positive]
    if len(candidates) != 1:
        raise SolverError(f"the marginal value of investment equals its cost at {candidates}; one point is needed")
    if gain.diff(i, 2).subs(i, candidates[0]) >= 0:
        raise InputError("the value is not concave where its marginal value equals the cost of investment")
    return float(candidates[0])


@payoff_model("switching-costs")
class SwitchingCosts(PayoffModel):
    """Two clouds on a line compete for users who are locked in afterwards; the choice is the first price.

    In the second period a locked-in user pays up to ``R`` and the cloud asks for that. Users see through neither cloud
    better than the other, so the first period is a line market with transport cost ``t``: a share
    ``1/2 + (p_j - p_i) / (2 t)``, each user worth ``p_i - c + delta (R - c)``.
    """

    transport: Value = parameter("t", default=1.0, unit="1", above=0, meaning="cost of the less preferred cloud")
    reservation: Value = parameter("R", default=3.0, unit="1", above=0, meaning="most that a locked-in user pays")
    cost: Value = parameter("c", default=1.0, unit="1", low=0, meaning="cost of serving a user for a period")
    discount: Value = parameter("delta", default=0.8, unit="1", low=0, high=1, meaning="discount factor")

    payoff_unit = "1"
    rises_with: ClassVar[Mapping[str, int]] = {"transport": 1, "reservation": -1, "discount": -1}
    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {"Hotelling": {"discount": 0.0}}

    def __post_init__(self) -> None:
        super().__post_init__()
        if (np.asarray(self.reservation) < np.asarray(self.cost)).any():
            raise InputError(
                f"reservation (R) is {self.reservation}, below the cost {self.cost}: lock-in is worth nothing"
            )

    @property
    def players(self) -> tuple[str, ...]:
        """Two clouds."""
        return ("cloud 1", "cloud 2")

    def later_price(self) -> Any:
        """Price of the second period: nobody can leave, so all that a user would pay."""
        return self.reservation

    def later_margin(self) -> Any:
        """Present value of a locked-in user."""
        return self.discount * (self.later_price() - self.cost)

    def share(self, i: int, k: Sequence[Any]) -> Any:
        """Share of users in the first period, between none and all."""
        free = (self.transport + k[1 - i] - k[i]) / (2 * self.transport)
        return -minimum(-minimum(free, 1), 0)

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Present value of profits over both periods."""
        return self.share(i, k) * (k[i] - self.cost + self.later_margin())

    def action_bounds(self) -> tuple[Any, Any]:
        """From giving away all that a user is worth, to three transport costs more."""
        least = np.asarray(self.cost - self.later_margin())[..., None]
        return least, least + 3 * np.asarray(self.transport)[..., None]
