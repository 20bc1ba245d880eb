"""Restraint in a symmetric stage game when only the total of all moves is seen, with noise and late.

Definitions
-----------
``n`` identical players choose quantities. On the path all choose ``k`` and get ``u(k)``; one that chooses ``x`` instead
adds ``g(k, x)`` to that in its round. The public signal is the total, seen with a multiplicative error:
``log Y = log(total) + sigma e``, with ``e`` standard normal. With delay the signal of a round is answered ``D`` units
of time later; rounds that far apart form threads that are played independently (Ellison 1994, Rev. Econ. Stud.
61:567-588), each an ordinary repeated game with discount factor ``exp(-rate D)``.

*Trigger strategies* (Green & Porter 1984, Econometrica 52:87-100): after a signal ``z`` standard deviations above
the path, all return to the stage equilibrium for ``T`` rounds. With ``q`` the chance of that on the path, ``q(x)``
after ``x``, ``w`` the payoff on the path above the stage equilibrium and ``psi = 1 - d^T``, the value per round above
the stage equilibrium is ``v = w (1-d) / (1 - d + d q psi)``, and nobody deviates if and only if for all ``x``

    (1 - d) g(k, x) <= d psi (q(x) - q) v.

With ``m = min (q(x) - q) / g`` over the profitable ``x`` the least punishment is ``psi = (1-d) / (d (w m - q))``; it
exists if ``d (1 + w m - q) >= 1``, and leaves ``v = w - q / m``: Abreu, Milgrom & Pearce's (1991, Econometrica
59:1713-1733) loss by false alarms. ``psi`` between two whole lengths is reached by a public lottery over them. A
punishment must not make players cut back to be safe either: for ``x`` with ``q(x) < q`` the same inequality is checked.

*Bound*: no strongly symmetric equilibrium, whatever it does after each signal, gives more than the best of
``u(k) - q g / (q(x) - q)`` over ``k`` and thresholds, for the worst ``x``, with punishments down to the minmax
payoff (tests of one alternative are of the threshold form by Neyman & Pearson's lemma, the normal having monotone
likelihood ratios).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.errors import InputError

Floats = NDArray[np.float64]

THRESHOLDS = np.linspace(-0.5, 6.0, 66)
"""Thresholds that are tried: standard deviations of the signal above the path."""

_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class SymmetricStage:
    """A symmetric stage game on a grid: what a common choice pays, and what leaving it adds.

    Attributes
    ----------
    actions
        Common choices, shape ``(*batch, G)``.
    payoffs
        ``u(k)`` of one player when all choose it, same shape.
    gains
        ``g(k, x)``, shape ``(*batch, G, X)``.
    surprise
        ``log`` of the total after ``x`` less that on the path, same shape.
    nash
        Payoff of the symmetric stage equilibrium, shape ``batch``.
    minmax
        The least that a player can be held to when rivals choose alike, shape ``batch``.
    n_players
        At least 2.
    """

    actions: Floats
    payoffs: Floats
    gains: Floats
    surprise: Floats
    nash: Floats
    minmax: Floats
    n_players: int

    def with_penalty(self, rate: ArrayLike) -> SymmetricStage:
        """The stage with an expected fine of ``rate`` per unit beyond the common choice: a cap that is enforced.

        Parameters
        ----------
        rate
            Payoff per unit of excess, shape ``batch``.
        """
        total = self.n_players * self.actions[..., None]
        excess = np.maximum(np.expm1(self.surprise) * total, 0)
        fine = np.asarray(rate, float)[..., None, None] * excess
        return SymmetricStage(
            self.actions, self.payoffs, self.gains - fine, self.surprise, self.nash, self.minmax, self.n_players
        )


def symmetric_stage(
    payoff: Callable[[Floats, Floats], Floats],
    actions: ArrayLike,
    deviations: ArrayLike,
    *,
    nash: ArrayLike,
    harshest: ArrayLike,
    n_players: int,
) -> SymmetricStage:
    """Tabulate a symmetric stage game.

    Parameters
    ----------
    payoff
        ``payoff(own, others)`` of one player when all others choose ``others``; arrays whose last two axes are its own.
    actions, deviations
        Grids of common choices ``(*batch, G)``, and of deviations from each ``(*batch, G, X)``, all positive. The
        latter must have small steps up and down as well as large ones: the smallest leave most easily unseen.
    nash
        Choice in the symmetric stage equilibrium, shape ``batch``.
    harshest
        Choice of the others that hurts most, shape ``batch``.
    n_players
        At least 2.

    Raises
    ------
    InputError
        For quantities that are not positive, or fewer than two players.

    Examples
    --------
    >>> stage = symmetric_stage(
    ...     lambda x, k: x * (1 - x - k), [0.25, 0.3], [[0.25, 0.375]] * 2, nash=1 / 3, harshest=1, n_players=2
    ... )
    >>> stage.payoffs, stage.gains[0]
    (array([0.125, 0.12 ]), array([0.   , 0.016]))
    """
    k, x = (np.asarray(a, float) for a in (actions, deviations))
    if n_players < 2 or not (k > 0).all() or not (x > 0).all():
        raise InputError(f"n_players is {n_players}, actions are {k.min()} or more; two players and quantities above 0")
    own, others = x, k[..., :, None]
    path = payoff(others, others)
    equilibrium, worst = (np.asarray(a, float)[..., None, None] for a in (nash, harshest))
    return SymmetricStage(
        actions=k,
        payoffs=np.asarray(path)[..., 0],
        gains=np.asarray(payoff(own, others) - path),
        surprise=np.asarray(np.log1p((own - others) / (n_players * others))),
        nash=np.asarray(payoff(equilibrium, equilibrium))[..., 0, 0],
        minmax=np.asarray(payoff(own, worst)).max(axis=(-1, -2)),
        n_players=n_players,
    )


@dataclass(frozen=True, eq=False)
class Restraint:
    """Best restraint, for every discount factor; arrays of shape ``(*batch, B)``.

    Attributes
    ----------
    value
        Average payoff per round of each player.
    action
        Common choice while restraint lasts; the largest of the grid where none can be sustained.
    lasting
        Discounted share of rounds in which it lasts; 0 where none can be sustained.
    threshold
        Standard deviations above the path at which punishment starts; NaN where there is none.
    alarm
        Chance per round that it starts by mistake.
    length
        Rounds of punishment, ``inf`` for ever; not whole where a lottery over two lengths is meant.
    """

    value: Floats
    action: Floats
    lasting: Floats
    threshold: Floats
    alarm: Floats
    length: Floats


def best_trigger(
    stage: SymmetricStage,
    noise: float,
    discount_factors: ArrayLike,
    *,
    longest: float = np.inf,
    thresholds: ArrayLike = THRESHOLDS,
) -> Restraint:
    """Best trigger strategy on a noisy total: which restraint, which threshold, which length of punishment.

    Parameters
    ----------
    noise
        Standard deviation of the logarithm of the signal, above 0.
    discount_factors
        Shape ``(B,)`` or ``(*batch, B)``, in (0, 1): between acting and being answered.
    longest
        Longest punishment allowed, in rounds.
    thresholds
        Thresholds that are tried, shape ``(S,)``.

    Returns
    -------
    Restraint
        With the stage equilibrium where nothing better can be sustained.

    Raises
    ------
    InputError
        For numbers out of range.

    Examples
    --------
    >>> k = np.linspace(1 / 4, 1 / 3, 41)
    >>> x = k[:, None] * np.linspace(0.5, 2, 151)
    >>> stage = symmetric_stage(lambda x, k: x * (1 - x - k), k, x, nash=1 / 3, harshest=1, n_players=2)
    >>> clear, noisy = (best_trigger(stage, noise, [0.9]) for noise in (0.001, 0.2))
    >>> float(clear.action[0]), bool(noisy.action[0] > clear.action[0])
    (0.25, True)
    """
    d = _discount_factors(discount_factors)
    z = np.asarray(thresholds, float)
    alarm, detect = _tests(stage, noise, z)  # (S,), (*batch, G, X, S)
    need = _required(stage, detect, alarm)  # C = 1 / m: continuation value at stake per unit of q, (*batch, G, S)
    above = stage.payoffs - stage.nash[..., None]
    with np.errstate(invalid="ignore"):
        left = above[..., None] - alarm * need
    flat = left.reshape(*left.shape[:-2], -1)
    power = np.where(d > 0, 1 - d**longest, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):  # least odds d/(1-d) at which each is sustained
        odds = (need / left).reshape(flat.shape)
    # need = 0 only where there is nothing to gain: no threat is wanted
    sustained = (flat[..., None, :] > 0) & (odds[..., None, :] <= (power * d / (1 - d))[..., None] * (1 + _ROUNDING))
    best = np.where(sustained, flat[..., None, :], -np.inf).argmax(axis=-1)  # (*batch, B)
    found = np.take_along_axis(sustained, best[..., None], axis=-1)[..., 0]
    value = np.where(found, np.take_along_axis(flat, best, axis=-1), 0.0)
    row, column = np.divmod(best, z.size)
    psi = np.where(found, np.take_along_axis(odds, best, axis=-1) * (1 - d) / d, 0.0)
    length = np.where(psi >= 1 - 1e-9, np.inf, np.log1p(-np.minimum(psi, 1 - 1e-9)) / np.log(d))
    reach = np.take_along_axis(above, row, axis=-1)
    largest = np.broadcast_to(stage.actions[..., -1:], value.shape)
    return Restraint(
        value=value + stage.nash[..., None],
        action=np.where(found, np.take_along_axis(stage.actions, row, axis=-1), largest),
        lasting=np.divide(value, reach, out=np.zeros_like(value), where=found & (reach > 0)),
        threshold=np.where(found, z[column], np.nan),
        alarm=np.where(found, alarm[column], np.nan),
        length=np.where(found, length, np.nan),
    )


def restraint_bound(
    stage: SymmetricStage, noise: float, discount_factors: ArrayLike, *, thresholds: ArrayLike = THRESHOLDS
) -> Floats:
    """Payoff that no strongly symmetric equilibrium exceeds, shape ``(*batch, B)``; up to the steps of the grids.

    Parameters and errors as `best_trigger`.
    """
    d = _discount_factors(discount_factors)
    alarm, detect = _tests(stage, noise, np.asarray(thresholds, float))
    above = (stage.payoffs - stage.minmax[..., None])[..., None, None]
    tempting = stage.gains[..., None] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        need = np.where(tempting, np.where(detect > 0, stage.gains[..., None] / detect, np.inf), 0.0)
        left = np.where(np.isfinite(need), above - alarm * need, -np.inf)
        odds = np.where(left > 0, need / left, np.inf)
    values = []
    for column in np.moveaxis(np.broadcast_to(d / (1 - d), (*stage.nash.shape, d.shape[-1])), -1, 0):
        reached = np.where(odds <= column[..., None, None, None] * (1 + _ROUNDING), left, -np.inf)
        values.append(reached.max(axis=-1).min(axis=-1).max(axis=-1))
    best = np.stack(values, axis=-1) + stage.minmax[..., None]
    return np.asarray(np.maximum(best, stage.nash[..., None]))


def _tests(stage: SymmetricStage, noise: float, z: Floats) -> tuple[Floats, Floats]:
    """Chance of an alarm on the path ``(S,)``, and how much each deviation adds to it ``(*batch, G, X, S)``."""
    from scipy.special import ndtr

    if not 0 < noise < np.inf:
        raise InputError(f"noise is {noise}; it must be a standard deviation above 0")
    alarm = ndtr(-z)
    return alarm, ndtr(stage.surprise[..., None] / noise - z) - alarm


def _required(stage: SymmetricStage, detect: Floats, alarm: Floats) -> Floats:
    """Least ``d psi v / (1-d)`` that deters every profitable deviation, ``(*batch, G, S)``; inf where none does."""
    gains = stage.gains[..., None]
    scale = np.abs(stage.gains).max(axis=(-1, -2))[..., None, None, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = gains / detect
        least = np.where(gains > _ROUNDING * scale, np.where(detect > 0, ratio, np.inf), 0.0).max(axis=-2)
        most = np.where((detect < 0) & (gains < 0), ratio, np.inf).min(axis=-2)
    return np.asarray(np.where(least <= most * (1 + 1e-9), least, np.inf))


def _discount_factors(values: ArrayLike) -> Floats:
    d = np.asarray(values, float)
    if d.ndim < 1 or not ((d > 0) & (d < 1)).all():
        raise InputError(f"discount_factors are {values!r}; an array of numbers between 0 and 1, both excluded")
    return d
