"""All Nash equilibria of small games with three or more players, by support enumeration with proof of completeness.

Definitions
-----------
Fix a support ``S_i`` for every player. With ``d_i(a; x) = u_i(a, x_-i) - u_i(r_i, x_-i)``, ``r_i`` the first action
of ``S_i``, an equilibrium with these supports solves

    d_i(a; x) = 0  for a in S_i,        d_i(a; x) <= 0  for a outside S_i:

as many equations as free probabilities, each affine in the strategy of every single rival. A function that is
affine in each of several points of simplices lies between its smallest and largest value at the vertices. So on a
*cell* (a product of small simplices) the exact range of every equation and of its Jacobian is read off the vertices,
and

1. a cell in which an equation cannot vanish, or an outside action is better throughout, holds no equilibrium;
2. with ``Y`` the inverse of the Jacobian at the centre, ``|I - Y J| < 1`` over the cell means at most one solution in
   it (and the Krawczyk operator may show that there is none); Newton's method finds it;
3. any other cell is halved across its longest edge.

When no cell is left, every equilibrium has been found: the list is complete (cells are excluded with a margin
of 1e-12 of the payoff range, above rounding). A continuum of equilibria, or a singular one, leaves cells that
no halving settles: the search stops at a smallest size or at a number of cells, and ``complete`` is False.

Sources: McKelvey and McLennan (1996), *Computation of equilibria in finite games*, Handbook of Computational
Economics 1, section 6; Moore, Kearfott and Cloud (2009), *Introduction to Interval Analysis*, chapter 8.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from theory.arrays import whole_number
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.pure import pure_nash
from theory.solution import Solution, product_distribution

Floats = NDArray[np.float64]
Support = tuple[tuple[int, ...], ...]

MAX_CELLS = 200_000
"""Cells examined over all supports before the search stops and says so."""

_MARGIN = 1e-12  # of a player's payoff range: more than the rounding of any value that is compared
_SMALLEST = 1e-7  # edge of the smallest cell
_SAME = 1e-9  # strategies nearer than this are the same
_MAX_SUPPORTS = 5_000
_MAX_CORNERS = 4_096
_AT_ONCE = 2_000
_FIRST_TRY = 1_000  # cells for each support before the harder ones are tried again


def polynomial_nash(game: Game, *, max_cells: int = MAX_CELLS) -> Solution:
    """Every Nash equilibrium of a small game with any number of players.

    Parameters
    ----------
    game
        A single game; exact payoffs are taken as floats. The work grows fast with the number of free probabilities:
        games of three players with two or three actions and of four or five with two are meant.
    max_cells
        Cells to examine in all; the time taken is bounded by it.

    Returns
    -------
    Solution
        Certified by regret. ``complete`` is True if the search settled every cell of every support; else the note
        says how many were left, and near which supports (the game is degenerate there, or the limit was met).

    Raises
    ------
    InputError
        For a batch of games, and for a game with so many supports that the search would not end.

    Examples
    --------
    A stag hunt of three: the stag pays four to each if all hunt it, the hare one whatever the others do.

    >>> from theory import Game
    >>> stag = np.zeros((3, 2, 2, 2)); stag[:, 1, 1, 1] = 4
    >>> for i in range(3):
    ...     np.moveaxis(stag[i], i, 0)[0] = 1
    >>> polynomial_nash(Game(stag))
    polynomial_nash: 3 found, complete, relative regret ...
      (1, 0)  (1, 0)  (1, 0)
      (0.5, 0.5)  (0.5, 0.5)  (0.5, 0.5)
      (0, 1)  (0, 1)  (0, 1)
    """
    require_game(game, "polynomial_nash")
    if game.batch_ndim:
        raise InputError(f"polynomial_nash takes a single game, not {game!r}; pick one draw of it: game[0]")
    max_cells = whole_number(max_cells, "max_cells")
    if np.prod([2.0**n - 1 for n in game.n_actions]) > _MAX_SUPPORTS or np.prod(game.n_actions) > _MAX_CORNERS:
        raise InputError(
            f"{game!r} has more than {_MAX_SUPPORTS} combinations of supports; polynomial_nash is for small games. "
            "Drop dominated actions (theory.dominance), or look for pure equilibria with pure_nash"
        )
    search = _Search(_normalised(game), max_cells)
    hard = [support for support in _supports(game.n_actions) if not search.settle(support, _FIRST_TRY)]
    for place, support in enumerate(hard):  # what is left of the work, shared out evenly
        if not search.settle(support, (max_cells - search.cells) // (len(hard) - place)):
            search.unsettled.append(support)
    strategies = [
        np.array([profile[i] for profile in search.found]).reshape(-1, n) for i, n in enumerate(game.n_actions)
    ]
    candidates = product_distribution(strategies)
    kept = Solution(game, "polynomial_nash", candidates).certified if search.found else np.ones(0, bool)
    pure = pure_nash(game)
    stable = {tuple(int(i) for i in np.argwhere(p == 1)[0]) for p in np.asarray(pure.distributions[pure.mask], float)}
    kept &= [_mixes(found) or tuple(int(x.argmax()) for x in found) in stable for found in search.found]
    complete = not search.unsettled and bool(kept.all())
    return Solution(
        game, "polynomial_nash", candidates[kept], complete=complete, iterations=search.cells, note=search.note()
    )


def _mixes(profile: list[Floats]) -> bool:
    """Whether some player mixes; if none does, payoffs are compared and not computed."""
    return any((x > 0).sum() > 1 for x in profile)


def _normalised(game: Game) -> tuple[Floats, ...]:
    """Payoffs of each player with smallest 0 and range 1: tolerances do not depend on units."""
    plain, _ = game.from_minimum()
    payoffs = [np.asarray(plain.payoff(i)) for i in range(game.n_players)]
    tables = []
    for payoff in payoffs:
        largest = payoff.max()
        tables.append(np.asarray(payoff / (largest if largest > 0 else 1), float))
    return tuple(tables)


def _supports(n_actions: Sequence[int]) -> list[Support]:
    each = [[s for size in range(1, n + 1) for s in itertools.combinations(range(n), size)] for n in n_actions]
    return sorted(itertools.product(*each), key=lambda support: sum(map(len, support)))


@dataclass
class _Search:
    """State of the search: what was found, what could not be settled, and what it cost."""

    payoffs: tuple[Floats, ...]
    max_cells: int
    found: list[list[Floats]] = field(default_factory=list)
    unsettled: list[Support] = field(default_factory=list)
    cells: int = 0

    def settle(self, support: Support, limit: int) -> bool:
        """Find all equilibria of one support with so many cells; False if that did not settle it."""
        sizes = [len(s) for s in support]
        most, settled = min(self.cells + limit, self.max_cells), True
        stack = [[np.eye(m)[None] for m in sizes]]
        while stack:
            cells = stack.pop()
            self.cells += len(cells[0])
            if self.cells > most:
                return False
            values = [self._differences(i, support, cells) for i in range(len(support))]
            keep = _may_hold(values, support)
            cells, values = [v[keep] for v in cells], [v[keep] for v in values]
            if sum(sizes) == len(sizes):
                self._add(support, [v[0, 0] for v in cells] if keep.any() else None)
                continue
            cells, edge = self._newton(support, cells, values)
            if len(edge) and edge.max() < _SMALLEST:
                settled = False
            elif len(edge):
                halves = _halves(cells)
                stack.extend([v[k : k + _AT_ONCE] for v in halves] for k in range(0, len(halves[0]), _AT_ONCE))
        return settled

    def _differences(self, i: int, support: Support, cells: list[Floats]) -> Floats:
        """``d_i(a)`` of each action at each combination of the rivals' vertices: (cells, n_i, m_0, ..., 1, ...)."""
        table = self.payoffs[i]
        for j, s in enumerate(support):
            table = table if j == i else np.take(table, s, axis=j)
        own = np.moveaxis(table, i, 0)
        own = np.expand_dims(own - own[support[i][0]], i + 1)  # the own axis stays, with length one
        result = np.broadcast_to(own, (len(cells[0]), *own.shape))
        for j, vertices in enumerate(cells):
            if j != i:
                moved = np.moveaxis(result, j + 2, -1)
                wide = vertices.reshape(len(vertices), *(1,) * (moved.ndim - 3), *vertices.shape[1:])
                result = np.moveaxis(moved @ np.swapaxes(wide, -1, -2), -1, j + 2)
        return result

    def _newton(self, support: Support, cells: list[Floats], values: list[Floats]) -> tuple[list[Floats], Floats]:
        """Settle the cells with at most one solution; give back the others, and the longest edge of each."""
        if not len(cells[0]):
            return cells, np.zeros(0)
        single, empty = _uniqueness(values, support)
        done = empty.copy()
        for k in np.flatnonzero(single & ~empty):
            weights = _solve([v[k] for v in values], support)
            if weights is not None:
                self._add(support, [w @ v[k] for w, v in zip(weights, cells, strict=True)])
                done[k] = True
        left = [v[~done] for v in cells]
        return left, _longest(left).max(axis=-1) if len(left[0]) else np.zeros(0)

    def _add(self, support: Support, strategies: list[Floats] | None) -> None:
        """Enter a solution if it is an equilibrium and not there yet."""
        if strategies is None:
            return
        profile: list[Floats] = []
        for payoff, s, x in zip(self.payoffs, support, strategies, strict=True):
            full = np.zeros(payoff.shape[len(profile)])
            full[list(s)] = np.clip(x, 0.0, None)
            profile.append(full / full.sum())
        for other in self.found:
            if max(float(np.abs(a - b).max()) for a, b in zip(other, profile, strict=True)) < _SAME:
                return
        if _regret(self.payoffs, profile) <= _SAME:
            self.found.append(profile)

    def note(self) -> str:
        """What is not proved."""
        if not self.unsettled:
            return ""
        sizes = "x".join(str(len(s)) for s in self.unsettled[0])
        reason = "the game is degenerate there, or more cells (max_cells) are needed"
        return f"{len(self.unsettled)} supports not settled, the first of size {sizes}: {reason}"


