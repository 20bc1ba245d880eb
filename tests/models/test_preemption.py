"""The race to be first: published thresholds, special cases, first passages by simulation, and what haste destroys."""

import numpy as np
import pytest

from models.preemption import Preemption
from models.sized_preemption import sized_race
from models.waiting import investment_threshold, option_exponent, preemption, timed_capacity
from theory import InputError

PLAIN = {"installed": 0.0, "lag": 0.0, "prize": 0.0, "price_decline": 0.0, "power_cost": 0.0, "life": 1000.0}
"""A new market without lag, lead, fading and refits: the model of the textbooks."""

DIXIT_PINDYCK = PLAIN | {
    "discount_rate": 0.04,
    "drift": 0.0,
    "volatility": 0.2,
    "campus": 1.5,
    "market": 4.5,
    "capital_cost": 2 / 3,
}
"""D = 1 for one, 0.5 for each of two, I = 1."""


def draws(count, seed=1, **changes):
    base = Preemption()
    return base.replace(**(base.priors().sample(count, rng=np.random.default_rng(seed)) | changes))


def test_published_thresholds_of_the_duopoly():
    """Smets (1991); Dixit and Pindyck (1994, ch. 9): .04 < 4/75 < .08 < .16, value 1/9 at preemption."""
    model = Preemption(**DIXIT_PINDYCK)
    level = model.thresholds()
    found = [level.break_even, level.preemption, level.unthreatened, level.follower]
    np.testing.assert_allclose(found, [0.04, 4 / 75, 0.08, 0.16], rtol=1e-12)
    np.testing.assert_allclose(model.leading(4 / 75), 1 / 9, rtol=1e-9)
    np.testing.assert_allclose(model.following(4 / 75), 1 / 9, rtol=1e-9)


@pytest.mark.parametrize("volatility", [0.1, 0.25, 0.5])
def test_without_installed_capacity_lag_and_lead_it_is_the_textbook_race(volatility):
    model = Preemption(**(DIXIT_PINDYCK | {"volatility": volatility, "drift": 0.015, "campus": 0.9}))
    one = model.served(1, 0)
    book = preemption(
        rate=0.04, drift=0.015, volatility=volatility, alone=one, together=model.served(1, 1), cost=model.cost()
    )
    level = model.thresholds()
    np.testing.assert_allclose(level.preemption, book.preemption, rtol=1e-9)
    np.testing.assert_allclose(level.follower, book.follower, rtol=1e-9)
    np.testing.assert_allclose(model.leading(level.preemption), book.value, rtol=1e-7)
    assert model.exponent() == pytest.approx(option_exponent(rate=0.04, drift=0.015, volatility=volatility))
    alone = investment_threshold(rate=0.04, payout=0.025, volatility=volatility, cost=model.cost())
    assert level.unthreatened * one / 0.025 == pytest.approx(alone.threshold)


def first_passages(model, start, level, count, rng):
    """Exact times at which X first reaches ``level``: inverse Gaussian, infinite where it never does."""
    drift = model.drift - model.volatility**2 / 2
    distance = np.log(level / start)
    reached = rng.random(count) < np.exp(min(0.0, 2 * drift * distance / model.volatility**2))
    times = rng.wald(distance / abs(drift), (distance / model.volatility) ** 2, count)
    return np.where(reached, times, np.inf)


def test_leader_and_follower_by_simulated_first_passages():
    """Revenue is added up around the times at which the follower comes, lag and all."""
    model = Preemption(drift=0.02, lag=2.0, prize=0.0, price_decline=0.0)
    rate, net, start = model.discount_rate, model.discount_rate - model.drift, 20.0
    level = float(model.thresholds().follower)
    times = first_passages(model, start, level, 400_000, np.random.default_rng(2))
    factor = np.exp(-rate * times)

    def sum_of(before, after):  # revenue of so many GW until the follower's campus works, and from then on
        late = np.exp(-net * model.lag) / net
        return before * start * late + factor * (after - before) * level * late

    leader = sum_of(model.served(1, 0), model.served(1, 1)) - model.cost()
    follower = sum_of(model.served(0, 1), model.served(1, 1)) - factor * model.cost()
    for sample, value in ((leader, model.leading(start)), (follower, model.following(start))):
        assert abs(sample.mean() - value) < 4 * sample.std() / np.sqrt(len(sample))


