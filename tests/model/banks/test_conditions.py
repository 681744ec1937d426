"""What rules of banks read of an arrangement: its clauses side by side, and beliefs about it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.columns import Column, Table
from sim.model.banks.conditions import CONDITIONS, FIXED, believed_loss, filled
from tests.model.banks.three import BELIEF, conditions

THREE = {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}
WHOLE = {"kind": "sole", "guaranteed_share": 1.0}
CASH_FLOW = {"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.0}


@pytest.mark.parametrize(
    ("clauses", "loss"),
    [
        ({}, 0.5),
        # How large a line may be is no matter to what assets secure of it.
        ({"limit": {"kind": "fixed", "amount": 5.0}}, 0.5),
        ({"limit": CASH_FLOW}, 0.5),
        ({"security": {"kind": "pledge", "recovery_share": 0.2}}, 0.4),
        ({"loss_sharing": {"kind": "sole", "guaranteed_share": 0.3}}, 0.35),
        ({"loss_sharing": WHOLE}, 0.0),
        # Lenders bear the first tenth of exposure at default, others a fifth of it at most.
        ({"loss_sharing": WHOLE | {"first_loss_share": 0.1}}, 0.1),
        ({"loss_sharing": WHOLE | {"cap_per_default_share": 0.2}}, 0.3),
        # Of a line of ten the guarantor covers six.
        ({"loss_sharing": WHOLE | {"guarantee_cap_per_firm": 6.0}}, 0.2),
        ({"loss_sharing": WHOLE | {"guarantee_cap_per_firm": 10.0}}, 0.0),
        # The insurer bears a half of what the guarantor leaves.
        (
            {
                "loss_sharing": {
                    "kind": "sole", "guaranteed_share": 0.6, "insured_share": 0.5,
                    "insurer_bears_rest": True,
                },
            },
            0.1,
        ),
        # What a year or capital will leave is not known at signing.
        ({"loss_sharing": WHOLE | {"guarantee_cap_per_year_share": 0.0}}, 0.0),
        ({"loss_sharing": WHOLE | {"guarantor_capital": 0.0}}, 0.0),
        # How lenders share a loss between them is not the guarantor's business.
        ({"loss_sharing": THREE}, 0.5),
        (
            {
                "security": {"kind": "pledge", "recovery_share": 0.2},
                "loss_sharing": {
                    "kind": "proportional", "shares": [1.0], "guaranteed_share": 0.5,
                },
            },
            0.2,
        ),
    ],
)  # fmt: skip
def test_pledges_and_guarantors_lower_the_loss_that_lenders_expect(
    clauses: Any, loss: float
) -> None:
    assert believed_loss(10.0, 10.0, conditions(**clauses)) == pytest.approx(loss)


@pytest.mark.parametrize(
    ("line", "secured", "loss"),
    [
        (20.0, 10.0, 0.625),  # half of it at 0.5, half at 0.75
        (40.0, 10.0, 0.6875),
        (20.0, 0.0, 0.75),
        (10.1, 10.0, (10.0 * 0.5 + 0.1 * 0.75) / 10.1),
    ],
)
def test_beyond_what_assets_secure_more_is_lost(line: float, secured: float, loss: float) -> None:
    assert believed_loss(line, secured, conditions()) == pytest.approx(loss)


@given(st.floats(0.01, 1e3), st.floats(0.0, 1.0))
def test_a_line_within_what_assets_secure_has_the_loss_of_plain_lending_bit_for_bit(
    secured: float, part: float
) -> None:
    special = conditions(limit=CASH_FLOW, belief={"loss_unsecured": 0.9})
    plain = believed_loss(secured, secured, conditions())
    assert believed_loss(part * secured, secured, special) == plain == 0.5


@pytest.mark.parametrize(
    ("clauses", "side_by_side"),
    [
        ({}, 1),
        ({"loss_sharing": {"kind": "proportional", "shares": [1.0]}}, 1),
        # Without collateral there is no line that others could cover beside the lead.
        ({"limit": CASH_FLOW}, 0),
        ({"loss_sharing": THREE}, 0),
        ({"loss_sharing": {"kind": "proportional", "shares": [0.6, 0.4]}}, 0),
        ({"loss_sharing": THREE, "limit": CASH_FLOW}, 0),
    ],
)
def test_banks_lend_side_by_side_on_collateral_unless_they_have_agreed(
    clauses: Any, side_by_side: int
) -> None:
    assert conditions(**clauses).side_by_side == side_by_side


def test_every_condition_of_plain_lending_is_neutral() -> None:
    k = conditions()
    for name, value in {
        "open": 1, "reach": 1.0, "security": 0.0, "claims_at_default": 0,
        "first_loss": 0.0, "cap_per_default": 1.0, "fee_rate": 0.0, "firm_fee_rate": 0.0,
        "public_fee_rate": 0.0, "refinanced_share": 0.0,
        "quota": 0.0, "introduction": 1.0, "promised_move_hazard": 0.0,
        "demanded_move_hazard": 0.0, "pools_business": 0, "listing_wallet_share": 0.0,
        "break_cost": 0.0,
        "stands_still": 0, "years": 1.0, "reviewed": 0, "own_weight": 1.0, "first_add": 0.0,
        "later_add": 0.0, "step_years": np.inf, "pooled": 0, "joint": 0, "members": 1,
        "delay": 0.0, "coordination_cost": 0.0, "upside_kind": 0, "right_years": 0.0,
        "cap_factor": 1.0, "commitment_fee_rate": 0.0, "conversion": 0.0,
    }.items():  # fmt: skip
        assert k[name] == value, name
    assert k.default_probability.tolist() == list(BELIEF["default_probability"])
    assert k.right_worth.tolist() == list(BELIEF["right_worth"])
    assert k.shares.tolist() == [1.0] + [0.0] * 7
    assert not any(map(np.any, (k.cover_shares, k.bears_rest, k.deductibles, k.fee_parts)))
    assert np.isinf([k.caps_per_firm, k.caps_per_default, k.caps_per_year, k.capitals]).all()


def test_a_facility_is_as_large_as_the_population_makes_it() -> None:
    relending = {"kind": "relending", "refinanced_share": 0.5, "rate": 0.01, "quota": 1000.0}
    assert conditions(funding=relending).quota == 1000.0  # for a population of a thousand


def test_fixed_terms_are_terms_of_a_contract() -> None:
    assert {column.name for column in FIXED} == {
        "security", "first_loss", "cap_per_default", "fee_rate", "firm_fee_rate",
        "public_fee_rate", "relending_rate",
        "brought_equity", "brought_stake", "introduction", "promised_move_hazard",
        "demanded_move_hazard", "listing_wallet_share",
        "pools_business",
        "lender_gain_share", "liquidity", "royalty_share", "commitment_fee_rate", "conversion",
    }  # fmt: skip


def test_names_of_conditions_differ() -> None:
    names = [column.name for column in CONDITIONS.columns]
    assert len(names) == len(set(names))


def test_records_are_neutral_where_nothing_is_said_and_lists_may_be_short() -> None:
    table = Table(
        (Column("cap", "share", "cap", neutral=1.0), Column("parts", "share", "parts", length=3))
    )
    rows = filled(table, [{}, {"cap": 0.5, "parts": (0.6, 0.4)}])
    assert rows.cap.tolist() == [1.0, 0.5]
    assert rows.parts.tolist() == [[0.0, 0.0, 0.0], [0.6, 0.4, 0.0]]
