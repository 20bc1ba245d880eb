"""Claim 12 is judged by the readings of two studies, and any of them can turn it."""

import copy
from typing import Any

import numpy as np
import pytest

from experiments.plain import plain
from experiments.studies import ai_supermarket, equity_stakes
from paper.claims import BY_READING, REJECTED, SUPPORTED, UNDECIDED
from paper.consolidation import judge_consolidation
from paper.joined import found_claims, joined
from tests.turned import with_claim
from theory.errors import InputError


@pytest.fixture(scope="module")
def equity() -> Any:
    parts = [equity_stakes.study(draws=128, rng=np.random.default_rng(seed)) for seed in range(2)]
    return plain(equity_stakes.study.summarise(parts, rng=np.random.default_rng(5), draws=16, extra=0.1).numbers)


@pytest.fixture(scope="module")
def supermarket() -> Any:
    parts = [ai_supermarket.study(draws=64, rng=np.random.default_rng(seed)) for seed in range(2)]
    return plain(ai_supermarket.study.summarise(parts, rng=np.random.default_rng(5), draws=8).numbers)


@pytest.mark.parametrize(("share", "verdict"), [(0.99, SUPPORTED), (0.5, UNDECIDED), (0.01, REJECTED)])
def test_verdict_follows_both_studies(equity: Any, supermarket: Any, share: float, verdict: str) -> None:
    found = judge_consolidation(with_claim(equity, "12", share), with_claim(supermarket, "12", share))
    assert found.verdict == verdict and found.condition == ""


def test_one_study_against_the_other_depends_on_the_reading(equity: Any, supermarket: Any) -> None:
    found = judge_consolidation(with_claim(equity, "12", 0.99), with_claim(supermarket, "12", 0.01))
    assert found.verdict == BY_READING
    assert "supported: Google's stake by the Herfindahl index and Google's stake by the index mod" in found.condition
    assert f"; {REJECTED}: AWS's stake" in found.condition and "exclusive service of OpenAI" in found.condition


def test_what_is_needed_can_come_out_either_way_in_the_draws(equity: Any, supermarket: Any) -> None:
    """Else a reading would be decided by how it is put: each of these needs is met in some draws, not in all."""
    for numbers, name in (
        (equity, "Google's stake by the Herfindahl index"),
        (equity, "Google's stake by the index modified for ownership"),
        (supermarket, "AWS's stake if the others act as one seller"),
        (supermarket, "exclusive service of OpenAI if the others act as one seller"),
    ):
        rows = numbers["claims"]["12"]["by bound"][name]
        values = [rows[bound]["together"]["value"] for bound in ("10", "50", "100", "200")]
        assert values == sorted(values, reverse=True), name
        assert any(0 < value < 1 for value in values), name


def test_only_readings_of_different_names_are_put_together(equity: Any, supermarket: Any) -> None:
    one, two = equity["claims"]["12"], supermarket["claims"]["12"]
    assert joined(one) is one
    assert len(joined(one, two)["cases"]) == len(one["cases"]) + len(two["cases"])
    with pytest.raises(InputError, match="only readings of different names"):
        joined(one, copy.deepcopy(one))
    with pytest.raises(InputError, match="only readings"):
        joined(one, two | {"readings": False})
    assert set(found_claims([equity, supermarket])) == {4, 5, 12}
