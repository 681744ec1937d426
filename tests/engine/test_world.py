"""The one mutable object: how a world begins, branches and is described."""

import numpy as np
import pytest

from sim.engine.committee import desk_of
from sim.engine.kernel import interpreted
from sim.engine.ledger import CUSTOMERS, FIRMS, SALES
from sim.engine.world import (
    account_banks_of,
    banks_at_start,
    firm_parameters,
    new_world,
    opening_firms,
    roster_of,
)
from sim.model.banks.desk import CUTS, JUDGED
from sim.model.firms.flows import PARTY_FLOWS
from sim.model.firms.record import BIRTH, UNBORN
from sim.scenario.scenario import Scenario
from tests.capital import with_one_weight
from tests.engine.hand import economy, pay, shipped, world

KEY = (1, 2)
ROWS = np.arange(2000, dtype=np.int64)


def many(**values):
    """The shipped economy with 2,000 firms that are never simulated."""
    return shipped().with_values({"population.firms": 2000} | values)


def with_banks(shares):
    """The same with banks of these market shares."""
    data = many().model_dump(mode="python")
    first = data["bank"]["state_bank_a"]
    data["bank"] = {name: first | {"market_share": share} for name, share in shares.items()}
    return Scenario.model_validate(data)


# --- Whom firms turn to --------------------------------------------------------------------


def test_each_firm_knows_every_bank_once():
    roster = roster_of(many(), KEY, ROWS)
    assert roster.shape == (2000, 6)
    assert np.all(np.sort(roster, axis=1) == np.arange(6))


def test_large_banks_come_first_in_proportion_to_their_market():
    roster = roster_of(with_banks({"large": 0.6, "middle": 0.3, "small": 0.1}), KEY, ROWS)
    first = np.bincount(roster[:, 0], minlength=3) / 2000.0
    assert first == pytest.approx([0.6, 0.3, 0.1], abs=0.035)
    # Among firms that turn to the small one first, the next goes by the shares of the others.
    after = roster[roster[:, 0] == 2, 1]
    assert (after == 0).mean() == pytest.approx(2.0 / 3.0, abs=0.1)


def test_a_further_bank_leaves_the_order_of_the_others_as_it_is():
    three = {"large": 0.5, "middle": 0.3, "small": 0.2}
    few = roster_of(with_banks(three), KEY, ROWS)
    halved = {name: 0.5 * share for name, share in three.items()}
    more = roster_of(with_banks(halved | {"new": 0.5}), KEY, ROWS)
    assert more[more != 3].reshape(few.shape).tolist() == few.tolist()
    assert np.all((more == 3).sum(axis=1) == 1)


def test_the_order_is_a_firms_own():
    few = roster_of(many(**{"population.firms": 50}), KEY, ROWS[:50])
    assert roster_of(many(), KEY, ROWS)[:50].tolist() == few.tolist()
    assert len({tuple(row) for row in few.tolist()}) > 20


def test_a_move_of_the_account_ends_at_each_bank_by_its_market_share_whatever_bank_it_leaves():
    scenario = with_banks({"large": 0.6, "middle": 0.3, "small": 0.1})
    first = roster_of(scenario, KEY, ROWS)[:, 0]
    drawn = account_banks_of(scenario, KEY, first, ROWS)
    assert drawn[:, 0].tolist() == first.tolist()
    for leaves in range(3):
        moved = drawn[first == leaves, 1]
        shares = np.bincount(moved, minlength=3) / moved.size
        # Three standard errors of a share of the firms that leave this bank.
        assert shares == pytest.approx([0.6, 0.3, 0.1], abs=1.5 / np.sqrt(moved.size))


def test_no_roster_is_longer_than_a_firm_can_have_lenders_and_one():
    shares = {f"bank_{n:02d}": 0.05 for n in range(20)}
    assert roster_of(with_banks(shares), KEY, ROWS).shape == (2000, 9)


# --- Who enters ----------------------------------------------------------------------------


