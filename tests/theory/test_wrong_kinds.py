"""Arguments of a wrong kind: one error class that names the argument, says what was given and what is allowed."""

import re

import numpy as np
import pytest
import sympy

from models import ComputeRace
from models.linked_race import LinkedRace
from models.policy import regulate, regulate_labs
from models.sampling import Priors
from theory import (
    ContinuousGame,
    Game,
    InputError,
    correlated_equilibrium,
    cvar,
    cvar_estimate,
    dilemma_class,
    equilibrium_derivative,
    fit_logit,
    from_replicates,
    hindsight_split,
    iterated_dominance,
    loss_asymmetry,
    nash,
    ordinal_name,
    probability,
    product_distribution,
    ratio_of_means,
    rationalizable,
    share_in_replicates,
    strong_stackelberg,
    support_regimes,
    symbolic_equilibria,
    symmetric_count_equilibria,
    tullock_contest,
    value_at_risk,
)
from theory.copula import GaussianCopula
from theory.information import value_of_information
from theory.intervals import quantile
from theory.regional import regional_sensitivity
from theory.selection import over_equilibria, select_equilibrium
from theory.shapley import shapley_effects
from theory.two_by_two import two_by_two

GAME = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
BATCH = Game(np.stack([GAME.payoffs] * 3), batch_ndim=1)
V = sympy.Symbol("V", positive=True)
MIXED = symbolic_equilibria([[V, 0], [0, 1]], [[V, 0], [0, 1]])[-1]
COPULA = GaussianCopula([[1, 0], [0, 1]])
RACE = ComputeRace()
LOSSES = [1.0, 2.0]


def rng():
    return np.random.default_rng(1)


def own(i):
    return lambda x: -(x[..., i] ** 2)


def quantities(**options):
    return ContinuousGame([own(0), own(1)], 0, 1, **options)


def effects(function=lambda u: u.T, names=("a", "b"), copula=COPULA, orders=10, **options):
    return shapley_effects(function, names, copula, orders=orders, rng=rng(), **options)


