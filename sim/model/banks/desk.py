"""The desk: everything that the credit committees of a world read and write.

Rules of banks are scalar functions on one firm, like those of firms: they are given the
record of the firm, the conditions of an arrangement, and the desk. Arrays of the desk are
those of the world, so that what a rule writes stays.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.base.columns import Column, Table
from sim.model.contracts.loss_sharing import MOST_LENDERS

OFFER = Table(
    (
        Column("made", "flag", "the lead agrees, and the line is not too small", "i1"),
        Column("line", "CNY million", "line of all lenders"),
        Column("rate", "per year", "rate at first"),
        Column("later_rate", "per year", "rate after the step"),
        Column("mean_rate", "per year", "average rate over the length of the contract"),
        Column("years", "years", "length of the contract, or what is left of it"),
        Column("lenders", "-", "banks that were asked", "i4"),
        Column("lender", "code", "these banks, lead first", "i4", MOST_LENDERS),
        Column("quality", "standard deviations", "posterior mean of quality", length=MOST_LENDERS),
        Column("variance", "-", "posterior variance of quality", length=MOST_LENDERS),
        Column("part", "CNY million", "line of each lender", length=MOST_LENDERS),
        Column("share", "share", "part of each lender in the line", length=MOST_LENDERS),
        Column("surplus", "per year", "left over the break-even rate", length=MOST_LENDERS),
        Column(
            "shortfall",
            "per year",
            "what each expects to earn less than its cost on policy grounds",
            length=MOST_LENDERS,
        ),
        Column("default", "per year", "believed default, by lender", length=MOST_LENDERS),
        Column("loss", "share", "believed loss given default that lenders bear"),
        Column(
            "business",
            "CNY million a year",
            "banking business that each expects to have",
            length=MOST_LENDERS,
        ),
        Column(
            "gained_business",
            "CNY million a year",
            "what of it hangs on lending, as far as that counts in a decision",
            length=MOST_LENDERS,
        ),
        Column("accepts", "flag", "the lender agrees", "i1", MOST_LENDERS),
        Column("news_precision", "-", "precision of its signal, by lender", length=MOST_LENDERS),
        Column("news", "-", "that signal times its precision", length=MOST_LENDERS),
        Column("home_news_precision", "-", "precision of the signal of the firm's own bank"),
        Column("home_news", "-", "that signal times its precision"),
        Column("right", "code", "right that the firm grants", "i1"),
        Column("stake", "share", "share of equity that it buys, post-money"),
        Column("exercise_amount", "CNY million", "subscription amount"),
        Column("trigger", "CNY million", "valuation at which it comes alive"),
        Column("right_years", "years", "life of the right, or what is left of it"),
        Column("demanded_share", "share", "part of the demand that is agreed"),
        Column("granted_worth", "CNY million", "worth of the right, to owners"),
        Column("demanded_worth", "CNY million", "worth of the demanded business, to lenders"),
        Column("royalty_cap", "CNY million", "total at which a royalty ends"),
        Column("beside", "CNY million", "money of the instruments beside the line"),
        Column("beside_cost", "CNY million a year", "interest on it"),
        Column("monitored", "flag", "monitoring pays the lead", "i1"),
        Column("worth", "CNY million", "what it is worth to the firm, to rank several"),
        Column("moves", "flag", "the firm would leave its bank", "i1"),
        Column("ready", "flag", "firm and lenders agree", "i1"),
        Column("short", "flag", "a lender has no room for it", "i1"),
        Column("full_banks", "-", "banks that have had no room for it", "i4"),
        Column("full", "code", "which these are", "i4", MOST_LENDERS),
        Column("queued", "-", "row of the offer whose turn it is where capital is short", "i8"),
        Column(
            "exposure",
            "CNY million",
            "risk-weighted assets that it adds at each lender once it is taken",
            length=MOST_LENDERS,
        ),
        Column("taken", "flag", "the firm signs", "i1"),
    )
)
"""One offer to one firm, and what the judgement of its lenders rests on."""

REFINANCED, BOOKED, CUTS, JUDGED = range(4)
"""Places in `Desk.tally`."""
HEADROOM, ASKED = range(2)
"""Rows of `Desk.room`."""


class Desk(NamedTuple):
    """Arrays of a world that rules of banks read and write.

    Parameters
    ----------
    firms, params, market_conditions : arrays
        Firms and the factors in force, as compiled rules of firms take them;
        `market_conditions` has one row.
    waiting : int64 array
        Rows of the firms with an open request.
    rules, banks, books : record arrays
        Parameters common to all banks (one row), parameters and state of each bank.
    terms, admission : record arrays, shapes (1 + n_menu,) and (1 + n_menu, 2)
        Conditions of each arrangement by code, 0 for plain lending, and who may apply.
    roster, lender : int arrays, shapes (n_firms, m) and (n_firms, 8)
        Banks in the order in which a firm turns to them; its present lenders, lead first.
    share : array, shape (n_firms, 8)
    called : array, shape (n_firms, 5, 8)
        What these lenders call and hold of the loan, what their parts weigh and pay in tax, and
        what they fall short, see `sim.model.firms.claims`.
    history_precision, history_sum : arrays, shape (n_firms,)
        What the home bank has learnt: precision of its signals, and their weighted sum.
    ordinal : int64 array, shape (n_firms,)
        Decisions taken on the firm so far; the address of the next signals.
    book : record array
        Contracts; `tally` says how many rows are used.
    applications, offers : record arrays, shapes (n,) and (n, 1 + n_menu)
        Scratch: the firms that ask, and what they are offered.
    bids : record array, shape (8,)
        Scratch: what each bank that knows a firm would offer by itself.
    auction, bidders, rivals : record arrays, shapes (1,), (8,) and (8,)
        Scratch: the auction of a loan, see `sim.model.banks.bidding`.
    review : record array, shape (1,)
        Scratch: a loan that lenders hold or call, see `sim.model.banks.waiting.REVIEW`.
    room : array, shape (2, n_banks), CNY million
        Scratch: what each bank can still lend on its capital, and what it is asked for.
    cut_who, cut_retained, cut_worth, cut_saving, judged_who, judged_lead : arrays, shape (n,)
        What the committee decided beside signing, for those who repeat it: answers that are no
        contract, and judgements that led to none; `cut_worth` is the share of a balance that a
        call would have brought, where lenders decided on it, `cut_saving` what they take off its
        rate, per year.
    cut_kept : array, shape (n, 8)
        What each lender keeps.
    tally : array, shape (4,)
        CNY million refinanced; rows used of the book, of cuts and of judgements.
    """

    firms: Any
    params: Any
    market_conditions: Any
    waiting: Any
    rules: Any
    banks: Any
    books: Any
    terms: Any
    admission: Any
    roster: Any
    lender: Any
    share: Any
    called: Any
    history_precision: Any
    history_sum: Any
    ordinal: Any
    book: Any
    applications: Any
    offers: Any
    bids: Any
    auction: Any
    bidders: Any
    rivals: Any
    review: Any
    room: Any
    cut_who: Any
    cut_retained: Any
    cut_worth: Any
    cut_saving: Any
    cut_kept: Any
    judged_who: Any
    judged_lead: Any
    tally: Any

    def answers(self, n: int) -> Any:
        """The first `n` answers that are no contract, each as `repeat_reduction` takes it."""
        parts = (
            self.cut_retained[:n], self.cut_worth[:n], self.cut_kept[:n], self.cut_saving[:n],
        )  # fmt: skip
        return np.column_stack(parts)


class Effects(NamedTuple):
    """Arrays of a world that change beside those of the desk when decisions take effect.

    Apart from the desk, since deciding needs none of them: each array that a rule is given
    costs compiling.

    Parameters
    ----------
    next_time, pending : arrays, shape (n_firms,)
        Clocks and requests of firms, as compiled rules of firms take them.
    believed_default, believed_loss : arrays, shape (n_firms,)
        Beliefs at signing, for provisions.
    posted, by_bank, total, by_terms, row : arrays
        Sums since the last settlement, see `sim.model.firms.flows.post_firm`.
    log, cursor : record array and int64 array
    """

    next_time: Any
    pending: Any
    believed_default: Any
    believed_loss: Any
    posted: Any
    by_bank: Any
    total: Any
    by_terms: Any
    row: Any
    log: Any
    cursor: Any
