import numpy as np
import pytest

from sim.formulas.absorbing_chain import absorbing_chain, mean_lifetime
from sim.formulas.lifetimes import (
    lifetime_sd,
    mean_lifetime_by_cause,
    mean_population,
    sojourn_lifetime_sd,
)
from tests.formulas.oracles import cases, close
from tests.formulas.test_absorbing_chain import CAUSES, LIFE, MOVES

STAY = 1.0 / -np.diag(LIFE.moves)
BRANCHING = MOVES * STAY[:, None]


@pytest.mark.parametrize(("inputs", "value"), cases("A1.sdtau"))
def test_spread_of_lives(inputs, value):
    assert lifetime_sd(LIFE)[0] == close(value)
    exponential = sojourn_lifetime_sd(BRANCHING, STAY, STAY**2)
    np.testing.assert_allclose(exponential, lifetime_sd(LIFE), rtol=1e-12)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.sd.det"))
def test_spread_of_lives_with_fixed_stays(inputs, value):
    assert sojourn_lifetime_sd(BRANCHING, STAY, 0.0 * STAY)[0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.sd.erl2"))
def test_spread_of_lives_with_erlang_stays(inputs, value):
    assert sojourn_lifetime_sd(BRANCHING, STAY, 0.5 * STAY**2)[0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.tauD"))
def test_mean_life_that_ends_in_default(inputs, value):
    assert mean_lifetime_by_cause(LIFE)[0, 0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.tauX"))
def test_mean_life_that_ends_in_exit(inputs, value):
    assert mean_lifetime_by_cause(LIFE)[0, 1] == close(value)


def test_a_cause_that_cannot_happen_has_no_mean_life():
    chain = absorbing_chain([[0.0]], [[0.5, 0.0]])
    np.testing.assert_array_equal(mean_lifetime_by_cause(chain), [[2.0, np.nan]])


@pytest.mark.parametrize(("inputs", "value"), cases("A12.pop"))
def test_number_alive_under_steady_entry(inputs, value):
    entry = [inputs["arrivals_per_year"], 0.0, 0.0, 0.0]
    found = mean_population(LIFE, entry, inputs.get("t", np.inf))
    assert found.sum() == close(value)


def test_steady_numbers_by_stage_obey_littles_law():
    found = mean_population(LIFE, [20.0, 0.0, 0.0, 0.0], np.inf)
    expected = [26.6666667, 24.7678019, 20.6398349, 34.3997248]
    np.testing.assert_allclose(found, expected, atol=6e-8)
    assert found.sum() == close(20.0 * mean_lifetime(LIFE)[0])
    late = mean_population(LIFE, [20.0, 0.0, 0.0, 0.0], 400.0)
    np.testing.assert_allclose(late, found, rtol=1e-10)


def test_an_empty_system_starts_empty():
    assert mean_population(LIFE, [20.0, 0.0, 0.0, 0.0], 0.0).tolist() == [0.0] * 4


def test_bad_inputs_are_refused():
    with pytest.raises(ValueError, match="entries_per_year must not be negative"):
        mean_population(LIFE, [-1.0, 0.0, 0.0, 0.0], 1.0)
    with pytest.raises(ValueError, match="mean_years must be above 0"):
        sojourn_lifetime_sd(BRANCHING, 0.0 * STAY, STAY)
    forever = absorbing_chain(MOVES, np.zeros_like(CAUSES))
    with pytest.raises(ValueError, match="lead to an end"):
        mean_population(forever, [1.0, 0.0, 0.0, 0.0], np.inf)
