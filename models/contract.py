"""Contract tests that any payoff model must pass: ``computerace check module:Class`` runs them.

Each test is a function of a model class that returns a line of detail, or raises `Broken` with what is wrong.
They state economics and consistency, not numbers: shapes and batch axes, formula against numbers, gradients
against finite differences, the mean of realised payoffs against expected ones, equilibrium under relabelling,
declared monotonicity, serialisation and pickling.
"""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

from models.base import PayoffModel
from models.parameters import Parameter, unknown_parameter
from theory.errors import ComputeraceError, InputError
from theory.newton import continuous_nash


class Broken(AssertionError):
    """A contract that a model does not keep."""


Check = Callable[[type[PayoffModel]], str]
_CHECKS: list[tuple[str, str, Check]] = []


def _check(name: str, *, needs: str = "") -> Callable[[Check], Check]:
    """Register a contract; ``needs`` is the kind of game without which it has nothing to say."""

    def register(check: Check) -> Check:
        _CHECKS.append((name, needs, check))
        return check

    return register


def kinds(cls: type[PayoffModel]) -> set[str]:
    """Kinds of games that a model gives: ``continuous`` if it writes a payoff formula, ``finite`` if it has a game."""
    continuous = cls.payoff is not PayoffModel.payoff or cls.realised is not PayoffModel.realised
    finite = cls.game is not PayoffModel.game or cls.levels is not PayoffModel.levels
    return {kind for kind, has in (("continuous", continuous), ("finite", finite)) if has}


def check_model(cls: type[PayoffModel]) -> list[tuple[str, bool, str]]:
    """Run every contract test on a model class.

    Returns
    -------
    list of (name, passed, detail)

    Examples
    --------
    >>> from models.lab_dilemma import LabDilemma
    >>> all(passed for _, passed, _ in check_model(LabDilemma))
    True
    """
    results = []
    for name, needs, check in _CHECKS:
        if needs and needs not in kinds(cls):
            continue
        try:
            results.append((name, True, check(cls)))
        except (Broken, ComputeraceError) as error:
            results.append((name, False, str(error)))
        except Exception as error:
            results.append((name, False, f"{type(error).__name__}: {error}"))
    return results


def _require(condition: object, message: str) -> None:
    if not condition:
        raise Broken(message)


def _draws(cls: type[PayoffModel], count: int = 4) -> PayoffModel:
    """A few draws of the model: from its priors, or around its defaults if it has none."""
    model = cls()
    priors = model.priors()
    if not priors.names:  # nothing is calibrated: vary whatever a number can vary
        return model.replace(
            **{name: _around(spec, count) for name, spec in cls.parameters().items() if not spec.structural}
        )
    u = np.random.default_rng(7).uniform(0.1, 0.9, (count, len(priors.names)))
    return model.replace(**priors.ppf(u))


def _around(spec: Parameter, count: int) -> Any:
    """Values a little off the default, within the bounds: draws for a parameter without a prior."""
    default = np.asarray(spec.default, float)
    shift = np.linspace(0.9, 1.1, count).reshape(-1, *(1,) * default.ndim)
    values = default * shift + (default == 0) * (shift - 0.9)
    return np.clip(values, spec.low + spec.strict * 1e-9, spec.high)


def _points(model: PayoffModel) -> Any:
    game = model.continuous_game()
    shares = np.random.default_rng(8).uniform(0.05, 0.6, game.lower.shape)
    return game, game.lower + shares * (game.upper - game.lower)


@_check("declares every parameter")
def _declared(cls: type[PayoffModel]) -> str:
    specs = cls.parameters()
    _require(cls.name, "the class has no name; decorate it with @payoff_model('a-name')")
    _require(specs, "no parameter is declared")
    for name, spec in specs.items():
        _require(spec.symbol, f"{name} has no symbol")
        _require(spec.meaning or spec.structural, f"{name} has no meaning")
    symbols = [spec.symbol for spec in specs.values()]
    repeated = {symbol for symbol in symbols if symbols.count(symbol) > 1}
    _require(not repeated, f"symbols stand for two parameters: {sorted(repeated)}")
    return f"{len(specs)} parameters"


@_check("refuses values out of bounds")
def _bounds(cls: type[PayoffModel]) -> str:
    tried = 0
    for name, spec in cls.parameters().items():
        bad = (
            [np.nan]
            + ([spec.low - 1] if np.isfinite(spec.low) else [])
            + ([spec.high + 1] if np.isfinite(spec.high) else [])
        )
        for value in bad:
            given: Any = np.full(cls().n_players, value) if spec.per_player else value
            try:
                cls().replace(**{name: given})
            except InputError as error:
                _require(name in str(error), f"the error for {name}={value} does not name it: {error}")
                tried += 1
            else:
                raise Broken(f"{name}={value} was accepted; bounds are: {spec.bounds}")
    return f"{tried} bad values refused"


