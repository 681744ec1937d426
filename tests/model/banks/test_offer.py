"""What lenders offer: whom a firm turns to, sizes, and the published terms."""

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model.banks.offer import choose_lenders
from sim.model.firms.record import NO_RIGHT, SWAP
from tests.model.banks.three import (
    CAP_FACTORS,
    applicant,
    applicants,
    banks,
    conditions,
    offer,
    offered,
    rules,
)

SCENARIOS = Path(__file__).parents[3] / "scenarios"
CASH_FLOW = {"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.1}
THREE = {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}
FOUR_MILLION = {"kind": "fixed", "amount": 4.0}
UNWILLING = {"appetite": 0.0}
"""Nobody lends without the subsidy: more is lost than the rate brings in."""
# Business counts for nothing here, so that all three live from the subsidy alone.
STRICT = {"relationship_weight": 0.0, "policy_subsidy_rate": 0.05}
# A subsidy with which all lend without collateral.
WILLING = {"policy_subsidy_rate": 0.06}
# Loans that are worth making: banks bid what they cost.
CHEAP = {
    "funding_rate": 0.0, "operating_cost": (0.0,) * 4, "hurdle_rate": 0.05,
    "policy_subsidy_rate": 0.0,
}  # fmt: skip


def to_all(k: Any = None, u: Any = None, lenders: Any = None, **columns: Any) -> list[Any]:
    """Offers to the three."""
    return [offered(a, k, u, lenders) for a in applicants(**columns)]


def column(offers: list[Any], name: str) -> list[Any]:
    return [o[name].item() for o in offers]


def sizes(offers: list[Any]) -> Any:
    return np.array([o.line * o.share[:3] for o in offers])


# --- Lenders -----------------------------------------------------------------------------

KNOWN = ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2])


@pytest.mark.parametrize(
    ("count", "lenders"),
    [
        (1, [[2], [0], [1]]),
        (3, [[2, 0, 1], [0, 3, 2], [1, 3, 0]]),
        (4, [[2, 0, 1, 3], [0, 3, 2, 1], [1, 3, 0, 2]]),
    ],
)
def test_a_firm_turns_to_its_own_bank_and_then_to_those_it_knows(
    count: int, lenders: list[list[int]]
) -> None:
    for home, roster, expected in zip((2, 0, 1), KNOWN, lenders, strict=True):
        o, a = offer(), applicant(roster=roster, known_banks=4)
        choose_lenders(o, a, home, count)
        assert o.lender[: o.lenders].tolist() == expected


def test_an_own_bank_that_is_not_on_the_roster_comes_first_all_the_same() -> None:
    o = offer()
    choose_lenders(o, applicant(), 7, 3)
    assert o.lender[: o.lenders].tolist() == [7, 0, 1]


def test_a_single_bank_is_all_there_is() -> None:
    o = offered(applicant(roster=[0], known_banks=1), lenders=banks()[:1])
    assert (o.lenders, o.lender[0]) == (1, 0)


# --- Side by side ------------------------------------------------------------------------


def test_side_by_side_banks_lend_in_the_order_of_their_bids_until_the_firm_has_its_line() -> None:
    # Asked 2, 10 and 30; caps of North, South and West 4 2 1, 8 4 2, 20 10 5. Judging costs
    # the less per unit the more a bank lends; for the start-up its own bank is as cheap as South.
    offers = to_all(u=rules(**CHEAP))
    assert column(offers, "made") == [1, 1, 1]
    assert [o.lender[: o.lenders].tolist() for o in offers] == [[0], [0, 1], [0, 1]]
    assert sizes(offers) == pytest.approx(np.array([[2.0, 0, 0], [8.0, 2.0, 0], [20.0, 10.0, 0]]))


def test_where_one_refuses_the_next_covers_more() -> None:
    # For North, of much capital, the rate is too low, whose own client the start-up is.
    offers = to_all(u=rules(**CHEAP), lenders=banks(north={"required_ratio": 0.9}))
    assert column(offers, "made") == [1, 1, 1]
    assert [o.lender[: o.lenders].tolist() for o in offers] == [[1], [1, 2], [1, 2]]
    assert sizes(offers) == pytest.approx(np.array([[2.0, 0, 0], [4.0, 2.0, 0], [10.0, 5.0, 0]]))


@pytest.mark.parametrize(
    ("count", "lines", "lenders"),
    [
        (1, [2.0, 4.0, 5.0], [1, 1, 1]),
        (2, [2.0, 10.0, 25.0], [1, 2, 2]),
        (8, [2.0, 10.0, 30.0], [1, 2, 2]),
    ],
)
def test_more_banks_that_know_a_firm_lend_more(
    count: int, lines: list[float], lenders: list[int]
) -> None:
    offers = to_all(u=rules(known_banks=count, **CHEAP))
    assert column(offers, "line") == pytest.approx(lines)
    assert column(offers, "lenders") == lenders


