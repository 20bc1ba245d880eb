"""Entries of Axelrod's first tournament: move by move with the axelrod library, and the published scores."""

import warnings

import numpy as np
import pytest

from theory.automata import tit_for_tat
from theory.first_tournament import ENTRIES
from theory.history_play import AutomatonStrategy, AxelrodStrategy, FunctionStrategy, match
from theory.strategies import CLASSICS

with warnings.catch_warnings():  # of the library, when it is imported
    warnings.simplefilter("ignore")
    import axelrod

PEERS = {
    "tideman_chieruzzi": axelrod.FirstByTidemanAndChieruzzi, "nydegger": axelrod.FirstByNydegger,
    "shubik": axelrod.FirstByShubik, "stein_rapoport": axelrod.FirstBySteinAndRapoport,
    "davis": axelrod.FirstByDavis, "downing": axelrod.FirstByDowning,
}  # fmt: skip
ROUNDS = 70


def library_moves(name, rival):
    """Moves of the library's player against given ones; it is told the length, and the payoffs for its bookkeeping."""
    player, other = PEERS[name](), axelrod.MockPlayer([axelrod.Action.C if m == 0 else axelrod.Action.D for m in rival])
    theirs = axelrod.Match([player, other], turns=ROUNDS).play()
    return [int(pair[0] == axelrod.Action.D) for pair in theirs]


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("chance", [0.02, 0.1, 0.5, 0.8])
def test_moves_are_those_of_axelrod(name, chance):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        rival = (rng.random(ROUNDS) < chance).astype(int).tolist()
        script = FunctionStrategy(lambda past, i, rng, rival=rival: rival[len(past)])
        ours = match([ENTRIES[name](ROUNDS), script], rounds=ROUNDS, rng=rng)
        assert ours[:, 0].tolist() == library_moves(name, rival)
    mirrored = match([script, ENTRIES[name](ROUNDS)], rounds=ROUNDS, rng=rng)
    np.testing.assert_array_equal(ours, mirrored[:, ::-1])


def test_published_scores_of_tit_for_tat():
    """Axelrod 1980, table 2: points in 200 rounds against the entries that do not draw."""
    payoff = np.array([[3, 0], [5, 1]])
    rivals = ("tideman_chieruzzi", "nydegger", "grofman", "shubik", "stein_rapoport", "davis", "downing")
    scores = []
    for name in rivals:
        pair = [AutomatonStrategy(tit_for_tat(0)), ENTRIES[name](200)]
        moves = match(pair, rounds=200, rng=np.random.default_rng(1))
        scores.append(int(payoff[moves[:, 0], moves[:, 1]].sum()))
    assert scores == [595, 600, 600, 600, 595, 600, 597]


def test_grofman_draws_after_different_moves():
    script = FunctionStrategy(lambda past, i, rng: 1)
    moves = match([ENTRIES["grofman"](0), script], rounds=6000, rng=np.random.default_rng(2))[:, 0]
    different = moves[1:][moves[:-1] == 0]
    assert (different == 0).mean() == pytest.approx(2 / 7, abs=0.03)
    assert (moves[1:][moves[:-1] == 1] == 0).all()


def test_the_adapter_plays_every_strategy_of_the_library_that_does_not_draw():
    """Those of the library's list, each against three rivals, move by move as in the library's own match."""
    kinds = ("stochastic", "long_run_time", "inspects_source", "manipulates_state", "manipulates_source")
    players = [player for player in axelrod.strategies if not any(player.classifier[kind] for kind in kinds)]
    assert len(players) > 100
    told = {"length": float("inf"), "game": axelrod.Game(), "noise": 0}
    rivals = [CLASSICS[name].axelrod for name in ("tit_for_tat", "alternator", "grim")]
    for player in players:
        for rival in (getattr(axelrod, name) for name in rivals):
            theirs = axelrod.Match([player(), rival()], turns=20, match_attributes=told).play()
            ours = match([AxelrodStrategy(p()) for p in (player, rival)], rounds=20, rng=np.random.default_rng(1))
            assert ours.tolist() == [[int(m == axelrod.Action.D) for m in pair] for pair in theirs], player
