"""Settings of a model from the command line's text: ``prize=350``, ``plan=60,52,64,38,100``, ``rule=equal``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.errors import InputError

if TYPE_CHECKING:
    from models.base import PayoffModel
    from models.parameters import Parameter


_ABSURD = 1e12


def split_settings(texts: Iterable[str]) -> dict[str, str]:
    """Names and values of ``name=value`` texts.

    Examples
    --------
    >>> split_settings(["prize=350", "rule = equal"])
    {'prize': '350', 'rule': 'equal'}
    """
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise InputError(f"--set is {text!r}; it must be name=value, e.g. --set prize=350")
        if name in settings:
            raise InputError(f"--set {name} is given twice: {settings[name]} and {value}; give it once")
        settings[name] = value
    return settings


def split_options(arguments: Sequence[str]) -> dict[str, str]:
    """Names and values of ``--name value`` and ``--name=value`` words; dashes in a name may stand for underscores.

    Examples
    --------
    >>> split_options(["--draws", "1000", "--step-size=0.1"])
    {'draws': '1000', 'step_size': '0.1'}
    """
    settings: dict[str, str] = {}
    words = list(arguments)
    while words:
        word = words.pop(0)
        name, equals, value = word[2:].partition("=")
        if not word.startswith("--") or not name:
            raise InputError(f"{word!r} is one word too many; parameters are given as --name value or --set name=value")
        if not equals:
            if not words or words[0].startswith("--"):
                raise InputError(f"{word} has no value; parameters are given as --name value or --set name=value")
            value = words.pop(0)
        name = name.replace("-", "_")
        if name in settings:
            raise InputError(f"--{name} is given twice: {settings[name]} and {value}; give it once")
        settings[name] = value
    return settings


def apply_settings(model: PayoffModel, settings: dict[str, str]) -> PayoffModel:
    """Model with some parameters set from text.

    A parameter per player takes one value for all, or one for each, with commas; ``plan[Amazon]`` is one of them.

    Raises
    ------
    InputError
        For a name that is no parameter, with the nearest one, or a value that the parameter does not allow.
    """
    from models.parameters import unknown_parameter

    specs = model.parameters()
    single = {name: text for name, text in settings.items() if name.endswith("]") and "[" in name}
    settings = {name: text for name, text in settings.items() if name not in single}
    for name in [*settings, *(name.partition("[")[0] for name in single)]:
        if name not in specs:
            raise unknown_parameter(name, specs, model.name)
    common = {
        name: _one(specs[name], text, model.name) for name, text in settings.items() if not specs[name].per_player
    }
    vectors = {
        name: np.array([_number(specs[name], part, model.name) for part in text.split(",")])
        for name, text in settings.items()
        if specs[name].per_player
    }
    full = {name: vector for name, vector in vectors.items() if vector.size > 1}
    model = model.replace(**common, **full)
    model = model.replace(**{name: np.full(model.n_players, v[0]) for name, v in vectors.items() if v.size == 1})
    for name, text in single.items():
        model = _set_one(model, specs, name, text)
    return model


def _set_one(model: PayoffModel, specs: Mapping[str, Parameter], name: str, text: str) -> PayoffModel:
    """Model with one player's value set, from ``plan[Amazon]``."""
    field, _, player = name.removesuffix("]").partition("[")
    if not specs[field].per_player or player not in model.players:
        raise InputError(
            f"{name} is no parameter of {model.name}; {field} "
            + (f"is one value per player: {', '.join(model.players)}" if specs[field].per_player else "is one value")
            + f". See: computerace models {model.name}"
        )
    values = np.array(getattr(model, field), float)
    values[model.players.index(player)] = _number(specs[field], text, model.name, single=True)
    return model.replace(**{field: values})


def _one(spec: Parameter, text: str, model: str) -> Any:
    return text if spec.options else _number(spec, text, model)


def _number(spec: Parameter, text: str, model: str, *, single: bool = False) -> float:
    """Number of a text, not so far from the default that arithmetic could only fail."""
    most = _ABSURD * (float(np.max(np.abs(np.asarray(spec.default, float)))) or 1.0)
    allowed = "numbers separated by commas, one per player" if spec.per_player and not single else "one number"
    unit = f" {spec.unit}" if spec.unit not in ("", "1") else ""
    try:
        value = float(text)
    except ValueError:
        raise InputError(
            f"{spec.name} ({spec.symbol}) is {text!r}; it must be {allowed}, {spec.bounds}{unit}. "
            f"See: computerace models {model}"
        ) from None
    if most < abs(value) < np.inf:
        raise InputError(
            f"{spec.name} ({spec.symbol}) is {text}; it must be at most {most:.4g}{unit}, {_ABSURD:.0e} times its "
            f"default, beyond which numbers lose their digits. See: computerace models {model}"
        )
    return value
