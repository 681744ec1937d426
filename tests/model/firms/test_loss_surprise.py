"""The control of losses weighs a closure with what it would cost lenders."""

import numpy as np
import pytest

from sim.model.firms.failure import close
from sim.model.firms.flows import LOSS, N_ACCOUNTS, read_default
from sim.model.firms.loss_sharing import claim_cover
from sim.model.firms.loss_surprise import OPENING, loss_surprise
from sim.model.firms.record import FAILED_TECHNICAL, FAILURE
from tests.engine.hand import economy, world


@pytest.mark.parametrize(
    ("guaranteed", "first_loss", "cap"),
    [(0.0, 0.0, 1.0), (0.4, 0.0, 1.0), (0.4, 0.25, 1.0), (0.4, 0.0, 0.1), (0.8, 0.5, 0.2)],
)
def test_a_closure_is_weighed_with_what_lenders_would_lose(
    guaranteed: float, first_loss: float, cap: float
) -> None:
    by_provider = [guaranteed, 0.0, 0.0, 0.0]
    cover = {
        "guaranteed": guaranteed,
        "cover": [by_provider] * 3,
        "first_loss": first_loss,
        "cap_per_default": cap,
    }
    w = world(
        economy(), balance=4.0, limit=5.0, cash=1.0, tangible=0.2, security=0.1, scale=2.0,
        **cover,
    )  # fmt: skip
    f, row = w.firms[0], np.zeros(N_ACCOUNTS)
    opening = OPENING.empty(w.firms.shape[0])
    assert loss_surprise(w.firms, w.params, w.market_conditions, 0.0, opening) == 0.0
    expected = opening.covered[0]
    close(f, w.params[f.sector], w.market_conditions[0], 0.0, FAILED_TECHNICAL, w.log, w.cursor)
    claim_cover(f, w.terms[0], w.providers[0])
    read_default(f, 1.0, row)
    assert row[LOSS] > 0.0
    assert expected == pytest.approx(row[LOSS], rel=1e-12)


def test_a_strike_counts_one_less_the_threshold_used_up() -> None:
    w = world(economy(), balance=4.0, limit=4.0, tangible=0.0, scale=2.0)
    f, opening = w.firms[0], OPENING.empty(w.firms.shape[0])
    loss_surprise(w.firms, w.params, w.market_conditions, 0.0, opening)
    weight = opening.covered[0]
    # A quarter in which half a unit of the threshold of failure was used up, without a strike.
    f.left[FAILURE] -= 0.5
    assert loss_surprise(w.firms, w.params, w.market_conditions, 0.0, opening) == pytest.approx(
        -0.5 * weight
    )
    # A firm that owes nothing and may draw nothing is not followed.
    f.balance = f.limit = 0.0
    loss_surprise(w.firms, w.params, w.market_conditions, 0.0, opening)
    f.left[FAILURE] -= 0.5
    assert loss_surprise(w.firms, w.params, w.market_conditions, 0.0, opening) == 0.0
