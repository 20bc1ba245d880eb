"""Adapters: what cooperation needs in the repeated game."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.oligopoly import cournot, equilibrium
from experiments.verification.registry import adapter
from experiments.verification.tournaments import dilemma, stated_payoffs
from theory import best_reply, grim_trigger, joint_optimum, nash_reversion, turn_taking
from theory.discounting import stick_and_carrot
from theory.monitoring import abreu_milgrom_pearce_bound, green_porter
from theory.repeated_play import finite_strategy_counts


@adapter("pd_turntaking")
def _thresholds(question: Question) -> list[Any]:
    game = dilemma(stated_payoffs(question.model))
    return [turn_taking(game), grim_trigger(game)]


@adapter("cournot_grim_2", "cournot_grim_3", "cournot_grim_5")
def _cournot_reversion(question: Question) -> Any:
    game = cournot(1.0, [0.0] * question.inputs["n"])
    cartel = _equal_shares(joint_optimum(game))
    deviation = [best_reply(game, cartel, i)[1] for i in range(game.n_players)]
    return nash_reversion(game.payoff(cartel), deviation, game.payoff(equilibrium(game)))


def _equal_shares(x: Any) -> Any:
    """Split a total equally: joint profit depends on the total alone when costs are equal."""
    return np.full(x.shape, x.mean())


@adapter("bertrand_grim")
def _bertrand_reversion(question: Question) -> list[Any]:
    # of a monopoly profit of 1 each has its share, an undercutter has it all, and at cost nobody has any
    return [nash_reversion([1 / n] * n, [1.0] * n, [0.0] * n) for n in question.inputs["n"]]


@adapter("abreu_stick_carrot")
def _two_phases(question: Question) -> list[Any]:
    n, margin = question.inputs["n"], float(question.inputs["a_minus_c"])
    game = cournot(margin, [0.0] * n)

    def payoff(output: float) -> float:
        return float(game.payoff_of(0, np.full(n, output)))

    def best_deviation(output: float) -> float:
        return float(best_reply(game, np.full(n, output), 0)[1])

    found = stick_and_carrot(
        payoff,
        best_deviation,
        target=float(joint_optimum(game).mean()),
        nash=float(equilibrium(game)[0]),
        worst=margin / n,  # at which the price is down to cost
    )
    return [found.discount_factor, found.punishment]


@adapter("green_porter")
def _price_war(question: Question) -> list[Any]:
    war = green_porter(question.inputs["alpha"], question.inputs["delta"], question.inputs["Pi_m"])
    return [war.punishment_length, war.value]


@adapter("green_porter_threshold")
def _price_war_threshold(question: Question) -> Any:
    return green_porter(question.inputs["alpha"], 0.0).critical_discount_factor


@adapter("amp_bound")
def _monitoring_bound(question: Question) -> Any:
    return abreu_milgrom_pearce_bound(question.inputs["g"], question.inputs["q0"], question.inputs["q1"])


@adapter("rep-finite-strategy-counts")
def _finite_horizon(question: Question) -> dict[str, Any]:
    rounds = question.inputs["T"]
    stages = [question.inputs[name] for name in ("stage", "stage_b")]
    return {
        f"{stage}_T{rounds}_matrix": finite_strategy_counts(tuple(map(int, stage.split("x"))), rounds)
        for stage in stages
    }
