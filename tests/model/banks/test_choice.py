"""The firm's side: what it would use of a line, what it gives up, and when it leaves."""

from typing import Any

import numpy as np
import pytest

from sim.base.special import annuity
from sim.model.banks.choice import advantage, leaving_cost, upside_cost, usable, wants, worth
from sim.model.contracts.upside import grant
from sim.model.firms.record import ASK_FUNDS, ASK_RENEWAL, NO_RIGHT, SWAP
from sim.model.firms.worth_of_right import cost_of_right
from tests.model.banks.three import NOW, applicant, conditions, offer, rules

WARRANT = {
    "kind": "warrant", "coverage": 0.2, "strike_multiple": 1.0, "years": 5.0,
    "lender_gain_share": 0.5, "liquidity_share": 0.3,
}  # fmt: skip
SWAPPED = {
    "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": 40.0, "years": 3.0,
    "lender_gain_share": 0.5,
}  # fmt: skip
PROMISE = {"kind": "agreement", "promised_move_hazard": 0.43, "demanded_move_hazard": 0.6}
LIVING = cost_of_right((0.25, 2.0, 40.0), 30.0, 3.0, 0.6, 0.03)
"""What that swap right costs the owners of a firm worth 30 million."""


@pytest.mark.parametrize(
    ("need", "used"),
    [
        (0.0, 0.0),  # who needs nothing draws nothing
        (4.0, 4.0),
        (7.0, 7.0),
        (10.0, 10.0),
        (99.0, 10.0),
    ],
)
def test_a_firm_uses_what_it_needs_of_a_line(need: float, used: float) -> None:
    assert usable(10.0, need) == used


@pytest.mark.parametrize(
    ("limit", "request_", "line", "wanted"),
    [
        (0.0, ASK_FUNDS, 5.0, True),
        (10.0, ASK_FUNDS, 10.0, False),  # a line that runs is replaced by a larger one only
        (10.0, ASK_FUNDS, 10.1, True),
        (10.0, ASK_RENEWAL, 5.0, True),  # at renewal anything is better than nothing
    ],
)
def test_which_lines_are_worth_signing(
    limit: float, request_: int, line: float, wanted: bool
) -> None:
    assert wants(offer(line=line), applicant(limit=limit, request=request_)) == wanted


# --- What is on offer --------------------------------------------------------------------

BASIS = {"made": 1, "line": 5.0, "mean_rate": 0.03}


def gained(special: dict[str, float], plain: dict[str, float], years: float = 1.0) -> float:
    """What a firm that needs 5 gains by an offer over plain lending for a year."""
    k = conditions(tenor={"kind": "term", "years": years})
    offers = (offer(**BASIS | special), offer(**BASIS | plain))
    return advantage(*offers, applicant(need=5.0), k, 1.0, rules())


@pytest.mark.parametrize(
    ("special", "plain", "years", "taken"),
    [
        # Money is worth 10 percent a year, a year of tenor 1 percent of the line.
        ({}, {}, 1.0, True),  # no worse is good enough
        ({"mean_rate": 0.031}, {}, 1.0, False),
        ({"mean_rate": 0.029}, {}, 1.0, True),
        # One more million for a year: 0.1 against a higher rate on five.
        ({"mean_rate": 0.049}, {"line": 4.0}, 1.0, True),
        ({"mean_rate": 0.051}, {"line": 4.0}, 1.0, False),
        # Two years longer: 0.1 against the higher rate for three years.
        ({"mean_rate": 0.036}, {}, 3.0, True),
        ({"mean_rate": 0.037}, {}, 3.0, False),
        # Where there is no other loan, the rate does not matter.
        ({"line": 1.0, "mean_rate": 0.9}, {"made": 0}, 1.0, True),
        # A line beyond the need is worth nothing for a year, and costs nothing.
        ({"line": 12.0, "mean_rate": 0.030}, {}, 1.0, True),
        ({"line": 12.0, "mean_rate": 0.0301}, {}, 1.0, False),
    ],
)
def test_a_firm_weighs_money_and_tenor_against_the_rate(
    special: dict[str, float], plain: dict[str, float], years: float, taken: bool
) -> None:
    assert (gained(special, plain, years) >= 0.0) == taken


def test_what_a_right_costs_counts_against_an_offer() -> None:
    k = conditions(upside=SWAPPED, commitment=PROMISE)
    a, plain, granted = (
        applicant(need=5.0, value=30.0, switching_cost_weight=1e9),
        offer(**BASIS),
        offer(**BASIS),
    )
    grant(granted, k, 5.0, 30.0)
    without, with_it = (advantage(o, plain, a, k, 1.0, rules()) for o in (plain, granted))
    assert without - with_it == pytest.approx(LIVING)
    without, with_it = (worth(o, a, k, rules()) for o in (plain, granted))
    assert without - with_it == pytest.approx(LIVING)


