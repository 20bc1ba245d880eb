"""Evolution in a finite population: fixation of an invader, and the long run under rare mutations.

Definitions
-----------
``Z`` individuals play one of two strategies, the invader's (``k`` of them) or the resident's. Each gets the average
payoff of meeting the others, never itself. In one step the number of invaders goes up by one with probability ``T+``
and down with ``T-``. One invader takes over with probability

    rho = 1 / (1 + sum_{m=1}^{Z-1} prod_{k=1}^{m} T-(k) / T+(k))

(Karlin & Taylor 1975, A First Course in Stochastic Processes, ch. 4). The ratio is

- *pairwise comparison* (Fermi): ``exp(-selection (f_invader - f_resident))`` (Traulsen, Nowak & Pacheco 2006, Phys.
  Rev. E 74:011909);
- *Moran*: ``f_resident / f_invader``, with positive fitness (Nowak, Sasaki, Taylor & Fudenberg 2004, Nature
  428:646-650).

Everything is done in logarithms: the products of ratios underflow for quite ordinary populations, and a probability
printed as 0 is then passed on as "never".
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, whole_number
from theory.errors import InputError

FloatArray = NDArray[np.float64]


# -- payoffs by number of invaders -----------------------------------------------------------------


def pair_payoffs(
    payoffs: ArrayLike, population_size: int, *, invader: int = 0, resident: int = 1
) -> tuple[FloatArray, FloatArray]:
    """Average payoffs of an invader and of a resident, when all play pairwise games.

    Parameters
    ----------
    payoffs
        Shape ``(*batch, S, S)``: what the row strategy gets against the column strategy.
    population_size
        ``Z``, at least 2.

    Returns
    -------
    two arrays of shape ``(*batch, Z-1)``
        Of the invader and of the resident, for ``k = 1 ... Z-1`` invaders.

    Raises
    ------
    InputError
        For wrong shapes, payoffs that are not finite, or strategies that do not exist.

    Examples
    --------
    >>> pair_payoffs([[2, 1], [3, 0]], 3)
    (array([1. , 1.5]), array([1.5, 3. ]))
    """
    matrix, size = _payoffs(payoffs), _size(population_size)
    n = matrix.shape[-1]
    if matrix.shape[-2] != n or not (0 <= invader < n and 0 <= resident < n):
        raise InputError(
            f"payoffs has shape {matrix.shape}, strategies {invader} and {resident}; (*batch, S, S) with both"
        )
    k = np.arange(1, size)
    a, b = matrix[..., invader, invader, np.newaxis], matrix[..., invader, resident, np.newaxis]
    c, d = matrix[..., resident, invader, np.newaxis], matrix[..., resident, resident, np.newaxis]
    others = size - 1
    return ((k - 1) * a + (size - k) * b) / others, (k * c + (size - k - 1) * d) / others


def group_payoffs(payoffs: ArrayLike, population_size: int, *, invader: int = 0) -> tuple[FloatArray, FloatArray]:
    """Average payoffs of an invader and of a resident, when all play in random groups of ``n``.

    Parameters
    ----------
    payoffs
        Shape ``(*batch, 2, n+1)``: entry ``[s, c]`` is what a player of strategy ``s`` gets in a group in which ``c``
        of the ``n`` members play strategy 1. The entries ``[0, n]`` and ``[1, 0]`` describe nobody and are ignored.
    population_size
        ``Z``, at least ``n``.
    invader
        Strategy of the invader, 0 or 1; the resident plays the other one.

    Returns
    -------
    two arrays of shape ``(*batch, Z-1)``

    Raises
    ------
    InputError
        For wrong shapes, payoffs that are not finite, or a population smaller than a group.

    Notes
    -----
    The other members are drawn without replacement (Gokhale & Traulsen 2010, PNAS 107:5500-5504).

    Examples
    --------
    Groups of two are pairs:

    >>> group_payoffs([[2, 1, 0], [0, 3, 0]], 3)
    (array([1. , 1.5]), array([1.5, 3. ]))
    """
    from scipy.stats import hypergeom

    table, size = _payoffs(payoffs), _size(population_size)
    n = table.shape[-1] - 1
    if table.shape[-2] != 2 or not 2 <= n <= size or invader not in (0, 1):
        raise InputError(
            f"payoffs has shape {table.shape}, population {size}, invader {invader}; it must be (*batch, 2, n+1) with "
            "groups of 2 <= n <= population, and invader 0 or 1"
        )
    if invader == 0:  # count members of the invader's strategy instead
        table = table[..., ::-1, ::-1]
    k, rivals = np.arange(1, size)[:, np.newaxis], np.arange(n)  # invaders in the population, among the other members
    met_by_invader = np.asarray(hypergeom.pmf(rivals, size - 1, k - 1, n - 1))
    met_by_resident = np.asarray(hypergeom.pmf(rivals, size - 1, k, n - 1))
    return table[..., 1, 1:] @ met_by_invader.T, table[..., 0, :-1] @ met_by_resident.T


# -- fixation --------------------------------------------------------------------------------------


def fermi_log_fixation(f_invader: ArrayLike, f_resident: ArrayLike, selection: ArrayLike) -> FloatArray:
    """Log of the probability that one invader takes over, by pairwise comparison.

    Parameters
    ----------
    f_invader, f_resident
        Shape ``(*batch, Z-1)``: payoffs for ``k = 1 ... Z-1`` invaders.
    selection
        Strength of selection, one number or shape ``batch``: per unit of payoff, so payoffs in other units need
        another one.

    Returns
    -------
    array of shape ``batch``

    Raises
    ------
    InputError
        For values that are not finite, or a negative ``selection``.

    Examples
    --------
    >>> hawk_dove = [[-0.5, 2], [0, 0]]
    >>> float(np.exp(fermi_log_fixation(*pair_payoffs(hawk_dove, 100), selection=1)))
    0.8641
    >>> reverse = pair_payoffs(hawk_dove, 100, invader=1, resident=0)
    >>> f"{np.exp(fermi_log_fixation(*reverse, selection=1)):.5g}"
    '1.4039e-33'
    """
    strength = finite_floats(selection, "selection")
    if not strength.size or not (strength >= 0).all():
        raise InputError(f"selection is {selection!r}; it must be finite and not negative")
    invader, resident = _of_one_shape(f_invader, f_resident)
    advantage = invader - resident
    return _log_fixation(-strength[..., np.newaxis] * advantage)


def moran_log_fixation(f_invader: ArrayLike, f_resident: ArrayLike) -> FloatArray:
    """Log of the probability that one invader takes over, by birth and death (Moran), with these fitnesses.

    Parameters
    ----------
    f_invader, f_resident
        Shape ``(*batch, Z-1)``: positive fitness for ``k = 1 ... Z-1`` invaders.

    Raises
    ------
    InputError
        For fitness that is not positive.

    Examples
    --------
    >>> float(np.exp(moran_log_fixation(*pair_payoffs([[2, 1], [3, 0]], 2))))
    0.25
    """
    invader, resident = _of_one_shape(f_invader, f_resident)
    if not (invader > 0).all() or not (resident > 0).all():
        raise InputError("fitness in a Moran process must be positive; add a background fitness to the payoffs")
    return _log_fixation(np.log(resident) - np.log(invader))


def moran_fixation_exact(
    payoffs: Sequence[Sequence[int | Fraction]], population_size: int, *, invader: int = 0, initial: int = 1
) -> Fraction:
    """Exact probability that ``initial`` invaders take over in the Moran process.

    Parameters
    ----------
    payoffs
        Two by two integers or fractions; the average payoff is the fitness.
    initial
        Number of invaders at the start, 1 ... Z-1.

    Raises
    ------
    InputError
        For wrong shapes, or fitness that is not positive.

    Examples
    --------
    >>> [str(moran_fixation_exact([[2, 1], [3, 0]], size)) for size in (2, 3, 4)]
    ['1/4', '2/11', '5/31']
    """
    size = _size(population_size)
    try:
        table = [[Fraction(value) for value in row] for row in payoffs]
    except (TypeError, ValueError, OverflowError):
        table = []
    if [len(row) for row in table] != [2, 2] or invader not in (0, 1) or not 1 <= initial < size:
        raise InputError(f"payoffs {payoffs!r}, invader {invader}, initial {initial}; 2 x 2, 0 or 1, 1 ... {size - 1}")
    i, r = invader, 1 - invader
    fitness = [
        ((k - 1) * table[i][i] + (size - k) * table[i][r], k * table[r][i] + (size - k - 1) * table[r][r])
        for k in range(1, size)
    ]
    if min(min(pair) for pair in fitness) <= 0:
        raise InputError("fitness in a Moran process must be positive; add a background fitness to the payoffs")
    products = list(accumulate((res / inv for inv, res in fitness), lambda x, y: x * y, initial=Fraction(1)))
    return sum(products[:initial], Fraction(0)) / sum(products, Fraction(0))


# -- the long run under rare mutations -------------------------------------------------------------


def log_fixation_matrix(payoffs: ArrayLike, population_size: int, selection: ArrayLike) -> FloatArray:
    """Log fixation probabilities by pairwise comparison between all pairs of strategies.

    Returns
    -------
    array of shape ``(*batch, S, S)``
        Entry ``[i, j]``: one ``j`` in a population of ``i``; on the diagonal, of a neutral mutant: ``-log Z``.

    Raises
    ------
    InputError
        As `pair_payoffs` and `fermi_log_fixation`.

    Examples
    --------
    >>> np.exp(log_fixation_matrix([[1, 1], [1, 1]], 4, selection=3))
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    n = _payoffs(payoffs).shape[-1]
    rows = [
        [
            fermi_log_fixation(*pair_payoffs(payoffs, population_size, invader=j, resident=i), selection)
            for j in range(n)
        ]
        for i in range(n)
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def small_mutation_distribution(payoffs: ArrayLike, population_size: int, selection: ArrayLike) -> FloatArray:
    """Share of time that the population spends in each strategy when mutations are rare.

    Between mutations the population is uniform; a mutant of any other strategy, all equally likely, takes over with
    its fixation probability (Fudenberg & Imhof 2006, J. Econ. Theory 131:251-262). The chain is solved in logarithms
    without subtractions, so that it is right where the probabilities themselves underflow.

    Parameters
    ----------
    payoffs
        Shape ``(*batch, S, S)``.
    population_size
        ``Z``, at least 2.
    selection
        One number or shape ``batch``.

    Returns
    -------
    array of shape ``(*batch, S)``

    Raises
    ------
    InputError
        As `log_fixation_matrix`.

    Examples
    --------
    >>> small_mutation_distribution([[3, 0], [5, 1]], 50, selection=0.05)
    array([0.0208, 0.9792])
    """
    return rare_mutation_distribution(log_fixation_matrix(payoffs, population_size, selection))


def rare_mutation_distribution(log_fixation: ArrayLike) -> FloatArray:
    """Share of time in each strategy from the fixation probabilities between them, by whatever process.

    Parameters
    ----------
    log_fixation
        Shape ``(*batch, S, S)``: entry ``[i, j]`` is the log of the probability that one ``j`` takes over a population
        of ``i``; the diagonal does not matter.

    Returns
    -------
    array of shape ``(*batch, S)``

    Raises
    ------
    InputError
        If it is no square table, or has NaN.

    Examples
    --------
    >>> rare_mutation_distribution(np.log([[1, 0.3], [0.1, 1]]))
    array([0.25, 0.75])
    """
    try:
        log_rates = np.array(log_fixation, float)
    except (TypeError, ValueError):
        raise InputError(f"log_fixation is {str(log_fixation)[:60]}; it must be a table of numbers") from None
    if log_rates.ndim < 2 or log_rates.shape[-1] != log_rates.shape[-2] or np.isnan(log_rates).any():
        raise InputError(f"log_fixation has shape {log_rates.shape}; it must be (*batch, S, S), without NaN")
    n = log_rates.shape[-1]
    if not np.isfinite(log_rates[..., ~np.eye(n, dtype=bool)]).all():
        raise InputError(
            "log_fixation has an infinite entry: no strategy can be shut out; logs of tiny chances are finite"
        )
    for k in range(n - 1, 0, -1):  # Grassmann, Taksar & Heyman 1985: take out strategy k
        log_rates[..., :k, k] -= _log_sum(log_rates[..., k, :k])[..., np.newaxis]
        around = log_rates[..., :k, k, np.newaxis] + log_rates[..., k, np.newaxis, :k]
        log_rates[..., :k, :k] = np.logaddexp(log_rates[..., :k, :k], around)
    log_weight = np.zeros(log_rates.shape[:-1])
    for k in range(1, n):
        log_weight[..., k] = _log_sum(log_weight[..., :k] + log_rates[..., :k, k])
    return np.exp(log_weight - _log_sum(log_weight)[..., np.newaxis])


def population_state_count(population_size: int, n_strategies: int) -> int:
    """Number of compositions of a population: ways to split ``Z`` among strategies.

    Raises
    ------
    InputError
        If there are no strategies, or fewer than two individuals.

    Examples
    --------
    >>> population_state_count(10, 3)
    66
    """
    n_strategies = whole_number(n_strategies, "n_strategies")
    return comb(_size(population_size) + n_strategies - 1, n_strategies - 1)


# -- small helpers ---------------------------------------------------------------------------------


def _log_fixation(log_ratios: FloatArray) -> FloatArray:
    """Log of ``1 / (1 + sum of cumulative products)`` from logs of the ratios ``T-/T+`` along the last axis."""
    products = np.cumsum(log_ratios, axis=-1)
    return np.asarray(-np.logaddexp(0.0, _log_sum(products)))


def _log_sum(logs: FloatArray) -> FloatArray:
    """Log of the sum of exponentials along the last axis."""
    return np.asarray(np.logaddexp.reduce(logs, axis=-1))


def _payoffs(payoffs: ArrayLike) -> FloatArray:
    matrix = finite_floats(payoffs, "payoffs")
    if matrix.ndim < 2 or 0 in matrix.shape:
        raise InputError(f"payoffs has shape {matrix.shape}; it must be a table of finite numbers")
    return matrix


def _of_one_shape(f_invader: ArrayLike, f_resident: ArrayLike) -> tuple[FloatArray, FloatArray]:
    invader, resident = _by_invaders(f_invader, "f_invader"), _by_invaders(f_resident, "f_resident")
    if invader.shape[-1] != resident.shape[-1]:
        raise InputError(
            f"f_invader has {invader.shape[-1]} entries and f_resident {resident.shape[-1]}; as many needed"
        )
    return invader, resident


def _by_invaders(values: ArrayLike, name: str) -> FloatArray:
    array = finite_floats(values, name)
    if array.ndim < 1 or not array.shape[-1]:
        raise InputError(f"{name} has shape {array.shape}; it must be finite, one entry per number of invaders")
    return array


def _size(population_size: int) -> int:
    return whole_number(population_size, "population_size", 2)