CALLS = [
    # finite games
    (lambda: nash(GAME, ["x"]), "there is no method"),
    (lambda: nash(GAME, 3), "there is no method 3"),
    (lambda: Game(GAME.payoffs, players=3), "players is 3; it must be a list of 2 different labels"),
    (lambda: Game(GAME.payoffs, actions=3), "actions is 3"),
    (lambda: Game(GAME.payoffs, actions=[3, 4]), "actions of player 0 is 3"),
    (lambda: Game(GAME.payoffs, outcomes=3), "outcomes is int; it must be a dict"),
    (lambda: GAME.expected_payoffs([1, 2]), "must be probabilities of shape (K, 2, 2)"),
    (lambda: GAME.expected_payoffs(None), "must be probabilities"),
    (lambda: GAME.expected_payoffs(np.ones((2, 2, 3))), "must be probabilities"),
    (lambda: BATCH.expected_payoffs(np.ones((4, 1, 2, 2))), "must be probabilities of shape (3, K, 2, 2)"),
    (lambda: GAME.deviation_payoffs(0, [1, 2]), "must be probabilities"),
    (lambda: GAME.deviation_payoffs(5, np.ones((1, 2, 2))), "player is 5"),
    (lambda: GAME.payoff("x"), "player is 'x'"),
    (lambda: nash(GAME).strategies(5), "player is 5"),
    (lambda: nash(GAME).outcome(["welfare"]), "no outcome"),
    (lambda: BATCH["a"], "no draw a of a batch of shape (3,)"),
    (lambda: BATCH[7], "no draw 7"),
    (lambda: product_distribution(3), "strategies are 3"),
    (lambda: product_distribution([]), "list of probabilities for each player"),
    (lambda: product_distribution(["ab", "cd"]), "list of probabilities for each player"),
    (lambda: iterated_dominance(GAME, weak="yes"), "weak is 'yes'; it must be True or False"),
    (lambda: rationalizable(3), "takes a Game"),
    (lambda: correlated_equilibrium(GAME, "welfare"), "no outcome"),
    (lambda: symmetric_count_equilibria(lambda a, c: c[..., 0], 3, 2, starts="a"), "starts is 'a'"),
    (lambda: over_equilibria(None, np.eye(2)), "solution is NoneType; it must be a Solution"),
    (lambda: over_equilibria(two_by_two(GAME), "a"), "values is 'a'"),
    (lambda: over_equilibria(two_by_two(GAME), np.ones(3)), "values have shape (3,)"),
    (lambda: select_equilibrium(GAME, ["x"]), "there is no rule"),
    (lambda: select_equilibrium(GAME, "worst", 3), "solution is int"),
    (lambda: dilemma_class(GAME).is_class(["x"]), "there is no class"),
    (lambda: ordinal_name("a", 1, 2, 3), "payoff R is 'a'"),
    (lambda: ordinal_name(1, 2, np.inf, 3), "payoff S is inf"),
    (lambda: support_regimes(None, 0, 1), "family is None; it must be a function"),
    # what the message says first is what is wrong
    (lambda: fit_logit(GAME, [[1, np.nan], [1, 1]]), "counts of player 0 are [1.0, nan]; each must be a finite number"),
    (lambda: fit_logit(GAME, [[1, 1], [1, -1]]), "counts of player 1 are [1.0, -1.0]"),
    (lambda: fit_logit(GAME, [[1, 1]]), "one list per player"),
    (lambda: strong_stackelberg(Game([[1, 2]])), "games of two players are taken here"),
    (lambda: strong_stackelberg(BATCH), "pick one draw"),
    # games over quantities
    (lambda: ContinuousGame([own(0), own(1)], [0, 0, 0], 1), "lower has shape (3,) and upper () for 2 players"),
    (lambda: ContinuousGame([own(0)], 0, [1, 1, 1]), "lower has shape () and upper (3,) for 1 players"),
    (lambda: ContinuousGame([own(0), own(1)], [0, 1], 1), "choice of player 1 lies between [1.0] and [1.0]"),
    (lambda: quantities(players=3), "players is 3"),
    (lambda: quantities(outcomes=3), "outcomes is int"),
    (lambda: quantities(outcomes={"welfare": 3}), "welfare is 3; it must be a function"),
    (lambda: quantities(joint=3), "joint is 3; it must be a function"),
    (lambda: quantities(shared=3), "shared is 3"),
    (lambda: quantities(parameters=3), "parameters is 3"),
    (lambda: ContinuousGame([own(0), 3], 0, 1), "payoffs[1] is 3; it must be a function"),
    (lambda: nash(quantities()).select(9), "place is 9; the solution has places 0 to"),
    (lambda: tullock_contest([1, 2], certify="no"), "certify is 'no'; it must be True or False"),
    (lambda: equilibrium_derivative(None, 1.0), "family is None; it must be a function"),
    # symbols
    (lambda: MIXED.sign(5, "V"), "player is 5"),
    (lambda: MIXED.sign(0, 5), "parameter is 5; it must be a symbol or its name"),
    (lambda: MIXED.derivative("row", V), "player is 'row'"),
    (lambda: MIXED.lambdify(3), "symbols is 3"),
    (lambda: MIXED.lambdify([3]), "parameter is 3"),
    (lambda: MIXED.lambdify(["c"]), "depends on V too"),
    (lambda: MIXED.lambdify([V])(), "one for each of [V] is needed"),
    (lambda: MIXED.lambdify([V])("a"), "V is 'a'"),
    (lambda: MIXED.typeset(3), "printer is 3"),
    (lambda: symbolic_equilibria([[1, 2], [3, []]], [[1, 2], [3, 4]]), "two by two expressions"),
    # risk and intervals
    (lambda: cvar(LOSSES, "a"), "level is 'a'; it must be one number between 0 and 1"),
    (lambda: cvar(LOSSES, [[0.5, 0.9]]), "level is [0.5, 0.9]"),
    (lambda: cvar(LOSSES, []), "level is []; give at least one"),
    (lambda: cvar(LOSSES, [0.5, 2]), "level is 2"),
    (lambda: value_at_risk(LOSSES, [0.5, 0.9]), "level is [0.5, 0.9]"),
    (lambda: cvar(LOSSES, axis=3), "axis is 3; it must be a whole number from -1 to 0"),
    (lambda: value_at_risk(LOSSES, "a"), "level is 'a'"),
    (lambda: value_at_risk(LOSSES, axis="x"), "axis is 'x'"),
    (lambda: cvar_estimate(LOSSES, 0.5, confidence=2), "confidence is 2"),
    (lambda: probability([True], level=2), "level is 2"),
    (lambda: probability("ab"), "successes is 'ab'; it must be true or false"),
    (lambda: probability(None), "successes is None"),
    (lambda: from_replicates("ab"), "replicates is 'ab'"),
    (lambda: from_replicates([1, 2], level=2), "level is 2"),
    (lambda: quantile([1, 2], 0.5, level=2), "level is 2"),
    (lambda: quantile([1, 2], "half"), "share is 'half'"),
    (lambda: ratio_of_means("ab", [1, 2]), "numerators is 'ab'"),
    (lambda: ratio_of_means([1, 2], [1, 2], level="a"), "level is 'a'"),
    (lambda: share_in_replicates(3), "replicates is 3"),
    (lambda: share_in_replicates([[True], "ab"]), "replicates[1] is 'ab'"),
    (lambda: share_in_replicates([[True, False], [False]], level=3), "level is 3"),
    (lambda: loss_asymmetry("a", 1), "inaction is 'a'"),
    (lambda: loss_asymmetry(1, None), "overspending is None"),
    (lambda: loss_asymmetry([1, 2], [1, 2, 3]), "inaction has shape (2,), overspending (3,)"),
    (lambda: hindsight_split(RACE, np.ones(5), rng=rng(), states="a"), "states is 'a'; it must be a whole number"),
    (lambda: hindsight_split(RACE, np.ones(5), rng=rng(), replicates=2.5), "replicates is 2.5"),
    # what drives a result
    (lambda: effects(function=3), "function is 3"),
    (lambda: effects(names=3), "names is 3"),
    (lambda: effects(copula=None), "copula is NoneType; it must be a GaussianCopula"),
    (lambda: effects(orders="x"), "orders is 'x'"),
    (lambda: effects(replicates=2.5), "replicates is 2.5"),
    (lambda: effects(function=lambda u: u[:, 0]), "must give (outputs, "),
    (lambda: effects(function=lambda u: np.nan * u.T), "output 0 of the function is nan at the quantiles"),
    (lambda: GaussianCopula("x"), "rank correlations is 'x'"),
    (lambda: COPULA.join("a"), "u is 'a'"),
    (lambda: COPULA.join([0.1, 0.2, 0.3]), "u has shape (3,)"),
    (lambda: regional_sensitivity(3, [True]), "inputs is int"),
    (lambda: regional_sensitivity({"cost": "x"}, [True]), "input 'cost' is 'x'"),
    (lambda: regional_sensitivity({"cost": [1, np.nan]}, [True, False]), "every entry must be a finite number"),
    (lambda: regional_sensitivity({"cost": [1, 2]}, ["yes", "no"]), "event is ['yes', 'no']"),
    (lambda: regional_sensitivity({"cost": [1, 2]}, [0.5, 2]), "event is [0.5, 2]"),
    (lambda: value_of_information(None), "replicates is None"),
    (lambda: value_of_information([3, 4]), "a replicate is 3; it must be (payoffs, inputs)"),
    (lambda: value_of_information([(np.ones((3, 2)), {"x": "abc"})] * 2), "input 'x' is 'abc'"),
    (lambda: value_of_information([(np.full((3, 2), np.nan), {"x": np.ones(3)})] * 2), "payoffs is"),
    # models
    (lambda: regulate(None, "cap on GW", 0.5), "race is NoneType; it must be a LinkedRace"),
    (lambda: regulate_labs(None, "cap on GW", 0.5), "model is NoneType; it must be a Runway"),
    (lambda: regulate(LinkedRace(), ["x"], 0.5), "there is no policy"),
    (lambda: regulate(LinkedRace(), "cap on GW", None), "strength is None"),
    (lambda: regulate(LinkedRace(), "cap on GW", [0.1, 0.2]), "strength is [0.1, 0.2]"),
    (lambda: Priors(None), "model is None; priors are those of a payoff model"),
    (lambda: Priors(RACE, 3), "rank_correlations is 3"),
    (lambda: Priors(RACE, {"a": 1}), "must be a dict by pairs of names"),
    (lambda: Priors(RACE).sample("a", rng=rng()), "draws is 'a'"),
    (lambda: Priors(RACE).sample(4, rng=rng(), design=[1]), "there is no design"),
    (lambda: Priors(RACE).ppf("a"), "u is 'a'"),
]


