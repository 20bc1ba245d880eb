"""The words of S4 turn with the numbers."""

import copy
from typing import Any

import numpy as np
import pytest

from experiments.plain import plain
from experiments.studies.equity_stakes import study
from paper.claims import REJECTED, SUPPORTED, UNDECIDED
from paper.systems.equity_stakes import judge, write
from tests.turned import with_claim


@pytest.fixture(scope="module")
def numbers() -> Any:
    parts = [study(draws=128, rng=np.random.default_rng(seed)) for seed in range(2)]
    return plain(study.summarise(parts, rng=np.random.default_rng(5), draws=16, extra=0.1).numbers)


@pytest.mark.parametrize(("share", "verdict"), [(0.99, SUPPORTED), (0.5, UNDECIDED), (0.01, REJECTED)])
def test_verdict_follows_what_the_claim_needs(numbers: Any, share: float, verdict: str) -> None:
    assert judge(with_claim(numbers, "4", share)).verdict == verdict


def test_the_loss_per_dollar_is_said_with_its_sign(numbers: Any) -> None:
    changed = copy.deepcopy(numbers)
    changed["GW lost per dollar, with the stakes over without"] = {"0.05": 0.7, "0.5": 0.8, "0.95": 0.9}
    assert "Amazon's price, by \N{MINUS SIGN}20.0% (" in judge(changed).evidence
    assert "Amazon's price, by \N{MINUS SIGN}" not in judge(numbers).evidence


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
