"""What each event does to a firm."""

import math

import pytest

from sim.model.firms import record as r
from sim.model.firms.events import leave, on_cause, on_schedule, tidy
from sim.model.firms.failure import close, divert, stop
from tests.model.firms.hand import Diary, borrower, firm, market, quiet, rules


def caused(f, p, cause, t=1.0, c=None):
    """Let one cause happen; what was logged."""
    diary = Diary()
    on_cause(f, p, market() if c is None else c, t, cause, *diary.both)
    return diary.told


def dated(f, p, event, t=1.0):
    """Let one dated event happen; what was logged."""
    diary = Diary()
    on_schedule(f, p, market(), t, event, *diary.both)
    return diary.told


# --- Competing causes ----------------------------------------------------------------------


def test_progress_opens_a_project_where_the_trial_succeeds():
    f = firm(scale=10.0)
    p = rules(
        project_capex=0.3, working_capital=0.2, project_share=0.5, growth_at_birth=0.4,
        progress_hazard=[0.1] * 4, project_wait=0.5,
    )  # fmt: skip
    assert caused(f, p, r.PROGRESS) == []
    assert (f.project, f.demand, f.deadline, f.status) == (1, 10.0, 1.5, r.ALIVE)


@pytest.mark.parametrize(
    ("closes", "told", "status"),
    [(0.0, ["trial failed"], r.ALIVE), (1.0, ["trial failed"], r.FAILED_TECHNICAL)],
)
def test_a_failed_trial_sets_back_or_closes(closes, told, status):
    f = firm()
    assert caused(f, rules(success_share=[0.0] * 4, trial_closes_share=closes), r.PROGRESS) == told
    assert f.status == status
    assert f.setback == (status == r.ALIVE)


def test_setback_and_recovery_undo_each_other_in_part():
    f, p = firm(), rules(setback_scale_factor=0.5, setback_regain_share=1.0)
    caused(f, p, r.SETBACK)
    assert (f.setback, f.log_scale) == (1, math.log(0.5))
    caused(f, p, r.RECOVERY)
    assert (f.setback, f.log_scale) == (0, 0.0)


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (r.FAILURE, r.FAILED_TECHNICAL), (r.DIVERSION, r.FAILED_DIVERSION),
        (r.LISTING, r.LISTED), (r.ACQUISITION, r.ACQUIRED),
    ],
)  # fmt: skip
def test_four_causes_end_a_firm_each_in_its_own_way(cause, status):
    f = firm(cash=1.0, value=10.0)
    caused(f, rules(), cause, t=2.5)
    assert (f.status, f.end) == (status, 2.5)


def test_a_round_brings_cash_a_new_value_and_may_pull_the_trigger():
    p = quiet(
        valuation_multiple=[50.0] * 4, valuation_exponent=1.0, valuation_quality_slope=0.0,
        non_venture_value_factor=1.0, raise_for_years=2.0, delivery_cost=1.0,
    )  # fmt: skip
    f = firm(
        value=10.0, flow=-1.0, right=r.SWAP, stake=0.25, exercise_amount=2.0, trigger=40.0,
        expiry=9.0,
    )  # fmt: skip
    asleep = f.copy()
    asleep.deliver = 1
    assert caused(f, p, r.ROUND) == ["right exercised"]
    assert (f.cash, f.rounds, f.value) == (4.0, 1, 50.0)
    assert caused(asleep, p, r.ROUND) == []
    assert (asleep.cash, asleep.right) == (2.0, r.SWAP)


def test_an_outside_offer_goes_to_the_committee():
    f = borrower()
    caused(f, rules(), r.OFFER, t=1.5)
    assert (f.request, f.request_date) == (r.ASK_OFFER, 1.5)


def test_falling_back_a_stage_ends_the_project_that_led_on():
    f = firm(stage=2, project=1)
    caused(f, rules(), r.REGRESS)
    assert (f.stage, f.project) == (1, 0)


def test_owners_take_part_of_the_cash_before_creditors_can():
    p = rules(recovery_cash_share=0.25)
    for cash, left in ((8.0, 2.0), (0.0, 0.0), (-1.0, -1.0)):
        f = firm(cash=cash)
        divert(f, p)
        assert (f.cash, f.cum_dividend) == (left, cash - left)


# --- Dated events --------------------------------------------------------------------------


def test_at_zero_cash_the_line_is_drawn_if_there_is_one():
    f = borrower(cash=1e-12, flow=-4.0, cost=0.0)
    assert dated(f, rules(), r.CASH_ZERO) == ["line drawn"]
    assert (f.cash, f.balance, f.arrears) == (1.0, 6.0, 0)


