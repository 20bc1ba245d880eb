"""The verification meter: it covers the pinned cases, passes none too easily, and hides nothing."""

import copy
import hashlib
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest

from experiments.verification import CaseResult, meter, verify_cases
from experiments.verification.cases import PUBLISHED, SOLVER, load_cases
from experiments.verification.comparison import (
    EXACT,
    TOLERANCES,
    Each,
    Tolerance,
    mismatches,
    number,
    plain,
    tolerance_of,
)
from experiments.verification.registry import Adapter, adapters
from experiments.verification.topics import topic_of
from models.rd_spillovers import RdSpillovers
from theory import InputError, nash

CASES = {case.id: case for case in load_cases()}

DIGESTS = {
    "published_results.json": "0fcb6e8e1d43a5b0217593b894412e59e27e28ea8b04c355715477e42cb3a435",
    "solver_cases.json": "49910479a36b1c8624f5fa40c892c25fceef2185b62b17a6103cd97a526a19ef",
}


@pytest.fixture(scope="module")
def results() -> list[CaseResult]:
    return verify_cases()


@pytest.fixture(scope="module")
def answers() -> dict:
    """Plain answer of every case that has an adapter."""
    return {case_id: meter.compute(CASES[case_id]) for case_id in adapters()}


# -- the cases -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DIGESTS)
def test_the_published_numbers_are_the_pinned_ones(name):
    text = (files("experiments.verification") / "data" / name).read_text(encoding="utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() == DIGESTS[name]


def test_all_cases_are_there_with_different_ids():
    assert Counter(case.collection for case in load_cases()) == {PUBLISHED: 118, SOLVER: 48}
    assert len(CASES) == 166


def test_every_case_has_a_citation_a_family_and_a_known_tolerance():
    for case in load_cases():
        assert case.citation and topic_of(case.id).family != "other"
        assert isinstance(tolerance_of(case.tolerance), Tolerance)


def test_every_adapter_belongs_to_a_case():
    assert set(adapters()) <= set(CASES)


# -- results ---------------------------------------------------------------------------------------


def test_results_come_in_file_order_and_the_counts_add_up(results):
    assert [result.id for result in results] == list(CASES)
    status = Counter(result.status for result in results)
    assert set(status) <= {"passed", "failed", "not implemented"}
    assert status["passed"] + status["failed"] == len(adapters())
    assert status["not implemented"] == len(CASES) - len(adapters())


def test_the_only_failures_are_disagreements_that_were_looked_into(results):
    failed = {result.id: result for result in results if result.status == "failed"}
    assert set(failed) == set(meter.DISAGREEMENTS), {k: r.detail for k, r in failed.items()}
    for case_id, result in failed.items():
        assert meter.DISAGREEMENTS[case_id] in result.detail and result.computed is not None


def test_passing_does_not_regress(results):
    passed = Counter(result.collection for result in results if result.status == "passed")
    assert passed[PUBLISHED] >= 29 and passed[SOLVER] >= 39


def test_what_is_not_implemented_says_what_is_missing(results):
    for result in results:
        if result.status == "not implemented":
            assert result.computed is None and result.detail not in ("", "no adapter"), result.id


def test_a_passed_case_shows_what_was_computed(results):
    for result in results:
        if result.status == "passed":
            assert result.computed is not None and result.detail == ""


def test_results_do_not_depend_on_the_run(results):
    some = ["nti_2_1_1", "zd_linear", "evo-replicator-path", "parlar_iid"]
    assert verify_cases(some) == [result for result in results if result.id in some]


def test_progress_is_told_every_case():
    told = []
    verify_cases(["gam-read", "amp_bound"], progress=told.append)
    assert told == ["amp_bound", "gam-read"]


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(InputError, match=r"no case 'tulock_sym_3'; the nearest is 'tullock_sym_3'"):
        verify_cases(["tulock_sym_3"])


def test_an_adapter_that_raises_is_a_failure_with_the_message(monkeypatch):
    def broken(question):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(meter, "adapters", lambda: {"amp_bound": Adapter(broken, frozenset())})
    (result,) = verify_cases(["amp_bound"])
    assert (result.status, result.detail) == ("failed", "ZeroDivisionError: by zero")


# -- no case passes too easily ---------------------------------------------------------------------


def leaves(value, path=()):
    """Paths to all values in nested lists and dictionaries."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for key, inner in enumerate(value) for leaf in leaves(inner, (*path, key))]
    return [path]


def changed(tree, path, change):
    """Copy of nested data with one value changed."""
    if not path:
        return change(tree)
    tree = copy.deepcopy(dict(tree) if isinstance(tree, dict) else tree)
    inner = tree
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = change(inner[path[-1]])
    return tree


def falsified(case, path):
    """The case with one expected value ten tolerances off (1e-6 off where it is exact), or other words."""

    tolerance = tolerance_of(case.tolerance)
    for name in path:
        tolerance = tolerance.inside(name)

    def change(value):
        exact = number(value)
        if exact is None:
            return (not value) if isinstance(value, bool) else value + "?"
        return str(exact + (10 * tolerance.allowance(exact) or Fraction(1, 10**6)))

    return replace(case, expected=changed(case.expected, path, change))


def refused(case, computed):
    try:
        return bool(meter.compare(case, computed))
    except InputError:  # words that the reading does not know
        return True


@pytest.mark.parametrize("case_id", sorted(adapters()))
def test_every_expected_value_counts(case_id, answers):
    case = CASES[case_id]
    if case_id not in meter.DISAGREEMENTS:
        assert not refused(case, answers[case_id])
    for path in leaves(case.expected):
        assert refused(falsified(case, path), answers[case_id]), f"{path} could be anything"


SEPARATE = {"pd_turntaking", "mip-nash-staghunt", "henriques_stability", "henriques_crossing", "safetytax_sign"}
"""Cases with tests of their own below: inputs in words, an answer that small changes leave alone."""


@pytest.mark.parametrize("case_id", ["henriques_stability"])
def test_the_limits_of_spillovers_move_with_the_cost_of_research(case_id, answers):
    """At b gamma = 2 there is no such limit; a little above one there is, and it is another."""
    assert meter.compute(replace(CASES[case_id], inputs={"b_gamma": 1.05})) != answers[case_id]


def test_rivals_and_merged_firms_cross_where_the_answer_says_whatever_research_costs(answers):
    """The slope of costs cancels from the crossing: solved as games, both sides of it, at three slopes."""
    found = answers["henriques_crossing"]
    for strength in (1.2, 2.0, 5.0):
        assert meter.compute(replace(CASES["henriques_crossing"], inputs={"b_gamma": strength})) == pytest.approx(found)
        for spillover, sign in ((found - 0.02, 1), (found + 0.02, -1)):
            model = RdSpillovers(expense=strength, slope=1.0, spillover=spillover)
            rivals = float(nash(model.continuous_game()).select()[0])
            assert np.sign(rivals - float(model.full_cartel())) == sign


def test_the_sign_of_the_safety_tax_follows_the_pair(answers):
    case = CASES["safetytax_sign"]
    swapped = replace(case, inputs=dict(case.inputs) | {"pairs": case.inputs["pairs"][::-1]})
    assert meter.compute(swapped) == answers["safetytax_sign"][::-1] != answers["safetytax_sign"]


WITH_INPUTS = {case_id for case_id in adapters() if leaves(dict(CASES[case_id].inputs))}
"""The others (an ownership table or a network given in words only, a bound) have no input that could be changed."""


def test_few_cases_are_without_inputs():
    worst_cases = {"johari_tsitsiklis", "johari_mannor_tsitsiklis"}  # bounds over all inputs
    in_words = {"foreclosure", "mhhi_common", "mhhi_silent", "pigou_poa"}
    assert set(adapters()) - WITH_INPUTS == worst_cases | in_words


@pytest.mark.parametrize("factor", [1.1, 0.9])
@pytest.mark.parametrize("case_id", ["cvar_normal", "cvar_exp"])
def test_the_level_of_a_tail_counts(case_id, factor, answers):
    case = CASES[case_id]
    moved = replace(case, inputs=dict(case.inputs) | {"level": 1 - factor * (1 - case.inputs["level"])})
    assert meter.compute(moved) != answers[case_id]


@pytest.mark.parametrize("case_id", sorted(WITH_INPUTS - SEPARATE - {"cvar_normal", "cvar_exp"}))
def test_adapters_compute_from_the_inputs_of_the_case(case_id, answers):
    case = CASES[case_id]

    def other(value):
        if isinstance(value, str):
            exact = number(value)
            return value[:-1] + "7" if exact is None else str(exact + 1)
        if isinstance(value, float):
            return value * 1.1
        return value - 1 if value > 1 else value + 1

    def differs(path):
        try:
            return meter.compute(replace(case, inputs=changed(case.inputs, path, other))) != answers[case_id]
        except Exception:  # an input that makes no sense shows nothing: try the next
            return False

    assert any(differs(path) for path in leaves(dict(case.inputs)))


@pytest.mark.parametrize(
    ("case_id", "name", "value", "expected"),
    [
        ("tullock_sym_3", "V", 18, [4, 2, 2 / 3]),
        ("nti_2_1_1", "v1", 1, [1 / 4, 1 / 4, 1 / 2, 1 / 4, 1 / 4]),
        ("newsvendor_uniform", "D", "U[0,200]", [400 / 3, 400]),
        ("competitive_newsvendor_herd_2", "n", 3, [0.3, 0.9, 1.5]),
        ("cournot_grim_2", "n", 3, 4 / 7),
        ("rrc", "t", 0.0, 0),
        ("green_porter", "delta", 0.5, [np.nan, np.nan]),
        ("zd_equalizer", "p", [1, 0, 1, 0], 1),
    ],
)
def test_another_input_gives_another_answer(case_id, name, value, expected):
    case = CASES[case_id]
    computed = meter.compute(replace(case, inputs={**case.inputs, name: value}))
    if case_id == "zd_equalizer":  # tit for tat equalises with its rival, not to a number
        assert len({round(one, 6) for one in computed.values}) > 1
    elif np.isnan(expected).any() if isinstance(expected, list) else False:
        assert np.isnan(np.asarray(computed, float)).all()
    else:
        assert not mismatches(expected, computed, Tolerance(absolute=1e-8))


def test_other_payoffs_in_words_are_read():
    case = replace(CASES["pd_turntaking"], model="repeated PD T=6,R=4,P=2,S=1")
    assert meter.compute(case) == [0.25, 0.5] == meter.compute(CASES["pd_turntaking"])
    assert meter.compute(replace(case, model="repeated PD T=6,R=5,P=2,S=1")) == [0.25, 0.25]


def test_the_equilibrium_with_the_largest_welfare_moves_with_the_payoffs():
    case = CASES["mip-nash-staghunt"]
    both = {name: changed(case.inputs[name], (1, 1), lambda _: 20) for name in "AB"}
    assert meter.compute(replace(case, inputs={**case.inputs, **both})) == {"equilibrium": [["0", "1"], ["0", "1"]]}


def test_adapters_never_see_what_is_expected():
    case = CASES["tullock_sym_3"]
    assert meter.compute(replace(case, expected=[0, 0, 0])) == meter.compute(case)


def test_the_disagreement_on_quantal_response_is_the_case_s_lack_of_digits():
    # the empirical payoff method maximises a concave likelihood: its slope is zero at the true lambda
    case = CASES["qre-mle-ochs"]
    counts = [np.array(count) for count in case.inputs["counts"]]
    observed = [count / count.sum() for count in counts]
    payoffs = [np.array(case.inputs["A"]) @ observed[1], observed[0] @ np.array(case.inputs["B"])]

    def slope(precision):
        replies = [np.exp(precision * u) / np.exp(precision * u).sum() for u in payoffs]
        return sum(n @ u - n.sum() * p @ u for n, u, p in zip(counts, payoffs, replies, strict=True))

    computed = meter.compute(case)["empirical_payoff_method"]["lambda"]
    printed = case.expected["empirical_payoff_method"]["lambda"]
    assert abs(slope(computed)) < 1e-11 < 1e-6 < slope(printed)
    assert 1e-6 < computed - printed < 1.3e-6


# -- the comparison --------------------------------------------------------------------------------


def test_exact_means_equal_rationals():
    assert not mismatches("1/3", plain(Fraction(1, 3)), EXACT)
    assert mismatches("1/3", 1 / 3, EXACT)
    assert not mismatches(0.6, 3 / 5, EXACT)


@pytest.mark.parametrize("computed", [np.nan, np.inf, None, "0.5", True, [0.5]])
def test_what_is_not_the_number_is_a_mismatch(computed):
    assert mismatches(0.6, plain(computed), Tolerance(absolute=1e-3))


def test_sets_need_every_member_once():
    a, b = [1, 0], [0, 1]
    everywhere = frozenset({"s"})
    assert not mismatches({"s": [a, b]}, {"s": [b, a]}, EXACT, everywhere)
    assert mismatches({"s": [a, b]}, {"s": [b, a]}, EXACT)
    assert mismatches({"s": [a, b]}, {"s": [a, a]}, EXACT, everywhere)
    assert mismatches({"s": [a, b]}, {"s": [a]}, EXACT, everywhere)


def test_a_claim_for_each_holds_only_if_all_do():
    assert not mismatches(3, Each((3, 3.0)), EXACT)
    assert mismatches(3, Each((3, 4)), EXACT)
    assert mismatches(3, Each(()), EXACT)


def test_names_have_to_be_those_asked():
    assert mismatches({"a": 1, "b": 2}, {"a": 1}, EXACT)
    assert mismatches({"a": 1}, {"a": 1, "b": 2}, EXACT)


def test_a_tolerance_that_is_not_in_the_table_is_refused():
    with pytest.raises(InputError, match="not in"):
        tolerance_of("about right")


def test_the_table_of_tolerances_has_no_idle_entry():
    assert set(TOLERANCES) == {case.tolerance for case in load_cases() if isinstance(case.tolerance, str)}
