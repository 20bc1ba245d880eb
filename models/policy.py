"""Policies as transforms of a race: what a regulator could change of `models.linked_race`, by strength from 0 to 1.

A policy takes a race to another: some by its parameters (stakes, mobility of customers, cost, volatility), some by the
rules of choice (a cap on GW) or by money (a tax per GW). A tax is a transfer: it changes payoffs, and welfare only
through what is built. Strength 0 changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.linked_race import LinkedRace
from theory.arrays import instance_of, number_between, one_of
from theory.continuous import ContinuousGame, Payoff
from theory.errors import InputError

Floats = NDArray[np.float64]

STAKES = ("stake_microsoft_openai", "stake_amazon_anthropic", "stake_alphabet_anthropic")


@dataclass(frozen=True)
class Regulated:
    """A race under a policy: the games it gives are what solvers and risk measures take.

    Attributes
    ----------
    race
        The race, with the parameters that it has under the policy.
    tax
        US$ bn per GW, shape ``batch``; None for none.
    cap
        GW per builder, shape ``(*batch, N)``; None for none.
    """

    race: LinkedRace
    tax: Floats | None = None
    cap: Floats | None = None

    def continuous_game(self) -> ContinuousGame:
        """The race in expectation over the states, under the policy."""
        return self._regulate(self.race.continuous_game())

    def realised_game(self, states: int, rng: np.random.Generator) -> ContinuousGame:
        """The race in drawn states, under the policy."""
        return self._regulate(self.race.realised_game(states, rng))

    def _regulate(self, game: ContinuousGame) -> ContinuousGame:
        tax = np.zeros(()) if self.tax is None else self.tax
        upper = game.upper
        if self.cap is not None:  # a cap below the least choice of the race leaves next to nothing to choose
            upper = np.minimum(upper, np.maximum(self.cap, 1.01 * game.lower))
        return ContinuousGame(
            [_taxed(payoff, i) for i, payoff in enumerate(game.payoffs)],
            game.lower,
            upper,
            gradients=[_less_tax(gradient) for gradient in game.gradients],
            parameters=(*game.parameters, tax),
            players=game.players,
            outcomes={name: _without_tax(outcome) for name, outcome in game.outcomes.items()},
            action_unit=game.action_unit,
            payoff_unit=game.payoff_unit,
        )


def _taxed(payoff: Payoff, i: int) -> Payoff:
    return lambda x, *parameters: payoff(x, *parameters[:-1]) - parameters[-1] * x[..., i]


def _less_tax(gradient: Payoff) -> Payoff:
    return lambda x, *parameters: gradient(x, *parameters[:-1]) - parameters[-1]


def _without_tax(outcome: Payoff) -> Payoff:
    return lambda x, *parameters: outcome(x, *parameters[:-1])


def cap(race: LinkedRace, strength: float) -> Regulated:
    """No builder may exceed a multiple of its demand without a race: 3 times it at little strength, half at full."""
    return Regulated(race, cap=np.asarray(race.demand()) * _CAP[0] * (_CAP[1] / _CAP[0]) ** strength)


def compute_tax(race: LinkedRace, strength: float) -> Regulated:
    """Tax on every GW built, up to half of its capital cost."""
    return Regulated(race, tax=0.5 * strength * np.asarray(race.capital_cost))


def reporting(race: LinkedRace, strength: float) -> Regulated:
    """Reporting of demand takes away up to half of what is unknown of it; what is learnt is taken at its mean."""
    return Regulated(race.replace(demand_volatility=np.asarray(race.demand_volatility) * (1 - 0.5 * strength)))


def shared_infrastructure(race: LinkedRace, strength: float) -> Regulated:
    """Access to the cheapest builder's infrastructure: all capital costs move to the least among them."""
    factors = np.asarray(race.cost_factor)
    least = factors.min(axis=-1, keepdims=True)
    return Regulated(race.replace(cost_factor=factors + strength * (least - factors)))


