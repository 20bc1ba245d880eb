"""The text that ``computerace solve`` prints, from the values of `experiments.solve.solve`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from experiments.text import show, table

Values = Mapping[str, Any]

LOSSES = {"overspend": "too much", "underinvest": "too little"}
"""The two losses, and the amounts that they come from."""


def solve_text(result: Values) -> Iterator[str]:
    """Lines to print."""
    settings = ", ".join(f"{name} = {value}" for name, value in result["settings"].items())
    yield f"{result['name']}" + (f" with {settings}" if settings else "")
    if "finite" in result:
        yield ""
        yield from _finite(result["finite"])
    if "continuous" in result:
        yield ""
        yield from _continuous(result)


def _certificate(part: Values) -> str:
    found = len(part["equilibria"])
    regret = part["relative regret"]
    proof = "all there are" if part["complete"] else "others not excluded"
    note = f" ({part['note']})" if part["note"] else ""
    count = f"{found} equilibrium" if found == 1 else f"{found} equilibria"
    if part.get("components"):
        count, proof = f"{found} extreme equilibria", "all others are mixes of them"
    if not found:
        return f"Nash: none found{note}"
    certified = "certified" if part["certified"] else "NOT certified"
    return f"Nash, {certified}: relative regret {regret:.0e}; {count}, {proof}; {part['method']}{note}"


def _finite(part: Values) -> Iterator[str]:
    unit = part.get("payoff unit", "")
    if part["payoffs"] is not None:
        yield f"payoffs, {unit_text(unit)}:" if unit_text(unit) else "payoffs:"
        yield from _payoffs(part)
    yield _certificate(part)
    for equilibrium in part["equilibria"]:
        yield "  " + "; ".join(
            f"{player}: {_strategy(labels, shares)} ({with_unit(payoff, unit)})"
            for player, labels, shares, payoff in zip(
                part["players"], part["actions"], equilibrium["strategies"], equilibrium["payoffs"], strict=True
            )
        )
    yield from _components(part)
    if "class" in part:
        found = part["class"]
        restrain, race = part["actions"][0]
        yield f"class: {found['name']}, taking {restrain!r} as restraint and {race!r} as racing"
        yield f"greed (T - R)/(R - P): {show(found['greed'])}   fear (P - S)/(R - P): {show(found['fear'])}"
        factor = part["critical discount factor"]
        yield "critical discount factor of grim trigger: " + (
            "none sustains restraint" if factor is None else show(factor)
        )


def _components(part: Values) -> Iterator[str]:
    """Which mixes are equilibria too."""
    payoffs = part["payoffs"]
    if payoffs is not None and all(len(set(_flat(own))) == 1 for own in payoffs):
        yield "each player's payoffs are all equal: every mix of actions is an equilibrium"
        return
    for component in part.get("components", ()):
        sides = (
            f"{player}: "
            + ("any mix of " if len(strategies) > 1 else "")
            + ", ".join(_strategy(labels, s) for s in strategies)
            for player, labels, strategies in zip(part["players"], part["actions"], component, strict=True)
        )
        yield f"equilibria without gaps: {'; '.join(sides)}"


def _flat(values: Any) -> Iterator[float]:
    for value in values:
        yield from _flat(value) if isinstance(value, list) else (value,)


def _strategy(labels: list[str], shares: list[float]) -> str:
    if max(shares) == 1:
        return labels[shares.index(1)]
    return " + ".join(f"{show(share)} {label}" for label, share in zip(labels, shares, strict=True) if share)


def _payoffs(part: Values) -> Iterator[str]:
    payoffs, actions = part["payoffs"], part["actions"]
    if len(actions) == 2:
        rows, columns = actions
        cells = [
            [label, *(f"{show(payoffs[0][i][j])}, {show(payoffs[1][i][j])}" for j in range(len(columns)))]
            for i, label in enumerate(rows)
        ]
        yield from table([f"{part['players'][0]} \\ {part['players'][1]}", *columns], cells)
        return
    profiles = itertools.product(*(range(len(labels)) for labels in actions))
    cells = [
        [*(labels[a] for labels, a in zip(actions, profile, strict=True)), *(_at(own, profile) for own in payoffs)]
        for profile in profiles
    ]
    yield from table([*part["players"], *(f"payoff {player}" for player in part["players"])], cells)


def _at(payoffs: Any, profile: tuple[int, ...]) -> float:
    for action in profile:
        payoffs = payoffs[action]
    return float(payoffs)


def _continuous(result: Values) -> Iterator[str]:
    part, wedge, hindsight = result["continuous"], result.get("wedge"), result.get("hindsight")
    yield _certificate(part)
    for place, equilibrium in enumerate(part["equilibria"]):
        yield from _builders(part, equilibrium, wedge if place == 0 else None)  # the wedge is that of the first
        units = part["outcome units"]
        outcomes = (f"{name} {with_unit(value, units[name])}" for name, value in equilibrium["outcomes"].items())
        yield f"outcomes: {', '.join(outcomes)}"
    if wedge:
        yield from _wedge(wedge)
    if hindsight:
        first = " of the first equilibrium" if len(part["equilibria"]) > 1 else ""
        yield ""
        yield (
            f"hindsight losses{first} over {hindsight['replicates']} x {hindsight['states']} states; 95% intervals of "
            f"the means reach at most {with_unit(_widest(hindsight), part['payoff unit'])} to either side (all: --json)"
        )
        yield from _hindsight(hindsight)


def _builders(part: Values, equilibrium: Values, wedge: Values | None) -> list[str]:
    header, units = ["player", "choice", "payoff"], ["", part["action unit"], part["payoff unit"]]
    columns: list[list[object]] = [part["players"], equilibrium["choices"], equilibrium["payoffs"]]
    if wedge:
        for optimum in ("joint", "welfare"):
            header += [f"{optimum} optimum", "above it"]
            units += [part["action unit"], ""]  # percentages, and shown as such
            columns += [wedge[optimum], [percent(value) for value in wedge[f"over_{optimum}"]]]
    return table(header, list(zip(*columns, strict=True)), units=[unit_text(unit) for unit in units])


def _hindsight(hindsight: Values) -> list[str]:
    header, units = ["player"], [""]
    names = []
    for loss, amount in LOSSES.items():
        header += [f"P({loss})", "mean", "CVaR95", f"mean {amount}"]
        own = [f"P({loss})", f"E[{loss}]", f"CVaR95[{loss}]", f"E[{amount}]"]
        units += [unit_text(hindsight["units"][name]) for name in own]
        names += own
    rows = [
        [player, *(found[name]["value"] for name in names), show(found["lambda"])]
        for player, found in hindsight["players"].items()
    ]
    return table([*header, "lambda"], rows, units=[*units, "ratio of means"])


def _wedge(wedge: Values) -> Iterator[str]:
    units = wedge["units"]
    if "total_over_joint" in wedge:  # choices that add up
        nash, joint, welfare = (with_unit(sum(wedge[name]), units[name]) for name in ("nash", "joint", "welfare"))
        yield (
            f"total {nash}: {percent(wedge['total_over_joint'])} against {joint} at the joint optimum, "
            f"{percent(wedge['total_over_welfare'])} against {welfare} at the welfare optimum"
        )
    profit, best = wedge["profit_nash"], wedge["profit_joint"]
    yield (
        f"joint profit, the sum of the payoffs: {with_unit(profit, units['profit_nash'])}, "
        f"{with_unit(best - profit, units['profit_nash'])} below the {with_unit(best, units['profit_joint'])} at the "
        f"joint optimum: dissipation {show(wedge['dissipation'])}"
    )
    yield (
        f"welfare {with_unit(wedge['welfare_nash'], units['welfare_nash'])}, of "
        f"{with_unit(wedge['welfare_optimum'], units['welfare_optimum'])} at its optimum: "
        f"price of anarchy {show(wedge['price_of_anarchy'])}"
    )


def percent(value: float | str | None) -> str:
    """Relative difference as a signed percentage, from ten million per cent with an exponent; a dash if there is none.

    Examples
    --------
    >>> percent(0.256), percent(2e28), percent(None)
    ('+25.6%', '+2e+30%', '-')
    """
    if not isinstance(value, float):
        return show(value)
    return f"{value:+.1%}" if abs(value) < 1e5 else f"{100 * value:+.4g}%"


def with_unit(value: object, unit: str) -> str:
    """Number with its unit, currency first.

    Examples
    --------
    >>> with_unit(5.03, "GW"), with_unit(230.0, "US$ bn"), with_unit(0.5, "US$ bn/GW/yr"), with_unit(0.25, "1")
    ('5.03 GW', 'US$ 230 bn', 'US$ 0.5 bn/GW/yr', '0.25')
    """
    currency, _, rest = unit.rpartition(" ") if unit.startswith("US$") else ("", "", unit_text(unit))
    return " ".join(part for part in (currency, show(value), rest) if part)


def unit_text(unit: str) -> str:
    """Unit as it is shown: nothing for a pure number."""
    return "" if unit == "1" else unit


def _widest(hindsight: Values) -> float:
    means = (found[f"E[{loss}]"] for found in hindsight["players"].values() for loss in LOSSES)
    return max(float(mean["high"]) - float(mean["value"]) for mean in means)
