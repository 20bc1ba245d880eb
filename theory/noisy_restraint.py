"""How much restraint a symmetric race can sustain when only a noisy total is seen.

Definitions
-----------
``n`` like players choose an amount ``k`` in every round. What is seen, by all, is the total with a relative error:
``ln y = ln(sum_j k_j) + noise * e`` with ``e`` standard normal, independent over rounds. ``pi(k', k)`` is the payoff of
a player that chooses ``k'`` while its rivals choose ``k``; ``N`` is the symmetric equilibrium of one round, ``J`` the
joint optimum, ``J < N``. Payoffs of the repeated game are normalised by ``1 - d``.

A *trigger strategy* (Green and Porter 1984) chooses ``k`` until ``y`` exceeds a threshold, then ``N`` for ``T`` rounds,
then starts again. With ``alpha = Phi(z)`` the probability of a false alarm and ``D = d (1 - d^T)``,

    V - pi_N = (1-d) (pi(k) - pi_N) / (1 - d + alpha D),
    no deviation pays:  pi(k', k) - pi(k) <= m (alpha(k') - alpha)  for every k',  m = D (V - pi_N) / (1-d),

where ``alpha(k') = Phi(z + ln((k' + (n-1)k) / (n k)) / noise)``. The condition of first order fixes ``m`` for each
``k`` and ``z``, whatever ``d`` and ``T``; then ``V = pi(k) - alpha m``, all other deviations are tried, and the length
follows from ``D = m (1-d) / (V - pi_N)``, which must not exceed ``d``. A length that is no whole number is one by lot
(a public device says whether the last round is still a punishment).

The *bound* lets punishments and rewards be anything: the largest interval ``[low, high]`` of payoffs of strongly
symmetric equilibria (all choose alike after every history) that continue at its ends by a test of the total against a
threshold, with public randomisation (Abreu, Pearce and Stacchetti 1986, J. Econ. Theory 39:251-269):

    high = max pi(k) - alpha m,   low = min pi(k) + beta m,   m (1-d) <= d (high - low).

Only the total is seen, so nobody can tell who deviated, and punishments hit all alike.

Delay: if a round's total is seen ``L`` rounds later than at its end, and each round's choice answers the newest one
seen, the game falls apart into ``L + 1`` games with discount factor ``d^(L+1)``: delay is impatience.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, number_between, whole_number
from theory.errors import InputError

Floats = NDArray[np.float64]

_THRESHOLDS = np.concatenate([np.linspace(-6, -3, 16)[:-1], np.linspace(-3, 3, 73)])  # in standard errors
_MANY_THRESHOLDS = np.concatenate([np.linspace(-6, -3, 61)[:-1], np.linspace(-3, 3, 289)])  # where nothing is refined
_ZOOMS = 12  # finer grids around the best of the first one, each half as wide as the one before
_WINDOW = np.linspace(-1, 1, 13)
_REACH = (0.2, 0.5)  # half the width of the first: in restraint, of what there is, and in standard errors
_STEPS = np.geomspace(1e-4, 1, 161)  # deviations, as shares of the way to the lowest and to the highest amount


@dataclass(frozen=True, eq=False)
class Trigger:
    """Best trigger strategies; all arrays have the shape of the discount factors.

    Attributes
    ----------
    value
        Normalised payoff ``V`` of a player; the equilibrium payoff of one round where nothing is sustained.
    action
        Amount ``k`` while restraint lasts; the equilibrium amount where nothing is sustained.
    average_action
        Discounted average of the amount, punishments included.
    false_alarm
        Probability per round that restraint ends by mistake.
    threshold
        Total above which punishment starts; infinite where nothing is sustained.
    length
        Mean rounds of punishment; 0 where nothing is sustained, infinite if it never ends.
    """

    value: Floats
    action: Floats
    average_action: Floats
    false_alarm: Floats
    threshold: Floats
    length: Floats


@dataclass(frozen=True, eq=False)
class SymmetricRace:
    """Stage game of ``n`` like players, by amounts.

    Parameters
    ----------
    payoff
        ``payoff(own, each_rival)``, vectorised.
    n
        Number of players, at least 2.
    nash, joint
        Amount of the symmetric equilibrium, and of the joint optimum below it.
    lowest, highest
        Bounds of the amount, with ``lowest <= joint < nash <= highest``.
    levels
        Amounts that are tried at first between the joint optimum and the equilibrium, and as many above it.
    """

    payoff: Callable[[Floats, Floats], Floats]
    n: int
    nash: float
    joint: float
    lowest: float
    highest: float
    levels: int = 60

    def __post_init__(self) -> None:
        if not callable(self.payoff):
            raise InputError(f"payoff is {self.payoff!r}; it must be a function payoff(own, each_rival)")
        whole_number(self.n, "n", 2)
        whole_number(self.levels, "levels", 2)
        for name in ("nash", "joint", "lowest", "highest"):
            number_between(getattr(self, name), name, 0)
        if not 0 < self.lowest <= self.joint < self.nash <= self.highest < np.inf:
            raise InputError(
                f"a race of {self.n} with lowest {self.lowest}, joint {self.joint}, nash {self.nash}, highest "
                f"{self.highest}; it must be 0 < lowest <= joint < nash <= highest"
            )

    def restrained(self) -> Floats:
        """Amounts from the joint optimum to the equilibrium, which is the last."""
        return np.linspace(self.joint, self.nash, self.levels)

    def excessive(self) -> Floats:
        """Amounts from the equilibrium, which is the first, to the highest."""
        return np.linspace(self.nash, self.highest, self.levels)

    def symmetric(self, amounts: Floats) -> Floats:
        """Payoff of each if all choose alike."""
        return np.asarray(self.payoff(amounts, amounts), float)

    def deviations(self, amounts: Floats) -> tuple[Floats, Floats]:
        """Deviations from each amount, and what they gain in their round; shape ``(amounts, deviations)``."""
        k = amounts[:, None]
        down, up = k - (k - self.lowest) * _STEPS, k + (self.highest - k) * _STEPS
        between = np.broadcast_to(np.linspace(self.joint, self.nash, 16), (len(k), 16))
        others = np.concatenate([down, up, between], axis=1)
        return others, np.asarray(self.payoff(others, np.broadcast_to(k, others.shape)), float) - self.symmetric(k)

    def marginal(self, amounts: Floats) -> Floats:
        """Gain per unit of a small increase of one player's own amount, others staying."""
        step = 1e-5 * amounts
        up, down = self.payoff(amounts + step, amounts), self.payoff(amounts - step, amounts)
        return np.asarray((up - down) / (2 * step), float)