def test_at_zero_cash_without_a_line_arrears_begin():
    f = firm(cash=1e-12, flow=-4.0)
    assert dated(f, rules(arrears_window=0.25), r.CASH_ZERO, t=2.0) == []
    assert (f.cash, f.arrears, f.arrears_end) == (0.0, 1, 2.25)


def test_a_short_runway_makes_a_firm_look_for_investors():
    f = firm()
    dated(f, rules(), r.RUNWAY_LOW)
    assert f.seeks_round == 1


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"cash": 0.5}, r.ALIVE),
        ({"cash": -0.1}, r.FAILED_CASH),
        ({"cash": 0.0}, r.FAILED_CASH),
        ({"cash": 2.0, "balance": 5.0, "due": 3.0}, r.FAILED_CASH),
        ({"cash": 3.5, "balance": 5.0, "due": 3.0}, r.ALIVE),
    ],
)
def test_the_end_of_arrears_cures_or_closes(state, status):
    f = firm(arrears=1, **state)
    dated(f, rules(), r.ARREARS_END)
    assert (f.status, f.arrears) == (status, 0)


def test_a_project_at_its_deadline_is_cut_to_the_money_there_is():
    p = rules(project_least_share=0.3)
    f = firm(project=1, demand=10.0, cash=5.0)
    assert dated(f, p, r.PROJECT_END) == ["project carried out"]
    assert (f.stage, f.cum_gap) == (1, 5.0)
    f = firm(project=1, demand=10.0, cash=2.0)
    assert dated(f, p, r.PROJECT_END) == []
    assert (f.stage, f.cum_gap) == (0, 10.0)


@pytest.mark.parametrize(
    ("event", "asked", "dates"),
    [
        (r.MATURITY, r.ASK_RENEWAL, {"maturity": r.NEVER}),
        (r.REVIEW, r.ASK_REVIEW, {"review": 3.0, "maturity": 50.0}),
    ],
)
def test_a_loan_that_matures_or_is_reviewed_goes_to_the_committee_once(event, asked, dates):
    f = borrower(review=2.0)
    dated(f, rules(), event, t=2.0)
    assert (f.request, f.request_date) == (asked, 2.0)
    for name, date in dates.items():
        assert f[name] == date


@pytest.mark.parametrize(
    ("cash", "arrears", "due"), [(3.0, 0, 0.0), (2.0, 1, 1.0), (-1.0, 1, 3.0)]
)
def test_a_called_loan_is_paid_or_puts_the_firm_in_arrears(cash, arrears, due):
    f = borrower(due=3.0, call=2.0, cash=cash, limit=5.0)
    dated(f, rules(), r.CALL, t=2.0)
    assert (f.arrears, f.due, f.call) == (arrears, due, r.NEVER)


@pytest.mark.parametrize(
    ("limit", "drawn", "arrears", "due"),
    [(9.0, 3.5, 0, 0.0), (6.0, 1.0, 1, 2.5), (99.0, 3.5, 0, 0.0)],
)
def test_what_is_due_is_drawn_on_the_line_of_those_who_stay(limit, drawn, arrears, due):
    # Half a million of bills is unpaid, three are due.
    f = borrower(due=3.0, call=2.0, cash=-0.5, limit=limit)
    dated(f, rules(), r.CALL, t=2.0)
    assert (f.cum_drawn, f.arrears, f.due) == (drawn, arrears, due)
    paid = 3.0 - due
    assert (f.cum_due_paid, f.paid[0], f.limit) == (paid, paid, limit - paid)
    assert f.balance == 5.0 + drawn - paid


def test_a_rate_steps_up_once():
    f = borrower(later_rate=0.06, step=2.0)
    dated(f, rules(), r.RATE_STEP, t=2.0)
    assert (f.rate, f.step) == (0.06, r.NEVER)


def test_at_each_anniversary_the_firm_decides_on_delivery_again():
    f = firm(
        right=r.SWAP,
        stake=0.25,
        exercise_amount=2.0,
        trigger=40.0,
        expiry=5.0,
        anniversary=2.0,
        value=60.0,
    )
    dated(f, rules(), r.ANNIVERSARY, t=2.0)
    assert (f.anniversary, f.deliver) == (3.0, 1)


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"right": r.SWAP, "compliant": 4}, ["right waived"]),
        ({"right": r.SWAP, "value": 60.0, "deliver": 1}, ["right waived"]),
        ({"right": r.SWAP, "value": 60.0}, ["right exercised"]),
        ({"right": r.SWAP, "value": 5.0}, []),  # it lapses
        ({"right": r.WARRANT, "value": 5.0, "liquidity": 0.5, "lender_gain_share": 1.0}, []),
        (
            {"right": r.WARRANT, "value": 60.0, "liquidity": 0.5, "lender_gain_share": 1.0},
            ["right exercised"],
        ),
    ],
)
def test_how_a_right_ends_is_told(terms, told):
    f = firm(stake=0.25, exercise_amount=2.0, trigger=0.0, expiry=2.0, **terms)
    assert dated(f, rules(), r.EXPIRY, t=2.0) == told
    assert f.right == r.NO_RIGHT


