"""Twenty firms through every arrangement of rich files: interpreted rules give the same bits.

Coverage sees only interpreted rules, so this run tells which of them a study reaches.
"""

import pandas as pd
import pytest

from sim.engine.kernel import interpreted
from sim.experiment.simulate import one_replication
from tests.house.net import INTERPRETED, scenario


@pytest.mark.full
@pytest.mark.interpreted
@pytest.mark.parametrize("name", INTERPRETED)
def test_twenty_firms_give_the_same_bits_interpreted(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = scenario(name).with_values({"population.firms": 20})
    compiled = one_replication(few, 0, ("events",))
    monkeypatch.setattr("sim.engine.world.kernel", interpreted)
    plain = one_replication(few, 0, ("events",))
    for table in ("outcomes", "series", "banks", "events"):
        pd.testing.assert_frame_equal(
            getattr(plain, table), getattr(compiled, table), check_exact=True
        )
