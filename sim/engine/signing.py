"""Signing, refusing and cutting: what a decision does to books, lenders and firms."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.banks.case import Case
from sim.banks.offer import Offer
from sim.banks.rationing import fits_capital
from sim.engine.contracts import write_contracts
from sim.engine.posting import post
from sim.engine.world import World
from sim.firms.record import LOG
from sim.scenario.menu import terms_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Verdict:
    """What the committee decided on one group of firms.

    Parameters
    ----------
    who : int array, shape (n,): rows of the firms
    taken : bool array, shape (n,): a contract is signed
    kept : array, shape (n,): otherwise, the share of the line that stays
    offer, terms, moved : the offer taken, the code of its arrangement (0 for plain
        lending), and whether the firm leaves its bank
    """

    who: Ints
    taken: NDArray[np.bool_]
    kept: Floats
    offer: Offer
    terms: int
    moved: bool


def fits_budget(
    w: World, case: Case, offer: Offer, take: NDArray[np.bool_], moves: bool = False
) -> NDArray[np.bool_]:
    """Which of the loans to be taken fit the lenders' capital.

    A balance that is rolled over by the same bank needs no new capital.
    """
    fits = np.zeros(take.shape[0], dtype=bool)
    rows = np.flatnonzero(take)
    if rows.size:
        drawn = offer.line[rows] * w.scenario.credit_line.drawn_at_signing
        held = case.a.balance[rows]
        amount = np.maximum(drawn, held) if moves else np.maximum(drawn - held, 0.0)
        lender, share = offer.lender[rows], offer.share[rows]
        fits[rows] = fits_capital(amount, lender, share, offer.merit[rows], capital_room(w))
        part = (amount * fits[rows])[:, None] * share
        w.banks.promised += np.bincount(
            lender.ravel(), weights=part.ravel(), minlength=w.scenario.n_banks
        )
    return fits


def capital_room(w: World) -> Floats:
    """What each desk can still lend on its capital, CNY million, shape (n_banks,).

    Loans are of the last settlement; what has been granted since then is promised.
    """
    rule = w.scenario.capital
    lent = w.banks.loans + w.banks.promised
    used = rule.risk_weight * lent + rule.defaulted_risk_weight * w.banks.npl
    return np.asarray((w.banks.equity / rule.required_ratio - used) / max(rule.risk_weight, 1e-9))


def learn(w: World, who: Ints, offer: Offer, date: float) -> None:
    """The home bank files what it saw; every decision counts one and costs something."""
    w.file_precision[who] += offer.news[0]
    w.file_sum[who] += offer.news[1]
    w.ordinal[who] += 1
    lead = offer.lender[:, 0]
    w.decisions.append(("judge", date, who.copy(), lead.copy()))
    charge_screening(w, lead)


def charge_screening(w: World, lead: Ints) -> None:
    """Each judgement costs the bank that makes it."""
    cost = w.scenario.underwriting.screening_cost
    w.banks.screening += cost * np.bincount(lead, minlength=w.scenario.n_banks)


def sign(w: World, verdict: Verdict, date: float) -> None:
    """Write the contracts into the book and let them take effect."""
    rows = np.flatnonzero(verdict.taken)
    if rows.size == 0:
        return
    who = verdict.who[rows]
    _, arrangement = terms_of(w.menu, verdict.terms)
    written = write_contracts(w, verdict, rows, arrangement, date)
    w.decisions.append(("sign", date, who.copy(), written))
    enact(w, written, who, date)


def enact(w: World, written: Any, who: Ints, date: float) -> None:
    """Hand balances over to the new lenders and bind the firms to the new terms."""
    post(w, who, date)
    balance = w.firms.balance[who]
    for sign_of, lender, share in (
        (-1.0, w.lender[who], w.share[who]), (1.0, written.lender, written.share),
    ):  # fmt: skip
        part = sign_of * balance[:, None] * share
        w.banks.transfer += np.bincount(
            lender.ravel(), weights=part.ravel(), minlength=w.scenario.n_banks
        )
    changed = w.lender[who, 0] != written.lender[:, 0]
    w.file_precision[who[changed]] = 0.0
    w.file_sum[who[changed]] = 0.0
    w.lender[who], w.share[who] = written.lender, written.share
    w.believed_default[who], w.believed_loss[who] = written.default, written.loss
    before = refinanced(w, who)
    index = w.book.append(written)
    make_room(w, who.size)
    w.rules.sign_all(
        w.firms, w.next_time, w.pending, w.params, w.climate[0], date, w.book.store, index,
        w.log, w.cursor,
    )  # fmt: skip
    w.keep_events()
    w.refinanced += refinanced(w, who) - before


def refinanced(w: World, who: Ints) -> float:
    """What the central bank refinances of the firms' balances, CNY million."""
    return float((w.firms.refinanced[who] * w.firms.balance[who]).sum())


def decline(w: World, who: Ints, kept: Floats, date: float) -> None:
    """Refuse requests; a line is cut to the share that its lenders keep."""
    if who.size == 0:
        return
    w.decisions.append(("cut", date, who.copy(), kept.copy()))
    make_room(w, who.size)
    w.rules.decline_all(
        w.firms, w.next_time, w.pending, w.params, w.climate[0], date, who, kept, w.log,
        w.cursor,
    )  # fmt: skip
    w.keep_events()


def make_room(w: World, firms: int) -> None:
    """Let the log hold what `firms` firms may write; compiled code does not look."""
    if w.cursor[1] == 1 and w.log.shape[0] < 8 * firms:
        w.log = LOG.empty(8 * firms)
