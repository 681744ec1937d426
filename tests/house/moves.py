"""What is changed to see whether it matters, what it moves, and what moves nothing."""

from typing import Any

from tests.house.small import shipped

Terms = dict[str, Any]

LINE: Terms = {"limit": {"kind": "cash_flow", "sales_share": 0.57, "round_share": 0.1}}
TERM: Terms = {"tenor": {"kind": "term", "years": 3.0}}
REVIEWED: Terms = {"tenor": {"kind": "term", "years": 3.0, "reviewed": True}}
SHARED: Terms = {"loss_sharing": {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}}
AGREED: Terms = {
    "commitment": {
        "kind": "agreement", "promised_move_hazard": 0.1, "demanded_move_hazard": 1.0,
    }
}  # fmt: skip
RIGHT: Terms = {
    "coverage": 0.165, "strike_multiple": 1.1, "years": 5.0, "lender_gain_share": 0.5,
}  # fmt: skip

ARMS: dict[str, Terms] = {
    "line": LINE,
    "listed": LINE | {"eligibility": {"kind": "listed", "stages": ["growth"]}},
    "shared": LINE | SHARED,
    "pooled": LINE | SHARED | {"screening": {"kind": "pooled"}},
    "scored": {"screening": {"kind": "score", "precision": [1.0] * 4}},
    "fixed_line": {"limit": {"kind": "fixed", "amount": 10.0}},
    "line_path": {
        "limit": {"kind": "path", "amounts": [5.0, 15.0, 30.0], "from_years": [0.0, 3.0, 5.0]}
    },
    "term": TERM,
    "reviewed": REVIEWED,
    "concession": {"pricing": {"kind": "concession", "concession_rate": 0.005}},
    "step": TERM
    | {
        "pricing": {
            "kind": "step", "concession_rate": 0.001, "surcharge_rate": 0.006,
            "after_years": 1.0,
        }
    },
    "fixed_rate": {"pricing": {"kind": "fixed", "rate": 0.045}},
    "relending": {
        "funding": {"kind": "relending", "refinanced_share": 0.6, "rate": 0.01, "quota": 1e6}
    },
    "pledge": {"security": {"kind": "pledge", "recovery_share": 0.3}},
    "guarantee": {
        "loss_sharing": {"kind": "sole", "guaranteed_share": 0.8, "guarantee_fee_rate": 0.005}
    },
    "capped_guarantee": {
        "loss_sharing": {
            "kind": "sole", "guaranteed_share": 0.8, "guarantee_fee_rate": 0.005,
            "guarantee_cap_per_year_share": 0.005,
        }
    },
    "reguaranteed": {
        "loss_sharing": {"kind": "sole", "guaranteed_share": 0.8, "reguaranteed_share": 0.5}
    },
    "long_line": LINE | TERM,
    "warrant": LINE
    | TERM
    | {"upside": {"kind": "warrant", "liquidity_share": 0.35, **RIGHT}},
    "agreed_line": LINE | TERM | AGREED,
    "swap": LINE | TERM | AGREED | {"upside": {"kind": "swap", "trigger_multiple": 2.5, **RIGHT}},
    "royalty": LINE | {"upside": {"kind": "royalty", "sales_share": 0.003, "cap_multiple": 0.2}},
    "agreed": TERM
    | {
        "commitment": {
            "kind": "agreement", "promised_move_hazard": 0.27, "break_cost_share": 0.02,
        }
    },
    "reviewed_by_three": LINE | SHARED | REVIEWED,
    "stand_still": LINE
    | SHARED
    | REVIEWED
    | {"commitment": {"kind": "agreement", "lenders_stand_still": True}},
    "committed_for_a_fee": {
        "tenor": {"kind": "term", "years": 3.0, "commitment_fee_rate": 0.01}
    },
    "covered": {
        "loss_sharing": {
            "kind": "sole", "guaranteed_share": 0.2, "insured_share": 0.2, "leased_share": 0.2,
            "trust_share": 0.2,
        }
    },
    "referral": {"introduction": {"kind": "referral", "round_factor": 3.0}},
    "investors": {"introduction": {"kind": "investors", "amount": 10.0, "most_stake": 0.3}},
    "term_loan": LINE | TERM | {"term_loan": {"kind": "tranche", "line_share": 0.6}},
    "bond": LINE | TERM | {
        "bond": {
            "kind": "issued", "least_sales": 20.0, "least_amount": 2.0, "sales_share": 0.3,
            "rate": 0.03, "years": 3.0, "underwriting_fee_share": 0.005, "covered_share": 0.5,
        }
    },
    "lease": LINE | TERM | {
        "lease": {
            "kind": "finance", "equipment_share": 0.6, "rate": 0.06, "years": 3.0,
            "equipment_years": 6.0,
        }
    },
    "trust_loan": LINE | TERM | {
        "trust_loan": {
            "kind": "beside", "line_share": 0.5, "rate": 0.07, "years": 2.0, "claim_rank": 2,
        }
    },
    "fund": LINE | TERM | {
        "fund_equity": {"kind": "shares", "amount": 10.0, "most_stake": 0.2}
    },
}  # fmt: skip
"""Arrangements in which one clause can be told from its neighbour."""

