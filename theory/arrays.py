"""Arguments from callers: numbers, choices from a list, functions, or an error that names the argument.

Every message says what was given and what is allowed; solvers and measures check their arguments with these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.errors import InputError

Kind = TypeVar("Kind")

LARGEST = 1e300
"""Largest size of a number that is taken: sums and differences of some millions of them are still finite."""


def shown(value: Any) -> str:
    """What was given, as messages show it: text in quotes, and not without end.

    Examples
    --------
    >>> shown("many"), shown(0.5)
    ("'many'", '0.5')
    """
    return repr(value[:60]) if isinstance(value, str) else str(value)[:80]


def refuse_masked(values: Any, name: str) -> None:
    """Refuse masked entries: a plain array keeps what lies under the mask, as if it had been given.

    Examples
    --------
    >>> refuse_masked(np.ma.masked_array([1.0, 2.0], mask=[False, True]), "prize")
    Traceback (most recent call last):
    theory.errors.InputError: prize has masked entries; every entry must be a number: fill them, or leave the draw out
    """
    if np.ma.is_masked(values):
        raise InputError(f"{name} has masked entries; every entry must be a number: fill them, or leave the draw out")
    for item in values if isinstance(values, list | tuple) else ():
        if isinstance(item, list | tuple | np.ndarray):
            refuse_masked(item, name)


def real_floats(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """New array of floats, in which NaN stands for what there is not.

    Raises
    ------
    InputError
        For text, complex numbers, ragged rows, None or masked entries.

    Examples
    --------
    >>> real_floats("many", "losses")
    Traceback (most recent call last):
    theory.errors.InputError: losses is 'many'; it must be a full array of real numbers
    """
    refuse_masked(values, name)
    try:
        array = np.array(values)
        empty = array.dtype == object and any(entry is None for entry in array.flat)
        floats = None if empty or np.iscomplexobj(array) or array.dtype.kind in "US" else array.astype(float)
    except (TypeError, ValueError, OverflowError):  # the last for whole numbers that no float holds
        floats = None
    if floats is None:
        raise InputError(f"{name} is {shown(values)}; it must be a full array of real numbers")
    return floats


def finite_floats(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """New array of finite floats.

    Raises
    ------
    InputError
        For text, complex numbers, ragged rows, None, masked entries, NaN, infinities or numbers beyond `LARGEST`.

    Examples
    --------
    >>> finite_floats([[1, 2], [3]], "payoffs")
    Traceback (most recent call last):
    theory.errors.InputError: payoffs is [[1, 2], [3]]; it must be a full array of real numbers
    """
    floats = real_floats(values, name)
    if not np.isfinite(floats).all():
        raise InputError(f"{name} is {shown(values)}; every entry must be a finite number")
    if np.abs(floats).max(initial=0.0) > LARGEST:
        allowed = f"every entry must be of size up to {LARGEST:g}: change the unit"
        raise InputError(f"{name} is {shown(values)}; {allowed}")
    return floats


def whole_number(value: Any, name: str, least: int = 1, most: int = 10**15) -> int:
    """One whole number, from ``least`` to ``most``; ``3.0`` is one.

    Examples
    --------
    >>> whole_number(3.0, "rounds")
    3
    >>> whole_number(2.5, "rounds")
    Traceback (most recent call last):
    theory.errors.InputError: rounds is 2.5; it must be a whole number, at least 1
    """
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    whole = number and (isinstance(value, int) or (np.isfinite(value) and int(value) == value))
    if not whole or value < least:
        raise InputError(f"{name} is {shown(value)}; it must be a whole number, at least {least}")
    if value > most:
        raise InputError(f"{name} is {shown(value)}; it must be a whole number, at most {most:,}")
    return int(value)


def player_of(value: Any, players: int, name: str = "player") -> int:
    """One of the players, counted from 0.

    Examples
    --------
    >>> player_of(2, 2)
    Traceback (most recent call last):
    theory.errors.InputError: player is 2; it must be the number of a player, 0 to 1
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not 0 <= value < players:
        raise InputError(f"{name} is {shown(value)}; it must be the number of a player, 0 to {players - 1}")
    return int(value)