def test_revenue_and_cost_of_a_campus_by_summing_over_paths_and_refits():
    """``omega`` against simulated paths of a fading, refitted campus; ``c`` against a list of payments."""
    model = Preemption(drift=-0.03, lag=1.5, price_decline=0.2, life=4.0, discount_rate=0.12, volatility=0.2)
    rng, step = np.random.default_rng(3), 1 / 40
    years = np.arange(step / 2, 90, step)
    increments = rng.normal((model.drift - 0.02) * step, 0.2 * np.sqrt(step), (4000, len(years)))
    price = np.exp(np.cumsum(increments, axis=1) - increments / 2)
    rate, age = 0.12, years - 1.5
    works = np.where(age > 0, np.exp(-0.2 * (age % 4.0)), 0.0) * np.exp(-rate * years) * step
    total = price @ works
    # the model averages fading over a generation as if each began at once: exact for a campus that is on its own
    assert abs(total.mean() - model.worth()) < 4 * total.std() / np.sqrt(4000) + 0.002 * model.worth()
    building = model.capital_cost * np.exp(-rate * np.linspace(0, 1.5, 2001)).mean()
    refits = sum(model.capital_cost * np.exp(-rate * (1.5 + 4.0 * n)) for n in range(1, 200))
    power = model.power_cost * np.exp(-rate * 1.5) / rate
    assert model.unit_cost() == pytest.approx(building + refits + power, rel=1e-3)


def test_each_threshold_is_the_best_level_to_go_at():
    model = draws(64, ending=0.0)
    level = model.thresholds()
    worth, more = model.worth(), model.served(1, 1) - model.served(0, 1)
    x = np.linspace(0.3, 3, 400)[:, None] * level.follower
    gain = (worth * more * x - model.cost()) * x ** -model.exponent()
    best = (worth * more * level.follower - model.cost()) * level.follower ** -model.exponent()
    assert (gain <= best * (1 + 1e-12)).all()


def test_before_the_preemption_threshold_nobody_leads_and_rents_are_equal_at_it():
    model = draws(256)
    first = model.thresholds().preemption
    np.testing.assert_allclose(model.leading(first), model.following(first), atol=1e-9 * model.cost().max())
    for share in np.linspace(0.05, 0.999, 40):
        assert (model.leading(share * first) < model.following(share * first)).all()
    assert (model.leading(1.001 * first) > model.following(1.001 * first)).all()
    level = model.thresholds()
    assert ((first < level.unthreatened) & (first < level.follower)).all()


def test_a_lead_to_win_hurries_and_may_be_built_for_at_a_loss():
    plain, rich = draws(64, prize=0.0), draws(64, prize=350.0, decided=1.0)
    assert (rich.thresholds().preemption < plain.thresholds().preemption).all()
    fresh = draws(64, prize=0.0, installed=0.0).thresholds()  # nothing to lose by coming second
    assert (fresh.preemption > fresh.break_even).all()
    assert (rich.thresholds().preemption < rich.thresholds().break_even).any()


def test_a_common_lag_moves_all_thresholds_by_one_factor_if_no_shortage_ends():
    model = draws(32, prize=0.0, ending=0.0)
    late, soon = model.replace(lag=3.0).thresholds(), model.replace(lag=0.0).thresholds()
    factor = late.preemption / soon.preemption
    for name in ("break_even", "unthreatened", "follower", "joint"):
        np.testing.assert_allclose(getattr(late, name) / getattr(soon, name), factor, rtol=1e-9)


