"""The clock of a firm: straight lines between events, and exactly what comes next."""

import pytest

from sim.model.firms import record as r
from sim.model.firms.board import Board, packed_boards
from sim.model.firms.clock import accrue, contract_date, refresh, schedule, set_speeds
from sim.model.firms.record import ask, note
from tests.model.firms.hand import Diary, borrower, firm, market, quiet, rules


def flowing(**values):
    """A borrower with a million of everything a year."""
    lines = {
        "cash": 10.0, "flow": -2.0, "sales": 3.0, "cost": 1.0, "invest": 0.5, "royalty": 0.25,
        "delivery": 0.125, "fee_rate": 0.01, "refinanced": 0.5, "now": 1.0,
    }  # fmt: skip
    return borrower(**(lines | values))


def test_everything_moves_along_its_straight_line():
    f = flowing()
    accrue(f, rules(deposit_margin=0.0, settlement_fee_share=0.0, guarantee_fee_rate=0.0), 3.0)
    for name, value in {
        "now": 3.0, "cash": 6.0, "cum_sales": 6.0, "cum_cost": 2.0, "cum_invest": 1.0,
        "cum_interest": 0.4, "cum_balance": 10.0, "cum_fee": 0.1, "cum_refinanced": 5.0,
        "cum_royalty": 0.5, "cum_delivery": 0.25, "cum_business": 0.0, "cum_loan_account": 0.0,
        "credit_years": 2.0,
    }.items():  # fmt: skip
        assert f[name] == pytest.approx(value), name


def test_two_steps_end_where_one_step_ends():
    p, whole, halves = rules(), flowing(), flowing()
    accrue(whole, p, 3.0)
    accrue(halves, p, 1.75)
    accrue(halves, p, 3.0)
    for name in whole.dtype.names:
        assert halves[name] == pytest.approx(whole[name]), name
    assert whole.cum_business > whole.cum_loan_account > 0.0


@pytest.mark.parametrize(
    ("contract", "limit", "years"), [(-1, 0.0, 0.0), (0, 10.0, 2.0), (0, 0.0, 0.0)]
)
def test_banks_earn_on_any_firm_and_credit_counts_while_there_is_a_line(contract, limit, years):
    f = flowing(contract=contract, limit=limit)
    accrue(f, rules(), 3.0)
    assert f.credit_years == years
    assert f.cum_business > 0.0


def test_each_threshold_is_used_up_at_the_speed_of_its_own_hazard():
    f = firm()
    f.left[:], f.speed[r.FAILURE], f.speed[r.ROUND] = 1.0, 0.25, 2.0
    accrue(f, rules(), 2.0)
    expected = [1.0] * r.N_CAUSES
    expected[r.FAILURE], expected[r.ROUND] = 0.5, -3.0
    assert f.left.tolist() == expected


def test_refreshing_sets_every_hazard_from_the_present_state():
    p = rules(
        progress_hazard=[0.1] * 4, setback_hazard=[0.2] * 4, failure_hazard=[0.3] * 4,
        acquisition_hazard=[0.4] * 4, regress_hazard=[0.5] * 4, offer_hazard=[0.6] * 4,
        round_hazard=[0.7] * 4, listing_hazard=[0.8] * 4,
        **packed_boards({"any": Board(age=0.0, value=0.0)}),
        recovery_hazard=0.9, diversion_hazard=0.05, monitoring_effect=0.0,
        account_move_hazard=0.11, main_bank_hazard=0.05, departure_hazard=0.12,
        departure_age=0.0,
    )  # fmt: skip
    f = borrower(
        stage=1, venture=1, seeks_round=1, value=10.0, balance=5.0, cash=9.0, wind_up=0.13
    )
    set_speeds(f, p, market())
    expected = [0.1, 0.2, 0.0, 0.3, 0.8, 0.4, 0.7, 0.6, 0.025, 0.5, 0.16, 0.12, 0.13]
    assert f.speed.tolist() == pytest.approx(expected)


@pytest.mark.parametrize(("cash", "low"), [(1.0, 1), (1.02, 1), (1.1, 0)])
def test_a_firm_stops_looking_for_investors_once_its_runway_is_clearly_long_enough(cash, low):
    # A drain of one million a year; it looks below one year and stops five percent above.
    f = firm(cash=cash, seeks_round=1)
    refresh(f, quiet(burn=1.0, raise_below_runway=1.0), market())
    assert f.seeks_round == low


# --- What comes next -----------------------------------------------------------------------


def following(f, p=None):
    """Name and date of the next event."""
    date = schedule(f, rules(raise_below_runway=0.5) if p is None else p)
    return r.EVENT_NAMES[int(f.next_event)], float(date)


def test_without_anything_else_the_quarter_comes_next():
    assert following(firm(quarter=5)) == ("quarter", 1.25)