KINDS: dict[tuple[str, str, str], tuple[str, str, str]] = {
    ("eligibility", "listed", ""): ("listed", "line", "firm.signed_share"),
    ("screening", "pooled", ""): ("pooled", "shared", "bank.line_startup"),
    ("screening", "score", ""): ("scored", "plain", "firm.access_share"),
    ("limit", "cash_flow", ""): ("line", "plain", "bank.line_expansion"),
    ("limit", "fixed", ""): ("fixed_line", "plain", "bank.line_startup"),
    ("limit", "path", ""): ("line_path", "plain", "bank.line_growth"),
    ("tenor", "term", ""): ("term", "plain", "firm.access_startup"),
    ("tenor", "term", "reviewed"): ("reviewed", "term", "firm.access_share"),
    ("pricing", "concession", ""): ("concession", "plain", "bank.lending_rate"),
    ("pricing", "step", ""): ("step", "term", "firm.access_startup"),
    ("pricing", "fixed", ""): ("fixed_rate", "plain", "firm.access_share"),
    ("funding", "relending", ""): ("relending", "plain", "firm.access_share"),
    ("security", "pledge", ""): ("pledge", "plain", "firm.access_share"),
    ("loss_sharing", "sole", "guaranteed"): ("guarantee", "plain", "firm.access_startup"),
    ("loss_sharing", "proportional", ""): ("shared", "line", "bank.concentration"),
    ("upside", "warrant", ""): ("warrant", "long_line", "bank.line_expansion"),
    ("upside", "swap", ""): ("swap", "agreed_line", "bank.relationship_rate"),
    ("upside", "royalty", ""): ("royalty", "line", "firm.cost_of_finance"),
    ("commitment", "agreement", ""): ("agreed", "term", "bank.relationship_income"),
    ("commitment", "agreement", "stands still"): (
        "stand_still", "reviewed_by_three", "bank.operating_cost",
    ),
    ("introduction", "referral", ""): ("referral", "plain", "firm.liquidity_closures"),
    ("introduction", "investors", ""): ("investors", "plain", "firm.liquidity_closures"),
    ("term_loan", "tranche", ""): ("term_loan", "long_line", "system.drawn_share"),
    ("bond", "issued", ""): ("bond", "long_line", "system.bonds_outstanding"),
    ("lease", "finance", ""): ("lease", "long_line", "system.leases_outstanding"),
    ("trust_loan", "beside", ""): ("trust_loan", "long_line", "system.trust_loans_outstanding"),
    ("fund_equity", "shares", ""): ("fund", "long_line", "firm.liquidity_closures"),
}  # fmt: skip
"""Clause, kind and variant: the arrangement with it, the one without, and what it moves."""

ALONE = {
    "software_ai": "firm.survival_5y_all",
    "biopharma": "firm.survival_5y_all",
    "advanced_equipment_energy": "bank.line_startup",
    "semiconductors_materials": "firm.survival_10y_all",
}
"""What an economy of one sector alone shows against the shipped one."""

BANKS: dict[str, tuple[float | list[float], str]] = {
    "desk_risk_assets": (0.02, "firm.access_share"),
    "surcharge": ([0.05] * 6, "bank.capital_used"),
    "parent_capital": (0.005, "bank.line_growth"),
    "parent_risk_assets": (1.1, "bank.capital_ratio_low"),
    "parent_equity": (0.95, "bank.capital_ratio_low"),
    "appetite": (0.8, "firm.access_share"),
    "signal_precision": (3.0, "firm.access_share"),
    "cap_factor": (0.3, "bank.line_growth"),
    "market_share": ([0.02, 0.02, 0.02, 0.02, 0.02, 0.9], "bank.capital_intensity"),
}
"""A factor on a number of every bank, or new values bank by bank, and what it moves."""

