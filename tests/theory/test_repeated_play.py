"""Exact repeated play against simulation, theory and published numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.automata import (
    Automaton,
    alternator,
    always_race,
    always_restrain,
    extortion,
    forgiving_grim,
    grim,
    grim_trigger,
    memory_one,
    random_action,
    tit_for_tat,
    win_stay_lose_shift,
)
from theory.errors import InputError
from theory.game import Game
from theory.plain_simulation import simulate
from theory.repeated_play import expected_path, finite_strategy_counts, play
from theory.strategies import CLASSICS
from theory.subgame_perfection import is_subgame_perfect, one_shot_deviations

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
NAMES = (
    "always_restrain", "always_race", "grim", "tit_for_tat", "suspicious_tit_for_tat", "tit_for_two_tats",
    "two_tits_for_tat", "generous_tit_for_tat", "win_stay_lose_shift", "alternator", "random", "forgiving_grim",
    "extortion",
)  # fmt: skip
RIVALS = [CLASSICS[name](1) for name in NAMES]


def public_goods(n: int) -> Game:
    """Race gives 1 to oneself; every restraint gives 0.6 to all: a dilemma of n = 3 players."""
    actions = np.indices((2,) * n)
    restraint = (1 - actions).sum(axis=0)
    return Game(np.stack([0.6 * restraint + actions[i] for i in range(n)]))


# -- exact against simulation ----------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), list(itertools.product(NAMES, NAMES)))
def test_exact_path_agrees_with_simulation(first: str, second: str) -> None:
    pair = [CLASSICS[first](0), CLASSICS[second](1)]
    slips = {"noise": [0.02, 0.1], "misperception": [0.15, 0.05]}
    seed = [NAMES.index(first), NAMES.index(second)]
    match = simulate(DILEMMA, pair, rounds=25, replications=600, rng=np.random.default_rng(seed), **slips)
    path = expected_path(DILEMMA, pair, rounds=25, **slips)
    error = match.frequencies.std(axis=0, ddof=1) / np.sqrt(600)
    assert (np.abs(match.frequencies.mean(axis=0) - path.mean(axis=0)) <= 5 * error).all()
    exact = DILEMMA.expected_payoffs(path).mean(axis=0)
    assert (np.abs(match.payoffs - exact) <= 5 * match.standard_errors).all()
    assert (match.standard_errors < 0.1).all()  # else the check would have no power


def test_three_players_with_three_actions_agree_with_simulation() -> None:
    rng = np.random.default_rng(5)
    shape, sizes = (2, 3, 2), (2, 3, 4)
    game = Game(rng.normal(size=(3, *shape)))
    trio = [
        Automaton(str(i), rng.dirichlet(np.ones(n), size=s), rng.integers(0, s, (s, *shape)))
        for i, (n, s) in enumerate(zip(shape, sizes, strict=True))
    ]
    slips = {"noise": [0.1, 0.2, 0.0], "misperception": [0.3, 0.0, 0.1]}
    match = simulate(game, trio, rounds=20, replications=4000, rng=rng, **slips)
    exact = game.expected_payoffs(expected_path(game, trio, rounds=20, **slips)).mean(axis=0)
    assert (np.abs(match.payoffs - exact) <= 5 * match.standard_errors).all()
    assert (match.standard_errors < 0.02).all()


@pytest.mark.parametrize(("first", "second"), [("alternator", "random"), ("grim", "extortion"), ("random", "grim")])
def test_distributions_are_sums_over_the_path(first: str, second: str) -> None:
    pair = [CLASSICS[first](0), CLASSICS[second](1)]
    path = expected_path(DILEMMA, pair, rounds=4000, noise=0.01)
    found = play(DILEMMA, pair, discount_factor=0.9, noise=0.01)
    weights = 0.1 * 0.9 ** np.arange(4000)
    assert found.discounted == pytest.approx(np.tensordot(weights, path, axes=1), abs=1e-12)
    assert found.long_run == pytest.approx(path[-2:].mean(axis=0), abs=1e-9)  # mixed but for a period of two


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.product(NAMES, ["tit_for_tat", "alternator", "extortion"]))
)
def test_patience_leads_to_the_long_run(first: str, second: str) -> None:
    """The Abel limit of a bounded sequence is its Cesaro limit; no digits are lost with d next to one."""
    pair = [CLASSICS[first](0), CLASSICS[second](1)]
    found = play(DILEMMA, pair, discount_factor=1 - 1e-13)
    assert found.discounted == pytest.approx(found.long_run, abs=1e-9)
    assert found.long_run.sum() == pytest.approx(1, abs=1e-14)
    impatient = play(DILEMMA, pair, discount_factor=0)
    assert impatient.discounted == pytest.approx(expected_path(DILEMMA, pair, rounds=1)[0], abs=1e-15)


# -- theory and published numbers ------------------------------------------------------------------


def test_grim_against_grim_restrains_for_ever() -> None:
    found = play(DILEMMA, [grim(0), grim(1)], discount_factor=0.7)
    assert found.long_run_payoffs.tolist() == found.discounted_payoffs.tolist() == [3, 3]
    assert found.share().tolist() == [0, 0] and found.share(0).tolist() == [1, 1]


@pytest.mark.parametrize("noise", [1e-12, 1e-6, 0.01, 0.5])
def test_tit_for_tat_with_any_noise_visits_all_profiles_alike(noise: float) -> None:
    """Molander 1985, J. Confl. Resolut. 29:611-618: the long run is (R+T+S+P)/4 however small the noise."""
    found = play(DILEMMA, [tit_for_tat(0), tit_for_tat(1)], discount_factor=0.5, noise=noise)
    assert found.long_run_payoffs == pytest.approx([9 / 4, 9 / 4], rel=1e-13)
    assert found.long_run == pytest.approx(np.full((2, 2), 1 / 4), rel=1e-13)


def test_vanishing_noise_destroys_grim_and_spares_win_stay_lose_shift() -> None:
    unforgiving = play(DILEMMA, [grim(0), grim(1)], discount_factor=0.5, noise=1e-12)
    assert unforgiving.long_run_payoffs == pytest.approx([1, 1], abs=1e-10)
    lenient = play(DILEMMA, [win_stay_lose_shift(0), win_stay_lose_shift(1)], discount_factor=0.5, noise=1e-12)
    assert lenient.long_run_payoffs == pytest.approx([3, 3], abs=1e-10)


def test_private_errors_of_observation_also_undo_grim() -> None:
    clear = play(DILEMMA, [grim(0), grim(1)], discount_factor=0.9)
    blurred = play(DILEMMA, [grim(0), grim(1)], discount_factor=0.9, misperception=0.05)
    assert blurred.discounted_payoffs.sum() < clear.discounted_payoffs.sum()
    assert blurred.long_run_payoffs == pytest.approx([1, 1])
    assert (blurred.discounted_share() < blurred.share()).all()  # trust erodes with time
    assert "grim, grim" in repr(blurred)
    one_sided = play(DILEMMA, [always_restrain(0), tit_for_tat(1)], discount_factor=0.9, misperception=[0.5, 0.1])
    assert one_sided.share() == pytest.approx([0, 0.1])  # only the errors of the one who reacts matter


def test_press_and_dyson_extortion() -> None:
    """PNAS 109:10409: 41/11 and 21/11 against ALLC; (s_X - 1) = 3 (s_Y - 1) against any memory-one rival."""
    against_good = play(DILEMMA, [extortion(0), always_restrain(1)], discount_factor=0.9)
    assert against_good.long_run_payoffs == pytest.approx([41 / 11, 21 / 11], rel=1e-13)
    rng = np.random.default_rng(3)
    for after in rng.uniform(0.05, 0.95, size=(20, 4)):
        own, rival = play(
            DILEMMA, [extortion(0), memory_one("any", 0.5, tuple(after), 1)], discount_factor=0
        ).long_run_payoffs
        assert own - 1 == pytest.approx(3 * (rival - 1), rel=1e-11)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_press_and_dyson_equalizer(rival: Automaton) -> None:
    """The rival of (2/3, 0, 2/3, 1/3) gets 2 whatever it plays."""
    equalizer = memory_one("equalizer", 1, (2 / 3, 0, 2 / 3, 1 / 3), 0)
    assert play(DILEMMA, [equalizer, rival], discount_factor=0.9).long_run_payoffs[1] == pytest.approx(2, rel=1e-12)


def test_axelrod_sample_tournaments() -> None:
    """Axelrod-Python test suite: 5 turns, Alternator, Tit for Tat, Defector; then three four-vectors."""
    builders = [alternator, tit_for_tat, always_race]
    scores = np.zeros(3)
    for i, j in itertools.combinations(range(3), 2):
        path = expected_path(DILEMMA, [builders[i](0), builders[j](1)], rounds=5)
        scores[[i, j]] += DILEMMA.expected_payoffs(path).sum(axis=0)
    assert scores == pytest.approx([15, 17, 26])
    vectors = {"p1": (0, 0, 0, 0), "p2": (1, 0, 1, 0), "p3": (1, 1, 1, 0)}
    expected = {("p1", "p2"): "CC DC DD", ("p2", "p3"): "CC CC CC", ("p1", "p3"): "CC DC DC"}
    for (first, second), moves in expected.items():
        pair = [memory_one(first, 1, vectors[first], 0), memory_one(second, 1, vectors[second], 1)]
        actions = simulate(DILEMMA, pair, rounds=3, rng=np.random.default_rng(0)).actions[0]
        assert " ".join("".join("CD"[a] for a in profile) for profile in actions) == moves


def test_axelrod_1980_row_of_tit_for_tat() -> None:
    """J. Confl. Resolut. 24:3-25: 600 against itself and against Friedman's entry, in 200 moves."""
    for rival in (tit_for_tat(1), grim(1)):
        path = expected_path(DILEMMA, [tit_for_tat(0), rival], rounds=200)
        assert DILEMMA.expected_payoffs(path).sum(axis=0).tolist() == [600, 600]


