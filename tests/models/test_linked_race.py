"""Ties move money between players; switched off, the race is the plain one; switched on, each has its known effect."""

import numpy as np
import pytest

from models import ComputeRace
from models.base import PayoffModel, parameter, payoff_model
from models.linked_race import LINKED, LinkedRace
from theory import joint_optimum, nash
from theory.errors import InputError

UNTIED = {
    "markup": 0.0,
    "take_or_pay": 1.0,
    "stake_microsoft_openai": 0.0,
    "stake_amazon_anthropic": 0.0,
    "stake_alphabet_anthropic": 0.0,
    "hosted_in_plans": 0.0,
}
BUILDS = np.array([1.5, 1.2, 1.0, 0.8, 0.7, 0.4])
MICROSOFT, OPENAI, ANTHROPIC = (LINKED.index(name) for name in ("Microsoft", "OpenAI/Stargate", "Anthropic"))


def plain(linked):
    """The compute race of the same six builders."""
    return ComputeRace().replace(
        n_builders=6, plan=linked.plan, cost_factor=linked.cost_factor, compute_only=linked.compute_only
    )


def builds(**changes):
    return nash(LinkedRace(**(UNTIED | changes)).continuous_game()).select()


def test_without_ties_it_is_the_compute_race():
    tied, untied = LinkedRace(**UNTIED).continuous_game(), plain(LinkedRace()).continuous_game()
    np.testing.assert_allclose(tied.payoff(BUILDS), untied.payoff(BUILDS), rtol=1e-13)
    np.testing.assert_allclose(tied.gradient(BUILDS), untied.gradient(BUILDS), rtol=1e-12)


def test_ties_only_move_money_and_some_of_it_to_hosts_outside_the_race():
    race = LinkedRace(hosted_in_plans=0.0)
    outside = 1 - race.openai_at_microsoft - race.openai_at_amazon
    own, least = BUILDS[OPENAI], race.take_or_pay * BUILDS[OPENAI]
    paid_for = race.expected_sale(OPENAI, BUILDS) + least - race.expected_sale(OPENAI, BUILDS, least)
    leaving = outside * race.rented * race.cost(OPENAI) * ((1 + race.markup) * paid_for - own)
    lost = plain(race).continuous_game().payoff(BUILDS).sum() - race.continuous_game().payoff(BUILDS).sum()
    np.testing.assert_allclose(lost, leaving, rtol=1e-9)


def test_a_stake_adds_the_share_of_what_own_build_does_to_the_lab():
    """First-order condition of a silent interest, Reynolds and Snapp (1986): own margin plus s times the other's."""
    stake = 0.3
    untied, tied = (
        LinkedRace(**(UNTIED | {"stake_microsoft_openai": s})).continuous_game().gradient(BUILDS) for s in (0.0, stake)
    )
    step = 1e-5
    game = LinkedRace(**UNTIED).continuous_game()
    up, down = (BUILDS + sign * step * np.eye(6)[MICROSOFT] for sign in (1, -1))
    on_openai = (game.payoff_of(OPENAI, up) - game.payoff_of(OPENAI, down)) / (2 * step)
    assert on_openai < 0  # a rival's build hurts
    np.testing.assert_allclose(tied[MICROSOFT], untied[MICROSOFT] + stake * on_openai, rtol=1e-6)
    np.testing.assert_allclose(tied[OPENAI], (1 - stake) * untied[OPENAI], rtol=1e-9)


def test_each_tie_moves_the_builds_of_those_whom_it_ties():
    base = builds()
    assert (builds(markup=0.2)[[OPENAI, ANTHROPIC]] < base[[OPENAI, ANTHROPIC]]).all()
    assert (builds(take_or_pay=0.5)[[OPENAI, ANTHROPIC]] > base[[OPENAI, ANTHROPIC]]).all()
    assert builds(stake_microsoft_openai=0.3)[MICROSOFT] < base[MICROSOFT]


def test_a_gw_that_is_let_counts_once():
    """Of a host's plan, its own demand and what it lets to labs of the race; of all plans, none of it twice."""
    race, gross = LinkedRace(hosted_in_plans=1.0), plain(LinkedRace()).demand()
    let = {pair: race.rented * share * gross[pair[0]] for pair, share in race.hosting().items()}
    for host in range(len(LINKED)):
        hosted = sum(gw for (_, at), gw in let.items() if at == host)
        np.testing.assert_allclose(race.demand()[host] + hosted, gross[host], rtol=1e-12)
    np.testing.assert_allclose(race.demand().sum() + sum(let.values()), gross.sum(), rtol=1e-12)
    np.testing.assert_allclose(race.replace(rented=0.0).demand(), gross)


