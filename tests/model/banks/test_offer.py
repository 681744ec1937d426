"""What lenders offer: sizes side by side and under one agreement, and the published terms."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model.banks.bank import Capital
from sim.model.banks.case import Case, Scenario
from sim.model.banks.offer import Offer, bank_caps, make_offer, secured_line
from sim.model.contracts.arrangement import PLAIN, Arrangement
from sim.model.firms.record import NO_RIGHT, SWAP
from tests.model.banks.three import (
    CAPITAL,
    applicants,
    banks,
    beliefs,
    case_of_three,
    tables,
    underwriting,
)

SCENARIOS = Path(__file__).parents[3] / "scenarios"
CASH_FLOW = {"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.1}
THREE = {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}
UNWILLING = {"appetite": 0.0}
"""Nobody lends without tolerance: more is lost than the rate brings in."""
# Business counts for nothing here, so that all three live from the tolerance alone.
STRICT = underwriting(relationship_weight=0.0, tolerance_rate=0.05)
# A tolerance with which all lend without collateral.
WILLING: dict[str, Any] = {"tolerance_rate": 0.06}


def arranged(**clauses: Any) -> Arrangement:
    return Arrangement.model_validate(clauses)


def offered(
    arrangement: Arrangement = PLAIN, scenario: Scenario | None = None, case: Case | None = None,
    first: int = 0,
) -> Offer:  # fmt: skip
    return make_offer(case or case_of_three(), "any", arrangement, scenario or tables(), first)


def unsecured(case: Case | None = None, **clauses: Any) -> Offer:
    """Offers without collateral, by banks that are willing."""
    willing = tables(underwriting=underwriting(**WILLING))
    return offered(arranged(**{"limit": CASH_FLOW} | clauses), willing, case)


def sizes(offer: Offer) -> Any:
    return offer.line[:, None] * offer.share


# --- Caps --------------------------------------------------------------------------------


def test_collateral_supports_its_advance_on_what_it_is_worth_today() -> None:
    # Half of 0.4 * 10, 0.5 * 40 and 0.6 * 100; a fifth less in a bust.
    assert secured_line(case_of_three(), tables()) == pytest.approx([2.0, 10.0, 30.0])
    assert secured_line(case_of_three(collateral=0.8), tables()) == pytest.approx([1.6, 8.0, 24.0])


def test_a_cap_is_that_of_the_stage_and_of_the_bank() -> None:
    lender = np.array([[0, 1, 2], [1, 0, 2], [2, 0, 1]])
    # 4, 8 and 20 by stage; banks lend the whole, a half and a quarter of it.
    expected = np.array([[4.0, 2.0, 1.0], [4.0, 8.0, 2.0], [5.0, 20.0, 10.0]])
    assert bank_caps(case_of_three(), lender, tables()) == pytest.approx(expected)


def test_no_bank_lends_more_to_one_name_than_its_parent_may() -> None:
    lender = np.array([[0, 1, 2], [1, 0, 2], [2, 0, 1]])
    small = tables(bank=banks(north={"parent_capital": 60.0}))
    expected = np.array([[4.0, 2.0, 1.0], [4.0, 6.0, 2.0], [5.0, 6.0, 10.0]])
    assert bank_caps(case_of_three(), lender, small) == pytest.approx(expected)


# --- Side by side ------------------------------------------------------------------------


def test_side_by_side_each_lender_covers_what_is_left() -> None:
    # Asked 2, 10 and 30; caps 4 2 1, 4 8 2, 5 20 10 in the order of the lenders.
    offer = offered()
    assert offer.made.tolist() == [True, True, True]
    assert offer.lender.tolist() == [[0, 1, 2], [1, 0, 2], [2, 0, 1]]
    assert sizes(offer) == pytest.approx(np.array([[2.0, 0, 0], [4.0, 6.0, 0], [5.0, 20.0, 5.0]]))


def test_where_one_refuses_the_next_covers_more() -> None:
    scenario = tables(underwriting=STRICT, bank=banks(north=UNWILLING))
    # North refuses: the start-up is its own client, the others have two banks left.
    offer = offered(scenario=scenario)
    assert offer.made.tolist() == [False, True, True]
    assert sizes(offer) == pytest.approx(np.array([[0.0, 0, 0], [4.0, 0, 2.0], [5.0, 0, 10.0]]))


@pytest.mark.parametrize(
    ("count", "lines"), [(1, [2.0, 4.0, 5.0]), (2, [2.0, 10.0, 25.0]), (8, [2.0, 10.0, 30.0])]
)
def test_more_lenders_side_by_side_lend_more(count: int, lines: list[float]) -> None:
    offer = offered(scenario=tables(underwriting=underwriting(bilateral_lenders=count)))
    assert offer.line == pytest.approx(lines)
    assert offer.lender.shape[1] == min(count, 3)


def test_another_bank_may_lead() -> None:
    offer = offered(first=1)
    assert offer.lender.tolist() == [[1, 2], [0, 2], [0, 1]]
    assert sizes(offer) == pytest.approx(np.array([[2.0, 0.0], [8.0, 2.0], [20.0, 10.0]]))


@pytest.mark.parametrize(("least", "made"), [(2.0, True), (2.0001, False)])
def test_a_line_too_small_to_bother_with_is_not_offered(least: float, made: bool) -> None:
    offer = offered(scenario=tables(underwriting=underwriting(least_line=least)))
    assert offer.made[0] == made
    assert offer.line[0] == pytest.approx(2.0)


def test_a_withdrawal_side_by_side_can_take_the_others_along() -> None:
    # At renewal West does not go on with the growing firm; South and North would, but if
    # the bad news counts enough they leave with it.
    def renewal(stigma: float) -> Offer:
        scenario = tables(
            underwriting=underwriting(
                relationship_weight=0.0, tolerance_rate=0.022, stigma=stigma,
                renewal_patience_rate=0.0,
            ),
            belief=beliefs(quality_slope=0.8), bank=banks(west=UNWILLING),
        )  # fmt: skip
        case = case_of_three(
            applicants(scale=(10.0, 60.0, 100.0), quality=(0.0, 0.5, 0.0)),
            renewal=np.array([False, True, False]),
        )
        return offered(scenario=scenario, case=case)

    calm, shaken = renewal(0.0), renewal(3.0)
    assert calm.made[1]
    assert calm.share[1, 2] == 0.0
    assert not shaken.made[1]


# --- Under one agreement -----------------------------------------------------------------


def test_under_one_agreement_the_tightest_cap_over_its_share_binds() -> None:
    offer = unsecured(loss_sharing=THREE)
    # Caps over shares: 4/.5 2/.3 1/.2, 4/.5 8/.3 2/.2, 5/.5 20/.3 10/.2; asked 5, 22, 53.
    assert offer.line == pytest.approx([5.0, 8.0, 10.0])
    assert offer.share == pytest.approx(np.tile([0.5, 0.3, 0.2], (3, 1)))
    # A higher cap for unsecured lines lets more through, up to what is asked.
    wider = unsecured(loss_sharing=THREE, limit=CASH_FLOW | {"cap_factor": 2.0})
    assert wider.line == pytest.approx([5.0, 16.0, 20.0])


def test_together_banks_lend_more_than_the_lead_can_alone() -> None:
    alone, together = unsecured(), unsecured(loss_sharing=THREE)
    assert alone.line == pytest.approx([4.0, 4.0, 5.0])
    assert np.all(together.line > alone.line)


def test_a_partner_that_refuses_takes_its_own_line_with_it() -> None:
    scenario = tables(underwriting=STRICT, bank=banks(west=UNWILLING))
    offer = offered(arranged(limit=CASH_FLOW, loss_sharing=THREE), scenario)
    assert offer.made.tolist() == [True, True, False]
    # Of wholes of 5 and 8, a half and three tenths each; the others carry no more of it.
    assert sizes(offer)[:2] == pytest.approx(np.array([[2.5, 1.5, 0.0], [4.0, 2.4, 0.0]]))
    assert offer.share[:2] == pytest.approx(np.tile([0.625, 0.375, 0.0], (2, 1)))


def test_the_cap_of_a_partner_that_refuses_does_not_bind() -> None:
    # With West the start-up would get 5 at most for West's cap of 1 over a fifth; without
    # it 6.67, for South's cap of 2 over three tenths. Asked are 8.
    case = case_of_three(applicants(sales=(16.0, 40.0, 100.0)))
    terms = arranged(limit=CASH_FLOW, loss_sharing=THREE)
    willing = offered(terms, tables(underwriting=STRICT), case)
    assert willing.line[0] == pytest.approx(5.0)
    without = offered(terms, tables(underwriting=STRICT, bank=banks(west=UNWILLING)), case)
    assert sizes(without)[0] == pytest.approx([0.5 * 20.0 / 3.0, 2.0, 0.0])


def test_without_its_lead_there_is_no_agreement() -> None:
    scenario = tables(underwriting=STRICT, bank=banks(south=UNWILLING))
    offer = offered(arranged(limit=CASH_FLOW, loss_sharing=THREE), scenario)
    assert offer.made.tolist() == [True, False, True]
    assert sizes(offer)[1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("limit", [{"kind": "collateral"}, CASH_FLOW])
def test_a_consortium_of_one_is_lending_alone(limit: dict[str, Any]) -> None:
    one = {
        "kind": "proportional", "shares": [1.0], "delay_years": 0.5, "coordination_cost": 9.0,
    }  # fmt: skip
    luck = np.random.default_rng(2).random((3, 4))
    case = case_of_three(draw=lambda codes: luck[:, codes[0] % 4])
    alone = offered(arranged(limit=limit), case=case)
    consortium = offered(arranged(limit=limit, loss_sharing=one), case=case)
    assert differing(alone, consortium) == []


def differing(a: Offer, b: Offer) -> list[str]:
    """Names of the parts in which two offers differ in any bit."""

    def bits(value: Any) -> Any:
        if isinstance(value, tuple):
            return [bits(part) for part in value]
        return value.tobytes() if isinstance(value, np.ndarray) else value

    found = [n.name for n in fields(Offer) if n.name != "right"]
    found = [name for name in found if bits(getattr(a, name)) != bits(getattr(b, name))]
    return found + [
        f"right {n.name}"
        for n in fields(type(a.right))
        if bits(getattr(a.right, n.name)) != bits(getattr(b.right, n.name))
    ]


# --- Terms -------------------------------------------------------------------------------


def test_plain_terms_are_one_year_at_the_rate_of_the_stage_and_no_right() -> None:
    offer = offered()
    assert offer.rate == pytest.approx([0.040, 0.036, 0.034])
    assert offer.later_rate is offer.rate or np.array_equal(offer.later_rate, offer.rate)
    assert (offer.years, offer.step_years, offer.right.kind) == (1.0, np.inf, NO_RIGHT)
    assert offer.default.tolist() == [0.04, 0.02, 0.01]
    assert offer.loss.tolist() == [0.5, 0.5, 0.5]


def test_a_step_is_written_with_both_rates_and_compared_by_its_average() -> None:
    step = {"kind": "step", "concession_rate": 0.002, "surcharge_rate": 0.006, "after_years": 1.5}
    offer = offered(arranged(pricing=step, tenor={"kind": "term", "years": 3.0}))
    assert offer.rate == pytest.approx([0.038, 0.034, 0.032])
    assert offer.later_rate == pytest.approx([0.046, 0.042, 0.040])
    assert offer.mean_rate == pytest.approx([0.042, 0.038, 0.036])
    assert (offer.years, offer.step_years) == (3.0, 1.5)


def yuntu(file: str) -> Offer:
    """The published contract as shipped, offered by banks that will take part."""
    text = (SCENARIOS / f"{file}.toml").read_text(encoding="utf-8")
    clauses = tomllib.loads(text)["arrangement"]["yuntu_swap"]
    return unsecured(**{"limit": None} | clauses)


@pytest.mark.parametrize(
    ("file", "stake"), [("yuntu_swap_low_strike", 0.25), ("yuntu_swap_trigger_strike", 0.05)]
)
def test_the_yuntu_contract_has_its_published_terms(file: str, stake: float) -> None:
    # A line of 5 million at 3.0 percent, beyond what the lender's own caps allow (West
    # lends 5 at most, South 4); 2 million for the stake, alive from 40 million on.
    offer = yuntu(file)
    assert offer.made.tolist() == [True, True, True]
    assert offer.line.tolist() == [5.0, 5.0, 5.0]
    assert offer.lender.tolist() == [[0], [1], [2]]
    assert offer.rate.tolist() == [0.03] * 3
    assert offer.mean_rate.tolist() == [0.03] * 3
    assert offer.years == 3.0
    right = offer.right
    assert (right.kind, right.years, right.pass_through) == (SWAP, 3.0, 0.5)
    assert right.strike.tolist() == [2.0] * 3
    assert right.stake.tolist() == [stake] * 3
    assert right.trigger.tolist() == [40.0] * 3


def test_a_stated_amount_is_lent_where_a_bank_has_no_line_of_its_own() -> None:
    # The amount is written in the contract, beyond any lender's cap: also beyond a cap of 0.
    nothing = underwriting(line_cap=(0.0, 8.0, 20.0, 50.0), **WILLING)
    fixed = arranged(limit={"kind": "fixed", "amount": 5.0})
    assert offered(fixed, tables(underwriting=nothing)).line.tolist() == [5.0, 5.0, 5.0]
    unlisted = tables(
        underwriting=underwriting(**WILLING),
        capital=Capital(**CAPITAL | {"single_name_share": 0.0}),
    )
    assert offered(fixed, unlisted).line.tolist() == [5.0, 5.0, 5.0]


def test_a_right_on_a_share_of_the_line_follows_the_line_that_is_offered() -> None:
    terms = {
        "kind": "warrant", "coverage": 0.2, "strike_multiple": 1.0, "years": 5.0,
        "pass_through_share": 0.5, "liquidity_share": 0.5,
    }  # fmt: skip
    offer = unsecured(upside=terms)
    assert offer.right.strike == pytest.approx([0.8, 0.8, 1.0])
    assert offer.right.stake == pytest.approx([0.04, 0.008, 1.0 / 300.0])


# --- Monitoring --------------------------------------------------------------------------


def test_a_lead_monitors_where_its_own_share_pays_for_it() -> None:
    # Half of the line is drawn at once; watching saves 0.1 * 0.5 of diversion, times the
    # leverage, of 0.75 lost: 0.05 * 2/20 * 0.75 * 2 = 0.0075 for the start-up alone, more
    # than half of it for nobody with a share of one half.
    cheap = tables(underwriting=underwriting(monitoring_cost=0.005, **WILLING))
    alone = offered(arranged(limit={"kind": "fixed", "amount": 4.0}), cheap)
    assert alone.made.all()
    assert alone.monitored.tolist() == [True, False, False]
    shared = arranged(limit={"kind": "fixed", "amount": 4.0}, loss_sharing=THREE)
    assert offered(shared, cheap).made.all()
    assert offered(shared, cheap).monitored.tolist() == [False, False, False]


def test_nobody_monitors_without_effort_or_for_too_much() -> None:
    fixed = arranged(limit={"kind": "fixed", "amount": 4.0})
    for effort, cost in ((0.0, 0.005), (1.0, 0.008)):
        rules = {"monitoring_effort": effort, "monitoring_cost": cost}
        offer = offered(fixed, tables(underwriting=underwriting(**rules, **WILLING)))
        assert offer.made.all()
        assert not np.any(offer.monitored)


# --- As if alone -------------------------------------------------------------------------


def test_an_offer_does_not_depend_on_who_else_asks() -> None:
    arrangement = arranged(limit=CASH_FLOW, loss_sharing=THREE, screening={"kind": "pooled"})
    willing = tables(underwriting=underwriting(**WILLING))
    together = offered(arrangement, willing)
    for n in range(3):
        a = applicants().take(np.array([n]))
        alone = offered(arrangement, willing, case_of_three(a))
        for name in ("made", "line", "share", "merit", "judgement", "default"):
            assert getattr(alone, name)[0] == pytest.approx(getattr(together, name)[n])
