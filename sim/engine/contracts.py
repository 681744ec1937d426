"""Writing an offer into contracts: every term in a row of the book."""

from typing import Any

import numpy as np

from sim.clauses import (
    commitment,
    funding,
    introduction,
    limit,
    loss_sharing,
    pricing,
    security,
    tenor,
)  # fmt: skip
from sim.clauses.arrangement import Arrangement
from sim.clauses.loss_sharing import MOST_LENDERS
from sim.engine.facility import quota_left
from sim.engine.world import World
from sim.state.book import CONTRACT


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
    record array, shape (m,), see `sim.state.book.CONTRACT`
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
