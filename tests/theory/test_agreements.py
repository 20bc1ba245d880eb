"""Caps, inspection and penalties: what deters, and what repetition makes of it."""

import numpy as np
import pytest

from theory import Game, grim_trigger, pure_nash
from theory.agreements import capped, deterring_penalty, inspected
from theory.errors import InputError

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
THREE = Game(np.random.default_rng(3).normal(size=(3, 3, 2, 4)))


def is_equilibrium(game, profile):
    return any(d[profile] == 1 for d in pure_nash(game).distributions)


@pytest.mark.parametrize("profile", [(0, 0, 0), (2, 1, 3), (1, 0, 2)])
@pytest.mark.parametrize("detection", [1.0, 0.3])
def test_the_deterring_penalty_is_the_smallest_that_deters(profile, detection):
    penalty = deterring_penalty(THREE, profile, detection)
    allowed = [[a] for a in profile]
    assert is_equilibrium(inspected(THREE, allowed, detection=detection, penalty=penalty * (1 + 1e-9)), profile)
    for i in np.flatnonzero(penalty):
        short = penalty.copy()
        short[i] *= 0.99
        assert not is_equilibrium(inspected(THREE, allowed, detection=detection, penalty=short), profile)


def test_penalties_and_patience_are_substitutes():
    """Becker 1968 in the repeated race: racing gains 2 - pF, and its threat takes 3 - 1 + pF away."""
    for expected in (0.0, 0.5, 0.9):  # above 1 racing together is no equilibrium any more
        game = inspected(DILEMMA, [[0], [0]], detection=0.25, penalty=4 * expected)
        factor = float(np.max(grim_trigger(game)))
        assert factor == pytest.approx((2 - expected) / (5 - 1))


def test_shared_penalties_move_money_and_lost_ones_burn_it():
    lost = inspected(THREE, [[0], [0], [0]], detection=0.5, penalty=[1.0, 2.0, 3.0])
    moved = inspected(THREE, [[0], [0], [0]], detection=0.5, penalty=[1.0, 2.0, 3.0], shared=True)
    before = np.asarray(THREE.payoffs).sum(axis=0)
    np.testing.assert_allclose(np.asarray(moved.payoffs).sum(axis=0), before)
    burnt = before - np.asarray(lost.payoffs).sum(axis=0)
    assert burnt[0, 0, 0] == 0 and burnt[1, 1, 2] == pytest.approx(0.5 * 6) and burnt[0, 1, 0] == pytest.approx(1.0)


def test_a_cap_is_the_game_without_what_is_forbidden_and_a_batch_is_a_loop():
    batch = Game(np.random.default_rng(1).normal(size=(5, 2, 3, 3)), batch_ndim=1)
    small = capped(batch, [[0, 2], [1]])
    fined = inspected(batch, [[0, 2], [1]], detection=1.0, penalty=2.0)
    for k in range(5):
        np.testing.assert_array_equal(small[k].payoffs, np.asarray(batch[k].payoffs)[:, [0, 2]][:, :, [1]])
        alone = inspected(batch[k], [[0, 2], [1]], detection=1.0, penalty=2.0)
        np.testing.assert_array_equal(fined[k].payoffs, alone.payoffs)


def test_refusals():
    with pytest.raises(InputError, match="different actions"):
        capped(DILEMMA, [[0], []])
    with pytest.raises(InputError, match="different actions"):
        inspected(DILEMMA, [[0], [2]], detection=1, penalty=1)
    with pytest.raises(InputError, match="detection is"):
        inspected(DILEMMA, [[0], [0]], detection=1.2, penalty=1)
    with pytest.raises(InputError, match="penalty is"):
        inspected(DILEMMA, [[0], [0]], detection=1, penalty=-1)
    with pytest.raises(InputError, match=r"\(0, 1\]"):
        deterring_penalty(DILEMMA, (0, 0), 0)
    with pytest.raises(InputError, match="profile is"):
        deterring_penalty(DILEMMA, (0, 2))


def test_agreements_keep_names_and_outcomes():
    """What a risk measure reads is what it would read without the agreement, of the profiles that remain."""
    game = Game(
        [[[3, 0], [5, 1]], [[3, 5], [0, 1]]],
        players=["Amazon", "Meta"],
        actions=[["restrain", "race"]] * 2,
        outcomes={"compute": [[2, 3], [3, 4]]},
    )
    half = capped(game, [[0], [1, 0]])
    assert half.players == game.players and half.actions == (("restrain",), ("race", "restrain"))
    assert half.outcomes["compute"].tolist() == [[3, 2]] and half.payoffs[1].tolist() == [[5, 3]]
    watched = inspected(game, [[0], [0]], detection=0.5, penalty=6)
    assert (watched.players, watched.actions) == (game.players, game.actions)
    assert watched.outcomes["compute"].tolist() == game.outcomes["compute"].tolist()
