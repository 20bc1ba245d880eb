"""Adapters: payoffs of all equilibria of the repeated game."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.comparison import Each
from experiments.verification.finite_games import exact_game
from experiments.verification.registry import adapter
from experiments.verification.tournaments import dilemma
from theory import Game
from theory.payoff_polygon import payoff_set


@adapter("as2014", "pd_quantecon_0.75", "pd_quantecon_0.9", unordered=("",))
def _vertices(question: Question) -> Any:
    pairs = np.array(question.inputs["payoffs"], float)
    return payoff_set(Game(np.moveaxis(pairs, -1, 0)), question.inputs["delta"]).vertices


@adapter("rep-abreu-sannikov-3x3", "rep-pd-9-1-10-3", unordered=("vertices", "more_digits"))
def _at_every_discount_factor(question: Question) -> dict[str, Any]:
    game = exact_game(question.inputs)
    factors = np.atleast_1d(question.inputs["delta"])
    every = Each(tuple(payoff_set(game, float(factor)).vertices for factor in factors))
    return dict.fromkeys(question.asked, every)


@adapter("pd_4062", unordered=("",))
def _where_cooperation_holds(question: Question) -> Any:
    game = dilemma({name: float(question.inputs[name]) for name in "RSTP"})
    sets = [payoff_set(game, factor) for factor in question.inputs["delta"]]
    cooperative = [
        found.vertices for found in sets if len(found.vertices) > 1
    ]  # else only the equilibrium of the stage
    return Each(tuple(cooperative))
