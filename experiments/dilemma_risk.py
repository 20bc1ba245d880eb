"""Losses in hindsight of the two-action race; at the risk-dominant equilibrium, the wedge and patience too.

Capacity is sold at what demand pays for it (`models.lab_dilemma`): nothing stands idle and nobody goes without, so that
stranded capital, unmet demand and users' surplus are not defined here; the race over quantities has them
(`experiments.studies.overspend_underinvest`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns
from models.lab_dilemma import LabDilemma
from theory import Game, from_replicates, grim_trigger, ratio_of_means
from theory.intervals import share_of_counts
from theory.risk import cvar_of_replicate
from theory.selection import select_equilibrium

LABS = (2, 3, 5, 8)
"""Numbers of labs compared."""

LOSSES = ("overspend", "underinvest")
QUARTILES = (0.25, 0.5, 0.75)

BUILD, PROFIT, ANARCHY, LOST, PATIENCE = (
    "build over joint",
    "dissipation",
    "price of anarchy",
    "profit lost",
    "patience in dilemmas",
)
"""What is reported by its quartiles; losses in US$ bn, the others are ratios."""


def gains_in_hindsight(model: LabDilemma, state: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """What racing adds in hindsight when all rivals restrain, and when all race, US$ bn: ``(2, states, *batch)``.

    Positive, it is the loss from inaction; negative, the loss from overspending. ``state`` is drawn by `states`.
    """
    low, high = (level for _, level in model.levels())

    def gain(rivals: Any, prize: float, demand: float) -> Any:
        at = {"prize": prize, "demand": demand}
        others = [rivals] * (model.n - 1)
        return model.realised(0, [high, *others], at) - model.realised(0, [low, *others], at)

    def in_states(rivals: Any) -> Any:  # payoffs are linear in both states, and draws fewer than states
        fixed = gain(rivals, 0, 0)
        per_prize, per_demand = gain(rivals, 1, 0) - fixed, gain(rivals, 0, 1) - fixed
        return fixed + per_prize * state["prize"] + per_demand * state["demand"]

    return np.stack([in_states(low), in_states(high)])


def risk_in_equilibrium(
    model: LabDilemma,
    game: Game,
    gains: NDArray[np.float64],
    state: NDArray[np.int64],
    rng: np.random.Generator,
) -> dict[str, NDArray[Any]]:
    """Columns of a batch of two-lab races, one row per draw.

    Parameters
    ----------
    game
        Their finite game.
    gains
        What racing adds in hindsight, US$ bn, when the rival restrains and when it races: ``(2, states, draws)``.
    state
        Which state of each draw stands for it in the distribution of losses.
    rng
        Draws the profile where the equilibrium is mixed.
    """
    played = select_equilibrium(game, "risk-dominant").reshape(-1, 4)
    profile = (rng.random((len(played), 1)) > played.cumsum(axis=-1)[:, :3]).sum(axis=-1)
    races, rival_races = profile // 2 == 1, profile % 2 == 1
    gain = np.where(rival_races, gains[1], gains[0])
    over, under = np.where(races, np.maximum(-gain, 0), 0.0), np.where(races, 0.0, np.maximum(gain, 0))
    each = np.arange(len(state))
    profits = (game.payoff(0) + game.payoff(1)).reshape(-1, 4)
    low, high = (np.broadcast_to(level, model.batch_shape) for _, level in model.levels())
    builds = np.stack([2 * low, low + high, low + high, 2 * high], axis=-1)
    best = profits.argmax(axis=-1)
    return {
        "overspend": over.mean(axis=0),
        "underinvest": under.mean(axis=0),
        "loss in one state": (over - under)[state, each],
        "profit Nash": (played * profits).sum(axis=-1),
        "profit joint": profits.max(axis=-1),
        BUILD: (played * builds).sum(axis=-1) / builds[each, best],
        "patience": np.nan_to_num(grim_trigger(game), nan=1.0),  # one: at no discount factor
        "discount factor of a year": np.exp(-np.broadcast_to(model.discount_rate, model.batch_shape)),
    }


def reduce_risk(part: Columns, dilemma: NDArray[np.bool_]) -> dict[str, Any]:
    """What the summary needs of one replicate."""
    signed, joint, nash = part["loss in one state"], part["profit joint"], part["profit Nash"]
    counts: dict[str, int] = {}
    losses: dict[str, float] = {}
    for name, loss in zip(LOSSES, (np.maximum(signed, 0), np.maximum(-signed, 0)), strict=True):
        counts[f"P({name})"] = int((loss > 0).sum())
        losses |= {f"E[{name}]": float(part[name].mean()), f"CVaR95[{name}]": float(cvar_of_replicate(loss))}
    lost = joint - nash
    counts |= {
        "P(Nash above joint)": int((part[BUILD] > 1).sum()),
        "P(kept for a year)": int((dilemma & (part["discount factor of a year"] >= part["patience"])).sum()),
    }
    spread = {
        BUILD: part[BUILD],
        PROFIT: (lost / joint)[joint > 0],
        ANARCHY: (joint / nash)[nash > 0],
        LOST: lost,
        PATIENCE: part["patience"][dilemma],
    }
    return {
        "counts": counts,
        "draws": len(signed),
        "dilemmas": int(dilemma.sum()),
        "losses": losses | {f"E[{LOST}]": float(lost.mean())},
        "quartiles": {name: np.quantile(values, QUARTILES) for name, values in spread.items() if values.size},
    }


def risk_numbers(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Hindsight, wedge and patience with their intervals, from `reduce_risk` of every replicate."""
    mean = {name: from_replicates([part["losses"][name] for part in found]) for name in found[0]["losses"]}

    def share(name: str, of: str = "draws") -> Any:
        kept = [part for part in found if part[of]]
        return share_of_counts([part["counts"][name] for part in kept], [part[of] for part in kept]) if kept else None

    def quartiles(name: str) -> dict[str, Any]:
        parts = [part["quartiles"][name] for part in found if name in part["quartiles"]]
        columns = zip(*parts, strict=True) if len(parts) > 1 else ()
        return {f"{q:g}": from_replicates(values) for q, values in zip(QUARTILES, columns, strict=False)}

    split: dict[str, Any] = {}
    for name in LOSSES:
        split |= {key: share(key) if key.startswith("P") else mean[key] for key in _statistics(name)}
    split["lambda"] = ratio_of_means(*([part["losses"][f"E[{name}]"] for part in found] for name in reversed(LOSSES)))
    return {
        "hindsight in equilibrium": split,
        "wedge": {
            "P(Nash above joint)": share("P(Nash above joint)"),
            f"E[{LOST}]": mean[f"E[{LOST}]"],
            **{name: quartiles(name) for name in (BUILD, PROFIT, ANARCHY, LOST)},
        },
        "patience": {
            "needed in dilemmas": quartiles(PATIENCE),
            "P(kept, answered after a year | dilemma)": share("P(kept for a year)", "dilemmas"),
        },
    }


def _statistics(name: str) -> tuple[str, str, str]:
    return f"P({name})", f"E[{name}]", f"CVaR95[{name}]"
