"""The event log loses nothing, however many firms are answered at once."""

import numpy as np

from sim.model.firms.record import EVENT_NAMES, REFUSED
from tests.house.small import history, study


def test_many_answers_at_one_committee_leave_the_log_whole():
    w = history(
        study(
            {
                "population.firms": 1500,
                "population.initial_share": 1.0,
                "experiment.warm_up_years": 1.0,
                "cash.target_cash_months": 1200.0,
            }
        )
    )
    log = np.concatenate(w.events)
    assert set(np.unique(log["event"])) <= set(EVENT_NAMES)
    assert (log["event"] == REFUSED).sum() == w.firms.refused.sum()
    assert -1.0 <= log["date"].min() <= log["date"].max() <= 0.0
