"""Banks that know a firm bid for its loan: one charges the cap, many what the loan costs."""

from typing import Any

import numpy as np
import pytest

from sim.model.banks.application import asks_renewal
from sim.model.banks.credit_decision import default_probability
from sim.model.banks.desk import Desk
from sim.model.banks.offer_rate import highest_rate
from sim.model.banks.tender import DEAREST_MOVE, cost_of_moving, make_offer
from sim.model.firms.record import ASK_FUNDS, ASK_RENEWAL
from tests.model.banks.three import (
    applicant,
    banks,
    conditions,
    desk,
    known,
    offer,
    rules,
)

CASH_FLOW = {"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.1}
CLUB = {
    "limit": CASH_FLOW, "screening": {"kind": "pooled"},
    "loss_sharing": {"kind": "proportional", "shares": [0.5, 0.3, 0.2]},
}  # fmt: skip
EQUAL = {name: {"cap_factor": 1.0} for name in ("north", "south", "west")}
# Quality decides, errors are half shared, and good firms are worth having at the cap.
MARKET = {
    "quality_slope": 0.8, "error_correlation": 0.5, "policy_subsidy_rate": 0.0,
    "operating_cost": (0.0,) * 4, "funding_rate": 0.009,
}  # fmt: skip


def tendered(
    a: Any, k: Any = None, lenders: Any = EQUAL, full: tuple[int, ...] = (), **values: Any
) -> tuple[Any, Desk]:
    """What equal banks offer, by default plain, and the desk on which they bid."""
    k, u, rows = known(k, rules(**MARKET | values), banks(**lenders))
    o, d = (
        offer(full_banks=len(full), full=full),
        desk(len(rows), terms=[k], rules=[u], banks=rows),
    )
    make_offer(o, a, 0, d)
    return o, d


def growing(quality: float = 0.5, **fields: Any) -> Any:
    """The growing firm, whose line a single bank may lend, as good as it looks."""
    return applicant(1, **{"tangible": 12.0, "quality": quality, "prior": 0.0} | fields)


# --- How many bid ------------------------------------------------------------------------


def test_the_only_bank_charges_the_cap_and_each_further_one_makes_it_cheaper() -> None:
    a = growing()
    rates = [tendered(a, known_banks=count)[0].rate for count in (1, 2, 3)]
    assert rates[0] == highest_rate(a, rules()) == pytest.approx(0.036)
    # Where all see the same, a third that is as good adds caution; it cannot make it dearer.
    assert rates[0] > rates[1]
    assert rates[0] > rates[2]


def test_where_all_see_the_same_a_loan_costs_what_it_costs_them() -> None:
    o, _ = tendered(growing(), error_correlation=1.0)
    alone, _ = tendered(growing(), known_banks=1)
    assert alone.surplus[0] > 0.003
    assert o.surplus[0] == pytest.approx(0.0, abs=1e-6)
    assert o.rate == pytest.approx(alone.rate - alone.surplus[0], abs=1e-6)
    assert (o.lenders, o.line, alone.line) == (1, 6.0, 6.0)


def test_a_winner_is_paid_as_a_dearer_runner_up_asks() -> None:
    # Capital at a tenth costs North two thousandths more, and West more than the cap.
    dear = EQUAL | {"north": {"required_ratio": 0.12}, "west": {"required_ratio": 0.9}}
    o, d = tendered(growing(home=1), lenders=dear, quality_slope=0.0)
    assert [b.enters for b in d.bidders[:3]] == [1, 1, 0]
    assert o.lender[0] == 1
    assert o.rate == d.bidders[1].bid
    more = (0.12 - 0.1) * (0.1 - 0.009)
    assert o.surplus[0] == pytest.approx(more / (1.0 - 0.02))


# --- What policy tells them to tolerate ----------------------------------------------------

# Nothing is lost, and a lender needs a cent for its capital beside what the loan costs to run.
SURE = conditions(belief={"default_probability": (0.0,) * 4})
TOLD = {
    "quality_slope": 0.0, "funding_rate": 0.0, "screening_cost": 0.0,
    "policy_subsidy_rate": 0.02, "bust_factor": 1.0,
}  # fmt: skip


def told(cost: float, k: Any = SURE, **values: Any) -> tuple[Any, Desk]:
    """What is offered in a bust to the growing firm, whose loan needs 0.01 and `cost` a year."""
    return tendered(growing(bust=1), k, operating_cost=(cost,) * 4, **TOLD | values)


@pytest.mark.parametrize("tightening", [0.0, 0.005])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize(("cost", "short"), [(0.0, 0.0), (0.02, 0.0), (0.026, 0.0), (0.036, 0.01)])
def test_the_parent_pays_what_a_loan_falls_short_at_the_cap_and_no_more(
    cost: float, short: float, count: int, tightening: float
) -> None:
    o, _ = told(cost, known_banks=count, bust_tightening_rate=tightening)
    assert (o.made, o.lenders) == (1, 1)
    assert o.shortfall[0] == pytest.approx(short, abs=1e-15)
    # What banks would tolerate makes no loan cheaper: alone they charge the cap, else the cost.
    dearest = highest_rate(growing(), rules())
    needed = dearest if count == 1 else min(dearest, 0.01 + cost + tightening)
    assert o.rate == pytest.approx(needed, abs=1e-15)


def test_beyond_what_is_tolerated_nobody_lends() -> None:
    for k in (SURE, conditions(**CLUB, belief={"default_probability": (0.0,) * 4})):
        for cost, made in ((0.0459, 1), (0.0461, 0)):
            o, _ = told(cost, k, bust_tightening_rate=0.0)
            assert o.made == made
    assert told(0.0359, bust_tightening_rate=0.01)[0].made == 1
    assert told(0.0361, bust_tightening_rate=0.01)[0].made == 0


def test_each_partner_of_a_club_is_paid_its_own_shortfall() -> None:
    club = conditions(**CLUB, belief={"default_probability": (0.0,) * 4}).copy()
    club["coordination_cost"] = 0.0
    # Of what North needs for its capital, the others need a half and nothing.
    lenders = EQUAL | {"south": {"required_ratio": 0.05}, "west": {"required_ratio": 0.0}}
    o, _ = tendered(growing(), club, lenders, operating_cost=(0.031,) * 4, **TOLD)
    assert o.lender[:3].tolist() == [1, 0, 2]
    assert o.shortfall[:3] == pytest.approx([0.0, 0.005, 0.0], abs=1e-15)
    assert o.rate == highest_rate(growing(), rules())


# --- What they believe -------------------------------------------------------------------


def test_price_rises_with_believed_default_up_to_the_cap_and_beyond_it_nobody_lends() -> None:
    found = [tendered(growing(quality))[0] for quality in np.linspace(2.0, -3.0, 26)]
    made = [int(o.made) for o in found]
    rates = [float(o.rate) for o in found if o.made == 1]
    assert 1 in made
    assert made == sorted(made, reverse=True)
    assert made[-1] == 0
    assert rates == sorted(rates)
    assert len(set(rates)) > 5
    assert rates[-1] < highest_rate(growing(), rules())


def test_who_is_alone_in_thinking_well_of_a_firm_is_paid_the_cap(luck: dict[int, float]) -> None:
    luck |= {1: 0.9999, 2: 0.1, 3: 0.1}
    o, d = tendered(growing(-0.5), error_correlation=0.0)
    assert [b.enters for b in d.bidders[:3]] == [0, 1, 0]
    assert (o.made, o.lender[0], o.moves) == (1, 0, 0)
    assert o.rate == highest_rate(growing(), rules())


def test_to_win_is_bad_news_and_to_be_alone_is_none() -> None:
    for count, worse in ((1, False), (2, True), (3, True)):
        o, d = tendered(growing(), known_banks=count)
        own = default_probability(
            growing(), d.terms[0], d.rules[0], o.quality[0], o.variance[0], False
        )
        assert (o.default[0] > own * (1.0 + 1e-9)) == worse
    assert tendered(growing(), known_banks=1)[0].default[0] == pytest.approx(
        default_probability(
            growing(), conditions(), rules(**MARKET), o.quality[0], o.variance[0], False
        )
    )


def test_a_file_of_its_own_bank_curses_others() -> None:
    # All judge the firm alike; the more of it the own bank has from its file, the less of the
    # others' bid is left where they win.
    bids = []
    for precision in (0.0, 1.0, 4.0, 16.0):
        a = growing(
            history_precision=precision, history_sum=0.5 * precision, credit_years=precision
        )
        _, d = tendered(a, known_banks=2, setback_seen_share=0.0)
        assert d.bidders[0].file_precision == precision
        assert d.bidders[1].file_precision == 0.0
        bids.append(float(d.bidders[1].default))
    assert bids == sorted(bids)
    assert bids[-1] > 1.1 * bids[0]


def test_a_firm_that_its_own_bank_will_not_have_may_be_won_by_another() -> None:
    bad = growing(1.0, history_precision=8.0, history_sum=-12.0)
    o, d = tendered(bad)
    assert d.bidders[0].enters == 0
    assert (o.made, o.lender[0] != 1) == (1, True)
    assert o.moves == 0
    assert tendered(growing(1.0, limit=1.0, balance=0.5))[0].moves == 0


# --- A club ------------------------------------------------------------------------------


def test_banks_that_lend_together_charge_the_cap_and_do_not_underbid_each_other() -> None:
    a = growing(1.0)
    apart, _ = tendered(a, conditions(limit=CASH_FLOW))
    together, _ = tendered(a, conditions(**CLUB))
    assert apart.made == together.made == 1
    assert together.rate == highest_rate(a, rules())
    assert apart.rate < together.rate - 0.001
    assert together.share[:3] == pytest.approx([0.5, 0.3, 0.2])


def test_a_club_of_one_is_the_only_bank() -> None:
    one = conditions(
        limit=CASH_FLOW, loss_sharing={"kind": "proportional", "shares": [0.99, 0.01]}
    )
    alone, _ = tendered(growing(), conditions(limit=CASH_FLOW), known_banks=1)
    club, _ = tendered(growing(), one)
    assert club.rate == alone.rate


# --- Moving ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({"limit": 0.0}, 0.0),
        # Two in a thousand of the line, over two years, by what is owed.
        ({"limit": 10.0, "balance": 5.0, "request": ASK_RENEWAL}, 0.002 * 10.0 / 10.0),
        # With what breaking the agreement costs while it runs.
        ({"limit": 10.0, "balance": 5.0, "request": ASK_FUNDS}, 0.008 * 10.0 / 10.0),
        ({"limit": 10.0, "balance": 0.0, "request": ASK_RENEWAL}, DEAREST_MOVE),
    ],
)
def test_moving_costs_by_what_is_owed(fields: dict[str, Any], cost: float) -> None:
    bound = conditions(commitment={
        "kind": "agreement", "promised_move_hazard": 0.1, "break_cost_share": 0.006,
    })  # fmt: skip
    a = applicant(switching_cost_weight=1.0, **fields)
    assert cost_of_moving(a, desk(terms=[bound])) == pytest.approx(cost)


