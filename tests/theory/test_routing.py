import numpy as np
import pytest

from theory import InputError
from theory.routing import parallel_links


def test_pigou():
    assert parallel_links([1, 0], [0, 1]).price_of_anarchy == pytest.approx(4 / 3, rel=1e-14)


@pytest.mark.parametrize("seed", range(30))
def test_affine_delays_cost_at_most_a_third(seed):
    """Roughgarden and Tardos (2002), with the conditions of both flows."""
    rng = np.random.default_rng(seed)
    a, b, flow = rng.uniform(0, 2, 4), rng.uniform(0.1, 2, 4), rng.uniform(0.1, 5)
    found = parallel_links(a, b, flow)
    assert 1 - 1e-12 <= found.price_of_anarchy <= 4 / 3 + 1e-12
    for x, slope in ((found.equilibrium, b), (found.optimum, 2 * b)):
        assert x.sum() == pytest.approx(flow)
        level = a + slope * x
        used = x > 1e-12
        assert np.ptp(level[used]) < 1e-9
        assert (level[~used] >= level[used].max() - 1e-9).all()


def test_refusals():
    with pytest.raises(InputError):
        parallel_links([1, -1], [0, 1])
    with pytest.raises(InputError):
        parallel_links([1, 0], [0, 1], flow=0)
