"""What ``computerace models`` says of a model: its text, and a table of its parameters."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from experiments.plain import plain
from experiments.text import table

if TYPE_CHECKING:
    from models.base import PayoffModel
    from models.parameters import Parameter


def describe_model(cls: type[PayoffModel]) -> dict[str, Any]:
    """Plain values: name, summary, description, players, parameters with bounds, priors and facts."""
    players = cls().players
    return {
        "name": cls.name,
        "summary": inspect.getdoc(cls) or "",
        "description": (sys.modules[cls.__module__].__doc__ or "").strip(),
        "class": f"{cls.__module__}:{cls.__qualname__}",
        "players": list(players),
        "action unit": cls.action_unit,
        "payoff unit": cls.payoff_unit,
        "parameters": [_parameter(spec, players) for spec in cls.parameters().values()],
    }


def _parameter(spec: Parameter, players: tuple[str, ...]) -> dict[str, Any]:
    priors = spec.prior if isinstance(spec.prior, tuple) else (spec.prior,) if spec.prior else ()
    return {
        "name": spec.name,
        "symbol": spec.symbol,
        "unit": spec.unit,
        "meaning": spec.meaning,
        "default": plain(spec.default),
        "allowed": " or ".join(spec.options) or spec.bounds,
        "per player": spec.per_player,
        "facts": list(spec.fact_ids),
        "priors": [
            {
                "player": player,
                "low": prior.low,
                "central": prior.central,
                "high": prior.high,
                "log": prior.log,
                "grade": prior.grade,
                "facts": list(prior.facts),
                "reason": prior.reason,
            }
            for player, prior in zip(players if spec.per_player else (None,), priors, strict=False)
        ],
    }


def model_text(described: Mapping[str, Any]) -> Iterator[str]:
    """Lines to print."""
    yield f"{described['name']}: {described['summary']}"
    yield ""
    yield described["description"]
    yield ""
    header = ["parameter", "symbol", "default", "unit", "allowed", "prior", "grade", "facts", "meaning"]
    yield from table(header, [row for parameter in described["parameters"] for row in _rows(parameter)])


def _rows(parameter: Mapping[str, Any]) -> Iterator[list[object]]:
    name, default, facts = parameter["name"], parameter["default"], parameter["facts"]
    words = (parameter["unit"], parameter["allowed"])
    if not parameter["priors"]:
        yield [name, parameter["symbol"], default, *words, "-", "-", " ".join(facts), parameter["meaning"]]
    for place, prior in enumerate(parameter["priors"]):
        label = f"{name}[{prior['player']}]" if prior["player"] else name
        value = default[place] if isinstance(default, list) else default
        ends = f"{prior['low']:.4g} to {prior['high']:.4g}{' (log)' if prior['log'] else ''}"
        own = " ".join(prior["facts"] if parameter["per player"] else facts)
        yield [label, parameter["symbol"], value, *words, ends, prior["grade"], own, parameter["meaning"]]
