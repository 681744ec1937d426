"""The business: sales, outlays and the straight lines along which cash moves.

The size of the business (`scale`) is constant between calendar quarters, so cash is linear
in time and the date at which it runs out is exact. At each quarter it takes a step
(`sim.model.firms.growth`). What a sector can sell at a stage is a share of the scale: a drug
developer has a scale, and so a value, for years before it has sales.
"""

import math
from typing import Any

from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, StageVector, param
from sim.model.firms.growth import growth_now
from sim.model.firms.record import ROYALTY, STARTUP
from sim.model.firms.relationship import set_delivery
from sim.model.firms.undrawn import undrawn


class Operations(Frozen):
    """Sales, cost and cash."""

    opening_scale: PositiveFloat = param(
        unit="CNY million a year", meaning="median scale at entry"
    )
    opening_scale_log_sd: NonNegative = param(unit="-", meaning="log sd of scale at entry", high=5)
    venture_scale_factor: PositiveFloat = param(
        unit="x", meaning="scale at entry of a venture-backed firm against others"
    )
    opening_cash: PositiveFloat = param(
        unit="CNY million", meaning="mean cash at entry of others at their median scale"
    )
    venture_opening_cash: PositiveFloat = param(
        unit="CNY million", meaning="mean cash at entry of venture-backed firms at theirs"
    )
    opening_cash_log_sd: NonNegative = param(unit="-", meaning="log sd of cash at entry")
    burn: NonNegative = param(
        unit="CNY million a year", meaning="fixed outlay of a start-up of median scale at entry"
    )
    venture_burn: NonNegative = param(
        unit="CNY million a year",
        meaning="fixed outlay of a venture-backed start-up of median scale at entry",
    )
    size_exponent: Share = param(
        unit="-", meaning="power of scale at entry by which opening cash and fixed outlay rise"
    )
    venture_size_exponent: Share = param(
        unit="-", meaning="the same power for venture-backed firms"
    )
    startup_margin: float = param(unit="share of sales", meaning="contribution of a start-up")
    margin: StageVector = param(unit="share of sales", meaning="operating margin by stage")
    margin_quality_slope: float = param(unit="share of sales", meaning="margin per sd of quality")
    research: StageVector = param(
        unit="share of scale", meaning="research outlay beyond what the margin covers", low=0
    )
    venture_research: StageVector = param(
        unit="share of scale", meaning="further research outlay of venture-backed firms"
    )
    setback_margin: NonNegative = param(unit="share of scale", meaning="margin lost in a setback")
    setback_scale_factor: PositiveFloat = param(unit="x", meaning="scale after a setback", high=1)
    setback_regain_share: Share = param(
        unit="share", meaning="part of the log fall that recovery brings back"
    )
    arrears_saving_share: Share = param(
        unit="share", meaning="part of the cash drain that a firm in arrears cuts"
    )
    sales_share: StageVector = param(
        unit="share", meaning="part of the scale that is sold at each stage", low=0, high=1
    )
    working_capital: NonNegative = param(
        unit="CNY million per CNY million a year",
        meaning="money tied up per unit of growth in sales",
    )


def margin_flow(f: Any, p: Any, c: Any) -> float:
    """Operating cash flow before finance and working capital, CNY million a year."""
    if f.stage == STARTUP:
        fixed = p.venture_burn if f.venture == 1 else p.burn
        flow = p.startup_margin * f.sales - fixed * f.means
    else:
        flow = (p.margin[f.stage] + p.margin_quality_slope * f.quality) * f.sales
    flow -= p.research[f.stage] * f.scale
    if f.venture == 1:
        flow -= p.venture_research[f.stage] * f.scale
    if f.setback == 1:
        flow -= p.setback_margin * f.scale
    return flow - c.margin * f.scale


def set_flows(f: Any, p: Any, c: Any) -> None:
    """Set the constant rates at which money moves until the next event."""
    f.scale = math.exp(f.log_scale)
    f.sales = f.scale * p.sales_share[f.stage]
    operating = margin_flow(f, p, c)
    f.cost = f.sales - operating
    f.invest = 0.0
    if f.setback == 0 and f.arrears == 0:
        tied_up = p.working_capital * f.sales + p.project_capex * f.scale
        f.invest = tied_up * max(growth_now(f, p, c), 0.0)
    set_delivery(f, p)
    f.royalty = f.royalty_share * f.sales if f.right == ROYALTY else 0.0
    paid = f.rate * f.balance + f.commitment_fee_rate * undrawn(f)
    paid += f.firm_fee_rate * f.balance
    paid += f.term_surcharge * f.term + f.charge
    f.flow = operating - f.invest - paid - f.royalty - f.delivery
    if f.arrears == 1 and f.flow < 0.0:
        saving = -p.arrears_saving_share * f.flow
        operating += saving
        f.flow += saving
        f.cost = f.sales - operating


def runway(f: Any) -> float:
    """Years until cash is gone at the present drain; infinite where there is none."""
    if f.flow >= 0.0:
        return 1.0e300
    return max(f.cash, 0.0) / -f.flow


def enter_setback(f: Any, p: Any) -> None:
    """The business shrinks and its margin falls until it recovers."""
    f.setback = 1
    f.setbacks += 1
    f.log_scale += math.log(p.setback_scale_factor)


def leave_setback(f: Any, p: Any) -> None:
    """Part of the fall comes back."""
    f.setback = 0
    f.log_scale -= p.setback_regain_share * math.log(p.setback_scale_factor)
