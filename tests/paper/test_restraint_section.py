"""What the paper says of restraint under noise turns with the numbers."""

import copy
import json

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.plain import plain
from paper.systems import restraint_under_noise


@pytest.fixture(scope="module")
def numbers():
    study = find("restraint_under_noise")
    parts = [study(draws=16, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    return json.loads(json.dumps(plain(study.summarise(parts, rng=np.random.default_rng(9), draws=16).numbers)))


def test_words_turn_with_the_sign(numbers):
    text = restraint_under_noise.write(numbers).paragraphs[2]
    other = copy.deepcopy(numbers)
    other["policies"]["seen after one year"]["worth"] = other["policies"]["no noise"]["worth"] + 1
    other["policies"]["fine above the cap"]["worth"] = other["policies"]["as it is"]["worth"] - 1
    turned = restraint_under_noise.write(other).paragraphs[2]
    assert "clearer sight is worth more" in text and "clearer sight is worth less" in turned
    assert "adds US$" in text and "takes US$ 1.00 bn" in turned


def test_figure_has_two_panels_with_units(numbers):
    figure = restraint_under_noise.draw(numbers, {})
    assert len(figure.axes) == 2
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
