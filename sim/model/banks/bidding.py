"""What a firm pays for a loan: banks bid in secret, and the winner matches the runner-up.

A bank bids the rate at which it would just not lose if its best rival judged the firm as it
does; it stays away where it would lose at the cap if it were the only one to lend. What it is
told to tolerate on policy grounds counts there alone: where its loss at the cap is no more than
that, it bids the cap, so that no firm pays less for it. The lowest bid wins and is paid as the
runner-up asks, or the cap if there is none. Where the winner's own limit is below the line that
is asked, the next ones lend what is left, each at what the one after it asks. One bank thus
charges what the cap allows, many charge what the loan costs, and a bank with a private file
leaves the worse firms to others. Price rises with believed default up to the cap; beyond it
nobody lends.

Stated approximation: where banks know or earn unequally much, each still asks what it means
that all others judge no better than itself. Less informed banks are then a little too bold, and
a host that earns a whole percent more by the loan than its rivals is too timid, by some four
tenths of a standard deviation, which costs it a sixth of its profit.

References
----------
Milgrom and Weber (1982), A theory of auctions and competitive bidding, Econometrica 50(5);
Sharpe (1990), Asymmetric information, bank lending, and implicit contracts, Journal of Finance
45(4); von Thadden (2004), Asymmetric information, bank lending and implicit contracts: the
winner's curse, Finance Research Letters 1(1).
"""

from typing import Any

from sim.base.columns import Column, Table
from sim.model.banks.credit_decision import MOST_DEFAULT
from sim.model.banks.winners_curse import (
    NOBODY,
    default_if_alone,
    default_if_tied,
    own_default,
    see_rivals,
    weigh,
)

AUCTION = Table(
    (
        Column("bidders", "-", "banks that know the firm, a club counted once", "i4"),
        Column("prior", "standard deviations", "mean quality given what everybody sees"),
        Column("prior_precision", "-", "precision of that"),
        Column("common_variance", "-", "variance of the error that all signals share"),
        Column("average_default", "per year", "believed default of a firm of average quality"),
        Column("slope", "-", "log effect of one standard deviation of quality on default"),
        Column("cap", "per year", "most that the firm can be charged"),
        Column("outside", "per year", "what it pays at most with the cost of moving"),
        Column("asked", "CNY million", "line that the firm asks for"),
        Column("most_lenders", "-", "banks that may lend to it side by side", "i4"),
        Column("winner", "code", "row of the bidder that lends first, -1 for none", "i4"),
        Column("line", "CNY million", "line of all lenders"),
        Column("rate", "per year", "their mean rate, the cap where nobody lends"),
    )
)
"""The loan of one firm: what everybody knows of it, and from `winner` on what comes out."""

BIDDER = Table(
    (
        Column("quality", "standard deviations", "its mean of quality, by all that it knows"),
        Column("signal_precision", "-", "precision of its signal, without the shared error"),
        Column("file_precision", "-", "precision of its private file; one bank may have one"),
        Column("cost", "per year", "cost but for default per unit lent, less own income"),
        Column("loss", "share", "its loss given default, after cover"),
        Column("tax", "share", "value added tax in its interest, 0 where exempt"),
        Column("moving", "per year", "what going to this bank costs the firm, over the term"),
        Column("tolerance", "per year", "what it accepts to lose at the cap on policy grounds"),
        Column("most", "CNY million", "most that it lends to the firm"),
        Column("signal", "-", "precision of its signal, the shared error counted"),
        Column("variance", "-", "variance of quality, as it judges"),
        Column("covariance", "-", "covariance of quality and apparent quality, as it judges"),
        Column("apparent_sd", "standard deviations", "spread of apparent quality, likewise"),
        Column(
            "pull", "x", "its mean of apparent quality per unit of its mean, from the public's"
        ),
        Column("loading", "x", "its mean per unit of apparent quality"),
        Column("own_sd", "standard deviations", "spread of its mean given apparent quality"),
        Column("default", "per year", "believed default if nobody else lends"),
        Column("left", "per year", "left at the cap over its cost, if nobody else lends"),
        Column("enters", "flag", "it loses at the cap no more than it tolerates", "i1"),
        Column("bid", "per year", "rate at which it would just not lose"),
        Column("place", "-", "how many lend before it; -1 if it does not lend", "i4"),
        Column("part", "CNY million", "what it lends"),
        Column("rate", "per year", "at what rate"),
    )
)
"""A bank, or a club with one file. What stands before `signal` is given, the rest written."""

RIVAL = Table(
    (
        Column("count", "-", "rivals of this kind", "i4"),
        Column("margin", "-", "own mean over what is expected of theirs, in their spreads"),
        Column("sharpness", "-", "how much better they know apparent quality"),
        Column("shift", "-", "what default as a weight adds to the margin"),
        Column("own_sd", "standard deviations", "spread of their mean given apparent quality"),
    )
)
"""Scratch: rivals as one bidder sees them."""


