"""Everybody with a line, in whole worlds: who is refused all the same, and what stays."""

from functools import cache

import numpy as np

from sim.engine.world import World
from sim.model.firms.record import LARGE, REFUSED
from tests.capital import ample
from tests.house.small import branch, changed_books, changed_lives, history, shipped, study

SERVED = "underwriting.everybody_served"
FEW = {
    "population.firms": 100, "experiment.warm_up_years": 1.0, "experiment.horizon_years": 4.0,
}  # fmt: skip


@cache
def lived(served: bool, name: str = "plain") -> World:
    """A hundred firms for five years; books close at every settlement, or the run stops."""
    return branch(history(study(FEW | {SERVED: served})), name)


def refused_without_a_line(w: World) -> int:
    """Registered firms refused that have never signed; those with a line may want a larger one."""
    events = np.concatenate(w.events)
    book, count = w.book.rows, 0
    for event in events[events["event"] == REFUSED]:
        mine = book[book["firm"] == event["firm"]]
        has_signed = (mine["date"] <= event["date"]).any()
        count += not has_signed and w.firms[event["firm"]].stratum != LARGE
    return count


def test_every_registered_firm_that_asks_for_a_line_signs_one() -> None:
    assert refused_without_a_line(lived(served=False)) > 50
    for name in ("plain", "revenue_swap"):
        assert refused_without_a_line(lived(served=True, name=name)) == 0
    assert lived(served=True).book.rows.size > 2 * lived(served=False).book.rows.size


def test_where_nobody_was_refused_nothing_changes() -> None:
    willing = ample(shipped().bank) | {
        "underwriting.policy_subsidy_rate": 1e3, "underwriting.least_line": 1e-3,
        "underwriting.least_runway": 0.0,
    }  # fmt: skip
    one, other = (
        branch(history(study(FEW | willing | {SERVED: served})), "revenue_swap")
        for served in (False, True)
    )
    assert refused_without_a_line(one) == 0
    assert changed_lives(one, other) == []
    assert changed_books(one, other) == []
