"""Games over quantities: each player chooses a number from an interval.

Definitions
-----------
Player ``i = 0 .. N-1`` chooses ``x_i`` in ``[lower_i, upper_i]``. An action vector ``x`` has shape
``(..., *batch, N)``: the last axis is the player, the axes before it are parameter draws, and any axes
before those are points to evaluate (a grid, a set of states). ``payoffs[i](x, *parameters)`` has shape
``(..., *batch)``. Parameters are held by the game, not closed over, so that a part of the draws can be
taken out (``game[mask]``) and solved again.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, function_of, list_of, mapping_of, outcome_of, refuse_masked
from theory.display import named
from theory.errors import InputError
from theory.game import Game
from theory.shared_limit import SharedLimit

Floats = NDArray[np.float64]
Payoff = Callable[..., Floats]
"""``payoff(x, *parameters)``: x of shape (..., *batch, N) to values of shape (..., *batch).

It may have a method ``along(x, player, own, *parameters)``: its values at ``x`` with one player's choice moved to
``own``, shape ``(points, ..., *batch)``, where ``x`` keeps its own shape; line searches are then cheaper.
"""

_PROBES = np.array([0.05, 0.275, 0.5, 0.725, 0.95])
_HIGH_LEVEL = 1e3  # of the range: below it differences keep their digits
_WIDEST = 0.02

MAX_CELLS = 50_000_000
"""Largest number of payoff entries that `ContinuousGame.discretise` will make."""


@dataclass(frozen=True, eq=False, repr=False)
class ContinuousGame:
    """N players, each choosing a quantity from an interval; possibly a batch of draws.

    Parameters
    ----------
    payoffs
        One function per player, ``(x, *parameters) -> (..., *batch)``.
    lower, upper
        Bounds of the choices, shape ``(*batch, N)`` or broadcastable to it.
    gradients
        Own marginal payoffs, one function per player; central differences if not given.
    parameters
        Arrays broadcastable to ``(*batch,)``, passed on to every function.
    joint
        Sum of all payoffs as one function, where that is cheaper than adding them up.
    players
        One label per player.
    shared
        Limits on all choices together (total chips, total power): `SharedLimit`. `nash` then finds the
        variational equilibrium and the shadow price of every limit.
    outcomes
        Named functions of ``(x, *parameters)`` with values of shape ``(..., *batch)``.
    action_unit, payoff_unit
        Units for tables.

    Examples
    --------
    Cournot duopoly with inverse demand ``1 - Q`` and no cost: each produces one third.

    >>> from theory import nash
    >>> def profit(i):
    ...     return lambda x: x[..., i] * (1 - x.sum(axis=-1))
    >>> duopoly = ContinuousGame((profit(0), profit(1)), lower=0, upper=1)
    >>> nash(duopoly).select().round(6)
    array([0.333333, 0.333333])
    """

    payoffs: tuple[Payoff, ...]
    lower: Floats
    upper: Floats
    gradients: tuple[Payoff, ...] = ()
    parameters: tuple[Floats, ...] = ()
    joint: Payoff | None = None
    players: tuple[str, ...] = ()
    shared: tuple[SharedLimit, ...] = ()
    outcomes: Mapping[str, Payoff] = field(default_factory=dict)
    action_unit: str = ""
    payoff_unit: str = ""

    def __init__(
        self,
        payoffs: Sequence[Payoff],
        lower: ArrayLike,
        upper: ArrayLike,
        *,
        gradients: Sequence[Payoff] = (),
        parameters: Sequence[ArrayLike] = (),
        joint: Payoff | None = None,
        players: Sequence[str] | None = None,
        shared: Sequence[SharedLimit] = (),
        outcomes: Mapping[str, Payoff] | None = None,
        action_unit: str = "",
        payoff_unit: str = "",
    ) -> None:
        payoffs, gradients = (
            [function_of(one, f"{name}[{k}]", "choices (..., *batch, N) to values (..., *batch)") for k, one in listed]
            for name, given in (("payoffs", payoffs), ("gradients", gradients))
            for listed in [enumerate(list_of(given, name, "functions, one for each player"))]
        )
        n = len(payoffs)
        if not n or len(gradients) not in (0, n):
            raise InputError(f"{n} payoffs and {len(gradients)} gradients: one of each per player, or no gradients")
        given = list_of(parameters, "parameters", "numbers or arrays")
        values = tuple(finite_floats(parameter, f"parameters[{k}]") for k, parameter in enumerate(given))
        refuse_masked([lower, upper], "bounds")
        try:
            low, high = np.array(lower, float), np.array(upper, float)
        except (TypeError, ValueError):
            raise InputError(f"bounds are {lower!r} and {upper!r}; they must be numbers or arrays of numbers") from None
        shared = list_of(shared, "shared", "SharedLimit(...)")
        if not all(isinstance(limit, SharedLimit) for limit in shared):
            raise InputError(f"shared is {str(shared)[:60]}; it must be a list of SharedLimit(...)")
        shapes = [value.shape for value in values] + [limit.limit.shape for limit in shared]
        if any(size not in (1, n) for size in (*low.shape[-1:], *high.shape[-1:])):
            raise InputError(
                f"lower has shape {low.shape} and upper {high.shape} for {n} players; each must be one number, or have "
                f"one for each player along its last axis: (*batch, {n})"
            )
        shapes = [low.shape[:-1], high.shape[:-1], *shapes]
        try:
            batch = np.broadcast_shapes(*shapes)
        except ValueError:
            raise InputError(
                f"lower, upper, parameters and limits have draws of shapes {shapes}; give them all one"
            ) from None
        low, high = np.broadcast_to(low, (*batch, n)), np.broadcast_to(high, (*batch, n))
        if not (np.isfinite(low) & np.isfinite(high) & (low < high)).all():
            *_, i = np.argwhere(~(np.isfinite(low) & np.isfinite(high) & (low < high)))[0]
            pair = [np.unique(bound[..., i])[:3].tolist() for bound in (low, high)]
            raise InputError(
                f"the choice of player {i} lies between {pair[0]} and {pair[1]}; each needs finite bounds with lower < "
                "upper"
            )
        named = mapping_of(outcomes or {}, "outcomes", "{'welfare': function of (x, *parameters)}")
        for name, function in {**named, **({} if joint is None else {"joint": joint})}.items():
            function_of(function, name, "choices (..., *batch, N) to values (..., *batch)")
        labels = [str(i + 1) for i in range(n)] if players is None else list_of(players, "players", f"{n} labels")
        if len(labels) != n:
            raise InputError(f"players are {labels}; {n} labels are needed")
        for name, value in {
            "payoffs": tuple(payoffs),
            "lower": low,
            "upper": high,
            "gradients": tuple(gradients),
            "parameters": values,
            "joint": joint,
            "players": tuple(labels),
            "shared": tuple(limit.fit((*batch, n)) for limit in shared),
            "outcomes": MappingProxyType(dict(named)),
            "action_unit": action_unit,
            "payoff_unit": payoff_unit,
        }.items():
            object.__setattr__(self, name, value)

    @property
    def n_players(self) -> int:
        """Number of players, ``N``."""
        return len(self.payoffs)

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Shape of the parameter draws; ``()`` for a single game."""
        return self.lower.shape[:-1]

    def payoff(self, x: Floats) -> Floats:
        """Payoffs of all players, shape ``(..., *batch, N)``."""
        x = self.choices(x)
        return np.stack([self.payoff_of(i, x) for i in range(self.n_players)], axis=-1)

    def choices(self, x: ArrayLike) -> Floats:
        """What a caller gives as choices, as floats of shape ``(..., *batch, N)``.

        Raises
        ------
        InputError
            If they are no numbers, or do not fit the players and the batch. NaN stands for what was not solved.
        """
        refuse_masked(x, "choices")
        try:
            floats = np.asarray(x, float)
            np.broadcast_shapes(floats.shape[:-1], self.batch_shape)
        except (TypeError, ValueError):
            floats = None
        if floats is None or not floats.ndim or floats.shape[-1] != self.n_players:
            given = f"{str(x)[:60]}" if floats is None else f"of shape {floats.shape}"
            shape = (*(str(n) for n in self.batch_shape), str(self.n_players))
            raise InputError(f"choices are {given}; they must be numbers of shape (..., {', '.join(shape)})")
        return floats

    def choices_within(self, x: ArrayLike) -> Floats:
        """As `choices`, and none of them beyond the player's bounds.

        Raises
        ------
        InputError
            With the player, the choice and the bounds.
        """
        floats = self.choices(x)
        width = self.upper - self.lower
        beyond = (floats < self.lower - 1e-9 * width) | (floats > self.upper + 1e-9 * width)
        if beyond.any():
            *draw, i = (int(k) for k in np.argwhere(beyond)[0])
            given, low, high = (
                np.broadcast_to(values, beyond.shape)[(*draw, i)] for values in (floats, self.lower, self.upper)
            )
            raise InputError(
                f"choice of {named(self.players, i)} is {given:g}; it must lie between {low:g} and {high:g} "
                f"{self.action_unit}".rstrip()
            )
        return floats

    def payoff_of(self, player: int, x: Floats) -> Floats:
        """Payoff of one player, shape ``(..., *batch)``; unchecked, for solvers."""
        return _full(self.payoffs[player](x, *self.parameters), x.shape[:-1])

    def payoff_along(self, player: int, x: Floats, own: Floats) -> Floats:
        """Payoff of one player whose choice moves, the others' held at ``x``; unchecked, for solvers.

        ``own`` has shape ``(points, ..., *batch)``, the result as well; ``x`` may lack the axis of the points.
        """
        return _full(values_along(self.payoffs[player], x, player, own, self.parameters), own.shape)

    def gradient(self, x: Floats) -> Floats:
        """Own marginal payoffs, shape ``(..., *batch, N)``."""
        x = self.choices(x)
        return np.stack([self.gradient_of(i, x) for i in range(self.n_players)], axis=-1)

    def gradient_of(self, player: int, x: Floats) -> Floats:
        """Own marginal payoff of one player, shape ``(..., *batch)``."""
        if self.gradients:
            return _full(self.gradients[player](x, *self.parameters), x.shape[:-1])
        return self._difference(player, x)

    def _difference(self, player: int, x: Floats) -> Floats:
        """Derivative at ``x`` of the parabola through three points within the bounds: as precise there as inside."""
        low, high, own = self.lower[..., player], self.upper[..., player], x[..., player]
        step = self.difference_steps[..., player] * (high - low)
        centre = np.clip(own, low + step, high - step)
        up, middle, down = x.copy(), x.copy(), x.copy()
        up[..., player], middle[..., player], down[..., player] = centre + step, centre, centre - step
        above, below = self.payoff_of(player, up), self.payoff_of(player, down)
        slope = (above - below) / (2 * step)
        if (own == centre).all():
            return np.asarray(slope)
        bend = (above - 2 * self.payoff_of(player, middle) + below) / step**2
        return np.asarray(slope + (own - centre) * bend)

    @functools.cached_property
    def difference_steps(self) -> Floats:
        """Steps of differences as shares of each interval, ``(*batch, N)``: wider where payoffs hold fewer digits.

        A payoff of a high level and a small range (1e9 + x) rounds its differences; the step that loses least is the
        cube root of the rounding, as a share of the range.
        """
        middle = (self.lower + self.upper) / 2
        lost = np.ones(self.lower.shape)
        for i in range(self.n_players):
            x = np.repeat(middle[None], len(_PROBES), axis=0)
            width = (self.upper - self.lower)[..., i]
            x[..., i] = self.lower[..., i] + np.reshape(_PROBES, (-1, *(1,) * width.ndim)) * width
            values = self.payoff_of(i, x)
            with np.errstate(invalid="ignore", over="ignore"):  # of payoffs that are not finite nothing is known
                spread = np.ptp(values, axis=0)
                np.divide(np.abs(values).max(axis=0), spread, out=lost[..., i], where=spread > 0)
        lost = np.where(np.isfinite(lost) & (lost > _HIGH_LEVEL), lost, 1.0)
        return np.asarray(np.minimum(np.cbrt(np.finfo(float).eps * lost), _WIDEST))

    def outcome(self, name: str, x: Floats) -> Floats:
        """Value of a named outcome at ``x``, shape ``(..., *batch)``."""
        function, x = outcome_of(self.outcomes, name), self.choices(x)
        return _full(function(x, *self.parameters), x.shape[:-1])

    def __getitem__(self, index: Any) -> ContinuousGame:
        """Take draws out of the batch."""
        if not self.batch_shape:
            raise InputError("this game has no batch axes; only a batch of games can be indexed")
        parameters = [np.broadcast_to(value, self.batch_shape)[index] for value in self.parameters]
        shared = [limit[index] for limit in self.shared]
        return self.replace(lower=self.lower[index], upper=self.upper[index], parameters=parameters, shared=shared)

    def of_lanes(self, lanes: NDArray[np.intp]) -> ContinuousGame:
        """Draws of some *lanes*, the places of points of shape ``(K, *batch, N)`` counted through; draws may repeat."""
        if not self.batch_shape:
            return self
        return self[np.unravel_index(lanes % math.prod(self.batch_shape), self.batch_shape)]

    def identical_interest(self, objective: Payoff) -> ContinuousGame:
        """The same choices, with every player paid ``objective``: its best equilibrium maximises the objective."""
        return self.replace(payoffs=(objective,) * self.n_players, gradients=())

    def total(self) -> Payoff:
        """Joint payoff of all players, as a function that `identical_interest` takes."""
        return self.joint or _Sum(self.payoffs)

    def replace(self, **changes: Any) -> ContinuousGame:
        """Copy with some of the arguments changed."""
        names = ("payoffs", "lower", "upper", "gradients", "parameters", "joint", "players", "shared", "outcomes")
        fields = {name: getattr(self, name) for name in (*names, "action_unit", "payoff_unit")}
        if "payoffs" in changes:
            del fields["joint"]  # other payoffs, another sum
        return ContinuousGame(**(fields | changes))

    def discretise(self, levels: Sequence[ArrayLike]) -> Game:
        """Finite game in which player ``i`` chooses among ``levels[i]``.

        Parameters
        ----------
        levels
            One array per player, shape ``(n_i,)`` or ``(*batch, n_i)``.

        Raises
        ------
        InputError
            If the table would hold more than `MAX_CELLS` payoffs, the levels are out of bounds, or there are shared
            limits, which a table of payoffs cannot hold.
        """
        if self.shared:
            raise InputError("a finite game has no shared limits; leave out shared=, or solve it with nash(game)")
        if not hasattr(levels, "__len__") or len(levels) != self.n_players:
            raise InputError(
                f"levels is {str(levels)[:60]}; one list of choices per player is needed, {self.n_players} in all, "
                "e.g. [np.linspace(0, 1, 3)] * n"
            )
        grids = [self._grid(i, values) for i, values in enumerate(levels)]
        counts = [grid.shape[-1] for grid in grids]
        cells = self.n_players * int(np.prod(counts)) * int(np.prod(self.batch_shape))
        if cells > MAX_CELLS:
            raise InputError(
                f"the table would hold {cells:,} payoffs; at most {MAX_CELLS:,}. Take fewer levels or draws"
            )
        profiles = itertools.product(*(range(count) for count in counts))
        x = np.stack([np.stack([g[..., a] for g, a in zip(grids, profile, strict=True)], -1) for profile in profiles])
        if (x < self.lower - 1e-12).any() or (x > self.upper * (1 + 1e-12)).any():
            raise InputError("levels lie outside the bounds of the choices")

        def table(values: Floats) -> Floats:  # (profiles, *batch) -> (*batch, n_0, ..., n_{N-1})
            return np.moveaxis(values, 0, -1).reshape(*self.batch_shape, *counts)

        payoffs = np.stack([table(self.payoff_of(i, x)) for i in range(self.n_players)], axis=len(self.batch_shape))
        return Game(
            payoffs,
            players=self.players,
            actions=None if any(g.ndim > 1 for g in grids) else [[f"{v:g}" for v in g] for g in grids],
            outcomes={name: table(self.outcome(name, x)) for name in self.outcomes},
            batch_ndim=len(self.batch_shape),
        )

    def _grid(self, player: int, levels: ArrayLike) -> Floats:
        values = finite_floats(levels, f"levels[{player}]")
        if not values.ndim or values.shape[:-1] not in ((), self.batch_shape):
            raise InputError(
                f"levels[{player}] has shape {values.shape}; it must be (n,) or {(*self.batch_shape, 'n')}"
            )
        return np.broadcast_to(values, (*self.batch_shape, values.shape[-1]))

    def __repr__(self) -> str:
        batch = f", batch {self.batch_shape}" if self.batch_shape else ""
        return f"ContinuousGame({self.n_players} players{batch})"