@dataclass(frozen=True, eq=False)
class _Tests:
    """Threshold tests of the total: probability, stake ``m`` needed, and payoff; NaN where some deviation pays.

    ``alarm`` has shape ``(thresholds,)``, the others ``(amounts, thresholds)``.
    """

    alarm: Floats
    stake: Floats
    payoff: Floats

    @classmethod
    def of(
        cls, race: SymmetricRace, amounts: Floats, noise: float, sign: int, thresholds: Floats = _THRESHOLDS
    ) -> _Tests:
        """``sign`` 1: high totals are punished; -1: high totals are rewarded."""
        from scipy.special import ndtr

        others, gain = race.deviations(amounts)
        payoffs = race.symmetric(amounts)[:, None]
        if noise == 0:  # the test finds every deviation and nothing else
            own = np.broadcast_to(np.linspace(race.lowest, race.highest, 4001), (len(amounts), 4001))
            best = np.asarray(race.payoff(own, np.broadcast_to(amounts[:, None], own.shape)), float).max(axis=1)
            stake = np.maximum(best[:, None], gain.max(axis=1, keepdims=True) + payoffs) - payoffs
            stake = stake.clip(0)
            return cls(np.array([0.0 if sign > 0 else 1.0]), stake, payoffs if sign > 0 else payoffs + stake)
        total = race.n * amounts[:, None]
        shift = np.log1p((others - amounts[:, None]) / total) / noise
        places = sign * thresholds
        alarm = ndtr(places)
        density = np.exp(-(places**2) / 2) / np.sqrt(2 * np.pi)
        stake = sign * race.marginal(amounts)[:, None] * noise * total / density
        moved = sign * (ndtr(shift[..., None] + places) - alarm)  # (amounts, deviations, thresholds)
        rounding = 1e-9 * np.ptp(race.symmetric(race.restrained()))
        deters = (stake >= 0) & np.all(gain[..., None] <= stake[:, None] * moved + rounding, axis=1)
        stake = np.where(deters, stake, np.nan)
        return cls(alarm, stake, payoffs - sign * alarm * stake)


def best_trigger(race: SymmetricRace, noise: float, discount_factor: ArrayLike) -> Trigger:
    """Best trigger strategy, over amounts, thresholds and lengths of punishment.

    Parameters
    ----------
    race
        The stage game.
    noise
        Standard deviation of the logarithm of what is seen; 0 is perfect monitoring.
    discount_factor
        In [0, 1), per round; any shape.

    Raises
    ------
    InputError
        For values out of range.

    Examples
    --------
    A Cournot duopoly: every payoff falls as the total is seen less well, to that of one round.

    >>> duopoly = SymmetricRace(lambda own, rival: own * (1 - own - rival), 2, 1 / 3, 1 / 4, 0.01, 0.5)
    >>> [float(best_trigger(duopoly, noise, 0.8).value) for noise in (0.0, 0.05, 0.1, 0.3)]
    [0.125, 0.1218, 0.1137, 0.1111]
    """
    noise, factors = _inputs(race, noise, discount_factor)
    amounts = race.restrained()
    base = float(race.symmetric(amounts)[-1])
    tests = _Tests.of(race, amounts, noise, 1)
    places = _THRESHOLDS if noise > 0 else np.zeros(1)
    found = [_refined(race, noise, base, float(d), tests, amounts, places) for d in factors.ravel()]
    value, action, alarm, place, held = (np.array(column).reshape(factors.shape) for column in zip(*found, strict=True))
    share = (1 - factors) / (1 - factors + alarm * held)  # of the discounted rounds, in restraint
    with np.errstate(divide="ignore", invalid="ignore"):
        length = np.where(held > 0, np.log1p(-np.minimum(held / factors, 1)) / np.log(factors), 0.0)
    return Trigger(
        value=value,
        action=action,
        average_action=np.asarray(race.nash + share * (action - race.nash)),
        false_alarm=alarm,
        threshold=np.where(held > 0, race.n * action * np.exp(-noise * place), np.inf),
        length=length,
    )


