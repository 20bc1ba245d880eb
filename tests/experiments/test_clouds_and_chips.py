"""Multi-cloud balancing and custom silicon: what the studies must say whatever the draws are, and that words follow."""

import json

import numpy as np
import pytest

from experiments.runner import run
from experiments.studies.custom_silicon import CUT
from experiments.studies.multi_cloud import MATERIAL
from paper.claims import REJECTED, SUPPORTED, UNDECIDED
from paper.systems import custom_silicon, multi_cloud
from tests.turned import with_claim


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    return {
        name: run(name, {"draws": 64}, workers=1, directory=folder, progress=False)
        for name in ("multi_cloud", "custom_silicon")
    }


def plain(record):
    return json.loads(json.dumps(record.numbers, allow_nan=False))


def test_every_market_was_solved(records):
    assert all(record.numbers["not certified"] == 0 for record in records.values())


def test_shares_of_the_numbers_of_clouds_and_makers_add_up(records):
    four = records["multi_cloud"].numbers["OpenAI"]["best"]
    makers = records["custom_silicon"].numbers["makers"]
    for table in (four, makers):
        assert sum(estimate["value"] for estimate in table.values()) == pytest.approx(1)


def test_the_incumbent_cannot_take_more_than_the_switching_cost(records):
    """What one cloud can charge above two is bounded by what it would cost the lab to leave, up to the rigidity."""
    assert 0 < records["multi_cloud"].numbers["pass-through"]["0.5"] < 1


def test_a_dollar_plan_makes_spending_rise_more_than_a_plan_in_gigawatts(records):
    race = records["custom_silicon"].numbers["race"]
    for q in ("0.25", "0.5", "0.75"):
        dollars = race["spending of the race, all, plans in dollars"][q]
        assert dollars < race["spending of the race, all, demand in GW"][q]


def test_dearer_chips_are_never_bought_by_more_makers(records):
    table = records["custom_silicon"].tables["ratio"]
    assert (np.diff(table["makers"]) <= 0).all()
    assert (np.diff(table["chip price"]) >= -1e-9).all()
    assert 0 < CUT < 1


def test_verdicts_follow_the_numbers(records):
    numbers = plain(records["multi_cloud"])
    for share, verdict in ((0.97, SUPPORTED), (0.45, UNDECIDED), (0.03, REJECTED)):
        section = multi_cloud.write(with_claim(numbers, "3", share))
        assert section.verdicts[0].verdict == verdict
    numbers = plain(records["custom_silicon"])
    for ratios, verdict in (((0.8, 0.9), SUPPORTED), ((0.8, 5.0), UNDECIDED), ((1.2, 5.0), REJECTED)):
        numbers["sources"] = dict(zip(numbers["sources"], ratios, strict=True))
        found = custom_silicon.write(numbers).verdicts[0]
        assert found.verdict == verdict and "repeat the prior" in found.cautions
        without = SUPPORTED if ratios[0] < 1 else REJECTED
        assert f"without it the claim would be {without} by the other source" in found.cautions
    numbers["claim"]["P(cost ratio below one)"] = {"value": 0.96, "low": 0.95, "high": 0.97}
    assert custom_silicon.write(numbers).verdicts[0].verdict == REJECTED  # the prior decides nothing


def test_words_turn_with_the_signs(records):
    numbers = plain(records["multi_cloud"])
    numbers["price fall"] = dict.fromkeys(numbers["price fall"], -0.1)
    assert "does not usually lower" in multi_cloud.write(numbers).paragraphs[0]
    numbers = plain(records["custom_silicon"])
    numbers["break-even ratio"] = dict.fromkeys(numbers["break-even ratio"], 0.8)
    assert "below one" in custom_silicon.write(numbers).paragraphs[0]


def test_the_benchmark_alone_holds_the_ratio_up(records):
    """The lower the high end of the ratio, the more of its prior is below one; at the prior's own it is the draws'."""
    numbers = records["custom_silicon"].numbers
    table = numbers["by high end"]
    assert [float(end) for end in table] == sorted(map(float, table), reverse=True)
    for key in (lambda row: row["below one"], lambda row: row["below break-even"]["value"]):
        assert (np.diff([key(row) for row in table.values()]) > 0).all()
    first = next(iter(table.values()))
    drawn, paid = (numbers["claim"][f"P(cost ratio below {what})"]["value"] for what in ("one", "break-even"))
    assert first["below one"] == pytest.approx(drawn, abs=0.03)
    assert first["below break-even"]["value"] == pytest.approx(paid, abs=0.05)


def test_a_fall_of_the_price_counts_from_a_bound_on(records):
    rows = records["multi_cloud"].numbers["claims"]["3"]["by bound"]["suppliers compete"]
    found = [rows[bound]["together"]["value"] for bound in ("0.01", "0.02", "0.05", "0.1")]
    assert found == sorted(found, reverse=True) and found[0] > found[-1]
    case = records["multi_cloud"].numbers["claims"]["3"]["cases"]["suppliers compete"]
    assert case["together"]["value"] == pytest.approx(rows[f"{MATERIAL:g}"]["together"]["value"])
    assert "a second cloud lowers the price by 5%" in case["needs"]


def test_figures_are_drawn(records):
    for module in (multi_cloud, custom_silicon):
        record = records[module.STUDY]
        figure = module.draw(plain(record), record.tables)
        assert len(figure.axes) == 2
        assert all(axes.get_xlabel() for axes in figure.axes)
