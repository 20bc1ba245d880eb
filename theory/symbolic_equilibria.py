"""Equilibria of two-action games in symbols: where each exists, what is played, and how that moves with a parameter.

Definitions are those of `theory.two_by_two`: ``d_j`` is what row 0 gains over row 1 against column ``j``, ``e_i`` what
column 0 gains over column 1 against row ``i``. A strict pure equilibrium exists where its ``d`` and its ``e`` have the
right signs. A mixed one exists where ``d_0, d_1`` have opposite signs and so do ``e_0, e_1``; its formula is always the
same, but there are four ways of having opposite signs: both like to match, both like to differ, or one likes each (a
cycle), and comparative statics differ between them.

Ties. Conditions are strict. Where one is zero at some value of the parameters, a pure profile is an equilibrium still,
and so are the mixtures between two equilibria that share the other player's strategy. A ``d`` or an ``e`` that is zero
*whatever the parameters* is no condition: its player is indifferent at the profiles that it belongs to, which are
listed as ``tied``, and so are that player's mixtures, against a pure action, that leave the other indifferent: the
corners of the continuum of equilibria that there is then.

For n players with the same two actions, ``D(k)`` is what action 1 adds for a player when ``k`` of the others play 1: an
equilibrium with ``k`` players at 1 exists where ``D(k - 1) > 0`` and ``D(k) < 0``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.arrays import function_of, list_of, player_of, real_floats
from theory.errors import InputError

Expression = Any
"""A sympy expression."""

_KINDS = ("matching", "differing", "cycle: row matches", "cycle: column matches")


@dataclass(frozen=True, repr=False)
class SymbolicEquilibrium:
    """One equilibrium of a two-action game in the model's own parameters.

    Attributes
    ----------
    name
        The actions played, or ``mixed`` and how the players' wishes cross.
    probabilities
        Probability of action 0 for each player: sympy expressions.
    conditions
        Expressions that must all be above zero for it to exist; none if it always does.
    tied
        Players with another best reply, whatever the parameters. Mixtures between two equilibria that share the other
        player's strategy are equilibria where both exist.
    """

    name: str
    probabilities: tuple[Expression, ...]
    conditions: tuple[Expression, ...]
    tied: tuple[int, ...] = ()

    def __repr__(self) -> str:
        played = ", ".join(str(p) for p in self.probabilities)
        where = " and ".join(f"{condition} > 0" for condition in self.conditions)
        tied = f", indifferent: {', '.join(f'player {player}' for player in self.tied)}" if self.tied else ""
        return f"{self.name}: first action with ({played}){tied}, " + (f"where {where}" if where else "always")

    @property
    def exists(self) -> Expression:
        """The conditions as one sympy conjunction of strict inequalities."""
        import sympy

        return sympy.And(*(condition > 0 for condition in self.conditions))

    def derivative(self, player: int, parameter: Expression) -> Expression:
        """How the player's probability of action 0 moves with a parameter, a symbol or its name."""
        import sympy

        player = player_of(player, len(self.probabilities))
        return sympy.factor(sympy.diff(self.probabilities[player], self._named(parameter)))

    def _named(self, parameter: Expression | str) -> Expression:
        """The game's own symbol of that name: one without its assumptions would be another."""
        import sympy

        if not isinstance(parameter, str | sympy.Symbol):
            raise InputError(f"parameter is {str(parameter)[:60]}; it must be a symbol or its name")
        named = {str(symbol): symbol for symbol in self._symbols}
        return named.get(str(parameter), sympy.Symbol(str(parameter)))

    @property
    def _symbols(self) -> set[Expression]:
        import sympy

        return {one for p in (*self.probabilities, *self.conditions) for one in sympy.sympify(p).free_symbols}

    def sign(self, player: int, parameter: Expression) -> int | None:
        """Sign of `derivative` wherever the equilibrium exists: -1, 0 or 1; None if it depends on the parameters.

        A sign is given only where it follows from the assumptions on the symbols and from the conditions.
        """
        import sympy

        player = player_of(player, len(self.probabilities))
        change = self.derivative(player, parameter)
        known = _sign(change)
        if known is not None:
            return known
        moved = sympy.diff(self.probabilities[player], self._named(parameter))
        top, bottom = sympy.fraction(sympy.together(moved))
        values = [_sign_given(part, self.conditions) for part in (top, bottom)]
        return None if None in values else int(np.prod([v for v in values if v is not None]))

    def typeset(self, printer: Callable[[Expression], str] | None = None) -> str:
        """Name, probabilities and conditions in LaTeX, or in whatever ``printer`` makes of an expression.

        Parameters
        ----------
        printer
            For one expression; `sympy.latex` if not given.
        """
        import sympy

        printer = None if printer is None else function_of(printer, "printer", "an expression to its text")
        show = printer or sympy.latex
        played = ", ".join(show(p) for p in self.probabilities)
        where = ", ".join(f"{show(condition)} > 0" for condition in self.conditions)
        return f"({played})" + (f": {where}" if where else "")

    def lambdify(self, symbols: Sequence[Expression]) -> Callable[..., tuple[Any, ...]]:
        """Function of arrays: whether the equilibrium exists, and the probabilities (NaN where it does not).

        Parameters
        ----------
        symbols
            The parameters in the order in which they will be given, as symbols or by name; all on which it depends.

        Raises
        ------
        InputError
            If a parameter is left out; and by the function, for another number of arrays or what is no number.
        """
        import sympy

        given = [self._named(symbol) for symbol in list_of(symbols, "symbols", "parameters, as symbols or by name")]
        left_out = sorted(map(str, self._symbols - set(given)))
        if left_out:
            raise InputError(f"symbols are {given}; the equilibrium depends on {', '.join(left_out)} too")
        compiled = sympy.lambdify(given, [list(self.conditions), list(self.probabilities)], cse=True)

        def evaluate(*values: Any) -> tuple[Any, ...]:
            if len(values) != len(given):
                raise InputError(f"{len(values)} arrays are given; one for each of {given} is needed")
            arrays = [real_floats(value, str(symbol)) for value, symbol in zip(values, given, strict=True)]
            with np.errstate(divide="ignore", invalid="ignore"):
                conditions, probabilities = compiled(*arrays)
            shape = np.broadcast_shapes(*(array.shape for array in arrays))
            here = np.ones(shape, bool)
            for condition in conditions:
                here = here & (condition > 0)
            return here, *(np.where(here, probability, np.nan) for probability in probabilities)

        return evaluate