def test_a_fee_that_the_firm_pays_counts_like_the_rate() -> None:
    fee = {"kind": "sole", "guaranteed_share": 0.5, "guarantee_fee_rate": 0.01}
    a, o = applicant(need=5.0), offer(**BASIS)
    worths = {}
    for payer in ("bank", "firm", "public"):
        k = conditions(loss_sharing=fee | {"guarantee_fee_payer": payer})
        worths[payer] = advantage(o, o, a, k, 1.0, rules()), worth(o, a, k, rules())
    assert worths["public"] == worths["bank"]
    assert worths["firm"] == pytest.approx([w - 0.01 * 5.0 for w in worths["bank"]])


def test_offers_are_ranked_by_money_tenor_and_rate() -> None:
    a, u = applicant(need=5.0), rules()
    one, three = (conditions(tenor={"kind": "term", "years": years}) for years in (1.0, 3.0))
    # A year: 0.1 on the 5 needed, 0.01 on the line, less the rate on the 5.
    assert worth(offer(**BASIS), a, one, u) == pytest.approx(0.5 + 0.05 - 0.03 * 5.0)
    assert worth(offer(**BASIS), a, three, u) == pytest.approx(3.0 * (0.55 - 0.15))
    # The rate counts whatever plain lending would have done.
    dear = offer(**BASIS | {"mean_rate": 0.04})
    assert worth(dear, a, one, u) == pytest.approx(0.55 - 0.2)


# --- What rights and leaving cost --------------------------------------------------------


def right_cost(
    upside: dict[str, Any], line: float = 10.0, years: float = 1.0, **firm: Any
) -> float:
    k = conditions(upside=upside, commitment=PROMISE, tenor={"kind": "term", "years": years})
    o, a = offer(line=line), applicant(**{"value": 30.0, "switching_cost_weight": 1.0} | firm)
    grant(o, k, line, a.value)
    return upside_cost(o, a, k, rules())


def test_no_right_costs_nothing() -> None:
    assert right_cost({"kind": "none"}) == 0.0


def test_good_firms_give_a_right_up_less_willingly() -> None:
    cost = np.array([right_cost(WARRANT, quality=quality) for quality in (-1.0, 0.0, 1.0)])
    assert cost / cost[1] == pytest.approx(np.exp([-0.3, 0.0, 0.3]))


@pytest.mark.parametrize(("cap", "cost"), [(1.0, 1.2), (0.05, 0.5)])
def test_a_royalty_costs_its_share_of_sales_up_to_its_cap(cap: float, cost: float) -> None:
    # Two percent of sales of twenty for three years, or a multiple of the line of ten.
    terms = {"kind": "royalty", "sales_share": 0.02, "cap_multiple": cap}
    assert right_cost(terms, years=3.0, sales=20.0) == pytest.approx(cost)


@pytest.mark.parametrize("switching_cost_weight", [0.5, 1e9])
def test_a_swap_right_costs_the_cheaper_of_dilution_and_business(
    switching_cost_weight: float,
) -> None:
    # Moving business worth 0.1 a year, at half of its worth, for three years.
    moving = 0.5 * 0.1 * annuity(0.03, 3.0) * switching_cost_weight
    cost = right_cost(SWAPPED, switching_cost_weight=switching_cost_weight)
    assert cost == pytest.approx(moving if switching_cost_weight == 0.5 else LIVING)
    assert cost == pytest.approx(min(moving, LIVING))


@pytest.mark.parametrize(
    ("right", "broken", "expiry", "cost"),
    [
        (NO_RIGHT, 0.0, 0.0, 0.002 * 10.0 * 2.0),
        (NO_RIGHT, 0.006, 0.0, 0.008 * 10.0 * 2.0),
        (SWAP, 0.006, NOW + 3.0, 0.008 * 10.0 * 2.0 + LIVING),
        # A right that has lapsed is worth what it is in the money: not at all here.
        (SWAP, 0.006, NOW - 1.0, 0.008 * 10.0 * 2.0),
    ],
)
def test_leaving_costs_papers_a_broken_promise_and_a_right_that_lives_on(
    right: int, broken: float, expiry: float, cost: float
) -> None:
    a = applicant(
        limit=10.0, switching_cost_weight=2.0, value=30.0, right=right, expiry=expiry, stake=0.25,
        exercise_amount=2.0,
        trigger=40.0,
    )  # fmt: skip
    assert leaving_cost(a, broken, rules()) == pytest.approx(cost)
