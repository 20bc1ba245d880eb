"""The facts that a prior names are those that its numbers are computed from (`tests.models.traced_facts`)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.catalogue import catalogue
from models.facts import load_facts

CONTEXT = {
    "F056": (
        ("google_stake", "stake_alphabet_anthropic"),
        "the stake has no votes and no board seat, which is why it is a share of cash flow and no control",
    ),
    "F076b": (
        ("price_decline", "price"),
        "nearly all of a backlog is take-or-pay, which is why the price of a contract does not fall at the centre",
    ),
    "F102": (
        ("own_chips", "own_chip_saving", "cost_factor", "google_cost", "amazon_cost"),
        "own chips may be the dearer ones, which is why the most that a maker pays is the market's cost: one",
    ),
    "F117": (("ending",), "posted prices were cut within a year, which is why a shortage ends at all"),
}
"""Facts that a prior rests on without their number: the parameters, and the reason."""


@pytest.fixture(scope="module")
def traced():
    """For each model and prior the facts that it names and those that it reads."""
    command = [sys.executable, "-m", "tests.models.traced_facts"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def priors(traced):
    for model, found in traced.items():
        for prior, (named, read) in found.items():
            name = prior.partition("[")[0]
            yield f"{model}: {prior}", name, set(named), set(read), catalogue()[model].parameters()[name]


def test_every_prior_is_traced(traced):
    for model, cls in catalogue().items():
        specs = {name: spec.prior for name, spec in cls.parameters().items() if spec.prior}
        assert {prior.partition("[")[0] for prior in traced[model]} == set(specs), model
    assert sum(bool(read) for found in traced.values() for _, read in found.values()) > 60


def test_a_prior_names_all_facts_that_its_numbers_come_from(traced):
    for prior, _, named, read, spec in priors(traced):
        assert read <= named | set(spec.facts), f"{prior} reads {sorted(read - named)} and does not name them"


def test_a_prior_names_no_fact_that_it_does_not_read_without_a_reason(traced):
    for prior, name, named, read, _ in priors(traced):
        rests_on = {fact for fact, (where, _) in CONTEXT.items() if name in where}
        assert named - read <= rests_on, f"{prior} names {sorted(named - read)} and does not read them"


def test_a_prior_says_where_it_closes_an_open_end(traced):
    """A source that says "more than" or "up to" gives no range: the reason tells how the prior comes to one."""
    facts, found, silent = load_facts(), set(), set()
    for prior, name, _, read, spec in priors(traced):
        if any(facts[fact].open_end for fact in read):
            each = spec.prior[int(prior.rpartition("[")[2][:-1])] if isinstance(spec.prior, tuple) else spec.prior
            (found if "closed" in each.reason else silent).add(name)
    assert not silent
    assert {"prize", "margin", "revenue", "lag", "plan", "valuation", "glut"} <= found


def test_every_fact_of_the_context_is_one(traced):
    for fact, (where, reason) in CONTEXT.items():
        unread = {name for _, name, named, read, _ in priors(traced) if fact in named - read}
        assert unread == set(where) and reason, fact


def test_a_fact_beside_a_prior_is_not_one_of_it():
    """What a parameter names besides its prior bears on it in another way."""
    for model, cls in catalogue().items():
        for name, spec in cls.parameters().items():
            each = spec.prior if isinstance(spec.prior, tuple) else (spec.prior,) if spec.prior else ()
            inside = {fact for prior in each for fact in prior.facts}
            assert not inside & set(spec.facts), f"{model}: {name}"