def test_a_bank_keeps_its_client_and_charges_what_moving_would_cost() -> None:
    owing = {"limit": 6.0, "balance": 3.0, "request": ASK_RENEWAL, "switching_cost_weight": 1.0}
    free, _ = tendered(growing(switching_cost_weight=1.0), quality_slope=0.0)
    kept, _ = tendered(growing(**owing), quality_slope=0.0)
    assert asks_renewal(growing(**owing))
    assert (kept.lender[0], kept.moves) == (1, 0)
    assert kept.rate == pytest.approx(free.rate + 0.002 * 6.0 / (2.0 * 3.0))


@pytest.mark.parametrize(("balance", "moves"), [(5.0, 1), (6.5, 0)])
def test_who_takes_over_a_balance_must_lend_as_much(balance: float, moves: int) -> None:
    owing = {"limit": 8.0, "balance": balance, "request": ASK_RENEWAL}
    refusing = EQUAL | {"south": {"required_ratio": 0.9}}
    o, _ = tendered(growing(**owing), lenders=refusing)
    assert (o.made, o.moves) == (moves, moves)


# --- Room and luck -----------------------------------------------------------------------


def test_a_bank_that_had_no_room_is_no_rival() -> None:
    without, d = tendered(growing(), full=(0,))
    two, _ = tendered(growing(roster=(2, 1, 0)), known_banks=2)
    assert [b.enters for b in d.bidders[:3]] == [1, 0, 1]
    assert without.rate == two.rate
    assert tendered(growing(), full=(0, 1, 2))[0].made == 0


def test_banks_see_the_same_whatever_is_offered_and_whoever_bids(luck: dict[int, float]) -> None:
    luck |= {0: 0.4, 1: 0.3, 2: 0.8, 3: 0.6}
    seen: dict[int, set[float]] = {}
    for k in (conditions(), conditions(limit=CASH_FLOW), conditions(**CLUB)):
        for count in (1, 2, 3):
            o, d = tendered(growing(0.3), k, known_banks=count)
            judged = [o] if k.joint == 1 else d.bids[: d.auction[0].bidders]
            for one in judged:
                for j in range(one.lenders):
                    seen.setdefault(int(one.lender[j]), set()).add(float(one.news[j]))
    assert sorted(seen) == [0, 1, 2]
    assert all(len(values) == 1 for values in seen.values())


def test_a_line_that_no_bank_bothers_with_is_not_bid_for() -> None:
    o, d = tendered(growing(tangible=0.5))
    assert o.made == 0
    assert [b.enters for b in d.bidders[:3]] == [0, 0, 0]