def test_a_royalty_that_is_paid_in_full_ends():
    f = firm(right=r.ROYALTY, royalty_share=0.02)
    dated(f, rules(), r.ROYALTY_CAP)
    assert (f.right, f.royalty_share) == (r.NO_RIGHT, 0.0)


def test_the_end_of_a_quarter_in_order_shock_accounts_value_trigger_cash():
    p = quiet(
        growth_of_old=0.4, growth_at_birth=0.4, valuation_multiple=[10.0] * 4,
        valuation_exponent=1.0,
        non_venture_value_factor=1.0, valuation_quality_slope=0.0,
        startup_margin=0.0, burn=1.0, working_capital=0.0,
    )  # fmt: skip
    f = borrower(
        log_scale=0.0, host=r.OUTSIDE, shocked=-0.75,
        cash=1.0, right=r.SWAP, stake=0.0, trigger=1e9, compliant=2, cash_months=12.0,
    )  # fmt: skip
    dated(f, p, r.QUARTER, t=0.25)
    assert f.log_scale == pytest.approx(0.4)
    assert f.value == pytest.approx(10.0 * math.exp(0.4))
    assert f.compliant == 0
    # Outlays are sales plus a million burnt: cash is drawn up to a year of them.
    assert f.cash == pytest.approx(1.0 + math.exp(0.4))


@pytest.mark.parametrize("state", [{"arrears": 1}, {"called": 1}])
def test_a_firm_in_arrears_or_under_call_does_not_manage_its_cash(state):
    f = borrower(cash=1.0, cash_months=12.0, **state)
    dated(f, quiet(burn=5.0), r.QUARTER, t=0.25)
    assert (f.cash, f.balance) == (1.0, 5.0)


# --- After any event -----------------------------------------------------------------------


def after(f, p=None, t=1.0):
    diary = Diary()
    tidy(f, rules() if p is None else p, t, *diary.both)
    return diary.told


def test_arrears_end_as_soon_as_the_money_is_there():
    f = borrower(arrears=1, cash=4.0, due=3.0)
    after(f)
    assert (f.arrears, f.due, f.balance, f.cash) == (0, 0.0, 2.0, 1.0)


def test_a_called_line_that_is_repaid_is_over():
    f = borrower(called=1, balance=0.0)
    after(f)
    assert (f.contract, f.limit, f.called) == (-1, 0.0, 0)


def test_a_project_starts_as_soon_as_its_money_is_there():
    f = borrower(project=1, demand=5.0, scale=1.0)
    assert after(f) == ["project carried out"]
    assert (f.stage, f.balance) == (1, 10.0)


@pytest.mark.parametrize(("may_apply", "asked"), [(0.5, r.ASK_FUNDS), (1.5, 0)])
def test_a_firm_with_an_unfunded_project_asks_unless_it_was_just_refused(may_apply, asked):
    f = firm(project=1, demand=5.0, may_apply=may_apply)
    after(f)
    assert f.request == asked


# --- The end -------------------------------------------------------------------------------


def test_a_closure_with_unpaid_debt_is_a_default():
    p = rules(
        drawdown_at_default_share=0.5, recovery_tangible=0.4, default_threshold=0.02,
        recovery_unsecured_share=0.2,
    )  # fmt: skip
    f = borrower(cash=1.0, project=1, demand=4.0, tangible=0.5, scale=10.0)
    diary = Diary()
    close(f, p, market(), 2.0, r.FAILED_CASH, *diary.both)
    assert diary.told == ["loan default"]
    # 5 drawn and 2.5 more in the last days, 1 paid from cash; assets bring 2 and the
    # estate a fifth of the rest.
    assert (f.exposure_at_default, f.recovery, f.defaulted) == pytest.approx((6.5, 2.9, 1))
    assert (f.cum_gap, f.balance, f.limit, f.status) == (4.0, 0.0, 0.0, r.FAILED_CASH)


def test_a_closure_with_money_in_the_bank_is_no_default():
    f = borrower(cash=30.0)
    diary = Diary()
    close(f, rules(drawdown_at_default_share=0.0), market(), 2.0, r.FAILED_TECHNICAL, *diary.both)
    assert diary.told == []
    assert (f.exposure_at_default, f.defaulted, f.cum_repaid, f.cum_dividend) == (
        0.0,
        0,
        5.0,
        25.0,
    )


