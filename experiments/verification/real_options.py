"""Adapters: the value of waiting."""

from __future__ import annotations

from typing import Any

from experiments.verification.cases import Question
from experiments.verification.registry import adapter
from models.waiting import (
    Preemption,
    Threshold,
    TimedCapacity,
    binomial_investment,
    investment_threshold,
    preemption,
    timed_capacity,
)


@adapter("dp_widget")
def _widget_factory(question: Question) -> list[float]:
    names = {"cost": "I", "price": "P0", "up": "up", "down": "down", "probability": "prob", "rate": "r"}
    found = binomial_investment(**{name: question.inputs[symbol] for name, symbol in names.items()})
    return [found.now, found.waiting, found.option]


def _threshold(inputs: Any) -> Threshold:
    return investment_threshold(
        rate=inputs["r"], payout=inputs["delta"], volatility=inputs["sigma"], cost=float(inputs["I"])
    )


@adapter("dp_threshold")
def _exponent_and_threshold(question: Question) -> list[float]:
    found = _threshold(question.inputs)
    return [found.beta, found.threshold / question.inputs["I"], found.constant]


@adapter("dp_threshold_sig4")
def _threshold_over_cost(question: Question) -> float:
    return _threshold(question.inputs).threshold / float(question.inputs["I"])


def _race(inputs: Any) -> Preemption:
    names = {"rate": "r", "drift": "alpha", "volatility": "sigma", "alone": "D1", "together": "D2", "cost": "I"}
    return preemption(**{name: inputs[symbol] for name, symbol in names.items()})


@adapter("realoption_duopoly")
def _thresholds(question: Question) -> list[float]:
    race = _race(question.inputs)
    return [race.break_even, race.preemption, race.unthreatened, race.follower, race.value]


@adapter("realoption_duopoly2")
def _thresholds_with_drift(question: Question) -> list[float]:
    race = _race(question.inputs)
    return [race.beta, race.follower, race.unthreatened, race.preemption, race.value]


def _timed(inputs: Any) -> TimedCapacity:
    names = {"rate": "r", "drift": "alpha", "volatility": "sigma", "slope": "eta", "unit_cost": "delta", "rival": "Q_L"}
    return timed_capacity(**{name: inputs[symbol] for name, symbol in names.items() if symbol in inputs})


@adapter("hk_monopoly")
def _alone(question: Question) -> list[float]:
    found = _timed(question.inputs)
    return [found.beta, found.threshold, found.capacity]


@adapter("hk_follower")
def _after_a_rival(question: Question) -> list[float]:
    found = _timed(question.inputs)
    return [found.threshold, found.capacity]
