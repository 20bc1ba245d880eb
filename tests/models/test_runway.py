"""Runway: closed forms where there is no feedback, a plain loop where there is, and what money and standing must do."""

import numpy as np
import pytest

from models.multi_stage_race import staged_race
from models.policy import price_of_compute, regulate_labs
from models.runway import PLANS, QUARTERS, Runway, first_passage, increments
from theory import InputError

TWINS = {
    "valuation": (400.0, 400.0),
    "revenue": (10.0, 10.0),
    "compute": (1.0, 1.0),
    "cash": (10.0, 10.0),
}
FLAT = TWINS | {"growth": 0.0, "elasticity": 0.0, "mood": 1e-9, "owed": 0.0}
"""Equal labs whose flows never change while both follow one plan."""


def shocks(model, seed=1):
    return model.shocks_drawn(np.random.default_rng(seed))


@pytest.mark.parametrize("plan", ["restrain", "escalate"])
def test_constant_flows_are_the_first_passage_of_brownian_cash(plan):
    model = Runway(paths=2**14, **FLAT, committed_share=0.6, intensity=1.2, noise=0.25)
    share = 0.6 * (1.2 if plan == "escalate" else 1.0)
    income = model.sold * 400 + 10
    drift = model.sold * 400 + (1 - model.other_cost) * 10 - share * income
    closed = first_passage(10.0, drift, 0.25 * income, model.years)
    assert 0.02 < closed < 0.98
    model = model.replace(decisiveness=1e-9, cash=(10.0, 1e9))  # a rival's ruin would leave this lab the market
    ruin = model.course((plan, plan), shocks(model)).ruin[0]
    assert abs(ruin - closed) < 4 * np.sqrt(closed * (1 - closed) / 2**14)


def test_first_passage_by_simulation_in_small_steps():
    """Broadie, Glasserman and Kou (1997): a barrier watched at steps acts like one further off by .5826 s sqrt(dt)."""
    cash, drift, deviation, years, steps = 3.0, -0.4, 2.0, 2.0, 1000
    rng = np.random.default_rng(2)
    noise = rng.normal(0, np.sqrt(years / steps), (10_000, steps))
    lowest = np.cumsum(drift * years / steps + deviation * noise, axis=1).min(axis=1)
    moved = cash - 0.5826 * deviation * np.sqrt(years / steps)
    share = (lowest < -moved).mean()
    closed = float(first_passage(cash, drift, deviation, years))
    assert abs(share - closed) < 4 * np.sqrt(closed * (1 - closed) / 10_000)


def test_first_passage_in_its_limits():
    assert first_passage(5.0, 1.0, 2.0, 1e6) == pytest.approx(np.exp(-2 * 5 * 1 / 4))  # for ever
    assert first_passage(5.0, -1.0, 2.0, 1e6) == pytest.approx(1)
    assert first_passage(5.0, 0.0, 1e-3, 1.0) == pytest.approx(0)
    assert first_passage(5.0, -10.0, 1e-3, 1.0) == pytest.approx(1)


def by_hand(model, plans, draws, price=1.0):
    """The same paths, one by one, in plain arithmetic: those of the second half have the moods of the first, upside
    down, and all are weighed by their density under the law of the first over that under the mean of both laws."""
    mood, cash, uniform = draws
    payoff, ruin, spent = np.zeros(2), np.zeros(2), np.zeros(2)
    pairs = model.paths // 2
    r, eta, dt = model.decisiveness, model.elasticity, 1 / QUARTERS

    def shares(k):
        total = sum(x**r for x in k)
        return [x**r / total if total else 0.0 for x in k]

    first = shares(model.compute)
    for path in range(model.paths):
        k, m, theta, alive, raced = list(model.compute), list(model.cash), 1.0, [True, True], [False, False]
        bill = list(model.compute)
        lost, paid = [False, False], [0.0, 0.0]
        pair = path % pairs

        def worth(i, k, theta):
            return model.valuation[i] * shares(k)[i] / first[i] * theta * (sum(k) / sum(model.compute)) ** eta

        def earned(i, k, time):
            return model.revenue[i] * shares(k)[i] / first[i] * np.exp(model.growth * time)

        for quarter in range(QUARTERS * model.years):
            if quarter % QUARTERS == 0:
                does = {"restrain": lambda i: False, "escalate": lambda i: True}
                last = list(raced)
                raced = [does[p](i) if p != "match" else last[1 - i] for i, p in enumerate(plans)]
                income = [model.sold * worth(i, k, theta) + earned(i, k, quarter * dt) for i in range(2)]
                share = [model.committed_share * (model.intensity if raced[i] else 1) for i in range(2)]
                bill = [max(model.owed * bill[i], share[i] * income[i]) for i in range(2)]
            flows = [
                model.sold * worth(i, k, theta) + (1 - model.other_cost) * earned(i, k, quarter * dt) - price * bill[i]
                for i in range(2)
            ]
            for i in range(2):
                if not alive[i]:
                    continue
                s = model.noise * income[i] * np.sqrt(dt)
                after = m[i] + flows[i] * dt + s * cash[quarter, i, pair]
                paid[i] += price * bill[i] * dt
                if after <= 0 or uniform[quarter, i, pair] < np.exp(-2 * m[i] * after / s**2):
                    alive[i], m[i], k[i] = False, 0.0, 0.0
                    lost[i] = True
                else:
                    m[i] = after
                    k[i] = k[i] * np.exp(-model.ageing * dt) + bill[i] * (1 - np.exp(-model.ageing * dt)) / model.ageing
            rise = np.exp(model.mood * np.sqrt(dt) * mood[quarter, pair] - model.mood**2 * dt / 2)
            theta *= rise if path < pairs else 1 / rise
        weight = 1 / (0.5 + 0.5 * theta)
        for i in range(2):
            spent[i] += weight * paid[i]
            ruin[i] += weight * lost[i]
            if alive[i]:
                held = np.exp(-(model.discount_rate + model.sold) * model.years)
                payoff[i] += weight * held * (worth(i, k, theta) + m[i] - model.cash[i])
    return payoff / model.paths, ruin / model.paths, spent / model.paths


