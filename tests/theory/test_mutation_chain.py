"""Populations with mutation against the chain solved by brute force, closed forms and what the literature selects."""

import itertools

import numpy as np
import pytest
from scipy.special import expit

from theory.errors import InputError
from theory.finite_population import (
    moran_log_fixation,
    pair_payoffs,
    rare_mutation_distribution,
    small_mutation_distribution,
)
from theory.mutation_chain import moran_distribution, mutation_distribution, population_states, stochastic_stability

RACE = [[3, 0], [5, 1]]
CYCLE = np.array([[1, 0, 2], [2, 1, 0], [0, 2.5, 1.0]])
YOUNG = [[6, 0, 0], [5, 7, 5], [0, 5, 8]]


def brute_force(payoffs, size, selection, mutation):
    """Transition matrix by drawing all revisers, models and coins, and its left eigenvector."""
    table, n = np.asarray(payoffs, float), len(payoffs)
    states = [s for s in itertools.product(range(size + 1), repeat=n) if sum(s) == size]
    place = {s: k for k, s in enumerate(states)}
    chain = np.zeros((len(states), len(states)))
    for s in states:
        members = [a for a in range(n) for _ in range(s[a])]
        pay = [sum(table[a, b] for k, b in enumerate(members) if k != members.index(a)) / (size - 1) for a in range(n)
               if a in members]  # fmt: skip
        payoff = dict(zip([a for a in range(n) if a in members], pay, strict=True))
        for i, a in enumerate(members):
            for b in range(n):
                if b != a:
                    to = list(s)
                    to[a] -= 1
                    to[b] += 1
                    chain[place[s], place[tuple(to)]] += mutation / (n - 1) / size
            for j, b in enumerate(members):
                if j != i and b != a:
                    to = list(s)
                    to[a] -= 1
                    to[b] += 1
                    copy = expit(selection * (payoff[b] - payoff[a]))
                    chain[place[s], place[tuple(to)]] += (1 - mutation) * copy / size / (size - 1)
    chain += np.diag(1 - chain.sum(axis=1))
    system = np.vstack([chain.T - np.eye(len(states)), np.ones(len(states))])
    return states, np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1), rcond=None)[0]


@pytest.mark.parametrize(
    ("payoffs", "size"), [(RACE, 12), (CYCLE, 7), (np.random.default_rng(3).normal(size=(4, 4)), 4)]
)
@pytest.mark.parametrize("mutation", [0.01, 0.3])
def test_every_state_as_by_brute_force(payoffs, size, mutation):
    states, expected = brute_force(payoffs, size, 0.8, mutation)
    found = mutation_distribution(payoffs, size, 0.8, mutation)
    assert [tuple(s) for s in found.states.tolist()] == states
    assert found.shares == pytest.approx(expected, rel=1e-8)


def test_two_strategies_have_the_product_form():
    """A birth-death chain: shares are products of ratios, here far below the smallest double."""
    size, selection, mutation = 300, 5.0, 1e-3
    found = mutation_distribution(RACE, size, selection, mutation)
    k = np.arange(size + 1)  # who restrain
    gap = ((k - 1) * 3 - (k * 5 + (size - k - 1))) / (size - 1)
    log_copy = [-np.logaddexp(0, -selection * sign * gap) for sign in (1, -1)]
    meet = k * (size - k) / size / (size - 1)
    with np.errstate(divide="ignore"):
        up = np.logaddexp(np.log((1 - mutation) * meet) + log_copy[0], np.log(mutation * (size - k) / size))
        down = np.logaddexp(np.log((1 - mutation) * meet) + log_copy[1], np.log(mutation * k / size))
    expected = np.concatenate([[0], np.cumsum(up[:-1] - down[1:])])
    assert found.log_shares - found.log_shares[0] == pytest.approx(expected, rel=1e-10)
    assert found.log_shares.min() < -745  # exp of it is zero
    assert found.shares.sum() == pytest.approx(1)


