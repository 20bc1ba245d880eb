"""Finite populations: published numbers, the absorbing chain itself, and no underflow."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from scipy.special import expit

from theory.errors import InputError
from theory.finite_population import (
    fermi_log_fixation,
    group_payoffs,
    log_fixation_matrix,
    moran_fixation_exact,
    moran_log_fixation,
    pair_payoffs,
    population_state_count,
    small_mutation_distribution,
)

HAWK_DOVE = [[-0.5, 2], [0, 0]]


def dsair(risk: float) -> np.ndarray:
    """Payoffs of Han, Pereira, Santos & Lenaerts 2020 at their parameters: always safe, unsafe, conditionally safe."""
    b, c, W, B, s = 4, 1, 100, 1e4, 1.5
    p = 1 - risk
    both, safe, unsafe, none = -c + b / 2, -c + b / (s + 1), s * b / (s + 1), b / 2
    return np.array(
        [
            [B / (2 * W) + both, safe, B / (2 * W) + both],
            [
                p * (s * B / W + unsafe),
                p * (s * B / (2 * W) + none),
                p * (s * B / W + s / W * (unsafe + (W / s - 1) * none)),
            ],
            [B / (2 * W) + both, s / W * (safe + (W / s - 1) * none), B / (2 * W) + both],
        ]
    )


def chain_fixation(f_invader: np.ndarray, f_resident: np.ndarray, selection: float) -> float:
    """Solve the absorbing birth-death chain of pairwise comparison as a linear system."""
    size = len(f_invader) + 1
    k = np.arange(1, size)
    meeting = k * (size - k) / (size * (size - 1))
    up, down = (meeting * expit(sign * selection * (f_invader - f_resident)) for sign in (1, -1))
    matrix = np.diag(up + down) - np.diag(up[:-1], 1) - np.diag(down[1:], -1)
    return float(np.linalg.solve(matrix, up * (k == size - 1))[0])


def test_hawk_dove_of_egttools() -> None:
    """EGTtools test suite: 0.8641...; the reverse is 1.4e-33, which EGTtools prints as 0."""
    forth = np.exp(fermi_log_fixation(*pair_payoffs(HAWK_DOVE, 100), 1))
    back = np.exp(fermi_log_fixation(*pair_payoffs(HAWK_DOVE, 100, invader=1, resident=0), 1))
    assert float(forth) == pytest.approx(0.8641155742462664, rel=1e-12)
    assert float(back) == pytest.approx(1.4039e-33, rel=1e-4)


def test_groups_of_three_of_egttools() -> None:
    payoffs = [[-0.5, 2, 1, 3], [0, 0, 1, 2]]
    rho = np.exp(fermi_log_fixation(*group_payoffs(payoffs, 100, invader=1), 1))
    assert float(rho) == pytest.approx(0.020104159364630978, rel=1e-9)


def test_moran_of_nashpy_textbook() -> None:
    expected = [Fraction(1, 4), Fraction(2, 11), Fraction(5, 31)]
    assert [moran_fixation_exact([[2, 1], [3, 0]], size) for size in (2, 3, 4)] == expected
    floats = [float(np.exp(moran_log_fixation(*pair_payoffs([[2, 1], [3, 0]], size)))) for size in (2, 3, 4)]
    assert floats == pytest.approx([float(x) for x in expected], rel=1e-14)


def test_race_of_han_and_others() -> None:
    """JAIR 69:881-921: Z = 100, beta = 0.01; AU share at p_r = 0.75, 0.77, 0.80."""
    log_rho = log_fixation_matrix(dsair(0.77)[:2, :2], 100, 0.01)
    assert np.exp([log_rho[0, 1], log_rho[1, 0]]) == pytest.approx([0.000603740379635334, 0.00024207419509974157])
    batch = np.stack([dsair(risk)[:2, :2] for risk in (0.75, 0.77, 0.80)])
    shares = small_mutation_distribution(batch, 100, 0.01)[:, 1]
    assert shares == pytest.approx([0.9605510613970046, 0.7137975599728128, 0.07557824046466102], rel=1e-10)
    three = small_mutation_distribution(dsair(0.77), 100, 0.01)
    assert three == pytest.approx([0.2692474041710692, 0.4562953721509885, 0.27445722367794223], rel=1e-9)


@pytest.mark.parametrize("size", [2, 3, 10, 40])
def test_formula_solves_the_absorbing_chain(size: int) -> None:
    rng = np.random.default_rng(size)
    for payoffs in rng.normal(size=(10, 2, 2)):
        pair = pair_payoffs(payoffs, size)
        assert float(np.exp(fermi_log_fixation(*pair, 0.7))) == pytest.approx(chain_fixation(*pair, 0.7), rel=1e-8)


def test_neutral_invaders_take_over_with_one_in_z() -> None:
    assert np.exp(log_fixation_matrix(np.ones((3, 3)), 7, 5.0)) == pytest.approx(np.full((3, 3), 1 / 7))
    assert np.exp(log_fixation_matrix(HAWK_DOVE, 7, 0.0)) == pytest.approx(np.full((2, 2), 1 / 7))
    assert moran_fixation_exact([[1, 1], [1, 1]], 9, initial=4) == Fraction(4, 9)


def test_constant_advantage_has_the_closed_form() -> None:
    """Nowak 2006, Evolutionary Dynamics, eq. 6.10: (1 - 1/r)/(1 - 1/r^Z)."""
    r, size = 1.2, 30
    expected = (1 - 1 / r) / (1 - r**-size)
    assert float(np.exp(moran_log_fixation([r] * (size - 1), [1.0] * (size - 1)))) == pytest.approx(expected, rel=1e-13)
    assert moran_fixation_exact([[6, 6], [5, 5]], size) == pytest.approx(expected, rel=1e-13)


def test_groups_of_two_are_pairs_and_groups_average_over_all_subsets() -> None:
    a, b, c, d = 1.0, 2.0, 3.5, -1.0
    for invader in (0, 1):
        pairs = pair_payoffs([[a, b], [c, d]], 9, invader=invader, resident=1 - invader)
        groups = group_payoffs([[a, b, 99], [99, c, d]], 9, invader=invader)
        assert np.concatenate(groups) == pytest.approx(np.concatenate(pairs))
    table, size, n = np.random.default_rng(2).normal(size=(2, 5)), 10, 4
    found = group_payoffs(table, size, invader=1)
    for k in range(1, size):
        counts = [comb(k - 1, j) * comb(size - k, n - 1 - j) for j in range(n)]  # j other invaders
        assert found[0][k - 1] == pytest.approx(
            sum(w * table[1, j + 1] for j, w in enumerate(counts)) / comb(size - 1, 3)
        )
        counts = [comb(k, j) * comb(size - k - 1, n - 1 - j) for j in range(n)]
        assert found[1][k - 1] == pytest.approx(sum(w * table[0, j] for j, w in enumerate(counts)) / comb(size - 1, 3))


def test_strong_selection_does_not_underflow() -> None:
    """Two strategies: odds are exp(selection sum of advantages), far beyond what doubles hold."""
    log_rho = log_fixation_matrix(dsair(0.6)[:2, :2], 100, 10.0)
    difference = np.subtract(*pair_payoffs(dsair(0.6)[:2, :2], 100, invader=1, resident=0)).sum() * 10.0
    assert log_rho[0, 1] - log_rho[1, 0] == pytest.approx(difference, rel=1e-12)
    assert log_rho.min() < -1000
    shares = small_mutation_distribution(dsair(0.77), 1000, 10.0)
    assert np.isfinite(shares).all() and shares.sum() == pytest.approx(1, rel=1e-12)


def test_stationary_distribution_balances_the_flows() -> None:
    payoffs = np.random.default_rng(4).normal(size=(6, 4, 4))
    shares = small_mutation_distribution(payoffs, 12, 0.5)
    rates = np.exp(log_fixation_matrix(payoffs, 12, 0.5))
    outflow = shares * (rates.sum(axis=-1) - np.diagonal(rates, axis1=-2, axis2=-1))
    inflow = np.einsum("bi,bij->bj", shares, rates) - shares * np.diagonal(rates, axis1=-2, axis2=-1)
    assert inflow == pytest.approx(outflow, rel=1e-10)


@pytest.mark.parametrize(("scale", "shift"), [(1e-9, 0.0), (1e12, 0.0), (1.0, 1e9)])
def test_units_of_payoffs_are_units_of_selection(scale: float, shift: float) -> None:
    plain = small_mutation_distribution(dsair(0.77), 50, 0.01)
    scaled = small_mutation_distribution(scale * dsair(0.77) + shift, 50, 0.01 / scale)
    assert scaled == pytest.approx(plain, rel=1e-5)


def test_numbers_of_states_of_egttools() -> None:
    assert [population_state_count(*x) for x in ((10, 3), (10, 10), (100, 11))] == [66, 92378, 46897636623981]


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="population_size"):
        pair_payoffs(HAWK_DOVE, 1)
    with pytest.raises(InputError, match="strategies"):
        pair_payoffs(HAWK_DOVE, 5, invader=2)
    with pytest.raises(InputError, match="finite"):
        pair_payoffs([[np.nan, 1], [1, 1]], 5)
    with pytest.raises(InputError, match="groups"):
        group_payoffs(np.zeros((2, 7)), 5)
    with pytest.raises(InputError, match="selection"):
        fermi_log_fixation([1.0], [1.0], -1)
    with pytest.raises(InputError, match="f_resident"):
        fermi_log_fixation([1.0], [np.inf], 1)
    with pytest.raises(InputError, match="positive"):
        moran_log_fixation([0.0], [1.0])
    with pytest.raises(InputError, match="positive"):
        moran_fixation_exact([[1, 1], [-1, 1]], 5)
    with pytest.raises(InputError, match="initial"):
        moran_fixation_exact([[1, 1], [1, 1]], 5, initial=5)
    with pytest.raises(InputError, match="n_strategies"):
        population_state_count(5, 0)
