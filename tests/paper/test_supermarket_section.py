"""The study of the supermarket: what it holds fixed, and that its summary follows its columns."""

import numpy as np
import pytest

from experiments.plain import plain
from experiments.studies.ai_supermarket import POLICIES, herfindahl, solve_all, study
from models.ai_supermarket import AiSupermarket
from paper.claims import CONDITIONAL, REJECTED, SUPPORTED, UNDECIDED
from paper.systems.ai_supermarket import judge_indispensable, write
from tests.turned import with_claim


@pytest.fixture(scope="module")
def parts():
    return [study(draws=64, rng=np.random.default_rng(seed)) for seed in range(2)]


@pytest.fixture(scope="module")
def numbers(parts):
    return plain(study.summarise(parts, rng=np.random.default_rng(5), draws=8).numbers)


def test_policies_are_the_markets_that_they_name():
    model = AiSupermarket()
    found, served = solve_all(model)
    assert set(found) == set(POLICIES)
    alone = model.replace(stake=0.0).supply("only Anthropic")
    np.testing.assert_allclose(found["only Anthropic"].margin, alone.margin, rtol=1e-9)
    np.testing.assert_allclose(served["only Anthropic", "both labs"].margin, alone.margin, rtol=1e-9)
    tied = model.supply()
    np.testing.assert_allclose(found["both, stake"].margin, tied.margin, rtol=1e-9)


def test_a_cloud_that_serves_nobody_earns_nothing_and_the_others_are_alone(parts):
    sound = parts[0]["certified"]
    np.testing.assert_allclose(parts[0]["nobody: earned"][sound], 0, atol=1e-12)
    np.testing.assert_allclose(parts[0]["nobody: HHI of clouds"][sound], 1e4)


def test_herfindahl_index_by_hand():
    np.testing.assert_allclose(herfindahl(np.array([[1.0, 1.0], [3.0, 1.0], [1.0, 0.0]])), [5000, 6250, 10000])


def test_verdict_follows_what_the_claim_needs(numbers):
    found = [judge_indispensable(with_claim(numbers, "5", share)).verdict for share in (0.99, 0.5, 0.01)]
    assert found == [SUPPORTED, UNDECIDED, REJECTED]


def test_a_claim_that_turns_with_the_others_conduct_says_so(numbers):
    seller, cost = numbers["claims"]["5"]["cases"]
    changed = with_claim(with_claim(numbers, "5", 0.99, cases=[seller]), "5", 0.01, cases=[cost])
    verdict = judge_indispensable(changed)
    assert verdict.verdict == CONDITIONAL and verdict.condition.startswith("if the other clouds act as one seller")
    assert f"one seller: {SUPPORTED}" in verdict.evidence and f"at cost: {REJECTED}" in verdict.evidence


def test_section_names_the_best_tie_of_the_numbers(numbers):
    best = {name: {"value": 0.0, "low": 0.0, "high": 0.1} for name in numbers["best for cloud and Anthropic"]}
    turned = {**numbers, "best for cloud and Anthropic": {**best, "both": {"value": 1.0, "low": 0.9, "high": 1.0}}}
    text = write(turned).paragraphs[1]
    assert "serving both without a stake" in text and "go together" not in text


@pytest.mark.parametrize("substitution", [0.0, 0.3, 0.7, 0.95])
def test_one_other_seller_leaves_a_lab_at_most_half_by_construction(substitution):
    """Linear demand (Singh and Vives 1984): ``(1 + sigma)(2 - sigma)^2 / 8`` of its profit; claim 5 says so."""
    model = AiSupermarket(stake=0.0, own_chips=1.0, porting=0.0, rivalry=0.0, swing=0.0, substitution=substitution)
    both, refused = model.supply(), model.supply("only OpenAI")
    kept = refused.mean(refused.profit)[0] / both.mean(both.profit)[0]
    assert kept == pytest.approx((1 + substitution) * (2 - substitution) ** 2 / 8, rel=1e-6)
    assert kept <= 0.5 + 1e-9
