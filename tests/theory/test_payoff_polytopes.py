"""Inner and outer payoff sets: between them lies the exact set, and the play of every vertex is an equilibrium."""

import numpy as np
import pytest
from scipy.optimize import linprog

from theory import Game, penal_code
from theory.errors import InputError
from theory.payoff_polygon import payoff_set
from theory.payoff_polytopes import payoff_bounds
from theory.vertex_play import deviation_gain, play_values

RACE = Game.from_bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
A = np.indices((2, 2, 2))
PUBLIC = Game(np.stack([0.6 * (1 - A).sum(axis=0) + A[i] for i in range(3)]))


def support(directions, points):
    return (directions @ np.asarray(points).T).max(axis=1)


@pytest.mark.parametrize(("game", "discount"), [(RACE, 0.75), (DILEMMA, 0.6), (DILEMMA, 0.3), (DILEMMA, 0.1)])
def test_the_exact_set_lies_between(game, discount):
    """Abreu & Sannikov's set is in the outer and holds the inner; in all directions the inner one reaches it."""
    exact, found = payoff_set(game, discount), payoff_bounds(game, discount)
    at = support(found.directions, exact.vertices)
    assert (found.levels >= at - 1e-5).all()
    np.testing.assert_allclose(support(found.directions, found.vertices), at, atol=1e-4)
    assert (found.levels >= support(found.directions, found.vertices) - 1e-5).all()


def test_more_directions_close_the_gap():
    gaps = [payoff_bounds(RACE, 0.6, n_directions=count, refinements=0, tolerance=1e-5).gap for count in (8, 16, 64)]
    assert gaps[0] >= gaps[1] >= gaps[2] and gaps[2] < 0.03


def test_for_two_players_both_sets_are_that_of_abreu_and_sannikov():
    """Games of which the outer set had up to 6% of the range too much while only fixed directions were looked in."""
    rng, wide = np.random.default_rng(5), 0
    for _ in range(12):
        shape = rng.integers(2, 4, 2)
        game = Game(rng.integers(0, 10, (2, *shape)).astype(float))
        discount = float(rng.choice([0.3, 0.5, 0.7]))
        exact, found = payoff_set(game, discount), payoff_bounds(game, discount)
        if exact.is_empty:
            assert found.is_empty
            continue
        wide += payoff_bounds(game, discount, refinements=0).gap > 1e-3
        at = support(found.directions, exact.vertices)
        np.testing.assert_allclose(found.levels, at, atol=1e-4)
        np.testing.assert_allclose(support(found.directions, found.vertices), at, atol=1e-4)
        assert found.gap <= 1e-5
    assert wide >= 2


@pytest.mark.parametrize("d", [0.34, 0.5])
def test_inner_and_outer_sets_of_three_players_meet(d):
    """With facets among the directions there is nothing left between them, in any other direction either."""
    assert payoff_bounds(PUBLIC, d, refinements=0).gap > 1e-3
    found = payoff_bounds(PUBLIC, d)
    assert found.gap < 1e-5
    for h in np.random.default_rng(1).normal(size=(40, 3)):
        at_most = linprog(-h, A_ub=found.directions, b_ub=found.levels, bounds=(None, None))
        assert -at_most.fun - (found.vertices @ h).max() < 1e-4 * np.abs(h).sum()


@pytest.mark.parametrize(("draw", "d", "first", "next_to_none"), [(2, 0.8, 0.2, False), (7, 0.6, 0.1, True)])
def test_three_players_at_random(draw, d, first, next_to_none):
    """A stage equilibrium alone would start the inner set at a point, 0.97 of the range from the outer; a flat set.

    More directions close what is left, and whatever penal codes support is in the inner set.
    """
    rng = np.random.default_rng(0)
    game = [Game(rng.integers(0, 10, (3, 2, 2, 2)).astype(float)) for _ in range(draw + 1)][-1]
    wide, found = (payoff_bounds(game, d, refinements=r) for r in (0, 1))
    assert wide.gap < first and found.gap < (1e-5 if next_to_none else wide.gap / 2)
    at = support(found.directions, found.vertices)
    for path in np.ndindex(2, 2, 2):
        if penal_code(game, path, d).supports:
            assert (support(found.directions, [[game.payoff(i)[path] for i in range(3)]]) <= at + 1e-6).all()
    assert (at <= found.levels + 1e-6).all() and deviation_gain(game, found.play, d) < 2e-7
    np.testing.assert_allclose(play_values(game, found.play, d), found.vertices, atol=1e-7)


@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1.0, 1e6)])
def test_three_players_in_dollars(scale, shift):
    """Rounding decides which facets come first; with all that are needed nothing is left between the sets."""
    found = payoff_bounds(Game(scale * np.asarray(PUBLIC.payoffs, float) + shift), 0.5)
    assert found.gap < 1e-5
    assert (found.vertices.sum(axis=1).max() - 3 * shift) / scale == pytest.approx(5.4, abs=1e-6)


def test_an_empty_set_is_told_when_no_inner_one_says_where_to_look():
    """The first directions leave room in which nothing is an equilibrium; those of the images do not."""
    rows = [[[5, 8, 8], [7, 6, 2], [0, 7, 3]], [[2, 0, 1], [0, 3, 2], [4, 5, 2]]]
    game = Game(np.array(rows, float))
    assert payoff_set(game, 0.7).is_empty and payoff_bounds(game, 0.7).is_empty
    assert np.isnan(payoff_bounds(game, 0.7, refinements=0).gap)


