"""The loop over events: exact dates, spent thresholds, and barriers that change nothing."""

import numpy as np
import pytest

from sim.model.firms import record as r
from sim.model.firms.advance import advance, fire, switch_regime
from sim.model.firms.clock import refresh
from tests.model.firms.hand import Diary, borrower, firm, live, market, quiet, rules, three

# --- Cash ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cash", "burn"), [(6.0, 3.0), (1.0, 3.0), (0.75, 3.0), (2.2, 0.7)])
def test_a_constant_drain_ends_cash_on_the_exact_day(cash, burn):
    p = quiet(burn=burn, arrears_window=0.25, raise_below_runway=0.01)
    firms = three(cash=cash)
    diary = live(firms, p, market(), 10.0)
    # Quarters lie between, and the firm closes when the window after it is over.
    assert firms.end.tolist() == pytest.approx([cash / burn + 0.25] * 3, abs=1e-12)
    assert firms.status.tolist() == [r.FAILED_CASH] * 3
    told = [event for event in diary.told if event != "quarter"]
    assert told[-2:] == ["cash exhausted", "end of arrears"]
    assert firms.cum_supplier_loss.tolist() == pytest.approx([0.25 * burn] * 3)


def test_drains_by_hand_end_three_firms_in_their_order():
    p = quiet(burn=2.0, arrears_window=0.1, raise_below_runway=0.01)
    firms = three(cash=[3.0, 1.0, 2.0])
    live(firms, p, market(), 1.45)
    assert firms.status.tolist() == [r.ALIVE, r.FAILED_CASH, r.FAILED_CASH]
    assert firms.end[1:].tolist() == pytest.approx([0.6, 1.1])


def test_cash_that_a_bad_quarter_drains_faster_is_gone_at_the_sum_of_both_spells():
    p = quiet(burn=2.0, arrears_window=0.25, raise_below_runway=0.01)
    firms, c = three(cash=2.0), market()
    next_time = np.array([refresh(f, p, c) for f in firms])
    live(firms, p, c, 0.4, next_time)
    worse = market(margin=1.0)  # one million of scale loses another million a year
    switch_regime(firms, next_time, [p], [worse], 0.4)
    live(firms, p, worse, 5.0, next_time)
    # 0.8 million in the first 0.4 years, then 3 million a year: 0.4 years more.
    assert firms.end.tolist() == pytest.approx([0.4 + 0.4 + 0.25] * 3)


# --- Thresholds ----------------------------------------------------------------------------


def failing(threshold, hazard):
    """Three firms without money matters, of which one has a threshold of failure."""
    firms = three(cash=1.0)
    firms.left[1, r.FAILURE] = threshold
    return firms, quiet(failure_hazard=[hazard] * 4)


@pytest.mark.parametrize(("threshold", "hazard"), [(1.0, 0.5), (0.3, 0.1), (2.0, 8.0)])
def test_a_constant_hazard_uses_up_a_threshold_after_their_ratio(threshold, hazard):
    firms, p = failing(threshold, hazard)
    live(firms, p, market(), 50.0)
    assert firms.end[1] == pytest.approx(threshold / hazard)
    assert firms.status.tolist() == [r.ALIVE, r.FAILED_TECHNICAL, r.ALIVE]


def test_a_cause_strikes_when_the_integral_of_its_hazard_reaches_the_threshold():
    firms, p = failing(1.0, 0.2)
    boom, bust = market(), market(setback=3.0)
    next_time = np.array([refresh(f, p, boom) for f in firms])
    integral, before = 0.0, 0.0
    for date, c in ((1.1, bust), (1.7, boom), (2.3, bust)):
        live(firms, p, boom if c is bust else bust, date, next_time)
        integral += (0.2 if c is bust else 0.6) * (date - before)
        before = date
        switch_regime(firms, next_time, [p], [c], date)
        assert firms.left[1, r.FAILURE] == pytest.approx(1.0 - integral)
    live(firms, p, bust, 20.0, next_time)
    assert firms.end[1] == pytest.approx(2.3 + (1.0 - integral) / 0.6)


def test_what_is_left_of_a_threshold_outlasts_a_spell_without_hazard():
    firms, p = failing(1.0, 0.5)
    c, calm = market(), market(setback=0.0)
    next_time = np.array([refresh(f, p, c) for f in firms])
    for start, now in ((1.0, calm), (4.0, c)):
        live(firms, p, c if now is calm else calm, start, next_time)
        switch_regime(firms, next_time, [p], [now], start)
    live(firms, p, c, 20.0, next_time)
    # Half is used up in the first year, three years rest, the other half takes a year.
    assert firms.end[1] == pytest.approx(5.0)


def test_a_cause_that_has_struck_begins_a_fresh_threshold_and_others_go_on():
    p = quiet(acquisition_hazard=[0.1] * 4, setback_hazard=[0.5] * 4)
    firms = three(cash=1.0)
    firms.left[1, r.SETBACK], firms.left[1, r.ACQUISITION] = 0.5, 1.0
    live(firms, p, market(), 1.0)
    f = firms[1]
    assert f.setback == 1
    assert f["count"][r.SETBACK] == 1
    assert f.left[r.SETBACK] not in {0.0, 0.5}
    assert f.left[r.ACQUISITION] == pytest.approx(0.9)


# --- Barriers ------------------------------------------------------------------------------


