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
every plan (`Runway.induced_game`). Valuations are so volatile that a plain mean rests on few paths. Therefore half of
the paths are drawn under the law that has ``theta_H`` as its density; there the mood is a reciprocal, so that path j of
that half is one over path j of the first. The balance heuristic (Veach and Guibas 1995) weighs every path by
``w = 2 / (1 + theta_H)``: a pair has the weights w and 2 - w, both w and w theta_H are at most two, and their means are
exactly one. From the literature: standing as Tullock's (1980) share; effort in a race of several steps (Harris and
Vickers 1987, `models.multi_stage_race`), here with money; ruin as a first passage. New: the loop, with bills that
cannot be cut at will. Constant flows: independent ruin problems, `first_passage` in closed form.

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

from models.base import PayoffModel, Value, count, parameter, payoff_model
from models.lab_dilemma import LabDilemma
from models.prior import Prior, at_least, derived, fact, mapped, swept
from models.unit_economics import Stakes, UnitEconomics
from theory.errors import InputError
from theory.game import Game

Floats = NDArray[np.float64]

LABS = ("OpenAI", "Anthropic")
PLANS = ("restrain", "match", "escalate")
QUARTERS = 4
CHUNK = 2**16
"""Paths times draws that are simulated at once: what the cache of a processor holds."""


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


def increments(steps: int) -> Floats:
    """Orthogonal matrix from the principal components of a Brownian path to its steps, in units of a step's deviation.

    Components come by size: the best coordinates of Sobol points move the path as a whole (Acworth, Broadie and
    Glasserman 1998).

    Examples
    --------
    >>> rotation = increments(16)
    >>> bool(np.allclose(rotation @ rotation.T, np.eye(16)))
    True
    """
    odd = 2 * np.arange(steps) + 1
    return np.asarray(2 / math.sqrt(2 * steps + 1) * np.cos(np.outer(odd, odd) * math.pi / (4 * steps + 2)))


