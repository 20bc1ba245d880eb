"""Senseless input to every public solver: one class of error, with a message, and nothing is modified."""

import numpy as np
import pytest

from models import ComputeRace
from theory import (
    ContinuousGame,
    Game,
    InputError,
    SharedLimit,
    batch_support_enumeration,
    continue_equilibria,
    continuous_commitment,
    continuous_nash,
    decompose,
    dilemma_class,
    equilibrium_derivative,
    hindsight_split,
    joint_optimum,
    nash,
    p_dominance,
    payoff_dominant,
    perfect_equilibria,
    probability,
    pure_nash,
    risk_dominance,
    strategic_wedge,
    strong_stackelberg,
    supermodularity,
    support_regimes,
    symbolic_counts,
    symbolic_equilibria,
    tullock_contest,
    variational_equilibrium,
    weighted_potential,
)
from theory.agreements import capped
from theory.automata import tit_for_tat
from theory.best_replies import best_reply
from theory.bimatrix import lemke_howson, lemke_howson_all
from theory.cycle_thresholds import cournot_threshold, path_thresholds, tullock_threshold
from theory.discounting import critical_discount_factor
from theory.distances import distances
from theory.dominance import dominated_actions
from theory.equilibrium import METHODS
from theory.finite_population import (
    fermi_log_fixation,
    log_fixation_matrix,
    moran_log_fixation,
    rare_mutation_distribution,
    small_mutation_distribution,
)
from theory.limit_set import limit_score
from theory.mutation_chain import mutation_distribution, stochastic_stability
from theory.payoff_polygon import payoff_set
from theory.payoff_polytopes import payoff_bounds
from theory.plain_simulation import simulate
from theory.public_monitoring import public_bounds
from theory.regret_learning import learn
from theory.risk import cvar
from theory.symmetric_games import symmetric_equilibria
from theory.symmetric_monitoring import symmetric_public_payoffs
from theory.tournament import ecology

FINITE = {
    "nash": nash,
    "lemke_howson": lemke_howson,
    "lemke_howson_all": lemke_howson_all,
    "batch_support_enumeration": batch_support_enumeration,
    "decompose": decompose,
    "dilemma_class": dilemma_class,
    "p_dominance": lambda game: p_dominance(game, (0, 0)),
    "payoff_dominant": payoff_dominant,
    "perfect_equilibria": perfect_equilibria,
    "pure_nash": pure_nash,
    "risk_dominance": lambda game: risk_dominance(game, (0, 0), (1, 1)),
    "strong_stackelberg": strong_stackelberg,
    "supermodularity": supermodularity,
    "weighted_potential": weighted_potential,
    **{f"METHODS[{name}]": method for name, method in METHODS.items()},
}
CONTINUOUS = {
    "nash": nash,
    "continuous_nash": continuous_nash,
    "joint_optimum": joint_optimum,
    "variational_equilibrium": variational_equilibrium,
    "continue_equilibria": lambda game: continue_equilibria(lambda t: game, 0.0, 1.0),
    "equilibrium_derivative": lambda game: equilibrium_derivative(lambda t: game, 1.0),
}
NO_GAMES = [None, 3, "game", [[1, 2], [3, 4]], np.eye(2), object()]


def refused(call, *arguments, **options):
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    assert len(str(caught.value)) > 20  # says what was given and what to do


@pytest.mark.parametrize("name", FINITE)
@pytest.mark.parametrize("thing", NO_GAMES, ids=lambda thing: type(thing).__name__)
def test_what_is_no_game_is_refused_by_solvers_of_finite_games(name, thing):
    refused(FINITE[name], thing)


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("thing", NO_GAMES, ids=lambda thing: type(thing).__name__)
def test_what_is_no_game_is_refused_by_solvers_of_games_over_quantities(name, thing):
    refused(CONTINUOUS[name], thing)


@pytest.mark.parametrize("payoffs", [
    [[1, 2], [3, np.nan]], [[1, 2], [3, np.inf]], [[1, 2], [3, "a"]], [[1, 2], [3]], [[], []], [[1, 2], [3, None]],
    [[1, 2], [3, 1j]], 5, None,
])  # fmt: skip
def test_senseless_payoffs_are_refused(payoffs):
    refused(lambda: Game.from_bimatrix(payoffs, payoffs))
    refused(lambda: Game([payoffs, payoffs]))


MASKED = np.ma.masked_array([[[1.0, 2.0], [3.0, 4.0]]] * 2, mask=[[[0, 0], [0, 1]]] * 2)