def symbolic_equilibria(row: Sequence[Any], column: Sequence[Any]) -> tuple[SymbolicEquilibrium, ...]:
    """Every equilibrium of a two-player, two-action game with symbolic payoffs that can exist.

    Parameters
    ----------
    row, column
        Payoffs as ``[[., .], [., .]]`` of sympy expressions, both at (row, column). Assumptions on the symbols (such
        as ``positive=True``) are used: conditions that always hold are left out, equilibria that cannot exist too.

    Raises
    ------
    InputError
        If the payoffs are not two tables of two by two.

    Examples
    --------
    Hawk-dove, prize V, cost c of a fight: both hawk if the prize is larger, else a mixture that fights less as c rises.

    >>> import sympy
    >>> V, c = sympy.symbols("V c", positive=True)
    >>> row = [[(V - c) / 2, V], [0, V / 2]]
    >>> column = [[(V - c) / 2, 0], [V, V / 2]]
    >>> for equilibrium in symbolic_equilibria(row, column):
    ...     print(equilibrium.name, equilibrium.probabilities, equilibrium.exists)
    (0, 0) (1, 1) V/2 - c/2 > 0
    (0, 1) (1, 0) -V/2 + c/2 > 0
    (1, 0) (0, 1) -V/2 + c/2 > 0
    mixed, differing (V/c, V/c) -V/2 + c/2 > 0
    >>> symbolic_equilibria(row, column)[-1].sign(0, c)
    -1
    """
    import sympy

    tables = []
    for name, given in {"row": row, "column": column}.items():
        try:
            table = [[sympy.sympify(value) for value in line] for line in given]
        except (TypeError, sympy.SympifyError) as error:
            raise InputError(f"{name} is {given!r}; it must be a table of two by two expressions") from error
        if [len(line) for line in table] != [2, 2]:
            raise InputError(f"{name} is {given!r}; it must be a table of two by two expressions")
        if not all(isinstance(value, sympy.Expr) for line in table for value in line):
            raise InputError(f"{name} is {given!r}; it must be a table of two by two expressions")
        if any(
            value.is_finite is False or value.is_real is False or value.has(sympy.nan) for v in table for value in v
        ):
            raise InputError(f"{name} is {given!r}; payoffs must be real and finite")
        tables.append(table)
    a, b = tables
    d = [_gain(a[0][j] - a[1][j]) for j in range(2)]
    e = [_gain(b[i][0] - b[i][1]) for i in range(2)]
    found = [one for group in (_pure(d, e), _half_mixed(d, e), _mixed(d, e)) for one in group]
    return tuple(one for one in found if one is not None)


