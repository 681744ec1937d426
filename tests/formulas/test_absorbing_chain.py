import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.formulas.absorbing_chain import (
    absorbing_chain,
    absorption_probabilities,
    cumulative_incidence,
    discounted_years,
    mean_lifetime,
    state_probabilities,
    years_in_states,
)
from tests.formulas.oracles import cases, close

STAGES = ["seed", "startup", "growth", "mature"]
MOVES = np.array([[0.0, 0.5, 0.0, 0.0], [0.0, 0.0, 0.4, 0.0], [0.0, 0.05, 0.0, 0.25], [0.0] * 4])
CAUSES = [[0.25, 0.0], [0.15, 0.03], [0.08, 0.10], [0.03, 0.12]]
LIFE = absorbing_chain(MOVES, CAUSES)

rates = st.floats(0.01, 2.0)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.ultD."))
def test_chance_of_default_over_a_life(inputs, value):
    start = STAGES.index(inputs["start"])
    assert absorption_probabilities(LIFE)[start, 0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.tau."))
def test_mean_life(inputs, value):
    assert mean_lifetime(LIFE)[STAGES.index(inputs["start"])] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.N."))
def test_years_in_each_stage(inputs, value):
    start, stage = STAGES.index(inputs["start"]), STAGES.index(inputs["time_in"])
    assert years_in_states(LIFE)[start, stage] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.S."))
def test_survival_from_seed(inputs, value):
    assert state_probabilities(LIFE, inputs["t"])[0].sum() == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.D."))
def test_default_by_a_date(inputs, value):
    assert cumulative_incidence(LIFE, inputs["t"])[0, 0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.X."))
def test_exit_by_a_date(inputs, value):
    assert cumulative_incidence(LIFE, inputs["t"])[0, 1] == close(value)


@pytest.mark.parametrize(
    ("inputs", "value", "cause"),
    [(*case.values, 1) for case in cases("A1.discX")]
    + [(*case.values, 0) for case in cases("A1.discD")],
)
def test_value_of_one_paid_at_the_end(inputs, value, cause):
    found = discounted_years(LIFE, inputs["r"]) @ LIFE.causes
    assert found[0, cause] == close(value)


def test_stages_alive_after_three_years():
    found = state_probabilities(LIFE, 3.0)[0]
    expected = [0.10539922, 0.21386876, 0.15177544, 0.05455024]
    np.testing.assert_allclose(found, expected, atol=6e-9)


@given(arrays(float, (3, 3), elements=rates), arrays(float, (3, 2), elements=rates))
def test_alive_and_ended_add_to_one_and_tend_to_the_ultimate(moves, causes):
    chain = absorbing_chain(moves, causes)
    ended = cumulative_incidence(chain, 2.0)
    alive = state_probabilities(chain, 2.0)
    total = ended.sum(axis=1) + alive.sum(axis=1)
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)
    ultimate = absorption_probabilities(chain)
    np.testing.assert_allclose(ultimate.sum(axis=1), 1.0, rtol=1e-12)
    assert (ended <= ultimate + 1e-12).all()
    far = cumulative_incidence(chain, 3000.0)
    np.testing.assert_allclose(far, ultimate, rtol=1e-9)


def test_the_diagonal_of_the_moves_is_ignored():
    other = absorbing_chain(MOVES + 9.0 * np.eye(4), CAUSES)
    np.testing.assert_array_equal(other.moves, LIFE.moves)


def test_a_cause_that_never_strikes_leaves_life_alone():
    safe = absorbing_chain([[0.0, 1.0], [1.0, 0.0]], [[0.0], [0.0]])
    np.testing.assert_allclose(state_probabilities(safe, 9.0).sum(axis=1), 1.0)
    with pytest.raises(ValueError, match="every state must lead to an end"):
        mean_lifetime(safe)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: absorbing_chain([[0.0]], [[0.1], [0.2]]), "moves must be"),
        (lambda: absorbing_chain([[0.0]], [0.1]), "moves must be"),
        (lambda: absorbing_chain([[0, -1], [0, 0]], [[1], [1]]), "moves must not be"),
        (lambda: absorbing_chain([[0.0]], [[-0.1]]), "causes must not be negative"),
        (lambda: state_probabilities(LIFE, np.inf), "years must be finite"),
        (lambda: cumulative_incidence(LIFE, -1.0), "years must not be negative"),
        (lambda: discounted_years(LIFE, -0.1), "rate must not be negative"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
