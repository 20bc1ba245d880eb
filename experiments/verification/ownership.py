"""Adapters: stakes in rivals, and the concentration index with common owners."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.oligopoly import equilibrium
from experiments.verification.registry import adapter
from models.cross_holdings import CrossHoldings, concentration, profit_weights


@adapter("crossholding_2_0.1", "crossholding_2_0.25", "crossholding_2_0.5", "crossholding_3_0.1")
def _mutual(question: Question) -> list[Any]:
    n, v, a, c = (question.inputs[name] for name in ("n", "v", "a", "c"))
    model = CrossHoldings(n=n, stake=v, intercept=a, cost=c)
    game = model.continuous_game()
    output = equilibrium(game)
    total = game.outcome("total compute", output)
    # an equal share of the total: where each owns half of the other, only the total is determined
    return [model.weights[0, 1], total / n, total, game.outcome("price", output)]


@adapter("oneway_stake")
def _one_way(question: Question) -> Any:
    v, a, c = (question.inputs[name] for name in ("v", "a", "c"))
    return equilibrium(CrossHoldings(pattern="one-way", stake=v, intercept=a, cost=c).continuous_game())


@adapter("mhhi_common")
def _common_owners(question: Question) -> list[float]:
    everything = [[1.0, 1.0]]  # the same owners hold, and control, all of both firms
    index = concentration([0.5, 0.5], profit_weights(everything, everything))
    return [index.hhi, index.delta, index.mhhi]


@adapter("mhhi_silent")
def _silent_stake(question: Question) -> list[float]:
    financial = [[1.0, 0.2], [0.0, 0.8]]
    silent, total = np.eye(2), [[1.0, 1.0], [0.0, 0.0]]
    return [concentration([0.5, 0.5], profit_weights(financial, control)).mhhi for control in (silent, total)]
