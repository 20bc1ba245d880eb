"""Logit quantal response equilibrium: noisy best replies, traced from pure noise.

Definitions
-----------
With precision ``lambda`` (in 1 / payoff units), every player's choice probabilities satisfy

    p_ia = exp(lambda u_ia(p)) / sum_b exp(lambda u_ib(p)),

where ``u_ia`` is the expected payoff of action ``a`` (McKelvey and Palfrey 1995, Games and Economic Behavior 10).
At ``lambda = 0`` the only solution is uniform play; the curve of solutions that starts there is the *principal
branch*, and in almost every game it leads to one Nash equilibrium. It is followed in the log
probabilities and ``lambda`` together by pseudo-arclength continuation, so folds of the curve are no
obstacle (Turocy 2005, Games and Economic Behavior 51, section 3): predict along the tangent, then correct by Newton.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import LARGEST, number_between
from theory.display import mixture, named
from theory.errors import InputError, SolverError
from theory.game import Array, Game, require_game

Floats = NDArray[np.float64]

MAX_STEPS = 20_000
"""Steps along the branch before giving up."""

_LEVEL = 1e-12  # of a log likelihood per choice: differences below it are rounding
_RESIDUAL = 1e-11  # of the equations in logs, relative to the size of the logs
_SHORTEST, _CROSSING, _FIRST, _LONGEST = 1e-9, 1e-3, 0.03, 5.0  # step lengths; a longer one crosses no branch
_SMOOTH = 5e-3  # how far Newton may move the prediction there, as a share of the step: a slip would move it more
_OFF = 0.1  # how far Newton may move a prediction, as a share of the step
_STRAIGHT = 0.98  # least cosine of the angle between tangents of neighbouring points


@dataclass(frozen=True, eq=False, repr=False)
class QuantalResponse:
    """A logit equilibrium on the principal branch.

    Parameters
    ----------
    game
        The game.
    precision
        The ``lambda`` of the equilibrium, in 1 / payoff units.
    strategies
        Choice probabilities, one array of shape ``(n_i,)`` per player.
    residual
        Largest difference between a probability and the logit reply to the others: the certificate.
    steps
        Continuation steps taken.
    """

    game: Game
    precision: float
    strategies: tuple[Array, ...]
    residual: float
    steps: int

    def __repr__(self) -> str:
        head = f"logit equilibrium: precision {self.precision:.6g}, residual {self.residual:.1e}"
        return "\n".join([head, *_played(self.game, self.strategies)])


@dataclass(frozen=True, eq=False, repr=False)
class LogitFit:
    """Maximum-likelihood precision along the principal branch.

    Parameters
    ----------
    response
        The equilibrium at the estimate; ``response.precision`` is the estimated ``lambda``.
    log_likelihood
        ``sum counts * log p`` there.
    at_limit
        Whether the likelihood was largest at the end of the range searched, so that ``lambda`` is only bounded below.
    unobserved
        Players without a choice among the counts: the common precision is fitted to the others', theirs is a forecast.
    """

    response: QuantalResponse
    log_likelihood: float
    at_limit: bool
    unobserved: tuple[str, ...] = ()

    def __repr__(self) -> str:
        bound = " or more: the likelihood still rises there" if self.at_limit else ""
        head = f"logit fit: precision {self.response.precision:.6g}{bound}, log likelihood {self.log_likelihood:.6g}"
        gaps = [f"  fitted to the others' choices: none was observed of {', '.join(self.unobserved)}"]
        played = _played(self.response.game, self.response.strategies)
        return "\n".join([head, *(gaps if self.unobserved else ()), *played])


@dataclass(frozen=True, eq=False, repr=False)
class LogitBranch:
    """The principal branch, from even play on.

    Attributes
    ----------
    game
        The game.
    precisions
        ``lambda`` of its points, in 1 / payoff units, shape ``(M,)``; it falls where the branch has turned back.
    strategies
        Choice probabilities, one array of shape ``(M, n_i)`` per player.
    turning_points
        The equilibria at which ``lambda`` turns back, in the order in which they are passed.
    """

    game: Game
    precisions: Array
    strategies: tuple[Array, ...]
    turning_points: tuple[QuantalResponse, ...]

    def __repr__(self) -> str:
        turns = ", ".join(f"{turn.precision:.6g}" for turn in self.turning_points)
        turned = f"turns back at {turns}" if turns else "no turning point"
        head = (
            f"logit branch: {len(self.precisions)} points, precision 0 to {self.precisions[-1]:.6g}, {turned}; ends at"
        )
        return "\n".join([head, *_played(self.game, [own[-1] for own in self.strategies])])


def _played(game: Game, strategies: Sequence[Array]) -> list[str]:
    """A line for each player: what it does with which probability."""
    everyone = zip(game.players, strategies, game.actions, strict=True)
    return [f"  {name}  {mixture(own, labels)}" for name, own, labels in everyone]


def logit_branch(game: Game, max_precision: float | None = None) -> LogitBranch:
    """Principal branch up to a precision, through its folds, with its turning points.

    Parameters
    ----------
    game
        A single game with any number of players.
    max_precision
        Where to end, in 1 / payoff units; 1000 over the payoff range if not given.

    Raises
    ------
    InputError
        If the game is a batch or flat, or the precision is not above 0 and finite.
    SolverError
        If the branch could not be followed.

    Examples
    --------
    >>> stag_hunt = Game.from_bimatrix([[10, 1], [8, 5]], [[10, 8], [1, 5]])
    >>> branch = logit_branch(stag_hunt, 2.0)
    >>> bool((np.diff(branch.precisions) > 0).all()), branch.turning_points
    (True, ())
    """
    curve = LogitCurve(game)
    limit = _limit(curve, max_precision)
    points, turns = [curve.start()], []
    ahead = np.eye(points[0].size)[-1]
    for step, (start, tangent, end) in enumerate(principal_branch(curve)):
        if tangent[-1] * curve.tangent(end, tangent)[-1] < 0:
            turns.append(_certify(curve, _stationary(curve, ahead, start, tangent, end), step + 1))
        points.append(_ended(curve, start, end, limit))
        if end[-1] >= limit:
            break
    else:
        raise SolverError(f"the principal branch did not reach precision {limit / curve.scale} in {MAX_STEPS} steps")
    z = np.array(points)
    shares = [np.exp(part - part.max(axis=1, keepdims=True)) for part in np.split(z[:, :-1], curve.ends[1:-1], axis=1)]
    strategies = tuple(np.asarray(part / part.sum(axis=1, keepdims=True)) for part in shares)
    return LogitBranch(game, z[:, -1] / curve.scale, strategies, tuple(turns))


def logit_equilibrium(game: Game, precision: float) -> QuantalResponse:
    """Logit equilibrium at a given precision, on the principal branch.

    Parameters
    ----------
    game
        A single game with any number of players.
    precision
        ``lambda``, in 1 / payoff units, 0 or more. If the branch folds and passes it more than once, the first pass.

    Returns
    -------
    QuantalResponse

    Raises
    ------
    InputError
        If the game is a batch, or the precision is negative or not finite.
    SolverError
        If the branch could not be followed so far, or the result does not satisfy the equations.

    Examples
    --------
    >>> stag_hunt = Game.from_bimatrix([[10, 1], [8, 5]], [[10, 8], [1, 5]])
    >>> logit_equilibrium(stag_hunt, 1.0).strategies[0].round(6)
    array([0.020264, 0.979736])
    """
    curve = LogitCurve(game)
    number = isinstance(precision, int | float | np.number) and not np.iscomplexobj(precision)
    if not number or not 0 <= precision <= LARGEST:
        shown = repr(precision) if isinstance(precision, str) else str(precision)[:60]
        raise InputError(f"precision is {shown}; it must be a finite number, 0 or more, per unit of payoff")
    target = float(precision) * curve.scale
    for step, (start, _tangent, end) in enumerate(principal_branch(curve)):
        if start[-1] <= target <= end[-1]:
            span = end[-1] - start[-1]
            guess = start + (end - start) * ((target - start[-1]) / span if span > 0 else 0.0)
            guess[-1] = target
            return _certify(curve, _correct_at(curve, guess), step + 1)
    raise SolverError(f"the principal branch did not reach precision {precision} within {MAX_STEPS} steps")


def fit_logit(game: Game, counts: Sequence[ArrayLike], max_precision: float | None = None) -> LogitFit:
    """Precision that makes observed choices most likely, along the principal branch.

    Parameters
    ----------
    game
        A single game.
    counts
        For each player how often each action was chosen, shape ``(n_i,)``; need not be whole numbers. All zero for a
        player whose choices were not observed; the result then says so.
    max_precision
        Largest ``lambda`` searched, in 1 / payoff units; 1000 over the payoff range if not given.

    Returns
    -------
    LogitFit

    Raises
    ------
    InputError
        If the game is a batch or flat, or the counts do not fit it.
    SolverError
        If the branch could not be followed.

    Examples
    --------
    Asymmetric matching pennies of Ochs (1995), as estimated by McKelvey and Palfrey (1995):

    >>> game = Game.from_bimatrix([[1.1141, 0], [0, 0.2785]], [[0, 1.1141], [1.1141, 0]])
    >>> round(fit_logit(game, [[67.456, 60.544], [46.848, 81.152]]).response.precision, 4)
    1.8456
    """
    curve = LogitCurve(game)
    observed = _counts(game, counts)
    per_player = np.add.reduceat(observed, curve.ends[:-1])
    unobserved = tuple(named(game.players, i) for i in np.flatnonzero(per_player == 0).tolist())
    limit = _limit(curve, max_precision)
    candidates = [curve.start()]
    for _step, (start, tangent, end) in enumerate(principal_branch(curve)):
        slopes = observed @ tangent[:-1], observed @ curve.tangent(end, tangent)[:-1]
        if slopes[0] > 0 >= slopes[1]:
            candidates.append(_stationary(curve, np.append(observed, 0.0), start, tangent, end))
        if end[-1] >= limit:
            break
    else:
        raise SolverError(f"the principal branch did not reach precision {limit / curve.scale} in {MAX_STEPS} steps")
    candidates = [point for point in candidates if point[-1] <= limit] + [_ended(curve, start, end, limit)]
    likelihood = np.array([float(observed @ point[:-1]) for point in candidates])
    at_limit = bool(likelihood[-1] >= likelihood.max() - _LEVEL * observed.sum())  # still rising, but for rounding
    best = -1 if at_limit else int(likelihood.argmax())
    response = _certify(curve, candidates[best], _step + 1)
    return LogitFit(response, min(float(likelihood[best]), 0.0), at_limit, unobserved)


class LogitCurve:
    """The equations of the branch in ``z = (log p_00, ..., log p_{N-1,last}, lambda)``, payoffs scaled to range 1."""

    def __init__(self, game: Game) -> None:
        require_game(game, "the logit branch")
        if game.batch_ndim:
            raise InputError(f"the logit branch is followed for a single game, not {game!r}; pick one draw: game[0]")
        spread = float(game.payoff_range)
        self.game = game
        self.flat = spread == 0
        self.scale = 1.0 if self.flat else spread
        low = game.payoffs.min()
        self.payoffs = np.asarray((game.payoffs - low), float) / self.scale
        self.sizes = game.n_actions
        self.ends = np.cumsum([0, *self.sizes])

    def start(self) -> Floats:
        """Uniform play, at ``lambda = 0``."""
        return np.concatenate([*(np.full(n, -np.log(n)) for n in self.sizes), [0.0]])

    def split(self, z: Floats) -> list[Floats]:
        """Log probabilities of each player."""
        return [z[a:b] for a, b in zip(self.ends[:-1], self.ends[1:], strict=True)]

    def expected(self, p: Sequence[Floats], keep: Sequence[int]) -> Floats:
        """Payoffs of player ``keep[0]``, averaged over all who are not in ``keep``; axes in the order of players."""
        values: Floats = self.payoffs[keep[0]]
        for j in reversed(range(len(p))):
            if j not in keep:
                values = np.tensordot(values, p[j], axes=(j, 0))
        return values

    def equations(self, z: Floats) -> tuple[Floats, Floats]:
        """Residuals, shape (n,), and their Jacobian, shape (n, n + 1)."""
        logs, precision = self.split(z), z[-1]
        p = [np.exp(np.minimum(part, 1.0)) for part in logs]
        residual, jacobian = np.zeros(z.size - 1), np.zeros((z.size - 1, z.size))
        for i, start in enumerate(self.ends[:-1]):
            own = slice(start, self.ends[i + 1])
            rest = slice(start + 1, self.ends[i + 1])
            payoff = self.expected(p, [i])
            residual[start] = p[i].sum() - 1
            jacobian[start, own] = p[i]
            residual[rest] = logs[i][1:] - logs[i][0] - precision * (payoff[1:] - payoff[0])
            jacobian[rest, rest] = np.eye(self.sizes[i] - 1)
            jacobian[rest, start] = -1
            jacobian[rest, -1] = -(payoff[1:] - payoff[0])
            for j in range(len(p)):
                if j != i:
                    pair = self.expected(p, [i, j])
                    pair = pair if i < j else pair.T
                    jacobian[rest, self.ends[j] : self.ends[j + 1]] = -precision * (pair[1:] - pair[0]) * p[j]
        return residual, jacobian

    def tangent(self, z: Floats, previous: Floats) -> Floats:
        """Unit tangent of the branch, pointing on from ``previous``."""
        _, jacobian = self.equations(z)
        direction = np.asarray(np.linalg.svd(jacobian)[2][-1])
        return direction if direction @ previous >= 0 else -direction

    def side(self, z: Floats, tangent: Floats) -> float:
        """Orientation of tangent and Jacobian, 1 or -1: constant along a branch, also through folds."""
        sign, _ = np.linalg.slogdet(np.vstack([self.equations(z)[1], tangent]))
        return float(sign)


def principal_branch(curve: LogitCurve) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Segments of the branch: a point, the tangent there, the next point.

    Points are ``(log p, lambda)``, with ``lambda`` per range of all payoffs; see `LogitCurve`.

    Raises
    ------
    SolverError
        Where the branch cannot be followed on; the iteration ends after `MAX_STEPS`.
    """
    point, length = curve.start(), _FIRST
    tangent = curve.tangent(point, np.eye(point.size)[-1])  # off in the direction of larger lambda
    side = curve.side(point, tangent)
    for _ in range(MAX_STEPS):
        reach = _CROSSING
        while True:
            end = _correct(curve, point + length * tangent, tangent)
            if end is not None and end[-1] > 0:
                turned = curve.tangent(end, tangent)
                off = float(np.linalg.norm(end - point - length * tangent)) / length
                # The side changes only where branches cross. If it changes otherwise than straight on in a short
                # step, Newton has more likely slipped to a neighbouring piece of curve.
                new_side = curve.side(end, turned)
                crosses = length <= reach and off < _SMOOTH
                if off < _OFF and turned @ tangent > _STRAIGHT and (new_side == side or crosses):
                    break
            length /= 2
            if length < _SHORTEST and reach == _CROSSING:  # far out all lengths are larger, those of a crossing too
                length = reach = _CROSSING * (1 + abs(point[-1]))
            elif length < _SHORTEST:
                at = point[-1] / curve.scale
                raise SolverError(f"the principal branch could not be followed past precision {at}")
        yield point, tangent, end
        length = min(length * 1.5, _LONGEST * (1 + abs(point[-1]))) if off < _OFF / 3 else length
        point, tangent, side = end, turned, new_side


