"""Equilibria under shared limits: the variational equilibrium and the shadow price of every limit.

Under shared limits ``W x <= L`` there is usually a continuum of generalised Nash equilibria: whoever took the scarce
good first keeps it. The *variational* (normalised, Rosen 1965, *Existence and uniqueness of equilibrium points for
concave n-person games*, Econometrica 33:520-534) equilibrium is the one at which every player values the limit alike:
there is one multiplier ``mu_c >= 0`` per limit, and every player's choice is a best reply in the game with payoffs

    u_i(x) - sum_c mu_c w_ci x_i,        mu_c > 0 only if limit c binds

(Facchinei, Fischer, Piccialli 2007, Oper. Res. Lett. 35:159-164). It is what a market for the scarce good with
price-taking buyers would bring about, and ``mu`` is that price: what one more unit of the limit is worth to any player
who uses it, others held fixed. So each limit is added to the game as one more player who sets its price and earns
``mu_c (W x - L)_c``, and the larger game is solved as games over quantities are.

Certificate: a *global* best reply of every player at the prices found, limits met, and no price on a limit that does
not bind. At such prices nobody would change even without the limits; so nobody gains by a change that keeps to them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.continuous import ContinuousGame, Floats, Payoff
from theory.continuous_solution import ContinuousSolution
from theory.errors import InputError
from theory.newton import certify, newton, payoff_scale, search
from theory.payoff_probes import refuse_undefined, require_payoffs

_ENLARGEMENTS = 8
_BISECTIONS = 50
_MOST_SUBSETS = 62  # all of those of six limits


@dataclass(frozen=True, eq=False, repr=False)
class VariationalSolution(ContinuousSolution):
    """Equilibria under shared limits; one place per draw.

    Attributes
    ----------
    shadow_prices
        Multipliers ``mu`` in payoff units per unit of each limit, shape ``(*batch, K, C)``: 0 where it does not bind.
    use
        Share of each limit that is used, shape ``(*batch, K, C)``.
    """

    shadow_prices: Floats = ()  # type: ignore[assignment]  # always given: a default only because it follows defaults
    use: Floats = ()  # type: ignore[assignment]

    def __repr__(self) -> str:
        if self.game.batch_shape:
            return super().__repr__()
        lines = [
            f"  limit {limit.name!r}: {float(self.use[0, c]):.1%} used, shadow price "
            + " ".join([f"{float(self.shadow_prices[0, c]):.6g}", *self.game.payoff_unit.split(), "per"])
            + f" {limit.unit or 'unit'}"
            for c, limit in enumerate(self.game.shared)
            if self.certified[0]
        ]
        return "\n".join([super().__repr__(), *lines])


def variational_equilibrium(game: ContinuousGame, *, tolerance: float = 1e-9) -> VariationalSolution:
    """Equilibrium under the game's shared limits with one price for each of them.

    Parameters
    ----------
    game
        A game over quantities with ``shared`` limits; any batch.
    tolerance
        Regret accepted, as a share of the range of the player's own payoff; also of the use of each limit.

    Returns
    -------
    VariationalSolution
        One place per draw; masked out where nothing could be certified (payoffs that are far from concave may
        have no price that all accept). Unique if payoffs are diagonally strictly concave (Rosen 1965), which is
        not checked: ``complete`` is False. Where limits say the same, or meet in one point, prices are not unique, and
        those of as few limits as will do are given.

    Raises
    ------
    InputError
        If the game has no shared limit, or a limit excludes the smallest choices.

    Examples
    --------
    Cournot with inverse demand 1 - Q and no cost, but with capacity for a total of 0.4 only. The price of output is
    0.6, each sells 0.2, and capacity is worth 0.6 - 0.2 to either:

    >>> from theory import SharedLimit
    >>> profit = lambda i: lambda x: x[..., i] * (1 - x.sum(-1))
    >>> game = ContinuousGame([profit(0), profit(1)], lower=0, upper=1, shared=[SharedLimit(0.4)])
    >>> solution = variational_equilibrium(game)
    >>> solution.select().round(6), solution.shadow_prices[0].round(6)
    (array([0.2, 0.2]), array([0.4]))
    """
    if not isinstance(game, ContinuousGame) or not game.shared:
        raise InputError("variational_equilibrium takes a ContinuousGame with shared limits: shared=[SharedLimit(...)]")
    for limit in game.shared:
        if (limit.use(game.lower) >= limit.limit).any():
            raise InputError(
                f"the shared limit {limit.name!r} leaves nothing to choose: the smallest choices already use "
                f"{np.max(limit.use(game.lower)):g} of {np.min(limit.limit):g}"
            )
    require_payoffs(game)
    x, prices, found = _attempt(game, tolerance)
    for few in _subsets(len(game.shared)):
        if found.certified.all():
            break
        x, prices = _under(few, game, x, prices, ~found.certified[..., 0], tolerance)
        found = replace(_certified(game, x, prices, tolerance), iterations=found.iterations)
    refuse_undefined(game, ~found.certified.any(axis=-1))
    return found


def _attempt(game: ContinuousGame, tolerance: float) -> tuple[Floats, Floats, VariationalSolution]:
    """Choices and prices by Newton's method, with one limit by bisection too, and what could be certified."""
    free = game.replace(shared=())
    x, prices = _start(game, free)
    x, prices, used = _solve(game, free, x, prices)
    found = _certified(game, x, prices, tolerance)
    if len(game.shared) == 1 and not found.certified.all():
        x, prices = _by_bisection(game, free, x, prices, ~found.certified[..., 0])
        found = _certified(game, x, prices, tolerance)
    return x, prices, replace(found, iterations=used)


