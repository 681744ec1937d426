"""Banking business that a firm brings to its lender, and what the lender earns on it.

The home bank captures a share of the firm's deposits, settlement and payroll. Deposits
earn a transfer margin, payments earn fees. Capture moves towards its target at a finite
speed. Income accrues from signing, in good years and bad.
"""

import math
from typing import Any

from sim.base.parameter import Frozen, NonNegative, Share, StageVector, param


class Relationship(Frozen):
    """Income from ordinary banking business."""

    deposit_margin: NonNegative = param(unit="per year", meaning="transfer margin on deposits")
    deposit_share: Share = param(unit="share", meaning="cash held as low-cost deposits")
    settlement_days: NonNegative = param(
        unit="years of sales", meaning="payment flow that rests as demand deposits"
    )
    fee_share: NonNegative = param(unit="share of sales", meaning="payment and payroll fees")
    plain_wallet_share: Share = param(
        unit="share", meaning="business kept at the lender without an agreement"
    )
    wallet_share_speed: NonNegative = param(unit="per year", meaning="speed of moving accounts")
    delivery_cost: NonNegative = param(
        unit="CNY per CNY of bank income", meaning="cost to the firm of moving business"
    )
    switching_cost_weight_log_sd: NonNegative = param(
        unit="-", meaning="log sd of the weight of that cost", high=5
    )
    offer_hazard: StageVector = param(
        unit="per year", meaning="arrival of an offer from another bank", low=0
    )
    listing_deposit_years: NonNegative = param(
        unit="years", meaning="time that listing proceeds rest at the bank"
    )


def offer_hazard(f: Any, p: Any) -> float:
    """Arrival of an offer by another bank to a firm with a line in good standing."""
    return p.offer_hazard[f.stage] if f.limit > 0.0 and f.called == 0 else 0.0


def business(f: Any, p: Any) -> float:
    """Income on all of the firm's banking business at present levels, per year."""
    deposits = p.deposit_share * max(f.cash, 0.0) + p.settlement_days * f.sales
    return p.deposit_margin * deposits + p.fee_share * f.sales


def earned(f: Any, p: Any, years: float) -> float:
    """Income that the wallet share earns over `years` at the anchor's straight lines."""
    deposits = p.deposit_share * held(f.cash, f.flow, years) + p.settlement_days * f.sales * years
    return f.wallet_share * (p.deposit_margin * deposits + p.fee_share * f.sales * years)


def held(cash: float, flow: float, years: float) -> float:
    """Time integral of money held while it moves from `cash` along a straight line.

    A firm in arrears holds none; when its money comes back inside the interval, it does.

    Examples
    --------
    >>> held(4.0, -1.0, 2.0), held(1.0, -1.0, 2.0), held(-1.0, 1.0, 2.0), held(-1.0, 0.0, 2.0)
    (6.0, 0.5, 0.5, 0.0)
    """
    end = cash + flow * years
    if cash > 0.0 and end > 0.0:
        return cash * years + 0.5 * flow * years * years
    if cash > 0.0:
        return 0.5 * cash * cash / -flow
    if end > 0.0:
        return 0.5 * end * end / flow
    return 0.0


def move_accounts(f: Any, p: Any, years: float) -> None:
    """Capture moves towards its target for `years`."""
    target = f.full_wallet_share if f.deliver == 1 else f.base_wallet_share
    f.wallet_share += (target - f.wallet_share) * (1.0 - math.exp(-p.wallet_share_speed * years))
    extra = max(f.wallet_share - f.base_wallet_share, 0.0)
    f.delivery = p.delivery_cost * extra * business(f, p)
