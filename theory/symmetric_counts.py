"""Symmetric equilibria of games of many identical players with several actions, by counts.

Definitions
-----------
``n`` players choose among ``m`` actions, and ``u_a(c)`` is what action ``a`` pays when ``c_b`` of the ``n - 1``
others take action ``b``. If every player mixes with ``p``, the counts are multinomial and action ``a`` pays

    U_a(p) = sum_c (n-1)! / prod_b c_b!  prod_b p_b^{c_b}  u_a(c).

``p`` is a symmetric equilibrium if every action in use pays the most: ``U_a(p) = max_b U_b(p)`` where ``p_a > 0``.
Supports are taken one by one.

1. One action: its payoffs are compared.
2. Two actions: every indifference point is found by `symmetric_equilibria`; those are kept at which no third action
   is better.
3. Three and more: a support ``S`` is excluded if weights ``w`` that sum to zero, free on ``S`` and not negative
   outside, make ``sum_a w_a u_a(c) > 0`` at every count of ``S``. The same sum of the ``U_a`` is then positive at
   every ``p`` on ``S`` (an average of positive numbers), whereas in an equilibrium it is zero or less. Strict
   dominance is the special case of two weights; in general it is a linear program, solved by adding the counts
   that fail. Where no such weights exist the simplex of mixtures is subdivided until every point of indifference is
   found for certain (`theory.count_proof`). Where that is too much work, or they are not isolated, indifference is
   solved from many starts by Newton's method in the logs of ``p``, which proves nothing about what it did not find.

Sources: Weibull (1995), *Evolutionary Game Theory*, section 1.5, on symmetric equilibria; Farouki (2012), CAGD
29:379-419, on the convex hull of Bernstein coefficients, which is what step 3 separates from zero.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import real_floats, whole_number
from theory.count_proof import Budget, points_of_indifference
from theory.display import counted, numbers, shortened
from theory.errors import InputError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
CountPayoff = Callable[[int, Counts], Floats]
"""``payoff(action, counts)``: counts of the others of shape (..., m) to payoffs of shape (...)."""

MAX_COUNTS = 600_000
"""Largest number of count vectors of a support that is examined: three actions up to a thousand players."""

MAX_PLAYERS = 10_000_000
"""Largest number of players: the counts of two actions are arrays of that length."""

MAX_SUPPORTS = 300
"""Supports of three and more actions that are examined, smallest first."""

MOST_VECTORS = 50_000_000
"""Largest table of `count_vectors`, in entries: 400 MB."""

MOST_WORK = 1e9
"""Payoffs that all supports of a game may take together: about a minute. Beyond it supports are left out, and told."""

_PROGRAM = 1e5  # payoffs that take as long as the linear program of a support does at least
_START = 7e4  # the same for a start of Newton's method
_STEPS = 20  # of Newton's method from a start, about
_MOST_RANGE = 3e8  # payoffs that are looked at for their range
_REGRET = 1e-9  # of the range of the payoffs
_APART = 1e-7  # closer equilibria are one
_LEAST = 1e-10  # smaller probabilities are those of a smaller support
_SEARCHED = "searched by Newton's method, which is not proved to find all"
_LEFT_OUT = "left out: the limit of work, theory.symmetric_counts.MOST_WORK, is reached"
_MARGIN = 1e-12  # of the range: a sum of weights times payoffs above this is positive for certain


@dataclass(frozen=True, eq=False, repr=False)
class CountEquilibria:
    """Symmetric equilibria of a game given by counts.

    Attributes
    ----------
    strategies
        Probabilities of the actions in each equilibrium, shape ``(K, m)``, smallest supports first.
    regret
        Gain of the best deviation in each, over the range of the payoffs, shape ``(K,)``.
    complete
        Whether the list is proved to hold every symmetric equilibrium.
    note
        What is not proved.
    """

    strategies: Floats
    regret: Floats
    complete: bool
    note: str = ""

    def __repr__(self) -> str:
        complete = "complete" if self.complete else "not proved complete"
        head = f"symmetric equilibria by counts: {len(self.strategies)} found, {complete}, relative regret "
        head += f"{self.regret.max(initial=0.0):.1e}" + (f" [{self.note}]" if self.note else "")
        return "\n".join([head, *shortened([f"  {numbers(p)}" for p in self.strategies], "strategies")])


def count_vectors(total: int, actions: int) -> Counts:
    """All ways in which ``total`` players spread over the actions: the order of the columns of a table.

    Parameters
    ----------
    total
        Players counted, 0 or more.
    actions
        Number of actions, 1 or more.

    Returns
    -------
    array of shape ``(C(total + actions - 1, actions - 1), actions)``, counts of the first action descending

    Raises
    ------
    InputError
        For anything but whole numbers in these ranges, or more than `MOST_VECTORS` entries.

    Examples
    --------
    >>> count_vectors(2, 2).tolist()
    [[2, 0], [1, 1], [0, 2]]
    """
    if not _whole(total, 0) or not _whole(actions, 1):
        raise InputError(f"total is {total!r} and actions {actions!r}; they must be whole numbers, 0 and 1 or more")
    entries = math.comb(int(total) + int(actions) - 1, int(actions) - 1) * int(actions)
    if entries > MOST_VECTORS:
        given = f"total is {total} and actions {actions}: {_about(entries)} entries"
        raise InputError(f"{given}; {MOST_VECTORS:,} are the most, take fewer of either")
    left: Counts = np.array([total], dtype=np.int64)
    columns: list[Counts] = []
    for _ in range(actions - 1):
        repeats = left + 1
        ends = np.cumsum(repeats)
        rest = np.arange(ends[-1]) - np.repeat(ends - repeats, repeats)
        columns = [np.repeat(column, repeats) for column in columns]
        columns.append(np.repeat(left, repeats) - rest)
        left = rest
    return np.stack([*columns, left], axis=-1)


def symmetric_count_equilibria(
    payoff: CountPayoff | ArrayLike, players: int, actions: int, *, starts: int = 60
) -> CountEquilibria:
    """Symmetric equilibria of a symmetric game of any number of players, payoffs by counts.

    Parameters
    ----------
    payoff
        ``payoff(action, counts)``, vectorised over counts of the ``n - 1`` others of shape ``(..., m)``; or a table of
        shape ``(m, L)`` with one column for each row of ``count_vectors(n - 1, m)``.
    players
        ``n``, 2 or more; a thousand with three actions is half a million counts.
    actions
        ``m``, 2 or more.
    starts
        Starts of Newton's method for each support of three and more actions that is not excluded by proof; fewer
        where a support has many counts.

    Returns
    -------
    CountEquilibria

    Raises
    ------
    InputError
        For numbers out of range, so many players or actions that not even pairs of actions can be examined, a table
        of the wrong shape, or payoffs that are not finite real numbers, one per row of counts.

    Examples
    --------
    Rock, paper, scissors among three; one point is taken from each player beaten:

    >>> beats = lambda a, c: 1.0 * c[..., (a - 1) % 3] - c[..., (a + 1) % 3]
    >>> symmetric_count_equilibria(beats, 3, 3).strategies.round(6)
    array([[0.333333, 0.333333, 0.333333]])
    """
    starts = whole_number(starts, "starts")
    game = _CountGame(payoff, players, actions)
    found: list[Floats] = []
    notes: list[str] = []
    for size in range(1, actions + 1):
        if size > 2 and not game.fits(size):  # nor do larger ones
            notes.append(f"supports of {size} or more actions have too many counts: not searched")
            break
        candidates, size_notes = game.of_size(size, starts)
        notes += size_notes
        for p in candidates:
            if game.regret(p) <= _REGRET and not any(_one(p, q) for q in found):
                found.append(p)
    strategies = np.array(found).reshape(-1, actions)
    regret = np.array([game.regret(p) for p in strategies])
    return CountEquilibria(strategies, regret, not notes, "; ".join(dict.fromkeys(notes)))


class _CountGame:
    """Payoffs over the counts of each support, shifted and scaled to the range of all that are examined."""

    def __init__(self, payoff: CountPayoff | ArrayLike, players: int, actions: int) -> None:
        if not _whole(players, 2) or not _whole(actions, 2):
            raise InputError(f"players is {players!r} and actions {actions!r}; both must be whole numbers, 2 or more")
        if players > MAX_PLAYERS:
            raise InputError(f"players is {players}; it must be at most {MAX_PLAYERS:,}, for the memory's sake")
        self.others, self.m = int(players) - 1, int(actions)
        self._require_pairs()
        self.payoff = payoff if callable(payoff) else self._from_table(payoff)
        self.budget, self.work = Budget(), MOST_WORK
        self.cache: dict[tuple[int, ...], tuple[Counts, Floats]] = {}
        self.low, self.scale = 0.0, 1.0
        largest = max(size for size in range(1, self.m + 1) if size <= 2 or self._gives_range(size))
        lows, highs = zip(*(self._extremes(s) for s in self._supports(largest)), strict=True)
        self.low, self.scale = min(lows), (max(highs) - min(lows)) or 1.0
        self.cache.clear()

    def fits(self, size: int) -> bool:
        """Whether the counts over a support of so many actions can be examined."""
        return math.comb(self.others + size - 1, size - 1) <= MAX_COUNTS

    def _require_pairs(self) -> None:
        pairs = math.comb(self.m, 2)
        if pairs * self._cost(2) > MOST_WORK * 2:
            raise InputError(
                f"players is {self.others + 1} and actions {self.m}: {_about(pairs)} pairs of actions with "
                f"{self.others + 1} counts each are more than can be examined; take fewer of either"
            )

    def _cost(self, size: int) -> float:
        """Payoffs of a support, and what its linear program takes."""
        return self.m * math.comb(self.others + size - 1, size - 1) + _PROGRAM

    def _take(self, work: float) -> bool:
        """Take some of the work that is left, if there is so much."""
        if work > self.work:
            return False
        self.work -= work
        return True

    def _gives_range(self, size: int) -> bool:
        supports = min(math.comb(self.m, size), MAX_SUPPORTS)
        return self.fits(size) and supports * (self._cost(size) - _PROGRAM) <= _MOST_RANGE

    def _supports(self, size: int) -> list[tuple[int, ...]]:
        return list(itertools.islice(itertools.combinations(range(self.m), size), None if size < 3 else MAX_SUPPORTS))

    def _extremes(self, support: tuple[int, ...]) -> tuple[float, float]:
        values = self.over(support)[1]
        return float(values.min()), float(values.max())

    def _from_table(self, payoff: ArrayLike) -> CountPayoff:
        try:
            table = np.array(payoff, float)
        except (TypeError, ValueError) as error:
            raise InputError(f"payoff must be a function or a table of numbers ({error})") from error
        columns = math.comb(self.others + self.m - 1, self.m - 1)
        if table.shape != (self.m, columns):
            raise InputError(
                f"the table has shape {table.shape}; {self.m} actions and {self.others} others need "
                f"{(self.m, columns)}: one column for each row of count_vectors({self.others}, {self.m})"
            )
        base = [(self.others + 1) ** k for k in range(self.m)]
        if base[-1] * (self.others + 1) >= 2**62:
            raise InputError(f"a table of {self.m} actions and {self.others + 1} players is too large; give a function")
        codes = count_vectors(self.others, self.m) @ np.array(base)
        order = np.argsort(codes)

        def read(action: int, counts: Counts) -> Floats:
            return np.asarray(table[action, order[np.searchsorted(codes[order], counts @ np.array(base))]])

        return read

    def over(self, support: tuple[int, ...]) -> tuple[Counts, Floats]:
        """Counts of the support, shape (L, k), and payoffs of all actions there, shape (m, L)."""
        if support not in self.cache:
            inside = count_vectors(self.others, len(support))
            counts = np.zeros((len(inside), self.m), dtype=np.int64)
            counts[:, support] = inside
            rows = [self._row(action, counts) for action in range(self.m)]
            if len(self.cache) > 4:
                self.cache.clear()
            self.cache[support] = inside, (np.array(rows) - self.low) / self.scale
        return self.cache[support]

    def _row(self, action: int, counts: Counts) -> Floats:
        """Payoffs of an action at the counts, as the caller's function gives them."""
        row = real_floats(self.payoff(action, counts), f"payoff({action}, counts)")
        if row.shape != (len(counts),):  # one number for all of them is likely a function that is not vectorised
            raise InputError(
                f"payoff({action}, counts) has shape {row.shape}; of counts of shape {counts.shape} it must give "
                f"one number per row, {len(counts)} of them: counts[..., b] are the others who take action b"
            )
        if not np.isfinite(row).all():
            at = counts[int(np.argmin(np.isfinite(row)))].tolist()
            raise InputError(f"payoff of action {action} at counts {at} is not finite; every entry must be")
        return row

    def regret(self, p: Floats) -> float:
        """Gain of the best deviation when all others mix with ``p``, over the range."""
        support = tuple(int(a) for a in np.flatnonzero(p > 0))
        counts, payoffs = self.over(support)
        values = payoffs @ _multinomial(counts, p[list(support)])
        return float(max(values.max() - p @ values, 0.0))

    def of_size(self, size: int, starts: int) -> tuple[list[Floats], list[str]]:
        """Candidates on the supports of one size, and what is not proved of them."""
        found: list[Floats] = []
        notes: list[str] = []
        if size > 2 and math.comb(self.m, size) > MAX_SUPPORTS:
            notes.append(f"only the first {MAX_SUPPORTS} supports of {size} actions are searched")
        special: dict[str, list[tuple[int, ...]]] = {_SEARCHED: [], _LEFT_OUT: []}
        for number, support in enumerate(supports := self._supports(size)):
            if size > 2 and not self._take(self._cost(size)):
                special[_LEFT_OUT] += supports[number:]
                break
            inside, note = self._inside(support, starts)
            if note in special:
                special[note].append(support)
                note = ""
            for probabilities in inside:
                p = np.zeros(self.m)
                p[list(support)] = probabilities
                found.append(p)
            notes += [note] if note else []
        notes += [
            f"{counted(len(those), 'support')} of {size} actions {what}, the first {those[0]}"
            for what, those in special.items()
            if those
        ]
        return found, notes

    def _inside(self, support: tuple[int, ...], starts: int) -> tuple[list[Floats], str]:
        """Where all actions of the support pay the same, and what is not proved of it."""
        from theory.symmetric_games import symmetric_equilibria  # loads scipy

        if len(support) == 1:
            return [np.ones(1)], ""
        counts, payoffs = self.over(support)
        own = payoffs[list(support)]
        outside = payoffs[[a for a in range(self.m) if a not in support]]
        if len(support) == 2 and (self.m == 2 or not _excluded(own, outside)):
            pair = symmetric_equilibria(own)
            note = "" if pair.complete else f"on actions {support}: {pair.note or 'not every root is certain'}"
            return [np.array([1 - p, p]) for p in pair.interior], note
        if len(support) == 2 or _excluded(own, outside):
            return [], ""
        if np.ptp(own, axis=0).max() <= _MARGIN:
            return [], f"every mixture of actions {support} is indifferent: they are not listed"
        points = points_of_indifference(counts, own[1:] - own[0], outside - own[0], self.budget)
        if points is not None:
            return sorted((p for p in points if p.min() >= _LEAST), key=tuple), ""
        if not self._take(_tried(counts, starts) * (_START + _STEPS * own.size)):
            return [], _LEFT_OUT
        return _newton(counts, own, starts), _SEARCHED