def _subsets(count: int) -> list[tuple[int, ...]]:
    """Some of the limits but not all, the fewest first, and no more than `_MOST_SUBSETS` of them."""
    sizes = (itertools.combinations(range(count), size) for size in range(1, count))
    return list(itertools.islice(itertools.chain.from_iterable(sizes), _MOST_SUBSETS))


def _under(
    few: tuple[int, ...],
    game: ContinuousGame,
    x: Floats,
    prices: Floats,
    missing: NDArray[np.bool_],
    tolerance: float,
) -> tuple[Floats, Floats]:
    """Choices and prices of the draws that are missing if only a few of the limits have a price.

    Where limits say the same, or meet in one point, prices are not unique, and the equations of all are singular.
    """
    part = game.replace(shared=[game.shared[c] for c in few])
    _, _, solution = _attempt(part[missing] if game.batch_shape else part, tolerance)
    good = np.array(missing)
    good[missing] = solution.certified[..., 0].reshape(-1)
    x, prices = x.copy(), prices.copy()
    x[good] = solution.actions[solution.certified]
    prices[good] = 0.0
    for k, c in enumerate(few):
        prices[good, c] = solution.shadow_prices[solution.certified, k]
    return x, prices


def _start(game: ContinuousGame, free: ContinuousGame) -> tuple[Floats, Floats]:
    """Equilibrium without the limits, drawn in to meet them, and what the limits are worth there on average."""
    solution = search(free)
    x = np.where(np.isfinite(solution.select()), solution.select(), (game.lower + game.upper) / 2)
    room = [(limit.limit - limit.use(game.lower)) / limit.use(x - game.lower) for limit in game.shared]
    x = game.lower + np.minimum(np.min(room, axis=0), 1.0)[..., None] * (x - game.lower)
    gradient = free.gradient(x)
    worth = [
        np.divide(gradient, limit.weights, out=np.zeros(x.shape), where=limit.weights > 0).mean(axis=-1)
        for limit in game.shared
    ]
    return x, np.maximum(np.stack(worth, axis=-1), 0.0)


def _solve(game: ContinuousGame, free: ContinuousGame, x: Floats, prices: Floats) -> tuple[Floats, Floats, int]:
    """Newton on choices and prices together; the largest price allowed grows until it does not bind."""
    typical = (payoff_scale(free, x[None]) / (game.upper - game.lower)).max(axis=-1, keepdims=True)
    top = 4 * np.maximum(prices, typical)
    for _ in range(_ENLARGEMENTS):
        larger = _with_price_setters(game, top)
        start = np.concatenate([x, np.minimum(prices, top)], axis=-1)[None]
        size = _reference(game) * top
        scale = np.concatenate([payoff_scale(free, x[None]), size], axis=-1)
        end, used = newton(larger, start, scale, 100)
        x, prices = end[0, ..., : game.n_players], end[0, ..., game.n_players :]
        bound = prices >= 0.99 * top
        if not bound.any():
            break
        top = np.where(bound, 8 * top, top)
    return x, prices, used


def _with_price_setters(game: ContinuousGame, top: Floats) -> ContinuousGame:
    """Game with one more player per limit, who sets its price, from 0 to ``top``, and earns it on the excess use.

    Weights and limits are parameters of this game, so that draws can be taken out of it.
    """
    n = game.n_players
    known, limits = len(game.parameters), range(len(game.shared))
    weights = [limit.weights[..., i] for limit in game.shared for i in range(n)]

    def price(x: Floats, i: int, parameters: tuple[Floats, ...]) -> Any:
        """What a unit of a player's choice costs at the prices asked."""
        return sum(x[..., n + c] * parameters[known + c * n + i] for c in limits)

    def buyer(i: int) -> Payoff:
        def value(x: Floats, *parameters: Floats) -> Floats:
            return np.asarray(game.payoffs[i](x[..., :n], *parameters[:known]) - price(x, i, parameters) * x[..., i])

        return value

    def buyer_margin(i: int) -> Payoff:
        def value(x: Floats, *parameters: Floats) -> Floats:
            return np.asarray(game.gradients[i](x[..., :n], *parameters[:known]) - price(x, i, parameters))

        return value

    def excess(c: int) -> Payoff:
        def value(x: Floats, *parameters: Floats) -> Floats:
            used = sum(x[..., i] * parameters[known + c * n + i] for i in range(n))
            return np.asarray(used - parameters[known + len(weights) + c])

        return value

    def seller(c: int) -> Payoff:
        return lambda x, *parameters: x[..., n + c] * excess(c)(x, *parameters)

    return ContinuousGame(
        [*(buyer(i) for i in range(n)), *(seller(c) for c in limits)],
        lower=np.concatenate([game.lower, np.zeros(top.shape)], axis=-1),
        upper=np.concatenate([game.upper, top], axis=-1),
        gradients=[*(buyer_margin(i) for i in range(n)), *(excess(c) for c in limits)] if game.gradients else (),
        parameters=(*game.parameters, *weights, *(limit.limit for limit in game.shared)),
    )


