"""Parameters of studies: keyword arguments with a default, read from values or from the command line's text."""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args, get_type_hints

from theory.errors import InputError

Value: TypeAlias = bool | int | float | str
"""What a parameter of a study can be; its kind is that of its default."""

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class StudyParameter:
    """One parameter of a study.

    Examples
    --------
    >>> StudyParameter("draws", 1000).read("1_000_000", "dilemma_class")
    1000000
    >>> StudyParameter("draws", 1000).read("many", "race")
    Traceback (most recent call last):
    theory.errors.InputError: draws is 'many'; it must be a whole number below 2**63. See: computerace experiments race
    """

    name: str
    default: Value
    options: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What is allowed, in words."""
        if self.options:
            return " or ".join(map(repr, self.options))
        kinds = {bool: "true or false", int: "a whole number below 2**63", float: "a finite number", str: "a text"}
        return kinds[type(self.default)]

    def read(self, value: object, study: str) -> Value:
        """Value of the parameter's kind from a value or a text.

        Raises
        ------
        InputError
            Naming the parameter, the value, and what is allowed.
        """
        try:
            converted = _convert(value, type(self.default))
            if self.options and converted not in self.options:
                raise ValueError
            return converted
        except (TypeError, ValueError, OverflowError):
            raise InputError(
                f"{self.name} is {value!r}; it must be {self.kind}. See: computerace experiments {study}"
            ) from None


def declared(function: Callable[..., Any], study: str) -> dict[str, StudyParameter]:
    """Parameters of a study's function, by name, in order; the options of a `Literal` are all that is allowed.

    Raises
    ------
    InputError
        If an argument other than ``rng`` and ``part`` is not keyword-only with a bool, int, float or str default.
    """
    parameters, hints = {}, get_type_hints(function)
    for name, argument in inspect.signature(function).parameters.items():
        if name in ("rng", "part"):
            continue
        default = argument.default
        if argument.kind is not argument.KEYWORD_ONLY or type(default) not in (bool, int, float, str):
            raise InputError(
                f"argument {name!r} of the study {study!r} must be keyword-only, with a bool, int, float or str default"
            )
        parameters[name] = StudyParameter(name, default, get_args(hints.get(name)))
    return parameters


def override(parameters: Mapping[str, StudyParameter], changes: Mapping[str, object], study: str) -> dict[str, Value]:
    """All parameters, with some changed.

    Raises
    ------
    InputError
        For a name that is no parameter, with the nearest one, or for a value of another kind.
    """
    for name in changes:
        if name not in parameters:
            raise unknown(name, parameters, "parameter", f" of {study}", f"computerace experiments {study}")
    return {
        name: parameter.read(changes[name], study) if name in changes else parameter.default
        for name, parameter in parameters.items()
    }


def unknown(name: str, known: Iterable[str], kind: str, owner: str, see: str) -> InputError:
    """Error for a name that does not exist, with the nearest one and the names that do.

    Examples
    --------
    >>> print(unknown("draw", ["draws"], "parameter", " of dilemma_class", "computerace experiments"))
    'draw' is no parameter of dilemma_class; there are draws. Did you mean draws? See: computerace experiments
    """
    names = list(known)
    there_are = f"there are {', '.join(names)}" if names else "there are none"
    near = difflib.get_close_matches(str(name), names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return InputError(f"{name!r} is no {kind}{owner}; {there_are}.{hint} See: {see}")


def _convert(value: object, kind: type[Value]) -> Value:
    if kind is str and isinstance(value, str):
        return value
    text = value.strip().lower() if isinstance(value, str) else None
    if kind is bool:
        return _WORDS[text] if text in _WORDS else _exactly(value, bool)
    number: Any = value if text is None else _number(text)
    if kind is str or isinstance(value, bool):
        raise TypeError
    converted: int | float = int(number) if kind is int else float(number)
    if converted != number or not math.isfinite(converted) or (kind is int and abs(converted) >= 2**63):
        raise ValueError
    return converted


def _exactly(value: object, kind: type[bool]) -> bool:
    if not isinstance(value, kind):
        raise TypeError
    return value


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
