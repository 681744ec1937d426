"""Who bears losses: shares that sum to one, and what lending together costs."""

import math
from typing import Any

import pytest

from sim.model.contracts.loss_sharing import (
    MOST_LENDERS,
    LossSharing,
    Proportional,
    Sole,
    conditions,
    shares_of,
)


def proportional(*shares: float, **terms: Any) -> Proportional:
    return Proportional(kind="proportional", shares=shares, **terms)


TOGETHER = {"delay_years": 0.1, "coordination_cost": 0.004}


@pytest.mark.parametrize(
    ("clause", "shares", "joint", "lag", "cost"),
    [
        (Sole(), [1.0], False, 0.0, 0.0),
        (Sole(guaranteed_share=0.4), [1.0], False, 0.0, 0.0),
        # One bank has nobody to wait for.
        (proportional(1.0, **TOGETHER), [1.0], False, 0.0, 0.0),
        (proportional(0.6, 0.4, **TOGETHER), [0.6, 0.4], True, 0.1, 0.004),
        (proportional(0.5, 0.3, 0.2, **TOGETHER), [0.5, 0.3, 0.2], True, 0.1, 0.008),
        (proportional(0.5, 0.5), [0.5, 0.5], True, 0.0, 0.0),
    ],
)
def test_each_further_bank_costs_time_and_money(
    clause: LossSharing, shares: list[float], joint: bool, lag: float, cost: float
) -> None:
    found = conditions(clause)
    assert list(found["shares"]) == list(shares_of(clause)) == shares
    assert found["members"] == len(shares)
    assert (found["joint"], found["delay"]) == (joint, lag)
    assert found["coordination_cost"] == pytest.approx(cost, rel=1e-15)


def test_parties_beside_the_lenders_bear_and_earn_together() -> None:
    found = conditions(
        Sole(
            guaranteed_share=0.3, guarantee_fee_rate=0.004, insured_share=0.2,
            insurance_fee_rate=0.006, leased_share=0.1, lease_fee_rate=0.01, trust_share=0.1,
            trust_fee_rate=0.002, first_loss_share=0.05, cap_per_default_share=0.6,
        )
    )  # fmt: skip
    assert found["cover_shares"] == (0.3, 0.2, 0.1, 0.1)
    assert found["fee_rate"] == pytest.approx(0.022)
    assert (found["first_loss"], found["cap_per_default"]) == (0.05, 0.6)


@pytest.mark.parametrize(("payer", "of"), [("bank", ""), ("firm", "firm_"), ("public", "public_")])
def test_a_fee_falls_on_who_pays_it(payer: Any, of: str) -> None:
    found = conditions(
        Sole(
            guaranteed_share=0.3, guarantee_fee_rate=0.003, guarantee_fee_payer=payer,
            insured_share=0.2, insurance_fee_rate=0.006, insurance_fee_payer=payer,
            trust_share=0.1, trust_fee_rate=0.001,
        )
    )  # fmt: skip
    own = 0.001 if payer == "bank" else 0.0
    assert found[f"{of}fee_rate"] == pytest.approx(0.009 + own)
    parts = [0.003 / (0.009 + own), 0.006 / (0.009 + own), 0.0, own / (0.009 + own)]
    assert found[f"{of}fee_parts"] == pytest.approx(parts)
    assert sum(found[f"{each}fee_rate"] for each in ("", "firm_", "public_")) == pytest.approx(
        0.01
    )


def test_a_provider_without_a_cap_is_bound_by_none() -> None:
    found = conditions(Sole(guaranteed_share=0.4))
    for name in ("caps_per_firm", "caps_per_default", "caps_per_year", "capitals"):
        assert found[name] == (math.inf,) * 4


def test_caps_and_capital_are_those_of_their_provider() -> None:
    clause = Sole(
        guaranteed_share=0.6, guarantee_cap_per_firm=30.0, guarantee_cap_per_year_share=0.05,
        guarantor_capital=50.0, insured_share=0.8, insurer_bears_rest=True,
        insurance_deductible=0.5, insurance_cap_per_default=2.0,
        insurance_cap_per_year_share=0.1, insurer_capital=20.0,
    )  # fmt: skip
    none, found = math.inf, conditions(clause, 2.0)
    assert found["caps_per_firm"] == (30.0, none, none, none)
    assert found["caps_per_default"] == (none, 2.0, none, none)
    assert found["caps_per_year"] == (0.05, 0.1, none, none)
    # For every 1,000 firms, of which there are two thousand.
    assert found["capitals"] == (100.0, 40.0, none, none)
    assert (found["deductibles"][1], found["bears_rest"]) == (0.5, (0, 1, 0, 0))
    again = conditions(Sole(guaranteed_share=0.8, reguaranteed_share=0.5))
    assert (again["reguaranteed_shares"], again["reguarantee_cap"]) == ((0.5, 0.5), math.inf)


def test_who_bears_what_is_left_may_have_any_share_of_it() -> None:
    assert Sole(guaranteed_share=0.6, insured_share=0.8, insurer_bears_rest=True)
    with pytest.raises(ValueError, match=r"must sum to 1 at most; got 1\.4"):
        Sole(guaranteed_share=0.6, insured_share=0.8)


@pytest.mark.parametrize("n", range(1, MOST_LENDERS + 1))
def test_equal_shares_sum_to_one_up_to_the_last_bit_but_few(n: int) -> None:
    assert sum(shares_of(proportional(*[1.0 / n] * n))) == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((0.5, 0.4), r"shares: must sum to 1; got 0.5 \+ 0.4 = 0.9"),
        ((0.5, 0.5, 1e-8), "must sum to 1"),
        ((), "must name 1 to 8 banks, names 0"),
        ((0.125,) * 7 + (0.0625,) * 2, "must name 1 to 8 banks, names 9"),
    ],
)
def test_shares_that_do_not_fit_are_refused(shares: tuple[float, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        proportional(*shares)