def _at_prices(game: ContinuousGame, prices: Floats) -> ContinuousGame:
    """The game without limits in which every unit of a limit costs its price.

    What a unit of each choice costs is a parameter of this game, so that draws can be taken out of it.
    """
    known = len(game.parameters)
    costs = sum(prices[..., c, None] * limit.weights for c, limit in enumerate(game.shared))

    def dearer(i: int) -> Payoff:
        return lambda x, *parameters: (
            game.payoffs[i](x, *parameters[:known]) - np.asarray(parameters[known + i] * x[..., i])
        )

    def margin(i: int) -> Payoff:
        return lambda x, *parameters: game.gradients[i](x, *parameters[:known]) - np.asarray(parameters[known + i])

    players = range(game.n_players)
    return ContinuousGame(
        [dearer(i) for i in players],
        lower=game.lower,
        upper=game.upper,
        gradients=[margin(i) for i in players] if game.gradients else (),
        parameters=(*game.parameters, *np.moveaxis(np.asarray(costs), -1, 0)),
    )


def _certified(game: ContinuousGame, x: Floats, prices: Floats, tolerance: float) -> VariationalSolution:
    """Regret at the prices, limits met, and no price without scarcity."""
    free = game.replace(shared=())
    at_prices = certify(_at_prices(game, prices), x[None], tolerance)
    reference = _reference(game)
    excess = np.stack([limit.use(x) - limit.limit for limit in game.shared], axis=-1) / reference
    use = 1 + excess  # of a limit of zero, what is used over what there is to choose from
    binds = use >= 1 - tolerance
    worth = prices * reference
    size = payoff_scale(free, x[None]).max(axis=-1, keepdims=True)
    met = ((use <= 1 + tolerance) & (binds | (worth <= tolerance * size))).all(axis=-1)
    mask = at_prices.mask & met[..., None]

    def where(values: Floats) -> Floats:
        return np.where(mask.reshape(*mask.shape, *(1,) * (values.ndim - mask.ndim)), values, np.nan)

    return VariationalSolution(
        game=game,
        method="variational equilibrium, semismooth Newton",
        actions=where(x[..., None, :]),
        mask=mask,
        payoffs=where(free.payoff(x)[..., None, :]),
        regret=where(at_prices.regret),
        relative_regret=where(at_prices.relative_regret),
        tolerance=tolerance,
        note="" if mask.all() else "in some draws no price of the limits was found that all players accept",
        shadow_prices=where(np.where(binds, prices, 0.0)[..., None, :]),
        use=where(use[..., None, :]),
    )


def _reference(game: ContinuousGame) -> Floats:
    """What the use of each limit is measured by, shape ``(*batch, C)``: the limit, or if that is 0 all choices."""
    limits = np.stack([limit.limit for limit in game.shared], axis=-1)
    reach = np.stack([limit.use(game.upper - game.lower) for limit in game.shared], axis=-1)
    return np.where(limits > 0, limits, np.where(reach > 0, reach, 1.0))


def _by_bisection(
    game: ContinuousGame, free: ContinuousGame, x: Floats, prices: Floats, missing: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Choices and prices with those of the draws that are missing from a bracket, which only these draws pay for."""
    if not game.batch_shape:
        return _bracketed(game, free, x, prices)
    x, prices = x.copy(), prices.copy()
    x[missing], prices[missing] = _bracketed(game[missing], free[missing], x[missing], prices[missing])
    return x, prices


def _bracketed(game: ContinuousGame, free: ContinuousGame, x: Floats, prices: Floats) -> tuple[Floats, Floats]:
    """One limit: the price at which it is just used, as use falls with the price."""
    limit = game.shared[0]
    low = np.zeros(game.batch_shape)
    high = 64 * (payoff_scale(free, x[None]) / (game.upper - game.lower)).max(axis=-1)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        solution = search(_at_prices(game, middle[..., None]))
        above = limit.use(np.nan_to_num(solution.select(), nan=np.inf)) > limit.limit
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    chosen = search(_at_prices(game, high[..., None])).select()
    solved = np.isfinite(chosen).all(axis=-1, keepdims=True)
    ends = _solve(game, free, np.where(solved, chosen, x), np.where(solved, high[..., None], prices))
    return ends[0], ends[1]