def break_even_bid(default: float, cost: float, loss: float, tax: float) -> float:
    """Loan rate at which a bank earns exactly its hurdle, per year, value added tax in it.

    Parameters
    ----------
    default : float, per year, below 1
    cost : float, per year
        Funds, capital at its hurdle before tax, running cost and fees that the bank pays, less
        its own further business and what else it earns by the loan, per unit lent.
    loss : float, share of principal
    tax : float, share of interest

    Examples
    --------
    >>> round(break_even_bid(0.04, 0.04, 0.5, 0.0), 6)
    0.0625
    >>> round(break_even_bid(0.04, 0.04, 0.5, 0.06 / 1.06), 6)
    0.06625
    """
    return (cost + default * loss) / ((1.0 - default) * (1.0 - tax))


def bid_for(b: Any, default: float) -> float:
    """What a bank would ask for a loan of this default, per year."""
    return break_even_bid(min(default, MOST_DEFAULT), b.cost, b.loss, b.tax)


def left_at(price: float, b: Any, default: float) -> float:
    """What a price leaves a bank over its cost, per year and unit lent, after value-added tax."""
    return (price - bid_for(b, default)) * (1.0 - b.tax)


def most_of(b: Any, a: Any) -> float:
    """Most that a firm would pay to a bank, per year: it may stay where it is."""
    return min(a.cap, a.outside - b.moving)


def hold_auction(a: Any, bidders: Any, rivals: Any) -> None:
    """Write who lends, how much, and at what rate.

    Parameters
    ----------
    a : auction, see `AUCTION`
    bidders : record array, shape (at least a.bidders,), see `BIDDER`
    rivals : record array of the same length, see `RIVAL`
        Scratch.
    """
    entrants = 0
    for j in range(a.bidders):
        if bidders[j].most > 0.0:
            weigh(bidders[j], a)
    for j in range(a.bidders):
        enter(j, bidders, rivals, a)
        entrants += bidders[j].enters
    if entrants > 1:
        for j in range(a.bidders):
            if bidders[j].enters == 1 and bidders[j].left >= 0.0:
                kinds = see_rivals(j, bidders, rivals, a)
                default = default_if_tied(bidders[j], rivals, kinds, a)
                bidders[j].bid = min(most_of(bidders[j], a), bid_for(bidders[j], default))
    award(a, bidders)


def enter(j: int, bidders: Any, rivals: Any, a: Any) -> None:
    """Write whether a bank bids: not if it would lose too much at the cap as the only lender.

    Being the only one is never good news, so one that its own judgement keeps away need not
    ask further; nor one to which the firm would not come for nothing.
    """
    b = bidders[j]
    b.enters = 0
    if b.most > 0.0 and most_of(b, a) >= 0.0:
        b.bid = most_of(b, a)
        b.default = own_default(b, a)
        if left_at(b.bid, b, b.default) + b.tolerance >= 0.0:
            kinds = see_rivals(j, bidders, rivals, a)
            b.default = default_if_alone(b, rivals, kinds, a)
            b.left = left_at(b.bid, b, b.default)
            b.enters = 1 if b.left + b.tolerance >= 0.0 else 0


def award(a: Any, bidders: Any) -> None:
    """Write parts and rates: the firm takes bids in order until it has its line, or all it may.

    The bids are compared with what moving costs. No rate is below zero, however much business
    goes with the loan.
    """
    a.winner, a.line, a.rate = NOBODY, 0.0, a.cap
    for j in range(a.bidders):
        bidders[j].part, bidders[j].rate, bidders[j].place = 0.0, a.cap, NOBODY
    left, lenders = a.asked, 0
    j = best_after(NOBODY, a, bidders)
    while j != NOBODY and left > 0.0 and lenders < a.most_lenders:
        b, following = bidders[j], best_after(j, a, bidders)
        asks = most_of(b, a)
        if following != NOBODY:
            asks = min(asks, bidders[following].bid + bidders[following].moving - b.moving)
        b.rate = max(asks, 0.0)
        b.part = min(b.most, left)
        b.place = lenders
        lenders += 1
        a.winner = j if a.winner == NOBODY else a.winner
        a.line += b.part
        a.rate += (b.rate - a.rate) * (b.part / a.line)
        left -= b.part
        j = following


def best_after(last: int, a: Any, bidders: Any) -> int:
    """The bank that the firm prefers of those that come after `last`, or `NOBODY`."""
    best = NOBODY
    for j in range(a.bidders):
        follows = last == NOBODY or is_preferred(last, j, bidders)
        is_open = bidders[j].enters == 1 and follows
        if is_open and (best == NOBODY or is_preferred(j, best, bidders)):
            best = j
    return best


def is_preferred(i: int, j: int, bidders: Any) -> bool:
    """Whether the firm takes bank `i` first: the lower bid, the better judge, the first."""
    one, other = bidders[i], bidders[j]
    asks, others = one.bid + one.moving, other.bid + other.moving
    if asks != others:
        return asks < others
    if one.quality != other.quality:
        return one.quality > other.quality
    return i < j
