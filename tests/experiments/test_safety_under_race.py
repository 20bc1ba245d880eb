"""Safety: what the study reports agrees with the models it is made of, and with the literature's closed forms."""

import numpy as np
import pytest

from experiments.plain import plain
from experiments.studies.safety_under_race import (
    DETECTION,
    REWARDS,
    SWEPT,
    TEAMS,
    enmity,
    study,
    summarise,
    trust,
    zone,
)
from models.ai_trust import AiTrust
from models.lab_dilemma import LabDilemma
from models.racing_to_precipice import RacingToPrecipice
from paper.formats import number
from paper.systems.safety_under_race import write


@pytest.fixture(scope="module")
def columns():
    return study(draws=8 * 64, rng=np.random.default_rng(4))


def test_enmity_is_the_share_of_stakes_lost_by_lagging():
    values = enmity(500, np.random.default_rng(1))
    assert ((values > 0) & (values < 1)).all()
    race = LabDilemma(survival=0.0)  # prize alone: shares z / (1 + z) and 1 / (1 + z)
    z = race.intensity**race.decisiveness
    ahead = [race.intensity * race.restrained(), race.restrained()]
    np.testing.assert_allclose(1 - race.stakes(1, ahead) / race.stakes(0, ahead), 1 - 1 / z, rtol=1e-12)


def test_private_risk_follows_the_closed_form(columns):
    """Armstrong, Bostrom and Shulman (2016): 1 - n mu / ((n + 1) a) if mu <= a, else (a / mu)^n / (n + 1)."""
    mu, e = columns["capability"], columns["enmity"]
    for n in TEAMS:
        a = 1 + e * (n - 1)
        exact = np.where(mu <= a, 1 - n * mu / ((n + 1) * a), (a / mu) ** n / (n + 1))
        np.testing.assert_allclose(columns[f"risk if private, {n}"], exact, rtol=1e-9)


def test_public_risk_by_simulation(columns):
    rng = np.random.default_rng(5)
    teams = RacingToPrecipice(n=3, enmity=columns["enmity"][:1], capability=columns["capability"][:1])
    drawn = rng.uniform(0, columns["capability"][0], (200_000, 1, 3))
    safety = teams.public_safety(drawn)
    leader = drawn.argmax(axis=-1)[..., None]
    disaster = 1 - np.take_along_axis(safety, leader, -1)
    error = disaster.std() / np.sqrt(len(drawn))
    assert abs(disaster.mean() - columns["risk if public, 3"][0]) < 5 * error


def test_the_zone_tends_to_its_limit_as_the_prize_grows():
    """Han et al. (2020): 1 - 1/s to 1 - 1/(3 s)."""
    speed = np.array([1.2, 1.5, 2.5])
    low, high = zone({"care": np.full(3, 0.25), "prize": np.full(3, 1e9), "speed": speed})
    np.testing.assert_allclose(low, 1 - 1 / speed, rtol=1e-6)
    np.testing.assert_allclose(high, 1 - 1 / (3 * speed), rtol=1e-6)


def test_states_share_out_all_draws_and_solutions_agree_with_the_condition(columns):
    numbers = summarise([columns], rng=np.random.default_rng(0), draws=8 * 64).numbers
    assert sum(e.value for e in numbers["states"].values()) == pytest.approx(1)
    assert numbers["solved"] + numbers["not solved"] == 16
    assert numbers["solutions that agree"] == numbers["solved"] >= 14
    table = numbers["states by detection"]
    assert {key: e.value for key, e in table["0"].items()} == {key: e.value for key, e in numbers["states"].items()}
    safe = [table[f"{found_out:g}"]["safe prevails"].value for found_out in DETECTION]
    assert safe == sorted(safe)  # detection never makes unsafe development more attractive


def test_detection_does_not_touch_a_race_for_the_prize_alone():
    """It takes the benefit of a round; where the prize outweighs all rounds the zone stays where it is."""
    drawn = {"care": np.full(3, 0.25), "prize": np.full(3, 1e9), "speed": np.array([1.2, 1.5, 2.5])}
    np.testing.assert_allclose(zone(drawn, 0.75), zone(drawn), rtol=1e-6)


def test_regulators_without_a_reward_leave_distrust_alone():
    """Alalawi et al. (2026); and a mixed equilibrium is where each is indifferent."""
    assert trust(0.0)["mixed"] is None
    for reward in REWARDS:
        found = trust(reward)
        assert found["pure"] == [["abstain", "unsafe", "lax"]]  # with nobody to harm there is nothing to find
        if found["mixed"] is not None:
            model, shares = AiTrust(reward=reward), found["mixed"]
            for player in range(3):
                does, not_ = ([value if j == player else s for j, s in enumerate(shares)] for value in (1.0, 0.0))
                assert model.payoffs_at(*does)[player] == pytest.approx(model.payoffs_at(*not_)[player])


def test_the_section_states_every_range_that_is_drawn(columns):
    """The models of the literature have no priors, so that their card has no table."""
    numbers = summarise([columns], rng=np.random.default_rng(0), draws=8 * 64).numbers
    text = " ".join(write(plain(numbers)).paragraphs)
    for name, prior in SWEPT.items():
        assert f"{name} {number(prior.low, 2)} to {number(prior.high, 2)} ({number(prior.central, 2)})" in text