@pytest.mark.parametrize("plans", [("match", "escalate"), ("escalate", "match"), ("escalate", "escalate")])
def test_paths_are_those_of_a_plain_loop(plans):
    model = Runway(paths=64, committed_share=0.5, noise=0.3, years=3)
    draws = shocks(model)
    course = model.course(plans, draws)
    payoff, ruin, spent = by_hand(model, plans, draws)
    assert ruin.sum() > 0
    np.testing.assert_allclose(course.payoff, payoff, rtol=1e-9)
    np.testing.assert_allclose(course.ruin, ruin, rtol=1e-12)
    np.testing.assert_allclose(course.spending, spent, rtol=1e-9)


@pytest.mark.parametrize("policy", ["compute tax", "shared infrastructure"])
def test_paths_where_compute_has_another_price_are_those_of_a_plain_loop(policy):
    """The policy scales commitments and compute; the loop keeps both and multiplies what is paid."""
    model = Runway(paths=64, committed_share=0.5, noise=0.3, years=3)
    plans, draws = ("escalate", "match"), shocks(model)
    course = regulate_labs(model, policy, 1.0).course(plans, draws)
    payoff, ruin, spent = by_hand(model, plans, draws, price_of_compute(policy, 1.0))
    np.testing.assert_allclose(course.payoff, payoff, rtol=1e-9)
    np.testing.assert_allclose(course.ruin, ruin, rtol=1e-12)
    np.testing.assert_allclose(course.spending, spent, rtol=1e-9)


def test_mean_of_a_volatile_market_is_what_its_law_says():
    """Without feedback payoffs are linear in the mood, whose mean is one at every date; a plain mean is far off."""
    model = Runway(
        paths=1024, mood=0.9, noise=0.05, decisiveness=1e-12, elasticity=0.0, owed=0.0, growth=0.0, cash=(1e6, 1e6)
    )
    found = model.course(("restrain", "restrain"), shocks(model))
    v, r = np.asarray(model.valuation), np.asarray(model.revenue)
    a, phi, years = model.committed_share, model.sold, model.years
    cash = years * (phi * v + (1 - model.other_cost) * r - a * (phi * v + r))
    held = np.exp(-(model.discount_rate + phi) * years)
    np.testing.assert_allclose(found.payoff, held * (v + cash), rtol=0.01)
    np.testing.assert_allclose(found.spending, years * a * (phi * v + r), rtol=0.01)


def test_first_components_of_a_path_move_it_most():
    """The components' sums are uncorrelated at no date but over all: principal, and in falling order."""
    paths = np.cumsum(increments(12), axis=0)
    squares = paths.T @ paths
    np.testing.assert_allclose(squares, np.diag(np.diag(squares)), atol=1e-9)
    assert (np.diff(np.diag(squares)) < 0).all()


def test_means_do_not_hang_on_the_paths():
    """Independent paths, 32 times as many, give the same payoffs to one per cent and the same ruin to one point."""
    few, many = (Runway(paths=n).induced_game(np.random.default_rng(n)) for n in (512, 2**14))
    np.testing.assert_allclose(few.payoffs, many.payoffs, rtol=0.01)
    for name in ("ruin, OpenAI", "ruin, Anthropic"):
        np.testing.assert_allclose(few.outcomes[name], many.outcomes[name], atol=0.01)


