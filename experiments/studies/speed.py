"""Is fast and large building decisive? The race to be first against the value of waiting (S8; claim 7).

Every draw is one race of two builders at today's price of compute, and the same race at the price of a shortage that
ends at the rate of the draw, and of one that never ends. Two sums are set against each other: what a builder loses if
it cannot build for a year while its rival does, and what a builder without a rival would gain from waiting for its best
time. Speed is called *decisive* in a draw if the loss from the year's delay is larger than that gain, and larger than a
share of the campus's cost. No fact says from which share on a loss is material, so all of `MATERIAL` are reported.

At contract prices hardly anybody should build yet, and yet they build. `WHY` changes one assumption at a time to show
which of them keeps builders waiting, and `needed` asks what rent, and what prize, would make somebody build today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.claims import ONLY, by_bound, claim, drawn
from experiments.registry import Columns, Findings, experiment, share
from models.preemption import SHORTAGE, Preemption, leader_value
from models.sized_preemption import sized_race
from models.typeset import typst
from theory import Estimate, dilemma_class, probability, share_in_replicates
from theory.sensitivity import sobol_indices

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
MATERIAL = (0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
"""Shares of a campus's cost above which a loss counts as material."""

JUDGED = (0.05, 0.1, 0.2)
"""Those that are reported by the duration of a shortage."""

MIDDLE = 0.1
"""The one at which shares of draws by scarcity are shown."""

PRICES: dict[str, dict[str, float]] = {
    "contract": {"scarcity": 1.0},
    "shortage": {"scarcity": SHORTAGE},
    "endless shortage": {"scarcity": SHORTAGE, "ending": 0.0},
}
"""Price of a GW-year over that of contracts; the rate at which a shortage ends is the draw's own if not given."""

LASTING = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, np.inf)
"""Mean years that a shortage lasts from today on."""

SCARCITY = ((0.0, 1.0), (1.0, 1.5), (1.5, 2.0), (2.0, 3.0), (3.0, np.inf))
"""Bins of today's price over the price at which a lone campus breaks even."""

CERTAIN = 0.02
"""Volatility of a price that is as good as known."""

WHY: dict[str, dict[str, float]] = {
    "as calibrated": {},
    "price does not fade": {"price_decline": 0.0},
    "price is known": {"volatility": CERTAIN},
    "price is fixed for ever": {"price_decline": 0.0, "volatility": CERTAIN, "drift": 0.0},
    "price grows": {"drift": 0.05},
    "nothing is installed": {"installed": 0.0},
    "all of the prize is settled": {"decided": 1.0},
    "a shortage that never ends": PRICES["endless shortage"],
}
"""Changes of the race at contract prices, by name."""

NEEDED = {"revenue": "US$ bn/GW/yr", "prize": "US$ bn"}
"""Parameters of which enough makes somebody build at once, with their units."""

