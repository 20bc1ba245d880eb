"""What ``computerace solve`` prints: every number has its unit, and no word is missing when there is less to say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from experiments.solve import solve
from experiments.solve_text import solve_text


@pytest.fixture(scope="module")
def race() -> dict[str, Any]:
    return solve("compute-race")


def _column_units(lines: list[str], first: str) -> list[tuple[str, str]]:
    """Headers of the table whose header starts so, each with what stands under it."""
    place = next(i for i, line in enumerate(lines) if line.startswith(first))
    header, units = lines[place], lines[place + 1]
    words = r"\S+(?: \S+)*"
    under = {match.end(): match.group() for match in re.finditer(words, units)}
    return [(match.group(), under.get(match.end(), "")) for match in re.finditer(words, header)]


def test_every_column_of_money_and_capacity_has_its_unit(race: dict[str, Any]) -> None:
    lines = list(solve_text(race))
    units = dict(_column_units(lines, "player           choice"))
    assert units["choice"] == "GW" and units["payoff"] == "US$ bn"
    hindsight = _column_units(lines, "player           P(overspend)")
    assert [unit for name, unit in hindsight if name in ("mean", "CVaR95")] == ["US$ bn"] * 4


def test_every_outcome_has_its_unit(race: dict[str, Any]) -> None:
    outcomes = next(line for line in solve_text(race) if line.startswith("outcomes: "))
    for outcome in outcomes.removeprefix("outcomes: ").split(", "):
        assert re.search(r"US\$ [\d.]+ bn$", outcome) or re.fullmatch(r"total compute [\d.]+ GW", outcome)


def test_the_table_of_payoffs_has_the_unit_of_the_model_and_none_for_a_file(tmp_path: Any) -> None:
    assert "payoffs, US$ bn:" in solve_text(solve("lab-dilemma"))
    path = tmp_path / "game.nfg"
    path.write_text('NFG 1 R "PD" { "A" "B" } { { "c" "d" } { "c" "d" } } ""\n3 3 5 0 0 5 1 1\n')
    lines = list(solve_text(solve(str(path))))
    assert "payoffs:" in lines and not any("US$" in line for line in lines)