STILL: dict[str, tuple[Any, str]] = {
    "bank.*.parent_income": (
        0.0,
        "a desk with its subsidy seldom needs its parent; lowest capital ratio -0.00008,"
        " -1.1 standard errors",
    ),
    "capital.replenish_share": (
        0.0, "the same reason; profit in busts -0.08 of 2.4 million, -1.7 standard errors"
    ),
}  # fmt: skip
"""Number, the value it is given, and why nothing moves beyond three standard errors."""

DEAD: dict[str, str] = {
    "arrangement.*.commitment.break_cost_share": "no rival outbids lenders of an agreement, even"
    " where leaving costs nothing",
    "bank.*.parent_*": "no desk needs its parent, whose capital no single name comes near",
    "board.*": "one bar of one board: a firm goes to any board that takes it",
    "capital.large_provision_share": "defaulted balances are provided for well above it",
    "capital.unprovided_weight": "the same",
    "capital.protector_weight": "no loan is protected in these arrangements",
    "capital.recognised_cover_share": "the same",
    "capital.single_name_share": "a tenth of a parent's capital is more than any line",
    "equity.exit_cap": "no exit comes near it",
    "equity.non_venture_listing_factor": "too few firms without investors are listed",
    "lifecycle.trial_closes_share": "trials fail in one sector, which has its own",
    "population.tangible_mean": "every sector has its own",
    "project.project_capex": "every sector has its own",
    "underwriting.most_debt": "other bounds on debt are met first",
    "workout.default_threshold": "what a bank loses in a closure is all or nearly nothing",
}
"""Numbers, by pattern, that move no bit in a run of this size, and why."""
ECONOMIES: dict[str, Terms] = {
    "hard times": {
        "lifecycle.setback_hazard": [0.2, 0.15, 0.11, 0.08], "operations.opening_cash": 2.0,
        "operations.venture_opening_cash": 7.0,
        "equity_market.leave_winter_hazard": {"boom": 0.1, "bust": 0.05},
    },
    "hard busts": {
        "macro.regime.bust.setback": 4.0, "macro.regime.bust.collateral": 0.4,
        "macro.regime.bust.drift": -0.2,
    },
    "careful banks": {
        "capital.own_buffer": 0.1, "capital.minimum_ratio": 0.15,
        "underwriting.policy_subsidy_rate": 0.015,
        "belief.default.default_probability": [0.06, 0.045, 0.024, 0.02],
    },
    "a poor estate": {"workout.recovery_unsecured_share": 0.02, "hold_or_call.call_cost": 0.1},
    "an open exchange": {
        "equity.non_venture_listing_factor": 1.0, "board.star_sales.value": 50.0,
        "board.star_sales.sales": 10.0,
    },
    "thin parents": {
        f"bank.{name}.parent_risk_assets": 3.5 * bank.parent_risk_assets
        for name, bank in shipped().bank.items()
    },
    "poor desks": {
        f"bank.{name}.desk_risk_assets": 0.02 * bank.desk_risk_assets
        for name, bank in shipped().bank.items()
    },
    "large entrants": {
        "operations.opening_scale": 30.0 * shipped().operations.opening_scale,
        "growth.growth_of_old": 0.1,
    },
    "equal entrants": {
        "operations.opening_scale": 8.0 * shipped().operations.opening_scale,
        "operations.opening_scale_log_sd": 0.8,
    },
    "one large bank": {
        f"bank.{name}.market_share": 0.9 if name == "rural_bank" else 0.02
        for name in shipped().bank
    },
}  # fmt: skip
"""Economies that move what clauses hardly do."""

MUTE = {
    "bank.loss_of_waiting": "few loans that were held default; standing still moves it by 2.7"
    " standard errors",
    "cycle.gain_loss_correlation": "warrant +0.11 with standard error 0.09 against none; in the"
    " same run +0.05 with 0.05",
    "firm.below_20_large": "hardly a large firm sells so little; large entrants +0.005 with"
    " standard error 0.002",
    "firm.above_100_large": "nearly all large firms sell more; covered +0.06 with standard error"
    " 0.03",
    "firm.exit_hazard_y10": "few firms are that old; harder times +0.016 with standard error"
    " 0.015; plan 1.0 in the same run -0.0025 with 0.0008",
}
"""Outcomes that nothing above moves beyond three standard errors in a run of this size."""
