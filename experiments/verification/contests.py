"""Adapters: Tullock contests, by the compute race without a market where the lottery is no sharper than it allows.

A contest of values ``v_i`` at a cost of one is the race for a prize of one at costs ``1 / v_i``, payoffs times
``v_i``. The race takes an exponent of at most one; sharper contests are solved by `theory.tullock_contest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.comparison import Each
from experiments.verification.oligopoly import equilibrium
from experiments.verification.registry import adapter
from models import ComputeRace
from theory import tullock_contest
from theory.contest import ContestEquilibrium

_DEMAND = 1e-12
"""Mean demand that is as good as none, GW."""

_DROPPED = 1e-9
"""Spending below which a player stays out: the least that the race lets a builder choose, and rounding."""


def _race(values: Sequence[float], decisiveness: float = 1.0) -> tuple[Any, Any, Any]:
    """Spending, shares and payoffs in equilibrium of a race in which only the prize counts."""
    value = np.asarray(values, float)
    model = ComputeRace().replace(
        n_builders=len(value),
        prize=1.0,
        decided=1.0,
        decisiveness=decisiveness,
        cost_factor=1 / value,
        capital_cost=1.0,
        power_cost=0.0,
        revenue=0.0,
        survival=0.0,
        plan=np.full(len(value), _DEMAND),
        external_cost=0.0,
    )
    game = model.continuous_game()
    spending = equilibrium(game)
    shares = np.array([model.prize_share(i, list(spending)) for i in range(len(value))])
    return spending, shares, value * game.payoff(spending)


def _symmetric(question: Question) -> ContestEquilibrium:
    inputs = question.inputs
    return tullock_contest([inputs["V"]] * inputs["n"], decisiveness=inputs["r"])


@adapter("tullock_sym_3")
def _lottery(question: Question) -> list[Any]:
    inputs = question.inputs
    spending, _, payoffs = _race([inputs["V"]] * inputs["n"], inputs["r"])
    return [Each(tuple(spending)), Each(tuple(payoffs)), spending.sum() / inputs["V"]]


@adapter("tullock_sym_r1.2")
def _spending_payoff_dissipation(question: Question) -> list[Any]:
    found = _symmetric(question)
    return [Each(tuple(found.spending)), Each(tuple(found.payoff)), found.dissipation]


@adapter("tullock_full_dissipation")
def _spending_payoff(question: Question) -> list[Any]:
    found = _symmetric(question)
    return [Each(tuple(found.spending)), Each(tuple(found.payoff))]


@adapter("nti_2_1_1", "nti_4_1_0.5")
def _unequal_lottery(question: Question) -> list[Any]:
    spending, shares, payoffs = _race([question.inputs["v1"], question.inputs["v2"]], question.inputs["r"])
    return [*spending, shares[0], *payoffs]


@adapter("nti_2_1_1.2")
def _two_valuations(question: Question) -> list[Any]:
    found = tullock_contest([question.inputs["v1"], question.inputs["v2"]], decisiveness=question.inputs["r"])
    return [*found.spending, found.share[0], *found.payoff]


@adapter("stein_10_8_6_2")
def _many_valuations(question: Question) -> list[Any]:
    spending, _, _ = _race(question.inputs["v"])
    return [int((spending > _DROPPED).sum()), spending.sum(), *spending]
