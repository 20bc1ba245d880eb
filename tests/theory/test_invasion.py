"""Invasion diagrams: fixation against neutral drift, by both processes, and the graph."""

import networkx
import numpy as np
import pytest

from theory.errors import InputError
from theory.finite_population import moran_fixation_exact, small_mutation_distribution
from theory.invasion import invasion_diagram

LONG_MATCH = np.array([[3, 0, 3], [5, 1, 1.08], [3, 0.98, 3]])
NAMES = ("restrain", "race", "tit for tat")


def test_the_cycle_of_restraint_race_and_tit_for_tat():
    """Imhof, Fudenberg & Nowak 2005, PNAS 102:10797-10800: racers beat restrainers, tit for tat racers, and
    restrainers drift in."""
    diagram = invasion_diagram(LONG_MATCH, 100, 0.1, names=NAMES)
    graph = diagram.graph()
    assert set(graph.edges) == {
        ("restrain", "race"), ("race", "tit for tat"), ("restrain", "tit for tat"), ("tit for tat", "restrain"),
    }  # fmt: skip
    assert graph.edges["tit for tat", "restrain"]["kind"] == "neutral"
    assert graph.edges["race", "tit for tat"]["relative"] > 1
    assert networkx.is_strongly_connected(graph)
    assert sum(share for _, share in graph.nodes(data="share")) == pytest.approx(1)
    assert diagram.shares == pytest.approx(small_mutation_distribution(LONG_MATCH, 100, 0.1))
    assert len(diagram.table()) == 6


def test_moran_is_that_of_exact_fractions():
    payoffs = [[2, 1], [3, 1]]
    diagram = invasion_diagram(payoffs, 9, 1.0, process="moran")
    exact = moran_fixation_exact(payoffs, 9)
    assert np.exp(diagram.log_fixation[1, 0]) == pytest.approx(float(exact))
    assert diagram.relative[1, 0] == pytest.approx(float(9 * exact)) and diagram.arrow(1, 0) == "opposed"
    weak = invasion_diagram(payoffs, 9, 0.0, process="moran")
    assert weak.relative == pytest.approx(np.ones((2, 2))) and weak.graph().number_of_edges() == 2


def test_the_one_third_law():
    """Nowak et al. 2004: in a large population under weak selection an invader of a coordination game is favoured if
    and only if the interior rest point lies below one third."""
    for a, favoured in ((4.2, True), (3.8, False)):  # with a rest point at 2/(a + 2)
        diagram = invasion_diagram([[a, 0], [0, 2]], 2000, 1e-6)
        assert (2 / (a + 2) < 1 / 3) == favoured == (diagram.arrow(1, 0) == "favoured")


def test_chances_too_small_for_doubles_stay_in_order():
    diagram = invasion_diagram([[3, 0], [9, 1]], 1000, 10.0)
    assert diagram.log_fixation[1, 0] < -1000 and diagram.relative[1, 0] == 0 and diagram.arrow(1, 0) == "opposed"
    assert diagram.shares[1] == pytest.approx(1)


def test_refusals():
    with pytest.raises(InputError, match="process is"):
        invasion_diagram(LONG_MATCH, 10, 0.1, process="wright")
    with pytest.raises(InputError, match="different ones"):
        invasion_diagram(LONG_MATCH, 10, 0.1, names=("a", "a", "b"))
    with pytest.raises(InputError, match="selection is"):
        invasion_diagram(LONG_MATCH, 10, 1.5, process="moran")
    with pytest.raises(InputError, match="positive"):
        invasion_diagram(LONG_MATCH, 10, 1.0, process="moran")  # restrainers among racers earn nothing
