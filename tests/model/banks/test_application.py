"""What a committee reads of a firm that asks, brought to its date."""

import math
from typing import Any

import numpy as np
import pytest

from sim.model.banks.application import (
    _AS_IN_THE_RECORD,
    APPLICATION,
    asks_renewal,
    read_application,
    supported_line,
)
from sim.model.banks.desk import REFINANCED, Desk
from sim.model.firms.record import ASK_FUNDS, ASK_OFFER, ASK_RENEWAL, ASK_REVIEW
from sim.model.firms.relationship import business
from tests.model.banks.three import desk, rules
from tests.model.firms.hand import market, three
from tests.model.firms.hand import rules as firm_rules


def read(d: Desk, i: int = 1, date: float = 1.0) -> Any:
    a = APPLICATION.empty(1)[0]
    read_application(a, i, d, date)
    return a


def marked() -> Any:
    """Three firms in which every column that is copied has a value of its own."""
    firms = three(now=1.0)
    for n, name in enumerate(sorted(_AS_IN_THE_RECORD)):
        if name not in {"firm", "sector"}:
            firms[name] = np.array([1, 2, 3]) * (n + 1 if firms[name].dtype.kind == "f" else 1)
    return firms


@pytest.mark.parametrize("name", sorted(_AS_IN_THE_RECORD - {"sector"}))
def test_what_needs_no_thought_is_copied_from_the_record(name: str) -> None:
    firms = marked()
    found = [read(desk(firms=firms), i)[name] for i in (2, 0)]
    assert found == firms[name][[2, 0]].tolist()
    assert found[0] != found[1]


def test_reading_changes_no_firm() -> None:
    firms = marked()
    before = firms.tobytes()
    for i in range(3):
        read(desk(firms=firms), i, 3.0)
    assert firms.tobytes() == before


def test_everything_that_is_declared_is_written() -> None:
    d = desk(lender=np.zeros((3, 8), np.int32), roster=np.zeros((3, 9), np.int32))
    clean, dirty = APPLICATION.empty(1), APPLICATION.empty(1)
    dirty.view(np.ndarray).view(np.uint8)[:] = 1
    for rows in (clean, dirty):
        read_application(rows[0], 1, d, 1.0)
    for name in clean.dtype.names:
        assert clean[name].tolist() == dirty[name].tolist(), name


def test_assets_are_those_in_operation_and_cash_of_the_date() -> None:
    firms = three(now=1.0, cash=6.0, flow=-3.0, scale=20.0, asset_factor=0.5)
    in_operation = firm_rules().assets_per_sales * 0.5 * 20.0
    assert read(desk(firms=firms), date=2.0).assets == in_operation + 3.0
    assert read(desk(firms=firms), date=4.0).assets == in_operation


def test_a_ceiling_on_debt_binds_whatever_sales_and_collateral_carry() -> None:
    d = desk(firms=three(now=1.0, cash=0.0, scale=20.0, sales=20.0, asset_factor=1.0))
    a, u = read(d), rules()
    free = supported_line(a, u)
    for ceiling in (2.0, 0.5):
        u.most_debt = ceiling * free / a.assets
        assert supported_line(a, u) == pytest.approx(min(1.0, ceiling) * free)


@pytest.mark.parametrize(("date", "cash"), [(1.0, 6.0), (2.0, 3.0), (4.0, -3.0)])
def test_cash_is_of_the_committees_date(date: float, cash: float) -> None:
    p = firm_rules()
    firms = three(now=1.0, cash=6.0, flow=-3.0, sales=10.0, demand=20.0, project=1)
    a = read(desk(firms=firms), date=date)
    # Need: the project, and what flows out over the next year, beyond the cash.
    assert a.need == 20.0 + 3.0 - cash
    assert a.asked == pytest.approx(p.request_factor * a.need)
    assert a.runway == max(cash, 0.0) / 3.0
    firms[1].cash = cash
    assert a.business == pytest.approx(business(firms[1], p))


@pytest.mark.parametrize(
    ("flow", "balance", "need"), [(-8.0, 0.0, 3.0), (-3.0, 0.0, 0.0), (-8.0, 2.0, 5.0)]
)
def test_a_firm_needs_what_it_owes_and_a_years_outflow(
    flow: float, balance: float, need: float
) -> None:
    firms = three(now=1.0, cash=5.0, flow=flow, demand=20.0, balance=balance)
    assert read(desk(firms=firms)).need == need


def test_a_firm_asks_for_the_smallest_line_at_least_and_earning_lasts_for_ever() -> None:
    d = desk(firms=three(now=1.0, cash=5.0, flow=3.0))
    a = read(d)
    assert (a.asked, a.runway) == (d.rules[0].least_line, math.inf)


def test_collateral_is_worth_what_it_is_worth_today() -> None:
    d = desk(
        firms=three(tangible=0.5, scale=40.0),
        market_conditions=[market(collateral=0.75)],
    )
    assert read(d).tangible == 15.0


def test_everybody_sees_whom_investors_back() -> None:
    d = desk(firms=three(venture=[0, 1, 1]), rules=[rules(prior_backed=0.4, prior_other=-0.1)])
    assert [read(d, i).prior for i in range(3)] == [-0.1, 0.4, 0.4]


def test_files_luck_and_market_conditions_are_those_of_the_firm_and_the_world() -> None:
    d = desk(
        history_precision=np.array([1.0, 2.0, 3.0]), history_sum=np.array([4.0, 5.0, 6.0]),
        ordinal=np.array([7, 8, 9]), market_conditions=[market(bust=1)],
    )  # fmt: skip
    d.tally[REFINANCED] = 2.5
    a = read(d, 2)
    assert (a.history_precision, a.history_sum, a.ordinal) == (3.0, 6.0, 9)
    assert (a.k0, a.k1, a.bust, a.outstanding) == (1, 2, 1, 2.5)


def test_present_lenders_and_known_banks_are_listed() -> None:
    d = desk(roster=np.array([[0, 1, 2], [2, 0, 1], [1, 2, 0]]))
    d.lender[1, :3], d.share[1, :3] = [2, 0, 1], [0.6, 0.4, 0.0]
    a = read(d)
    assert (a.lenders, a.lender[:3].tolist(), a.share[:3].tolist()) == (
        2, [2, 0, 1], [0.6, 0.4, 0.0],
    )  # fmt: skip
    assert (a.known_banks, a.roster[:3].tolist()) == (3, [2, 0, 1])


@pytest.mark.parametrize(
    ("request_", "renewal"),
    [(ASK_FUNDS, False), (ASK_RENEWAL, True), (ASK_RENEWAL | ASK_FUNDS, True),
     (ASK_REVIEW | ASK_OFFER, False)],
)  # fmt: skip
def test_a_line_ends_where_its_renewal_is_asked_for(request_: int, renewal: bool) -> None:
    assert asks_renewal(read(desk(firms=three(request=request_)))) == renewal
