"""Intervals for what is estimated: probabilities, means, and anything that has replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import finite_floats, list_of, real_floats, share_between, true_or_false
from theory.errors import InputError

LEVEL = 0.95
"""Confidence level of every interval unless another is asked for."""

FEW = 20
"""Hits, or misses, below which the spread of replicates' shares says too little of their error."""


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; ``low == high == value`` if it is exact.

    Examples
    --------
    >>> print(Estimate(0.25, 0.2, 0.3))
    0.25 [0.2, 0.3]
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"

    def to_dict(self) -> dict[str, float]:
        """Value and ends, for a record."""
        return {"value": self.value, "low": self.low, "high": self.high}


def probability(successes: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Share of true entries with its Wilson interval.

    The interval treats the entries as independent draws; for scrambled Sobol points it is conservative (Wilson 1927,
    Journal of the American Statistical Association 22:209-212).

    Parameters
    ----------
    successes
        True or false (1 or 0), one per draw; any shape.
    level
        Confidence of the interval, in (0, 1).

    Returns
    -------
    Estimate
        A share, without unit, within [0, 1].

    Raises
    ------
    InputError
        For entries that are not true or false, no draw, or another level.

    Examples
    --------
    >>> print(probability([True] * 30 + [False] * 70))
    0.3 [0.219, 0.396]
    """
    flags = true_or_false(successes, "successes")
    return probability_of(int(flags.sum()), flags.size, level=level)


def probability_of(successes: int, draws: int, *, level: float = LEVEL) -> Estimate:
    """Share of successes among draws with its Wilson interval: `probability` for what is counted already."""
    from scipy import stats

    level = share_between(level, "level")
    if draws < 1:
        raise InputError("a probability needs at least one draw; none was given")
    interval = stats.binomtest(successes, draws).proportion_ci(level, method="wilson")
    return Estimate(successes / draws, float(interval.low), float(interval.high))


def from_replicates(values: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Mean of independent replicates with its Student t interval.

    This is the interval for randomised quasi-Monte Carlo: each replicate is one scrambled point set, and the
    replicates are independent (Owen 1997; L'Ecuyer and Lemieux 2002).

    Parameters
    ----------
    values
        Shape ``(replicates,)``, at least two, in any unit.
    level
        Confidence of the interval, in (0, 1).

    Returns
    -------
    Estimate
        In the unit of the values; NaN if one of them is.

    Raises
    ------
    InputError
        For fewer than two values, values that are no numbers, or another level.

    Examples
    --------
    >>> print(from_replicates([1.0, 2.0, 3.0]))
    2 [-0.484, 4.48]
    """
    from scipy import stats

    array, level = real_floats(values, "replicates"), share_between(level, "level")
    if array.ndim != 1 or array.size < 2:
        raise InputError(f"replicates have shape {array.shape}; a list of at least two is needed")
    mean = float(array.mean())
    half = float(stats.t.ppf((1 + level) / 2, array.size - 1) * stats.sem(array))
    return Estimate(mean, mean - half, mean + half)


def quantile(values: ArrayLike, share: float, *, level: float = LEVEL) -> Estimate:
    """Quantile of independent draws with the interval between two order statistics that holds it.

    The number of draws below the quantile is binomial, whatever the law of the draws (David and Nagaraja 2003, section
    7.1); an end is infinite where there are too few draws for one.

    Parameters
    ----------
    values
        Any shape.
    share
        In (0, 1); 0.5 for the median.

    Examples
    --------
    >>> print(quantile(np.arange(1, 101), 0.5))
    50 [40, 61]
    """
    from scipy import stats

    draws, share, level = real_floats(values, "values"), share_between(share, "share"), share_between(level, "level")
    draws = np.sort(draws, axis=None)
    if not draws.size:
        raise InputError("a quantile needs at least one draw; none was given")
    below, above = (int(stats.binom.ppf(end, draws.size, share)) for end in ((1 - level) / 2, (1 + level) / 2))
    padded = np.concatenate([[-np.inf], draws, [np.inf]])
    middle = float(np.quantile(draws, share, method="inverted_cdf"))
    return Estimate(middle, float(padded[below]), float(padded[above + 1]))


def ratio_of_means(numerators: ArrayLike, denominators: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Ratio of the means of paired replicates, with its jackknife interval.

    A replicate whose denominator is zero is no obstacle; if all are, the ratio is infinite (or NaN, zero over zero) and
    has no interval (Efron and Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 11).

    Parameters
    ----------
    numerators, denominators
        Shape ``(replicates,)`` each, at least two; entry by entry from the same replicate.
    level
        Confidence of the interval, in (0, 1).

    Returns
    -------
    Estimate
        In the numerators' unit per denominators' unit.

    Raises
    ------
    InputError
        For lists of another shape, entries that are no numbers, or another level.

    Examples
    --------
    >>> ratio_of_means([2.0, 2.0, 2.0], [1.0, 1.0, 0.0]).value
    3.0
    """
    from scipy import stats

    top, bottom = real_floats(numerators, "numerators"), real_floats(denominators, "denominators")
    level = share_between(level, "level")
    if top.shape != bottom.shape or top.ndim != 1 or top.size < 2:
        raise InputError(
            f"replicates have shapes {top.shape} and {bottom.shape}; two equal lists of two or more are needed"
        )
    n = top.size
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.divide(top.sum(), bottom.sum()))
        left_out = (top.sum() - top) / (bottom.sum() - bottom)
    if not np.isfinite(left_out).all():
        return Estimate(ratio, ratio, ratio) if not np.isfinite(ratio) else Estimate(ratio, -np.inf, np.inf)
    error = np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
    half = float(stats.t.ppf((1 + level) / 2, n - 1) * error)
    return Estimate(ratio, ratio - half, ratio + half)


def share_in_replicates(replicates: Sequence[ArrayLike], *, level: float = LEVEL) -> Estimate:
    """Share of true entries over independent replicates, by the rule of `share_of_counts`.

    The draws within a replicate may depend on one another, as points of one scrambled Sobol sequence do; see
    `from_replicates`.

    Parameters
    ----------
    replicates
        True or false for each draw, one array of any shape per replicate, at least two.
    level
        Confidence of the interval, in (0, 1).

    Returns
    -------
    Estimate
        Mean of the replicates' shares, without unit, within [0, 1].

    Raises
    ------
    InputError
        For entries that are not true or false, a replicate without draws, fewer than two replicates, or another level.

    Examples
    --------
    >>> share_in_replicates([[True, False], [False, False]]).value
    0.25
    """
    parts = list_of(replicates, "replicates", "arrays of true or false, one per replicate")
    flags = [true_or_false(part, f"replicates[{k}]").ravel() for k, part in enumerate(parts)]
    if len(flags) < 2:
        raise InputError(f"{len(flags)} replicates are given; at least two are needed")
    return share_of_counts([part.sum() for part in flags], [part.size for part in flags], level=level)


def share_of_counts(successes: ArrayLike, draws: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """`share_in_replicates` for what is counted already: successes and draws of each replicate.

    The interval is Student's t over the replicates' shares, cut to [0, 1]. With fewer than `FEW` hits or misses in all
    the shares are far from normal, and may even be equal by chance; then it is the hull of the t interval and of
    Wilson's for the pooled counts. Wilson's alone is taken where there is no hit, no miss, or one replicate: there is
    no spread then.

    Parameters
    ----------
    successes, draws
        Whole numbers, shape ``(replicates,)`` each; a replicate has at least one draw, and no more hits than draws.
    level
        As for `share_in_replicates`, and so is what is returned.

    Raises
    ------
    InputError
        For a replicate without draws, or counts that are no numbers.

    Examples
    --------
    >>> share_of_counts([1, 0], [2, 2]).value
    0.25
    >>> print(share_of_counts([1, 1, 1], [10, 10, 10]))  # equal shares are no certainty
    0.1 [0.0346, 0.256]
    """
    hits, sizes = finite_floats(successes, "successes"), finite_floats(draws, "draws")
    if (sizes < 1).any():
        raise InputError("a probability needs at least one draw in every replicate; one has none")
    pooled = probability_of(int(hits.sum()), int(sizes.sum()), level=level)
    seen = min(hits.sum(), (sizes - hits).sum())
    if seen == 0 or hits.size == 1:
        return pooled
    spread = from_replicates(hits / sizes, level=level)
    low, high = max(spread.low, 0.0), min(spread.high, 1.0)
    if seen < FEW:
        low, high = min(low, pooled.low), max(high, pooled.high)
    return Estimate(spread.value, low, high)
