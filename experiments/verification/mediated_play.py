"""Adapters: commitment, correlated play and quantal response in finite games."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.comparison import Each
from experiments.verification.finite_games import exact_game
from experiments.verification.registry import adapter
from theory import Game, product_distribution
from theory.commitment import strong_stackelberg
from theory.correlated import correlated_gap
from theory.game import Array
from theory.quantal_response import LogitFit, fit_logit, logit_equilibrium


def _game(question: Question) -> Game:
    return Game.from_bimatrix(question.inputs["A"], question.inputs["B"])


@adapter("stackelberg-cs06-0", "stackelberg-dominated")
def _commitment(question: Question) -> dict[str, Any]:
    found = strong_stackelberg(_game(question), leader=0)
    return {"leader_strategy": found.leader_strategy, "leader_value": found.payoffs[0]}


@adapter("ce-gibson2013")
def _gaps(question: Question) -> dict[str, Any]:
    game = _game(question)
    distribution = np.zeros(game.n_actions)
    for profile, probability in question.inputs["mu"].items():
        distribution[tuple(map(int, profile))] = probability
    swap, fixed = correlated_gap(game, distribution)
    return {"cce_gap": fixed, "ce_gap": swap}


_CELLS: Mapping[str, Array] = {
    "all 9 cells": np.ones((3, 3), dtype=object),
    "the six off-diagonal cells": 1 - np.eye(3, dtype=int).astype(object),
}
"""Sets of cells that the case states in words."""


@adapter("ce-shapley")
def _two_devices(question: Question) -> dict[str, Any]:
    game = exact_game(question.inputs)
    answers: dict[str, Any] = {}
    for name in ("a", "b"):
        probability, cells = question.inputs[f"mu_{name}"].split(" on ")
        distribution = _CELLS[cells] * Fraction(probability)
        answers[f"ce_gap_{name}"] = correlated_gap(game, distribution)[0]
        answers[f"payoffs_{name}"] = game.expected_payoffs(distribution[np.newaxis])[0]
    return answers


# -- quantal response ------------------------------------------------------------------------------


@adapter("qre-2x2-constsum")
def _logit(question: Question) -> dict[str, Any]:
    found = [logit_equilibrium(_game(question), precision).strategies for precision in question.inputs["lambda"]]
    return {"p_row0": [row[0] for row, _ in found], "p_col0": [column[0] for _, column in found]}


@adapter("qre-staghunt-selection")
def _branch(question: Question) -> dict[str, Any]:
    game = _game(question)
    found = [logit_equilibrium(game, precision).strategies for precision in question.inputs["lambda"]]
    limit = logit_equilibrium(game, 1000 / float(game.payoff_range)).strategies  # as good as noiseless
    return {
        "p_action0_symmetric": [Each((row[0], column[0])) for row, column in found],
        "limit": [int(np.flatnonzero(strategy > 0.999)[0]) for strategy in limit],
    }


@adapter("qre-mle-ochs")
def _maximum_likelihood(question: Question) -> dict[str, Any]:
    game, counts = _game(question), question.inputs["counts"]
    fit, empirical = fit_logit(game, counts), _against_observed_play(game, counts)
    row, column = fit.response.strategies
    return {
        "lambda": fit.response.precision,
        "p_row0": row[0],
        "p_col0": column[0],
        "log_likelihood": fit.log_likelihood,
        "empirical_payoff_method": {
            "lambda": empirical.response.precision,
            "log_likelihood": empirical.log_likelihood,
        },
    }


def _against_observed_play(game: Game, counts: list[list[float]]) -> LogitFit:
    """Empirical payoff method: the same fit in the game in which the others' play is that observed, come what may."""
    observed = product_distribution([np.array([count]) / sum(count) for count in counts])
    row, column = (game.deviation_payoffs(i, observed)[0] for i in range(2))
    shape = np.ones(game.n_actions)
    return fit_logit(Game.from_bimatrix(row[:, np.newaxis] * shape, column * shape), counts)
