"""Scenarios that Hypothesis draws: any clauses together, any economy within wide ranges, any seed.

What a file may not say is not drawn again here: a draw that the rules of a scenario refuse is
thrown away, and the tests see to it that most are not.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sim.base.errors import ScenarioError
from sim.model.contracts.instruments import BESIDE_THE_LINE, MOST_INSTRUMENTS
from sim.scenario.scenario import Scenario
from tests.house.test_accounts import economy

Draw = SearchStrategy[Any]
NAME = "drawn"

# --- Clauses -------------------------------------------------------------------------------------


def number(low: float, high: float) -> Draw:
    """A number of few digits, in each tenth draw one of the ends."""
    parts = st.integers(-5, 105).map(lambda part: min(max(part / 100, 0.0), 1.0))
    return parts.map(lambda part: high if part == 1.0 else low + (high - low) * part)


SHARE, RATE, RANK, FLAG = number(0.0, 1.0), number(0.0, 0.12), st.integers(1, 7), st.booleans()
YEARS, AMOUNT = number(0.05, 6.0), number(0.05, 40.0)
PAYER = st.sampled_from(("bank", "firm", "public"))


def clause(kind: str, needs: dict[str, Draw], may: dict[str, Draw] | None = None) -> Draw:
    """A clause of one kind, some of its further keys left out."""
    return st.fixed_dictionaries({"kind": st.just(kind), **needs}, optional=may or {})


def path_of_lines(steps: list[tuple[float, float]]) -> dict[str, Any]:
    """Stated lines, each from an age on."""
    return {
        "kind": "path", "amounts": [amount for amount, _ in steps],
        "from_years": [float(n) + later for n, (_, later) in enumerate(steps)],
    }  # fmt: skip


def divided(parts: list[int]) -> list[float]:
    """Shares of lenders that sum to one."""
    return [part / sum(parts) for part in parts]


GUARANTEE = {"guaranteed_share": number(0.0, 0.5)}
COVER: dict[str, Draw] = {
    "guarantee_fee_rate": RATE, "guarantee_fee_payer": PAYER,
    "guarantee_cap_per_firm": AMOUNT, "guarantee_cap_per_year_share": number(0.0, 0.3),
    "guarantor_capital": number(0.0, 500.0), "reguaranteed_share": SHARE,
    "reguaranteed_share_high_tech": SHARE, "reguarantee_fee_rate": RATE,
    "reguarantee_small_line": AMOUNT, "reguarantee_small_fee_rate": RATE,
    "reguarantee_cap_per_year_share": number(0.0, 0.3), "insured_share": number(0.0, 0.3),
    "insurance_fee_rate": RATE, "insurance_fee_payer": PAYER, "insurer_bears_rest": FLAG,
    "insurance_deductible": number(0.0, 2.0), "insurance_cap_per_default": AMOUNT,
    "insurance_cap_per_year_share": number(0.0, 0.3), "insurer_capital": number(0.0, 500.0),
    "trust_share": number(0.0, 0.15), "trust_fee_rate": RATE,
    "leased_share": number(0.0, 0.15), "lease_fee_rate": RATE, "lease_residual_share": SHARE,
    "first_loss_share": number(0.0, 0.5), "cap_per_default_share": SHARE,
    "claims_at_default": FLAG,
}  # fmt: skip
RIGHT: dict[str, Draw] = {
    "coverage": number(0.0, 0.5), "strike_multiple": number(0.3, 3.0), "years": YEARS,
    "lender_gain_share": SHARE,
}  # fmt: skip
CLAUSES: dict[str, Draw] = {
    "eligibility": clause("listed", {}, {
        "stages": st.lists(
            st.sampled_from(("startup", "growth", "expansion", "mature")), min_size=1, max_size=4,
            unique=True,
        ),
        "most_age_years": number(1.0, 9.0), "venture_only": FLAG, "first_loan_only": FLAG,
        "unlisted_only": FLAG,
    }),
    "screening": st.one_of(
        clause("pooled", {}), clause("score", {"precision": st.just([0.5, 0.0, 2.0, 1.0])}),
    ),
    "limit": st.one_of(
        clause("cash_flow", {"round_share": SHARE}, {
            "sales_share": number(0.0, 2.0), "cap_factor": number(0.2, 4.0),
        }),
        clause("fixed", {"amount": AMOUNT}),
        st.lists(st.tuples(AMOUNT, number(0.0, 0.9)), min_size=1, max_size=4).map(path_of_lines),
    ),
    "tenor": clause("term", {"years": YEARS}, {
        "reviewed": FLAG, "drawing": st.sampled_from(("committed", "cancellable")),
        "commitment_fee_rate": RATE,
    }),
    "pricing": st.one_of(
        clause("concession", {"concession_rate": number(-0.1, 0.1)}),
        clause("step", {
            "concession_rate": number(-0.1, 0.1), "surcharge_rate": number(-0.1, 0.1),
            "after_years": YEARS,
        }),
        clause("fixed", {"rate": RATE}),
    ),
    "funding": clause("relending", {
        "refinanced_share": SHARE, "rate": RATE, "quota": number(0.0, 1e4),
    }),
    "security": clause("pledge", {"recovery_share": SHARE}, {"claim_rank": RANK}),
    "loss_sharing": st.one_of(
        clause("sole", GUARANTEE, COVER),
        clause("proportional", {
            "shares": st.lists(st.integers(1, 9), min_size=1, max_size=4).map(divided),
            **GUARANTEE,
        }, {"delay_years": number(0.0, 0.5), "coordination_cost": number(0.0, 0.1), **COVER}),
    ),
    "upside": st.one_of(
        clause("warrant", {**RIGHT, "liquidity_share": SHARE}),
        clause("swap", {**RIGHT, "trigger_multiple": number(0.5, 4.0)}, {
            "parity": st.sampled_from(("none", "stake", "demand")), "unbookable_share": SHARE,
        }),
        clause("royalty", {"sales_share": number(0.0, 0.05), "cap_multiple": number(0.0, 2.0)}),
    ),
    "commitment": clause("agreement", {}, {
        "promised_move_hazard": number(0.0, 3.0), "demanded_move_hazard": number(0.0, 6.0),
        "listing_wallet_share": SHARE, "break_cost_share": number(0.0, 0.1),
        "lenders_stand_still": FLAG, "lenders_pool_business": FLAG,
    }),
    "introduction": st.one_of(
        clause("referral", {"round_factor": number(0.0, 20.0)}),
        clause("investors", {"amount": AMOUNT, "most_stake": SHARE}),
    ),
    "term_loan": clause("tranche", {"line_share": SHARE}, {
        "surcharge_rate": number(-0.05, 0.1), "by_instalments": FLAG, "claim_rank": RANK,
    }),
    "bond": clause("issued", {
        "least_sales": number(0.0, 10.0), "least_amount": number(0.0, 3.0),
        "sales_share": number(0.05, 0.6), "rate": RATE, "years": YEARS,
    }, {
        "underwriting_fee_share": number(0.0, 0.1), "covered_share": SHARE, "claim_rank": RANK,
        "cross_default": FLAG,
    }),
    "lease": clause("finance", {
        "equipment_share": SHARE, "rate": RATE, "years": YEARS, "equipment_years": YEARS,
    }, {"claim_rank": RANK, "cross_default": FLAG}),
    "trust_loan": clause("beside", {
        "line_share": number(0.05, 2.0), "rate": RATE, "years": YEARS,
    }, {"by_instalments": FLAG, "claim_rank": RANK, "cross_default": FLAG}),
    "fund_equity": clause("shares", {"amount": AMOUNT, "most_stake": number(0.0, 0.9)}, {
        "valuation_multiple": number(0.2, 3.0), "preference_multiple": number(0.0, 3.0),
    }),
}  # fmt: skip
"""What each clause may be beside neutral."""


@st.composite
def arrangements(draw: Any) -> dict[str, Any]:
    """Terms of an arrangement with up to eight clauses, at most four instruments among them."""
    names = draw(st.lists(st.sampled_from(sorted(CLAUSES)), min_size=3, max_size=8, unique=True))
    beside = [name for name in names if name in BESIDE_THE_LINE]
    left_out = beside[MOST_INSTRUMENTS - 1 :]
    return {name: draw(CLAUSES[name]) for name in names if name not in left_out}


# --- Economies -----------------------------------------------------------------------------------


def by_stage(high: float) -> Draw:
    """A number for each stage."""
    return st.lists(number(0.0, high), min_size=4, max_size=4)


ALWAYS: dict[str, Draw] = {
    "population.firms": st.sampled_from((50, 40, 30, 20, 50, 40, 30, 2, 1, 0)),
    "population.initial_share": number(0.3, 1.0),
    "experiment.warm_up_years": st.sampled_from((0.0, 0.1, 1.0)),
    "experiment.horizon_years": st.sampled_from((2.0, 2.6, 3.0, 0.9, 0.1)),
    "experiment.run_off_years": st.sampled_from((0.0, 0.6)),
    "experiment.seed": st.integers(0, 2**31),
    "experiment.footing": st.sampled_from(("as_offered", "as_offered", "equal_capital")),
}  # fmt: skip
SOMETIMES: dict[str, Draw] = {
    "lifecycle.failure_hazard": by_stage(0.6), "lifecycle.setback_hazard": by_stage(2.0),
    "lifecycle.diversion_hazard": number(0.0, 40.0),
    "lifecycle.setback_failure_hazard": number(0.0, 2.0), "workout.workout_years": YEARS,
    "workout.recovery_tangible": SHARE, "workout.recovery_unsecured_share": SHARE,
    "workout.default_threshold": SHARE,
    "equity.round_hazard": by_stage(4.0), "equity.acquisition_hazard": by_stage(0.6),
    "equity.listing_hazard": by_stage(2.0), "equity.listing_raise_share": SHARE,
    "board.star_sales": st.just({"age": 0.0, "value": 1.0, "sales": 0.1}),
    "choice.shadow_value": number(0.0, 3.0), "choice.switching_cost": number(0.0, 0.1),
    "cash.target_cash_months": number(0.0, 12.0), "cash.everybody_liquid": FLAG,
    "underwriting.known_banks": st.integers(1, 5), "underwriting.everybody_served": FLAG,
    "underwriting.policy_subsidy_rate": number(-0.02, 0.2),
    "underwriting.utilisation": number(0.05, 1.0), "underwriting.funding_rate": RATE,
    "hold_or_call.call_cost": number(0.0, 0.1), "hold_or_call.clawback_share": SHARE,
    "capital.minimum_ratio": number(0.01, 0.5), "capital.replenish_share": SHARE,
    "capital.endowment_multiple": number(0.0, 4.0),
    "taxation.income_tax_rate": number(0.0, 0.99), "taxation.vat_rate": SHARE,
    "relationship.main_bank_hazard": number(0.0, 4.0), "relationship.outside_share": SHARE,
    "relationship.account_move_hazard": number(0.0, 4.0),
    "relationship.offer_hazard": by_stage(4.0), "relationship.follows_lender_share": SHARE,
    "relationship.delivery_cost": number(0.0, 12.0),
    "operations.margin": st.lists(number(-0.2, 0.3), min_size=4, max_size=4),
    "operations.opening_scale": number(0.1, 60.0), "operations.opening_cash": number(0.1, 20.0),
    "sme_register.sales_cap": number(1.0, 400.0),
    "macro.regime.boom.setback": number(0.0, 3.0), "macro.price_level": number(0.5, 2.0),
    "credit_line.arrears_window": YEARS, "credit_line.drawdown_at_default_share": SHARE,
    "credit_line.call_years": number(0.0, 1.0),
}  # fmt: skip
"""What a draw may change of an economy in which much happens, beside what it always says."""


@st.composite
def economies(draw: Any) -> dict[str, Any]:
    """Values of a small economy, up to a dozen of them drawn beside those that always are."""
    keys = draw(st.lists(st.sampled_from(sorted(SOMETIMES)), max_size=12, unique=True))
    said = {key: draw(values) for key, values in ALWAYS.items()}
    return said | {key: draw(SOMETIMES[key]) for key in keys}


@st.composite
def scenarios(draw: Any) -> Scenario | None:
    """A plain loan beside a drawn arrangement in a drawn economy; None where a rule refuses it."""
    values = {
        f"arrangement.{NAME}": draw(arrangements()),
        "experiment.arrangements": ["plain", NAME], "experiment.neighbours": [],
        "experiment.replications": 1,
    }  # fmt: skip
    try:
        return economy().with_values(values | draw(economies()))
    except ScenarioError:
        return None
