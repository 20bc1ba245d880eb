"""Finite games in strategic form, one or a whole batch of parameter draws at a time.

Definitions
-----------
A finite game has players ``i = 0 .. N-1``; player ``i`` has ``n_i`` actions. ``payoffs`` has shape
``(*batch, N, n_0, ..., n_{N-1})``: the entry ``[..., i, a_0, ..., a_{N-1}]`` is the payoff of player
``i`` at the action profile ``a`` (absolute player order; axis ``j`` of the profile is player ``j``).
Leading *batch* axes are parameter draws. ``outcomes`` are named arrays over the same profiles, shape
``(*batch, n_0, ..., n_{N-1})``: total compute, user surplus, stranded capital; risk measures read
them, and never go back to the model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import LARGEST, list_of, mapping_of, player_of, refuse_masked, whole_number
from theory.errors import InputError

Array = NDArray[Any]
Labels = Sequence[str]


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Game:
    """A finite game in strategic form, or a batch of them with common players and actions.

    Parameters
    ----------
    payoffs
        Shape ``(*batch, N, n_0, ..., n_{N-1})``; numbers, or exact rationals (`fractions.Fraction`
        entries are kept exact). Copied; the copy is read-only.
    players
        One label per player; ``"1", "2", ...`` if not given.
    actions
        One sequence of labels per player; ``"1", "2", ...`` if not given.
    outcomes
        Named arrays of shape ``(*batch, n_0, ..., n_{N-1})`` (or without the batch axes).
    batch_ndim
        How many leading axes of ``payoffs`` are draws. It has to be said: an array of shape
        ``(3, 2, 2, 2)`` is one three-player game, or three two-player games.

    Raises
    ------
    InputError
        For wrong shapes, empty action sets, values that are not finite numbers of size up to
        `theory.arrays.LARGEST`, labels that do not match.

    Examples
    --------
    >>> prisoners_dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> prisoners_dilemma
    Game(2 players, 2 x 2 actions)
    >>> prisoners_dilemma.payoffs[0]
    array([[3., 0.],
           [5., 1.]])
    """

    payoffs: Array
    players: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    outcomes: Mapping[str, Array]
    batch_ndim: int

    def __init__(
        self,
        payoffs: ArrayLike,
        *,
        players: Labels | None = None,
        actions: Sequence[Labels] | None = None,
        outcomes: Mapping[str, ArrayLike] | None = None,
        batch_ndim: int = 0,
    ) -> None:
        array = _numbers(payoffs, "payoffs")
        batch_ndim = whole_number(batch_ndim, "batch_ndim", least=0)
        n_players = array.ndim - batch_ndim - 1
        if n_players < 1 or array.shape[batch_ndim] != n_players:
            raise InputError(
                f"payoffs has shape {array.shape} with {batch_ndim} batch axes; "
                "it must be (*batch, N, n_0, ..., n_{N-1}): as many action axes as players"
            )
        shape = array.shape[batch_ndim + 1 :]
        if 0 in array.shape[:batch_ndim]:
            raise InputError(f"payoffs has shape {array.shape}: no draw; a batch of games needs at least one")
        if 0 in array.shape:
            raise InputError(f"payoffs has shape {array.shape}; every player needs at least one action")
        profiles = (*array.shape[:batch_ndim], *shape)
        set_field = object.__setattr__
        set_field(self, "payoffs", array)
        set_field(self, "batch_ndim", batch_ndim)
        set_field(self, "players", _labels(players, n_players, "players"))
        set_field(self, "actions", _action_labels(actions, shape))
        set_field(self, "outcomes", _outcomes({} if outcomes is None else outcomes, profiles, len(shape)))

    # -- shape ---------------------------------------------------------------------------------

    @property
    def n_players(self) -> int:
        """Number of players, ``N``."""
        return len(self.players)

    @property
    def n_actions(self) -> tuple[int, ...]:
        """Number of actions of each player, ``(n_0, ..., n_{N-1})``."""
        return tuple(len(labels) for labels in self.actions)

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Shape of the leading axes, the parameter draws; ``()`` for a single game."""
        return self.payoffs.shape[: self.batch_ndim]

    @property
    def is_exact(self) -> bool:
        """Whether the payoffs are exact rationals."""
        return bool(self.payoffs.dtype == object)

    @property
    def payoff_range(self) -> Array:
        """Largest minus smallest payoff of each game, shape ``batch``: the scale of all tolerances."""
        flat = self.payoffs.reshape(*self.batch_shape, -1)
        return np.asarray(flat.max(axis=-1) - flat.min(axis=-1))

    def payoff(self, player: int) -> Array:
        """Payoffs of one player, shape ``(*batch, n_0, ..., n_{N-1})``."""
        return np.asarray(np.take(self.payoffs, player_of(player, self.n_players), axis=self.batch_ndim))

    def __getitem__(self, index: Any) -> Game:
        """Select draws along the batch axes: ``game[7]`` is one game, ``game[:100]`` a shorter batch."""
        if not self.batch_ndim:
            raise InputError("this game has no batch axes; only a batch of games can be indexed")
        try:
            payoffs = self.payoffs[index]
        except IndexError as error:
            raise InputError(f"no draw {str(index)[:60]} of a batch of shape {self.batch_shape} ({error})") from None
        return Game(
            payoffs,
            players=self.players,
            actions=self.actions,
            outcomes={name: values[index] for name, values in self.outcomes.items()},
            batch_ndim=payoffs.ndim - self.n_players - 1,
        )

    def __iter__(self) -> Iterator[Game]:
        """Iterate over the first batch axis."""
        return (self[index] for index in range(self.batch_shape[0] if self.batch_ndim else 0))

    def __repr__(self) -> str:
        shape = " x ".join(str(n) for n in self.n_actions)
        batch = f", batch {self.batch_shape}" if self.batch_ndim else ""
        return f"Game({self.n_players} players, {shape} actions{batch})"

    # -- play ----------------------------------------------------------------------------------

    def expected_payoffs(self, distribution: ArrayLike) -> Array:
        """Payoffs of all players under a distribution over profiles.

        Parameters
        ----------
        distribution
            Shape ``(*batch, K, n_0, ..., n_{N-1})``: K distributions per draw.

        Returns
        -------
        array of shape ``(*batch, K, N)``

        Raises
        ------
        InputError
            If the distribution has another shape.

        Examples
        --------
        >>> Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]).expected_payoffs([[[0.5, 0], [0, 0.5]]])
        array([[2., 2.]])
        """
        distribution = self._over_profiles(distribution)
        cells = math.prod(self.n_actions)
        lead = distribution.shape[: distribution.ndim - self.n_players]
        payoffs = self.payoffs.reshape(*self.batch_shape, self.n_players, cells)
        return np.asarray(distribution.reshape(*lead, cells) @ np.swapaxes(payoffs, -1, -2))

    def deviation_payoffs(self, player: int, distribution: ArrayLike) -> Array:
        """Payoff of each fixed action of ``player`` when the others play as ``distribution`` says.

        Parameters
        ----------
        distribution
            Shape ``(*batch, K, n_0, ..., n_{N-1})``.

        Returns
        -------
        array of shape ``(*batch, K, n_player)``

        Raises
        ------
        InputError
            If there is no such player, or the distribution has another shape.
        """
        player, distribution = player_of(player, self.n_players), self._over_profiles(distribution)
        own = player - self.n_players  # own action axis, counted from the end
        others = distribution.sum(axis=own)
        lead = others.shape[: others.ndim - self.n_players + 1]
        payoff = np.moveaxis(self.payoff(player), own, -self.n_players)
        rivals = math.prod(self.n_actions) // self.n_actions[player]
        payoff = payoff.reshape(*self.batch_shape, self.n_actions[player], rivals)
        return np.asarray(others.reshape(*lead, rivals) @ np.swapaxes(payoff, -1, -2))

    def _over_profiles(self, distribution: ArrayLike) -> Array:
        """A distribution over profiles as an array, if it fits the game."""
        try:
            values: Array = np.asarray(distribution)
            lead = values.shape[: max(values.ndim - self.n_players, 0)]
            np.broadcast_shapes(lead[:-1], self.batch_shape)
            fits = values.dtype.kind in "biufO" and values.shape[len(lead) :] == self.n_actions
        except ValueError:
            fits = False
        if not fits:
            shape = ", ".join(str(n) for n in (*self.batch_shape, "K", *self.n_actions))
            raise InputError(
                f"the distribution is {str(distribution)[:60]}; it must be probabilities of shape ({shape}): K "
                "distributions over action profiles"
            )
        return values

    def from_minimum(self) -> tuple[Game, Array]:
        """Same game with each player's smallest payoff taken to zero, and those smallest payoffs, ``(*batch, N)``.

        Differences of payoffs are then not lost against a large common level.
        """
        flat = self.payoffs.reshape(*self.batch_shape, self.n_players, -1)
        least = flat.min(axis=-1)
        shifted = object.__new__(Game)
        for name in ("players", "actions", "outcomes", "batch_ndim"):
            object.__setattr__(shifted, name, getattr(self, name))
        object.__setattr__(shifted, "payoffs", (flat - least[..., None]).reshape(self.payoffs.shape))
        return shifted, least

    def in_ranges(self) -> tuple[Array, Array, Array]:
        """Payoffs of a single game in units of each player's range, from 0 to 1, and how to undo it.

        Returns
        -------
        payoffs
            Shape ``(N, *n_actions)``, floats; the payoffs are ``least + range * payoffs``.
        least, range
            Shape ``(N,)``: smallest payoff, and largest less smallest; the range is one where payoffs are all equal.

        Raises
        ------
        InputError
            For a batch.

        Examples
        --------
        >>> payoffs, least, ranges = Game.from_bimatrix([[3, 0], [5, 1]], [[3e9, 5e9], [0, 1e9]]).in_ranges()
        >>> least.tolist(), ranges.tolist(), float(payoffs[1, 0, 0])
        ([0.0, 0.0], [5.0, 5000000000.0], 0.6)
        """
        self._require_single("in_ranges")
        plain, least = self.from_minimum()
        payoffs = np.asarray(plain.payoffs, float)
        largest = payoffs.reshape(self.n_players, -1).max(axis=1)
        ranges = np.where(largest > 0, largest, 1.0)
        return payoffs / ranges.reshape(-1, *(1,) * self.n_players), np.asarray(least, float), ranges

    # -- converters ----------------------------------------------------------------------------

    @classmethod
    def from_bimatrix(
        cls,
        row: ArrayLike,
        column: ArrayLike,
        *,
        players: Labels | None = None,
        actions: Sequence[Labels] | None = None,
    ) -> Game:
        """Two-player game from the payoff matrices of the row and of the column player.

        Both have shape ``(*batch, rows, columns)``; entry ``[i, j]`` is the payoff at row ``i``, column ``j``.
        """
        row, column = _numbers(row, "row"), _numbers(column, "column")
        if row.shape != column.shape or row.ndim < 2:
            raise InputError(
                f"row has shape {row.shape} and column has shape {column.shape}; both must be "
                "(*batch, rows, columns) and equal: column[i, j] is also at row i, column j"
            )
        payoffs = np.stack([row, column], axis=-3)
        return cls(payoffs, players=players, actions=actions, batch_ndim=row.ndim - 2)

    def bimatrix(self) -> tuple[Array, Array]:
        """Payoff matrices of the two players of a single two-player game."""
        if self.n_players != 2 or self.batch_ndim:
            done = "pick one draw of it: game[0]" if self.n_players == 2 else "games of two players are taken here"
            raise InputError(f"{self!r} is not a single two-player game; {done}")
        return self.payoffs[0], self.payoffs[1]

    def to_nashpy(self) -> Any:
        """Give the same two-player game as a nashpy game."""
        import nashpy

        row, column = self.bimatrix()
        return nashpy.Game(row.astype(float), column.astype(float))

    def to_quantecon(self) -> Any:
        """Give the same game as a quantecon ``NormalFormGame`` (needs the extra ``computerace[peers]``)."""
        import quantecon.game_theory as quantecon_games

        self._require_single("to_quantecon")
        # quantecon orders each player's axes from that player on: i, i+1, ..., N-1, 0, ..., i-1; its compiled solvers
        # need arrays that may be written to, so these are copies
        orders = ([*range(i, self.n_players), *range(i)] for i in range(self.n_players))
        return quantecon_games.NormalFormGame(
            [
                quantecon_games.Player(np.array(self.payoffs[i].transpose(order), dtype=float, order="C"))
                for i, order in enumerate(orders)
            ]
        )

    def _require_single(self, what: str) -> None:
        if self.batch_ndim:
            raise InputError(f"{what} takes a single game, not {self!r}; pick one draw of it: game[0]")