@_check("draws are batch axes", needs="continuous")
def _batches(cls: type[PayoffModel]) -> str:
    model = _draws(cls)
    game, x = _points(model)
    values = game.payoff(x)
    _require(values.shape == (*model.batch_shape, model.n_players), f"payoffs have shape {values.shape}")
    if not model.batch_shape:
        return "no priors: a single draw"
    for b in range(model.batch_shape[0]):
        single = model.replace(**{n: np.asarray(getattr(model, n))[b] for n in _drawn(model)})
        np.testing.assert_allclose(single.continuous_game().payoff(x[b]), values[b], rtol=1e-12)
    return f"batch of {model.batch_shape[0]} equals one by one"


@_check("gives a game")
def _gives_a_game(cls: type[PayoffModel]) -> str:
    _require(kinds(cls), "it writes neither payoff(self, i, k) nor game(self): there is nothing to solve")
    return " and ".join(sorted(kinds(cls)))


@_check("finite game: draws are batch axes", needs="finite")
def _finite_batches(cls: type[PayoffModel]) -> str:
    model = _draws(cls)
    game = model.game()
    _require(game.batch_shape == model.batch_shape, f"game() has batch {game.batch_shape}, not {model.batch_shape}")
    _require(game.n_players == model.n_players, f"game() has {game.n_players} players, players says {model.n_players}")
    for b in range(model.batch_shape[0] if model.batch_shape else 0):
        single = model.replace(**{n: np.asarray(getattr(model, n))[b] for n in _drawn(model)})
        np.testing.assert_allclose(
            np.asarray(single.game().payoffs, float), np.asarray(game[b].payoffs, float), rtol=1e-9, atol=1e-12
        )
    return f"{game!r}"


def _drawn(model: PayoffModel) -> list[str]:
    specs = model.parameters()
    return [n for n, s in specs.items() if not s.structural and np.ndim(getattr(model, n)) > int(s.per_player)]


@_check("formula and numbers agree", needs="continuous")
def _formula(cls: type[PayoffModel]) -> str:
    import sympy

    from models.symbolic import choice_symbols

    model = cls()
    game, x = _points(model)
    counts = {n: getattr(model, n) for n, s in cls.parameters().items() if s.structural}
    algebra = cls.symbolic(**counts)
    k = choice_symbols(model.n_players)
    values = dict(zip(k, (float(v) for v in x), strict=True))
    for name, spec in cls.parameters().items():
        if not spec.structural:
            symbol, value = getattr(algebra, name), np.asarray(getattr(model, name)).tolist()
            values.update(zip(symbol, value, strict=True) if spec.per_player else [(symbol, value)])
    for i in range(model.n_players):
        exact = float(sympy.N(sympy.sympify(algebra.payoff(i, k)).subs(values), 30))
        np.testing.assert_allclose(float(game.payoff_of(i, x)), exact, rtol=1e-9)
    return "30-digit evaluation of the formula equals the compiled payoff"


@_check("gradients match finite differences", needs="continuous")
def _gradients(cls: type[PayoffModel]) -> str:
    game, x = _points(_draws(cls))
    analytic = game.gradient(x)
    scale = np.abs(game.payoff(x)) + 1
    for i in range(game.n_players):
        numeric = game._difference(i, x)
        width = (game.upper - game.lower)[..., i]
        error = np.abs(analytic[..., i] - numeric) * width / scale[..., i]
        _require(
            (error < 1e-4).all(),
            f"player {i}: marginal payoff off by {error.max():.1e} of the payoff over its interval",
        )
    return "within 1e-4 of the payoff"


@_check("expected payoff is the mean of realised ones", needs="continuous")
def _expectation(cls: type[PayoffModel]) -> str:
    if not cls.shocks:
        return "no shocks"
    model = cls()
    expected_game, x = _points(model)
    states = 2**14
    realised = model.realised_game(states, np.random.default_rng(9))
    values = realised.payoff(np.broadcast_to(x, (states, model.n_players)))
    expected = expected_game.payoff(x)
    error = np.abs(values.mean(axis=0) - expected)
    noise = values.std(axis=0) / np.sqrt(states)  # plain Monte Carlo error bounds that of the Sobol points
    _require((error <= 5 * noise + 1e-9 * np.abs(expected)).all(), f"off by {error} with standard error {noise}")
    return f"{states} states agree"


@_check("equilibrium is certified", needs="continuous")
def _equilibrium(cls: type[PayoffModel]) -> str:
    solution = continuous_nash(cls().continuous_game())
    _require(solution.certified.any(), f"no certified equilibrium at the defaults: {solution.note}")
    return f"relative regret {np.nanmin(solution.relative_regret):.0e}"


