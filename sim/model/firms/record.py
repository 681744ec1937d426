"""The record of a firm: every state variable with its unit and meaning.

A firm is anchored at its last real event (`now`). Between events money moves along
straight lines, so anything at a later date is read by closed form and nothing is stepped.
Fields that start with ``cum_`` are totals since birth at the anchor date.
"""

from typing import Any

from sim.base.columns import Column, Table
from sim.model.firms import debts
from sim.model.firms.loss_sharing import PROVIDERS

# Stages of the lifecycle.
STARTUP, GROWTH, EXPANSION, MATURE = 0, 1, 2, 3
STAGES = ("startup", "growth", "expansion", "mature")

# What has become of a firm.
UNBORN, ALIVE, LISTED, ACQUIRED, DEPARTED = range(5)
FAILED_TECHNICAL, FAILED_CASH, FAILED_DIVERSION, WOUND_UP = range(5, 9)
STATUSES = (
    "unborn", "alive", "listed", "acquired", "left without closing",
    "closed: technical failure", "closed: out of cash", "closed: diversion",
    "closed: wound up, creditors paid",
)  # fmt: skip

# Strata, reported apart: on the register of technology SMEs, or above its caps.
REGISTERED, LARGE = 0, 1
STRATA = ("registered", "large")

# Competing causes, each with its own unit-exponential threshold.
PROGRESS, SETBACK, RECOVERY, FAILURE, LISTING = 0, 1, 2, 3, 4
ACQUISITION, ROUND, OFFER, DIVERSION, REGRESS, ACCOUNT_MOVE = 5, 6, 7, 8, 9, 10
DEPARTURE, WIND_UP = 11, 12
N_CAUSES = 13

# Kinds of right that a lender may hold.
NO_RIGHT, WARRANT, SWAP, ROYALTY = range(4)
RIGHTS = ("none", "warrant", "swap", "royalty")

# What a firm asks of the credit committee (bits of `request`).
ASK_FUNDS, ASK_RENEWAL, ASK_REVIEW, ASK_OFFER = 1, 2, 4, 8

# Scheduled events besides the causes; `next_event` holds a cause or one of these.
BIRTH, QUARTER, CASH_ZERO, RUNWAY_LOW, ARREARS_END = 20, 21, 22, 23, 24
PROJECT_END, MATURITY, REVIEW, RATE_STEP, CALL, ANNIVERSARY, EXPIRY, ROYALTY_CAP = range(25, 33)
# Written to the event log only.
(
    SIGNED,
    DEFAULTED,
    PROJECT_DONE,
    DRAWN,
    TRIGGERED,
    EXERCISED,
    WAIVED,
    REFUSED,
    TRIAL_FAILED,
    BORROWED,
    REFINANCED,
    UNPAID,
) = range(40, 52)
EVENT_NAMES = {
    PROGRESS: "progress", SETBACK: "setback", RECOVERY: "recovery",
    FAILURE: "technical failure", LISTING: "listing", ACQUISITION: "acquisition",
    ROUND: "equity round", OFFER: "outside offer", DIVERSION: "diversion",
    REGRESS: "falls back a stage", ACCOUNT_MOVE: "basic account moves",
    DEPARTURE: "leaves without closing", WIND_UP: "wound up",
    BIRTH: "birth", QUARTER: "quarter", CASH_ZERO: "cash exhausted",
    RUNWAY_LOW: "runway short", ARREARS_END: "end of arrears", PROJECT_END: "project deadline",
    MATURITY: "loan matures", REVIEW: "yearly review", RATE_STEP: "rate steps up",
    CALL: "loan called", ANNIVERSARY: "anniversary of the right", EXPIRY: "right expires",
    ROYALTY_CAP: "royalty paid in full", SIGNED: "loan signed", DEFAULTED: "loan default",
    PROJECT_DONE: "project carried out", DRAWN: "line drawn", TRIGGERED: "right triggered",
    EXERCISED: "right exercised", WAIVED: "right waived", REFUSED: "loan refused",
    TRIAL_FAILED: "trial failed", BORROWED: "debt beside the line taken up",
    REFINANCED: "debt beside the line refinanced", UNPAID: "debt not paid when due",
}  # fmt: skip

