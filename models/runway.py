"""S10, valuations and runway: funding follows standing, compute follows funding, and cash is finite.

Players: the labs of which valuation and revenue are known, OpenAI and Anthropic. Timing: years 1 to H of four
quarters. At the start of each year a lab commits to a compute bill, which must be paid all year; over the year it sells
equity, earns, pays, and is ruined at the first moment at which its cash is gone. Choices: a plan for all years,

    restrain   commit the share a of income            escalate   commit x times as much
    match      do this year what the rival did in the last; begin with restraint

Payoff (US$ billion, present value): what the first owners hold of the lab at the end, nothing if it is ruined. With
compute ``k_i``, standing ``s_i = k_i^r / sum_j k_j^r`` and the market's mood ``theta`` (geometric Brownian, mean one),

    valuation   V_i = v_i (s_i / s_i0) theta (K / K_0)^eta        K the compute of all
    income      y_i = phi V_i + R_i,   R_i = R_i0 (s_i / s_i0) exp(gamma t)
    bill        b_i = max(tau b_i(last year), a y_i or a x y_i)   at the start of the year; tau is owed in any case
    cash        dm_i = (phi V_i + (1 - o) R_i - b_i) dt + sigma_m y_i dz_i
    compute     dk_i = (b_i - delta k_i) dt
    payoff      Pi_i = exp(-(rho + phi) H) (V_i + m_i - m_i0)  if never ruined

A valuation is of the equity, and so holds the opening cash ``m_i0`` already; later cash counts as far as it differs.
``phi`` closes the loop from spending through standing to funding and back. Ruin between the ends of a quarter is drawn
with the crossing probability of the Brownian bridge, ``exp(-2 m m' / variance)``, so that for constant flows the first
passage has its law in continuous time. There is no closed form: payoffs are means over paths drawn once and used for
every plan (`Runway.induced_game`). From the literature: standing as Tullock's (1980) share; effort in a race of several
steps (Harris and Vickers 1987, `models.multi_stage_race`), here with money; ruin as a first passage. New: the loop,
with bills that cannot be cut at will. Constant flows: independent ruin problems, `first_passage` in closed form.

The facts hold no cash balance of OpenAI and nothing on xAI; elasticity, noise, mood and shares of income are swept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtr, ndtri
from scipy.stats import qmc

from models.base import PayoffModel, Value, count, parameter, payoff_model
from models.lab_dilemma import LabDilemma
from models.prior import Prior, derived, fact, mapped, swept
from models.unit_economics import Stakes, UnitEconomics
from theory.game import Game

Floats = NDArray[np.float64]

LABS = ("OpenAI", "Anthropic")
PLANS = ("restrain", "match", "escalate")
QUARTERS = 4


def _known(model: Any, name: str) -> Prior:
    """What another race knows about a parameter."""
    prior = model.parameters()[name].prior
    assert isinstance(prior, Prior)
    return prior


def _same(value: float, *facts: str, reason: str) -> Prior:
    return derived(value, value, value, facts=facts, reason=reason)


@dataclass(frozen=True, eq=False)
class Course:
    """What a pair of plans leads to, means over the paths; each of shape ``(*batch, 2)``.

    ``payoff`` and ``spending`` (compute bills of all years, undiscounted) in US$ bn; ``ruin`` is a probability.
    """

    payoff: Floats
    ruin: Floats
    spending: Floats


def first_passage(cash: ArrayLike, drift: ArrayLike, deviation: ArrayLike, years: ArrayLike) -> Floats:
    """Probability that Brownian cash with constant drift is gone within some years (inverse Gaussian law).

    Examples
    --------
    >>> float(first_passage(10.0, 0.0, 5.0, 4.0).round(6))  # without drift: twice the tail of the normal law
    0.317311
    """
    m, d, s, t = (np.asarray(v, float) for v in (cash, drift, deviation, years))
    scale = s * np.sqrt(t)
    return np.asarray(ndtr((-m - d * t) / scale) + np.exp(-2 * d * m / s**2 + log_ndtr((d * t - m) / scale)))


@payoff_model("runway")
class Runway(PayoffModel):
    """Race of labs whose valuations pay for their compute; S10 of the paper."""

    years: int = count("H", default=4, low=1, high=10, meaning="years")
    paths: int = count("N", default=256, low=16, high=2**16, meaning="number of paths in a mean")
    valuation: Value = parameter(
        "v",
        unit="US$ bn",
        low=0,
        meaning="valuation today",
        default=(
            _same(fact("F068c") / fact("F068a"), "F068a", "F068c", reason="from the value of Microsoft's stake"),
            derived(
                fact("F060a"),
                fact("S03", "low"),
                fact("S03", "low"),
                facts=("F060a", "S03"),
                reason="the round of September 2025 (low), the talks (central)",
            ),
        ),
    )
    revenue: Value = parameter(
        "R",
        unit="US$ bn/yr",
        low=0,
        meaning="revenue today",
        default=(
            _same(fact("F039a"), "F039a", reason="projected for 2025"),
            _same(fact("F042b"), "F042b", reason="run-rate of August 2025"),
        ),
    )
    compute: Value = parameter(
        "k",
        unit="US$ bn",
        above=0,
        meaning="compute today, as the bill of the last year",
        default=(
            derived(
                fact("F035a") + fact("F035b"),
                math.sqrt((fact("F035a") + fact("F035b")) * (fact("F039a") + fact("F036b"))),
                fact("F039a") + fact("F036b"),
                facts=("F035a", "F035b", "F036b", "F039a"),
                log=True,
                reason="compute of 2024, research and inference (low), all spending of 2025 (high), geometric mean",
            ),
            derived(
                fact("F050a"),
                math.sqrt(fact("F050a") * fact("F105b") * UnitEconomics().revenue),
                fact("F105b") * UnitEconomics().revenue,
                facts=("F050a", "F071a", "F071b", "F071c", "F105b"),
                log=True,
                reason="one cloud's estimate for 2025 (low), a GW at the price of contracts (high), geometric mean",
            ),
        ),
    )
    cash: Value = parameter(
        "C",
        unit="US$ bn",
        above=0,
        meaning="cash today",
        default=(
            mapped(
                fact("F036b"),
                fact("F036c"),
                fact("F036b") + fact("F036c"),
                facts=("F036b", "F036c"),
                reason="no balance is known: the planned burn of 2025 (low), of 2026 (central), of both (high)",
            ),
            mapped(
                fact("F060b") / 2,
                fact("F060b"),
                fact("F060b"),
                facts=("F060b",),
                reason="no balance is known: the last round (central, high), half of it (low)",
            ),
        ),
    )
    sold: Value = parameter(
        "phi",
        unit="1/yr",
        low=0,
        high=1,
        meaning="share of its valuation that a lab sells in a year",
        default=derived(
            fact("F060b") / fact("F060a") / 2,
            fact("F060b") / fact("F060a"),
            2 * fact("F060b") / fact("F060a"),
            facts=("F060a", "F060b"),
            log=True,
            reason="one round of September 2025 a year (central), half and twice as much",
        ),
    )
    growth: Value = parameter(
        "gamma",
        unit="1/yr",
        meaning="growth of revenue at constant standing",
        default=derived(
            0.0,
            math.log(fact("F039b") / fact("F039a")) / 10,
            math.log(fact("F039b") / fact("F039a")) / 5,
            facts=("F039a", "F039b"),
            reason="none (low), OpenAI's own projection from 2025 to 2030 (high), half its rate (central)",
        ),
    )
    elasticity: Value = parameter(
        "eta",
        unit="1",
        low=0,
        high=1,
        meaning="elasticity of all valuations to all compute",
        default=swept(0.0, 0.2, 0.5, reason="from a race for shares alone to one that makes the whole larger; no fact"),
    )
    decisiveness: Value = parameter(
        "r", unit="1", above=0, high=1, meaning="exponent of standing", default=_known(Stakes, "decisiveness")
    )
    ageing: Value = parameter(
        "delta",
        unit="1/yr",
        low=0,
        meaning="rate at which compute ages",
        default=derived(
            1 / fact("F128b"),
            1 / fact("F127b"),
            -math.log(1 - fact("F144")),
            facts=("F127b", "F128b", "F144"),
            reason="lives of six and five years (low, central), hardware price-performance (high)",
        ),
    )
    committed_share: Value = parameter(
        "a",
        unit="1",
        low=0,
        high=1,
        meaning="share of income that a restrained lab commits to compute",
        default=swept(0.2, 0.35, 0.5, reason="OpenAI's compute of 2024 was about half of its revenue of 2025; no fact"),
        facts=("F035a", "F035b", "F039a"),
    )
    intensity: Value = parameter(
        "x",
        unit="1",
        low=1,
        meaning="escalated commitment over the restrained one",
        default=_known(LabDilemma, "intensity"),
    )
    owed: Value = parameter(
        "tau",
        unit="1",
        low=0,
        high=1,
        meaning="part of the last year's bill that is owed in any case",
        default=mapped(
            0.5,
            0.75,
            fact("F076b", "high"),
            facts=("F076b",),
            reason="take-or-pay in one cloud's backlog, taken as if all bills were under it (high); half, and between",
        ),
    )
    other_cost: Value = parameter(
        "o",
        unit="1",
        low=0,
        meaning="other cost as a share of revenue",
        default=swept(0.4, 0.7, 1.0, reason="staff, sales and users who do not pay; no fact"),
    )
    mood: Value = parameter(
        "sigma",
        unit="1/sqrt(yr)",
        above=0,
        meaning="volatility of all valuations",
        default=swept(0.2, 0.5, 0.9, reason="from a large listed firm's to a young one's; no fact"),
    )
    noise: Value = parameter(
        "sigma_m",
        unit="1/sqrt(yr)",
        above=0,
        meaning="volatility of a lab's cash flow, as a share of income",
        default=swept(0.05, 0.15, 0.3, reason="rounds and revenue come early or late; no fact"),
    )
    discount_rate: Value = parameter(
        "rho", unit="1/yr", above=0, high=1, meaning="discount rate", default=_known(Stakes, "discount_rate")
    )

    named_ties = True

    @property
    def players(self) -> tuple[str, ...]:
        """The labs of which valuation and revenue are known."""
        return LABS

    def game(self) -> Game:
        """Game of plans, on paths of a fixed seed."""
        return self.induced_game(np.random.default_rng(0))

    def induced_game(self, rng: np.random.Generator) -> Game:
        """Game of plans; its outcomes are spending (US$ bn) and probabilities of ruin.

        All pairs of plans and all parameter draws meet the same paths.
        """
        shocks = self.shocks_drawn(rng)
        pairs = [pair if "escalate" in pair else ("restrain", "restrain") for pair in product(PLANS, repeat=2)]
        done = {pair: self.course((pair[0], pair[1]), shocks) for pair in dict.fromkeys(pairs)}
        courses = [done[pair] for pair in pairs]  # whoever matches a restrained rival is restrained

        def table(values: list[Floats]) -> Floats:
            return np.stack(values, axis=-1).reshape(*values[0].shape, len(PLANS), len(PLANS))

        ruin, spending = (table([getattr(course, name) for course in courses]) for name in ("ruin", "spending"))
        return Game(
            table([course.payoff for course in courses]),
            players=LABS,
            actions=[PLANS] * 2,
            outcomes={f"ruin, {lab}": ruin[..., i, :, :] for i, lab in enumerate(LABS)}
            | {f"spending, {lab}": spending[..., i, :, :] for i, lab in enumerate(LABS)}
            | {"spending": spending.sum(axis=-3)},
            batch_ndim=len(self.batch_shape),
        )

    def shocks_drawn(self, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Normals of mood ``(quarters, paths)`` and of cash, and uniforms of ruin ``(quarters, paths, 2)``: Sobol."""
        quarters = QUARTERS * self.years
        points = qmc.Sobol(5 * quarters, rng=rng).random(self.paths).reshape(self.paths, quarters, 5)
        points = np.clip(np.moveaxis(points, 0, 1), 1e-12, 1 - 1e-12)
        return ndtri(points[..., 0]), ndtri(points[..., 1:3]), points[..., 3:]

    def course(self, plans: tuple[str, str], shocks: tuple[Floats, Floats, Floats]) -> Course:
        """Means over the paths of what a pair of plans brings."""
        return _Simulation(self, plans, shocks).run()


