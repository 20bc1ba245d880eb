"""From one formula to numbers, gradients and algebra.

A model's payoff is plain arithmetic in its fields and the choices. Called on an instance whose fields are sympy
symbols it gives the formula; the formula and its derivative are compiled with common subexpressions into
functions of arrays. Nothing is computed when the module is imported, and each compilation is done once.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from models.parameters import parameters_of
from theory.errors import InputError

if TYPE_CHECKING:
    from models.base import PayoffModel

Compiled = Callable[..., Any]


@dataclass(frozen=True)
class CompiledPayoffs:
    """Functions of ``(x, *parameters)`` for the payoffs, own marginal payoffs and outcomes of a model."""

    payoffs: tuple[Compiled, ...]
    gradients: tuple[Compiled, ...]
    outcomes: Mapping[str, Compiled]


def choice_symbols(n_players: int) -> tuple[Any, ...]:
    """Symbols ``k_1 .. k_N`` of the choices."""
    import sympy

    return tuple(sympy.Symbol(f"k_{i + 1}", positive=True) for i in range(n_players))


def symbolic_model(cls: type[PayoffModel], counts: Mapping[str, int] | None = None) -> Any:
    """Instance of a model whose fields are symbols; whole numbers keep the values in ``counts`` or their default."""
    import sympy

    model = object.__new__(cls)
    specs = parameters_of(cls)
    for name, spec in specs.items():
        if spec.structural:
            object.__setattr__(model, name, (counts or {}).get(name, spec.default))
    for name, spec in specs.items():
        if not spec.structural and not spec.per_player:
            object.__setattr__(model, name, _symbol(sympy, spec.symbol, spec.low))
    for name, spec in specs.items():
        if spec.per_player:
            each = tuple(_symbol(sympy, f"{spec.symbol}_{j + 1}", spec.low) for j in range(len(model.players)))
            object.__setattr__(model, name, each)
    return model


def exp(value: Any) -> Any:
    """Exponential of a symbol, a number or an array."""
    import sympy

    return sympy.exp(value) if isinstance(value, sympy.Basic) else np.exp(value)


def log(value: Any) -> Any:
    """Natural logarithm of a symbol, a number or an array."""
    import sympy

    return sympy.log(value) if isinstance(value, sympy.Basic) else np.log(value)


def minimum(left: Any, right: Any) -> Any:
    """Smaller of two symbols, numbers or arrays."""
    import sympy

    symbolic = isinstance(left, sympy.Basic) or isinstance(right, sympy.Basic)
    return sympy.Min(left, right) if symbolic else np.minimum(left, right)


def normal_cdf(value: Any) -> Any:
    """Standard normal distribution function of a symbol, a number or an array."""
    import sympy

    if isinstance(value, sympy.Basic):
        return (1 + sympy.erf(value / sympy.sqrt(2))) / 2
    return special.ndtr(value)


def _symbol(sympy: Any, symbol: str, low: float) -> Any:
    return sympy.Symbol(symbol, positive=True) if low >= 0 else sympy.Symbol(symbol, real=True)


@functools.lru_cache(maxsize=64)
def compile_payoffs(
    cls: type[Any], players: tuple[str, ...], counts: tuple[tuple[str, int], ...], *, realised: bool = False
) -> CompiledPayoffs:
    """Compile a model's payoffs for a number of players; ``realised`` takes the states as further arguments."""
    import sympy

    model = symbolic_model(cls, dict(counts))
    k = choice_symbols(len(players))
    state = {name: sympy.Symbol(shock.symbol, positive=True) for name, shock in cls.shocks.items()}
    arguments = [*k, *_parameter_symbols(model), *(state.values() if realised else ())]
    with _formulas_of(cls):
        formulas = [
            sympy.sympify(model.realised(i, k, state) if realised else model.payoff(i, k)) for i in range(len(players))
        ]
        outcomes = {} if realised else model.outcomes(k)
    slopes = () if realised else tuple(functools.partial(sympy.diff, f, k[i]) for i, f in enumerate(formulas))
    return CompiledPayoffs(
        payoffs=tuple(_compile(arguments, functools.partial(sympy.sympify, f), len(k)) for f in formulas),
        gradients=tuple(_compile(arguments, slope, len(k)) for slope in slopes),
        outcomes={
            name: _compile(arguments, functools.partial(sympy.sympify, f), len(k)) for name, f in outcomes.items()
        },
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


def _compile(arguments: Sequence[Any], formula: Callable[[], Any], n_players: int) -> Compiled:
    """Function of choices and parameters, compiled when it is called first: many outcomes never are."""

    @functools.cache
    def function() -> Any:
        import sympy

        # numpy's printer stacks the arguments of Min and Max, which must then have one shape; ours broadcast
        modules = [{"Min": np.minimum, "Max": np.maximum}, "scipy", "numpy"]
        return sympy.lambdify(arguments, formula(), modules, cse=True, dummify=True)

    def evaluate(x: Any, *parameters: Any) -> Any:
        return function()(*(x[..., i] for i in range(n_players)), *parameters)

    return evaluate