@pytest.mark.parametrize(("call", "message"), CALLS, ids=[message for _, message in CALLS])
def test_the_argument_is_named_with_what_is_allowed(call, message):
    with pytest.raises(InputError, match=re.escape(message)):
        call()


def test_what_can_be_read_is_taken():
    """Lists of lists, 0 and 1 for flags, names for symbols and whole numbers as floats are no errors."""
    np.testing.assert_array_equal(product_distribution([[1, 0], [0, 1]]), [[0, 1], [0, 0]])
    np.testing.assert_array_equal(GAME.expected_payoffs([[[0, 0], [0, 1]]]), [[1, 1]])
    assert probability([1, 0]).value == 0.5
    here, row, column = MIXED.lambdify(["V"])([1.0, 3.0])
    np.testing.assert_allclose(row, [0.5, 0.25])
    np.testing.assert_allclose(column, row)
    assert here.all()


def test_values_over_equilibria_of_any_number_of_players():
    """Three who all want to match: the chance that all play 0 is 1 in one equilibrium, 0 in another."""
    table = np.zeros((3, 2, 2, 2))
    table[:, 0, 0, 0] = table[:, 1, 1, 1] = 1.0
    low, high = over_equilibria(nash(Game(table)), np.arange(8).reshape(2, 2, 2) == 0)
    assert (float(low), float(high)) == (0.0, 1.0)