@pytest.mark.parametrize("build", [
    lambda: Game(MASKED),
    lambda: Game([MASKED[0], MASKED[1]]),
    lambda: Game(MASKED.data, outcomes={"welfare": MASKED[0]}),
    lambda: ContinuousGame([lambda x, v: v * x[..., 0]], 0, 1, parameters=[MASKED[0, :, 1]]),
    lambda: ContinuousGame([lambda x: x[..., 0]], 0, MASKED[0]),
    lambda: ContinuousGame([lambda x: x[..., 0]] * 2, 0, 1).payoff(MASKED[0]),
    lambda: SharedLimit(1.0, MASKED[0, 1]),
    lambda: tullock_contest(MASKED[0, 1]),
    lambda: ComputeRace().replace(prize=MASKED[0, 1]),
    lambda: ComputeRace().replace(plan=list(MASKED[0, 1])),
])  # fmt: skip
def test_a_masked_entry_is_refused_and_not_read_as_what_lies_under_the_mask(build):
    with pytest.raises(InputError, match=r"masked.*fill them, or leave the draw out"):
        build()


def test_a_masked_array_that_masks_nothing_is_an_array():
    np.testing.assert_array_equal(Game(np.ma.masked_array(MASKED.data)).payoffs, MASKED.data)


@pytest.mark.parametrize(
    "labels",
    [{"players": ["a"]}, {"players": ["a", "a"]}, {"actions": [["x", "y"]]}, {"actions": [["x"], ["y", "z"]]}],
)
def test_labels_that_do_not_match_are_refused(labels):
    refused(lambda: Game(np.zeros((2, 2, 2)), **labels))


@pytest.mark.parametrize("bounds", [(0, 0), (1, 0), (0, np.inf), (np.nan, 1), (0, "one"), ([0, 0, 0], 1)])
def test_senseless_bounds_are_refused(bounds):
    refused(lambda: ContinuousGame([lambda x: x[..., 0], lambda x: x[..., 1]], *bounds))


@pytest.mark.parametrize("arguments", [
    {"value": [1.0]}, {"value": [1.0, -1]}, {"value": [1.0, np.nan]}, {"value": "much"}, {"value": [1, 2], "cost": 0},
    {"value": [1, 2], "decisiveness": -1}, {"value": [1, 2], "ability": [1, 2, 3]},
])  # fmt: skip
def test_senseless_contests_are_refused(arguments):
    refused(lambda: tullock_contest(**arguments))


def test_senseless_families_and_symbols_are_refused():
    refused(support_regimes, lambda t: None, 0.0, 1.0)
    refused(support_regimes, lambda t: Game(np.zeros((len(t), 2, 2, 2)), batch_ndim=1), 1.0, 0.0)
    refused(symbolic_equilibria, None, None)
    refused(symbolic_counts, [])
    refused(symbolic_counts, 3)
    refused(continue_equilibria, None, 1.0, 2.0)
    for ends in ((1.0, "two"), (None, 2.0), (1.0, np.inf), (2.0, 1.0)):
        refused(continue_equilibria, lambda t: t, *ends)
    refused(continue_equilibria, lambda t: t, 1.0, 2.0, seeds=1.5)
    refused(equilibrium_derivative, lambda t: t, "one")


@pytest.mark.parametrize("number", [True, 1.0, "0", None, [0], np.array([0, 1]), -1, 2], ids=str)
def test_a_player_is_a_whole_number(number):
    game = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    duopoly = ContinuousGame([lambda x: -(x[..., 0] ** 2), lambda x: -(x[..., 1] ** 2)], 0, 1)
    refused(strong_stackelberg, game, leader=number)
    refused(continuous_commitment, duopoly, leader=number)
    refused(dominated_actions, game, number)
    refused(best_reply, duopoly, np.zeros(2), number)


@pytest.mark.parametrize("number", [True, 1.5, "1", None, -1, 4], ids=str)
def test_the_number_of_batch_axes_is_whole(number):
    refused(Game, np.zeros((3, 2, 2, 2)), batch_ndim=number)


def test_a_batch_without_draws_says_so():
    with pytest.raises(InputError, match="at least one"):
        Game(np.zeros((0, 2, 2, 2)), batch_ndim=1)
    batch = Game(np.zeros((3, 2, 2, 2)), batch_ndim=1)
    with pytest.raises(InputError, match="no draw"):
        batch[batch.payoff_range > 0]