NEVER = 1.0e300
REVIEW_YEARS = 1.0
"""Years between two reviews of a loan, and for which one runs on that has ended and is held."""
OUTSIDE = -1
"""Code of a bank that the scenario does not name."""
MOST_LENDERS = 8
"""Banks that one loan may have."""
ACCOUNT_BANKS = 4
"""Banks that are drawn for a firm's basic account: the first, and where its moves end in turn."""
ROUNDS_KEPT = 8
"""Equity rounds whose price a firm remembers."""
PAYMENTS_KEPT = 8
"""Payments on what was called whose date a firm remembers."""
_OF_EXPOSURE = "share of exposure at default"


def _clock() -> tuple[Column, ...]:
    return (
        Column("now", "years", "date of the last real event; every level is of this date"),
        Column("quarter", "quarters", "calendar quarter whose end brings the next shock", "i4"),
        Column("shocked", "years", "date of the last revenue and valuation shock"),
        Column(
            "next_event",
            "code",
            "cause or scheduled event that comes next",
            "i1",
            codes=tuple(EVENT_NAMES.items()),
        ),
        Column(
            "left",
            "-",
            "unused part of each cause's exponential threshold",
            length=N_CAUSES,
        ),
        Column("speed", "per year", "hazard of each cause since the anchor", length=N_CAUSES),
        Column("count", "-", "thresholds already used, by cause", "i4", N_CAUSES),
    )


def _nature() -> tuple[Column, ...]:
    return (
        Column("firm", "-", "row of the firm", "i8"),
        Column("stream", "-", "address of its random numbers", "i8"),
        Column("sector", "code", "row of the sector's parameters", "i4"),
        Column("stage", "code", "stage of the lifecycle", "i1", codes=tuple(enumerate(STAGES))),
        Column("status", "code", "what has become of it", "i1", codes=tuple(enumerate(STATUSES))),
        Column(
            "stratum",
            "code",
            "register of technology SMEs, or above its caps",
            "i1",
            codes=tuple(enumerate(STRATA)),
        ),
        Column("high_tech", "flag", "high-tech enterprise, at the last year end", "i1"),
        Column("years_above", "-", "year ends in a row above a cap of the register", "i4"),
        Column("setback", "flag", "in a recoverable setback", "i1"),
        Column("setbacks", "-", "setbacks so far", "i4"),
        Column("arrears", "flag", "out of cash, inside the arrears window", "i1"),
        Column("project", "flag", "a growth project waits for money", "i1"),
        Column("venture", "flag", "backed by venture capital", "i1"),
        Column("quality", "standard deviations", "latent quality, standard normal"),
        Column("switching_cost_weight", "x", "weight of the cost of moving its business"),
        Column("tangible", "CNY million per CNY million a year", "tangible assets per sales"),
        Column("asset_factor", "x", "its assets per scale against the median"),
        Column("quality_on_progress", "x", "effect of quality on progress"),
        Column("quality_on_failure", "x", "effect of quality on setback and failure"),
        Column("quality_on_recovery", "x", "effect of quality on recovery"),
        Column("quality_on_exit", "x", "effect of quality on rounds and exits"),
        Column("home", "code", "bank that the firm turns to first", "i4"),
        Column("birth", "years", "date of entry"),
        Column("end", "years", "date of exit or closure"),
    )


