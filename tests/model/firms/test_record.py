"""The record of a firm: what is declared, and that codes cannot be mistaken for each other."""

import numpy as np
import pytest

from sim.model.firms import record as r

TABLES = {"firm": r.FIRM, "market_conditions": r.MARKET_CONDITIONS, "log": r.LOG}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_has_a_name_of_its_own_a_unit_and_a_meaning(table):
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert all(column.unit and column.meaning for column in table.columns)


def test_three_fresh_firms_are_unborn_and_do_not_share_memory():
    firms = r.FIRM.empty(3)
    assert firms.status.tolist() == [r.UNBORN] * 3
    firms[1].cash = 7.0
    firms[1].left[r.ROUND] = 0.5
    assert firms.cash.tolist() == [0.0, 7.0, 0.0]
    assert firms.left[:, r.ROUND].tolist() == [0.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (r.UNBORN, "unborn"), (r.ALIVE, "alive"), (r.LISTED, "listed"),
        (r.ACQUIRED, "acquired"), (r.DEPARTED, "left without closing"),
        (r.FAILED_TECHNICAL, "closed: technical failure"),
        (r.FAILED_CASH, "closed: out of cash"), (r.FAILED_DIVERSION, "closed: diversion"),
        (r.WOUND_UP, "closed: wound up, creditors paid"),
    ],
)  # fmt: skip
def test_each_status_is_told_in_words(status, words):
    assert r.STATUSES[status] == words


def test_stages_are_told_in_the_order_of_their_codes():
    assert [r.STAGES[code] for code in (r.STARTUP, r.GROWTH, r.EXPANSION, r.MATURE)] == [
        "startup", "growth", "expansion", "mature",
    ]  # fmt: skip


def test_causes_fill_the_thresholds_and_every_event_has_one_name():
    causes = {
        r.PROGRESS, r.SETBACK, r.RECOVERY, r.FAILURE, r.LISTING, r.ACQUISITION, r.ROUND,
        r.OFFER, r.DIVERSION, r.REGRESS, r.ACCOUNT_MOVE, r.DEPARTURE, r.WIND_UP,
    }  # fmt: skip
    assert causes == set(range(r.N_CAUSES))
    dated, written = (
        set(range(r.BIRTH, r.ROYALTY_CAP + 1)),
        set(range(r.SIGNED, r.UNPAID + 1)),
    )
    assert set(r.EVENT_NAMES) == causes | dated | written
    assert len(set(r.EVENT_NAMES.values())) == len(r.EVENT_NAMES)


def test_codes_fit_into_the_bytes_that_hold_them():
    firms = r.FIRM.empty(1)
    for name, codes in {
        "next_event": r.EVENT_NAMES, "status": range(len(r.STATUSES)), "stage": range(4),
        "right": range(r.ROYALTY + 1), "request": range(16),
    }.items():  # fmt: skip
        for code in codes:
            firms[name] = code
            assert firms[name][0] == code


def test_every_mixture_of_requests_can_be_told_apart():
    asks = (r.ASK_FUNDS, r.ASK_RENEWAL, r.ASK_REVIEW, r.ASK_OFFER)
    mixtures = {sum(a for n, a in enumerate(asks) if code >> n & 1) for code in range(16)}
    assert mixtures == set(range(16))


def test_a_table_of_firms_for_a_reader_has_one_row_a_firm_and_a_column_for_each_number():
    firms = r.FIRM.empty(3)
    firms.cash = [1.0, 2.0, 3.0]
    frame = r.FIRM.frame(firms)
    assert frame["cash"].tolist() == [1.0, 2.0, 3.0]
    assert len(frame.columns) == sum(column.length for column in r.FIRM.columns)
    assert {"stage_date_1", "stage_date_4"} <= set(frame.columns)
    assert not {"left", "speed", "count", "stage_date"} & set(frame.columns)


def test_never_is_later_than_any_date_and_can_be_added_to():
    assert r.NEVER > 1e9
    assert np.isfinite(r.NEVER + 1.0)