def _correct(curve: LogitCurve, guess: Floats, tangent: Floats) -> Floats | None:
    """Newton in the plane through ``guess`` that is normal to ``tangent``; None if it does not settle."""
    z = guess.copy()
    for _ in range(12):
        residual, jacobian = curve.equations(z)
        system = np.vstack([jacobian, tangent])
        try:
            change = np.linalg.solve(system, -np.append(residual, tangent @ (z - guess)))
        except np.linalg.LinAlgError:
            return None
        z = z + change
        if not np.isfinite(z).all() or np.abs(change).max() > 10 * (1 + np.abs(guess).max()):
            return None
        if np.abs(change).max() <= _RESIDUAL * (1 + np.abs(z).max()):
            return z
    return None


def _correct_at(curve: LogitCurve, guess: Floats) -> Floats:
    """Newton at fixed precision."""
    z = _correct(curve, guess, np.eye(guess.size)[-1])
    if z is None:
        raise SolverError(f"no logit equilibrium found at precision {guess[-1] / curve.scale}")
    return z


def _ended(curve: LogitCurve, start: Floats, end: Floats, limit: float) -> Floats:
    """End of a segment of the branch, or where it has the precision at which to end."""
    if end[-1] <= limit:
        return end
    guess = start + (limit - start[-1]) / (end[-1] - start[-1]) * (end - start)
    guess[-1] = limit
    return _correct_at(curve, guess)


