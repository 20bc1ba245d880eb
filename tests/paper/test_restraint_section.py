"""What the paper says of restraint under noise turns with the numbers."""

import copy
import json

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.plain import plain
from paper.systems import restraint_under_noise as section


@pytest.fixture(scope="module")
def numbers():
    study = find("restraint_under_noise")
    parts = [study(draws=32, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    return json.loads(json.dumps(plain(study.summarise(parts, rng=np.random.default_rng(9), draws=32).numbers)))


def test_words_turn_with_the_sign(numbers):
    other = copy.deepcopy(numbers)
    cases = other["centre"]["policies"]
    cases["full verification"], cases["seen after a quarter"] = (
        cases["seen after a quarter"],
        cases["full verification"],
    )
    cases["tax 0.2"]["worth"] = -cases["tax 0.2"]["worth"]
    assert "is worth more than seeing sooner" in section.write(numbers).paragraphs[2]
    assert "is worth no more than seeing sooner" in section.write(other).paragraphs[2]
    assert section.write(numbers).paragraphs[2].count("adds") != section.write(other).paragraphs[2].count("adds")


def test_nothing_lost_and_everything_sustained_can_be_said(numbers):
    other = copy.deepcopy(numbers)
    other["centre"]["all lost at"] = None
    for name, case in other["centre"]["policies"].items():
        if name.startswith("punishment"):
            case["kept"] = 0.5
    text = " ".join(section.write(other).paragraphs)
    assert "n/a" not in " ".join(section.write(numbers).paragraphs)
    assert "no error on the map destroys all of it" in text and "sustains something" in text


def test_figure_has_units(numbers):
    figure = section.draw(numbers, {})
    assert len(figure.axes) == 3
    assert all(axes.get_ylabel() for axes in figure.axes) and all(axes.get_xlabel() for axes in figure.axes[:2])