@dataclass(frozen=True)
class _Sum:
    """Joint payoff of all players."""

    payoffs: tuple[Payoff, ...]

    def __call__(self, x: Floats, *parameters: Floats) -> Floats:
        return np.asarray(sum(payoff(x, *parameters) for payoff in self.payoffs))

    def along(self, x: Floats, player: int, own: Floats, *parameters: Floats) -> Floats:
        return np.asarray(sum(values_along(payoff, x, player, own, parameters) for payoff in self.payoffs))


def values_along(payoff: Payoff, x: Floats, player: int, own: Floats, parameters: Sequence[Floats]) -> Floats:
    """Values of a payoff where one player's choice moves; at points made for it if it has no ``along``."""
    if hasattr(payoff, "along"):
        return np.asarray(payoff.along(x, player, own, *parameters), float)
    moved = np.broadcast_to(x, (*own.shape, x.shape[-1])).copy()
    moved[..., player] = own
    return np.asarray(payoff(moved, *parameters), float)


def require_continuous(game: object, solver: str) -> None:
    """Refuse what is not a `ContinuousGame`, before a solver stumbles over it."""
    if not isinstance(game, ContinuousGame):
        raise InputError(
            f"{solver} takes a ContinuousGame, not {type(game).__name__}; make one with ContinuousGame(...), or a "
            "payoff model's model.continuous_game()"
        )


def _full(values: Any, shape: tuple[int, ...]) -> Floats:
    """Broadcast a payoff that does not depend on every axis to the points it was asked at."""
    try:
        return np.asarray(np.broadcast_to(np.asarray(values, float), shape))
    except (TypeError, ValueError):
        raise InputError(
            f"a function of the game gives {str(values)[:60]} at points of shape {shape}; it must give one number for "
            "each of them: the players are the last axis of the choices, x[..., i]"
        ) from None
