"""A settled opening: it stands on nothing that comes later, and goes on as if all were there."""

from dataclasses import fields
from functools import cache

import numpy as np
import pytest

from sim.engine.kernel import interpreted
from sim.engine.processes import run_world
from sim.engine.settled import Arrays, opening_of, plain_past, settle_down, world_from
from sim.engine.world import OF_FIRMS, World, new_world, paths_of
from sim.model.firms.flows import OPERATING
from sim.model.firms.record import ALIVE
from sim.scenario.scenario import Scenario
from tests.house.small import shipped

SMALL = {
    "population.firms": 60, "population.entry_rate": 0.1, "experiment.settling_years": 9.0,
    "experiment.warm_up_years": 1.0, "experiment.horizon_years": 2.0,
}  # fmt: skip


def settled(**values: object) -> Scenario:
    """Sixty firms that have settled for nine years; keys with __ for dots."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return shipped().with_values(SMALL | named)


def made(scenario: Scenario, replication: int = 0) -> Arrays:
    """An opening by interpreted rules."""
    return opening_of(settled_world(scenario, replication))


def settled_world(scenario: Scenario, replication: int = 0) -> World:
    """The world at the end of settling, by interpreted rules."""
    return settle_down(plain_past(scenario, replication), replication, interpreted())


@cache
def first() -> World:
    """The settled world of the first replication, to be read alone."""
    return settled_world(settled())


def same(a: Arrays, b: Arrays) -> bool:
    """Whether two openings have the same bits."""
    return a.keys() == b.keys() and all(
        part.shape == b[name].shape and differ(part, b[name]) == [] for name, part in a.items()
    )


def differ(a: np.ndarray, b: np.ndarray) -> list[str]:
    """Fields in which two arrays have other bits; one name for all of a plain one."""
    names = a.dtype.names or ("all",)
    return [
        name for name in names
        if (a[name] if a.dtype.names else a).tobytes()
        != (b[name] if a.dtype.names else b).tobytes()
    ]  # fmt: skip


def lived(w: World) -> World:
    """A world to the end of its horizon."""
    run_world(w, -1.0, w.scenario.experiment.horizon_years)
    return w


def uncut() -> Arrays:
    """The opening with every firm that ever entered."""
    w = first()
    arrays = {name: getattr(w, name) for name in OF_FIRMS}
    cut = opening_of(w)
    arrays |= {name: cut[name] for name in cut if name not in arrays}
    for name in ("left", "left_unpaid"):
        arrays[name] = np.zeros_like(cut[name])
    return arrays | {"book": w.book.rows}


def test_every_array_with_a_row_for_each_firm_is_known() -> None:
    w = new_world(settled(population__firms=370), 0, rules=interpreted())
    count = w.firms.shape[0]
    found = {
        f.name for f in fields(w) if getattr(getattr(w, f.name), "shape", (0,))[:1] == (count,)
    }
    assert found == set(OF_FIRMS)


@pytest.mark.full
def test_firms_that_are_gone_leave_no_row_and_change_nothing_for_the_others() -> None:
    cut, whole = opening_of(first()), uncut()
    assert 0 < cut["firms"].shape[0] < whole["firms"].shape[0]
    assert cut["book"].shape[0] < whole["book"].shape[0]
    a = lived(world_from(cut, settled(), 0, rules=interpreted()))
    b = lived(world_from(whole, settled(), 0, rules=interpreted()))
    stay = np.isin(b.firms["stream"], a.firms["stream"])
    rows = {"firm", "contract"}
    assert set(differ(a.firms, b.firms[stay])) <= rows
    assert differ(a.banks, b.banks) == differ(a.ledger.paid, b.ledger.paid) == []
    assert [row.tobytes() for _, row in a.panel] == [row.tobytes() for _, row in b.panel]
    assert a.book.rows["limit"][a.book.rows["date"] > -1.0].tobytes() == (
        b.book.rows["limit"][b.book.rows["date"] > -1.0].tobytes()
    )
    # Every identity held on the way, in both.
    assert a.ledger.checks == b.ledger.checks > 0
    assert a.ledger.residual < 1e-12


def test_contracts_and_firms_of_an_opening_point_at_each_other() -> None:
    arrays = opening_of(first())
    firms, book = arrays["firms"], arrays["book"]
    assert firms["firm"].tolist() == list(range(firms.shape[0]))
    held = firms["contract"] >= 0
    assert held.any()
    assert (book["firm"][firms["contract"][held]] == np.flatnonzero(held)).all()
    assert ((firms["status"] == ALIVE) | (arrays["posted"][:, OPERATING] == 0.0)).all()


LATER = [
    {"experiment.horizon_years": 5.0}, {"experiment.run_off_years": 1.0},
    {"experiment.footing": "equal_lending"}, {"experiment.replications": 7},
    {"arrangement.revenue_swap.limit.sales_share": 0.5}, {"macro.spell": []},
    {"equity_market.path": [{"years_from_start": 0.5, "winter": True}]},
    {"dated": {"underwriting.funding_rate": [{"years_from_start": -0.5, "value": 0.05}]}},
]  # fmt: skip


@pytest.mark.parametrize("values", LATER)
def test_nothing_that_comes_later_changes_what_is_lived(values: dict[str, object]) -> None:
    scenario = shipped().with_values(SMALL | values)
    assert plain_past(scenario, 0) == plain_past(settled(), 0)


def test_a_stated_path_begins_when_settling_has_ended() -> None:
    path = [{"years_from_start": -9.0, "regime": "bust"}]
    scenario = settled(macro__path=path)
    macro, _ = paths_of(scenario, 0)
    assert plain_past(scenario, 0).macro.opening == "bust"
    past, _ = paths_of(plain_past(scenario, 0), 0)
    assert [step for step in macro if step[0] < -1.0] == [s for s in past if s[0] < -1.0]
    assert macro[0][0] == -10.0
    assert len([date for date, _ in macro if date < -1.0]) > 1


@pytest.mark.full
def test_two_replications_share_no_firm_no_regime_and_no_book() -> None:
    one, two = made(settled(), 0), made(settled(), 1)
    assert not set(one["firms"]["quality"].tolist()) & set(two["firms"]["quality"].tolist())
    assert not set(one["book"]["sales"].tolist()) & set(two["book"]["sales"].tolist())
    assert paths_of(settled(), 0)[0][1:] != paths_of(settled(), 1)[0][1:]
    assert differ(one["banks"], two["banks"]) != []
    assert same(one, opening_of(first()))


def test_a_longer_settling_keeps_the_regimes_and_the_entrants_of_the_shorter() -> None:
    longer = settled(experiment__settling_years=20.0)
    assert paths_of(longer, 0)[0][-3:] == paths_of(settled(), 0)[0][-3:]
    w = new_world(plain_past(longer, 0), 0, rules=interpreted(), span=(-21.0, -1.0))
    ours = np.isin(w.firms["stream"], first().firms["stream"])
    assert w.next_time[ours].tobytes() == first().firms["birth"].tobytes()


def test_entries_go_on_at_the_same_rate_after_the_opening() -> None:
    w = world_from(opening_of(first()), settled(), 0, rules=interpreted())
    assert (w.next_time[w.firms["status"] == 0] >= -1.0).all()
    assert int((w.firms["status"] == 0).sum()) == 18


def test_dated_values_come_into_force_when_settling_has_ended() -> None:
    key = "underwriting.funding_rate"
    steps = [{"years_from_start": date, "value": 0.01 * -date} for date in (-5.0, -1.0, -0.5)]
    scenario = settled(dated={key: steps})
    w = world_from(opening_of(first()), scenario, 0, rules=interpreted())
    seen: dict[float, float] = {}

    def look(phase: str, w: World, date: float) -> None:
        if phase == "banks":
            seen[round(12 * date)] = float(w.common["funding_rate"][0])

    run_world(w, -1.0, 0.0, witness=look)
    assert {month: round(rate, 12) for month, rate in seen.items()} == {
        month: 0.01 if month < -6 else 0.005 for month in range(-11, 1)
    }
    settling = settle_down(plain_past(scenario, 0), 0, interpreted())
    assert settling.common.tobytes() == first().common.tobytes()


@pytest.mark.full
def test_what_firms_owe_by_quarter_adds_up_to_what_they_have_owed_in_all() -> None:
    """Nothing from before the start date is kept, and no quarter of the experiment is missing."""
    w = settled_world(settled())
    run_world(w, -1.0, 0.0)
    before = w.firms["cum_balance"].copy()
    run_world(w, 0.0, w.scenario.experiment.horizon_years)
    owed = np.zeros(len(w.firms))
    for one in w.lent:
        owed[one.firm] += one.balance_years
    since = w.firms["cum_balance"] - np.pad(before, (0, len(owed) - before.size))
    assert owed.max() > 1.0
    np.testing.assert_allclose(owed, since, rtol=1e-9, atol=1e-9)
    assert sum(one.years for one in w.lent) == w.scenario.experiment.horizon_years