def test_point_segment_and_empty_set():
    point, empty = payoff_bounds(DILEMMA, 0.1), payoff_bounds(PENNIES, 0.9)
    np.testing.assert_allclose(point.vertices, [[1.0, 1.0]], atol=1e-12)  # one point, not several that are nearly one
    assert point.gap < 1e-5 and empty.is_empty and not len(empty.vertices) and empty.play is None
    common = Game.from_bimatrix([[2, 0], [0, 1]], [[2, 0], [0, 1]])  # all want the same: payoffs on the diagonal
    segment = payoff_bounds(common, 0.5)
    np.testing.assert_allclose(segment.vertices[:, 0], segment.vertices[:, 1], atol=1e-6)
    exact = payoff_set(common, 0.5)
    assert segment.vertices.max() == pytest.approx(2, abs=1e-5)
    assert segment.vertices.min() == pytest.approx(exact.vertices.min(), abs=1e-3)


@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1e-9, 0.0), (1.0, 1e6)])
def test_units_do_not_matter(scale, shift):
    plain = payoff_bounds(DILEMMA, 0.6)
    other = payoff_bounds(Game(scale * np.asarray(DILEMMA.payoffs, float) + shift), 0.6)
    assert other.gap == pytest.approx(plain.gap, abs=1e-5)
    np.testing.assert_allclose(
        (other.vertices.max(axis=0) - shift) / scale, plain.vertices.max(axis=0), rtol=1e-5, atol=1e-4
    )


def test_three_players_need_patience_for_the_public_good():
    """Restraint by grim threats needs (0.4)/(1.2) = 1/3; below nothing but racing is left, above much more is."""
    below, above = payoff_bounds(PUBLIC, 0.3, tolerance=1e-5), payoff_bounds(PUBLIC, 0.5, tolerance=1e-5)
    np.testing.assert_allclose(below.vertices, 1.0, atol=1e-4)
    assert below.gap < 1e-4
    assert support(np.ones((1, 3)), above.vertices)[0] == pytest.approx(5.4, abs=1e-4)  # all restrain
    assert above.gap < 0.1 and (above.vertices >= 1 - 1e-5).all()


@pytest.mark.parametrize(("game", "discount"), [(RACE, 0.75), (DILEMMA, 0.3), (PUBLIC, 0.5)])
def test_the_play_of_every_vertex_is_an_equilibrium_and_pays_it(game, discount):
    found = payoff_bounds(game, discount, tolerance=1e-5)
    play, n = found.play, game.n_players
    payoffs = np.asarray(game.payoffs, float)
    for k, profile in enumerate(play.profiles):
        stay = discount * play.lottery[k] @ found.vertices
        for i in range(n):
            others = tuple(slice(None) if j == i else int(a) for j, a in enumerate(profile))
            best = payoffs[(i, *others)].max()
            kept = (1 - discount) * payoffs[(i, *profile)] + stay[i]
            assert kept == pytest.approx(found.vertices[k, i], abs=1e-8)
            left = (1 - discount) * best + discount * found.vertices[play.punishments[i], i]
            assert best == payoffs[(i, *profile)] or left <= kept + 1e-4
    rng, paths, rounds = np.random.default_rng(1), 4000, 60
    jump = play.lottery @ found.vertices**2 - (play.lottery @ found.vertices) ** 2  # variance of what comes next
    weight = discount**2
    variance = np.linalg.solve(np.eye(len(jump)) - weight * play.lottery, weight * jump.clip(0))
    for start in range(len(play.profiles)):
        state, total = np.full(paths, start), np.zeros((paths, n))
        chances = play.lottery.cumsum(axis=1)
        for t in range(rounds):
            stage = payoffs[(slice(None), *play.profiles[state].T)].T
            total += (1 - discount) * discount**t * stage
            drawn = (rng.random(paths)[:, None] >= chances[state]).sum(axis=1)
            state = np.minimum(drawn, len(play.profiles) - 1)
        error = np.sqrt(variance[start] / paths) + 1e-5
        assert (np.abs(total.mean(axis=0) - found.vertices[start]) < 5 * error).all()


def test_bad_input():
    with pytest.raises(InputError, match=r"in \(0, 1\)"):
        payoff_bounds(DILEMMA, 1.0)
    with pytest.raises(InputError, match="multiple of four"):
        payoff_bounds(DILEMMA, 0.5, n_directions=6)
    with pytest.raises(InputError, match="refinements"):
        payoff_bounds(DILEMMA, 0.5, refinements=-1)


@pytest.mark.parametrize("d", [0.3, 0.95])
def test_patient_players_keep_what_grim_threats_sustain(d):
    """A public good of three, each unit worth 2/3 to all: giving pays one each, from a factor of a quarter on."""
    payoffs = np.zeros((3, 2, 2, 2))
    for profile in np.ndindex(2, 2, 2):
        for i in range(3):
            payoffs[(i, *profile)] = 2 * (3 - sum(profile)) / 3 - (1 - profile[i])
    game = Game(payoffs)
    found = payoff_bounds(game, d, refinements=1)
    assert found.vertices.sum(axis=1).max() == pytest.approx(3, abs=1e-6)
    assert found.gap < 0.06 and deviation_gain(game, found.play, d) < 2e-7  # the programs' slack
    np.testing.assert_allclose(play_values(game, found.play, d), found.vertices, atol=1e-9)
