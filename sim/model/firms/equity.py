"""Equity: valuation, rounds with dilution, listing, acquisition, and who gets what.

Cap-table shares of founders, investors, the holder of lenders' rights and those who have bought
rights of it sum to one.
Listing is a rule before it is a hazard: a firm must meet a standard of a board. Then it waits its
turn at the exchange.
"""

import math
from typing import Any

from sim.base.draws import EXIT, uniform_pair
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, StageVector, param
from sim.base.special import normal_quantile
from sim.model.firms.board import may_be_listed
from sim.model.firms.operations import runway
from sim.model.firms.record import NO_RIGHT, ROUNDS_KEPT, ROYALTY
from sim.model.firms.waterfall import of_shares


class Equity(Frozen):
    """Valuation, rounds and exits."""

    venture_logit: float = param(
        unit="logit", meaning="venture backing at quality zero", low=-20, high=20
    )
    venture_quality_slope: float = param(unit="logit", meaning="effect of one sd of quality")
    valuation_multiple: StageVector = param(
        unit="CNY million to the power of one minus the exponent",
        meaning="equity value at scale 1", low=0,
    )  # fmt: skip
    valuation_exponent: PositiveFloat = param(
        unit="-", meaning="elasticity of value to scale", high=3
    )
    non_venture_value_factor: PositiveFloat = param(
        unit="x", meaning="value of other firms against venture-backed ones"
    )
    valuation_quality_slope: float = param(
        unit="-", meaning="log value per sd of quality", low=-5, high=5
    )
    valuation_volatility: NonNegative = param(
        unit="per root year", meaning="sd of log deviation", high=5
    )
    valuation_reversion: NonNegative = param(
        unit="per year", meaning="reversion of the deviation", high=8
    )
    round_hazard: StageVector = param(
        unit="per year", meaning="arrival of a round for a firm that seeks one", low=0
    )
    exit_quality_slope: float = param(unit="-", meaning="log effect of quality on rounds, exits")
    non_venture_round_factor: NonNegative = param(
        unit="x", meaning="arrival of rounds for firms without venture backing"
    )
    setback_round_factor: NonNegative = param(unit="x", meaning="arrival of rounds in a setback")
    raise_below_runway: PositiveFloat = param(
        unit="years", meaning="runway below which a firm seeks a round"
    )
    raise_for_years: PositiveFloat = param(unit="years", meaning="drain that a round covers")
    dilution: StageVector = param(unit="share", meaning="most sold in a round", low=0, high=0.99)
    listing_hazard: StageVector = param(
        unit="per year", meaning="listing of a firm that meets the rules", low=0
    )
    non_venture_listing_factor: NonNegative = param(
        unit="x", meaning="listing of firms without venture backing"
    )
    listing_premium: PositiveFloat = param(unit="x", meaning="listed over private value")
    listing_raise_share: Share = param(unit="share", meaning="new shares sold at listing")
    acquisition_hazard: StageVector = param(unit="per year", meaning="sale of the firm", low=0)
    non_venture_acquisition_factor: NonNegative = param(
        unit="x", meaning="sale of firms without venture backing"
    )
    acquisition_factor: PositiveFloat = param(unit="x", meaning="sale over private value")
    exit_log_sd: NonNegative = param(unit="-", meaning="log sd of exit value")
    exit_tail_share: Share = param(unit="share", meaning="exits in the heavy tail")
    exit_tail_index: PositiveFloat = param(unit="-", meaning="Pareto index of the tail")
    exit_cap: PositiveFloat = param(unit="CNY million", meaning="largest exit value")


def set_value(f: Any, p: Any, c: Any) -> None:
    """Pre-money equity value from scale, quality, deviation and the market."""
    level = p.valuation_multiple[f.stage] * c.valuation
    if f.venture == 0:
        level *= p.non_venture_value_factor
    f.value = level * math.exp(
        p.valuation_exponent * f.log_scale + p.valuation_quality_slope * f.quality + f.log_value
    )


def round_hazard(f: Any, p: Any, c: Any) -> float:
    """Arrival of an equity round; only a firm that seeks money meets one."""
    if f.seeks_round == 0 and f.project == 0 and f.arrears == 0:
        return 0.0
    hazard = p.round_hazard[f.stage] * f.quality_on_exit * c.rounds * f.introduction
    if f.venture == 0:
        hazard *= p.non_venture_round_factor
    if f.setback == 1:
        hazard *= p.setback_round_factor
    return hazard


def listing_hazard(f: Any, p: Any, c: Any) -> float:
    """Listing of a firm that is in good health and meets a standard of a board."""
    if f.setback == 1 or not may_be_listed(f, p):
        return 0.0
    hazard = p.listing_hazard[f.stage] * f.quality_on_exit * c.listing
    return hazard * p.non_venture_listing_factor if f.venture == 0 else hazard


def acquisition_hazard(f: Any, p: Any, c: Any) -> float:
    """Sale of the firm; investors who want their money back look for a buyer."""
    hazard = p.acquisition_hazard[f.stage] * c.acquisition
    return hazard * p.non_venture_acquisition_factor if f.venture == 0 else hazard


def seeks_round_at(f: Any, p: Any) -> float:
    """Date at which the runway falls to the level where the firm seeks a round."""
    if f.flow >= 0.0 or f.seeks_round == 1:
        return 1.0e300
    return f.now + max(runway(f) - p.raise_below_runway, 0.0)


def close_round(f: Any, p: Any) -> None:
    """Sell new shares for what is needed, at most the usual dilution."""
    need = p.raise_for_years * max(-f.flow, 0.0) + max(-f.cash, 0.0)
    if f.project == 1:
        need += f.demand
    amount = min(paid_for(f, p.dilution[f.stage]), need)
    if amount > 0.0:
        sell_shares(f, amount)