def profile_of(values: Any, sizes: tuple[int, ...], name: str) -> tuple[int, ...]:
    """One action per player.

    Examples
    --------
    >>> profile_of([0, 2], (2, 2), "path")
    Traceback (most recent call last):
    theory.errors.InputError: path is [0, 2]; it must be one action for each player, whole numbers below (2, 2)
    """
    try:
        given = tuple(values)
        actions = tuple(int(a) for a in given)
        fits = len(actions) == len(sizes) and all(
            a == b and 0 <= a < n for a, b, n in zip(actions, given, sizes, strict=True)
        )
    except (TypeError, ValueError, OverflowError):
        actions, fits = (), False
    if not fits:
        raise InputError(
            f"{name} is {shown(values)}; it must be one action for each player, whole numbers below {sizes}"
        )
    return actions


def number_between(value: ArrayLike, name: str, low: float, high: float = np.inf) -> float:
    """One finite number in ``[low, high]``.

    Examples
    --------
    >>> number_between(1.5, "noise", 0, 1)
    Traceback (most recent call last):
    theory.errors.InputError: noise is 1.5; it must be one number in [0, 1]
    """
    number = _single(value)
    if not (np.isfinite(number) and low <= number <= high):
        least = f", at least {low:g}" if low > -np.inf else ""
        bound = f"one number in [{low:g}, {high:g}]" if high < np.inf else f"one finite number{least}"
        raise InputError(f"{name} is {shown(value)}; it must be {bound}")
    return number


def share_between(value: ArrayLike, name: str) -> float:
    """One number in (0, 1): a level, a confidence.

    Examples
    --------
    >>> share_between(2, "level")
    Traceback (most recent call last):
    theory.errors.InputError: level is 2; it must be one number between 0 and 1, e.g. 0.95
    """
    number = _single(value)
    if not 0 < number < 1:
        raise InputError(f"{name} is {shown(value)}; it must be one number between 0 and 1, e.g. 0.95")
    return number


def _single(value: ArrayLike) -> float:
    """One number; NaN for what is none."""
    try:
        number = real_floats(value, "")
    except InputError:
        return float("nan")
    return float("nan") if number.ndim else float(number)


