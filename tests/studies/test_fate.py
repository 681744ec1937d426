"""A firm whose fate hangs on the arrangement is found, or it is said what was searched."""

from functools import cache

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.engine.history import History
from sim.experiment.simulate import freeze, worlds
from sim.outcomes.reading import alive_at_horizon
from sim.studies.fate import find_firm
from tests.studies.small import small

PAIR = ("plain", "revenue_swap")
HARSH = {"population.firms": 500, "experiment.arrangements": list(PAIR)}


@cache
def histories(replication: int) -> tuple[History, History]:
    plain, swap = (freeze(w) for w in worlds(small().with_values(HARSH), replication))
    return plain, swap


def living(replication: int) -> tuple[np.ndarray, np.ndarray]:
    plain, swap = histories(replication)
    return alive_at_horizon(plain), alive_at_horizon(swap)


def test_the_firm_that_is_found_lives_under_one_and_closes_under_the_other() -> None:
    scenario = small().with_values(HARSH)
    differing = [n for n in range(3) if np.any(living(n)[0] != living(n)[1])]
    assert differing, "the test needs a firm whose fate differs"
    plain, swap = living(differing[0])
    fate, sides = ("saved", PAIR) if np.any(swap & ~plain) else ("lost", PAIR)
    found = find_firm(scenario, fate, sides)
    assert found.firm is not None
    assert found.replication is not None
    plain, swap = living(found.replication)
    assert (plain[found.firm], swap[found.firm]) == (fate == "lost", fate == "saved")
    # The other way round it is the reverse fate, of the same firm.
    other = {"saved": "lost", "lost": "saved"}[fate]
    back = find_firm(scenario, other, PAIR[::-1])
    assert (back.firm, back.replication) == (found.firm, found.replication)
    assert (back.saved, back.lost) == (found.lost, found.saved)


def test_firms_of_both_fates_are_counted_in_all_that_was_searched() -> None:
    found = find_firm(small().with_values(HARSH), "saved", PAIR)
    pairs = [living(n) for n in found.replications]
    assert found.saved == sum(int((swap & ~plain).sum()) for plain, swap in pairs)
    assert found.lost == sum(int((plain & ~swap).sum()) for plain, swap in pairs)


def test_where_there_is_none_it_is_said_what_was_searched() -> None:
    # The same arrangement under another name treats every firm alike.
    scenario = small().with_values(
        {"arrangement.twin": small().arrangement["plain"].model_dump(mode="python"),
         "experiment.arrangements": ["plain", "twin"]}
    )  # fmt: skip
    told: list[tuple[int, int]] = []
    found = find_firm(
        scenario, "lost", ("plain", "twin"), 1, lambda done, total: told.append((done, total))
    )
    assert (found.firm, found.replication) == (None, None)
    assert found.sentence() == (
        "Looked at 80 firms in replications 1 to 2: 0 live under twin alone, 0 under plain"
        " lending alone; no firm is lost under twin."
    )
    assert told == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("fate", "pair", "first", "words"),
    [
        ("rescued", PAIR, 0, "must be saved or lost"),
        ("saved", ("plain",), 0, "must name two"),
        ("saved", ("plain", "revenue_swop"), 0, "revenue_swap"),
        ("saved", PAIR, 3, "is not among the replications"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(fate, pair, first, words) -> None:
    with pytest.raises(ScenarioError, match=words):
        find_firm(small().with_values(HARSH), fate, pair, first)
