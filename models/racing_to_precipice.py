"""Racing to the precipice: how careful teams are if only the first one to build the machine counts.

Players: n teams. Nature gives team i a capability ``c_i``, uniform on ``[0, mu]``. Choice: safety ``s_i`` in [0, 1].
Timing: one shot; the team with the highest ``c_i - s_i`` wins and builds the machine, which is safe with probability
``s_winner``; disaster otherwise. Payoff: 1 if it wins and the machine is safe, ``1 - e`` if a rival's is safe (``e`` is
enmity), 0 in a disaster:

    pi_i = sum_j P(j wins) s_j (1 - e [j != i])

What teams know (Armstrong, Bostrom and Shulman 2016, AI & Society 31:201-206):

- nothing, not even their own capability: a game over safety, `RacingToPrecipice.continuous_game`. ``P(j wins)`` is an
  integral over ``c_j`` of a product of clipped lines, a piecewise polynomial, which Gauss-Legendre nodes between its
  kinks integrate exactly; so the payoff is written numerically, not in sympy. `theory.nash` solves and certifies it.
- their own: a symmetric strategy ``s(c)``. Teams may act as another capability would; the first-order condition has a
  linear solution, whose slope sympy finds, cut off at ``s = 1``. `private_gain` holds it against every other choice.
- all capabilities: the leader is as safe as it can be without the runner-up preferring to overtake, who just fails to
  (a team wins its ties against less capable ones). `public_safety` finds where the runner-up is indifferent by solving
  that condition; `public_gain` holds it against every deviation of every team.

From the literature: all of it. Headline of the paper: more teams, more enmity and more information make disaster
likelier; whether private or public information is worse depends on the parameters. Nothing is calibrated. Held to: the
cases abs_*.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import PayoffModel, Value, count, parameter, payoff_model
from theory.continuous import ContinuousGame, Payoff
from theory.errors import InputError

Floats = NDArray[np.float64]


@payoff_model("racing-to-precipice")
class RacingToPrecipice(PayoffModel):
    """Safety in a race that the least careful of the able teams wins, with three states of information."""

    n: int = count("n", default=3, low=2, high=10, meaning="number of teams")
    enmity: Value = parameter(
        "e", default=0.5, unit="1", above=0, high=1, meaning="loss to a team if a rival's machine is the safe one"
    )
    capability: Value = parameter(
        "mu", default=1.0, unit="1", above=0, meaning="largest capability, in units of what full safety costs"
    )

    action_unit = "1"
    payoff_unit = "1"
    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {"full enmity": {"enmity": 1.0}}

    @property
    def players(self) -> tuple[str, ...]:
        """Teams by number."""
        return tuple(f"team {i + 1}" for i in range(self.n))

    def levels(self) -> tuple[tuple[str, Any], ...]:
        """Reckless, careful and safe."""
        return (("reckless", 0.0), ("careful", 0.5), ("safe", 1.0))

    def action_bounds(self) -> tuple[Any, Any]:
        """No safety to full safety."""
        return 0.0, 1.0

    # -- no information ------------------------------------------------------------------------------

    def continuous_game(self) -> ContinuousGame:
        """Game over safety of teams that know no capability; its outcome ``risk`` is the probability of disaster."""

        def payoff(i: int) -> Payoff:
            return lambda s, e, mu: _expected(_worth(s, e, i), winning_probabilities(s, mu))

        def marginal(i: int) -> Payoff:
            def slope(s: Floats, e: Floats, mu: Floats) -> Floats:
                own = winning_probabilities(s, mu)[..., i]
                return own + _expected(_worth(s, e, i), _winning_slopes(s, mu, i))

            return slope

        shape = (*self.batch_shape, self.n)
        return ContinuousGame(
            [payoff(i) for i in range(self.n)],
            np.zeros(shape),
            np.ones(shape),
            gradients=[marginal(i) for i in range(self.n)],
            parameters=(np.asarray(self.enmity), np.asarray(self.capability)),
            players=self.players,
            outcomes={"risk": lambda s, e, mu: 1 - _expected(s, winning_probabilities(s, mu))},
            action_unit=self.action_unit,
            payoff_unit=self.payoff_unit,
        )

    # -- private information -------------------------------------------------------------------------

    def private_safety(self, capability: ArrayLike) -> Floats:
        """Equilibrium safety of a team that knows only its own capability, shape ``(..., *batch)``."""
        c = self._capabilities(capability)
        return np.asarray(np.minimum(self._private_slope() * c, 1.0))

    def private_risk(self) -> Floats:
        """Probability of disaster with private information: one less the mean safety of the ablest, who wins."""
        top = np.asarray(self.capability, float)

        def integrand(c: Floats) -> Floats:
            return np.asarray(self.private_safety(c) * self.n * (c / top) ** (self.n - 1) / top)

        return np.asarray(1 - _integral(integrand, (0 * top, self._full_safety(), top), self.n))

    def private_gain(self, points: int = 201) -> Floats:
        """Most that any type of team gains by any other safety than `private_safety`, shape ``batch``.

        Types and safeties are on grids of ``points`` each. A team with score ``c - s`` beats the rivals whose score is
        lower; scores of equilibrium rise with capability, so that these are all rivals below some capability.
        """
        column, row = (-1, *(1,) * (len(self.batch_shape) + 1)), (-1, *(1,) * len(self.batch_shape))
        shares = np.linspace(0, 1, points)
        own = shares.reshape(column) * np.asarray(self.capability)  # (types, 1, *batch)
        tried = self._private_payoff(own, shares.reshape(row))
        played = self._private_payoff(own, self.private_safety(own))
        return np.asarray((tried - played).max(axis=(0, 1)))

    def _private_slope(self) -> Floats:
        return np.asarray(_linear_strategy()(self.n, np.asarray(self.enmity, float)))

    def _full_safety(self) -> Floats:
        """Capability from which on a team is fully safe, or the largest capability if none is."""
        return np.asarray(np.minimum(1 / self._private_slope(), np.asarray(self.capability)))

    def _private_payoff(self, own: Floats, safety: Floats) -> Floats:
        """Payoff of a type at some safety, when all rivals play `private_safety`."""
        top, full, slope = np.asarray(self.capability), self._full_safety(), self._private_slope()
        score = own - safety
        rank = np.clip(np.where(score <= full * (1 - slope), score / (1 - slope), score + 1), 0.0, top)
        wins = (rank / top) ** (self.n - 1)
        return np.asarray(safety * wins + (1 - np.asarray(self.enmity)) * self._rivals_safety(rank))

    def _rivals_safety(self, least: Floats) -> Floats:
        """Mean safety of the ablest rival if it is abler than ``least``, and zero otherwise."""
        top, full, rivals = np.asarray(self.capability), self._full_safety(), self.n - 1

        def integrand(c: Floats) -> Floats:
            return np.asarray(self.private_safety(c) * rivals * (c / top) ** (rivals - 1) / top)

        return _integral(integrand, (least, np.maximum(full, least), np.maximum(top, least)), self.n)

    # -- public information --------------------------------------------------------------------------

    def public_safety(self, capabilities: ArrayLike) -> Floats:
        """Equilibrium safety of every team when all know the capabilities, shape ``(..., *batch, n)``.

        Teams behind the runner-up are as careless as it is, and further behind.
        """
        c = np.asarray(capabilities, float)
        if c.shape[-1:] != (self.n,) or not np.isfinite(c).all():
            raise InputError(f"capabilities has shape {c.shape}; the last axis must hold one number for each team")
        ordered = np.sort(c, axis=-1)
        lead = ordered[..., -1] - ordered[..., -2]
        safest = self._unovertaken(lead)
        leader = np.arange(self.n) == c.argmax(axis=-1)[..., None]
        return np.where(leader, safest[..., None], np.maximum(safest - lead, 0.0)[..., None])

    def public_risk(self) -> Floats:
        """Probability of disaster with public information: one less the leader's mean safety, over its lead.

        The lead exceeds ``x`` if the ablest of n draws is above ``x`` and all others are ``x`` below it.
        """
        top, e = np.asarray(self.capability, float), np.asarray(self.enmity, float)
        largest = np.minimum(e, top)  # of a lead that does not make the leader fully safe

        def exceeds(x: Floats) -> Floats:
            def ablest(c: Floats) -> Floats:
                return np.asarray(self.n * ((c - x) / top) ** (self.n - 1) / top)

            return _integral(ablest, (x, np.broadcast_to(top, x.shape)), self.n)

        # mean of min(1, lead / e) is that of P(lead > x) over x from 0 to e, nothing being above the largest capability
        mean = _integral(exceeds, (0 * largest, largest), self.n) / e
        return np.asarray(1 - mean)

    def public_gain(self, capabilities: ArrayLike, points: int = 401) -> Floats:
        """Most that any team gains by another safety than `public_safety`; overtaking by a hair counts."""
        c = np.asarray(capabilities, float)
        played = self.public_safety(c)
        base = self._public_payoffs(c, played)
        gains = []
        for i in range(self.n):
            rivals = np.delete(c - played, i, axis=-1)
            overtake = (c[..., i] - rivals.max(axis=-1))[..., None] - np.array([1e-12, 0.0, -1e-12])
            tries = np.concatenate([np.broadcast_to(np.linspace(0, 1, points), (*c.shape[:-1], points)), overtake], -1)
            for place in range(tries.shape[-1]):
                moved = played.copy()
                moved[..., i] = np.clip(tries[..., place], 0.0, 1.0)
                gains.append(self._public_payoffs(c, moved)[..., i] - base[..., i])
        return np.asarray(np.stack(gains).max(axis=0))

    def _unovertaken(self, lead: Floats) -> Floats:
        """Largest safety of the leader at which the runner-up would rather lose: linear in it, so one root."""
        e = np.asarray(self.enmity, float)

        def temptation(s: float) -> Floats:  # to win with safety s - lead rather than to lose to s; rises with s
            return np.asarray((s - lead) - (1 - e) * s)

        return np.clip(-temptation(0.0) / (temptation(1.0) - temptation(0.0)), 0.0, 1.0)

    def _public_payoffs(self, c: Floats, s: Floats) -> Floats:
        score = c - s
        best = score >= score.max(axis=-1, keepdims=True) - 1e-13
        winner = np.where(best, c, -np.inf).argmax(axis=-1)[..., None]
        safe = np.take_along_axis(s, winner, axis=-1)
        return np.where(np.arange(self.n) == winner, safe, (1 - np.asarray(self.enmity))[..., None] * safe)

    def _capabilities(self, capability: ArrayLike) -> Floats:
        c = np.asarray(capability, float)
        if not ((c >= 0) & (c <= np.asarray(self.capability) * (1 + 1e-12))).all():
            raise InputError(f"capabilities lie between 0 and {np.max(self.capability):g}")
        return c


def winning_probabilities(safety: Floats, capability: ArrayLike) -> Floats:
    """Probability that each team wins when capabilities are uniform on ``[0, capability]``.

    Parameters
    ----------
    safety
        Shape ``(..., *batch, n)``.
    capability
        Shape ``batch``.

    Examples
    --------
    >>> winning_probabilities(np.array([0.5, 0.5]), 1.0), winning_probabilities(np.array([0.5, 0.0]), 1.0)
    (array([0.5, 0.5]), array([0.125, 0.875]))
    """
    mu = np.asarray(capability, float)
    teams = range(safety.shape[-1])
    return np.stack([_over_capability(safety, mu, j, lambda ranks: ranks.prod(axis=-1)) for j in teams], axis=-1)


def _winning_slopes(safety: Floats, mu: Floats, i: int) -> Floats:
    """Derivatives of all winning probabilities in the safety of team ``i``."""
    n = safety.shape[-1]

    def faster(behind: int) -> Floats:  # chance per unit of score that team i catches up with one rival, and wins
        def density(ranks: Floats) -> Floats:
            rival = ranks[..., behind]
            others = np.delete(ranks, behind, axis=-1).prod(axis=-1)
            return np.asarray(others * ((rival > 0) & (rival < 1)))

        return _over_capability(safety, mu, i, density) / mu

    rivals = [j for j in range(n) if j != i]
    lost = dict(zip(rivals, (faster(place) for place in range(n - 1)), strict=True))
    total = np.sum(list(lost.values()), axis=0)
    return np.stack([-total if j == i else lost[j] for j in range(n)], axis=-1)


def _over_capability(safety: Floats, mu: Floats, team: int, function: Any) -> Floats:
    """Mean over a team's capability of a function of the probabilities of beating each rival."""
    handicap = safety[..., team, None] - np.delete(safety, team, axis=-1)
    top = mu[..., None]
    kinks = np.concatenate([np.clip(handicap, 0, top), np.clip(handicap + top, 0, top)], axis=-1)
    ends = np.concatenate([0 * kinks[..., :1], np.sort(kinks, axis=-1), 0 * kinks[..., :1] + top], axis=-1)
    nodes, weights = np.polynomial.legendre.leggauss((safety.shape[-1] + 1) // 2)
    width = np.diff(ends, axis=-1)[..., None]
    c = ends[..., :-1, None] + width * (nodes + 1) / 2
    ranks = np.clip((c[..., None] - handicap[..., None, None, :]) / mu[..., None, None, None], 0, 1)
    return np.asarray((function(ranks) * width * weights / 2).sum(axis=(-1, -2)) / mu)


def _worth(safety: Floats, enmity: Floats, team: int) -> Floats:
    """Payoff of a team for each winner."""
    own = np.arange(safety.shape[-1]) == team
    return np.asarray(safety * np.where(own, 1.0, 1 - np.asarray(enmity)[..., None]))


def _expected(values: Floats, probabilities: Floats) -> Floats:
    return np.asarray((values * probabilities).sum(axis=-1))


def _integral(function: Any, ends: tuple[Floats, ...], degree: int) -> Floats:
    """Integral of a piecewise polynomial of this degree between successive ends, exact to rounding."""
    nodes, weights = np.polynomial.legendre.leggauss(degree // 2 + 1)
    total: Any = 0.0
    for low, high in itertools.pairwise(ends):
        width = np.asarray(high - low, float)
        for node, weight in zip(nodes, weights, strict=True):
            total = total + weight / 2 * width * function(low + width * (node + 1) / 2)
    return np.asarray(total)


@functools.cache
def _linear_strategy() -> Any:
    """Slope of the linear equilibrium strategy with private information, as a function of (n, e).

    A team of capability c that acts as capability t would has the score ``t - s(t)``, so the safety ``c - t + s(t)``;
    it wins with probability ``(t / mu)^(n-1)``, and loses to abler rivals. Doing so must not pay at ``t = c``.
    """
    import sympy

    n, e, mu, c, t, y, slope = sympy.symbols("n e mu c t y slope", positive=True)
    wins = (t / mu) ** (n - 1)
    density = sympy.diff((y / mu) ** (n - 1), y)
    marginal = sympy.diff((c - t + slope * t) * wins, t) - (1 - e) * (slope * y * density).subs(y, t)
    condition = sympy.simplify((marginal / wins).subs(t, c))
    (found,) = sympy.solve(condition, slope)
    return sympy.lambdify((n, e), found)
