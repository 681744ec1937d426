"""Terms, volume and selection add up to the gap, and each is nothing where nothing differs."""

import numpy as np
import pytest

from sim.studies.attribution import TOTAL, decompose
from tests.studies.small import small, store


def test_the_three_parts_add_up_to_the_gap() -> None:
    found = decompose(small(), ("plain", "common_growth"), ["bank.profit"], store=store())
    frame = found.frame().set_index("step")["part"]
    values = found.values["bank.profit"]
    assert frame[TOTAL] == pytest.approx((values[:, 3] - values[:, 0]).mean())
    assert frame[["terms", "volume", "selection"]].sum() == pytest.approx(frame[TOTAL])
    assert (frame != 0.0).all()


def test_sharing_alone_changes_no_loss_of_the_system_on_the_same_loans() -> None:
    sharing = {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}
    harsh = {"lifecycle.failure_hazard": [0.3, 0.3, 0.3, 0.3], "population.firms": 150}
    scenario = small().with_values({"arrangement.shared": {"loss_sharing": sharing}, **harsh})
    found = decompose(scenario, ("plain", "shared"), ["system.loss"], store=store())
    values = found.values["system.loss"]
    assert values[:, 0].any()
    np.testing.assert_array_equal(values[:, 1], values[:, 0])


def test_larger_lines_are_lent_to_the_same_firms_in_the_third_world() -> None:
    found = decompose(small(), ("plain", "common_growth"), ["bank.profit"], store=store())
    same_lending, same_firms = found.lending[:, 1], found.lending[:, 2]
    assert np.all(same_firms != same_lending)
    assert found.findings().key == "decomposition_plain_common_growth"
