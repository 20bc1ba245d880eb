"""Payoff sets with a public signal: perfect and no information, patience, and the play of the inner set."""

import numpy as np
import pytest

from theory import Game
from theory.errors import InputError
from theory.limit_set import limit_score
from theory.payoff_polygon import payoff_set
from theory.payoff_polytopes import payoff_bounds
from theory.public_monitoring import public_bounds
from theory.symmetric_monitoring import symmetric_public_payoffs

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
BATTLE = Game.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
PERFECT, NOTHING = np.eye(4).reshape(2, 2, 4), np.ones((2, 2, 1))
BAD = np.array([[0.1, 0.6], [0.6, 0.8]])
ACCIDENT = np.stack([1 - BAD, BAD], axis=-1)


def support(directions, points):
    return (np.asarray(points) @ np.asarray(directions).T).max(axis=0)


@pytest.mark.parametrize(("game", "d"), [(DILEMMA, 0.6), (DILEMMA, 0.3), (BATTLE, 0.5)])
def test_a_perfect_signal_gives_the_set_of_perfect_monitoring(game, d):
    found, exact = public_bounds(game, PERFECT, d), payoff_set(game, d)
    vertices = support(found.directions, exact.vertices)
    assert (vertices <= found.levels + 1e-5).all() and found.gap < 1e-4
    assert (support(found.directions, found.vertices) <= vertices + 1e-5).all()
    assert found.best()[0] == pytest.approx(exact.vertices.sum(axis=1).max(), abs=1e-3)
    assert found.best()[1] >= found.best()[0]


@pytest.mark.parametrize("signals", [NOTHING, np.full((2, 2, 3), 1 / 3)])
@pytest.mark.parametrize("d", [0.3, 0.9])
def test_no_information_leaves_mixtures_of_stage_equilibria(signals, d):
    race, battle = public_bounds(DILEMMA, signals, d), public_bounds(BATTLE, signals, d)
    np.testing.assert_allclose(race.vertices, 1.0, atol=1e-4)
    assert race.gap < 1e-4 and battle.gap < 1e-4  # a point and a segment
    expected = support(battle.directions, [[2, 1], [1, 2]])
    np.testing.assert_allclose(battle.levels, expected, atol=1e-3)
    np.testing.assert_allclose(support(battle.directions, battle.vertices), expected, atol=1e-3)
    empty = public_bounds(PENNIES, signals, d)
    assert empty.is_empty and len(empty.vertices) == 0 and empty.gap == 0 and empty.best() == (-np.inf, -np.inf)


def test_between_the_symmetric_equilibria_and_the_patient_limit():
    """The set holds the strongly symmetric equilibria, lies within the limit set, and approaches it."""
    low, high = symmetric_public_payoffs(DILEMMA, ACCIDENT, 0.8)
    found = public_bounds(DILEMMA, ACCIDENT, 0.8)
    limit = np.array([limit_score(DILEMMA, ACCIDENT, h).level for h in found.directions])
    assert found.best()[0] >= 2 * high - 0.01 and (found.levels <= limit + 1e-5).all()
    assert found.vertices.min() == pytest.approx(low, abs=1e-3)
    patient = public_bounds(DILEMMA, ACCIDENT, 0.95)
    shortfall = [(limit - support(found.directions, f.vertices)).max() for f in (found, patient)]
    assert shortfall[1] < shortfall[0]
    impatient = public_bounds(DILEMMA, ACCIDENT, 0.5)
    np.testing.assert_allclose(impatient.vertices, 1.0, atol=1e-3)
    assert impatient.best()[1] == pytest.approx(2, abs=1e-2)


@pytest.mark.parametrize(("mistake", "d"), [(0.02, 0.7), (0.1, 0.7), (0.1, 0.8)])
def test_both_sets_meet_in_every_direction(mistake, d):
    """Each one's move is seen with error: no vertex of the outer set is far from the inner one."""
    seen = np.array([[1 - mistake, mistake], [mistake, 1 - mistake]])
    found = public_bounds(DILEMMA, np.einsum("ax,by->abxy", seen, seen).reshape(2, 2, 4), d)
    assert found.gap < 1e-3 and found.deviation_gain <= 1e-9
    for angle in np.linspace(0, 2 * np.pi, 9):
        low, high = found.best([np.cos(angle), np.sin(angle)])
        assert low <= high + 1e-9 and high - low < 5e-3 * np.ptp(DILEMMA.payoffs)