def test_numbers_of_strategies_in_twice_repeated_games() -> None:
    """Nashpy test suite: 32 x 32 from 2 x 2, 128 x 2187 from 2 x 3."""
    assert finite_strategy_counts((2, 2), 2) == (32, 32)
    assert finite_strategy_counts((2, 3), 2) == (128, 2187)
    assert finite_strategy_counts((4, 3), 1) == (4, 3)


# -- chains ----------------------------------------------------------------------------------------


def test_periodic_chain_has_the_average_of_its_cycle() -> None:
    found = play(DILEMMA, [alternator(0), alternator(1)], discount_factor=0.5)
    assert found.long_run.tolist() == [[0.5, 0], [0, 0.5]]
    assert found.discounted == pytest.approx(np.diag([2 / 3, 1 / 3]))  # 1/(1+d) and d/(1+d)


def test_several_recurrent_classes_are_weighted_by_how_often_they_are_reached() -> None:
    """Racing with 1/4 in the first round decides for ever: 1/16 both race, 3/16 one does."""
    transition = np.array([[[1, 1], [2, 2]], [[1, 1], [1, 1]], [[2, 2], [2, 2]]])
    output = [[0.75, 0.25], [1, 0], [0, 1]]
    committed = [
        Automaton("committed", np.array(output), transition),
        Automaton("committed", np.array(output), transition.swapaxes(1, 2)),
    ]
    found = play(DILEMMA, committed, discount_factor=0.3)
    assert found.long_run == pytest.approx(np.outer([0.75, 0.25], [0.75, 0.25]), abs=1e-15)
    assert found.discounted == pytest.approx(found.long_run, abs=1e-15)