def _operations() -> tuple[Column, ...]:
    return (
        Column("log_scale", "log CNY million a year", "log of the size of the business"),
        Column("scale", "CNY million a year", "size of the business"),
        Column("log_value", "-", "deviation of log valuation from its fundamental"),
        Column("value", "CNY million", "pre-money equity value"),
        Column("cash", "CNY million", "money held; negative inside the arrears window"),
        Column("flow", "CNY million a year", "net cash flow since the anchor"),
        Column("sales", "CNY million a year", "sales received"),
        Column("cost", "CNY million a year", "operating outlays"),
        Column("invest", "CNY million a year", "working capital tied up by growth"),
        Column("royalty", "CNY million a year", "royalty paid to lenders"),
        Column("delivery", "CNY million a year", "cost of moving business to the bank"),
        Column("cash_months", "months of outlays", "cash that it wants to hold"),
        Column("starved", "flag", "too little cash to grow on, at the last quarter's end", "i1"),
        Column("wind_up", "per year", "hazard of giving up, at the last quarter's end"),
        Column("seeks_round", "flag", "runway is below the level at which it raises equity", "i1"),
        Column("arrears_end", "years", "end of the arrears window"),
        Column(
            "means", "x", "its cash and fixed outlay at entry against those at the median scale"
        ),
        Column("demand", "CNY million", "cost of the open growth project"),
        Column("gain", "x", "growth of scale that the last project brings when paid in full"),
        Column("deadline", "years", "date at which the project is cut to the money there is"),
    )


def _ownership() -> tuple[Column, ...]:
    return (
        Column("founders", "share", "founders' share of equity"),
        Column("investors", "share", "equity investors' share"),
        Column("holder", "share", "share held for lenders after a right was exercised"),
        Column("buyers", "share", "share of those who bought a right and exercised it"),
        Column("rounds", "-", "equity rounds closed", "i4"),
        Column("brought", "flag", "investors whom its bank brought have put money in", "i1"),
        Column("last_round", "CNY million", "amount of the last equity round"),
        Column("round_date", "years", "date of the last equity round"),
        Column(
            "round_price",
            "CNY million",
            "worth of the founders' shares at the price of each of the first rounds",
            length=ROUNDS_KEPT,
        ),
        Column("exit_value", "CNY million", "equity value at listing or sale"),
        Column("founder_proceeds", "CNY million", "founders' part of the exit value"),
        Column("investor_proceeds", "CNY million", "investors' part of the exit value"),
        Column("holder_proceeds", "CNY million", "holder's part of the exit value"),
        Column("buyer_proceeds", "CNY million", "part of those who bought a right"),
    )


LOAN_TERMS = (
    Column("limit", "CNY million", "credit line", low=0.0),
    Column("rate", "per year", "rate paid on the balance"),
    Column("later_rate", "per year", "rate after the step"),
    Column("step", "years", "date of the rate step", neutral=NEVER),
    Column("maturity", "years", "date at which the line ends", neutral=NEVER),
    Column("review", "years", "date of the next yearly review", neutral=NEVER),
    Column("monitored", "flag", "lender monitors the firm", "i1"),
    Column("secured", "CNY million", "part of the line that tangible assets secure", low=0.0),
    Column("security", "share", "added recovery from pledges and guarantees"),
    Column("guaranteed", "share of loss", "borne by protection providers", low=0, high=1),
    Column("cover", "share of loss", "borne by each of them", length=PROVIDERS, low=0, high=1),
    Column("reguaranteed", "share", "part that its guarantor is paid back", low=0, high=1),
    Column("first_loss", _OF_EXPOSURE, "borne by lenders before protection pays", low=0, high=1),
    Column(
        "cap_per_default", _OF_EXPOSURE, "most that protection pays", low=0, high=1, neutral=1.0
    ),
    Column("fee_rate", "per year", "fees of protection on the balance, of lenders", low=0),
    Column("firm_fee_rate", "per year", "the same, of the firm", low=0),
    Column("public_fee_rate", "per year", "the same, of the state", low=0),
    Column("reguarantee_fee_rate", "per year", "fee of the guarantor on the balance", low=0),
    Column("commitment_fee_rate", "per year", "fee on the undrawn part of the line", low=0),
    Column("vat_share", "share", "value-added tax in the interest", low=0, high=1),
    Column("conversion", "share", "undrawn part that counts as exposure", low=0, high=1),
    Column("risk_weight", "x", "risk weight of the exposure", low=0),
    Column("defaulted_weight", "x", "risk weight of the balance in default", low=0),
    Column("economic_capital", "share", "economic capital of the exposure", low=0),
    Column("refinanced", "share", "part of the balance refinanced by the central bank"),
    Column("relending_rate", "per year", "rate of the central bank on that part", low=0),
    Column("brought_equity", "CNY million", "put in by investors whom the bank brings", low=0),
    Column("brought_stake", "share", "most that they take for it", low=0, high=1),
    Column(
        "introduction", "x", "factor on the arrival of rounds brought by the bank", neutral=1.0
    ),
)
"""Terms that bind while there is a line, and are neutral after it."""

