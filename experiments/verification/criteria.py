"""Adapters: criteria other than the mean, and the cost of selfishness."""

from __future__ import annotations

import re
from typing import Any

from scipy import stats

from experiments.verification.cases import Question
from experiments.verification.registry import adapter
from models.newsvendor import cvar_capacity, regret_capacity, spill_capacities
from theory import InputError
from theory.distribution_risk import Distribution, cvar_of, value_at_risk_of
from theory.proportional_allocation import worst_case_efficiency
from theory.routing import parallel_links


def _distribution(words: str) -> Distribution:
    """Distribution in words such as ``"U[0,1]"``, ``"N(0,1)"`` (mean, variance) or ``"Exp(1)"`` (rate)."""
    if found := re.search(r"U\[(\d+),(\d+)\]", words):
        low, high = map(float, found.groups())
        return stats.uniform(low, high - low)
    if found := re.fullmatch(r"N\((\d+),(\d+)\)", words):
        mean, variance = map(float, found.groups())
        return stats.norm(mean, variance**0.5)
    if found := re.fullmatch(r"Exp\((\d+)\)", words):
        return stats.expon(scale=1 / float(found[1]))
    raise InputError(f"{words!r} names no distribution that is known here")


@adapter("cvar_normal")
def _quantile_and_tail(question: Question) -> list[float]:
    loss, level = _distribution(question.inputs["dist"]), question.inputs["level"]
    return [value_at_risk_of(loss, level), cvar_of(loss, level)]


@adapter("cvar_exp")
def _tail(question: Question) -> float:
    return cvar_of(_distribution(question.inputs["dist"]), question.inputs["level"])


@adapter("cvar_newsvendor")
def _risk_averse(question: Question) -> list[float]:
    p, c, words, shares = (question.inputs[name] for name in ("p", "c", "D", "eta"))
    demand = _distribution(words)
    return [cvar_capacity(demand, price=p, cost=c, share=share) for share in shares]


@adapter("regret_newsvendor")
def _regret_averse(question: Question) -> list[float]:
    ends = re.search(r"on \[(\d+),(\d+)\]", question.model)
    if ends is None:
        raise InputError(f"{question.model!r} names no interval")
    found = regret_capacity(float(ends[1]), float(ends[2]), price=question.inputs["p"], cost=question.inputs["c"])
    return [found.capacity, found.regret]


@adapter("parlar_iid")
def _spill(question: Question) -> list[Any]:
    demand = re.search(r"iid U\[(\d+),(\d+)\]", question.model)
    if demand is None:
        raise InputError(f"{question.model!r} names no demand")
    low, high = float(demand[1]), float(demand[2])
    found = spill_capacities(stats.uniform(low, high - low), price=1.0, cost=question.inputs["c_over_p"])
    return [found.each, found.total, found.central]


@adapter("pigou_poa")
def _pigou(question: Question) -> float:
    return parallel_links([1.0, 0.0], [0.0, 1.0]).price_of_anarchy


@adapter("johari_tsitsiklis")
def _fixed_capacity(question: Question) -> float:
    return float(worst_case_efficiency())


@adapter("johari_mannor_tsitsiklis")
def _elastic_supply(question: Question) -> float:
    return float(worst_case_efficiency(elastic=True))
