"""What a lender expects of a firm's banking business, for itself and because it lends.

A lender has what runs through the account of its own loan, and the rest if it is, or becomes, the
bank of the basic account. It compares that with what it would have without lending: a host keeps
the account either way. The account moves between two states, at the lender or elsewhere, at the
hazards of `sim.model.firms.relationship`; income is discounted over the contract at the transfer
price and the believed rate of default.
"""

import math
from typing import Any

from sim.base.special import annuity, normal_cdf
from sim.model.firms.flows import is_lender
from sim.model.firms.record import SWAP
from sim.model.firms.relationship import loan_account_share
from sim.model.firms.worth_of_right import most_worth_paying


def own_business(
    start: float, to: float, away: float, own: float, others: float, rate: float, years: float
) -> float:
    """Present worth of a bank's part of one a year of business.

    Parameters
    ----------
    start : float, 0 to 1
        Probability of being host at first.
    to, away : float, per year
        Hazards of the basic account's move to the bank and away from it.
    own, others : float, share
        What runs through its own loan account and through those of others.
    rate : float, per year
        Discount rate plus rate of ending less growth of the business.
    years : float
    """
    if to + away <= 0.0:
        return (own + (1.0 - others - own) * start) * annuity(rate, years)
    basic = 1.0 - others - own
    settled = to / (to + away)
    lasting = (own + basic * settled) * annuity(rate, years)
    return lasting + basic * (start - settled) * annuity(rate + to + away, years)


def delivery_chance(o: Any, a: Any, u: Any) -> float:
    """Chance that the firm brings the business that a swap right demands, and so lets it sleep.

    It does where that costs less than the risk of dilution; a bank knows how much the cost of
    moving varies among firms, and not what it is for this one. Arguments as of `write_business`.
    """
    if o.right != SWAP:
        return 0.0
    terms = (o.stake, o.exercise_amount, o.trigger)
    most = most_worth_paying(terms, a.value, o.right_years, u.right_volatility, u.right_discount)
    moving = u.delivery_cost * a.business * o.demanded_share
    spread = u.switching_cost_weight_log_sd
    if most <= 0.0 or moving <= 0.0 or spread <= 0.0:
        return 1.0 if most > max(moving, 0.0) else 0.0
    return normal_cdf(math.log(most / moving) / spread)


def hosted_by(bank: int, a: Any) -> float:
    """1 where a bank has the applicant's basic account, else 0."""
    return 1.0 if a.host == bank else 0.0


def starts_as_host(o: Any, j: int, a: Any, u: Any) -> float:
    """Chance that lender `j` has the basic account as soon as it lends.

    Some firms that leave their bank take the account that it has along to the new lead; a lead
    that lends already is not new.
    """
    stays = is_lender(o.lender[0], a.lender, a.share)
    for n in range(o.lenders):
        stays = stays or o.lender[n] == a.home
    if j == 0 and not stays and a.host == a.home:
        return u.follows_lender_share
    return hosted_by(o.lender[j], a)


def pooled_accounts(o: Any, a: Any, u: Any, banks: Any) -> tuple[float, float]:
    """Chance that any lender has the basic account, and share of its moves that end at one."""
    host, size = 0.0, 0.0
    for n in range(o.lenders):
        host += starts_as_host(o, n, a, u)
        size += banks[o.lender[n]].account_share
    return host, size


def whole_line(o: Any) -> float:
    """Line of all lenders of an offer together, CNY million."""
    line = 0.0
    for n in range(o.lenders):
        line += o.part[n]
    return line


def believed_wallet(line: float, a: Any, k: Any, u: Any) -> float:
    """Business that the firm is believed to have under a line, CNY million a year."""
    new = max(line * u.utilisation - a.balance, 0.0)
    return k.believed_business * (a.business + u.guarantee_fee_rate * new)


def demanded_worth(o: Any, a: Any, k: Any, u: Any, banks: Any, share: float) -> float:
    """Present worth to the lenders of business that a swap demands, its delivery sure.

    It is what the account brings them over the life of the right beyond what it would bring
    without the demand: it comes sooner, and stays. What a listing leaves at the bank is not
    counted. Arguments as of `write_business`; CNY million.

    Parameters
    ----------
    share : float, 0 to 1
        Part of the demand of the clause.
    """
    line, moves, years = whole_line(o), u.account_move_hazard, o.right_years
    through = loan_account_share(line * u.utilisation, a.sales, u)
    host, size = starts_as_host(o, 0, a, u), banks[o.lender[0]].account_share
    if k.pools_business == 1:
        host, size = pooled_accounts(o, a, u, banks)
    rate = u.funding_rate + o.default[0]
    to = moves * size + u.main_bank_hazard + k.promised_move_hazard
    away = moves * (1.0 - size)
    sooner = max(share * k.demanded_move_hazard - k.promised_move_hazard, 0.0)
    stays = (1.0 - share) * away
    with_it = own_business(host, to + sooner, stays, 0.0, through, rate, years)
    without = own_business(host, to, away, 0.0, through, rate, years)
    return believed_wallet(line, a, k, u) * (with_it - without)


def write_business(o: Any, j: int, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write what lender `j` expects a year: all of it, and what hangs on lending and counts.

    Parameters
    ----------
    o : offer, its lenders, parts, years, right and believed default written
    j : int
        Place of the lender.
    a : application
    k : conditions of the arrangement
    u, banks : rules common to all banks, and of each
    """
    line = whole_line(o)
    share = o.part[j] / line if line > 0.0 else 0.0
    through = loan_account_share(line * u.utilisation, a.sales, u)
    own, others = through * share, through * (1.0 - share)
    size = banks[o.lender[j]].account_share
    rate, moves = u.funding_rate + o.default[j], u.account_move_hazard
    before = hosted_by(o.lender[j], a)
    without = own_business(before, moves * size, moves * (1.0 - size), 0.0, 0.0, rate, o.years)
    host = starts_as_host(o, j, a, u)
    if k.pools_business == 1:  # the account may be at any of them
        host, size = pooled_accounts(o, a, u, banks)
    agreed = k.promised_move_hazard
    delivers = delivery_chance(o, a, u)
    agreed += delivers * max(o.demanded_share * k.demanded_move_hazard - agreed, 0.0)
    to_lead = u.main_bank_hazard + agreed
    leads = j == 0 or k.pools_business == 1
    to = moves * size + (to_lead if leads else 0.0)
    away = moves * (1.0 - size) + (0.0 if leads else to_lead)
    if k.pools_business == 1:
        pooled = own_business(host, to, away, 0.0, through, rate, o.years)
        lending = share * (pooled + through * annuity(rate, o.years))
    else:
        lending = own_business(host, to, away, own, others, rate, o.years)
    wallet = believed_wallet(line, a, k, u)
    years = annuity(rate, o.years)
    o.business[j] = wallet * lending / years
    gained = o.business[j] - k.believed_business * a.business * without / years
    o.gained_business[j] = u.relationship_weight * gained
