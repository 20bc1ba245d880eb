"""Harris and Vickers (1987): the leader works harder, and most while the race is close."""

import numpy as np
import pytest

from models.multi_stage_race import staged_race
from theory import InputError

RACE = staged_race(steps=4)


def states():
    return [(m, n) for m in range(1, 5) for n in range(1, 5)]


def test_each_state_satisfies_its_conditions():
    """r V = h (V' - V) + h' (V'' - V) - h^2 / 2 with h = V' - V, whatever the solver did."""
    for m, n in states():
        value, h = RACE.state(m, n)
        rival = RACE.hazard[n, m]
        ahead, behind = RACE.value[m - 1, n], RACE.value[m, n - 1]
        assert h == pytest.approx(ahead - value, rel=1e-9)
        assert 0.1 * value == pytest.approx(h * (ahead - value) + rival * (behind - value) - h**2 / 2, rel=1e-9)
    assert RACE.regret <= 1e-12


def test_the_leader_works_harder():
    for m, n in states():
        if m < n:
            assert RACE.hazard[m, n] > RACE.hazard[n, m]


def test_both_work_hardest_when_level():
    for m, n in states():
        if m < n:  # the leader, had the rival been as far; the follower, had the leader been as far behind
            assert RACE.hazard[m, m] > RACE.hazard[m, n]
            assert RACE.hazard[n, n] > RACE.hazard[n, m]


def test_a_step_ahead_is_worth_more_the_closer_the_end():
    assert (np.diff([RACE.value[n, n] for n in (1, 2, 3, 4)]) < 0).all()
    assert (np.diff(RACE.value[1, 1:]) > 0).all()


def test_units_change_nothing():
    """With hazards measured in prizes, only r / P counts."""
    large = staged_race(prize=10.0, interest=1.0, steps=2)
    np.testing.assert_allclose(large.value[1:, 1:], 10 * RACE.value[1:3, 1:3], rtol=1e-9)


def test_draws_are_batch_axes():
    prize, interest = np.array([1.0, 5.0]), np.array([0.1, 0.4])
    both = staged_race(prize=prize, interest=interest)
    for b in (0, 1):
        one = staged_race(prize=prize[b], interest=interest[b])
        np.testing.assert_allclose(both.value[b], one.value, rtol=1e-9)


def test_simulated_play_earns_the_value():
    rng = np.random.default_rng(1)
    earned = np.zeros(60_000)
    for play in range(len(earned)):
        m, n, t = 2, 2, 0.0
        while m and n:
            h, rival = RACE.hazard[m, n], RACE.hazard[n, m]
            step = rng.exponential(1 / (h + rival))
            earned[play] -= h**2 / 2 * (np.exp(-0.1 * t) - np.exp(-0.1 * (t + step))) / 0.1
            t += step
            m, n = (m - 1, n) if rng.random() < h / (h + rival) else (m, n - 1)
        earned[play] += np.exp(-0.1 * t) * (m == 0)
    assert earned.mean() == pytest.approx(RACE.value[2, 2], abs=5 * earned.std() / np.sqrt(len(earned)))


def test_refusals():
    with pytest.raises(InputError, match="steps"):
        staged_race(steps=0)
    with pytest.raises(InputError, match="positive"):
        staged_race(prize=-1)
    with pytest.raises(InputError, match="solved"):
        RACE.state(5, 1)