PROMISES = (
    Column("terms", "code", "arrangement on the world's menu, 0 for plain lending", "i1"),
    Column("promised_move_hazard", "per year", "move of the basic account that is promised"),
    Column("demanded_move_hazard", "per year", "its move by a firm that delivers its business"),
    Column("listing_wallet_share", "share", "share of listing proceeds kept at the bank"),
    Column("pools_business", "flag", "lenders share the business of the basic account", "i1"),
)
"""Terms that stay until the next contract, even after the line has ended."""

RIGHT_TERMS = (
    Column("right", "code", "right of the lenders", "i1", codes=tuple(enumerate(RIGHTS))),
    Column("stake", "share", "share of equity that the right buys, post-money"),
    Column("exercise_amount", "CNY million", "subscription amount"),
    Column("trigger", "CNY million", "valuation at which the right comes alive"),
    Column("expiry", "years", "date at which the right lapses", neutral=NEVER),
    Column("lender_gain_share", "share", "part of a gain that reaches the lenders"),
    Column("liquidity", "share", "price of a right at expiry over its gain"),
    Column(
        "demanded_share",
        "share",
        "part of the business that the clause lets be demanded",
        neutral=1.0,
    ),
    Column("granted_worth", "CNY million", "worth of the right at signing, to owners"),
    Column("demanded_worth", "CNY million", "worth of the demanded business then, to lenders"),
    Column("royalty_share", "share", "share of sales paid as royalty"),
    Column("royalty_cap", "CNY million", "total at which the royalty ends"),
)
"""Terms of a right on equity or sales, which lives on when the loan has ended."""

TERMS = LOAN_TERMS + PROMISES + RIGHT_TERMS
"""Every term of a contract, as clauses give it, the book keeps it and a firm is bound by it."""


def _loan() -> tuple[Column, ...]:
    return (
        Column("contract", "code", "row of the contract in the book, -1 for none", "i8"),
        Column("balance", "CNY million", "drawn part of the line"),
        *LOAN_TERMS,
        Column("called", "flag", "renewal refused; nothing more can be drawn", "i1"),
        Column("due", "CNY million", "part of the balance that is due at `call`"),
        Column("call", "years", "date at which it is due"),
        Column("payments", "-", "payments so far on what was called", "i4"),
        Column("paid", "CNY million", "the last of these payments", length=PAYMENTS_KEPT),
        Column("paid_date", "years", "their dates", length=PAYMENTS_KEPT),
        Column(
            "held_worth",
            "CNY million",
            "what calling the loan would have brought lenders at"
            " the last review at which they held it",
        ),
        Column("held_cash", "CNY million", "what they had received from the firm until then"),
        Column(
            "last_lender",
            "code",
            "banks that bear the loan, lead first; known once a world has been settled",
            "i4",
            MOST_LENDERS,
        ),
        Column(
            "last_share",
            "share",
            "their shares by then, calls and repayments included",
            length=MOST_LENDERS,
        ),
        Column("may_apply", "years", "date before which the firm does not ask again"),
        Column("request", "bits", "what the firm asks of the committee", "i1"),
        Column("request_date", "years", "date since which a request is open"),
    )