def require_game(game: object, solver: str) -> None:
    """Refuse what is not a `Game`, before a solver stumbles over it."""
    if not isinstance(game, Game):
        raise InputError(
            f"{solver} takes a Game, not {type(game).__name__}; make one with Game(...), Game.from_bimatrix or a "
            "payoff model's model.game()"
        )


def _numbers(values: ArrayLike, name: str) -> Array:
    """Copy to a read-only array of finite floats, or of exact rationals if any entry is a `Fraction`."""
    refuse_masked(values, name)
    try:
        array: Array = np.array(values)
        if array.dtype == object:
            array = _exact(array)
        elif array.dtype.kind in "biuf":
            array = array.astype(float)
        else:
            raise TypeError
    except (TypeError, ValueError, OverflowError) as error:  # the last for whole numbers that no float holds
        raise InputError(
            f"{name} must be a full array of real numbers; got {type(values).__name__} "
            f"that does not convert: {_shorten(values)}"
        ) from error
    if array.dtype != object and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{name}{list(where)} is {array[where]}; every entry must be finite")
    _refuse_huge(array, name)
    array.setflags(write=False)
    return array


def _refuse_huge(array: Array, name: str) -> None:
    """Refuse entries whose differences no float holds; exact ones too, as solvers and measures give floats."""
    huge = np.asarray(np.abs(array) > LARGEST)
    if huge.any():
        where = tuple(int(i) for i in np.argwhere(huge)[0])
        allowed = f"every entry must be of size up to {LARGEST:g}: change the unit"
        raise InputError(f"{name}{list(where)} is {str(array[where])[:60]}; {allowed}")