def test_firms_wait_unborn_for_a_date_spread_over_history_and_horizon():
    firms, entry = opening_firms(many(), KEY, (-10.0, 15.0))
    assert set(firms.status) == {UNBORN}
    assert set(firms.next_event) == {BIRTH}
    assert firms.firm.tolist() == list(range(2000))
    assert -10.0 <= entry.min() < -9.9
    assert 14.9 < entry.max() <= 15.0
    assert entry.mean() == pytest.approx(2.5, abs=0.7)


def test_a_share_of_firms_exists_from_the_first_day():
    _, entry = opening_firms(many(**{"population.initial_share": 0.4}), KEY, (-10.0, 15.0))
    _, before = opening_firms(many(), KEY, (-10.0, 15.0))
    first = entry == -10.0
    assert first.mean() == pytest.approx(0.4, abs=0.05)
    assert entry[~first].tolist() == before[~first].tolist()


def test_sectors_and_home_banks_have_their_shares():
    scenario = many()
    firms, _ = opening_firms(scenario, KEY, (0.0, 1.0))
    for codes, shares in (
        (firms.sector, [sector.share for sector in scenario.sector.values()]),
        (firms.home, [bank.market_share for bank in scenario.bank.values()]),
    ):
        found = np.bincount(codes, minlength=len(shares)) / 2000.0
        assert found == pytest.approx(shares, abs=0.04)


def test_each_sector_has_one_row_of_parameters():
    rows = firm_parameters(many())
    assert rows.shape == (4,)
    assert len(set(rows.project_capex.tolist())) > 2


# --- Banks ---------------------------------------------------------------------------------


def test_money_of_banks_is_per_thousand_firms():
    rules = with_one_weight(ratio=0.1) | {"capital.endowment_multiple": 3.0}
    size = {"bank.city_bank_a.desk_risk_assets": 800.0, "bank.city_bank_a.surcharge": 0.0}
    banks = banks_at_start(many(**rules, **size))
    place = list(many().bank).index("city_bank_a")
    assert banks.equity[place] == banks.budget[place] == -banks.funding[place]
    # Three times a tenth of 800 for each thousand of firms.
    assert banks.equity[place] == pytest.approx(480.0, rel=1e-14)
    assert not np.any(banks.loans)


def test_a_copy_of_banks_shares_no_array():
    banks = banks_at_start(economy(2))
    other = banks.copy()
    for name in other.dtype.names:
        other[name] += 1.0
        assert not np.any(banks[name] == other[name]), name


def test_capital_and_budget_of_a_new_bank_are_not_the_same_array():
    banks = banks_at_start(economy(2))
    banks.equity += 1.0
    assert banks.budget.tolist() == [3.0, 3.0, 0.0]


# --- A world -------------------------------------------------------------------------------


def test_a_world_begins_with_its_history_under_plain_lending():
    scenario = many(**{"population.firms": 5, "experiment.warm_up_years": 7.0})
    w = new_world(scenario, 3, rules=interpreted())
    assert (w.name, w.replication, w.settled) == ("history", 3, -7.0)
    assert w.macro[0][0] == w.market[0][0] == -7.0
    assert (w.book.used, w.ledger.checks, w.panel, w.events) == (0, 0, [], [])
    assert (int(w.market_conditions.k0[0]), int(w.market_conditions.k1[0])) == w.key
    assert w.log.shape == (0,)
    assert w.where(1.5) == "year 1.50, history, replication 3"


@pytest.mark.parametrize("other", ["branch", "original"])
def test_a_branch_and_its_origin_go_their_own_ways(other):
    w = world(economy(2), cash=1.0)
    b = w.branch("plain")
    changed, kept = (b, w) if other == "branch" else (w, b)
    changed.firms.cash += 1.0
    changed.banks.loans += 1.0
    changed.market_conditions.setback += 1.0
    pay(changed.ledger, SALES, CUSTOMERS, FIRMS, 5.0)
    changed.panel.append((1.0, None))
    for name in (
        "next_time", "pending", "posted", "lender", "share", "by_bank", "total",
        "history_precision", "history_sum", "ordinal", "believed_default", "cursor",
    ):  # fmt: skip
        getattr(changed, name)[:] += 1
        assert not np.any(getattr(changed, name) == getattr(kept, name)), name
    assert kept.firms.cash.tolist() == [1.0] * 3
    assert kept.banks.loans.tolist() == [0.0] * 3
    assert (kept.market_conditions.setback.tolist(), kept.panel) == ([1.0], [])
    assert not kept.ledger.paid.any()