def test_waiting_together_lasts_only_if_installed_revenue_is_at_stake_and_no_lead():
    assert not draws(64, installed=0.0, prize=0.0).can_wait_together().any()
    assert not draws(64, prize=100.0).can_wait_together().any()
    model = draws(512, prize=0.0)
    found = model.can_wait_together()
    x = np.linspace(1e-3, 1, 2000)[:, None] * model.thresholds().joint
    now = np.where(x < model.thresholds().follower, model.leading(x), model.both(x))
    gains = (now - model.together(x))[:-1] > 1e-9 * model.cost()  # brute force over all levels
    assert 0 < found.mean() < 1
    assert (found == ~gains.any(axis=0)).mean() > 0.99  # a grid may miss a gain at a point


def test_delay_by_simulation_and_its_limits():
    model = Preemption(scarcity=1.6, volatility=0.4, ending=0.0)
    x, years = model.state(), 1.0
    rng = np.random.default_rng(4)
    later = x * np.exp((model.drift - 0.08) * years + 0.4 * rng.normal(size=400_000))
    loses = model.worth() * model.served(0, 1) - model.lead()
    sample = loses * x + np.exp(-model.discount_rate) * (model.following(later) - loses * later)
    assert abs(sample.mean() - model.following_after(x, years)) < 4 * sample.std() / np.sqrt(400_000)
    many = draws(128)
    assert (many.following_after(many.state(), 1.0) <= many.following(many.state()) + 1e-9).all()
    np.testing.assert_allclose(many.following_after(many.state(), 1e-12), many.following(many.state()), rtol=1e-6)
    assert (many.waiting_gains(many.state()) >= -1e-9).all()


# -- a shortage that ends -------------------------------------------------------------------------------------


def second_order(values, x, model):
    """sigma^2 x^2 V'' / 2 + alpha x V' by central differences in log x, of shape of ``x`` without its ends."""
    step = np.log(x[1] / x[0])
    slope, bend = (values[2:] - values[:-2]) / (2 * step), (values[2:] - 2 * values[1:-1] + values[:-2]) / step**2
    return model.volatility**2 / 2 * (bend - slope) + model.drift * slope


ENDS = {"scarcity": 1.8, "ending": 0.6, "drift": 0.01, "volatility": 0.3}


def test_after_the_shortage_the_race_is_that_of_a_market_without_one():
    model, plain = Preemption(**ENDS), Preemption(**(ENDS | {"scarcity": 1.0}))
    assert model.follower().after / 1.8 == pytest.approx(plain.thresholds().follower)
    assert plain.replace(ending=5.0).leading(20.0) == pytest.approx(plain.leading(20.0))  # nothing to end
    assert model.worth_after() * 1.8 == pytest.approx(plain.worth())


def test_revenue_in_a_shortage_by_adding_up_what_is_left_of_it():
    model = Preemption(**ENDS, lag=1.5, price_decline=0.0)
    age = np.arange(1 / 800, 120, 1 / 400)
    years = age + 1.5
    price = (np.exp(-0.6 * years) * 1.8 + 1 - np.exp(-0.6 * years)) / 1.8  # over today's, in expectation
    total = (price * np.exp(-(model.discount_rate - 0.01) * years)).sum() / 400
    assert model.worth() == pytest.approx(total, rel=1e-3)


def test_waiting_in_a_shortage_solves_its_equation_and_beats_building_everywhere():
    """The verification theorem: the equation below the level, no gain from going earlier or waiting above it."""
    model = Preemption(**ENDS)
    right = model.right(model.served(1, 0), model.lead())
    plain = model.replace(scarcity=1.0)
    level = float(right.threshold)
    x = np.exp(np.linspace(np.log(level / 50), np.log(level), 4001))
    value = right.value(x)
    after = plain.right(plain.served(1, 0), plain.lead()).value(x / 1.8)
    killed = (model.discount_rate + 0.6) * value - 0.6 * after
    np.testing.assert_allclose(second_order(value, x, model), killed[1:-1], atol=2e-5 * value.max())
    assert (value >= right.now * x - model.cost() - 1e-9).all()
    step = 1e-5 * level
    assert (right.value(level) - right.value(level - step)) / step == pytest.approx(right.now, rel=1e-3)
    above = np.exp(np.linspace(np.log(level), np.log(3 * level), 2001))
    built = right.now * above - model.cost()
    later = plain.right(plain.served(1, 0), plain.lead()).value(above / 1.8)
    holds = second_order(built, above, model) - ((model.discount_rate + 0.6) * built - 0.6 * later)[1:-1]
    assert (holds < 1e-6 * built[1:-1]).all()