@pytest.mark.parametrize(("game", "signals", "d"), [(DILEMMA, ACCIDENT, 0.8), (DILEMMA, PERFECT, 0.6)])
def test_the_play_pays_its_vertices_and_nobody_gains_by_leaving(game, signals, d):
    """Values by their equation, every deviation one by one, and simulation of every state."""
    found = public_bounds(game, signals, d)
    play, payoffs, rng = found.play, np.asarray(game.payoffs, float), np.random.default_rng(1)
    assert found.deviation_gain <= 1e-9
    for k, (profile, v) in enumerate(zip(play.profiles, found.vertices, strict=True)):
        after = play.lottery[k] @ found.vertices  # (Y, N)
        for i in range(2):
            for b in range(2):
                other = tuple(b if j == i else int(a) for j, a in enumerate(profile))
                value = (1 - d) * payoffs[(i, *other)] + d * signals[other] @ after[:, i]
                assert value == pytest.approx(v[i], abs=1e-8) if b == profile[i] else value <= v[i] + 1e-7
    paths = 3000
    for start in range(len(play.profiles)):
        state, total = np.full(paths, start), np.zeros((paths, 2))
        for t in range(60):
            total += (1 - d) * d**t * payoffs[(slice(None), *play.profiles[state].T)].T
            chances = signals[tuple(play.profiles[state].T)].cumsum(axis=1)
            seen = np.minimum((rng.random(paths)[:, None] >= chances).sum(axis=1), chances.shape[1] - 1)
            following = play.lottery[state, seen].cumsum(axis=1)
            state = np.minimum((rng.random(paths)[:, None] >= following).sum(axis=1), len(play.profiles) - 1)
        error = total.std(axis=0, ddof=1) / np.sqrt(paths) + 1e-4
        assert (np.abs(total.mean(axis=0) - found.vertices[start]) < 5 * error).all()


@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1e-9, 0.0), (1.0, 1e6)])
def test_units_do_not_matter(scale, shift):
    plain = public_bounds(DILEMMA, ACCIDENT, 0.7)
    other = public_bounds(Game(scale * np.asarray(DILEMMA.payoffs, float) + shift), ACCIDENT, 0.7)
    assert (other.best()[1] - 2 * shift) / scale == pytest.approx(plain.best()[1], abs=1e-3)
    assert (other.best()[0] - 2 * shift) / scale == pytest.approx(plain.best()[0], abs=1e-3)


def test_three_players_under_perfect_monitoring():
    public = np.zeros((3, 2, 2, 2))
    for profile in np.ndindex(2, 2, 2):
        for i in range(3):
            public[(i, *profile)] = 0.6 * (3 - sum(profile)) + profile[i]
    found = public_bounds(Game(public), np.eye(8).reshape(2, 2, 2, 8), 0.5, tolerance=1e-3)
    other = payoff_bounds(Game(public), 0.5, refinements=0, tolerance=1e-4)
    assert found.best()[1] == pytest.approx(5.4, abs=1e-2) and found.best()[0] == pytest.approx(5.4, abs=2e-2)
    assert (support(found.directions, other.vertices) <= found.levels + 1e-2).all()


def test_refusals():
    with pytest.raises(InputError, match="multiple of four"):
        public_bounds(DILEMMA, ACCIDENT, 0.5, n_directions=6)
    with pytest.raises(InputError, match="add up to one"):
        public_bounds(DILEMMA, 2 * ACCIDENT, 0.5)
    with pytest.raises(InputError, match="signals have shape"):
        public_bounds(DILEMMA, BAD, 0.5)
    with pytest.raises(InputError, match="weights are"):
        public_bounds(DILEMMA, NOTHING, 0.5).best([1, 2, 3])


def test_more_patience_never_takes_payoffs_away():
    """Up to the tolerance of the sets, 1e-5 of the payoff ranges."""
    bad = np.array([[0.1, 0.6], [0.6, 0.8]])
    game = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    bounds = [public_bounds(game, np.stack([1 - bad, bad], axis=-1), d, n_directions=16) for d in (0.95, 0.99)]
    best = [found.vertices.sum(axis=1).max() for found in bounds]
    assert 5.19 < best[0] <= best[1] + 1e-5 and all(found.gap < 2e-3 for found in bounds)
    assert all(found.deviation_gain <= 1e-9 for found in bounds)
