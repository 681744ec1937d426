"""Closure and default: exposure at default, recovery, and when.

A firm that winds up pays its lenders from cash first, so closing with money in the bank is
not a default. What stays owed goes into a workout in two parts: tangible assets sell at a
discount that is deeper in a bust, and of what they leave the estate brings a share. Pledges add to
it. Every line has the assets behind it, however large it is. The proceeds arrive after a delay.
"""

from typing import Any

from sim.base.draws import WORKOUT, exponential
from sim.base.parameter import Frozen, NonNegative, Share, param
from sim.model.firms.undrawn import undrawn


class Workout(Frozen):
    """Recovery on defaulted loans."""

    recovery_tangible: Share = param(
        unit="share", meaning="sale value of tangible assets, after cost and haircut"
    )
    recovery_unsecured_share: Share = param(
        unit="share", meaning="what the estate brings of the part that assets do not cover"
    )
    wind_up_working_capital: Share = param(
        unit="share", meaning="what an orderly wind-up brings of working capital"
    )
    wind_up_tangible: Share = param(
        unit="share", meaning="what an orderly wind-up brings of tangible assets"
    )
    recovery_cash_share: Share = param(
        unit="share", meaning="cash left for creditors when owners divert"
    )
    workout_years: NonNegative = param(unit="years", meaning="mean delay of the proceeds")
    default_threshold: NonNegative = param(
        unit="share of balance", meaning="unpaid part above which closure counts as default"
    )


def draw_at_default(f: Any, p: Any) -> None:
    """Drawdown at default (credit conversion): a failing firm draws, and the money is spent."""
    amount = p.drawdown_at_default_share * undrawn(f)
    if amount > 0.0:
        f.balance += amount
        f.cum_drawn += amount
        f.cum_cost += amount


def pay_from_cash(f: Any) -> None:
    """Wind-up: lenders first, owners next; unpaid bills are the suppliers' loss."""
    if f.cash < 0.0:
        f.cum_supplier_loss -= f.cash
        f.cash = 0.0
    paid = min(f.balance, f.cash)
    f.cash -= paid
    f.cum_repaid += paid
    f.balance -= paid
    f.cum_dividend += f.cash
    f.cash = 0.0


def wind_up_proceeds(f: Any, p: Any) -> float:
    """What an orderly wind-up sells working capital and tangible assets for, CNY million."""
    working_capital = p.wind_up_working_capital * p.working_capital * f.sales
    return working_capital + p.wind_up_tangible * f.tangible * f.scale


def asset_recovery(f: Any, p: Any, c: Any) -> float:
    """What tangible assets bring the lenders, CNY million."""
    return p.recovery_tangible * f.tangible * f.scale * c.collateral


def unrecovered(exposure: float, assets: float, security: float, p: Any, c: Any) -> float:
    """What a workout leaves unpaid, CNY million.

    Parameters
    ----------
    exposure, assets : float, CNY million
        Balance at default, and what tangible assets bring.
    security : float, share
        Part of the rest that pledges and guarantees return.
    p, c : parameters of the firm and market conditions
        The estate brings less in a bust, as assets do.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> p, c = SimpleNamespace(recovery_unsecured_share=0.3), SimpleNamespace(collateral=1.0)
    >>> [round(unrecovered(10.0, assets, 0.0, p, c), 6) for assets in (6.0, 12.0, 0.0)]
    [2.8, 0.0, 7.0]
    """
    short = max(exposure - assets, 0.0)
    return short * (1.0 - p.recovery_unsecured_share * c.collateral) * (1.0 - security)


def settle_default(f: Any, p: Any, c: Any, before: float, t: float) -> None:
    """Move the exposure at default into the workout."""
    f.exposure_at_default = f.balance
    f.balance = 0.0
    if f.exposure_at_default <= 0.0:
        return
    f.collateral_recovery = min(asset_recovery(f, p, c), f.exposure_at_default)
    left = unrecovered(f.exposure_at_default, f.collateral_recovery, f.security, p, c)
    f.recovery = f.exposure_at_default - left
    delay = exponential(c.k0, c.k1, f.stream, WORKOUT, 0, 0)
    f.recovery_date = t + p.workout_years * delay
    f.defaulted = 1 if f.exposure_at_default > p.default_threshold * before else 0
