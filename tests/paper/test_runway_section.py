"""What the paper says of valuations and runway turns with the numbers."""

import copy
import json

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.plain import plain
from paper.claims import CONDITIONAL, REJECTED, SUPPORTED
from paper.systems import runway


@pytest.fixture(scope="module")
def numbers():
    study = find("runway")
    parts = [study(draws=64, paths=16, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    found = study.summarise(parts, rng=np.random.default_rng(9), draws=64, paths=16).numbers
    return json.loads(json.dumps(plain(found)))


def changed(numbers, total, rival):
    other = copy.deepcopy(numbers)
    for each in (*other["jump"].values(), *other["jump of all"].values()):
        for name, share in (("total", total), ("rival", rival)):
            each[f"P({name} rises)"] = {"value": share, "low": share - 0.01, "high": share + 0.01}
    return other


@pytest.mark.parametrize(
    ("total", "rival", "verdict"),
    [(0.97, 0.95, SUPPORTED), (0.97, 0.4, CONDITIONAL), (0.97, 0.04, REJECTED), (0.05, 0.02, REJECTED)],
)
def test_verdict_asks_for_the_rival_too(numbers, total, rival, verdict):
    found = runway.write(changed(numbers, total, rival)).verdicts[0]
    assert found.verdict == verdict
    assert ("not that of the environment" in found.evidence) == (total > 0.5 > rival)


def test_verdict_is_conditional_if_only_one_of_the_two_cases_refutes(numbers):
    one = changed(numbers, 0.97, 0.04)
    one["jump of all"] = changed(numbers, 0.97, 0.95)["jump of all"]
    found = runway.write(one).verdicts[0]
    assert found.verdict == CONDITIONAL and "If all valuations rise alike" in found.evidence


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
