"""What the paper says of valuations and runway turns with the numbers."""

import copy
import json

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.plain import plain
from paper.claims import REJECTED, SUPPORTED, UNDECIDED
from paper.systems import runway
from tests.turned import with_claim


@pytest.fixture(scope="module")
def numbers():
    study = find("runway")
    parts = [study(draws=64, paths=16, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    found = study.summarise(parts, rng=np.random.default_rng(9), draws=64, paths=16).numbers
    return json.loads(json.dumps(plain(found)))


@pytest.mark.parametrize(("share", "verdict"), [(0.97, SUPPORTED), (0.4, UNDECIDED), (0.04, REJECTED)])
def test_verdict_follows_what_the_claim_needs(numbers, share, verdict):
    found = runway.write(with_claim(numbers, "9", share)).verdicts[0]
    assert found.verdict == verdict
    assert all(reading in found.evidence for reading in ("The two labs together", "Each of them"))


def test_words_turn_with_the_rivals_answer(numbers):
    other = copy.deepcopy(numbers)
    for sign, word in ((-0.1, "falls in the median"), (0.1, "rises in the median")):
        other["jump"]["fearful"]["rival"]["0.5"] = sign
        assert word in runway.write(other).paragraphs[3]


def test_who_escalates_alone_is_named_only_if_someone_does(numbers):
    other = copy.deepcopy(numbers)
    for share, word in ((0.9, "the smaller lab"), (0.2, "the larger lab")):
        other["P(laggard escalates | one does)"] = share
        assert word in runway.write(other).paragraphs[2]
    other["P(laggard escalates | one does)"] = None
    assert "Harris" not in runway.write(other).paragraphs[2]


def test_figure_has_two_panels_with_units(numbers):
    figure = runway.draw(numbers, {})
    assert len(figure.axes) == 2
    assert all(axes.get_xlabel() for axes in figure.axes)