def _gain(difference: Expression) -> Expression:
    """A difference of payoffs, and zero if it is zero whatever the parameters."""
    import sympy

    simple = sympy.simplify(difference)
    return sympy.Integer(0) if _sign(simple) == 0 or simple.equals(0) else simple


def _pure(d: list[Expression], e: list[Expression]) -> list[SymbolicEquilibrium | None]:
    """The four profiles, where no player gains by the other action."""
    import sympy

    one, found = sympy.Integer(1), []
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        losses = ((-d[j] if i else d[j]), (-e[i] if j else e[i]))  # of the two players by the other action
        tied = tuple(player for player in (0, 1) if losses[player] == 0)
        strict = tuple(loss for loss in losses if loss != 0)
        found.append(_equilibrium(f"({i}, {j})", (one - i, one - j), strict, tied))
    return found


def _half_mixed(d: list[Expression], e: list[Expression]) -> list[SymbolicEquilibrium | None]:
    """One player, indifferent against a pure action of the other, mixes so that the other is indifferent too."""
    import sympy

    one, found = sympy.Integer(1), []
    for k, (kind, s) in itertools.product((0, 1), (("matches", 1), ("differs", -1))):
        if d[k] == 0:
            found.append(
                _equilibrium(f"(mixed, {k}), column {kind}", (_weight(e), one - k), (s * e[0], -s * e[1]), (1,))
            )
        if e[k] == 0:
            found.append(_equilibrium(f"({k}, mixed), row {kind}", (one - k, _weight(d)), (s * d[0], -s * d[1]), (0,)))
    return found


def _mixed(d: list[Expression], e: list[Expression]) -> list[SymbolicEquilibrium | None]:
    """Both mix, in each of the four ways in which their wishes cross."""
    mixture = (_weight(e), _weight(d))
    return [
        _equilibrium(f"mixed, {kind}", mixture, (s * d[0], -s * d[1], t * e[0], -t * e[1]))
        for kind, s, t in zip(_KINDS, (1, -1, 1, -1), (1, -1, -1, 1), strict=True)
    ]


def _equilibrium(
    name: str, probabilities: tuple[Expression, ...], strict: tuple[Expression, ...], tied: tuple[int, ...] = ()
) -> SymbolicEquilibrium | None:
    """The equilibrium with the conditions that are needed; None if they can never hold together."""
    needed = needed_conditions(strict)
    return None if needed is None else SymbolicEquilibrium(name, probabilities, needed, tied)


def _weight(gains: list[Expression]) -> Expression:
    """Probability of action 0 at which the other player's gains cancel."""
    import sympy

    total = sympy.simplify(gains[1] - gains[0])
    return sympy.simplify(gains[1] / total) if total != 0 else sympy.Integer(0)


def symbolic_counts(gains: Sequence[Any]) -> Mapping[int, Expression]:
    """Conditions under which ``k`` of n players at action 1 is an equilibrium, for symmetric two-action games.

    It is strict then, except for players whose gain ``D`` is zero whatever the parameters.

    Parameters
    ----------
    gains
        ``D(0) .. D(n - 1)``: what action 1 adds for a player when that many of the others play 1.

    Returns
    -------
    dict from k to a sympy conjunction; counts that cannot be an equilibrium are left out.

    Examples
    --------
    A public good, worth b to each, that two of three must pay for at cost c:

    >>> import sympy
    >>> b, c = sympy.symbols("b c", positive=True)
    >>> symbolic_counts([-c, b - c, -c])
    {0: True, 2: b - c > 0}
    """
    import sympy

    try:
        steps = [_gain(sympy.sympify(gain)) for gain in gains]
    except (TypeError, sympy.SympifyError) as error:
        raise InputError(f"gains is {gains!r}; give D(0) .. D(n - 1) as a list of expressions") from error
    if not steps:
        raise InputError("gains is empty; give D(0) .. D(n - 1), one for each number of others at action 1")
    found = {}
    for k in range(len(steps) + 1):
        conditions = [steps[k - 1]] * (k > 0) + [-step for step in steps[k : k + 1]]
        needed = needed_conditions(tuple(condition for condition in conditions if condition != 0))
        if needed is not None:
            found[k] = sympy.And(*(condition > 0 for condition in needed))
    return found