def test_rare_transitions_between_classes_are_exact() -> None:
    """A walk that hits two traps with chances 1e-14 and 3e-14 a round ends in them one to three."""
    output = np.array([[1 - 4e-14, 1e-14, 3e-14], [0, 1, 0], [0, 0, 1]])
    walker = Automaton(
        "walker", output / output.sum(axis=1, keepdims=True), np.array([[0, 1, 2], [1, 1, 1], [2, 2, 2]])
    )
    found = play(Game([[0.0, 0.0, 1.0]]), [walker], discount_factor=0.5)
    idle = Automaton("idle", np.ones((1, 1)), np.zeros((1, 1), dtype=int))
    assert play(Game([[2.0]]), [idle], discount_factor=0.5, noise=0.3).discounted_payoffs.tolist() == [2]
    assert found.long_run_payoffs == pytest.approx([0.75], rel=1e-12)


# -- the contract of results -----------------------------------------------------------------------


def test_a_batch_is_played_with_one_chain() -> None:
    batch = Game(np.stack([DILEMMA.payoffs, 2 * DILEMMA.payoffs + 7]), batch_ndim=1)
    pair = [extortion(0), random_action(1)]
    single, found = (play(game, pair, discount_factor=0.8, noise=0.1) for game in (DILEMMA, batch))
    assert found.long_run_payoffs[0] == pytest.approx(single.long_run_payoffs)
    assert found.discounted_payoffs[1] == pytest.approx(2 * single.discounted_payoffs + 7)
    assert found.solution().payoffs.shape == (2, 1, 2)
    match = simulate(batch, pair, rounds=4, replications=3, rng=np.random.default_rng(1))
    assert match.payoffs.shape == match.standard_errors.shape == (2, 2)
    assert np.isnan(simulate(batch, pair, rounds=4, rng=np.random.default_rng(1)).standard_errors).all()