def axis_of(value: Any, ndim: int) -> int:
    """One axis of an array, as numpy counts them.

    Examples
    --------
    >>> axis_of(3, 1)
    Traceback (most recent call last):
    theory.errors.InputError: axis is 3; it must be a whole number from -1 to 0, for an array of 1 axes
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not -ndim <= value < ndim:
        given = f"axis is {shown(value)}"
        raise InputError(f"{given}; it must be a whole number from {-ndim} to {ndim - 1}, for an array of {ndim} axes")
    return int(value)


def true_or_false(values: ArrayLike, name: str) -> NDArray[np.bool_]:
    """Array of flags; 0 and 1 are flags too.

    Examples
    --------
    >>> true_or_false([0.5, 2], "event")
    Traceback (most recent call last):
    theory.errors.InputError: event is [0.5, 2]; it must be true or false, one per draw
    """
    try:
        flags = np.asarray(values)
        fits = flags.dtype.kind in "biuf" and bool(np.isin(flags, (False, True)).all())
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise InputError(f"{name} is {shown(values)}; it must be true or false, one per draw")
    return flags.astype(bool)


def yes_or_no(value: Any, name: str) -> bool:
    """One flag.

    Examples
    --------
    >>> yes_or_no("no", "certify")
    Traceback (most recent call last):
    theory.errors.InputError: certify is 'no'; it must be True or False
    """
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"{name} is {value!r}; it must be True or False")
    return bool(value)


def one_of(value: Any, allowed: Collection[str], name: str) -> str:
    """One of the names that there are.

    Examples
    --------
    >>> one_of(["x"], ("hedge", "exp3"), "rule")
    Traceback (most recent call last):
    theory.errors.InputError: there is no rule ['x']; it must be one of hedge, exp3
    """
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"there is no {name} {value!r}; it must be one of {', '.join(allowed)}")
    return value


def outcome_of(outcomes: Mapping[str, Kind], name: Any) -> Kind:
    """One of a game's outcomes by its name.

    Examples
    --------
    >>> outcome_of({}, "welfare")
    Traceback (most recent call last):
    theory.errors.InputError: the game has no outcome 'welfare'; it has none: give some by outcomes=
    """
    if not isinstance(name, str) or name not in outcomes:
        there_are = ", ".join(map(repr, sorted(outcomes))) if outcomes else "none: give some by outcomes="
        raise InputError(f"the game has no outcome {name!r}; it has {there_are}")
    return outcomes[name]


def list_of(values: Any, name: str, what: str) -> list[Any]:
    """The entries of a list, a tuple or an array.

    Examples
    --------
    >>> list_of(3, "players", "labels, one for each player")
    Traceback (most recent call last):
    theory.errors.InputError: players is 3; it must be a list of labels, one for each player
    """
    if not isinstance(values, Iterable) or (isinstance(values, np.ndarray) and not values.ndim):
        raise InputError(f"{name} is {shown(values)}; it must be a list of {what}")
    return list(values)


def function_of(value: Any, name: str, what: str) -> Any:
    """A function.

    Examples
    --------
    >>> function_of(None, "family", "values of shape (B,) to a batch of B games")
    Traceback (most recent call last):
    theory.errors.InputError: family is None; it must be a function from values of shape (B,) to a batch of B games
    """
    if not callable(value):
        raise InputError(f"{name} is {shown(value)}; it must be a function from {what}")
    return value


def instance_of(value: Any, kind: type[Kind], name: str, make: str) -> Kind:
    """A thing of this kind; ``make`` says where to get one.

    Examples
    --------
    >>> instance_of(None, dict, "inputs", "{'cost': values}")
    Traceback (most recent call last):
    theory.errors.InputError: inputs is NoneType; it must be a dict: {'cost': values}
    """
    if not isinstance(value, kind):
        raise InputError(f"{name} is {type(value).__name__}; it must be a {kind.__name__}: {make}")
    return value


def mapping_of(value: Any, name: str, make: str) -> Mapping[Any, Any]:
    """Named things; ``make`` says what they look like.

    Examples
    --------
    >>> mapping_of([1, 2], "inputs", "{'cost': values}")
    Traceback (most recent call last):
    theory.errors.InputError: inputs is list; it must be a dict by name: {'cost': values}
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{name} is {type(value).__name__}; it must be a dict by name: {make}")
    return value


def discount_factor_of(value: float, *, lowest_included: bool = False) -> float:
    """One discount factor below one, and above zero unless zero is included.

    Examples
    --------
    >>> discount_factor_of(1.5)
    Traceback (most recent call last):
    theory.errors.InputError: discount_factor is 1.5; it must be one number in (0, 1)
    """
    number = finite_floats(value, "discount_factor")
    if number.ndim or not (0 <= number < 1 if lowest_included else 0 < number < 1):
        allowed = "[0, 1)" if lowest_included else "(0, 1)"
        raise InputError(f"discount_factor is {shown(value)}; it must be one number in {allowed}")
    return float(number)


def signal_chances(values: ArrayLike, actions: tuple[int, ...]) -> NDArray[np.float64]:
    """Chances of public signals after every profile, shape ``(*actions, Y)``.

    Examples
    --------
    >>> signal_chances([[0.5, 0.6]], (1,))
    Traceback (most recent call last):
    theory.errors.InputError: signals must be chances that add up to one along the last axis
    """
    chances = finite_floats(values, "signals")
    if chances.ndim != len(actions) + 1 or chances.shape[:-1] != actions:
        raise InputError(f"signals have shape {chances.shape}; it must be {(*actions, 'Y')}")
    if not (chances >= 0).all() or np.abs(chances.sum(axis=-1) - 1).max() > 1e-9:
        raise InputError("signals must be chances that add up to one along the last axis")
    return chances


def square_table(values: ArrayLike, *, least: int = 1) -> NDArray[np.float64]:
    """Payoffs of each strategy against each, shape ``(S, S)`` with at least so many strategies.

    Examples
    --------
    >>> square_table([[1, 2]])
    Traceback (most recent call last):
    theory.errors.InputError: payoffs have shape (1, 2); a square table of at least 1 strategies is needed
    """
    table = finite_floats(values, "payoffs")
    if table.ndim != 2 or table.shape[0] != table.shape[1] or len(table) < least:
        raise InputError(f"payoffs have shape {table.shape}; a square table of at least {least} strategies is needed")
    return table