EXIT = {
    "listing_premium": 1.5, "acquisition_factor": 0.8, "exit_log_sd": 0.0, "exit_tail_share": 0.0,
    "exit_cap": 1000.0, "listing_raise_share": 0.2, "deposit_margin": 0.02,
    "listing_deposit_years": 0.5,
}  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "value", "exit_value", "resting"),
    [
        # Two millions of cash are paid for, beyond what is owed; a fifth of the value rests at
        # banks for half a year.
        (r.LISTING, 100.0, 152.0, 0.304),
        (r.ACQUISITION, 100.0, 82.0, 0.0),
        (r.LISTING, 1000.0, 1002.0, 2.004),  # no business has a price above the cap
    ],
)
def test_an_exit_repays_the_loan_and_shares_the_value_out(cause, value, exit_value, resting):
    f = borrower(value=value, cash=7.0, listing_wallet_share=0.5, founders=0.6, investors=0.4)
    leave(f, rules(**EXIT), market(), 2.0, cause, *Diary().both)
    assert f.exit_value == pytest.approx(exit_value)
    assert f.founder_proceeds == pytest.approx(0.6 * exit_value)
    assert (f.cum_repaid, f.cum_exit_cash, f.cash, f.balance) == (5.0, 2.0, 0.0, 0.0)
    # Half of it at the lenders, as was promised.
    assert f.cum_business == pytest.approx(resting)
    assert f.cum_loan_account == pytest.approx(0.5 * resting)


def test_who_buys_a_firm_pays_less_by_all_that_it_owes_beside_the_line():
    f = borrower(value=100.0, cash=7.0, owed=[3.0, 2.0, 1.0], beside=6.0, founders=1.0)
    leave(f, rules(**EXIT), market(), 2.0, r.ACQUISITION, *Diary().both)
    assert f.exit_value == f.founder_proceeds == pytest.approx(80.0 + 7.0 - 5.0 - 6.0)
    assert f.cum_returned.tolist() == [3.0, 2.0, 1.0]
    assert (f.cum_repaid, f.cum_exit_cash, f.beside, f.owed.tolist()) == (
        5.0,
        -4.0,
        0.0,
        [0.0] * 3,
    )


def test_a_firm_that_is_sold_takes_its_project_along():
    f = firm(value=10.0, project=1, demand=4.0, cum_demand=9.0, cum_gap=2.0)
    leave(f, rules(**EXIT), market(), 2.0, r.ACQUISITION, *Diary().both)
    assert (f.project, f.cum_demand, f.cum_gap, f.projects.sum()) == (0, 5.0, 2.0, 0.0)


def test_who_sells_a_firm_that_owes_more_than_it_is_worth_gets_nothing():
    f = borrower(value=1.0, cash=0.0)
    leave(f, rules(**EXIT), market(), 2.0, r.ACQUISITION, *Diary().both)
    assert (f.exit_value, f.founder_proceeds, f.cum_repaid) == (0.0, 0.0, 5.0)


@pytest.mark.parametrize(
    ("compliant", "waived", "holder", "exit_value"),
    [(4, 1, 0.0, 80.0), (3, 0, 0.25 * 82.0, 82.0)],
)
def test_at_exit_a_compliant_firm_owes_nothing_and_another_is_diluted(
    compliant, waived, holder, exit_value
):
    f = firm(
        value=100.0, right=r.SWAP, stake=0.25, exercise_amount=2.0, trigger=40.0,
        compliant=compliant,
        lender_gain_share=0.5,
    )  # fmt: skip
    leave(f, rules(**EXIT), market(), 2.0, r.ACQUISITION, *Diary().both)
    assert (f.waived, f.exit_value, f.holder_proceeds) == (waived, exit_value, holder)
    assert f.cum_gain == 0.5 * max(holder - 2.0, 0.0)
    # The subscription leaves with the firm.
    assert f.cum_exit_cash == (0.0 if waived else 2.0)


def test_after_the_end_nothing_flows_and_nothing_can_happen():
    f = borrower(
        flow=-1.0, sales=1.0, cost=1.0, invest=1.0, royalty=1.0, delivery=1.0, request=1,
        project=1, arrears=1, right=r.WARRANT,
    )  # fmt: skip
    f.speed[:] = 1.0
    stop(f, 2.0, r.LISTED)
    for name in (
        "flow", "sales", "cost", "invest", "royalty", "delivery", "request", "project", "arrears",
        "right", "balance", "limit", "rate",
    ):  # fmt: skip
        assert f[name] == 0, name
    assert not f.speed.any()
    assert (f.status, f.end) == (r.LISTED, 2.0)
