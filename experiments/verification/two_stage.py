"""Adapters: games in stages: capacity then price, commitment then competition, and chains of supply."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import sympy
from scipy import stats

from experiments.verification.cases import Question
from experiments.verification.oligopoly import equilibrium
from experiments.verification.registry import adapter
from models.capacity_then_price import capacity_game, price_stage
from models.commitment import CostCommitment, lead
from models.vertical_supply import (
    SwitchingCosts,
    foreclosure,
    hold_up,
    linear_prices,
    lump_sum_fees,
    successive_oligopoly,
    take_or_pay,
)
from theory import InputError, SolverError


def _numbers(pattern: str, words: str) -> list[float]:
    found = re.search(pattern, words)
    if found is None:
        raise InputError(f"{words!r} does not read as {pattern!r}")
    return [float(number) for number in found.groups()]


# -- capacity, then price ----------------------------------------------------------------------------


@adapter("kreps_scheinkman")
def _capacity_then_price(question: Question) -> list[Any]:
    a, b, k = (question.inputs[name] for name in ("a", "b", "capacity_cost"))
    game = capacity_game(intercept=a, slope=b, capacity_cost=k)
    capacity = equilibrium(game)
    stage = price_stage(a, b, (float(capacity[0]), float(capacity[1])))
    if not stage.pure:
        raise SolverError("prices are mixed at the equilibrium capacities")
    return [capacity[0], stage.highest, game.payoff(capacity)[0]]


@adapter("bertrand_edgeworth")
def _mixed_prices(question: Question) -> list[Any]:
    a, b, c, capacity = (question.inputs[name] for name in ("a", "b", "c", "K"))
    stage = price_stage(a, b, tuple(capacity), cost=c)
    return [stage.profits[0], stage.lowest, stage.highest, stage.distribution(0, 0.2)]


@adapter("bertrand_edgeworth_asym")
def _unequal_capacities(question: Question) -> list[Any]:
    most, fall = _numbers(r"^(\d+)-(\d+)P$", question.inputs["Q"])
    small, large = question.inputs["K"]
    stage = price_stage(most / fall, 1 / fall, (small, large))
    return [stage.profits[1], stage.lowest, stage.profits[0]]


# -- commitment ----------------------------------------------------------------------------------------


@adapter("stackelberg")
def _leader(question: Question) -> list[float]:
    found = lead(intercept=question.inputs["a"], cost=question.inputs["c"])
    return [found.leader, found.follower, found.leader_profit, found.follower_profit]


@adapter("deterrence")
def _entry(question: Question) -> list[float]:
    found = lead(intercept=question.inputs["a"], cost=question.inputs["c"], fixed_cost=question.inputs["f"])
    if found.entry != "deterred":
        raise SolverError(f"entry is {found.entry}")
    return [found.leader, found.leader_profit]


@adapter("topdog_factor")
def _top_dog(question: Question) -> list[float]:
    return [CostCommitment(n=n, cost=0.1).strategic_factor() for n in question.inputs["n"]]


@adapter("puppydog_factor")
def _puppy_dog(question: Question) -> float:
    return CostCommitment(rivalry="price", substitution=question.inputs["g"], cost=0.1).strategic_factor()


# -- chains of supply ----------------------------------------------------------------------------------


@adapter("salinger")
def _two_margins(question: Question) -> list[float]:
    return [successive_oligopoly(m, n).output for m, n in question.inputs["MN"]]


@adapter("foreclosure")
def _secret_deals(question: Question) -> list[float]:
    found = foreclosure()
    return [found.secret_deals, found.integrated]


@adapter("take_or_pay")
def _take_or_pay(question: Question) -> list[float]:
    p, w, theta = (question.inputs[name] for name in ("p", "w", "theta"))
    low, high = _numbers(r"D~U\[(\d+),(\d+)\]", question.model)
    found = take_or_pay(stats.uniform(low, high - low), price=p, tariff=w, share=theta)
    return [found.capacity, found.profit]


@adapter("holdup")
def _underinvestment(question: Question) -> list[float]:
    (factor,) = _numbers(r"v=(\d+) sqrt I", question.model)
    return [hold_up(lambda i: int(factor) * sympy.sqrt(i), share) for share in question.inputs["shares"]]


@adapter("switching_costs")
def _lock_in(question: Question) -> list[Any]:
    t, reservation, c, delta = (question.inputs[name] for name in ("t", "R", "c", "delta"))
    model = SwitchingCosts(transport=t, reservation=reservation, cost=c, discount=delta)
    game = model.continuous_game()
    price = equilibrium(game)
    if not np.isclose(price[0], price[1]):
        raise SolverError(f"prices differ: {price}")
    return [price[0], model.later_price(), game.payoff(price)[0]]


@adapter("hw_single_supplier", "hw_separate")
def _unit_prices(question: Question) -> float:
    a, weight = question.inputs["a"], question.inputs["bargaining"]
    prices = linear_prices(intercept=a, bargaining=weight, common_supplier="one supplier" in question.model)
    return prices[0]


@adapter("nin_lumpsum")
def _fees(question: Question) -> list[float]:
    worth = _numbers(r"v\(1\)=(\d+),v\(2\)=(\d+)", question.model)
    found = lump_sum_fees([0.0, *worth], share=question.inputs["share"])
    return [found.fee, found.buyer]