def _may_hold(values: list[Floats], support: Support) -> NDArray[np.bool_]:
    """Cells in which every equation can vanish and no outside action is better throughout."""
    keep = np.ones(len(values[0]), bool)
    for value, s in zip(values, support, strict=True):
        flat = value.reshape(*value.shape[:2], -1)
        low, high = flat.min(axis=-1), flat.max(axis=-1)
        inside = list(s)
        keep &= (low <= _MARGIN).all(axis=-1) & (high[:, inside] >= -_MARGIN).all(axis=-1)
    return keep


def _system(values: list[Floats], support: Support, reduce: str) -> Floats:
    """Smallest, largest or mean entries of the Jacobian over each cell, barycentric coordinates: (cells, d, d)."""
    sizes = [len(s) for s in support]
    starts = np.concatenate([[0], np.cumsum([m - 1 for m in sizes])])
    jacobian = np.zeros((len(values[0]), starts[-1], starts[-1]))
    for i, value in enumerate(values):
        equations = value[:, list(support[i][1:])]
        for j, m in enumerate(sizes):
            if j != i and m > 1 and sizes[i] > 1:
                moved = np.moveaxis(equations, j + 2, 2)
                slopes = (moved[:, :, 1:] - moved[:, :, :1]).reshape(*moved.shape[:2], m - 1, -1)
                jacobian[:, starts[i] : starts[i + 1], starts[j] : starts[j + 1]] = getattr(slopes, reduce)(axis=-1)
    return jacobian


