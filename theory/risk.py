"""Overspending and underinvesting, measured in hindsight.

Player ``i`` chose ``k_i`` before the state ``theta`` was known. With ``k_i*`` the best reply to the others'
choices in that state, the hindsight loss is ``L_i = pi_i(k_i*; theta) - pi_i(k_i; theta) >= 0`` and

    overspend O_i = L_i where k_i > k_i*,      underinvest U_i = L_i where k_i < k_i*,      L_i = O_i + U_i.

``lambda_i = E[U_i] / E[O_i]`` is the loss asymmetry: above one, being too small costs more than being too large.
It compares losses at the choice that was made and says nothing about whether the game is a dilemma.

CVaR at level 0.95 is the mean of the worst twentieth (Rockafellar and Uryasev 2000). Intervals come from
independent replicates of the states (randomised quasi-Monte Carlo).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import axis_of, finite_floats, share_between, whole_number
from theory.best_replies import best_reply
from theory.continuous import ContinuousGame
from theory.continuous_solution import ContinuousSolution
from theory.display import aligned
from theory.errors import InputError
from theory.generators import require_generator
from theory.intervals import LEVEL, Estimate, from_replicates, ratio_of_means

Floats = NDArray[np.float64]

_ROUNDING = 1e-12  # losses below this share of the payoff's range are rounding, not regret


class HasStates(Protocol):
    """A model whose payoffs can be drawn: the protocol that `hindsight_split` asks for."""

    def realised_game(self, states: int, rng: np.random.Generator) -> ContinuousGame:
        """Games in drawn states of the world, a batch of shape ``(states, *batch)``."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class HindsightSplit:
    """Hindsight losses of each player, split; arrays of shape ``(replicates, states, *batch, N)``.

    ``excess`` is by how much the choice exceeds the best reply, ``k_i - k_i*``, in the unit of the choices, and zero
    where there is no loss. The methods give, per player, estimates over all states and draws together.
    """

    players: tuple[str, ...]
    overspend: Floats
    underinvest: Floats
    excess: Floats

    @property
    def loss(self) -> Floats:
        """``L = O + U``."""
        return self.overspend + self.underinvest

    def _estimate(self, player: int, statistic: str) -> Estimate:
        replicates = len(self.overspend)
        over = self.overspend[..., player].reshape(replicates, -1)
        under = self.underinvest[..., player].reshape(replicates, -1)
        compute: dict[str, Callable[[], Floats]] = {
            "P(overspend)": lambda: np.asarray((over > 0).mean(axis=1)),
            "E[overspend]": lambda: np.asarray(over.mean(axis=1)),
            "CVaR95[overspend]": lambda: cvar_of_replicate(over, axis=1),
            "P(underinvest)": lambda: np.asarray((under > 0).mean(axis=1)),
            "E[underinvest]": lambda: np.asarray(under.mean(axis=1)),
            "CVaR95[underinvest]": lambda: cvar_of_replicate(under, axis=1),
        }
        if statistic == "lambda":
            return ratio_of_means(under.mean(axis=1), over.mean(axis=1))
        return from_replicates(compute[statistic]())

    def table(self) -> dict[str, dict[str, Estimate]]:
        """Per player: probability, mean and CVaR of overspending and underinvesting, and lambda.

        Losses are in the payoff's unit.
        """
        return {player: {name: self._estimate(i, name) for name in STATISTICS} for i, player in enumerate(self.players)}

    def amounts(self) -> dict[str, dict[str, Estimate]]:
        """Per player: how much too much and too little was chosen, on average over all states, in the choices' unit."""
        lanes = np.moveaxis(self.excess, -1, 0).reshape(len(self.players), len(self.excess), -1)
        return {
            player: {
                "E[too much]": from_replicates(np.maximum(own, 0).mean(axis=1)),
                "E[too little]": from_replicates(np.maximum(-own, 0).mean(axis=1)),
            }
            for player, own in zip(self.players, lanes, strict=True)
        }

    def __repr__(self) -> str:
        rows = [[player, *(f"{each.value:.4g}" for each in found.values())] for player, found in self.table().items()]
        return "\n".join(aligned([["", *STATISTICS], *rows]))


STATISTICS = (
    "P(overspend)",
    "E[overspend]",
    "CVaR95[overspend]",
    "P(underinvest)",
    "E[underinvest]",
    "CVaR95[underinvest]",
    "lambda",
)
"""What `HindsightSplit.table` reports."""