def test_draws_cut_into_parts_are_the_draws(monkeypatch):
    base = Runway(paths=64)
    model = base.replace(**base.priors().sample(7, rng=np.random.default_rng(3)))
    whole = model.game().payoffs
    monkeypatch.setattr("models.runway.CHUNK", 128)
    np.testing.assert_allclose(model.game().payoffs, whole, rtol=1e-12)


def test_without_feedback_labs_do_not_meet():
    """Standing not for sale, size of no effect: own payoff and ruin do not depend on the rival's plan."""
    model = Runway(decisiveness=1e-12, elasticity=0.0, cash=(1e6, 1e6))
    game = model.game()
    for plan in (0, 2):
        np.testing.assert_allclose(game.payoffs[0][plan], game.payoffs[0][plan, 0], rtol=1e-9)
        np.testing.assert_allclose(game.payoffs[1][:, plan], game.payoffs[1][0, plan], rtol=1e-9)


def test_if_spending_buys_nothing_restraint_is_dominant():
    game = Runway(decisiveness=1e-12, elasticity=0.0, cash=(1e6, 1e6)).game()
    assert (game.payoffs[0][0] > game.payoffs[0][2]).all()
    assert (game.payoffs[1][:, 0] > game.payoffs[1][:, 2]).all()


def test_without_a_prize_and_income_nobody_spends():
    model = Runway(valuation=(0.0, 0.0), revenue=(0.0, 0.0), owed=0.0)
    course = model.course(("escalate", "escalate"), shocks(model))
    assert (course.spending == 0).all() and (course.ruin == 0).all()


def test_matching_a_restrained_rival_is_restraint_and_takes_a_year_to_answer():
    model = Runway()
    payoffs = model.game().payoffs
    for i in range(2):
        assert len(set(payoffs[i][:2, :2].ravel().tolist())) == 1
    one = model.replace(years=1)
    assert one.game().payoffs[0][1, 2] == one.game().payoffs[0][0, 2]
    assert payoffs[0][1, 2] != payoffs[0][0, 2]


def test_money_brings_spending_and_escalation_brings_ruin():
    model = Runway(paths=1024)
    draws = shocks(model)
    course = model.course(("escalate", "escalate"), draws)
    richer = model.replace(valuation=np.asarray(model.valuation) * 1.2).course(("escalate", "escalate"), draws)
    calm = model.course(("restrain", "restrain"), draws)
    assert (richer.spending > course.spending).all() and (course.spending > calm.spending).all()
    assert (course.ruin >= calm.ruin).all() and course.ruin.sum() > calm.ruin.sum()
    poor = model.replace(cash=np.asarray(model.cash) / 4).course(("escalate", "escalate"), draws)
    assert (poor.ruin > course.ruin).all()


def test_bills_that_cannot_be_cut_ruin_labs_when_the_mood_falls():
    loose, tight = (
        Runway(paths=2048, mood=0.9, committed_share=0.5, owed=owed).course(
            ("escalate", "escalate"), shocks(Runway(paths=2048))
        )
        for owed in (0.0, 1.0)
    )
    assert tight.ruin.sum() > loose.ruin.sum() + 0.05


def test_a_lab_that_gains_standing_takes_it_from_the_other():
    game = Runway(elasticity=0.0, cash=(1e6, 1e6)).game()
    assert game.payoffs[1][2, 0] < game.payoffs[1][0, 0]
    assert game.payoffs[0][0, 2] < game.payoffs[0][0, 0]


def test_draws_are_solved_as_one_by_one():
    base = Runway(paths=64)
    model = base.replace(**base.priors().sample(4, rng=np.random.default_rng(3)))
    game = model.game()
    one = base.replace(**{name: np.asarray(getattr(model, name))[2] for name in base.priors().fields}).game()
    np.testing.assert_allclose(game.payoffs[2], one.payoffs, rtol=1e-12)


def test_units_change_nothing():
    model, scale = Runway(paths=128), 1e9
    money = ("valuation", "revenue", "compute", "cash")
    dollars = model.replace(**{name: np.asarray(getattr(model, name)) * scale for name in money})
    one, other = model.game(), dollars.game()
    np.testing.assert_allclose(other.payoffs, scale * one.payoffs, rtol=1e-9)
    np.testing.assert_array_equal(other.outcomes["ruin, OpenAI"], one.outcomes["ruin, OpenAI"])


def test_in_the_race_without_money_the_leader_works_harder():
    """Harris and Vickers (1987): what the study sets against the labs that escalate here."""
    race = staged_race(steps=2)
    assert race.state(1, 2)[1] > race.state(2, 1)[1]
    assert race.state(1, 1)[1] > race.state(1, 2)[1]  # most while it is close


def test_refusals():
    with pytest.raises(InputError, match="sold"):
        Runway(sold=1.5)
    with pytest.raises(InputError, match="power of two"):
        Runway(paths=100)
    with pytest.raises(InputError, match="years"):
        Runway(years=0)
    assert PLANS[0] == "restrain"