def _uniqueness(values: list[Floats], support: Support) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Cells proved to hold at most one solution, and cells proved to hold none."""
    low, high, centre = (_system(values, support, name) for name in ("min", "max", "mean"))
    d = centre.shape[-1]
    regular = np.linalg.cond(centre) < 1e10
    inverse = np.linalg.inv(np.where(regular[:, None, None], centre, np.eye(d)))
    radius = np.maximum(high - centre, centre - low)
    spread = np.abs(np.eye(d) - inverse @ centre) + np.abs(inverse) @ radius
    single = regular & (spread.sum(axis=-1).max(axis=-1) < 0.99)
    axes = tuple(range(2, values[0].ndim))
    residual = np.concatenate(
        [v[:, list(s[1:])].mean(axis=axes) for v, s in zip(values, support, strict=True)], axis=-1
    )
    middle = np.concatenate([np.full(len(s) - 1, 1 / len(s)) for s in support])
    image = middle - (inverse @ residual[..., None])[..., 0]
    reach = spread @ (1 - middle) + 1e-9
    outside = ((image - reach > 1) | (image + reach < 0)).any(axis=-1)
    return single, regular & outside


def _solve(values: list[Floats], support: Support) -> list[Floats] | None:
    """Newton's method from the centre of one cell: barycentric weights of the solution if it lies in the cell."""
    sizes = [len(s) for s in support]
    t = np.concatenate([np.full(m - 1, 1 / m) for m in sizes])
    for _ in range(50):
        weights = _weights(t, sizes)
        at = [_contract(v, weights, ()) for v in values]
        residual = np.concatenate([a[list(s[1:])] for a, s in zip(at, support, strict=True)])
        step = np.linalg.lstsq(_jacobian(values, support, weights), residual, rcond=None)[0]
        t = t - step
        if not np.isfinite(t).all() or np.abs(t).max() > 10:
            return None
        if np.abs(step).max() < 1e-14:
            break
    weights = _weights(t, sizes)
    converged = float(np.abs(step).max()) < 1e-10
    return weights if converged and min(float(w.min()) for w in weights) >= -1e-9 else None