def _multinomial(counts: Counts, p: Floats) -> Floats:
    """Probabilities of the counts, in logs, summing to one."""
    return _weights(_log_coefficients(counts), counts, p)


def _log_coefficients(counts: Counts) -> Floats:
    """Logs of the multinomial coefficients, up to a constant."""
    from scipy.special import gammaln

    logs = np.append(0.0, gammaln(np.arange(1, int(counts.max()) + 1) + 1.0))
    return np.asarray(-logs[counts].sum(axis=-1))


def _weights(coefficients: Floats, counts: NDArray[Any], p: Floats) -> Floats:
    logs = coefficients + counts @ np.log(np.maximum(p, 1e-300))
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _excluded(own: Floats, outside: Floats) -> bool:
    """Whether weights exist that prove that the support carries no equilibrium.

    ``own`` (k, L) and ``outside`` (m - k, L) hold payoffs over all counts of the support.
    """
    from scipy.optimize import linprog

    gaps = np.concatenate([own[1:] - own[0], outside - own[0]]).T  # (L, m - 1): the weight of own[0] is what is left
    least = np.append(np.full(len(own) - 1, -1.0), np.zeros(len(outside)))
    bounds = [*((low, 1.0) for low in least.tolist()), (None, None)]
    rows = np.unique(np.concatenate([np.linspace(0, len(gaps) - 1, 50).astype(int), *_extreme_rows(gaps)]))
    for _ in range(60):
        system = np.concatenate([-gaps[rows], np.ones((len(rows), 1))], axis=1)
        answer = linprog([0.0] * gaps.shape[1] + [-1.0], A_ub=system, b_ub=np.zeros(len(rows)), bounds=bounds)
        best = np.asarray(answer.x, float)
        if answer.status != 0 or best[-1] <= _MARGIN * gaps.shape[1]:
            return False
        values = gaps @ np.clip(best[:-1], least, 1.0)  # positive at every count: then a proof, however it was found
        if values.min() > _MARGIN * gaps.shape[1]:
            return True
        rows = np.unique(np.append(rows, np.argpartition(values, min(20, len(values) - 1))[:20]))
    return False


