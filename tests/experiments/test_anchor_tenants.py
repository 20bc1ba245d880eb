"""What the study of anchor tenants must say whatever the draws are, and that its words follow its numbers."""

import copy

import numpy as np
import pytest

from experiments.runner import run
from experiments.studies.anchor_tenants import REPLICATES, WINS, study
from paper.claims import REJECTED, SUPPORTED, UNDECIDED
from paper.systems.anchor_tenants import write
from tests.turned import with_claim


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    return run(study, {"draws": 256}, workers=1, directory=tmp_path_factory.mktemp("records"), progress=False).numbers


def test_builds_are_ordered(numbers):
    build = numbers["build"]
    assert build["without over efficient"]["value"] < build["with over efficient"]["value"] <= 1 + 1e-9
    assert build["P(nothing with)"]["value"] <= build["P(nothing without)"]["value"]


def test_a_dearer_exit_keeps_more_and_a_free_one_nothing(numbers):
    kept = [entry["kept"]["value"] for entry in numbers["exit"].values() if "kept" in entry]
    assert kept[0] == 0
    assert kept == sorted(kept)
    assert kept[-1] <= 1 + 1e-6


def test_a_tenant_is_worth_less_the_better_the_rival(numbers):
    means = [numbers["win"][name]["mean"]["value"] for name in WINS[1:]]
    assert means == sorted(means, reverse=True)
    assert means[-1] == pytest.approx(0, abs=1e-9)


def test_the_loss_without_a_contract_is_all_the_builders(numbers):
    burden = numbers["burden"]
    assert burden["without"]["builder over lost"]["value"] == pytest.approx(1)
    assert burden["with"]["builder over lost"]["value"] < 1
    for case in burden.values():
        assert sum(case[part]["value"] for part in ("market", "lab", "builder")) == pytest.approx(1)


def test_scarcity_raises_what_is_built_and_what_labs_want(numbers):
    slack, tight = numbers["scarcity"]["slack"], numbers["scarcity"]["tight"]
    for name in ("P(wants)", "P(built without)", "P(built with)"):
        assert tight[name]["value"] > slack[name]["value"]


def test_the_option_is_worth_more_than_the_duty_in_every_draw():
    columns = study(draws=32 * REPLICATES, rng=np.random.default_rng(2))
    assert (columns["option"] >= columns["commitment"] - 1e-9).all()


def test_published_contracts_lose_no_more_with_an_exit_closed(numbers):
    for contract in numbers["contracts"].values():
        assert contract["builder, no exit"] <= contract["builder, free exit"] <= contract["idle capital"]
        assert contract["builder, free exit"] == pytest.approx(contract["lost"])
        assert contract["lost"] <= contract["lost, slack market"] <= contract["idle capital"]
        assert contract["builder, no exit, slack market"] <= contract["builder, exit fee, slack market"]


def test_verdicts_follow_the_intervals(numbers):
    for place, claim in enumerate(("6", "11")):
        for share, verdict in ((0.97, SUPPORTED), (0.5, UNDECIDED), (0.03, REJECTED)):
            assert write(with_claim(dict(numbers), claim, share)).verdicts[place].verdict == verdict


def test_an_equal_rival_bids_the_tenant_away_and_the_condition_names_who_bids(numbers):
    alone, *_, equal = numbers["claims"]["6"]["cases"]
    assert numbers["claims"]["6"]["cases"][equal]["together"]["value"] == 0
    turned = with_claim(dict(numbers), "6", 0.97, cases=[alone])
    assert write(turned).verdicts[0].condition.startswith("if there is no rival cloud")


def test_words_turn_with_the_numbers(numbers):
    turned = copy.deepcopy(dict(numbers))
    turned["build"]["with over efficient"] = turned["build"]["without over efficient"]
    turned["scarcity"]["P(tight wants more)"] = {"value": 0.1, "low": 0.05, "high": 0.2}
    before, after = write(numbers).paragraphs, write(turned).paragraphs
    assert "builds more on a contract" in before[0]
    assert "builds no more" in after[0]
    assert "does not make labs want" in after[2]
