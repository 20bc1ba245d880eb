"""Payoff models: parameters with units and sources, and one formula that drives everything.

A model is one class in one file. It declares its parameters as fields and writes the payoff of player ``i``
once, in plain arithmetic, as `PayoffModel.payoff`. From that one expression come, through sympy, the numeric
payoffs and gradients (for arrays of draws as readily as for one value), the algebra and the typesetting.

::

    @payoff_model("power-race")
    class PowerRace(PayoffModel):
        n: int = count("n", default=3, low=2)
        prize: Value = parameter("V", default=100.0, unit="US$ bn", low=0)
        price: Value = parameter("w", default=0.6, unit="US$ bn per GW", above=0)

        def payoff(self, i, k):
            return self.prize * k[i] / sum(k) - self.price * k[i]
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar, cast, dataclass_transform

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.parameters import (
    Parameter,
    Value,
    choice,
    count,
    parameter,
    parameters_of,
    require_one_unit,
    unknown_parameter,
)
from models.sampling import Priors, sobol_points
from models.symbolic import CompiledPayoffs, compile_payoffs, symbolic_model
from theory.continuous import ContinuousGame
from theory.errors import InputError
from theory.game import Game
from theory.generators import require_generator

__all__ = ["PayoffModel", "Priors", "Shock", "Value", "choice", "count", "parameter", "payoff_model", "payoff_parts"]

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Shock:
    """A state of the world that is drawn after the choices: lognormal with mean one.

    Parameters
    ----------
    symbol
        Symbol of the state.
    volatility
        Name of the model's parameter that is the standard deviation of its logarithm.
    """

    symbol: str
    volatility: str

    def draw(self, u: Floats, volatility: Floats) -> Floats:
        """States at quantiles ``u``: ``exp(s z - s^2 / 2)`` with z the standard normal quantile."""
        return np.exp(volatility * special.ndtri(u) - volatility**2 / 2)


class PayoffModel:
    """Base of every payoff model; see the module's text for how to write one.

    A subclass declares parameters, `payoff` and, where they differ from the defaults, `players`, `action_bounds`,
    `outcomes`, `levels`. Values are checked when a model is made. Fields may be arrays of draws of one shape.
    """

    name: ClassVar[str] = ""
    action_unit: ClassVar[str] = ""
    payoff_unit: ClassVar[str] = "US$ bn"
    shocks: ClassVar[Mapping[str, Shock]] = {}
    rises_with: ClassVar[Mapping[str, int]] = {}
    """Declared monotonicity: parameter name -> sign of the effect on total choice in equilibrium."""
    named_ties: ClassVar[bool] = False
    """Whether players are tied to each other by name, so that relabelling them gives another game."""
    outcome_units: ClassVar[Mapping[str, str]] = {}
    """Units of the outcomes that are not in the unit of the payoff."""

    # -- what a model writes -----------------------------------------------------------------------

    def payoff(self, i: int, k: Sequence[Any]) -> Any:
        """Payoff of player ``i`` at choices ``k``, in expectation over the shocks: plain arithmetic or sympy."""
        raise InputError(f"{type(self).__name__} writes no payoff(self, i, k)")

    def realised(self, i: int, k: Sequence[Any], state: Mapping[str, Any]) -> Any:
        """Payoff once the state is known; its mean over the shocks must be `payoff`. Without shocks, the same."""
        return self.payoff(i, k)

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Named outcomes at choices ``k`` that risk measures read, e.g. ``{"welfare": ...}``."""
        return {"total": sum(k)}

    @classmethod
    def outcome_unit(cls, name: str) -> str:
        """Unit of an outcome: as `outcome_units` says, else that of the payoff (of a choice, for the default total)."""
        choices = {"total": cls.action_unit} if cls.outcomes is PayoffModel.outcomes else {}
        return {**choices, **cls.outcome_units}.get(name, cls.payoff_unit)

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the players; by default as many as the parameter ``n`` says."""
        return tuple(f"lab {i + 1}" for i in range(getattr(self, "n", 2)))

    def action_bounds(self) -> tuple[Any, Any]:
        """Smallest and largest choice, each broadcastable to ``(*batch, N)``."""
        raise InputError(f"{type(self).__name__} gives no action_bounds()")

    def levels(self) -> tuple[tuple[str, Any], ...]:
        """Labelled levels of the finite game: the label, and the choice as a number or an array of draws."""
        raise InputError(f"{type(self).__name__} gives no levels(); use continuous_game().discretise(levels)")

    # -- what it gets ------------------------------------------------------------------------------

    def __post_init__(self) -> None:
        for name, spec in self.parameters().items():
            object.__setattr__(self, name, spec.check(getattr(self, name), self.name))
        _ = self.batch_shape
        require_one_unit(vars(self), self.parameters(), self.name)
        for name, spec in self.parameters().items():
            if spec.per_player and np.shape(getattr(self, name))[-1] != self.n_players:
                raise InputError(
                    f"{name} ({spec.symbol}) has {np.shape(getattr(self, name))[-1]} values; "
                    f"one per player is needed: {self.n_players}"
                )

    @classmethod
    def parameters(cls) -> dict[str, Parameter]:
        """Parameters by name: symbol, unit, meaning, bounds, default, prior."""
        return parameters_of(cls)

    @property
    def n_players(self) -> int:
        """Number of players."""
        return len(self.players)

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Common shape of the parameter draws; ``()`` for a single model."""
        shapes = {
            name: np.shape(getattr(self, name))[: -1 if spec.per_player else None]
            for name, spec in self.parameters().items()
        }
        try:
            return np.broadcast_shapes(*shapes.values())
        except ValueError:
            given = {name: shape for name, shape in shapes.items() if shape}
            raise InputError(f"draws of the parameters have different shapes: {given}; give them all one") from None

    def refused(self, name: str, value: Any, allowed: str) -> InputError:
        """Error for a value that the others rule out, in the words of a value out of bounds."""
        return self.parameters()[name].refuse(value, allowed, self.name)

    def replace(self, **changes: Any) -> Self:
        """Copy with some parameters changed; numbers or arrays of draws.

        Raises
        ------
        InputError
            For a name that is no parameter, with the nearest one, or a value out of bounds.
        """
        known = self.parameters()
        for name in changes:
            if name not in known:
                raise unknown_parameter(name, known, self.name)
        return type(self)(**{name: changes.get(name, getattr(self, name)) for name in known})

    rank_correlations: ClassVar[Mapping[tuple[str, str], float]] = {}
    """Declared Spearman correlations of pairs of uncertain parameters, by the names in `Priors.names`."""

    def priors(self, rank_correlations: Mapping[tuple[str, str], float] | None = None) -> Priors:
        """Priors of every parameter that has one, as one object to sample; correlated as declared, or as given."""
        return Priors(self, self.rank_correlations if rank_correlations is None else rank_correlations)

    def continuous_game(self) -> ContinuousGame:
        """Game over quantities, payoffs in expectation over the shocks."""
        return self._game(self._compiled(realised=False), ())

    def realised_game(
        self, states: int, rng: np.random.Generator, shocks: Mapping[str, Shock] | None = None
    ) -> ContinuousGame:
        """Games in drawn states of the world: a batch of shape ``(states, *batch)`` on common parameters.

        Parameters
        ----------
        states
            Number of states of each draw, scrambled Sobol points; a power of two keeps their balance.
        shocks
            Other laws of the states, under the same names; the model's own if not given.
        """
        return self.game_in(self.states(states, rng, shocks))

    def game_in(self, states: Mapping[str, Floats]) -> ContinuousGame:
        """Games in given states of the world, as `states` gives them; choices within `bounds_in`."""
        return self._game(self._compiled(realised=True), list(states.values()), self.bounds_in(states))

    def bounds_in(self, states: Mapping[str, Floats]) -> tuple[Any, Any]:
        """Bounds of the choices for whoever knows the state; those of `action_bounds` unless a model has wider ones."""
        return self.action_bounds()

    def states(
        self, states: int, rng: np.random.Generator, shocks: Mapping[str, Shock] | None = None
    ) -> dict[str, Floats]:
        """Drawn states of the world by name, each of shape ``(states, *batch)``, as `realised` takes them."""
        draws = math.prod(self.batch_shape)
        points = sobol_points(0, draws * states, max(len(self.shocks), 1), require_generator(rng))
        # every draw gets states of its own: consecutive blocks of a Sobol sequence are nets, so each is balanced
        points = np.moveaxis(points.reshape(*self.batch_shape, states, -1), -2, 0)
        return {
            name: shock.draw(points[..., column], np.asarray(getattr(self, shock.volatility)))
            for column, (name, shock) in enumerate((shocks or self.shocks).items())
        }

    def _compiled(self, *, realised: bool) -> CompiledPayoffs:
        cls: Any = type(self)
        return compile_payoffs(cls, self.players, self._counts(), realised=realised)

    def _game(
        self, compiled: CompiledPayoffs, extra: Sequence[Floats], bounds: tuple[Any, Any] | None = None
    ) -> ContinuousGame:
        lower, upper = self.action_bounds() if bounds is None else bounds
        shape = np.broadcast_shapes(np.shape(lower), np.shape(upper), (*self.batch_shape, self.n_players))
        return ContinuousGame(
            compiled.payoffs,
            np.broadcast_to(lower, shape),
            np.broadcast_to(upper, shape),
            gradients=compiled.gradients,
            joint=compiled.joint,
            parameters=(*self._flat(), *extra),
            players=self.players,
            outcomes=compiled.outcomes,
            action_unit=self.action_unit,
            payoff_unit=self.payoff_unit,
        )

    def game(self) -> Game:
        """Finite game over the model's labelled `levels`, one tensor per draw."""
        labels, values = zip(*self.levels(), strict=True)
        grid = np.stack([np.broadcast_to(v, self.batch_shape) for v in values], axis=-1)
        game = self.continuous_game().discretise([grid] * self.n_players)
        return Game(
            game.payoffs,
            players=self.players,
            actions=[labels] * self.n_players,
            outcomes=game.outcomes,
            batch_ndim=game.batch_ndim,
        )

    @classmethod
    def symbolic(cls, **counts: int) -> Any:
        """Instance whose fields are sympy symbols: ``Model.symbolic(n=2).payoff(0, k)`` is the formula."""
        return symbolic_model(cls, counts)

    def _counts(self) -> tuple[tuple[str, int], ...]:
        return tuple((name, getattr(self, name)) for name, spec in self.parameters().items() if spec.structural)

    def _flat(self) -> list[Floats]:
        """Parameter arrays in the order in which the compiled functions take them."""
        flat: list[Floats] = []
        for name, spec in self.parameters().items():
            if spec.structural:
                continue
            value = np.asarray(getattr(self, name), float)
            flat.extend([value[..., j] for j in range(self.n_players)] if spec.per_player else [value])
        return flat

    # -- serialisation and display -------------------------------------------------------------------

    def to_json(self) -> str:
        """Name and parameters as JSON, at full precision."""
        values = {name: np.asarray(getattr(self, name)).tolist() for name in self.parameters()}
        return json.dumps({"model": self.name, "parameters": values})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Inverse of `to_json`."""
        try:
            data = json.loads(text)
            parameters = dict(data["parameters"])
            name = data["model"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise InputError(f"this is not a saved model: {error}; to_json() writes one") from error
        if name != cls.name:
            raise InputError(f"the saved model is {name!r}; it cannot be read as {cls.name!r}")
        known = cls.parameters()
        for key in parameters:
            if key not in known:
                raise unknown_parameter(key, known, cls.name)
        return cls(**parameters)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, PayoffModel) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __repr__(self) -> str:
        lines = [f"{self.name}: {self.n_players} players, batch {self.batch_shape}"]
        for name, spec in self.parameters().items():
            sources = ", ".join(spec.fact_ids) or ("swept" if spec.prior else "set")
            lines.append(f"  {name:<18} {spec.symbol:<8} {_show(getattr(self, name)):<34} {spec.unit:<22} {sources}")
        return "\n".join(lines)


Model = TypeVar("Model", bound=type[PayoffModel])
_REGISTRY: dict[str, type[PayoffModel]] = {}


@dataclass_transform(field_specifiers=(parameter, count, choice), frozen_default=True, kw_only_default=True)
def payoff_parts(cls: Model) -> Model:
    """Class decorator for a base that other models share: its parameters are inherited, it is no model by itself."""
    dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)(cls)  # works in place, returns cls
    by_name = cls.__init__
    fields = tuple(field.name for field in dataclasses.fields(cast(Any, cls)))

    @functools.wraps(by_name)
    def init(self: Any, *unnamed: Any, **values: Any) -> None:
        title = type(self).name or type(self).__name__
        if unnamed:
            raise InputError(
                f"{title} is given {unnamed[0]!r} without a name; give parameters by name: {fields[0]}=..."
            )
        for name in values:
            if name not in fields:
                raise unknown_parameter(name, fields, title)
        by_name(self, **values)

    cast(Any, cls).__init__ = init
    return cls


@dataclass_transform(field_specifiers=(parameter, count, choice), frozen_default=True, kw_only_default=True)
def payoff_model(name: str) -> Callable[[Model], Model]:
    """Class decorator: make the class a frozen dataclass and enter it in the catalogue under ``name``."""

    def register(cls: Model) -> Model:
        decorated = payoff_parts(cls)
        decorated.name = name
        symbols = [spec.symbol for spec in decorated.parameters().values()]
        twice = sorted({symbol for symbol in symbols if symbols.count(symbol) > 1})
        if twice:  # in the formula they would be one
            raise InputError(f"two parameters of {name!r} have the symbol {twice[0]!r}; give each its own")
        other = _REGISTRY.get(name)
        if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
            raise InputError(f"two models are called {name!r}: {other.__module__} and {cls.__module__}; rename one")
        _REGISTRY[name] = decorated
        return decorated

    return register


def registered() -> Mapping[str, type[PayoffModel]]:
    """Models registered so far; `models.catalogue.catalogue` imports all there are first."""
    return dict(_REGISTRY)


def _show(value: Any) -> str:
    if isinstance(value, np.ndarray):
        if value.ndim == 1 and value.size <= 8:
            return " ".join(f"{v:.4g}" for v in value)
        return f"{value.shape} draws, {value.min():.4g} to {value.max():.4g}"
    return f"{value:g}" if isinstance(value, float) else str(value)