def _relationship() -> tuple[Column, ...]:
    return (
        Column("host", "code", "bank of the basic account, -1 outside", "i4", neutral=OUTSIDE),
        Column(
            "account_bank", "code", "where it is first, and moves to in turn", "i4", ACCOUNT_BANKS
        ),
        Column("old_host", "code", "host before that one", "i4", neutral=OUTSIDE),
        Column("hosted_before", "CNY million", "hosts' income until the account last moved"),
        Column("moved", "quarters", "calendar quarter of the last move", "i4", neutral=-1),
        Column("account_moves", "-", "moves drawn so far", "i4"),
        *PROMISES,
        Column("deliver", "flag", "firm brings the demanded business this year", "i1"),
        Column("compliant", "quarters", "quarters in a row in which it was delivered", "i4"),
        *RIGHT_TERMS,
        Column("granted", "years", "date at which the right was granted"),
        Column("anniversary", "years", "next date at which the firm reconsiders delivery"),
    )


def _demand() -> tuple[Column, ...]:
    money = "CNY million"
    return (
        Column("cum_gap", money, "project demand left unfunded", low=0.0),
        Column("cum_demand", money, "project demand", low=0.0),
        Column("projects", "-", "projects settled on the register, by stage", length=4, low=0.0),
        Column("unfunded", "-", "of these, the parts that nobody paid for", length=4, low=0.0),
        Column("gap_on_register", money, "of the first, until it outgrew the register", low=0.0),
        Column("demand_on_register", money, "of the second, until then", low=0.0),
        Column("requested_lines", money, "lines asked for while on the register", low=0.0),
        Column("granted_lines", money, "of these, what banks granted", low=0.0),
    )


def _rights() -> tuple[Column, ...]:
    money = "CNY million"
    return (
        Column("cum_exercise_amount", money, "subscription amounts of the holder", low=0.0),
        Column("cum_holder", "CNY million years", "time integral of these until exit", low=0.0),
        Column("cum_buyer_amount", money, "subscription amounts of buyers of rights", low=0.0),
        Column("cum_right_sale", money, "what buyers pay the holder for rights", low=0.0),
        Column("cum_gain", money, "gains on rights passed to lenders", low=0.0),
        Column("cum_granted", money, "worth of its rights, each at signing", low=0.0),
        Column("cum_delivered", money, "business brought instead, worth at signing", low=0.0),
    )


def _totals() -> tuple[Column, ...]:
    money = "CNY million"
    return (
        Column("cum_sales", money, "sales received", low=0.0),
        Column("cum_cost", money, "operating outlays", low=0.0),
        Column("cum_invest", money, "working capital and project capex"),
        Column("cum_interest", money, "interest paid", low=0.0),
        Column("cum_commitment", money, "fees paid on undrawn lines", low=0.0),
        Column("cum_vat", money, "value-added tax in the interest", low=0.0),
        Column("cum_drawn", money, "credit drawn", low=0.0),
        Column("cum_due_paid", money, "of it, on called parts of a loan", low=0.0),
        Column("cum_repaid", money, "credit repaid, cash recovered at wind-up included", low=0.0),
        Column("cum_equity", money, "equity raised, opening capital included", low=0.0),
        Column("cum_dividend", money, "paid to owners", low=0.0),
        Column("cum_royalty", money, "royalty paid", low=0.0),
        Column("cum_business", money, "margin on deposits and fees, of all banks", low=0.0),
        Column("cum_loan_account", money, "of it, through accounts of loans", low=0.0),
        Column(
            "cum_relation",
            money,
            "of it, at lenders; known once a world has been settled",
            low=0.0,
        ),
        Column("cum_delivery", money, "cost of moving business to the bank", low=0.0),
        Column("cum_balance", "CNY million years", "time integral of the balance", low=0.0),
        Column(
            "cum_risk_weighted",
            "CNY million years",
            "time integral of risk-weighted exposure",
            low=0.0,
        ),
        Column("cum_economic", "CNY million years", "time integral of economic capital", low=0.0),
        Column("cum_fee", money, "fees of protection that its lenders pay", low=0.0),
        Column("cum_firm_fee", money, "those that it pays itself", low=0.0),
        Column("cum_public_fee", money, "those that the state pays", low=0.0),
        Column("cum_reguarantee_fee", money, "what its guarantor pays a re-guarantor", low=0.0),
        Column(
            "cum_refinanced", "CNY million years", "time integral of refinanced balance", low=0.0
        ),
        Column("cum_relending", money, "interest of lenders to the central bank", low=0.0),
        *_rights(),
        *_demand(),
        Column("cum_supplier_loss", money, "bills left unpaid at closure", low=0.0),
        Column(
            "cum_exit_cash",
            money,
            "cash that leaves with the firm at listing or sale, bills due taken off",
        ),
    )