LAGS = (0.0, 1.0, 2.0, 3.6)
"""Years; to show what the lag does to thresholds and values."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@experiment(
    "speed",
    question="Is being first worth more than waiting, and what do haste and the time to build do to rents?",
    claims=(7,),
    replicates=REPLICATES,
    quick={"draws": 1024},
)
def study(*, draws: int = 32_768, rng: np.random.Generator) -> Columns:
    """One independent set of draws, one row each."""
    base = Preemption()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    level, sized = model.thresholds(), sized_race(model)
    lasts = model.replace(ending=0.0)
    columns: dict[str, NDArray[Any]] = {
        "ending": np.asarray(model.ending),
        "haste": level.preemption / level.unthreatened,
        "break-even to preemption": level.preemption / level.break_even,
        "dissipation": model.dissipation(),
        "can wait together": model.replace(prize=0.0).can_wait_together(),
        "sized haste": sized.preemption / sized.unthreatened,
        "size against full": sized.capacity / sized.full,
        "size against given": sized.capacity / sized.given,
        "size against second": sized.capacity / sized.second,
    }
    cases = {"prior": model} | {name: model.replace(**fixed) for name, fixed in PRICES.items()}
    for case, race in cases.items():
        columns |= {f"{name}, {case}": values for name, values in measures(race).items()}
    for why, changes in WHY.items():
        race = cases["contract"].replace(**changes)
        columns |= {f"{name}, {why}": values for name, values in building(race).items()}
    columns |= {f"needed {name}": needed(cases["contract"], name) for name in NEEDED}
    for lag in LAGS:
        late, now = (race.thresholds().preemption for race in (lasts.replace(lag=lag), lasts.replace(lag=0.0)))
        columns[f"threshold, lag {lag:g}"] = late / now
    for case in ("contract", "shortage"):
        race = cases[case]
        year = race.replace(lag=race.lag + 1)
        lost = race.leading(race.state()) - year.leading(race.state())
        columns[f"a year's longer lag, {case}"] = lost / race.cost()
    for years in LASTING:
        delay, wait = delay_and_wait(cases["shortage"].replace(ending=1 / years))
        columns |= {f"delay, {years:g} years": delay, f"wait, {years:g} years": wait}
    return columns | drawn(model)


def building(model: Preemption) -> dict[str, NDArray[Any]]:
    """Whether somebody builds today; whether a lone campus pays with the lead that it wins, and without it."""
    x, level = model.state(), model.thresholds()
    rent = model.worth() * model.served(1, 0) * x
    return {
        "somebody builds": np.asarray(x >= level.preemption),
        "pays": np.asarray(x >= level.break_even),
        "pays without the lead": np.asarray(rent >= model.cost()),
    }


def needed(model: Preemption, name: str, factor: float = 256.0) -> NDArray[np.float64]:
    """Least value of a parameter at which somebody builds today, by bisection on its logarithm.

    The ends are so many times less and more than the value of each draw; what lies beyond is put there.
    """
    value = np.asarray(getattr(model, name))
    low, high = np.log(value / factor), np.log(value * factor)
    for _ in range(30):
        middle = (low + high) / 2
        enough = building(model.replace(**{name: np.exp(middle)}))["somebody builds"]
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(np.exp(high))


def delay_and_wait(model: Preemption) -> tuple[NDArray[Any], NDArray[Any]]:
    """What a year's delay loses while the rival builds, what waiting gains without one; shares of a campus's cost."""
    x, cost = model.state(), model.cost()
    return (model.started(x) - model.following_after(x, 1.0)) / cost, model.waiting_gains(x) / cost


def measures(model: Preemption) -> dict[str, NDArray[Any]]:
    """What speed and waiting are worth at today's price, as shares of a campus's cost, and what the race is."""
    x, level, cost = model.state(), model.thresholds(), model.cost()
    delay, wait = delay_and_wait(model)
    return {
        "price over break-even": np.asarray(x / level.break_even),
        "nobody builds": np.asarray(x < level.preemption),
        "both build": model.both(x) >= model.following(x),
        "first over second": np.asarray(model.leading(x) - model.following(x)) / cost,
        "head start": model.head_start(x, 1.0) / cost,
        "delay": delay,
        "wait": wait,
        "decisive": (delay > wait) & (delay > MIDDLE),
        "mistake": model.mistake(x),
        "class": np.asarray(dilemma_class(model.game()).names).astype(str),
    }


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Probabilities that speed is decisive, by price and by scarcity; rents, sizes, lags, drivers; the centre."""
    rows = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    ratio = rows["price over break-even, prior"]
    numbers = {
        "draws": len(ratio),
        "material": MIDDLE,
        "judged": list(JUDGED),
        "shortage": SHORTAGE,
        "lasts, years": _spread(1 / rows["ending"]),
        "prices": {case: _price(replicates, rows, case) for case in ("prior", *PRICES)},
        "by scarcity": [
            {"from": low, "to": None if np.isinf(high) else high} | _bin(rows, (ratio >= low) & (ratio < high))
            for low, high in SCARCITY
        ],
        "claims": {
            "7": claim(replicates, decisive(MIDDLE), Preemption(), scope=_built)
            | {"by bound": by_bound(replicates, decisive, JUDGED, Preemption(), scope=_built)},
        },
        "why": {
            why: {
                f"P({name})": share_in_replicates([part[f"{name}, {why}"] for part in replicates])
                for name in ("somebody builds", "pays", "pays without the lead")
            }
            for why in WHY
        },
        "needed": {name: _spread(rows[f"needed {name}"]) for name in NEEDED},
        "known": {name: getattr(Preemption(), name) for name in NEEDED},
        "grows": WHY["price grows"]["drift"],
        "haste": _spread(rows["haste"]),
        "break-even to preemption": _spread(rows["break-even to preemption"]),
        "P(below break-even)": share_in_replicates([part["break-even to preemption"] < 1 for part in replicates]),
        "dissipation": _spread(rows["dissipation"]),
        "P(dissipation > 1)": _share(replicates, "dissipation", 1.0),
        "P(can wait together), no lead": probability(rows["can wait together"]),
        "sized": {name: _spread(rows[name]) for name in rows if name.startswith("size")},
        "lag": {f"{lag:g}": _spread(rows[f"threshold, lag {lag:g}"]) for lag in LAGS},
        "a year's longer lag": {
            case: _spread(rows[f"a year's longer lag, {case}"]) for case in ("contract", "shortage")
        },
        "by duration": {
            f"{share:g}": {f"{years:g}": _decisive(replicates, f"{years:g} years", share) for years in LASTING}
            for share in JUDGED
        },
        "drivers": drivers(rng, points=max(64, draws // 64)),
        "centre": centre(),
        "formula": formula(),
    }
    return Findings(numbers)


def decisive(share: float) -> dict[str, Any]:
    """What claim 7 needs at the price of a shortage, if a loss counts from a share of the campus's cost on."""
    words = "a tenth" if share == MIDDLE else f"{share:g}"
    return {
        ONLY: lambda part: {
            "a year's delay loses more than waiting gains": part["delay, shortage"] > part["wait, shortage"],
            f"it loses {words} of the campus's cost": part["delay, shortage"] > share,
        }
    }


def _built(part: Columns) -> NDArray[np.bool_]:
    """Where somebody builds: where nobody does, nobody is fast."""
    return np.asarray(~part["nobody builds, shortage"])


def _price(replicates: Replicates, rows: Mapping[str, NDArray[Any]], case: str) -> dict[str, Any]:
    classes = rows[f"class, {case}"]
    race = ~(rows[f"nobody builds, {case}"] | rows[f"both build, {case}"])
    return {
        **{
            f"P({name})": share_in_replicates([part[f"{name}, {case}"] for part in replicates])
            for name in ("decisive", "nobody builds", "both build")
        },
        "P(delay > wait)": share_in_replicates([part[f"delay, {case}"] > part[f"wait, {case}"] for part in replicates]),
        "P(decisive) by threshold": {f"{share:g}": _decisive(replicates, case, share) for share in MATERIAL},
        "P(delay is material)": _share(replicates, f"delay, {case}", MIDDLE),
        "P(first over second is material)": _share(replicates, f"first over second, {case}", MIDDLE),
        "first over second": _spread(rows[f"first over second, {case}"]),
        "head start": _spread(rows[f"head start, {case}"]),
        "delay": _spread(rows[f"delay, {case}"]),
        "wait": _spread(rows[f"wait, {case}"]),
        "price over break-even": _spread(rows[f"price over break-even, {case}"]),
        "mistake in the race": _spread(rows[f"mistake, {case}"][race]) if race.any() else None,
        "classes": {name: probability(classes == name) for name in sorted(set(classes.tolist()))},
    }


def _decisive(replicates: Replicates, case: str, share: float) -> Estimate:
    """Probability that a delay loses more than waiting gains, and more than a share of the campus's cost."""
    pairs = [(part[f"delay, {case}"], part[f"wait, {case}"]) for part in replicates]
    return share_in_replicates([(delay > wait) & (delay > share) for delay, wait in pairs])


def _bin(rows: Mapping[str, NDArray[Any]], inside: NDArray[np.bool_]) -> dict[str, Any]:
    return {
        "draws": int(inside.sum()),
        "P(decisive)": probability(rows["decisive, prior"][inside]) if inside.any() else None,
    }


def _share(replicates: Replicates, name: str, above: float) -> Estimate:
    return share_in_replicates([part[name] > above for part in replicates])


def _spread(values: Any) -> dict[str, float]:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}


def drivers(rng: np.random.Generator, points: int) -> dict[str, Any]:
    """Sobol indices of the loss from a year's delay less the gain from waiting, as a share of cost."""
    base = Preemption()
    priors = base.priors()

    def outputs(u: NDArray[np.float64]) -> NDArray[np.float64]:
        found = measures(base.replace(**priors.ppf(u)))
        return np.asarray((found["delay"] - found["wait"])[None])

    (indices,) = sobol_indices(outputs, priors.names, points=2 ** int(np.log2(points)), rng=rng)
    return dict(indices)


def formula() -> str:
    """Value of leading, in Typst mathematics."""
    import sympy

    names = "X X_F X_0 omega_1 omega_0 l D_10 D_11 beta beta_1 I"
    return typst(leader_value(*sympy.symbols(names, positive=True)))


def centre() -> dict[str, Any]:
    """Values against the price of compute at the calibrated centre, in units of a campus's cost and of break-even."""
    model = Preemption()
    level, cost = model.thresholds(), model.cost()
    x = np.linspace(0.2, 3.0, 141) * level.break_even
    curves = {
        "delay": model.started(x) - model.following_after(x, 1.0),
        "wait": model.waiting_gains(x),
    }
    return {
        "price": (x / level.break_even).tolist(),
        "today": float(model.state() / level.break_even),
        "thresholds": {
            name: float(getattr(level, name) / level.break_even)
            for name in ("break_even", "preemption", "unthreatened", "follower", "joint")
        },
        "curves": {name: (values / cost).tolist() for name, values in curves.items()},
        "break-even price": float(level.break_even * (1 - 2 * model.installed)),
        "cost": float(cost),
    }
