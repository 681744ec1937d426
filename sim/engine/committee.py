"""The credit committee of a world: one compiled call decides, and what it did is kept."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.engine.world import World
from sim.model.banks.application import APPLICATION
from sim.model.banks.bidding import AUCTION, BIDDER, RIVAL
from sim.model.banks.committee import NEW_CREDIT, RUN_OFF, RUNNING_LINES
from sim.model.banks.desk import BOOKED, CUTS, JUDGED, OFFER, Desk, Effects
from sim.model.banks.waiting import REVIEW
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import ALIVE, LOG

# --- The credit committee of a world: one compiled call decides, and what it did is kept ---------


LOGGED = 8
"""Events that one decision may write."""


def hold_committee(w: World, date: float) -> None:
    """Decide on every open request at `date`; decisions take effect at once."""
    # One call is cheaper; what another world repeats is kept part by part.
    apart = (NEW_CREDIT, RUNNING_LINES)
    for agenda in apart if w.keeps_decisions else (sum(apart),):
        _meet(w, date, w.rules.hold_meeting, agenda)


def wind_down(w: World, date: float) -> None:
    """Answer every open request at `date` once no loan is made any more."""
    _meet(w, date, w.rules.hold_meeting, RUN_OFF)


def _meet(w: World, date: float, rule: Any, agenda: int) -> None:
    waiting = int(np.count_nonzero(w.pending))
    if waiting == 0:
        return
    open_menu(w, date)
    d, before = desk_of(w, waiting, agenda.bit_count()), w.book.used
    rule(d, effects_of(w), before, agenda, date)
    _close(w, d, before, date)


def open_menu(w: World, date: float) -> None:
    """Write what is on offer at a date, and to how many."""
    # A column of a record array takes as long to find as all else here: each is found once.
    is_open, reach = w.terms["open"], w.terms["reach"]
    for code, item in enumerate(w.menu, 1):
        is_open[code], reach[code] = item.is_open(date), item.reach(date)


def with_desk(w: World, firms: int, rule: Any, *given: Any) -> None:
    """Let a rule of banks decide on at most `firms` firms; arguments follow the desk.

    What it decided is kept, so that another world may repeat it.
    """
    d, before, date = desk_of(w, firms), w.book.used, given[-1]
    rule(d, *given)
    w.rules.hold_meeting(d, effects_of(w), before, 0, date)
    _close(w, d, before, date)


def _close(w: World, d: Desk, before: int, date: float) -> None:
    w.book.used = int(w.tally[BOOKED])
    w.keep_events()
    w.remember(d, before, date)


def desk_of(w: World, firms: int, parts: int = 1) -> Desk:
    """The desk of a world, with room for decisions on `firms` firms.

    Each of some parts of a meeting may answer, and sign, all of them.
    """
    w.book.reserve(parts * firms)
    if w.cursor[1] == 1 and w.log.shape[0] < LOGGED * parts * firms:
        w.log = LOG.empty(LOGGED * parts * firms)
    w.tally[BOOKED], w.tally[CUTS], w.tally[JUDGED] = w.book.used, 0.0, 0.0
    # Among bytes they are found at four times the cost.
    waiting = w.pending.astype(bool).nonzero()[0]
    return Desk(
        firms=w.firms, params=w.params, market_conditions=w.market_conditions,
        waiting=waiting, rules=w.common, banks=w.bank_rules, books=w.banks,
        terms=w.terms, admission=w.admission, roster=w.roster, lender=w.lender, share=w.share,
        called=w.called,
        history_precision=w.history_precision, history_sum=w.history_sum, ordinal=w.ordinal,
        book=w.book.store, tally=w.tally, **scratch_of(w, firms),
    )  # fmt: skip


def scratch_of(w: World, firms: int) -> dict[str, Any]:
    """What decisions on `firms` firms are written into, kept from one meeting to the next."""
    menu = w.terms.shape[0]
    held, known = w.scratch["offers"].shape if w.scratch else (0, 0)
    if held < firms or known != menu:
        w.scratch = {
            "applications": APPLICATION.empty(firms), "offers": OFFER.empty((firms, menu)),
            "bids": OFFER.empty(MOST_LENDERS), "auction": AUCTION.empty(1),
            "bidders": BIDDER.empty(MOST_LENDERS), "rivals": RIVAL.empty(MOST_LENDERS),
            "review": REVIEW.empty(1), "room": np.zeros((2, w.banks.shape[0])),
            "cut_who": np.zeros(firms, np.int64), "cut_retained": np.zeros(firms),
            "cut_worth": np.zeros(firms), "cut_saving": np.zeros(firms),
            "cut_kept": np.zeros((firms, MOST_LENDERS)),
            "judged_who": np.zeros(firms, np.int64), "judged_lead": np.zeros(firms, np.int64),
        }  # fmt: skip
    return w.scratch


def effects_of(w: World) -> Effects:
    """What decisions change in a world beside the desk."""
    return Effects(
        next_time=w.next_time, pending=w.pending,
        believed_default=w.believed_default, believed_loss=w.believed_loss,
        posted=w.posted, by_bank=w.by_bank, total=w.total, by_terms=w.by_terms,
        row=np.zeros(w.total.shape), log=w.log, cursor=w.cursor,
    )  # fmt: skip


# --- Equal footing: the baseline's loans imposed on another arrangement --------------------------
# Dates, maturities and withdrawals are the baseline's, lines too, or with equal firms those of
# the arrangement; price, sharing, right and promise are the arrangement's. Firms that have ended
# here are left out. With sharing as the only difference and equal lines, every firm lives the
# same life and the system loses the same money.


Floats = NDArray[np.float64]


def impose(w: World, date: float) -> None:
    """Repeat what the baseline decided at `date`."""
    assert w.imposed is not None, "a world without imposed decisions holds its own committee"
    open_menu(w, date)
    while w.imposed and w.imposed[0][1] <= date + 1e-9:
        what, _, who, given = w.imposed.pop(0)
        alive = w.firms.status[who] == ALIVE
        if alive.any():
            rule = getattr(w.rules, f"repeat_{what}")
            with_desk(w, int(alive.sum()), rule, who[alive], given[alive], date)


# --- The same firms: the baseline's loans imposed, each with the line of the arrangement ---------
# Between the baseline's lending and an arrangement's own lies this: the firms that the
# baseline lends to, at its dates, each with the line that the arrangement would give it. What
# changes from the baseline's lines to these is the amount per firm; what changes from here
# to the arrangement's own lending is who is lent to, and when.


def mean_lines(book: Rows, firms: int) -> Floats:
    """Give each firm's mean line over its contracts since the start date, CNY million.

    Shape (n_firms,); nan for a firm that signed nothing since.
    """
    signed = book["date"] > 0.0
    who, limit = book["firm"][signed], book["limit"][signed]
    count = np.bincount(who, minlength=firms)
    total = np.bincount(who, weights=limit, minlength=firms)
    lines = np.full(firms, np.nan)
    np.divide(total, count, out=lines, where=count > 0)
    return lines


def line_factors(own: Floats, baseline: Floats) -> Floats:
    """Give the factor from the baseline's line to the arrangement's, by firm, (n_firms,).

    One for a firm that does not borrow under both.

    Examples
    --------
    >>> line_factors(np.array([3.0, np.nan, 1.0]), np.array([2.0, 5.0, np.nan])).tolist()
    [1.5, 1.0, 1.0]
    """
    both = np.isfinite(own) & np.isfinite(baseline) & (baseline > 0.0)
    factors = np.ones(own.shape)
    np.divide(own, baseline, out=factors, where=both)
    return factors


def with_lines(decisions: list[Any], factors: Floats) -> list[Any]:
    """Give a baseline's decisions, which stay as they are, with every line multiplied.

    `factors` has shape (n_firms,).
    """
    changed = []
    for what, date, who, terms in decisions:
        written = terms
        if what == "sign":
            written = terms.copy()
            written["limit"] = written["limit"] * factors[written["firm"]]
        changed.append((what, date, who, written))
    return changed