def _extreme_rows(gaps: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return gaps.argmin(axis=0), gaps.argmax(axis=0)


def _tried(counts: Counts, starts: int) -> int:
    """Starts of Newton's method: fewer where there are many counts."""
    return max(10, min(starts, 6_000_000 // len(counts)))


def _newton(counts: Counts, own: Floats, starts: int) -> list[Floats]:
    """Interior points at which all actions of the support pay the same, from many starts."""
    from scipy.optimize import root

    solve: Callable[..., Any] = root  # its stubs want literal shapes

    total, k = int(counts[0].sum()), counts.shape[1]
    gaps = own[1:] - own[0]
    coefficients, columns = _log_coefficients(counts), counts.astype(float)

    def probabilities(z: Floats) -> Floats:
        logs = np.append(0.0, np.clip(z, -600.0, 600.0))
        p = np.exp(logs - logs.max())
        return np.asarray(p / p.sum())

    def equations(z: Floats) -> tuple[Floats, Floats]:
        p = probabilities(z)
        weighted = gaps * _weights(coefficients, columns, p)
        values = weighted.sum(axis=1)
        slope = weighted @ columns[:, 1:] - total * np.outer(values, p[1:])  # d E[f] / d z_b = E[f (c_b - (n-1) p_b)]
        return values, slope

    rng = np.random.default_rng(0)
    spread = 1.0 + np.log(total + 1.0)
    roots: list[Floats] = []
    for number in range(_tried(counts, starts)):
        z = rng.normal(size=k - 1) * (0.0 if number == 0 else 1.0 if number % 2 else spread)
        answer = solve(equations, z, jac=True, method="hybr", options={"xtol": 1e-13, "maxfev": 60})
        p = probabilities(answer.x)
        if np.abs(answer.fun).max() > 1e-10 or p.min() < _LEAST:
            continue
        if all(np.abs(p - q).max() > _APART for q in roots):
            roots.append(p)
    return sorted(roots, key=tuple)


def _about(number: int) -> str:
    """A number that may be too large to be read digit by digit."""
    return f"{number:,}" if number < 10**12 else f"some 10^{math.floor(math.log10(number))}"


def _one(p: Floats, q: Floats) -> bool:
    """Whether two candidates are one equilibrium: of the same actions, and near one another."""
    return bool(((p > 0) == (q > 0)).all() and np.abs(p - q).max() <= _APART)


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= least
