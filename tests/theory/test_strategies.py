"""The catalogue by name: move by move with the axelrod library, and what the strategies are known for."""

import warnings

import numpy as np
import pytest

from theory import Game, expected_path, play
from theory.errors import InputError
from theory.history_play import AutomatonStrategy, AxelrodStrategy, FunctionStrategy, match
from theory.strategies import CLASSICS, contrite_tit_for_tat, cycle, from_rules, n_tits_for_m_tats, zero_determinant

with warnings.catch_warnings():  # of the library, when it is imported
    warnings.simplefilter("ignore")
    import axelrod

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
RNG = np.random.default_rng(0)
SHARED = {name: c for name, c in CLASSICS.items() if c.axelrod and c.deterministic}
DRAWING = {name: c for name, c in CLASSICS.items() if c.axelrod and not c.deterministic and c.axelrod != "Random"}


def peer(classic):
    return AxelrodStrategy(getattr(axelrod, classic.axelrod)(**classic.arguments))


@pytest.mark.parametrize("name", SHARED)
def test_moves_are_those_of_axelrod(name):
    """Against every shared strategy in their own match, and against arbitrary sequences of moves in both seats."""
    classic = SHARED[name]
    for other in SHARED.values():
        ours = match([AutomatonStrategy(classic.build(0)), AutomatonStrategy(other.build(1))], rounds=40, rng=RNG)
        players = [getattr(axelrod, c.axelrod)(**c.arguments) for c in (classic, other)]
        theirs = [[int(move == axelrod.Action.D) for move in pair] for pair in axelrod.Match(players, turns=40).play()]
        np.testing.assert_array_equal(ours, theirs)
    for seed in range(8):
        moves = np.random.default_rng(seed).integers(0, 2, 60).tolist()
        rival = FunctionStrategy(lambda past, i, rng, moves=moves: moves[len(past)])
        ours = match([AutomatonStrategy(classic.build(0)), rival], rounds=60, rng=RNG)
        np.testing.assert_array_equal(ours, match([peer(classic), rival], rounds=60, rng=RNG))
        mirrored = match([rival, AutomatonStrategy(classic.build(1))], rounds=60, rng=RNG)
        np.testing.assert_array_equal(ours, mirrored[:, ::-1])


@pytest.mark.parametrize("name", SHARED)
def test_which_strategies_answer_their_own_slips_as_those_of_axelrod(name):
    """All but three: both see the same realised moves, a fifth of the own ones by mistake."""
    alike = True
    for seed in range(6):
        rng = np.random.default_rng(seed)
        ours, theirs = AutomatonStrategy(SHARED[name].build(0)), peer(SHARED[name])
        for strategy in (ours, theirs):
            strategy.start(0, 2, rng)
        for _ in range(60):
            action, other = ours.act(), theirs.act()
            alike = alike and action == other
            moved = action if rng.random() > 0.2 else 1 - action
            profile = (moved, int(rng.random() < 0.4))
            ours.observe(profile)
            theirs.observe(profile)
    assert alike == (name not in {"grim", "alternator", "contrite_tit_for_tat"})


@pytest.mark.parametrize("name", DRAWING)
def test_chances_are_those_of_axelrod(name):
    automaton = DRAWING[name].build(0)
    theirs = getattr(axelrod, DRAWING[name].axelrod)(**DRAWING[name].arguments)._four_vector
    c, d = axelrod.Action.C, axelrod.Action.D
    for own, mine in enumerate((c, d)):
        for rival, other in enumerate((c, d)):
            chance = automaton.output[automaton.transition[0, own, rival], 0]
            assert chance == pytest.approx(theirs[mine, other])


def test_adapter_plays_what_is_no_automaton():
    """Gradual (Beaufils, Delahaye & Mathieu 1996): the n-th race is answered by n races and two restraints."""
    raced = (3, 10)
    rival = FunctionStrategy(lambda past, i, rng: int(len(past) in raced))
    moves = match([AxelrodStrategy(axelrod.Gradual()), rival], rounds=16, rng=RNG)[:, 0]
    assert np.flatnonzero(moves).tolist() == [4, 11, 12]


@pytest.mark.parametrize(("slope", "baseline", "phi"), [(0.5, 1.0, 1 / 9), (0.5, 3.0, 0.25), (0.0, 2.0, 0.25)])
def test_zero_determinant_strategies_enforce_their_line(slope, baseline, phi):
    mine = zero_determinant(0, phi, slope, baseline)
    for name in ("win_stay_lose_shift", "random", "joss", "always_race", "fortress_4"):
        own, rival = play(DILEMMA, [mine, CLASSICS[name].build(1)], discount_factor=0.5).long_run_payoffs
        assert rival - baseline == pytest.approx(slope * (own - baseline), abs=1e-9)


def test_contrition_mends_slips():
    """Boyd 1989: with rare errors contrite tit for tat keeps restraint among its like; tit for tat loses it."""
    kept, lost = (
        play(DILEMMA, [build(0), build(1)], discount_factor=0.5, noise=1e-4).share(0).min()
        for build in (contrite_tit_for_tat, CLASSICS["tit_for_tat"].build)
    )
    assert kept > 0.999 and lost == pytest.approx(0.5)


def test_every_classic_names_its_source():
    assert all(classic.source for classic in CLASSICS.values()) and len(CLASSICS) >= 40


def test_noise_of_matches():
    always = FunctionStrategy(lambda past, i, rng: 0)
    moves = match([always, always], rounds=4000, rng=np.random.default_rng(3), noise=0.1, n_actions=(3, 3))
    assert np.bincount(moves.ravel()) / moves.size == pytest.approx([0.9, 0.05, 0.05], abs=0.015)


def test_programs_with_errors_have_the_exact_payoffs_of_their_automata():
    """The slow engine against the exact one, with slips and misperceptions."""
    errors, matches = {"noise": 0.1, "misperception": 0.15}, 300
    pair = [CLASSICS["win_stay_lose_shift"](0), CLASSICS["contrite_tit_for_tat"](1)]
    exact = np.asarray(DILEMMA.expected_payoffs(expected_path(DILEMMA, pair, rounds=20, **errors)), float).mean(axis=0)
    rng = np.random.default_rng(4)
    moves = np.stack([match(pair, rounds=20, rng=rng, **errors) for _ in range(matches)])
    scores = np.asarray(DILEMMA.payoffs, float)[:, moves[..., 0], moves[..., 1]].mean(axis=-1)
    error = scores.std(axis=1, ddof=1) / np.sqrt(matches)
    assert (np.abs(scores.mean(axis=1) - exact) < 4 * error).all() and error.max() < 0.05


def test_bad_input():
    with pytest.raises(InputError, match="misperception"):
        match([FunctionStrategy(lambda past, i, rng: 0)] * 2, rounds=1, rng=RNG, misperception=2)
    for wrong in ("TitForTat", axelrod.TitForTat):
        with pytest.raises(InputError, match="must be an instance"):
            AxelrodStrategy(wrong)
    with pytest.raises(InputError, match="made of C and D"):
        cycle("CX", 0)
    with pytest.raises(InputError, match="at least 1"):
        n_tits_for_m_tats(0, 1, 0)
    with pytest.raises(InputError, match="reached"):
        from_rules("counts", 0, lambda s: 1.0, lambda s, own, rival: s + 1, 0)
    with pytest.raises(InputError, match="chose action 2"):
        match([FunctionStrategy(lambda past, i, rng: 2)] * 2, rounds=1, rng=RNG)
    with pytest.raises(InputError, match="one rival"):
        match([AxelrodStrategy(axelrod.TitForTat())] * 3, rounds=1, rng=RNG)