def needed_conditions(conditions: Sequence[Expression]) -> tuple[Expression, ...] | None:
    """What has to be asked for so that all expressions are above zero; None if they never are at once.

    Left out is what follows from the assumptions on the symbols, or from another of the conditions. Contradictions are
    seen where a sum of two of the conditions with positive weights (of three, if they are three) that cancels monomials
    has a sign: all of them, if the conditions are linear in at most two symbols.

    Parameters
    ----------
    conditions
        Sympy expressions.

    Examples
    --------
    >>> import sympy
    >>> x, c = sympy.symbols("x c", positive=True)
    >>> needed_conditions([x - c, 2 * x - c, x + c]), needed_conditions([x - c, 2 * c - 3 * x])
    ((-c + x,), None)
    """
    import sympy

    needed: list[Expression] = []
    for condition in conditions:
        known = _sign(condition)
        if known in (-1, 0):
            return None
        own = sympy.expand(condition)
        if known is None and not any(_follows(own, other) for other in needed):
            needed = [other for other in needed if not _follows(other, own)] + [own]
    return None if _contradictory(needed) else tuple(needed)


def _follows(condition: Expression, other: Expression) -> bool:
    """Whether ``other > 0`` implies ``condition > 0``: it is a positive multiple, or one plus what is not below 0."""
    import sympy

    if any(_sign(rest) in (0, 1) for rest in _cancelled(condition, -other)):
        return True
    if _linear(condition) and _linear(other):
        return False
    return _sign(sympy.simplify(condition / other)) == 1


def _contradictory(conditions: list[Expression]) -> bool:
    """Whether a sum of conditions with positive weights is at most zero."""
    sums = conditions
    for _ in range(2 if len(conditions) == 3 else 1):
        sums = list(dict.fromkeys(total for one, other in _pairs(sums, conditions) for total in _cancelled(one, other)))
        if any(_sign(total) in (-1, 0) for total in sums):
            return True
    return False


def _pairs(left: list[Expression], right: list[Expression]) -> Iterator[tuple[Expression, Expression]]:
    if left is right:
        return itertools.combinations(left, 2)
    return itertools.product(left, right)


def _cancelled(one: Expression, other: Expression) -> Iterator[Expression]:
    """Sums ``one + w other`` with ``w > 0`` in which some monomial cancels, and that with ``w = 1``."""
    import sympy

    first, second = (sympy.expand(each).as_coefficients_dict() for each in (one, other))
    weights = [-first[term] / second[term] for term in first if term in second]
    for weight in dict.fromkeys([sympy.Integer(1), *(w for w in weights if w.is_positive)]):
        yield sympy.expand(one + weight * other)


def _sign(expression: Expression) -> int | None:
    """Sign that follows from the assumptions on the symbols; None if it does not."""
    import sympy

    for form in [expression] if _linear(expression) else [expression, sympy.factor(expression)]:
        if form.is_zero or form == 0:
            return 0
        if form.is_positive:
            return 1
        if form.is_negative:
            return -1
    return None


def _linear(expression: Expression) -> bool:
    """Whether it is a sum of numbers and of symbols times numbers, whose sign no factor tells."""
    import sympy

    return all(term.is_Number or term.as_coeff_Mul()[1].is_Symbol for term in sympy.Add.make_args(expression))


def _sign_given(expression: Expression, conditions: Sequence[Expression]) -> int | None:
    """Sign that follows from the assumptions and ``conditions > 0``: of a product of factors of known sign."""
    import sympy

    sign = 1
    for factor, power in sympy.factor_list(expression)[1]:
        own = _sign(factor)
        if own is None:
            own = _sign_of_sum(factor, conditions)
        if own is None:  # an even power of it may still be zero
            return None
        sign *= own**power
    constant = sympy.factor_list(expression)[0]
    return sign * int(sympy.sign(constant)) if expression != 0 else 0


def _sign_of_sum(factor: Expression, conditions: Sequence[Expression]) -> int | None:
    """A factor that is a positive multiple of a condition, or a condition plus something of the same sign."""
    import sympy

    for condition in conditions:
        ratio = _sign(sympy.simplify(factor / condition))
        if ratio:
            return ratio
        if _sign(sympy.expand(factor - condition)) in (0, 1):
            return 1
        if _sign(sympy.expand(factor + condition)) in (0, -1):
            return -1
    return None