def bring_investors(f: Any, k: Any) -> float:
    """Investors whom the bank has found put money in, once; gives the amount, CNY million.

    Parameters
    ----------
    f : firm
    k : contract
        Amount, and the largest stake that they take for it.
    """
    if f.brought == 1 or k.brought_equity <= 0.0:
        return 0.0
    amount = min(k.brought_equity, paid_for(f, k.brought_stake))
    if amount > 0.0:
        f.brought = 1
        sell_shares(f, amount)
    return amount


def paid_for(f: Any, stake: float) -> float:
    """What new shares cost that are a stake of the firm after the money, CNY million."""
    return f.value * stake / (1.0 - stake) if stake < 1.0 else math.inf


def dilute(f: Any, stake: float) -> None:
    """New shares are a stake of the firm: what everyone owned is that much less of it."""
    kept = 1.0 - stake
    f.founders *= kept
    f.investors *= kept
    f.holder *= kept
    f.buyers *= kept
    f.fund *= kept


def sell_shares(f: Any, amount: float) -> None:
    """New shares at the firm's value of the day; everyone is diluted."""
    sold = amount / (f.value + amount)
    dilute(f, sold)
    f.investors += sold
    f.cash += amount
    f.cum_equity += amount
    f.last_round = amount
    f.round_date = f.now
    if f.rounds < ROUNDS_KEPT:
        # Founders keep their number of shares, so this moves as the price of a share.
        f.round_price[f.rounds] = f.founders * (f.value + amount)
    f.rounds += 1


def fund_pays(k: Any, value: float) -> float:
    """What a fund on the bank's side pays for new shares of a firm of this value, CNY million."""
    if k.fund_amount <= 0.0 or k.fund_stake >= 1.0:
        return k.fund_amount
    most = k.fund_valuation * value * k.fund_stake / (1.0 - k.fund_stake)
    return min(k.fund_amount, most)


def fund_buys(f: Any, k: Any) -> None:
    """A fund on the bank's side buys new shares at the stated valuation, once."""
    amount = fund_pays(k, f.value)
    if f.cum_fund > 0.0 or amount <= 0.0:
        return
    sold = amount / (k.fund_valuation * f.value + amount)
    dilute(f, sold)
    f.fund += sold
    f.fund_preference = k.fund_preference * amount
    f.cash += amount
    f.cum_fund += amount


def exit_multiple(f: Any, p: Any, c: Any) -> float:
    """Factor of the exit value over its centre: lognormal, with a Pareto tail."""
    u, tail = uniform_pair(c.k0, c.k1, f.stream, EXIT, 0, 0)
    factor = math.exp(p.exit_log_sd * normal_quantile(u))
    if tail < p.exit_tail_share:
        # The same uniform, rescaled, is uniform inside the tail.
        factor *= (tail / p.exit_tail_share) ** (-1.0 / p.exit_tail_index)
    return factor


def issue(f: Any) -> None:
    """New shares for a right: the firm has the exercise amount, and everyone is diluted."""
    dilute(f, f.stake)
    f.cash += f.exercise_amount


def exercise(f: Any) -> None:
    """The holder subscribes: it pays the exercise amount and owns the new shares."""
    issue(f)
    f.holder += f.stake
    f.cum_exercise_amount += f.exercise_amount
    f.exercised += 1


def sell_right(f: Any, price: float) -> None:
    """The holder sells the right, and the buyer uses it; the lenders have their part of the price.

    The buyer pays the exercise amount to the firm and owns the new shares.
    """
    issue(f)
    f.buyers += f.stake
    f.cum_buyer_amount += f.exercise_amount
    f.cum_right_sale += price
    f.cum_gain += f.lender_gain_share * price


def intrinsic(f: Any, value: float) -> float:
    """Gain at `value`, post-money: stake of value plus exercise amount, less that amount."""
    return f.stake * (value + f.exercise_amount) - f.exercise_amount


def exercise_at_exit(f: Any, value: float) -> float:
    """Exercise a living right at exit if it pays; returns the value to be shared out."""
    if f.right == NO_RIGHT or f.right == ROYALTY:
        return value
    # A warrant has no trigger: it is zero.
    if value < f.trigger or intrinsic(f, value) <= 0.0:
        return value
    exercise_amount = f.exercise_amount
    exercise(f)
    return value + exercise_amount


def share_out_by_preference(f: Any, value: float) -> None:
    """Split the exit value where a fund on the bank's side may have a preference."""
    stakes = (f.fund, f.founders, f.holder, f.buyers, f.investors)
    first = (f.fund_preference, 0.0, 0.0, 0.0, 0.0)
    f.fund_proceeds = of_shares(0, value, stakes, first)
    f.founder_proceeds = of_shares(1, value, stakes, first)
    f.holder_proceeds = of_shares(2, value, stakes, first)
    f.buyer_proceeds = of_shares(3, value, stakes, first)


def share_out(f: Any, value: float) -> None:
    """Split the exit value by the cap table and pass the lenders' part of the gain on."""
    f.exit_value = value
    if f.fund > 0.0:
        share_out_by_preference(f, value)
    else:
        f.founder_proceeds = f.founders * value
        f.holder_proceeds = f.holder * value
        f.buyer_proceeds = f.buyers * value
    rest = value - f.founder_proceeds - f.holder_proceeds - f.buyer_proceeds
    f.investor_proceeds = rest - f.fund_proceeds
    if f.holder > 0.0:
        f.cum_gain += f.lender_gain_share * max(f.holder_proceeds - f.cum_exercise_amount, 0.0)
