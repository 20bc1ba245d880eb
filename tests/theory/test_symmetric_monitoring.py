"""Strongly symmetric equilibria: the closed form of one bad signal, grim trigger, and brute force over intervals."""

import numpy as np
import pytest

from theory import Game
from theory.discounting import grim_trigger
from theory.errors import InputError
from theory.monitoring import abreu_milgrom_pearce_bound, imperfect_monitoring_discount_factor
from theory.symmetric_monitoring import symmetric_public_payoffs

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])


def one_bad_signal(q0, q1, q2):
    bad = np.array([[q0, q1], [q1, q2]])
    return np.stack([1 - bad, bad], axis=-1)


@pytest.mark.parametrize(("q0", "q1", "q2"), [(0.1, 0.6, 0.8), (0.02, 0.9, 0.95), (0.05, 0.5, 0.5)])
def test_the_bound_of_abreu_milgrom_and_pearce_is_reached_at_its_factor(q0, q1, q2):
    bound = float(abreu_milgrom_pearce_bound(2, q0, q1, cooperation=3, punishment=1))
    factor = float(imperfect_monitoring_discount_factor(2, q0, q1, cooperation=3, punishment=1))
    signals = one_bad_signal(q0, q1, q2)
    for d in (factor + 1e-3, 0.5 + factor / 2):
        low, high = symmetric_public_payoffs(DILEMMA, signals, d)
        assert low == pytest.approx(1, abs=1e-6) and high == pytest.approx(bound, abs=1e-6)
    assert symmetric_public_payoffs(DILEMMA, signals, factor - 1e-3) == pytest.approx((1, 1), abs=1e-6)


def test_perfect_monitoring_of_three_players_is_grim_trigger():
    public = np.zeros((3, 2, 2, 2))
    for profile in np.ndindex(2, 2, 2):
        for i in range(3):
            public[(i, *profile)] = 0.6 * (3 - sum(profile)) + profile[i]
    game, factor = Game(public), float(grim_trigger(Game(public)).max())
    perfect = np.array([np.eye(4)[sum(profile)] for profile in np.ndindex(2, 2, 2)]).reshape(
        2, 2, 2, 4
    )  # how many race
    assert symmetric_public_payoffs(game, perfect, factor + 1e-4) == pytest.approx((1.0, 1.8), abs=1e-6)
    assert symmetric_public_payoffs(game, perfect, factor - 1e-4) == pytest.approx((1.0, 1.0), abs=1e-6)


def test_stick_and_carrot_falls_below_the_stage_equilibrium():
    """Three actions, one that hurts all: harsher than reversion, and found by plain iteration on a grid as well."""
    row = np.array([[3.0, 0.0, -3.0], [5.0, 1.0, -3.0], [0.0, -1.0, -2.0]])
    game, d, noise = Game.from_bimatrix(row, row.T), 0.6, 0.02
    signals = (1 - noise) * np.eye(9).reshape(3, 3, 9) + noise / 9
    signals = (signals + signals.transpose(1, 0, 2)[:, :, [0, 3, 6, 1, 4, 7, 2, 5, 8]]) / 2
    pooled = np.zeros((3, 3, 6))  # whoever did it: unordered pairs
    for y, (a, b) in enumerate([(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]):
        pooled[..., y] = signals[..., 3 * a + b] + (signals[..., 3 * b + a] if a != b else 0)
    low, high = symmetric_public_payoffs(game, pooled, d)
    assert low < 1 - 0.1 and 1 < high < 3
    high_after = np.array(list(np.ndindex(*(2,) * 6)))  # the top after some signals, after the others on a grid
    shares = np.linspace(0, 1, 41)
    tops = np.concatenate([np.where(high_after == 1, s, other) for s in shares for other in (0.0, 1.0)])
    ends = np.array([-3.0, 5.0])
    for _ in range(100):
        after = ends[0] + (ends[1] - ends[0]) * tops
        values = []
        for a in range(3):
            value = (1 - d) * row[:, a] + d * after @ pooled[:, a].T  # of each own action
            values.append(value[value[:, a] >= value.max(axis=1) - 1e-9, a])
        ends = np.array([np.concatenate(values).min(), np.concatenate(values).max()])
    assert low <= ends[0] + 1e-6 and high >= ends[1] - 1e-6  # the grid leaves some out
    assert (low, high) == pytest.approx(tuple(ends), abs=3e-2)


def test_units_empty_sets_and_refusals():
    signals = one_bad_signal(0.1, 0.6, 0.8)
    other = Game(1e9 * np.asarray(DILEMMA.payoffs, float) + 1e9)
    assert symmetric_public_payoffs(other, signals, 0.8) == pytest.approx((2e9, 3.6e9), rel=1e-6)
    chicken = Game.from_bimatrix([[0, 2], [3, -1]], [[0, 3], [2, -1]])
    assert np.isnan(symmetric_public_payoffs(chicken, np.full((2, 2, 1), 1.0), 0.3)).all()
    with pytest.raises(InputError, match="not symmetric"):
        symmetric_public_payoffs(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 4], [0, 1]]), signals, 0.8)
    with pytest.raises(InputError, match="add up to one"):
        symmetric_public_payoffs(DILEMMA, signals * 2, 0.8)