@pytest.mark.parametrize(("least", "line"), [(2.0, 2.0), (2.0001, 0.0)])
def test_a_line_too_small_to_bother_with_is_not_offered(least: float, line: float) -> None:
    o = offered(applicant(), u=rules(least_line=least))
    assert (o.made, o.line) == (int(line > 0.0), pytest.approx(line))


def test_collateral_supports_its_advance_on_what_it_is_worth() -> None:
    assert offered(applicant(tangible=3.2), u=rules(**WILLING)).line == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("terms", "line"),
    [
        ({}, 2.0),  # half of tangible assets of 4
        ({"sales_line": (0.1, 9.0, 9.0, 9.0)}, 2.0),  # a tenth of sales of 10 is less
        ({"sales_line": (0.3, 9.0, 9.0, 9.0)}, 3.0),
        ({"sales_line": (0.3, 9.0, 9.0, 9.0), "round_line": 0.1}, 3.5),  # and of a round of 5
    ],
)
def test_a_plain_line_is_what_assets_or_sales_support(terms: dict[str, Any], line: float) -> None:
    a = applicant(last_round=5.0)
    assert offered(a, u=rules(**terms)).line == pytest.approx(line)
    # And no more than the firm asks for.
    modest = applicant(last_round=5.0, asked=1.5)
    assert offered(modest, u=rules(**terms, screening_cost=0.0)).line == 1.5


@pytest.mark.parametrize(
    ("limit", "runway", "made"), [(0.0, 0.4, 1), (0.0, 0.3, 0), (0.0, math.inf, 1), (1.0, 0.3, 1)]
)
def test_a_new_borrower_that_burns_cash_must_last_a_while(
    limit: float, runway: float, made: int
) -> None:
    a, u = applicant(limit=limit, runway=runway), rules(least_runway=0.35)
    assert offered(a, u=u).made == made


# --- Under one agreement -----------------------------------------------------------------


def test_under_one_agreement_each_bank_lends_its_share() -> None:
    k = conditions(limit=CASH_FLOW, loss_sharing=THREE)
    offers = to_all(k, rules(**WILLING))
    # Caps over shares: 4/.5 2/.3 1/.2, 4/.5 8/.3 2/.2, 5/.5 20/.3 10/.2; asked 5, 22, 53.
    assert column(offers, "line") == pytest.approx([5.0, 8.0, 10.0])
    for o in offers:
        assert o.share[:3] == pytest.approx([0.5, 0.3, 0.2])
    # A higher cap for unsecured lines lets more through, up to what is asked.
    wider = conditions(limit=CASH_FLOW | {"cap_factor": 2.0}, loss_sharing=THREE)
    lines = column(to_all(wider, rules(**WILLING)), "line")
    assert lines == pytest.approx([5.0, 16.0, 20.0])


def test_together_banks_lend_more_than_the_lead_can_alone() -> None:
    alone = to_all(conditions(limit=CASH_FLOW), rules(known_banks=1, **WILLING))
    together = to_all(conditions(limit=CASH_FLOW, loss_sharing=THREE), rules(**WILLING))
    assert column(alone, "line") == pytest.approx([4.0, 4.0, 5.0])
    for mine, ours in zip(alone, together, strict=True):
        assert ours.line > mine.line


def test_a_partner_that_refuses_takes_its_own_line_with_it() -> None:
    k = conditions(limit=CASH_FLOW, loss_sharing=THREE)
    offers = to_all(k, rules(**STRICT), banks(west=UNWILLING))
    assert column(offers, "made") == [1, 1, 0]
    # Of wholes of 5 and 8, a half and three tenths each; the others carry no more of it.
    assert sizes(offers)[:2] == pytest.approx(np.array([[2.5, 1.5, 0.0], [4.0, 2.4, 0.0]]))
    for o in offers[:2]:
        assert o.share[:3] == pytest.approx([0.625, 0.375, 0.0])