@pytest.mark.parametrize("demand", [0.2, 0.9, 2.5])
def test_a_tenant_pays_for_what_it_uses_and_for_the_minimum_in_any_case(demand):
    """``w max(q, tau k)`` of Masten and Crocker (1985), in one state; what it spares, its hosts bear."""
    race, owned = (LinkedRace(**(UNTIED | {"take_or_pay": t, "markup": m})) for t, m in ((0.6, 0.25), (1.0, 0.0)))
    state = {"demand": demand, "prize": 1.0}
    used = min(BUILDS[OPENAI], demand * race.mean_demand(OPENAI, BUILDS))
    bill = 1.25 * max(used, 0.6 * BUILDS[OPENAI])
    less = owned.realised(OPENAI, BUILDS, state) - race.realised(OPENAI, BUILDS, state)
    np.testing.assert_allclose(less, race.rented * race.cost(OPENAI) * (bill - BUILDS[OPENAI]), rtol=1e-9)


def test_what_hosts_earn_is_what_tenants_pay_beyond_the_cost():
    race = LinkedRace(hosted_in_plans=0.0)
    outside = 1 - race.openai_at_microsoft - race.openai_at_amazon
    fees = race.fees(BUILDS, lambda j, first: race.expected_sale(j, BUILDS, first))
    lost = plain(race).continuous_game().payoff(BUILDS).sum() - race.continuous_game().payoff(BUILDS).sum()
    np.testing.assert_allclose(lost, outside * fees[OPENAI], rtol=1e-9)
    np.testing.assert_allclose(race.continuous_game().outcome("margin of hosts", BUILDS), sum(fees.values()))


def test_a_dollar_of_rent_is_the_cost_of_one_and_the_revenue_of_another():
    """Over the race and the hosts outside it, mark-ups and capacity handed back add up to nothing."""
    race = LinkedRace(take_or_pay=0.6)
    paid = {OPENAI: 10.0, ANTHROPIC: 3.0}
    outside = 1 - race.openai_at_microsoft - race.openai_at_amazon
    np.testing.assert_allclose(sum(race.to_hosts(i, paid) for i in range(6)), -outside * paid[OPENAI])


def test_a_plan_that_is_all_let_is_refused():
    with pytest.raises(InputError, match="hosted_in_plans"):
        LinkedRace(hosted_in_plans=1.0, plan=(100.0, 100.0, 10.0, 70.0, 500.0, 40.0))


def test_the_equilibrium_survives_every_deviation_on_a_fine_grid():
    game = LinkedRace(take_or_pay=0.6).continuous_game()
    solution = nash(game)
    assert solution.certified.any()
    x = solution.select()
    for i in range(6):
        moved = np.broadcast_to(x, (4001, 6)).copy()
        moved[:, i] = np.linspace(game.lower[i], game.upper[i], 4001)
        gain = game.payoff_of(i, moved).max() - game.payoff_of(i, x)
        assert gain <= 1e-9 * abs(game.payoff_of(i, x))


def test_shares_out_of_bounds_are_refused():
    with pytest.raises(InputError, match=r"take_or_pay \(tau\) is 1.2; it must be finite, and above 0"):
        LinkedRace(take_or_pay=1.2)


def test_two_parameters_with_one_symbol_are_refused():
    """In the formula they would be one: the payoff would be wrong without a word."""
    with pytest.raises(InputError, match="two parameters of 'clash' have the symbol 'V'"):

        @payoff_model("clash")
        class Clash(PayoffModel):
            prize: float = parameter("V", default=1.0, meaning="prize")
            value: float = parameter("V", default=2.0, meaning="value")


def test_plans_counted_twice_make_the_excess_over_the_joint_optimum_larger():
    def excess(part):
        game = LinkedRace(**(UNTIED | {"hosted_in_plans": part})).continuous_game()
        built = nash(game).select()
        joint = joint_optimum(game, game.total(), starts=np.stack([built, game.lower]))
        return (built - joint).sum()

    assert 1 < excess(0.0) / excess(1.0) < 1.1
