import dataclasses

import numpy as np
import pytest

from sim.formulas.relationship import (
    RelationshipTerms,
    entry_good_share,
    first_loan_rate,
    least_retention,
    required_upside,
    second_loan_rent,
)
from tests.formulas.oracles import cases, close

TERMS = RelationshipTerms(0.04, 0.14, 0.80, 3.0, 0.09, 0.97, 0.50)


@pytest.mark.parametrize(("inputs", "value"), cases("A9.th."))
def test_smallest_share_of_good_applicants(inputs, value):
    assert entry_good_share(TERMS, inputs["m"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A9.r1."))
def test_rate_of_the_first_loan(inputs, value):
    assert first_loan_rate(TERMS, inputs["m"], inputs["theta"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A9.mmin"))
def test_least_retention(inputs, value):
    assert least_retention(TERMS, inputs["theta"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A9.need."))
def test_equity_right_that_replaces_retention(inputs, value):
    assert required_upside(TERMS, inputs["theta"], inputs["r1"]) == close(value)


def test_rent_of_the_second_loan():
    assert second_loan_rent(TERMS) == close(0.0323)


def test_retention_brings_more_firms_in_and_lowers_the_first_rate():
    kept = np.linspace(0.0, 1.0, 11)
    assert (np.diff(entry_good_share(TERMS, kept)) < 0.0).all()
    assert (np.diff(first_loan_rate(TERMS, kept, 0.92)) < 0.0).all()


def test_at_the_entry_share_the_rate_is_the_cap():
    share = entry_good_share(TERMS, 0.4)
    assert first_loan_rate(TERMS, 0.4, share) == close(TERMS.first_rate_cap)
    assert least_retention(TERMS, share) == close(0.4)


def test_bad_terms_are_refused():
    with pytest.raises(ValueError, match="first_loss must lie"):
        dataclasses.replace(TERMS, first_loss=1.2)
    with pytest.raises(ValueError, match="retention must lie"):
        entry_good_share(TERMS, 1.1)
    with pytest.raises(ValueError, match="good_share must be above 0"):
        first_loan_rate(TERMS, 0.5, 0.0)
    with pytest.raises(ValueError, match="rent of the second loan"):
        least_retention(dataclasses.replace(TERMS, second_rate=0.0), 0.9)
