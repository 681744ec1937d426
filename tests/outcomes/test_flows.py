"""Flows of firms and of money are those of the records and of the ledger."""

from functools import cache

import numpy as np
import pytest

from sim.engine.history import STATES, History, Page
from sim.engine.ledger import PARTIES
from sim.engine.world import World
from sim.experiment.simulate import freeze, worlds
from sim.model.firms.record import STAGES
from sim.outcomes.reading import of_stage
from sim.outcomes.series import MOVED, PAID, checkpoints, payments, stage_flows
from tests.experiment.small import tiny
from tests.outcomes import tiny as hand

CODE = {name: code for code, name in enumerate(STATES)}


@cache
def lived(run_off: float = 0.0) -> tuple[tuple[World, History], ...]:
    """Three years after two years of history, of two arrangements."""
    scenario = tiny(
        population__firms=150, population__initial_share=0.5, experiment__warm_up_years=2.0,
        experiment__horizon_years=3.0, experiment__run_off_years=run_off,
        # Desks lend to firms on the register; all of these stay there.
        sme_register__sales_cap=1e9, sme_register__asset_cap=1e9, sme_register__staff_cap=1e9,
    )  # fmt: skip
    return tuple((w, freeze(w)) for w in worlds(scenario, 0))


def flows(history: History) -> dict[tuple[str, str], np.ndarray]:
    found = {}
    for name, _, _, value in stage_flows(history):
        source, target = name.removeprefix(MOVED).split(">")
        found[source, target] = value
    return found


def paid(history: History) -> dict[tuple[str, str, str], float]:
    found = {}
    for name, _, _, value in payments(history):
        account, payer, payee = name.removeprefix(PAID).split(":")
        found[account, payer, payee] = float(value[0])
    return found


def page(date: float, *states: str, **money: float) -> Page:
    paid = {account: np.zeros((len(PARTIES), len(PARTIES))) for account in money}
    for account, amount in money.items():
        paid[account][PARTIES.index("firms"), PARTIES.index("banks")] = amount
    return Page(
        date, np.array([CODE[name] for name in states], np.int8), paid,
        np.full(len(states), -1), np.zeros(len(states)), *hand.sizes(len(states)),
    )  # fmt: skip


def test_firms_are_counted_by_where_they_stood_and_stand():
    pages = (
        page(0.0, "startup", "growth", "unborn", "closed"),
        page(1.0, "growth", "growth", "closed", "closed"),
        page(2.0, "growth", "listed", "closed", "closed"),
    )
    found = flows(hand.history(pages=pages, horizon=2.0, end=2.0))
    assert {key: value.tolist() for key, value in found.items()} == {
        ("startup", "growth"): [1.0, 0.0], ("growth", "growth"): [1.0, 1.0],
        ("unborn", "closed"): [1.0, 0.0], ("growth", "listed"): [0.0, 1.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("horizon", "dates"),
    [(3.0, [0, 1, 2, 3]), (15.0, [0, 3, 6, 9, 12, 15]), (17.0, [0, 4, 8, 12, 16, 17]),
     (0.5, [0, 0.5])],
)  # fmt: skip
def test_flows_are_told_over_a_few_equal_periods(horizon: float, dates: list[float]):
    pages = tuple(page(date, "startup") for date in [*np.arange(0.0, horizon), horizon, 20.0])
    history = hand.history(pages=pages, horizon=horizon, end=20.0)
    assert [one.date for one in checkpoints(history)] == dates


@pytest.mark.parametrize("which", [0, 1])
def test_flows_lead_from_the_stock_of_one_date_to_that_of_the_next(which: int):
    _, history = lived()[which]
    found = flows(history)
    for code, stage in enumerate(STAGES):
        stock = of_stage(history, "count", code)
        at = [int(np.flatnonzero(np.isclose(history.dates, year))[0]) for year in range(4)]
        into = sum(value for (_, target), value in found.items() if target == stage)
        out = sum(value for (source, _), value in found.items() if source == stage)
        np.testing.assert_array_equal(into, stock[at[1:]])
        np.testing.assert_array_equal(out, stock[at[:-1]])
    assert sum(value.sum() for (source, _), value in found.items() if source == "unborn") > 0


@pytest.mark.parametrize("which", [0, 1])
def test_payments_are_what_the_ledger_has_gained_since_the_start(which: int):
    w, history = lived()[which]
    opening = sum(history.pages[0].paid.values())
    assert np.any(opening[PARTIES.index("firms")] != 0.0)
    found = paid(history)
    for place, party in enumerate(PARTIES):
        net = sum(value for (_, _, payee), value in found.items() if payee == party)
        net -= sum(value for (_, payer, _), value in found.items() if payer == party)
        before = opening[:, place].sum() - opening[place].sum()
        now = w.ledger.parties[place]
        gained = float(now.received - before)
        assert net == pytest.approx(gained, rel=1e-9, abs=float(1e-9 * now.turned))
    banks = float(history.flow("interest").sum())
    assert found["interest", "firms", "banks"] == pytest.approx(banks, rel=1e-9)


def test_what_is_paid_in_the_run_off_does_not_count():
    (_, short), (_, long) = lived()[0], lived(1.0)[0]
    assert long.pages[-1].date == 4.0
    # The horizon is a settlement like others: what was paid up to it is the same.
    assert paid(long) == pytest.approx(paid(short))


def test_a_payment_the_other_way_is_negative():
    pages = (page(0.0, "startup", fee=5.0), page(1.0, "startup", fee=2.0))
    assert paid(hand.history(pages=pages)) == {("fee", "firms", "banks"): -3.0}


def test_a_world_without_pages_has_no_flows():
    assert not list(payments(hand.empty()))
    assert not list(stage_flows(hand.empty()))
