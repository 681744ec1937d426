"""Posting: flows go to those who were lenders when they flowed."""

from dataclasses import replace

import numpy as np
import pytest

from sim.engine.settlement import operating_cost, post_flows_of_firms, read_all
from sim.model.firms.flows import ENTERED, INTEREST
from tests.engine.hand import economy, lent, world


def borrowing():
    """Three borrowers of bank 0 that pay 0.4 a year."""
    w = world(
        economy(2), contract=0, limit=20.0, balance=10.0, rate=0.04, maturity=99.0, cash=10.0,
        monitored=[1, 0, 0],
    )  # fmt: skip
    return lent(w, {firm: {0: 1.0} for firm in range(3)})


def test_only_the_firms_named_are_posted():
    w = borrowing()
    post_flows_of_firms(w, [1], 0.5)
    assert w.by_bank[:, INTEREST].tolist() == pytest.approx([0.2, 0.0])
    assert w.posted[:, INTEREST].tolist() == pytest.approx([0.0, 0.2, 0.0])


def test_a_flow_is_posted_once_to_the_lenders_of_its_time():
    w = borrowing()
    post_flows_of_firms(w, [1], 0.5)
    w.lender[1, 0] = 1
    read_all(w, 1.0)
    assert w.by_bank[:, INTEREST].tolist() == pytest.approx([1.0, 0.2])
    assert w.total[INTEREST] == pytest.approx(1.2)


def test_levels_of_a_settlement():
    levels = read_all(borrowing(), 0.25)
    assert levels.balance.tolist() == [10.0] * 3
    assert levels.held.tolist() == [30.0, 0.0]
    assert levels.watched.tolist() == [1.0, 0.0]
    assert levels.worsened.tolist() == [0] * 3
    assert levels.sums[ENTERED] == 3.0


def test_levels_are_read_afresh_each_time():
    w = borrowing()
    read_all(w, 0.25)
    assert read_all(w, 0.5).held.tolist() == [30.0, 0.0]


def test_running_cost_is_by_stage():
    assert operating_cost(borrowing()).tolist() == [0.012, 0.011, 0.009, 0.008]
    assert operating_cost(borrowing()).dtype == np.float64


def test_two_worlds_share_no_memory_while_they_post():
    # Worlds may live side by side in threads: compiled code releases the interpreter.
    used = []
    for w in (borrowing(), borrowing()):
        w.rules = replace(w.rules, post_flows=lambda *given: used.append(given[-1]))
        post_flows_of_firms(w, [1], 0.5)
    assert not np.shares_memory(*used)
