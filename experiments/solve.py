"""What a model or a game file says when it is solved: plain values, for people and for other programs.

Whatever the model supports is solved: its finite game over labelled levels (matrix, class, greed and fear,
equilibria, critical discount factor), its game over quantities (certified Nash equilibrium), the strategic wedge if
its outcomes include welfare, and the hindsight split if it has states of the world.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from experiments.plain import plain
from experiments.settings import apply_settings
from experiments.targets import model_class
from experiments.text import show
from models.base import PayoffModel
from models.catalogue import catalogue
from theory.continuous import ContinuousGame
from theory.continuous_solution import ContinuousSolution
from theory.discounting import grim_trigger
from theory.equilibrium import nash
from theory.errors import InputError, SolverError
from theory.game import Game
from theory.newton import continuous_nash
from theory.nfg import from_gam, from_nfg
from theory.risk import hindsight_split
from theory.taxonomy import dilemma_class
from theory.vertices import maximal_components
from theory.wedge import StrategicWedge, strategic_wedge

STATES, REPLICATES, SEED = 512, 8, 1
"""Point set of the hindsight split: replicates of scrambled Sobol states from one fixed seed."""

LOSSES = ("overspend", "underinvest")

MOST_PROFILES = 64
"""Payoffs of larger games are not listed."""

READERS = {".nfg": from_nfg, ".gam": from_gam}
"""Game files by ending."""

GAME_FILES = " or ".join(READERS)


def solve(target: str, settings: dict[str, str] | None = None) -> dict[str, Any]:
    """Solve a model by its name or class, or a game in a file.

    Parameters
    ----------
    target
        Name of a model, ``module:Class`` of one, or path of a ``.nfg`` (Gambit) or ``.gam`` (GAMUT) file.
    settings
        Parameters of the model, as text.

    Returns
    -------
    dict
        Plain values: ``name``, ``settings``, and what there is of ``finite``, ``continuous``, ``wedge``, ``hindsight``.

    Raises
    ------
    InputError
        For an unknown model, an unreadable file or a wrong setting.
    SolverError
        If nothing could be certified, naming the parameters that were set.
    """
    reader = READERS.get(Path(target).suffix.lower())
    if reader is None:
        return {"name": target, "settings": settings or {}, **_solve_named(target, settings or {})}
    if settings:
        raise InputError(f"--set {next(iter(settings))}: {target} is a game in a file; only models have parameters")
    if Path(target).is_dir():
        raise InputError(f"{target} is a folder; give the path of a {GAME_FILES} file, or the name of a model")
    if not Path(target).is_file():
        raise InputError(f"there is no file {target}; give the path of a {GAME_FILES} file, or the name of a model")
    try:
        game = reader(Path(target))
    except InputError as error:
        raise InputError(f"{target}: {error}") from error
    return {"name": target, "settings": {}, "finite": solve_finite(game)}


def _solve_named(target: str, settings: dict[str, str]) -> dict[str, Any]:
    """What a model of the catalogue, or of somebody's module, says when it is solved with some settings."""
    path = Path(target)
    if ":" not in target and target not in catalogue() and (path.suffix or path.name != target or path.exists()):
        raise InputError(
            f"{target!r} is neither a model nor a game file that can be read; give the name of a model "
            f"(computerace models), module:Class, or the path of a {GAME_FILES} file"
        )
    cls = model_class(target)
    try:
        model = apply_settings(cls(), settings)
        with warnings.catch_warnings():  # of absurd numbers: what comes of them is certified, or an error
            warnings.simplefilter("ignore", RuntimeWarning)
            solved = solve_model(model)
        if not solved:
            raise InputError(
                f"{target} has nothing to solve: it needs payoff() and action_bounds(), or levels() or game(). See: "
                f"computerace check {target}"
            )
        return solved
    except InputError:
        raise
    except SolverError as error:
        raise SolverError(f"{target}{_with(cls, settings)}: {error}") from error
    except Exception as error:
        if ":" in target:
            raise InputError(
                f"{target} cannot be solved: {type(error).__name__}: {error}. See: computerace check {target}"
            ) from error
        if not settings or not isinstance(error, ArithmeticError | ValueError):
            raise
        raise SolverError(
            f"{target}{_with(cls, settings)}: the arithmetic fails at these values ({error}); "
            f"give values nearer the defaults. See: computerace models {target}"
        ) from error


def _with(cls: type[PayoffModel], settings: dict[str, str]) -> str:
    """The settings beside the defaults, so that the one that is out of the way is seen."""
    specs = cls.parameters()
    words = []
    for name, text in settings.items():
        default = specs[name.partition("[")[0]].default
        words.append(f"{name} = {text} (default {show(default)})")
    return f" with {', '.join(words)}" if words else ""


