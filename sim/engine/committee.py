"""The credit committee of a world: one compiled call decides, and what it did is kept."""

from typing import Any

import numpy as np

from sim.engine.world import World
from sim.model.banks.application import APPLICATION
from sim.model.banks.desk import BOOKED, CUTS, JUDGED, OFFER, Desk
from sim.model.firms.record import LOG

LOGGED = 8
"""Events that one decision may write."""


def hold_committee(w: World, date: float) -> None:
    """Decide on every open request at `date`; decisions take effect at once."""
    _decide(w, date, w.rules.decide_applications)
    _decide(w, date, w.rules.decide_on_lines)


def wind_down(w: World, date: float) -> None:
    """Answer every open request at `date` once no loan is made any more."""
    _decide(w, date, w.rules.wind_down)


def _decide(w: World, date: float, rule: Any) -> None:
    waiting = int(np.count_nonzero(w.pending))
    if waiting == 0:
        return
    open_menu(w, date)
    with_desk(w, waiting, rule, date)


def open_menu(w: World, date: float) -> None:
    """Write what is on offer at a date, and to how many."""
    for code, item in enumerate(w.menu, 1):
        w.terms.open[code] = item.is_open(date)
        w.terms.reach[code] = item.reach(date)


def with_desk(w: World, firms: int, rule: Any, *given: Any) -> None:
    """Let a rule of banks decide on at most `firms` firms; arguments follow the desk.

    What it decided is kept, so that another world may repeat it.
    """
    before = w.book.used
    d = desk_of(w, firms)
    rule(d, *given)
    w.rules.enact_decisions(d, before, given[-1])
    w.book.used = int(w.tally[BOOKED])
    w.keep_events()
    w.remember(d, before, given[-1])


def desk_of(w: World, firms: int) -> Desk:
    """The desk of a world, with room for decisions on `firms` firms."""
    w.book.reserve(firms)
    if w.cursor[1] == 1 and w.log.shape[0] < LOGGED * firms:
        w.log = LOG.empty(LOGGED * firms)
    w.tally[BOOKED], w.tally[CUTS], w.tally[JUDGED] = w.book.used, 0.0, 0.0
    who, other = np.zeros((2, firms), np.int64)
    lead = np.zeros(firms, np.int64)
    return Desk(
        firms=w.firms, next_time=w.next_time, pending=w.pending, params=w.params,
        climate=w.climate, rules=w.common, banks=w.bank_rules, books=w.banks, terms=w.terms,
        admission=w.admission, roster=w.roster, lender=w.lender, share=w.share,
        file_precision=w.file_precision, file_sum=w.file_sum, ordinal=w.ordinal,
        believed_default=w.believed_default, believed_loss=w.believed_loss, posted=w.posted,
        by_bank=w.by_bank, total=w.total, by_terms=w.by_terms, row=np.zeros(w.total.shape),
        book=w.book.store, applications=APPLICATION.empty(firms),
        offers=OFFER.empty((firms, w.terms.shape[0])), again=OFFER.empty(1),
        cut_who=who, cut_kept=np.zeros(firms), judged_who=other, judged_lead=lead,
        tally=w.tally, log=w.log, cursor=w.cursor,
    )  # fmt: skip
