"""The control of losses weighs a closure with what it would cost lenders."""

import numpy as np
import pytest

from sim.experiment.controls import read
from sim.model.firms.events import close
from sim.model.firms.flows import LOSS, N_ACCOUNTS, read_default
from sim.model.firms.record import FAILED_TECHNICAL
from tests.engine.hand import economy, world


@pytest.mark.parametrize(
    ("guaranteed", "first_loss", "cap"),
    [(0.0, 0.0, 1.0), (0.4, 0.0, 1.0), (0.4, 0.25, 1.0), (0.4, 0.0, 0.1), (0.8, 0.5, 0.2)],
)
def test_a_closure_is_weighed_with_what_lenders_would_lose(
    guaranteed: float, first_loss: float, cap: float
) -> None:
    cover = {"guaranteed": guaranteed, "first_loss": first_loss, "cover_cap": cap}
    w = world(
        economy(), balance=4.0, limit=5.0, cash=1.0, tangible=0.2, security=0.1, scale=2.0,
        **cover,
    )  # fmt: skip
    f, row = w.firms[0], np.zeros(N_ACCOUNTS)
    expected = read(w, 0.0).covered[0]
    close(f, w.params[f.sector], w.climate[0], 0.0, FAILED_TECHNICAL, w.log, w.cursor)
    read_default(f, 1.0, row)
    assert row[LOSS] > 0.0
    assert expected == pytest.approx(row[LOSS], rel=1e-12)