def _weights(t: Floats, sizes: list[int]) -> list[Floats]:
    parts = np.split(t, np.cumsum([m - 1 for m in sizes])[:-1])
    return [np.concatenate([[1 - part.sum()], part]) for part in parts]


def _contract(value: Floats, weights: list[Floats], skip: tuple[int, ...]) -> Floats:
    """Expected values over the vertices of all rivals but those in ``skip``."""
    for j in reversed(range(len(weights))):
        if j in skip:
            continue
        moved = np.moveaxis(value, j + 1, -1)
        value = moved[..., 0] if moved.shape[-1] == 1 else moved @ weights[j]
    return value


def _jacobian(values: list[Floats], support: Support, weights: list[Floats]) -> Floats:
    sizes = [len(s) for s in support]
    starts = np.concatenate([[0], np.cumsum([m - 1 for m in sizes])])
    jacobian = np.zeros((starts[-1], starts[-1]))
    for i, j in itertools.permutations(range(len(sizes)), 2):
        if sizes[i] > 1 and sizes[j] > 1:
            along = _contract(values[i], weights, (j,))[list(support[i][1:])]
            jacobian[starts[i] : starts[i + 1], starts[j] : starts[j + 1]] = along[:, 1:] - along[:, :1]
    return jacobian


def _longest(cells: list[Floats]) -> Floats:
    """Longest edge of each player's simplex in each cell, shape (cells, N)."""
    lengths = [np.abs(v[:, :, None] - v[:, None]).max(axis=-1).reshape(len(v), -1).max(axis=-1) for v in cells]
    return np.stack(lengths, axis=-1)


def _halves(cells: list[Floats]) -> list[Floats]:
    """Both halves of every cell, cut at the middle of its longest edge."""
    player = _longest(cells).argmax(axis=-1)
    first, second = [v.copy() for v in cells], [v.copy() for v in cells]
    for i, vertices in enumerate(cells):
        chosen = np.flatnonzero(player == i)
        if len(chosen):
            m = vertices.shape[1]
            edges = np.abs(vertices[chosen, :, None] - vertices[chosen, None]).max(axis=-1).reshape(len(chosen), -1)
            a, b = np.divmod(edges.argmax(axis=-1), m)
            middle = (vertices[chosen, a] + vertices[chosen, b]) / 2
            first[i][chosen, a], second[i][chosen, b] = middle, middle
    return [np.concatenate(pair) for pair in zip(first, second, strict=True)]


def _regret(payoffs: tuple[Floats, ...], profile: list[Floats]) -> float:
    worst = 0.0
    for i, payoff in enumerate(payoffs):
        value: Array = np.moveaxis(payoff, i, 0)
        for x in reversed([x for j, x in enumerate(profile) if j != i]):
            value = value @ x
        worst = max(worst, float(value.max() - profile[i] @ value))
    return worst