def _refined(
    race: SymmetricRace, noise: float, base: float, d: float, tests: _Tests, amounts: Floats, places: Floats
) -> tuple[float, float, float, float, float]:
    """Value, amount, false alarms, threshold in standard errors, and severity ``D`` (0: nothing is sustained).

    The best of the grid, and then of finer and finer grids around the best so far, which stays on them.
    """
    best = _best(tests, base, d)
    if best is None:
        return base, race.nash, 0.0, 0.0, 0.0
    for zoom in range(_ZOOMS):
        amount, place = amounts[best[0]], places[best[1]]
        step = _REACH[0] * 0.5**zoom * (race.nash - race.joint)
        closer = np.union1d(np.clip(amount + step * _WINDOW, race.joint, race.nash), amount)
        finer = np.union1d(place + _REACH[1] * 0.5**zoom * _WINDOW, place) if noise > 0 else places
        trial = _Tests.of(race, closer, noise, 1, finer)
        found = _best(trial, base, d)
        if found is None:
            break
        best, tests, amounts, places = found, trial, closer, finer
    i, j, excess, held = best
    return base + excess, float(amounts[i]), float(tests.alarm[j]), float(places[j]), held


def _best(tests: _Tests, base: float, d: float) -> tuple[int, int, float, float] | None:
    """Places of the best amount and threshold, what they add to ``base``, and severity; None if nothing lasts."""
    excess = np.nan_to_num(tests.payoff - base, nan=-1.0)
    lasts = (excess > 0) & (np.nan_to_num(tests.stake, nan=np.inf) * (1 - d) <= d * excess)
    if not lasts.any():
        return None
    i, j = np.unravel_index(int(np.where(lasts, excess, -1.0).argmax()), excess.shape)
    return int(i), int(j), float(excess[i, j]), float(tests.stake[i, j] * (1 - d) / excess[i, j])


def symmetric_bounds(race: SymmetricRace, noise: float, discount_factor: ArrayLike) -> tuple[Floats, Floats]:
    """Lowest and highest payoff of strongly symmetric equilibria, as the module defines them.

    Returns
    -------
    low, high
        Arrays of the shape of the discount factors; both the equilibrium payoff of one round if nothing else lasts.
        Over a grid of amounts (``race.levels``) and thresholds, so within about half a percent of the gain.

    Raises
    ------
    InputError
        As `best_trigger`.

    Examples
    --------
    >>> duopoly = SymmetricRace(lambda own, rival: own * (1 - own - rival), 2, 1 / 3, 1 / 4, 0.01, 0.5)
    >>> low, high = symmetric_bounds(duopoly, 0.1, [0.0, 0.8, 0.95])
    >>> low.round(4), high.round(4)
    (array([0.1111, 0.0637, 0.0637]), array([0.1111, 0.1201, 0.121 ]))
    """
    noise, factors = _inputs(race, noise, discount_factor)
    carrot = _Tests.of(race, race.restrained(), noise, 1, _MANY_THRESHOLDS)
    stick = _Tests.of(race, race.excessive(), noise, -1, _MANY_THRESHOLDS)
    base = float(race.symmetric(np.array([race.nash]))[0])
    ends = [_interval(carrot, stick, base, float(d)) for d in factors.ravel()]
    low, high = (np.array(column).reshape(factors.shape) for column in zip(*ends, strict=True))
    return low, high


def _interval(carrot: _Tests, stick: _Tests, base: float, d: float) -> tuple[float, float]:
    """Shrink from all symmetric payoffs to the largest interval that generates itself."""
    low, high = float(np.nanmin(stick.payoff, initial=base)), float(np.nanmax(carrot.payoff, initial=base))
    while True:
        most = d / (1 - d) * (high - low)
        new_high = float(np.max(carrot.payoff, where=carrot.stake <= most, initial=base))
        new_low = float(np.min(stick.payoff, where=stick.stake <= most, initial=base))
        if new_high == high and new_low == low:
            return low, high
        low, high = new_low, new_high


def _inputs(race: SymmetricRace, noise: float, discount_factor: ArrayLike) -> tuple[float, Floats]:
    if not isinstance(race, SymmetricRace):
        raise InputError(f"race is {str(race)[:60]}; it must be a SymmetricRace")
    factors = finite_floats(discount_factor, "discount_factor")
    if not np.all((factors >= 0) & (factors < 1)):
        raise InputError(f"discount_factor is {discount_factor!r}; it must be in [0, 1)")
    return number_between(noise, "noise", 0), factors
