import numpy as np
import pytest

from sim.formulas.absorbing_chain import (
    absorbing_chain,
    absorption_probabilities,
    cumulative_incidence,
    mean_lifetime,
    state_probabilities,
)
from sim.formulas.regime_hazards import (
    regime_chain,
    regime_generator,
    stage_regime_chain,
    stationary_regimes,
)
from tests.formulas.cycle import CYCLE, DEFAULT, EXIT, START
from tests.formulas.oracles import cases, close

FIRM = regime_chain(CYCLE, np.column_stack([DEFAULT, EXIT]))
STAGES = absorbing_chain(
    [[0.0, 0.4, 0.0], [0.0, 0.0, 0.25], [0.0, 0.0, 0.0]],
    [[0.15, 0.03], [0.08, 0.10], [0.03, 0.12]],
)
BOTH = stage_regime_chain(STAGES, CYCLE, [1.1, 0.6], [[0.8, 1.2], [2.0, 0.3]])
ROW = {"startup,boom": 0, "startup,bust": 1}


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.D."))
def test_default_by_a_date(inputs, value):
    found = START[inputs["start"]] @ cumulative_incidence(FIRM, inputs["t"])
    assert found[0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.X."))
def test_exit_by_a_date(inputs, value):
    found = START[inputs["start"]] @ cumulative_incidence(FIRM, inputs["t"])
    assert found[1] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.ultD."))
def test_chance_of_default_over_a_life(inputs, value):
    found = START[inputs["start"]] @ absorption_probabilities(FIRM)
    assert found[0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.life."))
def test_mean_life(inputs, value):
    assert START[inputs["start"]] @ mean_lifetime(FIRM) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.ultD."))
def test_chance_of_default_over_stages_and_regimes(inputs, value):
    assert absorption_probabilities(BOTH)[ROW[inputs["start"]], 0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.life."))
def test_mean_life_over_stages_and_regimes(inputs, value):
    assert mean_lifetime(BOTH)[ROW[inputs["start"]]] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.D."))
def test_default_by_a_date_over_stages_and_regimes(inputs, value):
    found = cumulative_incidence(BOTH, inputs["t"])
    assert found[ROW[inputs["start"]], 0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.X."))
def test_exit_by_a_date_over_stages_and_regimes(inputs, value):
    found = cumulative_incidence(BOTH, inputs["t"])
    assert found[ROW[inputs["start"]], 1] == close(value)


def test_survival_from_each_regime():
    found = state_probabilities(FIRM, 5.0).sum(axis=1)
    np.testing.assert_allclose(found, [0.517445686, 0.511603214], atol=6e-10)


def test_long_run_share_of_regimes():
    np.testing.assert_allclose(stationary_regimes(CYCLE), START["stat"], rtol=1e-12)


def test_neutral_multipliers_leave_the_stages_alone():
    neutral = stage_regime_chain(STAGES, CYCLE, [1.0, 1.0], np.ones((2, 2)))
    found = cumulative_incidence(neutral, 4.0)[::2]
    np.testing.assert_allclose(found, cumulative_incidence(STAGES, 4.0), rtol=1e-12)


def test_three_regimes_work_too():
    crisis = regime_generator([[0.0, 0.2, 0.02], [0.5, 0.0, 0.1], [0.3, 0.7, 0.0]])
    share = stationary_regimes(crisis)
    assert share.sum() == close(1.0)
    np.testing.assert_allclose(share @ crisis, 0.0, atol=1e-14)


def test_bad_generators_are_refused():
    with pytest.raises(ValueError, match="moves must be"):
        regime_generator([[0.0, 0.2]])
    with pytest.raises(ValueError, match="moves must be"):
        regime_generator([0.1])
    with pytest.raises(ValueError, match="moves must not be negative"):
        regime_generator([[0.0, -0.2], [0.5, 0.0]])
    with pytest.raises(ValueError, match="move_multiplier must not be negative"):
        stage_regime_chain(STAGES, CYCLE, [1.0, -1.0], np.ones((2, 2)))
