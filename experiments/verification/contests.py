"""Adapters: Tullock contests."""

from __future__ import annotations

from typing import Any

from experiments.verification.cases import Question
from experiments.verification.comparison import Each
from experiments.verification.registry import adapter
from theory import tullock_contest
from theory.contest import ContestEquilibrium


def _symmetric(question: Question) -> ContestEquilibrium:
    inputs = question.inputs
    return tullock_contest([inputs["V"]] * inputs["n"], decisiveness=inputs["r"])


@adapter("tullock_sym_3", "tullock_sym_r1.2")
def _spending_payoff_dissipation(question: Question) -> list[Any]:
    found = _symmetric(question)
    return [Each(tuple(found.spending)), Each(tuple(found.payoff)), found.dissipation]


@adapter("tullock_full_dissipation")
def _spending_payoff(question: Question) -> list[Any]:
    found = _symmetric(question)
    return [Each(tuple(found.spending)), Each(tuple(found.payoff))]


@adapter("nti_2_1_1", "nti_2_1_1.2", "nti_4_1_0.5")
def _two_valuations(question: Question) -> list[Any]:
    found = tullock_contest([question.inputs["v1"], question.inputs["v2"]], decisiveness=question.inputs["r"])
    return [*found.spending, found.share[0], *found.payoff]


@adapter("stein_10_8_6_2")
def _many_valuations(question: Question) -> list[Any]:
    found = tullock_contest(question.inputs["v"])
    return [int(found.active.sum()), found.spending.sum(), *found.spending]
