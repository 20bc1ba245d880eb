"""Adapters: Cournot competition, solved by the generic solvers of games over quantities."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.registry import adapter
from theory import ContinuousGame, joint_optimum, nash
from theory.continuous import Floats, Payoff


def cournot(intercept: float, costs: list[float]) -> ContinuousGame:
    """Cournot competition with inverse demand ``intercept - Q`` and unit costs; welfare is users' surplus and profits.

    Only the demand and the costs are written here: who produces how much is for the solvers to say.
    """
    unit = np.asarray(costs, float)

    def profit(i: int) -> Payoff:
        return lambda x: x[..., i] * (intercept - x.sum(axis=-1) - unit[i])

    def marginal(i: int) -> Payoff:
        return lambda x: intercept - x.sum(axis=-1) - unit[i] - x[..., i]

    def welfare(x: Floats) -> Floats:
        total = x.sum(axis=-1)
        return np.asarray(intercept * total - total**2 / 2 - x @ unit)

    firms = range(len(unit))
    return ContinuousGame(
        [profit(i) for i in firms],
        lower=0,
        upper=intercept,
        gradients=[marginal(i) for i in firms],
        outcomes={"welfare": welfare},
    )


def equilibrium(game: ContinuousGame) -> Floats:
    """Certified equilibrium choices."""
    return nash(game).select()


@adapter("cournot_welfare")
def _welfare_ratio(question: Question) -> list[Any]:
    ratios = []
    for n in question.inputs["n"]:
        game = cournot(1.0, [0.0] * n)
        best = joint_optimum(game, game.outcomes["welfare"])
        ratios.append(game.outcome("welfare", equilibrium(game)) / game.outcome("welfare", best))
    return ratios


@adapter("rrc")
def _raised_rival(question: Question) -> Any:
    a, c, t = (question.inputs[name] for name in ("a", "c", "t"))
    before, after = cournot(a, [c, c]), cournot(a, [c, c + t])
    return after.payoff_of(0, equilibrium(after)) - before.payoff_of(0, equilibrium(before))