def test_solution_carries_the_regret_of_the_play() -> None:
    restrained = play(DILEMMA, [grim(0), grim(1)], discount_factor=0.9).solution()
    assert restrained.regret.tolist() == [[2, 2]] and not restrained.certified.any()
    racing = play(DILEMMA, [always_race(0), always_race(1)], discount_factor=0.9).solution()
    assert racing.certified.all() and racing.payoffs.tolist() == [[1, 1]]


def test_same_generator_same_matches() -> None:
    pair = [random_action(0), extortion(1)]
    first, second = (
        simulate(DILEMMA, pair, rounds=9, replications=5, noise=0.1, rng=np.random.default_rng(8)) for _ in range(2)
    )
    assert np.array_equal(first.actions, second.actions)


# -- subgame perfection ----------------------------------------------------------------------------


@given(
    scale=st.floats(1e-9, 1e12),
    shift=st.floats(-1e3, 1e3),
    temptation=st.floats(3.5, 8),
    step=st.sampled_from([-1e-4, 1e-4]),
)
@settings(max_examples=60, deadline=None)
def test_grim_is_subgame_perfect_just_above_the_critical_factor(
    scale: float, shift: float, temptation: float, step: float
) -> None:
    """Friedman 1971: (T-R)/(T-P), whatever the unit and the origin of payoffs."""
    row = scale * (np.array([[3, 0], [temptation, 1]]) + shift)
    critical = (temptation - 3) / (temptation - 1)
    game = Game.from_bimatrix(row, row.T)
    assert bool(is_subgame_perfect(game, [grim(0), grim(1)], discount_factor=critical + step)) is (step > 0)


def test_tit_for_tat_is_subgame_perfect_only_at_one_discount_factor() -> None:
    """It must be worth answering a race, but only just: with cost c and benefit b that is d = c/b and nothing else."""
    pair = [tit_for_tat(0), tit_for_tat(1)]
    for discount_factor in np.linspace(0, 0.99, 34):
        assert not is_subgame_perfect(DILEMMA, pair, discount_factor=float(discount_factor))
    # donation game with cost 1 and benefit 2: cooperating costs 1 now and brings 2 d next round, so d = 1/2 exactly
    donation = Game.from_bimatrix([[1, -1], [2, 0]], [[1, 2], [-1, 0]])
    verdicts = [bool(is_subgame_perfect(donation, pair, discount_factor=d)) for d in (0.49, 0.5, 0.51)]
    assert verdicts == [False, True, False]


def test_win_stay_lose_shift_needs_what_one_round_of_punishment_can_do() -> None:
    """R + d R >= T + d P and, in punishment, P + d R >= S + d P: with 5, 3, 1, 0 the first needs d >= 1."""
    pair = [win_stay_lose_shift(0), win_stay_lose_shift(1)]
    assert not is_subgame_perfect(DILEMMA, pair, discount_factor=0.999)
    milder = Game.from_bimatrix([[3, 0], [4, 1]], [[3, 4], [0, 1]])  # d >= (T-R)/(R-P) = 1/2
    assert [bool(is_subgame_perfect(milder, pair, discount_factor=d)) for d in (0.499, 0.501)] == [False, True]


def test_the_longer_the_punishment_the_less_patience_it_takes() -> None:
    """T - R <= (d + ... + d^k)(R - P): 5, 3, 1, 0 with k = 2 needs d + d^2 >= 1, the golden ratio."""
    golden = (np.sqrt(5) - 1) / 2
    pair = [forgiving_grim(0, rounds=2), forgiving_grim(1, rounds=2)]
    for step in (-1e-5, 1e-5):
        assert bool(is_subgame_perfect(DILEMMA, pair, discount_factor=golden + step)) is (step > 0)


def test_mixing_between_equal_replies_is_no_deviation() -> None:
    pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    assert is_subgame_perfect(pennies, [random_action(0), random_action(1)], discount_factor=0.9)
    assert not is_subgame_perfect(pennies, [random_action(0, 0.6), random_action(1)], discount_factor=0.9)


