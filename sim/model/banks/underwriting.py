"""How banks judge, what they charge, and how much they lend: the parameters.

A loan is worth making when the rate that can be charged, banking business and the right together
fall short of the break-even rate by no more than policy tells banks to accept
(`sim.model.banks.credit_decision`). What it costs is bid for (`sim.model.banks.tender`).
"""

from sim.base.parameter import (
    Frozen,
    NonNegative,
    PositiveFloat,
    Share,
    StageVector,
    param,
    stated_amount,
)

NO_CEILING = 1e6
"""So much of its assets no firm owes."""


class Underwriting(Frozen):
    """How banks judge and what they charge."""

    signal_precision: NonNegative = param(
        unit="per variance of quality", meaning="precision of one signal of one bank"
    )
    precision_by_stage: StageVector = param(unit="x", meaning="factor by stage", low=0)
    signal_persistence: Share = param(
        unit="share",
        meaning="correlation of a bank's errors about one firm over applications",
    )
    error_correlation: Share = param(
        unit="share", meaning="correlation of the errors of two banks"
    )
    setback_signal_loss: float = param(
        unit="standard deviations", meaning="how much worse a firm in a setback looks"
    )
    setback_seen_share: Share = param(
        unit="share", meaning="setbacks that the bank recognises as such"
    )
    spread_cap: StageVector = param(
        unit="per year", meaning="most that is charged above the benchmark, by stage"
    )
    funding_rate: NonNegative = param(unit="per year", meaning="cost of own funds")
    operating_cost: StageVector = param(
        unit="per year", meaning="running cost per unit lent, by stage", low=0
    )
    screening_cost: NonNegative = param(unit="CNY million", meaning="cost of one decision")
    policy_subsidy_rate: float = param(
        unit="per year", meaning="expected shortfall that policy tells banks to accept"
    )
    bust_tightening_rate: float = param(
        unit="per year", meaning="left over break-even that banks ask for in a bust"
    )
    relationship_weight: NonNegative = param(
        unit="share", meaning="part of banking business that counts in the decision"
    )
    advance_rate: NonNegative = param(unit="share", meaning="line over tangible assets")
    sales_line: StageVector = param(
        unit="years of sales", meaning="line per unit of sales where assets support less", low=0
    )
    round_line: NonNegative = param(
        unit="share", meaning="line per unit of the last equity round, beside it"
    )
    committed_sales_line: NonNegative = param(
        unit="years of sales",
        meaning="line per unit of sales that banks commit where a cash-flow line states none",
    )
    most_debt: PositiveFloat = param(
        NO_CEILING,
        unit="share of assets",
        meaning="most that a lender's own rule lets a firm owe, whatever its collateral and sales",
    )
    utilisation: Share = param(
        unit="share of line", meaning="drawn part of a line that banks reckon with"
    )
    least_runway: NonNegative = param(
        unit="years", meaning="runway that a new borrower which burns cash must have"
    )
    line_cap: StageVector = stated_amount(
        unit="CNY million", meaning="most that one bank lends to one firm, by stage", low=0
    )
    least_line: NonNegative = stated_amount(unit="CNY million", meaning="smallest line")
    known_banks: int = param(
        unit="count", meaning="banks that know a firm and bid for its loans", low=1, high=8
    )
    monitoring_cost: NonNegative = param(
        unit="CNY million a year", meaning="cost of monitoring one firm"
    )
    monitoring_effort: Share = param(
        unit="share", meaning="1: monitor where it pays the lender; 0: nobody monitors"
    )
    everybody_served: bool = param(
        unit="",
        meaning="registered firms may sign whatever banks believe, which is the most that lines"
        " can do",
    )


# --- What banks believe, by arrangement: default, loss, and the worth of rights ------------------
# Banks act on beliefs; the simulation says what happens. The gap between the two is an
# outcome, and can be closed by iterating the beliefs until they agree.


class Belief(Frozen):
    """Beliefs under one arrangement."""

    default_probability: StageVector = param(
        unit="per year", meaning="default of a borrower of average quality, by stage", low=0
    )
    loss_secured: Share = param(
        unit="share", meaning="loss given default of what tangible assets secure"
    )
    loss_unsecured: Share = param(
        unit="share", meaning="loss given default of the part of a line beyond that"
    )
    business: NonNegative = param(
        unit="x", meaning="banking business over the contract, against that at its signing"
    )
    right_worth: StageVector = param(
        unit="CNY per CNY of subscription amount",
        meaning="present worth of a right to the lenders' side, by stage",
        low=0,
    )


class Beliefs(Frozen):
    """How beliefs depend on what a bank sees, and their levels by arrangement."""

    quality_slope: NonNegative = param(
        unit="-", meaning="log effect of one sd on default", high=10
    )
    bust_factor: PositiveFloat = param(unit="x", meaning="believed default in a bust")
    setback_factor: PositiveFloat = param(
        unit="x", meaning="believed default of a firm seen in a setback"
    )
    right_quality_slope: float = param(
        unit="-", meaning="log effect of one sd of judged quality on the worth of a right"
    )
    default: Belief = param(unit="", meaning="beliefs unless an arrangement has its own")
    by_arrangement: dict[str, Belief] = param({}, unit="", meaning="beliefs by arrangement")