def _outcomes() -> tuple[Column, ...]:
    money = "CNY million"
    return (
        Column("exposure_at_default", money, "balance at default, before recovery", low=0.0),
        Column("recovery", money, "what the workout will bring", low=0.0),
        Column("collateral_recovery", money, "of it, from tangible assets", low=0.0),
        Column("recovery_date", "years", "date at which it arrives"),
        Column("shared", "flag", "its loss has been shared among those who cover it", "i1"),
        Column("borne", money, "what each of them bears of it", length=PROVIDERS, low=0.0),
        Column("reimbursed", money, "of it, what a re-guarantor pays back", low=0.0),
        Column(
            "fell_back", money, "what caps of a year and spent capital leave to others", low=0.0
        ),
        Column("defaulted", "flag", "loan default at closure", "i1"),
        Column("exercised", "-", "rights exercised", "i4", low=0.0),
        Column("waived", "-", "rights that ended unused as business was delivered", "i4", low=0.0),
        Column("stage_date", "years", "date at which each later stage was reached", length=4),
        Column("signed", "-", "arrangement contracts signed", "i4", low=0.0),
        Column("refused", "-", "applications refused", "i4", low=0.0),
        Column(
            "switched_bank", "-", "times the firm left its bank for a cheaper one", "i4", low=0.0
        ),
        Column("credit_years", "years", "time with a credit line", low=0.0),
    )


FIRM = Table(
    _clock()
    + _nature()
    + _operations()
    + _ownership()
    + _loan()
    + _relationship()
    + _totals()
    + _outcomes()
    + debts.COLUMNS
)

MARKET_CONDITIONS = Table(
    (
        Column("k0", "-", "first key word of the replication", "i8"),
        Column("k1", "-", "second key word of the replication", "i8"),
        Column("regime", "code", "macro regime: its place among those of the scenario", "i1"),
        Column("winter", "flag", "equity market in a winter", "i1"),
        Column("bust", "flag", "a regime in which setbacks are likelier than usual", "i1"),
        Column("frailty", "x", "yearly systematic factor, mean 1"),
        Column("setback", "x", "factor on setback and technical failure"),
        Column("progress", "x", "factor on progress"),
        Column("recovery", "x", "factor on recovery from setbacks"),
        Column("rounds", "x", "factor on equity rounds"),
        Column("listing", "x", "factor on listings"),
        Column("acquisition", "x", "factor on acquisitions"),
        Column("valuation", "x", "factor on equity values"),
        Column("margin", "share of sales", "margin lost"),
        Column("drift", "per year", "added growth"),
        Column("collateral", "x", "factor on what collateral brings"),
    )
)

LOG = Table(
    (
        Column("date", "years", "date of the event"),
        Column("firm", "-", "row of the firm", "i8"),
        Column("event", "code", "what happened", "i4", codes=tuple(EVENT_NAMES.items())),
        Column("value", "CNY million or code", "amount or state that goes with the event"),
    )
)


def note(f: Any, t: float, event: int, value: float, log: Any, cursor: Any) -> None:
    """Write one line of the event log, where one is kept."""
    if cursor[1] == 1:
        row = log[cursor[0]]
        row.date = t
        row.firm = f.firm
        row.event = event
        row.value = value
        cursor[0] += 1


def ask(f: Any, t: float, what: int) -> None:
    """Put a request to the next credit committee."""
    if f.request == 0:
        f.request_date = t
    f.request |= what
