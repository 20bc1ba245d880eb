"""Adapters: mixed equilibria of games with three or more players."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.finite_games import complete
from experiments.verification.registry import adapter
from theory import Game, InputError, SolverError, pure_nash
from theory.polynomial_nash import polynomial_nash
from theory.symmetric_games import by_counts, symmetric_equilibria

_VOLUNTEERS = "own action 0 pays 1; own action 1 pays v if all opponents play 0, else 0"
_PURE = "pure nash "


def _by_profile(inputs: Any) -> Game:
    """Game whose payoffs are listed by profile, in words (``"011"``) or in the order of Gambit's files."""
    sizes = inputs["n_actions"]
    payoffs = np.zeros((len(sizes), *sizes))
    if "payoffs_list" in inputs:
        if inputs["order"] != "first player's action varies fastest":
            raise InputError(f"unknown order of the payoffs: {inputs['order']!r}")
        table = np.array(inputs["payoffs_list"], float).reshape(*sizes[::-1], len(sizes))
        return Game(table.T)
    listed = dict(inputs["payoffs_by_profile"])
    payoffs[:] = np.reshape(listed.pop("others"), (-1, *(1,) * len(sizes)))
    for profile, values in listed.items():
        np.moveaxis(payoffs, 0, -1)[tuple(map(int, profile))] = values
    return Game(payoffs)


@adapter(
    "nash3-mckelvey-mclennan-2x2x2",
    "nash3-mckelvey-mclennan-variant",
    "nash3-local-max-cut",
    unordered=("equilibria_prob_of_action0", "prob_of_action0"),
)
def _all_equilibria(question: Question) -> dict[str, Any]:
    solution = complete(polynomial_nash(_by_profile(question.inputs)))
    first = [[strategy[0] for strategy in profile] for profile in solution.profiles()]
    return {name: int(solution.count) if name == "count" else first for name in question.asked}


def _mixed(table: Any) -> float:
    """Probability of action 1 in the only symmetric equilibrium that is mixed."""
    found = symmetric_equilibria(table)
    if not found.complete or found.interior.size != 1:
        raise SolverError(f"not exactly one mixed symmetric equilibrium: {found}")
    return float(found.interior[0])


@adapter("nashN-anticoordination")
def _anticoordination(question: Question) -> dict[str, Any]:
    inputs = question.inputs
    if inputs["payoff"] != _VOLUNTEERS:
        raise InputError(f"unknown payoffs: {inputs['payoff']!r}")
    tables = [[[1.0] * n, [float(inputs["v"])] + [0.0] * (n - 1)] for n in inputs["N"]]
    return {"p_action0": [1 - _mixed(table) for table in tables]}


@adapter("nash3-symmetric-sqrt65")
def _symmetric(question: Question) -> dict[str, Any]:
    own = np.array(question.inputs["payoff_own_first"], float)
    n = question.inputs["players"]
    # the table of player i starts with its own action and goes on with those of i + 1, i + 2, ...
    game = Game(np.stack([np.moveaxis(own, range(n), [(i + j) % n for j in range(n)]) for i in range(n)]))
    stable = [tuple(strategy.index(1) for strategy in profile) for profile in pure_nash(game).profiles()]
    answers: dict[str, Any] = {"p_action1": _mixed(by_counts(own))}
    for name in question.asked:
        if name.startswith(_PURE):
            answers[name] = tuple(map(int, name.removeprefix(_PURE).split())) in stable
    return answers
