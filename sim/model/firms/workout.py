"""Closure and default: exposure at default, recovery, and when.

A firm that winds up pays its lenders from cash first, so closing with money in the bank is
not a default. What stays owed goes into a workout in two parts: tangible assets sell at a
discount that is deeper in a bust, and of what they leave the estate brings a share. Pledges add to
it. Every line has the assets behind it, however large it is. The proceeds arrive after a delay.
"""

from typing import Any

from sim.base.draws import WORKOUT, exponential
from sim.base.parameter import Frozen, NonNegative, Share, param
from sim.model.firms.beside import pay_back
from sim.model.firms.debts import BESIDE, DEBTS, LEASE
from sim.model.firms.undrawn import undrawn
from sim.model.firms.waterfall import dividend, from_asset, sum_of


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
    if f.beside > 0.0 or f.term > 0.0:
        pay_others(f)
    paid = min(f.balance, f.cash)
    f.cash -= paid
    f.cum_repaid += paid
    f.balance -= paid
    f.cum_dividend += f.cash
    f.cash = 0.0


def claims_of(f: Any) -> tuple[float, float, float, float, float]:
    """Claims on the firm: line, term loan, and the debts beside them, CNY million."""
    return (f.balance - f.term, f.term, f.owed[0], f.owed[1], f.owed[2])


def ranks_of(f: Any) -> tuple[int, int, int, int, int]:
    """Ranks of these claims, 1 first."""
    rank = f.claim_rank
    return (rank[0], rank[1], rank[2], rank[3], rank[4])


def pay_others(f: Any) -> None:
    """Pay the debts beside the bank's their part of the cash, by rank; the bank has the rest."""
    claims, ranks = claims_of(f), ranks_of(f)
    share = f.cash / sum_of(claims)
    term = claims[1] * (1.0 - dividend(1, share, claims, ranks))
    for n in range(len(DEBTS)):
        part = dividend(BESIDE + n, share, claims, ranks)
        pay_back(f, n, claims[BESIDE + n] * part)
    f.term = term


def wind_up_proceeds(f: Any, p: Any) -> float:
    """What an orderly wind-up sells working capital and tangible assets for, CNY million."""
    working_capital = p.wind_up_working_capital * p.working_capital * f.sales
    return working_capital + p.wind_up_tangible * f.tangible * f.scale


def asset_recovery(f: Any, p: Any, c: Any) -> float:
    """What tangible assets bring the lenders, CNY million; leased equipment is the lessor's."""
    all_used = p.recovery_tangible * f.tangible * f.scale * c.collateral
    return max(all_used - leased_recovery(f, p, c), 0.0)


def leased_recovery(f: Any, p: Any, c: Any) -> float:
    """What leased equipment brings its owner, CNY million."""
    return p.recovery_tangible * f.equipment * c.collateral


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
    return left_of(0, (short,), (1,), p.recovery_unsecured_share * c.collateral, security)


def left_of(n: int, claims: Any, ranks: Any, share: float, security: float) -> float:
    """What of unsecured claim `n` stays unpaid, CNY million.

    Parameters
    ----------
    n : int
    claims, ranks : sequences
        All unsecured claims, CNY million, and their ranks, 1 first.
    share : float
        What the estate brings, over all of them.
    security : float, share
        Part of the rest that pledges and guarantees return.
    """
    return claims[n] * (1.0 - dividend(n, share, claims, ranks)) * (1.0 - security)


def unsecured(
    claims: tuple[float, float, float, float, float], plant: float, leased: float
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """What assets leave of each claim: the bank's have the plant, the lessor its equipment."""
    line, term, bond, lease, trust = claims
    bank = line + term
    return (
        max(line - from_asset(plant, line, bank), 0.0),
        max(term - from_asset(plant, term, bank), 0.0),
        bond,
        max(lease - from_asset(leased, lease, lease), 0.0),
        trust,
    )


def settle_default(f: Any, p: Any, c: Any, before: float, t: float) -> None:
    """Move the exposure at default into the workout, that of the bank and of all others."""
    claims, ranks = claims_of(f), ranks_of(f)
    f.exposure_at_default = f.balance
    f.balance = 0.0
    if f.exposure_at_default + f.beside <= 0.0:
        return
    plant, leased = asset_recovery(f, p, c), leased_recovery(f, p, c)
    f.collateral_recovery = min(plant, f.exposure_at_default)
    rest = unsecured(claims, plant, leased)
    # What assets bring beyond the claims on them is the estate's.
    over = max(plant - f.exposure_at_default, 0.0) + max(leased - f.owed[LEASE], 0.0)
    share = p.recovery_unsecured_share * c.collateral
    share += over / sum_of(rest) if over > 0.0 and sum_of(rest) > 0.0 else 0.0
    left = left_of(0, rest, ranks, share, f.security) + left_of(1, rest, ranks, share, f.security)
    f.recovery = f.exposure_at_default - left
    for n in range(len(DEBTS)):
        f.owed_recovery[n] = f.owed[n] - left_of(BESIDE + n, rest, ranks, share, 0.0)
    delay = exponential(c.k0, c.k1, f.stream, WORKOUT, 0, 0)
    f.recovery_date = t + p.workout_years * delay
    f.defaulted = 1 if f.exposure_at_default > p.default_threshold * before else 0
