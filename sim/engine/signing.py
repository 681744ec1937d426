"""Signing, refusing and cutting: what a decision does to books, lenders and firms."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.settlement import post_flows_of_firms
from sim.engine.world import World
from sim.model.banks.application import Case
from sim.model.banks.credit_decision import fits_capital
from sim.model.banks.offer import Offer
from sim.model.contracts import (
    commitment,
    funding,
    introduction,
    limit,
    loss_sharing,
    pricing,
    security,
    tenor,
)
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.funding import Funding, Relending
from sim.model.contracts.loan_book import CONTRACT
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import LOG
from sim.scenario.scenario import terms_of

# --- The relending facility: how much of its quota is left ---------------------------------------


def quota_left(w: World, clause: Funding) -> bool:
    """Whether the central bank would refinance one more loan.

    What is refinanced is counted anew at each settlement; contracts signed since then add
    to it.
    """
    if not isinstance(clause, Relending):
        return False
    size = clause.quota * w.scenario.population.firms / 1000.0
    return w.refinanced < size


# --- Writing an offer into contracts: every term in a row of the book ----------------------------


def write_contracts(
    w: World, verdict: Any, rows: Any, arrangement: Arrangement, date: float
) -> Any:
    """Contracts for the applicants `rows` of an offer.

    Parameters
    ----------
    w : World
    verdict : Verdict
        The offer, to whom, whether it is the arrangement's and whether firms change bank.
    rows : int array, shape (m,)
        Which of its firms sign.
    arrangement : Arrangement
        Whose clauses are written.
    date : float, years

    Returns
    -------
    record array, shape (m,), see `sim.model.contracts.loan_book.CONTRACT`
    """
    offer, who = verdict.offer, verdict.who[rows]
    size = rows.size
    # Plain access by name: attribute access of a record array costs more than the work.
    k = CONTRACT.empty(size).view(np.ndarray)
    lenders = min(offer.lender.shape[1], MOST_LENDERS)
    k["lender"][:, :lenders] = offer.lender[rows]
    k["share"][:, :lenders] = offer.share[rows]
    compress(k)
    rates = (offer.rate[rows], offer.later_rate[rows], offer.step_years)
    terms = {
        "firm": who, "date": date, "lead": k["lender"][:, 0], "limit": offer.line[rows],
        "default": offer.default[rows], "loss": offer.loss[rows],
        "judgement": offer.judgement[rows], "monitored": offer.monitored[rows],
        **state_terms(w, who, verdict.terms, verdict.moved),
        **pricing.contract_terms(rates, date),
        **clause_terms(w, arrangement, date),
        **offer.right.contract_terms(rows, date),
    }  # fmt: skip
    write(k, terms)
    charge_coordination(w, k, arrangement)
    return k.view(np.recarray)


def write(k: Any, terms: dict[str, Any]) -> None:
    """Write terms into contracts, column by column."""
    for name, value in terms.items():
        k[name] = value


def compress(k: Any) -> None:
    """Move lenders without a share behind those with one, so that the lead comes first."""
    if np.all(k["share"][:, 0] > 0.0) and not np.any(k["share"][:, 1:] > 0.0):
        return
    order = np.argsort(k["share"] <= 0.0, axis=1, kind="stable")
    k["lender"] = np.take_along_axis(k["lender"], order, axis=1)
    k["share"] = np.take_along_axis(k["share"], order, axis=1)


def state_terms(w: World, who: Any, code: int, moved: bool) -> dict[str, Any]:
    """The firm and the climate at signing."""
    firms = w.firms.view(np.ndarray)
    return {
        "stage": firms["stage"][who], "value": firms["value"][who],
        "regime": w.climate.regime[0], "winter": w.climate.winter[0],
        "signed": int(code > 0), "terms": code, "moved": int(moved),
        "first": firms["limit"][who] <= 0.0,
    }  # fmt: skip


def clause_terms(w: World, arrangement: Arrangement, date: float) -> dict[str, Any]:
    """Terms that are the same for every firm that signs at `date`."""
    a = arrangement
    return {
        **limit.contract_terms(a.limit),
        **tenor.contract_terms(a.tenor, date),
        **security.contract_terms(a.security),
        **loss_sharing.contract_terms(a.loss_sharing),
        **funding.contract_terms(a.funding, quota_left(w, a.funding)),
        **introduction.contract_terms(a.introduction),
        **commitment.contract_terms(a.commitment, w.scenario.relationship.capture_plain),
    }


def charge_coordination(w: World, k: Any, arrangement: Arrangement) -> None:
    """The lead pays for bringing the other lenders together."""
    cost = loss_sharing.coordination_cost(arrangement.loss_sharing)
    if cost > 0.0:
        w.banks.coordination += cost * np.bincount(k["lead"], minlength=w.scenario.n_banks)


# --- Signing, refusing and cutting: what a decision does to books, lenders and firms -------------


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
    post_flows_of_firms(w, who, date)
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
