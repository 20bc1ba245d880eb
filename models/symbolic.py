"""From one formula to numbers, gradients and algebra.

A model's payoff is plain arithmetic in its fields and the choices. Called on an instance whose fields are sympy
symbols it gives the formula; the formula and its derivative are compiled with common subexpressions into
functions of arrays. Nothing is computed when the module is imported, and each compilation is done once.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from scipy import special

from models.parameters import parameters_of
from theory.continuous import Payoff
from theory.errors import InputError

if TYPE_CHECKING:
    from models.base import PayoffModel


@dataclass(frozen=True)
class CompiledPayoffs:
    """Functions of ``(x, *parameters)`` for the payoffs, own marginal payoffs and outcomes of a model.

    ``joint`` is the sum of all payoffs in one formula, with what they have in common computed once.
    """

    payoffs: tuple[Payoff, ...]
    gradients: tuple[Payoff, ...]
    outcomes: Mapping[str, Payoff]
    joint: Payoff | None = None


class Compiled:
    """A formula as a function of choices and parameters, compiled when it is called first: many outcomes never are."""

    def __init__(self, arguments: Sequence[Any], formula: Callable[[], Any], n_players: int) -> None:
        self._arguments, self._formula, self._n_players = arguments, formula, n_players

    @functools.cached_property
    def _function(self) -> Callable[..., Any]:
        import sympy

        # numpy's printer stacks the arguments of Min and Max, which must then have one shape; ours broadcast
        modules = [{"Min": np.minimum, "Max": np.maximum}, "scipy", "numpy"]
        function = sympy.lambdify(self._arguments, sympy.sympify(self._formula()), modules, cse=True)
        return cast(Callable[..., Any], function)

    def __call__(self, x: Any, *parameters: Any) -> Any:
        """Values at choices ``x``, shape ``(..., *batch, N)``."""
        return self._function(*(x[..., i] for i in range(self._n_players)), *parameters)

    def along(self, x: Any, player: int, own: Any, *parameters: Any) -> Any:
        """Values with one player's choice moved to ``own``: what does not depend on it is computed once for all."""
        columns = (own if i == player else x[..., i] for i in range(self._n_players))
        return self._function(*columns, *parameters)


def choice_symbols(n_players: int) -> tuple[Any, ...]:
    """Symbols ``k_1 .. k_N`` of the choices."""
    import sympy

    return tuple(sympy.Symbol(f"k_{i + 1}", positive=True) for i in range(n_players))


def symbolic_model(cls: type[PayoffModel], counts: Mapping[str, int] | None = None, *, suffix: str = "") -> Any:
    """Instance of a model whose fields are symbols; whole numbers keep the values in ``counts`` or their default.

    Compiled code tells arguments from functions (``gamma``, ``pi``, ``e``) by a ``suffix`` of their names; sympy itself
    would do so by replacing every symbol of every formula, which takes most of the time of compiling.
    """
    import sympy

    model = object.__new__(cls)
    specs = parameters_of(cls)
    for name, spec in specs.items():
        if spec.structural:
            object.__setattr__(model, name, (counts or {}).get(name, spec.default))
    for name, spec in specs.items():
        if not spec.structural and not spec.per_player:
            object.__setattr__(model, name, _symbol(sympy, f"{spec.symbol}{suffix}", spec.low))
    for name, spec in specs.items():
        if spec.per_player:
            each = tuple(_symbol(sympy, f"{spec.symbol}_{j + 1}{suffix}", spec.low) for j in range(len(model.players)))
            object.__setattr__(model, name, each)
    return model


def exp(value: Any) -> Any:
    """Exponential of a symbol, a number or an array."""
    sympy = _sympy_of(value)
    return sympy.exp(value) if sympy else np.exp(value)


def log(value: Any) -> Any:
    """Natural logarithm of a symbol, a number or an array."""
    sympy = _sympy_of(value)
    return sympy.log(value) if sympy else np.log(value)


def minimum(left: Any, right: Any) -> Any:
    """Smaller of two symbols, numbers or arrays."""
    sympy = _sympy_of(left, right)
    return sympy.Min(left, right) if sympy else np.minimum(left, right)


def normal_cdf(value: Any) -> Any:
    """Standard normal distribution function of a symbol, a number or an array."""
    sympy = _sympy_of(value)
    return (1 + sympy.erf(value / sympy.sqrt(2))) / 2 if sympy else special.ndtr(value)


def _sympy_of(*values: Any) -> Any:
    """Sympy if one of the values is its, else None; numbers need not wait for it to be imported."""
    sympy = sys.modules.get("sympy")
    return sympy if sympy and any(isinstance(value, sympy.Basic) for value in values) else None


def _symbol(sympy: Any, symbol: str, low: float) -> Any:
    return sympy.Symbol(symbol, positive=True) if low >= 0 else sympy.Symbol(symbol, real=True)


@functools.lru_cache(maxsize=64)
def compile_payoffs(
    cls: type[Any], players: tuple[str, ...], counts: tuple[tuple[str, int], ...], *, realised: bool = False
) -> CompiledPayoffs:
    """Compile a model's payoffs for a number of players; ``realised`` takes the states as further arguments."""
    import sympy

    model = symbolic_model(cls, dict(counts), suffix="_")
    k = choice_symbols(len(players))
    state = {name: sympy.Symbol(f"{shock.symbol}_", positive=True) for name, shock in cls.shocks.items()}
    arguments = [*k, *_parameter_symbols(model), *(state.values() if realised else ())]
    with _formulas_of(cls):
        formulas = [
            sympy.sympify(model.realised(i, k, state) if realised else model.payoff(i, k)) for i in range(len(players))
        ]
        outcomes = {} if realised else model.outcomes(k)
    slopes = () if realised else tuple(functools.partial(sympy.diff, f, k[i]) for i, f in enumerate(formulas))
    compiled = functools.partial(Compiled, arguments, n_players=len(k))
    return CompiledPayoffs(
        payoffs=tuple(compiled(lambda f=f: f) for f in formulas),  # type: ignore[misc]
        gradients=tuple(compiled(slope) for slope in slopes),
        outcomes={name: compiled(lambda f=f: f) for name, f in outcomes.items()},  # type: ignore[misc]
        joint=compiled(lambda: sum(formulas)),
    )


@contextlib.contextmanager
def _formulas_of(cls: type[Any]) -> Iterator[None]:
    """Say what a model writes that symbols do not have: a branch on their sign, or a function for numbers alone."""
    try:
        yield
    except (TypeError, AttributeError) as error:
        raise InputError(
            f"payoff or outcomes of {cls.name or cls.__qualname__} are no formula ({type(error).__name__}: {error}): "
            "they are given symbols too; take exp, log, minimum from models.symbolic in place of numpy's, of "
            "math's and of if, or give numeric payoffs, in a continuous_game() of its own"
        ) from error


def _parameter_symbols(model: PayoffModel) -> list[Any]:
    symbols: list[Any] = []
    for name, spec in parameters_of(model).items():
        if not spec.structural:
            value = getattr(model, name)
            symbols.extend(value if spec.per_player else [value])
    return symbols