@payoff_model("runway")
class Runway(PayoffModel):
    """Race of labs whose valuations pay for their compute; S10 of the paper."""

    years: int = count("H", default=4, low=1, high=10, meaning="years")
    paths: int = count("N", default=1024, low=16, high=2**16, meaning="number of paths in a mean, a power of two")
    valuation: Value = parameter(
        "v",
        unit="US$ bn",
        low=0,
        meaning="valuation today",
        default=(
            _same(fact("F068c") / fact("F068a"), "F068a", "F068c", reason="from the value of Microsoft's stake"),
            mapped(
                fact("F060a"),
                at_least("S03"),
                fact("F068c") / fact("F068a"),
                facts=("F060a", "F068a", "F068c", "S03"),
                reason="round of September 2025 (low), the talks' least (central); open, closed at OpenAI's (high)",
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

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.paths & (self.paths - 1):
            raise InputError(f"paths is {self.paths}; it must be a power of two, as Sobol points need")

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
        """Sobol points for the pairs of paths: what the first path of each draws, and what both draw.

        Normals of its mood, ``(quarters, pairs)``; normals of cash and uniforms of ruin, ``(quarters, 2, pairs)``.
        """
        from scipy.stats import qmc

        quarters, pairs = QUARTERS * self.years, self.paths // 2
        points = np.clip(qmc.Sobol(5 * quarters, rng=rng).random(pairs).T, 1e-12, 1 - 1e-12)
        mood, rest = points[:quarters], points[quarters:].reshape(quarters, 4, pairs)
        return increments(quarters) @ ndtri(mood), ndtri(rest[:, :2]), rest[:, 2:]

    def course(self, plans: tuple[str, str], shocks: tuple[Floats, Floats, Floats]) -> Course:
        """Means over the paths of what a pair of plans brings."""
        values = self._by_lab()
        size = values["valuation"].shape[-1]
        step = max(1, CHUNK // self.paths)
        parts = [
            _Simulation({k: v[..., at : at + step] for k, v in values.items()}, plans, self.years, shocks).means()
            for at in range(0, size, step)
        ]
        return Course(*(np.concatenate(part, -1).T.reshape(*self.batch_shape, 2) for part in zip(*parts, strict=True)))

    def _by_lab(self) -> dict[str, Floats]:
        """The parameters, each of shape ``(2, 1, draws)``: by lab, for all paths."""
        values = {}
        for name, spec in self.parameters().items():
            if not spec.structural:
                value = np.asarray(getattr(self, name), float)
                value = np.broadcast_to(value if spec.per_player else value[..., None], (*self.batch_shape, 2))
                values[name] = value.reshape(-1, 2).T[:, None]
        return values


class _Simulation:
    """Paths of two labs under given plans; arrays of shape ``(2, paths, draws)``, the mood ``(paths, draws)``.

    The second half of the paths has the reciprocal moods of the first.
    """

    def __init__(
        self, values: dict[str, Floats], plans: tuple[str, str], years: int, shocks: tuple[Floats, Floats, Floats]
    ) -> None:
        self.of: Any = SimpleNamespace(**values)
        self.plans, self.years = plans, years
        mood, cash, uniform = shocks
        self.shocks = mood[..., None], *(np.concatenate([each, each], axis=-1)[..., None] for each in (cash, uniform))
        full = (2, cash.shape[-1] * 2, values["valuation"].shape[-1])
        self.k, self.m = np.broadcast_to(self.of.compute, full), np.broadcast_to(self.of.cash, full)
        self.theta = np.ones(full[1:])
        self.alive = np.ones(full)  # one, and zero from ruin on
        self.start, self.size = self.standing(self.of.compute), self.of.compute.sum(axis=0)
        self.bill = self.k
        self.raced = [False, False]  # last year, for those who match
        self.spent = np.zeros(full)
        decay = self.of.ageing / QUARTERS
        self.aged = np.exp(-decay)
        self.new = np.where(decay > 0, -np.expm1(-decay) / np.where(decay > 0, decay, 1.0), 1.0) / QUARTERS

    def standing(self, k: Floats) -> Floats:
        """Share of each lab in standing; all of it for who is left."""
        rival = np.divide(k[1], k[0], out=np.full(np.shape(k[0]), np.inf), where=k[0] > 0)
        first = 1 / (1 + rival ** self.of.decisiveness[0])
        return np.stack([first, 1 - first])

    def worth(self, time: float) -> tuple[Floats, Floats]:
        """Valuation and revenue at a time."""
        relative = self.standing(self.k) / self.start
        grown = ((self.k[0] + self.k[1]) / self.size) ** self.of.elasticity[0]
        value = self.of.valuation * relative * (self.theta * grown)
        return value, self.of.revenue * np.exp(self.of.growth * time) * relative

    def means(self) -> tuple[Floats, Floats, Floats]:
        """Payoff, probability of ruin and spending, each of shape ``(2, draws)``."""
        for year in range(self.years):
            self.commit(year)
            for quarter in range(year * QUARTERS, (year + 1) * QUARTERS):
                self.step(quarter)
        value, _ = self.worth(self.years)
        held = np.exp(-(self.of.discount_rate + self.of.sold) * self.years)
        payoff = self.alive * held * (value + self.m - self.of.cash)
        weight = 2 / (1 + self.theta)
        payoff, ruin, spent = ((weight * each).mean(axis=1) for each in (payoff, 1 - self.alive, self.spent))
        return payoff, ruin, spent

    def commit(self, year: int) -> None:
        """Bills of the year."""
        last = self.raced
        self.raced = [plan == "escalate" or (plan == "match" and last[1 - i]) for i, plan in enumerate(self.plans)]
        value, revenue = self.worth(year)
        self.income = self.of.sold * value + revenue
        share = self.of.committed_share * np.where(np.array(self.raced)[:, None, None], self.of.intensity, 1.0)
        self.bill = np.maximum(self.of.owed * self.bill, share * self.income)
        self.deviation = self.of.noise * self.income / math.sqrt(QUARTERS)

    def step(self, quarter: int) -> None:
        """One quarter: cash, ruin, compute, mood."""
        mood, cash, uniform = (shock[quarter] for shock in self.shocks)
        value, revenue = self.worth(quarter / QUARTERS)
        flow = self.of.sold * value + (1 - self.of.other_cost) * revenue - self.bill
        after = self.m + flow / QUARTERS + self.deviation * cash
        room = self.m * np.maximum(after, 0)
        crossed = uniform < np.exp(-2 * room / np.where(self.deviation > 0, self.deviation, 1.0) ** 2)
        self.spent = self.spent + self.alive * self.bill / QUARTERS
        self.alive = self.alive * ~crossed
        self.m = self.alive * after
        self.k = self.alive * (self.k * self.aged + self.bill * self.new)
        sigma = self.of.mood[0] / math.sqrt(QUARTERS)
        change = np.exp(sigma * mood - sigma**2 / 2)
        self.theta = self.theta * np.concatenate([change, 1 / change])