@_check("relabelling players relabels the equilibrium", needs="continuous")
def _relabelling(cls: type[PayoffModel]) -> str:
    model = cls()
    if cls.named_ties:
        return "players are tied by name: another order is another game"
    names = [name for name, spec in cls.parameters().items() if spec.per_player]
    order = np.arange(model.n_players)[::-1]
    swapped = model.replace(**{name: np.asarray(getattr(model, name))[..., order] for name in names})
    x = continuous_nash(model.continuous_game()).select()
    y = continuous_nash(swapped.continuous_game()).select()
    np.testing.assert_allclose(np.sort(x) if not names else x[order], np.sort(y) if not names else y, rtol=1e-6)
    return "reversed players, reversed choices" if names else "symmetric"


@_check("declared monotonicity holds", needs="continuous")
def _monotone(cls: type[PayoffModel]) -> str:
    base = continuous_nash(cls().continuous_game()).select().sum()
    for name in cls.rises_with:
        if name not in cls.parameters():
            raise unknown_parameter(name, cls.parameters(), f"rises_with of {cls.name}")
    for name, sign in cls.rises_with.items():
        value = np.asarray(getattr(cls(), name))
        step = 0.1 * np.abs(value) + (value == 0)
        moved = continuous_nash(cls().replace(**{name: value + step}).continuous_game()).select().sum()
        _require(sign * (moved - base) > 0, f"total choice moves from {base:.6g} to {moved:.6g} as {name} rises")
    return f"{len(cls.rises_with)} signs" if cls.rises_with else "none declared"


@_check("units are consistent", needs="continuous")
def _units(cls: type[PayoffModel]) -> str:
    """Counting money or capacity in another unit must change payoffs and outcomes by that factor and nothing else."""
    model, factor = cls(), 1.5
    game, x = _points(model)
    for name in cls.outcome_units:
        _require(
            name in game.outcomes, f"outcome_units names {name!r}, but the outcomes are {', '.join(game.outcomes)}"
        )
    values = game.payoff(x)
    for base in ("US$", "GW"):
        changes = {
            name: np.asarray(getattr(model, name)) * factor ** _power(spec.unit, base)
            for name, spec in cls.parameters().items()
            if _power(spec.unit, base)
        }
        other = model.replace(**changes).continuous_game()
        point = x * factor ** _power(cls.action_unit, base)
        pairs = {"payoffs": (values * factor ** _power(cls.payoff_unit, base), other.payoff(point))}
        for name in game.outcomes:
            unit = cls.outcome_unit(name)
            expected = game.outcome(name, x) * factor ** _power(unit, base)
            pairs[f"outcome {name!r} in {unit or 1} (see outcome_units)"] = expected, other.outcome(name, point)
        for what, (expected, moved) in pairs.items():
            error = float(np.abs(moved - expected).max() / (np.abs(expected).max() or 1.0))
            _require(error < 1e-9, f"with {base} counted in units {factor} times smaller, {what} is off by {error:.1e}")
    return "payoffs and outcomes follow the units of money and capacity"


def _power(unit: str, base: str) -> int:
    """Power of a base unit in a unit such as ``US$ bn/GW/yr`` or ``US$ bn per GW^2``."""
    above, *below = unit.replace(" per ", "/").split("/")
    power = 0
    for sign, part in ((1, above), *((-1, part) for part in below)):
        name, _, exponent = part.partition("^")
        power += sign * int(exponent or 1) * (name.split(" ")[0] == base)
    return power


@_check("special cases are solved", needs="continuous")
def _special_cases(cls: type[PayoffModel]) -> str:
    cases: dict[str, dict[str, Any]] = dict(getattr(cls, "special_cases", {}))
    for name, changes in cases.items():
        solution = continuous_nash(cls().replace(**changes).continuous_game())
        _require(solution.certified.any(), f"the case {name!r} has no certified equilibrium: {solution.note}")
    return ", ".join(cases) or "none named"


@_check("survives saving and pickling")
def _saved(cls: type[PayoffModel]) -> str:
    for model in (cls(), _draws(cls)):
        _require(cls.from_json(model.to_json()) == model, "to_json and from_json do not give the same model")
        _require(pickle.loads(pickle.dumps(model)) == model, "pickling does not give the same model")
    _require(dataclasses.is_dataclass(cls), "the class is no dataclass; decorate it with @payoff_model")
    return "JSON and pickle"


@_check("sources exist")
def _sources(cls: type[PayoffModel]) -> str:
    from models.facts import load_facts

    facts = load_facts()
    ids = [fact_id for spec in cls.parameters().values() for fact_id in spec.fact_ids]
    missing = sorted({fact_id for fact_id in ids if fact_id not in facts})
    _require(not missing, f"facts not in the file: {missing}")
    return f"{len(set(ids))} facts"
