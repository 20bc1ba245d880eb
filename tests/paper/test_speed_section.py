"""What the paper says of speed turns with the numbers."""

import copy
import json

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.plain import plain
from paper.claims import REJECTED, SUPPORTED, UNDECIDED
from paper.systems import speed
from tests.turned import with_claim


@pytest.fixture(scope="module")
def numbers():
    study = find("speed")
    parts = [study(draws=256, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    return json.loads(json.dumps(plain(study.summarise(parts, rng=np.random.default_rng(9), draws=256).numbers)))


@pytest.mark.parametrize(("share", "verdict"), [(0.97, SUPPORTED), (0.4, UNDECIDED), (0.02, REJECTED)])
def test_verdict_follows_what_the_claim_needs(numbers, share, verdict):
    assert speed.write(with_claim(numbers, "7", share)).verdicts[0].verdict == verdict


def test_the_sentence_on_duration_turns_with_the_numbers(numbers):
    other = copy.deepcopy(numbers)
    for row in other["by duration"].values():
        for estimate in row.values():
            estimate |= {"value": 0.01, "low": 0.0, "high": 0.02}
    assert "at no duration" in speed.write(other).paragraphs[3]


def test_words_turn_with_the_sign(numbers):
    other = copy.deepcopy(numbers)
    for case in other["prices"].values():
        case["delay"], case["wait"] = case["wait"], case["delay"]
    assert speed.write(numbers).paragraphs[2] != speed.write(other).paragraphs[2]


def test_why_nobody_builds_is_asked_only_if_nobody_does(numbers):
    other = copy.deepcopy(numbers)
    for share, asked in ((0.96, True), (0.1, False)):
        other["prices"]["contract"]["P(nobody builds)"] = {"value": share, "low": share - 0.01, "high": share + 0.01}
        assert ("They do build" in speed.write(other).paragraphs[0]) == asked


def test_figure_has_two_panels_with_units(numbers):
    figure = speed.draw(numbers, {})
    assert len(figure.axes) == 2
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