def test_a_branch_takes_a_name_an_arrangement_and_no_decisions():
    w = world(economy())
    w.decisions.append("an old one")
    b = w.branch("revenue_swap")
    assert (b.name, b.decisions, b.imposed) == ("revenue_swap", [], None)
    assert [item.arrangement for item in b.menu] == [w.scenario.arrangement["revenue_swap"]]
    assert b.key == w.key
    assert b.roster.tolist() == w.roster.tolist()


@pytest.mark.parametrize(("regime", "bust"), [("boom", 0), ("bust", 1)])
def test_bad_times_are_those_with_more_setbacks(regime, bust):
    stated = {"macro.path": [{"years_from_start": -99.0, "regime": regime}]}
    assert world(economy(values=stated)).market_conditions.bust.tolist() == [bust]


def test_what_the_log_holds_is_moved_to_the_events_once():
    w = world(economy(), cash=1.0)
    w.advance(0.25)
    assert [len(part) for part in w.events] == [3]
    w.keep_events()
    assert (len(w.events), w.cursor[0]) == (1, 0)
    w.advance(0.5)
    assert w.events[0]["date"].tolist() == [0.25] * 3
    assert w.events[1]["date"].tolist() == [0.5] * 3


def test_a_small_log_is_emptied_as_often_as_it_fills():
    long, short = world(economy(), cash=1.0), world(economy(), cash=1.0)
    short.log = short.log[:9].copy()
    for w in (long, short):
        w.advance(12.0)
    assert len(short.events) > 10
    assert np.concatenate(short.events).tolist() == np.concatenate(long.events).tolist()


# --- What rules of banks read --------------------------------------------------------------


def test_conditions_stand_by_the_code_of_a_contract_with_plain_lending_first():
    w = world(economy(3), "consortium")
    assert (w.terms.shape, w.admission.shape) == ((2,), (2, 2))
    assert (w.terms.joint.tolist(), w.terms.members.tolist()) == ([0, 1], [1, 3])
    assert w.terms.address.tolist() == [0, w.menu[0].address]
    assert w.by_terms.shape == (2, len(PARTY_FLOWS))


def test_a_branch_has_the_conditions_of_its_own_menu():
    w = world(economy(3), "consortium")
    assert w.branch("plain").terms.shape == (1,)
    assert w.branch("revenue_swap").terms.joint.tolist() == [0, 0]
    assert w.terms.joint.tolist() == [0, 1]


def test_decisions_are_remembered_apart_from_the_arrays_that_hold_them():
    w = world(economy())
    d = desk_of(w, 3)
    d.judged_who[:2], d.judged_lead[:2], d.cut_who[0], d.cut_retained[0] = [2, 0], [1, 0], 1, 0.5
    w.tally[JUDGED], w.tally[CUTS] = 2, 1
    w.remember(d, 0, 0.25)
    # The next meeting writes into the same arrays; one of a branch does not.
    for column in (d.judged_who, d.judged_lead, d.cut_who, d.cut_retained):
        column[:] = 9
    assert desk_of(w, 2).cut_who.tolist() == [9] * 3
    assert desk_of(w.branch("plain"), 2).cut_who.tolist() == [0] * 2
    (judged, _, who, lead), (cut, date, lost, kept) = w.decisions
    assert (judged, who.tolist(), lead.tolist()) == ("judge", [2, 0], [1, 0])
    assert (cut, date, lost.tolist(), kept[:, 0].tolist()) == ("reduction", 0.25, [1], [0.5])
