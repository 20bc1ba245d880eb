"""When to build: the value of waiting, the race to be first, and timing with capacity.

Players: one builder, or a leader and a follower. Timing: revenue follows a geometric Brownian motion
``dY = alpha Y dt + sigma Y dz`` (or moves once, up or down); an irreversible cost is paid at a time of choice. Payoffs
are present values at the rate ``r`` of a project that then yields revenue for ever.

Everything is backward induction. Before investment the option is worth ``A Y^beta``, ``beta`` the positive root of
``sigma^2 beta (beta - 1) / 2 + alpha beta - r = 0``; the threshold is where the option meets the stopping value ``G``
smoothly, ``Y G'(Y) = beta G(Y)`` (`stopping_threshold` solves it for any ``G``). Then

- `binomial_investment`: now or after one move of the price (Dixit and Pindyck 1994, ch. 2);
- `investment_threshold`: one builder (McDonald and Siegel 1986; Dixit and Pindyck 1994, ch. 5);
- `preemption`: two builders; the follower waits for its threshold, the leader goes as soon as leading is worth as much
  as following (Smets 1991; Dixit and Pindyck 1994, ch. 9; Grenadier 1996);
- `timed_capacity`: time and capacity chosen together, price ``X (1 - eta Q)`` (Huisman and Kort 2015).

No static payoff formula exists, so these are functions and not registered models. Held to: the cases dp_*,
realoption_*, hk_*.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.optimize import brentq

from theory.errors import InputError, SolverError


@dataclass(frozen=True)
class BinomialInvestment:
    """Net present value of investing now, value with the right to wait, and their difference (if now pays at all)."""

    now: float
    waiting: float

    @property
    def option(self) -> float:
        """What the right to wait one period adds to the better of now and never."""
        return max(self.waiting, self.now, 0.0) - max(self.now, 0.0)


@dataclass(frozen=True)
class Threshold:
    """Where to invest: the exponent of the option's value, the threshold, and the constant ``A`` of ``A Y^beta``."""

    beta: float
    threshold: float
    constant: float


@dataclass(frozen=True)
class Preemption:
    """Thresholds of the duopoly, from the simple rule to the follower's, and the value at preemption."""

    beta: float
    break_even: float
    preemption: float
    unthreatened: float
    follower: float
    value: float


@dataclass(frozen=True)
class TimedCapacity:
    """Threshold at which a builder invests, and how much."""

    beta: float
    threshold: float
    capacity: float


def binomial_investment(
    *, cost: float, price: float, up: float, down: float, probability: float, rate: float
) -> BinomialInvestment:
    """Invest now, or after the price has moved once for ever.

    Parameters
    ----------
    cost
        Paid once, at the time of investment.
    price, up, down
        Revenue of the first year, and of every later one with ``probability`` and with its complement.
    rate
        Interest per year; revenue of a year is received at its beginning.
    """
    if not (rate > 0 and 0 <= probability <= 1):
        raise InputError(f"rate is {rate} and probability {probability}; a positive rate and a share are needed")
    states = ((up, probability), (down, 1 - probability))

    def later(revenue: float) -> float:  # worth, a year from now, of revenue that goes on for ever
        return revenue * (1 + 1 / rate)

    now = price - cost + sum(weight * later(revenue) for revenue, weight in states) / (1 + rate)
    wait = sum(weight * max(later(revenue) - cost, 0.0) for revenue, weight in states) / (1 + rate)
    return BinomialInvestment(now, wait)


def option_exponent(*, rate: float, drift: float, volatility: float) -> float:
    """Positive root of ``sigma^2 beta (beta - 1) / 2 + alpha beta - r = 0``, larger than one.

    Examples
    --------
    >>> round(option_exponent(rate=0.04, drift=0.0, volatility=0.2), 9)
    2.0
    """
    if not (0 < rate < math.inf and drift < rate and volatility > 0):
        raise InputError(
            f"rate is {rate}, drift {drift}, volatility {volatility}; waiting has an end only if drift < rate, "
            "and rate and volatility are positive"
        )
    half = volatility**2 / 2
    linear = drift - half
    root = math.sqrt(linear**2 + 4 * half * rate)
    return 2 * rate / (linear + root) if linear > 0 else (root - linear) / (2 * half)