def test_without_its_lead_there_is_no_agreement() -> None:
    k = conditions(limit=CASH_FLOW, loss_sharing=THREE)
    offers = to_all(k, rules(**STRICT), banks(south=UNWILLING))
    assert column(offers, "made") == [1, 0, 1]
    assert sizes(offers)[1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("limit", [{"kind": "collateral"}, CASH_FLOW])
def test_a_consortium_of_one_is_lending_alone(
    limit: dict[str, Any], luck: dict[int, float]
) -> None:
    one = {
        "kind": "proportional", "shares": [1.0], "delay_years": 0.5, "coordination_cost": 9.0,
    }  # fmt: skip
    luck |= dict(enumerate(np.random.default_rng(2).random(4)))
    alone, consortium = conditions(limit=limit), conditions(limit=limit, loss_sharing=one)
    for mine, ours in zip(to_all(alone), to_all(consortium), strict=True):
        assert mine.tobytes() == ours.tobytes()


# --- Terms -------------------------------------------------------------------------------


def test_terms_of_the_only_bank_are_the_rate_of_the_stage_and_no_right() -> None:
    offers = to_all(u=rules(known_banks=1))
    for name in ("rate", "later_rate", "mean_rate"):
        assert column(offers, name) == pytest.approx([0.040, 0.036, 0.034])
    assert column(offers, "right") == [NO_RIGHT] * 3
    assert [o.default[0] for o in offers] == [0.04, 0.02, 0.01]


def test_a_step_is_written_with_both_rates_and_compared_by_its_average() -> None:
    step = {"kind": "step", "concession_rate": 0.002, "surcharge_rate": 0.006, "after_years": 1.5}
    k = conditions(pricing=step, tenor={"kind": "term", "years": 3.0})
    offers = to_all(k, rules(known_banks=1))
    assert column(offers, "rate") == pytest.approx([0.038, 0.034, 0.032])
    assert column(offers, "later_rate") == pytest.approx([0.046, 0.042, 0.040])
    assert column(offers, "mean_rate") == pytest.approx([0.042, 0.038, 0.036])


@pytest.mark.parametrize(
    ("file", "stake"), [("yuntu_swap_low_strike", 0.25), ("yuntu_swap_trigger_strike", 0.05)]
)
def test_the_yuntu_contract_has_its_published_terms(file: str, stake: float) -> None:
    # A line of 5 million at 3.0 percent, beyond what the lender's own caps allow (West
    # lends 5 at most, South 4); 2 million for the stake, alive from 40 million on.
    text = (SCENARIOS / f"{file}.toml").read_text(encoding="utf-8")
    k = conditions(**tomllib.loads(text)["arrangement"]["yuntu_swap"])
    offers = to_all(k, rules(**WILLING))
    for name, value in {
        "made": 1, "line": 5.0, "lenders": 1, "rate": 0.03, "mean_rate": 0.03, "right": SWAP,
        "exercise_amount": 2.0, "stake": stake, "trigger": 40.0,
    }.items():  # fmt: skip
        assert column(offers, name) == [value] * 3, name
    assert [o.lender[0] for o in offers] == [0, 1, 2]
    assert (k.years, k.right_years, k.lender_gain_share) == (3.0, 3.0, 0.5)


def test_a_stated_amount_is_lent_where_a_bank_has_no_line_of_its_own() -> None:
    # The amount is written in the contract, beyond any lender's cap: also beyond a cap of 0.
    fixed = conditions(limit={"kind": "fixed", "amount": 5.0})
    nothing = rules(line_cap=(0.0, 8.0, 20.0, 50.0), **WILLING)
    assert column(to_all(fixed, nothing), "line") == [5.0, 5.0, 5.0]
    unlisted = banks(**{name: {"single_name": 0.0} for name in CAP_FACTORS})
    assert column(to_all(fixed, rules(**WILLING), unlisted), "line") == [5.0, 5.0, 5.0]


def test_a_right_on_a_share_of_the_line_follows_the_line_that_is_offered() -> None:
    terms = {
        "kind": "warrant", "coverage": 0.2, "strike_multiple": 1.0, "years": 5.0,
        "lender_gain_share": 0.5, "liquidity_share": 0.5,
    }  # fmt: skip
    alone = rules(known_banks=1, **WILLING)
    offers = to_all(conditions(limit=CASH_FLOW, upside=terms), alone)
    assert column(offers, "exercise_amount") == pytest.approx([0.8, 0.8, 1.0])
    assert column(offers, "stake") == pytest.approx([0.04, 0.008, 1.0 / 300.0])


# --- Monitoring --------------------------------------------------------------------------


def test_a_lead_monitors_where_its_own_share_pays_for_it() -> None:
    # Half of the line is drawn at once; watching saves 0.1 * 0.5 of diversion, times the
    # leverage, of 0.75 lost: 0.05 * 2/20 * 0.75 * 2 = 0.0075 for the start-up alone, more
    # than half of it for nobody with a share of one half.
    cheap = rules(monitoring_cost=0.005, **WILLING)
    alone = to_all(conditions(limit=FOUR_MILLION), cheap)
    assert column(alone, "made") == [1, 1, 1]
    assert column(alone, "monitored") == [1, 0, 0]
    shared = to_all(conditions(limit=FOUR_MILLION, loss_sharing=THREE), cheap)
    assert column(shared, "made") == [1, 1, 1]
    assert column(shared, "monitored") == [0, 0, 0]


@pytest.mark.parametrize(("effort", "cost"), [(0.0, 0.005), (1.0, 0.008)])
def test_nobody_monitors_without_effort_or_for_too_much(effort: float, cost: float) -> None:
    u = rules(monitoring_effort=effort, monitoring_cost=cost, **WILLING)
    offers = to_all(conditions(limit=FOUR_MILLION), u)
    assert column(offers, "made") == [1, 1, 1]
    assert column(offers, "monitored") == [0, 0, 0]