def hindsight_split(
    model: HasStates,
    solution: ContinuousSolution | ArrayLike,
    *,
    rng: np.random.Generator,
    states: int = 1024,
    replicates: int = 8,
) -> HindsightSplit:
    """Split the hindsight loss at a choice into overspending and underinvesting.

    Parameters
    ----------
    model
        Anything with ``realised_game(states, rng)``; for a batch of draws, on the same draws as the choices.
    solution
        A certified solution (its first equilibrium is used), or choices of shape ``(*batch, N)``.
    states, replicates
        States per replicate (a power of two), and independent replicates for the intervals.

    Returns
    -------
    HindsightSplit
        Losses of shape ``(replicates, states, *batch, N)``, in the unit of the payoffs.

    Raises
    ------
    InputError
        If the solution holds draws without a certified equilibrium or does not fit the model, fewer than two replicates
        are asked for, the model has no states of the world, or ``rng`` is no generator.

    Examples
    --------
    >>> from models import ComputeRace
    >>> from theory import nash
    >>> race = ComputeRace()
    >>> split = hindsight_split(race, nash(race.continuous_game()), rng=np.random.default_rng(1), states=64)
    >>> bool((split.loss >= 0).all())
    True
    """
    replicates, states = whole_number(replicates, "replicates", 2), whole_number(states, "states", 2)
    if not hasattr(model, "realised_game"):
        raise InputError(f"hindsight_split takes a model with states of the world, not {type(model).__name__}")
    given = solution.only() if isinstance(solution, ContinuousSolution) else solution
    streams = require_generator(rng).spawn(replicates)
    parts = [_split(model.realised_game(states, stream), given) for stream in streams]
    losses = [np.stack(columns) for columns in zip(*(found for _, found in parts), strict=True)]
    return HindsightSplit(parts[0][0], *losses)


def _split(game: ContinuousGame, given: ArrayLike) -> tuple[tuple[str, ...], tuple[Floats, Floats, Floats]]:
    """Players; overspending, underinvesting and excess."""
    chosen = game.choices_within(given)
    if not np.isfinite(chosen).all():
        raise InputError(
            "some choices are NaN: draws without a certified equilibrium, to be left out; solution.count tells which"
        )
    x = np.broadcast_to(chosen, (*game.batch_shape, game.n_players))
    over, under, excess = np.empty(x.shape), np.empty(x.shape), np.empty(x.shape)
    for i in range(game.n_players):
        reply, value, spread = best_reply(game, x, i, levels=33, zooms=16)
        loss = value - game.payoff_of(i, x)
        loss = np.where(loss > _ROUNDING * spread, loss, 0.0)
        over[..., i] = np.where(x[..., i] > reply, loss, 0.0)
        under[..., i] = np.where(x[..., i] < reply, loss, 0.0)
        excess[..., i] = np.where(loss > 0, x[..., i] - reply, 0.0)
    return game.players, (over, under, excess)


def cvar(losses: ArrayLike, level: float | list[float] | tuple[float, ...] = 0.95, *, axis: int = -1) -> Floats:
    """Conditional value at risk of a sample: the mean of the worst ``1 - level`` share of it.

    The quantile's atom is split so that exactly that share is averaged (Rockafellar and Uryasev 2002).

    Parameters
    ----------
    losses
        Equally likely losses along ``axis``, in any unit; the larger the worse.
    level
        In (0, 1); or several, which then lead.

    Returns
    -------
    array
        Shape of ``losses`` without ``axis``, in their unit; ``(levels, ...)`` if several are given.

    Raises
    ------
    InputError
        For another level, no losses, or losses that are not finite numbers.

    Examples
    --------
    >>> float(cvar(np.arange(1, 101)))  # mean of the five largest
    98.0
    """
    levels = list(level) if isinstance(level, list | tuple) else [level]
    if not levels:
        raise InputError(f"level is {level}; give at least one")
    sample, shares = _sample(losses), [share_between(one, "level") for one in levels]
    array = np.sort(np.moveaxis(sample, axis_of(axis, sample.ndim), -1), axis=-1)
    means = [_worst(array, share) for share in shares]
    return np.stack(means) if isinstance(level, list | tuple) else means[0]


def _worst(ordered: Floats, level: float) -> Floats:
    """Mean of the worst ``1 - level`` share along the last axis of losses in order."""
    weight = _tail_weights(ordered.shape[-1], level)
    return np.asarray((ordered[..., -weight.size :] * weight).sum(axis=-1) / weight.sum())


def _tail_weights(size: int, level: float) -> Floats:
    """Weights of the worst of so many losses in order: one, and what is left for the one that the quantile splits."""
    first = int(level * size)  # no loss before it counts
    return np.asarray(np.clip(np.arange(first + 1, size + 1) - level * size, 0.0, 1.0))


