"""Claim 10 by how many builders and at which builds: what is asked of more of them is so in fewer draws."""

import itertools

import numpy as np
import pytest

from experiments.plain import plain
from experiments.studies.overspend_underinvest import PLANNED, QUANTIFIERS, REFERENCES, greater_danger, scarcity
from models.compute_race import BUILDERS


@pytest.fixture(scope="module")
def cases():
    return plain(scarcity(np.random.default_rng(3), draws=4096, sets=2))["claims"]["10"]["cases"]


def test_every_builder_at_every_build_and_every_quantifier_is_a_reading(cases):
    wheres = (PLANNED, *REFERENCES)
    assert list(cases) == [f"{who} {where}" for where, who in itertools.product(wheres, QUANTIFIERS)]
    assert list(QUANTIFIERS.values()) == [5, 3, 1]
    for where in wheres:
        every, most, some = (cases[f"{who} {where}"]["together"]["value"] for who in QUANTIFIERS)
        each = [need["value"] for need in cases[f"every builder {where}"]["needs"].values()]
        assert every < most < some and every <= min(each) and some >= max(each)


def test_readings_count_builders_by_hand():
    flags = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 0, 0, 1], [0, 0, 0, 0, 0]], bool)
    part = {f"{PLANNED}, {name}": flags[:, i] for i, name in enumerate(BUILDERS)}
    found = {
        who: np.all(list(greater_danger()[f"{who} {PLANNED}"](part).values()), axis=0).tolist() for who in QUANTIFIERS
    }
    assert found == {
        "every builder": [True, False, False, False],
        "most builders": [True, True, False, False],
        "any builder": [True, True, True, False],
    }
