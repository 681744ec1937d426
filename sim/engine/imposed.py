"""Equal lending: the baseline's loans imposed on another arrangement.

Dates, lines, maturities and withdrawals are the baseline's; price, sharing, right and
promise are the arrangement's. Firms that have ended here are left out. With sharing as the
only difference, every firm lives the same life and the system loses the same money.
"""

from typing import Any

import numpy as np

from sim.banks.case import lenders_of
from sim.clauses import loss_sharing, pricing, upside
from sim.engine.contracts import charge_coordination, clause_terms, write
from sim.engine.signing import charge_screening, decline, enact
from sim.engine.world import World
from sim.firms.record import ALIVE
from sim.scenario.menu import terms_of


def impose(w: World, date: float) -> None:
    """Repeat what the baseline decided at `date`."""
    assert w.imposed is not None, "a world without imposed decisions holds its own committee"
    while w.imposed and w.imposed[0][1] <= date + 1e-9:
        what, _, who, terms = w.imposed.pop(0)
        alive = w.firms.status[who] == ALIVE
        if not np.any(alive):
            continue
        if what == "judge":
            charge_screening(w, terms[alive])
        elif what == "sign":
            enact(w, under_clauses(w, terms[alive].copy(), date), who[alive], date)
        else:
            decline(w, who[alive], terms[alive], date)


def offered(w: World, date: float) -> int:
    """Code of the arrangement on offer at a date, the latest where there are several."""
    on_offer = [code for code, item in enumerate(w.menu, 1) if item.is_open(date)]
    return on_offer[-1] if on_offer else 0


def under_clauses(w: World, k: Any, date: float) -> Any:
    """The baseline's contracts with the arrangement's price, lenders, right and promise."""
    code = offered(w, date)
    _, arrangement = terms_of(w.menu, code)
    terms = clause_terms(w, arrangement, date)
    # What is lent, against what and until when is the baseline's.
    del terms["review"], terms["maturity"], terms["unsecured"]
    terms |= pricing.contract_terms(pricing.rates(arrangement.pricing, k.rate.copy()), date)
    right = upside.right_terms(arrangement.upside, k.limit.copy(), w.firms.value[k.firm])
    terms |= right.contract_terms(slice(None), date)
    write(k, {**terms, "signed": int(code > 0), "terms": code})
    if loss_sharing.is_joint(arrangement.loss_sharing):
        share = loss_sharing.shares_of(arrangement.loss_sharing)
        k.lender[:], k.share[:] = 0, 0.0
        k.lender[:, : share.size] = lenders_of(
            k.lead, w.roster[k.firm].astype(np.int64), share.size
        )
        k.share[:, : share.size] = share
    charge_coordination(w, k, arrangement)
    return k
