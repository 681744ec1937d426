"""A bank: the technology desk inside a parent bank.

The parent has capital and exposures of its own; the desk has a capital budget, an appetite
and its own caps. Money is for 1,000 firms of the population, so that a scenario can change
the number of firms without changing how tight capital is.
"""

from sim.base.frozen import Frozen, NonNegative, PositiveFloat, Share, param


class Bank(Frozen):
    """One bank of the scenario."""

    desk_capital: NonNegative = param(
        unit="CNY million per 1,000 firms", meaning="opening capital budget of the desk"
    )
    parent_capital: PositiveFloat = param(
        unit="CNY million", meaning="net capital of the parent, for the single-name limit"
    )
    parent_income: float = param(
        unit="CNY million a year per 1,000 firms",
        meaning="the parent's other income, from which the budget is replenished",
    )
    parent_risk_assets: NonNegative = param(
        unit="CNY million per 1,000 firms",
        meaning="the parent's other risk-weighted assets",
    )
    parent_equity: NonNegative = param(
        unit="CNY million per 1,000 firms", meaning="the parent's capital outside the desk"
    )
    appetite: NonNegative = param(
        unit="x", meaning="factor on the policy tolerance, 1 is the common level"
    )
    signal_precision: NonNegative = param(
        unit="x", meaning="precision of the bank's own signals, 1 is the common level"
    )
    market_share: Share = param(unit="share", meaning="firms that turn to this bank first")
    cap_factor: PositiveFloat = param(unit="x", meaning="factor on the caps on one line")


class Capital(Frozen):
    """What a bank must hold and what the desk is given."""

    risk_weight: NonNegative = param(
        unit="share", meaning="risk weight of a technology loan", high=12.5
    )
    defaulted_risk_weight: NonNegative = param(
        unit="share", meaning="risk weight of the part in default that is not provided for"
    )
    required_ratio: PositiveFloat = param(
        unit="share", meaning="capital over risk-weighted assets", high=1
    )
    hurdle_rate: NonNegative = param(unit="per year", meaning="return that capital must earn")
    replenish_share: Share = param(
        unit="share", meaning="part of the gap to the opening budget refilled each year"
    )
    single_name_share: Share = param(
        unit="share of parent capital", meaning="most lent to one firm by one bank"
    )
    failure_ratio: NonNegative = param(
        unit="share", meaning="capital ratio below which a bank counts as failed"
    )
