"""Parameters of payoff models: symbol, unit, meaning, bounds, default, prior.

A parameter is declared as a field of a model with `parameter`, a per-player one with ``per_player=True``, and
a whole number that shapes the game (how many labs) with `count`. Values may be numbers or arrays of draws.
"""

from __future__ import annotations

import dataclasses
import difflib
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.prior import Prior, require_all_in_time
from theory.arrays import refuse_masked
from theory.errors import InputError

Value: TypeAlias = Any
"""A number, an array of draws of shape ``(*batch,)`` (per player ``(*batch, N)``), or a sympy symbol in algebra."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parameter:
    """Declaration of one parameter of a payoff model."""

    name: str
    symbol: str
    default: Any
    unit: str = ""
    meaning: str = ""
    low: float = -np.inf
    high: float = np.inf
    prior: Prior | tuple[Prior, ...] | None = None
    facts: tuple[str, ...] = ()
    per_player: bool = False
    structural: bool = False
    strict: bool = False
    options: tuple[str, ...] = ()

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Ids of every fact behind the parameter: its own and those of its priors."""
        priors = self.prior if isinstance(self.prior, tuple) else (self.prior,) if self.prior else ()
        ids = [*self.facts, *(fact_id for prior in priors for fact_id in prior.facts)]
        return tuple(dict.fromkeys(ids))

    @property
    def bounds(self) -> str:
        """Bounds in words."""
        low = "" if self.low == -np.inf else f"{'above' if self.strict else 'at least'} {self.low:g}"
        high = "" if self.high == np.inf else f"at most {self.high:g}"
        return " and ".join(part for part in (low, high) if part) or "any number"

    def check(self, value: Any, model: str) -> Any:
        """Validated value: an integer if structural, else a float or a read-only array.

        Raises
        ------
        InputError
            Naming the parameter, the value, the bounds and where to look.
        """
        if self.options:
            if value not in self.options:
                raise self.refuse(value, "one of " + ", ".join(self.options), model)
            return value
        if self.structural:
            return self._check_count(value, model)
        refuse_masked(value, f"{self.name} ({self.symbol})")
        try:
            array = np.array(value, dtype=float)
        except (TypeError, ValueError):
            raise self.refuse(value, "a number or an array of numbers", model) from None
        if self.per_player and array.ndim == 0:
            raise self.refuse(value, "one value per player", model)
        below = array <= self.low if self.strict else array < self.low
        bad = ~np.isfinite(array) | below | (array > self.high)
        if bad.any():
            raise self.refuse(float(array[bad][0]), f"finite, and {self.bounds}", model)
        array.setflags(write=False)
        return array if array.ndim else float(array)

    def _check_count(self, value: Any, model: str) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError, OverflowError):
            raise self.refuse(value, f"one whole number, {self.bounds}", model) from None
        if isinstance(value, str | bool) or number != value or not self.low <= number <= self.high:
            given = f"{value:.12g}" if isinstance(value, float) else value  # from the command line, all are floats
            raise self.refuse(given, f"one whole number, {self.bounds}", model)
        return number

    def refuse(self, value: Any, allowed: str, model: str) -> InputError:
        """Error that names the parameter, a value of it, what is allowed, and where to look."""
        unit = f" {self.unit}" if self.unit not in ("", "1") else ""
        return InputError(
            f"{self.name} ({self.symbol}) is {value}; it must be {allowed}{unit}. See: computerace models {model}"
        )