def test_rare_mutations_are_the_small_mutation_limit():
    size = 20
    corners = [tuple(int(v) for v in size * row) for row in np.eye(3)]
    limit = small_mutation_distribution(CYCLE, size, 0.5)
    gaps = []
    for mutation in (1e-4, 1e-6, 1e-8):
        found = mutation_distribution(CYCLE, size, 0.5, mutation)
        shares = dict(zip(map(tuple, found.states.tolist()), found.shares, strict=True))
        gaps.append(max(abs(shares[c] - x) for c, x in zip(corners, limit, strict=True)))
    assert gaps[0] > 30 * gaps[1] > 900 * gaps[2] and gaps[2] < 1e-6


def test_without_selection_all_strategies_are_alike():
    found = mutation_distribution(CYCLE, 15, 0.0, 0.05)
    assert found.mean_shares == pytest.approx([1 / 3] * 3)
    assert mutation_distribution(1e9 * CYCLE + 7e9, 15, 1e-9, 0.05).log_shares == pytest.approx(
        mutation_distribution(CYCLE, 15, 1.0, 0.05).log_shares, rel=1e-6
    )


@pytest.mark.parametrize("size", [20, 21, 60])
def test_the_risk_dominant_convention_is_selected(size):
    """Kandori, Mailath & Rob 1993; Young 1993: the cost of leaving is the number whose mistakes make leaving best."""
    found = stochastic_stability([[9, 0], [8, 7]], size)
    assert found.stable.tolist() == [[0, size]]
    stag = found.potentials[-1]
    hunters = next(m for m in range(size) if 9 * m >= 8 * m + 7 * (size - 1 - m))  # that make one of the rest join
    farmers = next(m for m in range(size) if 8 * (size - 1 - m) + 7 * m >= 9 * (size - 1 - m))
    assert stag == hunters - farmers


@pytest.mark.parametrize("size", [30, 60])
def test_young_s_example(size):
    """Young 1993, p. 72: the middle convention, though the third is risk-dominant against it: mistakes of a third kind
    cost less on the way from the third to the middle one."""
    assert stochastic_stability(YOUNG, size).stable.tolist() == [[0, size, 0]]


def test_logit_mistakes_select_the_potential_maximiser():
    """Blume 1993: of common interest the best convention, whatever uniform mistakes would say."""
    common = np.diag([2.0, 1.0, 1.5])
    common[0, 1] = common[1, 0] = -9.0
    found = stochastic_stability(common, 20, mistakes="logit")
    assert found.stable.tolist() == [[20, 0, 0]]
    potential = np.array([0.5 * (s @ common @ s - np.diag(common) @ s) / 19 for s in found.states])
    assert found.potentials == pytest.approx(potential.max() - potential, abs=1e-9)


def test_potentials_are_limits_of_the_distribution_with_mistakes():
    """The chain of best replies with mistakes, its stationary distribution at two rates: the power of the rate."""
    size = 5
    found = stochastic_stability(YOUNG, size)
    table, states = np.array(YOUNG, float), found.states
    place = {tuple(s): k for k, s in enumerate(states.tolist())}
    logs = []
    for mistake in (1e-5, 1e-6):
        chain = np.zeros((len(states), len(states)))
        for s in states:
            for a in np.flatnonzero(s):
                reply = (s - np.eye(3, dtype=int)[a]) @ table.T
                for b in range(3):
                    to = tuple(s - np.eye(3, dtype=int)[a] + np.eye(3, dtype=int)[b])
                    chain[place[tuple(s)], place[to]] += (1 if reply[b] >= reply.max() - 1e-9 else mistake) * s[a]
        rates = chain - np.diag(np.diag(chain))
        work = rates.copy()  # elimination without subtractions, in plain numbers
        for k in range(len(work) - 1, 0, -1):
            work[:k, k] /= work[k, :k].sum()
            work[:k, :k] += np.outer(work[:k, k], work[k, :k])
        weight = np.zeros(len(work))
        weight[0] = 1
        for k in range(1, len(work)):
            weight[k] = weight[:k] @ work[:k, k]
        logs.append(np.log10(weight / weight.sum()))
    assert (logs[0] - logs[1]).round(2) == pytest.approx(found.potentials, abs=0.02)


