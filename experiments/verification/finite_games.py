"""Adapters: equilibria of finite games."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.comparison import Each
from experiments.verification.registry import adapter
from theory import Game, Solution, SolverError, nash, pure_nash
from theory.bimatrix import lemke_howson, lemke_howson_all
from theory.dominance import dominated_actions
from theory.game import Array
from theory.vertices import maximal_components, vertex_enumeration
from theory.zero_sum import minimax


def rational(value: float | str) -> Fraction:
    """Exact number of a JSON number or of a sum in a string, e.g. ``"1+1e-8"``."""
    if isinstance(value, str):
        return sum((Fraction(part) for part in value.split("+")), Fraction(0))
    return Fraction(value)


def rationals(table: Sequence[Sequence[float | str]]) -> Array:
    """Exact matrix of a table."""
    return np.array([[rational(value) for value in line] for line in table], dtype=object)


def exact_game(inputs: Mapping[str, Any]) -> Game:
    """Two-player game of the case, in exact rationals."""
    row = rationals(inputs["A"])
    if inputs.get("symmetric"):
        return Game.from_bimatrix(row, row.T)
    if inputs["B"] == "-A":
        return Game.from_bimatrix(row, -row)
    return Game.from_bimatrix(row, rationals(inputs["B"]))


def complete(solution: Solution) -> Solution:
    """Give the solution back if it is certified and proved complete."""
    if not np.all(solution.complete) or not solution.certified.all():
        raise SolverError(f"not certified and complete: {solution!r}")
    return solution


def _asked(question: Question, answers: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    return {name: answers[name]() for name in question.asked}


@adapter(
    "nash2-vs2007-3x2",
    "nash2-4x3-unique",
    "nash2-6x6-long-LH",
    "nash2-coord-3x3",
    "nash2-coord-4x4",
    "nash2-shapley1974-fig3",
    "zerosum-oneill",
    unordered=("equilibria",),
)
def _all_equilibria(question: Question) -> dict[str, Any]:
    game = exact_game(question.inputs)
    solution = complete(nash(game))
    return _asked(
        question,
        {
            "count": lambda: int(solution.count),
            "equilibria": solution.profiles,
            "value": lambda: Each(tuple(solution.payoffs[:, 0])),
            "lemke_howson_reachable_only": lambda: Each(tuple(lemke_howson_all(game).profiles())),
        },
    )


@adapter(
    "nash2-vs2007-degenerate",
    "nash2-degenerate-lrs",
    "nash2-3x5-nashpy82",
    "nash2-deg1",
    unordered=("extreme_equilibria", "components", "components[]"),
)
def _extreme_equilibria(question: Question) -> dict[str, Any]:
    solution = complete(vertex_enumeration(exact_game(question.inputs)))
    return _asked(
        question,
        {
            "count": lambda: int(solution.count),
            "extreme_equilibria": solution.profiles,
            "components": lambda: [list(itertools.product(*part)) for part in maximal_components(solution)],
        },
    )


def _end_of_path(game: Game, label: int) -> Any:
    (profile,) = lemke_howson(game, label).profiles()
    return profile


@adapter("lh-vs2007-3x2-labels")
def _by_label(question: Question) -> dict[str, Any]:
    game = exact_game(question.inputs)
    return {"by_dropped_label": {label: _end_of_path(game, label) for label in range(sum(game.n_actions))}}


@adapter("lh-degenerate-lexicographic")
def _every_label(question: Question) -> dict[str, Any]:
    game = exact_game(question.inputs)
    return {
        "every_label_0_to_5_returns": Each(tuple(_end_of_path(game, label) for label in range(sum(game.n_actions)))),
        "number_of_extreme_equilibria": int(complete(vertex_enumeration(game)).count),
    }


@adapter("zerosum-4x3-lp")
def _maximin(question: Question) -> dict[str, Any]:
    solution = minimax(exact_game(question.inputs))
    return {
        "row": solution.strategies(0)[0],
        "column": solution.strategies(1)[0],
        "value": solution.payoffs[0, 0],
    }


# -- pure equilibria -------------------------------------------------------------------------------

_COMMON_PAYOFFS: Mapping[str, Callable[[tuple[int, ...]], int]] = {
    "1 to all if all three actions are equal, else 0": lambda a: int(len(set(a)) == 1),
    "1 to all at (0,0,0,0), 2 to all at (1,1,1,1), 0 elsewhere": lambda a: a[0] + 1 if len(set(a)) == 1 else 0,
}
"""Payoffs that the cases state in words, the same for all players."""


def _pure_profiles(solution: Solution) -> list[list[int]]:
    return [[strategy.index(1) for strategy in profile] for profile in solution.profiles()]


@adapter("pure-coord333", "pure-unanimity-4", unordered=("equilibria",))
def _pure(question: Question) -> dict[str, Any]:
    inputs = question.inputs
    sizes = inputs["n_actions"] if "n_actions" in inputs else [inputs["actions"]] * inputs["N"]
    common = np.zeros(sizes)
    for profile in np.ndindex(*sizes):
        common[profile] = _COMMON_PAYOFFS[inputs["payoff"]](profile)
    solution = complete(pure_nash(Game(np.stack([common] * len(sizes)))))
    return {"count": int(solution.count), "equilibria": _pure_profiles(solution)}


@adapter("eps-nash-pd", unordered=("eps_0", "eps_1e-8"))
def _epsilon(question: Question) -> dict[str, Any]:
    game = exact_game(question.inputs)
    given = {float(epsilon): rational(str(epsilon)) for epsilon in question.inputs["eps"]}
    tolerances = {name: given[float(name.removeprefix("eps_"))] for name in question.asked}
    return {name: _pure_profiles(pure_nash(game, tolerance)) for name, tolerance in tolerances.items()}


@adapter("dominance-eps")
def _dominated(question: Question) -> dict[str, Any]:
    payoffs, prefix = question.inputs["payoff_rows"], "dominated_at_tol_"
    return {name: dominated_actions(payoffs, tolerance=Fraction(name.removeprefix(prefix))) for name in question.asked}


@adapter("mip-nash-staghunt")
def _largest_welfare(question: Question) -> dict[str, Any]:
    solution = complete(nash(exact_game(question.inputs)))
    best = int(solution.payoffs.sum(axis=-1).argmax())
    return {"equilibrium": [solution.strategies(player)[best] for player in range(2)]}