def parameter(
    symbol: str,
    *,
    default: float | Sequence[float] | Prior | tuple[Prior, ...],
    unit: str = "",
    meaning: str = "",
    low: float = -np.inf,
    high: float = np.inf,
    above: float | None = None,
    facts: tuple[str, ...] = (),
    per_player: bool = False,
) -> Any:
    """Declare a parameter as a field of a payoff model.

    Parameters
    ----------
    symbol
        As the literature writes it, e.g. ``"V"``; used in formulas and tables.
    default
        Its value, one per player if ``per_player``; or what is known about it (`models.prior`), whose central
        value is then the default. A tuple of priors is one per player.
    unit, meaning
        For tables and errors.
    low, high
        Bounds, inclusive; ``above`` instead of ``low`` for a bound that is excluded.
    facts
        Ids of facts that bear on it besides those of the prior.
    """
    priors = _priors(default)
    require_all_in_time(facts)
    return _field(
        symbol=symbol,
        default=_central(default),
        unit=unit,
        meaning=meaning,
        low=low if above is None else above,
        high=high,
        strict=above is not None,
        prior=priors,
        facts=facts,
        per_player=per_player or isinstance(priors, tuple),
    )


def count(symbol: str, *, default: int, low: int = 1, high: int = 1000, meaning: str = "") -> Any:
    """Declare a whole number that shapes the game, such as the number of labs. It cannot be an array of draws."""
    return _field(symbol=symbol, default=default, meaning=meaning, low=low, high=high, structural=True)


def choice(symbol: str, *, default: str, options: tuple[str, ...], meaning: str = "") -> Any:
    """Declare a choice among named variants of a model, such as a rationing rule."""
    return _field(symbol=symbol, default=default, meaning=meaning, options=options, structural=True)


def _field(**spec: Any) -> Any:
    return dataclasses.field(default=spec["default"], metadata={"parameter": spec})


def _priors(default: Any) -> Prior | tuple[Prior, ...] | None:
    if isinstance(default, Prior):
        return default
    is_tuple = isinstance(default, tuple) and bool(default) and all(isinstance(item, Prior) for item in default)
    return default if is_tuple else None


def _central(default: Any) -> Any:
    priors = _priors(default)
    if isinstance(priors, tuple):
        return tuple(prior.central for prior in priors)
    return priors.central if priors else tuple(default) if np.ndim(default) else default


def parameters_of(model: Any) -> dict[str, Parameter]:
    """Parameters that a model (class or instance) declares, by name, in order."""
    return {
        item.name: Parameter(name=item.name, **item.metadata["parameter"])
        for item in dataclasses.fields(model)
        if "parameter" in item.metadata
    }


_ONE_UNIT = 1e6
"""How far one amount of money may be above its default, over the others' above theirs: a million is another unit."""


def require_one_unit(values: Mapping[str, Any], specs: Mapping[str, Parameter], model: str) -> None:
    """Refuse an amount of money that is in dollars (or thousands) where the others are in billions.

    All of a model's money may be in any one unit, as payoffs then are as well: it is the ratios to the defaults that
    are compared, each by the least over draws and players, with the median of the others.
    """
    factors = {
        name: float(np.min(values[name]) / np.max(spec.default))
        for name, spec in specs.items()
        if spec.unit.startswith("US$ bn") and np.min(spec.default) > 0
    }
    positive = {name: factor for name, factor in factors.items() if factor > 0}
    for name, factor in positive.items():
        others = [value for other, value in positive.items() if other != name]
        if len(others) > 1 and factor > _ONE_UNIT * statistics.median_high(others):
            spec = specs[name]
            raise spec.refuse(
                f"{np.min(values[name]):.4g}, {factor:.2g} times its default",
                "in one unit with the rest of the "
                f"money, here at most {_ONE_UNIT * statistics.median_high(others) * np.max(spec.default):.4g}",
                model,
            )


def unknown_parameter(name: str, known: Iterable[str], model: str) -> InputError:
    """Error for a name that is no parameter of the model, with the nearest one."""
    return unknown_name(name, known, "parameter", owner=f" of {model}")


def unknown_name(name: str, known: Iterable[str], kind: str, *, owner: str = "") -> InputError:
    """Error for a name that is not known, with what is, and the nearest one."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return InputError(f"{name!r} is no {kind}{owner}; there are {', '.join(names)}.{hint}")