def test_a_rivals_entry_costs_the_leader_what_the_equation_says():
    """What the follower takes is a sum at its entry, in the shortage or after it, seen from earlier."""
    model = Preemption(**ENDS, prize=0.0)
    plain, level = model.replace(scarcity=1.0), float(model.thresholds().follower)
    x = np.exp(np.linspace(np.log(level / 50), np.log(level), 4001))

    def taken(race, at):
        return race.worth() * race.served(1, 0) * at - race.cost() - race.leading(at)

    loss, after = taken(model, x), taken(plain, x / 1.8)
    killed = (model.discount_rate + 0.6) * loss - 0.6 * after
    np.testing.assert_allclose(second_order(loss, x, model), killed[1:-1], atol=2e-5 * loss.max())
    assert model.leading(level) == pytest.approx(model.both(level))


def test_a_shortage_that_may_end_hurries_and_is_worth_less_than_one_that_lasts():
    lasting, ends = draws(256, scarcity=1.8, ending=0.0), draws(256, scarcity=1.8, ending=0.6)
    assert (ends.worth() < lasting.worth()).all()
    for name in ("preemption", "unthreatened", "follower", "joint"):
        assert (getattr(ends.thresholds(), name) >= getattr(lasting.thresholds(), name) - 1e-9).all()
    right = ends.right(ends.served(1, 0))
    patient = right.beta / (right.beta - 1) * right.cost / right.now  # as if the price of today would stay
    assert (right.threshold <= patient * (1 + 1e-12)).all() and (right.threshold <= right.after).all()
    first = ends.thresholds().preemption
    np.testing.assert_allclose(ends.leading(first), ends.following(first), atol=1e-9 * ends.cost().max())
    assert (ends.leading(0.99 * first) < ends.following(0.99 * first)).all()


def test_delay_in_a_shortage_that_ends_by_simulation():
    model = Preemption(**ENDS)
    plain, x, rng = model.replace(scarcity=1.0), model.state(), np.random.default_rng(6)
    later = x * np.exp((0.01 - 0.045) + 0.3 * rng.normal(size=400_000))
    lasts = rng.random(400_000) < np.exp(-0.6)
    ready = np.where(lasts, model.follower().value(later), plain.follower().value(later / 1.8))
    sample = (model.worth() * model.served(0, 1) - model.lead()) * x + np.exp(-model.discount_rate) * ready
    assert abs(sample.mean() - model.following_after(x, 1.0)) < 4 * sample.std() / np.sqrt(400_000)


def test_mistakes_are_the_mixed_equilibrium_of_the_round():
    """Each builds with the share that leaves the other indifferent; the round is played again while both wait."""
    model = draws(2048)
    x = model.state()
    lead, follow, both = model.leading(x), model.following(x), model.both(x)
    race = (lead > follow) & (follow > both)
    p = (lead - follow)[race] / (lead - both)[race]
    np.testing.assert_allclose(p * both[race] + (1 - p) * lead[race], follow[race], atol=1e-8 * model.cost().max())
    np.testing.assert_allclose(model.mistake(x)[race], p**2 / (p**2 + 2 * p * (1 - p)), rtol=1e-12)
    assert race.any() and (model.mistake(x)[~race] == 0).all()


def test_haste_destroys_rents_and_rivals_that_do_not_meet_lose_none():
    assert (draws(256).dissipation() > 0).all()
    apart = Preemption(**(DIXIT_PINDYCK | {"campus": 1e-6, "market": 4.5}))
    assert apart.dissipation() == pytest.approx(0, abs=1e-3)


