"""The text that ``computerace solve`` prints, from the values of `experiments.solve.solve`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from experiments.text import show, table

Values = Mapping[str, Any]


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
    if not found:
        return f"Nash: none found{note}"
    certified = "certified" if part["certified"] else "NOT certified"
    return f"Nash, {certified}: relative regret {regret:.0e}; {count}, {proof}; {part['method']}{note}"


def _finite(part: Values) -> Iterator[str]:
    yield from _payoffs(part)
    yield _certificate(part)
    for equilibrium in part["equilibria"]:
        yield "  " + "; ".join(
            f"{player}: {_strategy(labels, shares)} ({show(payoff)})"
            for player, labels, shares, payoff in zip(
                part["players"], part["actions"], equilibrium["strategies"], equilibrium["payoffs"], strict=True
            )
        )
    if "class" in part:
        found = part["class"]
        restrain, race = part["actions"][0]
        yield f"class: {found['name']}, taking {restrain!r} as restraint and {race!r} as racing"
        yield f"greed (T - R)/(R - P): {show(found['greed'])}   fear (P - S)/(R - P): {show(found['fear'])}"
        factor = part["critical discount factor"]
        yield "critical discount factor of grim trigger: " + (
            "none sustains restraint" if factor is None else show(factor)
        )


def _strategy(labels: list[str], shares: list[float]) -> str:
    if max(shares) == 1:
        return labels[shares.index(1)]
    return " + ".join(f"{show(share)} {label}" for label, share in zip(labels, shares, strict=True) if share)


def _payoffs(part: Values) -> Iterator[str]:
    payoffs, actions = part["payoffs"], part["actions"]
    if payoffs is None:
        return
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
        first = place == 0  # wedge and hindsight are those of the first equilibrium
        yield from _builders(part, equilibrium, wedge if first else None, hindsight if first else None)
        outcomes = ", ".join(f"{name} {show(value)}" for name, value in equilibrium["outcomes"].items())
        yield f"outcomes: {outcomes}"
    if wedge:
        yield from _wedge(wedge, part["payoff unit"])
    if hindsight:
        yield (
            f"hindsight losses over {hindsight['replicates']} x {hindsight['states']} states, {part['payoff unit']}; "
            f"95% intervals of the means reach at most {show(_widest(hindsight))} to either side (all: --json)"
        )


def _builders(part: Values, equilibrium: Values, wedge: Values | None, hindsight: Values | None) -> list[str]:
    header = ["player", part["action unit"] or "choice", f"payoff {part['payoff unit']}"]
    rows: list[list[object]] = [
        list(row) for row in zip(part["players"], equilibrium["choices"], equilibrium["payoffs"], strict=True)
    ]
    if wedge:
        header += ["over joint", "over welfare"]
        for row, joint, welfare in zip(rows, wedge["over_joint"], wedge["over_welfare"], strict=True):
            row += [percent(joint), percent(welfare)]
    if hindsight:
        header += ["overspend P / mean / CVaR95", "underinvest P / mean / CVaR95", "lambda"]
        for row in rows:
            found = hindsight["players"][row[0]]
            for loss in ("overspend", "underinvest"):
                names = (f"P({loss})", f"E[{loss}]", f"CVaR95[{loss}]")
                row.append(" / ".join(show(found[name]["value"]) for name in names))
            row.append(show(found["lambda"]))
    return table(header, rows)


def _wedge(wedge: Values, unit: str) -> Iterator[str]:
    yield (
        f"total against joint profit {percent(wedge['total_over_joint'])}, "
        f"against welfare {percent(wedge['total_over_welfare'])}"
    )
    yield (
        f"industry profit {show(wedge['profit_nash'])} of {show(wedge['profit_joint'])} {unit} at the joint optimum: "
        f"dissipation {show(wedge['dissipation'])}; price of anarchy {show(wedge['price_of_anarchy'])}"
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


def _widest(hindsight: Values) -> float:
    means = (found[f"E[{loss}]"] for found in hindsight["players"].values() for loss in ("overspend", "underinvest"))
    return max(float(mean["high"]) - float(mean["value"]) for mean in means)
