"""What the paper says of speed turns with the numbers."""

import copy
import json

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.plain import plain
from paper.claims import CONDITIONAL, REJECTED, SUPPORTED
from paper.systems import speed


@pytest.fixture(scope="module")
def numbers():
    study = find("speed")
    parts = [study(draws=256, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    return json.loads(json.dumps(plain(study.summarise(parts, rng=np.random.default_rng(9), draws=256).numbers)))


def changed(numbers, **shares):
    other = copy.deepcopy(numbers)
    for price, share in shares.items():
        other["prices"][price]["P(decisive)"] = {"value": share, "low": share - 0.01, "high": share + 0.01}
    return other


def test_verdict_follows_the_rule(numbers):
    def verdict(**shares):
        return speed.write(changed(numbers, **shares)).verdicts[0].verdict

    assert verdict(contract=0.95, shortage=0.97) == SUPPORTED
    assert verdict(contract=0.02, shortage=0.05) == REJECTED
    assert verdict(contract=0.02, shortage=0.5) == CONDITIONAL


def test_words_turn_with_the_sign(numbers):
    other = copy.deepcopy(numbers)
    for case in other["prices"].values():
        case["delay"], case["wait"] = case["wait"], case["delay"]
    assert speed.write(numbers).paragraphs[2] != speed.write(other).paragraphs[2]


def test_figure_has_two_panels_with_units(numbers):
    figure = speed.draw(numbers, {})
    assert len(figure.axes) == 2
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
