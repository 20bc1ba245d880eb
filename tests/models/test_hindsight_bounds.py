"""Who knows the state may want more than the most that is worth building before it is known."""

import numpy as np
import pytest

from models import ComputeRace
from theory import InputError, hindsight_split, nash, strategic_wedge

VOLATILE = ComputeRace().replace(demand_volatility=1.5)


class _Wide(ComputeRace):
    """The same race with bounds that are twenty times as wide."""

    def bounds_in(self, states):
        low, high = super().bounds_in(states)
        return low / 20, high * 20


def test_losses_do_not_depend_on_the_bounds():
    """They did: the loss from too little was cut off at what no average state would pay for."""
    chosen = nash(VOLATILE.continuous_game()).select()
    wide = _Wide(**{name: getattr(VOLATILE, name) for name in VOLATILE.parameters()})
    parts = [
        hindsight_split(model, chosen, rng=np.random.default_rng(3), states=256, replicates=4)
        for model in (VOLATILE, wide)
    ]
    for name in ("overspend", "underinvest"):
        shipped, other = (getattr(part, name).mean(axis=(0, 1)) for part in parts)
        np.testing.assert_allclose(shipped, other, rtol=1e-3)


def test_bounds_in_a_state_hold_those_before_it():
    states = VOLATILE.states(64, np.random.default_rng(1))
    low, high = VOLATILE.bounds_in(states)
    least, most = VOLATILE.action_bounds()
    assert (low <= least).all() and (high >= most).all()
    assert (high > 2 * most).any()


@pytest.mark.parametrize("choice", [-1.0, 1e12, np.nan])
def test_choices_beyond_the_bounds_are_refused(choice):
    race = ComputeRace()
    choices = nash(race.continuous_game()).select()
    choices[1] = choice
    words = "NaN|no certified" if np.isnan(choice) else r"choice of Alphabet is .*; it must lie between .* GW"
    with pytest.raises(InputError, match=words):
        strategic_wedge(race.continuous_game(), choices)
    with pytest.raises(InputError, match=words):
        hindsight_split(race, choices, rng=np.random.default_rng(1))