def test_the_cause_that_uses_up_its_threshold_first_comes_first():
    f = firm(quarter=40)
    f.left[:] = 1.0
    f.speed[r.FAILURE], f.speed[r.ACQUISITION] = 0.5, 0.4
    assert following(f) == ("technical failure", 2.0)
    f.left[r.ACQUISITION] = 0.6
    assert following(f) == ("acquisition", pytest.approx(1.5))


def test_a_cause_without_hazard_never_comes_however_little_is_left():
    f = firm(quarter=3)
    f.left[:] = 0.0
    assert following(f) == ("quarter", 0.75)


@pytest.mark.parametrize(
    ("state", "event", "date"),
    [
        ({"cash": 6.0, "flow": -3.0}, "runway short", 2.5),
        ({"cash": 6.0, "flow": -3.0, "seeks_round": 1}, "cash exhausted", 3.0),
        ({"cash": -1.0, "flow": -3.0, "seeks_round": 1}, "cash exhausted", 1.0),
        ({"cash": -1.0, "flow": -3.0, "arrears": 1, "arrears_end": 1.1}, "end of arrears", 1.1),
        ({"cash": 6.0, "flow": 3.0}, "quarter", 10.0),
        ({"project": 1, "deadline": 1.75}, "project deadline", 1.75),
        ({"deadline": 1.75}, "quarter", 10.0),  # nobody waits for money
        ({"arrears_end": 1.1}, "quarter", 10.0),
    ],
)
def test_dates_of_money_and_projects(state, event, date):
    assert following(firm(now=1.0, quarter=40, **state)) == (event, pytest.approx(date))


@pytest.mark.parametrize(
    ("terms", "event", "date"),
    [
        ({"maturity": 2.0}, "loan matures", 2.0),
        ({"review": 2.0, "maturity": 3.0}, "yearly review", 2.0),
        ({"step": 1.5, "review": 2.0}, "rate steps up", 1.5),
        ({"call": 1.2, "step": 1.5}, "loan called", 1.2),
        ({"call": 1.2, "arrears": 1, "arrears_end": 9.0}, "end of arrears", 9.0),
        ({"expiry": 2.0, "right": r.WARRANT}, "right expires", 2.0),
        ({"expiry": 2.0}, "quarter", 10.0),
        ({"anniversary": 1.5, "expiry": 2.0, "right": r.SWAP}, "anniversary of the right", 1.5),
        ({"right": r.ROYALTY, "royalty": 0.5, "royalty_cap": 1.0}, "royalty paid in full", 3.0),
    ],
)
def test_dates_of_a_contract(terms, event, date):
    f = borrower(now=1.0, quarter=40, cash=1.0, **terms)
    assert following(f) == (event, date)


def test_a_right_keeps_its_dates_after_the_loan_is_gone_and_a_loan_does_not():
    terms = {"now": 1.0, "quarter": 40, "contract": -1, "maturity": 1.5}
    assert following(firm(**terms, right=r.NO_RIGHT)) == ("quarter", 10.0)
    assert following(firm(**(terms | {"maturity": r.NEVER}), right=r.WARRANT, expiry=2.0)) == (
        "right expires", 2.0,
    )  # fmt: skip


def test_a_later_date_leaves_what_was_found():
    assert contract_date(borrower(maturity=5.0), 4.0, r.QUARTER) == (4.0, r.QUARTER)


def test_what_is_overdue_happens_now_and_not_in_the_past():
    f = borrower(now=3.0, quarter=40, call=2.0)
    assert following(f) == ("loan called", 3.0)
    f = firm(now=3.0, quarter=40)
    f.left[r.FAILURE], f.speed[r.FAILURE] = -0.1, 0.5
    assert following(f) == ("technical failure", 3.0)


# --- Log and requests ----------------------------------------------------------------------


@pytest.mark.parametrize("kept", [0, 1])
def test_the_log_is_written_where_one_is_kept(kept):
    diary = Diary(4)
    diary.cursor[1] = kept
    note(firm(), 1.5, r.DRAWN, 2.0, *diary.both)
    assert diary.cursor[0] == kept
    row = diary.log[0]
    assert (row.date, row.firm, row.event, row.value) == (
        (1.5, 1, r.DRAWN, 2.0) if kept else (0,) * 4
    )


def test_a_further_request_joins_the_first_and_keeps_its_date():
    f = firm()
    ask(f, 1.0, r.ASK_REVIEW)
    ask(f, 2.0, r.ASK_FUNDS)
    assert (f.request, f.request_date) == (r.ASK_REVIEW | r.ASK_FUNDS, 1.0)
    f.request = 0
    ask(f, 3.0, r.ASK_OFFER)
    assert (f.request, f.request_date) == (r.ASK_OFFER, 3.0)
