"""Placeholders have the form that a field asks for."""

from typing import Any

import pytest

from sim.scenario.declared import placeholder
from tests.scenario.standin import Arrangement, Bank, Experiment, Royalty, StandIn, Upside


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (float, 1.0),
        (int | None, 1),
        (str, ""),
        (bool, False),
        (tuple[float, ...], ()),
        (tuple[float, int], (1.0, 1)),
        (dict[str, float], {}),
        (Upside, {"kind": "none"}),
        (Royalty, {"kind": "royalty", "revenue_share": 1.0}),
        (Any, None),
    ],
)
def test_the_form_follows_the_type(annotation: Any, expected: Any) -> None:
    assert placeholder(annotation) == expected


def test_bounds_are_kept() -> None:
    assert placeholder(float, Royalty.model_fields["cap"]) == 1.0
    assert placeholder(int, Experiment.model_fields["seed"]) == 0


@pytest.mark.parametrize("group", [StandIn, Arrangement, Bank, Experiment])
def test_groups_accept_their_placeholder(group: Any) -> None:
    assert isinstance(group.model_validate(placeholder(group)), group)