@pytest.mark.parametrize("name", FINITE)
def test_the_callers_arrays_are_never_modified(name):
    payoffs = np.array([[[9.0, 0], [8, 7]], [[9, 8], [0, 7]]])
    before = payoffs.copy()
    solver = FINITE[name] if name != "perfect_equilibria" else lambda game: perfect_equilibria(nash(game))
    try:
        solver(Game(payoffs))
    except InputError as error:  # a method that is not for this kind of game says so
        assert len(str(error)) > 20
    np.testing.assert_array_equal(payoffs, before)


SENSELESS = ["much", [["a", "b"], ["c", "d"]], [[1, 2], [3]], [[1, 1j], [2, 3]], [[1, np.nan], [2, 3]], None]


@pytest.mark.parametrize("numbers", SENSELESS, ids=str)
def test_senseless_numbers_are_refused_outside_games_too(numbers):
    refused(symmetric_equilibria, numbers)
    refused(log_fixation_matrix, numbers, 20, 1.0)
    refused(small_mutation_distribution, [[1, 2], [3, 4]], 20, numbers)
    refused(lambda: critical_discount_factor(cooperation=numbers, deviation=3.0, punishment=1.0))
    refused(lambda: payoff_set(Game.from_bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]]), numbers))


@pytest.mark.parametrize("numbers", [*SENSELESS, -1.0, 1.0, np.inf, []], ids=str)
def test_senseless_repetition_is_refused(numbers):
    game = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    fair = np.full((2, 2, 2), 0.5)
    for solver in (payoff_bounds, payoff_set):
        refused(solver, game, numbers)
    for solver in (public_bounds, symmetric_public_payoffs):
        refused(solver, game, fair, numbers)
        refused(solver, game, numbers, 0.5)
    refused(limit_score, game, numbers, [1, 1])
    refused(mutation_distribution, numbers, 10, 0.1, 1.0)
    refused(stochastic_stability, numbers, 10)
    refused(lambda: cvar([[]] if numbers in (-1.0, 1.0) else numbers))


def test_nothing_at_all_is_refused():
    refused(lambda: critical_discount_factor(cooperation=[], deviation=[], punishment=[]))
    refused(small_mutation_distribution, [[1, 2], [3, 4]], 20, [])
    for profile in (None, 5, "ab", (0, 2)):
        refused(p_dominance, Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]), profile)


@pytest.mark.parametrize("rng", [None, 1, "seed", np.random], ids=str)
def test_only_a_generator_makes_random_numbers(rng):
    race = ComputeRace()
    game = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    refused(race.priors().sample, 8, rng=rng)
    refused(race.states, 8, rng)
    refused(hindsight_split, race, np.ones(5), rng=rng)
    refused(learn, game, "hedge", rounds=3, rng=rng)
    refused(simulate, game, [tit_for_tat(1)] * 2, rounds=3, rng=rng)


@pytest.mark.parametrize("choices", [None, "abc", [1, 2], 3.0, [[1, 2, 3, 4]], [1, 2, 3, 4, None, 6]], ids=str)
def test_choices_that_do_not_fit_the_players_are_refused(choices):
    race = ComputeRace()
    game = race.continuous_game()
    refused(strategic_wedge, game, choices)
    refused(best_reply, game, choices, 0)
    refused(game.payoff, choices)
    refused(game.outcome, "welfare", choices)
    refused(hindsight_split, race, choices, rng=np.random.default_rng(1))
    refused(hindsight_split, game, np.ones(5), rng=np.random.default_rng(1))
    refused(best_reply, game, np.ones(5), 5)
    refused(game.discretise, choices)
    refused(probability, [0.5, 2])


def test_senseless_evolution_and_learning_are_refused():
    game = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    refused(fermi_log_fixation, [1.0, 2.0], [1.0, 2.0, 3.0], 1.0)
    refused(moran_log_fixation, [1.0, 2.0], [1.0, 2.0, 3.0])
    refused(rare_mutation_distribution, [[0.0, -1.0], [-np.inf, 0.0]])
    refused(distances, game, [[2, -1], [0, 0]])
    refused(distances, game, [[np.nan, 0], [0, 1]])
    refused(learn, game, "hedge", rounds=10, rng=np.random.default_rng(1), rate=np.nan)
    refused(learn, game, "hedge", rounds=1.5, rng=np.random.default_rng(1))
    refused(path_thresholds, game, [(0.5, 0)], (1, 1))
    refused(cournot_threshold, 0)
    refused(tullock_threshold, 0.9, 2)
    refused(ecology, [[1, 2], [3, 4]], start=[np.nan, 1], generations=3)
    refused(ecology, [[1, 2], [3, 4]], generations=-1)
    refused(ecology, [], generations=1)
    refused(capped, game, [[0.5], [0]])