class _Simulation:
    """Paths of two labs under given plans; arrays of shape ``(paths, *batch, 2)``, the mood ``(paths, *batch, 1)``."""

    def __init__(self, model: Runway, plans: tuple[str, str], shocks: tuple[Floats, Floats, Floats]) -> None:
        self.plans, self.shocks, self.years = plans, shocks, model.years
        shape = (*model.batch_shape, 2)
        self.of: Any = SimpleNamespace()  # the model's parameters, one value per lab
        for name, spec in model.parameters().items():
            if not spec.structural:
                value = np.asarray(getattr(model, name), float)
                setattr(self.of, name, np.broadcast_to(value if spec.per_player else value[..., None], shape))
        full = (model.paths, *shape)
        self.k, self.m = np.broadcast_to(self.of.compute, full), np.broadcast_to(self.of.cash, full)
        self.theta = np.ones((*full[:-1], 1))
        self.alive = np.ones(full, bool)
        self.start = self.standing(self.of.compute)
        self.bill = self.k
        self.level = np.zeros(2)  # 0 restrained, 1 escalated; last year's, for those who match
        self.spent = np.zeros(full)

    def standing(self, k: Floats) -> Floats:
        strength = k**self.of.decisiveness
        total = strength[..., :1] + strength[..., 1:]
        return np.asarray(strength / np.where(total > 0, total, 1.0))

    def worth(self, time: float) -> tuple[Floats, Floats]:
        """Valuation and revenue at a time."""
        relative = self.standing(self.k) / self.start
        size = (self.k[..., :1] + self.k[..., 1:]) / (self.of.compute[..., :1] + self.of.compute[..., 1:])
        value = self.of.valuation * relative * self.theta * size**self.of.elasticity
        return value, self.of.revenue * relative * np.exp(self.of.growth * time)

    def run(self) -> Course:
        for year in range(self.years):
            self.commit(year)
            for quarter in range(year * QUARTERS, (year + 1) * QUARTERS):
                self.step(quarter)
        value, _ = self.worth(self.years)
        held = np.exp(-(self.of.discount_rate + self.of.sold) * self.years)
        payoff = np.where(self.alive, held * (value + self.m - self.of.cash), 0.0)
        return Course(payoff.mean(axis=0), 1 - self.alive.mean(axis=0), self.spent.mean(axis=0))

    def commit(self, year: int) -> None:
        """Bills of the year."""
        rules = {"restrain": (0.0, 0.0), "escalate": (1.0, 1.0), "match": tuple(self.level[::-1])}
        self.level = np.array([rules[plan][i] for i, plan in enumerate(self.plans)])
        value, revenue = self.worth(year)
        self.income = self.of.sold * value + revenue
        wanted = self.of.committed_share * np.where(self.level > 0, self.of.intensity, 1.0) * self.income
        self.bill = np.maximum(self.of.owed * self.bill, wanted)

    def step(self, quarter: int) -> None:
        """One quarter: cash, ruin, compute, mood."""
        mood, cash, uniform = (shock[quarter] for shock in self.shocks)
        batch = self.k.ndim - 2
        mood = mood.reshape(-1, *(1,) * (batch + 1))
        cash, uniform = (each.reshape(len(each), *(1,) * batch, 2) for each in (cash, uniform))
        dt = 1 / QUARTERS
        value, revenue = self.worth(quarter * dt)
        deviation = self.of.noise * self.income * np.sqrt(dt)
        flow = self.of.sold * value + (1 - self.of.other_cost) * revenue - self.bill
        after = self.m + flow * dt + deviation * cash
        room = np.maximum(self.m, 0) * np.maximum(after, 0)
        crossed = uniform < np.exp(-2 * room / np.where(deviation > 0, deviation, 1.0) ** 2)
        self.spent = self.spent + np.where(self.alive, self.bill * dt, 0.0)
        self.alive = self.alive & ~crossed
        self.m = np.where(self.alive, after, 0.0)
        aged = np.exp(-self.of.ageing * dt)
        new = np.where(self.of.ageing > 0, (1 - aged) / np.where(self.of.ageing > 0, self.of.ageing, 1.0), dt)
        self.k = np.where(self.alive, self.k * aged + self.bill * new, 0.0)
        self.theta = self.theta * np.exp(
            self.of.mood[..., :1] * np.sqrt(dt) * mood - self.of.mood[..., :1] ** 2 * dt / 2
        )
