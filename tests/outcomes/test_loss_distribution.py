import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.outcomes.quantiles_of_losses import (
    expected_shortfall,
    sample_expected_shortfall,
    sample_quantile,
)
from tests.oracles.finite_pool import default_count_probabilities
from tests.oracles.loss_distribution import lower_quantile
from tests.oracles.values import cases, close

samples = st.lists(st.floats(-100.0, 100.0), min_size=1, max_size=60)
levels = st.floats(0.01, 0.995)


@given(samples, levels)
def test_shortfall_is_between_quantile_and_maximum(losses, level):
    shortfall = sample_expected_shortfall(losses, level)
    assert shortfall >= sample_quantile(losses, level) - 1e-9
    assert shortfall >= np.mean(losses) - 1e-9
    assert shortfall <= max(losses) + 1e-9


@given(samples, levels)
def test_sample_measures_are_those_of_equal_atoms(losses, level):
    equal = np.full(len(losses), 1.0 / len(losses))
    assert sample_quantile(losses, level) == lower_quantile(losses, equal, level)
    shortfall = expected_shortfall(losses, equal, level)
    assert sample_expected_shortfall(losses, level) == shortfall


@given(samples, st.randoms(use_true_random=False), levels)
def test_shortfall_of_a_sum_is_at_most_the_sum_of_shortfalls(losses, random, level):
    other = list(losses)
    random.shuffle(other)
    together = sample_expected_shortfall(np.add(losses, other), level)
    assert together <= 2.0 * sample_expected_shortfall(losses, level) + 1e-8


@given(samples, levels, st.floats(0.1, 10.0), st.floats(-50.0, 50.0))
def test_shortfall_scales_and_shifts_with_money(losses, level, scale, shift):
    moved = sample_expected_shortfall(scale * np.array(losses) + shift, level)
    plain = sample_expected_shortfall(losses, level)
    assert moved == pytest.approx(scale * plain + shift, abs=1e-7)


@given(samples, st.floats(0.05, 0.9))
def test_shortfall_rises_with_confidence(losses, level):
    deeper = sample_expected_shortfall(losses, level + 0.05)
    assert deeper >= sample_expected_shortfall(losses, level) - 1e-9


def test_quantile_is_the_lower_one_at_an_exact_level():
    losses = np.arange(100.0)
    assert sample_quantile(losses, 0.95) == 94.0
    assert sample_quantile(losses, 0.07) == 6.0


@pytest.mark.parametrize(("inputs", "value"), cases("A3f.E."))
def test_shortfall_of_the_number_of_defaults(inputs, value):
    counts = default_count_probabilities(inputs["n"], inputs["p"], inputs["rho"])
    assert expected_shortfall(np.arange(counts.size), counts, inputs["alpha"]) == close(value)


def test_shortfall_splits_the_atom_at_the_quantile():
    assert expected_shortfall([0.0, 10.0], [0.9, 0.1], 0.8) == pytest.approx(5.0)
    assert sample_expected_shortfall(np.arange(10.0), 0.85) == pytest.approx(26 / 3)


def test_atoms_may_come_in_any_order():
    assert expected_shortfall([5.0, 1.0], [0.04, 0.96], 0.95) == pytest.approx(4.2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expected_shortfall([1.0], [0.5, 0.5], 0.9), "equally long"),
        (lambda: expected_shortfall([], [], 0.9), "equally long"),
        (lambda: expected_shortfall([1.0, 2.0], [0.5, 0.4], 0.9), "sum to 1"),
        (lambda: expected_shortfall([1.0], [1.0], 1.0), "confidence must lie"),
        (lambda: sample_quantile([], 0.9), "not empty"),
        (lambda: sample_expected_shortfall([np.nan], 0.9), "losses must be finite"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