def test_a_head_start_is_a_year_alone_and_the_lead():
    """Against revenue added up over the year in which only the faster campus works."""
    model = Preemption(lag=1.0, drift=0.03, price_decline=0.0)
    x, t = 20.0, (np.arange(10_000) + 0.5) / 10_000
    alone = (model.served(1, 0) - model.served(1, 1)) * x * np.exp((0.03 - model.discount_rate) * (1 + t)).mean()
    assert model.head_start(x, 1.0) == pytest.approx(alone + model.lead() * x, rel=1e-6)


def test_game_of_today_holds_the_values():
    model = draws(8)
    game, x = model.game(), model.state()
    np.testing.assert_allclose(game.payoffs[:, 0, 1, 0], model.leading(x))
    np.testing.assert_allclose(game.payoffs[:, 1, 1, 0], model.following(x))
    np.testing.assert_allclose(game.payoffs[:, 0], np.swapaxes(game.payoffs[:, 1], -1, -2))


def test_units_change_nothing():
    model = Preemption()
    scale = 1e9
    dollars = model.replace(
        revenue=model.revenue * scale,
        capital_cost=model.capital_cost * scale,
        power_cost=model.power_cost * scale,
        prize=model.prize * scale,
    )
    np.testing.assert_allclose(dollars.thresholds().preemption, scale * model.thresholds().preemption, rtol=1e-12)
    np.testing.assert_allclose(dollars.dissipation(), model.dissipation(), rtol=1e-9)


def test_refusals():
    with pytest.raises(InputError, match="drift must be below"):
        Preemption(drift=0.2)
    with pytest.raises(InputError, match="too large for the market"):
        Preemption(campus=20.0, market=30.0)


# -- capacities of choice -------------------------------------------------------------------------------------


HUISMAN_KORT = PLAIN | {"discount_rate": 0.1, "drift": 0.02, "volatility": 0.2, "market": 20.0, "capital_cost": 100.0}


def test_published_threshold_and_capacity_of_one_builder():
    """Huisman and Kort (2015): X* = 20.94427, Q* = 6.18034."""
    race = sized_race(Preemption(**HUISMAN_KORT))
    assert (round(float(race.unthreatened), 5), round(float(race.full), 5)) == (20.94427, 6.18034)


def test_the_second_builder_is_that_of_huisman_and_kort():
    race = sized_race(Preemption(**HUISMAN_KORT))
    second = timed_capacity(rate=0.1, drift=0.02, volatility=0.2, slope=0.05, unit_cost=100, rival=float(race.capacity))
    assert race.follower == pytest.approx(second.threshold, rel=1e-9)
    assert race.second == pytest.approx(second.capacity, rel=1e-9)


def test_the_leader_can_gain_by_no_other_size_and_is_indifferent_about_its_place():
    """Brute force over sizes, with the follower's answer from `models.waiting`."""
    race = sized_race(Preemption(**HUISMAN_KORT))
    x, net = float(race.preemption), 0.08

    def values(q):
        second = timed_capacity(rate=0.1, drift=0.02, volatility=0.2, slope=0.05, unit_cost=100, rival=q)
        until = (x / second.threshold) ** second.beta
        own, price = second.capacity, 1 - 0.05 * (q + second.capacity)
        lead = x * q * (1 - 0.05 * q) / net - 100 * q - until * second.threshold * q * 0.05 * own / net
        return lead, until * (second.threshold * own * price / net - 100 * own)

    lead, follow = values(float(race.capacity))
    assert lead == pytest.approx(follow, rel=1e-6)
    assert max(values(q)[0] for q in np.linspace(0.05, 12, 800)) <= lead * (1 + 1e-6)


def test_haste_makes_the_leader_smaller_and_deterrence_makes_it_larger():
    model = draws(64)
    race = sized_race(model)
    assert (race.preemption < race.unthreatened).all() and (race.capacity < race.full).all()
    assert (race.capacity > race.given).all()  # its size delays and shrinks the second
    one = sized_race(model.replace(**{n: np.asarray(getattr(model, n))[5] for n in model.priors().fields}))
    np.testing.assert_allclose(race.capacity[5], one.capacity, rtol=1e-9)
