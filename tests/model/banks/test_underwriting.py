"""What rules of judgement and beliefs must say, and whose beliefs count."""

from typing import Any

import pytest
from pydantic import ValidationError

from sim.model.banks.conditions import belief_of
from sim.model.banks.underwriting import Belief
from tests.model.banks.three import BELIEF, UNDERWRITING, beliefs, underwriting

OWN = Belief(**BELIEF | {"loss_unsecured": 0.6})


def test_an_arrangement_without_beliefs_of_its_own_has_those_of_the_default() -> None:
    known = beliefs(by_arrangement={"consortium": OWN})
    assert belief_of(known, "consortium") is known.by_arrangement["consortium"]
    assert belief_of(known, "consortium").loss_unsecured == 0.6
    for name in ("plain", "revenue_swap", ""):
        assert belief_of(known, name) is known.default


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("default_probability", (0.1, 0.1, 0.1, -0.1)),
        ("default_probability", (0.1, 0.1, 0.1)),
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


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("signal_precision", -0.1),
        ("precision_by_stage", (1.0, 1.0, 1.0)),
        ("error_correlation", 1.1),
        ("setback_seen_share", -0.1),
        ("funding_rate", -0.01),
        ("line_cap", (4.0, 8.0, 20.0, -1.0)),
        ("known_banks", 0),
        ("known_banks", 9),
        ("monitoring_effort", 1.1),
    ],
)
def test_a_rule_of_judgement_out_of_range_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=field):
        underwriting(**{field: value})


def test_every_rule_of_judgement_must_be_given() -> None:
    assert underwriting(least_line=1.0).model_dump() == UNDERWRITING | {"least_line": 1.0}