def _limit(curve: LogitCurve, max_precision: float | None) -> float:
    """Precision at which to end, per range of payoffs."""
    if curve.flat:
        raise InputError("every payoff of the game is the same: the precision has no effect on choices")
    if max_precision is None:
        return 1000.0
    if number_between(max_precision, "max_precision", 0) == 0:
        raise InputError(f"max_precision is {max_precision!r}; it must be a finite number above 0")
    return float(max_precision) * curve.scale


def _stationary(curve: LogitCurve, weights: Floats, start: Floats, tangent: Floats, end: Floats) -> Floats:
    """Where a weighted sum of log probabilities and precision is level along one segment."""

    def point(s: float) -> Floats:
        z = _correct(curve, start + s * tangent, tangent)
        if z is None:
            raise SolverError("Newton did not settle on the branch between two of its points")
        return z

    def slope(s: float) -> float:
        return float(weights @ curve.tangent(point(s), tangent))

    length = float((end - start) @ tangent)
    if slope(length) == 0:
        return end
    from scipy.optimize import brentq

    return point(float(brentq(slope, 0.0, length, xtol=1e-14)))


def _certify(curve: LogitCurve, z: Floats, steps: int) -> QuantalResponse:
    """Check the logit replies themselves, in probabilities, before anything is returned."""
    p = [np.exp(part) for part in curve.split(z)]
    p = [part / part.sum() for part in p]
    residual = 0.0
    for i, own in enumerate(p):
        exponent = z[-1] * curve.expected(p, [i])
        reply = np.exp(exponent - exponent.max())
        residual = max(residual, float(np.abs(own - reply / reply.sum()).max()))
    if not residual <= 1e-8:
        raise SolverError(f"the logit equilibrium at precision {z[-1] / curve.scale} is off by {residual:.1e}")
    return QuantalResponse(curve.game, float(z[-1] / curve.scale), tuple(p), residual, steps)


def _counts(game: Game, counts: Sequence[ArrayLike]) -> Floats:
    try:
        parts = [np.asarray(part, float) for part in counts]
    except (TypeError, ValueError) as error:
        raise InputError(f"counts must be one list of numbers per player ({error})") from error
    shapes = tuple(part.shape for part in parts)
    if shapes != tuple((n,) for n in game.n_actions):
        raise InputError(f"counts have shapes {shapes}; {game!r} needs one list per player, one number per action")
    for i, part in enumerate(parts):
        if not np.isfinite(part).all() or (part < 0).any():
            raise InputError(
                f"counts of {named(game.players, i)} are {part.tolist()}; each must be a finite number, 0 or more"
            )
    observed = np.concatenate(parts)
    if observed.sum() <= 0:
        raise InputError("counts are all zero: there is nothing to fit")
    return np.asarray(observed)