def cvar_of_replicate(losses: ArrayLike, level: float = 0.95, *, axis: int = -1) -> Floats:
    """`cvar` of one replicate, freed of most of its bias, for `from_replicates`.

    The mean of a small sample's tail lies below that of the law, about in inverse proportion to its size, and the mean
    over replicates keeps that bias while its interval shrinks. Halves have it twice, so twice the whole less the mean
    of its halves is rid of it (Quenouille 1956, Biometrika 43:353-360); of large samples it is the same as `cvar`. The
    memory needed does not grow with the replicates, as that of pooled losses would. Losses that hang together, as the
    states of one draw, should lie side by side, as the halves are the first and the second.

    Parameters
    ----------
    losses, level, axis
        As for `cvar`; one level.

    Returns
    -------
    array
        As of `cvar`, which it is never below; of few losses it can be above the worst.

    Examples
    --------
    >>> float(cvar_of_replicate([1.0, 2.0, 3.0, 4.0], 0.75))  # the worst quarter: 4 of all, 2 and 4 of the halves
    5.0
    """
    sample = _sample(losses)
    lanes = np.moveaxis(sample, axis_of(axis, sample.ndim), -1)
    size, half = lanes.shape[-1], lanes.shape[-1] // 2
    whole = cvar(lanes, level)
    if not half:
        return whole
    parts = half * cvar(lanes[..., :half], level) + (size - half) * cvar(lanes[..., half:], level)
    return np.asarray(2 * whole - parts / size)


def cvar_estimate(losses: ArrayLike, level: float = 0.95, *, confidence: float = LEVEL) -> Estimate:
    """`cvar` of independent losses with its interval, from the order statistics beyond the quantile.

    With ``q`` the quantile and ``m = (1 - level) n`` losses beyond it, the variance of the mean of the tail is
    ``(Var(L | tail) + level (CVaR - q)^2) / m``: where the tail begins is estimated too (Manistre and Hancock 2005,
    North American Actuarial Journal 9(2), 129-156). The tail is that of `cvar`: of losses tied at the quantile only as
    many count as belong to it. For replicated quasi-Monte Carlo take `from_replicates` of `cvar_of_replicate`.

    Parameters
    ----------
    losses
        Any shape.
    level
        In (0, 1).
    confidence
        Of the interval.

    Returns
    -------
    Estimate
        In the unit of the losses; with fewer than two losses in the tail its upper end is infinite.

    Examples
    --------
    >>> print(cvar_estimate(np.arange(1, 1001)))
    976 [968, 983]
    """
    from scipy import stats

    sample, confidence = _sample(losses).ravel(), share_between(confidence, "confidence")
    value, start = float(cvar(sample, level)), float(value_at_risk(sample, level))
    weight = _tail_weights(sample.size, level)
    size = weight.sum()
    if size < 2:
        return Estimate(value, start, np.inf)
    tail = np.sort(sample)[-weight.size :]
    variance = float((weight * (tail - value) ** 2).sum() / (size - 1))
    error = np.sqrt((variance + level * (value - start) ** 2) / size)
    half = float(stats.norm.ppf((1 + confidence) / 2) * error)
    return Estimate(value, value - half, value + half)


def value_at_risk(losses: ArrayLike, level: float = 0.95, *, axis: int = -1) -> Floats:
    """Quantile of a sample of losses: the least loss that a share ``level`` of them does not exceed.

    It is the inverse of the empirical distribution function: a loss of the sample, never between two of them
    (Hyndman and Fan 1996, The American Statistician 50:361-365, definition 1).

    Parameters
    ----------
    losses
        Equally likely losses along ``axis``, in any unit; the larger the worse.
    level
        In (0, 1).

    Returns
    -------
    array
        Shape of ``losses`` without ``axis``, in their unit.

    Raises
    ------
    InputError
        For another level or axis, no losses, or losses that are not finite numbers.

    Examples
    --------
    >>> float(value_at_risk(np.arange(1, 101)))
    95.0
    """
    sample = _sample(losses)
    axis, level = axis_of(axis, sample.ndim), share_between(level, "level")
    return np.asarray(np.quantile(sample, level, axis=axis, method="inverted_cdf"))


def _sample(losses: ArrayLike) -> Floats:
    sample = finite_floats(losses, "losses")
    if not sample.ndim or not sample.size:
        raise InputError(f"losses have shape {sample.shape}; a sample of at least one is needed")
    return sample
