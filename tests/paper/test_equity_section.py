"""The words of S4 turn with the numbers."""

import copy
from typing import Any

import numpy as np
import pytest

from experiments.plain import plain
from experiments.studies.equity_stakes import study
from paper.claims import CONDITIONAL, REJECTED, SUPPORTED
from paper.systems.equity_stakes import judge, write


@pytest.fixture(scope="module")
def numbers() -> Any:
    parts = [study(draws=128, rng=np.random.default_rng(seed)) for seed in range(2)]
    return plain(study.summarise(parts, rng=np.random.default_rng(5), draws=16, extra=0.1).numbers)


def with_probability(numbers: Any, value: float) -> Any:
    changed = copy.deepcopy(numbers)
    estimate = {"value": value, "low": value, "high": value}
    for effect in ("larger stake", "larger, matched by Amazon"):
        changed["effects"][effect]["P(rises)"]["share, Google"] = estimate
    changed["P(stake holds better)"] = dict.fromkeys(changed["P(stake holds better)"], estimate)
    return changed


def test_verdict_follows_the_probabilities(numbers: Any) -> None:
    assert judge(with_probability(numbers, 0.99)).verdict == SUPPORTED
    assert judge(with_probability(numbers, 0.5)).verdict == CONDITIONAL
    assert judge(with_probability(numbers, 0.01)).verdict == REJECTED


def test_the_measure_of_what_is_lost_is_a_condition(numbers: Any) -> None:
    changed = with_probability(numbers, 0.99)
    changed["P(stake holds better)"]["points lost"] = {"value": 0.01, "low": 0.0, "high": 0.02}
    assert judge(changed).verdict == CONDITIONAL


def test_words_turn_with_the_signs(numbers: Any) -> None:
    text = write(numbers).paragraphs[1]
    changed = copy.deepcopy(numbers)
    for quantile, value in changed["effects"]["larger stake"]["change"]["lab's compute"].items():
        changed["effects"]["larger stake"]["change"]["lab's compute"][quantile] = -value
    assert "GW more" in text and "GW more" not in write(changed).paragraphs[1]


def test_forecast_is_printed_with_its_date_and_both_intervals(numbers: Any) -> None:
    text = write(numbers).paragraphs[0]
    assert numbers["forecast"]["date"] in text
    assert "half of the draws" in text and "nine tenths" in text