def stake_limit(race: LinkedRace, strength: float) -> Regulated:
    """Equity stakes of clouds in labs are reduced, at full strength to nothing."""
    return Regulated(race.replace(**{name: np.asarray(getattr(race, name)) * (1 - strength) for name in STAKES}))


def exclusivity_ban(race: LinkedRace, strength: float) -> Regulated:
    """Customers who were captive may move: the share of demand that follows relative capacity goes to one."""
    captive = 1 - np.asarray(race.stealing)
    return Regulated(race.replace(stealing=1 - captive * (1 - strength)))


_CAP = (3.0, 0.5)

POLICIES: dict[str, Callable[[LinkedRace, float], Regulated]] = {
    "cap on GW": cap,
    "compute tax": compute_tax,
    "reporting": reporting,
    "shared infrastructure": shared_infrastructure,
    "stake limit": stake_limit,
    "exclusivity ban": exclusivity_ban,
}
"""Policies by name."""


def regulate(race: LinkedRace, policy: str, strength: float) -> Regulated:
    """The race under a policy.

    Parameters
    ----------
    race
        One race, or a batch of draws.
    policy
        A name in `POLICIES`.
    strength
        From 0 (nothing changes) to 1 (a tax of half the capital cost, stakes sold, all customers free to move); what it
        means is said at each policy. Without unit.

    Returns
    -------
    Regulated
        The race, a tax in US$ bn per GW and a cap in GW: what solvers and risk measures take.

    Raises
    ------
    InputError
        For what is no `LinkedRace`, a policy that does not exist, or a strength beyond 0 to 1.

    Examples
    --------
    >>> tight = regulate(LinkedRace(), "compute tax", 1.0)
    >>> float(tight.tax) == 0.5 * LinkedRace().capital_cost
    True
    """
    instance_of(race, LinkedRace, "race", "LinkedRace()")
    one_of(policy, POLICIES, "policy")
    strength = number_between(strength, "strength", 0, 1)
    return Regulated(race) if strength == 0 else POLICIES[policy](race, strength)


class Compared:
    """Races under several policies as one batch, case by case, all of which meet the same states of the world.

    Parameters
    ----------
    cases
        Races of one shape ``(draws,)``.

    Attributes
    ----------
    stacked
        The batch, of shape ``(cases * draws,)``.

    Raises
    ------
    InputError
        If there is no case, or their shapes differ or are not one-dimensional.
    """

    def __init__(self, cases: Sequence[Regulated]) -> None:
        shapes = {case.race.batch_shape for case in cases}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise InputError(f"the cases have batches of {sorted(shapes)}; they must be of one shape (draws,)")
        self.cases = tuple(cases)
        self.draws = cases[0].race.batch_shape[0]
        first = cases[0].race
        fields: dict[str, Any] = {}
        for name, spec in first.parameters().items():
            if not spec.structural:
                tail = (first.n_players,) if spec.per_player else ()
                values = [np.broadcast_to(getattr(case.race, name), (self.draws, *tail)) for case in cases]
                fields[name] = np.concatenate(values)
        none, free = np.zeros(self.draws), np.full((self.draws, first.n_players), np.inf)
        self.stacked = Regulated(
            first.replace(**fields),
            tax=np.concatenate([none if case.tax is None else case.tax for case in cases]),
            cap=np.concatenate([free if case.cap is None else case.cap for case in cases]),
        )

    def realised_game(self, states: int, rng: np.random.Generator) -> ContinuousGame:
        """All cases in the same drawn states, before tax and without cap: what hindsight losses are measured in."""
        seed = int(rng.integers(2**62))
        drawn = [case.race.states(states, np.random.default_rng(seed)) for case in self.cases]
        return self.stacked.race.game_in({name: np.concatenate([d[name] for d in drawn], axis=-1) for name in drawn[0]})

    def split(self, values: Floats) -> list[Floats]:
        """Values of the batch, shape ``(cases * draws, ...)``, by case."""
        return np.split(values, len(self.cases))
