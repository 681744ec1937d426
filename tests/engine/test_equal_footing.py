"""Equal lending, and the same firms: the baseline's decisions under another arrangement."""

import numpy as np
import pytest

from sim.engine.committee import impose, mean_lines, with_lines
from sim.experiment.simulate import worlds
from sim.model.banks.capital import economic_capital
from sim.model.contracts.loan_book import CONTRACT
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import ACQUIRED, NEVER, WARRANT
from tests.engine.hand import desks, economy, told, world
from tests.studies.small import small

# --- Equal lending -------------------------------------------------------------------------


def plain_contracts(*who):
    """What plain lending signed with some firms."""
    k = CONTRACT.empty(len(who))
    for name, value in {
        "firm": who, "lead": 1, "limit": 10.0, "rate": 0.04, "later_rate": 0.04, "step": NEVER,
        "maturity": 1.5, "review": NEVER, "expiry": NEVER, "introduction": 1.0, "default": 0.03,
        "demanded_share": 1.0,
        "loss": 0.45, "secured": 10.0,
    }.items():  # fmt: skip
        k[name] = value
    k.lender[:, 0], k.share[:, 0] = 1, 1.0
    return k


def imposed(name, decisions, **fields):
    w = world(economy(3), name, **({"cash": 5.0, "home": 1} | fields))
    w.imposed = list(decisions)
    return w


def sign(date, *who):
    return ("sign", date, np.array(who), plain_contracts(*who))


def repeated(name, *who, value=None):
    """A world under an arrangement, and what it makes of the baseline's contracts."""
    w = imposed(name, [sign(0.25, *who)])
    if value is not None:
        w.firms.value = value
    impose(w, 0.25)
    return w, w.book.rows


def test_a_world_of_its_own_will_has_nothing_to_repeat():
    with pytest.raises(AssertionError, match="its own committee"):
        impose(world(economy()), 0.25)


def test_loans_are_signed_on_their_date_and_not_before():
    w = imposed("common_growth", [sign(0.25, 0, 2), sign(0.5, 1)])
    impose(w, 1 / 6)
    assert w.book.used == 0
    impose(w, 0.25)
    assert w.book.rows.firm.tolist() == [0, 2]
    impose(w, 0.5)
    assert w.book.rows.firm.tolist() == [0, 2, 1]
    assert w.imposed == []
    assert told(w) == ["loan signed"] * 3


def test_what_is_lent_and_until_when_is_the_baselines_and_the_price_the_arrangements():
    _, k = repeated("common_growth", 0, 1)
    assert k.limit.tolist() == [10.0, 10.0]
    assert k.maturity.tolist() == [1.5, 1.5]
    assert k.secured.tolist() == plain_contracts(0, 1).secured.tolist()
    assert k.review.tolist() == [NEVER, NEVER]
    # Twelve basis points less at first and forty more after a year and a half.
    assert k.rate.tolist() == pytest.approx([0.0388] * 2)
    assert k.later_rate.tolist() == pytest.approx([0.044] * 2)
    assert k.step.tolist() == [1.75, 1.75]
    assert k.promised_move_hazard.tolist() == [0.27, 0.27]
    assert k.signed.tolist() == [1, 1]
    assert k.default.tolist() == [0.03, 0.03]


def test_partners_join_the_baselines_lead():
    w, k = repeated("consortium", 0, 1, 2)
    assert k.lead.tolist() == [1] * 3
    assert k.lender[:, 0].tolist() == [1] * 3
    assert np.sort(k.lender[:, :3], axis=1).tolist() == [[0, 1, 2]] * 3
    assert k.share[:, :4].tolist() == [[0.5, 0.3, 0.2, 0.0]] * 3
    # Two further banks at each of three loans, and one file for each; all pay by share.
    parts = np.bincount(k.lender.ravel(), k.share.ravel(), 3)
    assert desks(w).coordination.tolist() == pytest.approx((2 * 0.004 * parts).tolist())
    cost = w.scenario.underwriting.screening_cost
    assert desks(w).screening.tolist() == pytest.approx((cost * parts).tolist())


