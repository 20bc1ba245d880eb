"""Policies as transforms of a race: what a regulator could change of `models.linked_race`, by strength from 0 to 1.

A policy takes a race to another: some by its parameters (stakes, mobility of customers, cost, volatility), some by the
rules of choice (a cap on GW) or by money (a tax per GW). A tax is a transfer: it changes payoffs, and welfare only
through what is built. Strength 0 changes nothing.

Ruin is in `models.runway`, where labs pay bills for compute out of finite cash. Three of the policies reach it, by
`regulate_labs`: a cap limits what an escalating lab may commit, a tax makes compute dearer, and shared infrastructure
makes it cheaper; builders pass on what capital costs more or less, in full and under old contracts too. The others
leave it as it is, for the reasons in `UNTOUCHED`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.linked_race import LinkedRace
from models.runway import Runway
from models.unit_economics import UnitEconomics
from theory.arrays import instance_of, number_between, one_of
from theory.continuous import ContinuousGame, Payoff
from theory.errors import InputError

Floats = NDArray[np.float64]

STAKES = ("stake_microsoft_openai", "stake_amazon_anthropic", "stake_alphabet_anthropic")

FULL_CAP = 0.5
"""Cap at full strength, in multiples of a builder's demand without a race; swept by the strength, its inverse."""

FULL_TAX = 0.5
"""Tax at full strength, as a share of the capital cost; swept by the strength."""


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
    """No builder may exceed a multiple of its demand without a race: half at full strength, twice at a quarter of it.

    The multiple is inverse to the strength, so that a cap of next to no strength binds nobody.
    """
    return Regulated(race, cap=np.asarray(race.demand()) * FULL_CAP / strength)


def compute_tax(race: LinkedRace, strength: float) -> Regulated:
    """Tax on every GW built, up to half of its capital cost."""
    return Regulated(race, tax=FULL_TAX * strength * np.asarray(race.capital_cost))


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


UNTOUCHED = {
    "reporting": "each lab knows the other's plan and has no demand to guess",
    "stake limit": "the labs sell equity at its valuation to anyone, so that others buy what clouds may not",
    "exclusivity ban": "their bills name no seller",
}
"""Policies that leave the labs' runway as it is, and why."""


def capital_in_rent() -> float:
    """Part of the rent of a GW that capital takes, as an annuity over its life at the central values."""
    unit = UnitEconomics()
    life, rate = np.asarray(unit.life, float), np.asarray(unit.discount_rate, float)
    return float(np.asarray(unit.capital_cost) * rate / -np.expm1(-rate * life) / np.asarray(unit.revenue))


def price_of_compute(policy: str, strength: float) -> float:
    """What a unit of compute costs the labs under a policy, over what it costs without.

    They rent at the market's capital cost, which a tax raises and access to the cheapest builder's lowers.

    Examples
    --------
    >>> price_of_compute("cap on GW", 1.0), price_of_compute("compute tax", 1.0) == 1 + 0.5 * capital_in_rent()
    (1.0, True)
    """
    least = float(np.min(LinkedRace().cost_factor))
    changes = {"compute tax": FULL_TAX, "shared infrastructure": least - 1}
    return 1 + strength * changes.get(policy, 0.0) * capital_in_rent()


def regulate_labs(model: Runway, policy: str, strength: float) -> Runway:
    """The labs' race for money under a policy.

    A cap on GW takes away a part, at full strength all, of what an escalating lab commits above a restrained one. Where
    compute costs p times as much, plans are of compute, and so all bills are p times as high, those that are owed from
    the last year among them; compute is counted in what it would cost now. That is the same model with ``p a`` for the
    share ``a`` and ``p k`` for compute ``k``, for standing and size depend on ratios only.

    Parameters
    ----------
    model
        One model, or a batch of draws.
    policy, strength
        As for `regulate`.

    Returns
    -------
    Runway
        The model itself at strength 0, and for policies in `UNTOUCHED`.

    Raises
    ------
    InputError
        For what is no `Runway`, a policy that does not exist, a strength beyond 0 to 1, or a tax that makes the
        restrained bill exceed all income.

    Examples
    --------
    >>> float(regulate_labs(Runway(), "cap on GW", 1.0).intensity)
    1.0
    """
    instance_of(model, Runway, "model", "Runway()")
    one_of(policy, POLICIES, "policy")
    strength = number_between(strength, "strength", 0, 1)
    if strength == 0 or policy in UNTOUCHED:
        return model
    if policy == "cap on GW":
        return model.replace(intensity=1 + (1 - strength) * (np.asarray(model.intensity) - 1))
    price = price_of_compute(policy, strength)
    return model.replace(
        committed_share=price * np.asarray(model.committed_share), compute=price * np.asarray(model.compute)
    )


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