def test_states_and_refusals():
    assert len(population_states(10, 4)) == 286
    with pytest.raises(InputError, match="at most 4096"):
        population_states(200, 3)
    with pytest.raises(InputError, match="mutation is 0"):
        mutation_distribution(RACE, 5, 1.0, 0)
    with pytest.raises(InputError, match="square table"):
        mutation_distribution([[1, 2, 3]], 5, 1.0, 0.1)
    with pytest.raises(InputError, match="mistakes is"):
        stochastic_stability(RACE, 5, mistakes="none")


def moran_by_brute_force(payoffs, size, selection, mutation):
    """Transition matrix by drawing all parents, mutations and deaths, and its left eigenvector."""
    table, n = np.asarray(payoffs, float), len(payoffs)
    states = [s for s in itertools.product(range(size + 1), repeat=n) if sum(s) == size]
    place = {s: k for k, s in enumerate(states)}
    chain = np.zeros((len(states), len(states)))
    for s in states:
        members = [a for a in range(n) for _ in range(s[a])]
        fitness = np.array([
            1 - selection + selection * sum(table[a, b] for k, b in enumerate(members) if k != i) / (size - 1)
            for i, a in enumerate(members)
        ])  # fmt: skip
        for parent, birth in zip(members, fitness / fitness.sum(), strict=True):
            for child in range(n):
                chance = birth * (1 - mutation if child == parent else mutation / (n - 1))
                for dead in members:
                    to = list(s)
                    to[child] += 1
                    to[dead] -= 1
                    chain[place[s], place[tuple(to)]] += chance / size
    system = np.vstack([chain.T - np.eye(len(states)), np.ones(len(states))])
    return states, np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1), rcond=None)[0]


@pytest.mark.parametrize(
    ("payoffs", "size"), [(RACE, 12), (CYCLE, 7), (np.random.default_rng(3).uniform(size=(4, 4)), 4)]
)
@pytest.mark.parametrize(("selection", "mutation"), [(0.8, 0.01), (0.3, 0.4), (0.0, 1.0)])
def test_birth_and_death_as_by_brute_force(payoffs, size, selection, mutation):
    states, expected = moran_by_brute_force(payoffs, size, selection, mutation)
    found = moran_distribution(payoffs, size, selection, mutation)
    assert [tuple(s) for s in found.states.tolist()] == states
    assert found.shares == pytest.approx(expected, rel=1e-8)


def test_rare_mutations_of_birth_and_death_are_moran_fixations():
    size, payoffs = 15, np.array([[3, 1, 2], [4, 2, 1], [1, 3, 2.5]])
    log_fixation = np.zeros((3, 3))
    for resident, invader in itertools.permutations(range(3), 2):
        pair = pair_payoffs(payoffs, size, invader=invader, resident=resident)
        log_fixation[resident, invader] = moran_log_fixation(*pair)
    limit = rare_mutation_distribution(log_fixation)
    assert moran_distribution(payoffs, size, 1.0, 1e-10).mean_shares == pytest.approx(limit, abs=1e-6)


@pytest.mark.parametrize(
    ("payoffs", "selection", "mutation", "words"),
    [
        (RACE, 1.0, 0.1, "fitness"),  # one who restrains among racers gets 0
        (CYCLE - 1, 0.9, 0.1, "fitness"),
        (CYCLE, 1.1, 0.1, "selection"),
        (CYCLE, 0.5, 0.0, "mutation"),
        (CYCLE, np.nan, 0.1, "selection"),
    ],
)
def test_bad_input_of_birth_and_death(payoffs, selection, mutation, words):
    with pytest.raises(InputError, match=words):
        moran_distribution(payoffs, 6, selection, mutation)


def test_a_whole_number_may_be_a_float():
    assert mutation_distribution(np.eye(2), 20.0, 0.1, 0.1).states.tolist() == [[k, 20 - k] for k in range(21)]
