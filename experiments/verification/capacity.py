"""Adapters: capacity before uncertain demand, by the model `models.CapacityRace`."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.oligopoly import equilibrium
from experiments.verification.registry import adapter
from models import CapacityRace
from theory import InputError

_CERTAIN = 1e-12
"""Volatility of demand at which it is as good as known."""


def uniform(words: str) -> dict[str, Any]:
    """Demand in words such as ``"D~U[0,1]"``, as parameters of the model."""
    found = re.search(r"U\[0,(\d+)\]", words)
    if found is None:
        raise InputError(f"{words!r} names no uniform demand on an interval from 0")
    return {"law": "uniform", "demand": float(found[1]) / 2}


def _built(model: CapacityRace) -> tuple[Any, Any]:
    """Capacities in equilibrium, and the suppliers' profits."""
    game = model.continuous_game()
    capacity = equilibrium(game)
    return capacity, game.payoff(capacity)


@adapter("newsvendor_uniform")
def _newsvendor(question: Question) -> list[Any]:
    p, c, s, demand = (question.inputs[name] for name in ("p", "c", "salvage", "D"))
    capacity, profit = _built(CapacityRace(n=1, price=p, cost=c, salvage=s, **uniform(demand)))
    return [capacity[0], profit[0]]


@adapter("newsvendor_normal")
def _newsvendor_normal(question: Question) -> list[Any]:
    p, c, s, mu, sigma = (question.inputs[name] for name in ("p", "c", "salvage", "mu", "sigma"))
    model = CapacityRace(n=1, price=p, cost=c, salvage=s, law="normal", demand=mu, volatility=sigma / mu)
    capacity, profit = _built(model)
    certain = model.replace(volatility=_CERTAIN).continuous_game()
    without = certain.payoff(np.array([float(mu)]))
    return [capacity[0], profit[0], without[0] - profit[0]]


_RULES = {
    "competitive newsvendor, random queue splitting, full spill": "herd",
    "competitive newsvendor, equal split": "equal",
}
"""Rules of the model, by the words of the cases."""


def _total(question: Question, n: int) -> tuple[Any, Any]:
    """Capacity of each of ``n`` suppliers, and of all."""
    model = CapacityRace(
        n=n,
        rule=_RULES[question.model],
        price=1.0,
        cost=question.inputs["c_over_p"],
        salvage=0.0,
        **uniform(question.inputs["D"]),
    )
    capacity, _ = _built(model)
    return capacity, capacity.sum()


@adapter("competitive_newsvendor_herd_2", "competitive_newsvendor_herd_3", "competitive_newsvendor_herd_5")
def _herd(question: Question) -> list[Any]:
    capacity, total = _total(question, question.inputs["n"])
    _, alone = _total(question, 1)
    return [capacity[0], total, total / alone]


@adapter("competitive_newsvendor_equal")
def _equal_split(question: Question) -> Any:
    return _total(question, question.inputs["n"])[1] / _total(question, 1)[1]


@adapter("reservation")
def _reserved(question: Question) -> Any:
    # a reserved unit costs the fee whether it is used or not, and a used one earns the price less the exercise price
    p, w, fee, demand = (question.inputs[name] for name in ("p", "w", "r", "D"))
    capacity, _ = _built(CapacityRace(n=1, price=p - w, cost=fee, salvage=0.0, **uniform(demand)))
    return capacity[0]


@adapter("stranded")
def _idle_and_unmet(question: Question) -> list[Any]:
    game = CapacityRace(n=1, price=1.0, cost=1.0, salvage=0.0, **uniform(question.model)).continuous_game()
    capacity = np.array([question.inputs["q"]])
    return [game.outcome("stranded capital", capacity), game.outcome("unmet demand", capacity)]