@pytest.mark.parametrize(("discount_factor", "expected"), [(0.39, False), (0.41, True)])
def test_grim_with_three_players(discount_factor: float, expected: bool) -> None:
    """Restraint pays 1.8, a race against two who restrain 2.2, racing 1: critical factor 0.4/1.2 = 1/3."""
    game = public_goods(3)
    trio = [grim_trigger(i, (2, 2, 2), (0, 0, 0), (1, 1, 1)) for i in range(3)]
    critical = 1 / 3
    assert play(game, trio, discount_factor=0.5).long_run_payoffs == pytest.approx([1.8] * 3)
    shifted = discount_factor - 0.4 + critical
    assert bool(is_subgame_perfect(game, trio, discount_factor=shifted)) is expected


def test_subgame_perfection_of_a_batch_and_of_very_patient_players() -> None:
    severe = DILEMMA.payoffs.copy()
    severe[0, 1, 0] = severe[1, 0, 1] = 50
    batch = Game(np.stack([DILEMMA.payoffs, severe]), batch_ndim=1)
    pair = [grim(0), grim(1)]
    assert is_subgame_perfect(batch, pair, discount_factor=0.6).tolist() == [True, False]
    found = one_shot_deviations(batch, pair, discount_factor=0.6)
    assert found.gains.shape == (2, 2, 2)
    # a gain of one round does not fade because the future is long
    assert not is_subgame_perfect(DILEMMA, [always_restrain(0), tit_for_tat(1)], discount_factor=1 - 1e-9)


@pytest.mark.parametrize("patience", [1e-3, 1e-6, 1e-9, 1e-12])
def test_patience_costs_no_digits(patience: float) -> None:
    """Grim is not convicted by rounding, and a gain of one round is neither lost nor blown up."""
    factor = 1 - patience
    for build in (grim, forgiving_grim):
        assert is_subgame_perfect(DILEMMA, [build(0), build(1)], discount_factor=factor)
    pair = [tit_for_tat(0), tit_for_tat(1)]
    found = one_shot_deviations(DILEMMA, pair, discount_factor=factor)
    # the punisher gains R/(1-d) - (T + d S)/(1-d^2) by forgiving: (R + d R - T - d S)/(1-d^2)
    expected = (3 + 3 * factor - 5) / (1 - factor**2)
    assert found.states[1].tolist() == [0, 1]
    assert found.gains[1, 1] == pytest.approx(expected, rel=1e-3)
    assert not found.subgame_perfect


def test_gain_of_leaving_always_restrain_is_that_of_one_round() -> None:
    found = one_shot_deviations(DILEMMA, [always_restrain(0), always_restrain(1)], discount_factor=0.99)
    assert found.gains == pytest.approx(np.array([[2.0, 2.0]]))


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-0.1, 1.0, float("nan"), 2.0])
def test_discount_factors_outside_the_unit_interval_are_refused(value: float) -> None:
    pair = [grim(0), grim(1)]
    with pytest.raises(InputError, match="discount_factor"):
        play(DILEMMA, pair, discount_factor=value)
    with pytest.raises(InputError, match="discount_factor"):
        is_subgame_perfect(DILEMMA, pair, discount_factor=value)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), [0.1, 0.1, 0.1], [0.1, 2.0]])
def test_error_probabilities_outside_the_unit_interval_are_refused(value: float | list[float]) -> None:
    pair = [grim(0), grim(1)]
    with pytest.raises(InputError, match="noise"):
        play(DILEMMA, pair, discount_factor=0.5, noise=value)
    with pytest.raises(InputError, match="misperception"):
        expected_path(DILEMMA, pair, rounds=3, misperception=value)
    with pytest.raises(InputError, match="noise"):
        simulate(DILEMMA, pair, rounds=3, noise=value, rng=np.random.default_rng(0))


def test_automata_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="one per player"):
        play(DILEMMA, [grim(0)], discount_factor=0.5)
    with pytest.raises(InputError, match="reads profiles"):
        play(Game(np.zeros((2, 2, 3))), [grim(0), grim(1)], discount_factor=0.5)
    with pytest.raises(InputError, match="rounds"):
        simulate(DILEMMA, [grim(0), grim(1)], rounds=0, rng=np.random.default_rng(0))
    with pytest.raises(InputError, match="n_actions"):
        finite_strategy_counts((2, 0), 2)
    with pytest.raises(InputError, match="action"):
        play(DILEMMA, [grim(0), grim(1)], discount_factor=0.5).share(2)
    big = [forgiving_grim(i, rounds=70) for i in (0, 1)]
    with pytest.raises(InputError, match="joint states"):
        play(DILEMMA, big, discount_factor=0.5)