def stopping_threshold(
    value: Callable[[float], float], slope: Callable[[float], float], beta: float, start: float
) -> float:
    """Level at which it is best to stop: the option ``A Y^beta`` meets the stopping value smoothly.

    Parameters
    ----------
    value, slope
        Stopping value and its derivative; beyond ``start`` the value is positive and its elasticity falls.
    beta
        Exponent of the option.
    start
        Level at which stopping is worth nothing.
    """

    def gap(y: float) -> float:  # positive while waiting is better
        return y * slope(y) - beta * value(y)

    high = 2 * start
    while gap(high) > 0:
        high *= 2
        if high > start * 1e12:
            raise SolverError(f"no threshold up to {high:.1e}: it never pays to stop")
    return float(brentq(gap, start, high, xtol=1e-300, rtol=1e-15))


def investment_threshold(*, rate: float, payout: float, volatility: float, cost: float = 1.0) -> Threshold:
    """Value ``V`` at which to pay a project's cost; its payout rate is ``delta``, its drift ``r - delta``."""
    _positive(payout=payout, cost=cost)
    beta = option_exponent(rate=rate, drift=rate - payout, volatility=volatility)
    threshold = stopping_threshold(lambda v: v - cost, lambda v: 1.0, beta, cost)
    return Threshold(beta, threshold, (threshold - cost) / threshold**beta)


def preemption(
    *, rate: float, drift: float, volatility: float, alone: float, together: float, cost: float
) -> Preemption:
    """Race of two builders for revenue ``Y D``: ``alone`` is D of a sole builder, ``together`` of each of two.

    Raises
    ------
    InputError
        Unless ``alone > together > 0``: without an advantage of being first there is no race.
    """
    if not alone > together > 0:
        raise InputError(f"alone is {alone} and together {together}; alone > together > 0 is needed")
    _positive(cost=cost)
    beta = option_exponent(rate=rate, drift=drift, volatility=volatility)
    net = rate - drift

    def entry(share: float) -> float:  # the best time to enter a market with this share and no one to fear
        worth = share / net
        return stopping_threshold(lambda y: worth * y - cost, lambda y: worth, beta, cost / worth)

    follower = entry(together)

    def following(y: float) -> float:
        return math.pow(y / follower, beta) * (together * follower / net - cost)

    def leading(y: float) -> float:  # alone until the follower comes
        return alone * y / net - cost - math.pow(y / follower, beta) * (alone - together) * follower / net

    def lead(y: float) -> float:
        return leading(y) - following(y)

    # leading less following is -cost at 0 and concave, positive at its peak and zero at the follower's entry
    first = float(brentq(lead, 0.0, _peak(lead, follower), xtol=1e-300, rtol=1e-15))
    return Preemption(beta, cost * net / alone, first, entry(alone), follower, leading(first))


def timed_capacity(
    *, rate: float, drift: float, volatility: float, slope: float, unit_cost: float, rival: float = 0.0
) -> TimedCapacity:
    """Time and capacity of a builder that faces the price ``X (1 - eta (Q_rival + Q))`` for ever.

    Parameters
    ----------
    slope, unit_cost
        ``eta`` and ``delta``: the cost is ``delta Q``.
    rival
        Capacity that another builder has already.
    """
    _positive(slope=slope, unit_cost=unit_cost)
    room = 1 - slope * rival
    if not 0 < room <= 1:
        raise InputError(f"rival is {rival}; it must be from 0 to below 1 / slope = {1 / slope:g}")
    beta = option_exponent(rate=rate, drift=drift, volatility=volatility)
    net = rate - drift

    def capacity(x: float) -> float:  # at which the marginal revenue of a unit, for ever, is its cost
        marginal = [room * x / net - unit_cost, -2 * slope * x / net]
        return max(-marginal[0] / marginal[1], 0.0)

    def value(x: float) -> float:
        q = capacity(x)
        return x * q * (room - slope * q) / net - unit_cost * q

    def rise(x: float) -> float:  # capacity is optimal: only the price moves the value (envelope theorem)
        q = capacity(x)
        return q * (room - slope * q) / net

    start = unit_cost * net / room
    threshold = stopping_threshold(value, rise, beta, start * (1 + 1e-9))
    return TimedCapacity(beta, threshold, capacity(threshold))


def _peak(function: Callable[[float], float], high: float) -> float:
    """Some point below ``high`` at which a function that is concave, and zero at ``high``, is positive."""
    y = high
    for _ in range(200):
        y = (y + high) / 2 if y < high else high / 2
        if function(y) > 0:
            return y
    raise SolverError("leading is nowhere worth more than following")


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise InputError(f"{name} is {value}; it must be positive and finite")