def solve_model(model: PayoffModel) -> dict[str, Any]:
    """Everything that the model supports, solved."""
    result: dict[str, Any] = {}
    if type(model).levels is not PayoffModel.levels or type(model).game is not PayoffModel.game:
        result["finite"] = solve_finite(model.game()) | {"payoff unit": model.payoff_unit}
    if type(model).action_bounds is PayoffModel.action_bounds:
        return result
    game = model.continuous_game()
    solution = continuous_nash(game)
    if not solution.certified.any():
        raise SolverError(
            f"no equilibrium could be certified at these values ({solution.note}); "
            "change a parameter with --set, or solve a finite version: continuous_game().discretise(levels)"
        )
    units = {name: model.outcome_unit(name) for name in game.outcomes}
    result["continuous"] = _continuous(game, solution) | {"outcome units": units}
    chosen = solution.select()
    if solution.count > 1:
        result["continuous"]["measured at"] = f"the first of {int(solution.count)} equilibria"
    if "welfare" in game.outcomes:
        wedge = strategic_wedge(game, chosen)
        result["wedge"] = _wedge(wedge, game.action_unit, game.payoff_unit)
    if model.shocks:
        rng = np.random.default_rng(SEED)
        split = hindsight_split(model, chosen, rng=rng, states=STATES, replicates=REPLICATES)
        table = split.table()
        if not all(np.isfinite(found[f"E[{loss}]"].high) for found in table.values() for loss in LOSSES):
            raise SolverError("hindsight losses are no finite numbers at these values; give values nearer the defaults")
        settings = {"states": STATES, "replicates": REPLICATES, "seed": SEED}
        amounts = split.amounts()
        found = {player: {**row, **amounts[player]} for player, row in table.items()}
        units = _hindsight_units(found[game.players[0]], game.action_unit, game.payoff_unit)
        result["hindsight"] = {**settings, "units": units, "players": plain(found)}
    return result


def _wedge(wedge: StrategicWedge, choice: str, payoff: str) -> dict[str, Any]:
    """The wedge with its units; without totals where choices are prices or rates, whose sum is no quantity."""
    units = dict.fromkeys(("nash", "joint", "welfare"), choice)
    units |= dict.fromkeys(("over_joint", "over_welfare", "total_over_joint", "total_over_welfare"), "1")
    units |= dict.fromkeys(("profit_nash", "profit_joint", "welfare_nash", "welfare_optimum"), payoff)
    units |= dict.fromkeys(("dissipation", "price_of_anarchy"), "1")
    if not is_quantity(choice):
        units = {name: unit for name, unit in units.items() if not name.startswith("total")}
    values = {name: plain(getattr(wedge, name)) for name in units}
    return {"players": list(wedge.players), "units": units, **values}


def is_quantity(unit: str) -> bool:
    """Whether choices in this unit add up: amounts do, prices, rates and shares do not.

    Examples
    --------
    >>> is_quantity("GW"), is_quantity("US$ bn"), is_quantity("US$ bn/GW/yr"), is_quantity("1")
    (True, True, False, False)
    """
    return unit not in ("", "1") and "/" not in unit


def _hindsight_units(names: Iterable[str], choice: str, payoff: str) -> dict[str, str]:
    """Units of what is said of each player: probabilities and lambda are pure numbers, amounts are choices."""
    return {name: "1" if name.startswith(("P(", "lambda")) else choice if "too" in name else payoff for name in names}


def solve_finite(game: Game) -> dict[str, Any]:
    """Payoffs, equilibria and, if all choose between the same two actions, class and critical discount factor."""
    solution = nash(game)
    places = np.flatnonzero(solution.mask)
    result = {
        "players": list(game.players),
        "actions": [list(labels) for labels in game.actions],
        "payoffs": _floats(game.payoffs) if np.prod(game.n_actions) <= MOST_PROFILES else None,
        "method": solution.method,
        "complete": bool(np.all(solution.complete)),
        "certified": bool(solution.certified.any()) and bool(solution.certified[solution.mask].all()),
        "relative regret": float(np.max(solution.relative_regret[places])) if places.size else None,
        "note": solution.note,
        "equilibria": [
            {
                "strategies": [_floats(solution.strategies(i)[k]) for i in range(game.n_players)],
                "payoffs": _floats(solution.payoffs[k]),
            }
            for k in places
        ],
    }
    if game.n_players == 2 and result["complete"]:
        sets = [part for part in maximal_components(solution) if max(map(len, part)) > 1]
        result["components"] = [[_floats(strategies) for strategies in part] for part in sets]
    if game.n_players > 1 and set(game.n_actions) == {2} and len(set(game.actions)) == 1:  # the same choice for all
        found = dilemma_class(game)
        result["class"] = {"name": str(found.names), "greed": plain(found.greed), "fear": plain(found.fear)}
        result["critical discount factor"] = plain(grim_trigger(game))
    return result


def _continuous(game: ContinuousGame, solution: ContinuousSolution) -> dict[str, Any]:
    places = np.flatnonzero(solution.certified)
    outcomes = {name: solution.outcome(name) for name in game.outcomes}
    return {
        "players": list(game.players),
        "action unit": game.action_unit,
        "payoff unit": game.payoff_unit,
        "method": solution.method,
        "complete": bool(solution.complete),
        "certified": True,
        "relative regret": float(solution.relative_regret[places].max()),
        "note": solution.note,
        "equilibria": [
            {
                "choices": plain(solution.actions[k]),
                "payoffs": plain(solution.payoffs[k]),
                "outcomes": {name: plain(values[k]) for name, values in outcomes.items()},
            }
            for k in places
        ],
    }


def _floats(values: Any) -> Any:
    return plain(np.asarray(values, dtype=float))
