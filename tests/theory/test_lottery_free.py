"""Payoffs without public lotteries: exact equilibria inside, cells outside, and the polygon with lotteries around."""

import numpy as np
import pytest

from theory import Game
from theory.errors import InputError
from theory.lottery_free import path_payoffs
from theory.payoff_polygon import payoff_set

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
BATTLE = Game.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])


@pytest.mark.parametrize(("game", "d"), [(DILEMMA, 0.6), (DILEMMA, 0.45), (BATTLE, 0.3), (DILEMMA, 0.8)])
def test_points_are_equilibria_by_their_own_play(game, d):
    found = path_payoffs(game, d)
    payoffs, values = np.asarray(game.payoffs, float), found.points
    worst = values[found.punishments, [0, 1]]
    assert (worst == values.min(axis=0)).all()
    for k, profile in enumerate(found.profiles):
        after = values[found.following[k]]
        assert values[k] == pytest.approx((1 - d) * payoffs[(slice(None), *profile)] + d * after, abs=1e-8)
        for i in range(2):
            for b in range(2):
                other = tuple(b if j == i else int(a) for j, a in enumerate(profile))
                if b != profile[i]:
                    assert (1 - d) * payoffs[(i, *other)] + d * worst[i] <= values[k, i] + 1e-7
    polygon = payoff_set(game, d)
    assert all(polygon.contains(v, 1e-7) and found.covers(v) for v in values)


def test_restraint_for_ever_from_one_half_on():
    """Grim trigger: (5 - 3)/(5 - 1)."""
    held, lost = (path_payoffs(DILEMMA, d).points for d in (0.51, 0.49))
    assert (np.abs(held - 3).max(axis=1) < 1e-9).any() and not (np.abs(lost - 3).max(axis=1) < 1e-3).any()


def test_cells_cover_every_cycle_that_grim_threats_support():
    """All cycles of up to four rounds, valued exactly; those kept by reversion to racing must be covered."""
    d, payoffs = 0.6, np.asarray(DILEMMA.payoffs, float)
    found = path_payoffs(DILEMMA, d)
    covered = 0
    for length in range(1, 5):
        for cycle in np.ndindex(*(4,) * length):
            profiles = np.array([divmod(c, 2) for c in cycle])
            stage = payoffs[(slice(None), *profiles.T)].T
            weights = (1 - d) * d ** np.arange(length) / (1 - d**length)
            values = np.array([np.roll(stage, -k, axis=0).T @ weights for k in range(length)])
            best = np.array([[payoffs[0, :, p[1]].max(), payoffs[1, p[0], :].max()] for p in profiles])
            if (values >= (1 - d) * best + d * 1 - 1e-12).all():
                assert found.covers(values[0])
                covered += 1
    assert covered > 5


def test_lotteries_add_much_to_the_impatient_and_little_to_the_patient():
    """Share of the polygon that the cells cover; Sorin 1986."""
    shares = []
    for d in (0.51, 0.85):
        found, polygon = path_payoffs(DILEMMA, d, cells=400), payoff_set(DILEMMA, d)
        shares.append(len(found.corners) * found.cell.prod() / polygon.area)
    assert shares[0] < 0.5 < 0.9 < shares[1] < 1.2


def test_finer_cells_cover_less():
    areas = [len(f.corners) * f.cell.prod() for f in (path_payoffs(DILEMMA, 0.55, cells=n) for n in (50, 100, 400))]
    assert areas[0] > areas[1] > areas[2]


def test_units_empty_sets_and_refusals():
    other = path_payoffs(Game(1e9 * np.asarray(DILEMMA.payoffs, float) + 1e9), 0.6)
    assert (other.points - 1e9) / 1e9 == pytest.approx(path_payoffs(DILEMMA, 0.6).points, abs=1e-6)
    empty = path_payoffs(PENNIES, 0.9)
    assert empty.is_empty and len(empty.points) == 0 and not empty.covers(np.zeros(2))
    with pytest.raises(InputError, match="two-player"):
        path_payoffs(Game(np.zeros((3, 2, 2, 2))), 0.5)
    with pytest.raises(InputError, match="at least 4"):
        path_payoffs(DILEMMA, 0.5, cells=2)
