"""Tournaments: exact matches, intervals that hold the truth, ecologies and graphs as the literature has them."""

import warnings

import networkx
import numpy as np
import pytest

from theory import Game, nash, pure_nash
from theory.errors import InputError
from theory.history_play import AutomatonStrategy, AxelrodStrategy
from theory.repeated_play import expected_path
from theory.strategies import CLASSICS
from theory.tournament import ecology, from_programs, on_graph, round_robin

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import axelrod

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
ENTRIES = {name: CLASSICS[name].build for name in ("tit_for_tat", "grim", "always_race", "joss", "random")}


def exact(noise, rounds):
    names = list(ENTRIES)
    table = np.empty((2, len(names), len(names)))
    for a, first in enumerate(names):
        for b, second in enumerate(names):
            path = expected_path(DILEMMA, [ENTRIES[first](0), ENTRIES[second](1)], rounds=rounds, noise=noise)
            table[:, a, b] = np.asarray(DILEMMA.expected_payoffs(path), float).mean(axis=0)
    return table


def test_scores_and_intervals_hold_the_truth():
    truth = exact(0.05, 20)
    found = round_robin(DILEMMA, ENTRIES, rounds=20, repetitions=400, seed=1, noise=0.05)
    assert (np.abs(found.scores - truth) < 5 * found.errors + 1e-12).all()
    overall = (truth[0].mean(axis=1) + truth[1].mean(axis=0)) / 2
    estimates, ranks = found.estimates(), found.ranks(rng=np.random.default_rng(1))
    hits = sum(estimates[name].low <= overall[k] <= estimates[name].high for k, name in enumerate(ENTRIES))
    assert hits >= 4
    order = [list(ENTRIES)[k] for k in np.argsort(-overall)]
    assert list(ranks) == order and ranks[order[0]].low == 1


def test_axelrod_gives_the_same_tournament():
    """Scores of a deterministic tournament of the library, and of its players in this engine."""
    names = ["tit_for_tat", "grim", "always_race", "prober", "win_stay_lose_shift", "fortress_3"]
    players = [getattr(axelrod, CLASSICS[name].axelrod)() for name in names]
    theirs = axelrod.Tournament(players, turns=30, repetitions=1).play(progress_bar=False).payoff_matrix
    ours = round_robin(DILEMMA, {n: CLASSICS[n].build for n in names}, rounds=30, repetitions=2, seed=1)
    np.testing.assert_allclose(ours.scores[0], theirs)
    adapted = {n: lambda p=p: AxelrodStrategy(p) for n, p in zip(names, players, strict=True)}
    slow = from_programs(DILEMMA, adapted, rounds=30, repetitions=2, rng=np.random.default_rng(1))
    np.testing.assert_allclose(slow.scores, ours.scores)


def test_scores_and_the_rating_of_the_library_that_is_none():
    """Axelrod library, test_resultset: scores 15, 17 and 26 without self-play, restraint 0.6, 0.4 and 0.

    Its "eigenjesus" rating (2, 3, 0) / root 13 is no eigenvector of the restraint shares: power iteration alternates
    between (3, 2, 0) and (2, 3, 0), for the eigenvalues 0.6 and -0.6 are alike in size.
    """
    names = ("alternator", "tit_for_tat", "always_race")
    entries = {name: CLASSICS[name] for name in names}
    scores = round_robin(DILEMMA, entries, rounds=5, repetitions=2, seed=1).scores[0] * 5
    np.fill_diagonal(scores, 0)
    assert scores.sum(axis=1).round(9).tolist() == [15, 17, 26]
    restraint = np.zeros((3, 3))
    for a, b in np.ndindex(3, 3):
        if a != b:
            path = expected_path(DILEMMA, [entries[names[a]](0), entries[names[b]](1)], rounds=5)
            restraint[a, b] = path[:, 0].sum() / 5
    assert restraint.sum(axis=1) / 2 == pytest.approx([0.6, 0.4, 0])
    assert np.sort(np.linalg.eigvals(restraint).real) == pytest.approx([-0.6, 0, 0.6])
    vector = np.ones(3)
    for _ in range(1000):
        vector = restraint @ vector
        vector /= np.linalg.norm(vector)
    assert vector == pytest.approx(np.array([2, 3, 0]) / np.sqrt(13))
    after = restraint @ vector
    assert after / np.linalg.norm(after) == pytest.approx(np.array([3, 2, 0]) / np.sqrt(13))


def test_the_empirical_game_is_solved():
    """Among always restrain, always race and tit for tat in long matches, tit for tat and racing are equilibria."""
    entries = {name: CLASSICS[name] for name in ("always_restrain", "always_race", "tit_for_tat")}
    game = round_robin(DILEMMA, entries, rounds=50, repetitions=2, seed=1).game()
    assert game.actions[0] == tuple(entries)
    found = pure_nash(game)
    pure = {tuple(int(i) for i in np.argwhere(d == 1)[0]) for d in found.distributions}
    assert {(1, 1), (2, 2)} <= pure
    assert nash(game).certified.all()


def test_ecology_drives_out_who_lives_on_the_weak():
    """Axelrod 1984, ch. 2: racing thrives while the unconditional last, then tit for tat takes over."""
    entries = {name: CLASSICS[name] for name in ("always_restrain", "always_race", "tit_for_tat")}
    scores = round_robin(DILEMMA, entries, rounds=100, repetitions=2, seed=1).scores[0]
    path = ecology(scores, generations=200, start=[0.6, 0.3, 0.1])
    race = path[:, 1]
    assert race[1] > race[0] and race.max() > 0.3 and race[-1] < 1e-3
    assert path[-1, 2] > path[0, 2] and np.allclose(path.sum(axis=1), 1)


def test_nowak_and_may_kaleidoscope():
    """A single defector on a torus with b between 1.8 and 2 grows to a square of nine, and symmetry is kept."""
    size, b = 21, 1.9
    graph = networkx.grid_2d_graph(size, size, periodic=True)
    for x, y in list(graph):  # with diagonals
        for dx, dy in ((1, 1), (1, -1)):
            graph.add_edge((x, y), ((x + dx) % size, (y + dy) % size))
    centre = (size // 2, size // 2)
    path = on_graph(graph, [[1, 0], [b, 0]], {n: int(n == centre) for n in graph}, generations=6, with_itself=True)
    fields = path.reshape(-1, size, size)
    assert fields[1].sum() == 9
    for field in fields:
        assert (field == field.T).all() and (field == field[::-1]).all()


def test_fermi_imitation_drifts_without_selection():
    """With no selection every strategy fixes with the chance of its share (the voter model on a regular graph)."""
    ring, wins, runs = networkx.cycle_graph(6), 0, 300
    rng = np.random.default_rng(4)
    for _ in range(runs):
        path = on_graph(ring, np.eye(2), {n: int(n < 2) for n in ring}, generations=60, selection=0.0, rng=rng)
        wins += int(path[-1].sum() == 6)
    error = np.sqrt(1 / 3 * 2 / 3 / runs)  # and 60 generations leave next to nothing unsettled
    assert wins / runs == pytest.approx(1 / 3, abs=5 * error + 0.01)


def test_bad_input():
    with pytest.raises(InputError, match="repetitions"):
        round_robin(DILEMMA, ENTRIES, rounds=5, repetitions=1, seed=1)
    with pytest.raises(InputError, match="not negative"):
        ecology([[1, -1], [0, 1]], generations=1)
    with pytest.raises(InputError, match="every node"):
        on_graph(networkx.path_graph(3), np.eye(2), {0: 1}, generations=1)
    assert AutomatonStrategy(CLASSICS["grim"](0)) is not None
