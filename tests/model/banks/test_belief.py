"""Beliefs are those of the arrangement where it has its own, and the default's otherwise."""

from typing import Any

import pytest
from pydantic import ValidationError

from sim.model.banks.underwriting import Belief, belief_of
from tests.model.banks.three import BELIEF, beliefs

OWN = Belief(**BELIEF | {"loss_unsecured": 0.6})


def test_an_arrangement_without_beliefs_of_its_own_has_those_of_the_default() -> None:
    rules = beliefs(by_arrangement={"consortium": OWN})
    assert belief_of(rules, "consortium") is rules.by_arrangement["consortium"]
    assert belief_of(rules, "consortium").loss_unsecured == 0.6
    for name in ("plain", "revenue_swap", ""):
        assert belief_of(rules, name) is rules.default


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("default_rate", (0.1, 0.1, 0.1, -0.1)),
        ("default_rate", (0.1, 0.1, 0.1)),
        ("loss_secured", 1.1),
        ("loss_unsecured", -0.1),
        ("right_worth", (0.1, -0.1, 0.1, 0.1)),
        ("quality_slope", -0.1),
        ("bust_factor", 0.0),
        ("setback_factor", 0.0),
    ],
)
def test_a_belief_out_of_range_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=field):
        beliefs(**{field: value})