def test_a_right_is_sized_by_the_baselines_line_and_the_firms_value_here():
    _, k = repeated("loan_with_warrant", 0, 1, 2, value=[20.0, 40.0, 80.0])
    assert k.right.tolist() == [WARRANT] * 3
    assert k.exercise_amount.tolist() == pytest.approx([1.65] * 3)
    assert k.stake.tolist() == pytest.approx([1.65 / (1.1 * value) for value in (20, 40, 80)])
    assert k.expiry.tolist() == [5.25] * 3


def test_the_baselines_record_is_left_as_it_was():
    decision = sign(0.25, 0)
    before = decision[3].tobytes()
    w = imposed("consortium", [decision])
    impose(w, 0.25)
    assert decision[3].tobytes() == before


def test_firms_that_have_ended_here_are_left_out():
    status = [1, ACQUIRED, 1]
    w = imposed("common_growth", [sign(0.25, 0, 1), sign(0.25, 1)], status=status)
    impose(w, 0.25)
    assert w.book.rows.firm.tolist() == [0]


def test_withdrawals_are_repeated_in_their_size():
    line = {"contract": 0, "limit": 10.0, "balance": 6.0, "maturity": 99.0}
    answers = np.zeros((2, 3 + MOST_LENDERS))
    answers[0] = 0.5
    w = imposed("common_growth", [("reduction", 0.25, np.array([0, 2]), answers)], **line)
    impose(w, 0.25)
    # Half of six is due and stands on the line until it is paid.
    assert w.firms.limit.tolist() == [8.0, 10.0, 6.0]
    assert w.firms.due.tolist() == [3.0, 0.0, 6.0]
    assert w.firms.called.tolist() == [0, 0, 1]


def test_looking_at_a_firm_costs_the_bank_that_looked_in_the_baseline():
    judged = ("judge", 0.25, np.array([0, 1, 2]), np.array([2, 2, 0]))
    w = imposed("common_growth", [judged], status=[1, ACQUIRED, 1])
    impose(w, 0.25)
    cost = w.scenario.underwriting.screening_cost
    assert desks(w).screening.tolist() == pytest.approx([cost, 0.0, cost])


def test_the_neutral_arrangement_repeats_the_baseline_as_it_was():
    before, (_, after) = plain_contracts(0, 1), repeated("plain", 0, 1)
    before.cap_per_default = 1.0
    # What it requires of capital is found anew: nothing of it is covered, and sales are none.
    before.risk_weight, before.defaulted_weight = 1.0, 1.5 * (1.0 - 0.45)
    before.economic_capital = economic_capital(0.03, 0.45, 0.0)
    for name in before.dtype.names:
        assert after[name].tolist() == before[name].tolist(), name


# --- The same firms ------------------------------------------------------------------------


def book_of(footing: str, name: str) -> np.ndarray:
    scenario = small().with_values({"experiment.footing": footing})
    rows = [w.book.rows.copy() for w in worlds(scenario, 0) if w.name == name]
    return rows[0][rows[0]["date"] > 0.0]


def test_the_baselines_borrowers_get_the_arrangements_lines() -> None:
    plain, own = (book_of("as_offered", name) for name in ("plain", "common_growth"))
    imposed = book_of("equal_firms", "common_growth")
    assert set(imposed["firm"]) <= set(plain["firm"])
    lines, wanted = mean_lines(imposed, 80), mean_lines(own, 80)
    both = np.isfinite(lines) & np.isfinite(wanted)
    assert both.sum() > 5
    # a firm that dies earlier here misses some of its baseline's contracts
    close = np.isclose(lines[both], wanted[both], rtol=1e-9)
    assert close.mean() > 0.5
    assert not np.allclose(wanted[both], mean_lines(plain, 80)[both])


def test_decisions_of_the_baseline_stay_as_they_are() -> None:
    terms = np.array([(0, 2.0), (1, 4.0)], dtype=[("firm", "i8"), ("limit", "f8")])
    decisions = [("sign", 0.5, np.array([0, 1]), terms), ("reduction", 1.0, None, None)]
    changed = with_lines(decisions, np.array([3.0, 0.5]))
    assert changed[0][3]["limit"].tolist() == [6.0, 2.0]
    assert terms["limit"].tolist() == [2.0, 4.0]
    assert changed[1] == decisions[1]
