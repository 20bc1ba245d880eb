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


def test_the_wedge_and_the_split_are_in_dollars_and_in_gigawatts(race: dict[str, Any]) -> None:
    lines = list(solve_text(race))
    amounts = dict(_column_units(lines, "player           P(overspend)"))
    assert amounts["mean too much"] == amounts["mean too little"] == "GW"
    assert dict(_column_units(lines, "player           choice"))["joint optimum"] == "GW"
    assert re.search(r"total [\d.]+ GW: \+[\d.]+% against [\d.]+ GW at the joint optimum", "\n".join(lines))
    for part in (race["wedge"], race["hindsight"]):
        values = part if "nash" in part else next(iter(part["players"].values()))
        assert set(part["units"]) == set(values) - {"units", "players"}
        assert {"GW", "US$ bn", "1"} == set(part["units"].values())


def test_amounts_are_there_with_the_losses_and_below_the_choice(race: dict[str, Any]) -> None:
    """The amounts are those of the same states as the losses: both are there, or neither."""
    for found in race["hindsight"]["players"].values():
        for loss, amount in (("overspend", "too much"), ("underinvest", "too little")):
            share, mean = found[f"P({loss})"]["value"], found[f"E[{amount}]"]["value"]
            assert 0 < share < 1 and mean > 0
    smallest = min(race["continuous"]["equilibria"][0]["choices"])
    assert all(found["E[too much]"]["value"] < smallest for found in race["hindsight"]["players"].values())


def test_prices_have_no_total() -> None:
    result = solve("cloud-sourcing")
    assert not any(name.startswith("total") for name in result["wedge"])
    assert not any(line.startswith("total") for line in solve_text(result))


def test_an_outcome_before_flows_between_players_is_not_called_as_the_sum_of_their_payoffs() -> None:
    lines = list(solve_text(solve("linked-race")))
    assert sum("industry profit" in line for line in lines) == 1
    assert any(line.startswith("joint profit, the sum of the payoffs: US$") for line in lines)


def test_equal_payoffs_make_every_mix_an_equilibrium(tmp_path: Any) -> None:
    lines = list(solve_text(solve("anchor-tenant")))
    assert "each player's payoffs are all equal: every mix of actions is an equilibrium" in lines
    assert not any("all there are" in line for line in lines)
    path = tmp_path / "game.nfg"  # Avis et al. 2010: the column player is indifferent against the first row
    path.write_text('NFG 1 R "T" { "A" "B" } { { "a" "b" "c" } { "l" "r" } } ""\n3 3 2 2 0 3 3 3 5 6 6 1\n')
    text = "\n".join(solve_text(solve(str(path))))
    assert "3 extreme equilibria, all others are mixes of them" in text
    assert "equilibria without gaps: A: a; B: any mix of l, 0.6667 l + 0.3333 r" in text


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
