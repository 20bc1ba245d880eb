"""Adapters: evolution in finite and large populations, and learning."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.registry import adapter
from theory import Game
from theory.finite_population import (
    fermi_log_fixation,
    group_payoffs,
    moran_fixation_exact,
    pair_payoffs,
    population_state_count,
)
from theory.learning import fictitious_play, local_interaction
from theory.replicator import replicator_derivative, replicator_path, rest_points


@adapter("evo-fix-hawkdove")
def _pairs(question: Question) -> dict[str, Any]:
    inputs = question.inputs
    fitness = pair_payoffs(inputs["payoff"], inputs["Z"], invader=inputs["invader"], resident=inputs["resident"])
    return {"rho": np.exp(fermi_log_fixation(*fitness, selection=inputs["beta"]))}


@adapter("evo-fix-nplayer")
def _groups(question: Question) -> dict[str, Any]:
    inputs = question.inputs  # column c of the payoffs: c of the group's members play strategy 1
    fitness = group_payoffs(inputs["payoff"], inputs["Z"], invader=inputs["invader"])
    return {"rho": np.exp(fermi_log_fixation(*fitness, selection=inputs["beta"]))}


@adapter("evo-moran-exact")
def _moran(question: Question) -> dict[str, Any]:
    inputs = question.inputs
    return {
        "rho": [
            moran_fixation_exact(inputs["payoff"], size, invader=inputs["mutant"], initial=inputs["initial"])
            for size in inputs["N"]
        ]
    }


@adapter("evo-replicator-rhs")
def _derivative(question: Question) -> dict[str, Any]:
    return {"dx": [replicator_derivative(question.inputs["A"], shares) for shares in question.inputs["x"]]}


@adapter("evo-replicator-path")
def _path(question: Question) -> dict[str, Any]:
    matrix, start = question.inputs["A"], question.inputs["y0"]
    first, last, count = map(int, re.findall(r"\d+", question.inputs["t"]))  # linspace(first, last, count)
    share = replicator_path(matrix, start, np.linspace(first, last, count))[:, 0]
    return {"x0_first_five": share[:5], "x0_last": share[-1], "rest_point": rest_points(matrix).shares[1]}


@adapter("evo-state-counts")
def _states(question: Question) -> dict[str, Any]:
    return {"states": [population_state_count(size, strategies) for size, strategies in question.inputs["(Z,n)"]]}


@adapter("evo-saddle-hawkdove")
def _rest(question: Question) -> dict[str, Any]:
    found = rest_points(question.inputs["payoff"])
    return {"rest_points_x0": found.shares, "stable": found.stable}


# -- learning --------------------------------------------------------------------------------------


@adapter("fp-matching-pennies")
def _fictitious(question: Question) -> dict[str, Any]:
    inputs, prefix, suffix = question.inputs, "constant_gain_", "_col_path"
    game = Game.from_bimatrix(inputs["A"], inputs["B"])

    def beliefs(player: int, gain: float | None = None) -> Any:
        return fictitious_play(game, inputs["init_actions"], rounds=inputs["ts_length"], gain=gain).beliefs[player]

    constant = next(name for name in question.asked if name.startswith(prefix))  # the name says the gain
    gain = float(constant.removeprefix(prefix).removesuffix(suffix))
    return {"row_beliefs_path": beliefs(0), "col_path": beliefs(1), constant: beliefs(1, gain)}


_ROUNDS = 2
"""Revisions that the case of local interaction shows, after the start."""


@adapter("localint-3")
def _local(question: Question) -> dict[str, Any]:
    inputs = question.inputs
    answers = {}
    for name in question.asked:
        order = [int(digit) for digit in re.findall(r"\d", name)]  # who revises when, if one after the other
        revisers = [[player] for player in order] or [list(range(len(inputs["init"])))] * _ROUNDS
        answers[name] = local_interaction(inputs["payoff"], inputs["adjacency"], inputs["init"], revisers[:_ROUNDS])
    return answers