def _exact(array: Array) -> Array:
    if not all(isinstance(value, Rational | float | np.integer | np.floating) for value in array.flat):
        raise TypeError
    if any(isinstance(value, Fraction) for value in array.flat):
        return np.array([Fraction(value) for value in array.flat], dtype=object).reshape(array.shape)
    return array.astype(float)


def _labels(labels: Labels | None, count: int, name: str) -> tuple[str, ...]:
    if labels is None:
        return tuple(str(i + 1) for i in range(count))
    result = tuple(str(label) for label in list_of(labels, name, f"{count} different labels"))
    if len(result) != count or len(set(result)) != count:
        raise InputError(f"{name} are {result}; {count} different labels are needed")
    return result


def _action_labels(actions: Sequence[Labels] | None, shape: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    lists = [None] * len(shape) if actions is None else list_of(actions, "actions", "lists of labels, one per player")
    if len(lists) != len(shape):
        raise InputError(f"actions has {len(lists)} lists of labels; one per player is needed: {len(shape)}")
    return tuple(_labels(own, n, f"actions of player {i}") for i, (own, n) in enumerate(zip(lists, shape, strict=True)))


def _outcomes(outcomes: Mapping[str, ArrayLike], shape: tuple[int, ...], n_action_axes: int) -> Mapping[str, Array]:
    result = {}
    named = mapping_of(outcomes, "outcomes", "{'welfare': one number per action profile}")
    for name, values in named.items():
        array = _numbers(values, f"outcome {name!r}")
        if array.shape[-n_action_axes:] != shape[-n_action_axes:] or array.ndim > len(shape):
            raise InputError(
                f"outcome {name!r} has shape {array.shape}; it must be one number per action profile: {shape}"
            )
        result[name] = np.broadcast_to(array, shape)
    return MappingProxyType(result)


def _shorten(values: object, limit: int = 60) -> str:
    text = repr(values)
    return text if len(text) <= limit else text[:limit] + "..."