def lively():
    """Twelve firms with everything that the shipped economy can do to them."""
    firms = r.FIRM.empty(12)
    firms.firm = firms.stream = np.arange(12)
    firms.next_event = r.BIRTH
    return firms, np.linspace(0.0, 2.0, 12)


@pytest.mark.parametrize(
    "barriers",
    [[0.5, 1.0, 4.0], [0.01, 0.25, 1 / 3, 2.0, 2.0, 3.999], list(np.arange(0.0, 6.0, 0.07))],
)
def test_where_barriers_fall_changes_no_bit_of_any_life(barriers):
    p = rules()
    (once, next_once), (often, next_often) = lively(), lively()
    whole = live(once, p, market(), 6.0, next_once)
    parts = [live(often, p, market(), date, next_often) for date in (*barriers, 6.0)]
    for name in once.dtype.names:
        assert once[name].tobytes() == often[name].tobytes(), name
    assert next_once.tobytes() == next_often.tobytes()
    assert sorted(whole.told) == sorted([word for part in parts for word in part.told])
    assert len(set(whole.told)) > 6


def test_a_barrier_does_not_anchor_a_firm():
    p, firms = quiet(burn=1.0, raise_below_runway=0.01), three(cash=9.0)
    live(firms, p, market(), 0.6)
    assert firms.now.tolist() == [0.5] * 3  # the last quarter


def test_an_event_at_the_barrier_belongs_to_the_time_before_it():
    p, firms = quiet(), three(cash=1.0)
    live(firms, p, market(), 0.25)
    assert firms.quarter.tolist() == [2] * 3


def test_other_firms_do_not_matter():
    p = rules()
    (all_of_them, dates), (few, other_dates) = lively(), lively()
    live(all_of_them, p, market(), 5.0, dates)
    live(few[4:7], p, market(), 5.0, other_dates[4:7])
    assert few[4:7].tobytes() == all_of_them[4:7].tobytes()


# --- The loop itself -----------------------------------------------------------------------


def test_a_firm_enters_on_its_date_and_not_before():
    firms = r.FIRM.empty(3)
    firms.firm, firms.next_event = np.arange(3), r.BIRTH
    live(firms, quiet(), market(), 1.0, np.array([0.5, 1.0, 1.5]))
    assert firms.status.tolist() == [r.ALIVE, r.ALIVE, r.UNBORN]
    assert firms.birth.tolist() == [0.5, 1.0, 0.0]


def test_a_full_log_stops_the_loop_which_goes_on_where_it_was():
    p = rules()
    (whole, dates), (parts, part_dates) = lively(), lively()
    long = live(whole, p, market(), 4.0, dates)
    diary, told, pending = Diary(40), [], np.zeros(12, np.uint8)
    stops = 0
    while True:
        done = advance(parts, part_dates, pending, [p], [market()], 4.0, *diary.both)
        told += diary.told
        diary.cursor[0] = 0
        if done == 12:
            break
        diary.cursor[2] = done
        stops += 1
    assert stops > 2
    assert told == long.told
    assert parts.tobytes() == whole.tobytes()


def test_without_a_log_life_is_the_same():
    p = rules()
    (told, dates), (silent, silent_dates) = lively(), lively()
    live(told, p, market(), 4.0, dates)
    cursor = np.zeros(3, np.int64)
    advance(
        silent, silent_dates, np.zeros(12, np.uint8), [p], [market()], 4.0, r.LOG.empty(0), cursor
    )
    assert silent.tobytes() == told.tobytes()
    assert cursor.tolist() == [0, 0, 0]


def test_requests_are_shown_to_the_committee():
    p = quiet(burn=1.0, startup_margin=0.0)
    firms = three(cash=[1.0, 2.0, 1.0], may_apply=[0.0, 0.0, 9.0])
    pending, diary = np.zeros(3, np.uint8), Diary()
    dates = np.array([refresh(f, p, market()) for f in firms])
    advance(firms, dates, pending, [p], [market()], 0.25, *diary.both)
    assert pending.tolist() == [r.ASK_FUNDS, 0, 0]


def test_a_firm_that_has_ended_has_no_next_event():
    f, p = firm(next_event=r.FAILURE, cash=1.0), quiet()
    assert fire(f, p, market(), 1.0, *Diary().both) == r.NEVER
    assert f.status == r.FAILED_TECHNICAL


def test_a_regime_switch_anchors_the_living_and_leaves_others_alone():
    p, firms = quiet(burn=1.0), three(cash=5.0, status=[r.ALIVE, r.UNBORN, r.LISTED])
    firms.flow = -1.0
    dates = np.array([9.0, 9.0, r.NEVER])
    switch_regime(firms, dates, [p], [market()], 0.2)
    assert firms.now.tolist() == [0.2, 0.0, 0.0]
    assert firms.cash.tolist() == [4.8, 5.0, 5.0]
    assert dates.tolist() == [0.25, 9.0, r.NEVER]


def test_a_line_that_is_repaid_from_plenty_leaves_nothing_to_pay():
    p = quiet(startup_margin=2.0, burn=0.0)
    f = borrower(cash=8.0)
    rows = three()
    rows[1] = f
    live(rows[1:2], p, market(), 0.25)
    assert rows[1].balance == 0.0
    assert rows[1].cum_repaid == 5.0
