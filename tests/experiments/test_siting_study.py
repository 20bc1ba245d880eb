"""What the study of siting must say whatever the draws are, and that its words follow its numbers."""

import copy

import pytest

from experiments.runner import run
from experiments.studies.siting import ALIGNMENTS, CAPS, REGIONS, study
from paper.systems.siting import write


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    return run(study, {"draws": 1024}, workers=1, directory=tmp_path_factory.mktemp("records"), progress=False).numbers


def test_more_regions_bid_more_away_under_every_rule(numbers):
    for rule in ("known", "private", "all pay"):
        shares = [numbers["bid away"][str(n)][rule]["share"]["value"] for n in REGIONS]
        assert shares == sorted(shares)
        assert 0 < shares[0] < shares[-1] < 1


def test_bids_place_the_campus_and_a_ban_does_not(numbers):
    hosts = numbers["hosts"]
    assert hosts["bids: all gain most"]["value"] > hosts["agreement: all gain most"]["value"]


def test_a_looser_cap_misplaces_less_and_leaves_the_builder_more(numbers):
    table = [numbers["agreement"][f"{cap:g}"] for cap in CAPS]
    lost = [row["misplaced"]["value"] for row in table]
    builder = [row["builder"]["value"] for row in table]
    assert lost == sorted(lost, reverse=True)
    assert builder == sorted(builder)
    for row in table:
        assert row["regions"]["value"] + row["builder"]["value"] == pytest.approx(-row["misplaced"]["value"])


def test_a_ban_misplaces_nothing_where_objectives_align_and_something_elsewhere(numbers):
    table = [numbers["ban by alignment"][f"{m:g}"] for m in ALIGNMENTS]
    lost = [row["misplaced"]["value"] for row in table]
    assert lost[2:] == pytest.approx([0, 0], abs=1e-12) and min(lost[:2]) > 0.01
    society = [row["society"]["value"] for row in table]
    assert max(society[:2]) < 0 < min(society[2:])  # what is left is the saved cost of raising the subsidy


def test_the_sign_of_the_alignment_decides_whether_all_gain_by_a_ban(numbers):
    gains = {name: estimate["value"] for name, estimate in numbers["all gain by a ban"].items()}
    assert gains["opposed"] < 0.2 < gains["all"] < 0.8 < gains["aligned"]


def test_unequal_regions_need_more_patience_than_equal_ones(numbers):
    for n in REGIONS:
        row = numbers["patience"][str(n)]
        assert row["equal regions"] == pytest.approx(1 - 1 / n)
        assert row["critical"]["0.05"] >= row["equal regions"]


def test_words_turn_with_the_numbers(numbers):
    turned = copy.deepcopy(dict(numbers))
    turned["agreement"]["0"]["society"] = {"value": 0.02, "low": 0.01, "high": 0.03}
    turned["bid away"]["3"]["known"]["share"] = {"value": 0.2, "low": 0.1, "high": 0.3}
    before, after = write(numbers).paragraphs, write(turned).paragraphs
    assert before[0].startswith("Most of what")
    assert after[0].startswith("Less than half")
    assert "all do not lose" in after[2]
    turned["ban by alignment"]["1"]["society"] = {"value": -0.02, "low": -0.03, "high": -0.01}
    assert "misplaces nothing and all gain" in before[3]
    assert "misplaces nothing and all lose" in write(turned).paragraphs[3]
